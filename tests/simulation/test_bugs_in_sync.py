"""The simulator can fail: every planted bug in the sync path is killed where the product is clean."""

from __future__ import annotations

import pytest

from tests.simulation.bugs import BUGS, NEARBY, Bug, hunt
from tests.simulation.campaign import run


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.seed is not None], ids=lambda bug: bug.name)
def test_a_bug_in_the_sync_path_is_killed_by_an_invariant(bug: Bug) -> None:
    assert bug.seed is not None
    kill = hunt(bug, range(bug.seed, bug.seed + NEARBY))
    assert kill is not None, bug.breaks
    assert run(kill.seed).violations == []


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_changes_the_source_as_it_stands(bug: Bug) -> None:
    """A patch that no longer fits would prove nothing."""
    with bug.planted():
        pass


def test_there_are_at_least_thirty() -> None:
    assert len({bug.name for bug in BUGS}) >= 30
