"""Making and opening a laptop's local store: projections that fit this program, an actor that fits this file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.text import Readings
from crmdesk.store import generation, leases, projected_tables, settings, tables
from crmdesk.store.database import Database
from crmdesk.store.dialect import File
from crmdesk.store.face import made_for
from crmdesk.store.identity import change_actor
from crmdesk.store.replica import Clock, Replica
from crmdesk.store.settings import Identity


def create_replica(
    path: Path, *, key: bytes | None, clock: Clock, readings: Callable[[], Readings], identity: Identity
) -> Replica:
    """A new local store for one person. A crash before the end leaves no store, rather than half of one."""
    unfinished = path.with_suffix(".unfinished")
    for leftover in path.parent.glob(f"{unfinished.name}*"):
        leftover.unlink()
    database = Database.create(File(unfinished, key), [tables.replica, tables.laptop])
    with database.write() as connection:
        settings.write(connection, {"identity": identity})
        projected_tables.create(connection, REGISTRY)
        Replica(database, clock, readings).note_declared(connection)
    generation.rise(database)
    database.scrub()
    database.close()
    unfinished.replace(path)
    return Replica(Database(File(path, key)), clock, readings)


def open_replica(
    path: Path, *, key: bytes | None, clock: Clock, readings: Callable[[], Readings], place: str
) -> Replica:
    """An existing local store; stale projections are rebuilt.

    A file that was copied here, or put back from a backup, takes a new actor.
    """
    replica = Replica(Database.open(File(path, key)), clock, readings)
    _see_the_time(replica)
    with replica.database.read() as connection:
        identity = settings.identity(connection)
        replica.keep_up(connection)
        is_noted = settings.read(connection, "made_for", str) == made_for(REGISTRY)
    # Tables first: renaming edits projects them, which tables of another version could not take.
    if replica.declared != projected_tables.signature(replica.registry):
        replica.rebuild()
    elif not is_noted:
        _if_there_is_room(replica, replica.note_declared)
    if generation.rise(replica.database) or identity.place != place:
        change_actor(replica, place=place)
    if not _has_company(replica):
        replica.index_all()  # with a company, syncing does it beside the person's work
    return replica


def _see_the_time(replica: Replica) -> None:
    """Each start moves the latest time seen on."""
    _if_there_is_room(replica, lambda connection: leases.see(connection, replica.clock.now_ms()))


def _if_there_is_room(replica: Replica, note: Callable[[Connection], object]) -> None:
    """Write what can be written at the next start too; a full disk keeps nobody from reading."""
    try:
        with replica.database.write() as connection:
            note(connection)
    except CrmError as error:
        if error.code not in ("disk_full", "database_busy"):
            raise


def _has_company(replica: Replica) -> bool:
    with replica.database.read() as connection:
        return settings.read(connection, "server", settings.Server) is not None
