"""`release`, `claim`, `people`, `refused`, `late`, `request`: what moves between people, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crmdesk.cli import naming
from crmdesk.cli.access import PASSWORD, PasswordFd
from crmdesk.cli.command import command, group, root
from crmdesk.cli.customers import Customer
from crmdesk.cli.output import instant, moment
from crmdesk.cli.session import Session
from crmdesk.cli.writing import Overwrite, check_free
from crmdesk.core.errors import CrmError, describe
from crmdesk.core.record import RecordKey

if TYPE_CHECKING:
    from crmdesk.core.answers import Moved
    from crmdesk.core.registry import Registry
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http
    from crmdesk.usecases.directory import Person
    from crmdesk.usecases.late_work import Late
    from crmdesk.usecases.refusals import Refusal
    from crmdesk.usecases.requests import Request
    from crmdesk.usecases.set_aside import Aside

people_app = group("Who is what, for those who lead. 人员。")
refused_app = group("What the server would not take. 被拒绝的修改。")
late_app = group("What former owners wrote late. 迟到的修改。")
request_app = group("What was asked offline. 申请。")
Colleague = Annotated[str, typer.Argument(help="The colleague's name. 同事姓名。")]
Record = Annotated[str, typer.Argument(help="The record's id. 记录编号。")]
_NOT_NOW = (
    "order_needs_network", "order_unanswered", "offline", "server_busy", "not_crmdesk", "server_untrusted",
)  # fmt: skip


@command(root, "release")
def release(session: Session, customer: Customer) -> None:
    """Give a customer to the pool; offline it is asked for. 放入公海。"""
    from crmdesk.sync import commands

    _wish(session, customer, "release", lambda replica, http, found: commands.release(replica, http, [found]))


@command(root, "claim")
def claim(session: Session, customer: Customer) -> None:
    """Take a customer out of the pool; offline it is a bid. 认领。"""
    from crmdesk.sync import commands

    _wish(session, customer, "claim", lambda replica, http, found: commands.claim(replica, http, [found]))


def _wish(
    session: Session,
    customer: str,
    kind: Literal["claim", "release"],
    ask: Callable[[Replica, Http, str], Moved],
) -> None:
    from crmdesk.sync.enrolment import connect
    from crmdesk.usecases import requests
    from crmdesk.usecases.directory import read_directory

    found = naming.customer(session.reader, customer)
    name = str(session.reader.value("SELECT f_name FROM p_customer WHERE id = ?", (found,)) or "")
    try:
        with closing(connect(session.replica)) as http:
            moved = ask(session.replica, http, found)
            is_here = session.fetch(http)
    except CrmError as error:
        if error.code not in _NOT_NOW:
            raise
        requests.ask(session.replica, kind, [(found, name)])
        session.out.say(
            {"customer": found, "outcome": "asked", "moved": 0},
            "已提交申请；下次同步时由服务器决定。",
            "Asked for; the server decides at the next sync.",
        )
        return
    for result in moved.refused:
        holder = read_directory(session.reader).person_name(result.holder or "")
        raise CrmError(result.code or "forbidden", name=holder)
    session.out.say(
        {"customer": found, "outcome": "done", "moved": moved.moved},
        f"已完成，共 {moved.moved} 条记录{'' if is_here else '；下次同步后可见'}。",
        f"Done, {moved.moved} records{'' if is_here else '; the next sync shows it'}.",
    )


# -- people -----------------------------------------------------------------------------------------------


@command(people_app, "handover")
def handover(
    session: Session,
    user: Colleague,
    to: Annotated[str, typer.Argument(help="Who takes over. 接手人。")],
    leaving: Annotated[bool, typer.Option("--leaving", help="The person leaves. 该用户离职。")] = False,
    password_fd: PasswordFd = None,
) -> None:
    """Hand somebody's whole book to another person; no record moves. 整本移交客户簿。"""
    from crmdesk.sync import commands

    person, taker = _people(session, user, to)
    _ask(
        session,
        lambda replica, http: commands.change_book_owner(replica, http, person.id, taker.id, leaving=leaving),
        password_fd,
    )
    session.out.say(
        {"user": person.id, "to": taker.id, "leaving": leaving},
        f"{person.name} 的客户今后由 {taker.name} 负责。",
        f"{taker.name} answers for the customers of {person.name} now.",
    )


@command(people_app, "role")
def role(
    session: Session,
    user: Colleague,
    role: Annotated[
        Literal["rep", "manager", "director", "administrator"], typer.Argument(help="The role. 角色。")
    ],
    password_fd: PasswordFd = None,
) -> None:
    """Promote somebody, or give them other work. 变更角色。"""
    from crmdesk.sync import commands

    (person,) = _people(session, user)
    _ask(session, lambda replica, http: commands.change_role(replica, http, person.id, role), password_fd)
    session.out.say({"user": person.id, "role": role}, "已变更角色。", "The role was changed.")


@command(people_app, "move")
def move(
    session: Session,
    user: Colleague,
    team: Annotated[str, typer.Option(help="The team; none if left out. 团队。")] = "",
) -> None:
    """Move somebody to another team, with their customers. 变更团队。"""
    from crmdesk.sync import commands
    from crmdesk.usecases.directory import read_directory

    (person,) = _people(session, user)
    teams = read_directory(session.reader).teams
    found = next((key for key, name in teams.items() if team in (key, name)), None)
    if team and found is None:
        raise CrmError("not_found")
    _ask(session, lambda replica, http: commands.change_team(replica, http, person.id, found))
    session.out.say({"user": person.id, "team": found}, "已变更团队。", "The team was changed.")


def _people(session: Session, *names: str) -> list[Person]:
    from crmdesk.usecases.directory import read_directory

    directory = read_directory(session.reader)
    return [naming.person(directory, name) for name in names]


def _ask(session: Session, work: Callable[[Replica, Http], Any], password_fd: int | None = None) -> None:
    """Have the server do it; where it takes the password, that is asked for."""
    from crmdesk.sync.commands import ordering
    from crmdesk.sync.enrolment import connect
    from crmdesk.sync.signing_in import confirmed

    with closing(connect(session.replica)) as http:
        with ordering():
            confirmed(
                http,
                lambda: work(session.replica, http),
                lambda: session.passwords(password_fd, PASSWORD)[0],
            )
        session.fetch(http)


# -- what was refused ---------------------------------------------------------------------------------------


def _refusals(session: Session) -> list[Refusal]:
    from crmdesk.usecases import refusals
    from crmdesk.usecases.directory import read_registry

    return refusals.listed(session.reader, read_registry(session.reader))


def _refusal(session: Session, record: str) -> Refusal:
    found = next((one for one in _refusals(session) if one.record == record), None)
    if found is None:
        raise CrmError("not_found")
    return found


@command(refused_app, "list")
def list_refused(session: Session) -> None:
    """What was refused and why. 列出。"""
    found = _refusals(session)
    if session.out.as_json:
        rows = [
            {"record": r.record, "entity": r.entity, "title": r.title, "code": r.code, "about": r.about,
             "verdict": r.verdict, "changes": len(r.counters)}
            for r in found
        ]  # fmt: skip
        session.out.json({"refused": rows})
        return
    session.out.rows(
        session.out.text("记录 原因 编号", "Record Reason Id").split(),
        [
            (
                r.title,
                describe(r.code, session.out.language, {"field": r.about, "entity": r.about}).happened,
                r.record,
            )
            for r in found
        ],
        empty=session.out.text("没有被拒绝的修改。", "Nothing was refused."),
    )


@command(refused_app, "show")
def show_refused(session: Session, record: Record) -> None:
    """All that was written to a record and refused. 查看内容。"""
    from crmdesk.usecases import refusals

    found = _refusal(session, record)
    said = refusals.said(refusals.written(session.reader, found))
    if session.out.as_json:
        session.out.json({"record": record, "entity": found.entity, "code": found.code, "values": said})
        return
    session.out.pairs([(name, str(value)) for name, value in said.items()])


@command(refused_app, "retry")
def retry_refused(
    session: Session,
    record: Annotated[
        str, typer.Argument(help="The record's id; all if left out. 记录编号，省略则全部。")
    ] = "",
) -> None:
    """Send it again with the next sync. 再次发送。"""
    from crmdesk.usecases import refusals

    count = refusals.retry(session.replica, record or None).value
    session.out.say({"retried": count}, f"{count} 处修改将再次发送。", f"{count} changes will be sent again.")


@command(refused_app, "discard")
def discard_refused(session: Session, record: Record) -> None:
    """Take it out again; the record is as the server has it. 作废。"""
    from crmdesk.usecases import refusals

    found = _refusal(session, record)
    done = refusals.discard(session.replica, RecordKey(found.entity, found.record))
    session.out.say(
        {"record": record, "values": done.value.said, "name": done.value.name}, "已作废。", "Discarded."
    )


@command(refused_app, "discarded")
def list_discarded(session: Session) -> None:
    """What was discarded in the last 30 days, and what was typed on records that left. 已搁置的内容。"""
    from crmdesk.usecases import set_aside
    from crmdesk.usecases.directory import read_registry

    now = session.workspace.clock.now_ms()
    registry = read_registry(session.reader)
    found = set_aside.listed(session.reader, registry, now)
    if session.out.as_json:
        rows = [{"name": a.name, "kind": a.kind, "entity": a.entity, "said": a.said} for a in found]
        session.out.json({"set_aside": rows})
        return
    session.out.rows(
        session.out.text("内容 名称", "Content Name").split(),
        [(" · ".join(_values(session, registry, a)), a.name) for a in found],
        empty=session.out.text("没有搁置的内容。", "Nothing was set aside."),
    )


def _values(session: Session, registry: Registry, aside: Aside) -> list[str]:
    from crmdesk.core.format import format_value
    from crmdesk.usecases.directory import read_directory

    names = read_directory(session.reader).name_of
    return [
        "、".join(map(str, value))
        if isinstance(value, list)
        else format_value(registry.find(aside.entity, name), value, session.out.language, names)
        for name, value in aside.said.items()
    ]


@command(refused_app, "restore")
def bring_back_discarded(
    session: Session, name: Annotated[str, typer.Argument(help="As listed. 列出的名称。")]
) -> None:
    """Write what was discarded once more, as a new change. 恢复已作废的修改。"""
    from crmdesk.usecases import set_aside

    done = set_aside.bring_back(session.replica, name)
    session.out.say({"record": done.value}, "已恢复。", "Brought back.")


@command(refused_app, "export")
def export_refused(
    session: Session,
    file: Annotated[Path, typer.Argument(help="The file. 文件。")],
    overwrite: Overwrite = False,
) -> None:
    """Write everything that was refused to a JSON file. 导出。"""
    from crmdesk.usecases import refusals
    from crmdesk.usecases.directory import read_registry

    check_free(file, overwrite=overwrite)
    count = refusals.export(session.reader, read_registry(session.reader), file, session.out.language)
    session.out.say(
        {"file": str(file), "refused": count}, f"已导出 {count} 处修改。", f"Wrote {count} changes."
    )


# -- late work and requests -----------------------------------------------------------------------------------


@command(late_app, "list")
def list_late(session: Session) -> None:
    """What former owners wrote before hearing that a customer is yours. 列出。"""
    from crmdesk.usecases import late_work
    from crmdesk.usecases.directory import read_directory

    directory, found = read_directory(session.reader), late_work.listed(session.reader)
    if session.out.as_json:
        rows = [
            {"id": late.id, "customer": late.customer, "customer_name": late.customer_name,
             "by": directory.person_name(late.author), "arrived_at": instant(late.arrived_at_ms),
             "records": [c.key.id for c in late.changes]}
            for late in found
        ]  # fmt: skip
        session.out.json({"late": rows})
        return
    session.out.rows(
        session.out.text("到达 谁 客户 编号", "Arrived Who Customer Id").split(),
        [
            (moment(one.arrived_at_ms), directory.person_name(one.author), one.customer_name, one.id)
            for one in found
        ],
        empty=session.out.text("没有迟到的修改。", "There is no late work."),
    )


def _late(session: Session, name: str) -> Late:
    from crmdesk.usecases import late_work

    found = next((late for late in late_work.listed(session.reader) if late.id == name), None)
    if found is None:
        raise CrmError("not_found")
    return found


@command(late_app, "keep")
def keep_late(session: Session, late: Record) -> None:
    """Let it stand. 保留。"""
    from crmdesk.usecases import late_work

    done = late_work.keep(session.replica, _late(session, late))
    session.out.say({"id": late, "txn": done.txn}, "已保留。", "Kept.")


@command(late_app, "undo")
def undo_late(session: Session, late: Record) -> None:
    """Bring back what was there before. 撤回。"""
    from crmdesk.usecases import late_work

    done = late_work.take_back(session.replica, _late(session, late))
    session.out.say({"id": late, "records": done.value, "txn": done.txn}, "已撤回。", "Taken back.")


def _word(session: Session, field: str, key: str) -> str:
    from crmdesk.core.entities import REGISTRY
    from crmdesk.core.format import format_value

    return format_value(REGISTRY.find("request", field), key, session.out.language)


def _outcome(session: Session, asked: Request) -> str:
    """What came of a request, and why where it was refused."""
    if asked.outcome is None:
        return "…"
    why = describe(asked.code, session.out.language).happened if asked.code else ""
    return " · ".join(filter(None, (_word(session, "outcome", asked.outcome), why)))


@command(request_app, "list")
def list_requests(session: Session) -> None:
    """What you asked for offline and what came of it. 我的申请。"""
    from crmdesk.usecases import requests
    from crmdesk.usecases.directory import read_directory

    directory, found = read_directory(session.reader), requests.open_ones(session.reader)
    if session.out.as_json:
        rows = [
            {"id": r.id, "kind": r.kind, "customer": r.customer, "name": r.name, "outcome": r.outcome, "code": r.code,
             "holder": directory.person_name(r.holder) if r.holder else None}
            for r in found
        ]  # fmt: skip
        session.out.json({"requests": rows})
        return
    session.out.rows(
        session.out.text("申请 客户 结果 编号", "Asked Customer Outcome Id").split(),
        [(_word(session, "kind", r.kind), r.name, _outcome(session, r), r.id) for r in found],
        empty=session.out.text("没有申请。", "Nothing was asked for."),
    )
