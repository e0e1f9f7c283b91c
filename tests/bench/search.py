"""The search box over a long list: what people type, until the best hits are at hand in their order."""

from __future__ import annotations

import os
from functools import partial
from typing import Final

from crmdesk.usecases import customers
from crmdesk.usecases.workspace import open_workspace, readings
from tests.bench import stores
from tests.bench.local_save import timed
from tests.bench.rows import Row, within

CUSTOMERS: Final = int(os.environ.get("CRMDESK_BENCH_CUSTOMERS", "100000"))
LIMITS_MS: Final = {100_000: 10.0, 1_000_000: 50.0}
FORMS: Final = ("深圳华", "szhw", "shenzhen", "1380013", "huawei", "华")
REPEATS: Final = 50


def run() -> list[Row]:
    workspace = open_workspace(stores.profile(CUSTOMERS), stores.KEY)
    reader, known, rows = workspace.reader, readings(), []
    for text in FORMS:
        ask = partial(customers.search, reader, known, text)
        ask()
        times = [timed(ask) for _ in range(REPEATS)]
        rows.append(within(f"search: {text}", times, "ms", LIMITS_MS.get(CUSTOMERS, 10.0), of="p95"))
    workspace.close()
    return rows
