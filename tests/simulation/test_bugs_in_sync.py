"""The simulator can fail: every planted bug in the sync path is killed where the product is clean."""

from __future__ import annotations

import pytest

from tests.simulation import noted
from tests.simulation.bugs import BUGS, NEARBY, Bug, hunt
from tests.simulation.campaign import run

KILLED = noted.killed()
EACH = 3
"""One in so many is hunted here, and all of them by `make planted-bugs`."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.name in KILLED][::EACH], ids=lambda bug: bug.name)
def test_a_bug_in_the_sync_path_is_killed_by_an_invariant(bug: Bug) -> None:
    """By the seed that was noted, or by one right after it: what a seed does changes with the product."""
    noted_seed = KILLED[bug.name]
    kill = hunt(bug, range(noted_seed, noted_seed + NEARBY))
    assert kill is not None, f"{bug.breaks}; make planted-bugs NOTE=1 looks for another seed"
    assert run(kill.seed).violations == []


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_changes_the_source_as_it_stands(bug: Bug) -> None:
    """A patch that no longer fits would prove nothing."""
    with bug.planted():
        pass


def test_at_least_thirty_are_killed() -> None:
    assert len(KILLED.keys() & {bug.name for bug in BUGS}) >= 30
