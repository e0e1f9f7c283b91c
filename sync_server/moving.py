"""Records crossing from bucket to bucket: a customer with all below it, and children that find their home.

Every crossing raises the record's move number, is a LEAVE where it was and an ENTER where it goes. `held` are the
buckets that the transaction has locked; what turns out to need another one was moved just before the locks were
there, and raises `server_busy`: whoever asked starts again. None: the transaction is alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.parts import PARTS, part_bucket
from crmdesk.core.record import MAIN, Placement, RecordKey, moved
from crmdesk.core.wire import PAGE_RECORDS, Kind
from crmdesk.store import dialect, records
from crmdesk.store.records import Stored
from sync_server import policy
from sync_server.clock import Moment
from sync_server.storage import buckets, merged, people
from sync_server.storage.buckets import Movement
from sync_server.storage.people import Company

CHUNK: Final = PAGE_RECORDS // 2
"""Records per commit of a move: a page must hold a commit whole, and a LEAVE beside it."""


class Crossing(NamedTuple):
    """One record on its way: the bucket it goes to and the root it hangs under from then on."""

    stored: Stored
    bucket: str
    root: str


def below(company: Company, bucket: str, part: str = MAIN) -> str:
    """Where records of a part are kept that hang under a customer in `bucket`: in the pool all of them apart from it."""
    if bucket in (company.pool, company.pool_details):
        return company.pool_details
    return part_bucket(bucket, part)


def all_below(company: Company, bucket: str) -> set[str]:
    """Where anything is kept that hangs under a customer in `bucket`."""
    return {below(company, bucket, part) for part in PARTS}


def family(connection: Connection, company: Company, customer: Stored) -> list[Stored]:
    """A customer and all that is kept with it, the customer first; with it those that were merged into it, and theirs.

    What others wrote under its id without seeing it waits in their own books, and is not of the family.
    """
    place = customer.record.placement.bucket
    kept = {place, *all_below(company, place)}
    roots = [customer.key.id, *merged.into(connection, customer.key.id, place)]
    found = [s for s in records.under_roots(connection, roots) if s.record.placement.bucket in kept]
    return sorted(found, key=lambda s: (s.key != customer.key, s.n))


def waiting_below(connection: Connection, stand: Mapping[RecordKey, tuple[str, str]]) -> set[str]:
    """Where children are that wait for these customers, for what was merged into them, or for anything below.

    `stand` says of each its root and bucket.
    """
    roots = {key.id for key in stand}
    for key, (_, place) in stand.items():
        roots.update(merged.into(connection, key.id, place))
    return buckets.waiting_below(connection, roots)


def hold(connection: Connection, company: Company, places: Iterable[str]) -> set[str] | None:
    """Lock all buckets that a transaction will move records between, and what is kept apart below them."""
    if not dialect.is_shared(connection):
        return None
    found = set(places)
    for place in list(found):
        found |= all_below(company, place)
    buckets.lock(connection, found)
    return found


def _check_held(held: Collection[str] | None, needed: set[str]) -> None:
    if held is not None and not needed <= set(held):
        raise CrmError("server_busy")


def move(connection: Connection, customer: Stored, to: str, now: Moment, held: Collection[str] | None) -> int:
    """Move a customer and all below it, in commits that a page can hold; returns how many records moved."""
    company = people.load_company(connection)
    place = customer.record.placement.bucket
    _check_held(held, {place, to, *all_below(company, place), *all_below(company, to)})
    again = records.load(connection, [customer.key])[customer.key]
    if again.record.placement.bucket != place:
        raise CrmError("server_busy")
    moving = family(connection, company, again)
    crossings = [
        Crossing(
            s, to if s.key.entity == "customer" else below(company, to, REGISTRY.part(s.key.entity)), s.root
        )
        for s in moving
    ]
    crossings = [c for c in crossings if c.stored.record.placement.bucket != c.bucket]
    for start in range(0, len(crossings), CHUNK):
        cross(connection, crossings[start : start + CHUNK], now)
    reunite(
        connection, [s.key for s in moving], now, held
    )  # a review waits for a visit, not for its customer
    return len(crossings)


def cross(connection: Connection, crossings: Sequence[Crossing], now: Moment) -> None:
    """One commit in each bucket that is left or entered."""
    places = {c.bucket for c in crossings} | {c.stored.record.placement.bucket for c in crossings}
    seqs = {place: buckets.advance(connection, place, now).seq for place in sorted(places)}
    movements: list[Movement] = []
    rows = []
    for stored, bucket, root in crossings:
        old = stored.record.placement
        placement = Placement(old.move_no + 1, bucket)
        row = records.row(stored.key, root, seqs[bucket], moved(stored.record, placement), stored.n)
        rows.append(records.agreed(row))
        ends: tuple[tuple[str, Kind], ...] = ((old.bucket, "LEAVE"), (bucket, "ENTER"))
        movements += [
            Movement(
                place,
                stored.key,
                kind,
                placement.move_no,
                seqs[place],
                seqs[place] if kind == "ENTER" else None,
            )
            for place, kind in ends
        ]
    records.update(connection, rows)
    buckets.note_movements(connection, movements)


def reunite(
    connection: Connection, homes: Iterable[RecordKey], now: Moment, held: Collection[str] | None
) -> None:
    """Bring children that were written before their home was here, or visible, to where their home is.

    A child waits in its author's own book. It follows once its home exists and the author may write there:
    nobody puts anything into a bucket by guessing an id.
    """
    waiting = buckets.waiting_homes(connection, homes)
    if not waiting:
        return
    found = buckets.roots(connection, waiting)
    for home in waiting:
        if home not in found:
            continue
        root, place = found[home]
        _join(connection, home, root, place, now, held)


def _join(
    connection: Connection,
    home: RecordKey,
    root: str,
    place: str,
    now: Moment,
    held: Collection[str] | None,
) -> None:
    """Children of one home: those whose author may write there cross over; those already there hang under it."""
    company = people.load_company(connection)
    below_it = [
        Crossing(s, below(company, place, REGISTRY.part(s.key.entity)), root)
        for s in records.under_root(connection, home.id)
        if s.key.id != home.id
    ]
    joining = [c for c in below_it if _may_join(connection, c.stored.record.placement.bucket, c.bucket, now)]
    strangers = [c.stored for c in below_it if c not in joining]
    _check_held(held, {b for c in joining for b in (c.bucket, c.stored.record.placement.bucket)})
    crossing = [c for c in joining if c.stored.record.placement.bucket != c.bucket]
    staying = [c.stored for c in joining if c not in crossing and c.stored.root != root]
    for start in range(0, len(crossing), CHUNK):
        cross(connection, crossing[start : start + CHUNK], now)
    records.update(connection, [records.row(s.key, root, s.seq, s.record, s.n) for s in staying])
    buckets.forget_waiting(connection, home, besides=[s.key for s in strangers])


def _writes(connection: Connection, user: str, bucket: str, now: Moment) -> bool:
    """Whether somebody may write in a bucket by what they are or were lent, and not as anybody's deputy."""
    org = replace(people.load_org(connection, now.ms), absences=())
    right = policy.readers(people.domains(connection)[bucket], org).get(user)
    return right is not None and right.can_write


def _may_join(connection: Connection, source: str, target: str, now: Moment) -> bool:
    """What somebody once guessed joins nothing because they stand in for a colleague for a few days."""
    if source == target:
        return True
    owner = buckets.owner_of(connection, source)
    return owner is not None and _writes(connection, owner, target, now)
