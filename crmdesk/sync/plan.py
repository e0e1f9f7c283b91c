"""What a sync will do, decided from what both sides hold: pure, so that every case can be tried.

Knows nothing of databases or HTTP; `engine` carries plans out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple, TypeAlias

from crmdesk.core.record import RecordKey
from crmdesk.core.wire import (
    BATCH_RECORDS,
    MAX_BODY_BYTES,
    MAX_TRANSACTION_BYTES,
    MAX_TRANSACTION_RECORDS,
    Commit,
    Evidence,
    Head,
)
from crmdesk.store.outbox import Cursor

BATCH_BYTES: Final = 2 * 1024 * 1024
"""A batch is closed at this size: small enough to go through on a poor line."""
LONGEST_WRITE_MS: Final = 200
"""What a transaction of many pages may take before its commit, if nobody waits: another process can't say so."""
MOST_PAGES: Final = 4
"""Pages a transaction. More would save little, and whoever applies them would wait for them to be read."""
LIMIT_BYTES: Final = MAX_BODY_BYTES - 256 * 1024
"""What one transaction may reach; the rest is for the envelope."""


class Told(NamedTuple):
    """What a laptop was told of a bucket: its latest commit, and when the heads said which buckets there are (ms)."""

    seq: int
    salt: str
    heard_ms: int | None = None


class Pull(NamedTuple):
    """A bucket to read, from its cursor; None from the beginning."""

    head: Head
    cursor: Cursor | None

    @property
    def is_first(self) -> bool:
        """Whether this bucket was never read to a head."""
        return self.cursor is None or not self.cursor.complete


class Steps(NamedTuple):
    """What a set of heads asks for: buckets taken away, buckets to compare for their cursors hold no longer, and to read."""

    revoked: tuple[str, ...]
    regressed: tuple[str, ...]
    pulls: tuple[Pull, ...]
    empty: tuple[Cursor, ...]


def steps(
    cursors: Mapping[str, Cursor],
    heads: Sequence[Head],
    first: Sequence[str] = (),
    *,
    known: Collection[str] = (),
) -> Steps:
    """Compare cursors with heads. `first` names the buckets to read before the others.

    `known` are buckets that this laptop was told of, whether or not it has a cursor in them.
    """
    offered = {head.bucket for head in heads}
    rank = {bucket: n for n, bucket in enumerate(first)}
    pulls, regressed, empty = [], [], []
    for head in sorted(heads, key=lambda h: (rank.get(h.bucket, len(rank)), h.bucket)):
        cursor = cursors.get(head.bucket)
        if cursor is not None and has_regressed(cursor, head):
            regressed.append(head.bucket)
        elif cursor is None and head.seq == 0:
            empty.append(Cursor(head.bucket, head.epoch, 0, head.salt, True))
        elif cursor is None or not cursor.complete or cursor.seq < head.seq:
            pulls.append(Pull(head, cursor))
    gone = {*cursors, *known} - offered
    return Steps(tuple(sorted(gone)), tuple(regressed), tuple(pulls), tuple(empty))


def has_regressed(cursor: Cursor, head: Head) -> bool:
    """Whether the server no longer holds the commit this cursor stands at (it was restored from a backup)."""
    if cursor.epoch != head.epoch or cursor.seq > head.seq:
        return True
    return cursor.seq == head.seq and cursor.salt != head.salt


def evidence(
    heard: Mapping[str, tuple[int, int, str]], cursors: Mapping[str, Cursor], heads: Iterable[Head]
) -> list[Evidence]:
    """The commits to show a server whose heads moved since: does it still hold what it told this laptop of?

    A cursor is shown too where it stands elsewhere: a server restored in between may have gone another course from
    there to what it told of last.
    """
    shown: list[Evidence] = []
    for head in heads:
        read = cursors.get(head.bucket)
        told = {heard.get(head.bucket), (read.epoch, read.seq, read.salt) if read else None}
        shown += [
            Evidence(head.bucket, *commit)
            for commit in sorted(commit for commit in told if commit is not None and commit[1])
            if commit != (head.epoch, head.seq, head.salt)
        ]
    return shown


def is_behind(heard: tuple[int, int, str] | None, epoch: int, seq: int, salt: str) -> bool:
    """Whether a bucket's head lies before the commit that this laptop was told of, or on another course."""
    if heard is None or not heard[1]:
        return False
    return heard[0] != epoch or seq < heard[1] or (seq == heard[1] and salt != heard[2])


def is_restored(heard: Mapping[str, tuple[int, int, str]], heads: Iterable[Head]) -> bool:
    """Whether the server speaks of a later recovery epoch than it ever did to this laptop."""
    latest = max((epoch for epoch, _, _ in heard.values()), default=None)
    return latest is not None and any(head.epoch > latest for head in heads)


def doubtful(
    cursors: Mapping[str, Cursor],
    heads: Iterable[Head],
    lost: Collection[str],
    first: Sequence[str] = (),
    *,
    all_of_them: bool = False,
) -> list[tuple[str, bool]]:
    """The buckets to compare before anything is sent, `first` before the others, and whether each has regressed.

    `lost` are those of which the server denies a commit; its epoch or seq may say the same. These are compared
    however far they were read: what was sent or read of them may be nowhere else.
    """
    rank = {bucket: n for n, bucket in enumerate(first)}
    found = []
    for head in sorted(heads, key=lambda h: (rank.get(h.bucket, len(rank)), h.bucket)):
        cursor = cursors.get(head.bucket)
        is_regressed = head.bucket in lost or (cursor is not None and has_regressed(cursor, head))
        if is_regressed or (all_of_them and cursor is not None and cursor.complete):
            found.append((head.bucket, is_regressed))
    return found


FEWEST_DELETIONS: Final = 50
DELETIONS_SHARE: Final = 5


def most_deletions(total: int) -> int:
    """How many of the records here one sync may hide without asking: a fifth of them, but at least fifty."""
    return max(FEWEST_DELETIONS, total // DELETIONS_SHARE)


class Differences(NamedTuple):
    """How two sides' records of some groups differ."""

    differing: list[RecordKey]
    only_here: list[RecordKey]
    only_there: list[RecordKey]


def compare(ours: Mapping[RecordKey, int], theirs: Mapping[RecordKey, int]) -> Differences:
    """What differs between two sides, by the digests of their records."""
    return Differences(
        sorted(key for key in ours.keys() & theirs.keys() if ours[key] != theirs[key]),
        sorted(ours.keys() - theirs.keys()),
        sorted(theirs.keys() - ours.keys()),
    )


Group: TypeAlias = tuple[str, int, int]
"""(Last two digits of ids, sum of digests, how many records.)"""


def differing(ours: Iterable[Group], theirs: Iterable[Group], at_once: int) -> list[list[str]]:
    """The groups that differ, in slices of at most `at_once` records or one group."""
    here = {group: (total, count) for group, total, count in ours}
    there = {group: (total, count) for group, total, count in theirs}
    slices: list[list[str]] = []
    size = at_once
    for group in sorted(here.keys() | there.keys()):
        mine, yours = here.get(group, (0, 0)), there.get(group, (0, 0))
        if mine == yours:
            continue
        added = max(mine[1], yours[1])
        if size + added > at_once or not slices:
            slices.append([])
            size = 0
        slices[-1].append(group)
        size += added
    return slices


def mismatched(
    cursors: Mapping[str, Cursor], heads: Iterable[Head], checksums: Mapping[str, int]
) -> list[str]:
    """The buckets that were read to just these heads and yet hold something else than the server does."""
    return [
        head.bucket
        for head in heads
        if (cursor := cursors.get(head.bucket)) is not None
        and cursor.complete
        and (cursor.epoch, cursor.seq, cursor.salt) == (head.epoch, head.seq, head.salt)
        and checksums.get(head.bucket, 0) != head.checksum
    ]


def advanced(cursors: Mapping[str, Cursor], commits: Iterable[Commit]) -> list[Cursor]:
    """The cursors that a push moves: those that stood right before a commit made of this push alone."""
    return [
        cursor._replace(seq=commit.seq, salt=commit.salt)
        for commit in commits
        if (cursor := cursors.get(commit.bucket)) is not None
        and cursor.seq == commit.before
        and cursor.complete
    ]


def goes_on(pages: int, took_ms: int, *, is_awaited: bool) -> bool:
    """Whether a transaction in which `pages` were written, in so long, takes in another one.

    More share the cost of making a commit durable; but a person's save is let in at the next page, and what it has
    to wait for then, the commit, grows with each.
    """
    return not is_awaited and pages < MOST_PAGES and took_ms * (pages + 1) <= LONGEST_WRITE_MS * pages


class Waiting(NamedTuple):
    """An unsent edit as a batch sees it: its counter, record, transaction and size in bytes."""

    counter: int
    key: RecordKey
    txn: str
    size: int


def whole(waiting: Sequence[Waiting], limit: int) -> Sequence[Waiting]:
    """The edits read up to `limit` without a last transaction that the limit may have cut short."""
    if len(waiting) < limit or waiting[0].txn == waiting[-1].txn:
        return waiting
    return [edit for edit in waiting if edit.txn != waiting[-1].txn]


def cut(
    waiting: Sequence[Waiting], states: Mapping[RecordKey, int], budget: int = BATCH_BYTES
) -> Sequence[Waiting]:
    """How many of the edits, in the order made, travel in one batch: a beginning of `waiting`, never empty.

    `states` gives the size of each record's state. A transaction travels whole unless it is larger than one
    may be.
    """
    taken: list[Waiting] = []
    records: set[RecordKey] = set()
    size = 0
    for _, group in groupby(waiting, key=lambda w: w.txn):
        transaction = list(group)
        fresh = {w.key for w in transaction} - records
        added = sum(w.size for w in transaction) + sum(states.get(key, 0) for key in fresh)
        if taken and (len(records) + len(fresh) > BATCH_RECORDS or size + added > budget):
            break
        if not taken and _is_oversize(len(fresh), added):
            return _prefix(transaction, states, budget)
        taken += transaction
        records |= fresh
        size += added
    return taken


def parcels(
    waiting: Sequence[Waiting], states: Mapping[RecordKey, int], budget: int = BATCH_BYTES
) -> list[list[Waiting]]:
    """All that waits, in as many parts as it takes: each record whole, with every edit of it, in the order first written.

    So each part can be judged by itself, and what a record hangs under comes before it. `states` as for `cut`.
    """
    by_record: dict[RecordKey, list[Waiting]] = {}
    for edit in waiting:
        by_record.setdefault(edit.key, []).append(edit)
    parts: list[list[Waiting]] = []
    records = size = 0
    for key, edits in by_record.items():
        added = sum(edit.size for edit in edits) + states.get(key, 0)
        if not parts or records == BATCH_RECORDS or size + added > budget:
            parts.append([])
            records = size = 0
        parts[-1] += edits
        records += 1
        size += added
    return [sorted(part) for part in parts]


def _is_oversize(records: int, size: int) -> bool:
    """Whether a transaction is beyond what travels whole: its edits and states together, so twice its bytes."""
    return records > MAX_TRANSACTION_RECORDS or size > min(2 * MAX_TRANSACTION_BYTES, LIMIT_BYTES)


def _prefix(
    transaction: Sequence[Waiting], states: Mapping[RecordKey, int], budget: int
) -> Sequence[Waiting]:
    """As much of one oversize transaction as a batch holds, at least one edit."""
    records: set[RecordKey] = set()
    size = 0
    for n, edit in enumerate(transaction):
        size += edit.size + (0 if edit.key in records else states.get(edit.key, 0))
        records.add(edit.key)
        if n and (len(records) > BATCH_RECORDS or size > budget):
            return transaction[:n]
    return transaction
