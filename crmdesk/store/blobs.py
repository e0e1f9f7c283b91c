"""The contents of attachments on a laptop: a second encrypted file beside the database, in chunks by digest.

Records name a content by its SHA-256; here it lies once, however many name it. What a record here names is
kept until its author's copy is known to be on the server; then it may go to make room, and goes with the
last record that named it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.media import CHUNK_BYTES
from crmdesk.core.record import decode
from crmdesk.core.values import NOT_JSON
from crmdesk.store import dialect, tables
from crmdesk.store.database import Database
from crmdesk.store.dialect import Driver, File
from crmdesk.store.reading import check

ORPHAN_MS: Final = 24 * 60 * 60 * 1000
"""A content that no record and no draft names may still be about to be named for this long."""
_COLUMNS: Final = ("sha256", "size", "have", "is_thumbnail", "is_claimed", "is_sent", "used_ms")
_PUT: Final = dialect.upsert("blob", _COLUMNS, ("sha256",))
_ADD_CHUNK: Final = dialect.upsert("chunk", ("sha256", "n", "body"), ("sha256", "n"))
_NOTE_ABSENT: Final = dialect.upsert("absent", ("sha256", "asked_ms"), ("sha256",))


class Held(NamedTuple):
    """A content as far as it is here. `is_claimed`: a record has named it; `is_sent`: the server has it."""

    sha256: str
    size: int
    have: int
    is_thumbnail: bool
    is_claimed: bool
    is_sent: bool
    used_ms: int

    @property
    def is_whole(self) -> bool:
        return self.have == self.size


def beside(database: Path) -> Path:
    """Where the attachments of a database's records are kept."""
    return database.with_name(f"{database.stem}-attachments.db")


def digest(content: bytes) -> str:
    """The name of a content: its SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class Blobs:
    """The contents beside one database; the file is made when the first one comes."""

    def __init__(self, path: Path, key: bytes | None, driver: Driver) -> None:
        self.path = path
        self._key, self._driver = key, driver
        self._opening = threading.Lock()
        self._database: Database | None = None

    def exists(self) -> bool:
        """Whether there is any attachment file yet."""
        return self.path.exists()

    @property
    def database(self) -> Database:
        with self._opening:
            if self._database is None:
                if self.path.exists():
                    check(self.path, self._key, self._driver)
                # Making what is there already changes nothing: two processes may come here at once.
                place = File(self.path, self._key, self._driver)
                self._database = Database.create(place, [tables.blobs])
            return self._database

    def close(self) -> None:
        if self._database is not None:
            self._database.close()

    # -- putting and reading ------------------------------------------------------------------------

    def put(self, content: bytes, now_ms: int, *, is_thumbnail: bool = False) -> str:
        """Keep a content made on this laptop; returns its digest. Safe on disk when this returns."""
        sha256 = digest(content)
        with self.database.write() as connection:
            held = _find(connection, sha256)
            if held is not None and held.is_whole:
                # Offered again: the record that names it now may be the only one that does.
                dialect.run(
                    connection, "UPDATE blob SET used_ms = ?, is_sent = 0 WHERE sha256 = ?", (now_ms, sha256)
                )
                return sha256
            whole = Held(sha256, len(content), len(content), is_thumbnail, False, False, now_ms)
            dialect.run(connection, _PUT, tuple(whole))
            rows = [(sha256, n, part) for n, part in enumerate(_parts(content))]
            dialect.run(connection, _ADD_CHUNK, rows)
        return sha256

    def read(self, sha256: str, now_ms: int | None = None) -> bytes | None:
        """A whole content, or None. `now_ms` notes that somebody looked at it."""
        if not self.exists():
            return None
        with self.database.read() as connection:
            held = _find(connection, sha256)
            if held is None or not held.is_whole:
                return None
            content = _joined(connection, sha256)
        if now_ms is not None:
            with self.database.write() as connection:
                dialect.run(connection, "UPDATE blob SET used_ms = ? WHERE sha256 = ?", (now_ms, sha256))
        return content

    def chunk(self, sha256: str, offset: int) -> bytes:
        """The piece of a content that begins at `offset`, a multiple of the chunk's size; b"" beyond its end."""
        with self.database.read() as connection:
            found = dialect.value(
                connection,
                "SELECT body FROM chunk WHERE sha256 = ? AND n = ?",
                (sha256, offset // CHUNK_BYTES),
            )
        return bytes(found or b"")[offset % CHUNK_BYTES :]

    def held(self) -> dict[str, Held]:
        """Every content that is here, whole or in part."""
        if not self.exists():
            return {}
        with self.database.read() as connection:
            return {held.sha256: held for held in _select(connection, "1 = 1 ORDER BY used_ms", ())}

    def absent(self) -> dict[str, int]:
        """What the server had nothing of, and when it last said so."""
        if not self.exists():
            return {}
        with self.database.read() as connection:
            return dict(dialect.run(connection, "SELECT sha256, asked_ms FROM absent").fetchall())

    # -- coming from the server -----------------------------------------------------------------------

    def is_whole(self, sha256: str) -> bool:
        """Whether all of a content is here."""
        with self.database.read() as connection:
            found = _find(connection, sha256)
        return found is not None and found.is_whole

    def have(self, sha256: str) -> int:
        """How many bytes of a content are here."""
        with self.database.read() as connection:
            found = _find(connection, sha256)
        return found.have if found else 0

    def append(
        self, sha256: str, size: int, offset: int, part: bytes, now_ms: int, *, is_thumbnail: bool = False
    ) -> bool:
        """Keep the next piece of a download; returns whether the content is whole now.

        Raises `blob_broken` if it is whole and not what its name says; then nothing of it is kept.
        """
        with self.database.write() as connection:
            before = _find(connection, sha256)
            if before is not None and before.is_whole:
                return True
            # Two processes may fetch the same content: neither takes back what the other brought.
            have = max(offset + len(part), before.have if before and before.size == size else 0)
            coming = Held(sha256, size, have, is_thumbnail, True, True, now_ms)
            dialect.run(connection, _PUT, tuple(coming))
            dialect.run(connection, _ADD_CHUNK, (sha256, offset // CHUNK_BYTES, part))
            dialect.run(connection, "DELETE FROM absent WHERE sha256 = ?", (sha256,))
            if have < size:
                return False
            is_right = have == size and digest(_joined(connection, sha256)) == sha256
            if not is_right:
                _remove(connection, [sha256])
        if not is_right:
            raise CrmError("blob_broken")
        return True

    def drop(self, sha256: str) -> None:
        """Forget a content, or what has come of it."""
        with self.database.write() as connection:
            _remove(connection, [sha256])

    # -- what the server has --------------------------------------------------------------------------

    def note_sent(self, sha256: str) -> None:
        """The server has this content."""
        with self.database.write() as connection:
            dialect.run(connection, "UPDATE blob SET is_sent = 1 WHERE sha256 = ?", (sha256,))

    def note_absent(self, sha256: str, now_ms: int) -> None:
        """The server had nothing of it."""
        with self.database.write() as connection:
            dialect.run(connection, _NOTE_ABSENT, (sha256, now_ms))

    def has_unsent(self) -> bool:
        """Whether there is a whole content that the server is not known to have."""
        if not self.exists():
            return False
        with self.database.read() as connection:
            sql = "SELECT 1 FROM blob WHERE is_sent = 0 AND have = size LIMIT 1"
            return dialect.value(connection, sql) is not None

    def doubt(self, contents: Collection[str] | None = None) -> None:
        """The server may have lost what it had: these whole contents, or all, are offered again."""
        if not self.exists() or (contents is not None and not contents):
            return
        with self.database.write() as connection:
            if contents is None:
                dialect.run(connection, "UPDATE blob SET is_sent = 0 WHERE have = size")
            else:
                rows = [(sha256,) for sha256 in contents]
                dialect.run(connection, "UPDATE blob SET is_sent = 0 WHERE have = size AND sha256 = ?", rows)

    def has_unclaimed(self) -> bool:
        """Whether there is a content that no record is known to have named."""
        if not self.exists():
            return False
        with self.database.read() as connection:
            return dialect.value(connection, "SELECT 1 FROM blob WHERE is_claimed = 0 LIMIT 1") is not None

    def claim(self, named: Collection[str]) -> None:
        """Records name these contents."""
        with self.database.write() as connection:
            held = _select(connection, "is_claimed = 0", ())
            claimed = [(h.sha256,) for h in held if h.sha256 in named]
            if claimed:
                dialect.run(connection, "UPDATE blob SET is_claimed = 1 WHERE sha256 = ?", claimed)

    # -- going -----------------------------------------------------------------------------------------

    def sweep(self, named: Collection[str], drafted: Collection[str], now_ms: int) -> int:
        """Remove what no record and no draft here names any longer; returns how many contents went.

        What a record once named and the server has not yet stays: its author's copy may be the only one.
        """
        if not self.exists():
            return 0
        self.claim(named)
        with self.database.write() as connection:
            held = _select(connection, "1 = 1", ())
            gone = [
                h.sha256
                for h in held
                if h.sha256 not in named and h.sha256 not in drafted and _may_go(h, now_ms)
            ]
            _remove(connection, gone)
            unasked = [s for (s,) in dialect.run(connection, "SELECT sha256 FROM absent") if s not in named]
            if unasked:
                dialect.run(connection, "DELETE FROM absent WHERE sha256 = ?", [(s,) for s in unasked])
        return len(gone)

    def make_room(self, limit: int) -> int:
        """Remove the contents longest unused that the server has, until at most `limit` bytes are here.

        Thumbnails and what is still to be sent stay. Returns how many went.
        """
        with self.database.write() as connection:
            held = _select(connection, "1 = 1 ORDER BY used_ms", ())
            over = sum(h.have for h in held) - limit
            gone: list[str] = []
            for candidate in held:
                if over <= 0:
                    break
                if candidate.is_sent and not candidate.is_thumbnail:
                    gone.append(candidate.sha256)
                    over -= candidate.have
            _remove(connection, gone)
        return len(gone)

    def scrub(self) -> None:
        """Leave no trace in the file of what went."""
        if self.exists():
            self.database.scrub()


def _may_go(held: Held, now_ms: int) -> bool:
    """Whether a content that nothing names may be removed: it is safe elsewhere, or was never wanted."""
    return held.is_sent or (not held.is_claimed and held.used_ms + ORPHAN_MS < now_ms)


def _parts(content: bytes) -> Iterable[bytes]:
    return (content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES))


def _find(connection: Connection, sha256: str) -> Held | None:
    return next(iter(_select(connection, "sha256 = ?", (sha256,))), None)


def _select(connection: Connection, where: str, bind: tuple[Any, ...]) -> list[Held]:
    result = dialect.run(connection, f"SELECT {', '.join(_COLUMNS)} FROM blob WHERE {where}", bind)
    return [
        Held(sha256, size, have, bool(thumbnail), bool(claimed), bool(sent), used)
        for sha256, size, have, thumbnail, claimed, sent, used in result
    ]


def _joined(connection: Connection, sha256: str) -> bytes:
    rows = dialect.run(connection, "SELECT body FROM chunk WHERE sha256 = ? ORDER BY n", (sha256,))
    return b"".join(body for (body,) in rows)


def _remove(connection: Connection, gone: Iterable[str]) -> None:
    rows = [(sha256,) for sha256 in gone]
    if rows:
        dialect.run(connection, "DELETE FROM chunk WHERE sha256 = ?", rows)
        dialect.run(connection, "DELETE FROM blob WHERE sha256 = ?", rows)


# -- what names a content -------------------------------------------------------------------------------


def named(connection: Connection) -> set[str]:
    """The contents that attachment records here name; those of hidden ones, whose edits wait, included."""
    rows = dialect.run(connection, "SELECT f_sha256, f_thumbnail FROM p_attachment").fetchall()
    hidden = dialect.run(connection, "SELECT state FROM record WHERE entity = 'attachment' AND seq = -1")
    edits = [edit.values for (state,) in hidden for edit in decode(state).edits]
    found = {sha256 for row in rows for sha256 in row}
    found |= {values.get(field) for values in edits for field in ("sha256", "thumbnail")}
    return {sha256 for sha256 in found if isinstance(sha256, str)}


def named_by(connection: Connection, attachments: Iterable[str]) -> set[str]:
    """The contents that these attachment records name."""
    found: set[str] = set()
    for attachment in attachments:
        row = dialect.run(
            connection, "SELECT f_sha256, f_thumbnail FROM p_attachment WHERE id = ?", (attachment,)
        ).fetchone()
        found |= {sha256 for sha256 in row or () if sha256}
    return found


class _Draft(msgspec.Struct):
    attachments: list[dict[str, Any]] = msgspec.field(default_factory=list)


def drafted(connection: Connection) -> set[str]:
    """The contents that drafts hold."""
    found: set[str] = set()
    for (value,) in dialect.run(connection, "SELECT value FROM draft"):
        try:
            draft = msgspec.json.decode(value, type=_Draft)
        except NOT_JSON:
            continue
        for one in draft.attachments:
            found |= {s for s in (one.get("sha256"), one.get("thumbnail")) if isinstance(s, str)}
    return found
