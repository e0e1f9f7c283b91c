"""Reading tables out of foreign files: delimited text in any usual encoding, workbooks of spreadsheets, address cards.

What a file is, its content says and not its name. Meant to run in a process of its own, under the limits of `confined`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label
from crmdesk.system import cards

MOST_BYTES: Final = 1024**3
"""What a file may take, or say that it unfolds to."""
MOST_RATIO: Final = 100
"""How many times its size a packed file may unfold to, once that is more than `_SMALL`."""
MOST_COLUMNS: Final = 16_384
_SMALL: Final = 16 * 1024 * 1024
_MOST_PARTS: Final = 10_000
_SAMPLE: Final = 64 * 1024
_MOST_FIELD: Final = 64 * 1024 * 1024
_LONGEST_QUOTE: Final = 500
"""Lines after which an open quotation mark is taken for a slip of the pen."""
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the workbooks of before 2007 begin, and those of today behind a password."""
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_SEPARATORS: Final = ",;\t|"
_NO_TABLES: Final = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"%PDF-",
    b"{\\rtf",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"SQLite f",
)
"""How pictures, papers and packed files begin, of which some could pass for text."""
_MOST_CONTROLS: Final = 0.02
_MOST_STRANGE: Final = 0.1
_BLANKS: Final = frozenset("\t\n\r\v\f\x1a\x85")
"""Control characters that texts have: the ends of lines and pages, and how DOS ended a file."""


class Table(NamedTuple):
    """A table of a file: its name, its rows as texts, and how many there are (-1: not known before they are read)."""

    name: str
    rows: Iterator[list[str]]
    height: int


class Book:
    """An open file of tables. `names` are theirs; `table` reads one. `share` says how much of it was read, 0 to 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = _size_of(path)
        self._file: BinaryIO | None = None
        self._read, self._height = 0, 0
        head = _head(path)
        if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
            raise CrmError("import_empty", name=path.name)
        self._workbook: Any = None
        self._is_cards = cards.is_card(head)
        if head.startswith((b"PK\x03\x04", _OLD)):
            if head.startswith(b"PK"):
                _expect_small(path)
            self._workbook = _open_workbook(path)
            self.names = _visible(self._workbook)
        elif not self._is_cards and not is_text(head):
            raise CrmError("import_unreadable", name=path.name)
        else:
            self.names = [path.stem]

    @property
    def share(self) -> float:
        if self._workbook is not None:
            return min(1.0, self._read / max(1, self._height))
        if self._file is None:
            return 0.0
        return 1.0 if self._file.closed else min(1.0, self._file.tell() / self._size)

    def table(self, name: str) -> Table:
        """One of the tables, from its beginning. Raises `import_unreadable`, `import_empty`, `import_too_large`."""
        if self._workbook is not None:
            return self._sheet(name)
        self._file = self.path.open("rb")
        if self._is_cards:
            return Table(name, iter(cards.rows(self._file.read())), -1)
        return Table(name, delimited(self._file), -1)

    def _sheet(self, name: str) -> Table:
        import python_calamine

        try:
            sheet = self._workbook.get_sheet_by_name(name)
        except python_calamine.CalamineError as error:
            raise CrmError("import_unreadable", name=self.path.name) from error
        self._read, self._height = 0, sheet.total_height
        if sheet.total_width > MOST_COLUMNS:
            raise CrmError("import_too_large", name=self.path.name, limit=_COLUMNS)
        return Table(name, self._rows(sheet), sheet.total_height)

    def _rows(self, sheet: Any) -> Iterator[list[str]]:
        # Its rows begin with the first of the sheet, but with the first column in which anything stands.
        first = sheet.start[1] if sheet.start is not None else 0
        down = {(row, left - first): top for (top, left), (bottom, _) in sheet.merged_cell_ranges or () for row in range(top + 1, bottom + 1)}  # fmt: skip
        merged = {row for row, _ in down}
        above: dict[tuple[int, int], str] = {}
        tops = {(top, left) for (_, left), top in down.items()}
        top_rows = {top for top, _ in tops}
        for number, cells in enumerate(sheet.iter_rows()):
            texts = [cell if type(cell) is str else _text(cell) for cell in cells]
            if number in top_rows:
                above.update({(number, at): text for at, text in enumerate(texts) if (number, at) in tops})
            if number in merged:
                for at, text in enumerate(texts):
                    if not text and (number, at) in down:
                        texts[at] = above.get((down[number, at], at), "")
            self._read = number + 1
            yield texts

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


_COLUMNS: Final = Label(f"{MOST_COLUMNS} 列", f"{MOST_COLUMNS} columns")
_ONE_GIB: Final = Label("1 GB", "1 GB")


def _size_of(path: Path) -> int:
    try:
        size = path.stat().st_size
        is_file = path.is_file()
    except OSError as error:
        raise CrmError("file_unreadable", path=path) from error
    if not is_file:
        raise CrmError("file_unreadable", path=path)
    if size == 0:
        raise CrmError("import_empty", name=path.name)
    if size > MOST_BYTES:
        raise CrmError("import_too_large", name=path.name, limit=_ONE_GIB)
    return size


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_SAMPLE)
    except OSError as error:
        raise CrmError("file_unreadable", path=path) from error


# -- workbooks -----------------------------------------------------------------------------------------------


def _expect_small(path: Path) -> None:
    """Refuse what says that it unfolds to more than can be read, before anything of it is unfolded."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        raise CrmError("import_unreadable", name=path.name) from error
    unfolded, folded = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    is_bomb = unfolded > _SMALL and unfolded > MOST_RATIO * max(1, folded)
    if unfolded > MOST_BYTES or is_bomb or len(parts) > _MOST_PARTS:
        raise CrmError("import_too_large", name=path.name, limit=_ONE_GIB)


def _open_workbook(path: Path) -> Any:
    import python_calamine

    content = path.read_bytes()
    if content.startswith(_OLD) and _ENCRYPTED in content:
        raise CrmError("import_protected", name=path.name)
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except python_calamine.PasswordError as error:
        raise CrmError("import_protected", name=path.name) from error
    except (
        python_calamine.CalamineError,
        python_calamine.XmlError,
        python_calamine.ZipError,
        OSError,
    ) as error:
        raise CrmError("import_unreadable", name=path.name) from error


def _visible(workbook: Any) -> list[str]:
    import python_calamine

    shown = [
        m.name for m in workbook.sheets_metadata if m.visible is python_calamine.SheetVisibleEnum.Visible
    ]
    return shown or list(workbook.sheet_names)


def _text(cell: Any) -> str:
    """A cell as a spreadsheet holds it, in words; numbers as exactly as it keeps them, which is 15 digits."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        text = f"{cell:.15g}"
        return format(Decimal(text), "f") if "e" in text else text
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)


# -- delimited text ------------------------------------------------------------------------------------------


def is_text(sample: bytes) -> bool:
    """Whether the beginning of a file is text in the encoding that it is taken for.

    A text that was damaged on its way has few control characters, and more that can't be decoded; random bytes have many
    of both, whatever they are taken for.
    """
    if sample.startswith(_NO_TABLES):
        return False
    text = sample.rstrip(b"\0").decode(encoding_of(sample), errors="replace")
    kinds = Counter(unicodedata.category(char) for char in text if char not in _BLANKS)
    controls = kinds["Cc"]
    strange = controls + kinds["Cn"] + kinds["Cs"] + text.count("\ufffd")
    return controls <= max(1, len(text) * _MOST_CONTROLS) and strange <= max(3, len(text) * _MOST_STRANGE)


def encoding_of(sample: bytes) -> str:
    """The encoding of a text by its first bytes, cut at the end of a line."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(mark):
            return name
    first, second = sample[::2].count(0), sample[1::2].count(0)
    if first + second > len(sample) // 8 or max(first, second) > max(
        3, len(sample) // 64 + 16 * min(first, second)
    ):
        return "utf-16-le" if second >= first else "utf-16-be"  # Chinese has few zeros, all on one side
    end = sample.rfind(b"\n")
    sample = sample[: end + 1] if end > 0 and len(sample) >= _SAMPLE else sample
    if _decodes(sample, "utf-8"):
        return "utf-8"
    return _chinese(sample)


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError as error:
        return (
            error.end >= len(sample) - 3 and len(sample) >= _SAMPLE - 1
        )  # a sample may end inside a character
    return True


def _chinese(sample: bytes) -> str:
    """GB 18030, Big5 or Latin: told by how high bytes follow each other. In GB 2312 both bytes of a character are high."""
    high = [at for at, byte in enumerate(sample) if byte >= 0x80]
    pairs, low, at = 0, 0, 0
    while at < len(sample) - 1:
        if sample[at] < 0x81:
            at += 1
            continue
        pairs += 1
        low += sample[at + 1] < 0x80
        at += 2
    if len(high) < len(sample) * 0.12 and low > pairs * 0.6:
        return "cp1252"
    if low > pairs * 0.15 and _decodes(sample, "big5"):
        return "big5hkscs"
    return "gb18030" if _decodes(sample, "gb18030") or not _decodes(sample, "big5") else "big5hkscs"


def delimited(file: BinaryIO) -> Iterator[list[str]]:
    """The rows of a text whose cells are separated by commas, semicolons, tabs or bars. What can't be decoded is U+FFFD."""
    sample = file.read(_SAMPLE)
    file.seek(0)
    encoding = encoding_of(sample)
    csv.field_size_limit(_MOST_FIELD)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield from _cut(text)
    except csv.Error as error:
        raise CrmError("import_unreadable", name=Path(str(getattr(file, "name", ""))).name) from error
    finally:
        if not file.closed:
            text.detach()  # the file is its opener's to close


def _cut(text: io.TextIOWrapper) -> Iterator[list[str]]:
    lines = iter(text)
    first = list(islice(lines, 50))
    if first and (said := re.fullmatch(r"sep=(.)\r?\n?", first[0], re.IGNORECASE)):
        separator = said[1]
        first = first[1:]
    else:
        separator = separator_of(first)
    yield from csv.reader(records(deque(first), lines, separator), delimiter=separator)


def separator_of(lines: Sequence[str]) -> str:
    """The separator that cuts most lines into the same number of cells."""
    best, most = ",", 0.0
    for separator in _SEPARATORS:
        widths = [
            len(row) for row in csv.reader(records(deque(lines), iter(()), separator), delimiter=separator)
        ]
        if not widths:
            continue
        width, agreeing = Counter(widths).most_common(1)[0]
        score = (width - 1) ** 0.5 * agreeing / len(widths)
        if score > most:
            best, most = separator, score
    return best


def records(waiting: deque[str], more: Iterable[str], separator: str) -> Iterator[str]:
    """Lines put together where a quotation mark keeps a cell open; one that nobody closes opens nothing.

    Its line is handed on with the mark doubled inside quotes, so that no cell swallows the rest of the file.
    """
    source = iter(more)
    while True:
        line = waiting.popleft() if waiting else next(source, None)
        if line is None:
            return
        if line.count('"') % 2 == 0 or not ends_open(line, separator):
            yield line
            continue
        held = [line]
        while len(held) < _LONGEST_QUOTE:
            following = waiting.popleft() if waiting else next(source, None)
            if following is None:
                break
            held.append(following)
            if '"' in following and not ends_open("".join(held), separator):
                break
        whole = "".join(held)
        if not ends_open(whole, separator):
            yield whole
        else:
            waiting.extendleft(reversed(held[1:]))
            yield _unquoted(line, separator)


def ends_open(text: str, separator: str) -> bool:
    """Whether a cell that began with a quotation mark is still open at the end."""
    is_open, at_start, at = False, True, 0
    while at < len(text):
        char = text[at]
        if is_open:
            if char == '"':
                if text[at + 1 : at + 2] == '"':
                    at += 1
                else:
                    is_open = False
        elif char == '"' and at_start:
            is_open = True
        at_start = not is_open and char == separator
        at += 1
    return is_open


def _unquoted(line: str, separator: str) -> str:
    """A line whose marks mean nothing, written so that a reader of quotes takes them as they stand."""
    ending = line[len(line.rstrip("\r\n")) :]
    cells = line.rstrip("\r\n").split(separator)
    quoted = (f'"{cell.replace(chr(34), chr(34) * 2)}"' if '"' in cell else cell for cell in cells)
    return separator.join(quoted) + ending
