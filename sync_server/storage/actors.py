"""Actors and what they said: the chain of pushes, refused edits, commands already carried out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from crmdesk.core.record import RecordKey
from crmdesk.store import dialect
from crmdesk.store.records import chunks
from sync_server.tables import actor, command


class Actor(NamedTuple):
    """An incarnation of a local database: how far it counted and the last push it was answered."""

    id: str
    device: str | None
    counter: int
    chain: str
    batch: str
    answer: bytes


_SAVE = dialect.upsert("actor", Actor._fields, ("id",))


class Refused(NamedTuple):
    """An edit that was not taken in: kept, so that its number can't be given to another one."""

    actor: str
    counter: int
    key: RecordKey
    user: str
    at: int
    verdict: str
    code: str
    body: bytes


class Command(NamedTuple):
    """A command that was carried out, and its answer."""

    id: str
    user: str
    asked: bytes
    answer: bytes
    at: int


def find(connection: Connection, actor_id: str) -> Actor | None:
    row = connection.execute(select(actor).where(actor.c.id == actor_id)).one_or_none()
    return None if row is None else Actor(*row)


def save(connection: Connection, new: Actor) -> None:
    """Write an actor down, new or not."""
    dialect.run(connection, _SAVE, tuple(new))


def counters(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """How far each of these actors that this server knows has counted."""
    found: dict[str, int] = {}
    for chunk in chunks(ids):
        rows = connection.execute(select(actor.c.id, actor.c.counter).where(actor.c.id.in_(chunk)))
        found.update((row.id, row.counter) for row in rows)
    return found


def said(connection: Connection, actor_id: str, counters: Iterable[int]) -> dict[int, bytes]:
    """The bytes of an actor's edits, taken in or refused."""
    found: dict[int, bytes] = {}
    for chunk in chunks(counters):
        marks = ",".join("?" * len(chunk))
        for table in ("refused", "edit"):
            rows = dialect.run(
                connection,
                f"SELECT counter, body FROM {table} WHERE actor = ? AND counter IN ({marks})",
                (actor_id, *chunk),
            )
            found.update((row[0], row[1]) for row in rows)
    return found


def refuse(connection: Connection, edits: Sequence[Refused]) -> None:
    """Keep refused edits; a later verdict on the same edit replaces the earlier."""
    if edits:
        dialect.run(
            connection,
            'INSERT INTO refused (actor, counter, entity, id, part, "user", at, verdict, code, body)'
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (actor, counter) DO UPDATE SET"
            " verdict = excluded.verdict, code = excluded.code, at = excluded.at",
            [(e.actor, e.counter, *e.key, e.user, e.at, e.verdict, e.code, e.body) for e in edits],
        )


def accept(connection: Connection, actor_id: str, counters: Sequence[int]) -> None:
    """Forget the refusal of edits that were taken in after all."""
    if counters:
        dialect.run(
            connection,
            "DELETE FROM refused WHERE actor = ? AND counter = ?",
            [(actor_id, c) for c in counters],
        )


def find_command(connection: Connection, command_id: str) -> Command | None:
    row = connection.execute(select(command).where(command.c.id == command_id)).one_or_none()
    return None if row is None else Command(*row)


def add_command(connection: Connection, done: Command) -> None:
    connection.execute(insert(command).values(done._asdict()))
