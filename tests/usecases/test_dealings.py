"""What is dealt with a customer: read by its declaration, added up, told in the story and before a visit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crmdesk.core.entities import REGISTRY
from crmdesk.core.registry import Type
from crmdesk.core.values import Value, money
from crmdesk.usecases import dealings, records, timeline, visits
from crmdesk.usecases.briefing import Briefing, Risk, briefing
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import customer


@pytest.fixture
def home(desk: Workspace) -> str:
    return customer(desk)


def note(desk: Workspace, home: str, entity: str, **values: Value) -> str:
    return records.add(desk.replica, entity, {"customer": home, **values}).value


def listed(desk: Workspace, home: str) -> list[dealings.Dealing]:
    return dealings.listed(desk.reader, REGISTRY, home)


def ago(desk: Workspace, days: int) -> str:
    return (desk.today() - timedelta(days=days)).isoformat()


def told(desk: Workspace, home: str) -> Briefing:
    return briefing(desk.reader, home, listed(desk, home), desk.today())


def test_every_kind_says_what_it_is_about_when_and_how_much() -> None:
    for kind in dealings.KINDS:
        entity = REGISTRY[kind]
        assert entity.home == "customer"
        assert dealings.first_of(entity, Type.DATE), kind
        assert dealings.first_of(entity, Type.CHOICE), kind


def test_the_state_is_what_is_read_first_where_there_is_one() -> None:
    for kind in ("opportunity", "contract", "order", "ticket"):
        first = dealings.first_of(REGISTRY[kind], Type.CHOICE)
        assert first is not None
        assert first.name in ("stage", "state"), kind


def test_dealings_are_listed_latest_first_and_only_those_of_the_customer(desk: Workspace, home: str) -> None:
    note(desk, customer(desk, "别家"), "order", number="X", ordered_on=ago(desk, 0))
    old = note(desk, home, "order", number="DD-1", ordered_on=ago(desk, 9), amount=money(500), state="open")
    new = note(desk, home, "payment", received_on=ago(desk, 2), amount=money(300), order=old)
    plan = note(desk, home, "opportunity", name="扩建")
    found = listed(desk, home)
    assert [one.id for one in found] == [new, old, plan]
    assert (found[1].title, found[1].amount, found[1].state) == ("DD-1", (500, "CNY"), "open")
    assert found[0].title == "", "a payment bears no name of its own"


def test_what_was_lost_or_cancelled_is_counted_and_not_added_up(desk: Workspace, home: str) -> None:
    for state, amount in (("open", 100), ("completed", 250), ("cancelled", 9_000)):
        note(desk, home, "order", number=state, ordered_on=ago(desk, 1), amount=money(amount), state=state)
    note(desk, home, "order", number="usd", ordered_on=ago(desk, 1), amount=money(7, "USD"))
    note(desk, home, "opportunity", name="输了", stage="lost", amount=money(1))
    assert [(t.entity, t.number, t.amounts) for t in dealings.totals(listed(desk, home))] == [
        ("opportunity", 1, ()),
        ("order", 4, (("CNY", 350), ("USD", 7))),
    ]


def test_a_plan_stands_in_the_story_where_it_was_made_and_a_deed_at_its_day(
    desk: Workspace, home: str
) -> None:
    plan = note(desk, home, "opportunity", name="扩建", closes_on=ago(desk, -40))
    deed = note(desk, home, "order", number="DD-1", ordered_on=ago(desk, 40))
    story = timeline.timeline(desk.reader, home, listed(desk, home))
    assert [entry.id for entry in story] == [plan, deed]
    assert story[0].at_ms == story[0].dealing.made_at  # type: ignore[union-attr]
    assert all(entry.by == desk.identity().user for entry in story)


def test_a_day_that_is_none_does_not_stop_the_page(desk: Workspace, home: str) -> None:
    note(desk, home, "order", number="DD-1", ordered_on="2026-99-99")
    assert [(one.on, one.title) for one in listed(desk, home)] == [(None, "DD-1")]
    assert timeline.timeline(desk.reader, home, listed(desk, home))


def test_links_choose_among_what_hangs_below_the_same_customer(desk: Workspace, home: str) -> None:
    note(desk, customer(desk, "别家"), "order", number="X", ordered_on=ago(desk, 0))
    own = note(desk, home, "order", number="DD-1", ordered_on=ago(desk, 0))
    assert dealings.siblings(desk.reader, REGISTRY, "order", home) == [(own, "DD-1")]
    links = {
        f"{e}.{f.name}"
        for e in ("payment", "contact", "visit")
        for f in REGISTRY[e].fields
        if REGISTRY.is_link(e, f)
    }
    assert links == {"payment.order", "payment.contract", "contact.reports_to", "visit.contact"}


def test_nothing_is_said_of_a_customer_about_whom_nothing_is_known(desk: Workspace, home: str) -> None:
    assert told(desk, home) == Briefing(None, (), 0, ())


def test_the_briefing_says_what_was_said_promised_and_what_may_go_wrong(desk: Workspace, home: str) -> None:
    at = desk.replica.clock.now_ms() - 120 * 86_400_000
    promised = date.fromisoformat(ago(desk, 100))
    talk = visits.VisitNote(home, "谈价", at_ms=at, result="problem", next_step="寄报价", next_on=promised)
    visits.log(desk.replica, talk)
    note(desk, home, "task", title="回电")
    note(desk, home, "order", number="1", ordered_on=ago(desk, 9), amount=money(900), state="delivered")
    note(desk, home, "payment", received_on=ago(desk, 1), amount=money(200))
    note(desk, home, "opportunity", name="扩建", closes_on=ago(desk, 3), amount=money(50))
    note(
        desk, home, "contract", name="框架", starts_on=ago(desk, 300), ends_on=ago(desk, -30), state="active"
    )
    note(desk, home, "ticket", title="漏油", state="open")
    found = told(desk, home)
    assert found.said is not None
    assert (found.said.text, found.said.result) == ("谈价", "problem")
    assert [(p.text, p.is_overdue) for p in found.promises] == [("寄报价", True), ("回电", False)]
    kinds = {risk.kind: risk for risk in found.risks}
    assert set(kinds) == {"overdue", "quiet", "problem", "unpaid", "slipped", "ending", "ticket"}
    assert kinds["unpaid"] == Risk("unpaid", amount=(700, "CNY"))
    assert (kinds["slipped"].number, kinds["slipped"].name) == (3, "扩建")
    assert kinds["ending"].number == 30


def test_a_complaint_is_told_before_what_else_came_of_the_visit(desk: Workspace, home: str) -> None:
    visits.log(desk.replica, visits.VisitNote(home, "漏油", result="problem", interaction="complaint"))
    assert [risk.kind for risk in told(desk, home).risks] == ["complaint"]
    assert timeline.timeline(desk.reader, home, listed(desk, home))[0].interaction == "complaint"


def test_what_is_settled_is_no_risk(desk: Workspace, home: str) -> None:
    note(desk, home, "order", number="1", ordered_on=ago(desk, 9), amount=money(900), state="completed")
    note(desk, home, "payment", received_on=ago(desk, 1), amount=money(900))
    note(desk, home, "opportunity", name="扩建", closes_on=ago(desk, 3), stage="won")
    note(desk, home, "contract", name="框架", ends_on=ago(desk, 1), state="expired")
    note(desk, home, "ticket", title="漏油", state="closed")
    assert told(desk, home).risks == ()


def test_more_promises_than_fit_are_counted(desk: Workspace, home: str) -> None:
    for number in range(5):
        note(
            desk,
            home,
            "task",
            title=f"{number}",
            due_on=(date(2999, 1, 1) + timedelta(days=number)).isoformat(),
        )
    found = told(desk, home)
    assert [promise.text for promise in found.promises] == ["0", "1", "2"]
    assert found.more_promises == 2
