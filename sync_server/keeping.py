"""Looking after a company's file: a copy taken while it is in use, and a check that nothing is broken."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, inspect

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey, decode, digest
from crmdesk.store import dialect, records
from crmdesk.store.database import Database
from crmdesk.store.dialect import File
from sync_server import auditing
from sync_server.accounts import METADATA
from sync_server.private_files import private_file
from sync_server.settings import Settings
from sync_server.signing import copy_keys
from sync_server.storage import blobs, sealed
from sync_server.storage.blob_files import BlobFiles

_PAGE: Final = 5000
"""Records that a check holds in memory at once."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check looked at, and the problems it found (empty: none)."""

    records: int
    edits: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackedUp(Checked):
    """What a copy holds. Of the sealed messages that it names, `messages` lie beside it and `missing` lie nowhere."""

    messages: int
    missing: int


def backup(settings: Settings, file: Path, *, overwrite: bool = False) -> BackedUp:
    """Copy the company's database to `file` while servers go on, and check the copy before it counts.

    The contents of attachments are copied beside it, into the folder `blobs_beside(file)`: those that are not
    there yet, so that a second backup to the same place is quick; what was handed in sealed into `sealed_beside(file)`,
    likewise; its keys into `keys_beside(file)`. The database comes first: what it names was
    stored before, and is collected no earlier than the offline window.

    Raises `no_company`, `database_unwritable` or `database_corrupt`; `file_exists` for a backup or other keys that are
    there already, unless they may be overwritten; `backup_elsewhere` for a company in PostgreSQL, which has tools of its own.
    """
    if settings.url is not None:
        raise CrmError("backup_elsewhere", path=settings.place)
    if not settings.database.exists():
        raise CrmError("no_company", path=settings.directory)
    with private_file(file, overwrite=overwrite) as draft:
        copy_keys(settings, keys_beside(file), overwrite=overwrite)
        _copy_database(settings.database, draft)
        checked = _check_file(draft)
        if checked.problems:
            raise CrmError("database_corrupt", path=file)
        named = _messages(draft)
        BlobFiles(settings.blobs).copy_to(blobs_beside(file))
        _copy_sealed(settings, sealed_beside(file))
    there = sum((sealed_beside(file) / f"{digest}.sealed").exists() for digest in named)
    return BackedUp(checked.records, checked.edits, (), there, len(named) - there)


def _copy_database(file: Path, to: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(file, timeout=30)) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise CrmError("database_unwritable", path=to) from error


def blobs_beside(file: Path) -> Path:
    """Where a backup keeps the contents of attachments. To restore, it becomes the company's folder `blobs`."""
    return file.with_name(file.name + ".blobs")


def keys_beside(file: Path) -> Path:
    """Where a backup keeps the company's keys. To restore, they go back into the company's folder."""
    return file.with_name(file.name + ".keys")


def sealed_beside(file: Path) -> Path:
    """Where a backup keeps what laptops handed in sealed. To restore, it becomes the company's folder `sealed`."""
    return file.with_name(file.name + ".sealed")


def _copy_sealed(settings: Settings, folder: Path) -> None:
    """Copy the messages that are not there yet: each is named by what it holds, and never changes."""
    for message in sorted(settings.sealed.glob("*.sealed")):
        target = folder / message.name
        if not target.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with private_file(target) as draft:
                shutil.copyfile(message, draft)


def _check_file(path: Path) -> Checked:
    database = Database.open(File(path, driver="sqlite"))
    try:
        return check(database)
    finally:
        database.close()


def _messages(path: Path) -> list[str]:
    """The digests of the sealed messages that a copy names."""
    database = Database.open(File(path, driver="sqlite"))
    try:
        with database.read() as connection:
            return [letter.digest for letter in sealed.listed(connection)]
    finally:
        database.close()


def check(database: Database, files: BlobFiles | None = None) -> Checked:
    """Read everything: the engine's own structures, every record's bytes, every bucket's numbers.

    With `files`, every content of an attachment too.
    """
    with database.read() as connection:
        return Checked(
            records=dialect.value(connection, "SELECT count(*) FROM record"),
            edits=dialect.value(connection, "SELECT count(*) FROM edit"),
            problems=(
                *dialect.damage(connection),
                *_tables(connection),
                *_records(connection),
                *_audit(connection),
                *(_contents(connection, files) if files else ()),
            ),
        )


def _contents(connection: Connection, files: BlobFiles) -> list[str]:
    """Each stored content is there and is what its name says. A missing one comes again from its author's laptop."""
    known = blobs.stored(connection)
    return [f"attachment {sha256}: missing or damaged" for sha256, _ in known if not files.is_whole(sha256)]


def _tables(connection: Connection) -> list[str]:
    present = set(inspect(connection).get_table_names())
    return [f"table {name} is missing" for part in METADATA for name in part.tables if name not in present]


def _audit(connection: Connection) -> list[str]:
    """No row of the audit was changed, and none is missing of those that a root was made over."""
    found = []
    place: auditing.Place | None = auditing.START
    while place is not None:
        step = auditing.verify_some(connection, place)
        found += [str(problem) for problem in step.problems]
        place = step.next
    return found + [str(problem) for problem in auditing.verify_roots(connection, None)]


def _records(connection: Connection) -> list[str]:
    """Each record reads back, and its columns say what its bytes say."""
    found = []
    totals: dict[str, int] = {}
    for entity, record_id, part, bucket, move_no, seq, state, agreed, head in _rows(connection):
        name = f"{entity} {record_id}"
        if not (isinstance(state, bytes) and isinstance(agreed, int) and isinstance(bucket, str)):
            found.append(f"{name}: unreadable")  # a damaged file gives any column any type
            continue
        totals[bucket] = totals.get(bucket, 0) + agreed
        if digest(RecordKey(entity, record_id, part), state) != agreed:
            found.append(f"{name}: not what its digest says")
        try:
            placement = decode(state).placement
        except CrmError:
            found.append(f"{name}: unreadable")
            continue
        if (placement.bucket, placement.move_no) != (bucket, move_no):
            found.append(f"{name}: placed in two ways")
        if not (isinstance(head, int) and isinstance(seq, int) and seq <= head):
            found.append(f"{name}: beyond its bucket's head")
    kept = records.checksums(connection)
    found += [
        f"bucket {bucket}: not what its checksum says"
        for bucket in sorted(totals.keys() | kept.keys())
        if totals.get(bucket, 0) != kept.get(bucket, 0)
    ]
    return found


def _rows(connection: Connection) -> Iterator[tuple[Any, ...]]:
    last = 0
    while True:
        rows = dialect.run(
            connection,
            "SELECT r.n, r.entity, r.id, r.part, r.bucket, r.move_no, r.seq, r.state, r.digest, b.seq FROM record r"
            " LEFT JOIN bucket b ON b.id = r.bucket WHERE r.n > ? ORDER BY r.n LIMIT ?",
            (last, _PAGE),
        ).fetchall()
        if not rows:
            return
        yield from (row[1:] for row in rows)
        last = rows[-1][0]
