"""The audit's rows, chain by chain: one for each push and bucket, one for each act. Rows are added and read, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import Connection

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


class SignIns(NamedTuple):
    """How often a device signed in within an hour, and how: `outcome` is `ok` or an error's code."""

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
_COUNT_SIGN_IN = (
    dialect.insert("sign_in", SignIns._fields)
    + ' ON CONFLICT ("user", device, outcome, hour) DO UPDATE SET times = sign_in.times + 1'
)
_TAKE_SIGN_INS = 'DELETE FROM sign_in WHERE hour < ? RETURNING "user", device, outcome, hour, times'


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
    rows = dialect.run(connection, _AFTER, (chain, number, limit)).fetchall()
    return [Entry._make((*row[:-1], bytes(row[-1]))) for row in rows]


def count_sign_in(connection: Connection, user: str, device: str, outcome: str, hour: int) -> None:
    """One more. Until the hour is over it is counted beside the audit, whose rows can't be counted up."""
    dialect.run(connection, _COUNT_SIGN_IN, (user, device, outcome, hour, 1))


def take_sign_ins(connection: Connection, before_hour: int) -> list[SignIns]:
    """What was counted in hours that are over, taken out."""
    return sorted(SignIns._make(row) for row in dialect.run(connection, _TAKE_SIGN_INS, (before_hour,)))
