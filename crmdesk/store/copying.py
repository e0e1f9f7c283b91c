"""A laptop's database copied out to one file and put back from one; the copy is encrypted by the same key."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Final

from crmdesk.core.errors import CrmError
from crmdesk.store import dialect
from crmdesk.store.dialect import Driver, File
from crmdesk.store.reading import check


def copy_out(database: Path, key: bytes | None, file: Path, driver: Driver = "sqlcipher") -> None:
    """Copy a database that may be in use: the whole of one moment, or no file at all.

    Raises `database_unwritable`, `disk_full` or what opening it raises.
    """
    draft = file.with_name(file.name + ".part")
    try:
        draft.unlink(missing_ok=True)
        source = dialect.connect(database, key, driver, read_only=True)
        try:
            target = dialect.connect(draft, key, driver, new=True)
            try:
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")
            finally:
                target.close()
        finally:
            source.close()
        draft.chmod(0o600)
        check(draft, key, driver)
        draft.replace(file)
    except OSError as error:
        raise CrmError("database_unwritable", path=file) from error
    except dialect.module(driver).Error as error:
        raise dialect.translate(error, File(file, key, driver)) or CrmError(
            "database_corrupt", path=file
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def copy_in(file: Path, database: Path, key: bytes | None, aside: Path, driver: Driver = "sqlcipher") -> None:
    """Put a copy in the place of a database, which is kept at `aside`.

    Raises `database_busy` while anybody has the database open, and for a copy that can't be read with this
    key what `reading.check` raises; then nothing was changed.
    """
    check(file, key, driver)
    draft = database.with_name(database.name + ".part")
    try:
        _be_alone(database, key, driver)
        with file.open("rb") as source, draft.open("wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        draft.chmod(0o600)
        dialect.initialise(draft, key, driver)
        database.replace(aside)
        for beside in ("-wal", "-shm"):  # of a damaged one, which could not take its log in
            log = database.with_name(database.name + beside)
            if log.exists():
                log.replace(aside.with_name(aside.name + beside))
        draft.replace(database)
    except OSError as error:
        raise CrmError("database_unwritable", path=database) from error
    except dialect.module(driver).Error as error:
        raise dialect.translate(error, File(database, key, driver)) or CrmError(
            "database_corrupt", path=database
        ) from error
    finally:
        draft.unlink(missing_ok=True)


DAMAGED: Final = ("database_corrupt", "database_foreign", "wrong_passphrase")
"""What a file says that can't be read with its own key."""


def _be_alone(database: Path, key: bytes | None, driver: Driver) -> None:
    """Bring the log into the file and leave the log's mode, which only one who is alone can do.

    A damaged file is nobody's to work with, and keeps its log.
    """
    try:
        with closing(dialect.connect(database, key, driver)) as connection:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except dialect.module(driver).Error as error:
        expected = dialect.translate(error, File(database, key, driver))
        if expected is None or expected.code not in DAMAGED:
            raise
        return
    if mode != "delete":
        raise CrmError("database_busy", path=database)
