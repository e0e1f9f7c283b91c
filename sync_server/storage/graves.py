"""Deletions that wait for their time, and the ids of records that are gone for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection

from crmdesk.core.record import Record, RecordKey
from crmdesk.store import dialect
from crmdesk.store.records import chunks
from sync_server.clock import Moment

_NOTE: Final = dialect.upsert("tombstone", ("entity", "id", "part", "at"), ("entity", "id", "part"))
_DIG: Final = dialect.insert("grave", ("id", "at")) + " ON CONFLICT (id) DO NOTHING"
_LAGGARD: Final = (
    'SELECT 1 FROM reader r JOIN account a ON a."user" = r."user" AND a.disabled_at IS NULL'
    ' JOIN device d ON d."user" = r."user" AND d.state <> \'revoked\' AND coalesce(d.pulled_at, d.created_at) >= ?'
    " LEFT JOIN pulled_head p ON p.device = d.id AND p.bucket = r.bucket"
    " WHERE r.bucket = ? AND coalesce(p.seq, 0) < ? LIMIT 1"
)


def note_deletions(connection: Connection, written: Iterable[tuple[RecordKey, Record]], now: Moment) -> None:
    """Remember which of these records somebody has deleted; whether they stay so is looked at when time is up."""
    deleted = {
        key for key, record in written for edit in record.edits if edit.values.get("deleted") is not None
    }
    if deleted:
        dialect.run(connection, _NOTE, [(*key, now.ms) for key in sorted(deleted)])


def deleted_before(connection: Connection, before_ms: int, limit: int) -> list[RecordKey]:
    """Records that were deleted, or written to while deleted, no later than `before_ms`; the oldest first."""
    rows = dialect.run(
        connection,
        "SELECT entity, id, part FROM tombstone WHERE at <= ? ORDER BY at, id, entity, part LIMIT ?",
        (before_ms, limit),
    )
    return [RecordKey(*row) for row in rows]


def forget_deletion(connection: Connection, keys: Sequence[RecordKey]) -> None:
    """These records are on show again, or gone."""
    dialect.run(
        connection, "DELETE FROM tombstone WHERE entity = ? AND id = ? AND part = ?", [tuple(k) for k in keys]
    )


def have_all_passed(connection: Connection, bucket: str, seq: int, away_since_ms: int) -> bool:
    """Whether every device that reads the bucket, and was not away since, was handed this commit."""
    return dialect.value(connection, _LAGGARD, (away_since_ms, bucket, seq)) is None


def bury(connection: Connection, ids: Iterable[str], now: Moment) -> None:
    """Keep these ids for ever: a push to one is never a new record."""
    rows = sorted({(record_id, now.ms) for record_id in ids})
    dialect.run(connection, _DIG, rows)
    dialect.run(
        connection, "DELETE FROM blob_reference WHERE id = ?", [(record_id,) for record_id, _ in rows]
    )


def buried(connection: Connection, ids: Iterable[str]) -> frozenset[str]:
    """Those of `ids` that are gone for good."""
    found: set[str] = set()
    for some in chunks(ids):
        marks = ",".join("?" * len(some))
        rows = dialect.run(connection, f"SELECT id FROM grave WHERE id IN ({marks})", tuple(some))
        found.update(row[0] for row in rows)
    return frozenset(found)


def count(connection: Connection) -> int:
    """How many records are gone for good."""
    return int(dialect.value(connection, "SELECT count(*) FROM grave"))
