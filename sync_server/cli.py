"""The administrator's command line. Every command takes --json and may run while the server serves."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer

import crmdesk
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label
from sync_server import (
    accounts,
    blobs,
    cli_access,
    cli_audit,
    cli_drills,
    cli_laptops,
    cli_people,
    cli_permissions,
    cli_rights,
    commands,
    handing_in,
    keeping,
    refusals,
    sweeping,
)
from sync_server.clock import moment
from sync_server.console import (
    HERE,
    Dir,
    Json,
    Overwrite,
    authority,
    carry_out,
    company,
    language,
    names_of,
    say,
    settings_of,
    table,
)
from sync_server.leases import authority_of, renew_keys
from sync_server.orders import ChangeBookOwner, ChangeOwner, Order, Release
from sync_server.private_files import write_private
from sync_server.sealing import opener_of
from sync_server.settings import DAY_MS, Settings, note_url, url_of
from sync_server.signing import signer_of
from sync_server.spoken import entity_word, happened, not_there, verdict_word
from sync_server.storage import devices, graves, people, recoveries
from sync_server.storage.blob_files import BlobFiles
from sync_server.storage.devices import DeviceState

app = typer.Typer(
    name="crmdesk-server",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
pool_app = typer.Typer(help="Customers that anybody may claim. 公海。", no_args_is_help=True)
refused_app = typer.Typer(help="What the server would not take. 被拒绝的修改。", no_args_is_help=True)
owner_app = typer.Typer(help="Who a customer belongs to. 客户归属。", no_args_is_help=True)
app.add_typer(cli_people.team_app, name="team")
app.add_typer(cli_people.user_app, name="user")
app.add_typer(cli_rights.role_app, name="role")
app.add_typer(cli_rights.share_app, name="share")
app.add_typer(cli_rights.delegation_app, name="delegation")
app.add_typer(cli_drills.app, name="drill")
app.add_typer(cli_laptops.app, name="device")
app.add_typer(cli_laptops.sealed_app, name="sealed")
app.command()(cli_laptops.lease)
app.add_typer(owner_app, name="owner")
app.add_typer(pool_app, name="pool")
app.add_typer(refused_app, name="refused")
app.add_typer(cli_audit.app, name="audit")
app.add_typer(cli_permissions.app, name="permissions")
app.command("enrol")(cli_access.enrol)
cli_people.user_app.command("reset-password")(cli_access.reset_password)


def _version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"crmdesk-server {crmdesk.__version__}")
        raise typer.Exit


@app.callback()
def before(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Say the version. 显示版本。"),
    ] = False,
) -> None:
    """Keep a company's CRM and serve it to its laptops. 保存公司的 CRM 数据，并为各台笔记本提供同步。"""
    del version  # its callback has answered already


Name = Annotated[str, typer.Argument(help="As `refused list` names it. 编号。")]


@app.command()
def init(
    company_name: Annotated[str, typer.Option("--company", help="The company's name. 公司名称。")],
    directory: Dir = HERE,
    database: Annotated[
        str | None,
        typer.Option(
            help="Keep it in this empty PostgreSQL database instead of a file: postgresql://user@host/name. "
            "使用该空的 PostgreSQL 数据库，而不是文件。"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a new company. 新建公司。"""
    settings = Settings(directory, url=database or url_of(directory))
    made = accounts.create_company(settings, company_name, moment())
    signer_of(settings), opener_of(settings)
    if database is not None:
        note_url(directory, database)
    say(
        as_json,
        {"server_id": made.server_id, "company": made.name, "directory": str(directory)},
        f"已在 {directory} 新建「{made.name}」。下一步：crmdesk-server user add。",
        f"Made “{made.name}” in {directory}. Next: crmdesk-server user add.",
    )


@app.command()
def serve(
    directory: Dir = HERE,
    host: Annotated[str, typer.Option(help="Address to listen on. 监听地址。")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port; 0 takes a free one. 端口；0 表示自动选择。", min=0, max=65535)
    ] = 8400,
    announce_file: Annotated[
        Path | None, typer.Option("--announce", help="Write the address to this file. 把地址写入该文件。")
    ] = None,
    processes: Annotated[
        int,
        typer.Option(help="Processes that share the work; PostgreSQL only. 进程数，仅限 PostgreSQL。", min=1),
    ] = 1,
    certificate: Annotated[
        Path | None, typer.Option(help="Speak TLS with this chain (PEM). TLS 证书链。")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key (PEM). TLS 私钥。")] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(help="A proxy that is believed when it says who asks. 可信的反向代理地址。"),
    ] = None,
    new_key: Annotated[
        bool,
        typer.Option(
            "--new-key",
            help="Where the company's keys are lost for good: make new ones; every laptop must be enrolled anew. "
            "密钥确已丢失时新建；所有设备须重新入网。",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Serve the company until told to stop. 提供同步服务，直到收到停止信号。"""
    # Late: the other commands answer at once, without loading a web server.
    from sync_server import processes as family
    from sync_server.app import create_app
    from sync_server.serving import (
        Server,
        address_of,
        allow_many_connections,
        announce,
        bind,
        check_certificate,
        collect_rarely,
        log_discreetly,
        stop_quietly,
    )

    settings = Settings(
        directory,
        host,
        port,
        url=url_of(directory),
        proxies=tuple(proxy or ()),
        certificate=certificate,
        private_key=key,
    )
    check_certificate(settings)
    if new_key:
        _renew_keys(settings)
    application = create_app(settings) if processes == 1 else None
    listener = bind(host, port)
    address = address_of(listener, settings)

    def started() -> None:
        if announce_file is not None:
            announce(announce_file, address)
        typer.echo(json.dumps({"listening": address}) if as_json else f"listening on {address}")
        sys.stdout.flush()

    log_discreetly(sys.stderr)
    if application is None:
        family.serve(settings, listener, processes, started)
        return
    allow_many_connections()
    collect_rarely()
    stop_quietly()
    Server(application, listener, started).serve_until_told()


def _renew_keys(settings: Settings) -> None:
    with company(settings.directory) as database:
        made = renew_keys(database, settings, moment())
    if made:
        names = ", ".join(path.name for path in made)
        zh = f"已新建 {names}。每台设备都须重新入网：crmdesk-server enrol。"
        say(
            False,
            {},
            zh,
            f"Made {names} anew. Every laptop must be enrolled again: crmdesk-server enrol.",
            err=True,
        )


@owner_app.command("change")
def owner_change(
    customers: Annotated[list[str], typer.Argument(help="The customers' ids. 客户编号。")],
    to: Annotated[str, typer.Option(help="The person who takes over. 接手人。")],
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Hand customers and all below them to another person. 把客户及其全部资料移交给另一个人。"""
    _move(directory, lambda command: ChangeOwner(command, tuple(customers), to), as_json)


@owner_app.command("change-book")
def owner_change_book(
    user: Annotated[str, typer.Argument(help="Whose books. 谁的客户簿。")],
    to: Annotated[str, typer.Option(help="The person who takes over. 接手人。")],
    leaving: Annotated[bool, typer.Option("--leaving", help="The person leaves. 该用户离职。")] = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Hand somebody's whole book to another person: no record moves. 整本移交客户簿。"""
    made = cli_people.rearrange(
        directory, user, lambda command, found: ChangeBookOwner(command, found.user, to, leaving)
    )
    say(
        as_json,
        {"user": made.user, "to": to, "disabled": made.is_disabled},
        f"已把「{made.name}」的客户簿移交给「{to}」。",
        f"Handed the books of “{made.name}” to “{to}”.",
    )


@pool_app.command("release")
def pool_release(
    customers: Annotated[list[str], typer.Argument(help="The customers' ids. 客户编号。")],
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Give customers to the pool, where anybody may claim them. 把客户放入公海。"""
    _move(directory, lambda command: Release(command, tuple(customers)), as_json)


@pool_app.command("assign")
def pool_assign(
    customers: Annotated[list[str], typer.Argument(help="The customers' ids. 客户编号。")],
    to: Annotated[str, typer.Option(help="Who gets them. 分给谁。")],
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Give customers of the pool to a person. 从公海分配客户。"""
    _move(directory, lambda command: ChangeOwner(command, tuple(customers), to), as_json)


@refused_app.command("list")
def refused_list(
    discarded: Annotated[bool, typer.Option("--discarded", help="What was kept out. 已作废的。")] = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """List what laptops brought and the server would not take. 列出被拒绝的修改。"""
    with company(directory) as database, database.read() as connection:
        found, names = refusals.listed(connection, discarded=discarded), names_of(connection)
    told = [
        {
            "name": one.name,
            "entity": entity_word(one.entity),
            "title": one.title or one.id,
            "user": one.user_name,
            "received_at": one.at,
            "edits": one.edits,
            "verdict": verdict_word(one.verdict),
            "code": happened(one.code, one.entity, one.about),
        }
        | (
            {"discarded_at": one.discarded_at, "discarded_by": _named(names, one.discarded_by)}
            if discarded
            else {}
        )
        for one in found
    ]
    table(as_json, "refused", [msgspec.structs.asdict(one) for one in found], told)


@refused_app.command("show")
def refused_show(name: Name, directory: Dir = HERE, as_json: Json = False) -> None:
    """Show all that was written. 查看内容。"""
    with company(directory) as database, database.read() as connection:
        found = msgspec.to_builtins(refusals.shown(connection, name))
    text = json.dumps(found, ensure_ascii=False, indent=1)
    say(as_json, found, text, text)


@refused_app.command("retry")
def refused_retry(name: Name, directory: Dir = HERE, as_json: Json = False) -> None:
    """Judge it again, as if it were pushed now. 重新处理。"""
    settings = settings_of(directory)
    with authority(directory) as database:
        with database.write() as connection:
            made = refusals.retry(connection, commands.console(connection), name, moment())
        speaks = authority_of(database, settings)
        handing_in.take_kept(blobs.store_of(database, settings), speaks, settings, moment())
    facts = {"name": name, "verdict": made.verdict, "code": made.code, "about": made.about}
    verdict, why = verdict_word(made.verdict), happened(made.code, made.entity, made.about)
    say(
        as_json,
        facts,
        f"结果：{verdict.zh}。{why.zh if why else ''}",
        f"The verdict: {verdict.en}. {why.en if why else ''}".rstrip(),
    )


@refused_app.command("export")
def refused_export(
    file: Path, overwrite: Overwrite = False, directory: Dir = HERE, as_json: Json = False
) -> None:
    """Write everything that was refused to a JSON file. 导出为 JSON 文件。"""
    with company(directory) as database, database.read() as connection:
        names = [one.name for one in refusals.listed(connection)]
        found = [msgspec.to_builtins(refusals.shown(connection, name)) for name in names]
    write_private(file, json.dumps(found, ensure_ascii=False, indent=1).encode(), overwrite=overwrite)
    facts = {"file": str(file), "refused": len(found)}
    say(as_json, facts, f"已导出 {len(found)} 条到 {file}。", f"Wrote {len(found)} to {file}.")


@refused_app.command("discard")
def refused_discard(name: Name, directory: Dir = HERE, as_json: Json = False) -> None:
    """Decide that it stays out; it is kept with your decision. 作废（内容和决定都会保留）。"""
    with company(directory) as database, database.write() as connection:
        refusals.discard(connection, commands.console(connection), name, moment())
    say(
        as_json,
        {"name": name, "discarded": True},
        "已作废，内容保留备查。",
        "Discarded; what was written is kept.",
    )


def _named(names: Mapping[str, str | Label], key: str | None) -> str | Label | None:
    return names.get(key, key) if key is not None else None


def _move(directory: Path, order: Callable[[str], Order], as_json: bool) -> None:
    """Carry out an order about customers and say what became of them."""
    with authority(directory) as database:
        made = carry_out(database, order(moment().hex(16)))
    refused = [result for result in made.results if result.outcome == commands.REFUSED]
    say(
        as_json,
        {"moved": made.moved, "customers": len(made.results) - len(refused), "refused": len(refused)},
        f"已移动 {len(made.results) - len(refused)} 个客户，共 {made.moved} 条记录。",
        f"Moved {len(made.results) - len(refused)} customers, {made.moved} records.",
    )


@app.command()
def backup(file: Path, overwrite: Overwrite = False, directory: Dir = HERE, as_json: Json = False) -> None:
    """Copy the company to one file and check the copy; attachments, sealed messages and keys go to FILE.blobs,
    FILE.sealed and FILE.keys beside it. 在线备份并校验；附件、封存内容和密钥在旁边的 FILE.blobs、FILE.sealed、FILE.keys。
    """
    settings = settings_of(directory)
    made = keeping.backup(settings, file, overwrite=overwrite)
    keys, blobs_kept, sealed = (
        keeping.keys_beside(file),
        keeping.blobs_beside(file),
        keeping.sealed_beside(file),
    )
    facts = {
        "file": str(file),
        "records": made.records,
        "edits": made.edits,
        "keys": str(keys),
        "blobs": str(blobs_kept) if blobs_kept.exists() else None,
        "sealed": str(sealed) if sealed.exists() else None,
        "sealed_missing": made.missing,
    }
    zh, en = _beside(facts, made, settings)
    say(
        as_json,
        facts,
        f"已备份到 {file}：{made.records} 条记录，{made.edits} 次修改，校验通过。{zh}"
        f"密钥已复制到 {keys}：恢复时须放回公司目录，请与备份分开妥善保管。",
        f"Backed up to {file}: {made.records} records, {made.edits} edits, checked. {en}The keys are in {keys}: "
        "a restore needs them back in the company's folder; keep them apart from the backup, and safe.",
    )


def _beside(facts: Mapping[str, Any], made: keeping.BackedUp, settings: Settings) -> tuple[str, str]:
    """What belongs to a backup and lies beside it, and what of it is nowhere, in both languages."""
    zh, en = "", ""
    if facts["blobs"]:
        zh += f"附件在 {facts['blobs']}：恢复时作为公司目录里的 blobs。"
        en += f"The attachments are in {facts['blobs']}: the company's folder `blobs` after a restore. "
    if facts["sealed"]:
        zh += f"设备封存交来的内容在 {facts['sealed']}（{made.messages} 份）：恢复时作为公司目录里的 sealed。"
        en += (
            f"What laptops handed in sealed is in {facts['sealed']} (messages: {made.messages}): the company's folder "
            "`sealed` after a restore. "
        )
    if made.missing:
        zh += (
            f"注意：{made.missing} 份封存内容的原件不在 {settings.sealed}，也就不在备份里：其中的记录和草稿在数据库中，"
            "尚未被任何记录引用的附件则没有备份。"
        )
        en += (
            f"Beware: sealed messages that are not in {settings.sealed}, so in no backup: {made.missing}. Their records and "
            "drafts are in the database, but not the attachments in them that no record names yet. "
        )
    return zh, en


@app.command()
def gc(
    days: Annotated[
        int, typer.Option(help="Only what was deleted this long ago. 删除满多少天。", min=1, max=3650)
    ] = 180,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Remove for good what was deleted long ago and every laptop knows of. 彻底清除过期的已删除记录。"""
    with company(directory) as database:
        swept = sweeping.sweep(database, moment(), days * DAY_MS)
        store = blobs.store_of(database, settings_of(directory))
        collected = blobs.collect(store, moment(), days * DAY_MS)
    say(
        as_json,
        {**swept._asdict(), **collected._asdict()},
        f"已彻底清除 {swept.buried} 条记录，{collected.contents} 个附件内容；还有 {swept.waiting} 条要等设备同步。",
        f"{swept.buried} records and {collected.contents} contents of attachments are gone for good; "
        f"{swept.waiting} deletions still wait for a laptop.",
    )


@app.command()
def status(directory: Dir = HERE, as_json: Json = False) -> None:
    """The company's epoch, its restores and what laptops brought back. 恢复纪元与送回的记录。"""
    with company(directory) as database, database.read() as connection:
        epoch, opened = people.load_company(connection).epoch, recoveries.recoveries(connection)
        brought, graves_dug = recoveries.recovered(connection), graves.count(connection)
        waiting = [d for d in devices.devices(connection) if d.state is DeviceState.PENDING]
    doubted = sum(d.doubt in ("token_reused", "token_unknown") for d in waiting)
    kept = sum(one.verdict == "quarantined" for one in brought)
    facts = {
        "epoch": epoch,
        "restores": [
            {"epoch": o.epoch, "noticed_at": o.at, "device": o.device, "user": o.user} for o in opened
        ],
        "brought_back": len(brought) - kept,
        "quarantined": kept,
        "graves": graves_dug,
        "waiting": len(waiting),
        "doubted": doubted,
    }
    say(
        as_json,
        facts,
        f"纪元 {epoch}；发现恢复 {len(opened)} 次；送回 {len(brought) - kept} 条，待查 {kept} 条；彻底清除 {graves_dug} 条；"
        f"{len(waiting)} 台设备等待批准，其中 {doubted} 台的令牌可能被复制。",
        f"Epoch {epoch}; {len(opened)} restores noticed; {len(brought) - kept} records brought back, {kept} kept apart; "
        f"{graves_dug} gone for good; {len(waiting)} laptops wait for an approval, {doubted} because a token may have been copied.",
    )


@app.command()
def recovered(directory: Dir = HERE, as_json: Json = False) -> None:
    """List what laptops brought back after a restore. 列出恢复后由设备送回的记录。"""
    with company(directory) as database, database.read() as connection:
        names = {a.user: a.name for a in people.accounts(connection)}
        found, called = recoveries.recovered(connection), names_of(connection)
    rows = [
        {
            "epoch": r.epoch,
            "entity": r.key.entity,
            "id": r.key.id,
            "verdict": r.verdict,
            "code": r.code,
            "user": names.get(r.user, r.user),
            "device": r.device,
            "brought_at": r.at,
        }
        for r in found
    ]
    told = [
        {
            **row,
            "entity": entity_word(r.key.entity),
            "verdict": verdict_word(r.verdict),
            "code": happened(r.code, r.key.entity, None),
            "device": _named(called, r.device),
        }
        for row, r in zip(rows, found, strict=True)
    ]
    table(as_json, "recovered", rows, told)


@app.command()
def check(directory: Dir = HERE, as_json: Json = False) -> None:
    """Read everything and say whether anything is broken. 全面检查。"""
    with company(directory) as database:
        found = keeping.check(database, BlobFiles(settings_of(directory).blobs))
    facts = {"records": found.records, "edits": found.edits, "problems": list(found.problems)}
    summary = "\n".join(found.problems)
    say(
        as_json,
        facts,
        summary or f"完好：{found.records} 条记录，{found.edits} 次修改。",
        summary or f"All well: {found.records} records, {found.edits} edits.",
    )
    if found.problems:
        raise typer.Exit(1)


@cache
def _command() -> Callable[..., object]:
    return typer.main.get_command(app)


def main() -> NoReturn:
    """The `crmdesk-server` command: an expected error is a sentence, never a traceback."""
    try:
        _command()(standalone_mode=True)
    except CrmError as error:
        if "--json" in sys.argv:
            about = {
                name: value.en if isinstance(value, Label) else str(value)
                for name, value in error.about.items()
            }
            typer.echo(json.dumps({"code": error.code, "about": about}, ensure_ascii=False), err=True)
        elif error.code == "not_found":
            typer.echo(not_there(error).text(language()), err=True)
        else:
            typer.echo(str(error.sentence(language())), err=True)
        sys.exit(1)
    sys.exit(0)
