"""What taking a transaction back means, record by record: decided here, written by `history`.

A value stands if the edit that said it survives, or if an undo brought it back; so undo goes back step by
step through the same field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from crmdesk.core.form import Shown
from crmdesk.core.record import Dot, Edit, Record, RecordKey, decode
from crmdesk.core.registry import Registry
from crmdesk.core.resolve import deletion
from crmdesk.core.values import Value, encode

if TYPE_CHECKING:
    from crmdesk.store.replica import Write

Ask: TypeAlias = Callable[[str, Sequence[Any]], Iterable[Sequence[Any]]]
"""Runs a query: a reader's `all`, or a writer's own connection."""

_edit = msgspec.json.Decoder(Edit)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one record is taken back: the value each field had, further values that stood beside it.

    `dots` are the edits to overwrite; `kept` the fields somebody has changed since, which stay.
    """

    key: RecordKey
    first: dict[str, Value]
    dots: dict[str, frozenset[Dot]]
    beside: dict[str, list[Value]]
    kept: tuple[str, ...]
    record: Record | None = None
    """The record as it stood, where it is to be deleted."""

    @property
    def is_deletion(self) -> bool:
        """Whether the record goes altogether: the transaction made it, and nobody wrote to it since."""
        return self.record is not None and bool(self.first)

    def rounds(self) -> list[tuple[dict[str, Value], Shown]]:
        """One edit carries one value a field, so values side by side take one transaction each."""
        made = [(self.first, Shown({}, self.dots))] if self.first else []
        deepest = max((len(values) for values in self.beside.values()), default=0)
        made += [
            ({f: values[number] for f, values in self.beside.items() if number < len(values)}, Shown({}, {}))
            for number in range(deepest)
        ]
        return made


def plans(ask: Ask, registry: Registry, txn: str) -> list[Plan]:
    """A plan for each record of a transaction that is still here."""
    rows = ask("SELECT entity, id, part, body FROM edit WHERE txn = ? ORDER BY actor, counter", (txn,))
    made = [(RecordKey(*key), _edit.decode(body)) for *key, body in rows]
    pasts = _Past.read(ask, [key for key, _ in made], txn)
    return [_plan(pasts[key], edit, registry) for key, edit in made if key in pasts]


_Replaced: TypeAlias = Mapping[tuple[RecordKey, str], list[Dot]]
_BOUND: Final = 500


@dataclass(frozen=True, slots=True)
class _Past:
    """A record with all that is known of how it came about; `by_txn` is what one transaction replaced, read beforehand."""

    key: RecordKey
    record: Record
    edits: Mapping[Dot, Edit]
    ask: Ask
    txn: str
    by_txn: _Replaced

    @classmethod
    def read(cls, ask: Ask, keys: Sequence[RecordKey], txn: str) -> dict[RecordKey, _Past]:
        """The pasts of those of some records that are here, in a handful of queries."""
        by_txn: dict[tuple[RecordKey, str], list[Dot]] = {}
        for entity, record_id, part, field, actor, counter in ask(
            "SELECT entity, id, part, field, actor, counter FROM overwrote WHERE txn = ?", (txn,)
        ):
            by_txn.setdefault((RecordKey(entity, record_id, part), field), []).append(Dot(actor, counter))
        states: dict[RecordKey, Record] = {}
        edits: dict[RecordKey, dict[Dot, Edit]] = {}
        wanted, ids = set(keys), list(dict.fromkeys(key.id for key in keys))
        for start in range(0, len(ids), _BOUND):
            some = ids[start : start + _BOUND]
            marks = ",".join("?" * len(some))
            for *key, state in ask(
                f"SELECT entity, id, part, state FROM record WHERE id IN ({marks}) AND coalesce(seq, 0) <> -1",
                some,
            ):
                states[RecordKey(*key)] = decode(state)
            for *key, body, eff in ask(
                f"SELECT entity, id, part, body, eff FROM edit WHERE id IN ({marks})", some
            ):
                edit = msgspec.structs.replace(_edit.decode(body), eff=eff)
                edits.setdefault(RecordKey(*key), {})[edit.dot] = edit
        return {
            key: cls(key, record, {e.dot: e for e in record.edits} | edits.get(key, {}), ask, txn, by_txn)
            for key, record in states.items()
            if key in wanted
        }

    def replaced(self, txn: str, field: str) -> list[Dot]:
        """The edits whose value of a field a transaction overwrote."""
        if txn == self.txn:
            return self.by_txn.get((self.key, field), [])
        rows = self.ask(
            "SELECT actor, counter FROM overwrote WHERE txn = ? AND entity = ? AND id = ? AND part = ? AND field = ?",
            (txn, *self.key, field),
        )
        return [Dot(*row) for row in rows]

    def origins(self, edit: Edit, field: str) -> set[Dot]:
        """The edits that first said what this one says: itself, or what an undo brought back."""
        if edit.txn.kind != "undo":
            return {edit.dot}
        undone = {
            dot for one in self._known(self.replaced(edit.txn.id, field)) for dot in self.origins(one, field)
        }
        before = [dot for one in self._known(undone) for dot in self.replaced(one.txn.id, field)]
        return {dot for one in self._known(before) for dot in self.origins(one, field)}

    def values_before(self, edit: Edit, field: str) -> list[Value]:
        """The differing values an edit replaced, earliest first, so that the latest is written last."""
        known = sorted(self._known(self.replaced(edit.txn.id, field)), key=Edit.order)
        different = {encode(e.values[field]): e.values[field] for e in known if field in e.values}
        return list(different.values())

    def standing(self, edit: Edit, field: str) -> frozenset[Dot]:
        """The surviving edits through which what `edit` said of a field still stands."""
        said = encode(edit.values[field])
        return frozenset(
            e.dot
            for e in self.record.siblings(field)
            if e.dot == edit.dot or (encode(e.values[field]) == said and edit.dot in self.origins(e, field))
        )

    def _known(self, dots: Iterable[Dot]) -> list[Edit]:
        return [self.edits[dot] for dot in dots if dot in self.edits]


def _plan(past: _Past, edit: Edit, registry: Registry) -> Plan:
    if _made_the_record(past, edit, registry):
        if _is_all_its_own(past, edit):
            return Plan(past.key, deletion(past.record), {}, {}, (), past.record)
        return Plan(past.key, {}, {}, {}, tuple(edit.values))
    dots = {field: past.standing(edit, field) for field in edit.values}
    values = {field: past.values_before(edit, field) or [None] for field in edit.values if dots[field]}
    return Plan(
        past.key,
        {field: before[0] for field, before in values.items()},
        {field: dots[field] for field in values},
        {field: before[1:] for field, before in values.items() if len(before) > 1},
        tuple(field for field in edit.values if not dots[field]),
    )


def _made_the_record(past: _Past, edit: Edit, registry: Registry) -> bool:
    """Whether an edit created its record: it said all that must be said, and replaced nothing of it."""
    declared = registry.entities.get(past.key.entity)
    required = [f.name for f in declared.fields if f.required] if declared else []
    return bool(required) and all(
        field in edit.values and not past.replaced(edit.txn.id, field) for field in required
    )


def _is_all_its_own(past: _Past, edit: Edit) -> bool:
    """Whether nothing in a record was said by anything but the edit that made it, or an undo."""
    return all(
        other.dot == edit.dot or (field in edit.values and other.dot in past.standing(edit, field))
        for other in past.record.edits
        for field, value in other.values.items()
        if value is not None
    )


def write_of(key: RecordKey, values: dict[str, Value], shown: Shown) -> Write:
    """The write of one round of a plan."""
    from crmdesk.store.replica import Write

    is_deletion = values.get("deleted") is not None and values.keys() <= {"deleted", "deleted_below"}
    return Write(key, values, None if is_deletion else shown, is_known=is_deletion)
