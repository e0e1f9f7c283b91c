"""What the server says of each record, and what was typed meanwhile."""

from __future__ import annotations

import pytest

import crmdesk
from crmdesk.core.record import RecordKey
from crmdesk.store.replica import Write
from crmdesk.sync import http, plan
from crmdesk.sync.engine import Engine
from tests.support.server import RunningServer
from tests.sync.conftest import Hire, many, settle


def test_one_poisoned_record_in_a_thousand_holds_up_no_other(hire: Hire):
    ann = hire("Ann")
    writes = many(ann, 1000, "客户")
    poison = writes[500].key
    writes[500] = Write(poison, {"name": "毒", "x_unknown": "?"})
    for part in (writes[:500], writes[500:]):
        ann.replica.commit(part)
    report = ann.sync()
    assert (report.pushed, report.rejected, report.unsent) == (1000, 1, (0, 1))
    (kept,) = ann.unsent()
    assert (kept.key, kept.verdict, kept.code, kept.about) == (
        poison,
        "rejected",
        "unknown_field",
        "x_unknown",
    )
    assert ann.name(poison) == "毒"


def test_an_unreadable_record_holds_up_no_other_and_is_read_by_a_later_version(
    server: RunningServer, hire: Hire, monkeypatch
):
    ann, bo = hire("Ann"), hire("Bo")
    poison, good = ann.customer("未来格式"), ann.customer("宏远机械")
    ann.sync()
    with server.database.write() as connection:
        (state,) = connection.exec_driver_sql("SELECT state FROM record WHERE id = ?", (poison.id,)).one()
        connection.exec_driver_sql("UPDATE record SET state = ? WHERE id = ?", (b"[2" + state[2:], poison.id))
    report = bo.sync()
    assert (report.problem, report.is_complete, report.unreadable) == (None, True, 1)
    assert bo.shows(good) == {"name": "宏远机械"}
    with server.database.write() as connection:
        connection.exec_driver_sql("UPDATE record SET state = ? WHERE id = ?", (state, poison.id))
    assert Engine(bo.replica, bo.http).sync().unreadable == 1
    monkeypatch.setattr(crmdesk, "__version__", "9.9")
    assert Engine(bo.replica, bo.http).sync().unreadable == 0
    assert bo.shows(poison) == {"name": "未来格式"}


def test_a_later_edit_brings_a_refused_record_through(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    ann.sync()
    ann.write(customer, next_follow_up_on="next week")  # no date: the server takes none of it
    assert ann.sync().rejected == 1
    ann.write(customer, city="上海")
    assert ann.sync().unsent == (0, 2)
    assert ann.shows(customer) == {"name": "宏远机械", "next_follow_up_on": "next week", "city": "上海"}
    assert bo.sync().problem is None
    assert bo.shows(customer) == {"name": "宏远机械"}


def test_a_server_that_knows_no_brief_answers_is_understood(hire: Hire, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http, "BRIEF", "respond-async")
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    ann.customer("坏", next_follow_up_on="next week")
    report = ann.sync()
    assert (report.pushed, report.rejected, report.unsent) == (2, 1, (0, 1))
    bo.sync()
    assert bo.shows(customer) == {"name": "宏远机械"}


def test_edits_typed_while_a_push_is_on_its_way_stay_unsent(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    push = ann.http.push
    typed: list[RecordKey] = []

    def slow(message):
        answer = push(message)
        if not typed:
            typed.append(ann.write(customer, name="宏远重工"))
        return answer

    ann.http.push = slow  # type: ignore[method-assign]
    stopped = iter([False] + [True] * 9)
    ann.sync(cancelled=lambda: next(stopped))
    assert [entry.counter for entry in ann.unsent()] == [2]
    assert ann.name(customer) == "宏远重工"
    settle(ann, bo)
    assert bo.name(customer) == "宏远重工"


def test_a_pull_never_hides_an_unsent_edit(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    settle(ann, bo)
    bo.write(customer, name="宏远集团")
    bo.sync()
    ann.write(customer, name="宏远重工", city="上海")
    stopped = iter([True] + [False] * 20)  # the push is skipped, the pull goes on
    ann.engine.sync(cancelled=lambda: next(stopped))
    shown = ann.shows(customer)
    assert len(ann.unsent()) == 1
    assert shown is not None
    assert shown["name"] == "宏远重工"
    assert shown["city"] == "上海"


def test_a_record_edited_again_beyond_the_batch_goes_through_in_one_sync(hire: Hire, monkeypatch):
    monkeypatch.setattr(plan, "BATCH_BYTES", 2_000)
    ann, bo = hire("Ann"), hire("Bo")
    customers = [ann.customer(f"客户{n}") for n in range(12)]
    visits = [ann.visit(customer, "谈价格") for customer in customers]
    for customer in customers:
        ann.write(customer, name="改名", city="上海")
    report = ann.sync()
    bo.sync()
    assert (report.rejected, report.unsent) == (0, (0, 0))
    assert bo.states() == ann.states()
    assert {bo.name(customer) for customer in customers} == {"改名"}
    assert None not in [bo.shows(visit) for visit in visits]
