"""A customer as it was at the end of an earlier day: the same pages over a profile that lasts as long as somebody looks.

Every table is a projection of records, so records as they stood make the pages as they were. People, teams, tags and fields are
called as they are called today.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Final

from crmdesk.core.clock import milliseconds
from crmdesk.core.dates import day_of, noon_of
from crmdesk.core.errors import CrmError
from crmdesk.core.past import as_of
from crmdesk.core.record import MAIN, Record, RecordKey, decode, encode
from crmdesk.store import settings
from crmdesk.store.history_reading import edits_of
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity, SeeingAs
from crmdesk.system import shelters
from crmdesk.system.paths import Profile
from crmdesk.usecases.directory import ENTITIES
from crmdesk.usecases.seeing import Look
from crmdesk.usecases.workspace import Workspace, readings

_KEY_BYTES: Final = 32
_HALF_DAY_MS: Final = 43_200_000
_BATCH: Final = 500
_UNCHANGED: Final = ", ".join(f"'{name}'" for name in sorted({*ENTITIES} - {"delegation"}))


@dataclass(frozen=True, slots=True)
class _StoppedClock:
    """It is always the end of that day."""

    ms: int

    def now_ms(self) -> int:
        return self.ms

    def monotonic_ms(self) -> int:
        return self.ms

    def random(self, size: int) -> bytes:
        return secrets.token_bytes(size)


def days_of_change(reader: Reader, customer: str) -> list[date]:
    """The company's days on which anything of a customer was written, as far as this laptop knows; the latest first."""
    instants = {
        row[0]
        for row in reader.all(
            "SELECT DISTINCT coalesce(e.eff, e.at) FROM edit e JOIN record r ON r.id = e.id AND r.entity = e.entity "
            "AND r.part = e.part WHERE r.root = ?",
            (customer,),
        )
    }
    for _, record in _below(reader, customer):
        instants |= {edit.order()[0] for edit in record.edits}
    return sorted({day_of(milliseconds(stamp)) for stamp in instants}, reverse=True)


def look_back(workspace: Workspace, customer: str, day: date) -> Look:
    """What is known of a customer at the end of a day, to be read and not written; the caller destroys it.

    Raises `not_found` where it was not there yet, and `database_unwritable`.
    """
    from crmdesk.store.delivery import Arrival
    from crmdesk.store.opening import create_replica

    until = (noon_of(day.isoformat()) or 0) + _HALF_DAY_MS - 1
    with closing(workspace.another_reader()) as reader:
        identity = reader.setting("identity", Identity)
        assert identity is not None, "a workspace has an identity"
        arrivals = [Arrival(key, encode(record), 1) for key, record in _then(reader, customer, until)]
    if not any(one.key == RecordKey("customer", customer) for one in arrivals):
        raise CrmError("not_found")
    try:
        shelter = shelters.build()
    except OSError as error:
        raise CrmError("database_unwritable", path="") from error
    profile, key, clock = Profile(shelter.folder), secrets.token_bytes(_KEY_BYTES), _StoppedClock(until)
    replica = create_replica(profile.database, key=key, clock=clock, readings=readings, identity=identity)
    replica.settle_at(profile.place())
    for start in range(0, len(arrivals), _BATCH):
        with replica.database.write() as connection:
            replica.take_in(connection, arrivals[start : start + _BATCH])
    with replica.database.write() as connection:
        seeing = SeeingAs(identity.user, identity.user_name, identity.user, day.isoformat())
        settings.write(connection, {"seeing_as": seeing})
    return Look(
        Workspace(profile, key, Reader(profile.database, key), clock, replica), shelter, identity.user_name
    )


def _then(reader: Reader, customer: str, until_ms: int) -> Iterator[tuple[RecordKey, Record]]:
    """What names things, as it is; then the customer and what hangs below it as it was, each after its home."""
    for entity, record, part, state in reader.all(
        f"SELECT entity, id, part, state FROM record WHERE entity IN ({_UNCHANGED}) AND coalesce(seq, 0) <> -1"
    ):
        yield RecordKey(entity, record, part), decode(state)
    for key, record in _below(reader, customer):
        found = as_of(record, edits_of(reader, key), until_ms)
        if found is not None:
            yield key, found


def _below(reader: Reader, customer: str) -> list[tuple[RecordKey, Record]]:
    rows = reader.all(
        "SELECT entity, id, part, state FROM record WHERE root = ? AND coalesce(seq, 0) <> -1", (customer,)
    )
    found = [(RecordKey(entity, record, part or MAIN), decode(state)) for entity, record, part, state in rows]
    return sorted(found, key=lambda one: (one[0].entity != "customer", one[0].entity == "review", one[0].id))
