"""Two customers that turned out to be one: one points at the other, and is read as part of it.

Nothing of either is rewritten. The pointer is an ordinary field of the one that was merged away, so it travels, is undone
and is taken back like any other; who points where is decided here, whenever it is read. That makes a pointer that leads
nowhere, and a ring of them, harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from crmdesk.core.record import Edit, Record
from crmdesk.core.registry import MARKS
from crmdesk.core.values import Value

INTO: Final = "merged_into"
SEEN: Final = "merged_seen"
APART: Final = "apart"
_OWN: Final = frozenset((INTO, SEEN, *(mark.name for mark in MARKS)))


class Pointer(NamedTuple):
    """What a customer was merged into, and the bucket in which it stands itself."""

    target: str
    bucket: str


def pointer(record: Record) -> Pointer | None:
    """Where a customer points, by who said so last; None where nobody did, or it was taken back."""
    edit = _said_last(record)
    target = edit.values[INTO] if edit is not None else None
    return Pointer(target, record.placement.bucket) if isinstance(target, str) and target else None


def _said_last(record: Record) -> Edit | None:
    return max(record.siblings(INTO), key=Edit.order, default=None)


def merging(record: Record, target: str) -> dict[str, Value]:
    """The values of an edit that merges `record`, as this replica knows it, into another."""
    return {INTO: target, SEEN: {"seen": dict(record.clock)}}


def deciding(record: Record, field: str, value: Value) -> dict[str, Value]:
    """The values of an edit that notes, on a customer that was merged away, what became of a later change of a field."""
    said = _said_last(record)
    assert said is not None, "only a customer that was merged has later changes"
    return {INTO: said.values[INTO], SEEN: said.values.get(SEEN), field: value}


def later(record: Record) -> dict[str, Edit]:
    """The changes of a customer that whoever merged it away had not seen, by field: each asks what it means for the other."""
    said = _said_last(record)
    if said is None or not said.values[INTO]:
        return {}
    clock = _clock(said.values.get(SEEN))
    found: dict[str, Edit] = {}
    for edit in sorted(record.edits, key=Edit.order):
        if INTO not in edit.values and edit.dot.counter > clock.get(edit.dot.actor, 0):
            found.update((name, edit) for name in edit.values if _is_asked_about(name))
    return found


def _is_asked_about(name: str) -> bool:
    return name not in _OWN and not name.startswith((f"{APART}:", "tag:"))


def _clock(value: Any) -> Mapping[str, int]:
    seen = value.get("seen") if isinstance(value, dict) else None
    return {a: c for a, c in seen.items() if isinstance(c, int)} if isinstance(seen, dict) else {}


def resolve(pointers: Mapping[str, Pointer], buckets: Mapping[str, str]) -> dict[str, str]:
    """As part of which customer each of those that point is read; those that are read as themselves are left out.

    `buckets` says where customers stand that are here. A pointer counts only while both stand in one bucket: whoever
    sees the one sees the other, and all laptops agree. Of a ring the customer that was made first stays.
    """
    found: dict[str, str] = {}
    for start in pointers:
        chain = list(_chain(start, pointers, buckets))
        last = chain[-1]
        if last in chain[:-1]:
            last = min(chain[chain.index(last) : -1])
        if last != start:
            found[start] = last
    return found


def _chain(start: str, pointers: Mapping[str, Pointer], buckets: Mapping[str, str]) -> Iterator[str]:
    """A customer and those it leads to, until one points nowhere or comes again."""
    seen: set[str] = set()
    at: str | None = start
    while at is not None:
        yield at
        if at in seen:
            return
        seen.add(at)
        way = pointers.get(at)
        at = way.target if way is not None and buckets.get(way.target) == way.bucket else None
