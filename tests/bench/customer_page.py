"""A customer from all sides: from the choice of another customer to its page painted, ordinary ones and one with much behind it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from crmdesk.core.values import Value, money
from tests.bench.local_save import timed
from tests.bench.rows import Row, within
from tests.bench.search_key_to_paint import open_customers

if TYPE_CHECKING:
    from crmdesk.ui.context import Context

LIMIT_MS: Final = 60.0
SHOWN: Final = 100
BEHIND: Final = 300
"""Visits, and as many orders, of the customer with much behind it."""


def run() -> list[Row]:
    app, window, page = open_customers("customer_page")
    context = page._context
    ids = [row[0] for row in context.reader.all("SELECT id FROM p_customer ORDER BY id LIMIT 20000")]
    chosen = random.Random(1).sample(ids, SHOWN)
    busy = chosen.pop()
    _fill(context, busy)
    window.go("customer", chosen[0])
    view = window.page.view  # type: ignore[union-attr]

    def show(customer: str, tab: str) -> float:
        def shown() -> None:
            view.tabs.select(tab)
            view.show_customer(customer)
            window.repaint()

        took = timed(shown)
        app.processEvents()
        return took

    show(chosen[0], "story")
    stories = [show(customer, "story") for customer in chosen]
    tabs = [show(customer, tab) for customer in chosen[:30] for tab in ("people", "deals", "details")]
    much = [show(customer, "story") for customer in [busy, chosen[0]] * 20][::2]
    return [
        within("another customer's page, p95", stories, "ms", LIMIT_MS),
        within("its people, deals and details, p95", tabs, "ms", LIMIT_MS),
        within(f"one with {BEHIND} visits and {BEHIND} orders, p95", much, "ms", LIMIT_MS),
    ]


def _fill(context: Context, customer: str) -> None:
    from crmdesk.core.record import RecordKey
    from crmdesk.store.replica import Write

    replica = context.workspace.replica
    now = replica.clock.now_ms()
    writes = []
    for number in range(BEHIND):
        day = f"2026-{number % 10 + 1:02}-{number % 28 + 1:02}"
        order: dict[str, Value] = {
            "customer": customer,
            "number": f"DD-{number}",
            "ordered_on": day,
            "amount": money(number * 100),
            "state": "completed",
        }
        at = now - number * 86_400_000
        visit: dict[str, Value] = {
            "customer": customer,
            "kind": "phone",
            "at": at,
            "summary": f"第 {number} 次电话，谈了价格。",
        }
        writes += [
            Write(RecordKey("order", replica.new_id()), order),
            Write(RecordKey("visit", replica.new_id()), visit),
        ]
    for start in range(0, len(writes), 500):
        replica.commit(writes[start : start + 500], kind="import")
