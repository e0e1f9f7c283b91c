"""Bringing projected rows in line with a record that changed: only what differs is written.

A save touches a few fields. Writing whole rows anew would rewrite every index and the search words with them,
and the pages to encrypt and flush are most of what a save costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from crmdesk.store import dialect
from crmdesk.store.records import chunks


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


# -- many at once --------------------------------------------------------------------------------------------


def revise_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[int, Sequence[Any]]]
) -> dict[int, set[str]]:
    """Update the cells that differ of many rows, (number, cells); returns their columns by row, of rows that are there."""
    names = ", ".join(f'"{c}"' for c in columns)
    wanted = dict(rows)
    changed: dict[int, set[str]] = {}
    by_columns: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for chunk in chunks(wanted):
        marks = ",".join("?" * len(chunk))
        found = dialect.run(
            connection, f'SELECT n AS "at", {names} FROM {table} WHERE n IN ({marks})', tuple(chunk)
        )
        for n, *old in found:
            differing = [at for at, (was, now) in enumerate(zip(old, wanted[n], strict=True)) if was != now]
            changed[n] = {columns[at] for at in differing}
            if differing:
                values = (*(wanted[n][at] for at in differing), n)
                by_columns.setdefault(tuple(columns[at] for at in differing), []).append(values)
    for some, bind in by_columns.items():
        update = ", ".join(f'"{c}" = ?' for c in some)
        dialect.run(connection, f"UPDATE {table} SET {update} WHERE n = ?", bind)
    return changed


def revise_all_elements(
    connection: Connection, numbers: Sequence[int], elements: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[int, str]]:
    """Replace the elements of many records that differ; gives each (number, field) that did."""
    old = _of_all(connection, "element", ("n", "field", "element", "value"), numbers)
    new = set(elements)
    if gone := [row[:3] for row in old - new]:
        dialect.run(connection, "DELETE FROM element WHERE n = ? AND field = ? AND element = ?", gone)
    dialect.insert_rows(connection, "element", ("n", "field", "element", "value"), list(new - old))
    yield from {(row[0], row[1]) for row in old ^ new}


def revise_all_attention(
    connection: Connection, numbers: Sequence[int], columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Replace what somebody must decide about many records, where that changed."""
    old, new = _of_all(connection, "attention", columns, numbers), set(rows)
    if gone := [(n,) for n in {row[0] for row in old ^ new}]:
        dialect.run(connection, "DELETE FROM attention WHERE n = ?", gone)
        changed = {n for (n,) in gone}
        dialect.insert_rows(connection, "attention", columns, [row for row in rows if row[0] in changed])


def revise_all_words(connection: Connection, words: Sequence[tuple[int, tuple[str, ...] | None]]) -> None:
    """Replace the search words of many records."""
    dialect.run(connection, dialect.DELETE_SEARCH, [(n,) for n, _ in words])
    dialect.insert_rows(
        connection, "search", ("rowid", *dialect.SEARCH_COLUMNS), [(n, *found) for n, found in words if found]
    )


def _of_all(
    connection: Connection, table: str, columns: Sequence[str], numbers: Sequence[int]
) -> set[tuple[Any, ...]]:
    names = ", ".join(columns)
    found: set[tuple[Any, ...]] = set()
    for chunk in chunks(numbers):
        marks = ",".join("?" * len(chunk))
        found.update(
            dialect.run(connection, f"SELECT {names} FROM {table} WHERE n IN ({marks})", tuple(chunk))
        )
    return found
