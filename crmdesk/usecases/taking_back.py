"""What taking a transaction back means, record by record: decided here, written by `history`.

A value stands if the edit that said it survives, or if an undo brought it back; so undo goes back step by
step through the same field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from crmdesk.core.form import Shown
from crmdesk.core.record import Dot, Edit, Record, RecordKey, decode
from crmdesk.core.registry import Registry
from crmdesk.core.resolve import deletion
from crmdesk.core.values import Value, encode

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
    pasts = ((edit, _Past.read(ask, key)) for key, edit in made)
    return [_plan(past, edit, registry) for edit, past in pasts if past is not None]


@dataclass(frozen=True, slots=True)
class _Past:
    """A record with all that is known of how it came about."""

    key: RecordKey
    record: Record
    edits: Mapping[Dot, Edit]
    ask: Ask

    @classmethod
    def read(cls, ask: Ask, key: RecordKey) -> _Past | None:
        where = "entity = ? AND id = ? AND part = ?"
        states = list(ask(f"SELECT state FROM record WHERE {where} AND coalesce(seq, 0) <> -1", key))
        if not states:
            return None
        record = decode(states[0][0])
        past = [
            msgspec.structs.replace(_edit.decode(body), eff=eff)
            for body, eff in ask(f"SELECT body, eff FROM edit WHERE {where}", key)
        ]
        return cls(key, record, {edit.dot: edit for edit in (*record.edits, *past)}, ask)

    def replaced(self, txn: str, field: str) -> list[Dot]:
        """The edits whose value of a field a transaction overwrote."""
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
            return Plan(past.key, deletion(past.record), {}, {}, ())
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
