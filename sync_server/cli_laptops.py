"""The administrator's commands about laptops: who may come in, how long they may stay away, what is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from crmdesk.core.errors import CrmError
from crmdesk.core.fingerprint import words
from crmdesk.core.registry import Label
from crmdesk.core.sealed import HandedIn
from sync_server import blobs, enrolment, handing_in, leases
from sync_server.clock import moment
from sync_server.console import HERE, Dir, Json, company, names_of, say, settings_of, table, time_of
from sync_server.leases import authority_of
from sync_server.spoken import doubt_word, reason_word, state_word
from sync_server.storage import devices, people, recoveries, sealed
from sync_server.storage.sealed import Letter

app = typer.Typer(help="Laptops. 设备。", no_args_is_help=True)
sealed_app = typer.Typer(
    help="Work that laptops sealed before they were wiped. 封存的内容。", no_args_is_help=True
)


LaptopName = Annotated[
    str, typer.Argument(help="Its name where no other has it, else its id. 设备名称；重名时用编号。")
]


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
            "wiped_at": d.wiped_at,
        }
        for d in found
    ]
    count = Counter(d.name for d in found)
    told = [
        {
            "name": d.name,
            "user": names[d.user],
            "state": state_word(d.state.value),
            "words": words(d.key),
            "doubt": doubt_word(d.doubt),
            "pulled_at": d.pulled_at,
            "wiped_at": d.wiped_at,
            "id": d.id if count[d.name] > 1 else None,
        }
        for d in found
    ]
    table(as_json, "devices", rows, told)


@app.command("approve")
def device_approve(
    laptops: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DEVICE]...",
            help="Their names where no other has them, else ids. 设备名称；重名时用编号。",
        ),
    ] = None,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored",
            help="All that wait because a restore forgot their tokens. 因服务器恢复后不认识其令牌而等待的全部设备。",
        ),
    ] = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Let waiting laptops in: compare the words first. 批准设备（先核对核对词）。"""
    if bool(laptops) is restored:
        raise CrmError("bad_argument", argument="device approve", hint="DEVICE..., --restored")
    with company(directory) as database, database.write() as connection:
        if restored and not recoveries.recoveries(connection):
            raise CrmError("bad_argument", argument="--restored", hint=_NO_RESTORE)
        found = enrolment.forgotten(connection) if restored else []
        found += [devices.named(connection, one) for one in dict.fromkeys(laptops or ())]
        made = [enrolment.approve(connection, one.id, moment()) for one in found]
        names = {a.user: a.name for a in people.accounts(connection)}
    rows = [{"device": one.id, "state": one.state.value} for one in made]
    told = [(one.name, names[one.user], words(one.key)) for one in made]
    zh = [f"已批准「{name}」（{who}）：{said}" for name, who, said in told]
    en = [f"Approved “{name}” of {who}: {said}" for name, who, said in told]
    say(
        as_json,
        {**(rows[0] if len(rows) == 1 else {}), "devices": rows},
        "\n".join(zh) or "没有因此等待的设备。更早开始等待的，请用名称批准：device list。",
        "\n".join(en)
        or "No laptop waits for that. One that has waited for longer is approved by its name: device list.",
    )


_NO_RESTORE: Final = Label(
    "还没有设备证明服务器被恢复过。请先核对并按名称批准一台，它同步之后再用 --restored。",
    "No laptop has shown yet that the server was restored. Approve one by its name, its words compared; once it has synced, --restored lets the others in.",
)


@app.command("revoke")
def device_revoke(device: LaptopName, directory: Dir = HERE, as_json: Json = False) -> None:
    """Shut a laptop out for good and have it wiped; whoever leaves is `user disable`. 永久停用设备并清除其数据。"""
    with company(directory) as database, database.write() as connection:
        made = enrolment.revoke(connection, devices.named(connection, device).id, moment())
    say(
        as_json,
        {"device": made.id, "state": made.state.value},
        "已停用。该设备下次联系时会收到签名的清除命令：先把未发送的内容封存交来（refused list、sealed list），再销毁本机数据；"
        "之后 device list 显示 wiped。若它不再联网，期限到后（lease）会锁定并自行销毁。",
        "Revoked. At its next contact the laptop gets a signed order to wipe itself: it seals what is unsent and hands it in "
        "(refused list, sealed list), then destroys what it holds, and `device list` shows it as wiped. "
        "If it never calls again, its lease locks it and then does the same.",
    )


@sealed_app.command("take")
def sealed_take(file: Path, directory: Dir = HERE, as_json: Json = False) -> None:
    """Take in a sealed file that was brought on a stick. 接收用 U 盘带来的封存文件。"""
    settings = settings_of(directory)
    content = _sealed_in(file)
    with company(directory) as database:
        authority = authority_of(database, settings)
        done = handing_in.take(blobs.store_of(database, settings), authority, settings, content, moment())
    say(
        as_json,
        msgspec.to_builtins(done),
        f"已接收：采纳 {done.accepted}，待查 {done.quarantined}，被拒 {done.rejected}（refused list）；"
        f"草稿 {done.drafts}，附件 {done.contents}。",
        f"Taken in: {done.accepted} accepted, {done.quarantined} kept apart, {done.rejected} refused (refused list); "
        f"{done.drafts} drafts, {done.contents} pieces of attachments.",
    )


@sealed_app.command("list")
def sealed_list(directory: Dir = HERE, as_json: Json = False) -> None:
    """List what was handed in sealed. 列出收到的封存内容。"""
    with company(directory) as database, database.read() as connection:
        names = {a.user: a.name for a in people.accounts(connection)}
        found, called = sealed.listed(connection), names_of(connection)
    rows = [
        {
            "name": letter.digest[:16],
            "user": names.get(letter.user, letter.user),
            "device": letter.device,
            "at": letter.at,
            "sealed_at": letter.sealed_at,
            "reason": letter.reason,
            **msgspec.json.decode(letter.answer),
        }
        for letter in found
    ]
    told = [
        {
            "name": letter.digest[:16],
            "user": names.get(letter.user, letter.user),
            "device": called.get(letter.device, letter.device),
            "received_at": letter.at,
            "sealed_at": letter.sealed_at,
            "reason": reason_word(letter.reason),
            **msgspec.json.decode(letter.answer),
        }
        for letter in found
    ]
    table(as_json, "sealed", rows, told)


@sealed_app.command("show")
def sealed_show(name: str, directory: Dir = HERE, as_json: Json = False) -> None:
    """What it holds, in words, and the forms in it that had not been saved; with --json these alone. 其中的内容和未保存的表单。"""
    settings = settings_of(directory)
    with company(directory) as database, database.read() as connection:
        found = [letter for letter in sealed.listed(connection) if letter.digest.startswith(name)]
        called = names_of(connection)
        waiting = sealed.waiting(connection, found[0].digest) if len(found) == 1 else 0
    if len(found) != 1:
        raise CrmError("not_found", name=name, what="sealed")
    (letter,) = found
    if not as_json:
        say(False, {}, *_held(letter, called, waiting, settings.sealed / f"{letter.digest}.sealed"))
    if as_json or letter.drafts != b"[]":
        typer.echo(letter.drafts.decode())


def _held(letter: Letter, called: Mapping[str, str | Label], waiting: int, file: Path) -> tuple[str, str]:
    """What a sealed message holds and what became of it, in both languages."""
    done, why = msgspec.json.decode(letter.answer, type=HandedIn), reason_word(letter.reason)
    whose, laptop = (called.get(key, key) for key in (letter.user, letter.device))
    sealed_at, came_at = time_of(letter.sealed_at), time_of(letter.at)
    records = done.accepted + done.quarantined + done.rejected
    zh = [
        f"「{whose}」的设备「{laptop}」封存于 {sealed_at}，收到于 {came_at}（{why.zh}）。",
        f"记录 {records}：采纳 {done.accepted}，待查 {done.quarantined}，被拒 {done.rejected}（refused list）。",
        f"未保存的表单 {done.drafts}{'：' if done.drafts else ''}",
    ]
    en = [
        f"Sealed {sealed_at} by “{laptop}” of {whose} ({why.en}), received {came_at}.",
        f"Records: {records}; {done.accepted} accepted, {done.quarantined} kept apart, {done.rejected} refused (refused list).",
        f"Forms that had not been saved: {done.drafts}{':' if done.drafts else ''}",
    ]
    zh.insert(2, f"附件 {done.contents} 块，其中 {waiting} 块在等引用它的记录。")
    en.insert(
        2, f"Pieces of attachments: {done.contents}; {waiting} wait for a record that names their content."
    )
    zh.insert(
        3, f"原件还在：{file}。" if file.exists() else f"原件已不在：{file}。此前的备份里在 FILE.sealed。"
    )
    en.insert(
        3,
        f"The message itself is there: {file}."
        if file.exists()
        else f"The message itself is gone: {file}. A backup that was made before has it in FILE.sealed.",
    )
    return "\n".join(zh), "\n".join(en)


def _sealed_in(file: Path) -> bytes:
    """What is sealed in a file, without its cover."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CrmError("bad_argument", argument=str(file), hint="FILE") from error
    line, _, rest = content.partition(b"\n")
    return rest if line.startswith(b"{") else content


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
