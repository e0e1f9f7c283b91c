"""What the desktop occupies with 100,000 customers, when it is painted, warmed up and idle."""

from __future__ import annotations

from typing import Final

from tests.bench import stores
from tests.bench.first_paint import PAGES, started
from tests.bench.rows import Row, within

RUNS: Final = 3
CUSTOMERS: Final = 100_000
LIMIT_MB: Final = 220.0


def run() -> list[Row]:
    profile = stores.copy(CUSTOMERS, "desktop_memory")
    rows = []
    for page, name in PAGES.items():
        said = [started("idle", str(profile.folder), stores.KEY.hex(), page)[1] for _ in range(RUNS)]
        sizes = [one["resident_mb"] for one in said]
        rows.append(within(f"resident memory, idle on {name}", sizes, "MB", LIMIT_MB, of="median"))
    return rows
