"""One process at a time syncs a profile: a lock on a file beside the database, let go even by a killed process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmdesk.core.errors import CrmError

if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def sync_lock(database: Path) -> Iterator[None]:
    """Hold the profile's sync lock. Raises `database_busy` where another process, or this one, holds it."""
    path = database.with_name(database.name + ".sync-lock")
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error
    try:
        try:
            _take(file)
        except OSError as error:
            raise CrmError("database_busy") from error
        yield
    finally:
        os.close(file)  # closing lets go
