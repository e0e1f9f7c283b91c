"""A first sync until the last of its records can be searched, with all the tokens there are."""

from __future__ import annotations

from typing import Final

from tests.bench.first_sync import BARE, SHAPE, filled, first_syncs
from tests.bench.rows import Row, beside, reported, within

SEARCHABLE: Final = 8_000.0


def run() -> list[Row]:
    with filled("first_sync_searchable", SHAPE) as here:
        measured = first_syncs(here)
    rates = [one.received / one.searchable for one in measured.times]
    used = [one.cpu_searchable / one.received * 1e6 for one in measured.times]
    name = "first sync of 50,000 records, until searchable"
    return [
        within(name, rates, "records/s", SEARCHABLE, of="median", better="more"),
        beside(name, rates, "records/s", BARE, measured.bare),
        reported(f"{name}: laptop's CPU a record", used, "µs"),
    ]
