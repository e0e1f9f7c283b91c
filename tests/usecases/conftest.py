from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import make


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of somebody who works alone."""
    workspace = make(tmp_path / "desk")
    yield workspace
    workspace.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Workspace]:
    """Another person's workspace."""
    workspace = make(tmp_path / "other", seed=2, name="周敏")
    yield workspace
    workspace.close()
