"""The company, its teams, its accounts, and the readers that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import IDLE_MINUTES, LOCK_DAYS, PURGE_DAYS
from crmdesk.store import dialect
from sync_server.policy import Kind, Member, Org, Role, Team
from sync_server.tables import account, bucket, company, lost_right, reader, team


@dataclass(frozen=True, slots=True)
class Company:
    """Whose server this is. `epoch` rises when the database is restored.

    `config` is the bucket that everybody reads, `pool` the one whose customers anybody may claim,
    `pool_details` holds what hangs below those.
    `secret` (32 bytes) proves that a commit's salt came from this company; a backup has it too.
    A laptop locks after `lock_days` without contact and destroys what it holds after `purge_days`.
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


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in."""

    user: str
    name: str
    role: Role
    team: str | None
    book: str
    disabled_at: int | None

    @property
    def is_disabled(self) -> bool:
        return self.disabled_at is not None


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


def find_team(connection: Connection, name_or_id: str) -> str:
    """A team's id. Raises `not_found`."""
    found = connection.scalar(
        select(team.c.id).where(or_(team.c.id == name_or_id, team.c.name == name_or_id))
    )
    if found is None:
        raise CrmError("not_found", name=name_or_id)
    return str(found)


def team_names(connection: Connection) -> dict[str, str]:
    """Team id -> name, oldest first."""
    return {
        row.id: row.name for row in connection.execute(select(team.c.id, team.c.name).order_by(team.c.id))
    }


def is_name_taken(connection: Connection, name: str) -> bool:
    """Whether an account or a team bears the name."""
    return (
        connection.scalar(select(account.c.user).where(account.c.name == name)) is not None
        or connection.scalar(select(team.c.id).where(team.c.name == name)) is not None
    )


def add_account(connection: Connection, new: Account) -> None:
    connection.execute(
        insert(account).values(
            user=new.user, name=new.name, role=new.role.value, team=new.team, book=new.book, disabled_at=None
        )
    )


def find_account(connection: Connection, name_or_id: str) -> Account:
    """An account by its id or its name. Raises `not_found`."""
    row = connection.execute(
        select(account).where(or_(account.c.user == name_or_id, account.c.name == name_or_id))
    ).one_or_none()
    if row is None:
        raise CrmError("not_found", name=name_or_id)
    return _account(row)


def accounts(connection: Connection) -> list[Account]:
    """Every account, oldest first."""
    return [_account(row) for row in connection.execute(select(account).order_by(account.c.user))]


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(row.user, row.name, Role(row.role), row.team, row.book, row.disabled_at)


def disable(connection: Connection, user: str, at: int) -> None:
    connection.execute(
        update(account).where(account.c.user == user, account.c.disabled_at.is_(None)).values(disabled_at=at)
    )


def change_account(connection: Connection, user: str, *, role: Role, team_id: str | None, book: str) -> None:
    """Write down what somebody now is, where, and which book their new customers go to."""
    values = {"role": role.value, "team": team_id, "book": book}
    connection.execute(update(account).where(account.c.user == user).values(**values))


def load_org(connection: Connection) -> Org:
    """The company's people and teams, as policy sees them."""
    teams = {row.id: Team(row.id, row.parent, row.shares_books) for row in connection.execute(select(team))}
    members = {a.user: Member(a.user, a.role, a.team, a.is_disabled) for a in accounts(connection)}
    return Org(teams, members)


def buckets_of(connection: Connection) -> dict[str, tuple[Kind, str | None]]:
    """Every bucket: what it is for, and whose book it is."""
    rows = connection.execute(select(bucket.c.id, bucket.c.kind, bucket.c.owner))
    return {row.id: (Kind(row.kind), row.owner) for row in rows}


def books(connection: Connection, owner: str) -> list[str]:
    """The books somebody answers for: their own, and those that were handed to them whole."""
    found = select(bucket.c.id).where(bucket.c.owner == owner, bucket.c.kind == Kind.BOOK.value)
    return sorted(connection.scalars(found))


def change_book_owner(connection: Connection, book: str, owner: str) -> None:
    connection.execute(update(bucket).where(bucket.c.id == book).values(owner=owner))


def replace_readers(
    connection: Connection, readers: Mapping[str, Mapping[str, bool]], now_ms: int
) -> list[tuple[str, str, bool | None, bool | None]]:
    """Write down who reads what: bucket -> user -> may write. What somebody could read before is kept as lost.

    Returns what changed: (bucket, user, could write, can write); None where they could or can not even read.
    """
    rows = connection.execute(select(reader.c.bucket, reader.c.user, reader.c.can_write))
    before = {(row.bucket, row.user): row.can_write for row in rows}
    after = {
        (place, user): can_write for place, rights in readers.items() for user, can_write in rights.items()
    }
    lost = [(*key, before[key], now_ms) for key in sorted(before.keys() - after.keys())]
    changed = sorted(key for key in after if before.get(key) != after[key])
    for place, user, can_write, at in lost:
        _forget_right(connection, place, user)
        connection.execute(insert(lost_right).values(bucket=place, user=user, can_write=can_write, at=at))
    for place, user in changed:
        _forget_right(connection, place, user)
        connection.execute(insert(reader).values(bucket=place, user=user, can_write=after[place, user]))
    gone = [(*key, before[key], None) for key in sorted(before.keys() - after.keys())]
    return gone + [(*key, before.get(key), after[key]) for key in changed]


def _forget_right(connection: Connection, place: str, user: str) -> None:
    for table in (reader, lost_right):
        connection.execute(delete(table).where(table.c.bucket == place, table.c.user == user))


def lost_rights(connection: Connection, user: str) -> dict[str, tuple[bool, int]]:
    """The buckets a user could once read: bucket -> (could write, until when)."""
    rows = dialect.run(connection, 'SELECT bucket, can_write, at FROM lost_right WHERE "user" = ?', (user,))
    return {place: (bool(can_write), at) for place, can_write, at in rows}
