"""Who reads which bucket, and as what: what policy decided, written down for every request to look up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select

from crmdesk.core.roles import mandate
from crmdesk.store import dialect
from sync_server.policy import Right
from sync_server.tables import lost_right, reader

_BETWEEN = "|"


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
    for key in gone:
        _forget(connection, reader, key)
        _keep_lost(connection, key, before[key], now_ms)
    for key in changed:
        _forget(connection, reader, key)
        connection.execute(insert(reader).values(**_row(*key, *after[key])))
        if key in before and before[key][0] and not after[key][0]:
            # Who only reads now may have written before hearing so.
            _keep_lost(connection, key, before[key], now_ms)
        else:
            _forget_lost(connection, key, is_whole=after[key][0])
    lost = [(*key, before[key][0], None) for key in gone]
    return lost + [(*key, before[key][0] if key in before else None, after[key][0]) for key in changed]


def _keep_lost(connection: Connection, key: tuple[str, str], right: tuple[bool, str], now_ms: int) -> None:
    """Write down what somebody could do until now, unless it is less than what they had lost before."""
    _forget_lost(connection, key, is_whole=right[0])
    row = _row(*key, *right) | {"at": now_ms}
    query = f'{dialect.insert("lost_right", tuple(row))} ON CONFLICT (bucket, "user") DO NOTHING'
    dialect.run(connection, query, tuple(row.values()))


def _forget_lost(connection: Connection, key: tuple[str, str], *, is_whole: bool) -> None:
    """Somebody has again what they had lost: all of it, or only reading. What they could write before stays lost."""
    _forget(connection, lost_right, key, *(() if is_whole else (lost_right.c.can_write.is_(False),)))


def _row(place: str, user: str, can_write: bool, mandates: str) -> dict[str, object]:
    return {"bucket": place, "user": user, "can_write": can_write, "mandates": mandates}


def _forget(connection: Connection, table: Table, key: tuple[str, str], *where: ColumnElement[bool]) -> None:
    place, user = key
    connection.execute(delete(table).where(table.c.bucket == place, table.c.user == user, *where))
