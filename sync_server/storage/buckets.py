"""Buckets: their commits, what moved through them, who was told how much. Hot paths use plain SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from crmdesk.core.parts import PARTS, part_bucket
from crmdesk.core.record import MAIN, RecordKey, decode
from crmdesk.core.wire import Commit, Head, Kind
from crmdesk.store import dialect
from crmdesk.store.records import Stored, chunks
from sync_server import salts
from sync_server.clock import Moment
from sync_server.policy import Kind as BucketKind
from sync_server.tables import bucket, bucket_commit


class Present(NamedTuple):
    """A record as it stands in a bucket: the commit of its last change, and its bytes."""

    seq: int
    entity: str
    id: str
    part: str
    move_no: int
    state: bytes


class Movement(NamedTuple):
    """A record's last crossing of a bucket's border. `entered` is the commit by which it came there for the first time,
    None where it was made there.
    """

    bucket: str
    key: RecordKey
    kind: Kind
    move_no: int
    seq: int
    entered: int | None = None


_COMMIT = dialect.insert("bucket_commit", ("bucket", "seq", "salt", "at"))


def add(
    connection: Connection, bucket_id: str, kind: BucketKind, owner: str | None, book: str | None = None
) -> None:
    """A new, empty bucket, in a book or set with its parts. `book`: of a set, the book whose customers it holds."""
    for part in PARTS if owner is not None else (MAIN,):
        row = {"id": part_bucket(bucket_id, part), "kind": kind.value, "owner": owner, "book": book}
        whole = None if part == MAIN else bucket_id
        connection.execute(insert(bucket).values(**row, whole=whole, part=part, seq=0, salt=""))


def lock(connection: Connection, ids: Iterable[str]) -> None:
    """Keep other writers out of these buckets until this transaction ends.

    Whoever locks several things locks them in one order, so that no two transactions wait for each other: the
    company, laptops' actors by id, buckets by id (all that the transaction will ever need, at once), last the
    server's own actor. A transaction that is alone anyway need not.
    """
    for chunk in chunks(sorted(ids) if dialect.is_shared(connection) else ()):
        where, bind = dialect.among(connection, "id", chunk)
        query = f"SELECT id FROM bucket WHERE {where} ORDER BY id{dialect.locking(connection)}"
        dialect.run(connection, query, bind).fetchall()


def buckets_of(connection: Connection, ids: Iterable[str], user: str) -> set[str]:
    """Where the records with these ids are, and which buckets they left that the user reads or once could."""
    found: set[str] = set()
    for chunk in chunks(ids):
        where, bind = dialect.among(connection, "id", chunk)
        query = (
            f"SELECT bucket FROM record WHERE {where} UNION SELECT bucket FROM movement"
            f" WHERE kind = 'LEAVE' AND {where} AND bucket IN (SELECT bucket FROM reader WHERE \"user\" = ?"
            ' UNION ALL SELECT bucket FROM lost_right WHERE "user" = ?)'
        )
        found.update(row[0] for row in dialect.run(connection, query, (*bind, *bind, user, user)))
    return found


def advance(connection: Connection, bucket_id: str, now: Moment) -> Commit:
    """Take the bucket's next commit number; the row stays locked until this transaction ends."""
    seq = dialect.value(
        connection, "UPDATE bucket SET seq = seq + 1 WHERE id = ? RETURNING seq", (bucket_id,)
    )
    assert seq is not None, "every placement names a bucket of this server"
    epoch, secret = dialect.run(connection, "SELECT epoch, secret FROM company").fetchone()
    salt = salts.make(bytes(secret), (bucket_id, epoch, seq), now.random(salts.RANDOM_BYTES))
    dialect.run(connection, "UPDATE bucket SET salt = ? WHERE id = ?", (salt, bucket_id))
    dialect.run(connection, _COMMIT, (bucket_id, seq, salt, now.ms))
    return Commit(bucket_id, seq - 1, seq, salt)


def heads(connection: Connection, user: str, epoch: int) -> tuple[Head, ...]:
    """How far each bucket that the user reads has come."""
    rows = dialect.run(
        connection,
        "SELECT b.id, b.seq, b.salt, coalesce(c.total, 0) FROM reader r JOIN bucket b ON b.id = r.bucket"
        ' LEFT JOIN checksum c ON c.bucket = b.id WHERE r."user" = ? ORDER BY b.id',
        (user,),
    )
    return tuple(Head(place, epoch, seq, salt, total) for place, seq, salt, total in rows)


def checksum_of(connection: Connection, bucket_id: str) -> int:
    """The sum of the digests of the bucket's records."""
    return dialect.value(connection, "SELECT total FROM checksum WHERE bucket = ?", (bucket_id,)) or 0


def seq_of(connection: Connection, bucket_id: str) -> int:
    return connection.scalar(select(bucket.c.seq).where(bucket.c.id == bucket_id)) or 0


def salt_at(connection: Connection, bucket_id: str, seq: int) -> str | None:
    """The salt of a commit; None if this server never made it. Before the first commit it is empty."""
    if seq == 0:
        return ""
    return connection.scalar(
        select(bucket_commit.c.salt).where(bucket_commit.c.bucket == bucket_id, bucket_commit.c.seq == seq)
    )


def present(connection: Connection, bucket_id: str, after: int, upto: int, limit: int) -> list[Present]:
    """The bucket's records that changed in (after, upto], in commit order."""
    rows = dialect.run(
        connection,
        "SELECT seq, entity, id, part, move_no, state FROM record"
        " WHERE bucket = ? AND seq > ? AND seq <= ? ORDER BY seq, n LIMIT ?",
        (bucket_id, after, upto, limit),
    )
    return [Present(*row) for row in rows]


def named(connection: Connection, bucket_id: str, keys: Sequence[RecordKey]) -> list[Present]:
    """Those of `keys` that are in the bucket, in their order."""
    found: dict[RecordKey, Present] = {}
    for ids in chunks({key.id for key in keys}):
        marks = ",".join("?" * len(ids))
        rows = dialect.run(
            connection,
            f"SELECT seq, entity, id, part, move_no, state FROM record WHERE bucket = ? AND id IN ({marks})",
            (bucket_id, *ids),
        )
        found.update((RecordKey(row[1], row[2], row[3]), Present(*row)) for row in rows)
    return [found[key] for key in keys if key in found]


def movements(connection: Connection, bucket_id: str, after: int, upto: int, limit: int) -> list[Movement]:
    """The crossings in (after, upto], in commit order."""
    rows = dialect.run(
        connection,
        "SELECT bucket, entity, id, part, kind, move_no, seq FROM movement"
        " WHERE bucket = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
        (bucket_id, after, upto, limit),
    )
    return [_movement(row) for row in rows]


def places(connection: Connection, entity: str, record_id: str) -> dict[str, str]:
    """Where each part of a record is: part -> bucket."""
    rows = dialect.run(
        connection, "SELECT part, bucket FROM record WHERE id = ? AND entity = ?", (record_id, entity)
    )
    return {row[0]: row[1] for row in rows}


def entities(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """What the records with these ids are."""
    found: dict[str, str] = {}
    for chunk in chunks(ids):
        where, bind = dialect.among(connection, "id", chunk)
        query = f"SELECT id, entity FROM record WHERE {where}"
        found.update(dialect.run(connection, query, bind).fetchall())
    return found


def wholes(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The bucket of customers that each of these is a part of, or is itself."""
    found: dict[str, str] = {}
    for chunk in chunks(ids):
        where, bind = dialect.among(connection, "id", chunk)
        query = f"SELECT id, coalesce(whole, id) FROM bucket WHERE {where}"
        found.update((place, whole) for place, whole in dialect.run(connection, query, bind).fetchall())
    return found


def roots(connection: Connection, keys: Iterable[RecordKey]) -> dict[RecordKey, tuple[str, str]]:
    """(root, bucket) of the records that exist among `keys`."""
    wanted = set(keys)
    found: dict[RecordKey, tuple[str, str]] = {}
    for ids in chunks({key.id for key in wanted}):
        where, bind = dialect.among(connection, "id", ids)
        rows = dialect.run(
            connection, f"SELECT entity, id, part, root, bucket FROM record WHERE {where}", bind
        )
        for entity, record_id, part, root, place in rows:
            if (key := RecordKey(entity, record_id, part)) in wanted:
                found[key] = (root, place)
    return found


def declared_fields(connection: Connection, config: str) -> list[Stored]:
    """The company's own fields: the `field` records of its settings."""
    rows = dialect.run(
        connection,
        "SELECT n, entity, id, part, root, seq, state FROM record WHERE bucket = ? AND entity = 'field'",
        (config,),
    )
    return [Stored(n, RecordKey(e, i, p), root, seq, decode(state)) for n, e, i, p, root, seq, state in rows]


class Departure(NamedTuple):
    """A record's leaving of a bucket, by which commit and when (UTC milliseconds).

    `entered` is the commit by which it first came there, None where it was made there.
    """

    bucket: str
    key: RecordKey
    seq: int
    at: int
    entered: int | None = None


def entries(connection: Connection, ids: Iterable[str], user: str) -> dict[tuple[str, RecordKey], int]:
    """By which commit records with these ids came to buckets that the user once could write: (bucket, record) -> seq."""
    found: dict[tuple[str, RecordKey], int] = {}
    for chunk in chunks(ids):
        where, bind = dialect.among(connection, "id", chunk)
        rows = dialect.run(
            connection,
            f"SELECT bucket, entity, id, part, entered FROM movement WHERE {where} AND kind = 'ENTER'"
            ' AND entered IS NOT NULL AND bucket IN (SELECT bucket FROM lost_right WHERE "user" = ? AND can_write)',
            (*bind, user),
        )
        found |= {(place, RecordKey(*key)): entered for place, *key, entered in rows}
    return found


def departures(connection: Connection, ids: Iterable[str], user: str) -> list[Departure]:
    """Where records with these ids left a bucket that the user may write, or once could."""
    found: list[Departure] = []
    for chunk in chunks(ids):
        where, bind = dialect.among(connection, "m.id", chunk)
        rows = dialect.run(
            connection,
            "SELECT m.bucket, m.entity, m.id, m.part, m.seq, coalesce(c.at, 0), m.entered FROM movement m"
            " LEFT JOIN bucket_commit c ON c.bucket = m.bucket AND c.seq = m.seq"
            f" WHERE m.kind = 'LEAVE' AND {where} AND m.bucket IN"
            ' (SELECT bucket FROM reader WHERE "user" = ? AND can_write'
            ' UNION ALL SELECT bucket FROM lost_right WHERE "user" = ? AND can_write) ORDER BY m.move_no DESC',
            (*bind, user, user),
        )
        found += [
            Departure(place, RecordKey(entity, record_id, part), seq, at, entered)
            for place, entity, record_id, part, seq, at, entered in rows
        ]
    return found


def _movement(row: Any) -> Movement:
    place, entity, record_id, part, kind, move_no, seq = row
    return Movement(place, RecordKey(entity, record_id, part), kind, move_no, seq)


def note_movements(connection: Connection, crossings: Iterable[Movement]) -> None:
    """Remember crossings; an earlier one of the same record and bucket gives way, but for when it first came there."""
    rows = [(m.bucket, *m.key, m.kind, m.move_no, m.seq, m.entered) for m in crossings]
    if rows:
        dialect.run(
            connection,
            "INSERT INTO movement (bucket, entity, id, part, kind, move_no, seq, entered) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (bucket, entity, id, part) DO UPDATE SET"
            " kind = excluded.kind, move_no = excluded.move_no, seq = excluded.seq",
            rows,
        )


def pulled_heads(connection: Connection, device: str) -> dict[str, int]:
    """How far each bucket was handed to the device."""
    return dict(
        dialect.run(connection, "SELECT bucket, seq FROM pulled_head WHERE device = ?", (device,)).fetchall()
    )


def note_own(connection: Connection, device: str, commits: Sequence[Commit]) -> None:
    """The device knows commits that hold nothing but its own push, if it knew all before them.

    One that was never handed the bucket counts from here as well: of what was before it knows nothing that it could
    have missed.
    """
    if commits:
        dialect.run(
            connection,
            "INSERT INTO pulled_head (device, bucket, seq) VALUES (?, ?, ?) ON CONFLICT (device, bucket)"
            " DO UPDATE SET seq = excluded.seq WHERE pulled_head.seq = ?",
            [(device, commit.bucket, commit.seq, commit.before) for commit in commits],
        )


def note_pulled(connection: Connection, device: str, bucket_id: str, seq: int) -> None:
    """The device was handed the bucket up to `seq`; what it once heard it can't unhear."""
    dialect.run(
        connection,
        "INSERT INTO pulled_head (device, bucket, seq) VALUES (?, ?, ?) ON CONFLICT (device, bucket)"
        " DO UPDATE SET seq = excluded.seq WHERE pulled_head.seq < excluded.seq",
        (device, bucket_id, seq),
    )


def owner_of(connection: Connection, bucket_id: str) -> str | None:
    """Whose book a bucket is; None for the company's own."""
    return connection.scalar(select(bucket.c.owner).where(bucket.c.id == bucket_id))


def add_waiting(connection: Connection, children: Iterable[tuple[RecordKey, RecordKey]]) -> None:
    """Note (home, child)ren whose home is missing or out of their author's sight."""
    rows = [(home.entity, home.id, *child) for home, child in children]
    if rows:
        dialect.run(
            connection,
            "INSERT INTO waiting (home_entity, home, entity, id, part) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            rows,
        )


def waiting_homes(connection: Connection, homes: Iterable[RecordKey]) -> set[RecordKey]:
    """Those of `homes` that some child waits for."""
    if dialect.value(connection, "SELECT 1 FROM waiting LIMIT 1") is None:
        return set()
    wanted = set(homes)
    found: set[RecordKey] = set()
    for ids in chunks({home.id for home in wanted}):
        marks = ",".join("?" * len(ids))
        rows = dialect.run(
            connection,
            f"SELECT DISTINCT home_entity, home FROM waiting WHERE home IN ({marks})",
            tuple(ids),
        )
        found |= {RecordKey(entity, home) for entity, home in rows}
    return found & wanted


def waiting_in(connection: Connection, homes: Iterable[str]) -> set[str]:
    """The buckets of all below those homes that some child waits for: where it is fetched from."""
    if dialect.value(connection, "SELECT 1 FROM waiting LIMIT 1") is None:
        return set()
    found: set[str] = set()
    for chunk in chunks(homes):
        where, bind = dialect.among(connection, "w.home", chunk)
        query = f"SELECT DISTINCT r.bucket FROM waiting w JOIN record r ON r.root = w.home WHERE {where}"
        found.update(row[0] for row in dialect.run(connection, query, bind))
    return found


def waiting_below(connection: Connection, roots: Iterable[str]) -> set[str]:
    """The buckets of all below those records under these roots, the roots among them, that some child waits for."""
    if dialect.value(connection, "SELECT 1 FROM waiting LIMIT 1") is None:
        return set()
    found: set[str] = set()
    for chunk in chunks(roots):
        where, bind = dialect.among(connection, "h.root", chunk)
        query = (
            "SELECT DISTINCT r.bucket FROM waiting w JOIN record h ON h.id = w.home AND h.entity = w.home_entity "
            f"JOIN record r ON r.root = w.home WHERE {where}"
        )
        found.update(row[0] for row in dialect.run(connection, query, bind))
    return found


def forget_waiting(connection: Connection, home: RecordKey, besides: Iterable[RecordKey]) -> None:
    """The children of a home have found it, besides these."""
    dialect.run(connection, "DELETE FROM waiting WHERE home_entity = ? AND home = ?", (home.entity, home.id))
    add_waiting(connection, [(home, child) for child in besides])


def has_left(connection: Connection, key: RecordKey, bucket_id: str) -> bool:
    """Whether a record was once in a bucket and went on from there."""
    where = "bucket = ? AND entity = ? AND id = ? AND part = ? AND kind = 'LEAVE'"
    return dialect.value(connection, f"SELECT 1 FROM movement WHERE {where}", (bucket_id, *key)) is not None
