"""Taking refused edits out of a record again, so that it equals the server's; the history keeps them."""

from __future__ import annotations

from sqlalchemy import Connection

from crmdesk.core.record import Dot, RecordKey
from crmdesk.store import outbox, projection, records, settings, unsent
from crmdesk.store.projection import Projected
from crmdesk.store.records import LEFT
from crmdesk.store.replica import Replica, Touched


def discard(replica: Replica, connection: Connection, key: RecordKey) -> Touched:
    """Take out what the server refused of a record; what it replaced comes back.

    A record that was never anywhere else goes, and so does one that had left this person's sight. What only waits
    to be sent is not touched, and keeps the record's refused edits from being taken out beneath it.
    """
    waiting = [e for e in outbox.of_record(connection, key.id) if e.key == key]
    refused = [e.counter for e in waiting if e.verdict is not None]
    if not refused or len(refused) != len(waiting):
        return Touched()
    outbox.settle(connection, refused)
    stored = records.load(connection, [key]).get(key)
    if stored is None:
        return Touched()
    actor = settings.identity(connection).actor
    settled = unsent.without(connection, key, stored.record, [Dot(actor, counter) for counter in refused])
    if stored.seq == LEFT:
        return replica.leave(connection, [stored])
    if settled is None:
        projection.forget(connection, [stored])
        records.remove(connection, [stored.n])
        return Touched(frozenset((key,)))
    records.update(connection, [records.row(key, stored.root, stored.seq, settled, stored.n)])
    row = Projected(stored.n, key, stored.root, settled, False)
    projection.project(connection, replica.basis, [row])
    return Touched(frozenset((key,)))
