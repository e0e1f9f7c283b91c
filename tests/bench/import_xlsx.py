"""How long an import from a workbook takes, and what it occupies, against limits."""

from __future__ import annotations

from tests.bench.importing import rows_of
from tests.bench.rows import Row


def run() -> list[Row]:
    return rows_of("xlsx")
