"""Who brought what into a bucket: one row a push, each sealed with the one before, so that none can be changed or taken out.

A row is written in the push's own transaction, under the lock on the bucket that its commit took.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from crmdesk.core.values import encode
from sync_server.storage import audits
from sync_server.storage.audits import Entry

FIRST: Final = b""
"""What the first row of a bucket is sealed with."""


def digest_of(bodies: Iterable[bytes]) -> bytes:
    """BLAKE2b over edits' canonical bytes, each after its length, in the order of their counters."""
    hashed = hashlib.blake2b(digest_size=32)
    for body in bodies:
        hashed.update(b"%d:" % len(body))
        hashed.update(body)
    return hashed.digest()


def ranges(counters: Sequence[int]) -> list[tuple[int, int]]:
    """Rising counters as runs, (first, last) each."""
    if counters and counters[-1] - counters[0] == len(counters) - 1:
        return [(counters[0], counters[-1])]
    runs = groupby(enumerate(counters), key=lambda pair: pair[1] - pair[0])
    return [(found[0][1], found[-1][1]) for _, run in runs if (found := list(run))]


def seal(before: bytes, entry: Entry) -> bytes:
    """What seals a row: BLAKE2b over the seal of the row before it and everything the row says."""
    said = encode([*entry[:-2], entry.edits.hex()])
    return hashlib.blake2b(before + said, digest_size=32).digest()


def note(connection: Connection, entry: Entry) -> None:
    """Add a row to its bucket's chain; the caller holds the bucket's lock. `entry.seal` is made here."""
    before = audits.last_seal(connection, entry.bucket) or FIRST
    audits.add(connection, entry._replace(seal=seal(before, entry)))


def broken(connection: Connection) -> Iterator[tuple[str, int]]:
    """(bucket, seq) of the first row of each bucket whose seal is not what its rows say."""
    for bucket, entries in groupby(audits.every(connection), key=lambda entry: entry.bucket):
        before = FIRST
        for entry in entries:
            if entry.seal != seal(before, entry):
                yield bucket, entry.seq
                break
            before = entry.seal
