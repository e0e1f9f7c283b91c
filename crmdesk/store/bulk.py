"""Changes of many customers at once, as this laptop remembers them: each one event, with the transactions that it made.

What an event did is written in the transaction that did it, so that after a crash it is taken back whole, or what it had
done by then. The tables are made at the first one; they are this laptop's own and never travel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.values import NOT_JSON
from crmdesk.store import dialect
from crmdesk.store.reading import Reader

if TYPE_CHECKING:  # pages list events without SQLAlchemy
    from sqlalchemy import Connection

State: TypeAlias = Literal["running", "done", "undoing", "undone"]
"""`running` still: it was stopped, by a person or by a crash, and what it had done stands."""

_MAKE_EVENTS: Final = (
    "CREATE TABLE IF NOT EXISTS bulk_event (id TEXT PRIMARY KEY, started_ms INTEGER NOT NULL, state TEXT NOT NULL, "
    "position INTEGER NOT NULL, body TEXT NOT NULL)"
)
_MAKE_STEPS: Final = (
    "CREATE TABLE IF NOT EXISTS bulk_step (txn TEXT PRIMARY KEY, event TEXT NOT NULL, n INTEGER NOT NULL, "
    "is_undone INTEGER NOT NULL)"
)
_MAKE_INDEX: Final = "CREATE INDEX IF NOT EXISTS bulk_step_event ON bulk_step (event, n)"


class Event(msgspec.Struct):
    """One. `wanted` is what was set, by field; `position` of `total` records are behind it; `kept` is what its undo left alone.

    `passed` of those behind it were left as they are: they had left this laptop.
    Of very much that was left alone `kept` lists the first; `kept_more` is how many more there are. Of the `wrote` records
    that its steps wrote its undo `met` those that are still here; `away` are the others: handed over, or shared no more.
    """

    id: str
    started_ms: int
    entity: str
    wanted: dict[str, Any]
    total: int
    state: State = "running"
    position: int = 0
    steps: int = 0
    kept: list[tuple[str, str, list[str]]] = []
    kept_more: int = 0
    wrote: int = 0
    met: int = 0
    away: int = 0
    passed: int = 0

    @property
    def changed(self) -> int:
        """How many records were written so far."""
        return self.position - self.passed

    @property
    def stayed(self) -> int:
        """How many records its undo left alone in all."""
        return len(self.kept) + self.kept_more + self.away


def prepare(connection: Connection) -> None:
    """Make the tables, where there are none yet."""
    for statement in (_MAKE_EVENTS, _MAKE_STEPS, _MAKE_INDEX):
        dialect.run(connection, statement)


def begin(connection: Connection, event: Event) -> None:
    """Note a new event."""
    row = (event.id, event.started_ms, event.state, event.position, msgspec.json.encode(event).decode())
    dialect.run(connection, "INSERT INTO bulk_event VALUES (?, ?, ?, ?, ?)", row)


def save(connection: Connection, event: Event, *, was: int) -> None:
    """Note how an event stands. `was` is the position it went on from. Raises `database_busy` where another process was at it."""
    done = dialect.run(
        connection,
        "UPDATE bulk_event SET state = ?, position = ?, body = ? WHERE id = ? AND position = ?",
        (event.state, event.position, msgspec.json.encode(event).decode(), event.id, was),
    )
    if done.rowcount != 1:
        raise CrmError("database_busy")


def add_step(connection: Connection, event: Event, txn: str) -> None:
    """Note a transaction of an event, in that transaction."""
    event.steps += 1
    event.wrote += int(dialect.value(connection, "SELECT count(*) FROM edit WHERE txn = ?", (txn,)) or 0)
    dialect.run(connection, "INSERT INTO bulk_step VALUES (?, ?, ?, 0)", (txn, event.id, event.steps))


def steps(connection: Connection, event: str) -> list[str]:
    """The transactions of an event that still stand, the latest first."""
    rows = dialect.run(
        connection, "SELECT txn FROM bulk_step WHERE event = ? AND is_undone = 0 ORDER BY n DESC", (event,)
    )
    return [row[0] for row in rows]


def undo_step(connection: Connection, txn: str) -> None:
    """Note that a transaction was taken back, in the transaction that did."""
    dialect.run(connection, "UPDATE bulk_step SET is_undone = 1 WHERE txn = ?", (txn,))


def events(reader: Reader) -> list[Event]:
    """Every event, the latest first."""
    if reader.value("SELECT 1 FROM sqlite_master WHERE name = 'bulk_event'") is None:
        return []
    rows = reader.all("SELECT body, state FROM bulk_event ORDER BY started_ms DESC, id DESC")
    return [_decoded(*row) for row in rows]


def find(reader: Reader, event: str) -> Event:
    """An event by its id, or by as much of its end as tells it apart. Raises `not_found`, `ambiguous`."""
    found = [one for one in events(reader) if one.id == event or (len(event) >= 4 and one.id.endswith(event))]
    if not found:
        raise CrmError("not_found")
    if len(found) > 1:
        raise CrmError(
            "ambiguous", query=event, candidates=[{"id": one.id, "name": one.entity} for one in found]
        )
    return found[0]


def is_step(reader: Reader, txn: str) -> bool:
    """Whether a transaction is part of such an event."""
    if reader.value("SELECT 1 FROM sqlite_master WHERE name = 'bulk_step'") is None:
        return False
    return reader.value("SELECT 1 FROM bulk_step WHERE txn = ?", (txn,)) is not None


def _decoded(body: str, state: State) -> Event:
    try:
        return msgspec.structs.replace(msgspec.json.decode(body, type=Event), state=state)
    except NOT_JSON as error:
        raise CrmError("database_corrupt", path="") from error
