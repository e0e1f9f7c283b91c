"""A record: its surviving edits, its clock and its placement; and how to write, merge and encode one.

This is the whole of synchronisation's theory: a dotted version vector per record (Preguiça et al., "Dotted
Version Vectors", 2010), kept per field. Knows nothing of entities, users' rights, storage or transport.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from crmdesk.core import values as canonical
from crmdesk.core.clock import MAX_STAMP
from crmdesk.core.errors import CrmError

VERSION: Final = 1
MAIN: Final = "main"
MAX_SIBLINGS: Final = 32
MANY_SIBLINGS: Final = 8
"""More versions of one field than this want a person, whatever rule could settle them."""
MAX_KEYS: Final = 600
MAX_NAME: Final = 100
"""Characters in the name of a field, actor, user, bucket or transaction."""


class Dot(NamedTuple):
    """One edit's name for ever: the actor that made it and that actor's running number, from 1."""

    actor: str
    counter: int


class RecordKey(NamedTuple):
    """The unit of synchronisation: an entity's name, a record's id and the part."""

    entity: str
    id: str
    part: str = MAIN


class Txn(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The transaction an edit belongs to. `kind` is form, import, bulk, rule, merge or undo."""

    id: str
    kind: str


class Placement(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a record lives. Only a server's command raises `move_no`; the highest wins."""

    move_no: int
    bucket: str


class Edit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One atomic write to one record.

    `at` is the author's claimed hybrid time, `by` the user, `eff` the time the server held the claim to
    (None where the claim stands, so also until it is accepted), `values` field -> value. In a record's state `values` holds only the fields that
    nobody has overwritten; in the history it is whole.
    """

    dot: Dot
    at: int
    by: str
    eff: int | None
    txn: Txn
    values: dict[str, Any]

    def order(self) -> tuple[int, Dot]:
        """Later edits compare greater: by effective time, which is the claim unless the server set another; then by dot."""
        return (self.at if self.eff is None else self.eff, self.dot)

    def content(self) -> bytes:
        """What is hashed: everything but `eff`, which the server adds later."""
        return canonical.encode([self.dot, self.at, self.by, self.txn, self.values])


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """State = [version, placement, clock, edits]; edits are sorted by dot and none is empty.

    Plain JSON has no cycles, so the collector need not walk thousands of records (`gc=False`).
    """

    version: int
    placement: Placement
    clock: dict[str, int]
    edits: tuple[Edit, ...]

    def has_seen(self, dot: Dot) -> bool:
        """Whether this copy has taken the edit in, surviving or not."""
        return dot.counter <= self.clock.get(dot.actor, 0)

    def siblings(self, field: str) -> list[Edit]:
        """The edits that still carry `field`, in dot order; more than one is a conflict of that field."""
        return [edit for edit in self.edits if field in edit.values]

    def fields(self) -> set[str]:
        """Every field that some surviving edit carries."""
        return {field for edit in self.edits for field in edit.values}


_decoder = msgspec.json.Decoder(Record)
_many = msgspec.json.Decoder(list[Record])


def encode(record: Record) -> bytes:
    """The record's canonical bytes: on disk, on the wire and under the hash."""
    return canonical.encode(record)


def digest(key: RecordKey, state: bytes) -> int:
    """40 bits of BLAKE2b over a record's name and canonical bytes.

    A bucket's checksum is the sum of its records' digests: it depends on no order, follows each change with
    one subtraction and one addition, and that of eight million records still fits a signed 64-bit column.
    """
    name = "\0".join(key).encode()
    return int.from_bytes(hashlib.blake2b(name + b"\0" + state, digest_size=5).digest(), "big")


def proof(edit: Edit, field: str) -> int:
    """What only somebody can tell who was handed an edit's value of a field: 48 bits of BLAKE2b over all it says there.

    The time and the transaction's id in it are not to be guessed from the dot alone.
    """
    content = canonical.encode([edit.dot, edit.at, edit.by, edit.txn, field, edit.values[field]])
    return int.from_bytes(hashlib.blake2b(content, digest_size=6, person=b"proof").digest(), "big")


def decode(state: bytes) -> Record:
    """Read canonical bytes that this program or a checked peer wrote. Raises `malformed_record`."""
    try:
        return _decoder.decode(state)
    except canonical.NOT_JSON as error:
        raise CrmError("malformed_record") from error


def decode_foreign(state: bytes) -> Record:
    """Read bytes from outside: canonical, within the limits and well-formed, or a `CrmError`.

    `encode(decode(x)) == x` alone refuses duplicate keys, unsorted keys, NaN and odd spellings of numbers.
    """
    if len(state) > canonical.MAX_RECORD_BYTES:
        raise CrmError("record_too_large")
    record = decode(state)
    if encode(record) != state:
        raise CrmError("not_canonical")
    check(record, texts_are_fine=vouches_for_texts(state))
    return record


def decode_foreign_all(states: Sequence[bytes]) -> list[Record | CrmError]:
    """Of each state what `decode_foreign` returns or raises. Each must be one JSON value, as a parser delimits it.

    Hundreds of states are mostly fine all together, which one look at the whole tells sooner than one at each.
    """
    whole = b"[%b]" % b",".join(states)
    try:
        found = _many.decode(whole)
    except canonical.NOT_JSON:
        found = []
    if len(found) != len(states) or canonical.encode(found) != whole:
        return [_foreign(state) for state in states]
    texts_are_fine = _are_texts_fine(whole)
    return [
        _checked(record, state, texts_are_fine=texts_are_fine)
        for record, state in zip(found, states, strict=True)
    ]


def _foreign(state: bytes) -> Record | CrmError:
    try:
        return decode_foreign(state)
    except CrmError as error:
        return error


def _checked(record: Record, state: bytes, *, texts_are_fine: bool) -> Record | CrmError:
    """A record whose bytes are canonical, or what is wrong with it."""
    size = len(state)
    if size > canonical.MAX_RECORD_BYTES:
        return CrmError("record_too_large")
    try:
        is_fine = texts_are_fine and size <= canonical.MAX_FIELD_BYTES
        check(record, texts_are_fine=is_fine or vouches_for_texts(state))
    except CrmError as error:
        return error
    return record


def vouches_for_texts(state: bytes) -> bool:
    """Whether one look at the whole state vouches for each of its strings: nothing is longer than the whole."""
    return len(state) <= canonical.MAX_FIELD_BYTES and _are_texts_fine(state)


def _are_texts_fine(content: bytes) -> bool:
    """Whether every string in JSON is NFC and without NUL: each part of an NFC string is NFC (Unicode Annex 15)."""
    if rb"\u0000" in content:
        return False
    if _STABLE.fullmatch(content.translate(None, _ASCII).decode()):
        return True
    return canonical.is_canonical_text(content.decode())


_ASCII: Final = bytes(range(128))
_STABLE: Final = re.compile("[\u4000-\u9fff\u3000-\u3029\uff01-\uff5e\u2010-\u2027]*")
"""Chinese text, whose every string is NFC, told at a glance."""


def check(record: Record, *, texts_are_fine: bool = False) -> None:
    """Raise a `CrmError` unless the record is well-formed: covered dots, order, legal values, limits.

    `texts_are_fine`: the strings' spelling and length were checked already, all at once.
    """
    placement, clock = record.placement, record.clock
    if record.version != VERSION or not record.edits:
        raise CrmError("malformed_record")
    if not 0 <= placement.move_no <= canonical.MAX_INTEGER or not _is_name(placement.bucket):
        raise CrmError("malformed_record")
    for actor, counter in clock.items():
        if not 0 < counter <= canonical.MAX_INTEGER or not _is_name(actor):
            raise CrmError("malformed_record")
    last: Dot | None = None
    for edit in record.edits:
        dot = edit.dot
        is_covered = 0 < dot.counter <= clock.get(dot.actor, 0)
        if not is_covered or (last is not None and not last < dot):
            raise CrmError("malformed_record")
        last = dot
        check_edit(edit, texts_are_fine=texts_are_fine)
    if len(record.edits) > MAX_SIBLINGS:
        carriers = Counter(field for edit in record.edits for field in edit.values)
        for field, count in carriers.items():
            if count > MAX_SIBLINGS:
                raise CrmError("too_many_versions", field=field)


def check_edit(edit: Edit, *, texts_are_fine: bool = False) -> None:
    """Raise a `CrmError` unless the edit's own content is legal."""
    if not 0 < len(edit.values) <= MAX_KEYS or not _is_name(edit.by) or not _is_name(edit.txn.kind):
        raise CrmError("malformed_record")
    if len(edit.txn.id) > MAX_NAME or not (texts_are_fine or canonical.is_canonical_text(edit.txn.id)):
        raise CrmError("malformed_record")
    if not 0 <= edit.at <= MAX_STAMP or not 0 <= (edit.eff or 0) <= MAX_STAMP:
        raise CrmError("malformed_record")
    if not _are_names(tuple(edit.values)):
        raise CrmError("invalid_value", field=next(f for f in edit.values if not f or not _is_name(f))[:40])
    if texts_are_fine and _PLAIN.issuperset(map(type, edit.values.values())):
        return
    for field, value in edit.values.items():
        kind = type(value)
        if (kind is str and texts_are_fine) or kind is bool or value is None:
            continue
        if kind is int and -canonical.MAX_INTEGER <= value <= canonical.MAX_INTEGER:
            continue
        canonical.check(field, value)


_PLAIN: Final = frozenset((str, bool, type(None)))
"""Types of which every value is legal whose text is."""


@lru_cache(maxsize=4096)
def _is_name(text: str) -> bool:  # the same few names stand in every record of a page
    return len(text) <= MAX_NAME and canonical.is_canonical_text(text)


@lru_cache(maxsize=4096)
def _are_names(fields: tuple[str, ...]) -> bool:  # records of one kind mostly carry the same fields
    return all(field and _is_name(field) for field in fields)


def write(
    record: Record | None,
    edit: Edit,
    *,
    placement: Placement,
    seen: Mapping[str, Collection[Dot]] | None = None,
) -> Record:
    """The record after `edit`.

    `seen` names, per field, the dots that the author saw and therefore overwrites; a field it doesn't
    mention overwrites nothing. None means the author saw the present state. `placement` counts only at
    creation.
    """
    if record is None:
        return Record(VERSION, placement, {edit.dot.actor: edit.dot.counter}, (edit,))
    kept = []
    for old in record.edits:
        gone = {f for f in edit.values if f in old.values and (seen is None or old.dot in seen.get(f, ()))}
        if survivor := _without(old, gone):
            kept.append(survivor)
    clock = {**record.clock, edit.dot.actor: max(edit.dot.counter, record.clock.get(edit.dot.actor, 0))}
    return Record(record.version, record.placement, clock, tuple(sorted((*kept, edit), key=_dot)))


def merge(one: Record, other: Record) -> Record:
    """Both copies' knowledge. Commutative, associative, idempotent; never drops what somebody has not seen.

    An edit's field stays if both copies have it, or if the copy that lacks it has not yet seen its dot.
    """
    if one == other:
        return one
    seen_here, seen_there = one.clock, other.clock
    edits: list[Edit] = []
    here, there = one.edits, other.edits
    i = j = 0
    while i < len(here) and j < len(there):  # both are sorted by dot: one walk through the two
        mine, yours = here[i], there[j]
        if mine.dot == yours.dot:
            if (both := _both(mine, yours)).values:
                edits.append(both)
            i, j = i + 1, j + 1
        elif mine.dot < yours.dot:
            edits += _unseen(mine, seen_there)
            i += 1
        else:
            edits += _unseen(yours, seen_here)
            j += 1
    for mine in here[i:]:
        edits += _unseen(mine, seen_there)
    for yours in there[j:]:
        edits += _unseen(yours, seen_here)
    clock = dict(seen_here)
    for actor, counter in seen_there.items():
        if counter > clock.get(actor, 0):
            clock[actor] = counter
    placement = one.placement
    if placement != other.placement:
        placement = max(placement, other.placement, key=lambda p: (p.move_no, p.bucket))
    return Record(max(one.version, other.version), placement, clock, tuple(edits))


def accept(record: Record, eff: Mapping[Dot, int]) -> Record:
    """The record with effective times set on those of its edits that have none yet."""
    edits = tuple(
        msgspec.structs.replace(edit, eff=eff[edit.dot]) if edit.eff is None and edit.dot in eff else edit
        for edit in record.edits
    )
    return msgspec.structs.replace(record, edits=edits)


def bound_clock(record: Record, known: Mapping[str, int]) -> Record:
    """The record with its clock held to `known` counters, but never below its own edits.

    Entries above what the receiver can vouch for are claims of having seen edits that nobody delivered:
    they are taken as unseen, so the result is a sibling, never a loss.
    """
    floor: dict[str, int] = {}
    for edit in record.edits:
        floor[edit.dot.actor] = max(edit.dot.counter, floor.get(edit.dot.actor, 0))
    clock = {
        actor: max(min(counter, known.get(actor, 0)), floor.get(actor, 0))
        for actor, counter in record.clock.items()
    }
    if clock == record.clock:
        return record
    return msgspec.structs.replace(record, clock={a: c for a, c in clock.items() if c})


def lost(before: Record, after: Record) -> dict[Dot, set[str]]:
    """The fields, by edit, that `before` carried and `after` no longer does: what was overwritten."""
    now = {edit.dot: edit.values.keys() for edit in after.edits}
    gone = {edit.dot: edit.values.keys() - now.get(edit.dot, set()) for edit in before.edits}
    return {dot: fields for dot, fields in gone.items() if fields}


def moved(record: Record, placement: Placement) -> Record:
    """The record in another bucket."""
    return msgspec.structs.replace(record, placement=placement)


class Renaming(NamedTuple):
    """How one record's edits are renamed when an actor must be given up; settled edits stay what they are.

    `dots` maps the old names of this record's unsettled edits to new ones, `everywhere` those of all records;
    `settled` gives, per old actor, the highest counter of this record that keeps its name; `by` maps authors.
    """

    dots: Mapping[Dot, Dot]
    settled: Mapping[str, int]
    everywhere: Mapping[Dot, Dot]
    by: Mapping[str, str]


def restamp(record: Record, names: Renaming) -> Record:
    """The record with its unsettled edits under new names."""
    edits = tuple(sorted((restamp_edit(edit, names) for edit in record.edits), key=_dot))
    clock = _renamed_clock(record.clock, names.dots, names.settled)
    return msgspec.structs.replace(record, clock=clock, edits=edits)


def restamp_edit(edit: Edit, names: Renaming) -> Edit:
    """One edit as `restamp` renames it, with what it says its author had seen."""
    if edit.dot not in names.dots:
        return edit
    values = dict(edit.values)
    if seen := _seen_in(values.get("deleted")):
        values["deleted"] = {"seen": _renamed_clock(seen, names.dots, names.settled)}
    if seen := _seen_in(values.get("deleted_below")):
        settled = {actor: _last_kept(actor, count, names.everywhere) for actor, count in seen.items()}
        values["deleted_below"] = {"seen": _renamed_clock(seen, names.everywhere, settled)}
    by = names.by.get(edit.by, edit.by)
    return msgspec.structs.replace(edit, dot=names.dots[edit.dot], by=by, values=values)


def _seen_in(value: object) -> dict[str, int]:
    seen = value.get("seen") if isinstance(value, dict) else None
    return seen if isinstance(seen, dict) else {}


def _last_kept(actor: str, counter: int, renamed: Mapping[Dot, Dot]) -> int:
    """The actor's last counter up to this one that keeps its name."""
    while counter and Dot(actor, counter) in renamed:
        counter -= 1
    return counter


def _renamed_clock(
    clock: Mapping[str, int], dots: Mapping[Dot, Dot], settled: Mapping[str, int]
) -> dict[str, int]:
    renamed = dict(clock)
    for actor in {dot.actor for dot in dots}:
        seen = renamed.pop(actor, 0)
        if kept := min(seen, settled.get(actor, 0)):
            renamed[actor] = kept
        for old, new in dots.items():
            if old.actor == actor and old.counter <= seen:
                renamed[new.actor] = max(renamed.get(new.actor, 0), new.counter)
    return renamed


def without(record: Record, dots: Collection[Dot], settled: Mapping[str, int]) -> Record:
    """The record as if these edits, which no other copy has, had never been made here.

    `settled` gives, per actor of theirs, the highest counter of this record that stays. The result has no
    edits if nothing else was said; what they overwrote does not come back by itself.
    """
    clock = {
        actor: counter for actor, counter in record.clock.items() if actor not in {d.actor for d in dots}
    }
    clock |= {dot.actor: settled[dot.actor] for dot in dots if settled.get(dot.actor)}
    edits = tuple(edit for edit in record.edits if edit.dot not in dots)
    return msgspec.structs.replace(record, clock=clock, edits=edits)


def _dot(edit: Edit) -> Dot:
    return edit.dot


def _without(edit: Edit, fields: set[str]) -> Edit | None:
    if not fields:
        return edit
    values = {field: value for field, value in edit.values.items() if field not in fields}
    return msgspec.structs.replace(edit, values=values) if values else None


def _unseen(edit: Edit, clock: Mapping[str, int]) -> tuple[Edit, ...]:
    actor, counter = edit.dot
    return (edit,) if counter > clock.get(actor, 0) else ()


def _both(mine: Edit, yours: Edit) -> Edit:
    """One edit in two copies: the fields that both still carry, and the effective time if either has it.

    Edits never change, so values agree; only what was overwritten since can differ.
    """
    kept, others = mine.values, yours.values
    eff = mine.eff
    if yours.eff is not None and (eff is None or yours.eff > eff):
        eff = yours.eff
    if kept.keys() != others.keys():
        kept = {field: value for field, value in kept.items() if field in others}
    elif mine.eff == eff:
        return mine
    return Edit(mine.dot, mine.at, mine.by, eff, mine.txn, kept)
