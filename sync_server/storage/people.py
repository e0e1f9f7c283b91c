"""The company, its teams, its accounts, and the readers that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import Connection, Row, insert, or_, select, update

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import IDLE_MINUTES, LOCK_DAYS, PURGE_DAYS
from crmdesk.core.permissions import role_called
from crmdesk.core.roles import Mandate, Role, mandate
from crmdesk.store import dialect
from sync_server.policy import Absence, Domain, Guest, Kind, Member, Org, Team
from sync_server.tables import account, bucket, company, custom_role, delegation, guest, team


@dataclass(frozen=True, slots=True)
class Company:
    """Whose server this is. `epoch` rises when the database is restored.

    `config` is the bucket that everybody reads, `pool` the one whose customers anybody may claim,
    `pool_details` holds what hangs below those.
    `secret` (32 bytes) proves that a commit's salt came from this company; a backup has it too.
    A laptop locks after `lock_days` without contact and destroys what it holds after `purge_days`. `due` is when a
    share or a delegation next begins or ends (UTC milliseconds), if any does.
    """

    server_id: str
    name: str
    epoch: int
    secret: bytes
    actor: str
    config: str
    pool: str
    pool_details: str
    created_at: int
    lock_days: int = LOCK_DAYS
    purge_days: int = PURGE_DAYS
    idle_minutes: int = IDLE_MINUTES
    due: int | None = None


@dataclass(frozen=True, slots=True)
class CustomRole:
    """A role of the company's own: a copy of `base` that withholds some fields and hides some parts."""

    id: str
    name: str
    base: Role
    withheld: frozenset[str]
    hidden: frozenset[str] = frozenset()

    @property
    def mandate(self) -> Mandate:
        return Mandate(self.base, self.withheld, self.hidden)


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in. `role` is what they are, or what their custom role is a copy of."""

    user: str
    name: str
    role: Role
    team: str | None
    book: str
    disabled_at: int | None
    custom_role: str | None = None

    @property
    def is_disabled(self) -> bool:
        return self.disabled_at is not None


_OWN_ROLES = frozenset(role.value for role in Role)
_COMPANY = f"SELECT {', '.join(field.name for field in fields(Company))} FROM company"


def load_company(connection: Connection) -> Company:
    return Company(*dialect.run(connection, _COMPANY).fetchone())


def lock_company(connection: Connection) -> None:
    """Wait for whoever else rewrites the readers, and keep others waiting until this transaction ends."""
    dialect.run(connection, f"SELECT id FROM company{dialect.locking(connection)}").fetchall()


def change_actor(connection: Connection, actor: str) -> None:
    """The server writes as this actor from now on."""
    dialect.run(connection, "UPDATE company SET actor = ?", (actor,))


def add_company(connection: Connection, new: Company) -> None:
    connection.execute(
        insert(company).values(
            id=1,
            server_id=new.server_id,
            name=new.name,
            epoch=new.epoch,
            secret=new.secret,
            actor=new.actor,
            config=new.config,
            pool=new.pool,
            pool_details=new.pool_details,
            created_at=new.created_at,
            lock_days=new.lock_days,
            purge_days=new.purge_days,
            idle_minutes=new.idle_minutes,
        )
    )


def change_terms(connection: Connection, lock_days: int, purge_days: int, idle_minutes: int) -> None:
    """How long laptops may stay away, and open without input."""
    terms = (lock_days, purge_days, idle_minutes)
    dialect.run(connection, "UPDATE company SET lock_days = ?, purge_days = ?, idle_minutes = ?", terms)


def add_team(connection: Connection, new: Team, name: str) -> None:
    connection.execute(
        insert(team).values(id=new.id, name=name, parent=new.parent, shares_books=new.shares_books)
    )


def change_team(connection: Connection, now: Team, name: str) -> None:
    """Write down what a team now is."""
    values = {"name": name, "parent": now.parent, "shares_books": now.shares_books}
    connection.execute(update(team).where(team.c.id == now.id).values(**values))


def find_team(connection: Connection, name_or_id: str) -> str:
    """A team's id. Raises `not_found`."""
    found = connection.scalar(
        select(team.c.id).where(or_(team.c.id == name_or_id, team.c.name == name_or_id))
    )
    if found is None:
        raise CrmError("not_found", name=name_or_id, what="team")
    return str(found)


def team_names(connection: Connection) -> dict[str, str]:
    """Team id -> name, oldest first."""
    return {
        row.id: row.name for row in connection.execute(select(team.c.id, team.c.name).order_by(team.c.id))
    }


def is_name_taken(connection: Connection, name: str) -> bool:
    """Whether an account, a role or a team bears the name."""
    return (
        connection.scalar(select(account.c.user).where(account.c.name == name)) is not None
        or connection.scalar(select(custom_role.c.id).where(custom_role.c.name == name)) is not None
        or name in _OWN_ROLES
        or connection.scalar(select(team.c.id).where(team.c.name == name)) is not None
    )


def add_account(connection: Connection, new: Account) -> None:
    connection.execute(
        insert(account).values(
            user=new.user,
            name=new.name,
            role=new.role.value,
            custom_role=new.custom_role,
            team=new.team,
            book=new.book,
            disabled_at=None,
        )
    )


def find_account(connection: Connection, name_or_id: str) -> Account:
    """An account by its id or its name. Raises `not_found`."""
    row = connection.execute(
        select(account).where(or_(account.c.user == name_or_id, account.c.name == name_or_id))
    ).one_or_none()
    if row is None:
        raise CrmError("not_found", name=name_or_id, what="person")
    return _account(row)


def accounts(connection: Connection) -> list[Account]:
    """Every account, oldest first."""
    return [_account(row) for row in connection.execute(select(account).order_by(account.c.user))]


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(row.user, row.name, Role(row.role), row.team, row.book, row.disabled_at, row.custom_role)


def disable(connection: Connection, user: str, at: int) -> None:
    connection.execute(
        update(account).where(account.c.user == user, account.c.disabled_at.is_(None)).values(disabled_at=at)
    )


def change_account(connection: Connection, now: Account) -> None:
    """Write down what somebody now is, where, and which book their new customers go to."""
    values = {"role": now.role.value, "custom_role": now.custom_role, "team": now.team, "book": now.book}
    connection.execute(update(account).where(account.c.user == now.user).values(**values))


def custom_roles(connection: Connection) -> dict[str, CustomRole]:
    """The company's own roles, by id, oldest first."""
    rows = connection.execute(select(custom_role).order_by(custom_role.c.id))
    return {
        r.id: CustomRole(
            r.id, r.name, Role(r.base), frozenset(r.withheld.split()), frozenset(r.hidden.split())
        )
        for r in rows
    }


def find_role(connection: Connection, name_or_id: str) -> tuple[Role, str | None]:
    """A role by its name or id: what it is or is a copy of, and the custom role if it is one. Raises `not_found`.

    One that comes with the product goes by its code and by what it is called in either language.
    """
    if name_or_id in _OWN_ROLES:
        return Role(name_or_id), None
    for found in custom_roles(connection).values():
        if name_or_id in (found.id, found.name):
            return found.base, found.id
    own = role_called(name_or_id)
    if own is None:
        raise CrmError("not_found", name=name_or_id, what="role")
    return own, None


def save_role(connection: Connection, new: CustomRole) -> None:
    """Write a role down, new or changed."""
    row = {
        "id": new.id,
        "name": new.name,
        "base": new.base.value,
        "withheld": " ".join(sorted(new.withheld)),
        "hidden": " ".join(sorted(new.hidden)),
    }
    if new.id in custom_roles(connection):
        connection.execute(update(custom_role).where(custom_role.c.id == new.id).values(**row))
    else:
        connection.execute(insert(custom_role).values(**row))


def mandate_of(connection: Connection, who: Account) -> Mandate:
    """As what somebody acts by themselves."""
    return (
        mandate(who.role.value)
        if who.custom_role is None
        else custom_roles(connection)[who.custom_role].mandate
    )


def load_org(connection: Connection, now_ms: int) -> Org:
    """The company's people and teams as policy sees them at a moment."""
    teams = {row.id: Team(row.id, row.parent, row.shares_books) for row in connection.execute(select(team))}
    roles = custom_roles(connection)
    members = {
        a.user: Member(
            a.user,
            roles[a.custom_role].mandate if a.custom_role else mandate(a.role.value),
            a.team,
            a.is_disabled,
        )
        for a in accounts(connection)
    }
    absences = connection.execute(
        select(delegation.c.user, delegation.c.deputy)
        .where(delegation.c.ended_at.is_(None), delegation.c.starts <= now_ms, delegation.c.ends > now_ms)
        .order_by(delegation.c.id)
    )
    return Org(teams, members, tuple(Absence(row.user, row.deputy) for row in absences))


def domains(connection: Connection) -> dict[str, Domain]:
    """Every bucket: what it is for, whose it is, and with whom it is shared."""
    guests: dict[str, list[Guest]] = {}
    for row in connection.execute(select(guest).order_by(guest.c.bucket, guest.c.user)):
        guests.setdefault(row.bucket, []).append(Guest(row.user, row.can_write))
    rows = connection.execute(
        select(bucket.c.id, bucket.c.kind, bucket.c.owner, bucket.c.whole, bucket.c.part)
    )
    return {
        row.id: Domain(Kind(row.kind), row.owner, tuple(guests.get(row.whole or row.id, ())), row.part)
        for row in rows
    }


def domain(connection: Connection, place: str) -> Domain:
    """What one bucket is, without whom it is shared with."""
    row = connection.execute(
        select(bucket.c.kind, bucket.c.owner, bucket.c.part).where(bucket.c.id == place)
    ).one()
    return Domain(Kind(row.kind), row.owner, (), row.part)


def origins(connection: Connection) -> dict[str, str]:
    """Every bucket with the book that its customers are of: of a part that of the whole, of a set the one it was made for."""
    rows = connection.execute(select(bucket.c.id, bucket.c.whole, bucket.c.book)).all()
    made_for = {row.id: row.book for row in rows}
    return {row.id: made_for[row.whole or row.id] or row.whole or row.id for row in rows}


def books(connection: Connection, owner: str) -> list[str]:
    """The books somebody answers for: their own, and those that were handed to them whole."""
    found = select(bucket.c.id).where(
        bucket.c.owner == owner, bucket.c.kind == Kind.BOOK.value, bucket.c.whole.is_(None)
    )
    return sorted(connection.scalars(found))


def change_book_owner(connection: Connection, bucket_id: str, owner: str) -> None:
    """A book, or a set of its customers, is somebody else's to answer for, with its parts."""
    is_it = or_(bucket.c.id == bucket_id, bucket.c.whole == bucket_id)
    connection.execute(update(bucket).where(is_it).values(owner=owner))
