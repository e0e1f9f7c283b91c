"""Records that came from the server and could not be read: noted, so that the rest goes on and somebody hears of it.

What this program can't read a later one may, so the note names the version that failed.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

import crmdesk
from crmdesk.core.record import RecordKey
from crmdesk.store import settings


class Unreadable(msgspec.Struct, frozen=True):
    """The records that version `by` of this program could not read."""

    by: str
    keys: tuple[RecordKey, ...]


def noted(connection: Connection) -> tuple[RecordKey, ...]:
    """The records that are missing or out of date here because they could not be read."""
    found = settings.read(connection, "unreadable", Unreadable)
    return found.keys if found else ()


def note(connection: Connection, failed: Iterable[RecordKey], read: Iterable[RecordKey]) -> None:
    """Keep the note true after a page: some records failed, others (perhaps noted before) were read."""
    before, failed = set(noted(connection)), set(failed)
    if not before and not failed:
        return
    after = (before - set(read)) | failed
    if after != before:
        kept = Unreadable(crmdesk.__version__, tuple(sorted(after))) if after else None
        settings.write(connection, {"unreadable": kept})


def take_note_of_another_version(connection: Connection) -> bool:
    """Remove the note if another version of this program made it; returns whether it did."""
    found = settings.read(connection, "unreadable", Unreadable)
    if found is None or found.by == crmdesk.__version__:
        return False
    settings.write(connection, {"unreadable": None})
    return True
