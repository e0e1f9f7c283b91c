"""Writing workbooks of spreadsheets, row by row: nothing in them runs, and what fails leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

_NOTHING_RUNS: Final = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
"""A text that begins with = stays a text, and an address a text too: nothing in the file runs or calls home."""


@contextmanager
def new_workbook(path: Path) -> Iterator[Any]:
    """An `xlsxwriter.Workbook` to fill, written once it is left. Raises OSError, whatever it was that could not be written."""
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    # Its parts wait on the disk; where it fails it leaves them there, so they have a folder that goes with them.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        book = xlsxwriter.Workbook(str(path), {**_NOTHING_RUNS, "tmpdir": folder})
        try:
            yield book
            book.close()
        except XlsxWriterException as error:
            raise OSError(str(error)) from error
