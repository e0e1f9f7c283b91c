"""The company, its teams and its people. Each change rewrites the readers in the same transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, MetaData

from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.parts import PARTS
from crmdesk.core.permissions import role_called
from crmdesk.core.record import MAIN, RecordKey
from crmdesk.core.resolve import read_record
from crmdesk.core.roles import EVERY_FIELD, SERVER_ENTITIES, Mandate
from crmdesk.core.values import canonical_text
from crmdesk.store import records
from crmdesk.store.database import Database
from crmdesk.store.tables import replica
from sync_server import audit, drills, row_security, salts, tables
from sync_server.authoring import Place, new_id, take_actor, write_record
from sync_server.clock import Moment
from sync_server.drills import Change, Post, State
from sync_server.fields import known_registry
from sync_server.orders import ChangeBookOwner, ChangeRole, ChangeTeam, DisableUser, Transfer, UserOrder
from sync_server.policy import Kind, Team
from sync_server.private_files import make_private
from sync_server.settings import Settings
from sync_server.storage import actors, buckets, devices, people, rights
from sync_server.storage.actors import Actor
from sync_server.storage.people import Account, Company, CustomRole

_log: Final = logging.getLogger(__name__)
METADATA: Final[Sequence[MetaData]] = (replica, tables.metadata)


def create_company(settings: Settings, name: str, now: Moment) -> Company:
    """A new company in the settings' place. Raises `company_exists`, `database_unreachable` or `database_foreign`."""
    if settings.database.exists():
        raise CrmError("company_exists", path=settings.directory)
    if settings.url is None:
        _claim(settings.database)
    database = Database.create(settings.place, METADATA)
    try:
        with database.write() as connection:
            return _found(connection, _name(name), now)
    finally:
        database.close()


def _claim(file: Path) -> None:
    """The company's file, empty, and its owner's alone before anything is in it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        make_private(file)
    except OSError as error:
        raise CrmError("database_unwritable", path=file) from error


def open_company(settings: Settings) -> Database:
    """The company's database. Raises `no_company`, `database_corrupt`, `schema_newer`, ..."""
    if settings.url is None and not settings.database.exists():
        raise CrmError("no_company", path=settings.directory)
    return Database.open(settings.place)


def start_company(settings: Settings, now: Moment) -> Database:
    """The company's database, for a process that writes as the server. Raises what `open_company` raises."""
    database = open_company(settings)
    try:
        with database.write() as connection:
            take_actor(connection, now)
            database.confines = row_security.ensure(connection)
        if settings.url is not None and not database.confines:
            _log.warning(
                "PostgreSQL keeps no second net below the rights: docs/security.md says how to let it"
            )
    except CrmError:
        database.close()
        raise
    return database


def _found(connection: Connection, name: str, now: Moment) -> Company:
    secret = now.random(32)
    company = Company(
        server_id=now.hex(16),
        name=name,
        epoch=1,
        secret=secret,
        actor=salts.own_actor(secret, now.random(salts.RANDOM_BYTES)),
        config=now.hex(16),
        pool=now.hex(16),
        pool_details=now.hex(16),
        created_at=now.ms,
    )
    people.add_company(connection, company)
    actors.save(connection, Actor(company.actor, None, 0, "", "", b""))
    for bucket, kind in (
        (company.config, Kind.CONFIG),
        (company.pool, Kind.POOL),
        (company.pool_details, Kind.POOL_DETAILS),
    ):
        buckets.add(connection, bucket, kind, None)
    for bucket, kind in ((company.pool, Kind.POOL), (company.pool_details, Kind.POOL_DETAILS)):
        _publish_book(connection, bucket, kind, None, now)
    _note(connection, "found", {"config": company.config, "pool": company.pool}, now)
    return company


def add_team(
    connection: Connection, name: str, now: Moment, *, parent: str | None = None, shares_books: bool = False
) -> str:
    """A new team, part of the team named `parent`; returns its id. Raises `name_taken`, `not_found`."""
    people.lock_company(connection)
    name = _free_name(connection, name)
    above = people.find_team(connection, parent) if parent else None
    team = Team(new_id(now), above, shares_books)
    people.add_team(connection, team, name)
    _publish_team(connection, team, name, now)
    rewrite_readers(connection, now)
    return team.id


def edit_team(
    connection: Connection, team: str, name: str, now: Moment, *, parent: str | None, shares_books: bool
) -> None:
    """A team by another name, elsewhere, or sharing its books or not; who reads what follows.

    Raises `not_found`, `name_taken`, and `team_ring` where it would be part of itself.
    """
    people.lock_company(connection)
    team_id = people.find_team(connection, team)
    above = people.find_team(connection, parent) if parent else None
    if drills.is_ring(people.load_org(connection, now.ms), team_id, above):
        raise CrmError("team_ring")
    if _name(name) != people.team_names(connection)[team_id]:
        name = _free_name(connection, name)
    changed = Team(team_id, above, shares_books)
    people.change_team(connection, changed, _name(name))
    _publish_team(connection, changed, _name(name), now)
    rewrite_readers(connection, now)


def add_user(
    connection: Connection, name: str, role: str, now: Moment, *, team: str | None = None
) -> Account:
    """A new person with a book of their own. Raises `name_taken`, `not_found` (the team or the role)."""
    people.lock_company(connection)
    name = _free_name(connection, name)
    team_id = people.find_team(connection, team) if team else None
    base, custom = people.find_role(connection, role)
    account = Account(new_id(now), name, base, team_id, now.hex(16), None, custom)
    people.add_account(connection, account)
    add_bucket(connection, account.book, Kind.BOOK, account.user, now)
    _publish_account(connection, account, now)
    rewrite_readers(connection, now)
    return account


# -- what becomes of a person ------------------------------------------------------------------------------


def state(connection: Connection, now: Moment) -> State:
    """The company's people and buckets as they are."""
    return State(people.load_org(connection, now.ms), people.domains(connection))


def plan(connection: Connection, order: UserOrder, now: Moment) -> Change:
    """What an order about a person comes to. Raises `not_found`."""
    account = people.find_account(connection, order.user)
    mandate = people.mandate_of(connection, account)
    post = Post(mandate, account.custom_role, account.team, account.is_disabled)
    heir: str | None = None
    match order:
        case ChangeBookOwner():
            heir = _heir(connection, account, order.to_user)
            post = replace(post, has_left=post.has_left or order.leaving)
        case ChangeTeam():
            post = replace(post, team=people.find_team(connection, order.team) if order.team else None)
        case ChangeRole():
            post = _with_role(connection, post, order.role)
        case Transfer():
            heir = None if order.to_user is None else _heir(connection, account, order.to_user)
            post = replace(post, team=people.find_team(connection, order.team) if order.team else None)
            post = _with_role(connection, post, order.role)
        case DisableUser():
            post = replace(post, has_left=True)
    return Change(account.user, post, heir, None if heir is None or post.has_left else now.hex(16))


def _heir(connection: Connection, giver: Account, to: str) -> str:
    taker = people.find_account(connection, to)
    if taker.is_disabled or taker.user == giver.user:
        raise CrmError("not_found", name=to, what="colleague")
    return taker.user


def _with_role(connection: Connection, post: Post, role: str) -> Post:
    base, custom = people.find_role(connection, role)
    mandate = people.custom_roles(connection)[custom].mandate if custom else Mandate(base)
    return replace(post, mandate=mandate, custom_role=custom)


def rearrange(connection: Connection, change: Change, now: Moment) -> Account:
    """Make a change: books go to whoever takes them over, and who reads what follows; no record moves.

    The laptops of somebody who leaves may still hand in what they have not sent: it arrives as late work.
    """
    people.lock_company(connection)
    old, before = people.find_account(connection, change.user), state(connection, now)
    then = drills.after(before, change)
    for bucket, domain in then.domains.items():
        if domain.part != MAIN:
            continue  # it goes with the bucket that it is a part of
        if bucket not in before.domains:
            add_bucket(connection, bucket, domain.kind, old.user, now)
        elif domain.owner is not None and domain.owner != before.domains[bucket].owner:
            people.change_book_owner(connection, bucket, domain.owner)
            _publish_book(connection, bucket, domain.kind, domain.owner, now)
    post = change.post
    new = replace(
        old,
        role=post.mandate.role,
        custom_role=post.custom_role,
        team=post.team,
        book=change.fresh or old.book,
    )
    if (new.role, new.custom_role) != (old.role, old.custom_role):
        devices.end_access(connection, old.user)
    people.change_account(connection, new)
    if post.has_left and not old.is_disabled:
        people.disable(connection, old.user, now.ms)
        devices.let_leave(connection, old.user)
    made = people.find_account(connection, old.user)
    _publish_account(connection, made, now)
    _write_readers(connection, then, now)
    return made


def disable_user(connection: Connection, name: str, now: Moment) -> Account:
    """A person may no longer sign in or read anything; what they wrote stays. Raises `not_found`."""
    return rearrange(connection, plan(connection, DisableUser("", name), now), now)


def change_role(connection: Connection, name: str, role: str, now: Moment) -> Account:
    """Somebody is promoted, or does other work: what they read and write follows. Raises `not_found`."""
    return rearrange(connection, plan(connection, ChangeRole("", name, role), now), now)


def change_team(connection: Connection, name: str, team: str | None, now: Moment) -> Account:
    """Somebody joins another team, with their book; who reads it follows. Raises `not_found`."""
    return rearrange(connection, plan(connection, ChangeTeam("", name, team), now), now)


def change_book_owner(connection: Connection, name: str, to: str, now: Moment, *, leaving: bool) -> Account:
    """Hand all the books somebody answers for to another person. Raises `not_found`."""
    order = ChangeBookOwner("", name, to, leaving)
    return rearrange(connection, plan(connection, order, now), now)


# -- roles and rights -----------------------------------------------------------------------------------------


def define_role(
    connection: Connection,
    role: str | None,
    name: str,
    copy_of: str,
    withheld: frozenset[str],
    now: Moment,
    hidden: frozenset[str] | None = None,
) -> CustomRole:
    """A new role as a copy of another, or a changed one; what it withholds and hides counts for all who have it at once.

    What is `hidden`, if it is not said, stays as it was, or as it is in what this is a copy of.
    Raises `not_found`, `name_taken`, and `unknown_field` or `unknown_entity` for what does not exist.
    """
    people.lock_company(connection)
    known = people.custom_roles(connection)
    if role is not None and role not in known:
        raise CrmError("not_found", name=role, what="role")
    before = known[role] if role else None
    if before is None or _name(name) != before.name:
        name = _free_name(connection, name)
        if role_called(name) is not None:
            raise CrmError("name_taken", name=name)
    _check_withheld(connection, withheld)
    base, copied = (before.base, before.id) if before else people.find_role(connection, copy_of)
    if hidden is None:
        hidden = known[copied].hidden if copied else frozenset()
    parts = set(PARTS) - {MAIN}
    for part in hidden - parts:
        raise CrmError("unknown_field", field=part, choices=", ".join(sorted(parts)))
    made = CustomRole(role or new_id(now), _name(name), base, withheld, hidden)
    people.save_role(connection, made)
    values = {
        "name": made.name,
        "base": base.value,
        "withheld": " ".join(sorted(withheld)),
        "hidden": " ".join(sorted(hidden)) or None,
    }
    _publish(connection, RecordKey("role", made.id), values, now)
    rewrite_readers(connection, now)
    return made


def _check_withheld(connection: Connection, withheld: frozenset[str]) -> None:
    """Each is a field that a person may write somewhere, or all of an entity."""
    registry = known_registry(connection)
    for text in withheld:
        name, _, declared = text.partition(".")
        entity = registry.entities.get(name)
        if entity is None or name in SERVER_ENTITIES:
            known = sorted(set(registry.entities) - SERVER_ENTITIES)
            raise CrmError("unknown_entity", entity=name, choices=", ".join(known))
        if declared != EVERY_FIELD and declared not in entity.by_name:
            near = get_close_matches(declared, entity.by_name, n=3) or [*sorted(entity.by_name), EVERY_FIELD]
            raise CrmError("unknown_field", field=text, choices=", ".join(f"{name}.{one}" for one in near))


def rewrite_readers(connection: Connection, now: Moment, *, is_over: bool = False) -> None:
    """Derive who reads what from the accounts and teams as they now are.

    `is_over`: what somebody loses they had lost before, so that who is told of their buckets at this moment has heard.

    One at a time: of two that each saw only its own change, the later would forget the earlier's. Whoever
    changes people locks the company first, before any bucket, so that no two wait for each other.
    """
    people.lock_company(connection)
    _write_readers(connection, state(connection, now), now, is_over=is_over)


def _write_readers(connection: Connection, found: State, now: Moment, *, is_over: bool = False) -> None:
    changes = rights.replace(connection, found.readers(), now.ms - is_over)
    audit.note_rights(connection, changes, now)


def _note(connection: Connection, kind: str, told: Mapping[str, object], now: Moment) -> None:
    """What is done at the server's own console."""
    server = people.load_company(connection).server_id
    audit.act(connection, kind, (server, audit.CONSOLE), told, now)


def add_bucket(
    connection: Connection, bucket: str, kind: Kind, owner: str, now: Moment, *, book: str | None = None
) -> None:
    """A new bucket that somebody answers for: a book, or a set of the customers of `book`."""
    buckets.add(connection, bucket, kind, owner, book)
    _publish_book(connection, bucket, kind, owner, now)


def _publish_book(connection: Connection, book: str, kind: Kind, owner: str | None, now: Moment) -> None:
    """What a bucket is, for everybody; of a set only those hear who read it."""
    place = Place(book, book) if kind is Kind.SET else None
    _publish(connection, RecordKey("book", book), {"kind": kind.value, "owner": owner}, now, place)


def _publish_team(connection: Connection, team: Team, name: str, now: Moment) -> None:
    values = {"name": name, "parent": team.parent, "shares_books": team.shares_books}
    _publish(connection, RecordKey("team", team.id), values, now)


def _publish_account(connection: Connection, account: Account, now: Moment) -> None:
    values = {
        "name": account.name,
        "role": account.role.value,
        "custom_role": account.custom_role,
        "team": account.team,
        "book": account.book,
        "left": account.is_disabled or None,
    }
    _publish(connection, RecordKey("user", account.user), values, now)


def _publish(
    connection: Connection,
    key: RecordKey,
    values: Mapping[str, str | bool | None],
    now: Moment,
    place: Place | None = None,
) -> None:
    stored = records.load(connection, [key]).get(key)
    shown = read_record(stored.record, key.entity, REGISTRY).values if stored else {}
    said = {field: value for field, value in values.items() if value != shown.get(field)}
    if said:
        write_record(connection, people.load_company(connection), key, said, now, place)


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
