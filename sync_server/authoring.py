"""Records that the server itself writes: people, teams, books, what became of requests, late work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from crmdesk.core.clock import stamp
from crmdesk.core.ids import uuid7
from crmdesk.core.record import Dot, Edit, Placement, RecordKey, Txn, write
from crmdesk.core.values import Value
from crmdesk.store import records
from sync_server import audit, salts
from sync_server.clock import Moment
from sync_server.storage import actors, buckets, people
from sync_server.storage.actors import Actor
from sync_server.storage.people import Company


class Place(NamedTuple):
    """Where a new record goes, and the root it hangs under."""

    bucket: str
    root: str


def new_id(now: Moment) -> str:
    """A fresh record id."""
    return uuid7(now.ms, now.random(10))


def take_actor(connection: Connection, now: Moment) -> None:
    """Number the server's own edits anew, before anything is written by a process that just started.

    The database may have been put back from a backup meanwhile, and no laptop has said so yet: the old actor may
    have counted further than this copy of it knows.
    """
    people.lock_company(connection)
    company = people.load_company(connection)
    people.change_actor(connection, new_actor(connection, company, now))


def new_actor(connection: Connection, company: Company, now: Moment) -> str:
    """A fresh actor of the server's own."""
    name = salts.own_actor(company.secret, now.random(salts.RANDOM_BYTES))
    actors.save(connection, Actor(name, None, 0, "", "", b""))
    return name


def write_record(
    connection: Connection,
    company: Company,
    key: RecordKey,
    values: Mapping[str, Value],
    now: Moment,
    place: Place | None = None,
) -> None:
    """Write a record as the server's own actor, in a commit of its own.

    One that exists stays where it is; a new one goes to `place`, or to the company's settings.
    """
    stored = records.load(connection, [key]).get(key)
    if stored is not None:
        place = Place(stored.record.placement.bucket, stored.root)
    elif place is None:
        place = Place(company.config, key.id)
    # The bucket's row first, then the actor's: whoever writes as the server waits in one order.
    seq = buckets.advance(connection, place.bucket, now).seq
    dot = Dot(company.actor, actors.count_on(connection, company.actor))
    at = stamp(now.ms)
    edit = Edit(dot, at, company.server_id, at, Txn(new_id(now), "form"), dict(values))
    record = write(stored.record if stored else None, edit, placement=Placement(0, place.bucket))
    row = records.agreed(records.row(key, place.root, seq, record, stored.n if stored else None))
    if stored:
        records.update(connection, [row])
    else:
        records.insert(connection, [row])
    records.add_history(connection, [(key, edit)])
    told = {"entity": key.entity, "id": key.id, "fields": sorted(values)}
    edits = audit.Edits(seq, company.actor, {dot.counter: records.body(edit)})
    audit.note_edits(connection, place.bucket, audit.SERVER, (company.server_id, ""), edits, now, **told)
