"""A file with what the search box reads and nothing else: a million customers and their people in minutes, not hours.

The tables, their indexes and the words are the product's own and the file is encrypted like any; there are no records behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from crmdesk.core.entities import REGISTRY
from crmdesk.core.ids import uuid7
from crmdesk.core.values import Value
from crmdesk.store import dialect, projected_tables
from crmdesk.store.face import Shape, shape, words
from crmdesk.store.names import table
from crmdesk.usecases.workspace import readings
from tests.bench import stores

FOUND: Final = ("customer", "contact")
PAGE: Final = 5000


def made(customers: int) -> Path:
    """The file, made once for the generator and the tables as they are; only to be read."""
    kept = stores.OUTPUT / "cache" / f"search-{customers}-{_signature()}.db"
    if not kept.exists():
        draft = kept.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        _fill(draft, customers)
        draft.rename(kept)
    return kept


def _signature() -> str:
    return hashlib.sha256(stores._signature().encode() + Path(__file__).read_bytes()).hexdigest()[:12]


def _fill(path: Path, customers: int) -> None:
    connection = dialect.connect(path, stores.KEY, "sqlcipher", new=True)
    run = connection.execute
    run("PRAGMA journal_mode = OFF")  # a file that was not finished is made anew
    run("PRAGMA synchronous = OFF")
    for statement in (
        *projected_tables._statements(tuple(REGISTRY.entities.values())),
        dialect.CREATE_SEARCH,
    ):
        run(statement)
    run("CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT)")
    rows = _rows(customers)
    while page := list(islice(rows, PAGE)):
        run("BEGIN")
        for entity in FOUND:
            named = ", ".join(_columns(shape(REGISTRY[entity])))
            marks = ", ".join("?" * len(_columns(shape(REGISTRY[entity]))))
            cells = [row for kind, row, _ in page if kind == entity]
            connection.executemany(f"INSERT INTO {table(entity)} ({named}) VALUES ({marks})", cells)
        found = [(row[0], *told) for _, row, told in page if told]
        connection.executemany(dialect.INSERT_SEARCH, found)
        run("COMMIT")
    connection.close()


def _rows(customers: int) -> Iterator[tuple[str, tuple[Any, ...], tuple[str, ...] | None]]:
    """(entity, cells, search columns) of everything that can be found, by row number from 1."""
    known, root, n = readings(), "", 0
    for item in stores.generated(customers):
        if item.entity not in FOUND:
            continue
        n += 1
        of = shape(REGISTRY[item.entity])
        record = uuid7(stores.START_MS + n, n.to_bytes(10, "big"))
        root = record if item.entity == "customer" else root  # people come right after their customer
        at = stores.START_MS + n
        name = str(item.values.get("name") or "")
        place = (n, record, root, "book", 0, 0, at, at, known.sort_key(name[:80]))
        cells = tuple(_cell(item.values, column) for column in _columns(of)[len(place) :])
        yield item.entity, place + cells, words(of, known, item.values)


def _columns(of: Shape) -> tuple[str, ...]:
    return tuple(name for name in of.columns if name != "tags")


def _cell(values: dict[str, Value] | Any, column: str) -> Any:
    name = column.removeprefix("f_")
    value = values.get(name.removesuffix("_currency"))
    if isinstance(value, dict):
        return value["money"][1 if name.endswith("_currency") else 0]
    return None if name.endswith("_currency") else value
