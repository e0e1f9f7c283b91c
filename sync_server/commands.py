"""What needs an authority rather than a merge: handing a customer to somebody else's book."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import Placement, RecordKey, moved
from crmdesk.core.wire import PAGE_RECORDS, Kind
from crmdesk.store import records
from crmdesk.store.records import Stored
from sync_server import policy
from sync_server.clock import Moment
from sync_server.storage import actors, buckets, people
from sync_server.storage.actors import Command
from sync_server.storage.buckets import Movement
from sync_server.storage.devices import Bearer

CHUNK: Final = PAGE_RECORDS // 2
"""Records per commit of a move: a page must hold a commit whole, and a LEAVE beside it."""


class ChangeOwner(msgspec.Struct, frozen=True):
    """Hand a customer and all below it to the book of `to_user`. `id` makes a repeat harmless."""

    id: str
    customer: str
    to_user: str


class Moved(msgspec.Struct, frozen=True):
    """How many records went to which bucket."""

    moved: int
    bucket: str


def change_owner(connection: Connection, who: Bearer, asked: ChangeOwner, now: Moment) -> bytes:
    """Carry the command out once and return the answer's bytes. Raises `not_found` or `forbidden`.

    A customer the asker may not see and one that does not exist give the same answer.
    """
    wanted = msgspec.json.encode(asked)
    done = actors.find_command(connection, asked.id)
    if done is not None:
        if (done.user, done.asked) != (who.user, wanted):
            raise CrmError("not_found")
        return done.answer
    rights = buckets.rights(connection, who.user)
    stored = _customer(connection, asked.customer)
    old = stored.record.placement.bucket if stored else ""
    is_visible = old in rights or (stored is not None and who.role is policy.Role.ADMINISTRATOR)
    if stored is None or not is_visible:
        raise CrmError("not_found")
    new = _book_of(connection, asked.to_user)
    if not policy.may_move(who.role, rights.get(old), rights.get(new)):
        raise CrmError("forbidden")
    answer = msgspec.json.encode(move(connection, stored, new, now))
    actors.add_command(connection, Command(asked.id, who.user, wanted, answer, now.ms))
    return answer


def change_owner_here(connection: Connection, customer: str, to_user: str, now: Moment) -> Moved:
    """The same from the administrator's own command line. Raises `not_found`."""
    stored = _customer(connection, customer)
    if stored is None:
        raise CrmError("not_found")
    return move(connection, stored, _book_of(connection, to_user), now)


def move(connection: Connection, customer: Stored, bucket: str, now: Moment) -> Moved:
    """Move a customer and everything below it, in commits that a page can hold."""
    old = customer.record.placement.bucket
    if old == bucket:
        return Moved(0, bucket)
    family = [s for s in records.under_root(connection, customer.key.id) if s.record.placement.bucket == old]
    for start in range(0, len(family), CHUNK):
        _move_chunk(connection, family[start : start + CHUNK], old, bucket, now)
    return Moved(len(family), bucket)


def _move_chunk(connection: Connection, family: Sequence[Stored], old: str, bucket: str, now: Moment) -> None:
    """One commit in each of the two buckets, taken in the order of their ids."""
    seqs = {place: buckets.advance(connection, place, now).seq for place in sorted((old, bucket))}
    rows = [
        records.agreed(
            records.row(s.key, s.root, seqs[bucket], moved(s.record, _next_placement(s, bucket)), s.n)
        )
        for s in family
    ]
    records.update(connection, rows)
    crossing: tuple[tuple[str, Kind], ...] = ((old, "LEAVE"), (bucket, "ENTER"))
    buckets.note_movements(
        connection,
        [
            Movement(place, row.key, kind, row.record.placement.move_no, seqs[place])
            for row in rows
            for place, kind in crossing
        ],
    )


def _next_placement(stored: Stored, bucket: str) -> Placement:
    return Placement(stored.record.placement.move_no + 1, bucket)


def _customer(connection: Connection, record_id: str) -> Stored | None:
    key = RecordKey("customer", record_id)
    return records.load(connection, [key]).get(key)


def _book_of(connection: Connection, user: str) -> str:
    account = people.find_account(connection, user)
    if account.is_disabled:
        raise CrmError("not_found")
    return account.book
