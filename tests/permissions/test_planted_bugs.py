"""The suite can fail: planted permission bugs are killed where the product is clean."""

from __future__ import annotations

import pytest

from tests.permissions.bugs import BUGS, hunt
from tests.permissions.campaign import run
from tests.simulation.bugs import Bug

KILLED_AT_ONCE = ("regions_forgotten", "no_team_shares")
"""Those that die in nearly every scenario, whatever the seeds do: the others are for `make planted-bugs`."""
ALLOWED, SHORT = 12, 40
"""Scenarios that one may take, and their steps."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", [b for b in BUGS if b.name in KILLED_AT_ONCE], ids=lambda bug: bug.name)
def test_a_permission_bug_is_killed_by_a_scenario(bug: Bug) -> None:
    kill = hunt(bug, range(ALLOWED), steps=SHORT)
    assert kill is not None, bug.breaks
    assert run(kill.seed, steps=SHORT).violations == []


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_permission_bug_changes_the_source_as_it_stands(bug: Bug) -> None:
    """A patch that no longer fits would prove nothing."""
    with bug.planted():
        pass
