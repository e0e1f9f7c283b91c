"""The administrator's commands that let somebody in: codes for laptops, codes for forgotten passwords."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from sync_server import enrolment, signing_in
from sync_server.clock import moment
from sync_server.console import HERE, Dir, Json, company, say

HOUR_MS: Final = 60 * 60 * 1000
ValidHours = Annotated[int, typer.Option(help="How long the code is good. 有效小时数。", min=1, max=72)]


def enrol(
    user: str,
    hold: Annotated[
        bool, typer.Option(help="The laptop waits until you approve it. 设备须经批准后才能使用。")
    ] = False,
    valid_hours: ValidHours = 72,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Print a one-use code that connects a person's laptop. 生成一次性入网码。"""
    now, valid_ms = moment(), valid_hours * HOUR_MS
    with company(directory) as database, database.write() as connection:
        code = enrolment.issue_code(connection, user, now, valid_ms, hold=hold)
    expires_at = now.ms + valid_ms
    say(as_json, {"code": code, "expires_at": expires_at, "hold": hold}, code, code)


def reset_password(
    name: str, valid_hours: ValidHours = 72, directory: Dir = HERE, as_json: Json = False
) -> None:
    """Take a forgotten password away; the person sets a new one with the code printed. 重设密码，打印一次性重设码。"""
    now, valid_ms = moment(), valid_hours * HOUR_MS
    with company(directory) as database, database.write() as connection:
        code = signing_in.reset(connection, name, now, valid_ms)
    say(as_json, {"code": code, "expires_at": now.ms + valid_ms}, code, code)
