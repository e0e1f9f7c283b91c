"""The suite can fail: every planted bug is found for what it is, by traces that the product survives."""

from __future__ import annotations

import pytest

from tests.simulation.kernel_traces import run
from tests.support.oracle import Kind
from tests.support.planted import BUGS, Bug, hunt


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found_where_the_product_is_clean(bug: Bug) -> None:
    kill = hunt(bug)
    assert kill is not None, bug.breaks
    assert run(kill.seed).violations == []


@pytest.mark.parametrize("name", ["stale_form", "last_writer_wins", "edit_by_edit", "forged_clock"])
def test_convergence_alone_would_not_have_found_it(name: str) -> None:
    bug = next(bug for bug in BUGS if bug.name == name)
    with bug.planted():
        found = [run(seed).kinds() for seed in range(30)]
    assert any(Kind.LOST in kinds for kinds in found)
    assert not any(Kind.DIVERGED in kinds for kinds in found)


def test_a_bug_is_gone_once_it_is_dug_up() -> None:
    bug = BUGS[0]
    with bug.planted():
        pass
    assert run(0).violations == []
