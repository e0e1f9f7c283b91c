"""`share` and `delegate`: who else sees a customer, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, group
from crmdesk.cli.output import instant
from crmdesk.cli.session import Session
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label

if TYPE_CHECKING:
    from datetime import date

    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

share_app = group("Customers that a colleague sees for a time. 共享客户。")
delegate_app = group("Who stands in for whom. 请假代理。")
Colleague = Annotated[str, typer.Argument(help="The colleague's name. 同事姓名。")]
Until = Annotated[
    str, typer.Option(help="The last day: a date, +7, or ever. 最后一天：日期、+7，或 ever（不限）。")
]
Id = Annotated[str, typer.Argument(help="As listed. 列出的编号。")]


@command(share_app, "add")
def add_share(
    session: Session,
    user: Colleague,
    customers: Annotated[list[str], typer.Argument(help="Ids, codes, names. 编号、代码或名称。")],
    until: Until = "+7",
    write: Annotated[bool, typer.Option("--write", help="They may change it too. 也可以修改。")] = False,
) -> None:
    """Let a colleague see customers and all below them; needs the server. 共享给同事。"""
    from crmdesk.sync import commands
    from crmdesk.usecases import sharing
    from crmdesk.usecases.directory import read_directory

    person = naming.person(read_directory(session.reader), user)
    found = [naming.customer(session.reader, name) for name in customers]
    ends = None if until == "ever" else sharing.end_of(_day(session, until))
    moved, is_here = _ask(
        session,
        lambda replica, http: commands.share(replica, http, found, person.id, can_write=write, until=ends),
    )
    for refused in moved.refused:
        raise CrmError(refused.code or "forbidden")
    session.out.say(
        {
            "customers": found,
            "user": person.id,
            "can_write": write,
            "until": instant(ends),
            "moved": moved.moved,
        },
        f"已共享给 {person.name}。" if is_here else f"已共享给 {person.name}；下次同步后可见。",
        f"Shared with {person.name}." if is_here else f"Shared with {person.name}; the next sync shows it.",
    )


@command(share_app, "end")
def end_share(session: Session, share: Id) -> None:
    """The colleague sees the customer no longer; needs the server. 结束共享。"""
    from crmdesk.sync import commands

    _ask(session, lambda replica, http: commands.end_share(replica, http, share))
    session.out.say({"share": share}, "已结束共享。", "It is shared no longer.")


@command(share_app, "list")
def list_shares(session: Session) -> None:
    """What is shared, by you and with you. 列出共享。"""
    from crmdesk.usecases import sharing
    from crmdesk.usecases.directory import read_directory

    names = read_directory(session.reader)
    found = sharing.shares(session.reader, session.workspace.clock.now_ms())
    if session.out.as_json:
        rows = [
            {"id": s.id, "customer": s.customer, "customer_name": s.customer_name, "user": s.user,
             "user_name": names.person_name(s.user), "can_write": s.can_write, "until": instant(s.until), "by": s.by}
            for s in found
        ]  # fmt: skip
        session.out.json({"shares": rows})
        return
    reads, writes = session.out.text("只读 可修改", "reads writes").split()
    session.out.rows(
        session.out.text("客户 同事 权限 最后一天 编号", "Customer Colleague May Until Id").split(),
        [
            (
                s.customer_name,
                names.person_name(s.user),
                writes if s.can_write else reads,
                _last(s.until),
                s.id,
            )
            for s in found
        ],
        empty=session.out.text(
            "上次同步时没有共享的客户；crmdesk sync 会取来新的。",
            "Nothing was shared as of the last sync; `crmdesk sync` fetches what is new.",
        ),
    )


@command(delegate_app, "add")
def add_delegation(
    session: Session,
    deputy: Colleague,
    until: Annotated[str, typer.Option(help="The last day. 最后一天。")],
    start: Annotated[
        str, typer.Option("--from", help="The first day; at once if left out. 第一天，省略则立即开始。")
    ] = "",
    user: Annotated[
        str, typer.Option("--for", help="Who is away; you if left out. 谁请假，省略则为本人。")
    ] = "",
) -> None:
    """Let a colleague do what you may while you are away; needs the server. 设定代理人。"""
    from crmdesk.sync import commands
    from crmdesk.usecases import sharing
    from crmdesk.usecases.directory import read_directory

    names = read_directory(session.reader)
    absent = naming.person(names, user) if user else names.me
    stand_in = naming.person(names, deputy)
    starts = sharing.start_of(_day(session, start)) if start else session.workspace.clock.now_ms()
    ends = sharing.end_of(_day(session, until))
    _ask(
        session,
        lambda replica, http: commands.delegate(
            replica, http, absent.id, stand_in.id, starts=starts, ends=ends
        ),
    )
    session.out.say(
        {"user": absent.id, "deputy": stand_in.id, "starts": instant(starts), "ends": instant(ends)},
        f"{stand_in.name} 代理 {absent.name}，至 {_last(ends)}。",
        f"{stand_in.name} stands in for {absent.name} until {_last(ends)}.",
    )


@command(delegate_app, "end")
def end_delegation(session: Session, delegation: Id) -> None:
    """Nobody stands in any longer; needs the server. 结束代理。"""
    from crmdesk.sync import commands

    _ask(session, lambda replica, http: commands.end_delegation(replica, http, delegation))
    session.out.say({"delegation": delegation}, "已结束代理。", "It is over.")


@command(delegate_app, "list")
def list_delegations(session: Session) -> None:
    """Who stands in for whom, now and later. 列出代理。"""
    from crmdesk.usecases import sharing
    from crmdesk.usecases.directory import read_directory

    names = read_directory(session.reader)
    found = sharing.delegations(session.reader, session.workspace.clock.now_ms())
    if session.out.as_json:
        rows = [
            {"id": d.id, "user": d.user, "user_name": names.person_name(d.user), "deputy": d.deputy,
             "deputy_name": names.person_name(d.deputy), "starts": instant(d.starts), "ends": instant(d.ends)}
            for d in found
        ]  # fmt: skip
        session.out.json({"delegations": rows})
        return
    session.out.rows(
        session.out.text("请假 代理 第一天 最后一天 编号", "Away Deputy From Until Id").split(),
        [
            (names.person_name(d.user), names.person_name(d.deputy), _first(d.starts), _last(d.ends), d.id)
            for d in found
        ],
        empty=session.out.text(
            "上次同步时没有代理；crmdesk sync 会取来新的。",
            "Nobody stood in for anybody as of the last sync; `crmdesk sync` fetches what is new.",
        ),
    )


def _ask(session: Session, work: Callable[[Replica, Http], Any]) -> tuple[Any, bool]:
    """Have the server do it; returns what it said, and whether what came of it is here already."""
    from crmdesk.sync.enrolment import connect

    with closing(connect(session.replica)) as http:
        return work(session.replica, http), session.fetch(http)


def _day(session: Session, text: str) -> date:
    """A day as people write it. Raises `bad_argument`."""
    from crmdesk.core.dates import parse_date

    found = parse_date(text, session.workspace.today())
    if found is None:
        raise CrmError(
            "bad_argument", argument=text, hint=Label("例如：12-05 或 +7。", "For example 12-05 or +7.")
        )
    return found


def _first(ms: int) -> str:
    from crmdesk.core.dates import day_of

    return day_of(ms).isoformat()


def _last(ms: int | None) -> str:
    from crmdesk.usecases import sharing

    return "—" if ms is None else sharing.last_day(ms).isoformat()
