"""What a form is told while somebody types a customer that is there already: how soon, and how often the right one.

100,000 invented customers; typed are second writings of 2,000 of them: misheard, misspelt, without what people leave out.
"""

from __future__ import annotations

import random
import time
from typing import Final

from crmdesk.usecases import duplicates
from crmdesk.usecases.workspace import readings
from tests.bench.doubles_store import opened, record_id
from tests.bench.rows import Row, within
from tests.support.doubles import Values, doubles

CUSTOMERS: Final = 100_000
TYPED: Final = 2000
SEED: Final = 31
LIMIT_MS: Final = 10.0
RECALL: Final = 0.95


def run() -> list[Row]:
    rows, typed = stored_and_typed(CUSTOMERS, TYPED)
    workspace = opened("doubles", rows)
    for values, _ in typed[:50]:
        duplicates.hint(workspace.reader, values)
    times, found = [], []
    for values, meant in typed:
        started = time.perf_counter()
        hints = duplicates.hint(workspace.reader, values)
        times.append(1000 * (time.perf_counter() - started))
        found.append(float(record_id(meant) in [one.id for one in hints]))
    workspace.close()
    return [
        within("told while a customer is typed, p95", times, "ms", LIMIT_MS),
        within(
            "the one that is meant is among five", [sum(found) / len(found)], "of 1", RECALL, better="more"
        ),
    ]


def stored_and_typed(customers: int, typed: int) -> tuple[list[Values], list[tuple[Values, int]]]:
    """Customers, and second writings of some of them, each with the place of the one that is meant."""
    made = doubles(readings(), SEED, int(customers / 0.9) + 1)
    again = {second: first for first, second in made.pairs}
    stored = [at for at in range(len(made.rows)) if at not in again][:customers]
    place = {at: new for new, at in enumerate(stored)}
    meant = [(made.rows[at], place[first]) for at, first in sorted(again.items()) if first in place]
    return [made.rows[at] for at in stored], random.Random(SEED).sample(meant, typed)
