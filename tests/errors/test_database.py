"""Errors of this laptop's database and profile."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import keyring.backends.fail
import pytest

from crmdesk.core.errors import CrmError
from crmdesk.store import dialect
from crmdesk.system import wiping as system
from tests.support.desk import Desk, keychain
from tests.support.provoked import code_for, opened, provokes, said
from tests.support.server import RunningServer
from tests.support.workspace import customer


@provokes("database_corrupt")
def test_flipped_bytes_are_found_while_reading(desk: Desk) -> str:
    desk("sample", "--customers", "30", "--here")
    content = bytearray(desk.database.read_bytes())
    for page in range(5, len(content) // dialect.PAGE_BYTES):
        content[page * dialect.PAGE_BYTES + 100] ^= 0xFF
    desk.database.write_bytes(content)
    return said(desk, "customer", "list")


@pytest.mark.parametrize("offset", [0, 3000])
def test_a_first_page_that_is_damaged_is_no_matter_of_passphrases(desk: Desk, offset: int) -> None:
    content = bytearray(desk.database.read_bytes())
    content[offset] ^= 0xFF
    desk.database.write_bytes(content)
    assert said(desk, "status") == "database_corrupt"


@provokes("profile_gone")
def test_a_profile_that_another_process_destroyed_takes_nothing_more(desk: Desk) -> str:
    with opened(desk) as session:
        workspace = session.workspace
        system.begin(session.profile, system.Wiped("order", 1, "d" * 32, "http://127.0.0.1:9", "c", ""))
        with pytest.raises(CrmError) as caught:
            customer(workspace, "typed too late")
        assert str(session.profile.folder) in str(caught.value.about["path"])
    return caught.value.code


@provokes("database_foreign")
def test_another_programs_database_is_not_touched(desk: Desk) -> str:
    desk.database.unlink()
    with sqlite3.connect(desk.database) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")
    other.close()
    before = desk.database.read_bytes()
    code = said(desk, "status")
    assert desk.database.read_bytes() == before
    return code


def test_a_picture_is_not_taken_for_a_database(desk: Desk) -> None:
    desk.database.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(5000))
    assert said(desk, "status") == "database_foreign"


@provokes("wrong_passphrase")
def test_a_wrong_passphrase_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    desk = Desk(tmp_path / "p")
    monkeypatch.setenv("CRMDESK_PASSPHRASE", "the right one")
    desk("init")
    monkeypatch.setenv("CRMDESK_PASSPHRASE", "wrong")
    return said(desk, "status")


@provokes("passphrase_short")
def test_a_profile_is_not_made_with_a_passphrase_that_is_guessed_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    desk = Desk(tmp_path / "p")
    monkeypatch.setenv("CRMDESK_PASSPHRASE", "1234567")
    error = desk.fails("init", "--lang", "en")
    assert "at least 8 characters" in error["next"]
    assert not desk.database.exists()
    monkeypatch.setenv("CRMDESK_PASSPHRASE", "12345678")
    desk("init")
    return str(error["code"])


@provokes("schema_newer")
def test_a_file_from_a_newer_program_is_left_alone(desk: Desk) -> str:
    with opened(desk) as found, found.replica.database.write() as connection:
        dialect.mark(connection, dialect.SCHEMA + 1)
    return said(desk, "customer", "add", "Acme")


@provokes("disk_full")
def test_a_full_disk_saves_nothing_and_keeps_what_was_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> str:
    desk("customer", "add", "Acme")
    connect = dialect.connect

    def small(path: Path, *args: Any, **kwargs: Any) -> Any:
        connection = connect(path, *args, **kwargs)
        connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the present size as the least
        return connection

    monkeypatch.setattr(dialect, "connect", small)
    code = said(desk, "customer", "add", "Bravo", "--field", "remark=" + "长" * 20_000)
    monkeypatch.undo()
    assert [row["name"] for row in desk("customer", "list")["customers"]] == ["Acme"]
    return code


@provokes("database_busy")
def test_another_process_that_writes_is_waited_for_and_then_said(desk: Desk) -> str:
    holder = (
        "import sys, sqlcipher3.dbapi2 as d; c = d.connect(sys.argv[1], isolation_level=None); "
        "c.execute('PRAGMA key = \"x%s\"' % repr(sys.argv[2])); c.execute('BEGIN IMMEDIATE'); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with opened(desk) as found:
        key = found.key().hex()
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(desk.database), key], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"held\n"
        code = said(desk, "customer", "add", "Acme")
        process.stdin.close()
    desk("customer", "add", "Acme")
    return code


@provokes("database_unwritable")
def test_a_profile_can_not_be_made_under_a_file(tmp_path: Path) -> str:
    (tmp_path / "file").write_text("")
    return said(Desk(tmp_path / "file" / "profile"), "init")


def test_an_export_into_a_file_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert said(desk, "export", str(tmp_path / "file")) == "database_unwritable"


@provokes("no_keychain")
def test_without_keychain_and_passphrase_nothing_is_made(tmp_path: Path) -> str:
    with keychain(keyring.backends.fail.Keyring()):  # type: ignore[no-untyped-call]
        code = said(Desk(tmp_path / "p"), "init")
    assert not (tmp_path / "p" / "crmdesk.db").exists()
    return code


@provokes("no_profile")
def test_a_folder_without_a_profile_is_said(tmp_path: Path) -> str:
    return said(Desk(tmp_path), "status")


@provokes("profile_exists")
def test_a_profile_is_not_made_twice(desk: Desk) -> str:
    return said(desk, "init")


@provokes("already_enrolled")
def test_a_profile_joins_one_company(enrolled: Desk, server: RunningServer) -> str:
    return said(enrolled, "enrol", server.address, code_for(server))


@provokes("sample_profile")
def test_invented_customers_never_join_a_company(tmp_path: Path, server: RunningServer) -> str:
    return said(Desk(tmp_path / "sample"), "enrol", server.address, code_for(server))


@provokes("not_enrolled")
def test_working_alone_there_is_nobody_to_sync_with(desk: Desk) -> str:
    return said(desk, "sync")
