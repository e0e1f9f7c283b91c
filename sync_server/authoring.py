"""Records that the server itself writes: users and teams, so that every laptop shows their names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from crmdesk.core.clock import stamp
from crmdesk.core.ids import uuid7
from crmdesk.core.record import Dot, Edit, Placement, RecordKey, Txn, write
from crmdesk.core.values import Value
from crmdesk.store import records
from sync_server.clock import Moment
from sync_server.storage import actors, buckets
from sync_server.storage.people import Company


def new_id(now: Moment) -> str:
    """A fresh record id."""
    return uuid7(now.ms, now.random(10))


def write_record(
    connection: Connection, company: Company, key: RecordKey, values: Mapping[str, Value], now: Moment
) -> None:
    """Write a record of the company's settings as the server's own actor."""
    actor = actors.find(connection, company.actor)
    assert actor is not None, "made with the company"
    counter = actor.counter + 1
    at = stamp(now.ms)
    edit = Edit(Dot(actor.id, counter), at, company.server_id, at, Txn(new_id(now), "form"), dict(values))
    stored = records.load(connection, [key]).get(key)
    placement = Placement(0, company.config)
    record = write(stored.record if stored else None, edit, placement=placement)
    seq = buckets.advance(connection, company.config, now).seq
    row = records.agreed(records.row(key, key.id, seq, record, stored.n if stored else None))
    if stored:
        records.update(connection, [row])
    else:
        records.insert(connection, [row])
    records.add_history(connection, [(key, edit)])
    actors.save(connection, actor._replace(counter=counter))
