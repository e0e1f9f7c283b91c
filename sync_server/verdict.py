"""Judging one pushed record: pure decisions on what is vouched for, legal and seen.

A push is a claim. Only edits of the pusher's own log are new; what others wrote counts as this server holds
it; knowledge beyond what this server holds, or of values that the pusher can't show to have been handed, counts as
not seen. So the worst a false claim brings is one more version of a field, never a loss. Knows no SQL, no HTTP and no rights.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from crmdesk.core.clock import MAX_STAMP, milliseconds
from crmdesk.core.codes import is_code
from crmdesk.core.errors import CrmError
from crmdesk.core.ids import is_id
from crmdesk.core.record import (
    MAIN,
    MAX_SIBLINGS,
    Dot,
    Edit,
    Placement,
    Record,
    RecordKey,
    accept,
    bound_clock,
    encode,
    merge,
    moved,
    proof,
    write,
)
from crmdesk.core.registry import MARKS, Field, Registry, Rule, Type
from crmdesk.core.values import MAX_RECORD_BYTES
from crmdesk.core.values import encode as canonical


@dataclass(slots=True)
class Item:
    """One pushed record: its claimed state and the log that led there. `refusal`: it was bad as it came.

    `bodies` are the edits' bytes by counter, `state` the record's; `proofs` show which values of others its author
    was handed (`core.record.proof`).
    """

    key: RecordKey
    state: bytes = b""
    record: Record | None = None
    log: list[Edit] = field(default_factory=list)
    bodies: dict[int, bytes] = field(default_factory=dict)
    refusal: CrmError | None = None
    proofs: frozenset[int] = frozenset()

    @property
    def is_its_edit(self) -> bool:
        """Whether the record is just the one edit of its log, as most new records are."""
        if self.record is None or len(self.log) != 1 or len(self.record.edits) != 1:
            return False
        edit, clock = self.record.edits[0], self.record.clock
        return edit is self.log[0] and len(clock) == 1 and clock.get(edit.dot.actor) == edit.dot.counter

    def fresh(self, stored: Record | None) -> list[Edit]:
        """The edits that the stored record has not taken in."""
        if stored is None:
            return self.log
        return [edit for edit in self.log if not stored.has_seen(edit.dot)]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a push says beyond its records: who speaks, how far the log goes, which edits count at another time.

    `heard` is how far this server has heard each actor that a deletion in the push names.
    """

    actor: str
    user: str
    top: int
    eff: Mapping[Dot, int]
    heard: Mapping[str, int] = field(default_factory=dict)


class Judged(NamedTuple):
    """The record after the push; whether it is just what was pushed, effective times aside."""

    record: Record
    state: bytes
    is_as_pushed: bool


def judge(
    item: Item, stored: Record | None, placement: Placement, claims: Claims, registry: Registry
) -> Judged:
    """The stored record with a push merged in, placed. Raises the `CrmError` it is rejected for."""
    pushed = item.record
    assert pushed is not None, "an unreadable item has a refusal"
    fresh = item.fresh(stored)
    if stored is None and not fresh:
        raise CrmError("forbidden")
    check_log(item.key, fresh, claims, stored=stored, registry=registry)
    if (
        stored is None
        and item.is_its_edit
        and pushed.placement == placement
        and fresh[0].dot not in claims.eff
    ):
        return Judged(pushed, item.state, is_as_pushed=True)  # all that follows would leave it as it is
    unproven = {} if stored is None else _unproven(item, pushed, stored, fresh, claims.actor)
    if not unproven and _is_written_on(item.state, stored, fresh, placement, claims):
        return Judged(pushed, item.state, is_as_pushed=True)
    heard = vouch(item, stored, claims)
    known = {**(stored.clock if stored else {}), claims.actor: claims.top}
    record = bound_clock(heard, known)
    if stored is not None:
        # What says nothing new changes nothing, whatever its clock claims to have seen.
        record = keep_unearned(stored, merge(stored, record), fresh, unproven) if fresh else stored
    if record.placement != placement:
        record = moved(record, placement)
    state = encode(record)
    _check_limits(record, state)
    # Compared as bytes: to Python, 1 and true are equal.
    expected = encode(accept(pushed, claims.eff)) if claims.eff else item.state
    return Judged(record, state, is_as_pushed=state == expected)


def _unproven(
    item: Item, pushed: Record, stored: Record, fresh: Sequence[Edit], actor: str
) -> dict[Dot, set[str]]:
    """The stored values of others that a push overwrites and can't show to have been handed: fields by edit.

    Of its own actor's edits a laptop knows all.
    """
    written = {name for edit in fresh for name in edit.values}
    carried = {edit.dot: edit.values.keys() for edit in pushed.edits}
    found: dict[Dot, set[str]] = {}
    for edit in stored.edits:
        if edit.dot.actor == actor or written.isdisjoint(edit.values):
            continue
        left_out = written & (edit.values.keys() - carried.get(edit.dot, frozenset[str]()))
        if names := {name for name in left_out if proof(edit, name) not in item.proofs}:
            found[edit.dot] = names
    return found


def _is_written_on(
    state: bytes, stored: Record | None, fresh: Sequence[Edit], placement: Placement, claims: Claims
) -> bool:
    """Whether a pushed state is what this server's record becomes by the new edits, to the byte.

    So it is unless somebody else wrote meanwhile. Then everything in it is vouched for, and merging it in would
    change nothing about it.
    """
    written = stored
    for edit in fresh:
        if edit.dot in claims.eff:
            return False
        written = write(written, edit, placement=placement)
    return written is not None and written.placement == placement and encode(written) == state


def check_log(
    key: RecordKey, log: Sequence[Edit], claims: Claims, *, stored: Record | None, registry: Registry
) -> None:
    """Raise unless each new edit says only what its author may say about fields this server knows."""
    entity = registry.entities.get(key.entity)
    if entity is None or key.part != MAIN:
        raise CrmError("unknown_entity", entity=key.entity)
    for number, edit in enumerate(log):
        if edit.by != claims.user:
            raise CrmError("forbidden")
        for name, value in edit.values.items():
            if type(value) is str and name in entity.free_texts:
                continue
            declared = entity.find(name)
            if declared is None:
                raise CrmError("unknown_field", field=name)
            if declared.server:
                raise CrmError("server_field", field=name)
            if declared.rule is Rule.FIXED and not (
                _says_again(stored, name, value) or (stored is None and number == 0)
            ):
                raise CrmError("fixed_field", field=name)
            if not fits(declared, value):
                raise CrmError("invalid_value", field=name)
        seen = deleter_saw(edit)
        if seen and any(counter > claims.heard.get(actor, 0) for actor, counter in seen.items()):
            # An edit is never changed, so what would hide edits nobody has written yet is refused whole.
            raise CrmError("invalid_value", field="deleted")


def _says_again(stored: Record | None, name: str, value: object) -> bool:
    """Whether a record says so already: of a copied laptop's two halves, both bring what it had not sent."""
    return stored is not None and any(edit.values[name] == value for edit in stored.siblings(name))


_MARKS: Final = tuple(mark.name for mark in MARKS)


def deleter_saw(edit: Edit) -> dict[str, int]:
    """What an edit that deletes says its author had seen, of the record and of those below it: actor -> counter."""
    seen: dict[str, int] = {}
    for name in _MARKS:
        value: Any = edit.values.get(name)
        if value is not None and _is_clock(value):
            for actor, counter in value["seen"].items():
                seen[actor] = max(counter, seen.get(actor, 0))
    return seen


def fits(declared: Field, value: object) -> bool:
    """Whether a value is of the field's kind. Null clears any field; unknown choices and codes are kept as they are."""
    if value is None:
        return True
    if declared.type is Type.CODE:
        return is_code(declared.table, value)
    is_kind = _KINDS.get(declared.type)
    if is_kind is not None:
        return is_kind(value)
    return isinstance(value, str) or (declared.repeated and isinstance(value, list | dict))


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_LAST_MS: Final = milliseconds(MAX_STAMP)


def _is_instant(value: object) -> bool:
    """A moment that every program can show; one beyond would stop the pages of all who read it."""
    return isinstance(value, int) and _is_whole(value) and 0 <= value <= _LAST_MS


def _is_date(value: object) -> bool:
    """A day of the calendar, spelled `YYYY-MM-DD`."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_money(value: object) -> bool:
    content = value.get("money") if isinstance(value, dict) else None
    return (
        isinstance(content, list)
        and len(content) == 2
        and _is_whole(content[0])
        and isinstance(content[1], str)
    )


def _is_clock(value: object) -> bool:
    content = value.get("seen") if isinstance(value, dict) else None
    return isinstance(content, dict) and all(_is_whole(counter) for counter in content.values())


_KINDS: Final[Mapping[Type, Callable[[object], bool]]] = {
    Type.BOOLEAN: _is_boolean,
    Type.INTEGER: _is_whole,
    Type.INSTANT: _is_instant,
    Type.DATE: _is_date,
    Type.REFERENCE: is_id,
    Type.MONEY: _is_money,
    Type.SEEN: _is_clock,
}
"""What each kind of value is; all others are texts."""


def vouch(item: Item, stored: Record | None, claims: Claims) -> Record:
    """The pushed record with each edit as somebody can vouch for it: the log, or this server's own copy."""
    pushed = item.record
    assert pushed is not None, "an unreadable item has a refusal"
    said = {edit.dot: edit for edit in item.log}
    held = {edit.dot: edit for edit in stored.edits} if stored else {}
    if not all(pushed.has_seen(dot) for dot in said):
        raise CrmError("malformed_record")
    edits = []
    for edit in pushed.edits:
        if (ours := held.get(edit.dot)) is not None:
            edits.append(_narrowed(ours, edit))
        elif stored is not None and stored.has_seen(edit.dot):
            continue  # somebody who saw it has overwritten it since
        elif (own := said.get(edit.dot)) is not None:
            if edit is not own and not _is_what_is_left_of(edit, own):
                raise CrmError("malformed_record")
            eff = claims.eff.get(edit.dot)
            edits.append(edit if edit.eff == eff else msgspec.structs.replace(edit, eff=eff))
        elif edit.dot.actor == claims.actor:
            raise CrmError("counter_gap")
        elif stored is None:
            raise CrmError("forbidden")
        # else: somebody else's edit that never came here; its author brings it
    return msgspec.structs.replace(pushed, edits=tuple(e for e in edits if e.values))


def _narrowed(ours: Edit, pushed: Edit) -> Edit:
    if ours.values.keys() == pushed.values.keys():
        return ours
    return msgspec.structs.replace(ours, values={k: v for k, v in ours.values.items() if k in pushed.values})


def _is_what_is_left_of(surviving: Edit, whole: Edit) -> bool:
    if (surviving.at, surviving.by, surviving.txn) != (whole.at, whole.by, whole.txn):
        return False
    left = {name: whole.values.get(name, _MISSING) for name in surviving.values}
    return _MISSING not in left.values() and canonical(left) == canonical(surviving.values)


_MISSING: Final = object()


def keep_unearned(
    stored: Record, merged: Record, fresh: Sequence[Edit], unproven: Mapping[Dot, Collection[str]]
) -> Record:
    """`merged`, with every stored value back that no new edit of the push overwrote.

    A state may leave a value out only where its log says something about that field: anything else comes
    from a program that forgot what it did not know. Of an edit's `unproven` fields its author did not know.
    """
    written = {name for edit in fresh for name in edit.values}
    left = {edit.dot: edit for edit in merged.edits}
    changed = False
    for edit in stored.edits:
        kept = left.get(edit.dot)
        names = kept.values.keys() if kept else frozenset[str]()
        overwritten = written.difference(unproven.get(edit.dot, ()))
        if lost := edit.values.keys() - names - overwritten:
            values = {k: v for k, v in edit.values.items() if k in lost or k in names}
            left[edit.dot] = msgspec.structs.replace(edit, values=values)
            changed = True
    if not changed:
        return merged
    return msgspec.structs.replace(merged, edits=tuple(left[dot] for dot in sorted(left)))


def _check_limits(record: Record, state: bytes) -> None:
    if len(record.edits) > MAX_SIBLINGS:
        for name in record.fields():
            if len(record.siblings(name)) > MAX_SIBLINGS:
                raise CrmError("too_many_versions", field=name)
    if len(record.edits) > 1 and len(state) > MAX_RECORD_BYTES:
        raise CrmError("record_too_large")
