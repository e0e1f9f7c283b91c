"""`attach` and `attachments`: files put on customers and visits, listed, saved elsewhere, removed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, group, root
from crmdesk.cli.customers import Customer
from crmdesk.cli.output import instant, moment
from crmdesk.cli.session import Session
from crmdesk.cli.writing import Overwrite, check_free
from crmdesk.core.errors import CrmError

if TYPE_CHECKING:
    from crmdesk.usecases.attachments import Attachment

attachments_app = group("Attached files. 附件。")

AttachmentId = Annotated[str, typer.Argument(metavar="ID", help="The attachment's id. 附件编号。")]
_STATES = {
    "here": ("在本机", "here"),
    "uploading": ("待上传", "to be sent"),
    "on_server": ("在服务器", "on the server"),
    "downloading": ("下载中", "on its way"),
    "awaited": ("等待添加者的设备", "on its author's laptop"),
    "missing": ("缺失", "missing"),
}


@command(root, "attach")
def attach(
    session: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="The files. 文件。")],
    customer: Annotated[str, typer.Option(help="On which customer. 客户。")],
    visit: Annotated[str | None, typer.Option(help="On a visit of theirs: its id. 拜访编号。")] = None,
    caption: Annotated[str, typer.Option(help="What is to be seen. 说明。")] = "",
) -> None:
    """Put files on a customer or a visit. 附加文件。"""
    from crmdesk.usecases import attachments

    found = session.customer_to_write(customer)
    chosen = [(path.name, *attachments.read_file(path)) for path in files]
    picked = [
        attachments.pick(session.replica, name, content, taken_at_ms=written)
        for name, content, written in chosen
    ]
    done = attachments.attach(session.replica, found, picked, visit=visit, caption=caption)
    session.out.say(
        {"attachments": done.value, "customer": found, "visit": visit, "txn": done.txn},
        f"已附加 {len(picked)} 个文件。",
        f"Attached {len(picked)} file{'s' if len(picked) > 1 else ''}.",
    )


@command(attachments_app, "list")
def listing(session: Session, customer: Customer) -> None:
    """A customer's attachments, the latest first. 列出附件。"""
    from crmdesk.usecases import attachments

    found = attachments.of_customer(
        session.workspace, session.reader, naming.customer(session.reader, customer)
    )
    if session.out.as_json:
        session.out.json({"attachments": [_facts(one) for one in found]})
        return
    session.out.rows(
        session.out.text("时间 文件 大小 内容 编号", "Attached File Size Content Id").split(),
        [
            (
                moment(a.made_at_ms),
                a.name,
                f"{max(1, a.size // 1024)} KB",
                session.out.text(*_STATES[a.state.value]),
                a.id,
            )
            for a in found
        ],
        empty=session.out.text("没有附件。", "There are no attachments."),
    )


def _facts(one: Attachment) -> dict[str, Any]:
    plain = ("visit", "contact", "name", "media_type", "size", "sha256", "caption")
    return {
        "attachment": one.id,
        **{name: getattr(one, name) for name in plain},
        "taken_at": instant(one.taken_at_ms),
        "attached_at": instant(one.made_at_ms),
        "state": one.state.value,
    }


@command(attachments_app, "save")
def save(
    session: Session,
    attachment: AttachmentId,
    target: Annotated[Path, typer.Argument(help="A file, or a folder. 文件或目录。")],
    overwrite: Overwrite = False,
) -> None:
    """Save an attachment; fetches it from the server if it is not here. 保存附件。"""
    from crmdesk.usecases import attachments

    found = attachments.find(session.workspace, session.reader, attachment)
    if not target.is_dir():
        check_free(target, overwrite=overwrite)
    try:
        file = attachments.save(session.workspace, found, target)
    except CrmError as error:
        if error.code != "blob_absent" or session.workspace.server() is None:
            raise
        _fetch(session, found)
        file = attachments.save(session.workspace, found, target)
    session.out.say(
        {"attachment": found.id, "file": str(file), "size": found.size},
        f"已保存到 {file}。",
        f"Saved to {file}.",
    )


def _fetch(session: Session, found: Attachment) -> None:
    from crmdesk.sync.blobs import fetch
    from crmdesk.sync.enrolment import connect

    with closing(connect(session.replica)) as http:
        fetch(session.replica, http, found.sha256)


@command(attachments_app, "remove")
def remove(session: Session, attachment: AttachmentId) -> None:
    """Take an attachment off; undo brings it back. 移除附件。"""
    from crmdesk.usecases import attachments, records

    found = attachments.find(session.workspace, session.reader, attachment)
    root = session.reader.value("SELECT root FROM p_attachment WHERE id = ?", (found.id,))
    session.check_may_write(str(root))
    done = records.delete(session.replica, attachments.key(found.id))
    session.out.say(
        {"attachment": found.id, "name": found.name, "txn": done.txn},
        f"已移除「{found.name}」。",
        f"Removed “{found.name}”.",
    )
