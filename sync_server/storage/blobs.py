"""What is known of attachments' contents: which are stored, which records name them, who has shown to hold them.

References are written in the transaction of the records that make them; rights never wait for a projection.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from crmdesk.core.record import Record, RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.resolve import Life, read_record
from crmdesk.store import dialect
from sync_server.clock import Moment

_REFER: Final = dialect.upsert(
    "blob_reference", ("sha256", "id", "author", "is_live"), ("sha256", "id", "author")
)
_HOLD: Final = "INSERT INTO blob_holder (sha256, holder, held_at) VALUES (?, ?, ?) ON CONFLICT (sha256, holder) DO NOTHING"
_STORE: Final = dialect.upsert("blob", ("sha256", "size", "stored_at", "idle_since"), ("sha256",))
_IS_LIVE: Final = (
    "EXISTS (SELECT 1 FROM blob_reference x JOIN record r ON r.id = x.id AND r.entity = 'attachment' "
    "WHERE x.sha256 = blob.sha256 AND x.is_live = 1)"
)
_BURIED: Final = (
    "NOT EXISTS (SELECT 1 FROM record r WHERE r.id = blob_reference.id AND r.entity = 'attachment')"
)
_READABLE: Final = (
    "FROM blob_reference x JOIN record r ON r.id = x.id AND r.entity = 'attachment' "
    'JOIN reader g ON g.bucket = r.bucket AND g."user" = ? '
)


def note_references(
    connection: Connection, registry: Registry, written: Iterable[tuple[RecordKey, Record]]
) -> None:
    """Remember which contents these records name, and by whose word. Other entities than attachments name none."""
    rows = [
        (str(sha256), key.id, edit.by, int(is_live))
        for key, record in written
        if key.entity == "attachment"
        for is_live in [read_record(record, "attachment", registry).life is not Life.DELETED]
        for edit in record.edits
        for sha256 in (edit.values.get("sha256"), edit.values.get("thumbnail"))
        if sha256
    ]
    if rows:
        dialect.run(connection, _REFER, rows)
        # Locks the contents' rows, so that a collection under way either sees this reference or was before it.
        live = sorted({(sha256,) for sha256, _, _, is_live in rows if is_live})
        if live:
            dialect.run(connection, "UPDATE blob SET idle_since = NULL WHERE sha256 = ?", live)


def is_named_for(connection: Connection, user: str, sha256: str) -> bool:
    """Whether a record names a content that this person wrote or may read: then its bytes are wanted of them."""
    return (
        dialect.value(
            connection, "SELECT 1 FROM blob_reference WHERE sha256 = ? AND author = ?", (sha256, user)
        )
        is not None
    ) or is_readable(connection, user, sha256)


def is_readable(connection: Connection, user: str, sha256: str) -> bool:
    """Whether this person may read a record that names a content."""
    sql = f"SELECT 1 {_READABLE} WHERE x.sha256 = ? LIMIT 1"
    return dialect.value(connection, sql, (user, sha256)) is not None


def may_read(connection: Connection, user: str, sha256: str) -> bool:
    """Whether this person may have a content: they read a record whose author has shown to hold it.

    A record alone proves nothing: anybody who learnt a digest could write one.
    """
    sql = (
        f"SELECT 1 {_READABLE} JOIN blob_holder h ON h.sha256 = x.sha256 AND h.holder = x.author "
        "WHERE x.sha256 = ? LIMIT 1"
    )
    return dialect.value(connection, sql, (user, sha256)) is not None


def is_holder(connection: Connection, user: str, sha256: str) -> bool:
    """Whether this person has shown to hold a content."""
    sql = "SELECT 1 FROM blob_holder WHERE sha256 = ? AND holder = ?"
    return dialect.value(connection, sql, (sha256, user)) is not None


def note_holder(connection: Connection, user: str, sha256: str, now: Moment) -> None:
    """This person sent every byte of a content, or may read it."""
    dialect.run(connection, _HOLD, (sha256, user, now.ms))


def is_stored(connection: Connection, sha256: str) -> bool:
    return dialect.value(connection, "SELECT 1 FROM blob WHERE sha256 = ?", (sha256,)) is not None


def note_stored(connection: Connection, user: str, sha256: str, size: int, now: Moment) -> None:
    """A content came whole from this person. Its row stays locked until this transaction ends."""
    dialect.run(connection, _STORE, (sha256, size, now.ms, None))
    note_holder(connection, user, sha256, now)


def stored_bytes(connection: Connection) -> int:
    """How much all contents take together."""
    return int(dialect.value(connection, "SELECT coalesce(sum(size), 0) FROM blob"))


def stored(connection: Connection) -> list[tuple[str, int]]:
    """Every content that should be there, and its size."""
    return [(s, int(n)) for s, n in dialect.run(connection, "SELECT sha256, size FROM blob ORDER BY sha256")]


def note_idle(connection: Connection, now: Moment) -> None:
    """Note since when no record that is not deleted has named a content; what is gone for good names nothing."""
    dialect.run(connection, f"DELETE FROM blob_reference WHERE {_BURIED}")
    dialect.run(connection, f"UPDATE blob SET idle_since = NULL WHERE idle_since IS NOT NULL AND {_IS_LIVE}")
    dialect.run(
        connection, f"UPDATE blob SET idle_since = ? WHERE idle_since IS NULL AND NOT {_IS_LIVE}", (now.ms,)
    )


def idle(connection: Connection, before_ms: int) -> list[str]:
    """The contents that nothing has named since before an instant."""
    sql = "SELECT sha256 FROM blob WHERE idle_since <= ? ORDER BY sha256"
    return [sha256 for (sha256,) in dialect.run(connection, sql, (before_ms,))]


def forget(connection: Connection, sha256: str, before_ms: int) -> bool:
    """Strike a content off, unless something names it by now; returns whether it may go.

    The row is locked first and references are read after that: one written meanwhile is seen, or waits and
    then finds the content gone, so that its author is asked for the bytes.
    """
    locked = dialect.run(
        connection,
        "UPDATE blob SET idle_since = idle_since WHERE sha256 = ? AND idle_since <= ?",
        (sha256, before_ms),
    )
    if locked.rowcount != 1:
        return False
    gone = dialect.run(connection, f"DELETE FROM blob WHERE sha256 = ? AND NOT {_IS_LIVE}", (sha256,))
    if gone.rowcount != 1:
        return False
    dialect.run(connection, "DELETE FROM blob_holder WHERE sha256 = ?", (sha256,))
    return True
