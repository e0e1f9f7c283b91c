"""A process of its own that reads one foreign file under limits and hands its rows on, made ready.

`python -m crmdesk.usecases.reading_child` takes a `Job` on its standard input and answers with frames on its standard output.
It opens no profile and knows no key; what it says is data that its parent decodes by type.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

import msgspec

from crmdesk.core.custom_fields import custom_field
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.intake import Intake, Part, Prepared
from crmdesk.core.mapping import ENTITIES, Found, Plan
from crmdesk.core.registry import Label, Registry
from crmdesk.store.face import shapes
from crmdesk.store.found_by import FoundBy, found_by
from crmdesk.system import confined
from crmdesk.system.workbooks import Book
from crmdesk.usecases.codes import code_meant, place_of, take_over
from crmdesk.usecases.workspace import readings

PEEKED_ROWS: Final = 60
PEEKED_COLUMNS: Final = 3000
_MOST_PEEKED: Final = 200
_ROWS_A_FRAME: Final = 400
_FRAME_CHARACTERS: Final = 512 * 1024
_LONGEST_CELL: Final = 32_767
"""Characters that a spreadsheet takes in one cell: more of one can't be handed back to be mended."""


class Job(msgspec.Struct):
    """What to read. Without a plan only the first rows of each table are shown.

    `fields` are the values of the `field` records, by id: what an administrator added. `skip` is how many rows a run that
    goes on has behind it, `rows` how many are shown without a plan. `is_searched`: what the rows' records are found by is
    wanted too. `codes` are the lists of codes that the company took over.
    """

    path: str
    today: str
    plan: Plan | None = None
    fields: dict[str, dict[str, Any]] = {}
    skip: int = 0
    limit: int = -1
    rows: int = PEEKED_ROWS
    is_searched: bool = False
    codes: dict[str, tuple[str, str, list[str]]] = {}


class Peeked(msgspec.Struct, tag=True):
    """The tables of a file."""

    tables: list[Found]


class Rows(msgspec.Struct, tag=True):
    """Some rows made ready, in order; `share` of the file was read by then.

    `found_by`, where it was asked for: of each row, what the records of its parts are found by if they are new.
    """

    rows: list[Prepared]
    share: float
    found_by: list[list[FoundBy | None]] = []


class End(msgspec.Struct, tag=True):
    """Everything was read."""


class Trouble(msgspec.Struct, tag=True):
    """The file can't be read: an error of the catalogue, and what fills its sentence, in both languages."""

    code: str
    about: dict[str, tuple[str, str]]


Frame: TypeAlias = Peeked | Rows | End | Trouble
_encoder = msgspec.msgpack.Encoder()


def main() -> None:
    """Read the job, confine this process, answer."""
    gc.disable()  # rows hold no cycles, and are gone after their frame
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    out = sys.stdout.buffer
    for table, (record, year, chunks) in job.codes.items():
        take_over(table, record, year, chunks)
    for table in ("region", "industry") if job.plan else ():
        code_meant(table, "—")  # what it opens for itself is open before it may open little else
    if job.is_searched:
        readings()
    confined.confine()
    try:
        for frame in answer(job):
            _send(out, frame)
            confined.give_time()  # what makes progress may go on
    except CrmError as error:
        _send(out, Trouble(error.code, {name: _both(value) for name, value in error.about.items()}))
    except (MemoryError, RecursionError):
        _send(out, Trouble("import_too_large", {"name": _both(Path(job.path).name), "limit": _MEMORY}))
    out.flush()
    os._exit(0)  # nothing to tidy up, and a library's end must not be taken for the reading's


_MEMORY: Final = ("1.5 GB 内存", "1.5 GB of memory")


def _send(out: BinaryIO, frame: Frame) -> None:
    content = _encoder.encode(frame)
    out.write(len(content).to_bytes(4, "big") + content)
    out.flush()


def _both(value: object) -> tuple[str, str]:
    return (value.zh, value.en) if isinstance(value, Label) else (str(value), str(value))


def answer(job: Job) -> Iterator[Frame]:
    """The frames that a job is answered with. Raises what `workbooks` raises."""
    book = Book(Path(job.path))
    try:
        yield from _peek(book, job.rows) if job.plan is None else _read(book, job, job.plan)
    finally:
        book.close()


def _peek(book: Book, rows: int) -> Iterator[Frame]:
    tables = []
    for name in book.names:
        table = book.table(name)
        first = [row[:PEEKED_COLUMNS] for row in islice(table.rows, rows)]
        if any(any(row) for row in first):
            tables.append(Found(name, [[cell[:_MOST_PEEKED] for cell in row] for row in first], table.height))
    if not tables:
        raise CrmError("import_empty", name=book.path.name)
    yield Peeked(tables)


def _read(book: Book, job: Job, plan: Plan) -> Iterator[Frame]:
    registry = registry_with(job.fields)
    order = sorted(
        (n for n, sheet in enumerate(plan.sheets) if sheet.is_wanted and sheet.name in book.names),
        key=lambda n: ENTITIES.index(plan.sheets[n].entity),
    )
    finder = Finder(registry) if job.is_searched else None
    done = 0
    for turn, number in enumerate(order):
        sheet = plan.sheets[number]
        intake = Intake(
            plan, number, registry,
            today=date.fromisoformat(job.today), code_of=code_meant, place_of=place_of,
        )  # fmt: skip
        waiting: list[Prepared] = []
        size = 0
        for at, cells in enumerate(book.table(sheet.name).rows):
            if at <= sheet.header or (row := intake.read(at + 1, cells)) is None:
                continue
            done += 1
            if done <= job.skip:
                continue
            if 0 <= job.limit <= done - 1:
                break
            row.cells = [cell if len(cell) <= _LONGEST_CELL else cell[:_LONGEST_CELL] for cell in row.cells]
            waiting.append(row)
            size += sum(map(len, row.cells))
            if len(waiting) >= _ROWS_A_FRAME or size >= _FRAME_CHARACTERS:
                yield _rows(waiting, (turn + book.share) / len(order), finder)
                waiting, size = [], 0
        if waiting:
            yield _rows(waiting, (turn + 1) / len(order), finder)
    yield End()


def _rows(rows: list[Prepared], share: float, finder: Finder | None) -> Rows:
    return Rows(rows, share, [[finder.of(part) for part in row.parts] for row in rows] if finder else [])


class Finder:
    """Says what the new record is found by that a part of a row would make."""

    def __init__(self, registry: Registry) -> None:
        self._registry, self._shapes, self._readings = registry, shapes(registry), readings()

    def of(self, part: Part) -> FoundBy | None:
        """None for a kind of record that is not searched."""
        shape = self._shapes[part.entity]
        if not shape.searched:
            return None
        values = part.values
        if part.several:
            fields = self._registry[part.entity].by_name
            texts = {
                f"{name}:{at:06}": text
                for name, several in part.several.items()
                if fields[name].target is None  # a tag is a link, and no text of the record's
                for at, text in enumerate(several)
            }
            values = {**values, **texts}
        return found_by(shape, self._readings, values)


def registry_with(fields: Mapping[str, Mapping[str, Any]]) -> Registry:
    """The declarations with the fields that an administrator added."""
    return REGISTRY.with_fields(
        (str(values["entity"]), custom_field(record, values)) for record, values in fields.items()
    )


if __name__ == "__main__":
    main()
