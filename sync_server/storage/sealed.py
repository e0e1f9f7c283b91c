"""What was handed in sealed, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from crmdesk.store import dialect

_COLUMNS = ("digest", "device", "user", "at", "sealed_at", "reason", "answer", "drafts")


class Letter(NamedTuple):
    """One sealed message: whose, when it came and was sealed (UTC ms), the answer it got, the forms in it as JSON."""

    digest: str
    device: str
    user: str
    at: int
    sealed_at: int
    reason: str
    answer: bytes
    drafts: bytes


class KeptPart(NamedTuple):
    """A piece of a content that waits for a record to name it: in which message, and where it begins."""

    digest: str
    sha256: str
    start: int
    device: str
    user: str


_ADD_PART = dialect.upsert("handed_part", KeptPart._fields, ("digest", "sha256", "start"))
_SELECT = f"SELECT {', '.join(f'{chr(34)}{name}{chr(34)}' for name in _COLUMNS)} FROM handed_in"
_ADD = dialect.upsert("handed_in", _COLUMNS, ("digest",))


def find(connection: Connection, digest: str) -> Letter | None:
    row = dialect.run(connection, f"{_SELECT} WHERE digest = ?", (digest,)).fetchone()
    return None if row is None else _letter(row)


def listed(connection: Connection) -> list[Letter]:
    """All of them, the oldest first."""
    return [_letter(row) for row in dialect.run(connection, f"{_SELECT} ORDER BY at, digest").fetchall()]


def save(connection: Connection, letter: Letter) -> None:
    dialect.run(connection, _ADD, tuple(letter))


def keep_parts(connection: Connection, parts: Sequence[KeptPart]) -> None:
    """Note that a message holds these pieces."""
    if parts:
        dialect.run(connection, _ADD_PART, [tuple(part) for part in parts])


def kept_contents(connection: Connection) -> list[tuple[str, str]]:
    """The contents of which pieces wait: (user, sha256)."""
    rows = dialect.run(connection, 'SELECT DISTINCT "user", sha256 FROM handed_part ORDER BY 1, 2').fetchall()
    return [(user, sha256) for user, sha256 in rows]


def kept_parts(connection: Connection, user: str, sha256: str) -> list[KeptPart]:
    """The pieces of somebody's content, in order."""
    sql = 'SELECT digest, sha256, start, device, "user" FROM handed_part WHERE "user" = ? AND sha256 = ? ORDER BY start, digest'
    return [KeptPart(*row) for row in dialect.run(connection, sql, (user, sha256)).fetchall()]


def waiting(connection: Connection, digest: str) -> int:
    """How many pieces in a message wait for a record that names their content."""
    return int(dialect.value(connection, "SELECT count(*) FROM handed_part WHERE digest = ?", (digest,)))


def forget_parts(connection: Connection, user: str, sha256: str) -> None:
    """The content is stored: its pieces wait no longer."""
    dialect.run(connection, 'DELETE FROM handed_part WHERE "user" = ? AND sha256 = ?', (user, sha256))


def _letter(row: Any) -> Letter:
    digest, device, user, at, sealed_at, reason, answer, drafts = row
    return Letter(digest, device, user, at, sealed_at, reason, bytes(answer), bytes(drafts))
