from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import RunningServer, build_company, running_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """The small company, served."""
    with running_server(tmp_path) as running:
        build_company(running)
        yield running
