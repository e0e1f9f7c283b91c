"""A company's keys are made once: a server that misses one says so, and makes no other in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from sync_server import accounts, keeping, sealing, signing
from sync_server.app import create_app
from sync_server.clock import moment
from sync_server.leases import authority_of
from sync_server.settings import Settings
from sync_server.signing import signer_of
from tests.support.laptop import enrolled
from tests.support.server import running_company
from tests.sync_server.test_server_cli import start, stop

KEYS = pytest.mark.parametrize("name", [signing.KEY_NAME, sealing.KEY_NAME])


@pytest.fixture
def company(tmp_path: Path) -> Settings:
    """A company that was served and knows a laptop, with its backup in `copy.db`."""
    with running_company(tmp_path) as running:
        enrolled(running, "Ann")
        keeping.backup(running.settings, tmp_path / "copy.db")
        return running.settings


@KEYS
def test_a_server_that_misses_a_key_names_it_and_where_it_is_kept(company: Settings, name: str) -> None:
    (company.directory / name).unlink()
    with pytest.raises(CrmError) as caught:
        create_app(company)
    assert caught.value.code == "key_missing"
    for language in ("zh_CN", "en"):
        sentence = str(caught.value.sentence(language))
        assert str(company.directory / name) in sentence
        assert "FILE.keys" in sentence
        assert "serve --new-key" in sentence
    assert not (company.directory / name).exists()


@KEYS
def test_the_key_from_the_backup_brings_everything_back(company: Settings, name: str, tmp_path: Path) -> None:
    public = signer_of(company).public
    (company.directory / name).unlink()
    (company.directory / name).write_bytes((tmp_path / "copy.db.keys" / name).read_bytes())
    assert create_app(company).state.context.authority.signer.public == public


def test_no_command_makes_another_key_either(
    company: Settings, refused: Callable[..., str], tmp_path: Path
) -> None:
    (company.directory / signing.KEY_NAME).unlink()
    (tmp_path / "brought.sealed").write_bytes(b"sealed")
    for words in (
        ["audit", "verify"],
        ["audit", "export", "audit.jsonl"],
        ["audit", "roots", "--sign"],
        ["enrol", "Ann", "--file", "invitation", "--url", "https://crm.example"],
        ["sealed", "take", "brought.sealed"],
        ["serve", "--port", "0"],
    ):
        assert refused(*words) == "key_missing"
    assert not (company.directory / signing.KEY_NAME).exists()
    assert not (tmp_path / "invitation").exists()
    assert not (tmp_path / "audit.jsonl").exists()


def test_a_signed_root_is_enough_to_miss_its_key(tmp_path: Path) -> None:
    with running_company(tmp_path) as running:
        settings = running.settings
    (settings.directory / signing.KEY_NAME).unlink()
    with pytest.raises(CrmError) as caught:
        create_app(settings)
    assert caught.value.code == "key_missing"


def test_a_new_company_gets_its_keys_at_first_use(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "new")
    accounts.create_company(settings, "New", moment())
    database = accounts.open_company(settings)
    assert authority_of(database, settings).signer.public == signer_of(settings).public
    database.close()


def test_a_lost_key_is_made_anew_only_knowingly_and_on_record(
    company: Settings, tmp_path: Path, facts: Callable[..., Any]
) -> None:
    before = signer_of(company).public
    (company.directory / signing.KEY_NAME).unlink()
    process, line = start(tmp_path, "--new-key")
    assert line.startswith("listening on ")
    status, errors = stop(process)
    assert status == 0
    assert "signing.key" in errors
    assert "enrol" in errors
    now = signer_of(company).public
    assert now != before
    (row,) = facts("audit", "list", "--kind", "renew_keys")["rows"]
    said: dict[str, Any] = row["said"]
    assert (said["made"], said["signing"], row["device"]) == (["signing.key"], now.hex(), "console")


def test_a_key_that_is_there_is_never_made_anew(
    company: Settings, tmp_path: Path, facts: Callable[..., Any]
) -> None:
    before = signer_of(company).public
    process, _ = start(tmp_path, "--new-key")
    assert stop(process) == (0, "")
    assert signer_of(company).public == before
    assert facts("audit", "list", "--kind", "renew_keys") == {"rows": []}
