"""Signed roots of the audit and the heads they bind; added and read, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection

from crmdesk.core.roots import ChainHead, Root, Signed
from crmdesk.store import dialect

_ADD = dialect.insert("audit_root", ("number", "at", "content", "digest", "signature"))
# From chain to chain along the key: a company's rows are many, its chains are few.
_HEADS: Final = """
WITH RECURSIVE c(chain) AS (
  SELECT min(chain) FROM audit
  UNION ALL SELECT (SELECT min(a.chain) FROM audit a WHERE a.chain > c.chain) FROM c WHERE c.chain IS NOT NULL
), top(chain, number) AS (
  SELECT c.chain, (SELECT max(a.number) FROM audit a WHERE a.chain = c.chain) FROM c WHERE c.chain IS NOT NULL
)
SELECT a.chain, a.number, a.seal FROM top JOIN audit a ON a.chain = top.chain AND a.number = top.number
ORDER BY a.chain
"""
_PAGE: Final = 1000


def heads(connection: Connection) -> list[ChainHead]:
    """How far each chain has come, by its name."""
    return [ChainHead(chain, number, bytes(seal)) for chain, number, seal in dialect.run(connection, _HEADS)]


def latest(connection: Connection) -> Signed | None:
    """The newest root."""
    row = dialect.run(
        connection, "SELECT content, signature FROM audit_root ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return None if row is None else Signed(*row)


def after(connection: Connection, number: int, limit: int) -> list[Signed]:
    """The roots that follow, the earliest first."""
    rows = dialect.run(
        connection,
        "SELECT content, signature FROM audit_root WHERE number > ? ORDER BY number LIMIT ?",
        (number, limit),
    )
    return [Signed(*row) for row in rows]


def every(connection: Connection) -> Iterator[Signed]:
    """All roots, the earliest first."""
    number = 0
    while found := after(connection, number, _PAGE):
        yield from found
        number += len(found)


def holds(connection: Connection, digest: str) -> bool:
    """Whether a root of this digest is here."""
    query = "SELECT count(*) FROM audit_root WHERE digest = ?"
    return bool(dialect.value(connection, query, (digest,)))


def add(connection: Connection, root: Root, signed: Signed, bound: Sequence[ChainHead]) -> None:
    """Keep a root with the heads that no root before it bound."""
    row = (root.number, root.at, signed.content, signed.digest, signed.signature)
    dialect.run(connection, _ADD, row)
    rows = [(head.chain, head.number, root.number, head.seal) for head in bound]
    dialect.insert_rows(
        connection, "audit_root_head", ("chain", "number", "root", "seal"), rows, " ON CONFLICT DO NOTHING"
    )


def bound_between(
    connection: Connection, first: tuple[str, int], last: tuple[str, int] | None
) -> dict[tuple[str, int], bytes]:
    """The rows that roots bind, after `first` and up to `last`, in the order of chains: (chain, number) -> seal."""
    where, bind = "(chain, number) > (?, ?)", [*first]
    if last is not None:
        where, bind = f"{where} AND (chain, number) <= (?, ?)", [*first, *last]
    query = f"SELECT chain, number, seal FROM audit_root_head WHERE {where} ORDER BY chain, number"
    return {
        (chain, number): bytes(seal) for chain, number, seal in dialect.run(connection, query, tuple(bind))
    }


def bound(connection: Connection) -> Iterator[tuple[int, ChainHead]]:
    """(root, head) for each head in the order of the roots that first bound it."""
    place = (0, "")
    query = (
        "SELECT root, chain, number, seal FROM audit_root_head WHERE (root, chain) > (?, ?)"
        " ORDER BY root, chain LIMIT ?"
    )
    while rows := dialect.run(connection, query, (*place, _PAGE)).fetchall():
        for root, chain, number, seal in rows:
            yield root, ChainHead(chain, number, bytes(seal))
        place = (rows[-1][0], rows[-1][1])
