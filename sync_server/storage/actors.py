"""Actors and what they said: the chain of pushes, refused edits, commands already carried out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select, update

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


_ADD = dialect.insert("actor", Actor._fields)
_SAVE = dialect.upsert("actor", Actor._fields, ("id",))


class Refused(NamedTuple):
    """An edit that was not taken in: kept, so that its number can't be given to another one.

    `state` is the record's state that came with it, beside the last of the record's edits only; so are the `proofs` of
    what it overwrites, as JSON.
    """

    actor: str
    counter: int
    key: RecordKey
    user: str
    at: int
    verdict: str
    code: str
    body: bytes
    about: str | None = None
    state: bytes | None = None
    proofs: bytes | None = None


class Command(NamedTuple):
    """A command and its answer; of one that is not done yet, how far it has come. Kept for ever: who asked what."""

    id: str
    user: str
    asked: bytes
    answer: bytes
    at: int
    is_done: bool


_SAVE_COMMAND = (
    'INSERT INTO command (id, "user", asked, answer, at, is_done) VALUES (?, ?, ?, ?, ?, ?)'
    " ON CONFLICT (id) DO UPDATE SET answer = excluded.answer, at = excluded.at, is_done = excluded.is_done"
)


_COLUMNS = ", ".join(Actor._fields)


def find(connection: Connection, actor_id: str) -> Actor | None:
    row = dialect.run(connection, f"SELECT {_COLUMNS} FROM actor WHERE id = ?", (actor_id,)).fetchone()
    return None if row is None else Actor(*row)


def claim(connection: Connection, actor_id: str, device: str | None) -> Actor:
    """The actor, locked until this transaction ends: its edits come one push after another.

    One that was never heard of is written down first, so that two pushes of it can't both be its first.
    """
    query = f"SELECT {_COLUMNS} FROM actor WHERE id = ?{dialect.locking(connection)}"
    row = dialect.run(connection, query, (actor_id,)).fetchone()
    if row is None:
        new = Actor(actor_id, device, 0, "", "", b"")
        dialect.run(connection, f"{_ADD} ON CONFLICT (id) DO NOTHING", tuple(new))
        row = dialect.run(connection, query, (actor_id,)).fetchone()
    return Actor(*row)


def hold(connection: Connection, ids: Iterable[str]) -> list[str]:
    """Keep pushes of these actors out until this transaction ends; returns those that were never heard of.

    They are locked before any bucket, as a push locks its own. One never heard of is written down to be locked:
    `forget_blank` takes it back. A transaction that is alone anyway need not.
    """
    if not dialect.is_shared(connection):
        return []
    new: list[str] = []
    for chunk in chunks(sorted(ids)):
        where, bind = dialect.among(connection, "id", chunk)
        query = f"SELECT id FROM actor WHERE {where} ORDER BY id"
        known = {row[0] for row in dialect.run(connection, query, bind)}
        blank = [(name, None, 0, "", "", b"") for name in chunk if name not in known]
        if blank:
            dialect.run(connection, f"{_ADD} ON CONFLICT (id) DO NOTHING", blank)
        dialect.run(connection, f"{query}{dialect.locking(connection)}", bind).fetchall()
        new += [row[0] for row in blank]
    return new


def forget_blank(connection: Connection, ids: Sequence[str]) -> None:
    """Forget actors that `hold` wrote down and that have counted nothing since."""
    if ids:
        dialect.run(
            connection,
            "DELETE FROM actor WHERE id = ? AND device IS NULL AND counter = 0",
            [(name,) for name in ids],
        )


def save(connection: Connection, new: Actor) -> None:
    """Write an actor down, new or not."""
    dialect.run(connection, _SAVE, tuple(new))


def count_on(connection: Connection, actor_id: str) -> int:
    """The next counter of an actor that several transactions write as; the row stays locked until the end."""
    counter = connection.scalar(
        update(actor)
        .where(actor.c.id == actor_id)
        .values(counter=actor.c.counter + 1)
        .returning(actor.c.counter)
    )
    assert counter is not None, "the server's actor was made with the company"
    return int(counter)


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
        where, bind = dialect.among(connection, "counter", chunk)
        for table in ("refused", "edit"):
            query = f"SELECT counter, body FROM {table} WHERE actor = ? AND {where}"
            rows = dialect.run(connection, query, (actor_id, *bind))
            found.update((row[0], row[1]) for row in rows)
    return found


def refuse(connection: Connection, edits: Sequence[Refused]) -> None:
    """Keep refused edits; a later verdict on the same edit replaces the earlier."""
    if edits:
        dialect.run(
            connection,
            'INSERT INTO refused (actor, counter, entity, id, part, "user", at, verdict, code, body, about,'
            " state, proofs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (actor, counter) DO UPDATE SET"
            " verdict = excluded.verdict, code = excluded.code, at = excluded.at, about = excluded.about,"
            " state = excluded.state, proofs = excluded.proofs, discarded_at = NULL, discarded_by = NULL",
            [(e.actor, e.counter, *e.key, *e[3:]) for e in edits],
        )


def accept(connection: Connection, actor_id: str, counters: Sequence[int]) -> None:
    """Forget the refusal of edits that were taken in after all."""
    has_refused = dialect.value(connection, "SELECT 1 FROM refused WHERE actor = ? LIMIT 1", (actor_id,))
    if counters and has_refused:
        dialect.run(
            connection,
            "DELETE FROM refused WHERE actor = ? AND counter = ?",
            [(actor_id, c) for c in counters],
        )


def find_command(connection: Connection, command_id: str) -> Command | None:
    row = connection.execute(select(command).where(command.c.id == command_id)).one_or_none()
    return None if row is None else Command(*row)


def save_command(connection: Connection, now: Command) -> None:
    """Write a command down, new or come further."""
    dialect.run(connection, _SAVE_COMMAND, tuple(now))
