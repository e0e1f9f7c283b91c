"""`enrol`, `signin`, `password`, `pin`: how this laptop is let in, and how its person is."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from crmdesk.cli.command import command, group, root
from crmdesk.cli.session import Session
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label

if TYPE_CHECKING:
    from crmdesk.store.settings import Device

PasswordFd = Annotated[
    int | None,
    typer.Option(
        "--password-fd",
        metavar="N",
        help="Read passwords from this file descriptor. 从文件描述符读取登录密码。",
    ),
]
PASSWORD: Final = ("登录密码：", "Password: ")
_OLD: Final = ("旧的登录密码（没有则留空）：", "Old password (none: leave empty): ")
_NEW: Final = ("新的登录密码：", "New password: ")
_NEW_PIN: Final = ("新 PIN：", "New PIN: ")

password_app = group("Your password at the company. 登录密码。")
root.add_typer(password_app, name="password")
pin_app = group("The PIN that uncovers the window. 解锁窗口的 PIN。")
root.add_typer(pin_app, name="pin")


@command(root, "enrol")
def enrol(
    session: Session,
    url: Annotated[str | None, typer.Argument(help="The server's address. 服务器地址。")] = None,
    code: Annotated[str | None, typer.Argument(help="The one-use code. 入网码。")] = None,
    user: Annotated[
        str | None, typer.Option(help="Sign in by name and password instead. 用姓名和登录密码登录。")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Your administrator's invitation, with address and code. 邀请文件。")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What to call this device. 设备名称。")] = None,
    password_fd: PasswordFd = None,
) -> None:
    """Connect to a company; what was typed alone comes along. 连接公司。"""
    from crmdesk.sync import enrolment
    from crmdesk.sync.http import Account, Expected
    from crmdesk.sync.invitation import Invitation, read_invitation
    from crmdesk.sync.transport import checked_address

    if (url is None) is (file is None):
        hint = Label(
            "请给出地址，或用 --file 给出邀请文件。", "Give an address, or an invitation with --file."
        )
        raise CrmError("bad_argument", argument=url or "URL", hint=hint)
    invited = Invitation(url or "", "", "") if file is None else read_invitation(file)
    code = code or (invited.code if user is None else "") or None
    checked_address(invited.url)
    if session.profile.is_sample:
        raise CrmError("sample_profile")
    if (code is None) is (user is None):
        hint = Label("请给出入网码，或用 --user 给出姓名。", "Give a code, or a name with --user.")
        raise CrmError("bad_argument", argument=code or user or "CODE", hint=hint)
    proof = code if user is None else Account(user, *session.passwords(password_fd, PASSWORD))
    assert proof is not None
    workspace = session.workspace if session.profile.exists() else session.create("")
    joined = enrolment.enrol(
        workspace.replica,
        invited.url,
        proof,
        name or _device_name(),
        expected=None if file is None else Expected(invited.server_id, invited.server_key),
        pins=invited.pins,
    )
    facts = {
        "company": joined.company,
        "user": joined.user_name,
        "state": "pending" if joined.is_pending else "active",
        "words": joined.words,
    }
    if joined.is_pending:
        session.out.say(
            facts,
            f"已向「{joined.company}」申请入网。请把核对词告诉管理员：{joined.words}",
            f"Asked “{joined.company}” to let this device in. Tell your administrator: {joined.words}",
        )
    else:
        session.out.say(
            facts,
            f"已连接「{joined.company}」，用户：{joined.user_name}。下一步：crmdesk sync",
            f"Connected to “{joined.company}” as {joined.user_name}. Next: crmdesk sync",
        )


@command(root, "signin")
def sign_in(session: Session, password_fd: PasswordFd = None) -> None:
    """Sign in again with your password, where a session has ended. 重新登录。"""
    from crmdesk.sync import signing_in

    (password,) = session.passwords(password_fd, PASSWORD)
    _say_signed_in(session, signing_in.sign_in(session.replica, password, _device_name()))


@command(password_app, "set")
def password_set(session: Session, password_fd: PasswordFd = None) -> None:
    """Choose your password; with --password-fd the old one and the new one, a line each. 设置登录密码。"""
    from crmdesk.sync import signing_in

    old, new = session.passwords(password_fd, _OLD, _NEW)
    signing_in.choose_password(session.replica, old or None, new)
    session.out.say(
        {"set": True},
        "已设置登录密码；您的其他设备需要重新登录。",
        "Your password is set; your other devices have to sign in again.",
    )


@command(password_app, "reset")
def password_reset(
    session: Session,
    code: Annotated[str, typer.Argument(help="The code from your administrator. 重设码。")],
    password_fd: PasswordFd = None,
) -> None:
    """Choose a new password with an administrator's code, and sign in. 用重设码设置新的登录密码并登录。"""
    from crmdesk.sync import signing_in

    (new,) = session.passwords(password_fd, _NEW)
    _say_signed_in(session, signing_in.reset_password(session.replica, code, new, _device_name()))


@command(pin_app, "set")
def pin_set(session: Session, password_fd: PasswordFd = None) -> None:
    """Choose the PIN anew; in a company with your password, with --password-fd a line each. 重设 PIN。"""
    from crmdesk.sync import signing_in
    from crmdesk.usecases import pin

    if session.workspace.server() is None:
        (new,) = session.passwords(password_fd, _NEW_PIN)
    else:
        password, new = session.passwords(password_fd, PASSWORD, _NEW_PIN)
        signing_in.sign_in(session.replica, password, _device_name())
    pin.replace(session.replica, new)
    session.out.say({"set": True}, "已设置 PIN。", "Your PIN is set.")


def _say_signed_in(session: Session, device: Device) -> None:
    facts = {"state": device.state, "words": device.words}
    if device.state == "pending":
        session.out.say(
            facts,
            f"这台设备正在等待管理员批准。请把核对词告诉管理员：{device.words}",
            f"This device is waiting for approval. Tell your administrator: {device.words}",
        )
    else:
        session.out.say(facts, "已登录。下一步：crmdesk sync", "Signed in. Next: crmdesk sync")


def _device_name() -> str:
    return platform.node() or "laptop"
