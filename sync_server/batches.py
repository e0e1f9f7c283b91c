"""Reading a push: bytes to items, before any lock is taken. One bad record never spoils the batch."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.ids import is_id
from crmdesk.core.record import Dot, Edit, RecordKey, check_edit, decode_foreign
from crmdesk.core.wire import BATCH_RECORDS, Push
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
    items: dict[RecordKey, Item]
    counters: list[int]


def read(content: bytes) -> Batch:
    """A push from its body. Raises `malformed_body`, `not_canonical` or `body_too_large`."""
    try:
        push = _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CrmError("malformed_body") from error
    if msgspec.json.encode(push) != content:
        raise CrmError("not_canonical")  # duplicate keys, for instance, of which a parser keeps one silently
    if len(push.records) > BATCH_RECORDS or len(push.log) > MAX_LOG:
        raise CrmError("body_too_large")
    if not (is_id(push.actor) and is_id(push.batch)):
        raise CrmError("malformed_body")
    items = {
        key: Item(key, bytes(r.state)) for r in push.records for key in (RecordKey(r.entity, r.id, r.part),)
    }
    counters = [entry.counter for entry in push.log]
    if len(items) != len(push.records) or counters != sorted(set(counters)):
        raise CrmError("malformed_body")
    for item in items.values():
        _read_state(item)
    for entry in push.log:
        found = items.get(RecordKey(entry.entity, entry.id, entry.part))
        if found is None or entry.counter < 1:
            raise CrmError("malformed_body")
        _read_edit(found, Dot(push.actor, entry.counter), bytes(entry.edit))
    return Batch(push.batch, push.actor, push.chain, items, counters)


def _read_edit(item: Item, dot: Dot, content: bytes) -> None:
    item.bodies[dot.counter] = content
    if item.record and len(item.record.edits) == 1:
        (edit,) = item.record.edits
        if edit.dot == dot and edit.eff is None and item.state.endswith(b",[%b]]" % content):
            item.log.append(edit)  # most new records: the state is this edit, already checked
            return
    try:
        item.log.append(_edit(content, dot))
    except CrmError as error:
        item.refusal = item.refusal or error


def _edit(content: bytes, dot: Dot) -> Edit:
    try:
        edit = _edit_decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CrmError("malformed_record") from error
    check_edit(edit)
    if body(edit) != content:
        raise CrmError("not_canonical")
    if edit.dot != dot:
        raise CrmError("malformed_record")
    return edit


def _read_state(item: Item) -> None:
    if not is_id(item.key.id):
        item.refusal = item.refusal or CrmError("malformed_record")
        return
    try:
        item.record = decode_foreign(item.state)
    except CrmError as error:
        item.refusal = item.refusal or error
