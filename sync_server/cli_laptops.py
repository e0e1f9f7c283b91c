"""The administrator's commands about laptops: who may come in, how long they may stay away, what is lost."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.core.fingerprint import words
from sync_server import enrolment, leases
from sync_server.clock import moment
from sync_server.console import HERE, Dir, Json, company, say, table
from sync_server.storage import devices, people

app = typer.Typer(help="Laptops. 设备。", no_args_is_help=True)


@app.command("list")
def device_list(directory: Dir = HERE, as_json: Json = False) -> None:
    """List the laptops with the words to compare. 列出设备及核对词。"""
    with company(directory) as database, database.read() as connection:
        names = {a.user: a.name for a in people.accounts(connection)}
        found = devices.devices(connection)
    rows = [
        {
            "device": d.id,
            "state": d.state.value,
            "user": names[d.user],
            "name": d.name,
            "words": words(d.key),
            "doubt": d.doubt,
            "pulled_at": d.pulled_at,
        }
        for d in found
    ]
    table(as_json, "devices", rows)


@app.command("approve")
def device_approve(device: str, directory: Dir = HERE, as_json: Json = False) -> None:
    """Let a waiting laptop in. 批准设备。"""
    with company(directory) as database, database.write() as connection:
        made = enrolment.approve(connection, device, moment())
    say(as_json, {"device": made.id, "state": made.state.value}, "已批准。", "Approved.")


@app.command("revoke")
def device_revoke(device: str, directory: Dir = HERE, as_json: Json = False) -> None:
    """Shut a laptop out for good. 永久停用设备。"""
    with company(directory) as database, database.write() as connection:
        made = enrolment.revoke(connection, device, moment())
    say(as_json, {"device": made.id, "state": made.state.value}, "已停用。", "Revoked.")


def lease(
    lock_days: Annotated[
        int | None,
        typer.Option(help="Days without contact until a laptop locks. 多少天未联系即锁定。", min=1, max=3650),
    ] = None,
    purge_days: Annotated[
        int | None,
        typer.Option(
            help="Days until it destroys what it holds; unsent work is sealed first. 多少天后销毁本机数据。",
            min=1,
            max=3650,
        ),
    ] = None,
    idle_minutes: Annotated[
        int | None,
        typer.Option(
            help="Minutes without input until a window is covered. 无操作多少分钟后遮住窗口。",
            min=1,
            max=480,
        ),
    ] = None,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """How long laptops may stay away; each learns of a change as it syncs. 设备可离线多久。"""
    with company(directory) as database, database.write() as connection:
        made = leases.change_terms(
            connection, moment(), lock_days=lock_days, purge_days=purge_days, idle_minutes=idle_minutes
        )
    say(
        as_json,
        {"lock_days": made.lock_days, "purge_days": made.purge_days, "idle_minutes": made.idle_minutes},
        f"设备 {made.lock_days} 天未联系即锁定，{made.purge_days} 天后封存未发送的内容并销毁本机数据；"
        f"{made.idle_minutes} 分钟无操作即遮住窗口。",
        f"A laptop locks after {made.lock_days} days without contact; after {made.purge_days} it seals what is unsent "
        f"and destroys what it holds. Its window is covered after {made.idle_minutes} minutes without input.",
    )
