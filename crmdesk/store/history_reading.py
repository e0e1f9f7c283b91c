"""Reading the history through a bare connection."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from crmdesk.core.record import Dot, Edit, RecordKey
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity

_decoder = msgspec.json.Decoder(Edit)


def edits_of(reader: Reader, key: RecordKey) -> list[Edit]:
    """Every edit of a record that this replica holds, with its effective time."""
    rows = reader.all(
        "SELECT body, eff FROM edit WHERE id = ? AND entity = ? AND part = ?", (key.id, key.entity, key.part)
    )
    return [msgspec.structs.replace(_decoder.decode(body), eff=eff) for body, eff in rows]


def unsent_of(reader: Reader, key: RecordKey) -> set[Dot]:
    """The edits of a record that the server has not accepted."""
    identity = reader.setting("identity", Identity)
    rows = reader.all(
        "SELECT counter FROM outbox WHERE id = ? AND entity = ? AND part = ?", (key.id, key.entity, key.part)
    )
    return {Dot(identity.actor, counter) for (counter,) in rows} if identity else set()


def transactions_of(reader: Reader, actor: str, limit: int) -> Iterator[str]:
    """An actor's transactions that were not undos, latest first; each costs one look into an index."""
    before = 2**63 - 1
    while limit > 0 and (
        row := reader.one(
            "SELECT counter, txn, body FROM edit WHERE actor = ? AND counter < ? ORDER BY counter DESC LIMIT 1",
            (actor, before),
        )
    ):
        _, txn, body = row
        before = reader.value("SELECT min(counter) FROM edit WHERE txn = ? AND actor = ?", (txn, actor))
        if _decoder.decode(body).txn.kind != "undo":
            limit -= 1
            yield str(txn)
