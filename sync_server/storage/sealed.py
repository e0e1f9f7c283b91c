"""What was handed in sealed, and what became of it."""

from __future__ import annotations

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


def _letter(row: Any) -> Letter:
    digest, device, user, at, sealed_at, reason, answer, drafts = row
    return Letter(digest, device, user, at, sealed_at, reason, bytes(answer), bytes(drafts))
