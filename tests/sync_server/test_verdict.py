from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crmdesk.core.clock import milliseconds, stamp
from crmdesk.core.record import Dot, RecordKey
from crmdesk.core.resolve import Life, deletion, life
from crmdesk.core.wire import LogEdit
from tests.support.laptop import (
    Laptop,
    conflicts,
    enrolled,
    forced,
    fresh_id,
    only,
    shown,
    verdicts,
    with_state,
)
from tests.support.server import HOUR_MS, RunningServer


def bad(laptop: Laptop, entity: str = "customer", **values: Any) -> RecordKey:
    key = RecordKey(entity, fresh_id())
    laptop.write(key, values)
    return key


REJECTIONS: dict[str, tuple[str, dict[str, Any], str]] = {
    "unknown entity": ("spaceship", {"name": "x"}, "unknown_entity"),
    "unknown field": ("customer", {"name": "x", "no_such": 1}, "unknown_field"),
    "unknown element": ("customer", {"name": "x", "city:1": "x"}, "unknown_field"),
    "people are the server's": ("user", {"name": "x"}, "server_field"),
    "teams are the server's": ("team", {"name": "x"}, "server_field"),
    "settings are not a rep's": ("field", {"label_zh": "x"}, "forbidden"),
    "reviews are a manager's": ("review", {"outcome": "reviewed"}, "forbidden"),
    "number for text": ("customer", {"name": 5}, "invalid_value"),
    "text for a number": ("customer", {"name": "x", "employees": "5"}, "invalid_value"),
    "truth for a number": ("customer", {"name": "x", "employees": True}, "invalid_value"),
    "no such day": ("customer", {"name": "x", "next_follow_up_on": "2026-13-01"}, "invalid_value"),
    "no such day of a month": ("customer", {"name": "x", "next_follow_up_on": "2026-02-30"}, "invalid_value"),
    "a day spelled otherwise": ("customer", {"name": "x", "next_follow_up_on": "20260228"}, "invalid_value"),
    "a name for a code": ("customer", {"name": "x", "region_code": "广东省"}, "invalid_value"),
    "a code of another table": ("customer", {"name": "x", "industry_code": "440305"}, "invalid_value"),
    "no such moment": ("visit", {"kind": "onsite", "at": 2**52, "summary": "x"}, "invalid_value"),
    "before all time": ("visit", {"kind": "onsite", "at": -1, "summary": "x"}, "invalid_value"),
    "a deletion that saw a stranger": (
        "customer",
        {"name": "x", "deleted": {"seen": {"f" * 32: 1}}},
        "invalid_value",
    ),
    "a deletion that saw below a stranger": (
        "customer",
        {"name": "x", "deleted": {"seen": {}}, "deleted_below": {"seen": {"f" * 32: 1}}},
        "invalid_value",
    ),
    "money without currency": ("customer", {"name": "x", "amount": {"money": [5]}}, "invalid_value"),
    "not an id": ("contact", {"name": "x", "customer": "5"}, "invalid_value"),
    "not a clock": ("customer", {"name": "x", "deleted": {"seen": {"a": "b"}}}, "invalid_value"),
}


def test_a_code_of_a_newer_table_is_taken_from_a_laptop_that_knows_it(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = ann.customer("前")
    ann.push()
    ann.write(key, {"region_code": "999901", "industry_code": "T"})
    assert verdicts(ann.push()) == [("accepted", None)]
    ann.write(key, {"region_code": None})
    assert verdicts(ann.push()) == [("accepted", None)]


def test_a_new_tag_is_anybodys_to_make_and_only_leaders_rename_it(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = RecordKey("tag", fresh_id())
    ann.write(key, {"name": "VIP"})
    assert verdicts(ann.push()) == [("merged", None)]  # this laptop had put it into a book
    ann.write(key, {"name": "VIP 2"})
    assert verdicts(ann.push()) == [("rejected", "forbidden")]


@pytest.mark.parametrize("case", REJECTIONS)
def test_a_bad_record_is_rejected_and_holds_up_nothing(server: RunningServer, case: str) -> None:
    """R27, R29: each field is judged, and one that is not the author's to write refuses its record alone."""
    entity, values, code = REJECTIONS[case]
    ann = enrolled(server, "Ann")
    ann.customer("前")
    key = bad(ann, entity, **values)
    ann.customer("后")
    answer = ann.push()
    assert verdicts(answer) == [("accepted", None), ("rejected", code), ("accepted", None)]
    ann.records.clear()
    ann.pull_all()
    assert key not in ann.records


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (b'[1,[0,"%b"],{},[]]', "malformed_record"),
        (b'[1,[0,"b"],{"a":1,"a":1},[]]', "not_canonical"),
        (b'[1, [0,"b"],{},[]]', "not_canonical"),
        (b"{}", "malformed_record"),
        (b"[1]", "malformed_record"),
        (b'"' + b"x" * 300_000 + b'"', "record_too_large"),
    ],
)
def test_a_state_that_is_not_well_formed_is_rejected(server: RunningServer, state: bytes, code: str) -> None:
    ann = enrolled(server, "Ann")
    ann.customer("坏")
    ann.customer("好")
    answer = forced(ann, with_state(ann.batch(), state))
    assert verdicts(answer) == [("rejected", code), ("accepted", None)]


def test_a_log_entry_that_cannot_be_read_rejects_its_record_only(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer("坏")
    ann.customer("好")
    batch = ann.batch()
    first, *rest = batch.log
    broken = LogEdit(first.counter, first.entity, first.id, first.part, msgspec.Raw(b"[]"))
    answer = forced(ann, msgspec.structs.replace(batch, log=(broken, *rest)))
    assert verdicts(answer) == [("rejected", "malformed_record"), ("accepted", None)]


def test_a_deletion_hides_nothing_that_is_yet_to_be_written(server: RunningServer) -> None:
    """R12."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = bo.customer()
    bo.push()
    ann.pull_all()
    ann.write(key, {"deleted": {"seen": {bo.actor: bo.counter + 1}}})
    assert verdicts(ann.push()) == [("rejected", "invalid_value")]
    bo.pull_all()
    assert life(bo.records[key]) is Life.LIVE


def test_an_honest_deletion_is_accepted(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = bo.customer()
    visit = bo.visit(key)
    bo.push()
    ann.pull_all()
    ann.visit(key)
    ann.write(key, deletion(ann.records[key], [one for k, one in ann.records.items() if k.entity == "visit"]))
    assert visit in ann.records
    assert {code for _, code in verdicts(ann.push())} == {None}
    bo.pull_all()
    assert life(bo.records[key]) is Life.DELETED


def test_a_fixed_field_is_set_once(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    visit = ann.visit(ann.customer())
    ann.push()
    ann.write(visit, {"at": 5})
    assert verdicts(ann.push()) == [("rejected", "fixed_field")]


def test_nobody_signs_with_another_name(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.welcome["user"] = server.people["Bo"].user
    ann.customer()
    assert verdicts(ann.push()) == [("rejected", "forbidden")]


def test_a_state_must_be_what_its_log_says(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = ann.customer("日志里的名字")
    batch = ann.batch()
    record = ann.records[key]
    (edit,) = record.edits
    other = msgspec.structs.replace(edit, values={"name": "状态里的名字"})
    forged = msgspec.structs.replace(record, edits=(other,))
    assert verdicts(forced(ann, with_state(batch, forged))) == [("rejected", "malformed_record")]


def test_an_edit_of_somebody_else_is_not_taken_from_a_push(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = ann.customer("甲")
    batch = ann.batch()
    record = ann.records[key]
    (edit,) = record.edits
    stranger = Dot("f" * 32, 1)
    foreign = msgspec.structs.replace(edit, dot=stranger, values={"city": "冒名"})
    forged = msgspec.structs.replace(
        record,
        clock={**record.clock, stranger.actor: 1},
        edits=tuple(sorted((edit, foreign), key=lambda e: e.dot)),
    )
    assert verdicts(forced(ann, with_state(batch, forged))) == [("rejected", "forbidden")]


def test_too_many_versions_of_a_field_are_quarantined(server: RunningServer) -> None:
    """R15."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = ann.customer("甲")
    ann.push()
    bo.pull_all()
    for number in range(32):
        ann.write(key, {"city": f"城{number}"}, seen={})
    assert [o.verdict for o in ann.push().outcomes] == ["accepted"]
    bo.write(key, {"city": "多一个"}, seen={})
    assert verdicts(bo.push()) == [("quarantined", "too_many_versions")]


def test_a_forged_context_makes_a_sibling_not_a_loss(server: RunningServer) -> None:
    """R12: what a clock claims beyond what the server knows counts as unseen."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = ann.customer("甲", city="苏州")
    ann.push()
    bo.pull_all()
    bo.write(key, {"city": "无锡"})
    batch = bo.batch()
    forged = msgspec.structs.replace(bo.records[key], clock={**bo.records[key].clock, ann.actor: 1_000_000})
    forced(bo, with_state(batch, forged))
    ann.write(key, {"city": "常州"})
    ann.push()
    assert conflicts(ann, key) == ["city"]
    bo.pull_all()
    assert bo.records[key].clock[ann.actor] == 2
    assert conflicts(bo, key) == ["city"], "the claim had not swallowed a later edit"


def test_what_a_push_leaves_out_without_a_word_stays(server: RunningServer) -> None:
    """R9."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = ann.customer("甲", city="苏州")
    ann.push()
    bo.pull_all()
    bo.write(key, {"grade": "A"})
    batch = bo.batch()
    mine = tuple(edit for edit in bo.records[key].edits if edit.dot.actor == bo.actor)
    forgetful = msgspec.structs.replace(bo.records[key], edits=mine)
    assert only(forced(bo, with_state(batch, forgetful))).verdict == "merged"
    assert shown(bo, key) == {"name": "甲", "city": "苏州", "grade": "A"}


def test_what_others_wrote_counts_as_the_server_holds_it(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = ann.customer("甲")
    ann.push()
    bo.pull_all()
    bo.write(key, {"grade": "A"})
    batch = bo.batch()
    record = bo.records[key]
    forged = tuple(
        msgspec.structs.replace(e, values={"name": "篡改"}, eff=e.at + 5) if e.dot.actor == ann.actor else e
        for e in record.edits
    )
    forced(bo, with_state(batch, msgspec.structs.replace(record, edits=forged)))
    (hers,) = (e for e in bo.records[key].edits if e.dot.actor == ann.actor)
    assert (hers.values, hers.eff) == ({"name": "甲"}, ann.records[key].edits[0].eff)


def test_a_value_that_others_wrote_keeps_its_kind(server: RunningServer) -> None:
    """To Python, 0 and false are equal: bytes under one dot must not differ all the same."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer, task = ann.customer("甲"), RecordKey("task", fresh_id())
    ann.write(task, {"title": "寄样品", "done": False, "customer": customer.id})
    ann.push()
    bo.pull_all()
    bo.write(task, {"due_on": "2026-12-01"})
    batch, record = bo.batch(), bo.records[task]
    forged = tuple(
        msgspec.structs.replace(e, values={**e.values, "done": 0}) if e.dot.actor == ann.actor else e
        for e in record.edits
    )
    outcome = only(forced(bo, with_state(batch, msgspec.structs.replace(record, edits=forged))))
    assert outcome.verdict == "merged"
    ann.pull_all()
    (hers,) = (e for e in ann.records[task].edits if e.dot.actor == ann.actor)
    assert hers.values["done"] is False


def test_a_time_from_the_future_does_not_win_for_ever(server: RunningServer) -> None:
    """R40."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = ann.customer("甲")
    ann.write(key, {"remark": "来自 9999 年"}, at=stamp(2**46))
    answer = ann.push()
    assert milliseconds(answer.eff["2"]) <= answer.server_ms
    bo.pull_all()
    server.clock.ahead_ms = 60_000
    bo.write(key, {"remark": "之后"}, seen={})
    bo.push()
    assert shown(bo, key)["remark"] == "之后"


def test_a_time_before_the_last_pull_counts_from_that_pull(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.pull_all()
    pulled = server.clock().ms
    server.clock.ahead_ms = HOUR_MS // 10
    ann.write(RecordKey("customer", fresh_id()), {"name": "很久以前"}, at=stamp(1))
    assert milliseconds(ann.push().eff["1"]) == pytest.approx(pulled, abs=5_000)
