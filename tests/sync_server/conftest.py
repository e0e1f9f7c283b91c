from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.postgres import Postgres
from tests.support.server import RunningServer, running_company, small_company


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Each test of the protocol runs on both databases (R21). The address of the small company's, or None."""
    if request.param == "sqlite":
        yield None
        return
    service: Postgres = request.getfixturevalue("postgres_service")
    build = partitioned_company if request.param == "partitioned" else small_company
    with service.copy(request.param, build) as address:
        yield address


def partitioned_company(address: str) -> None:
    """The small company, its growing tables partitioned as docs/scaling.md says."""
    file = Path(__file__).parents[2] / "packaging" / "postgresql" / "partition.sql"
    small_company(address, statements=file.read_text(encoding="utf-8"))


@pytest.fixture
def server(tmp_path: Path, url: str | None) -> Iterator[RunningServer]:
    """The small company, served."""
    with ExitStack() as stack:
        running = stack.enter_context(running_company(tmp_path, url=url))
        yield running
