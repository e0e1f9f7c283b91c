"""Sending this laptop's edits: one batch is cut and named before it is sent, and its answer settles it.

Everything an answer says is applied in one local transaction. What a person typed while the batch was on its
way stays unsent.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from crmdesk.core import record as kernel
from crmdesk.core.clock import Ceiling
from crmdesk.core.record import Dot, Placement, Record, RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.wire import (
    BATCH_RECORDS,
    LATE,
    MAX_PROOFS,
    LogEdit,
    Outcome,
    Proofs,
    Push,
    PushAnswer,
    PushRecord,
)
from crmdesk.store import outbox, projection, records, settings, unsent
from crmdesk.store.delivery import Arrival, Delivery
from crmdesk.store.identity import give_up_actor
from crmdesk.store.outbox import Outgoing
from crmdesk.store.projection import Projected
from crmdesk.store.records import LEFT, Row, Sent, Stored
from crmdesk.store.replica import Replica, Touched
from crmdesk.sync import plan

_LOOK_AHEAD: Final = BATCH_RECORDS + 1
"""Edits read for a batch: one more than fit in it shows whether its last transaction is whole."""
SETTLED: Final = ("accepted", "merged")
_MORE_TO_COME: Final = "counter_gap"
"""A record whose state holds edits of a later batch: refused until they come, when all its edits travel again."""


class Named(msgspec.Struct, frozen=True):
    """The batch that was sent last and has no answer yet: sent again, it carries the same edits."""

    id: str
    actor: str
    counters: tuple[int, ...]


class Answered(msgspec.Struct, frozen=True):
    """The answer to a batch, kept until it is taken in: the next one has gone out on its strength."""

    batch: Named
    answer: PushAnswer


class Batch(NamedTuple):
    """What is on its way: its name, the message, per record the counters of the edits it carries.

    `sent` are the records as they were sent, where this program has just sent them.
    """

    name: Named
    message: Push
    counters: Mapping[RecordKey, Sequence[int]]
    sent: Mapping[RecordKey, Sent]


@dataclass
class Settled:
    """What an answer did: counts of edits by verdict, the records that moved, how many left this laptop.

    `late` counts the edits that reached whoever answers for their customer now. `is_forked`: another copy of this
    database has used some of the same numbers.
    """

    touched: Touched
    left: int
    late: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    is_forked: bool = False

    def count(self, verdict: str) -> int:
        return self.verdicts.get(verdict, 0)


# -- cutting a batch ------------------------------------------------------------------------------------


def prepare(replica: Replica, budget: int, readable: Collection[str]) -> Batch | None:
    """The next batch, named on disk before anybody sends it; None where nothing waits.

    An answer that was kept and never taken in is taken in first.
    """
    with replica.database.write() as connection:
        actor = settings.identity(connection).actor
        kept = settings.read(connection, "answered", Answered)
        if (
            kept
            and kept.batch.actor == actor
            and (log := outbox.again(connection, actor, kept.batch.counters))
        ):
            settled = _batch(connection, replica.registry, kept.batch, log)._replace(sent={})
            _settle(replica, connection, settled, kept.answer, readable)
        named = settings.read(connection, "batch", Named)
        log = outbox.again(connection, actor, named.counters) if named and named.actor == actor else []
        if log:
            # The server may have answered already, for records as they were then.
            return _batch(connection, replica.registry, named, log)._replace(sent={})
        batch = _next(replica, connection, actor, budget)
        if batch is not None:
            settings.write(connection, {"batch": batch.name})
        return batch


def look_ahead(replica: Replica, batch: Batch, budget: int) -> Batch | None:
    """The batch after one that is on its way, not named yet and without its chain; None where nothing waits."""
    # In a write transaction, though it writes nothing: another connection would have to read, and decrypt,
    # every page anew after each commit.
    with replica.database.write() as connection:
        if settings.identity(connection).actor != batch.name.actor:
            return None
        return _next(replica, connection, batch.name.actor, budget, after=max(batch.name.counters))


def keep(replica: Replica, batch: Batch, answer: PushAnswer, following: Batch) -> Batch:
    """Make an answer safe before the batch that follows it goes out; returns that batch with its chain."""
    with replica.database.write() as connection:
        answered = Answered(batch.name, answer)
        settings.write(connection, {"answered": answered, "chain": answer.chain, "batch": following.name})
    # What both carry is not as it will be sent: taking the answer in may rewrite it.
    sent = {key: one for key, one in following.sent.items() if key not in batch.counters}
    return following._replace(
        message=msgspec.structs.replace(following.message, chain=answer.chain), sent=sent
    )


def is_taken_whole(answer: PushAnswer) -> bool:
    """Whether nothing of a batch was refused."""
    return all(outcome.verdict in SETTLED for outcome in answer.outcomes)


def forget(replica: Replica) -> None:
    """Cut anew what the server refused to read whole: it has taken nothing of it."""
    with replica.database.write() as connection:
        settings.write(connection, {"batch": None})


def _next(
    replica: Replica, connection: Connection, actor: str, budget: int, *, after: int = 0
) -> Batch | None:
    """The next batch: the edits after a counter, in the order made, with refused ones of the same records."""
    found = outbox.outgoing(connection, actor, _LOOK_AHEAD, after=after)
    if not found:
        return None
    waiting = [plan.Waiting(e.counter, e.key, e.txn, len(e.body)) for e in found]
    sizes = {edit.key: len(edit.record.state) for edit in found if edit.record}
    log = found[: len(plan.cut(plan.whole(waiting, _LOOK_AHEAD), sizes, budget))]
    again = outbox.refused_of(connection, actor, {edit.key for edit in log})
    log = sorted(again + log, key=attrgetter("counter")) if again else log
    named = Named(replica.clock.random(16).hex(), actor, tuple(edit.counter for edit in log))
    return _batch(connection, replica.registry, named, log)


def _batch(
    connection: Connection,
    registry: Registry,
    named: Named,
    log: Sequence[Outgoing],
) -> Batch:
    counters: dict[RecordKey, list[int]] = {}
    sent: dict[RecordKey, Sent] = {}
    for edit in log:
        counters.setdefault(edit.key, []).append(edit.counter)
        if edit.record is not None:
            sent[edit.key] = edit.record
    rank = {name: n for n, name in enumerate(registry.entities)}  # declared home-first
    ordered = sorted(sent, key=lambda key: rank.get(key.entity, len(rank)))
    message = Push(
        batch=named.id,
        actor=named.actor,
        chain=settings.read(connection, "chain", str),
        log=tuple(LogEdit(e.counter, *e.key, msgspec.Raw(e.body)) for e in log),
        records=tuple(PushRecord(*key, msgspec.Raw(sent[key].state)) for key in ordered),
        proofs=proofs(connection, log, but_of=named.actor),
    )
    return Batch(named, message, counters, sent)


def proofs(connection: Connection, log: Iterable[Outgoing], *, but_of: str = "") -> tuple[Proofs, ...]:
    """What shows that others' values were handed to this laptop before these edits overwrote them.

    A record that is new here overwrites none; the actor `but_of` need not show what it wrote itself.
    """
    known = [(e.key, e.body) for e in log if e.record is not None and e.record.seq is not None]
    shown = unsent.proofs(connection, known, but_of=but_of) if known else {}
    return tuple(Proofs(*key, tuple(found[-MAX_PROOFS:])) for key, found in sorted(shown.items()))


# -- taking the answer in ---------------------------------------------------------------------------------


def settle(replica: Replica, batch: Batch, answer: PushAnswer, readable: Collection[str]) -> Settled:
    """Apply an answer in one transaction. `readable` are the buckets this person may see."""
    with replica.database.write() as connection:
        return _settle(replica, connection, batch, answer, readable)


def _settle(
    replica: Replica, connection: Connection, batch: Batch, answer: PushAnswer, readable: Collection[str]
) -> Settled:
    outcomes = _outcomes(batch, answer)
    taken = {key: o for key, o in outcomes.items() if o.verdict in SETTLED}
    refused = {key: o for key, o in outcomes.items() if key not in taken}
    _refuse(connection, batch, refused)
    outbox.settle(connection, (counter for key in taken for counter in batch.counters[key]))
    overtaken = _overtaken(connection, answer)
    as_sent = _as_sent(batch, answer, taken, set(readable) - overtaken)
    changed = records.settle(connection, list(as_sent.values()))
    rest = {key: o for key, o in taken.items() if key not in as_sent or key in changed}
    stored = records.load(connection, rest)
    gone = {key for key, o in rest.items() if key in stored and _is_gone(stored[key], o, readable, overtaken)}
    _take(replica, connection, batch.name.actor, answer, rest, stored, gone)
    left = [stored[key] for key in gone]
    replica.leave(connection, left)
    _advance(connection, answer)
    _note(replica, connection, batch.name, answer)
    done = Settled(Touched(frozenset(batch.counters)), len(left))
    for key, outcome in outcomes.items():
        if outcome.code == _MORE_TO_COME:
            continue
        done.verdicts[outcome.verdict] = done.count(outcome.verdict) + len(batch.counters[key])
        done.late += len(batch.counters[key]) if outcome.code == LATE else 0
    done.is_forked = any(o.code == "dot_reused" for o in refused.values())
    return done


def _outcomes(batch: Batch, answer: PushAnswer) -> dict[RecordKey, Outcome]:
    """What became of each record of the batch, those included that the answer names by their edits alone."""
    said = {RecordKey(o.entity, o.id, o.part): o for o in answer.outcomes}
    places: dict[int, tuple[str, int]] = {}
    sent = sorted(batch.name.counters)
    for bucket, move_no, runs in ((a.bucket, a.move_no, a.runs) for a in answer.accepted):
        for first, last in runs:
            own = sent[bisect_left(sent, first) : bisect_right(sent, last)]
            places.update(dict.fromkeys(own, (bucket, move_no)))
    found: dict[RecordKey, Outcome] = {}
    for key, counters in batch.counters.items():
        if (outcome := said.get(key)) is not None:
            found[key] = outcome
        elif (place := places.get(counters[0])) is not None:
            found[key] = Outcome(*key, "accepted", *place)
    return found


def _overtaken(connection: Connection, answer: PushAnswer) -> set[str]:
    """Buckets that were read or compared beyond the commits of an answer, which was given once and lost on its way."""
    cursors = outbox.cursors(connection)
    return {c.bucket for c in answer.commits if c.bucket in cursors and c.seq <= cursors[c.bucket].seq}


def _refuse(connection: Connection, batch: Batch, refused: Mapping[RecordKey, Outcome]) -> None:
    for key, outcome in refused.items():
        if outcome.code != "dot_reused":  # those wait for the new actor's numbers
            outbox.refuse(connection, batch.counters[key], outcome.verdict, outcome.code, outcome.about)


def _as_sent(
    batch: Batch, answer: PushAnswer, taken: Mapping[RecordKey, Outcome], readable: Collection[str]
) -> dict[RecordKey, tuple[Sent, int]]:
    """The records that the server holds just as they were sent, where they were, each with its commit."""
    corrected = {int(counter) for counter in answer.eff}
    commits = {commit.bucket: commit.seq for commit in answer.commits}
    found = {}
    for key, outcome in taken.items():
        sent = batch.sent.get(key)
        if sent is None or (outcome.verdict, outcome.code) != ("accepted", None):
            continue
        if sent.seq == LEFT or sent.bucket not in readable:
            continue
        is_in_place = (outcome.bucket, outcome.move_no) == (sent.bucket, sent.move_no)
        if is_in_place and corrected.isdisjoint(batch.counters[key]):
            found[key] = (sent, commits.get(sent.bucket, sent.seq or 0))
    return found


def _take(
    replica: Replica,
    connection: Connection,
    actor: str,
    answer: PushAnswer,
    taken: Mapping[RecordKey, Outcome],
    stored: Mapping[RecordKey, Stored],
    gone: Collection[RecordKey],
) -> None:
    """Bring settled records to what the server now holds; edits typed since stay on top.

    What is not this person's to see stays hidden; what was hidden with a bucket that was taken away, and is in
    one they may read now, shows again.
    """
    eff = {int(counter): at for counter, at in answer.eff.items()}
    records.set_eff(connection, actor, eff)
    dots = {Dot(actor, counter): at for counter, at in eff.items()}
    commits = {commit.bucket: commit.seq for commit in answer.commits}
    newer = unsent.of(connection, taken)
    rows: list[Row] = []
    merged: list[Arrival] = []
    for key, outcome in taken.items():
        old = stored.get(key)
        if old is None or key in gone:
            continue
        seq = commits.get(outcome.bucket or "", 0 if old.seq in (None, LEFT) else old.seq)
        if (state := outcome.state) is not None:
            merged.append(Arrival(key, state, seq))
        else:
            record = _placed(kernel.accept(old.record, dots), outcome)
            row = records.row(key, old.root, seq, record, old.n)
            rows.append(unsent.agreed(connection, row, newer[key]) if key in newer else records.agreed(row))
    records.update(connection, rows)
    changed = [
        row
        for row in rows
        if stored[row.key].seq == LEFT or _shows_differently(stored[row.key].record, row.record)
    ]
    projection.project(
        connection, replica.basis, [Projected(r.n or 0, r.key, r.root, r.record, False) for r in changed]
    )
    replica.take_in(connection, merged)


def _placed(record: Record, outcome: Outcome) -> Record:
    if outcome.bucket is None or outcome.code == LATE:  # where it goes is for the next pull to say
        return record
    there = Placement(outcome.move_no, outcome.bucket)
    return kernel.moved(record, there) if there.move_no >= record.placement.move_no else record


def _shows_differently(old: Record, new: Record) -> bool:
    """Whether effective times or the place changed what projections show; mostly the claim simply stands."""
    return old.placement != new.placement or [e.order() for e in old.edits] != [e.order() for e in new.edits]


def _is_gone(stored: Stored, outcome: Outcome, readable: Collection[str], overtaken: Collection[str]) -> bool:
    """Whether a settled record is not this person's to see any longer.

    One that was made here and is late work is where its author never had it: it may come back with the next pull. One
    that was taken into a bucket which has been compared since, and did not come with that, is there no longer.
    """
    if outcome.bucket is not None and outcome.bucket not in readable:
        return True
    if outcome.code == LATE:
        return stored.seq in (None, LEFT)
    if stored.seq is None and outcome.bucket in overtaken:
        return True
    return stored.seq == LEFT and outcome.bucket is None


def _advance(connection: Connection, answer: PushAnswer) -> None:
    for cursor in plan.advanced(outbox.cursors(connection), answer.commits):
        outbox.set_cursor(connection, cursor)
    outbox.hear_commits(connection, ((c.bucket, c.seq, c.salt) for c in answer.commits))


def doubt(replica: Replica, connection: Connection, came: Delivery) -> None:
    """Give up this actor, before what came is taken in, if that knows numbers of it which this file never sent.

    Another copy of this file has used them, or this one was put back to an earlier moment. What is typed from now on
    would be taken for that, and lost.
    """
    actor = settings.identity(connection).actor
    known = max((one.record.clock.get(actor, 0) for one in came.delivered), default=0)
    if known and known > _last_sent(connection):
        give_up_actor(replica, connection)


def _last_sent(connection: Connection) -> int:
    """The highest number that this file has sent: all but those at the end that wait and are in no batch."""
    identity = settings.identity(connection)
    last = identity.counter
    for waiting in outbox.waiting_numbers(connection):
        if waiting < last:
            break
        last = waiting - 1
    answered = settings.read(connection, "answered", Answered)
    for named in (settings.read(connection, "batch", Named), answered.batch if answered else None):
        if named is not None and named.actor == identity.actor:
            last = max(last, *named.counters)
    return last


def _note(replica: Replica, connection: Connection, batch: Named, answer: PushAnswer) -> None:
    """The chain goes on, the batch is answered, the server's time was heard. A batch after it keeps its name."""
    hear(replica, connection, answer.server_ms)
    settings.write(connection, {"answered": None})
    named = settings.read(connection, "batch", Named)
    if settings.identity(connection).actor == batch.actor and (named is None or named.id == batch.id):
        settings.write(connection, {"chain": answer.chain, "batch": None})


def hear(replica: Replica, connection: Connection, server_ms: int) -> None:
    """Remember the server's time: it bounds this laptop's clock."""
    identity = settings.identity(connection)
    ceiling = Ceiling(server_ms, replica.clock.monotonic_ms())
    settings.write(connection, {"identity": msgspec.structs.replace(identity, ceiling=ceiling)})
