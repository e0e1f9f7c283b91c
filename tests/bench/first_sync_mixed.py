"""A first sync of what a company mostly has: one customer in ten records, two contacts, seven visits."""

from __future__ import annotations

from typing import Final

from tests.bench.first_sync import BARE, LISTED, filled, first_syncs
from tests.bench.rows import Row, beside, within

SHAPE: Final = (("contact", 2), ("visit", 7))


def run() -> list[Row]:
    with filled("first_sync_mixed", SHAPE) as here:
        times, bare = first_syncs(here)
    rates = [one.received / one.listed for one in times]
    name = "first sync of 50,000 mixed records, until listed"
    return [
        within(name, rates, "records/s", LISTED, of="median", better="more"),
        beside(name, rates, "records/s", BARE, bare),
    ]
