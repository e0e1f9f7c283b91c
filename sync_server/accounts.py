"""The company, its teams and its people. Each change rewrites the readers in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, MetaData

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.values import canonical_text
from crmdesk.store.database import Database
from crmdesk.store.tables import replica
from sync_server import policy, tables
from sync_server.authoring import new_id, write_record
from sync_server.clock import Moment
from sync_server.policy import Role, Team
from sync_server.settings import Settings
from sync_server.storage import actors, buckets, people
from sync_server.storage.actors import Actor
from sync_server.storage.people import Account, Company

METADATA: Final[Sequence[MetaData]] = (replica, tables.metadata)


def create_company(settings: Settings, name: str, now: Moment) -> Company:
    """A new company in the settings' folder. Raises `company_exists`."""
    if settings.database.exists():
        raise CrmError("company_exists", path=settings.directory)
    database = Database.create(settings.database, METADATA, driver="sqlite")
    try:
        settings.database.chmod(0o600)
        with database.write() as connection:
            return _found(connection, _name(name), now)
    finally:
        database.close()


def open_company(settings: Settings) -> Database:
    """The company's database. Raises `no_company`, `database_corrupt`, `schema_newer`, ..."""
    if not settings.database.exists():
        raise CrmError("no_company", path=settings.directory)
    return Database.open(settings.database, driver="sqlite")


def _found(connection: Connection, name: str, now: Moment) -> Company:
    company = Company(
        server_id=now.hex(16),
        name=name,
        epoch=1,
        secret=now.random(32),
        actor=now.hex(16),
        config=now.hex(16),
        created_at=now.ms,
    )
    people.add_company(connection, company)
    actors.save(connection, Actor(company.actor, None, 0, "", "", b""))
    buckets.add(connection, company.config, "config", None)
    return company


def add_team(
    connection: Connection, name: str, now: Moment, *, parent: str | None = None, shares_books: bool = False
) -> str:
    """A new team, part of the team named `parent`; returns its id. Raises `name_taken`, `not_found`."""
    name = _free_name(connection, name)
    above = people.find_team(connection, parent) if parent else None
    team = Team(new_id(now), above, shares_books)
    people.add_team(connection, team, name)
    values = {"name": name, "parent": above, "shares_books": shares_books}
    _publish(connection, RecordKey("team", team.id), values, now)
    rewrite_readers(connection)
    return team.id


def add_user(
    connection: Connection, name: str, role: Role, now: Moment, *, team: str | None = None
) -> Account:
    """A new person with a book of their own. Raises `name_taken`, `not_found` (the team)."""
    name = _free_name(connection, name)
    team_id = people.find_team(connection, team) if team else None
    account = Account(new_id(now), name, role, team_id, now.hex(16), None)
    people.add_account(connection, account)
    buckets.add(connection, account.book, "book", account.user)
    values = {"name": name, "role": role.value, "team": team_id, "book": account.book}
    _publish(connection, RecordKey("user", account.user), values, now)
    rewrite_readers(connection)
    return account


def disable_user(connection: Connection, name: str, now: Moment) -> Account:
    """A person may no longer sign in or read anything; what they wrote stays. Raises `not_found`."""
    account = people.find_account(connection, name)
    people.disable(connection, account.user, now.ms)
    rewrite_readers(connection)
    return people.find_account(connection, account.user)


def rewrite_readers(connection: Connection) -> None:
    """Derive who reads what from the accounts and teams as they now are."""
    org = people.load_org(connection)
    people.replace_readers(
        connection,
        {
            bucket: policy.config_readers(org) if owner is None else policy.readers_of(owner, org)
            for bucket, owner in people.owners(connection).items()
        },
    )


def _publish(
    connection: Connection, key: RecordKey, values: Mapping[str, str | bool | None], now: Moment
) -> None:
    company = people.load_company(connection)
    said = {field: value for field, value in values.items() if value is not None}
    write_record(connection, company, key, said, now)


def _free_name(connection: Connection, name: str) -> str:
    clean = _name(name)
    if people.is_name_taken(connection, clean):
        raise CrmError("name_taken", name=clean)
    return clean


def _name(name: str) -> str:
    clean = canonical_text(name).strip()
    if not clean or len(clean) > 200:
        raise CrmError("bad_argument", argument=name[:40], hint="1-200")
    return clean
