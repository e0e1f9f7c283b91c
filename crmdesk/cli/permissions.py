"""`permissions`: what the server lets this person see and do, and saying that it is right."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Annotated

import msgspec
import typer

from crmdesk.cli.command import command, group
from crmdesk.cli.output import instant, moment
from crmdesk.cli.session import Session
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label

permissions_app = group("What you may see and do. 我的权限。")


@command(permissions_app, "show")
def show(session: Session) -> None:
    """What you may, as the server has it. 查看我的权限。"""
    from crmdesk.core.permissions import STATES, told
    from crmdesk.sync.enrolment import connect

    with closing(connect(session.replica)) as http:
        found = http.permissions()
    if session.out.as_json:
        session.out.json(msgspec.to_builtins(found))
        return
    for section in told(found.permissions, session.out.language):
        session.out.line(section.title, style="bold")
        for line in section.lines:
            session.out.line(f"  {line}")
    state = session.out.label(STATES[found.state])
    when = f" · {moment(found.confirmed.at)}" if found.confirmed else ""
    session.out.line(f"{state}{when}")
    session.out.line(found.digest, style="dim")


@command(permissions_app, "confirm")
def confirm(session: Session, digest: Annotated[str, typer.Argument(help="As shown. 所示的摘要。")]) -> None:
    """Say that the list of this digest is right. 确认我的权限。"""
    from crmdesk.sync.enrolment import connect

    if not re.fullmatch("[0-9a-f]{64}", digest):
        hint = Label(
            "这不是您的权限清单的摘要；crmdesk permissions show 的最后一行就是摘要。",
            "It is not the digest of your list; the last line of `crmdesk permissions show` is.",
        )
        raise CrmError("bad_argument", argument=digest, hint=hint)
    with closing(connect(session.replica)) as http:
        found = http.confirm_permissions(digest)
    at = found.confirmed.at if found.confirmed else None
    session.out.say(
        {"digest": found.digest, "state": found.state, "confirmed_at": instant(at)}, "已确认。", "Confirmed."
    )
