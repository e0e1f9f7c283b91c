"""What a former owner wrote before hearing that a customer had moved: told to whoever answers for it now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmdesk.core.form import Shown
from crmdesk.core.record import Dot, Record, RecordKey
from crmdesk.core.resolve import deletion
from crmdesk.core.values import Value
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.reviews import REVIEWERS

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica, Write


@dataclass(frozen=True, slots=True)
class Change:
    """One record that was written: the fields with (new value, value before), and the edits that say so.

    `fields` has no values where they would have been too long to tell.
    """

    key: RecordKey
    is_new: bool
    fields: Mapping[str, tuple[Value, Value] | None]
    dots: frozenset[Dot]


@dataclass(frozen=True, slots=True)
class Late:
    """Late work that nobody has decided on. `arrived_at_ms` is when the server had it."""

    id: str
    customer: str
    customer_name: str
    author: str
    arrived_at_ms: int
    changes: tuple[Change, ...]


def count(reader: Reader) -> int:
    """How much late work waits for this person."""
    where, bind = _concerns(reader)
    return int(reader.value(f"SELECT count(*) FROM p_late_work l WHERE {where}", bind))


def listed(reader: Reader, *, customer: str | None = None, limit: int = 200) -> list[Late]:
    """Late work that waits for this person, or that of one customer, the latest first."""
    where, bind = _concerns(reader)
    if customer is not None:
        where, bind = f"l.f_outcome IS NULL AND l.{SHOWN} AND l.root = ?", [customer]
    rows = reader.all(
        "SELECT l.id, l.root, coalesce(c.f_name, ''), coalesce(l.f_author, ''), coalesce(l.f_arrived_at, 0), "
        "coalesce(l.f_changes, '[]') FROM p_late_work l LEFT JOIN p_customer c ON c.id = l.root "
        f"WHERE {where} ORDER BY l.f_arrived_at DESC, l.n DESC LIMIT ?",
        (*bind, limit),
    )
    return [Late(i, root, name, author, at, _changes(text)) for i, root, name, author, at, text in rows]


def _concerns(reader: Reader) -> tuple[str, list[Any]]:
    """Whoever answers for the book; for what lies below the pool a manager."""
    identity = reader.setting("identity", Identity)
    assert identity is not None, "a workspace has an identity"
    mine = "l.bucket IN (SELECT id FROM p_book WHERE f_owner = ?)"
    if identity.role in REVIEWERS:
        mine = f"({mine} OR l.bucket IN (SELECT id FROM p_book WHERE f_kind = 'pool_details'))"
    return f"l.f_outcome IS NULL AND l.{SHOWN} AND {mine}", [identity.user]


def _changes(text: str) -> tuple[Change, ...]:
    return tuple(
        Change(
            RecordKey(one["entity"], one["id"]),
            bool(one["is_new"]),
            {name: (pair[0], pair[1]) if pair else None for name, pair in one["fields"].items()},
            frozenset(Dot(*dot) for dot in one["dots"]),
        )
        for one in json.loads(text)
    )


def keep(replica: Replica, late: Late) -> Outcome[None]:
    """Let it stand: it is already in the records."""
    from crmdesk.store.replica import Write

    done = replica.commit([Write(RecordKey("late_work", late.id), {"outcome": "kept"}, is_known=True)])
    return Outcome(None, done.touched, done.txn)


def take_back(replica: Replica, late: Late) -> Outcome[int]:
    """Bring back what was there before, where nobody has changed it since; returns how many records that is."""
    from crmdesk.store.replica import Write

    writes = [write for change in late.changes if (write := _undoing(replica, change)) is not None]
    decided = Write(RecordKey("late_work", late.id), {"outcome": "taken_back"}, is_known=True)
    done = replica.commit([*writes, decided])
    return Outcome(len(writes), done.touched, done.txn)


def _undoing(replica: Replica, change: Change) -> Write | None:
    from crmdesk.store import records
    from crmdesk.store.replica import Write

    with replica.database.read() as connection:
        stored = records.load(connection, [change.key]).get(change.key)
    if stored is None:
        return None
    if change.is_new:
        is_alone = {edit.dot for edit in stored.record.edits} <= change.dots
        return Write(change.key, deletion(stored.record), is_known=True) if is_alone else None
    standing = _standing(stored.record, change)
    values = {name: pair[1] for name, pair in change.fields.items() if pair and name in standing}
    return Write(change.key, values, Shown({}, standing)) if values else None


def _standing(record: Record, change: Change) -> dict[str, frozenset[Dot]]:
    """The fields that still say what came late, each with the edits that say so."""
    found = {
        name: frozenset(edit.dot for edit in record.siblings(name)) & change.dots for name in change.fields
    }
    return {name: dots for name, dots in found.items() if dots}
