"""Customers that were merged into others: what moves one of them moves all that are read as part of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from crmdesk.core import aliases
from crmdesk.core.record import Record, RecordKey
from crmdesk.store import dialect

_NOTE: Final = dialect.upsert("merged", ("id", "target"), ("id",))


def note(connection: Connection, written: Iterable[tuple[RecordKey, Record]]) -> None:
    """Remember which of these customers point at others, and which no longer do."""
    pointing: list[tuple[str, str]] = []
    gone: list[tuple[str]] = []
    for key, record in written:
        if key.entity == "customer" and record.siblings(aliases.INTO):
            way = aliases.pointer(record)
            if way is None:
                gone.append((key.id,))
            else:
                pointing.append((key.id, way.target))
    if pointing:
        dialect.run(connection, _NOTE, sorted(pointing))
    if gone:
        dialect.run(connection, "DELETE FROM merged WHERE id = ?", sorted(gone))


def into(connection: Connection, customer: str, bucket: str) -> list[str]:
    """The customers of a bucket that were merged into one of it, directly or through others; the nearest first."""
    found: list[str] = []
    ahead = [customer]
    while ahead:
        query = (
            "SELECT m.id FROM merged m JOIN record r ON r.id = m.id AND r.entity = 'customer' AND r.bucket = ? "
            "WHERE m.target = ? ORDER BY m.id"
        )
        rows = dialect.run(connection, query, (bucket, ahead.pop(0))).fetchall()
        new = [one for (one,) in rows if one != customer and one not in found]
        found += new
        ahead += new
    return found
