"""The tables of the projections, made from the declarations: what creates them, drops them, and tells when they are stale.

One table per declared entity; `element` for what a field holds several of; `contact_home` for whose contact somebody is;
`attention` for what somebody must decide; `search` for words, `likeness` for keys of one company (`store.likeness`), `alias`
for customers that were merged (`store.aliases`) and `unindexed` for records whose words and keys are still to be made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from crmdesk.core.registry import Entity, Registry
from crmdesk.store import aliases, dialect, likeness
from crmdesk.store.face import INTEGERS, VERSION, columns
from crmdesk.store.names import SHOWN, column, table

_Number = BigInteger().with_variant(Integer, "sqlite")
_FACTS: Final = {"customer": ("last_visit_at", "visits", "tags", "person")}


def metadata(entities: Iterable[Entity]) -> MetaData:
    """The projection's tables, made from the declarations."""
    made = MetaData()
    for entity in entities:
        integers = {column(f) for f in entity.fields if f.type in INTEGERS}
        own = [Column(c, _Number if c in integers else Text) for c in columns(entity)]
        facts = [_fact_column(c) for c in _FACTS.get(entity.name, ())]
        Table(
            table(entity.name), made,
            Column("n", Integer, primary_key=True), Column("id", Text, nullable=False, unique=True),
            Column("root", Text), Column("bucket", Text), Column("life", Integer), Column("conflicts", Integer),
            Column("created_at", _Number), Column("updated_at", _Number), Column("sort", Text),
            *own, *facts,
        )  # fmt: skip
        if entity.home and entity.name != "task":
            Index(f"{table(entity.name)}_root", made.tables[table(entity.name)].c.root)
    customer = made.tables[table("customer")]
    visit, task = made.tables[table("visit")], made.tables[table("task")]
    # Wide enough to answer from the index alone: rows are wide, and reading one costs a page's decryption.
    Index("p_task_root", task.c.root, task.c.f_due_on, task.c.f_done, task.c.life)
    for name, ordered in (
        ("p_customer_sort", (customer.c.sort, customer.c.n)),
        ("p_customer_visited", (customer.c.last_visit_at, customer.c.n)),
        ("p_customer_next", (customer.c.f_next_follow_up_on, customer.c.n, customer.c.bucket, customer.c.id)),
        ("p_customer_changed", (customer.c.updated_at, customer.c.n)),
        ("p_customer_facets", _facets(customer)),
        ("p_visit_at", (visit.c.f_at, visit.c.n, visit.c.bucket)),
        ("p_task_due", (task.c.f_due_on, task.c.n, task.c.f_done, task.c.bucket)),
    ):
        Index(name, *ordered, sqlite_where=text(SHOWN))
    Index("p_customer_deleted", customer.c.id, sqlite_where=text("life <> 0"))
    Table(
        "element", made,
        Column("n", Integer, primary_key=True), Column("field", Text, primary_key=True),
        Column("element", Text, primary_key=True), Column("value", Text),
        sqlite_with_rowid=False,
    )  # fmt: skip
    Index("element_value", made.tables["element"].c.field, made.tables["element"].c.element)
    Table(
        "contact_home", made,
        Column("n", Integer, primary_key=True), Column("customer", Integer, nullable=False),
    )  # fmt: skip
    Table(
        "attention", made,
        Column("n", Integer, primary_key=True), Column("field", Text, primary_key=True),
        Column("entity", Text), Column("id", Text), Column("root", Text), Column("bucket", Text),
        Column("kind", Text), Column("authors", Text), Column("since", _Number),
        sqlite_with_rowid=False,
    )  # fmt: skip
    waiting = Table(
        "unindexed", made,
        Column("n", Integer, primary_key=True), Column("updated_at", _Number, nullable=False),
    )  # fmt: skip
    Index("unindexed_newest", waiting.c.updated_at, waiting.c.n)
    likeness.declare(made)
    aliases.declare(made)
    return made


def _facets(customer: Table) -> tuple[Column[Any], ...]:
    """What lists are narrowed by most, in an index that answers alone: of wide rows each page has to be decrypted."""
    told = ("bucket", "life", "f_stage", "f_grade", "f_source", "f_region_code", "f_industry_code")
    counted = ("last_visit_at", "f_next_follow_up_on", "f_employees", "visits")
    return tuple(customer.c[name] for name in (*told, *counted))


def _fact_column(name: str) -> Column[Any]:
    """A fact's column; no visits are none until some are counted."""
    if name == "visits":
        return Column(name, Integer, nullable=False, server_default=text("0"))
    return Column(name, _Number if name == "last_visit_at" else Text)


def signature(registry: Registry) -> str:
    """Changes whenever the projection of the same records would."""
    searched = [f"{e.name}.{f.name}:{f.search}" for e in registry.entities.values() for f in e.fields]
    made = [
        str(VERSION),
        str(likeness.VERSION),
        dialect.CREATE_SEARCH,
        *_statements(tuple(registry.entities.values())),
        *searched,
    ]
    return hashlib.sha256("\n".join(made).encode()).hexdigest()


@lru_cache(maxsize=4)
def _statements(entities: tuple[Entity, ...]) -> tuple[str, ...]:
    """What creates the projection of these declarations, its tables first; putting it together takes some 30 ms."""
    made, spoken = metadata(entities).sorted_tables, sqlite.dialect()
    indexes = sorted((index for one in made for index in one.indexes), key=lambda index: str(index.name))
    statements: list[CreateTable | CreateIndex] = [*map(CreateTable, made), *map(CreateIndex, indexes)]
    return tuple(str(one.compile(dialect=spoken)) for one in statements)


def drop(connection: Connection) -> None:
    """Drop every projection, whichever version made it."""
    names = dialect.run(
        connection,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND (substr(name, 1, 2) = 'p_' "
        "OR name IN ('element', 'contact_home', 'attention', 'search', 'unindexed', 'likeness', 'likeness_of', 'alias'))",
    ).fetchall()
    for (name,) in names:
        dialect.run(connection, f'DROP TABLE "{name}"')


def create(connection: Connection, registry: Registry) -> None:
    """Create empty projections."""
    for statement in (*_statements(tuple(registry.entities.values())), dialect.CREATE_SEARCH):
        dialect.run(connection, statement)
