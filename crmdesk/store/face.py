"""What a record looks like in the projections, made from the record alone: cells, elements, words, conflicts.

Pure, so that a page of records that arrive can be made ready while another one is being written. Where a record
stands (its number, its root, its bucket) is not known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from crmdesk.core.clock import MAX_STAMP, milliseconds
from crmdesk.core.ids import is_id
from crmdesk.core.record import Record, RecordKey
from crmdesk.core.registry import Entity, Field, Registry, Search, Type
from crmdesk.core.resolve import FieldView, Life, RecordView
from crmdesk.core.search import index_terms
from crmdesk.core.text import Readings
from crmdesk.store.names import CONTESTED, DELETED, column

VERSION: Final = 6
"""Raised when the same declarations project differently, or into more tables, so that laptops rebuild before they read."""
PLACE_COLUMNS: Final = ("n", "id", "root", "bucket")
"""The columns that say where a record stands; a face has those that follow."""
_VIEW_COLUMNS: Final = ("life", "conflicts", "created_at", "updated_at", "sort")
_SEARCHED: Final = ("customer", "contact")
_LIFE: Final = {Life.LIVE: 0, Life.DELETED: DELETED, Life.CONTESTED: CONTESTED}
_PURPOSES: Final = {
    Search.NAME: "names", Search.ENGLISH: "english", Search.PHONE: "phones", Search.OTHER: "other",
}  # fmt: skip
INTEGERS: Final = (Type.INSTANT, Type.MONEY, Type.INTEGER, Type.BOOLEAN)
"""The types whose column holds whole numbers."""
_MADE_LAST: Final = milliseconds(MAX_STAMP)


def made_for(registry: Registry) -> str:
    """Which declarations of the product a laptop's tables were made for: told without making the statements that make them."""
    said = [
        f"{entity.name} {field.name} {field.type.value} {field.repeated}"
        for entity in registry.entities.values()
        for field in entity.fields
    ]
    return hashlib.sha256("\n".join((str(VERSION), *said)).encode()).hexdigest()


def columns(entity: Entity) -> tuple[str, ...]:
    """The entity's own columns: one per field, two for money."""
    names: list[str] = []
    for field in entity.fields:
        if not field.repeated:
            names.append(column(field))
            if field.type is Type.MONEY:
                names.append(column(field) + "_currency")
    return tuple(names)


class _Currency:
    """Stands for the second cell of an amount of money."""


class _Amount:
    """Stands for its first."""


class Shape(NamedTuple):
    """What is needed of an entity's declaration to see many of its records.

    `columns` are those of a whole row, `place` says where in a face's cells each stands; `cells` say which field and
    which type of value each own column shows, in that order; `searched` are the fields that words are made from, by
    purpose, empty where the entity is not searched; `found_by` are the columns and repeated fields behind those words;
    `named` is the field whose pinyin sorts the rows.
    """

    name: str
    columns: tuple[str, ...]
    place: Mapping[str, int]
    cells: tuple[tuple[str, type], ...]
    searched: dict[str, list[Field]]
    found_by: frozenset[str]
    named: str | None


class Face(NamedTuple):
    """A record as every projection shows it: the cells after those of its place, then what stands elsewhere.

    `elements` are (field, element, value); `values` what words are made from.
    """

    cells: tuple[Any, ...]
    elements: list[tuple[str, str, str | None]]
    life: Life
    conflicts: tuple[FieldView, ...]
    values: Mapping[str, Any]


_known: dict[str, tuple[Entity, Shape]] = {}


def shape(entity: Entity) -> Shape:
    """The shape of one entity's records, made once for a declaration."""
    known = _known.get(entity.name)
    if known is None or known[0] is not entity:
        known = _known[entity.name] = (entity, _shape(entity))
    return known[1]


def _shape(entity: Entity) -> Shape:
    cells: list[tuple[str, type]] = []
    for field in entity.fields:
        if field.repeated:
            continue
        if field.type is Type.MONEY:
            cells += [(field.name, _Amount), (field.name, _Currency)]
        else:
            cells.append((field.name, int if field.type in INTEGERS else str))
    searched: dict[str, list[Field]] = {}
    for field in entity.fields if entity.name in _SEARCHED else ():
        if field.search is not None:
            searched.setdefault(_PURPOSES[field.search], []).append(field)
    named = entity.title if entity.by_name[entity.title].search is Search.NAME else None
    fields = [field for found in searched.values() for field in found]
    found_by = frozenset(("life", *(f.name if f.repeated else column(f) for f in fields)))
    own = (*columns(entity), *(("tags",) if entity.name == "customer" else ()))
    faced = (*_VIEW_COLUMNS, *own)
    place = {name: at for at, name in enumerate(faced)}
    return Shape(entity.name, (*PLACE_COLUMNS, *faced), place, tuple(cells), searched, found_by, named)


def shapes(registry: Registry) -> dict[str, Shape]:
    """The shapes of all declared entities."""
    return {name: shape(entity) for name, entity in registry.entities.items()}


def face(of: Shape, readings: Readings, key: RecordKey, record: Record, view: RecordView) -> Face:
    """How a record looks; `view` is the record read through its rules."""
    edits = record.edits
    updated = edits[0].order()[0] if len(edits) == 1 else max([edit.order()[0] for edit in edits])
    values = view.values
    get = values.get
    title = get(of.named) if of.named else None
    cells = [
        _LIFE[view.life], len(view.conflicts), _made_at(key.id), milliseconds(updated),
        readings.sort_key(str(title)[:80]) if title else "",
    ]  # fmt: skip
    cells += [
        value if (value := get(name)) is None or type(value) is kind else _cell(value, kind)
        for name, kind in of.cells
    ]
    several = [name for name in values if ":" in name]
    if of.name == "customer":
        cells.append(" ".join(sorted([n[4:] for n in several if n.startswith("tag:") and values[n]])))
    return Face(tuple(cells), _elements(several, values), view.life, view.conflicts, values)


def words(of: Shape, readings: Readings, values: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The search columns of a record, or None where it has nothing to be found by."""
    texts = {purpose: _texts(values, fields) for purpose, fields in of.searched.items()}
    return index_terms(readings, **texts) if any(texts.values()) else None


def _made_at(record_id: str) -> int:
    """When an id says it was made (UTC milliseconds); 0 for one that names no moment a page could show."""
    made = int(record_id[:12], 16) if is_id(record_id) else 0
    return made if made <= _MADE_LAST else 0


def _cell(value: Any, kind: type) -> Any:
    """A value of another type than its column's: an amount's parts, a yes as 1; else it is not shown in a table."""
    if kind is int:
        return int(value) if isinstance(value, int) else None
    if kind is str or not _is_money(value):
        return None
    amount, currency = value["money"]
    return (int(amount) if isinstance(amount, int) else None) if kind is _Amount else str(currency)


def _is_money(value: Any) -> bool:
    amount = value.get("money") if isinstance(value, dict) else None
    return isinstance(amount, list) and len(amount) == 2 and isinstance(amount[0], int)


def _elements(several: Iterable[str], values: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    """What the fields that hold several show."""
    found = []
    for key in several:
        value = values[key]
        if value not in (None, False):
            name, _, element = key.partition(":")
            found.append((name, element, value if isinstance(value, str) else None))
    return found


def _texts(values: Mapping[str, Any], fields: Iterable[Field]) -> list[str]:
    found: list[Any] = []
    for field in fields:
        if field.repeated:
            prefix = field.name + ":"
            found += [v for k, v in values.items() if k.startswith(prefix)]
        else:
            found.append(values.get(field.name))
    return [text for text in found if text and isinstance(text, str)]
