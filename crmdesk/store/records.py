"""Records and their history, by key and in bulk. Bytes in, bytes out; no projection, no rights, no merging."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from crmdesk.core.record import Edit, Record, RecordKey, decode, digest, encode
from crmdesk.core.registry import Registry
from crmdesk.core.values import encode as canonical
from crmdesk.store import dialect

_CHUNK: Final = 1000
_COLUMNS: Final = ("n", "entity", "id", "part", "root", "bucket", "move_no", "seq", "state", "digest")
_UPDATE: Final = (
    "UPDATE record SET root = ?, bucket = ?, move_no = ?, seq = ?, state = ?, digest = ? WHERE n = ?"
)
_SETTLE: Final = "UPDATE record SET seq = ?, digest = ? WHERE n = ? AND state = ? AND digest = ? AND coalesce(seq, 0) <> -1"
_ADD_UP: Final = (
    dialect.insert("checksum", ("bucket", "total"))
    + " ON CONFLICT (bucket) DO UPDATE SET total = checksum.total + excluded.total"
)
_EDIT_COLUMNS: Final = ("actor", "counter", "entity", "id", "part", "by", "at", "eff", "txn", "body")
_GAIN: Final = (
    " ON CONFLICT (actor, counter) DO UPDATE SET eff = coalesce(excluded.eff, edit.eff), body = CASE"
    " WHEN length(excluded.body) > length(edit.body) THEN excluded.body ELSE edit.body END"
    " WHERE length(excluded.body) > length(edit.body) OR (edit.eff IS NULL AND excluded.eff IS NOT NULL)"
)

_edit_decoder = msgspec.json.Decoder(Edit)

LEFT: Final = -1
"""The seq of a record that left this laptop while edits of it were unsent: hidden, kept until settled."""


class Stored(NamedTuple):
    """A record as it stands in the table. `n` is its row number; `digest` as in `Row`, 0 for none."""

    n: int
    key: RecordKey
    root: str
    seq: int | None
    record: Record
    digest: int = 0


class Row(NamedTuple):
    """A record to be written. `n` is None for a new one until `insert` gives it a number.

    `digest` is that of the bytes on which server and laptop agree; None leaves it as it is, and a new record
    without one: what was only typed here is nothing a server could agree on.
    """

    key: RecordKey
    root: str
    seq: int | None
    record: Record
    state: bytes
    n: int | None = None
    digest: int | None = None


class Sent(NamedTuple):
    """A record as it stood when it was sent: its row, its place, its bytes, and the digest agreed on before."""

    n: int
    key: RecordKey
    bucket: str
    move_no: int
    seq: int | None
    state: bytes
    digest: int


def row(key: RecordKey, root: str, seq: int | None, record: Record, n: int | None = None) -> Row:
    """A row whose bytes are made from the record."""
    return Row(key, root, seq, record, encode(record), n)


def agreed(one: Row) -> Row:
    """The row with the digest of its own bytes: what the server holds, and what a laptop took from it."""
    return one._replace(digest=digest(one.key, one.state))


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Lists of at most 1,000: what one statement binds."""
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def load(connection: Connection, keys: Iterable[RecordKey]) -> dict[RecordKey, Stored]:
    """The records that exist among `keys`."""
    wanted = set(keys)
    found: dict[RecordKey, Stored] = {}
    for ids in chunks({key.id for key in wanted}):
        where, bind = dialect.among(connection, "id", ids)
        result = dialect.run(
            connection,
            f"SELECT n, entity, id, part, root, seq, state, digest FROM record WHERE {where}",
            bind,
        )
        for n, entity, record_id, part, root, seq, state, agreed_on in result:
            key = RecordKey(entity, record_id, part)
            if key in wanted:
                found[key] = Stored(n, key, root, seq, decode(state), agreed_on)
    return found


def states(connection: Connection, keys: Iterable[RecordKey]) -> dict[RecordKey, bytes]:
    """The canonical bytes of the records that exist among `keys`."""
    wanted = set(keys)
    found: dict[RecordKey, bytes] = {}
    for ids in chunks({key.id for key in wanted}):
        where, bind = dialect.among(connection, "id", ids)
        result = dialect.run(connection, f"SELECT entity, id, part, state FROM record WHERE {where}", bind)
        for entity, record_id, part, state in result:
            found[RecordKey(entity, record_id, part)] = state
    return {key: state for key, state in found.items() if key in wanted}


def under_root(connection: Connection, root: str) -> list[Stored]:
    """A root record and all below it."""
    return _select(connection, "root = ?", (root,))


def under_roots(connection: Connection, roots: Iterable[str]) -> list[Stored]:
    """Some root records and all below them."""
    return [
        stored
        for chunk in chunks(roots)
        for stored in _select(connection, f"root IN ({','.join('?' * len(chunk))})", tuple(chunk))
    ]


def roots_in_use(connection: Connection, ids: Iterable[str]) -> list[str]:
    """Those of `ids` that some record hangs under."""
    found: list[str] = []
    for chunk in chunks(ids):
        where, bind = dialect.among(connection, "root", chunk)
        query = f"SELECT DISTINCT root FROM record WHERE {where}"
        found += [row[0] for row in dialect.run(connection, query, bind)]
    return found


def in_bucket(connection: Connection, bucket: str) -> list[Stored]:
    """Every record placed in a bucket."""
    return _select(connection, "bucket = ?", (bucket,))


def numbered(connection: Connection, numbers: Iterable[int]) -> list[Stored]:
    """Records by row number, in rising order."""
    found: list[Stored] = []
    for chunk in chunks(sorted(numbers)):
        found += _select(connection, f"n IN ({','.join('?' * len(chunk))})", tuple(chunk))
    return found


def every(connection: Connection, entity: str | None = None) -> Iterator[list[Stored]]:
    """All records that have not left, or those of one entity, in pages by row number."""
    last = 0
    where = "n > ? AND (seq IS NULL OR seq <> -1)" + (" AND entity = ?" if entity else "")
    while page := _select(connection, where, (last, entity) if entity else (last,), limit=2000):
        yield page
        last = page[-1].n


def _select(connection: Connection, where: str, bind: tuple[Any, ...], limit: int = 2**62) -> list[Stored]:
    result = dialect.run(
        connection,
        f"SELECT n, entity, id, part, root, seq, state, digest FROM record WHERE {where} ORDER BY n LIMIT {limit}",
        bind,
    )
    return [
        Stored(n, RecordKey(e, i, p), root, seq, decode(state), agreed_on)
        for n, e, i, p, root, seq, state, agreed_on in result
    ]


def insert(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Write new records; returns them with their row numbers."""
    return [row._replace(n=n) for n, row in zip(add(connection, rows), rows, strict=True)]


def add(connection: Connection, rows: Sequence[Row]) -> Sequence[int]:
    """Write new records in one statement; returns their row numbers."""
    if not rows:
        return ()
    numbers = dialect.numbers(connection, "record", len(rows))
    cells: list[tuple[Any, ...]] = []
    counted: dict[str, int] = {}
    for n, (key, root, seq, record, state, _, agreed_on) in zip(numbers, rows, strict=True):
        placement = record.placement
        bucket, digest = placement.bucket, agreed_on or 0
        cells.append((n, *key, root, bucket, placement.move_no, seq, state, digest))
        counted[bucket] = counted.get(bucket, 0) + digest
    dialect.insert_rows(connection, "record", _COLUMNS, cells)
    _add_up(connection, counted.items())
    return numbers


def update(
    connection: Connection, rows: Sequence[Row], before: Mapping[int, tuple[str, int]] | None = None
) -> None:
    """Rewrite records that exist; each row carries its number.

    `before` says where they were and with which digests, by row number, if that was read in this transaction and
    nobody else can have changed it since.
    """
    if not rows:
        return
    if before is None:
        before = _counted(connection, [r.n for r in rows if r.n is not None])
    digests = [0 if r.seq == LEFT else before[r.n or 0][1] if r.digest is None else r.digest for r in rows]
    dialect.run(
        connection,
        _UPDATE,
        [
            (r.root, r.record.placement.bucket, r.record.placement.move_no, r.seq, r.state, digest, r.n)
            for r, digest in zip(rows, digests, strict=True)
        ],
    )
    now = ((r.record.placement.bucket, digest) for r, digest in zip(rows, digests, strict=True))
    _add_up(connection, (*_negated(before), *now))


def settle(connection: Connection, settled: Sequence[tuple[Sent, int]]) -> set[RecordKey]:
    """Note that the server holds records just as they were sent, each since a commit.

    Returns those that are no longer what was sent; nothing of these is changed.
    """
    if not settled:
        return set()
    agreed_on = {sent.n: digest(sent.key, sent.state) for sent, _ in settled}
    done = dialect.run(
        connection,
        _SETTLE,
        [(seq, agreed_on[sent.n], sent.n, sent.state, sent.digest) for sent, seq in settled],
    )
    changed = set[RecordKey]()
    if done.rowcount != len(settled):
        now = _counted(connection, agreed_on)
        changed = {s.key for s, _ in settled if s.n not in now or now[s.n][1] != agreed_on[s.n]}
    _add_up(connection, ((s.bucket, agreed_on[s.n] - s.digest) for s, _ in settled if s.key not in changed))
    return changed


def remove(connection: Connection, numbers: Sequence[int]) -> None:
    """Delete records by row number."""
    if numbers:
        before = _counted(connection, numbers)
        dialect.run(connection, "DELETE FROM record WHERE n = ?", [(n,) for n in numbers])
        _add_up(connection, _negated(before))


def _counted(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[str, int]]:
    """What records count for in which bucket's checksum, by row number."""
    found: dict[int, tuple[str, int]] = {}
    for chunk in chunks(numbers):
        marks = ",".join("?" * len(chunk))
        query = f"SELECT n, bucket, digest FROM record WHERE n IN ({marks})"
        found.update(
            (n, (bucket, digest)) for n, bucket, digest in dialect.run(connection, query, tuple(chunk))
        )
    return found


def _negated(counted: Mapping[int, tuple[str, int]]) -> list[tuple[str, int]]:
    return [(bucket, -digest) for bucket, digest in counted.values()]


def _add_up(connection: Connection, changes: Iterable[tuple[str, int]]) -> None:
    """Bring the buckets' checksums up to date with digests that came (positive) and went (negative)."""
    totals: dict[str, int] = {}
    for bucket, change in changes:
        totals[bucket] = totals.get(bucket, 0) + change
    if changed := sorted((bucket, total) for bucket, total in totals.items() if total):
        dialect.run(connection, _ADD_UP, changed)


def checksums(connection: Connection) -> dict[str, int]:
    """Each bucket's checksum over what server and laptop agree on; a bucket that is not there has 0."""
    return dict(dialect.run(connection, "SELECT bucket, total FROM checksum").fetchall())


def groups(connection: Connection, bucket: str) -> list[tuple[str, int, int]]:
    """What is agreed on in a bucket by the last two digits of ids: (digits, sum of digests, how many)."""
    rows = dialect.run(
        connection,
        "SELECT substr(id, 31, 2), CAST(sum(digest) AS BIGINT), count(*) FROM record WHERE bucket = ? AND digest <> 0"
        " GROUP BY substr(id, 31, 2) ORDER BY substr(id, 31, 2)",
        (bucket,),
    )
    return [(group, int(total), count) for group, total, count in rows]


def digests(connection: Connection, bucket: str, wanted: Iterable[str]) -> dict[RecordKey, int]:
    """The digest of each record of a bucket that is agreed on, in some groups of ids."""
    found: dict[RecordKey, int] = {}
    for some in chunks(wanted):
        marks = ",".join("?" * len(some))
        rows = dialect.run(
            connection,
            "SELECT entity, id, part, digest FROM record WHERE bucket = ? AND digest <> 0"
            f" AND substr(id, 31, 2) IN ({marks})",
            (bucket, *some),
        )
        found.update((RecordKey(e, i, p), digest) for e, i, p, digest in rows)
    return found


def home_of(registry: Registry, key: RecordKey, record: Record) -> str | None:
    """The id of the record this one hangs under; its home reference is fixed by the earliest edit."""
    entity = registry.entities.get(key.entity)
    if entity is None or entity.home is None:
        return None
    if len(record.edits) == 1:
        home = record.edits[0].values.get(entity.home)
        return str(home) if home else None
    naming = [edit for edit in record.edits if edit.values.get(entity.home)]
    return str(min(naming, key=Edit.order).values[entity.home]) if naming else None


def root_of(
    connection: Connection, registry: Registry, key: RecordKey, record: Record, known: Mapping[str, str]
) -> tuple[str, bool]:
    """(id of the root a record hangs under, whether its home was found).

    `known` maps ids to roots for records of the same batch. Without its home a record is its own root until
    the home arrives.
    """
    home = home_of(registry, key, record)
    if home is None:
        return key.id, True  # a customer, or a task of nobody's
    if home in known:
        return known[home], True
    root = dialect.value(connection, "SELECT root FROM record WHERE id = ? LIMIT 1", (home,))
    return (root, True) if root else (home, False)


def roots_of(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The roots of those records among `ids` that are here."""
    found: dict[str, str] = {}
    for chunk in chunks(ids):
        marks = ",".join("?" * len(chunk))
        found.update(
            dialect.run(connection, f"SELECT id, root FROM record WHERE id IN ({marks})", tuple(chunk))
        )
    return found


def body(edit: Edit) -> bytes:
    """An edit's bytes in the history: whole, without the server's time, which has a column."""
    return canonical([edit.dot, edit.at, edit.by, None, edit.txn, edit.values])


def decode_edit(content: bytes, eff: int | None = None) -> Edit:
    """An edit from its history bytes, with its effective time."""
    edit = _edit_decoder.decode(content)
    return edit if eff is None else msgspec.structs.replace(edit, eff=eff)


def add_history(connection: Connection, entries: Sequence[tuple[RecordKey, Edit]]) -> None:
    """Append edits; one that is there already gains what it lacked (fields overwritten here, its time)."""
    if entries:
        add_bodies(connection, [(key, edit, edit.eff, body(edit)) for key, edit in entries])


def add_bodies(
    connection: Connection,
    entries: Sequence[tuple[RecordKey, Edit, int | None, bytes]],
    *,
    are_new: bool = False,
) -> None:
    """Append edits as `add_history` does, each with its effective time and its canonical bytes at hand.

    `are_new`: none of them is there already.
    """
    if entries:
        rows = [(*e.dot, *key, e.by, e.at, eff, e.txn.id, content) for key, e, eff, content in entries]
        dialect.insert_rows(connection, "edit", _EDIT_COLUMNS, rows, "" if are_new else _GAIN)


def holds_any(connection: Connection, actor: str, first: int, last: int) -> bool:
    """Whether the history has an edit of an actor with a counter from `first` to `last`."""
    query = "SELECT 1 FROM edit WHERE actor = ? AND counter BETWEEN ? AND ? LIMIT 1"
    return dialect.value(connection, query, (actor, first, last)) is not None


def set_eff(connection: Connection, actor: str, eff: Mapping[int, int]) -> None:
    """Note the effective times that the server gave an actor's edits, by counter."""
    if eff:
        dialect.run(
            connection,
            "UPDATE edit SET eff = ? WHERE actor = ? AND counter = ?",
            [(at, actor, counter) for counter, at in eff.items()],
        )


def remove_history(connection: Connection, keys: Sequence[RecordKey]) -> None:
    """Forget every edit of these records."""
    if keys:
        dialect.run(connection, "DELETE FROM edit WHERE entity = ? AND id = ? AND part = ?", list(keys))


def history(connection: Connection, record_id: str) -> list[tuple[RecordKey, Edit]]:
    """Every edit of a record that this replica holds, earliest first by effective time."""
    return _edits(connection, "id = ?", (record_id,))


def past_of(
    connection: Connection, record_ids: Sequence[str], *, but_of: str
) -> list[tuple[RecordKey, Edit]]:
    """Every edit of some records (no more than `chunks` gives) that the history holds, but one actor's."""
    where, bind = dialect.among(connection, "id", record_ids)
    return _edits(connection, f"{where} AND actor <> ?", (*bind, but_of))


def transaction(connection: Connection, txn: str) -> list[tuple[RecordKey, Edit]]:
    """The edits of one transaction, in the order made."""
    return _edits(connection, "txn = ?", (txn,))


def by_counter(
    connection: Connection, actor: str, counters: Iterable[int]
) -> dict[int, tuple[RecordKey, Edit]]:
    """An actor's edits by counter."""
    found: dict[int, tuple[RecordKey, Edit]] = {}
    for chunk in chunks(counters):
        where, bind = dialect.among(connection, "counter", chunk)
        for key, edit in _edits(connection, f"actor = ? AND {where}", (actor, *bind)):
            found[edit.dot.counter] = (key, edit)
    return found


def _edits(connection: Connection, where: str, bind: tuple[Any, ...]) -> list[tuple[RecordKey, Edit]]:
    result = dialect.run(
        connection,
        f"SELECT entity, id, part, eff, body FROM edit WHERE {where} ORDER BY coalesce(eff, at), actor, counter",
        bind,
    )
    return [(RecordKey(e, i, p), decode_edit(content, eff)) for e, i, p, eff, content in result]
