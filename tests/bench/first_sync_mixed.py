"""A first sync of what a company mostly has: one customer in ten records, two contacts, seven visits."""

from __future__ import annotations

from typing import Final

from tests.bench.first_sync import filled, first_syncs
from tests.bench.rows import Row

SHAPE: Final = (("contact", 2), ("visit", 7))


def run() -> list[Row]:
    with filled("first_sync_mixed", SHAPE) as here:
        return first_syncs(here).listed("first sync of 50,000 mixed records, until listed")
