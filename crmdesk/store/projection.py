"""The typed tables, search index and facts that are computed from records, and their rebuilding.

One table per declared entity, made from its declaration; `element` for what a field holds several of;
`contact_home` for whose contact somebody is; `attention` for what somebody must decide; `search` for words.
All of it may be dropped at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.schema import CreateIndex, CreateTable

from crmdesk.core.clock import MAX_STAMP, milliseconds
from crmdesk.core.entities import custom_field
from crmdesk.core.ids import is_id
from crmdesk.core.record import MAIN, Edit, Record, RecordKey
from crmdesk.core.registry import Entity, Field, Registry, Search, Type
from crmdesk.core.resolve import Life, RecordView, contesting, life, read_record
from crmdesk.core.search import index_terms
from crmdesk.core.text import Readings
from crmdesk.store import dialect
from crmdesk.store.names import CONTESTED, DELETED, SHOWN, column, table
from crmdesk.store.records import LEFT, Stored, chunks, every, load, under_root
from crmdesk.store.revising import revise_attention, revise_elements, revise_row, revise_words

_LIFE: Final = {Life.LIVE: 0, Life.DELETED: DELETED, Life.CONTESTED: CONTESTED}
_FIXED_COLUMNS: Final = ("n", "id", "root", "bucket", "life", "conflicts", "created_at", "updated_at", "sort")
_FACTS: Final = {"customer": ("last_visit_at", "visits", "tags", "person")}
_SEARCHED: Final = ("customer", "contact")
_PURPOSES: Final = {
    Search.NAME: "names", Search.ENGLISH: "english", Search.PHONE: "phones", Search.OTHER: "other",
}  # fmt: skip
_INTEGERS: Final = (Type.INSTANT, Type.MONEY, Type.INTEGER, Type.BOOLEAN)
VERSION: Final = 3
"""Raised when the same declarations project differently, so that laptops rebuild."""


class Basis(NamedTuple):
    """What projections are computed by, beside the records: the declarations and how characters are read."""

    registry: Registry
    readings: Readings


class Projected(NamedTuple):
    """A record to project. `fresh`: no projection of it exists yet."""

    n: int
    key: RecordKey
    root: str
    record: Record
    fresh: bool


def columns(entity: Entity) -> tuple[str, ...]:
    """The entity's own columns: one per field, two for money."""
    names: list[str] = []
    for field in entity.fields:
        if not field.repeated:
            names.append(column(field))
            if field.type is Type.MONEY:
                names.append(column(field) + "_currency")
    return tuple(names)


def metadata(registry: Registry) -> MetaData:
    """The projection's tables, made from the declarations."""
    made = MetaData()
    for entity in registry.entities.values():
        integers = {column(f) for f in entity.fields if f.type in _INTEGERS}
        own = [Column(c, Integer if c in integers else Text) for c in columns(entity)]
        facts = [_fact_column(c) for c in _FACTS.get(entity.name, ())]
        Table(
            table(entity.name), made,
            Column("n", Integer, primary_key=True), Column("id", Text, nullable=False, unique=True),
            Column("root", Text), Column("bucket", Text), Column("life", Integer), Column("conflicts", Integer),
            Column("created_at", Integer), Column("updated_at", Integer), Column("sort", Text),
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
        ("p_customer_bucket", (customer.c.bucket,)),
        ("p_visit_at", (visit.c.f_at, visit.c.n, visit.c.bucket)),
        ("p_task_due", (task.c.f_due_on, task.c.n, task.c.f_done, task.c.bucket)),
    ):
        Index(name, *ordered, sqlite_where=text(SHOWN), postgresql_where=text(SHOWN))
    Index(
        "p_customer_deleted",
        customer.c.id,
        sqlite_where=text("life <> 0"),
        postgresql_where=text("life <> 0"),
    )
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
        Column("kind", Text), Column("authors", Text), Column("since", Integer),
        sqlite_with_rowid=False,
    )  # fmt: skip
    return made


def _fact_column(name: str) -> Column[Any]:
    """A fact's column; no visits are none until some are counted."""
    if name == "visits":
        return Column(name, Integer, nullable=False, server_default=text("0"))
    return Column(name, Integer if name == "last_visit_at" else Text)


def signature(registry: Registry) -> str:
    """Changes whenever the projection of the same records would."""
    made = metadata(registry)
    ddl = [str(CreateTable(t)) for t in made.sorted_tables]
    ddl += sorted(str(CreateIndex(i)) for t in made.sorted_tables for i in t.indexes)
    searched = [f"{e.name}.{f.name}:{f.search}" for e in registry.entities.values() for f in e.fields]
    return hashlib.sha256(
        "\n".join([str(VERSION), dialect.CREATE_SEARCH, *ddl, *searched]).encode()
    ).hexdigest()


def drop(connection: Connection) -> None:
    """Drop every projection, whichever version made it."""
    names = dialect.run(
        connection,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND (substr(name, 1, 2) = 'p_' "
        "OR name IN ('element', 'contact_home', 'attention', 'search'))",
    ).fetchall()
    for (name,) in names:
        dialect.run(connection, f'DROP TABLE "{name}"')


def create(connection: Connection, registry: Registry) -> None:
    """Create empty projections."""
    metadata(registry).create_all(connection)
    dialect.run(connection, dialect.CREATE_SEARCH)


def rebuild(connection: Connection, basis: Basis) -> int:
    """Drop and recompute everything derived; returns how many records were read."""
    drop(connection)
    create(connection, basis.registry)
    count = 0
    for page in every(connection):
        project(connection, basis, [Projected(s.n, s.key, s.root, s.record, True) for s in page])
        count += len(page)
    return count


def add_fields(connection: Connection, basis: Basis, added: Sequence[tuple[str, Field]]) -> None:
    """Give existing tables the columns of (entity, field)s added at run time, then fill them."""
    for entity, field in added:
        _add_columns(connection, entity, field)
    for entity in {entity for entity, _ in added}:
        names = {field.name for name, field in added if name == entity}
        for page in every(connection, entity):
            touched = [s for s in page if not names.isdisjoint(s.record.fields())]
            project(connection, basis, [Projected(s.n, s.key, s.root, s.record, False) for s in touched])


def _add_columns(connection: Connection, entity: str, field: Field) -> None:
    present = {r[1] for r in dialect.run(connection, f"PRAGMA table_info({table(entity)})")}
    names = [column(field)] + ([column(field) + "_currency"] if field.type is Type.MONEY else [])
    for name in names:
        if name not in present:
            kind = "INTEGER" if field.type in _INTEGERS and name == column(field) else "TEXT"
            dialect.run(connection, f'ALTER TABLE {table(entity)} ADD COLUMN "{name}" {kind}')


def custom_fields(stored: Iterable[Stored], registry: Registry) -> list[tuple[str, Field]]:
    """The fields that `field` records declare: (entity, field)."""
    found = []
    for one in stored:
        view = read_record(one.record, "field", registry)
        entity = view.values.get("entity")
        if view.life is not Life.DELETED and isinstance(entity, str) and is_id(one.key.id):
            values = view.values
            found.append(
                (
                    entity,
                    custom_field(
                        one.key.id, values.get("type"), values.get("label_zh"), values.get("label_en")
                    ),
                )
            )
    return sorted(found, key=lambda pair: (pair[0], pair[1].name))


def project(connection: Connection, basis: Basis, items: Sequence[Projected]) -> None:
    """Bring every projection of these records up to date, in a handful of statements."""
    items = [*items, *_disputed_roots(connection, items)]
    shapes = {
        name: _shape(basis.registry[name])
        for name in {i.key.entity for i in items} & basis.registry.entities.keys()
    }
    fresh = _Fresh({}, [], [], [])
    inserted: set[int] = set()
    for item in items:
        shape = shapes.get(item.key.entity)
        if shape is None or item.key.part != MAIN:
            continue
        face = _face(connection, basis, shape, item)
        if item.fresh or not _revise(connection, shape, item.n, face):
            fresh.add(shape, item.n, face)
            inserted.add(item.n)
    fresh.write(connection, basis.registry)
    _facts(connection, items, inserted)


class _Face(NamedTuple):
    """What a record looks like in every projection. `words` are made only when they are needed."""

    row: tuple[Any, ...]
    elements: list[tuple[Any, ...]]
    attention: list[tuple[Any, ...]]
    words: Callable[[], tuple[str, ...] | None]


def _face(connection: Connection, basis: Basis, shape: _Shape, item: Projected) -> _Face:
    view, contested_by = _viewed(connection, basis.registry, item)
    # Whoever deleted a record had seen what was in conflict.
    asks = view.life is Life.CONTESTED or (view.conflicts and view.life is Life.LIVE)
    is_found = bool(shape.searched) and view.life is not Life.DELETED
    return _Face(
        _row(shape, item, view, basis.readings),
        list(_elements(item, view)),
        list(_attention(item, view, contested_by)) if asks else [],
        lambda: _words(shape, view, basis.readings) if is_found else None,
    )


class _Fresh(NamedTuple):
    """Rows of records that have no projection yet, gathered to be written in one statement a table."""

    rows: dict[str, list[tuple[Any, ...]]]
    elements: list[tuple[Any, ...]]
    attention: list[tuple[Any, ...]]
    words: list[tuple[Any, ...]]

    def add(self, shape: _Shape, n: int, face: _Face) -> None:
        self.rows.setdefault(shape.name, []).append(face.row)
        self.elements.extend(face.elements)
        self.attention.extend(face.attention)
        if found := face.words():
            self.words.append((n, *found))

    def write(self, connection: Connection, registry: Registry) -> None:
        for name, values in self.rows.items():
            quoted = tuple(f'"{c}"' for c in _own_columns(registry[name]))
            dialect.run(connection, dialect.insert(table(name), quoted), values)
        _insert(connection, "element", ("n", "field", "element", "value"), self.elements)
        _insert(connection, "attention", _ATTENTION, self.attention)
        if self.words:
            dialect.run(connection, dialect.INSERT_SEARCH, self.words)


def _own_columns(entity: Entity) -> tuple[str, ...]:
    """The columns that a record's own edits decide; facts have the rest."""
    return (*_FIXED_COLUMNS, *columns(entity), *(("tags",) if entity.name == "customer" else ()))


def _revise(connection: Connection, shape: _Shape, n: int, face: _Face) -> bool:
    """Bring the projections of one record in line; False where it has none."""
    changed = revise_row(connection, table(shape.name), n, shape.columns, face.row)
    if changed is None:
        return False
    moved = revise_elements(connection, n, face.elements)
    revise_attention(connection, n, _ATTENTION, face.attention)
    if shape.searched and (changed & shape.found_by or moved & shape.found_by):
        revise_words(connection, n, face.words)
    return True


def forget(connection: Connection, gone: Sequence[Stored]) -> None:
    """Remove every projection of records that left."""
    _forget(connection, [(s.n,) for s in gone], {s.key.entity for s in gone})
    _facts(connection, [Projected(s.n, s.key, s.root, s.record, False) for s in gone], ())


def _forget(connection: Connection, numbers: list[tuple[int]], entities: set[str]) -> None:
    for name in entities:
        if dialect.run(connection, "SELECT 1 FROM sqlite_master WHERE name = ?", (table(name),)).fetchone():
            dialect.run(connection, f"DELETE FROM {table(name)} WHERE n = ?", numbers)
    dialect.run(connection, "DELETE FROM element WHERE n = ?", numbers)
    dialect.run(connection, "DELETE FROM contact_home WHERE n = ?", numbers)
    dialect.run(connection, "DELETE FROM attention WHERE n = ?", numbers)
    dialect.run(connection, dialect.DELETE_SEARCH, numbers)


def _insert(connection: Connection, name: str, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        dialect.run(connection, dialect.insert(name, names), rows)


class _Shape(NamedTuple):
    """What is needed of an entity's declaration to project many of its records.

    `cells` read a row's own cells in the order of `columns`; `searched` are the fields that words are made
    from, by purpose, empty where the entity is not searched; `found_by` are the columns and repeated fields
    behind those words; `named` is the field whose pinyin sorts the rows.
    """

    name: str
    columns: tuple[str, ...]
    found_by: frozenset[str]
    cells: tuple[tuple[str, Callable[[Any], Any]], ...]
    searched: dict[str, list[Field]]
    named: str | None


def _shape(entity: Entity) -> _Shape:
    cells = [(f.name, read) for f in entity.fields if not f.repeated for read in _readers(f)]
    searched: dict[str, list[Field]] = {}
    for field in entity.fields if entity.name in _SEARCHED else ():
        if field.search is not None:
            searched.setdefault(_PURPOSES[field.search], []).append(field)
    named = entity.title if entity.by_name[entity.title].search is Search.NAME else None
    fields = [field for found in searched.values() for field in found]
    found_by = frozenset(("life", *(f.name if f.repeated else column(f) for f in fields)))
    return _Shape(entity.name, _own_columns(entity), found_by, tuple(cells), searched, named)


def _row(shape: _Shape, item: Projected, view: RecordView, readings: Readings) -> tuple[Any, ...]:
    updated = max([edit.order()[0] for edit in item.record.edits])
    values = view.values
    title = values.get(shape.named) if shape.named else None
    row: list[Any] = [
        item.n, item.key.id, item.root, item.record.placement.bucket, _LIFE[view.life], len(view.conflicts),
        _made_at(item.key.id), milliseconds(updated), readings.sort_key(str(title)[:80]) if title else "",
    ]  # fmt: skip
    row += [read(values.get(name)) for name, read in shape.cells]
    if shape.name == "customer":
        row.append(" ".join(sorted([k[4:] for k, v in values.items() if k.startswith("tag:") and v])))
    return tuple(row)


def _made_at(record_id: str) -> int:
    """When an id says it was made (UTC milliseconds); 0 for one that names no moment a page could show."""
    made = int(record_id[:12], 16) if is_id(record_id) else 0
    return made if made <= milliseconds(MAX_STAMP) else 0


def _readers(field: Field) -> tuple[Callable[[Any], Any], ...]:
    """What makes a value a field's cells; one of another type than declared is not shown in typed tables."""
    if field.type is Type.MONEY:
        return _amount, _currency
    return (_integer if field.type in _INTEGERS else _text,)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: Any) -> int | None:
    return int(value) if isinstance(value, int) else None


def _amount(value: Any) -> int | None:
    return _integer(value["money"][0]) if _is_money(value) else None


def _currency(value: Any) -> str | None:
    return str(value["money"][1]) if _is_money(value) else None


def _is_money(value: Any) -> bool:
    amount = value.get("money") if isinstance(value, dict) else None
    return isinstance(amount, list) and len(amount) == 2 and isinstance(amount[0], int)


def _elements(item: Projected, view: RecordView) -> Iterator[tuple[Any, ...]]:
    for key, value in view.values.items():
        name, colon, element = key.partition(":")
        if colon and value not in (None, False):
            yield item.n, name, element, value if isinstance(value, str) else None


_ATTENTION: Final = ("n", "field", "entity", "id", "root", "bucket", "kind", "authors", "since")


def _attention(item: Projected, view: RecordView, contesting: Sequence[Edit]) -> Iterator[tuple[Any, ...]]:
    """What somebody must decide, whose values they are, and since when (UTC milliseconds)."""
    placed = (item.key.entity, item.key.id, item.root, item.record.placement.bucket)
    for conflict in view.conflicts:
        edits = [candidate.edit for candidate in conflict.candidates]
        yield item.n, conflict.key, *placed, "conflict", *_by_and_since(edits)
    if view.life is Life.CONTESTED:
        edits = [*contesting, *item.record.siblings("deleted")]
        yield item.n, "deleted", *placed, "contested", *_by_and_since(edits)


def _by_and_since(edits: Sequence[Edit]) -> tuple[str, int]:
    return " ".join(sorted({e.by for e in edits})), milliseconds(max(e.order()[0] for e in edits))


def _viewed(connection: Connection, registry: Registry, item: Projected) -> tuple[RecordView, list[Edit]]:
    """A record as a person sees it, and the edits that contest its deletion, those of records below included."""
    view = read_record(item.record, item.key.entity, registry)
    if view.life is Life.LIVE:
        return view, []
    below = below_of(connection, item.key, item.root)
    return replace(view, life=life(item.record, below)), contesting(item.record, below)


def below_of(connection: Connection, key: RecordKey, root: str) -> list[Record]:
    """The records that hang under a root record; none for one that is no root."""
    if root != key.id:
        return []
    return [s.record for s in under_root(connection, root) if s.key.id != key.id and s.seq != LEFT]


def _disputed_roots(connection: Connection, items: Sequence[Projected]) -> list[Projected]:
    """Deleted customers that something under them was just written to: it may bring them back."""
    here = {item.key.id for item in items}
    roots = {item.root for item in items if item.root != item.key.id} - here
    if (
        not roots
        or not dialect.run(connection, "SELECT 1 FROM p_customer WHERE life <> 0 LIMIT 1").fetchone()
    ):
        return []
    disputed = [
        RecordKey("customer", found)
        for chunk in chunks(roots)
        for (found,) in dialect.run(
            connection,
            f"SELECT id FROM p_customer WHERE life <> 0 AND id IN ({','.join('?' * len(chunk))})",
            tuple(chunk),
        )
    ]
    return [Projected(s.n, s.key, s.root, s.record, False) for s in load(connection, disputed).values()]


def _words(shape: _Shape, view: RecordView, readings: Readings) -> tuple[str, ...] | None:
    """The search columns of a record, or None where it has nothing to be found by."""
    texts = {purpose: _texts(view.values, fields) for purpose, fields in shape.searched.items()}
    return index_terms(readings, **texts) if any(texts.values()) else None


def _texts(values: Mapping[str, Any], fields: Iterable[Field]) -> list[str]:
    found: list[Any] = []
    for field in fields:
        if field.repeated:
            prefix = field.name + ":"
            found += [v for k, v in values.items() if k.startswith(prefix)]
        else:
            found.append(values.get(field.name))
    return [text for text in found if text and isinstance(text, str)]


def _facts(connection: Connection, items: Sequence[Projected], inserted: Collection[int]) -> None:
    """Facts per customer: last visit, number of visits, whom to ask for. Pure functions of its records.

    A customer's own edits change none of them; `inserted` are the rows that are new to the projections.
    """
    children = [item for item in items if item.key.entity in ("visit", "contact")]
    customers = [item for item in items if item.key.entity == "customer" and item.n in inserted]
    if not children and not _have_children(connection, sorted(item.root for item in customers)):
        return
    roots = sorted({item.root for item in (*children, *customers)})
    dialect.run(
        connection,
        "UPDATE p_customer SET (last_visit_at, visits) = (SELECT max(f_at), count(*) FROM p_visit v "
        f"WHERE v.root = p_customer.id AND v.life <> {DELETED}), "
        "person = (SELECT f_name FROM p_contact c WHERE c.root = p_customer.id "
        f"AND c.life <> {DELETED} ORDER BY c.id LIMIT 1) WHERE id = ?",
        [(root,) for root in roots],
    )
    homes = {item.root for item in customers} | {i.root for i in children if i.key.entity == "contact"}
    if homes:
        _home_contacts(connection, sorted(homes), is_new=all(item.n in inserted for item in items))


def _home_contacts(connection: Connection, roots: list[str], *, is_new: bool) -> None:
    """Note whose contacts these customers' contacts are, by row number: a search finds thousands at once."""
    by_root = [(root,) for root in roots]
    if not is_new:
        dialect.run(
            connection,
            "DELETE FROM contact_home WHERE n IN (SELECT n FROM p_contact WHERE root = ?)",
            by_root,
        )
    dialect.run(
        connection,
        "INSERT OR REPLACE INTO contact_home "
        "SELECT p.n, c.n FROM p_customer c JOIN p_contact p ON p.root = c.id WHERE c.id = ?",
        by_root,
    )


def _have_children(connection: Connection, roots: list[str]) -> bool:
    for chunk in chunks(roots):
        marks = ",".join("?" * len(chunk))
        for name in ("p_visit", "p_contact"):
            found = dialect.run(
                connection, f"SELECT 1 FROM {name} WHERE root IN ({marks}) LIMIT 1", tuple(chunk)
            )
            if found.fetchone():
                return True
    return False
