"""How long an import from CSV takes, and what it occupies, against limits and a peer."""

from __future__ import annotations

from tests.bench.importing import rows_of
from tests.bench.rows import Row


def run() -> list[Row]:
    return rows_of("csv")
