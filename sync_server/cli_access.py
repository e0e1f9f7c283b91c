"""The administrator's commands that let somebody in: codes for laptops, codes for forgotten passwords."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label
from sync_server import enrolment, signing_in
from sync_server.clock import moment
from sync_server.console import HERE, Dir, Json, Overwrite, company, say, settings_of, time_of
from sync_server.leases import authority_of
from sync_server.private_files import check_free, write_private
from sync_server.storage import people

HOUR_MS: Final = 60 * 60 * 1000
ValidHours = Annotated[int, typer.Option(help="How long the code is good. 有效小时数。", min=1, max=72)]


def enrol(
    user: str,
    hold: Annotated[
        bool, typer.Option(help="The laptop waits until you approve it. 设备须经批准后才能使用。")
    ] = False,
    valid_hours: ValidHours = 72,
    file: Annotated[
        Path | None, typer.Option(help="Write an invitation for `crmdesk enrol --file`. 写入邀请文件。")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="With --file: the address laptops enter. 服务器地址。")
    ] = None,
    pin: Annotated[
        list[Path] | None,
        typer.Option(help="With --file: a certificate (PEM) of the server or its CA. 证书指纹固定。"),
    ] = None,
    overwrite: Overwrite = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Print a one-use code that connects a person's laptop, or write it to an invitation. 生成一次性入网码或邀请文件。"""
    if (file is None) is not (url is None) or (pin and file is None):
        hint = Label(
            "邀请文件需要同时写 --file 和 --url；--pin 也只用于邀请文件。",
            "An invitation needs both --file and --url; --pin belongs to an invitation too.",
        )
        raise CrmError("bad_argument", argument="--file" if url is None else "--url", hint=hint)
    if file is not None:
        check_free(file, overwrite=overwrite)
    pins = [_fingerprint(one) for one in pin or ()]
    settings, now, valid_ms = settings_of(directory), moment(), valid_hours * HOUR_MS
    with company(directory) as database:
        key = authority_of(database, settings).signer.public
        with database.write() as connection:
            code = enrolment.issue_code(connection, user, now, valid_ms, hold=hold)
            server_id = people.load_company(connection).server_id
    expires_at = now.ms + valid_ms
    facts = {"code": code, "expires_at": expires_at, "hold": hold}
    if file is None:
        say(as_json, facts, *_how_to_enrol(code, expires_at, hold=hold))
        return
    told = {
        "url": url,
        "server_id": server_id,
        "server_key": key.hex(),
        "pins": pins,
        "code": code,
        "expires_at": expires_at,
    }
    write_private(file, (json.dumps(told, indent=1) + "\n").encode(), overwrite=overwrite)
    said = f"已写入 {file}。", f"Wrote {file}."
    say(as_json, {**facts, "file": str(file)}, *said)


def _how_to_enrol(code: str, expires_at: int, *, hold: bool) -> tuple[str, str]:
    """A code and what is done with it, in both languages; the code stands alone in the first line, to be copied."""
    until = time_of(expires_at)
    zh = f"{code}\n只能用一次，{until} 前有效。在那台笔记本上打开 crmdesk，选「加入公司」，填写服务器地址和这个入网码；或运行：crmdesk enrol 地址 {code}"
    en = (
        f"{code}\nGood once, until {until}. On the laptop, open crmdesk, choose “Join a company”, and give the server's "
        f"address and this code; or: crmdesk enrol ADDRESS {code}"
    )
    if hold:
        zh += "\n该设备随后等待批准：crmdesk-server device list，再 device approve。"
        en += "\nThe laptop waits for you then: crmdesk-server device list, then device approve."
    return zh, en


def _fingerprint(path: Path) -> str:
    """What pins a certificate: the SHA-256 of its public key. Raises `file_unreadable`, `bad_argument`."""
    try:
        key = x509.load_pem_x509_certificate(path.read_bytes()).public_key()
    except OSError as error:
        raise CrmError("file_unreadable", path=path) from error
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise CrmError("bad_argument", argument=str(path), hint="--pin: PEM") from error
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def reset_password(
    name: str, valid_hours: ValidHours = 72, directory: Dir = HERE, as_json: Json = False
) -> None:
    """Take a forgotten password away; the person sets a new one with the code printed. 重设登录密码，打印一次性重设码。"""
    now, valid_ms = moment(), valid_hours * HOUR_MS
    with company(directory) as database, database.write() as connection:
        code = signing_in.reset(connection, name, now, valid_ms)
    until = time_of(now.ms + valid_ms)
    say(
        as_json,
        {"code": code, "expires_at": now.ms + valid_ms},
        f"{code}\n只能用一次，{until} 前有效。本人在自己的笔记本上打开 crmdesk 的「同步」页，点「我有重设码」，用它设置新的登录密码；"
        f"或运行：crmdesk password reset {code}",
        f"{code}\nGood once, until {until}. On their laptop, the person opens the Sync page of crmdesk, presses “I have a code” and "
        f"chooses a new password with it; or: crmdesk password reset {code}",
    )
