from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sync_server.cli import main
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


@pytest.fixture
def typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Type a command: (exit status, output, errors)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["crmdesk-server", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def facts(typed: Callable[..., tuple[int, str, str]]) -> Callable[..., Any]:
    """Give a command that must succeed: its JSON."""

    def asked(*arguments: str) -> Any:
        status, out, err = typed(*arguments, "--json")
        assert status == 0, err
        return json.loads(out)

    return asked


@pytest.fixture
def refused(typed: Callable[..., tuple[int, str, str]]) -> Callable[..., str]:
    """Give a command that must be refused: its code."""

    def asked(*arguments: str) -> str:
        status, _, err = typed(*arguments, "--json")
        assert status == 1
        return str(json.loads(err)["code"])

    return asked
