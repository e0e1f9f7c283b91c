"""`visit`, `task`, `history`, `undo`: the day's work, what became of it, and taking it back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, group, root
from crmdesk.cli.customers import Customer, Tags
from crmdesk.cli.output import instant, moment
from crmdesk.cli.session import Session
from crmdesk.core.errors import CrmError

if TYPE_CHECKING:
    from crmdesk.core.record import RecordKey

visit_app = group("Visits. 拜访。")
task_app = group("What is to be done. 任务。")

_NAMED: Final = 10
"""So many records that an undo took back are named, and so many that stay."""


@command(visit_app, "add")
def add_visit(
    session: Session,
    customer: Customer,
    text: Annotated[str, typer.Argument(help="What was said. 拜访内容。")],
    kind: Annotated[str, typer.Option(help="onsite, phone, wechat, video, email. 方式。")] = "onsite",
    result: Annotated[
        str | None, typer.Option(help="interested, considering, not_now, problem. 结果。")
    ] = None,
    interaction: Annotated[
        str | None, typer.Option(help="consultation, complaint, service_request. 互动类型。")
    ] = None,
    next_step: Annotated[str, typer.Option(help="What was promised. 下一步。")] = "",
    next_on: Annotated[str | None, typer.Option(help="When: 2026-12-01, +7, fri, 周五. 下次日期。")] = None,
    tag: Tags = None,
) -> None:
    """Log a visit. 记录拜访。"""
    from crmdesk.usecases import visits
    from crmdesk.usecases.directory import read_directory

    found = session.customer_to_write(customer)
    entity, today = session.replica.registry["visit"], session.workspace.today()
    wanted_result = naming.value(entity, "result", result, today)
    kind_of_talk = naming.value(entity, "interaction", interaction, today)
    wanted_day = naming.value(entity, "next_on", next_on, today)
    note = visits.VisitNote(
        customer=found,
        summary=text,
        kind=str(naming.value(entity, "kind", kind, today)),
        result=str(wanted_result) if wanted_result else None,
        interaction=str(kind_of_talk) if kind_of_talk else None,
        next_step=next_step,
        next_on=date.fromisoformat(str(wanted_day)) if wanted_day else None,
        tags=naming.tag_ids(read_directory(session.reader), tag or ()),
    )
    done = visits.log(session.replica, note)
    session.out.say(
        {"visit": done.value, "customer": found, "txn": done.txn},
        f"已记录拜访：{done.value}",
        f"Logged the visit: {done.value}",
    )


@command(task_app, "list")
def list_tasks(
    session: Session,
    days: Annotated[int, typer.Option(min=0, max=3650, help="How far ahead. 往后几天。")] = 7,
) -> None:
    """What is due, the longest overdue first. 到期任务。"""
    from crmdesk.usecases.agenda import due

    found = due(session.reader, session.workspace.today(), days=days)
    if session.out.as_json:
        session.out.json({"due": [_due(item) for item in found]})
        return
    follow_up = session.out.text("跟进", "Follow up")
    session.out.rows(
        session.out.text("到期 客户 事项 编号", "Due Customer What Id").split(),
        [(item.due_on.isoformat(), item.customer_name, item.title or follow_up, item.id) for item in found],
        empty=session.out.text("没有到期的事。", "Nothing is due."),
    )


def _due(item: Any) -> dict[str, Any]:
    plain = ("entity", "id", "customer", "customer_name", "title")
    return {**{name: getattr(item, name) for name in plain}, "due_on": item.due_on.isoformat()}


@command(task_app, "done")
def finish_task(
    session: Session,
    task: Annotated[str, typer.Argument(help="The task's id. 任务编号。")],
    undone: Annotated[bool, typer.Option("--undone", help="Take the tick back. 取消完成。")] = False,
) -> None:
    """Tick a task off. 完成任务。"""
    from crmdesk.core.record import RecordKey
    from crmdesk.usecases.agenda import finish

    session.replica.load(RecordKey("task", task))
    session.check_may_write(str(session.reader.value("SELECT root FROM p_task WHERE id = ?", (task,))))
    done = finish(session.replica, task, done=not undone)
    session.out.say({"task": task, "done": not undone, "txn": done.txn}, "已更新。", "Noted.")


@command(root, "history")
def history(
    session: Session,
    customer: Customer,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Ask the server for what is not on this laptop. 从服务器取回全部历史。"),
    ] = False,
) -> None:
    """Every change of a customer, latest first. 修改历史。"""
    from crmdesk.usecases import customers
    from crmdesk.usecases.directory import read_directory, read_registry
    from crmdesk.usecases.history import changes

    key = customers.key(naming.customer(session.reader, customer))
    if whole:
        _fetch_history(session, key)
    registry, directory = read_registry(session.reader), read_directory(session.reader)
    found = changes(session.reader, key)
    if session.out.as_json:
        session.out.json({"customer": key.id, "changes": [_change(c, directory) for c in found]})
        return
    from crmdesk.core.format import format_value

    rows = []
    for change in found:
        declared = registry.find("customer", change.field)
        name = session.out.label(declared.label) if declared else change.field
        text = format_value(declared, change.value, session.out.language, directory.name_of)
        now = session.out.text("现值", "current") if change.is_current else ""
        rows.append((moment(change.at_ms), directory.person_name(change.by), name, text, now, change.txn))
    session.out.rows(
        session.out.text("时间 谁 字段 内容 状态 事务", "When Who Field Value State Transaction").split(),
        rows,
        empty="—",
    )


def _fetch_history(session: Session, key: Any) -> None:
    from contextlib import closing

    from crmdesk.sync.commands import fetch_history
    from crmdesk.sync.enrolment import connect

    with closing(connect(session.replica)) as http:
        fetch_history(session.replica, http, key)


def _change(change: Any, directory: Any) -> dict[str, Any]:
    return {
        "field": change.field,
        "value": change.value,
        "by": directory.person_name(change.by),
        "at": instant(change.at_ms),
        "kind": change.kind,
        "txn": change.txn,
        "current": change.is_current,
        "unsent": change.is_unsent,
    }


@command(root, "undo")
def undo(
    session: Session,
    txn: Annotated[
        str | None, typer.Argument(help="The transaction; the latest if left out. 事务编号。")
    ] = None,
) -> None:
    """Take a transaction back, except what was changed since. 撤销。"""
    from crmdesk.cli import calling
    from crmdesk.usecases import history as past
    from crmdesk.usecases.directory import read_registry

    wanted = txn or past.last_transaction(session.reader, session.workspace.identity().user)
    if wanted is None:
        raise CrmError("nothing_to_undo")
    done = past.undo(session.replica, wanted)
    kept = [{"entity": key.entity, "id": key.id, "field": field} for key, field in done.value.kept]
    taken = [{"entity": key.entity, "id": key.id, "fields": fields} for key, fields in done.value.taken]
    session.out.say(
        {"undone": wanted, "restored": done.value.restored, "kept": kept, "taken": taken, "txn": done.txn},
        f"已撤销 {done.value.restored} 处；{len(kept)} 处之后又改过，保持不动。",
        f"Took back {done.value.restored}; {len(kept)} changed since and stay.",
    )
    if session.out.as_json:
        return
    registry = read_registry(session.reader)
    for key, fields in done.value.taken[:_NAMED]:
        session.out.line(f"  {calling.record(session, registry, key.entity, key.id, fields)}")
    if (rest := len(done.value.taken) - _NAMED) > 0:
        session.out.line(session.out.text(f"  另有 {rest} 条记录", f"  and {rest} more records"))
    stayed: dict[RecordKey, list[str]] = {}
    for key, field in done.value.kept:
        stayed.setdefault(key, []).append(field)
    for key, names in list(stayed.items())[:_NAMED]:
        called = calling.record(session, registry, key.entity, key.id, names)
        session.out.line(session.out.text(f"  保持不动：{called}", f"  Stays: {called}"))
