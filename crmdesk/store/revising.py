"""Bringing projected rows in line with a record that changed: only what differs is written.

A save touches a few fields. Writing whole rows anew would rewrite every index and the search words with them,
and the pages to encrypt and flush are most of what a save costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from crmdesk.store import dialect


def revise_row(
    connection: Connection, table: str, n: int, columns: Sequence[str], cells: Sequence[Any]
) -> set[str] | None:
    """Update the cells that differ; returns their columns, or None where the row is not there."""
    names = ", ".join(f'"{c}"' for c in columns)
    old = dialect.run(connection, f"SELECT {names} FROM {table} WHERE n = ?", (n,)).fetchone()
    if old is None:
        return None
    changed = {c: now for c, was, now in zip(columns, old, cells, strict=True) if was != now}
    if changed:
        wanted = ", ".join(f'"{c}" = ?' for c in changed)
        dialect.run(connection, f"UPDATE {table} SET {wanted} WHERE n = ?", (*changed.values(), n))
    return set(changed)


def revise_elements(connection: Connection, n: int, elements: Sequence[tuple[Any, ...]]) -> set[str]:
    """Replace the elements that differ, each (n, field, element, value); returns the fields they are of."""
    stored = dialect.run(connection, "SELECT n, field, element, value FROM element WHERE n = ?", (n,))
    old, new = set(stored.fetchall()), set(elements)
    if gone := [row[:3] for row in old - new]:
        dialect.run(connection, "DELETE FROM element WHERE n = ? AND field = ? AND element = ?", gone)
    if added := list(new - old):
        dialect.run(connection, dialect.insert("element", ("n", "field", "element", "value")), added)
    return {row[1] for row in old ^ new}


def revise_attention(
    connection: Connection, n: int, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Replace what somebody must decide about a record, if that changed."""
    stored = dialect.run(
        connection, f"SELECT {', '.join(columns)} FROM attention WHERE n = ?", (n,)
    ).fetchall()
    if set(stored) != set(rows):
        dialect.run(connection, "DELETE FROM attention WHERE n = ?", (n,))
        dialect.run(connection, dialect.insert("attention", columns), list(rows))


def revise_words(connection: Connection, n: int, words: Callable[[], tuple[str, ...] | None]) -> None:
    """Replace a record's search words."""
    dialect.run(connection, dialect.DELETE_SEARCH, (n,))
    if found := words():
        dialect.run(connection, dialect.INSERT_SEARCH, (n, *found))
