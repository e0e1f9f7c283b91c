"""A customer as it was at the end of an earlier day: the same pages over a profile that lasts as long as somebody looks.

Every table is a projection of records, so records as they stood make the pages as they were. People, teams, tags and fields are
called as they are called today.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

from crmdesk.core import aliases
from crmdesk.core.aliases import Pointer
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

if TYPE_CHECKING:
    from crmdesk.store.blobs import Blobs

_KEY_BYTES: Final = 32
_HALF_DAY_MS: Final = 43_200_000
_BATCH: Final = 500
_MOST_BYTES: Final = 64 << 20
"""Of the contents of attachments so much is brought along: what is looked at lies in memory."""
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
    family = [customer, *_ever_part_of(reader, customer)]
    instants = {
        row[0]
        for row in reader.all(
            "SELECT DISTINCT coalesce(e.eff, e.at) FROM edit e JOIN record r ON r.id = e.id AND r.entity = e.entity "
            "AND r.part = e.part WHERE r.root IN (SELECT value FROM json_each(?))",
            (json.dumps(family),),
        )
    }
    for _, record in _below(reader, family):
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
        then = list(_then(reader, customer, until))
        arrivals = [Arrival(key, encode(record), 1) for key, record in then]
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
    _bring_contents(workspace.replica.blobs, replica.blobs, [record for _, record in then], until)
    with replica.database.write() as connection:
        seeing = SeeingAs(identity.user, identity.user_name, identity.user, day.isoformat())
        settings.write(connection, {"seeing_as": seeing})
    return Look(
        Workspace(profile, key, Reader(profile.database, key), clock, replica), shelter, identity.user_name
    )


def _bring_contents(ours: Blobs, theirs: Blobs, records: Sequence[Record], now_ms: int) -> None:
    """The contents of the attachments among some records that are here, small pictures first, as far as there is room."""
    held, room = ours.held(), _MOST_BYTES
    for field in ("thumbnail", "sha256"):
        named = {e.values[field] for record in records for e in record.edits if field in e.values}
        for sha256 in sorted(name for name in named if isinstance(name, str)):
            here = held.get(sha256)
            if here is not None and here.is_whole and here.size <= room:
                theirs.put(ours.read(sha256) or b"", now_ms, is_thumbnail=here.is_thumbnail)
                room -= here.size


def _then(reader: Reader, customer: str, until_ms: int) -> Iterator[tuple[RecordKey, Record]]:
    """What names things, as it is; then the customer and what hangs below it as it was, each after its home."""
    for entity, record, part, state in reader.all(
        f"SELECT entity, id, part, state FROM record WHERE entity IN ({_UNCHANGED}) AND coalesce(seq, 0) <> -1"
    ):
        yield RecordKey(entity, record, part), decode(state)
    then = {
        one: found
        for one, record in _customers(reader, [customer, *_ever_part_of(reader, customer)]).items()
        if (found := as_of(record, edits_of(reader, RecordKey("customer", one)), until_ms)) is not None
    }
    if customer not in then:
        return
    home = then[customer].placement
    for key, record in _below(reader, [customer, *_parts_of(customer, then)]):
        found = as_of(record, edits_of(reader, key), until_ms)
        if found is not None and key.part == MAIN:
            found = msgspec.structs.replace(found, placement=home)  # who was read as one stood in one book
        if found is not None:
            yield key, found


def _parts_of(customer: str, then: Mapping[str, Record]) -> list[str]:
    """Which of these customers were read as part of one, by where they pointed."""
    pointers = {
        one: Pointer(way.target, "") for one, record in then.items() if (way := aliases.pointer(record))
    }
    read_as = aliases.resolve(pointers, dict.fromkeys(then, ""))
    return [one for one, whose in read_as.items() if whose == customer]


def _ever_part_of(reader: Reader, customer: str) -> list[str]:
    """The customers in its book that ever were merged into this one, directly or through others."""
    rows = reader.all(
        "SELECT id FROM record WHERE entity = 'customer' AND part = 'main' AND id <> ?1 AND coalesce(seq, 0) <> -1 "
        "AND bucket = (SELECT bucket FROM record WHERE entity = 'customer' AND part = 'main' AND id = ?1) "
        "AND instr(state, CAST('\"merged_into\"' AS BLOB)) > 0",
        (customer,),
    )
    into = {
        one: {edit.values.get(aliases.INTO) for edit in edits_of(reader, RecordKey("customer", one))}
        for (one,) in rows
    }
    found: list[str] = []
    ahead = [customer]
    while ahead:
        target = ahead.pop()
        new = [one for one, ways in into.items() if target in ways and one not in found]
        found += new
        ahead += new
    return found


def _customers(reader: Reader, ids: Sequence[str]) -> dict[str, Record]:
    rows = reader.all(
        "SELECT id, state FROM record WHERE entity = 'customer' AND part = 'main' AND coalesce(seq, 0) <> -1 "
        "AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {one: decode(state) for one, state in rows}


def _below(reader: Reader, customers: Sequence[str]) -> list[tuple[RecordKey, Record]]:
    rows = reader.all(
        "SELECT entity, id, part, state FROM record WHERE root IN (SELECT value FROM json_each(?)) "
        "AND coalesce(seq, 0) <> -1",
        (json.dumps(list(customers)),),
    )
    found = [(RecordKey(entity, record, part or MAIN), decode(state)) for entity, record, part, state in rows]
    return sorted(found, key=lambda one: (one[0].entity != "customer", one[0].entity == "review", one[0].id))
