"""Reading a push: bytes to items, before any lock is taken. One bad record never spoils the batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.ids import is_id
from crmdesk.core.record import (
    Dot,
    Edit,
    Record,
    RecordKey,
    Renaming,
    check_edit,
    decode_foreign_all,
    restamp,
    restamp_edit,
)
from crmdesk.core.record import encode as state_of
from crmdesk.core.values import NOT_JSON, encode
from crmdesk.core.wire import BATCH_RECORDS, Push, PushRecord
from crmdesk.store.records import body
from sync_server.verdict import Item

MAX_LOG: Final = 20 * BATCH_RECORDS
_decoder: Final = msgspec.json.Decoder(Push)
_edit_decoder: Final = msgspec.json.Decoder(Edit)


class Batch(NamedTuple):
    """A push as read: its items in the order pushed, the counters of its log, rising."""

    batch: str
    actor: str
    chain: str | None
    items: dict[tuple[str, str, str], Item]
    counters: list[int]


def read(content: bytes, *, is_bounded: bool = True) -> Batch:
    """A push from its body; one that is not bounded may hold everything that was unsent. Raises `malformed_body`, `not_canonical` or `body_too_large`."""
    try:
        push = _decoder.decode(content)
    except NOT_JSON as error:
        raise CrmError("malformed_body") from error
    if msgspec.json.encode(push) != content:
        raise CrmError("not_canonical")  # duplicate keys, for instance, of which a parser keeps one silently
    if is_bounded and (len(push.records) > BATCH_RECORDS or len(push.log) > MAX_LOG):
        raise CrmError("body_too_large")
    if not (is_id(push.actor) and is_id(push.batch)):
        raise CrmError("malformed_body")
    states = [bytes(record.state) for record in push.records]
    items = {
        (record.entity, record.id, record.part): _item(record, state, read)
        for record, state, read in zip(push.records, states, decode_foreign_all(states), strict=True)
    }
    counters = [entry.counter for entry in push.log]
    if len(items) != len(push.records) or counters != sorted(set(counters)):
        raise CrmError("malformed_body")
    if any("\0" in name for key in items for name in key):
        raise CrmError("malformed_body")  # some databases can't even be asked for it
    for one in push.proofs:
        overwriting = items.get((one.entity, one.id, one.part))
        if overwriting is None or overwriting.proofs:
            raise CrmError("malformed_body")
        overwriting.proofs = frozenset(one.proofs)
    for entry in push.log:
        found = items.get((entry.entity, entry.id, entry.part))
        if found is None or entry.counter < 1:
            raise CrmError("malformed_body")
        _read_edit(found, push.actor, entry.counter, bytes(entry.edit))
    return Batch(push.batch, push.actor, push.chain, items, counters)


def renamed(batch: Batch, actor: str, known: Collection[int]) -> Batch:
    """The batch as another actor would say it, under the same numbers, without those that are `known` already.

    What of the old actor a record had seen beside them can't be told: it counts as not seen, so nothing is overwritten.
    """
    dots = {Dot(batch.actor, n): Dot(actor, n) for n in batch.counters if n not in known}
    items = {
        name: _renamed(item, batch.actor, dots)
        for name, item in batch.items.items()
        if any(Dot(batch.actor, n) in dots for n in item.bodies)
    }
    return Batch(batch.batch, actor, None, items, [dot.counter for dot in dots])


def _renamed(item: Item, actor: str, everywhere: Mapping[Dot, Dot]) -> Item:
    own = {dot: everywhere[dot] for n in item.bodies if (dot := Dot(actor, n)) in everywhere}
    fresh = Item(item.key, item.state, refusal=item.refusal, proofs=item.proofs)
    fresh.bodies = {dot.counter: item.bodies[dot.counter] for dot in own}
    if item.record is None:
        return fresh
    standing = {edit.dot.counter for edit in item.record.edits if edit.dot.actor == actor}
    kept = max((n for n in {*standing, *item.bodies} if Dot(actor, n) not in own), default=0)
    names = Renaming(own, {actor: kept}, everywhere, {})
    fresh.record = restamp(item.record, names)
    fresh.state = state_of(fresh.record)
    fresh.log = [restamp_edit(edit, names) for edit in item.log if edit.dot in own]
    fresh.bodies |= {edit.dot.counter: body(edit) for edit in fresh.log}
    return fresh


def _item(record: PushRecord, state: bytes, read: Record | CrmError) -> Item:
    item = Item(RecordKey(record.entity, record.id, record.part), state)
    if not is_id(record.id):
        item.refusal = CrmError("malformed_record")
    elif isinstance(read, CrmError):
        item.refusal = read
    else:
        item.record = read
    return item


def _read_edit(item: Item, actor: str, counter: int, content: bytes) -> None:
    item.bodies[counter] = content
    if (edit := _as_it_stands(item, actor, counter, content)) is not None:
        item.log.append(edit)
        return
    try:
        item.log.append(_edit(content, Dot(actor, counter)))
    except CrmError as error:
        item.refusal = item.refusal or error


def _as_it_stands(item: Item, actor: str, counter: int, content: bytes) -> Edit | None:
    """The edit in the record's own state, already checked, where it still says all that it did: mostly it does."""
    if item.record is None:
        return None
    edits = item.record.edits
    for edit in edits:
        if edit.dot == (actor, counter) and edit.eff is None:
            is_whole = (
                item.state.endswith(b",[%b]]" % content) if len(edits) == 1 else encode(edit) == content
            )
            return edit if is_whole else None
    return None


def _edit(content: bytes, dot: Dot) -> Edit:
    try:
        edit = _edit_decoder.decode(content)
    except NOT_JSON as error:
        raise CrmError("malformed_record") from error
    check_edit(edit)
    if body(edit) != content:
        raise CrmError("not_canonical")
    if edit.dot != dot:
        raise CrmError("malformed_record")
    return edit
