"""Where a pushed record belongs and whether its author may write there: the stored row decides, not the claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.parts import part_bucket
from crmdesk.core.record import Edit, Placement, RecordKey
from crmdesk.core.registry import Entity, Registry
from crmdesk.core.roles import SERVER_ENTITIES
from crmdesk.store import dialect, records
from crmdesk.store.records import Stored
from sync_server import moving, policy
from sync_server.clock import Moment
from sync_server.moving import below
from sync_server.policy import Right
from sync_server.settings import DAY_MS
from sync_server.storage import buckets, devices, graves, rights
from sync_server.storage.buckets import Departure
from sync_server.storage.devices import Bearer
from sync_server.storage.people import Company
from sync_server.verdict import Item

LATE_MS: Final = 21 * DAY_MS
"""How long after a move, or after losing a bucket, work still counts as done before, at least: longer where the company
lets its laptops work longer without hearing from the server."""


class Place(NamedTuple):
    """A record's root and placement.

    `left` names the bucket its author knew it in, if they may no longer write there: what they wrote is late work.
    `is_in_sight`: they still read it where it is now, as in the pool. `waits_for` is the home that is missing, or
    out of their sight.
    """

    root: str
    placement: Placement
    left: str | None = None
    waits_for: RecordKey | None = None
    is_in_sight: bool = False

    @property
    def departed_from(self) -> str | None:
        """The bucket that a new record must be seen to leave at once: its author knew its home there."""
        return self.left if self.left != self.placement.bucket else None


class QuarantineError(Exception):
    """The author once could write here, and knew of the move: kept apart, for a person to look at."""


@dataclass(slots=True)
class Map:
    """Everything that placing a batch needs, read at once. `homes`: record -> (root, bucket).

    `entities` says what has the id of a record that is new, `buried` are ids of records that are gone for good. `lost`
    are the buckets the author could once read: bucket -> (what they could do there, until when). `joined_ms`: since when
    the company knows the laptop, so that nothing it says was written before. `is_pardoned`: an administrator looked at
    the work and lets it in, whatever its author had heard.
    """

    who: Bearer
    company: Company
    registry: Registry
    stored: Mapping[RecordKey, Stored]
    homes: dict[RecordKey, tuple[str, str]]
    rights: Mapping[str, Right]
    lost: Mapping[str, tuple[Right, int]]
    pulled: Mapping[str, int]
    now_ms: int
    joined_ms: int = 0
    is_pardoned: bool = False
    buried: frozenset[str] = frozenset()
    entities: dict[str, str] = field(default_factory=dict)
    departures: dict[RecordKey, list[Departure]] = field(default_factory=dict)
    entries: Mapping[tuple[str, RecordKey], int] = field(default_factory=dict)

    def place(self, item: Item) -> Place:
        """Where the record goes. Raises `unknown_entity`, `server_field`, `forbidden`, `grave` or `QuarantineError`."""
        entity = self.registry.entities.get(item.key.entity)
        if entity is None:
            raise CrmError("unknown_entity", entity=item.key.entity)
        stored = self.stored.get(item.key)
        if stored is None and item.key.id in self.buried:
            raise CrmError("grave")
        if stored is None and self.entities.get(item.key.id, entity.name) != entity.name:
            raise CrmError("forbidden")  # what hangs under an id would hang under both, and go with either
        if entity.name in SERVER_ENTITIES or (entity.name in policy.SERVER_MADE and not self._knows(stored)):
            raise CrmError("server_field", field=entity.name)
        return _outranking(self._new(item, entity), item) if stored is None else self._existing(item, stored)

    def _knows(self, stored: Stored | None) -> bool:
        """Whether the author reads a record, or once did: any other is to them as if it were not there."""
        if stored is None:
            return False
        bucket = stored.record.placement.bucket
        return bucket in self.rights or bucket in self.lost or stored.key in self.departures

    def _existing(self, item: Item, stored: Stored) -> Place:
        placement = stored.record.placement
        is_known = not item.fresh(stored.record)  # taken in since, by leave of an administrator
        is_own = any(edit.dot.actor in stored.record.clock for edit in item.log)
        right, left = self._right_at(stored.key, placement.bucket, is_pardoned=is_known, is_own=is_own)
        self._allow(item, right, item.fresh(stored.record))
        return Place(stored.root, placement, left, is_in_sight=placement.bucket in self.rights)

    def _new(self, item: Item, entity: Entity) -> Place:
        if entity.placed == "config":
            return self._in_config(item)
        home = home_of(item, entity)
        if home is not None:
            return self._below(item, home)
        bucket = part_bucket(self.who.book, self.registry.part(entity.name))
        right, left = self._right_at(item.key, bucket)
        self._allow(item, right, item.log)
        return Place(item.key.id, Placement(0, bucket), left)

    def _in_config(self, item: Item) -> Place:
        config, left = self.company.config, None
        right = self.rights.get(config)
        if right is None and config in self.lost and self._was_unaware_of_losing(config):
            right, left = self.lost[config][0], config
        self._allow(item, right, item.log, is_new=True)
        return Place(item.key.id, Placement(0, config), left)

    def _below(self, item: Item, home: RecordKey) -> Place:
        """A new child goes where its root now is. Missing and invisible homes give the same answer."""
        if home.id in self.buried:
            raise CrmError("grave")
        root, place = self.homes.get(home, (home.id, ""))
        part = self.registry.part(item.key.entity)
        bucket = below(self.company, place, part)
        right = self.rights.get(bucket)
        if right is not None and right.can_write:
            self._allow(item, right, item.log)
            return Place(root, Placement(0, bucket))
        left = self._left(home, place, bucket, part)
        if left is not None:
            # Below the pool's customers counts what one could do there, whatever one may do with the customers.
            kept = self.company.pool_details if left == self.company.pool else left
            self._allow(item, self._right_before(kept), item.log)
            return Place(root, Placement(0 if left == bucket else 1, bucket), left)
        own = part_bucket(self.who.book, part)
        self._allow(item, self._right_at(item.key, own)[0] if right is None else right, item.log)
        return Place(home.id, Placement(0, own), waits_for=home)

    def _left(self, home: RecordKey, place: str, bucket: str, part: str) -> str | None:
        """Where the author knew children of a home, and has not heard that they may no longer write them there."""
        try:
            is_below = home.entity != "customer"  # it may be late work itself, which only its author knows
            left = self._knew_it_in(home, place, is_own=is_below)
            if left is None and bucket != place:
                return self._knew_it_in(home, bucket)  # this part alone was taken from them
        except QuarantineError:
            return None
        if left == self.company.pool:  # what hangs below its customers fewer read
            details = self._right_before(self.company.pool_details)
            return left if details is not None and details.can_write else None
        return left and below(self.company, left, part)

    def _right_at(
        self, key: RecordKey, bucket: str, *, is_pardoned: bool = False, is_own: bool = False
    ) -> tuple[Right | None, str | None]:
        """What the author may do in a bucket, and where they knew the record if they may no longer write.

        Of a loss that they have not heard of, the right they had before counts. Raises `QuarantineError`.
        """
        if self.writes(bucket):
            return self.rights[bucket], None
        left = self._knew_it_in(key, bucket, is_pardoned=is_pardoned, is_own=is_own)
        if left is None:
            return self.rights.get(bucket), None
        return self._right_before(left, is_pardoned=is_pardoned), left

    def _right_before(self, bucket: str, *, is_pardoned: bool = False) -> Right | None:
        """What the author may do in a bucket, or could before that was taken from them, as far as they have heard."""
        if bucket not in self.lost or self.writes(bucket):
            return self.rights.get(bucket)
        is_unheard = is_pardoned or self.is_pardoned or self._was_unaware_of_losing(bucket)
        return self.lost[bucket][0] if is_unheard else self.rights.get(bucket)

    def _knew_it_in(
        self, key: RecordKey, bucket: str, *, is_pardoned: bool = False, is_own: bool = False
    ) -> str | None:
        """The bucket the author could write the record in, and has not heard that they no longer can.

        None if they never could, or were never handed it there; `is_own`: they wrote to it before, and know it. Raises
        `QuarantineError` if they had heard.
        """

        def was_handed(place: str, entered: int | None) -> bool:
            return is_pardoned or is_own or entered is None or self.pulled.get(place, 0) >= entered

        left = [
            m
            for m in self.departures.get(key, ())
            if (m.bucket in self.pulled or is_pardoned) and was_handed(m.bucket, m.entered)
        ]
        could = [m.bucket for m in left]
        # Out of a book into what is shared of it they wrote on: they lost it when it last left any of these.
        lost_at = max((m.at for m in self.departures.get(key, ())), default=0)
        unaware = [m.bucket for m in left if self._was_unaware_of(m, lost_at)]
        could_here = bucket in self.lost and self.lost[bucket][0].can_write
        if could_here and was_handed(bucket, self.entries.get((bucket, key))):
            could.append(bucket)
            unaware += [bucket] if self._was_unaware_of_losing(bucket) else []
        if could and not unaware and not (is_pardoned or self.is_pardoned):
            raise QuarantineError
        return next(iter(unaware or could), None)

    def _was_unaware_of(self, departure: Departure, lost_at: int) -> bool:
        """Whether a record left a bucket without this device having been told, and was lost to its author lately."""
        is_recent = self.now_ms - lost_at <= self._late_ms
        if not is_recent or self.pulled.get(departure.bucket, 0) >= departure.seq:
            return False
        return departure.bucket not in self.lost or self._was_unaware_of_losing(departure.bucket)

    def _was_unaware_of_losing(self, bucket: str) -> bool:
        """Whether a bucket was taken from the author after the device last heard everything, or came, and lately."""
        lost_at = self.lost[bucket][1]
        return (self.who.pulled_at or self.joined_ms) <= lost_at and self.now_ms - lost_at <= self._late_ms

    @property
    def _late_ms(self) -> int:
        """How long work counts as done before a move: a laptop that the company lets work so long may bring it."""
        return max(LATE_MS, self.company.lock_days * DAY_MS)

    def _allow(self, item: Item, right: Right | None, edits: Sequence[Edit], *, is_new: bool = False) -> None:
        """Raise `forbidden` or `forbidden_field` unless a right covers writing these edits."""
        entity = item.key.entity
        if right is None or not policy.may_write(
            entity, right, part=self.registry.part(entity), is_new=is_new
        ):
            raise CrmError("forbidden")
        if any(one.withheld for one in right.mandates):
            for edit in edits:
                field = policy.withheld(entity, right, list(edit.values))
                if field is not None:
                    raise CrmError("forbidden_field", field=field)

    def writes(self, bucket: str) -> bool:
        """Whether the author may write in a bucket."""
        right = self.rights.get(bucket)
        return right is not None and right.can_write

    def settle(self, key: RecordKey, place: Place) -> None:
        """Children later in the batch find this record here."""
        self.homes[key] = (place.root, place.placement.bucket)
        self.entities[key.id] = key.entity


def _outranking(place: Place, item: Item) -> Place:
    """A new record's place, with a move number above the claimed one where its author puts it elsewhere.

    Two places under one move number would leave each copy where it is, and a right taken away in one.
    """
    claimed = item.record.placement if item.record else place.placement
    if claimed.bucket == place.placement.bucket or claimed.move_no != place.placement.move_no:
        return place
    return place._replace(placement=Placement(claimed.move_no + 1, place.placement.bucket))


def home_of(item: Item, entity: Entity) -> RecordKey | None:
    """The record a new one hangs under, as its creating edit says."""
    if entity.home is None or not item.log:
        return None
    home, target = item.log[0].values.get(entity.home), entity.by_name[entity.home].target
    return RecordKey(target, home) if isinstance(home, str) and target else None


def _homes(registry: Registry, items: Iterable[Item]) -> set[RecordKey]:
    return {
        home
        for item in items
        if (entity := registry.entities.get(item.key.entity)) and (home := home_of(item, entity))
    }


def hold(
    connection: Connection,
    who: Bearer,
    company: Company,
    registry: Registry,
    items: Iterable[Item],
    besides: Iterable[str],
) -> set[str] | None:
    """Lock the buckets that these items may be written to, and others; None where nobody else can write anyway.

    What is judged must be read after this: until then others may change it. A record that moves in the same
    moment may yet turn out to be in a bucket that is not among them.
    """
    if not dialect.is_shared(connection):
        return None
    items = list(items)
    ids = {item.key.id for item in items} | {home.id for home in _homes(registry, items)}
    found = {who.book, *besides} | buckets.buckets_of(connection, ids, who.user)
    kinds = {item.key.entity for item in items}
    if any(registry.entities[kind].placed == "config" for kind in kinds if kind in registry.entities):
        found.add(company.config)
    return moving.hold(connection, company, found)


def survey(
    connection: Connection,
    who: Bearer,
    company: Company,
    registry: Registry,
    items: Iterable[Item],
    now: Moment,
) -> Map:
    """Read what placing these items needs, in a few statements."""
    items = list(items)
    homes = _homes(registry, items)
    stored = records.load(connection, [item.key for item in items])
    device = devices.find_device(connection, who.device)
    found = Map(
        who=who,
        company=company,
        registry=registry,
        stored=stored,
        homes=buckets.roots(connection, homes),
        rights=rights.rights(connection, who.user),
        lost=rights.lost_rights(connection, who.user),
        pulled=buckets.pulled_heads(connection, who.device),
        now_ms=now.ms,
        joined_ms=device.created_at if device else 0,
    )
    away = {key.id for key, s in stored.items() if not found.writes(s.record.placement.bucket)}
    away |= {
        key.id
        for key, (_, bucket) in found.homes.items()
        if not all(found.writes(place) for place in (bucket, *moving.all_below(company, bucket)))
    }
    unknown = {item.key.id for item in items if item.key not in stored}
    found.entities = buckets.entities(connection, unknown)
    unknown |= {home.id for home in homes if home not in found.homes}
    found.buried = graves.buried(connection, unknown)
    for movement in buckets.departures(connection, away, who.user):
        found.departures.setdefault(movement.key, []).append(movement)
    found.entries = buckets.entries(connection, away, who.user) if found.lost else {}
    return found
