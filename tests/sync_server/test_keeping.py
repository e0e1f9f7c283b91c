from __future__ import annotations

import threading
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.store import dialect
from sync_server import accounts, keeping, sealing, signing
from sync_server.settings import Settings
from sync_server.storage.blob_files import BlobFiles
from tests.support.laptop import enrolled
from tests.support.postgres import in_a_file, in_a_service
from tests.support.server import RunningServer
from tests.sync_server.test_blobs import attach, name, upload


@in_a_file
def test_a_backup_taken_while_laptops_push_is_whole(server: RunningServer, tmp_path: Path) -> None:
    ann = enrolled(server, "Ann")
    stop = threading.Event()

    def keep_pushing() -> None:
        while not stop.is_set():
            ann.visit(ann.customer())
            ann.push()

    writer = threading.Thread(target=keep_pushing)
    writer.start()
    try:
        made = [keeping.backup(server.settings, tmp_path / f"backup-{n}.db") for n in range(5)]
    finally:
        stop.set()
        writer.join()
    assert all(checked.problems == () for checked in made)
    assert [checked.records for checked in made] == sorted(checked.records for checked in made)
    assert not list(tmp_path.glob("*.part"))


@in_a_file
def test_a_backup_serves_as_the_company(server: RunningServer, tmp_path: Path) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    ann.push()
    restored = Settings(tmp_path / "restored")
    restored.directory.mkdir()
    keeping.backup(server.settings, restored.database)
    database = accounts.open_company(restored)
    with database.read() as connection:
        assert dialect.value(connection, "SELECT count(*) FROM record WHERE entity = 'customer'") == 1
    database.close()


@in_a_file
def test_a_backup_takes_the_keys_along(server: RunningServer, tmp_path: Path) -> None:
    """A company restored elsewhere with its keys is the one that its laptops know."""
    keeping.backup(server.settings, tmp_path / "copy.db")
    keys = keeping.keys_beside(tmp_path / "copy.db")
    assert {path.name for path in keys.iterdir()} == {signing.KEY_NAME, sealing.KEY_NAME}
    public = signing.signer_of(server.settings).public
    assert signing.signer_of(Settings(keys)).public == public
    assert keys.stat().st_mode & 0o077 == 0


@in_a_file
def test_a_backup_takes_what_was_handed_in_sealed_along(server: RunningServer, tmp_path: Path) -> None:
    """It is in no database: pieces of contents wait in it for a record that names them."""
    folder = server.settings.directory / "sealed"
    folder.mkdir()
    (folder / "a.sealed").write_bytes(b"one")
    (folder / "b.part").write_bytes(b"not yet")
    keeping.backup(server.settings, tmp_path / "copy.db")
    (folder / "c.sealed").write_bytes(b"two")
    keeping.backup(server.settings, tmp_path / "copy.db", overwrite=True)
    kept = keeping.sealed_beside(tmp_path / "copy.db")
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == {
        "a.sealed": b"one",
        "c.sealed": b"two",
    }


@in_a_file
def test_a_backup_takes_the_contents_of_attachments_along(server: RunningServer, tmp_path: Path) -> None:
    """R38: beside the file; a second backup copies only what is new, and the copy serves as the company."""
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    first, second = (b"%PDF-" + bytes([n]) * 300_000 for n in range(2))
    attach(ann, customer, first)
    ann.push()
    upload(ann, first)
    restored = Settings(tmp_path / "restored")
    restored.directory.mkdir()
    keeping.backup(server.settings, restored.database)
    kept = BlobFiles(keeping.blobs_beside(restored.database))
    assert keeping.blobs_beside(restored.database).stat().st_mode & 0o077 == 0, "its owner's alone"
    written = kept.path(name(first)).stat().st_mtime_ns
    attach(ann, customer, second)
    ann.push()
    upload(ann, second)
    keeping.backup(server.settings, restored.database, overwrite=True)
    assert kept.path(name(first)).stat().st_mtime_ns == written
    kept.folder.rename(restored.blobs)
    database = accounts.open_company(restored)
    assert keeping.check(database, BlobFiles(restored.blobs)).problems == ()
    BlobFiles(restored.blobs).path(name(second)).write_bytes(second[:-1])
    assert len(keeping.check(database, BlobFiles(restored.blobs)).problems) == 1
    database.close()


@in_a_file
def test_a_backup_that_cannot_be_written_says_so_and_leaves_nothing(
    server: RunningServer, tmp_path: Path
) -> None:
    with pytest.raises(CrmError) as caught:
        keeping.backup(server.settings, tmp_path / "no" / "such" / "folder.db")
    assert caught.value.code == "database_unwritable"
    assert not (tmp_path / "no").exists()


def test_a_check_finds_a_record_whose_columns_and_bytes_disagree(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = ann.customer()
    ann.push()
    assert keeping.check(server.database).problems == ()
    with server.database.write() as connection:
        dialect.run(connection, "UPDATE record SET move_no = 7, seq = 99 WHERE id = ?", (key.id,))
    problems = keeping.check(server.database).problems
    assert [problem.split(": ")[1] for problem in problems] == [
        "placed in two ways",
        "beyond its bucket's head",
    ]


@in_a_service
def test_a_company_in_postgresql_is_backed_up_by_its_own_tools(server: RunningServer, tmp_path: Path) -> None:
    with pytest.raises(CrmError) as caught:
        keeping.backup(server.settings, tmp_path / "copy.db")
    assert caught.value.code == "backup_elsewhere"
    assert "pg_dump" in caught.value.sentence("en").next
    assert not list(tmp_path.glob("copy*"))


def test_no_company_is_said_plainly(tmp_path: Path) -> None:
    for ask in (
        lambda: keeping.backup(Settings(tmp_path), tmp_path / "b"),
        lambda: accounts.open_company(Settings(tmp_path)),
    ):
        with pytest.raises(CrmError) as caught:
            ask()
        assert caught.value.code == "no_company"
