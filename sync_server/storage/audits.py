"""The audit's rows, chain by chain: one for each push and bucket, one for each act. Rows are added and read, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.store import dialect


class Entry(NamedTuple):
    """One row. `chain` is a bucket's id, or the company's own chain; `number` counts from 1 without a gap.

    `kind` says what was done, `user` and `device` who did it, `said` (canonical JSON: ids, names of fields, counts,
    digests, never what a person typed) what it was about. Of edits, `actor` and the last of their counters, `top`,
    stand beside, to be found by. `seal` binds the row to the one before it.
    """

    chain: str
    number: int
    at: int
    kind: str
    user: str
    device: str
    actor: str | None
    top: int | None
    said: str
    seal: bytes = b""


class Tally(NamedTuple):
    """How often a device asked for something within an hour, and what it got: `outcome` is `ok` or an error's code."""

    asked: str
    user: str
    device: str
    outcome: str
    hour: int
    times: int


_NAMES: Final = 'chain, number, at, kind, "user", device, actor, top, said, seal'
_ADD = dialect.insert("audit", Entry._fields)
_ADD_SUBJECT = dialect.insert("audit_subject", ("subject", "chain", "number"))
_LAST = "SELECT number, seal FROM audit WHERE chain = ? ORDER BY number DESC LIMIT 1"
_AFTER = f"SELECT {_NAMES} FROM audit WHERE (chain, number) > (?, ?) ORDER BY chain, number LIMIT ?"
_LATEST = "ORDER BY at DESC, chain DESC, number DESC LIMIT ?"
_ABOUT = f"SELECT {_NAMES} FROM audit WHERE (chain, number) IN (SELECT chain, number FROM audit_subject WHERE subject = ?)"
_OF_ACTOR = f"SELECT {_NAMES} FROM audit WHERE actor = ? AND top >= ? ORDER BY top LIMIT ?"
_EDITS_BELOW = (
    "SELECT e.actor, e.counter FROM record r JOIN edit e ON e.id = r.id AND e.entity = r.entity AND e.part = r.part"
    " WHERE r.root = ?"
)
_COUNT = (
    dialect.insert("tally", Tally._fields)
    + ' ON CONFLICT (asked, "user", device, outcome, hour) DO UPDATE SET times = tally.times + 1'
)
_TAKE = 'DELETE FROM tally WHERE hour < ? RETURNING asked, "user", device, outcome, hour, times'


def add(connection: Connection, entry: Entry, subjects: Iterable[str] = ()) -> None:
    """Write a row, to be found by what it is about as well; rows are never changed."""
    dialect.run(connection, _ADD, tuple(entry))
    if rows := [(subject, entry.chain, entry.number) for subject in dict.fromkeys(subjects)]:
        dialect.run(connection, _ADD_SUBJECT, rows)


def last(connection: Connection, chain: str) -> tuple[int, bytes] | None:
    """(number, seal) of a chain's latest row."""
    found = dialect.run(connection, _LAST, (chain,)).fetchone()
    return None if found is None else (found[0], bytes(found[1]))


def after(connection: Connection, chain: str, number: int, limit: int) -> list[Entry]:
    """The next rows of all chains, by chain and number."""
    return _entries(connection, dialect.run(connection, _AFTER, (chain, number, limit)).fetchall())


def latest(
    connection: Connection, where: Mapping[str, Any], before: tuple[int, str, int] | None, limit: int
) -> list[Entry]:
    """The latest rows, of those that `where` allows (a condition with one mark -> its value), before (at, chain, number)."""
    conditions, bind = list(where), list(where.values())
    if before is not None:
        conditions += ["at <= ?", "(at, chain, number) < (?, ?, ?)"]
        bind += [before[0], *before]
    said = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    rows = dialect.run(connection, f"SELECT {_NAMES} FROM audit {said}{_LATEST}", (*bind, limit))
    return _entries(connection, rows)


def about(connection: Connection, subject: str) -> list[Entry]:
    """The acts that were about something."""
    return _entries(connection, dialect.run(connection, _ABOUT, (subject,)))


def of_actor(connection: Connection, actor: str, counter: int, limit: int) -> list[Entry]:
    """Rows about edits of an actor, from the first that may tell of the one with this counter."""
    return _entries(connection, dialect.run(connection, _OF_ACTOR, (actor, counter, limit)))


def edits_below(connection: Connection, root: str) -> dict[str, set[int]]:
    """The edits of a customer and of all below it: actor -> counters."""
    found: dict[str, set[int]] = {}
    for actor, counter in dialect.run(connection, _EDITS_BELOW, (root,)):
        found.setdefault(actor, set()).add(counter)
    return found


def count(connection: Connection) -> int:
    """How many rows there are."""
    return int(dialect.value(connection, "SELECT count(*) FROM audit"))


def _entries(connection: Connection, rows: Iterable[Any]) -> list[Entry]:
    """Rows as entries. Raises `database_corrupt`: a damaged file gives any column any type."""
    if dialect.is_shared(connection):
        return [Entry._make((*row[:-1], bytes(row[-1]))) for row in rows]
    found = [Entry._make(row) for row in rows]
    if not all(type(e.seal) is bytes and type(e.number) is int and type(e.said) is str for e in found):
        raise CrmError("database_corrupt", path="audit")
    return found


def tally(connection: Connection, asked: str, user: str, device: str, outcome: str, hour: int) -> None:
    """One more. Until the hour is over it is counted beside the audit, whose rows can't be counted up."""
    dialect.run(connection, _COUNT, (asked, user, device, outcome, hour, 1))


def take_tallies(connection: Connection, before_hour: int) -> list[Tally]:
    """What was counted in hours that are over, taken out."""
    return sorted(Tally._make(row) for row in dialect.run(connection, _TAKE, (before_hour,)))
