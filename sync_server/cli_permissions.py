"""The administrator's commands about what everybody may, and who has confirmed it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from crmdesk.core.permission_sheet import as_csv, as_html, progress
from crmdesk.core.permissions import STATES, role_name
from crmdesk.core.permissions import told as told_in_words
from sync_server import permitting
from sync_server.clock import moment
from sync_server.console import HERE, Dir, Json, Overwrite, company, language, names_of, say, table
from sync_server.private_files import write_private
from sync_server.storage import people

app = typer.Typer(help="What everybody may, and who confirmed it. 全员权限确认。", no_args_is_help=True)


@app.command("list")
def list_states(directory: Dir = HERE, as_json: Json = False) -> None:
    """Who has confirmed what they may. 谁已确认。"""
    with company(directory) as database, database.read() as connection:
        found, names = permitting.standings(connection, moment()), names_of(connection)
    rows: list[dict[str, Any]] = [
        {"name": one.name, "role": one.custom_role_name or one.role, "team": one.team_name, "state": one.state,
         "confirmed_at": one.at, "device": one.device, "digest": one.digest}
        for one in found.people
    ]  # fmt: skip
    told = [
        {
            "name": one.name,
            "role": role_name(one.role, one.custom_role_name, language()),
            "team": one.team_name,
            "state": STATES[one.state],
            "confirmed_at": one.at,
            "device": names.get(one.device or "", one.device),
            "digest": one.digest,
        }
        for one in found.people
    ]
    table(as_json, "people", rows, told)
    if not as_json:
        typer.echo(progress(found, language()))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The person's name. 姓名。")],
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """What somebody may, in words. 某人的权限。"""
    with company(directory) as database, database.read() as connection:
        found = permitting.own(connection, name, moment())
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    typer.echo(f"{found.permissions.name} · {found.digest}")
    for section in told_in_words(found.permissions, language()):
        typer.echo(section.title)
        for line in section.lines:
            typer.echo(f"  {line}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="A .csv, or a .html page to print. .csv 或可打印的 .html。")],
    overwrite: Overwrite = False,
    directory: Dir = HERE,
    as_json: Json = False,
) -> None:
    """Write who has confirmed what, with date and digest. 导出确认单。"""
    now = moment()
    with company(directory) as database, database.read() as connection:
        found, name = permitting.standings(connection, now), people.load_company(connection).name
    is_csv = file.suffix.lower() == ".csv"
    content = as_csv(found, language()) if is_csv else as_html(found, name, now.ms, language())
    write_private(file, content.encode(), overwrite=overwrite)
    facts = {"file": str(file), "people": len(found.people), "confirmed": found.confirmed}
    say(as_json, facts, f"已写入 {file}。", f"Wrote {file}.")
