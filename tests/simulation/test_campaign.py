"""The whole product in one process under a seeded scheduler: whatever goes wrong, no edit is lost (I1-I18)."""

from __future__ import annotations

import pytest

from tests.simulation import noted
from tests.simulation.campaign import FIERCE, run
from tests.simulation.faults import EVERY
from tests.support.postgres import Postgres

pytestmark = pytest.mark.timeout(600)  # a chunk takes some five seconds on an idle machine
CHUNK = 5
CHUNKS = 16
ON_POSTGRESQL = range(3000, 3020)
MENU = range(1000, 1400)
"""Seeds that together meet every fault of the menu."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_runs_full_of_trouble_keep_every_invariant(chunk: int) -> None:
    """I1, I2, I3, I4, I5, I6, I7, I8, I9, I10, I11, I12, I13, I15, I18; R1, R3, R5, R11, R12, R18, R22, R24, R26, R31."""
    for seed in range(chunk * CHUNK, chunk * CHUNK + CHUNK):
        assert run(seed).violations == [], f"make simulate SEEDS=1 START={seed}"


@pytest.mark.parametrize("first", ON_POSTGRESQL[::CHUNK])
def test_runs_on_postgresql_keep_every_invariant(postgres_service: Postgres, first: int) -> None:
    """R21: the same on the other database."""
    for seed in range(first, first + CHUNK):
        found = run(seed, service=postgres_service).violations
        assert found == [], f"make simulate SEEDS=1 START={seed} DATABASE=postgresql"


@pytest.mark.parametrize("seed", noted.kept())
def test_a_seed_that_once_failed_is_run_for_ever(seed: int) -> None:
    assert run(seed).violations == [], f"make simulate SEEDS=1 START={seed}"


def test_every_fault_of_the_menu_happens() -> None:
    """A fault that never happens proves nothing: some run in the first of these must meet it."""
    missing = set(EVERY)
    for seed in [*noted.menu(), *MENU]:
        done = run(seed, fierce=FIERCE)
        assert done.violations == [], seed
        missing -= {name for name, count in done.happened.items() if count}
        if not missing:
            break
    assert missing == set()


@pytest.mark.parametrize("seed", [3, 4, 1001])
def test_the_same_seed_is_the_same_run_to_the_last_message(seed: int) -> None:
    """Same seed twice, same trace."""
    one, other = run(seed), run(seed)
    assert one.trace == other.trace
    assert one.lines == other.lines
    assert len(one.lines) > 50


def test_the_same_seed_is_the_same_run_on_postgresql_too(postgres_service: Postgres) -> None:
    one, other = (run(3000, service=postgres_service) for _ in range(2))
    assert one.lines == other.lines
    assert len(one.lines) > 50
