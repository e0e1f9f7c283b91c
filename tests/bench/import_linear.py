"""Whether an import of ten times the rows takes ten times as long, and what the child occupies that reads them."""

from __future__ import annotations

from typing import Final

from tests.bench.importing import ROWS, measured, table
from tests.bench.rows import Row, reported, within

TIMES: Final = 10
RATIO: Final = 1.3
CHILD_MB: Final = {"csv": 250.0, "xlsx": 800.0}


def run() -> list[Row]:
    return [row for kind in CHILD_MB for row in grown(kind, ROWS)]


def grown(kind: str, few: int) -> list[Row]:
    """An import of so many rows beside one of ten times as many."""
    many = few * TIMES
    one, other = measured(table(kind, few)), measured(table(kind, many))
    name = f"import of {many:,} rows from {kind}"
    seconds, processor = (other[what] / one[what] / TIMES for what in ("seconds", "processor"))
    return [
        within(f"{name}, time a row beside {few:,} rows", [seconds], "times", RATIO),
        within(f"{name}, resident memory of the child that reads", [other["child_mb"]], "MB", CHILD_MB[kind]),
        reported(f"{name}, processor time a row beside {few:,} rows", [processor], "times"),
        reported(f"{name}, searchable after", [other["seconds"]], "s"),
        reported(f"{name}, resident memory of both processes at its most", [other["peak_mb"]], "MB"),
    ]
