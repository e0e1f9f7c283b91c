from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk, MemoryKeychain, keychain


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A keychain, an English speaker, no passphrase lying about."""
    monkeypatch.delenv("CRMDESK_PASSPHRASE", raising=False)
    monkeypatch.setenv("CRMDESK_LANGUAGE", "en")
    with keychain(MemoryKeychain()):
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The profile of Ann, who works alone."""
    made = Desk(tmp_path / "ann")
    made("init", "--name", "Ann")
    return made
