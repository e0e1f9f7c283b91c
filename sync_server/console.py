"""What every command of the administrator's has: its options, the company it opens, how it speaks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.cells import cell_len
from sqlalchemy import Connection

from crmdesk.core.answers import Moved
from crmdesk.core.dates import COMPANY_ZONE, day_of, moment_of, parse_date
from crmdesk.core.errors import CrmError, Language
from crmdesk.core.registry import Label
from crmdesk.store.database import Database
from sync_server import accounts, audit, commands, shut_out
from sync_server.clock import moment
from sync_server.orders import Order
from sync_server.settings import Settings, url_of
from sync_server.spoken import CONSOLE, HEADINGS
from sync_server.storage import devices, people

Dir = Annotated[Path, typer.Option("--dir", help="The company's folder. 公司数据目录。")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON. 以 JSON 输出。")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Write over a file that is there. 覆盖已有文件。")
]
HERE: Final = Path("company")
_YES: Final = Label("是", "yes")
_NO: Final = Label("否", "no")


def language() -> Language:
    """The person's language, from CRMDESK_LANGUAGE or the locale."""
    chosen = os.environ.get("CRMDESK_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh_CN" if chosen.lower().startswith("zh") else "en"


def say(as_json: bool, facts: dict[str, Any], zh: str, en: str, *, err: bool = False) -> None:
    """Print facts as JSON, or one sentence in the person's language."""
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
    else:
        typer.echo(zh if language() == "zh_CN" else en, err=err)


def table(
    as_json: bool, name: str, rows: list[dict[str, Any]], told: Sequence[Mapping[str, object]] | None = None
) -> None:
    """Print rows as JSON under `name`; for people what of them is `told` in words, in columns under headings."""
    if as_json:
        typer.echo(json.dumps({name: rows}, ensure_ascii=False))
        return
    shown = rows if told is None else told
    cells = [[_cell(name, value) for name, value in row.items()] for row in shown]
    lines = [[_heading(name) for name in shown[0]], *cells] if shown else []
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (text + " " * (width - cell_len(text)) for text, width in zip(line, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())


def _heading(name: str) -> str:
    return HEADINGS[name].text(language()) if name in HEADINGS else name


def _cell(name: str, value: object) -> str:
    """A value as a person reads it; a column ending in `_at` holds UTC milliseconds."""
    if value is None:
        return "-"
    if name.endswith("_at"):
        return time_of(int(str(value)))
    if isinstance(value, bool):
        value = _YES if value else _NO
    return value.text(language()) if isinstance(value, Label) else str(value)


def time_of(ms: int | None) -> str:
    """An instant (UTC milliseconds) by the company's clock, whatever zone this machine is in."""
    return "-" if ms is None else f"{moment_of(ms):%Y-%m-%d %H:%M}"


def last_day(ms: int | None) -> str:
    """Until when something lasts (UTC milliseconds): the last day, included, where it ends with one."""
    return "-" if ms is None else time_of(ms) if _first_of_day(ms) != ms else f"{day_of(ms - 1)}"


def first_day(ms: int) -> str:
    """Since when something lasts (UTC milliseconds): a day, where it begins with one."""
    return time_of(ms) if _first_of_day(ms) != ms else f"{day_of(ms)}"


def _first_of_day(ms: int) -> int:
    return int(datetime.combine(day_of(ms), time(), ZoneInfo(COMPANY_ZONE)).timestamp() * 1000)


def names_of(connection: Connection) -> dict[str, str | Label]:
    """What people call whoever does something: accounts and laptops by their ids, and the server's own console."""
    server = people.load_company(connection).server_id
    accounts_known = {one.user: one.name for one in people.accounts(connection)}
    laptops = {one.id: one.name for one in devices.devices(connection)}
    return {**accounts_known, **laptops, server: CONSOLE, audit.CONSOLE: CONSOLE}


def settings_of(directory: Path) -> Settings:
    """The settings of the company in a folder."""
    return Settings(directory, url=url_of(directory))


@contextmanager
def authority(directory: Path) -> Iterator[Database]:
    """The company's database for a command that writes as the server, closed again afterwards."""
    database = accounts.start_company(settings_of(directory), moment())
    try:
        yield database
    finally:
        database.close()


@contextmanager
def company(directory: Path) -> Iterator[Database]:
    """The company's database, closed again afterwards; whoever was shut out meanwhile stays so (`shut_out`)."""
    settings = settings_of(directory)
    database = accounts.open_company(settings)
    try:
        yield database
        shut_out.note(database, settings)
    finally:
        database.close()


def carry_out(database: Database, order: Order) -> Moved:
    """Carry out what the administrator orders at the server itself."""
    with database.read() as connection:
        who = commands.console(connection)
    return msgspec.json.decode(commands.carry_out(database, who, order, moment), type=Moved)


def instant(text: str | None, option: str, *, is_end: bool = False) -> int | None:
    """UTC milliseconds of what somebody typed, by the company's clock and not by this machine's.

    A day means its beginning, or for an end that it is included. Raises `bad_argument`.
    """
    if text is None:
        return None
    zone = ZoneInfo(COMPANY_ZONE)
    day = parse_date(text, day_of(moment().ms))
    if day is not None:
        day += timedelta(days=1 if is_end else 0)
        return int(datetime.combine(day, time(), zone).timestamp() * 1000)
    try:
        typed = datetime.fromisoformat(text)
        return int((typed if typed.tzinfo else typed.replace(tzinfo=zone)).timestamp() * 1000)
    except ValueError as error:
        hint = Label(
            f"{option} 请写日期或时间，例如 +7、12-05 或 2026-11-27T18:00。",
            f"{option} takes a day or an instant, for example +7, 12-05 or 2026-11-27T18:00.",
        )
        raise CrmError("bad_argument", argument=text, hint=hint) from error
