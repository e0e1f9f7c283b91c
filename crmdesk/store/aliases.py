"""Which customers are read as part of which others: `core.aliases` over what is here, as a projection.

`alias` has a row for each customer that points at another; `customer` is who it is read as part of, null while the
pointer does not count. The projected tables hang what lies below it under that customer; the records themselves keep
their root, so that taking the pointer back needs nothing but the pointer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Column, Connection, Index, MetaData, Table, Text

from crmdesk.core import aliases
from crmdesk.core.aliases import Pointer
from crmdesk.core.record import MAIN, Record, RecordKey
from crmdesk.store import dialect
from crmdesk.store.records import LEFT, chunks


class Change(NamedTuple):
    """As part of whom a customer was read, and is from now on; itself where it is nobody's."""

    before: str
    now: str


def declare(made: MetaData) -> None:
    """The table."""
    alias = Table(
        "alias", made,
        Column("id", Text, primary_key=True), Column("target", Text), Column("bucket", Text), Column("customer", Text),
        sqlite_with_rowid=False,
    )  # fmt: skip
    Index("alias_customer", alias.c.customer)


def renew(
    connection: Connection, changed: Iterable[tuple[RecordKey, Record]], gone: Collection[str] = ()
) -> dict[str, Change]:
    """Take in what these records say, and that customers are `gone`; returns whose reading changed, by id."""
    said = {
        key.id: aliases.pointer(record)
        for key, record in changed
        if key.entity == "customer" and key.part == MAIN
    }
    rows = (
        dialect.run(connection, "SELECT id, target, bucket, customer FROM alias").fetchall()
        if said or gone
        else []
    )
    if not rows and not any(said.values()):
        return {}
    before = {row[0]: row[3] for row in rows}
    was = {row[0]: Pointer(row[1], row[2]) for row in rows}
    touched = said.keys() | set(gone)
    if (
        not any(said.values())
        and touched.isdisjoint(was)
        and touched.isdisjoint(p.target for p in was.values())
    ):
        return {}
    pointers = {one: way for one, way in {**was, **said}.items() if way is not None and one not in gone}
    found = aliases.resolve(pointers, _buckets(connection, {p.target for p in pointers.values()} - set(gone)))
    dialect.run(
        connection, "DELETE FROM alias WHERE id = ?", [(one,) for one in was.keys() - pointers.keys()]
    )
    for one, way in pointers.items():
        if was.get(one) != way or before.get(one) != found.get(one):
            dialect.run(connection, "DELETE FROM alias WHERE id = ?", (one,))
            row = (one, way.target, way.bucket, found.get(one))
            dialect.run(connection, dialect.insert("alias", ("id", "target", "bucket", "customer")), row)
    moved = {
        one: Change(before.get(one) or one, found.get(one) or one) for one in was.keys() | pointers.keys()
    }
    return {one: change for one, change in moved.items() if change.before != change.now}


def _buckets(connection: Connection, customers: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks(sorted(customers)):
        marks = ",".join("?" * len(chunk))
        query = (
            f"SELECT id, bucket FROM record WHERE entity = 'customer' AND part = 'main' AND coalesce(seq, 0) <> {LEFT} "
            f"AND id IN ({marks})"
        )
        found.update(dialect.run(connection, query, tuple(chunk)).fetchall())
    return found


def read_as(connection: Connection, customers: Iterable[str]) -> dict[str, str]:
    """Those among `customers` that are read as part of others, each with the other."""
    found: dict[str, str] = {}
    if dialect.value(connection, "SELECT 1 FROM alias LIMIT 1") is None:
        return found
    for chunk in chunks(set(customers)):
        marks = ",".join("?" * len(chunk))
        query = f"SELECT id, customer FROM alias WHERE customer IS NOT NULL AND id IN ({marks})"
        found.update(dialect.run(connection, query, tuple(chunk)).fetchall())
    return found


def parts_of(connection: Connection, customer: str) -> list[str]:
    """The customers that are read as part of one."""
    rows = dialect.run(connection, "SELECT id FROM alias WHERE customer = ? ORDER BY id", (customer,))
    return [found for (found,) in rows]


def parts_by_customer(connection: Connection, customers: Iterable[str]) -> dict[str, list[str]]:
    """The customers that are read as part of some, by whose part they are."""
    found: dict[str, list[str]] = {}
    if dialect.value(connection, "SELECT 1 FROM alias LIMIT 1") is None:
        return found
    for chunk in chunks(set(customers)):
        marks = ",".join("?" * len(chunk))
        query = f"SELECT customer, id FROM alias WHERE customer IN ({marks}) ORDER BY id"
        for customer, part in dialect.run(connection, query, tuple(chunk)).fetchall():
            found.setdefault(customer, []).append(part)
    return found


def move_below(connection: Connection, tables: Iterable[str], changes: Mapping[str, Change]) -> None:
    """Hang what is projected below customers under whom they are read as part of now."""
    moves = [(change.now, one) for one, change in changes.items()]
    for name in (*tables, "attention"):
        dialect.run(
            connection,
            f"UPDATE {name} SET root = ? WHERE n IN (SELECT n FROM record WHERE root = ? AND entity <> 'customer')",
            moves,
        )
