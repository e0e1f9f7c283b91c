"""A page of 60 rows anywhere in a long list, numbered beforehand: what a jump of the thumb costs."""

from __future__ import annotations

from functools import partial
from typing import Final

from crmdesk.store.window import SORTS, CustomerFilter, CustomerWindow
from crmdesk.usecases.workspace import open_workspace
from tests.bench import stores
from tests.bench.local_save import timed
from tests.bench.rows import Row, within

CUSTOMERS: Final = 100_000
ROWS: Final = 60
LIMIT_MS: Final = 2.0
PLACES: Final = 100


def run() -> list[Row]:
    workspace = open_workspace(stores.profile(CUSTOMERS), stores.KEY)
    rows = []
    for sort in SORTS:
        window = CustomerWindow(workspace.reader, CustomerFilter(sort=sort))
        step = window.count() // PLACES
        window.page(0, ROWS)
        times = [timed(partial(window.page, place * step, ROWS)) for place in range(PLACES)]
        rows.append(within(f"a page of {ROWS} rows by {sort}", times, "ms", LIMIT_MS, of="median"))
    workspace.close()
    return rows
