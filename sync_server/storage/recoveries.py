"""What the company knows of its own restores: epochs that were opened, and records that laptops brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from crmdesk.core.record import Edit, RecordKey
from crmdesk.store import dialect
from crmdesk.store.records import body, chunks


class Recovery(NamedTuple):
    """An epoch opened because a laptop proved that commits were lost.

    `device` and `user` showed the lost commit (`bucket`, `seq`); `actor` is the server's own actor that was
    given up then.
    """

    epoch: int
    at: int
    device: str
    user: str
    bucket: str
    seq: int
    actor: str


class Recovered(NamedTuple):
    """A record that a laptop brought back: merged, or kept apart for an administrator (`state` is its bytes)."""

    epoch: int
    key: RecordKey
    device: str
    user: str
    at: int
    verdict: str
    code: str | None
    state: bytes | None


_OPENED = dialect.insert("recovery", ("epoch", "at", "device", '"user"', "bucket", "seq", "actor"))
_BROUGHT = dialect.insert(
    "recovered",
    ("epoch", "entity", "id", "part", "device", '"user"', "at", "verdict", "code", "state"),
) + (
    " ON CONFLICT (epoch, entity, id, part, device) DO UPDATE SET"
    " at = excluded.at, verdict = excluded.verdict, code = excluded.code, state = excluded.state"
)
_KEEP_HISTORY = dialect.insert(
    "edit", ("actor", "counter", "entity", "id", "part", "by", "at", "eff", "txn", "body")
) + (" ON CONFLICT (actor, counter) DO NOTHING")


def open_epoch(connection: Connection, opened: Recovery, server_actor: str) -> bool:
    """Begin an epoch with a server actor of its own; False if another laptop began it meanwhile."""
    done = dialect.run(
        connection,
        "UPDATE company SET epoch = ?, actor = ? WHERE epoch < ? AND actor = ?",
        (opened.epoch, server_actor, opened.epoch, opened.actor),
    )
    if not done.rowcount:
        return False
    dialect.run(connection, _OPENED, tuple(opened))
    return True


def recoveries(connection: Connection) -> list[Recovery]:
    """Every epoch that was opened, the first one first."""
    rows = dialect.run(
        connection, 'SELECT epoch, at, device, "user", bucket, seq, actor FROM recovery ORDER BY epoch'
    )
    return [Recovery(*row) for row in rows]


def note(connection: Connection, brought: Sequence[Recovered]) -> None:
    """Remember what was brought back, for the administrator."""
    if brought:
        rows = [(r.epoch, *r.key, r.device, r.user, r.at, r.verdict, r.code, r.state) for r in brought]
        dialect.run(connection, _BROUGHT, rows)


def recovered(connection: Connection) -> list[Recovered]:
    """Everything that was brought back, in the order it came."""
    rows = dialect.run(
        connection,
        'SELECT epoch, entity, id, part, device, "user", at, verdict, code, state FROM recovered'
        " ORDER BY epoch, at, id, entity, part, device",
    )
    return [Recovered(e, RecordKey(n, i, p), *rest) for e, n, i, p, *rest in rows]


def keep_history(connection: Connection, edits: Sequence[tuple[RecordKey, Edit]]) -> None:
    """Add edits to the history; what is there already stays as it is."""
    if edits:
        dialect.run(
            connection,
            _KEEP_HISTORY,
            [(*e.dot, *key, e.by, e.at, e.eff, e.txn.id, body(e)) for key, e in edits],
        )


def raise_counters(connection: Connection, tops: Mapping[str, int], fresh_chain: str) -> None:
    """Hand out none of these numbers again: actors count on from `tops`, and their next push is a fork.

    Whoever made such numbers since the backup has a chain that this server does not know; if nobody did, the
    claim costs the actor's laptop a new actor and no edit.
    """
    known: dict[str, int] = {}
    for some in chunks(tops):
        marks = ",".join("?" * len(some))
        rows = dialect.run(connection, f"SELECT id, counter FROM actor WHERE id IN ({marks})", tuple(some))
        known.update(dict(rows.fetchall()))
    raised = [(top, fresh_chain, actor, top) for actor, top in tops.items() if known.get(actor, top) < top]
    unknown = [(actor, top, fresh_chain, "", b"") for actor, top in tops.items() if actor not in known]
    if raised:
        dialect.run(
            connection, "UPDATE actor SET counter = ?, chain = ? WHERE id = ? AND counter < ?", raised
        )
    if unknown:
        dialect.run(
            connection,
            "INSERT INTO actor (id, device, counter, chain, batch, answer) VALUES (?, NULL, ?, ?, ?, ?)",
            unknown,
        )
