"""The company, its teams, its accounts, and the readers that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from crmdesk.core.errors import CrmError
from sync_server.policy import Member, Org, Role, Team
from sync_server.tables import account, bucket, company, reader, team


@dataclass(frozen=True, slots=True)
class Company:
    """Whose server this is. `epoch` rises when the database is restored; `config` is the shared bucket.

    `secret` (32 bytes) proves that a commit's salt came from this company; a backup has it too.
    """

    server_id: str
    name: str
    epoch: int
    secret: bytes
    actor: str
    config: str
    created_at: int


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


def load_company(connection: Connection) -> Company:
    row = connection.execute(select(company)).one()
    return Company(row.server_id, row.name, row.epoch, row.secret, row.actor, row.config, row.created_at)


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
            created_at=new.created_at,
        )
    )


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


def load_org(connection: Connection) -> Org:
    """The company's people and teams, as policy sees them."""
    teams = {row.id: Team(row.id, row.parent, row.shares_books) for row in connection.execute(select(team))}
    members = {a.user: Member(a.user, a.role, a.team, a.is_disabled) for a in accounts(connection)}
    return Org(teams, members)


def owners(connection: Connection) -> dict[str, str | None]:
    """Bucket -> the user whose book it is; None for the company's own."""
    return {row.id: row.owner for row in connection.execute(select(bucket.c.id, bucket.c.owner))}


def replace_readers(connection: Connection, readers: Mapping[str, Mapping[str, bool]]) -> None:
    """Write down who reads what: bucket -> user -> may write."""
    connection.execute(delete(reader))
    rows = [
        {"bucket": place, "user": user, "can_write": can_write}
        for place, rights in readers.items()
        for user, can_write in rights.items()
    ]
    if rows:
        connection.execute(insert(reader), rows)
