"""Sending this laptop's edits: one batch is cut and named before it is sent, and its answer settles it.

Everything an answer says is applied in one local transaction. What a person typed while the batch was on its
way stays unsent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from crmdesk.core import record as kernel
from crmdesk.core.clock import Ceiling
from crmdesk.core.record import Dot, Placement, Record, RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.wire import (
    BATCH_RECORDS,
    MAX_TRANSACTION_RECORDS,
    LogEdit,
    Outcome,
    Push,
    PushAnswer,
    PushRecord,
)
from crmdesk.store import outbox, projection, records, settings
from crmdesk.store.outbox import Outgoing
from crmdesk.store.projection import Projected
from crmdesk.store.records import LEFT, Row, Stored
from crmdesk.store.replica import Arrival, Replica, Touched
from crmdesk.sync import plan

_LOOK_AHEAD: Final = BATCH_RECORDS + MAX_TRANSACTION_RECORDS
SETTLED: Final = ("accepted", "merged")


class Named(msgspec.Struct, frozen=True):
    """The batch that was sent last and has no answer yet: sent again, it carries the same edits."""

    id: str
    actor: str
    counters: tuple[int, ...]


class Batch(NamedTuple):
    """What is on its way: the message, and per record the counters of the edits it carries."""

    message: Push
    counters: Mapping[RecordKey, Sequence[int]]


@dataclass
class Settled:
    """What an answer did: counts of edits by verdict, the records that moved, how many left this laptop.

    `is_forked`: another copy of this database has used some of the same numbers.
    """

    verdicts: dict[str, int] = field(default_factory=dict)
    touched: Touched = field(default_factory=Touched)
    left: int = 0
    is_forked: bool = False

    def count(self, verdict: str) -> int:
        return self.verdicts.get(verdict, 0)


# -- cutting a batch ------------------------------------------------------------------------------------


def prepare(replica: Replica, budget: int) -> Batch | None:
    """The next batch, named on disk before anybody sends it; None where nothing waits."""
    with replica.database.write() as connection:
        actor = settings.identity(connection).actor
        named = settings.read(connection, "batch", Named)
        log = outbox.again(connection, actor, named.counters) if named and named.actor == actor else []
        if not log:
            log = _next(connection, actor, budget)
            named = Named(replica.clock.random(16).hex(), actor, tuple(edit.counter for edit in log))
            settings.write(connection, {"batch": named if log else None})
        return _batch(connection, replica.registry, named, log) if log and named else None


def forget(replica: Replica) -> None:
    """Cut anew what the server refused to read whole: it has taken nothing of it."""
    with replica.database.write() as connection:
        settings.write(connection, {"batch": None})


def _next(connection: Connection, actor: str, budget: int) -> list[Outgoing]:
    found = outbox.outgoing(connection, actor, _LOOK_AHEAD)
    if not found:
        return []
    waiting = [plan.Waiting(e.counter, e.key, e.txn, len(e.body)) for e in found]
    sizes = {key: len(state) for key, state in records.states(connection, {e.key for e in found}).items()}
    taken = len(plan.cut(plan.whole(waiting, _LOOK_AHEAD), sizes, budget))
    log = found[:taken]
    return sorted(outbox.refused_of(connection, actor, {e.key for e in log}) + log)


def _batch(connection: Connection, registry: Registry, named: Named, log: Sequence[Outgoing]) -> Batch:
    counters: dict[RecordKey, list[int]] = {}
    for edit in log:
        counters.setdefault(edit.key, []).append(edit.counter)
    states = records.states(connection, counters)
    rank = {name: n for n, name in enumerate(registry.entities)}  # declared home-first
    ordered = sorted((key for key in counters if key in states), key=lambda k: rank.get(k.entity, len(rank)))
    message = Push(
        batch=named.id,
        actor=named.actor,
        chain=settings.read(connection, "chain", str),
        log=tuple(LogEdit(e.counter, *e.key, msgspec.Raw(e.body)) for e in log),
        records=tuple(PushRecord(*key, msgspec.Raw(states[key])) for key in ordered),
    )
    return Batch(message, counters)


# -- taking the answer in ---------------------------------------------------------------------------------


def settle(replica: Replica, batch: Batch, answer: PushAnswer, readable: Collection[str]) -> Settled:
    """Apply an answer in one transaction. `readable` are the buckets this person may see."""
    done = Settled()
    by_verdict: dict[str, list[Outcome]] = {}
    for outcome in answer.outcomes:
        if _key(outcome) in batch.counters:
            by_verdict.setdefault(outcome.verdict, []).append(outcome)
    refused = (*by_verdict.get("rejected", ()), *by_verdict.get("quarantined", ()))
    done.is_forked = any(o.code == "dot_reused" for o in refused)
    with replica.database.write() as connection:
        _refuse(connection, batch, refused)
        taken = [o for verdict in SETTLED for o in by_verdict.get(verdict, ())]
        outbox.settle(connection, (c for o in taken for c in batch.counters[_key(o)]))
        _take(replica, connection, batch.message.actor, answer, by_verdict)
        done.left = _let_go(replica, connection, taken, readable)
        _advance(connection, answer)
        _note(replica, connection, batch.message.actor, answer)
    done.verdicts = {v: sum(len(batch.counters[_key(o)]) for o in os) for v, os in by_verdict.items()}
    done.touched = Touched(frozenset(batch.counters))
    return done


def _key(outcome: Outcome) -> RecordKey:
    return RecordKey(outcome.entity, outcome.id, outcome.part)


def _refuse(connection: Connection, batch: Batch, refused: Iterable[Outcome]) -> None:
    for outcome in refused:
        counters = batch.counters[_key(outcome)]
        if outcome.code == "dot_reused":
            continue  # they wait for the new actor's numbers
        outbox.refuse(connection, counters, outcome.verdict, outcome.code, outcome.about)


def _take(
    replica: Replica,
    connection: Connection,
    actor: str,
    answer: PushAnswer,
    by_verdict: Mapping[str, Sequence[Outcome]],
) -> None:
    """Bring settled records to what the server now holds; edits typed since stay on top."""
    eff = {int(counter): at for counter, at in answer.eff.items()}
    records.set_eff(connection, actor, eff)
    commits = {commit.bucket: commit.seq for commit in answer.commits}
    _accept(
        replica,
        connection,
        by_verdict.get("accepted", ()),
        {Dot(actor, c): at for c, at in eff.items()},
        commits,
    )
    merged = {
        _key(o): Arrival(_key(o), state, commits.get(o.bucket or "", 0))
        for o in by_verdict.get("merged", ())
        if (state := o.state) is not None
    }
    hidden = {key for key, s in records.load(connection, merged).items() if s.seq == LEFT}
    replica.take_in(connection, [arrival for key, arrival in merged.items() if key not in hidden])


def _accept(
    replica: Replica,
    connection: Connection,
    accepted: Sequence[Outcome],
    eff: Mapping[Dot, int],
    commits: Mapping[str, int],
) -> None:
    """Records the server took as they were: they gain effective times, a place and a commit number."""
    stored = records.load(connection, [_key(o) for o in accepted])
    rows: list[Row] = []
    moved: list[Projected] = []
    for outcome in accepted:
        old = stored.get(_key(outcome))
        if old is None or old.seq == LEFT:
            continue
        record = _placed(kernel.accept(old.record, eff), outcome)
        rows.append(
            records.row(old.key, old.root, commits.get(outcome.bucket or "", old.seq or 0), record, old.n)
        )
        if _shows_differently(old.record, record):
            moved.append(Projected(old.n, old.key, old.root, record, False))
    records.update(connection, rows)
    projection.project(connection, replica.basis, moved)


def _placed(record: Record, outcome: Outcome) -> Record:
    if outcome.bucket is None:
        return record
    there = Placement(outcome.move_no, outcome.bucket)
    return kernel.moved(record, there) if there.move_no >= record.placement.move_no else record


def _shows_differently(old: Record, new: Record) -> bool:
    """Whether effective times or the place changed what projections show; mostly the claim simply stands."""
    return old.placement != new.placement or [e.order() for e in old.edits] != [e.order() for e in new.edits]


def _let_go(
    replica: Replica, connection: Connection, taken: Sequence[Outcome], readable: Collection[str]
) -> int:
    """Remove settled records that are not this person's to see any longer; returns how many."""
    stored = records.load(connection, [_key(o) for o in taken])
    buckets = {_key(o): o.bucket for o in taken}
    gone = [s for s in stored.values() if _is_gone(s, buckets[s.key], readable)]
    replica.leave(connection, gone)
    return len(gone)


def _is_gone(stored: Stored, bucket: str | None, readable: Collection[str]) -> bool:
    return stored.seq == LEFT or (bucket is not None and bucket not in readable)


def _advance(connection: Connection, answer: PushAnswer) -> None:
    for cursor in plan.advanced(outbox.cursors(connection), answer.commits):
        outbox.set_cursor(connection, cursor)


def _note(replica: Replica, connection: Connection, actor: str, answer: PushAnswer) -> None:
    """The chain goes on, the batch is answered, the server's time was heard."""
    hear(replica, connection, answer.server_ms)
    if settings.identity(connection).actor == actor:
        settings.write(connection, {"chain": answer.chain, "batch": None})


def hear(replica: Replica, connection: Connection, server_ms: int) -> None:
    """Remember the server's time: it bounds this laptop's clock."""
    identity = settings.identity(connection)
    ceiling = Ceiling(server_ms, replica.clock.monotonic_ms())
    settings.write(connection, {"identity": msgspec.structs.replace(identity, ceiling=ceiling)})
