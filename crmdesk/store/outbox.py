"""What this laptop has still to send, what its transactions replaced, and how far it has read each bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection

from crmdesk.core.record import Dot, RecordKey
from crmdesk.store import dialect
from crmdesk.store.records import Sent, chunks

_COLUMNS = ("counter", "entity", "id", "part")
_ADD = dialect.insert("outbox", _COLUMNS)
_REPLACED = dialect.insert("overwrote", ("txn", "entity", "id", "part", "field", "actor", "counter"))
_HEARD = dialect.upsert("heard", ("bucket", "epoch", "seq", "salt"), ("bucket",))
_CURSOR = dialect.upsert("cursor", ("bucket", "epoch", "seq", "salt", "complete"), ("bucket",))


class Unsent(NamedTuple):
    """An edit that the server has not accepted. `verdict` is None while it only waits."""

    counter: int
    key: RecordKey
    verdict: str | None = None
    code: str | None = None
    about: str | None = None


class Cursor(NamedTuple):
    """How far a bucket was read; `complete` once a head was reached."""

    bucket: str
    epoch: int
    seq: int
    salt: str
    complete: bool


def add(connection: Connection, entries: Sequence[tuple[int, RecordKey]]) -> None:
    dialect.run(connection, _ADD, [(counter, *key) for counter, key in entries])


def note_overwritten(
    connection: Connection, txn: str, replaced: Sequence[tuple[RecordKey, str, Dot]]
) -> None:
    """Remember which values a transaction replaced, so that undo can bring exactly those back."""
    if replaced:
        dialect.run(connection, _REPLACED, [(txn, *key, field, *dot) for key, field, dot in replaced])


def overwritten(connection: Connection, txn: str) -> dict[tuple[RecordKey, str], list[Dot]]:
    """What a transaction replaced: by record and field, the edits whose values they were."""
    found: dict[tuple[RecordKey, str], list[Dot]] = {}
    for entity, record_id, part, field, actor, counter in dialect.run(
        connection, "SELECT entity, id, part, field, actor, counter FROM overwrote WHERE txn = ?", (txn,)
    ):
        found.setdefault((RecordKey(entity, record_id, part), field), []).append(Dot(actor, counter))
    return found


def forget_overwritten(connection: Connection, keys: Sequence[RecordKey]) -> None:
    """Forget what transactions replaced in these records; their history must still be there."""
    if keys:
        dialect.run(
            connection,
            "DELETE FROM overwrote WHERE txn IN (SELECT txn FROM edit WHERE id = ?) "
            "AND entity = ? AND id = ? AND part = ?",
            [(key.id, *key) for key in keys],
        )


def waiting(connection: Connection, limit: int, *, after: int = 0) -> list[Unsent]:
    """The edits to send next, in the order made."""
    return _select(connection, "verdict IS NULL AND counter > ? ORDER BY counter LIMIT ?", (after, limit))


def waiting_numbers(connection: Connection) -> Iterator[int]:
    """The numbers of all that waits, the latest first."""
    found = dialect.run(connection, "SELECT counter FROM outbox WHERE verdict IS NULL ORDER BY counter DESC")
    return (row[0] for row in found)


class Outgoing(NamedTuple):
    """An unsent edit with its transaction and canonical bytes, and the record it led to, if that is here."""

    counter: int
    key: RecordKey
    txn: str
    body: bytes
    record: Sent | None


_OUTGOING = (
    "SELECT o.counter, o.entity, o.id, o.part, e.txn, e.body,"
    " r.n, r.bucket, r.move_no, r.seq, r.state, r.digest FROM outbox o"
    " JOIN edit e ON e.actor = ? AND e.counter = o.counter"
    " LEFT JOIN record r ON r.id = o.id AND r.entity = o.entity AND r.part = o.part WHERE "
)


def outgoing(connection: Connection, actor: str, limit: int, *, after: int = 0) -> list[Outgoing]:
    """The edits to send next, in the order made; `after` is the last counter on its way already."""
    where = "o.verdict IS NULL AND o.counter > ? ORDER BY o.counter LIMIT ?"
    return _outgoing(connection, where, (actor, after, limit))


def refused_of(connection: Connection, actor: str, records: Iterable[RecordKey]) -> list[Outgoing]:
    """The refused edits of these records, which travel again with the record's next edit."""
    wanted = set(records)
    if not dialect.run(connection, "SELECT 1 FROM outbox WHERE verdict IS NOT NULL LIMIT 1").fetchone():
        return []
    found: list[Outgoing] = []
    for ids in chunks(sorted({key.id for key in wanted})):
        where = f"o.verdict IS NOT NULL AND o.id IN ({','.join('?' * len(ids))})"
        found += [edit for edit in _outgoing(connection, where, (actor, *ids)) if edit.key in wanted]
    return sorted(found, key=attrgetter("counter"))


def again(connection: Connection, actor: str, counters: Iterable[int]) -> list[Outgoing]:
    """The edits of a batch that was sent before and got no answer."""
    found: list[Outgoing] = []
    for chunk in chunks(sorted(counters)):
        marks = ",".join("?" * len(chunk))
        found += _outgoing(connection, f"o.counter IN ({marks}) ORDER BY o.counter", (actor, *chunk))
    return found


def _outgoing(connection: Connection, where: str, bind: tuple[object, ...]) -> list[Outgoing]:
    found = []
    for counter, entity, record_id, part, txn, body, n, *rest in dialect.run(
        connection, _OUTGOING + where, bind
    ):
        key = RecordKey(entity, record_id, part)
        found.append(Outgoing(counter, key, txn, body, None if n is None else Sent(n, key, *rest)))
    return found


def refused(connection: Connection) -> list[Unsent]:
    """The edits that the server would not take, with its reasons."""
    return _select(connection, "verdict IS NOT NULL ORDER BY counter", ())


def of_record(connection: Connection, record_id: str) -> list[Unsent]:
    return _select(connection, "id = ? ORDER BY counter", (record_id,))


def everything(connection: Connection) -> list[Unsent]:
    return _select(connection, "1 = 1 ORDER BY counter", ())


def _select(connection: Connection, where: str, bind: tuple[object, ...]) -> list[Unsent]:
    result = dialect.run(
        connection, f"SELECT counter, entity, id, part, verdict, code, about FROM outbox WHERE {where}", bind
    )
    return [Unsent(c, RecordKey(e, i, p), v, code, about) for c, e, i, p, v, code, about in result]


def count(connection: Connection) -> tuple[int, int]:
    """(edits waiting, edits refused)."""
    row = dialect.run(connection, "SELECT count(*) - count(verdict), count(verdict) FROM outbox").fetchone()
    return int(row[0]), int(row[1])


def settle(connection: Connection, counters: Iterable[int]) -> None:
    """Forget edits that the server has."""
    for chunk in chunks(counters):
        marks = ",".join("?" * len(chunk))
        dialect.run(connection, f"DELETE FROM outbox WHERE counter IN ({marks})", tuple(chunk))


def refuse(
    connection: Connection, counters: Iterable[int], verdict: str, code: str | None, about: str | None
) -> None:
    """Keep edits with the server's reason."""
    dialect.run(
        connection,
        "UPDATE outbox SET verdict = ?, code = ?, about = ? WHERE counter = ?",
        [(verdict, code, about, counter) for counter in counters],
    )


def retry(connection: Connection, record_id: str | None = None) -> int:
    """Let refused edits wait again: those of one record, or all; returns how many."""
    where, bind = ("AND id = ?", (record_id,)) if record_id else ("", ())
    done = dialect.run(
        connection,
        f"UPDATE outbox SET verdict = NULL, code = NULL, about = NULL WHERE verdict IS NOT NULL {where}",
        bind,
    )
    return int(done.rowcount)


def cursors(connection: Connection) -> dict[str, Cursor]:
    result = dialect.run(connection, "SELECT bucket, epoch, seq, salt, complete FROM cursor")
    return {b: Cursor(b, e, s, salt, bool(c)) for b, e, s, salt, c in result}


def set_cursor(connection: Connection, cursor: Cursor) -> None:
    dialect.run(connection, _CURSOR, tuple(cursor))


def hear(connection: Connection, heads: Iterable[tuple[str, int, int, str]]) -> None:
    """Remember the latest commit of each bucket, (bucket, epoch, seq, salt): what a restored server has to answer for."""
    dialect.run(connection, _HEARD, list(heads))


def hear_commits(connection: Connection, commits: Iterable[tuple[str, int, str]]) -> None:
    """Remember commits just made, (bucket, seq, salt), of the epoch heard last."""
    dialect.run(
        connection,
        "UPDATE heard SET seq = ?, salt = ? WHERE bucket = ? AND seq < ?",
        [(seq, salt, bucket, seq) for bucket, seq, salt in commits],
    )


def heard(connection: Connection) -> dict[str, tuple[int, int, str]]:
    """The latest commit that this laptop was told of, by bucket: (epoch, seq, salt)."""
    rows = dialect.run(connection, "SELECT bucket, epoch, seq, salt FROM heard")
    return {bucket: (epoch, seq, salt) for bucket, epoch, seq, salt in rows}


def drop_cursor(connection: Connection, bucket: str) -> None:
    """The bucket is to be read from its beginning. A restored server still has to answer for all that was read."""
    dialect.run(
        connection,
        "UPDATE heard SET epoch = c.epoch, seq = c.seq, salt = c.salt FROM cursor c"
        " WHERE c.bucket = heard.bucket AND c.bucket = ? AND c.seq > heard.seq",
        (bucket,),
    )
    dialect.run(connection, "DELETE FROM cursor WHERE bucket = ?", (bucket,))


def forget(connection: Connection, bucket: str) -> None:
    """The bucket is not to be read any longer, and nothing of it is here."""
    dialect.run(connection, "DELETE FROM cursor WHERE bucket = ?", (bucket,))
    dialect.run(connection, "DELETE FROM heard WHERE bucket = ?", (bucket,))
