"""A list of 100,000 customers as the pages read it: its first rows, numbering all of them, one page, one search."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from crmdesk.store.window import SORTS, CustomerFilter, CustomerWindow
from crmdesk.usecases.workspace import Workspace, open_workspace, readings
from tests.bench import stores
from tests.bench.local_save import timed
from tests.bench.rows import Row, within
from tests.bench.typed import QUERIES

CUSTOMERS: Final = 100_000
FIRST_MS: Final = 15.0
PAGE_MS: Final = 5.0
RANK_MS: Final = 60.0
SEARCH_MS: Final = 15.0
REPEATS: Final = 9


def run() -> list[Row]:
    workspace = open_workspace(stores.profile(CUSTOMERS), stores.KEY)
    rows = [row for sort in SORTS for row in _list(workspace, sort)]
    rows += [_search(workspace, kind, queries) for kind, queries in QUERIES.items()]
    workspace.close()
    return rows


def _list(workspace: Workspace, sort: str) -> list[Row]:
    window = CustomerWindow(workspace.reader, CustomerFilter(sort=sort))
    step = CUSTOMERS // 50
    pages = [timed(partial(window.page, start, window.PAGE)) for start in range(0, CUSTOMERS - step, step)]
    return [
        within(f"first 200 rows by {sort}", _repeat(window.first), "ms", FIRST_MS),
        within(f"number every row by {sort}", _repeat(window.rank), "ms", RANK_MS),
        within(f"a page anywhere by {sort}", pages, "ms", PAGE_MS),
    ]


def _search(workspace: Workspace, kind: str, queries: tuple[str, ...]) -> Row:
    """All hits numbered and the first page of them, as the customers page asks for them."""

    def ask(text: str) -> None:
        window = CustomerWindow(workspace.reader, CustomerFilter(text=text), readings())
        window.rank()
        window.page(0, window.PAGE)

    times = [time for text in queries for time in _repeat(partial(ask, text))]
    return within(f"search: {kind}", times, "ms", SEARCH_MS)


def _repeat(action: Callable[[], object]) -> list[float]:
    action()  # warm
    return [timed(action) for _ in range(REPEATS)]
