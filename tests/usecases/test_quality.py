"""Quality as it is counted of real files: planted gaps, doubles, contradictions and doubts are found, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from crmdesk.core.contradictions import rules
from crmdesk.core.criteria import POOL
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.go_live import checks
from crmdesk.core.quality import Outcome, Report, Share
from crmdesk.core.record import RecordKey
from crmdesk.core.values import money
from crmdesk.store.replica import Write
from crmdesk.usecases import narrowing, quality, records, sign_offs
from crmdesk.usecases.directory import read_directory
from crmdesk.usecases.quality import Asking
from crmdesk.usecases.sample import _credit_code
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import DAY, customer

CUSTOMERS = 1000


def asking(desk: Workspace, **more: Any) -> Asking:
    return Asking(narrowing.read_bearings(desk.reader, desk.today()), desk.clock.now_ms(), **more)


def measured(desk: Workspace) -> Report:
    found = quality.measure(desk.reader, asking(desk))
    assert found is not None
    return found


def add(desk: Workspace, entity: str, **values: Any) -> str:
    return records.add(desk.replica, entity, values).value


def whole(number: int) -> dict[str, Any]:
    """A customer that nothing is missing of."""
    return {
        "name": f"样例{number:05}有限公司", "region_code": "330106", "city": "杭州", "industry_code": "34", "grade": "B",
        "stage": "intent", "source": ("web", "referral")[number % 2], "phone": f"138{number:08}", "credit_code": _credit_code(number),
    }  # fmt: skip


def fill(desk: Workspace, rows: list[dict[str, Any]]) -> list[str]:
    ids = [desk.replica.new_id() for _ in rows]
    writes = [Write(RecordKey("customer", i), row) for i, row in zip(ids, rows, strict=True)]
    for at in range(0, len(writes), 500):
        desk.replica.commit(writes[at : at + 500], kind="import")
    return ids


def test_planted_rates_are_reported_within_a_tenth_of_a_point(desk: Workspace) -> None:
    """15 % of the key cells blank, 5 % of the customers twice, 10 % with a value in doubt."""
    chance = random.Random(1)
    rows = [whole(n) for n in range(CUSTOMERS * 95 // 100)]
    rows += [{**rows[n], "source": "channel"} for n in chance.sample(range(len(rows)), CUSTOMERS * 5 // 100)]
    keys = ("region_code", "industry_code", "grade", "source", "stage")
    cells = [(n, key) for n in range(CUSTOMERS) for key in keys]
    for n, key in chance.sample(
        cells, CUSTOMERS * 7 * 15 // 100
    ):  # the name and the phone are key fields as well
        del rows[n][key]
    for n in chance.sample(range(CUSTOMERS), CUSTOMERS // 10):
        rows[n]["phone"] = "12345678901"
    fill(desk, rows)
    tally = measured(desk).whole
    assert (tally.customers, tally.cells) == (CUSTOMERS, CUSTOMERS * 7)
    assert tally.missing.percent == pytest.approx(15, abs=0.1)
    assert tally.twice.percent == pytest.approx(5, abs=0.1)
    doubted = quality.count_doubts(desk.reader, asking(desk))
    assert doubted is not None
    assert doubted.customers.percent == pytest.approx(10, abs=0.1)
    assert doubted.fields["customer.phone"] == Share(CUSTOMERS // 10, CUSTOMERS)
    assert doubted.fields["customer.credit_code"].part == 0
    quality.keep_doubts(desk.replica, doubted, desk.today())
    kept = quality.doubts(desk.reader, desk.today())
    assert kept is not None
    assert kept.share == doubted.customers
    assert quality.doubts(desk.reader, desk.today() + timedelta(days=32)) is None


def test_what_is_blank_is_told_by_field_source_team_and_person(desk: Workspace) -> None:
    first = customer(desk, **{**whole(1), "name": "甲", "grade": None, "stage": "won", "credit_code": None})
    customer(desk, **{**whole(2), "name": "乙", "region_code": None, "region": "浙江", "source": None})
    add(desk, "contact", customer=first, name="王", wechat="w")
    gone = customer(desk, name="丙")
    records.delete(desk.replica, RecordKey("customer", gone))
    report = measured(desk)
    lacking = {one.key.name: tuple(one.missing) for one in report.fields if one.missing.part}
    assert lacking == {
        "customer.grade": (1, 2), "customer.source": (1, 2), "customer.credit_code": (1, 1), "contact.job_level": (1, 1),
    }  # fmt: skip
    assert (report.whole.customers, report.whole.bare) == (2, 2)
    names = read_directory(desk.reader)
    by = {group: report.grouped(quality.group_of(group, names)) for group in quality.GROUPS}
    assert {key: tally.gaps for key, tally in by["source"].items()} == {"referral": 3, "": 1}
    assert list(by["person"]) == [names.me.id]
    assert list(by["team"]) == [""]
    assert quality.group_of("person", names)("somebody's", "") == POOL


def _a_customer(desk: Workspace, n: int = 0, **values: Any) -> str:
    return customer(desk, **{**whole(n), **values})


def _foreign(desk: Workspace, entity: str, field: str, target: str) -> tuple[str, str]:
    """A record of one customer that points to one of another, beside one that points to its own."""
    mine, other = _a_customer(desk, 1), _a_customer(desk, 2)
    made = [add(desk, target, customer=home, **NEEDED.get(target, {})) for home in (mine, other)]
    add(desk, entity, customer=mine, **{field: made[0]}, **NEEDED.get(entity, {}))
    return add(desk, entity, customer=mine, **{field: made[1]}, **NEEDED.get(entity, {})), mine


NEEDED: dict[str, dict[str, Any]] = {
    "contact": {"name": "王"},
    "visit": {"kind": "onsite", "at": 1_795_000_000_000, "summary": "看了样机"},
    "opportunity": {"name": "新线"},
    "contract": {"name": "框架"},
    "order": {"number": "1", "ordered_on": "2026-11-01"},
    "payment": {"received_on": "2026-11-02", "amount": money(100)},
    "invoice": {"number": "2", "issued_on": "2026-11-02"},
    "ticket": {"title": "不转"},
    "attachment": {"name": "a.jpg", "media_type": "image/jpeg", "size": 1, "sha256": "0" * 64},
}


def _beyond(desk: Workspace, entity: str) -> tuple[str, str]:
    mine = _a_customer(desk)
    order = add(desk, "order", customer=mine, amount=money(1000), **NEEDED["order"])
    even = add(desk, "order", customer=mine, amount=money(500), **NEEDED["order"])
    for of, amount in ((order, 600), (order, 401), (even, 500)):
        add(desk, entity, customer=mine, order=of, **{**NEEDED[entity], "amount": money(amount)})
    return order, mine


def _below(desk: Workspace, entity: str, *rows: dict[str, Any]) -> tuple[str, str]:
    """Records of a customer, of which the first is the one that contradicts itself."""
    mine = _a_customer(desk)
    made = [add(desk, entity, customer=mine, **NEEDED[entity], **row) for row in rows]
    return made[0], mine


def _self(made: str) -> tuple[str, str]:
    return made, made


def _chief(desk: Workspace) -> tuple[str, str]:
    mine = _a_customer(desk)
    made = add(desk, "contact", customer=mine, name="王")
    shown = records.open_form(desk.reader, desk.replica.registry, RecordKey("contact", made))
    records.change(desk.replica, RecordKey("contact", made), {"reports_to": made}, shown)
    return made, mine


def _visit(desk: Workspace) -> tuple[str, str]:
    mine, now = _a_customer(desk), desk.clock.now_ms()
    add(desk, "visit", customer=mine, kind="onsite", at=now, summary="来过")
    return add(desk, "visit", customer=mine, kind="onsite", at=now + 2 * DAY, summary="要来"), mine


BROKEN: dict[str, Callable[[Workspace], tuple[str, str]]] = {
    "customer.city_elsewhere": lambda desk: _self(_a_customer(desk, city="宁波市")),
    "customer.region_unknown": lambda desk: _self(_a_customer(desk, region_code="999999")),
    "customer.industry_unknown": lambda desk: _self(_a_customer(desk, industry_code="9999")),
    "customer.won_without_deal": lambda desk: _self(_a_customer(desk, stage="won")),
    "customer.won_without_code": lambda desk: (
        made := _a_customer(desk, stage="won", credit_code=None),
        add(desk, "opportunity", customer=made, name="线", stage="won"),
    )[:1] * 2,
    "contact.own_chief": _chief,
    "visit.in_future": _visit,
    "contract.ends_before_start": lambda desk: _below(
        desk, "contract", {"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, {"starts_on": "2026-03-01", "ends_on": "2026-03-01"},
    ),
    "contract.over_in_force": lambda desk: _below(
        desk, "contract", {"state": "active", "ends_on": "2026-11-21"}, {"state": "active", "ends_on": "2026-11-22"},
        {"state": "expired", "ends_on": "2026-01-01"},
    ),
    "order.invoiced_beyond": lambda desk: _beyond(desk, "invoice"),
    "order.paid_beyond": lambda desk: _beyond(desk, "payment"),
    "ticket.solved_before_opened": lambda desk: _below(
        desk, "ticket", {"opened_on": "2026-02-02", "solved_on": "2026-02-01"}, {"opened_on": "2026-02-02", "solved_on": "2026-02-02"},
    ),
    "ticket.satisfaction_off_scale": lambda desk: _below(desk, "ticket", {"satisfaction": 6}, {"satisfaction": 5}),
}  # fmt: skip


def test_every_rule_finds_what_breaks_it_and_none_finds_anything_else(desk: Workspace) -> None:
    planted = {key: plant(desk) for key, plant in BROKEN.items()}
    for rule in rules(REGISTRY):
        if rule.key not in planted:
            entity, _, field = rule.key.removesuffix("_elsewhere").partition(".")
            target = REGISTRY[entity].by_name[field].target
            assert target is not None
            planted[rule.key] = _foreign(desk, entity, field, target)
    found = {rule.key: records_ for rule, records_ in quality.contradictions(desk.reader, asking(desk))}
    assert {key: [tuple(one) for one in several] for key, several in found.items()} == {
        key: [pair] for key, pair in planted.items()
    }
    crossed = {pair[1] for pair in planted.values()}
    report = measured(desk)
    assert report.whole.contradicting.part == len(crossed)
    assert set(report.crossed.values()) == {1}
    made, mine = planted["contract.ends_before_start"]
    ((one, name),) = quality.broken(desk.reader, asking(desk), "contract.ends_before_start")
    assert (one.id, one.customer, name) == (made, mine, whole(0)["name"])


def test_measuring_says_how_far_it_is_and_stops_when_it_is_told_to(desk: Workspace) -> None:
    customer(desk)
    heard: list[tuple[int, int]] = []
    assert quality.measure(desk.reader, asking(desk, heard=heard.append)) is not None
    done, total = heard[-1]
    assert done == total == len(heard)
    assert quality.measure(desk.reader, asking(desk, is_stopped=lambda: True)) is None
    assert quality.count_doubts(desk.reader, asking(desk, is_stopped=lambda: True)) is None


def test_one_measuring_a_week_is_kept_and_it_is_the_last(desk: Workspace) -> None:
    for number, days in enumerate((0, 1, 6)):  # a Sunday, the Monday of the next week, and that week's Sunday
        desk.clock.pass_ms(days * DAY)  # type: ignore[attr-defined]  # a clock of the tests
        customer(desk, f"客户{number}")
        kept = quality.keep(desk.replica, measured(desk).whole, desk.today()).value
    assert [(week.day, week.customers) for week in kept] == [("2026-11-22", 1), ("2026-11-29", 3)]
    assert quality.weeks(desk.reader) == kept


# -- the gate ---------------------------------------------------------------------------------------------------


def test_nobody_goes_live_before_everything_is_met(desk: Workspace) -> None:
    fill(desk, [whole(n) for n in range(30)])
    report = measured(desk)
    rehearsals = (("a", 0), ("a", 0), ("b", 1), ("b", 0), ("c", 0))
    for words in ("甲次", "乙次", "丙次"):  # somebody's word alone is no reconciliation
        sign_offs.sign(desk.replica, "rehearsal", words)
    sign: list[Callable[[], object]] = [
        partial(sign_offs.sign, desk.replica, "sampling", "1", among=30, judged=30, wrong=2),
        *(
            partial(sign_offs.sign_rehearsal, desk.replica, run, rows=30, differences=d)
            for run, d in rehearsals
        ),
        partial(sign_offs.sign_rollback, desk.replica, "c"),
    ]
    for one in sign:
        with pytest.raises(CrmError) as refused:
            sign_offs.approve(desk.replica, sign_offs.evidence(desk.reader, report))
        assert refused.value.code == "gate_closed"
        one()
    known = sign_offs.evidence(desk.reader, report)
    assert (known.sample, known.rehearsals, known.rollbacks) == (Outcome(30, 30, 2), 3, 1)
    assert all(one.is_met for one in checks(known))
    sign_offs.approve(desk.replica, known)
    latest = sign_offs.listed(desk.reader)[0]
    assert (latest.kind, latest.by, latest.among) == ("go_live", read_directory(desk.reader).me.id, 30)


def test_what_is_no_sign_off_is_refused(desk: Workspace) -> None:
    for kind, subject, code in (("blessing", "x", "invalid_value"), ("rollback", " ", "required")):
        with pytest.raises(CrmError, match=code):
            sign_offs.sign(desk.replica, kind, subject)
    assert sign_offs.listed(desk.reader) == []
