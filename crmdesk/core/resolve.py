"""Reading a record: what each field shows, what it hides, whether somebody must decide. Pure, at read time.

Nothing here is ever written back: two versions of a client that wrote their resolutions would ping-pong.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmdesk.core.record import Dot, Edit, Record
from crmdesk.core.registry import Registry, Rule
from crmdesk.core.values import Value, encode


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the values people gave a field. `edit` is the latest that says so; `dots` all that do."""

    value: Value
    edit: Edit
    dots: frozenset[Dot]


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as a replica shows it.

    `value` is displayed, `dots` are all surviving edits behind the field (what a form saw when it showed
    this), `candidates` the differing values, the displayed one first. `is_conflict`: somebody must decide.
    `settled_by` names the rule that chose among several, None where there was nothing to choose.
    """

    key: str
    value: Value
    dots: frozenset[Dot]
    candidates: tuple[Candidate, ...]
    is_conflict: bool
    settled_by: Rule | None


def read_field(record: Record, key: str, rule: Rule, *, repeated: bool = False) -> FieldView:
    """What `key` shows under `rule`. A field nobody ever set shows None with no dots."""
    siblings = record.siblings(key)
    if len(siblings) == 1:
        edit = siblings[0]
        dots = frozenset((edit.dot,))
        value = edit.values[key]
        return FieldView(key, value, dots, (Candidate(value, edit, dots),), False, None)
    dots = frozenset(edit.dot for edit in siblings)
    candidates = _candidates(siblings, key)
    if len(candidates) < 2:
        value = candidates[0].value if candidates else None
        return FieldView(key, value, dots, tuple(candidates), False, None)
    ranked = _rank(candidates, rule, min(siblings, key=Edit.order).dot)
    undecided = rule is Rule.ASK
    if undecided and repeated:
        # A list element's presence: an edit that the remover had not seen keeps the element.
        present = [c for c in ranked if c.value is not None]
        ranked = [*present, *(c for c in ranked if c.value is None)]
        undecided = len(present) > 1
        if not undecided:
            rule = Rule.ADD_WINS
    settled = None if undecided else rule
    return FieldView(key, ranked[0].value, dots, tuple(ranked), undecided, settled)


def _candidates(siblings: list[Edit], key: str) -> list[Candidate]:
    """Differing values, latest first; equal ones count as one."""
    by_value: dict[bytes, list[Edit]] = {}
    for edit in siblings:
        by_value.setdefault(encode(edit.values[key]), []).append(edit)
    found = [
        Candidate(edits[0].values[key], max(edits, key=Edit.order), frozenset(e.dot for e in edits))
        for edits in by_value.values()
    ]
    return sorted(found, key=lambda c: c.edit.order(), reverse=True)


def _rank(candidates: list[Candidate], rule: Rule, earliest: Dot) -> list[Candidate]:
    """The displayed candidate first. `earliest` names the first edit of all of them."""
    match rule:
        case Rule.ASK | Rule.LATEST:
            return candidates
        case Rule.ADD_WINS:
            return sorted(candidates, key=lambda c: not c.value)
        case Rule.MAX:
            return sorted(candidates, key=lambda c: _magnitude(c.value), reverse=True)
        case Rule.MIN:
            return sorted(candidates, key=lambda c: (c.value is None, _magnitude(c.value)))
        case Rule.FIXED:
            # The creating edit is the earliest, however late somebody repeated another value.
            return sorted(candidates, key=lambda c: earliest not in c.dots)


def _magnitude(value: Value) -> tuple[bool, int, bytes]:
    """Orders numbers by size and anything else by its bytes; nothing is smallest."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value is not None, value if isinstance(value, int) and is_number else 0, encode(value)


class Life(enum.Enum):
    """Whether a record is on show."""

    LIVE = "live"
    DELETED = "deleted"  # every other edit was seen by who deleted it
    CONTESTED = "contested"  # somebody wrote to it without having seen the delete: kept, and asked about


def deletion(record: Record) -> dict[str, Value]:
    """The values of an edit that deletes `record` as this replica knows it."""
    return {"deleted": {"seen": dict(record.clock)}}


def life(record: Record) -> Life:
    """Hidden only while every other surviving edit is covered by what a deleter had seen."""
    tombstones = [e for e in record.siblings("deleted") if e.values["deleted"] is not None]
    if not tombstones:
        return Life.LIVE
    graves = {edit.dot for edit in tombstones}
    for tombstone in tombstones:
        seen = _seen(tombstone.values["deleted"])
        if all(edit is tombstone or _is_covered(edit, seen, graves) for edit in record.edits):
            return Life.DELETED
    return Life.CONTESTED


def _seen(value: Any) -> Mapping[str, int]:
    seen = value.get("seen") if isinstance(value, dict) else None
    return {a: c for a, c in seen.items() if isinstance(c, int)} if isinstance(seen, dict) else {}


def _is_covered(edit: Edit, seen: Mapping[str, int], graves: set[Dot]) -> bool:
    if edit.dot.counter <= seen.get(edit.dot.actor, 0):
        return True
    # Another deletion contests nothing, unless its edit said something else too.
    return edit.dot in graves and edit.values.keys() == {"deleted"}


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record as a person sees it: its displayed values, its fields in conflict, its life."""

    values: dict[str, Value]
    conflicts: tuple[FieldView, ...]
    life: Life


def read_record(record: Record, entity: str, registry: Registry) -> RecordView:
    """Every field of the record through its rule. Unknown fields show their latest value."""
    if len(record.edits) == 1:
        edit = record.edits[0]
        shown = {k: v for k, v in edit.values.items() if k != "deleted"}
        return RecordView(shown, (), life(record) if "deleted" in edit.values else Life.LIVE)
    values: dict[str, Value] = {}
    conflicts: list[FieldView] = []
    carriers: dict[str, int] = {}
    for edit in record.edits:
        for key, value in edit.values.items():
            carriers[key] = carriers.get(key, 0) + 1
            values[key] = value
    for key, count in carriers.items():
        if count > 1 and key != "deleted":
            view = view_field(record, entity, key, registry)
            values[key] = view.value
            if view.is_conflict:
                conflicts.append(view)
    has_tombstone = "deleted" in carriers
    values.pop("deleted", None)
    return RecordView(
        values, tuple(sorted(conflicts, key=lambda v: v.key)), life(record) if has_tombstone else Life.LIVE
    )


def view_field(record: Record, entity: str, key: str, registry: Registry) -> FieldView:
    """One field through the rule its declaration gives it."""
    declared = registry.find(entity, key)
    return read_field(
        record,
        key,
        declared.rule if declared else Rule.ASK,
        repeated=declared is not None and declared.repeated,
    )
