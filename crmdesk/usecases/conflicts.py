"""The inbox of what nobody but a person can decide: fields with several values, deletions somebody wrote over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from crmdesk.core.clock import milliseconds
from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown
from crmdesk.core.record import Dot, Edit, Record, RecordKey
from crmdesk.core.registry import Field, Registry
from crmdesk.core.resolve import Life, life, view_field
from crmdesk.core.values import Value, encode
from crmdesk.store.history_reading import edits_of
from crmdesk.store.reading import Reader
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

Kind: TypeAlias = Literal["conflict", "contested"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values. For a contested deletion: None keeps the record, True deletes it again."""

    value: Value
    by: str
    at_ms: int
    dots: frozenset[Dot]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to decide. The first choice is what is shown until then; `customer` names whose page it is on.

    `seen` is the record's clock as it was listed: deleting again covers no more than that.
    """

    kind: Kind
    key: RecordKey
    field: str
    declared: Field | None
    customer: str
    customer_name: str
    title: str
    choices: tuple[Choice, ...]
    seen: Mapping[str, int]


def count(reader: Reader) -> int:
    """How many things wait for a decision."""
    return int(reader.value("SELECT count(*) FROM attention"))


def listed(reader: Reader, registry: Registry, *, limit: int = 500) -> list[Item]:
    """What waits for a decision, customer by customer."""
    rows = reader.all(
        "SELECT a.entity, a.id, a.field, a.kind, a.root, coalesce(c.f_name, '') FROM attention a "
        "LEFT JOIN p_customer c ON c.id = a.root ORDER BY a.root, a.n, a.field LIMIT ?",
        (limit,),
    )
    found = (
        _item(reader, registry, RecordKey(entity, record_id), field, kind, root, name)
        for entity, record_id, field, kind, root, name in rows
    )
    return [item for item in found if item is not None]


def _item(
    reader: Reader, registry: Registry, key: RecordKey, field: str, kind: Kind, root: str, name: str
) -> Item | None:
    record = reader.record(*key)
    if record is None:
        return None
    entity = registry[key.entity]
    titled = view_field(record, key.entity, entity.title, registry).value
    title = titled if isinstance(titled, str) else ""
    choices = (
        _deletion_choices(record) if kind == "contested" else _choices(reader, registry, key, field, record)
    )
    if len(choices) < 2:
        return None
    return Item(kind, key, field, registry.find(key.entity, field), root, name, title, choices, record.clock)


def _choices(
    reader: Reader, registry: Registry, key: RecordKey, field: str, record: Record
) -> tuple[Choice, ...]:
    view = view_field(record, key.entity, field, registry)
    past = edits_of(reader, key) if any(c.edit.txn.kind == "undo" for c in view.candidates) else []
    found = []
    for candidate in view.candidates:
        edit = _source(candidate.edit, field, past)
        found.append(Choice(candidate.value, edit.by, milliseconds(edit.order()[0]), candidate.dots))
    return tuple(found)


def _source(edit: Edit, field: str, past: list[Edit]) -> Edit:
    """Who said a value: an undo only brought it back, a decision only chose it."""
    if edit.txn.kind != "undo":
        return edit
    value = encode(edit.values[field])
    said = [e for e in past if e.txn.kind not in ("undo", "merge") and encode(e.values.get(field)) == value]
    return max(said, key=Edit.order, default=edit)


def _deletion_choices(record: Record) -> tuple[Choice, ...]:
    if life(record) is not Life.CONTESTED:
        return ()
    graves = [e for e in record.siblings("deleted") if e.values["deleted"] is not None]
    last_grave = max(graves, key=Edit.order)
    others = [e for e in record.edits if e not in graves] or [last_grave]
    writer = max(others, key=Edit.order)
    dots = frozenset(e.dot for e in record.siblings("deleted"))
    return (
        Choice(None, writer.by, milliseconds(writer.order()[0]), dots),
        Choice(True, last_grave.by, milliseconds(last_grave.order()[0]), dots),
    )


def resolve(replica: Replica, item: Item, choice: int) -> Outcome[None]:
    """Decide for `item.choices[choice]`: an edit that names every value it saw, so a later one stays beside it.

    Raises `bad_argument` for a choice that is not there.
    """
    from crmdesk.store.replica import Write

    if not 0 <= choice < len(item.choices):
        raise CrmError("bad_argument", argument=choice + 1, hint="")
    chosen = item.choices[choice]
    seen = Shown({}, {item.field: frozenset().union(*(c.dots for c in item.choices))})
    if item.kind == "conflict":
        write = Write(item.key, {item.field: chosen.value}, seen)
    elif chosen.value is None:
        write = Write(item.key, {"deleted": None}, seen)
    else:
        write = Write(item.key, {"deleted": {"seen": dict(item.seen)}}, seen)
    done = replica.commit([write], kind="merge")
    return Outcome(None, done.touched, done.txn)
