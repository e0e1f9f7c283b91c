"""The search box over a long list: what people type, until the best hits are at hand in their order."""

from __future__ import annotations

from functools import partial
from typing import Final

from crmdesk.store.reading import Reader
from crmdesk.usecases import customers
from crmdesk.usecases.workspace import readings
from tests.bench import stores
from tests.bench.local_save import timed
from tests.bench.rows import Row, within

CUSTOMERS: Final = 100_000
LIMIT_MS: Final = 10.0
FORMS: Final = ("深圳华", "szhw", "shenzhen", "1380013", "huawei", "华")
REPEATS: Final = 50


def run() -> list[Row]:
    return asked(Reader(stores.profile(CUSTOMERS).database, stores.KEY), LIMIT_MS)


def asked(reader: Reader, limit_ms: float) -> list[Row]:
    """Each form typed many times over a store."""
    known, rows = readings(), []
    for text in FORMS:
        ask = partial(customers.search, reader, known, text)
        ask()
        times = [timed(ask) for _ in range(REPEATS)]
        rows.append(within(f"search: {text}", times, "ms", limit_ms, of="p95"))
    reader.close()
    return rows
