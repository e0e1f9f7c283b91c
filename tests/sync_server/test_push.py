from __future__ import annotations

import secrets
from typing import Any

import msgspec
import pytest

from crmdesk.core.clock import milliseconds, stamp
from crmdesk.core.entities import REGISTRY
from crmdesk.core.record import Dot, Record, RecordKey, encode
from crmdesk.core.resolve import read_record
from crmdesk.core.wire import LogEdit, Outcome, Push, PushAnswer, PushRecord
from sync_server import accounts
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import HOUR_MS, RunningServer


def verdicts(answer: PushAnswer) -> list[tuple[str, str | None]]:
    return [(outcome.verdict, outcome.code) for outcome in answer.outcomes]


def only(answer: PushAnswer) -> Outcome:
    (outcome,) = answer.outcomes
    return outcome


def forced(laptop: Laptop, content: Push) -> PushAnswer:
    """Push something the laptop itself would not say."""
    reply = laptop.post(content)
    assert reply.status_code == 200, reply.text
    answer = msgspec.json.decode(reply.content, type=PushAnswer)
    laptop.settle(answer)
    return answer


def with_state(batch: Push, record: Record | bytes) -> Push:
    """The batch with its (first) record's state replaced."""
    first, *rest = batch.records
    state = record if isinstance(record, bytes) else encode(record)
    changed = msgspec.structs.replace(first, state=msgspec.Raw(state))
    return msgspec.structs.replace(batch, records=(changed, *rest))


def shown(laptop: Laptop, key: RecordKey) -> dict[str, Any]:
    return read_record(laptop.records[key], key.entity, REGISTRY).values


def conflicts(laptop: Laptop, key: RecordKey) -> list[str]:
    return [view.key for view in read_record(laptop.records[key], key.entity, REGISTRY).conflicts]


# -- accepted and merged -----------------------------------------------------------------------


def test_new_records_are_accepted_and_a_colleague_reads_them(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = ann.customer("宏远机械", city="苏州")
    visit = ann.visit(customer)
    assert verdicts(ann.push()) == [("accepted", None)] * 2
    bo.pull_all()
    assert shown(bo, customer) == {"name": "宏远机械", "city": "苏州"}
    assert shown(bo, visit)["summary"] == "谈价格"


def test_concurrent_edits_are_merged_and_the_merged_state_comes_back(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = ann.customer("宏远", city="苏州")
    ann.push()
    bo.pull_all()
    bo.write(customer, {"city": "无锡"})
    bo.push()
    ann.write(customer, {"city": "常州"})
    outcome = only(ann.push())
    assert outcome.verdict == "merged"
    assert conflicts(ann, customer) == ["city"]
    bo.pull_all()
    assert bo.records[customer] == ann.records[customer]


def test_an_accepted_push_lets_the_cursor_step_over_its_own_commit(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    answer = ann.push()
    (commit,) = answer.commits
    assert (commit.bucket, commit.before, commit.seq) == (ann.book, 0, 1)
    (page,) = ann.pages(ann.book, commit.seq, commit.salt)
    assert (page.items, page.complete) == ((), True)


def test_a_record_without_news_takes_no_commit_number(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    ann.push()
    state = PushRecord(*customer, msgspec.Raw(encode(ann.records[customer])))
    again = Push(secrets.token_hex(16), ann.actor, ann.chain, (), (state,))
    answer = forced(ann, again)
    assert (only(answer).verdict, answer.commits) == ("accepted", ())


def test_a_batch_that_only_changes_what_is_known_is_accepted(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    ann.push()
    ann.pull_all()
    ann.write(customer, {"city": "苏州"})
    assert only(ann.push()).verdict == "accepted"


# -- replay, order, identity -------------------------------------------------------------------


def test_the_same_batch_again_gets_the_same_bytes_and_changes_nothing(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.visit(ann.customer())
    batch = ann.batch()
    first = ann.post(batch).content
    before = server.digest()
    assert ann.post(batch).content == first
    assert server.digest() == before


def test_a_stale_chain_with_a_new_batch_is_a_fork(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    ann.push()
    copy = Laptop(server, ann.user, ann.key, ann.actor, ann.counter, None, welcome=ann.welcome)
    copy.use(ann.welcome["access"])
    copy.customer("另一份")
    before = server.digest()
    reply = copy.post(copy.batch())
    assert (reply.status_code, reply.json()["code"]) == (409, "actor_forked")
    assert server.digest() == before


def test_an_unknown_actor_with_a_chain_is_a_fork(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.chain = "0" * 32
    ann.customer()
    assert ann.post(ann.batch()).json()["code"] == "actor_forked"


def test_another_devices_actor_is_a_fork(server: RunningServer) -> None:
    ann, second = enrolled(server, "Ann"), enrolled(server, "Ann")
    ann.customer()
    ann.push()
    second.actor, second.chain, second.counter = ann.actor, ann.chain, ann.counter
    second.customer()
    assert second.post(second.batch()).json()["code"] == "actor_forked"


def test_a_gap_in_the_log_stops_the_batch(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    ann.push()
    ann.counter += 1
    ann.customer()
    before = server.digest()
    reply = ann.post(ann.batch())
    assert (reply.status_code, reply.json()["code"]) == (409, "counter_gap")
    assert reply.json()["about"] == {"expected": "2"}
    assert server.digest() == before


def test_an_edit_sent_again_is_known(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    log = list(ann.unsent)
    first = ann.push()
    ann.unsent = log
    ann.write(customer, {"city": "苏州"})
    answer = ann.push()
    assert only(answer).verdict == "accepted"
    assert answer.eff["1"] == first.eff["1"]


def test_a_number_used_for_another_edit_is_refused(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer("真")
    ann.push()
    ann.counter = 0
    ann.records.clear()
    ann.customer("假")
    answer = ann.push()
    assert verdicts(answer) == [("rejected", "dot_reused")]
    assert answer.commits == ()


def test_a_refused_number_may_not_be_used_for_another_edit_either(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = RecordKey("customer", fresh_id())
    ann.write(key, {"name": "甲", "no_such": 1})
    assert verdicts(ann.push()) == [("rejected", "unknown_field")]
    ann.counter = 0
    ann.customer("乙")
    assert verdicts(ann.push()) == [("rejected", "dot_reused")]


def test_a_refused_edit_is_taken_in_once_nothing_speaks_against_it(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    field = RecordKey("field", fresh_id())
    key = RecordKey("customer", fresh_id())
    ann.write(key, {"name": "甲", f"x_{field.id}": "自定义"})
    log = list(ann.unsent)
    assert verdicts(ann.push()) == [("rejected", "unknown_field")]
    said = {"entity": "customer", "type": "text", "label_zh": "车间", "label_en": "Workshop"}
    mei.write(field, said, bucket=mei.welcome["config"])
    assert verdicts(mei.push()) == [("accepted", None)]
    ann.unsent = log
    assert verdicts(ann.push()) == [("accepted", None)]


# -- one bad record ----------------------------------------------------------------------------


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
    "money without currency": ("customer", {"name": "x", "amount": {"money": [5]}}, "invalid_value"),
    "not an id": ("contact", {"name": "x", "customer": "5"}, "invalid_value"),
    "not a clock": ("customer", {"name": "x", "deleted": {"seen": {"a": "b"}}}, "invalid_value"),
}


def test_a_new_tag_is_anybodys_to_make_and_only_leaders_rename_it(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = RecordKey("tag", fresh_id())
    ann.write(key, {"name": "VIP"})
    assert verdicts(ann.push()) == [("merged", None)]  # this laptop had put it into a book
    ann.write(key, {"name": "VIP 2"})
    assert verdicts(ann.push()) == [("rejected", "forbidden")]


@pytest.mark.parametrize("case", REJECTIONS)
def test_a_bad_record_is_rejected_and_holds_up_nothing(server: RunningServer, case: str) -> None:
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
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = ann.customer("甲")
    ann.push()
    bo.pull_all()
    for number in range(32):
        ann.write(key, {"city": f"城{number}"}, seen={})
    assert [o.verdict for o in ann.push().outcomes] == ["accepted"]
    bo.write(key, {"city": "多一个"}, seen={})
    assert verdicts(bo.push()) == [("quarantined", "too_many_versions")]


# -- false claims bring a sibling, never a loss -------------------------------------------------


def test_a_forged_context_makes_a_sibling_not_a_loss(server: RunningServer) -> None:
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
    assert shown(bo, key)["name"] == "甲"


def test_a_time_from_the_future_does_not_win_for_ever(server: RunningServer) -> None:
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
    pulled = server.clock()
    server.clock.ahead_ms = HOUR_MS // 10
    ann.write(RecordKey("customer", fresh_id()), {"name": "很久以前"}, at=stamp(1))
    assert milliseconds(ann.push().eff["1"]) == pytest.approx(pulled, abs=5_000)


# -- placement ---------------------------------------------------------------------------------


def test_a_new_customer_goes_to_its_authors_book_whatever_it_claims(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = RecordKey("customer", fresh_id())
    ann.write(key, {"name": "甲"}, bucket=server.people["Bo"].book)
    outcome = only(ann.push())
    assert (outcome.verdict, outcome.bucket) == ("merged", ann.book)


def test_a_child_goes_where_its_customer_is_whoever_makes_it(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = ann.customer()
    ann.push()
    bo.pull_all()
    bo.visit(customer)
    assert only(bo.push()).bucket == ann.book


def test_a_child_of_a_missing_and_of_an_invisible_customer_gets_the_same_answer(
    server: RunningServer,
) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    hidden = ann.customer()
    ann.push()
    outcomes = []
    for home in (hidden, RecordKey("customer", fresh_id())):
        cai.visit(home)
        outcome = only(cai.push())
        outcomes.append((outcome.verdict, outcome.bucket, outcome.move_no, outcome.code))
    assert outcomes[0] == outcomes[1] == ("accepted", cai.book, 0, None)


def test_an_edit_of_an_invisible_and_of_a_missing_record_gets_the_same_answer(
    server: RunningServer,
) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    hidden = ann.customer()
    ann.push()
    missing = RecordKey("customer", fresh_id())
    answers = []
    for key in (hidden, missing):
        cai.records[key] = ann.records[hidden]
        cai.write(key, {"city": "偷"})
        outcome = only(cai.push())
        answers.append(msgspec.json.encode(msgspec.structs.replace(outcome, id="")))
    assert answers[0] == answers[1]
    assert b'"forbidden"' in answers[0]


def test_a_manager_writes_reviews_and_a_director_only_reads(server: RunningServer) -> None:
    server.add_user("Dai", "director", "North")
    ann, mei, dai = (enrolled(server, name) for name in ("Ann", "Mei", "Dai"))
    visit = ann.visit(ann.customer())
    ann.push()
    for reader in (mei, dai):
        reader.pull_all()
        assert visit in reader.records
        reader.write(
            RecordKey("review", fresh_id()), {"visit": visit.id, "outcome": "reviewed"}, bucket=ann.book
        )
    assert verdicts(mei.push()) == [("accepted", None)]
    assert verdicts(dai.push()) == [("rejected", "forbidden")]


def test_a_disabled_colleague_reads_no_book(server: RunningServer) -> None:
    with server.database.write() as connection:
        accounts.disable_user(connection, "Bo", server.clock())
        rows = connection.exec_driver_sql(
            "SELECT count(*) FROM reader WHERE user = ?", (server.people["Bo"].user,)
        )
        assert rows.scalar() == 0
