"""The search box over 1,000,000 customers and 1,300,000 people behind them: what a whole company of them would ask of one laptop."""

from __future__ import annotations

from typing import Final

from crmdesk.store.reading import Reader
from tests.bench import search, search_store, stores
from tests.bench.rows import Row

CUSTOMERS: Final = 1_000_000
LIMIT_MS: Final = 50.0


def run() -> list[Row]:
    return search.asked(Reader(search_store.made(CUSTOMERS), stores.KEY), LIMIT_MS)
