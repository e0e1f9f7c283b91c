"""Records whose search words, and keys of one company, are still to be made: they came by the thousand, and the lists would not wait.

The queue is filled in the transaction that brings the records and emptied in the one that writes their words, so a
crash at any moment leaves neither a record that is never found nor one that is indexed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection

from crmdesk.core.registry import Registry
from crmdesk.core.resolve import read_record
from crmdesk.core.text import Readings
from crmdesk.store import dialect, likeness
from crmdesk.store.face import shapes
from crmdesk.store.found_by import FoundBy, Keys, found_by
from crmdesk.store.records import Stored, chunks, numbered


def add(connection: Connection, entries: Sequence[tuple[int, int]]) -> None:
    """Queue records: (row number, when last changed in UTC milliseconds)."""
    dialect.insert_rows(connection, "unindexed", ("n", "updated_at"), entries)


def remove(connection: Connection, numbers: Iterable[int]) -> None:
    """Take records off the queue: their words were written, or are wanted no longer."""
    dialect.run(connection, "DELETE FROM unindexed WHERE n = ?", [(n,) for n in numbers])


class Place(NamedTuple):
    """Where a record stands in the queue; the greatest comes first."""

    updated_at: int
    n: int


def newest(
    connection: Connection, limit: int, before: Place | None = None
) -> tuple[list[Stored], Place | None]:
    """The queued records that changed last, of those that changed `before`, and the place of the last of them.

    The records come in rising order of their numbers: what a full-text index takes best.
    """
    where = "WHERE (updated_at, n) < (?, ?)" if before else ""
    query = f"SELECT updated_at, n FROM unindexed {where} ORDER BY updated_at DESC, n DESC LIMIT ?"
    places = [Place(*row) for row in dialect.run(connection, query, (*(before or ()), limit))]
    return numbered(connection, [place.n for place in places]), places[-1] if places else None


Words: TypeAlias = list[tuple[int, tuple[str, ...] | None, Keys]]
"""(row number, search columns, keys of one company) of records; None for one that has nothing to be found by."""


def words_of(queued: Iterable[Stored], registry: Registry, readings: Readings) -> Words:
    """The words of records as they stand."""
    seen = shapes(registry)
    made = []
    for s in queued:
        values = read_record(s.record, s.key.entity, registry).values
        found = found_by(seen[s.key.entity], readings, values)
        made.append((s.n, found.words, found.keys))
    return made


def numbered_words(connection: Connection, ready: Mapping[str, FoundBy]) -> Words:
    """What these records are found by, under their row numbers, in rising order."""
    query = "SELECT n, id FROM record WHERE id IN (SELECT value FROM json_each(?))"
    ids = msgspec.json.encode(list(ready)).decode()
    return [(n, ready[i].words, ready[i].keys) for n, i in sorted(dialect.run(connection, query, (ids,)))]


def write(connection: Connection, made: Words) -> int:
    """Write words that were made before this transaction; returns how many records left the queue.

    A record that changed meanwhile in what it is found by, or left, is off the queue: its words are not these.
    """
    still = _queued(connection, [n for n, _, _ in made])
    rows = [(n, *found) for n, found, _ in made if n in still and found]
    dialect.insert_rows(connection, "search", ("rowid", *dialect.SEARCH_COLUMNS), rows)
    _write_keys(connection, [(n, keys) for n, _, keys in made if n in still])
    remove(connection, still)
    return len(still)


def _write_keys(connection: Connection, made: Sequence[tuple[int, Keys]]) -> None:
    """Write the keys of those that have none yet; one that is made searchable anew has its own already."""
    had = likeness.having(connection, [n for n, _ in made])
    likeness.add(connection, [(n, keys) for n, keys in made if n not in had])
    for n, keys in made:
        if n in had:
            likeness.revise(connection, n, keys)


def _queued(connection: Connection, numbers: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for chunk in chunks(numbers):
        marks = ",".join("?" * len(chunk))
        query = f"SELECT n FROM unindexed WHERE n IN ({marks})"
        found.update(n for (n,) in dialect.run(connection, query, tuple(chunk)))
    return found


def count(connection: Connection) -> int:
    """How many are queued."""
    return int(dialect.value(connection, "SELECT count(*) FROM unindexed"))
