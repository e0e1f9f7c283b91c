from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.postgres import Postgres
from tests.support.server import RunningServer, build_company, running_server, small_company


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Each test of the protocol runs on both databases (R21). The address of the small company's, or None."""
    if request.param == "sqlite":
        yield None
        return
    service: Postgres = request.getfixturevalue("postgres_service")
    with service.copy("small", small_company) as address:
        yield address


@pytest.fixture
def server(tmp_path: Path, url: str | None) -> Iterator[RunningServer]:
    """The small company, served."""
    with ExitStack() as stack:
        running = stack.enter_context(running_server(tmp_path, url=url))
        if url is None:
            build_company(running)
        yield running
