"""A pytest plugin that plants the bug named in the environment for a whole session of unit tests."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from tests.simulation.bugs import BUGS, VARIABLE


def pytest_configure(config: pytest.Config) -> None:
    bug = next(bug for bug in BUGS if bug.name == os.environ[VARIABLE])
    stack = ExitStack()
    stack.enter_context(bug.planted())
    config.add_cleanup(stack.close)
