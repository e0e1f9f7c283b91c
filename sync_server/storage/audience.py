"""Who may hear of which bucket, and what there is to hear: for the live channel, many listeners a question."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from crmdesk.core.wire import Head
from crmdesk.store import dialect
from crmdesk.store.records import chunks


def _marks(bound: list[str]) -> str:
    return ", ".join("?" * len(bound))


def fresh_heads(connection: Connection, since_ms: int) -> list[Head]:
    """The heads of the buckets whose last commit says it was made at `since_ms` or later."""
    rows = dialect.run(
        connection,
        "SELECT b.id, y.epoch, b.seq, b.salt FROM bucket_commit c JOIN bucket b ON b.id = c.bucket"
        " AND b.seq = c.seq CROSS JOIN company y WHERE c.at >= ?",
        (since_ms,),
    )
    return [Head(*row) for row in rows]


def rights(connection: Connection, users: Iterable[str]) -> dict[str, set[str]]:
    """The buckets that each of `users` reads now; somebody who was shut out reads none."""
    found: dict[str, set[str]] = {}
    for some in chunks(users):
        rows = dialect.run(
            connection, f'SELECT "user", bucket FROM reader WHERE "user" IN ({_marks(some)})', tuple(some)
        )
        for user, bucket in rows:
            found.setdefault(user, set()).add(bucket)
    return found


def readers(connection: Connection, buckets: Iterable[str]) -> dict[str, set[str]]:
    """The users who read each of `buckets` now."""
    found: dict[str, set[str]] = {}
    for some in chunks(buckets):
        rows = dialect.run(
            connection, f'SELECT "user", bucket FROM reader WHERE bucket IN ({_marks(some)})', tuple(some)
        )
        for user, bucket in rows:
            found.setdefault(bucket, set()).add(user)
    return found


def signed_in(connection: Connection, devices: Iterable[str]) -> set[str]:
    """Those of `devices` that are neither revoked nor waiting for approval."""
    found: set[str] = set()
    for some in chunks(devices):
        sql = f"SELECT id FROM device WHERE state = 'active' AND id IN ({_marks(some)})"
        rows = dialect.run(connection, sql, tuple(some))
        found |= {row[0] for row in rows}
    return found
