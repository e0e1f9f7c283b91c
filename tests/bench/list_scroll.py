"""Scrolling the real list of 100,000 customers: a wheel's step and a jump anywhere, to painted."""

from __future__ import annotations

import random
from typing import Final

from tests.bench.rows import Row, within
from tests.bench.search_key_to_paint import open_customers, scrolled

STEP_MS: Final = 16.0
JUMP_MS: Final = 20.0
STEPS: Final = 200


def run() -> list[Row]:
    _, _, page = open_customers("list_scroll")
    bar = page.table.verticalScrollBar()
    chance = random.Random(1)
    steps = [scrolled(page, bar.value() + 3 * bar.singleStep()) for _ in range(STEPS)]
    jumps = [scrolled(page, chance.randrange(bar.maximum())) for _ in range(STEPS)]
    return [
        within("a wheel step, p95", steps, "ms", STEP_MS),
        within("a jump anywhere, p95", jumps, "ms", JUMP_MS),
    ]
