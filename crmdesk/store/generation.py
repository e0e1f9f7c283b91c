"""How often a profile's database was opened, counted inside it and in a small file beside it.

A database that was put back from a backup is behind the file beside it, wherever it lies and whatever its
inode is: what it hands out as the next number may have been handed out before.
"""

from __future__ import annotations

import os
from pathlib import Path

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.database import Database


def beside(database: Path) -> Path:
    """The file that holds the count outside of the database."""
    return database.with_suffix(".generation")


def rise(database: Database) -> bool:
    """Count this opening; returns whether the file is not the one that was opened last.

    The doubt stays until the actor was changed. The note beside is written before the transaction commits: a
    crash in between makes a sound file doubtful, which costs a new actor, and never a doubtful one sound.
    Raises `database_unwritable`.
    """
    note = beside(database.path)
    with database.write() as connection:
        inside: int = settings.read(connection, "generation", int) or 0
        outside = _read(note)
        now = max(inside, outside or 0) + 1
        is_behind = inside > 0 and (outside is None or inside < outside)
        is_doubtful = is_behind or bool(settings.read(connection, "doubtful", bool))
        _write(note, now)
        settings.write(connection, {"generation": now, "doubtful": is_doubtful or None})
    return is_doubtful


def _read(note: Path) -> int | None:
    try:
        content = note.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(content[:18]) if content.isdecimal() else None


def _write(note: Path, generation: int) -> None:
    draft = note.with_suffix(".generation.part")
    try:
        with draft.open("w", encoding="ascii") as file:
            file.write(str(generation))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(note)
    except OSError as error:
        raise CrmError("database_unwritable", path=note) from error
