"""A laptop alone and one in a company, each without a keychain of the system."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.store import dialect
from tests.support.desk import Desk, MemoryKeychain, keychain
from tests.support.provoked import code_for
from tests.support.server import RunningServer, running_company


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("CRMDESK_PASSPHRASE", raising=False)
    monkeypatch.setattr(dialect, "BUSY_TIMEOUT_MS", 50)
    with keychain(MemoryKeychain()):
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "ann")
    made("init", "--name", "Ann")
    return made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A company that no test of this file damages."""
    with running_company(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def enrolled(server: RunningServer, desk: Desk) -> Desk:
    desk("enrol", server.address, code_for(server))
    return desk
