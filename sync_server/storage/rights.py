"""Who reads which bucket, and as what: what policy decided, written down for every request to look up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from sqlalchemy import Connection, select

from crmdesk.core.roles import mandate
from crmdesk.store import dialect
from sync_server.policy import Right
from sync_server.tables import reader

_BETWEEN = "|"
_COLUMNS = ("bucket", "user", "can_write", "mandates")
_KEY = 'bucket = ? AND "user" = ?'

_Key: TypeAlias = tuple[str, str]
"""A bucket and a user."""


@lru_cache(maxsize=1024)
def _right(can_write: bool, mandates: str) -> Right:
    return Right(can_write, frozenset(mandate(text) for text in mandates.split(_BETWEEN)))


def _mandates(right: Right) -> str:
    return _BETWEEN.join(sorted(one.text for one in right.mandates))


def rights(connection: Connection, user: str) -> dict[str, Right]:
    """The buckets a user reads -> what they may do there."""
    rows = dialect.run(connection, 'SELECT bucket, can_write, mandates FROM reader WHERE "user" = ?', (user,))
    return {place: _right(bool(can_write), mandates) for place, can_write, mandates in rows}


def of_everybody(connection: Connection) -> dict[str, dict[str, Right]]:
    """User -> the buckets they read -> what they may do there."""
    found: dict[str, dict[str, Right]] = {}
    rows = dialect.run(connection, 'SELECT "user", bucket, can_write, mandates FROM reader')
    for user, place, can_write, mandates in rows:
        found.setdefault(user, {})[place] = _right(bool(can_write), mandates)
    return found


def lost_rights(connection: Connection, user: str) -> dict[str, tuple[Right, int]]:
    """The buckets a user could once read, or write: bucket -> (what they could do there, until when)."""
    rows = dialect.run(
        connection, 'SELECT bucket, can_write, mandates, at FROM lost_right WHERE "user" = ?', (user,)
    )
    return {place: (_right(bool(can_write), mandates), at) for place, can_write, mandates, at in rows}


def replace(
    connection: Connection, readers: Mapping[str, Mapping[str, Right]], now_ms: int
) -> list[tuple[str, str, bool | None, bool | None]]:
    """Write down who reads what: bucket -> user -> right. What somebody could read or write before is kept as lost.

    Of several steps down the last from writing counts: who loses reading as well had not heard of it any sooner.

    Returns what changed: (bucket, user, could write, can write); None where they could or can not even read.
    """
    rows = connection.execute(select(reader.c.bucket, reader.c.user, reader.c.can_write, reader.c.mandates))
    before = {(row.bucket, row.user): (bool(row.can_write), row.mandates) for row in rows}
    after = {
        (place, user): (right.can_write, _mandates(right))
        for place, found in readers.items()
        for user, right in found.items()
    }
    gone = sorted(before.keys() - after.keys())
    changed = sorted(key for key in after if before.get(key) != after[key])
    # Who only reads now may have written before hearing so.
    less = [key for key in changed if key in before and before[key][0] and not after[key][0]]
    lost = {key: before[key] for key in (*gone, *less)}
    _each(connection, f"DELETE FROM reader WHERE {_KEY}", [*gone, *(key for key in changed if key in before)])
    _each(connection, dialect.insert("reader", _COLUMNS), [(*key, *after[key]) for key in changed])
    _forget_lost(connection, {key: (lost.get(key) or after[key])[0] for key in (*gone, *changed)})
    _keep_lost(connection, lost, now_ms)
    left = [(*key, before[key][0], None) for key in gone]
    return left + [(*key, before[key][0] if key in before else None, after[key][0]) for key in changed]


def _keep_lost(connection: Connection, lost: Mapping[_Key, tuple[bool, str]], now_ms: int) -> None:
    """Write down what each could do until now, unless it is less than what they had lost before."""
    query = f'{dialect.insert("lost_right", (*_COLUMNS, "at"))} ON CONFLICT (bucket, "user") DO NOTHING'
    _each(connection, query, [(*key, *right, now_ms) for key, right in lost.items()])


def _forget_lost(connection: Connection, again: Mapping[_Key, bool]) -> None:
    """Each has again what they had lost: all of it (True), or only reading. What they could write before stays lost."""
    query = f"DELETE FROM lost_right WHERE {_KEY}"
    _each(connection, query, [key for key, is_whole in again.items() if is_whole])
    _each(connection, f"{query} AND NOT can_write", [key for key, is_whole in again.items() if not is_whole])


def _each(connection: Connection, query: str, rows: list[tuple[object, ...]]) -> None:
    """Run a statement for many rows: hundreds change when somebody joins a large company."""
    if rows:
        dialect.run(connection, query, rows)
