"""The contents of attachments: taken in piece by piece, handed out to those who may, collected when idle.

Nobody learns here whether a content exists: to whom no record names it, it is `not_found`; and a record
alone opens nothing until its author has shown to hold the bytes.
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from crmdesk.core.errors import CrmError
from crmdesk.core.media import CHUNK_BYTES
from crmdesk.core.wire import BlobState
from crmdesk.store.database import Database
from sync_server.clock import Moment
from sync_server.settings import DAY_MS, Settings
from sync_server.storage import blobs
from sync_server.storage.blob_files import BlobFiles
from sync_server.storage.devices import Bearer

UPLOAD_MS: Final = 30 * DAY_MS
"""An upload that nobody went on with for so long is thrown away."""


class Store(NamedTuple):
    """Where contents are kept, and how many bytes they may take together."""

    database: Database
    files: BlobFiles
    limit: int


def store_of(database: Database, settings: Settings) -> Store:
    """Where a company's contents are kept."""
    return Store(database, BlobFiles(settings.blobs), settings.blob_bytes)


class Part(NamedTuple):
    """A piece of a content: where it begins, the size of the whole, its bytes and what they must hash to."""

    offset: int
    size: int
    body: bytes
    sha256: bytes


class Piece(NamedTuple):
    """Bytes on their way to a reader: [start, start + len(body)) of `size`."""

    start: int
    size: int
    body: bytes


class Collected(NamedTuple):
    """What a collection removed: contents, files that nothing knew of, unfinished uploads."""

    contents: int
    strays: int
    uploads: int


def state(store: Store, who: Bearer, sha256: str, size: int, now: Moment) -> BlobState:
    """How much of a content the server has from this person. Raises `not_found`.

    That it is there already is only said to somebody who sent it or may read it.
    """
    with store.database.read() as connection:
        if not blobs.is_named_for(connection, who.user, sha256):
            raise CrmError("not_found")
        is_holder = blobs.is_holder(connection, who.user, sha256)
        may_know = is_holder or blobs.may_read(connection, who.user, sha256)
        is_there = may_know and blobs.is_stored(connection, sha256) and store.files.has(sha256)
    if not is_there:
        return BlobState(store.files.have(sha256, who.user, size), False)
    if not is_holder:
        with store.database.write() as connection:
            blobs.note_holder(connection, who.user, sha256, now)
    return BlobState(size, True)


def put(store: Store, who: Bearer, sha256: str, part: Part, now: Moment) -> BlobState:
    """Take the next piece of an upload; the last one completes it. On disk when this returns.

    Raises `not_found`, `storage_full`, `blob_offset` (`about.have` is where to go on)
    or `blob_broken` (the piece, or the whole, is not what its digest says; then begin anew).
    """
    found = state(store, who, sha256, part.size, now)
    if found.complete:
        return found
    _check(store, part, found.have)
    if hashlib.sha256(part.body).digest() != part.sha256:
        raise CrmError("blob_broken")
    store.files.append(sha256, who.user, part.offset, part.body)
    have = part.offset + len(part.body)
    if have < part.size:
        return BlobState(have, False)
    if not store.files.is_right(sha256, who.user):
        store.files.abandon(sha256, who.user)
        raise CrmError("blob_broken")
    with store.database.write() as connection:
        blobs.note_stored(connection, who.user, sha256, part.size, now)
        store.files.settle(sha256, who.user)
    return BlobState(have, True)


def _check(store: Store, part: Part, have: int) -> None:
    if part.offset != have:
        raise CrmError("blob_offset", have=have)
    if len(part.body) != min(CHUNK_BYTES, part.size - part.offset) or not part.body:
        raise CrmError("malformed_body", field="size")
    if have == 0:
        with store.database.read() as connection:
            taken = blobs.stored_bytes(connection)
        if taken + store.files.unfinished_bytes() + part.size > store.limit:
            raise CrmError("storage_full")


def get(store: Store, who: Bearer, sha256: str, start: int, end: int | None) -> Piece:
    """The bytes in [start, end) of a content. Raises `not_found`, or `blob_absent` to a reader of its record."""
    with store.database.read() as connection:
        if not blobs.is_readable(connection, who.user, sha256):
            raise CrmError("not_found")
        is_there = blobs.may_read(connection, who.user, sha256) and blobs.is_stored(connection, sha256)
    size = store.files.size(sha256) if is_there else None
    if size is None:
        raise CrmError("blob_absent")
    if start >= size:
        raise CrmError("malformed_body", field="Range")
    try:
        return Piece(start, size, store.files.read(sha256, start, size if end is None else min(end, size)))
    except FileNotFoundError as error:
        raise CrmError("blob_absent") from error


def collect(store: Store, now: Moment, window_ms: int) -> Collected:
    """Remove contents that no record has named for `window_ms`, strays and stale uploads.

    A content is forgotten in the transaction that looks for references once more. Its file goes after that is on
    disk, as one that nothing knows of: a file that goes first would be missed if the transaction is undone.
    """
    before = now.ms - window_ms
    with store.database.write() as connection:
        blobs.note_idle(connection, now)
    with store.database.read() as connection:
        candidates = blobs.idle(connection, before)
    contents = 0
    for sha256 in candidates:
        with store.database.write() as connection:
            is_forgotten = blobs.forget(connection, sha256, before)
        if is_forgotten:
            contents += 1
            _remove_stray(store, sha256, before)
    return Collected(contents, _remove_strays(store, before), store.files.remove_uploads(now.ms - UPLOAD_MS))


def _remove_strays(store: Store, before_ms: int) -> int:
    """Files whose transaction never ended: nothing knows of them."""
    old = [sha256 for sha256, written_ms in store.files.contents() if written_ms < before_ms]
    return sum(_remove_stray(store, sha256, before_ms) for sha256 in old)


def _remove_stray(store: Store, sha256: str, before_ms: int) -> bool:
    """Remove a file that nothing knows of, unless somebody has just stored it anew."""
    with store.database.write() as connection:
        if blobs.is_stored(connection, sha256) or (store.files.written_ms(sha256) or 0) > before_ms:
            return False
        store.files.remove(sha256)
    return True
