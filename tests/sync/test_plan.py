from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.core.record import RecordKey
from crmdesk.core.wire import BATCH_RECORDS, MAX_TRANSACTION_BYTES, Commit, Head
from crmdesk.store.outbox import Cursor
from crmdesk.sync import plan
from crmdesk.sync.plan import Waiting

names = st.sampled_from("abcd")
numbers = st.integers(0, 5)
salts = st.sampled_from(["", "s", "t"])
cursor_sets = st.lists(
    st.builds(Cursor, names, st.integers(1, 2), numbers, salts, st.booleans()), unique_by=lambda c: c.bucket
).map(lambda found: {c.bucket: c for c in found})
head_lists = st.lists(st.builds(Head, names, st.integers(1, 2), numbers, salts), unique_by=lambda h: h.bucket)


@given(cursor_sets, head_lists)
def test_every_bucket_is_taken_away_read_or_already_read(cursors, heads):
    steps = plan.steps(cursors, heads)
    pulls = {p.head.bucket for p in steps.pulls}
    empty = {c.bucket for c in steps.empty}
    regressed = set(steps.regressed)
    offered = {h.bucket for h in heads}
    assert set(steps.revoked) == cursors.keys() - offered
    assert not pulls & empty
    assert not regressed & (pulls | empty), "what proves a loss is neither read over nor read anew"
    for head in heads:
        if head.bucket not in pulls | empty | regressed:
            cursor = cursors[head.bucket]
            assert cursor.complete
            assert (cursor.epoch, cursor.seq, cursor.salt) == (head.epoch, head.seq, head.salt)


@given(cursor_sets, head_lists)
def test_a_bucket_is_read_on_from_its_cursor_only_where_the_server_still_holds_that_commit(cursors, heads):
    steps = plan.steps(cursors, heads)
    for wanted in steps.pulls:
        if wanted.cursor is None:
            assert wanted.head.bucket not in cursors
        else:
            assert wanted.cursor.epoch == wanted.head.epoch
            assert wanted.cursor.seq <= wanted.head.seq
            assert wanted.head.bucket not in steps.regressed


@given(cursor_sets, head_lists)
def test_a_second_look_after_carrying_a_plan_out_finds_nothing_to_do(cursors, heads):
    steps = plan.steps(cursors, heads)
    after = {b: c for b, c in cursors.items() if b not in (*steps.revoked, *steps.regressed)}
    after |= {c.bucket: c for c in steps.empty}
    done = {p.head.bucket for p in steps.pulls} | set(steps.regressed)
    after |= {h.bucket: Cursor(h.bucket, h.epoch, h.seq, h.salt, True) for h in heads if h.bucket in done}
    assert plan.steps(after, heads) == plan.Steps((), (), (), ())


def test_a_bucket_that_was_only_told_of_is_taken_away_too():
    assert plan.steps({}, [Head("a", 1, 1, "s")], known={"a", "b"}).revoked == ("b",)


heard_sets = st.dictionaries(names, st.tuples(st.integers(1, 2), numbers, salts))


@given(heard_sets, cursor_sets, head_lists)
def test_r19_all_that_this_laptop_was_told_of_is_shown_unless_the_server_just_told_it(heard, cursors, heads):
    shown = {(c.bucket, c.epoch, c.seq, c.salt) for c in plan.evidence(heard, cursors, heads)}
    held = {(bucket, *commit) for bucket, commit in heard.items()} | {tuple(c[:4]) for c in cursors.values()}
    now = {h.bucket: (h.epoch, h.seq, h.salt) for h in heads}
    assert shown == {c for c in held if c[0] in now and c[2] and c[1:] != now[c[0]]}


@given(cursor_sets, head_lists, st.sets(names))
def test_r19_whatever_was_lost_is_compared_however_far_it_was_read(cursors, heads, lost):
    asked = dict(plan.doubtful(cursors, heads, lost))
    assert all(asked.values())
    regressed = plan.steps(cursors, heads).regressed
    assert asked.keys() == {h.bucket for h in heads if h.bucket in lost or h.bucket in regressed}


def test_buckets_are_read_in_the_order_asked_for_then_by_name():
    heads = [Head(name, 1, 1, "s") for name in "abcd"]
    assert [p.head.bucket for p in plan.steps({}, heads, ("c", "b")).pulls] == ["c", "b", "a", "d"]


@given(cursor_sets, st.lists(st.builds(Commit, names, numbers, numbers, salts), max_size=4))
def test_a_push_moves_a_cursor_only_from_right_before_its_commit(cursors, commits):
    for moved in plan.advanced(cursors, commits):
        before = cursors[moved.bucket]
        assert before.complete
        assert Commit(moved.bucket, before.seq, moved.seq, moved.salt) in commits


transactions = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3, 400, 500, 700, 1200]),
        st.integers(0, 900),
        st.sampled_from([100, 3000, 40_000]),
    ),
    min_size=1,
    max_size=6,
)
"""Per transaction: how many records, the number of its first record, and the size of each edit."""


def outbox_of(made: list[tuple[int, int, int]]) -> list[Waiting]:
    """Edits in the order made: one edit per record and transaction."""
    waiting: list[Waiting] = []
    for txn, (count, first, size) in enumerate(made):
        for n in range(count):
            waiting.append(Waiting(len(waiting) + 1, RecordKey("customer", str(first + n)), str(txn), size))
    return waiting


@settings(max_examples=40, deadline=None)
@given(transactions)
def test_a_batch_is_a_beginning_of_the_log_within_the_limits(made):
    waiting = outbox_of(made)
    states = {w.key: w.size for w in waiting}
    batch = list(plan.cut(waiting, states))
    records = {w.key for w in batch}
    size = sum(w.size for w in batch) + sum(states[key] for key in records)
    assert batch
    assert batch == waiting[: len(batch)]
    assert len(records) <= BATCH_RECORDS
    assert size <= plan.LIMIT_BYTES


@settings(max_examples=40, deadline=None)
@given(transactions)
def test_a_transaction_of_at_most_500_records_and_4_mb_is_never_split(made):
    waiting = outbox_of(made)
    states = {w.key: w.size for w in waiting}
    while waiting:
        batch = plan.cut(waiting, states)
        rest = waiting[len(batch) :]
        if rest and rest[0].txn == batch[-1].txn:
            cut = [w for w in waiting if w.txn == rest[0].txn]
            size = sum(w.size + states[w.key] for w in cut)
            assert len(cut) > 500 or size > 2 * MAX_TRANSACTION_BYTES * 0.9
        waiting = rest


@settings(max_examples=40, deadline=None)
@given(transactions, st.integers(1, 1500))
def test_a_transaction_that_reading_cut_short_waits_for_the_next_batch(made, limit):
    read = outbox_of(made)[:limit]
    kept = list(plan.whole(read, limit))
    assert kept
    assert kept == read[: len(kept)]
    if len(kept) < len(read):
        assert kept[-1].txn != read[-1].txn
        assert {w.txn for w in read[len(kept) :]} == {read[-1].txn}
    elif len(read) == limit:
        assert len({w.txn for w in read}) == 1


@pytest.mark.parametrize(
    ("pages", "took_ms", "goes_on"),
    [(1, 0, True), (1, 100, True), (1, 101, False), (3, 150, True), (3, 151, False), (4, 1, False)],
)
def test_a_transaction_takes_in_pages_while_it_stays_short(pages: int, took_ms: int, goes_on: bool) -> None:
    """R36: a save takes at most 150 ms while a sync writes."""
    assert plan.goes_on(pages, took_ms, is_awaited=False) is goes_on


def test_a_transaction_ends_at_the_page_where_somebody_waits_to_save() -> None:
    assert not plan.goes_on(1, 0, is_awaited=True)
