"""Reading a record: what each field shows, what it hides, whether somebody must decide. Pure, at read time.

Nothing here is ever written back: two versions of a client that wrote their resolutions would ping-pong.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crmdesk.core.record import MANY_SIBLINGS, Dot, Edit, Record
from crmdesk.core.registry import MARKS, Registry, Rule
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
    undecided = rule is Rule.ASK or (rule is Rule.LATEST and len(siblings) > MANY_SIBLINGS)
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


def deletion(record: Record, below: Iterable[Record] = ()) -> dict[str, Value]:
    """The values of an edit that deletes `record` as this replica knows it and the records `below` it."""
    values: dict[str, Value] = {"deleted": {"seen": dict(record.clock)}}
    seen: dict[str, int] = {}
    for child in below:
        for actor, counter in child.clock.items():
            seen[actor] = max(counter, seen.get(actor, 0))
    if seen:
        values["deleted_below"] = {"seen": seen}
    return values


def life(record: Record, below: Iterable[Record] = ()) -> Life:
    """Hidden only while every other surviving edit is covered by what a deleter had seen.

    `below` are the records that hang under this one: one that is on show and was made by somebody whose
    making of it the deleter had not seen contests the deletion too.
    """
    tombstones = _tombstones(record)
    if not tombstones:
        return Life.LIVE
    made = [maker(child) for child in below if life(child) is not Life.DELETED]
    is_covered = any(not _unseen(tombstone, record, made) for tombstone in tombstones)
    return Life.DELETED if is_covered else Life.CONTESTED


def contesting(record: Record, below: Iterable[Record] = ()) -> list[Edit]:
    """The edits that whoever deleted the record last had not seen."""
    made = [maker(child) for child in below if life(child) is not Life.DELETED]
    return _unseen(max(_tombstones(record), key=Edit.order), record, made)


def _tombstones(record: Record) -> list[Edit]:
    return [e for e in record.siblings("deleted") if e.values["deleted"] is not None]


def _unseen(tombstone: Edit, record: Record, made: Sequence[Edit]) -> list[Edit]:
    graves = {edit.dot for edit in _tombstones(record)}
    seen, seen_below = _seen(tombstone.values["deleted"]), _seen(tombstone.values.get("deleted_below"))
    return [
        *(e for e in record.edits if e is not tombstone and not _is_covered(e, seen, graves)),
        *(e for e in made if e.dot.counter > seen_below.get(e.dot.actor, 0)),
    ]


def maker(record: Record) -> Edit:
    """The earliest surviving edit: a reference to a home is fixed, so a child's is the one that made it."""
    return min(record.edits, key=Edit.order)


def _seen(value: Any) -> Mapping[str, int]:
    seen = value.get("seen") if isinstance(value, dict) else None
    return {a: c for a, c in seen.items() if isinstance(c, int)} if isinstance(seen, dict) else {}


def _is_covered(edit: Edit, seen: Mapping[str, int], graves: set[Dot]) -> bool:
    if edit.dot.counter <= seen.get(edit.dot.actor, 0):
        return True
    # Another deletion contests nothing, unless its edit said something else too.
    return edit.dot in graves and edit.values.keys() <= _MARKS


_MARKS: Final = {mark.name for mark in MARKS}


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
        shown = dict(edit.values)
        if "deleted" not in shown:
            return RecordView(shown, (), Life.LIVE)
        for mark in _MARKS:
            shown.pop(mark, None)
        return RecordView(shown, (), life(record))
    values: dict[str, Value] = {}
    conflicts: list[FieldView] = []
    carriers: dict[str, int] = {}
    for edit in record.edits:
        for key, value in edit.values.items():
            carriers[key] = carriers.get(key, 0) + 1
            values[key] = value
    for key, count in carriers.items():
        if count > 1 and key not in _MARKS:
            view = view_field(record, entity, key, registry)
            values[key] = view.value
            if view.is_conflict:
                conflicts.append(view)
    has_tombstone = "deleted" in carriers
    for mark in _MARKS:
        values.pop(mark, None)
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
