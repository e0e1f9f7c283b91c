"""Removing what was deleted long ago: its content and its history go, its id stays in the list of graves.

A deletion is a tombstone that every laptop must have heard of, or the record would come back from one that has
not. So it goes only when it is older than the time a laptop may be away and every device that was not away so
long has been handed it. Laptops drop it by a LEAVE; a push to it is quarantined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.clock import milliseconds
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.resolve import Life, life
from crmdesk.store import records
from crmdesk.store.database import Database
from crmdesk.store.records import Stored, home_of
from sync_server import audit
from sync_server.clock import Moment
from sync_server.fields import known_registry
from sync_server.moving import CHUNK
from sync_server.storage import buckets, graves, people
from sync_server.storage.buckets import Movement

MAX_LOOKED_AT: Final = 10_000
"""Deletions that one sweep looks at; the next one goes on."""


class Swept(NamedTuple):
    """How many records are gone for good, and how many deletions still wait for a device."""

    buried: int
    waiting: int


def sweep(database: Database, now: Moment, away_ms: int) -> Swept:
    """Bury what was deleted more than `away_ms` ago and every device has heard of; a transaction for each."""
    before_ms = now.ms - away_ms
    with database.read() as connection:
        candidates = graves.deleted_before(connection, before_ms, MAX_LOOKED_AT)
    gone = waiting = 0
    for key in candidates:
        with database.write() as connection:
            count = _sweep_one(connection, key, before_ms, now)
        gone += count or 0
        waiting += count is None
    return Swept(gone, waiting)


def _sweep_one(connection: Connection, key: RecordKey, before_ms: int, now: Moment) -> int | None:
    """How many records went with this one; None if it has to wait."""
    held = {s.record.placement.bucket for s in _family(connection, key)}
    buckets.lock(connection, held)
    family = _family(connection, key)
    if not {s.record.placement.bucket for s in family} <= held:
        return None  # moved just before the locks were ours: somebody may be writing to it where it is now
    stored = family[0] if family else None
    if stored is None or life(stored.record, [s.record for s in family[1:]]) is not Life.DELETED:
        graves.forget_deletion(connection, [key])
        return 0
    if len(family) == 1 and _has_children(connection, known_registry(connection), stored):
        return None  # they are hidden with it, and go with their root
    if any(_changed_at(member) > before_ms for member in family):
        return None
    reach = {s.record.placement.bucket: s.seq or 0 for s in sorted(family, key=lambda s: s.seq or 0)}
    if not all(graves.have_all_passed(connection, bucket, seq, before_ms) for bucket, seq in reach.items()):
        return None
    for start in range(0, len(family), CHUNK):
        _bury(connection, family[start : start + CHUNK], now)
    return len(family)


def _family(connection: Connection, key: RecordKey) -> list[Stored]:
    """A record, and all below it if it is a root."""
    stored = records.load(connection, [key]).get(key)
    if stored is None or stored.root != key.id:
        return [stored] if stored else []
    return [stored, *(s for s in records.under_root(connection, stored.root) if s.key != key)]


def _changed_at(stored: Stored) -> int:
    return milliseconds(max(edit.order()[0] for edit in stored.record.edits))


def _has_children(connection: Connection, registry: Registry, stored: Stored) -> bool:
    others = records.under_root(connection, stored.root) if stored.root != stored.key.id else []
    return any(home_of(registry, s.key, s.record) == stored.key.id for s in others)


def _bury(connection: Connection, family: Sequence[Stored], now: Moment) -> None:
    """One commit in each bucket, taken in the order of their ids."""
    places = sorted({stored.record.placement.bucket for stored in family})
    seqs = {bucket: buckets.advance(connection, bucket, now).seq for bucket in places}
    buckets.note_movements(
        connection,
        [
            Movement(place.bucket, stored.key, "LEAVE", place.move_no + 1, seqs[place.bucket])
            for stored in family
            for place in (stored.record.placement,)
        ],
    )
    keys = [stored.key for stored in family]
    records.remove(connection, [stored.n for stored in family])
    records.remove_history(connection, keys)
    graves.forget_deletion(connection, keys)
    graves.bury(connection, [key.id for key in keys], now)
    server = people.load_company(connection).server_id
    for bucket in places:
        ids = [s.key.id for s in family if s.record.placement.bucket == bucket]
        told = {"seq": seqs[bucket], "ids": ids}
        audit.act(connection, "bury", (server, ""), told, now, chain=bucket)
