"""The administrator's commands about the audit: verify it, read it, export it, look at its signed roots."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from sqlalchemy import Connection

from crmdesk.core.dates import COMPANY_ZONE
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label
from crmdesk.store.database import Database
from sync_server import audit, auditing, exporting
from sync_server import roots as signing_roots
from sync_server.audit import Word
from sync_server.auditing import Wanted
from sync_server.clock import moment
from sync_server.console import (
    HERE,
    Dir,
    Json,
    Overwrite,
    company,
    instant,
    language,
    names_of,
    say,
    settings_of,
    table,
    time_of,
)
from sync_server.exporting import Verified
from sync_server.leases import authority_of
from sync_server.policy import Kind
from sync_server.private_files import check_free
from sync_server.signing import KEY_NAME, Signer, signer_of
from sync_server.spoken import COMPANY, bucket_word, handed_on
from sync_server.storage import audits, devices, people, roots

app = typer.Typer(help="Who did what, sealed row by row. 审计。", no_args_is_help=True)
Key = Annotated[
    str | None,
    typer.Option(
        help="The company's public key, in hexadecimal, as its laptops know it. 公司公钥(十六进制)。"
    ),
]
Day = Annotated[
    str | None,
    typer.Option(
        help=f"A day (2026-11-27) or an instant, by {COMPANY_ZONE} time. 日期或时间，按{COMPANY_ZONE}时间。"
    ),
]
_KEY_BYTES: Final = 32
_ID: Final = re.compile(r"\b[0-9a-f]{32}\b")
_INSTANT: Final = re.compile(r"(?<=:)\d{13}(?=[,}])")


@app.command()
def verify(
    file: Annotated[Path | None, typer.Option(help="An exported file instead. 校验导出的文件。")] = None,
    key: Key = None,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Say whether every row is as it was written, and every root as it was signed. 校验审计链。

    Whoever can change an exported file can sign it anew: it is held against `--key`, or the key of the company in `--dir`.
    """
    public, is_vouched = _key(key), True
    if file is not None:
        public = public or _own_key(directory)
        found = exporting.verify(file, public)
        unknown, is_vouched = 0, public is not None
    else:
        with company(directory) as database:
            found = _verified(database, public or _signer(database, directory).public)
            with database.read() as connection:
                unknown = len(audits.latest(connection, {"kind = ?": audit.UNKNOWN_ROOT}, None, 1000))
    facts = {
        "rows": found.rows,
        "roots": found.roots,
        "key": found.key,
        "unknown_roots": unknown,
        "vouched": is_vouched,
        "problems": [problem._asdict() for problem in found.problems],
    }
    lines = "\n".join(map(str, found.problems))
    if not is_vouched and not lines:
        say(
            as_json,
            facts,
            f"文件自身一致：{found.rows} 行，{found.roots} 个签名根；但只用文件里写的公钥核对过：{found.key}。它是不是贵公司的，文件自己说明不了："
            "请加 --key，或用 --dir 指明公司目录。",
            f"Consistent in itself: {found.rows} rows, {found.roots} signed roots; but held only against the key that the file "
            f"names, {found.key}. Whether that is your company's, the file can't say: give --key, or --dir with the company.",
        )
        raise typer.Exit(1)
    shown = unknown and not found.problems
    say(
        as_json,
        facts,
        lines
        or f"完好：{found.rows} 行，{found.roots} 个签名根。"
        + (
            f"但有 {unknown} 次设备持有本服务器不认识的签名根：audit list --kind unknown_root"
            if shown
            else ""
        ),
        lines
        or f"All well: {found.rows} rows, {found.roots} signed roots."
        + (
            f" But {unknown} times a laptop held a root not known here: audit list --kind unknown_root"
            if shown
            else ""
        ),
    )
    if found.problems:
        raise typer.Exit(1)


def _own_key(directory: Path) -> bytes | None:
    """The public key of the company in a folder; None where there is none."""
    return signer_of(settings_of(directory)).public if (directory / KEY_NAME).exists() else None


def _signer(database: Database, directory: Path) -> Signer:
    return authority_of(database, settings_of(directory)).signer


def _verified(database: Database, key: bytes) -> Verified:
    place: auditing.Place | None = auditing.START
    rows, problems = 0, []
    with database.read() as connection:
        while place is not None:
            step = auditing.verify_some(connection, place)
            rows += step.rows
            problems += step.problems
            place = step.next
        problems += auditing.verify_roots(connection, key)
        latest = roots.latest(connection)
    root = latest.root if latest else None
    return Verified(rows, root.number if root else 0, key.hex(), problems)


@app.command("list")
def list_rows(
    since: Day = None,
    until: Day = None,
    user: Annotated[str | None, typer.Option(help="Who did it. 操作人。")] = None,
    device: Annotated[
        str | None,
        typer.Option(help="From which laptop, by name or id; or console. 设备名称或编号，或 console。"),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help=f"What was done: {', '.join(auditing.KINDS)}. 类型。")
    ] = None,
    bucket: Annotated[str | None, typer.Option(help="In which bucket; or company. 客户簿。")] = None,
    customer: Annotated[str | None, typer.Option(help="About which customer. 客户编号。")] = None,
    limit: Annotated[int, typer.Option(help="How many, the latest. 条数。", min=1, max=100_000)] = 100,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """List who did what, the latest first. 列出审计记录。"""
    if kind is not None and kind not in auditing.KINDS:
        raise CrmError("bad_argument", argument=kind, hint=f"--kind: {', '.join(auditing.KINDS)}")
    first, last = instant(since, "--since"), instant(until, "--until", is_end=True)
    with company(directory) as database, database.read() as connection:
        names = {account.user: account.name for account in people.accounts(connection)}
        person = people.find_account(connection, user).user if user else None
        laptop = devices.named(connection, device).id if device and device != audit.CONSOLE else device
        wanted = Wanted(first, last, person, laptop, kind, bucket, customer)
        found = auditing.listed(connection, wanted, None, limit)
        called, books = names_of(connection), _books(connection)
        ids = {
            **people.team_names(connection),
            **{r.id: r.name for r in people.custom_roles(connection).values()},
        }
    ids |= {
        key: name if isinstance(name, str) else name.text(language())
        for key, name in (books | called).items()
    }
    rows = [
        {
            "chain": row.chain,
            "number": row.number,
            "done_at": row.at,
            "kind": row.kind,
            "user": row.user if as_json else names.get(row.user, row.user),
            "device": row.device,
            "said": json.loads(bytes(row.said)) if as_json else bytes(row.said).decode(),
        }
        for row in found.rows
    ]
    told = [
        {
            "chain": books.get(row.chain, row.chain),
            "number": row.number,
            "done_at": row.at,
            "kind": row.kind,
            "user": called.get(row.user, row.user),
            "device": called.get(row.device, row.device or "-"),
            "said": _readable(bytes(row.said).decode(), ids),
        }
        for row in found.rows
    ]
    table(as_json, "rows", rows, told)


def _readable(said: str, names: Mapping[str, str]) -> str:
    """What a row says, with names for the ids that have one and times for milliseconds."""
    timed = _INSTANT.sub(lambda found: f'"{time_of(int(found[0]))}"', said)
    return _ID.sub(lambda found: names.get(found[0], found[0]), timed)


def _books(connection: Connection) -> dict[str, str | Label]:
    """The chains by what people call them: whose book, or what else it is of.

    Rows tell of the past: a book that was handed on says that it is somebody's now, not that it was theirs then.
    """
    accounts = {one.user: one for one in people.accounts(connection)}
    origins = people.origins(connection)
    found: dict[str, str | Label] = {audit.COMPANY: COMPANY}
    for bucket, domain in people.domains(connection).items():
        owner = accounts.get(domain.owner or "")
        whose = None
        if owner is not None:
            is_own = owner.book == origins[bucket]
            whose = Label(owner.name, owner.name) if is_own else handed_on(owner.name)
        kind = domain.kind.value
        if whose is None:
            found[bucket] = bucket_word(kind, None)
        elif domain.kind is Kind.BOOK:
            found[bucket] = whose
        else:
            found[bucket] = Label(bucket_word(kind, whose.zh).zh, bucket_word(kind, whose.en).en)
    return found


@app.command()
def export(file: Path, overwrite: Overwrite = False, directory: Dir = HERE, as_json: Json = False) -> None:
    """Write all of it to one file, JSON lines or .csv, to be verified without the server. 导出审计。"""
    check_free(file, overwrite=overwrite)
    with company(directory) as database:
        signer = _signer(database, directory)
        with database.write() as connection:
            signing_roots.make(connection, signer, moment(), is_asked=True)
        with database.read() as connection:
            made = exporting.export(connection, file, signer.public, moment(), overwrite=overwrite)
        with database.write() as connection:
            _note_export(connection, made)
    again = f"crmdesk-server audit verify --file {file} --key {signer.public.hex()}"
    say(
        as_json,
        {"file": str(file), **made._asdict()},
        f"已导出 {made.rows} 行、{made.roots} 个签名根到 {file}。校验：{again}",
        f"Wrote {made.rows} rows and {made.roots} signed roots to {file}. To verify: {again}",
    )


def _note_export(connection: Connection, made: exporting.Written) -> None:
    told = {"rows": made.rows, "roots": made.roots, "sha256": Word(made.sha256)}
    server = people.load_company(connection).server_id
    audit.act(connection, "export_audit", (server, audit.CONSOLE), told, moment(), subjects=())


@app.command("roots")
def list_roots(
    sign: Annotated[bool, typer.Option("--sign", help="Sign one now. 立即签名。")] = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """List the signed roots, and those that laptops hold and this server does not know. 列出签名根。"""
    with company(directory) as database:
        if sign:
            signer = _signer(database, directory)
            with database.write() as connection:
                signing_roots.make(connection, signer, moment(), is_asked=True)
        with database.read() as connection:
            rows = [_root(signed.digest, signed.root) for signed in roots.every(connection) if signed.root]
            strange = audits.latest(connection, {"kind = ?": audit.UNKNOWN_ROOT}, None, 1000)
            called = names_of(connection)
    unknown = [
        {
            "root": said["root"],
            "digest": said["digest"],
            "device": entry.device,
            "user": entry.user,
            "told_at": entry.at,
        }
        for entry in strange
        for said in (json.loads(entry.said),)
    ]
    if as_json:
        typer.echo(json.dumps({"roots": rows, "unknown": unknown}))
        return
    table(False, "roots", rows)
    unknown = [
        {
            **one,
            "device": called.get(one["device"], one["device"]),
            "user": called.get(one["user"], one["user"]),
        }
        for one in unknown
    ]
    if unknown:
        say(False, {}, "设备持有而本服务器不认识的签名根：", "Held by laptops and not known here:")
        table(False, "unknown", unknown)


def _root(digest: str, root: Any) -> dict[str, Any]:
    return {
        "root": root.number,
        "signed_at": root.at,
        "epoch": root.epoch,
        "chains": root.chains,
        "rows": root.rows,
        "digest": digest,
    }


def _key(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise CrmError("bad_argument", argument="--key", hint="64 x 0-9 a-f") from error
    if len(found) != _KEY_BYTES:
        raise CrmError("bad_argument", argument="--key", hint="64 x 0-9 a-f")
    return found
