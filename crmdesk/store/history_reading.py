"""Reading the history through a bare connection."""

from __future__ import annotations

import msgspec

from crmdesk.core.record import Edit, RecordKey
from crmdesk.store.reading import Reader

_decoder = msgspec.json.Decoder(Edit)


def edits_of(reader: Reader, key: RecordKey) -> list[Edit]:
    """Every edit of a record that this replica holds, with its effective time."""
    rows = reader.all(
        "SELECT body, eff FROM edit WHERE id = ? AND entity = ? AND part = ?", (key.id, key.entity, key.part)
    )
    return [msgspec.structs.replace(_decoder.decode(body), eff=eff) for body, eff in rows]


def last_transactions(reader: Reader, user: str, limit: int) -> list[str]:
    """A person's latest transactions made on this laptop that were not undos, latest first."""
    found: dict[str, None] = {}
    undone: set[str] = set()
    rows = reader.all(
        "SELECT txn, body FROM edit WHERE by = ? ORDER BY at DESC LIMIT ?", (user, limit * 50 + 200)
    )
    for txn, body in rows:
        if _decoder.decode(body).txn.kind == "undo":
            undone.add(txn)
        elif txn not in undone:
            found.setdefault(txn)
        if len(found) >= limit:
            break
    return list(found)
