"""The administrator's commands about people and teams."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from msgspec.structs import replace
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.permissions import role_name
from sync_server.clock import moment
from sync_server.console import HERE, Dir, Json, authority, carry_out, company, language, say, table
from sync_server.orders import (
    AddTeam,
    AddUser,
    ChangeRole,
    ChangeTeam,
    DisableUser,
    EditTeam,
    Order,
    Transfer,
)
from sync_server.storage import people
from sync_server.storage.people import Account

team_app = typer.Typer(help="Teams. 团队。", no_args_is_help=True)
NoTeam = Annotated[bool, typer.Option("--no-team", help="To work in no team. 不属于任何团队。")]
user_app = typer.Typer(help="People. 用户。", no_args_is_help=True)
TeamName = Annotated[str, typer.Argument(help="The team's name. 团队名称。")]
UserName = Annotated[str, typer.Argument(help="The person's name. 用户姓名。")]
RoleOption = Annotated[str, typer.Option(help="What they are; see: role list. 角色，见 role list。")]

_SHARED_BOOKS: Final = (
    "The people of this very team read and change each other's customers; directors and auditors among them only read, "
    "and teams below it are not meant. 本团队成员互相可看、可改客户；其中总监和审计员只能看；不含下级团队。"
)


@team_app.command("add")
def team_add(
    name: str,
    parent: Annotated[str | None, typer.Option(help="The team it is part of. 上级团队。")] = None,
    share_books: Annotated[bool, typer.Option(help=_SHARED_BOOKS)] = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Add a team. 新增团队。"""
    with authority(directory) as database:
        with database.read() as connection:
            above = team_id(connection, parent)
        made = carry_out(database, AddTeam(moment().hex(16), name, above, share_books)).made
    say(as_json, {"team": made, "name": name}, f"已新增团队「{name}」。", f"Added the team “{name}”.")


@team_app.command("list")
def team_list(directory: Dir = HERE, as_json: Json = False) -> None:
    """List the teams. 列出团队。"""
    with company(directory) as database, database.read() as connection:
        names, org = people.team_names(connection), people.load_org(connection, moment().ms)
    rows = [
        {
            "team": team,
            "name": name,
            "parent": names.get(org.teams[team].parent or ""),
            "shares_books": org.teams[team].shares_books,
            "people": sum(member.team == team for member in org.present()),
        }
        for team, name in names.items()
    ]
    told = [{key: value for key, value in row.items() if key != "team"} for row in rows]
    table(as_json, "teams", rows, told)


@team_app.command("rename")
def team_rename(name: TeamName, new: str, directory: Dir = HERE, as_json: Json = False) -> None:
    """Give a team another name. 团队改名。"""
    _edit(directory, name, as_json, lambda _, team: replace(team, name=new))


@team_app.command("move")
def team_move(
    name: TeamName,
    parent: Annotated[
        str | None, typer.Option(help="The team it is part of from now on; none for the top. 新的上级团队。")
    ] = None,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Make a team part of another; who reads what follows. 变更上级团队。"""
    _edit(
        directory,
        name,
        as_json,
        lambda connection, team: replace(team, parent=team_id(connection, parent)),
    )


@team_app.command("share-books", help=_SHARED_BOOKS)
def team_share_books(
    name: TeamName,
    off: Annotated[bool, typer.Option("--off", help="No longer. 不再共享。")] = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Whether the people of a team read and change each other's customers."""
    _edit(directory, name, as_json, lambda _, team: replace(team, shares_books=not off))


def _edit(
    directory: Path, name: str, as_json: bool, change: Callable[[Connection, EditTeam], EditTeam]
) -> None:
    """Make a team what `change` makes of it as it is."""
    with authority(directory) as database:
        with database.read() as connection:
            team = people.find_team(connection, name)
            found = people.load_org(connection, moment().ms).teams[team]
            names = people.team_names(connection)
            order = EditTeam(moment().hex(16), team, names[team], found.parent, found.shares_books)
            order = change(connection, order)
        carry_out(database, order)
    facts = {
        "team": team,
        "name": order.name,
        "parent": names.get(order.parent or ""),
        "shares_books": order.shares_books,
    }
    say(as_json, facts, f"已变更团队「{order.name}」。", f"Changed the team “{order.name}”.")


@user_app.command("add")
def user_add(
    name: str,
    role: RoleOption,
    team: Annotated[str | None, typer.Option(help="Their team. 所属团队。")] = None,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Add a person. 新增用户。"""
    with authority(directory) as database:
        with database.read() as connection:
            place, what = team_id(connection, team), role_id(connection, role)
        user = carry_out(database, AddUser(moment().hex(16), name, what, place)).made
        with database.read() as connection:
            made = people.find_account(connection, user or "")
    say(
        as_json,
        {"user": made.user, "name": made.name, "role": made.role.value, "book": made.book},
        f"已新增用户「{made.name}」。下一步：crmdesk-server enrol {shlex.quote(made.name)}",
        f"Added “{made.name}”. Next: crmdesk-server enrol {shlex.quote(made.name)}",
    )


@user_app.command("list")
def user_list(directory: Dir = HERE, as_json: Json = False) -> None:
    """List the people. 列出用户。"""
    with company(directory) as database, database.read() as connection:
        found, names = people.accounts(connection), people.team_names(connection)
        custom = people.custom_roles(connection)
    rows: list[dict[str, Any]] = [
        {
            "user": a.user,
            "name": a.name,
            "role": a.role.value,
            "custom_role": custom[a.custom_role].name if a.custom_role else None,
            "team": names.get(a.team or ""),
            "disabled": a.is_disabled,
        }
        for a in found
    ]
    told = [
        {
            "name": row["name"],
            "role": role_name(row["role"], row["custom_role"], language()),
            "team": row["team"],
            "disabled": row["disabled"],
        }
        for row in rows
    ]
    table(as_json, "users", rows, told)


@user_app.command("disable")
def user_disable(name: UserName, directory: Dir = HERE, as_json: Json = False) -> None:
    """Shut a person out; what they wrote stays, what is unsent still comes in. 停用用户，其数据保留。"""
    made = rearrange(directory, name, lambda command, found: DisableUser(command, found.user))
    say(
        as_json,
        {"user": made.user, "disabled": True},
        f"已停用「{made.name}」。",
        f"“{made.name}” is shut out.",
    )


@user_app.command("role")
def user_role(
    name: UserName,
    role: Annotated[
        str, typer.Argument(help="What they are from now on; see: role list. 新角色，见 role list。")
    ],
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Promote a person, or give them other work. 变更角色。"""
    what = _read(directory, lambda connection: role_id(connection, role))
    made = rearrange(directory, name, lambda command, found: ChangeRole(command, found.user, what or ""))
    with company(directory) as database, database.read() as connection:
        own = people.custom_roles(connection)
    custom = own[made.custom_role].name if made.custom_role else None
    facts = {"user": made.user, "role": made.role.value, "custom_role": custom}
    zh, en = role_name(made.role.value, custom, "zh_CN"), role_name(made.role.value, custom, "en")
    say(as_json, facts, f"「{made.name}」的角色现在是：{zh}。", f"The role of “{made.name}” is now: {en}.")


@user_app.command("move")
def user_move(
    name: UserName,
    team: Annotated[str | None, typer.Option(help="The team to join. 新团队。")] = None,
    no_team: NoTeam = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Move a person to another team, or to none, with their customers. 变更团队。"""
    if (team is None) is not no_team:
        raise CrmError("bad_argument", argument="user move", hint="--team NAME, --no-team")
    place = _read(directory, lambda connection: team_id(connection, team))
    made = rearrange(directory, name, lambda command, found: ChangeTeam(command, found.user, place))
    facts = {"user": made.user, "team": made.team}
    say(as_json, facts, f"已变更「{made.name}」的团队。", f"Moved “{made.name}” to the team.")


@user_app.command("transfer")
def user_transfer(
    name: UserName,
    role: RoleOption,
    team: Annotated[
        str | None, typer.Option(help="The team to work in; theirs, unless given. 新团队,缺省不变。")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Who takes the customers over; none: they keep them. 接手人。")
    ] = None,
    no_team: NoTeam = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Give a person other work in one step: role, team, customers. 一步变更角色、团队和客户簿。"""
    if team is not None and no_team:
        raise CrmError("bad_argument", argument=team, hint="--team NAME, --no-team")
    what = _read(directory, lambda connection: role_id(connection, role)) or ""
    place = _read(directory, lambda connection: team_id(connection, team))
    if team is None and not no_team:
        place = _read(directory, lambda connection: people.find_account(connection, name).team)
    heir = _read(directory, lambda connection: user_id(connection, to))
    made = rearrange(directory, name, lambda command, found: Transfer(command, found.user, what, place, heir))
    facts = {"user": made.user, "role": made.role.value, "team": made.team, "book": made.book}
    say(as_json, facts, f"「{made.name}」已调岗。", f"“{made.name}” has other work now.")


def rearrange(directory: Path, user: str, order: Callable[[str, Account], Order]) -> Account:
    """Carry out an order about a person; returns what they are afterwards."""
    with authority(directory) as database:
        with database.read() as connection:
            found = people.find_account(connection, user)
        carry_out(database, order(moment().hex(16), found))
        with database.read() as connection:
            return people.find_account(connection, found.user)


def _read(directory: Path, question: Callable[[Connection], str | None]) -> str | None:
    with company(directory) as database, database.read() as connection:
        return question(connection)


def team_id(connection: Connection, name: str | None) -> str | None:
    """The team's id; None for none. Raises `not_found`."""
    return people.find_team(connection, name) if name else None


def user_id(connection: Connection, name: str | None) -> str | None:
    """The person's id; None for none. Raises `not_found`."""
    return people.find_account(connection, name).user if name else None


def role_id(connection: Connection, name: str) -> str:
    """A role as orders name it. Raises `not_found`."""
    base, custom = people.find_role(connection, name)
    return custom or base.value
