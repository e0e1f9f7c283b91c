"""The demo's programs, importable; and a profile whose commands a journey runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk, MemoryKeychain, keychain

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))


@pytest.fixture
def _machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A keychain, an English speaker, no passphrase lying about."""
    monkeypatch.delenv("CRMDESK_PASSPHRASE", raising=False)
    monkeypatch.setenv("CRMDESK_LANGUAGE", "en")
    with keychain(MemoryKeychain()):
        yield


@pytest.fixture
def desk(tmp_path: Path, _machine: None) -> Desk:
    """The profile of Ann, who works alone."""
    made = Desk(tmp_path / "ann")
    made("init", "--name", "Ann")
    return made
