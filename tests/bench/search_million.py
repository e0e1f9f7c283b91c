"""The search box over 1,000,000 customers and 1,300,000 people behind them: what a whole company of them would ask of one laptop.

Made once, in about an hour; nothing hangs below them, which no search looks at.
"""

from __future__ import annotations

from typing import Final

from tests.bench import search, stores
from tests.bench.rows import Row

CUSTOMERS: Final = 1_000_000
LIMIT_MS: Final = 50.0


def run() -> list[Row]:
    return search.asked(stores.profile(CUSTOMERS, only=stores.FOUND), LIMIT_MS)
