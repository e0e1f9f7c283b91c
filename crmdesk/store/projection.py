"""What a person sees, computed from records: typed tables, search index, facts; and their rebuilding.

The tables are those of `store.projected_tables`. All of it may be dropped at any time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core import aliases as merged
from crmdesk.core.clock import milliseconds
from crmdesk.core.custom_fields import custom_field, in_order
from crmdesk.core.ids import is_id
from crmdesk.core.record import MAIN, Edit, Record, RecordKey
from crmdesk.core.registry import Field, Registry, Type
from crmdesk.core.resolve import Life, contesting, life, read_record
from crmdesk.core.text import Readings
from crmdesk.store import aliases, dialect, likeness, projected_tables, unindexed
from crmdesk.store.face import INTEGERS, Face, Shape, face, shape, words
from crmdesk.store.found_by import Keys, keys_of
from crmdesk.store.names import DELETED, column, table
from crmdesk.store.records import LEFT, Stored, chunks, every, load, under_root, under_roots
from crmdesk.store.revising import (
    revise_all_attention,
    revise_all_elements,
    revise_all_words,
    revise_attention,
    revise_elements,
    revise_row,
    revise_rows,
    revise_words,
)

_COUNTED: Final = ("last_visit_at", "visits", "person")
_ATTENTION: Final = ("n", "field", "entity", "id", "root", "bucket", "kind", "authors", "since")
_FEW: Final = 20
"""Up to so many changed records each is brought in line by itself, which a single save is quickest with."""


class Basis(NamedTuple):
    """What projections are computed by, beside the records: the declarations and how characters are read."""

    registry: Registry
    readings: Readings


class Projected(NamedTuple):
    """A record to project. `fresh`: no projection of it exists yet. `face`: made already, of this very record."""

    n: int
    key: RecordKey
    root: str
    record: Record
    fresh: bool
    face: Face | None = None


def rebuild(connection: Connection, basis: Basis) -> int:
    """Drop and recompute everything derived; returns how many records were read."""
    projected_tables.drop(connection)
    projected_tables.create(connection, basis.registry)
    count = 0
    for page in every(connection):
        items = [Projected(s.n, s.key, s.root, s.record, True) for s in page]
        project(connection, basis, items, words_wait=True)
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


def find_anew(
    connection: Connection, basis: Basis, entity: str, names: Collection[str], at_once: int
) -> None:
    """Make the words of records again that hold fields which search finds now, or finds no longer.

    Up to `at_once` records now, more when there is time (`store.unindexed`).
    """
    of = shape(basis.registry[entity])
    if not of.searched:
        return
    few: list[_Seen] = []
    waiting: list[tuple[int, int]] = []
    for page in every(connection, entity):
        holding = [
            (Projected(s.n, s.key, s.root, s.record, False), of)
            for s in page
            if not s.record.fields().isdisjoint(names)
        ]
        for seen in _all_seen(connection, basis, holding):
            if seen.face.life is not Life.DELETED:
                waiting.append((seen.item.n, seen.cell("updated_at")))
                few += [seen] if len(waiting) <= at_once else []
    numbers = [n for n, _ in waiting]
    unindexed.remove(connection, numbers)
    dialect.run(connection, dialect.DELETE_SEARCH, [(n,) for n in numbers])
    if len(waiting) > at_once:
        unindexed.add(connection, waiting)
    elif found := [(one.item.n, *w) for one in few if (w := one.words(basis.readings))]:
        dialect.run(connection, dialect.INSERT_SEARCH, found)


def _add_columns(connection: Connection, entity: str, field: Field) -> None:
    present = {r[1] for r in dialect.run(connection, f"PRAGMA table_info({table(entity)})")}
    names = [column(field)] + ([column(field) + "_currency"] if field.type is Type.MONEY else [])
    for name in names:
        if name not in present:
            kind = "INTEGER" if field.type in INTEGERS and name == column(field) else "TEXT"
            dialect.run(connection, f'ALTER TABLE {table(entity)} ADD COLUMN "{name}" {kind}')


def custom_fields(stored: Iterable[Stored], registry: Registry) -> list[tuple[str, Field]]:
    """The fields that `field` records declare: (entity, field), as forms show them.

    One that was deleted is as good as retired: somebody may have filled it in meanwhile, and that is taken and kept.
    """
    found = []
    for one in stored:
        view = read_record(one.record, "field", registry)
        entity, values = view.values.get("entity"), view.values
        if view.life is Life.DELETED:
            values = {**values, "retired": True}
        if isinstance(entity, str) and is_id(one.key.id):
            found.append((entity, values, custom_field(one.key.id, values)))
    return in_order(found)


def project(
    connection: Connection,
    basis: Basis,
    items: Sequence[Projected],
    *,
    words_wait: bool = False,
    gone: Collection[str] = (),
) -> None:
    """Bring every projection of these records up to date, in a handful of statements. `gone` are customers that left.

    `words_wait`: new records are queued to be made searchable (`store.unindexed`), not made so now.
    """
    changes = aliases.renew(connection, [(i.key, i.record) for i in items], gone)
    items = _under_whom_they_are_read(connection, [*items, *_merged_or_not(connection, items, changes)])
    items = [*items, *_disputed_roots(connection, items)]
    hidden = aliases.read_as(connection, [i.key.id for i in items if i.key.entity == "customer"])
    shapes = {
        name: shape(basis.registry[name])
        for name in {i.key.entity for i in items} & basis.registry.entities.keys()
    }
    shown = [
        (item, of)
        for item in items
        if (of := shapes.get(item.key.entity)) is not None and item.key.part == MAIN
    ]
    seen = [one.read_as(hidden.get(one.item.key.id)) for one in _all_seen(connection, basis, shown)]
    fresh = [one for one in seen if one.item.fresh]
    stale = [one for one in seen if not one.item.fresh]
    if len(stale) > _FEW:
        fresh += _revise_many(connection, basis.readings, stale)
    else:
        fresh += [one for one in stale if not _revise(connection, basis.readings, one)]
    facts = _Facts.of(connection, items, fresh)
    _write(connection, basis, fresh, facts, words_wait=words_wait)
    if changes:
        below = [table(e.name) for e in basis.registry.entities.values() if e.home]
        aliases.move_below(connection, below, changes)
        facts = facts.with_stale({one for change in changes.values() for one in change})
    facts.update(connection)


def _merged_or_not(
    connection: Connection, items: Sequence[Projected], changes: Mapping[str, aliases.Change]
) -> list[Projected]:
    """The customers that are to be hidden or shown because somebody else's record changed."""
    here = {item.key for item in items}
    keys = [key for one in changes if (key := RecordKey("customer", one)) not in here]
    found = (s for s in load(connection, keys).values() if s.seq != LEFT)
    is_shown = "SELECT 1 FROM p_customer WHERE n = ?"  # a rebuild has not come to all of them yet
    return [
        Projected(s.n, s.key, s.root, s.record, False)
        for s in found
        if dialect.value(connection, is_shown, (s.n,)) is not None
    ]


def _under_whom_they_are_read(connection: Connection, items: Sequence[Projected]) -> list[Projected]:
    """What lies below a customer that was merged away lies below the one it was merged into."""
    known = aliases.read_as(connection, {i.root for i in items if i.root != i.key.id})
    return [i._replace(root=known[i.root]) if i.root in known and i.root != i.key.id else i for i in items]


def judge_roots(connection: Connection, basis: Basis, left: Sequence[Stored]) -> None:
    """Project deleted roots anew that records just left: one of these may have been all that kept its root on show."""
    gone = {s.key.id for s in left if s.key.entity == "customer" and s.key.part == MAIN}
    below = _under_whom_they_are_read(
        connection, [Projected(s.n, s.key, s.root, s.record, False) for s in left]
    )
    project(connection, basis, _disputed_roots(connection, below), gone=gone)


class _Seen(NamedTuple):
    """A record with its shape and face, and the edits that contest its deletion."""

    item: Projected
    shape: Shape
    face: Face
    contested_by: Sequence[Edit] = ()
    merged_into: str | None = None

    def read_as(self, customer: str | None) -> _Seen:
        """As it looks while it is read as part of another customer: hidden."""
        if customer is None:
            return self
        at = self.shape.place["life"]
        cells = (*self.face.cells[:at], DELETED, *self.face.cells[at + 1 :])
        return self._replace(face=self.face._replace(cells=cells, life=Life.DELETED), merged_into=customer)

    def cell(self, name: str) -> Any:
        """What one of its own columns shows."""
        return self.face.cells[self.shape.place[name]]

    def row(self) -> tuple[Any, ...]:
        item = self.item
        return (item.n, item.key.id, item.root, item.record.placement.bucket, *self.face.cells)

    def elements(self) -> list[tuple[Any, ...]]:
        return [(self.item.n, *element) for element in self.face.elements]

    def asks(self) -> bool:
        """Whether somebody must decide. Whoever deleted a record had seen what was in conflict."""
        life = self.face.life
        if self.item.key.entity == "request" and life is Life.CONTESTED:
            return False  # it was decided before it was withdrawn: the answer shows, and there is no choice
        return life is Life.CONTESTED or (bool(self.face.conflicts) and life is Life.LIVE)

    def attention(self) -> list[tuple[Any, ...]]:
        """What somebody must decide."""
        if self.merged_into is not None:
            return list(_later(self.item, self.merged_into))
        return list(_attention(self.item, self.face, self.contested_by)) if self.asks() else []

    def words(self, readings: Readings) -> tuple[str, ...] | None:
        """What it is found by; nothing for one that is hidden."""
        is_found = self.shape.searched and self.face.life is not Life.DELETED
        return words(self.shape, readings, self.face.values) if is_found else None

    def keys(self, readings: Readings) -> Keys:
        """What it shares with another writing of the same company; nothing for one that is hidden."""
        if self.face.life is Life.DELETED:
            return ()
        return keys_of(self.item.key.entity, readings, self.face.values)


def _all_seen(connection: Connection, basis: Basis, items: Sequence[tuple[Projected, Shape]]) -> list[_Seen]:
    """Records with their faces; what hangs below those that are deleted is read for all of them at once."""
    views = [
        None if item.face is not None else read_record(item.record, item.key.entity, basis.registry)
        for item, _ in items
    ]
    hidden = [
        item.root
        for (item, _), view in zip(items, views, strict=True)
        if view is not None and view.life is not Life.LIVE and item.root == item.key.id
    ]
    parts = {part: root for root in hidden for part in aliases.parts_of(connection, root)}
    below: dict[str, list[Record]] = {}
    for stored in under_roots(connection, [*hidden, *parts]):
        if stored.key.id not in hidden and stored.seq != LEFT:
            below.setdefault(parts.get(stored.root, stored.root), []).append(stored.record)
    found = []
    for (item, of), view in zip(items, views, strict=True):
        if view is None:
            found.append(_Seen(item, of, item.face))  # type: ignore[arg-type]  # it was made already
            continue
        contested_by: Sequence[Edit] = ()
        if view.life is not Life.LIVE:
            hanging = below.get(item.key.id, [])
            view = replace(view, life=life(item.record, hanging))  # noqa: PLW2901 -- the same, with what hangs below
            contested_by = contesting(item.record, hanging)
        found.append(_Seen(item, of, face(of, basis.readings, item.key, item.record, view), contested_by))
    return found


def _write(
    connection: Connection, basis: Basis, fresh: Sequence[_Seen], facts: _Facts, *, words_wait: bool
) -> None:
    """Write what has no projection yet, many rows a statement."""
    by_entity: dict[str, list[_Seen]] = {}
    for one in fresh:
        by_entity.setdefault(one.item.key.entity, []).append(one)
    for name, several in by_entity.items():
        named = several[0].shape.columns
        rows = [one.row() for one in several]
        if name == "customer":
            named = (*named, *_COUNTED)
            rows = [(*row, *facts.of_new(row[1])) for row in rows]
        dialect.insert_rows(connection, table(name), named, rows)
    elements = [element for one in fresh if one.face.elements for element in one.elements()]
    dialect.insert_rows(connection, "element", ("n", "field", "element", "value"), elements)
    asked = [line for one in fresh if one.asks() or one.merged_into for line in one.attention()]
    dialect.insert_rows(connection, "attention", _ATTENTION, asked)
    dialect.insert_rows(connection, "contact_home", ("n", "customer"), facts.homes)
    searched = [one for one in fresh if one.shape.searched and one.face.life is not Life.DELETED]
    if words_wait:
        unindexed.add(connection, [(one.item.n, one.cell("updated_at")) for one in searched])
    else:
        found = [(one.item.n, *w) for one in searched if (w := one.words(basis.readings))]
        if found:
            dialect.run(connection, dialect.INSERT_SEARCH, found)
        likeness.add(connection, [(one.item.n, one.keys(basis.readings)) for one in searched])


def _revise(connection: Connection, readings: Readings, seen: _Seen) -> bool:
    """Bring the projections of one record in line; False where it has none."""
    of, n = seen.shape, seen.item.n
    changed = revise_row(connection, table(of.name), n, of.columns, seen.row())
    if changed is None:
        return False
    moved = revise_elements(connection, n, seen.elements())
    revise_attention(connection, n, _ATTENTION, seen.attention())
    touched = changed | moved
    if of.searched and (touched & of.found_by or likeness.is_made_from(of.name, touched)):
        unindexed.remove(connection, [n])
        revise_words(connection, n, lambda: seen.words(readings))
        likeness.revise(connection, n, seen.keys(readings))
    return True


def _revise_many(connection: Connection, readings: Readings, several: Sequence[_Seen]) -> list[_Seen]:
    """Bring the projections of many records in line, in a handful of statements; returns those that have none."""
    touched: dict[int, set[str]] = {}
    by_entity: dict[str, list[_Seen]] = {}
    for one in several:
        by_entity.setdefault(one.item.key.entity, []).append(one)
    for name, alike in by_entity.items():
        rows = [(one.item.n, one.row()) for one in alike]
        touched |= revise_rows(connection, table(name), alike[0].shape.columns, rows)
    here = [one for one in several if one.item.n in touched]
    numbers = [one.item.n for one in here]
    for n, moved in revise_all_elements(connection, numbers, [e for one in here for e in one.elements()]):
        touched[n].add(moved)
    revise_all_attention(connection, numbers, _ATTENTION, [a for one in here for a in one.attention()])
    found = [
        one
        for one in here
        if one.shape.searched
        and (
            touched[one.item.n] & one.shape.found_by
            or likeness.is_made_from(one.shape.name, touched[one.item.n])
        )
    ]
    unindexed.remove(connection, [one.item.n for one in found])
    revise_all_words(connection, [(one.item.n, one.words(readings)) for one in found])
    likeness.revise_many(connection, [(one.item.n, one.keys(readings)) for one in found])
    return [one for one in several if one.item.n not in touched]


def forget(connection: Connection, gone: Sequence[Stored]) -> None:
    """Remove every projection of records that left."""
    _forget(connection, [(s.n,) for s in gone], {s.key.entity for s in gone})
    _Facts.of(connection, [Projected(s.n, s.key, s.root, s.record, False) for s in gone], ()).update(
        connection
    )


def _forget(connection: Connection, numbers: list[tuple[int]], entities: set[str]) -> None:
    for name in entities:
        if dialect.run(connection, "SELECT 1 FROM sqlite_master WHERE name = ?", (table(name),)).fetchone():
            dialect.run(connection, f"DELETE FROM {table(name)} WHERE n = ?", numbers)
    dialect.run(connection, "DELETE FROM element WHERE n = ?", numbers)
    dialect.run(connection, "DELETE FROM contact_home WHERE n = ?", numbers)
    dialect.run(connection, "DELETE FROM attention WHERE n = ?", numbers)
    dialect.run(connection, dialect.DELETE_SEARCH, numbers)
    unindexed.remove(connection, [n for (n,) in numbers])
    likeness.remove(connection, [n for (n,) in numbers])


def _attention(item: Projected, view: Face, contesting: Sequence[Edit]) -> Iterator[tuple[Any, ...]]:
    """What somebody must decide, whose values they are, and since when (UTC milliseconds)."""
    placed = (item.key.entity, item.key.id, item.root, item.record.placement.bucket)
    for conflict in view.conflicts:
        edits = [candidate.edit for candidate in conflict.candidates]
        yield item.n, conflict.key, *placed, "conflict", *_by_and_since(edits)
    if view.life is Life.CONTESTED:
        edits = [*contesting, *item.record.siblings("deleted")]
        yield item.n, "deleted", *placed, "contested", *_by_and_since(edits)


def _later(item: Projected, customer: str) -> Iterator[tuple[Any, ...]]:
    """What was changed of a customer that was merged away by somebody who had not heard of it."""
    for field, edit in merged.later(item.record).items():
        placed = (item.key.entity, item.key.id, customer, item.record.placement.bucket)
        yield item.n, field, *placed, "merged", *_by_and_since([edit])


def _by_and_since(edits: Sequence[Edit]) -> tuple[str, int]:
    return " ".join(sorted({e.by for e in edits})), milliseconds(max(e.order()[0] for e in edits))


def below_of(connection: Connection, key: RecordKey, root: str) -> list[Record]:
    """The records that hang under a root record, or under one that was merged into it; none for one that is no root."""
    if root != key.id:
        return []
    roots = [root, *aliases.parts_of(connection, root)]
    return [
        s.record for one in roots for s in under_root(connection, one) if s.key.id != key.id and s.seq != LEFT
    ]


def _disputed_roots(connection: Connection, items: Sequence[Projected | Stored]) -> list[Projected]:
    """Deleted customers that something under them was just written to, or left: it may decide whether they show."""
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


class _Facts(NamedTuple):
    """Facts per customer: last visit, number of visits, whom to ask for. Pure functions of its records.

    `new` are those of customers that are written in the same breath as all their children; `homes` whose contacts
    their contacts are, by row number; `stale` the customers whose facts are counted in the tables afterwards,
    `unhoused` those of them whose contacts are noted anew. `is_new`: everything written has no projection yet.
    """

    new: Mapping[str, tuple[int | None, int, str | None]]
    homes: list[tuple[int, int]]
    stale: list[str]
    unhoused: list[str]
    is_new: bool

    @classmethod
    def of(cls, connection: Connection, items: Sequence[Projected], fresh: Sequence[_Seen]) -> _Facts:
        """What these records do to facts; `fresh` are the rows that are new to the projections.

        A customer's own edits change none of them.
        """
        numbers = {s.item.key.id: s.item.n for s in fresh if s.shape.name == "customer"}
        earlier = _with_children(connection, sorted(numbers))
        whole = numbers.keys() - earlier
        children = [item for item in items if item.key.entity in ("visit", "contact")]
        stale = earlier | {item.root for item in children} - whole
        unhoused = earlier | {item.root for item in children if item.key.entity == "contact"} - whole
        visits: dict[str, list[int | None]] = {}
        people: dict[str, tuple[str, str | None]] = {}
        homes: list[tuple[int, int]] = []
        for seen in fresh:
            root, name = seen.item.root, seen.shape.name
            if root not in whole or name not in ("visit", "contact"):
                continue
            if name == "contact":
                homes.append((seen.item.n, numbers[root]))
            if seen.face.life is Life.DELETED:
                continue
            if name == "visit":
                visits.setdefault(root, []).append(seen.cell("f_at"))
            else:
                person = (seen.item.key.id, seen.cell("f_name"))
                people[root] = min(people.get(root, person), person, key=itemgetter(0))
        new = {
            root: (
                max((at for at in visits.get(root, ()) if at is not None), default=None),
                len(visits.get(root, ())),
                people[root][1] if root in people else None,
            )
            for root in whole
        }
        is_new = len(fresh) == len(items)
        return cls(new, homes, sorted(stale), sorted(unhoused), is_new)

    def with_stale(self, customers: Collection[str]) -> _Facts:
        """These, with customers whose records below are others now."""
        stale, unhoused = sorted({*self.stale, *customers}), sorted({*self.unhoused, *customers})
        return self._replace(stale=stale, unhoused=unhoused, is_new=False)

    def of_new(self, customer: str) -> tuple[int | None, int, str | None]:
        """The facts to write with a new customer; none where they are counted afterwards."""
        return self.new.get(customer, (None, 0, None))

    def update(self, connection: Connection) -> None:
        """Count in the tables what could not be told from the records at hand."""
        if self.stale:
            dialect.run(
                connection,
                "UPDATE p_customer SET (last_visit_at, visits) = (SELECT max(f_at), count(*) FROM p_visit v "
                f"WHERE v.root = p_customer.id AND v.life <> {DELETED}), "
                "person = (SELECT f_name FROM p_contact c WHERE c.root = p_customer.id "
                f"AND c.life <> {DELETED} ORDER BY c.id LIMIT 1) WHERE id = ?",
                [(root,) for root in self.stale],
            )
        if self.unhoused:
            _home_contacts(connection, self.unhoused, is_new=self.is_new)


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


def _with_children(connection: Connection, customers: Sequence[str]) -> set[str]:
    """Those of the customers that visits or contacts in the tables hang under."""
    found: set[str] = set()
    for chunk in chunks(customers):
        marks = ",".join("?" * len(chunk))
        for name in ("p_visit", "p_contact"):
            query = f"SELECT DISTINCT root FROM {name} WHERE root IN ({marks})"
            found.update(root for (root,) in dialect.run(connection, query, tuple(chunk)))
    return found
