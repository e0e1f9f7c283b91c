"""How long it takes to take a whole import back."""

from __future__ import annotations

from tests.bench.importing import ROWS, UNDO_SECONDS, measured, table
from tests.bench.rows import Row, within


def run() -> list[Row]:
    said = measured(table("csv"), undo=True)
    return [within(f"undo of an import of {ROWS:,} rows", [said["undo"]], "s", UNDO_SECONDS)]
