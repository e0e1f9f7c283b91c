"""Reading a push: bytes to items, before any lock is taken. One bad record never spoils the batch."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.ids import is_id
from crmdesk.core.record import Dot, Edit, RecordKey, check_edit, decode_foreign
from crmdesk.core.wire import BATCH_RECORDS, LogEdit, Push
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
    items = {key: Item(key) for key in (RecordKey(r.entity, r.id, r.part) for r in push.records)}
    counters = [entry.counter for entry in push.log]
    if len(items) != len(push.records) or counters != sorted(set(counters)):
        raise CrmError("malformed_body")
    for entry in push.log:
        _read_edit(items, push.actor, entry)
    for record in push.records:
        _read_state(items[RecordKey(record.entity, record.id, record.part)], bytes(record.state))
    return Batch(push.batch, push.actor, push.chain, items, counters)


def _read_edit(items: dict[RecordKey, Item], actor: str, entry: LogEdit) -> None:
    item = items.get(RecordKey(entry.entity, entry.id, entry.part))
    if item is None or entry.counter < 1:
        raise CrmError("malformed_body")
    content = bytes(entry.edit)
    item.bodies[entry.counter] = content
    try:
        item.log.append(_edit(content, Dot(actor, entry.counter)))
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


def _read_state(item: Item, state: bytes) -> None:
    if not is_id(item.key.id):
        item.refusal = item.refusal or CrmError("malformed_record")
        return
    try:
        item.record = decode_foreign(state)
    except CrmError as error:
        item.refusal = item.refusal or error
