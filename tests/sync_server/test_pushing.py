from __future__ import annotations

import secrets

import msgspec

from crmdesk.core.clock import stamp
from crmdesk.core.record import RecordKey, encode
from crmdesk.core.wire import BRIEF, Push, PushAnswer, PushRecord
from tests.support.laptop import (
    Laptop,
    conflicts,
    enrolled,
    forced,
    fresh_id,
    only,
    shown,
    verdicts,
)
from tests.support.server import HOUR_MS, RunningServer


def test_new_records_are_accepted_and_a_colleague_reads_them(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = ann.customer("宏远机械", city="苏州")
    visit = ann.visit(customer)
    assert verdicts(ann.push()) == [("accepted", None)] * 2
    bo.pull_all()
    assert shown(bo, customer) == {"name": "宏远机械", "city": "苏州"}
    assert shown(bo, visit)["summary"] == "谈价格"


def test_a_brief_answer_names_what_was_just_accepted_by_its_counters(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    shared = ann.customer("宏远", city="苏州")
    ann.push()
    bo.pull_all()
    bo.write(shared, {"city": "无锡"})
    bo.push()
    first, _bad = ann.customer("甲"), ann.write(RecordKey("customer", fresh_id()), {"name": 5})
    ann.visit(first)
    ann.write(shared, {"city": "常州"})
    ann.write(first, {"city": "上海"})
    batch = ann.batch()
    reply = ann.post(batch, Prefer=BRIEF)
    answer = msgspec.json.decode(reply.content, type=PushAnswer)
    assert [o.verdict for o in answer.outcomes] == ["rejected", "merged"]
    (accepted,) = answer.accepted
    assert (accepted.bucket, accepted.move_no) == (ann.book, 0)
    assert accepted.runs == ((2, 2), (4, 4), (6, 6))
    again = ann.post(batch)
    assert again.content == reply.content, "the form it got first"


def test_who_does_not_ask_for_it_gets_no_brief_answer(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer("甲")
    reply = ann.post(ann.batch())
    assert b"runs" not in reply.content
    assert b'"accepted":' not in reply.content
    assert b'"accepted"' in reply.content


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


def test_the_same_batch_again_gets_the_same_bytes_and_changes_nothing(server: RunningServer) -> None:
    """R3, I9."""
    ann = enrolled(server, "Ann")
    ann.visit(ann.customer())
    batch = ann.batch()
    first = ann.post(batch).content
    before = server.digest()
    assert ann.post(batch).content == first
    assert server.digest() == before


def test_a_stale_chain_with_a_new_batch_is_a_fork(server: RunningServer) -> None:
    """R3."""
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
    """R3."""
    ann, second = enrolled(server, "Ann"), enrolled(server, "Ann")
    ann.customer()
    ann.push()
    second.actor, second.chain, second.counter = ann.actor, ann.chain, ann.counter
    second.customer()
    assert second.post(second.batch()).json()["code"] == "actor_forked"


def test_a_gap_in_the_log_stops_the_batch(server: RunningServer) -> None:
    """R1: counters are contiguous per actor."""
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


def test_what_is_accepted_as_it_came_is_stored_and_sent_on_byte_for_byte(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = ann.customer("宏远机械", city="苏州")
    (pushed,) = ann.batch().records
    answer = ann.push()
    assert answer.eff == {}
    (item,) = [item for page in bo.pages(ann.book) for item in page.items if item.id == key.id]
    assert item.state == bytes(pushed.state)


def test_an_edit_sent_again_is_known(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    customer = RecordKey("customer", fresh_id())
    ann.write(customer, {"name": "来自明天"}, at=stamp(server.clock().ms + 24 * HOUR_MS))
    log = list(ann.unsent)
    first = ann.push()
    ann.unsent = log
    ann.write(customer, {"city": "苏州"})
    answer = ann.push()
    assert only(answer).verdict == "accepted"
    assert answer.eff["1"] == first.eff["1"]


def test_a_number_used_for_another_edit_is_refused(server: RunningServer) -> None:
    """R4: the history keeps what each number was given to."""
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
    """R4: so does the list of what was refused."""
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
