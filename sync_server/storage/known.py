"""By what customers are found again, wherever they are: hashed keys of the company's customers, read behind a watermark.

Nothing that decides who may what reads it. It may be behind and may name what has changed or gone since: whoever
finds a customer here looks at the record itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from crmdesk.core.record import decode
from crmdesk.core.registry import Registry
from crmdesk.core.resolve import read_record
from crmdesk.core.values import Value
from crmdesk.store import dialect
from crmdesk.store.records import chunks

Keys = Callable[[Mapping[str, Value]], Iterable[int]]
"""The keys of a customer with these values, numbers of 64 bits with a sign."""
_A_KEY: Final = 20
_END: Final = "g"
"""Comes after every id."""
_MARK: Final = dialect.upsert("known_until", ("bucket", "seq", "id"), ("bucket",))
_ADD: Final = dialect.insert("known", ("key", "customer")) + " ON CONFLICT (key, customer) DO NOTHING"
_BEHIND: Final = (
    "SELECT b.id, b.seq, coalesce(k.seq, 0), coalesce(k.id, '') FROM bucket b LEFT JOIN known_until k ON k.bucket = b.id "
    f"WHERE b.part = 'main' AND (b.seq > coalesce(k.seq, 0) OR k.id <> '{_END}') ORDER BY b.id"
)
_NEXT: Final = (
    "SELECT id, seq, state FROM record WHERE bucket = ? AND (seq > ? OR (seq = ? AND id > ?)) AND seq <= ? "
    "AND entity = 'customer' AND part = 'main' ORDER BY seq, id LIMIT ?"
)


def catch_up(connection: Connection, registry: Registry, keys_of: Keys, limit: int) -> int:
    """Read up to `limit` customers that were written since; returns how many those were."""
    left = limit
    for bucket, head, seq, last in dialect.run(connection, _BEHIND).fetchall():
        if left <= 0:
            break
        rows = dialect.run(connection, _NEXT, (bucket, seq, seq, last, head, left)).fetchall()
        left -= len(rows)
        found = {one: keys_of(read_record(decode(s), "customer", registry).values) for one, _, s in rows}
        forget(connection, found)
        dialect.run(connection, _ADD, sorted({(key, one) for one, keys in found.items() for key in keys}))
        until = (head, _END) if left > 0 else (rows[-1][1], rows[-1][0])
        dialect.run(connection, _MARK, (bucket, *until))
    return limit - left


def forget(connection: Connection, customers: Iterable[str]) -> None:
    """Take the keys of customers away."""
    for some in chunks(customers):
        where, bind = dialect.among(connection, "customer", some)
        dialect.run(connection, f"DELETE FROM known WHERE {where}", bind)


def having(connection: Connection, keys: Sequence[int]) -> list[str]:
    """Customers that had one of these keys when they were read; of those who share one, so many."""
    found: dict[str, None] = {}
    for key in keys:
        query = f"SELECT customer FROM known WHERE key = ? ORDER BY customer LIMIT {_A_KEY}"
        found.update(dict.fromkeys(one for (one,) in dialect.run(connection, query, (key,))))
    return list(found)
