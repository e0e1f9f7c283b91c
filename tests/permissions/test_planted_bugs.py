"""The suite can fail: planted permission bugs are killed where the product is clean."""

from __future__ import annotations

import pytest

from tests.permissions import noted
from tests.permissions.bugs import BUGS, NEARBY, hunt
from tests.permissions.campaign import run
from tests.simulation.bugs import Bug

KILLED = noted.killed()
SOON = 1
"""Those that the first scenario kills are quick; the others are for `make planted-bugs`."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "bug", [bug for bug in BUGS if KILLED.get(bug.name, SOON) < SOON], ids=lambda bug: bug.name
)
def test_a_permission_bug_is_killed_by_a_scenario(bug: Bug) -> None:
    first = KILLED[bug.name]
    kill = hunt(bug, range(first, first + NEARBY))
    assert kill is not None, f"{bug.breaks}; python -m tests.permissions.bugs --note looks for another seed"
    assert run(kill.seed).violations == []


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_permission_bug_changes_the_source_as_it_stands(bug: Bug) -> None:
    """A patch that no longer fits would prove nothing."""
    with bug.planted():
        pass
