"""The administrator's commands about rights: roles of the company's own, shared customers, deputies."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from crmdesk.core.dates import COMPANY_ZONE
from crmdesk.core.errors import CrmError
from crmdesk.core.roles import Mandate, Role
from sync_server.clock import moment
from sync_server.console import (
    HERE,
    Dir,
    Json,
    authority,
    carry_out,
    company,
    first_day,
    instant,
    last_day,
    names_of,
    say,
    table,
)
from sync_server.orders import DefineRole, Delegate, EndDelegation, EndShare, Share
from sync_server.permitting import customer_name
from sync_server.spoken import fields_told, parts_told, role_word
from sync_server.storage import people, sharing
from sync_server.storage.people import Account, CustomRole

role_app = typer.Typer(help="Roles, the company's own among them. 角色。", no_args_is_help=True)
share_app = typer.Typer(help="Customers that colleagues see for a time. 共享的客户。", no_args_is_help=True)
delegation_app = typer.Typer(help="Who stands in for whom. 代理。", no_args_is_help=True)
RoleName = Annotated[str, typer.Argument(help="The role's name. 角色名称。")]
Withhold = Annotated[
    list[str] | None,
    typer.Option(help="A field it may not write: customer.grade, visit.*; may be repeated. 不可填写的字段。"),
]
Hide = Annotated[
    list[str] | None, typer.Option(help="A part it may not read: contact; may be repeated. 不可查看的部分。")
]
Until = Annotated[
    str | None,
    typer.Option(
        help=f"Until a day (included) or an instant, by {COMPANY_ZONE} time. 截止日期（含当天）或时间，按{COMPANY_ZONE}时间。"
    ),
]


@role_app.command("list")
def role_list(directory: Dir = HERE, as_json: Json = False) -> None:
    """List the roles. 列出角色。"""
    with company(directory) as database, database.read() as connection:
        custom, staff = people.custom_roles(connection), _present(connection)
    rows: list[dict[str, Any]] = [
        {
            "role": role.value,
            "name": role.value,
            "base": None,
            "withheld": 0,
            "hidden": 0,
            "people": sum(a.role is role and a.custom_role is None for a in staff),
        }
        for role in Role
    ]
    rows += [
        {
            "role": one.id,
            "name": one.name,
            "base": one.base.value,
            "withheld": len(one.withheld),
            "hidden": len(one.hidden),
            "people": sum(a.custom_role == one.id for a in staff),
        }
        for one in custom.values()
    ]
    told = [
        {
            "name": role_word(row["name"]) if row["base"] is None else row["name"],
            "base": row["base"] and role_word(row["base"]),
            "withheld": fields_told(custom[row["role"]].withheld if row["base"] else ()),
            "hidden": parts_told(custom[row["role"]].hidden if row["base"] else ()),
            "people": row["people"],
        }
        for row in rows
    ]
    table(as_json, "roles", rows, told)


@role_app.command("show")
def role_show(name: RoleName, directory: Dir = HERE, as_json: Json = False) -> None:
    """What a role may not write and not read, and who has it. 查看角色。"""
    with company(directory) as database, database.read() as connection:
        base, custom = people.find_role(connection, name)
        found = people.custom_roles(connection)[custom] if custom else None
        names = sorted(a.name for a in _present(connection) if (a.role, a.custom_role) == (base, custom))
    withheld = sorted(found.withheld) if found else []
    facts: dict[str, Any] = {
        "role": custom or base.value,
        "name": found.name if found else base.value,
        "base": base.value if found else None,
        "withheld": withheld,
        "hidden": sorted(found.hidden) if found else [],
        "people": names,
    }
    what, fields, parts = role_word(base.value), fields_told(withheld), parts_told(facts["hidden"])
    say(
        as_json,
        facts,
        f"{'复制自' if found else '角色'}：{what.zh}\n不可填写：{fields.zh}\n看不到：{parts.zh}\n人员：{'、'.join(names) or '-'}",
        f"{'Copy of' if found else 'Role'}: {what.en}\nMay not write: {fields.en}\nMay not read: {parts.en}\n"
        f"People: {', '.join(names) or '-'}",
    )


@role_app.command("copy")
def role_copy(
    name: RoleName,
    of: Annotated[str, typer.Option(help="The role it is a copy of. 复制自哪个角色。")],
    withhold: Withhold = None,
    hide: Hide = None,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Make a role as a copy of another that may write less. 复制角色并收紧权限。"""
    with authority(directory) as database:
        with database.read() as connection:
            base, custom = people.find_role(connection, of)
            known = people.custom_roles(connection)[custom].mandate if custom else Mandate(base)
        withheld = tuple(sorted({*known.withheld, *(withhold or ())}))
        hidden = tuple(sorted({*known.hidden, *(hide or ())}))
        order = DefineRole(moment().hex(16), None, name, custom or base.value, withheld, hidden)
        made = carry_out(database, order)
    facts = {
        "role": made.made,
        "name": name,
        "base": base.value,
        "withheld": list(withheld),
        "hidden": list(hidden),
    }
    say(as_json, facts, f"已新增角色「{name}」。", f"Made the role “{name}”.")


@role_app.command("set")
def role_set(
    name: RoleName,
    withhold: Withhold = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="A field it may write again; may be repeated. 恢复可填写的字段。")
    ] = None,
    hide: Hide = None,
    reveal: Annotated[
        list[str] | None, typer.Option(help="A part it may read again; may be repeated. 恢复可查看的部分。")
    ] = None,
    rename: Annotated[str | None, typer.Option(help="Another name. 新名称。")] = None,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Change one of the company's own roles, for all who have it at once. 变更自定义角色，立即对所有人生效。"""
    with authority(directory) as database:
        with database.read() as connection:
            before = _own(connection, name)
            staff = sum(a.custom_role == before.id for a in _present(connection))
        withheld = tuple(sorted((before.withheld | {*(withhold or ())}) - {*(allow or ())}))
        hidden = tuple(sorted((before.hidden | {*(hide or ())}) - {*(reveal or ())}))
        new = rename or before.name
        carry_out(database, DefineRole(moment().hex(16), before.id, new, before.base.value, withheld, hidden))
    facts = {
        "role": before.id,
        "name": new,
        "withheld": list(withheld),
        "hidden": list(hidden),
        "people": staff,
    }
    say(
        as_json,
        facts,
        f"已变更角色「{new}」，影响 {staff} 人。",
        f"Changed the role “{new}”; {staff} people have it.",
    )


def _own(connection: Connection, name: str) -> CustomRole:
    _, custom = people.find_role(connection, name)
    if custom is None:
        hint = "role copy"
        raise CrmError("bad_argument", argument=name, hint=hint)
    return people.custom_roles(connection)[custom]


def _present(connection: Connection) -> list[Account]:
    return [account for account in people.accounts(connection) if not account.is_disabled]


# -- shares -----------------------------------------------------------------------------------------------


@share_app.command("add")
def share_add(
    customers: Annotated[list[str], typer.Argument(help="The customers' ids. 客户编号。")],
    user: Annotated[str, typer.Option("--with", help="The colleague. 共享给谁。")],
    write: Annotated[bool, typer.Option("--write", help="They may change them too. 可以修改。")] = False,
    until: Until = None,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Let a colleague see customers and all below them. 把客户共享给同事。"""
    over = instant(until, "--until", is_end=True)
    with authority(directory) as database:
        with database.read() as connection:
            guest = people.find_account(connection, user)
        order = Share(moment().hex(16), tuple(customers), guest.user, write, over)
        made = carry_out(database, order)
    facts = {"user": guest.user, "customers": len(made.results), "moved": made.moved, "until": over}
    say(
        as_json,
        facts,
        f"已把 {len(made.results)} 个客户共享给「{guest.name}」。",
        f"“{guest.name}” sees {len(made.results)} customers now.",
    )


@share_app.command("list")
def share_list(
    user: Annotated[str | None, typer.Option("--with", help="Only with this colleague. 只看某人。")] = None,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """List what is shared and lasts. 列出共享的客户。"""
    with company(directory) as database, database.read() as connection:
        names = {a.user: a.name for a in people.accounts(connection)}
        guest = people.find_account(connection, user).user if user else None
        found = sharing.shares_with(connection, guest) if guest else sharing.lasting(connection)
        owners = sharing.owners(connection, {one.customer for one in found})
        called = {one.customer: customer_name(connection, one.customer) for one in found}
        whose = names_of(connection)
    rows = [
        {
            "share": one.id,
            "customer": one.customer,
            "of": names.get(owners.get(one.customer, "")),
            "with": names.get(one.user, one.user),
            "can_write": one.can_write,
            "by": names.get(one.by, one.by),
            "until_at": one.until,
        }
        for one in found
    ]
    told = [
        {
            "share": one.id,
            "customer": called[one.customer] or one.customer,
            "of": row["of"],
            "with": row["with"],
            "can_write": one.can_write,
            "until": last_day(one.until),
            "by": whose.get(one.by, one.by),
        }
        for row, one in zip(rows, found, strict=True)
    ]
    table(as_json, "shares", rows, told)


@share_app.command("end")
def share_end(share: str, directory: Dir = HERE, as_json: Json = False) -> None:
    """End a share; `share list` names it. 结束共享。"""
    with authority(directory) as database:
        carry_out(database, EndShare(moment().hex(16), share))
    say(as_json, {"share": share, "ended": True}, "已结束共享。", "The share is over.")


# -- delegations ------------------------------------------------------------------------------------------


@delegation_app.command("add")
def delegation_add(
    user: Annotated[str, typer.Argument(help="Who is away. 被代理人。")],
    to: Annotated[str, typer.Option(help="Who stands in. 代理人。")],
    until: Annotated[
        str,
        typer.Option(
            help=f"The last day, or an instant, by {COMPANY_ZONE} time. 截止日期（含当天）或时间，按{COMPANY_ZONE}时间。"
        ),
    ],
    since: Annotated[
        str | None,
        typer.Option(
            "--from",
            help=f"From a day or an instant, by {COMPANY_ZONE} time; now, unless given. 开始，按{COMPANY_ZONE}时间。",
        ),
    ] = None,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Let somebody stand in for another for a time. 设定代理。"""
    starts, ends = instant(since, "--from"), instant(until, "--until", is_end=True)
    now = moment()
    with authority(directory) as database:
        with database.read() as connection:
            absent, deputy = (people.find_account(connection, name) for name in (user, to))
        order = Delegate(now.hex(16), absent.user, deputy.user, starts or now.ms, ends or 0)
        made = carry_out(database, order).made
    facts = {
        "delegation": made,
        "user": absent.user,
        "deputy": deputy.user,
        "starts": order.starts,
        "ends": order.ends,
    }
    say(
        as_json,
        facts,
        f"「{deputy.name}」代理「{absent.name}」。",
        f"“{deputy.name}” stands in for “{absent.name}”.",
    )


@delegation_app.command("list")
def delegation_list(directory: Dir = HERE, as_json: Json = False) -> None:
    """List who stands in for whom, now or later. 列出代理。"""
    with company(directory) as database, database.read() as connection:
        names = {a.user: a.name for a in people.accounts(connection)}
        now, whose = moment().ms, names_of(connection)
        found = [one for one in sharing.delegations(connection) if one.ends > now]
    rows = [
        {
            "delegation": one.id,
            "user": names.get(one.user, one.user),
            "deputy": names.get(one.deputy, one.deputy),
            "starts_at": one.starts,
            "ends_at": one.ends,
            "by": names.get(one.by, one.by),
        }
        for one in found
    ]
    told = [
        {
            "delegation": one.id,
            "user": row["user"],
            "deputy": row["deputy"],
            "since": first_day(one.starts),
            "until": last_day(one.ends),
            "by": whose.get(one.by, one.by),
        }
        for row, one in zip(rows, found, strict=True)
    ]
    table(as_json, "delegations", rows, told)


@delegation_app.command("end")
def delegation_end(delegation: str, directory: Dir = HERE, as_json: Json = False) -> None:
    """End it at once; `delegation list` names it. 立即结束代理。"""
    with authority(directory) as database:
        carry_out(database, EndDelegation(moment().hex(16), delegation))
    say(as_json, {"delegation": delegation, "ended": True}, "已结束代理。", "It is over.")
