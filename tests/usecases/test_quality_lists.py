"""Orphans, coaching, samples and goals over real files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.quality import Measure, Tally, Verdict
from crmdesk.core.record import RecordKey
from crmdesk.core.values import money
from crmdesk.store.replica import Write
from crmdesk.usecases import (
    coaching,
    goals,
    merging,
    narrowing,
    orphans,
    quality,
    quality_tables,
    records,
    sampling,
    sign_offs,
)
from crmdesk.usecases.directory import read_directory
from crmdesk.usecases.quality import Asking
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import DAY, Colleague, customer, receive

GONE = "01900000000070008000000000000001"
NEEDED: dict[str, dict[str, Any]] = {
    "order": {"number": "DD-1", "ordered_on": "2026-11-01"},
    "payment": {"received_on": "2026-11-02", "amount": money(100)},
    "contract": {"name": "框架"},
    "invoice": {"number": "FP-1", "issued_on": "2026-11-02"},
    "ticket": {"title": "不转"},
    "visit": {
        "kind": "onsite",
        "at": 1_795_000_000_000,
        "summary": "看了样机，很满意",
        "result": "interested",
    },
}


def asking(desk: Workspace) -> Asking:
    return Asking(narrowing.read_bearings(desk.reader, desk.today()), desk.clock.now_ms())


def add(desk: Workspace, entity: str, **values: Any) -> str:
    return records.add(desk.replica, entity, values).value


def test_exactly_what_hangs_on_nobody_is_listed_with_the_reason(desk: Workspace) -> None:
    here, deleted = customer(desk, "在"), customer(desk, "删")
    expected = set()
    arrivals = {}
    for number, (kind, values) in enumerate(NEEDED.items()):
        add(desk, kind, customer=here, **values)
        expected.add((kind, add(desk, kind, customer=deleted, **values), "deleted"))
        key = RecordKey(kind, f"0190000000007000800000000000{number:04}")
        arrivals[key] = Colleague().edit(None, {"customer": GONE, **values})
        expected.add((kind, key.id, "missing"))
    add(desk, "contact", customer=deleted, name="钱")
    records.delete(desk.replica, RecordKey("customer", deleted))
    receive(desk, arrivals)
    add(desk, "contact", customer=here, name="王", email="w@example.com")
    mute = add(desk, "contact", customer=here, name="李")
    found = orphans.find(desk.reader, asking(desk).bearings)
    assert {(one.entity, one.id, one.reason) for one in found.records} == expected
    assert {one.title for one in found.records} >= {"DD-1", "框架", "不转"}
    assert [(one.id, one.customer) for one in found.people] == [(mute, here)]


def test_what_was_merged_or_kept_apart_is_neither_double_nor_loose(desk: Workspace) -> None:
    one, other, stranger = (customer(desk, "同名公司") for _ in range(3))
    add(desk, "order", customer=other, **NEEDED["order"])
    assert measured(desk).twice.part == 2
    merging.merge(desk.replica, one, other)
    assert measured(desk).twice.part == 1
    merging.keep_apart(desk.replica, one, stranger)
    assert measured(desk).twice.part == 0
    assert orphans.find(desk.reader, asking(desk).bearings).records == ()


def measured(desk: Workspace) -> Tally:
    found = quality.measure(desk.reader, asking(desk))
    assert found is not None
    return found.whole


def test_entries_of_the_last_days_are_told_to_whoever_typed_them(desk: Workspace, tmp_path: Path) -> None:
    me = read_directory(desk.reader).me.id
    good = {
        "region_code": "330106", "city": "杭州", "industry_code": "34", "grade": "B", "stage": "intent", "source": "web",
        "phone": "13812345678",
    }  # fmt: skip
    customer(desk, "很久以前")
    desk.clock.pass_ms(8 * DAY)  # type: ignore[attr-defined]  # a clock of the tests
    customer(desk, "齐全", **good)
    poor = customer(desk, "=差", **{**good, "phone": "12345678901", "grade": None, "city": "宁波"})
    short = add(
        desk,
        "visit",
        customer=poor,
        kind="phone",
        at=desk.clock.now_ms(),
        summary="聊聊",
        result="interested",
    )
    add(desk, "visit", customer=poor, **NEEDED["visit"])
    desk.replica.commit(
        [Write(RecordKey("customer", desk.replica.new_id()), {"name": "导入的"})], kind="import"
    )
    arrived = RecordKey("contact", f"{desk.clock.now_ms():012x}70008000000000000001")
    receive(desk, {arrived: Colleague().edit(None, {"customer": poor, "name": "赵", "job_level": "manager"})})
    found = coaching.look(desk.reader, asking(desk))
    people = {one.user: one for one in found.people}
    assert not found.is_cut
    assert {user: (one.entered, len(one.unruly)) for user, one in people.items()} == {
        me: (4, 2),
        "王强": (1, 1),
    }
    assert people[me].percent == 50
    flaws = {entry.id: [(flaw.kind, flaw.field) for flaw in entry.flaws] for entry in people[me].unruly}
    assert flaws == {
        poor: [("gap", "grade"), ("doubt", "phone"), ("contradiction", "")], short: [("thin", "summary")],
    }  # fmt: skip
    assert [flaw.kind for flaw in people["王强"].unruly[0].flaws] == ["gap"]
    table = quality_tables.coaching(found, desk.replica.registry, read_directory(desk.reader), "zh_CN")
    quality_tables.save(desk.reader, tmp_path / "c.csv", [table])
    assert "'=差" in (tmp_path / "c.csv").read_text(encoding="utf-8-sig")  # nothing a spreadsheet would run


def test_a_sample_is_judged_kept_taken_back_and_signed_off(desk: Workspace) -> None:
    every = [customer(desk, f"客户{n}", phone="12345678901" if n == 3 else None) for n in range(12)]
    sample = sampling.begin(desk.reader, 10, 42)
    assert sample == sampling.begin(desk.reader, 10, 42)
    assert (len(set(sample.customers)), sample.among) == (10, 12)
    looked = sampling.look(desk.reader, asking(desk).bearings, every[3])
    assert looked is not None
    assert ("doubt", "phone") in [(flaw.kind, flaw.field) for flaw in looked.flaws]
    for number in range(10):
        at = sample.next
        assert at is not None
        said = (Verdict.WRONG, Verdict.SKIPPED, Verdict.RIGHT)[min(number, 2)]
        sample = sample.judged(at, said, "phone" if said is Verdict.WRONG else "")
        sampling.keep(desk.replica, sample)
        assert sampling.resume(desk.reader) == sample
    assert sample.next is None
    assert (sample.outcome.judged, sample.outcome.wrong) == (9, 1)
    back = sample.taken_back()
    assert (back.next, back.outcome.judged) == (sample.customers[-1], 8)
    sampling.finish(desk.replica, sample)
    assert sampling.resume(desk.reader) is None
    (signed,) = sign_offs.listed(desk.reader, "sampling")
    assert (signed.sampled, signed.seed, signed.remark) == (sample.outcome, 42, "phone: 1")


def test_a_customer_that_left_during_a_sample_is_passed_over(desk: Workspace) -> None:
    customer(desk)
    assert sampling.look(desk.reader, asking(desk).bearings, GONE) is None
    assert sampling.Sampling(1, (), 0).taken_back() == sampling.Sampling(1, (), 0)


def test_a_goal_is_set_followed_and_given_up(desk: Workspace) -> None:
    today = desk.today()
    made = goals.add(desk.replica, Measure.COMPLETENESS, 65, 90, today, today + timedelta(days=90)).value
    for days, gaps in ((0, 30), (7, 20)):
        quality.keep(desk.replica, Tally(10, 100, gaps), today + timedelta(days=days))
    (standing,) = goals.listed(desk.reader, today + timedelta(days=8))
    assert [point.percent for point in standing.points] == [70, 80]
    assert standing.progress.state == "ahead"
    goals.remove(desk.replica, made)
    assert goals.listed(desk.reader, today) == []
    for start, target, measure in ((90, 65, Measure.COMPLETENESS), (65, 90, Measure.ACCURACY)):
        with pytest.raises(CrmError, match="invalid_value"):
            goals.add(desk.replica, measure, start, target, today, today + timedelta(days=90))
