"""One record of every kind for each place that a record can be in, straight from the registry."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from crmdesk.core.entities import REGISTRY
from crmdesk.core.record import Record, RecordKey
from crmdesk.core.registry import Entity, Field, Rule, Type
from crmdesk.store import records
from sync_server import authoring, moving
from sync_server.authoring import Place
from sync_server.storage import people
from tests.support.laptop import fresh_id
from tests.support.server import RunningServer

Family = dict[str, RecordKey]
"""By entity: a customer and what hangs below it, or the company's settings."""
_TEXTS = {Type.TEXT, Type.LONG_TEXT, Type.PHONE, Type.EMAIL}


def value_of(declared: Field) -> Any:
    """A value of the field's kind."""
    if declared.options:
        return declared.options[0].key
    if declared.name == "sha256":
        return hashlib.sha256(b"").hexdigest()
    match declared.type:
        case Type.REFERENCE:
            return fresh_id()
        case Type.INTEGER | Type.INSTANT:
            return 1
        case Type.BOOLEAN:
            return True
        case Type.DATE:
            return "2026-01-31"
        case Type.MONEY:
            return {"money": [100, "CNY"]}
        case _:
            return "customer"


def values_of(entity: Entity, home: str | None = None) -> dict[str, Any]:
    """What a new record of a kind says: all that it needs, and its home."""
    said = {f.name: value_of(f) for f in entity.fields if f.required and not f.server}
    if entity.home is not None:
        said[entity.home] = home
    first = entity.fields[0]
    return said or {first.name: value_of(first)}


def changed(entity: Entity) -> dict[str, Any] | None:
    """What an edit says that only changes; None where everything is fixed or the server's."""
    for declared in sorted(entity.fields, key=lambda f: f.required):  # so that something stays as it was
        if declared.rule is not Rule.FIXED and not declared.server and not declared.repeated:
            return {declared.name: "changed" if declared.type in _TEXTS else value_of(declared)}
    return None


def below(entity: Entity, family: Mapping[str, RecordKey]) -> str | None:
    """The id of the record in a family that one of a kind hangs under."""
    if entity.home is None:
        return None
    target = entity.by_name[entity.home].target
    assert target is not None, "a home is a reference"
    return family[target].id


def in_bucket(server: RunningServer, bucket: str) -> Family:
    """A customer in a bucket with one of each kind that can be kept below or beside it."""
    found: Family = {}
    with server.database.write() as connection:
        company = people.load_company(connection)
        is_pool = bucket == company.pool
        for entity in REGISTRY.entities.values():
            if entity.placed == "config" or (is_pool and entity.home is None and entity.name != "customer"):
                continue
            key = found[entity.name] = RecordKey(entity.name, fresh_id())
            place = bucket if entity.name == "customer" else moving.below(company, bucket, entity.part)
            root = key.id if entity.home is None else found["customer"].id
            values = values_of(entity, below(entity, found))
            authoring.write_record(connection, company, key, values, server.clock(), Place(place, root))
    return found


def in_settings(server: RunningServer) -> Family:
    """One of each kind of the company's settings."""
    found: Family = {}
    with server.database.write() as connection:
        company = people.load_company(connection)
        for entity in REGISTRY.entities.values():
            if entity.placed == "config":
                key = found[entity.name] = RecordKey(entity.name, fresh_id())
                authoring.write_record(connection, company, key, values_of(entity), server.clock())
    return found


def delete(server: RunningServer, family: Family) -> Family:
    """The family, deleted."""
    kept = states(server, family.values())
    with server.database.write() as connection:
        company = people.load_company(connection)
        for key in family.values():
            gone: Any = {"deleted": {"seen": dict(kept[key].clock)}}
            authoring.write_record(connection, company, key, gone, server.clock())
    return family


def states(server: RunningServer, keys: Any) -> dict[RecordKey, Record]:
    """Records as the server holds them."""
    with server.database.read() as connection:
        return {key: stored.record for key, stored in records.load(connection, list(keys)).items()}
