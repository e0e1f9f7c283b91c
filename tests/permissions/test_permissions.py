"""Who may see and write what, of the whole product at once: real laptops and a real server against the model.

P1, P2, P4, P5, P6 and P7 of the contract are held at every request and after every sync (`machine.py`).
"""

from __future__ import annotations

from contextlib import ExitStack
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.permissions import noted
from tests.permissions.acts import ACTS
from tests.permissions.campaign import run
from tests.permissions.machine import Scenario
from tests.permissions.model import FIELD, FORBIDDEN, LATE, TAKEN, WAITS
from tests.support.postgres import Postgres

pytestmark = pytest.mark.timeout(600)
CHUNKS, CHUNK, SHORT = 4, 5, 40
"""Parts of the fast suite's scenarios, which processes share; scenarios of each; their steps."""
MENU = (38, 49, 2, 14, 50, 9, 16, 19, *range(10_000, 10_100))
"""Scenarios in which together everything happens, and more of them should the product change what a seed does."""
ON_POSTGRESQL = range(3000, 3005)
NAMES = sorted(act.__name__ for act in ACTS)
KINDS = [f"an edit {kind}" for kind in (TAKEN, LATE, WAITS, FORBIDDEN, FIELD)]
BY_NAME = {act.__name__: act for act in ACTS}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_laptop_holds_and_hands_in_exactly_what_its_person_may(chunk: int) -> None:
    for seed in range(chunk * CHUNK, chunk * CHUNK + CHUNK):
        found = run(seed, steps=SHORT)
        assert found.violations == [], f"make permissions SCENARIOS=1 START={seed} STEPS={SHORT}"


def test_everything_that_may_happen_in_a_company_happens() -> None:
    """What never happens proves nothing."""
    missing = {*NAMES, *KINDS}
    for seed in MENU:
        found = run(seed, steps=SHORT)
        assert found.violations == [], f"make permissions SCENARIOS=1 START={seed} STEPS={SHORT}"
        missing -= {name for name, count in found.happened.items() if count}
        if not missing:
            break
    assert missing == set()


def test_so_it_is_on_postgresql(postgres_service: Postgres) -> None:
    for seed in ON_POSTGRESQL:
        found = run(seed, steps=SHORT, service=postgres_service).violations
        assert found == [], f"make permissions SCENARIOS=1 START={seed} STEPS={SHORT} DATABASE=postgresql"


@pytest.mark.parametrize("seed", noted.kept())
def test_a_scenario_that_once_failed_is_run_for_ever(seed: int) -> None:
    assert run(seed).violations == [], f"make permissions SCENARIOS=1 START={seed}"


def test_the_same_seed_is_the_same_scenario_to_the_last_message() -> None:
    one, other = run(3, steps=30), run(3, steps=30)
    assert one.lines == other.lines
    assert len(one.lines) > 50


class Steps(RuleBasedStateMachine):
    """The same acts, chosen and shrunk by Hypothesis: a fault ends as a short story."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.scenario = Scenario("steps")
        self.stack.enter_context(self.scenario.running())

    @precondition(lambda self: not self.scenario.violations)
    @rule(name=st.sampled_from(NAMES), seed=st.integers(0, 50), ms=st.sampled_from((1, 1000, 60_000)))
    def act(self, name: str, seed: int, ms: int) -> None:
        self.scenario.now += ms
        BY_NAME[name](self.scenario, Random(seed))
        assert self.scenario.violations == []

    @precondition(lambda self: not self.scenario.violations)
    @rule(seed=st.integers(0, 50))
    def somebody_syncs(self, seed: int) -> None:
        self.scenario.now += 1000
        self.scenario.sync(Random(seed).choice(self.scenario.devices))
        assert self.scenario.violations == []

    def teardown(self) -> None:
        try:
            if not self.scenario.violations:
                self.scenario.finish()
                assert self.scenario.violations == []
        finally:
            self.stack.close()


def test_no_story_that_hypothesis_tells_breaks_a_rule() -> None:
    Steps.TestCase.settings = settings(
        max_examples=12, stateful_step_count=30, deadline=None, derandomize=True
    )
    Steps.TestCase().runTest()
