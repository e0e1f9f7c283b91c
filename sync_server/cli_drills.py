"""The administrator's drills: somebody leaves, is transferred, is promoted; `--preview` says what will happen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crmdesk.core.answers import Foresight, Laptop, SightChange
from crmdesk.core.errors import Language
from sync_server import commands, foreseeing
from sync_server.cli_people import role_id, team_id, user_id
from sync_server.clock import moment
from sync_server.console import HERE, Dir, Json, authority, carry_out, company, say, time_of
from sync_server.orders import ChangeBookOwner, DisableUser, Transfer, UserOrder
from sync_server.spoken import state_word
from sync_server.storage import people

app = typer.Typer(
    help="Somebody leaves, is transferred or promoted. 离职、调岗与晋升。", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="The person's name. 用户姓名。")]
Preview = Annotated[
    bool, typer.Option("--preview", help="Only say what will happen; change nothing. 只预览，不做改动。")
]
Heir = Annotated[
    str | None,
    typer.Option(
        "--to", help="Who takes the customers over; none: they stay where they are. 接手人。不填则客户不动。"
    ),
]
TeamOption = Annotated[str | None, typer.Option(help="The team to work in. 新团队。")]


@app.command()
def leaver(
    name: Name, to: Heir = None, preview: Preview = False, directory: Dir = HERE, as_json: Json = False
) -> None:
    """Somebody leaves: shut out, their customers to a colleague, unsent work still comes in. 离职。"""
    with company(directory) as database, database.read() as connection:
        user, heir = people.find_account(connection, name).user, user_id(connection, to)
    order: UserOrder = DisableUser(moment().hex(16), user)
    if heir is not None:
        order = ChangeBookOwner(moment().hex(16), user, heir, leaving=True)
    _run(directory, order, preview, as_json)


@app.command()
def transfer(
    name: Name,
    team: Annotated[str, typer.Option(help="The team to work in. 新团队。")],
    role: Annotated[
        str | None, typer.Option(help="What they are there; as now, unless given. 新角色。")
    ] = None,
    to: Heir = None,
    preview: Preview = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Somebody works in another team, with their customers or without. 调岗。"""
    _run(directory, _transfer(directory, name, role, team, to), preview, as_json)


@app.command()
def promotion(
    name: Name,
    role: Annotated[str, typer.Option(help="What they are from now on; see: role list. 新角色。")],
    team: TeamOption = None,
    to: Heir = None,
    preview: Preview = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Somebody is promoted: another role, in the same team unless one is given. 晋升。"""
    _run(directory, _transfer(directory, name, role, team, to), preview, as_json)


def _transfer(directory: Path, name: str, role: str | None, team: str | None, to: str | None) -> Transfer:
    with company(directory) as database, database.read() as connection:
        found = people.find_account(connection, name)
        what = role_id(connection, role) if role else found.custom_role or found.role.value
        place = team_id(connection, team) if team else found.team
        return Transfer(moment().hex(16), found.user, what, place, user_id(connection, to))


def _run(directory: Path, order: UserOrder, preview: bool, as_json: bool) -> None:
    """Say what the order brings about, and carry it out unless it is only looked at."""
    with company(directory) as database, database.read() as connection:
        found = foreseeing.foresee(connection, commands.console(connection), order, moment())
        names = {account.user: account.name for account in people.accounts(connection)}
    if not preview:
        with authority(directory) as database:
            carry_out(database, order)
    facts = {"done": not preview, **msgspec.to_builtins(found)}
    heir = names.get(found.heir or "")
    head = (("预览，未做改动。", "A preview; nothing was changed."), ("已完成。", "Done."))[not preview]
    zh, en = _told(found, heir)
    say(as_json, facts, "\n".join((head[0], *zh)), "\n".join((head[1], *en)))


def _told(found: Foresight, heir: str | None) -> tuple[list[str], list[str]]:
    """What happens, in both languages, a line each."""
    zh = [
        f"客户 {found.customers}，记录 {found.records}，未完成任务 {found.open_tasks}："
        + (f"归「{heir}」（原有客户 {found.heir_customers}）" if heir else "归属不变"),
        f"共享出去 {found.shares_given}，收到的共享 {found.shares_held}，代理 {found.delegations}",
        f"谁能看「{found.name}」的客户：{_list(found.readers, '可修改', '只读', '看不到')}",
        f"「{found.name}」能看谁的客户：{_list(found.sees, '可修改', '只读', '看不到')}",
        f"设备：{_laptops(found.laptops, 'zh_CN') or '无'}；未发送的内容未知",
    ]
    en = [
        f"{found.customers} customers, {found.records} records, {found.open_tasks} open tasks: "
        + (f"to “{heir}”, who has {found.heir_customers} customers" if heir else "they stay where they are"),
        f"{found.shares_given} shares given, {found.shares_held} held, {found.delegations} delegations",
        f"Who reads the customers of “{found.name}”: {_list(found.readers, 'write', 'read', 'nothing')}",
        f"Whose customers “{found.name}” reads: {_list(found.sees, 'write', 'read', 'nothing')}",
        f"Laptops: {_laptops(found.laptops, 'en') or 'none'}; what is unsent on them is not known",
    ]
    return zh, en


def _list(sights: Iterable[SightChange], write: str, read: str, nothing: str) -> str:
    words = {"write": write, "read": read, None: nothing}
    told = (
        f"{one.name} ({words[one.before]})"
        if one.before == one.after
        else f"{one.name} ({words[one.before]} → {words[one.after]})"
        for one in sights
    )
    return ", ".join(told) or "-"


def _laptops(laptops: Iterable[Laptop], language: Language) -> str:
    return ", ".join(
        f"{one.name} [{state_word(one.state).text(language)}] {time_of(one.pulled_at)}" for one in laptops
    )
