"""Where a pushed record belongs and whether its author may write there: the stored row decides, not the claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import Placement, RecordKey
from crmdesk.core.registry import Entity, Registry
from crmdesk.store import records
from crmdesk.store.records import Stored
from sync_server import policy
from sync_server.storage import buckets
from sync_server.storage.buckets import Movement
from sync_server.storage.devices import Bearer
from sync_server.verdict import Item


class Place(NamedTuple):
    """A record's root and placement. `left` names the bucket its author knew it in, if it has moved since."""

    root: str
    placement: Placement
    left: str | None = None


class QuarantineError(Exception):
    """The author once could write here, and knew of the move: kept apart, for a person to look at."""


@dataclass(slots=True)
class Map:
    """Everything that placing a batch needs, read at once. `homes`: record -> (root, bucket)."""

    who: Bearer
    config: str
    registry: Registry
    stored: Mapping[RecordKey, Stored]
    homes: dict[RecordKey, tuple[str, str]]
    rights: Mapping[str, bool]
    pulled: Mapping[str, int]
    departures: dict[RecordKey, list[Movement]] = field(default_factory=dict)

    def place(self, item: Item) -> Place:
        """Where the record goes. Raises `unknown_entity`, `server_field`, `forbidden` or `QuarantineError`."""
        entity = self.registry.entities.get(item.key.entity)
        if entity is None:
            raise CrmError("unknown_entity", entity=item.key.entity)
        if entity.name in policy.SERVER_ENTITIES:
            raise CrmError("server_field", field=entity.name)
        stored = self.stored.get(item.key)
        return self._new(item, entity) if stored is None else self._existing(stored)

    def _existing(self, stored: Stored) -> Place:
        placement = stored.record.placement
        can_write = self.rights.get(placement.bucket)
        left = None
        if can_write is None and (known := self.departures.get(stored.key)):
            left = self._late(known)
            if left is None:
                raise QuarantineError
            can_write = True
        self._allow(stored.key.entity, can_write)
        return Place(stored.root, placement, left)

    def _new(self, item: Item, entity: Entity) -> Place:
        if entity.placed == "config":
            self._allow(entity.name, self.rights.get(self.config), is_new=True)
            return Place(item.key.id, Placement(0, self.config))
        home = home_of(item, entity)
        if home is None:
            self._allow(entity.name, can_write=True)
            return Place(item.key.id, Placement(0, self.who.book))
        return self._below(home, entity)

    def _below(self, home: RecordKey, entity: Entity) -> Place:
        """A new child goes where its root now is. Missing and invisible homes give the same answer."""
        root, bucket = self.homes.get(home, (home.id, ""))
        can_write = self.rights.get(bucket)
        if can_write is None:
            left = self._late(self.departures.get(home, ()))
            self._allow(entity.name, can_write=True)
            if left is not None:
                return Place(root, Placement(1, bucket), left)
            return Place(home.id, Placement(0, self.who.book))
        self._allow(entity.name, can_write)
        return Place(root, Placement(0, bucket))

    def _late(self, departures: Iterable[Movement]) -> str | None:
        """The bucket a record left without this device having been told."""
        return next((m.bucket for m in departures if self.pulled.get(m.bucket, 0) < m.seq), None)

    def _allow(self, entity: str, can_write: bool | None, *, is_new: bool = False) -> None:
        if not policy.may_write(entity, self.who.role, can_write, is_new=is_new):
            raise CrmError("forbidden")

    def settle(self, key: RecordKey, place: Place) -> None:
        """Children later in the batch find this record here."""
        self.homes[key] = (place.root, place.placement.bucket)


def home_of(item: Item, entity: Entity) -> RecordKey | None:
    """The record a new one hangs under, as its creating edit says."""
    if entity.home is None or not item.log:
        return None
    home, target = item.log[0].values.get(entity.home), entity.by_name[entity.home].target
    return RecordKey(target, home) if isinstance(home, str) and target else None


def survey(
    connection: Connection, who: Bearer, config: str, registry: Registry, items: Iterable[Item]
) -> Map:
    """Read what placing these items needs, in a few statements."""
    items = list(items)
    homes = {
        home
        for item in items
        if (entity := registry.entities.get(item.key.entity)) and (home := home_of(item, entity))
    }
    stored = records.load(connection, [item.key for item in items])
    found = Map(
        who=who,
        config=config,
        registry=registry,
        stored=stored,
        homes=buckets.roots(connection, homes),
        rights=buckets.rights(connection, who.user),
        pulled=buckets.pulled_heads(connection, who.device),
    )
    placed = [(key, s.record.placement.bucket) for key, s in stored.items()]
    placed += [(key, bucket) for key, (_, bucket) in found.homes.items()]
    unseen = {key.id for key, bucket in placed if bucket not in found.rights}
    for movement in buckets.departures(connection, unseen, who.user):
        found.departures.setdefault(movement.key, []).append(movement)
    return found
