"""Edits that were refused, kept by record for an administrator to look at. Nothing here is ever deleted but by
taking the edits in.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.record import RecordKey
from crmdesk.store import dialect

_COLUMNS = (
    'actor, counter, entity, id, part, "user", at, verdict, code, about, body, state, proofs,'
    " discarded_at, discarded_by"
)


class Letter(NamedTuple):
    """What one laptop's edits of one record were refused for. `edits` are their bytes by counter.

    `state` is the record's state that came with them, None where it could not be read, `proofs` (JSON) those of what it
    overwrites; times are UTC milliseconds.
    """

    actor: str
    key: RecordKey
    user: str
    at: int
    verdict: str
    code: str
    about: str | None
    edits: dict[int, bytes]
    state: bytes | None
    proofs: bytes | None
    discarded_at: int | None
    discarded_by: str | None

    @property
    def name(self) -> str:
        """What the letter is called: the dot of its last edit."""
        return f"{self.actor}.{max(self.edits)}"


def letters(connection: Connection, *, discarded: bool = False, limit: int = 500) -> list[Letter]:
    """What was refused and not discarded (or what was), the oldest first."""
    where = "discarded_at IS NOT NULL" if discarded else "discarded_at IS NULL"
    rows = dialect.run(
        connection,
        f"SELECT {_COLUMNS} FROM refused WHERE {where} ORDER BY actor, entity, id, part, counter",
    ).fetchall()
    return sorted(_letters(rows), key=lambda letter: (letter.at, letter.name))[:limit]


def find(connection: Connection, name: str) -> Letter | None:
    """A letter by its name, discarded or not."""
    actor, _, counter = name.partition(".")
    rows = dialect.run(
        connection,
        f"SELECT {_COLUMNS} FROM refused WHERE actor = ? ORDER BY entity, id, part, counter",
        (actor,),
    ).fetchall()
    return next((one for one in _letters(rows) if str(max(one.edits)) == counter), None)


def _letters(rows: list[Any]) -> Iterator[Letter]:
    for (actor, *key), group in groupby(rows, key=lambda row: (row[0], row[2], row[3], row[4])):
        found = list(group)
        last = found[-1]
        yield Letter(
            actor, RecordKey(*key), last[5], last[6], last[7], last[8], last[9],
            {row[1]: bytes(row[10]) for row in found}, None if last[11] is None else bytes(last[11]),
            None if last[12] is None else bytes(last[12]), last[13], last[14],
        )  # fmt: skip


def discard(connection: Connection, letter: Letter, by: str, at: int) -> None:
    """Note that somebody decided these edits stay out."""
    dialect.run(
        connection,
        "UPDATE refused SET discarded_at = ?, discarded_by = ? WHERE actor = ? AND counter = ?",
        [(at, by, letter.actor, counter) for counter in letter.edits],
    )
