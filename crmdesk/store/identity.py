"""Giving up an actor: after a copy, a fork or on joining a company, unsettled edits take new names.

An actor is one linear stream of numbered edits. Whenever that may no longer hold, a new actor is minted and
every edit the server has not settled is re-stamped under it, in one transaction; nothing typed changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from crmdesk.core import record as kernel
from crmdesk.core.record import Dot, Edit, Placement, RecordKey, Renaming
from crmdesk.store import dialect, outbox, projection, records, settings
from crmdesk.store.outbox import Unsent
from crmdesk.store.projection import Projected
from crmdesk.store.records import Row, Stored
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Device, Identity, Server


def change_actor(replica: Replica, *, place: str | None = None) -> None:
    """Mint a new actor for this file; unsettled edits follow it. `place` is where the file lives now."""
    with replica.database.write() as connection:
        identity = settings.identity(connection)
        fresh = _fresh(replica, identity)
        if place is not None:
            fresh = msgspec.structs.replace(fresh, place=place)
        _restamp(replica, connection, identity, fresh)


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


def _fresh(replica: Replica, identity: Identity) -> Identity:
    return msgspec.structs.replace(identity, actor=replica.clock.random(16).hex(), counter=0)


def _restamp(replica: Replica, connection: Connection, old: Identity, new: Identity) -> None:
    unsent = outbox.everything(connection)
    dots = {Dot(old.actor, entry.counter): Dot(new.actor, n) for n, entry in enumerate(unsent, 1)}
    people = {old.user: new.user}
    buckets = {old.book: new.book, old.config: new.config}
    by_record: dict[RecordKey, dict[Dot, Dot]] = {}
    for entry in unsent:
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
    _rewrite_outbox(connection, unsent)
    if dots:
        dialect.run(
            connection,
            "UPDATE overwrote SET actor = ?, counter = ? WHERE actor = ? AND counter = ?",
            [(*fresh, *given_up) for given_up, fresh in dots.items()],
        )
    settings.write(
        connection,
        {"identity": msgspec.structs.replace(new, counter=len(unsent)), "chain": None, "batch": None},
    )


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


def _rewrite_outbox(connection: Connection, unsent: Sequence[Unsent]) -> None:
    """Everything waits again: a server has never heard of the new numbers, and takes them without a gap."""
    dialect.run(connection, "DELETE FROM outbox")
    if unsent:
        outbox.add(connection, [(n, entry.key) for n, entry in enumerate(unsent, 1)])
