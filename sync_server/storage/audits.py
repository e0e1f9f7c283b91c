"""The audit's rows: one a push and bucket, in the order of the bucket's commits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from crmdesk.store import dialect


class Entry(NamedTuple):
    """What one push brought into a bucket: the commit, who, from which device, when, and which edits.

    `counters` are the edits' counters under `actor`, as JSON runs; `edits` the digest of their bytes; `seal`
    binds the row to the one before it.
    """

    bucket: str
    seq: int
    user: str
    device: str
    actor: str
    at: int
    counters: str
    edits: bytes
    seal: bytes = b""


_ADD = dialect.insert("audit", Entry._fields)
_LAST = "SELECT seal FROM audit WHERE bucket = ? ORDER BY seq DESC LIMIT 1"
_EVERY = (
    'SELECT bucket, seq, "user", device, actor, at, counters, edits, seal FROM audit ORDER BY bucket, seq'
)


def add(connection: Connection, entry: Entry) -> None:
    """Write a row; rows are never changed."""
    dialect.run(connection, _ADD, tuple(entry))


def last_seal(connection: Connection, bucket: str) -> bytes | None:
    """The seal of the bucket's latest row."""
    found = dialect.value(connection, _LAST, (bucket,))
    return None if found is None else bytes(found)


def every(connection: Connection) -> Iterator[Entry]:
    """All rows, bucket by bucket, in the order of their commits."""
    for row in dialect.run(connection, _EVERY):
        yield Entry._make((*row[:-2], bytes(row[-2]), bytes(row[-1])))
