"""The whole product in one process under a seeded scheduler: whatever goes wrong, no edit is lost (I1-I18)."""

from __future__ import annotations

import pytest

from tests.simulation.campaign import run
from tests.simulation.faults import EVERY

pytestmark = pytest.mark.timeout(600)  # a chunk takes some ten seconds on an idle machine
CHUNK = 5
CHUNKS = 30
MENU = range(1000, 1060)
"""Seeds that together meet every fault of the menu."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_runs_full_of_trouble_keep_every_invariant(chunk: int) -> None:
    """I1, I2, I3, I4, I5, I6, I7, I8, I9, I10, I11, I12, I13, I18; R1, R3, R5, R11, R18, R24, R26, R31: over five seeds."""
    for seed in range(chunk * CHUNK, chunk * CHUNK + CHUNK):
        assert run(seed).violations == [], f"make simulate SEEDS=1 START={seed}"


def test_every_fault_of_the_menu_happens() -> None:
    """A fault that never happens proves nothing: some run in the first of these must meet it."""
    missing = set(EVERY)
    for seed in MENU:
        done = run(seed, fierce=(0.3, 1.5)[seed % 2])
        assert done.violations == [], seed
        missing -= {name for name, count in done.happened.items() if count}
        if not missing:
            break
    assert missing == set()


def test_the_same_seed_is_the_same_run_to_the_last_message() -> None:
    """Same seed twice, same trace."""
    for seed in (3, 4, 1001):
        one, other = run(seed), run(seed)
        assert one.trace == other.trace
        assert one.lines == other.lines
        assert len(one.lines) > 50
