"""When somebody last began to look with another person's eyes."""

from __future__ import annotations

from sqlalchemy import Connection

from crmdesk.store import dialect

_PUT = dialect.upsert("seen_as", ('"user"', "other", "at"), ('"user"', "other"))


def last(connection: Connection, user: str, other: str) -> int | None:
    """When that was (UTC milliseconds)."""
    found = dialect.value(connection, 'SELECT at FROM seen_as WHERE "user" = ? AND other = ?', (user, other))
    return None if found is None else int(found)


def save(connection: Connection, user: str, other: str, at: int) -> None:
    dialect.run(connection, _PUT, (user, other, at))
