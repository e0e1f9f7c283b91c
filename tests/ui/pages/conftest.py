"""Real pages over a real store; where sync matters, over a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmdesk.usecases.workspace import Workspace
from tests.support.desks import OpenDesk, alone, employed
from tests.support.server import RunningServer, build_company, running_server

Hire = Callable[[str], Workspace]
Open = Callable[[Workspace], OpenDesk]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Somebody who works alone."""
    return alone(tmp_path / "alone")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """The small company, served."""
    with running_server(tmp_path) as running:
        build_company(running)
        yield running


@pytest.fixture
def hire(server: RunningServer, tmp_path: Path) -> Iterator[Hire]:
    """Give a person of the company a profile."""
    hired: list[Workspace] = []

    def hire(name: str) -> Workspace:
        hired.append(employed(server, name, tmp_path / f"{name}{len(hired)}"))
        return hired[-1]

    yield hire
    for workspace in hired:
        workspace.close()


@pytest.fixture
def open_desk(qapp) -> Iterator[Open]:
    """Open a window over a workspace."""
    desks: list[OpenDesk] = []

    def open_desk(workspace: Workspace) -> OpenDesk:
        desks.append(OpenDesk(workspace))
        return desks[-1]

    yield open_desk
    for desk in desks:
        desk.close()
