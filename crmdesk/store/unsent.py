"""What the server's copy of a record is while edits of it are unsent here: those edits taken away again."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
from sqlalchemy import Connection

from crmdesk.core import record as kernel
from crmdesk.core.record import Dot, Edit, Record, RecordKey
from crmdesk.store import dialect, records, settings
from crmdesk.store.records import Row, chunks


def of(connection: Connection, keys: Iterable[RecordKey]) -> dict[RecordKey, set[Dot]]:
    """The unsent edits of these records; records without any are left out."""
    wanted = set(keys)
    actor = settings.identity(connection).actor
    found: dict[RecordKey, set[Dot]] = {}
    for ids in chunks({key.id for key in wanted}):
        marks = ",".join("?" * len(ids))
        query = f"SELECT counter, entity, id, part FROM outbox WHERE id IN ({marks})"
        for counter, *key in dialect.run(connection, query, tuple(ids)):
            found.setdefault(RecordKey(*key), set()).add(Dot(actor, counter))
    return {key: dots for key, dots in found.items() if key in wanted}


def proofs(
    connection: Connection, edits: Iterable[tuple[RecordKey, bytes]], *, but_of: str = ""
) -> dict[RecordKey, list[int]]:
    """What shows that this laptop was handed the values that unsent edits (bytes) overwrite: `core.record.proof` of each.

    Of every value that a field they write ever lost here, as any of them may be the one that still stands on the server,
    but none that the actor `but_of` wrote. Those of the latest edits come last.
    """
    unsent: dict[RecordKey, list[bytes]] = {}
    for key, content in edits:
        unsent.setdefault(key, []).append(content)
    written: dict[RecordKey, set[str]] = {}  # read for those alone to whom somebody else has written
    found: dict[RecordKey, list[int]] = {}
    for ids in chunks({key.id for key in unsent}):
        for key, edit in records.past_of(connection, ids, but_of=but_of):
            if key not in written:
                written[key] = {
                    f for content in unsent.get(key, ()) for f in records.decode_edit(content).values
                }
            fields = sorted(written[key] & edit.values.keys())
            found.setdefault(key, []).extend(kernel.proof(edit, field) for field in fields)
    return {key: shown for key, shown in found.items() if shown}


def agreed(connection: Connection, row: Row, dots: Collection[Dot]) -> Row:
    """The row with the digest of what the server holds of it; `dots` are its unsent edits."""
    settled = without(connection, row.key, row.record, dots)
    return row._replace(digest=kernel.digest(row.key, kernel.encode(settled)) if settled else 0)


def without(connection: Connection, key: RecordKey, record: Record, dots: Collection[Dot]) -> Record | None:
    """The record as it would be had nobody made these edits; None if nothing would be left.

    What they overwrote comes back from the history, as undo would bring it.
    """
    kept = {edit.dot: edit for edit in record.edits if edit.dot not in dots}
    for dot, values in _overwritten_by(connection, key, dots).items():
        edit = kept.get(dot)
        if edit is not None:
            kept[dot] = msgspec.structs.replace(edit, values={**edit.values, **values})
        elif (past := _past(connection, dot)) is not None:
            kept[dot] = msgspec.structs.replace(past, values=values)
    if not kept:
        return None
    bare = kernel.without(record, dots, settled_counters(connection, key, dots, kept))
    return msgspec.structs.replace(bare, edits=tuple(kept[dot] for dot in sorted(kept)))


def _overwritten_by(
    connection: Connection, key: RecordKey, dots: Collection[Dot]
) -> dict[Dot, dict[str, object]]:
    """The values that these edits replaced, by the edit that had said them; not what they replaced of each other."""
    found: dict[Dot, dict[str, object]] = {}
    for dot in sorted(dots):
        rows = dialect.run(
            connection,
            "SELECT o.field, o.actor, o.counter FROM overwrote o JOIN edit e ON e.txn = o.txn"
            " WHERE e.actor = ? AND e.counter = ? AND o.entity = ? AND o.id = ? AND o.part = ?",
            (*dot, *key),
        ).fetchall()
        for field, actor, counter in rows:
            past = _past(connection, Dot(actor, counter)) if Dot(actor, counter) not in dots else None
            if past is not None and field in past.values:
                found.setdefault(past.dot, {})[field] = past.values[field]
    return found


def _past(connection: Connection, dot: Dot) -> Edit | None:
    entry = records.by_counter(connection, dot.actor, [dot.counter]).get(dot.counter)
    return entry[1] if entry else None


def settled_counters(
    connection: Connection, key: RecordKey, dots: Collection[Dot], kept: Iterable[Dot]
) -> dict[str, int]:
    """The highest counter of this record that each of these edits' actors has beside them."""
    past = (edit.dot for k, edit in records.history(connection, key.id) if k == key)
    others = [dot for dot in (*past, *kept) if dot not in dots]
    return {
        actor: max((dot.counter for dot in others if dot.actor == actor), default=0)
        for actor in {dot.actor for dot in dots}
    }
