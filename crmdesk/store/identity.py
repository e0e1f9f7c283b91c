"""Giving up an actor: after a copy, a fork or on joining a company, unsettled edits take new names.

An actor is one linear stream of numbered edits. Whenever that may no longer hold, a new actor is minted and
every edit the server has not settled is re-stamped under it, in one transaction; nothing typed changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec
from sqlalchemy import Connection

from crmdesk.core import record as kernel
from crmdesk.core.record import Dot, Edit, Placement, RecordKey, Renaming
from crmdesk.store import dialect, outbox, projection, records, settings, unsent
from crmdesk.store.outbox import Unsent
from crmdesk.store.projection import Projected
from crmdesk.store.records import Row, Stored
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Device, Identity, Server


def change_actor(replica: Replica, *, place: str | None = None) -> None:
    """Mint a new actor for this file; unsettled edits follow it. `place` is where the file lives now.

    The next sync compares everything here with the server before it sends anything: what made the numbering
    doubtful may have made more doubtful, and the server may have some of the edits by their earlier names.
    """
    with replica.database.write() as connection:
        give_up_actor(replica, connection, place=place)


def give_up_actor(replica: Replica, connection: Connection, *, place: str | None = None) -> None:
    """`change_actor` inside the caller's transaction."""
    identity = settings.identity(connection)
    fresh = _fresh(replica, identity)
    if place is not None:
        fresh = msgspec.structs.replace(fresh, place=place)
    before = settings.read(connection, "former", _Former) or {}
    old_names = _restamp(replica, connection, identity, fresh)
    if settings.read(connection, "server", Server) is not None:
        former = {n: [*before.get(old.counter, []), old] for n, old in old_names.items()}
        settings.write(connection, {"former": former or None, "compare": True})
    settings.write(connection, {"doubtful": None})


def join(replica: Replica, joined: Identity, *, server: Server, device: Device) -> None:
    """Connect a laptop that worked alone to its company: same edits and times, its person's name and book.

    `joined` carries the company's user, name, role, book and config bucket; its actor is minted here.
    """
    with replica.database.write() as connection:
        alone = settings.identity(connection)
        fresh = _fresh(replica, alone)
        fresh = msgspec.structs.replace(
            fresh,
            user=joined.user, user_name=joined.user_name, role=joined.role, book=joined.book, config=joined.config,
        )  # fmt: skip
        _restamp(replica, connection, alone, fresh)
        settings.write(connection, {"server": server, "device": device})


def forget_known(replica: Replica, past_of: Callable[[RecordKey], Iterable[Edit]]) -> int:
    """Drop unsent edits that the server turned out to have under an earlier name; returns how many.

    A file restored from a backup still holds as unsent what was sent after the backup was made. `past_of` gives
    a record's history at the server. A name alone proves nothing, because a copy of this file may have given it to
    another edit: the transaction must be the same too. Everything must have been compared since the actor changed.
    """
    with replica.database.read() as connection:
        former = settings.read(connection, "former", _Former) or {}
        waiting = {e.counter: e.key for e in outbox.everything(connection) if e.counter in former}
        stored = records.load(connection, waiting.values())
        actor = settings.identity(connection).actor
        own = records.by_counter(connection, actor, waiting)
    known: dict[RecordKey, set[Dot]] = {}
    pasts: dict[RecordKey, list[Edit]] = {}
    for counter, key in waiting.items():
        names = [name for name in former[counter] if key in stored and stored[key].record.has_seen(name)]
        if names and counter in own:
            if key not in pasts:
                pasts[key] = [*stored[key].record.edits, *past_of(key)]
            if any(e.dot in names and e.txn == own[counter][1].txn for e in pasts[key]):
                known.setdefault(key, set()).add(Dot(actor, counter))
    with replica.database.write() as connection:
        if known and settings.identity(connection).actor == actor:
            _forget(replica, connection, known)
            identity = settings.identity(connection)
            _restamp(replica, connection, identity, _fresh(replica, identity))
        settings.write(connection, {"former": None})
    return sum(map(len, known.values()))


def _forget(replica: Replica, connection: Connection, known: Mapping[RecordKey, set[Dot]]) -> None:
    """Take edits out of records, history and outbox: their twins stand there already."""
    rows = []
    for key, one in records.load(connection, known).items():
        dots = known[key]
        settled = unsent.settled_counters(connection, key, dots, [edit.dot for edit in one.record.edits])
        record = kernel.without(one.record, dots, settled)
        assert record.edits, "what is known by another name stands in the record, or was overwritten there"
        rows.append(records.row(key, one.root, one.seq, record, one.n))
    records.update(connection, rows)
    projection.project(
        connection,
        replica.basis,
        [Projected(r.n or 0, r.key, r.root, r.record, False) for r in rows if r.seq != records.LEFT],
    )
    gone = [dot for dots in known.values() for dot in dots]
    outbox.settle(connection, [dot.counter for dot in gone])
    dialect.run(connection, "DELETE FROM edit WHERE actor = ? AND counter = ?", [tuple(dot) for dot in gone])


_Former: TypeAlias = dict[int, list[Dot]]
"""Unsent edits by counter -> the names they had before, by which a server may know them."""


def _fresh(replica: Replica, identity: Identity) -> Identity:
    return msgspec.structs.replace(identity, actor=replica.clock.random(16).hex(), counter=0)


def _restamp(replica: Replica, connection: Connection, old: Identity, new: Identity) -> dict[int, Dot]:
    """Rename everything unsent; returns the old names by new counter, where the record's clock has lost them."""
    waiting = outbox.everything(connection)
    dots = {Dot(old.actor, entry.counter): Dot(new.actor, n) for n, entry in enumerate(waiting, 1)}
    people = {old.user: new.user}
    buckets = {old.book: new.book, old.config: new.config}
    by_record: dict[RecordKey, dict[Dot, Dot]] = {}
    for entry in waiting:
        dot = Dot(old.actor, entry.counter)
        by_record.setdefault(entry.key, {})[dot] = dots[dot]
    stored = records.load(connection, by_record)
    rows: list[Row] = []
    for key, renamed in by_record.items():
        edits = records.history(connection, key.id)
        standing = stored[key].record.edits if key in stored else ()
        past = [edit.dot for k, edit in edits if k == key]
        settled = _settled([*past, *(edit.dot for edit in standing)], old.actor, renamed)
        names = Renaming(renamed, settled, dots, people)
        _rewrite_history(connection, edits, key, names)
        if key in stored:
            rows.append(_row(stored[key], names, buckets))
    records.update(connection, rows)
    projection.project(
        connection,
        replica.basis,
        [Projected(r.n or 0, r.key, r.root, r.record, False) for r in rows if r.seq != records.LEFT],
    )
    _rewrite_outbox(connection, waiting)
    if dots:
        dialect.run(
            connection,
            "UPDATE overwrote SET actor = ?, counter = ? WHERE actor = ? AND counter = ?",
            [(*fresh, *given_up) for given_up, fresh in dots.items()],
        )
    settings.write(
        connection,
        {"identity": msgspec.structs.replace(new, counter=len(waiting)), "chain": None, "batch": None},
    )
    now = {row.key: row.record for row in rows}
    return {
        dots[old_name].counter: old_name
        for key, renamed in by_record.items()
        for old_name in renamed
        if key not in now or not now[key].has_seen(old_name)
    }


def _settled(known: Iterable[Dot], actor: str, renamed: Mapping[Dot, Dot]) -> dict[str, int]:
    kept = [dot.counter for dot in known if dot.actor == actor and dot not in renamed]
    return {actor: max(kept, default=0)}


def _rewrite_history(
    connection: Connection, edits: Sequence[tuple[RecordKey, Edit]], key: RecordKey, names: Renaming
) -> None:
    own = [edit for k, edit in edits if k == key and edit.dot in names.dots]
    dialect.run(connection, "DELETE FROM edit WHERE actor = ? AND counter = ?", [tuple(e.dot) for e in own])
    records.add_history(connection, [(key, kernel.restamp_edit(edit, names)) for edit in own])


def _row(stored: Stored, names: Renaming, buckets: Mapping[str, str]) -> Row:
    record = kernel.restamp(stored.record, names)
    placement = record.placement
    if placement.bucket in buckets:
        record = kernel.moved(record, Placement(placement.move_no, buckets[placement.bucket]))
    return records.row(stored.key, stored.root, stored.seq, record, stored.n)


def _rewrite_outbox(connection: Connection, waiting: Sequence[Unsent]) -> None:
    """Everything waits again: a server has never heard of the new numbers, and takes them without a gap."""
    dialect.run(connection, "DELETE FROM outbox")
    if waiting:
        outbox.add(connection, [(n, entry.key) for n, entry in enumerate(waiting, 1)])
