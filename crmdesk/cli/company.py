"""`sync`, `reconcile`, `status`, `transfer`: this laptop and its company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, root
from crmdesk.cli.customers import Customer
from crmdesk.cli.output import instant, moment
from crmdesk.cli.session import Session
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label

if TYPE_CHECKING:
    from crmdesk.sync.brake import Deletions
    from crmdesk.sync.engine import Progress, Report


@command(root, "sync")
def sync(
    session: Session,
    accept_deletions: Annotated[
        bool,
        typer.Option("--accept-deletions", help="Let the server remove much of what is here. 同意大量移除。"),
    ] = False,
    keep_deleted: Annotated[
        bool, typer.Option("--keep-deleted", help="Keep it, and restore it for everybody. 全部保留并恢复。")
    ] = False,
) -> None:
    """Send what is unsent and fetch what is new. 同步。"""
    if accept_deletions and keep_deleted:
        hint = Label("请只选其一。", "Choose one of the two.")
        raise CrmError("bad_argument", argument="--accept-deletions --keep-deleted", hint=hint)
    from crmdesk.usecases import merging_across
    from crmdesk.usecases.status import closed

    report = _exchange(session, deletions="accept" if accept_deletions else "keep" if keep_deleted else "ask")
    session.out.say(
        _facts(report),
        f"已发送 {report.pushed}，收到 {report.received}，被拒 {report.unsent[1]}，待发送 {report.unsent[0]}。",
        f"Sent {report.pushed}, received {report.received}, refused {report.unsent[1]}, unsent {report.unsent[0]}.",
    )
    if merging_across.wishes(session.reader):
        settled = merging_across.settle(session.replica).value
        for _, name in settled.merged if not session.out.as_json else ():
            session.out.line(
                session.out.text(f"「{name}」已移交并合并。", f"“{name}” was handed over and is merged.")
            )
    if (error := closed(session.reader)) is not None and not session.out.as_json:
        session.out.line(str(error.sentence(session.out.language)))


@command(root, "reconcile")
def reconcile(session: Session) -> None:
    """Compare everything here with the server, record by record. 与服务器逐条比对。"""
    report = _exchange(session, compare=True)
    names = ("compared", "received", "left", "recovered", "unrecovered", "mismatched")
    session.out.say(
        {name: getattr(report, name) for name in names},
        f"已比对 {report.compared} 个客户簿：收到 {report.received}，移除 {report.left}，送回 {report.recovered}。",
        f"Compared {report.compared} books: received {report.received}, removed {report.left}, "
        f"brought back {report.recovered}.",
    )


def _exchange(session: Session, *, compare: bool = False, deletions: Deletions = "ask") -> Report:
    """One sync; what ended it early is raised."""
    from crmdesk.sync import wiping
    from crmdesk.sync.engine import Engine
    from crmdesk.sync.enrolment import connect

    session.even_if_locked = True  # this is what unlocks it
    with closing(connect(session.replica)) as http, _progress(session) as show:
        engine = Engine(session.replica, http)
        report = engine.sync(show, compare=compare, deletions=deletions)
        while report.problem is None and report.contents.goes_on:
            report = report.followed_by(engine.sync(show))
    if report.problem is not None:
        if report.problem.code in wiping.ENDS:
            http.close()
            session.give_up(report.problem)
        raise report.problem
    return report


@command(root, "hand-in")
def hand_in(
    session: Session,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Else those of this profile. 封存文件。")
    ] = None,
) -> None:
    """Hand in what a wiped laptop sealed to its company. 上交封存的内容。"""
    from crmdesk.sync import wiping

    done = wiping.hand_in(session.profile, files or None)
    if done.problem is not None:
        raise done.problem
    names = ("accepted", "quarantined", "rejected", "drafts", "contents")
    facts = {name: sum(getattr(answer, name) for answer in done.answers) for name in names}
    session.out.say(
        {"files": len(done.answers), **facts},
        f"已上交 {len(done.answers)} 份封存内容：采纳 {facts['accepted']}，待管理员查看 {facts['quarantined']}。",
        f"Handed in {len(done.answers)} sealed files: {facts['accepted']} accepted, "
        f"{facts['quarantined']} kept for your administrator.",
    )


def _facts(report: Report) -> dict[str, Any]:
    plain = (
        "pushed", "merged", "rejected", "quarantined", "received", "left", "unreadable", "mismatched", "compared",
        "recovered", "unrecovered", "restored",
    )  # fmt: skip
    waiting, refused = report.unsent
    contents = report.contents
    return {
        **{name: getattr(report, name) for name in plain},
        "unsent": waiting,
        "refused": refused,
        "contents_sent": contents.sent,
        "contents_received": contents.received,
        "contents_left": contents.to_send + contents.to_fetch,
    }


@contextmanager
def _progress(session: Session) -> Iterator[Callable[[Progress], None]]:
    """A moving line on a terminal; nothing where nobody watches."""
    from rich import progress as bars
    from rich.console import Console

    console = Console(stderr=True)
    words = {
        "compare": session.out.text("比对", "Comparing"),
        "push": session.out.text("发送", "Sending"),
        "pull": session.out.text("接收", "Receiving"),
        "clean": session.out.text("清理", "Cleaning"),
        "upload": session.out.text("上传附件", "Sending attachments"),
        "download": session.out.text("下载附件", "Receiving attachments"),
        "index": session.out.text("准备搜索", "Preparing search"),
    }
    bar = bars.Progress(
        bars.TextColumn("{task.description}"), bars.BarColumn(), bars.TextColumn("{task.completed}"),
        console=console, disable=session.out.as_json or not console.is_terminal, transient=True,
    )  # fmt: skip
    task = bar.add_task("", total=None)

    def show(step: Progress) -> None:
        is_content = step.phase in ("upload", "download")  # whose share is that of the present one
        total = round(step.done / step.share) if step.share and not is_content else None
        bar.update(task, description=words[step.phase], completed=step.done, total=total)

    with bar:
        yield show


@command(root, "status")
def status(session: Session) -> None:
    """Who works here, what is unsent, how old the data is. 状态。"""
    from crmdesk.core.entities import REGISTRY
    from crmdesk.usecases import refusals
    from crmdesk.usecases import status as safety

    who, found = session.workspace.identity(), safety.status(session.reader)
    refused = refusals.listed(session.reader, REGISTRY)
    if session.out.as_json:
        session.out.json(
            {
                "profile": str(session.profile.folder), "user": who.user_name, "role": who.role,
                "company": found.company, "url": found.url, "records": found.records, "unsent": found.unsent,
                "refused": found.refused, "conflicts": found.conflicts, "synced_at": instant(found.synced_at_ms),
                "read_only": found.is_read_only, "mismatches": found.mismatches, "paused": found.pause is not None,
                "account_closed": found.closed is not None,
                "refusals": [
                    {"record": r.record, "entity": r.entity, "title": r.title, "code": r.code, "about": r.about}
                    for r in refused
                ],
            }
        )  # fmt: skip
        return
    out = session.out
    out.pairs(
        (
            (out.text("配置", "Profile"), str(session.profile.folder)),
            (out.text("用户", "User"), who.user_name or "—"),
            (out.text("公司", "Company"), found.company or out.text("独立使用", "working alone")),
            (out.text("记录", "Records"), str(found.records)),
            (out.text("待发送", "Unsent"), str(found.unsent)),
            (out.text("被拒", "Refused"), str(found.refused)),
            (out.text("冲突", "Conflicts"), str(found.conflicts)),
            (out.text("上次同步", "Last sync"), moment(found.synced_at_ms)),
        )
    )
    if found.pause is not None:
        told = found.pause
        error = CrmError("mass_deletion", count=told.count, total=told.total, path=told.backup)
        out.line(str(error.sentence(out.language)))
    if found.closed is not None:
        out.line(str(found.closed.sentence(out.language)))
    if found.is_read_only:
        out.line(str(CrmError("upgrade_needed").sentence(out.language)))
    for refusal in refused:
        _tell(session, refusal)


def _tell(session: Session, refusal: Any) -> None:
    """One refused record and why."""
    from crmdesk.core.errors import describe

    sentence = describe(refusal.code, session.out.language, {"field": refusal.about, "entity": refusal.about})
    session.out.line(f"· {refusal.title or refusal.record}  {sentence}  [{refusal.code}]")


@command(root, "transfer")
def transfer(
    session: Session,
    customer: Customer,
    user: Annotated[str, typer.Argument(help="The colleague's name. 同事姓名。")],
) -> None:
    """Hand a customer and all below it to a colleague. 移交客户。"""
    from crmdesk.sync.commands import change_owner
    from crmdesk.sync.enrolment import connect
    from crmdesk.usecases.directory import read_directory

    with closing(connect(session.replica)) as http:
        found = naming.customer(session.reader, customer)
        person = naming.person(read_directory(session.reader), user)
        moved = change_owner(session.replica, http, [found], person.id)
    session.out.say(
        {"customer": found, "user": person.id, "name": person.name, "moved": moved.moved},
        f"已移交给 {person.name}，共 {moved.moved} 条记录；下次同步后可见。",
        f"Handed to {person.name}, {moved.moved} records; the next sync shows it.",
    )
