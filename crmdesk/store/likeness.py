"""The keys that customers of one company share, kept in step with the records: what a matcher compares, out of all there are.

`likeness` says who has a key, a customer or one of its people by row number; `likeness_of` which keys somebody has, so
that they can be taken away again without an index of their own. The keys of a record makes `store.found_by`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, Table

from crmdesk.store import dialect
from crmdesk.store.found_by import COMPARED, Keys
from crmdesk.store.records import chunks

VERSION: Final = 1
"""Raised when the same customer gets other keys, so that laptops rebuild."""
_MADE_FROM: Final = {
    "customer": frozenset(("life", "other_phone", *(f"f_{name}" for name in COMPARED))),
    "contact": frozenset(("life", "phone", "f_email")),
}
TABLES: Final = ("likeness", "likeness_of")


def declare(made: MetaData) -> None:
    """The two tables."""
    Table(
        "likeness", made,
        Column("key", Integer, primary_key=True), Column("n", Integer, primary_key=True),
        sqlite_with_rowid=False,
    )  # fmt: skip
    Table(
        "likeness_of",
        made,
        Column("n", Integer, primary_key=True),
        Column("keys", LargeBinary, nullable=False),
    )


def is_made_from(entity: str, changed: Iterable[str]) -> bool:
    """Whether a change of these columns and repeated fields may change the keys of a record."""
    return entity in _MADE_FROM and not _MADE_FROM[entity].isdisjoint(changed)


def having(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Which of these row numbers have keys."""
    found: set[int] = set()
    for chunk in chunks(numbers):
        marks = ",".join("?" * len(chunk))
        query = f"SELECT n FROM likeness_of WHERE n IN ({marks})"
        found.update(n for (n,) in dialect.run(connection, query, tuple(chunk)))
    return found


def add(connection: Connection, made: Sequence[tuple[int, Keys]]) -> None:
    """Write the keys of records that have none yet, by row number."""
    some = [(n, found) for n, found in made if found]
    dialect.insert_rows(
        connection, "likeness_of", ("n", "keys"), [(n, array("q", found).tobytes()) for n, found in some]
    )
    rows = sorted((key, n) for n, found in some for key in found)
    dialect.insert_rows(connection, "likeness", ("key", "n"), rows)


def remove(connection: Connection, numbers: Iterable[int]) -> None:
    """Take the keys of records away."""
    for n in numbers:
        stored = dialect.value(connection, "SELECT keys FROM likeness_of WHERE n = ?", (n,))
        if stored is not None:
            found = array("q")
            found.frombytes(stored)
            dialect.run(
                connection, "DELETE FROM likeness WHERE key = ? AND n = ?", [(key, n) for key in found]
            )
            dialect.run(connection, "DELETE FROM likeness_of WHERE n = ?", (n,))


def revise_many(connection: Connection, wanted: Sequence[tuple[int, Keys]]) -> None:
    """Bring the keys of many records in line; only those that differ are written."""
    had: dict[int, set[int]] = {}
    for chunk in chunks(n for n, _ in wanted):
        marks = ",".join("?" * len(chunk))
        for n, stored in dialect.run(
            connection, f"SELECT n, keys FROM likeness_of WHERE n IN ({marks})", tuple(chunk)
        ):
            found = array("q")
            found.frombytes(stored)
            had[n] = set(found)
    differing = [(n, now) for n, now in wanted if set(now) != had.get(n, set())]
    gone = [(key, n) for n, now in differing for key in had.get(n, set()) - set(now)]
    new = sorted((key, n) for n, now in differing for key in set(now) - had.get(n, set()))
    dialect.run(connection, "DELETE FROM likeness WHERE key = ? AND n = ?", sorted(gone))
    dialect.insert_rows(connection, "likeness", ("key", "n"), new)
    dialect.run(connection, "DELETE FROM likeness_of WHERE n = ?", [(n,) for n, _ in differing])
    rows = [(n, array("q", now).tobytes()) for n, now in differing if now]
    dialect.insert_rows(connection, "likeness_of", ("n", "keys"), rows)


def revise(connection: Connection, n: int, wanted: Keys) -> None:
    """Bring the keys of one record in line; only those that differ are written."""
    stored = dialect.value(connection, "SELECT keys FROM likeness_of WHERE n = ?", (n,))
    had = array("q")
    had.frombytes(stored or b"")
    if set(had) == set(wanted):
        return
    gone, new = set(had) - set(wanted), set(wanted) - set(had)
    if gone:
        dialect.run(connection, "DELETE FROM likeness WHERE key = ? AND n = ?", [(key, n) for key in gone])
    if new:
        dialect.run(connection, dialect.insert("likeness", ("key", "n")), [(key, n) for key in new])
    dialect.run(connection, "DELETE FROM likeness_of WHERE n = ?", (n,))
    if wanted:
        row = (n, array("q", wanted).tobytes())
        dialect.run(connection, dialect.insert("likeness_of", ("n", "keys")), row)
