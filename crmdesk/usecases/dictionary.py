"""The data dictionary as a file for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from crmdesk.core.dictionary import HEADINGS, Described, row
from crmdesk.core.errors import CrmError, Language
from crmdesk.core.format import guarded


def save(fields: Iterable[Described], file: Path, language: Language) -> None:
    """Write fields as a CSV. Raises `database_unwritable`."""
    try:
        # utf-8-sig: Excel takes a CSV without it for the local code page and garbles Chinese.
        with file.open("w", encoding="utf-8-sig", newline="") as target:
            writer = csv.writer(target)
            writer.writerow([heading.text(language) for heading in HEADINGS])
            writer.writerows([guarded(cell) for cell in row(one, language)] for one in fields)
    except OSError as error:
        raise CrmError("database_unwritable", path=file) from error
