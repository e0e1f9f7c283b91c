"""Real pages over a real store, sample customers in it or none; where sync matters, over a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import Workspace
from tests.support.customer_desk import Desk, build_store, copy_store
from tests.support.customer_desk import open_desk as open_window
from tests.support.desks import OpenDesk, alone, employed
from tests.support.server import RunningServer, running_company

Hire = Callable[[str], Workspace]
Open = Callable[[Workspace], OpenDesk]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Somebody who works alone."""
    return alone(tmp_path / "alone")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """The small company, served."""
    with running_company(tmp_path) as running:
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


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """Sample customers, written once and copied for each test that opens them."""
    return build_store(tmp_path_factory.mktemp("store") / "profile", 300)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    return build_store(tmp_path_factory.mktemp("store") / "empty", 0)


@pytest.fixture
def open_copy(qapp, tmp_path: Path) -> Iterator[Callable[[Profile], Desk]]:
    """Open the customers' window over a copy of a store."""
    opened: list[Desk] = []

    def open_one(store: Profile) -> Desk:
        opened.append(open_window(copy_store(store, tmp_path / "profile")))
        return opened[-1]

    yield open_one
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(sample_store: Profile, open_copy: Callable[[Profile], Desk]) -> Desk:
    return open_copy(sample_store)
