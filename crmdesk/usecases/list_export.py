"""What a list shows, as a file for spreadsheets: the columns on show, every row of the list, in its order."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from crmdesk.core.dates import moment_of
from crmdesk.core.errors import CrmError, Language
from crmdesk.core.format import EMPTY, format_value, guarded
from crmdesk.core.registry import Type
from crmdesk.store.window import CustomerFilter, CustomerRow, CustomerWindow, listable
from crmdesk.system.new_workbooks import new_workbook
from crmdesk.usecases.codes import place_name
from crmdesk.usecases.directory import Directory, read_directory
from crmdesk.usecases.narrowing import bearings
from crmdesk.usecases.seeing import check_may_save
from crmdesk.usecases.workspace import readings

if TYPE_CHECKING:
    from crmdesk.core.registry import Registry
    from crmdesk.core.values import Value
    from crmdesk.store.reading import Reader

Form: TypeAlias = Literal["csv", "xlsx"]
Cell: TypeAlias = str | int | Decimal | date | datetime | None
_PAGE: Final = 500
_DAY: Final = "yyyy-mm-dd"
_MOMENT: Final = "yyyy-mm-dd hh:mm"
_AMOUNT: Final = "#,##0.00"
_WIDE: Final = 18


@dataclass(frozen=True, slots=True)
class Listed:
    """What is to be written: a list with its columns, each a key and a heading. `only`: of its rows these ids alone."""

    wanted: CustomerFilter
    columns: tuple[tuple[str, str], ...]
    registry: Registry
    language: Language
    today: date
    only: frozenset[str] = frozenset()


def export_list(
    reader: Reader,
    listed: Listed,
    path: Path,
    form: Form,
    told: Callable[[tuple[int, int]], None] = lambda _: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int | None:
    """Write the file; returns how many rows, None where it was stopped. `told((done, all))` now and then.

    Until it is whole it has another name, so that nothing half written takes the place of a good file.
    Raises `database_unwritable`, `seeing_copy`.
    """
    check_may_save(reader)
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("wb"):
            pass  # whether it can be written is asked before anything is read
        rows = _rows(reader, listed, told, is_stopped)
        headings = [heading for _, heading in listed.columns]
        count = _csv(draft, headings, rows) if form == "csv" else _xlsx(draft, headings, rows)
        if is_stopped():
            return None
        draft.replace(path)
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error
    finally:
        with suppress(OSError):  # what can't be written at all can't be removed either
            draft.unlink(missing_ok=True)
    return count


def _rows(
    reader: Reader,
    listed: Listed,
    told: Callable[[tuple[int, int]], None],
    is_stopped: Callable[[], bool],
) -> Iterator[list[Cell]]:
    names = read_directory(reader)
    window = CustomerWindow(
        reader,
        listed.wanted,
        readings() if listed.wanted.text.strip() else None,
        bearings(listed.registry, names, listed.today),
    )
    whole = window.count()
    cells = _Cells(listed, names)
    for start in range(0, whole, _PAGE):
        if is_stopped():
            return
        for row in window.page(start, _PAGE):
            if not listed.only or row.id in listed.only:
                yield [cells.cell(key, row) for key, _ in listed.columns]
        told((min(start + _PAGE, whole), whole))


class _Cells:
    """Reads the cells of rows, as values that a spreadsheet can count with."""

    def __init__(self, listed: Listed, names: Directory) -> None:
        self._listed, self._names = listed, names
        self._known = listable(listed.registry)
        self._stage = listed.registry["customer"].by_name["stage"]

    def cell(self, key: str, row: CustomerRow) -> Cell:
        match key:
            case "name":
                return row.name or row.name_en or ""
            case "stage":
                return self._said("stage", row.stage)
            case "tags":
                found = (self._names.tags.get(tag) for tag in row.tags.split())
                return "、".join(tag.name for tag in found if tag)
            case "owner":
                return self._names.owner_name(row.bucket)
            case "last_visit":
                return _moment(row.last_visit_at)
            case "next_follow_up":
                return _date(row.next_follow_up_on)
            case "place":
                return row.city or place_name(row.region)
            case _:
                return self._value(key, row.cells.get(key))

    def _value(self, key: str, value: Value) -> Cell:
        declared = self._known.get(key)
        kind = declared.type if declared else None
        if kind is Type.DATE:
            return _date(value)
        if kind is Type.INSTANT:
            return _moment(value)
        if kind is Type.INTEGER and isinstance(value, int):
            return value
        if kind is Type.MONEY and isinstance(value, dict):
            minor, currency = value["money"]
            return Decimal(minor) / 100 if currency == "CNY" else self._said(key, value)
        return self._said(key, value)

    def _said(self, key: str, value: Value) -> str:
        said = format_value(self._known.get(key), value, self._listed.language, self._names.name_of)
        return "" if said == EMPTY else said


def _date(value: Value) -> date | str:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else ""
    except ValueError:
        return str(value)


def _moment(value: Value) -> datetime | None:
    return moment_of(value).replace(tzinfo=None) if isinstance(value, int) else None


def _csv(path: Path, headings: Sequence[str], rows: Iterator[list[Cell]]) -> int:
    count = 0
    # utf-8-sig: Excel takes a CSV without it for the local code page and garbles Chinese.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([guarded(heading) for heading in headings])
        for row in rows:
            writer.writerow([_plain(cell) for cell in row])
            count += 1
    return count


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return guarded(cell) if isinstance(cell, str) else str(cell)


def _xlsx(path: Path, headings: Sequence[str], rows: Iterator[list[Cell]]) -> int:
    count = 0
    with new_workbook(path) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        formats: list[tuple[type, Any]] = [
            (kind, book.add_format({"num_format": shape})) for kind, shape in _FORMATS
        ]
        # A string runs nothing; once it is edited it would, were its cell not one of text.
        formats.append((str, book.add_format({"num_format": "@", "quote_prefix": True})))
        sheet.set_column(0, max(0, len(headings) - 1), _WIDE)
        sheet.freeze_panes(1, 1)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        for row in rows:
            count += 1
            for column, cell in enumerate(row):
                _put(sheet, count, column, cell, formats)
    return count


_FORMATS: Final = ((datetime, _MOMENT), (date, _DAY), (Decimal, _AMOUNT))


def _put(sheet: Any, row: int, column: int, cell: Cell, formats: Collection[tuple[type, Any]]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        as_text = next(shape for kind, shape in formats if kind is str)
        sheet.write_string(row, column, cell, as_text if guarded(cell) != cell else None)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    else:
        shape = next(shape for kind, shape in formats if isinstance(cell, kind))
        write = sheet.write_number if isinstance(cell, Decimal) else sheet.write_datetime
        write(row, column, cell, shape)
