"""One process at a time syncs a profile: a lock on a file beside the database, let go even by a killed process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmdesk.core.errors import CrmError
from crmdesk.system.locks import take


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
            take(file)
        except OSError as error:
            raise CrmError("database_busy") from error
        yield
    finally:
        os.close(file)  # closing lets go
