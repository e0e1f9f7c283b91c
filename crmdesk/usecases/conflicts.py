"""The inbox of what nobody but a person can decide: fields with several values, deletions somebody wrote over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from crmdesk.core import aliases
from crmdesk.core.clock import milliseconds
from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown
from crmdesk.core.parts import buckets_of
from crmdesk.core.record import Dot, Edit, Record, RecordKey, decode
from crmdesk.core.registry import Field, Registry
from crmdesk.core.resolve import Life, contesting, deletion, life, view_field
from crmdesk.core.values import Value, encode
from crmdesk.store.history_reading import edits_of
from crmdesk.store.mandates import ABSENT
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity
from crmdesk.system.clock import SystemClock
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.reviews import REVIEWERS

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

MANAGERS_WAIT_MS: Final = 3 * 24 * 3600 * 1000
"""How long those who wrote the values have before a manager is asked too."""
_BOOKS: Final = "SELECT id FROM p_book WHERE f_kind IN ('book', 'set') AND f_owner IN"
Kind: TypeAlias = Literal["conflict", "contested", "merged"]
"""Two values of a field; a deletion that somebody wrote over; a change of a customer that was merged into another unseen."""


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

    `deleting` are the values that delete a contested record again: they cover what was here when it was listed.
    """

    kind: Kind
    key: RecordKey
    field: str
    declared: Field | None
    customer: str
    customer_name: str
    title: str
    choices: tuple[Choice, ...]
    deleting: Mapping[str, Value]


def count(reader: Reader, now_ms: int | None = None) -> int:
    """How many things wait for this person's decision."""
    where, bind = _concerns(reader, now_ms)
    return int(reader.value(f"SELECT count(*) FROM attention a WHERE {where}", bind))


def listed(reader: Reader, registry: Registry, *, limit: int = 500, now_ms: int | None = None) -> list[Item]:
    """What waits for this person's decision, customer by customer."""
    return _items(reader, registry, *_concerns(reader, now_ms), limit)


def of_customer(reader: Reader, registry: Registry, customer: str, *, limit: int = 500) -> list[Item]:
    """All that is undecided about a customer, whoever is asked: whoever may write there may decide."""
    return _items(reader, registry, "a.root = ?", [customer], limit)


def of_record(reader: Reader, registry: Registry, record_id: str) -> list[Item]:
    """All that is undecided about a record, whoever is asked."""
    return _items(reader, registry, "a.id = ?", [record_id], 500)


def _items(reader: Reader, registry: Registry, where: str, bind: list[Any], limit: int) -> list[Item]:
    rows = reader.all(
        "SELECT a.entity, a.id, a.field, a.kind, a.root, coalesce(c.f_name, '') FROM attention a "
        f"LEFT JOIN p_customer c ON c.id = a.root WHERE {where} ORDER BY a.root, a.n, a.field LIMIT ?",
        (*bind, limit),
    )
    found = (
        _item(reader, registry, RecordKey(entity, record_id), field, kind, root, name)
        for entity, record_id, field, kind, root, name in rows
    )
    return [item for item in found if item is not None]


def _concerns(reader: Reader, now_ms: int | None) -> tuple[str, list[Any]]:
    """Whom a conflict is listed for: its authors, the owner of the book, who stands in for them, later a manager too."""
    identity = reader.setting("identity", Identity)
    assert identity is not None, "a workspace has an identity"
    now = SystemClock().now_ms() if now_ms is None else now_ms
    asked = [identity.user, *(user for (user,) in reader.all(ABSENT, (identity.user, now, now)))]
    books = reader.all(f"{_BOOKS} ({', '.join('?' * len(asked))})", asked)
    own = {part for book in (identity.book, *(book for (book,) in books)) for part in buckets_of(book)}
    where = ["' ' || a.authors || ' ' LIKE ?"] * len(asked) + [f"a.bucket IN ({', '.join('?' * len(own))})"]
    bind: list[Any] = [*(f"% {user} %" for user in asked), *sorted(own)]
    if identity.role in REVIEWERS:
        where.append("a.since <= ?")
        bind.append(now - MANAGERS_WAIT_MS)
    return f"({' OR '.join(where)})", bind


def _item(
    reader: Reader, registry: Registry, key: RecordKey, field: str, kind: Kind, root: str, name: str
) -> Item | None:
    record = reader.record(*key)
    if record is None:
        return None
    entity = registry[key.entity]
    if kind == "merged":
        return _later_item(reader, registry, key, record, field, root, name)
    titled = view_field(record, key.entity, entity.title, registry).value
    title = titled if isinstance(titled, str) else ""
    below = _below(reader, key, root) if kind == "contested" else []
    choices = (
        _deletion_choices(record, below)
        if kind == "contested"
        else _choices(reader, registry, key, field, record)
    )
    if len(choices) < 2:
        return None
    declared = registry.find(key.entity, field)
    return Item(kind, key, field, declared, root, name, title, choices, deletion(record, below))


def _later_item(
    reader: Reader, registry: Registry, key: RecordKey, record: Record, field: str, root: str, name: str
) -> Item | None:
    """What the other customer says, beside what was said of the merged one by somebody who had not heard of it."""
    edit, other = aliases.later(record).get(field), reader.record("customer", root)
    if edit is None or other is None:
        return None
    there = view_field(other, "customer", field, registry)
    said = there.candidates[0].edit if there.candidates else min(other.edits, key=Edit.order)
    choices = (
        Choice(there.value, said.by, milliseconds(said.order()[0]), there.dots),
        Choice(edit.values[field], edit.by, milliseconds(edit.order()[0]), _dots_of(record, field)),
    )
    return Item("merged", key, field, registry.find("customer", field), root, name, name, choices, {})


def _dots_of(record: Record, field: str) -> frozenset[Dot]:
    """All surviving edits behind a field."""
    return frozenset(edit.dot for edit in record.siblings(field))


def _below(reader: Reader, key: RecordKey, root: str) -> list[Record]:
    """The records under a root record."""
    if key.id != root:
        return []
    rows = reader.all(
        "SELECT state FROM record WHERE (root = ? OR root IN (SELECT id FROM alias WHERE customer = ?)) AND id <> ? "
        "AND coalesce(seq, 0) <> -1",
        (root, root, root),
    )
    return [decode(state) for (state,) in rows]


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


def _deletion_choices(record: Record, below: list[Record]) -> tuple[Choice, ...]:
    if life(record, below) is not Life.CONTESTED:
        return ()
    grave = max((e for e in record.siblings("deleted") if e.values["deleted"] is not None), key=Edit.order)
    writer = max(contesting(record, below), key=Edit.order)
    dots = frozenset(e.dot for e in record.siblings("deleted"))
    return (
        Choice(None, writer.by, milliseconds(writer.order()[0]), dots),
        Choice(True, grave.by, milliseconds(grave.order()[0]), dots),
    )


def resolve(replica: Replica, item: Item, choice: int) -> Outcome[None]:
    """Decide for `item.choices[choice]`: an edit that names every value it saw, so a later one stays beside it.

    Raises `bad_argument` for a choice that is not there.
    """
    from crmdesk.store.replica import Write

    if not 0 <= choice < len(item.choices):
        raise CrmError("bad_argument", argument=choice + 1, hint=f"1–{len(item.choices)}")
    chosen = item.choices[choice]
    if item.kind == "merged":
        return _settle_later(replica, item, chosen)
    dots = frozenset[Dot]().union(*(c.dots for c in item.choices))
    seen = Shown({}, dict.fromkeys((item.field, "deleted_below"), dots))
    if item.kind == "conflict":
        write = Write(item.key, {item.field: chosen.value}, seen)
    elif chosen.value is None:
        write = Write(item.key, {"deleted": None}, seen)
    else:
        write = Write(item.key, item.deleting, seen)
    done = replica.commit([write], kind="merge")
    return Outcome(None, done.touched, done.txn)


def _settle_later(replica: Replica, item: Item, chosen: Choice) -> Outcome[None]:
    """Note what became of a change, and give the other customer the value where it is not what it says already."""
    from crmdesk.store.replica import Write

    kept, later = item.choices
    note = aliases.deciding(replica.load(item.key), item.field, chosen.value)
    writes = [Write(item.key, note, Shown({}, {item.field: later.dots}), is_known=True)]
    if chosen is later and encode(chosen.value) != encode(kept.value):
        other = RecordKey("customer", item.customer)
        writes.append(
            Write(other, {item.field: chosen.value}, Shown({}, {item.field: kept.dots}), is_known=True)
        )
    done = replica.commit(writes, kind="merge")
    return Outcome(None, done.touched, done.txn)
