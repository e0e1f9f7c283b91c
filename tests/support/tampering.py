"""What a rogue administrator of the database can do to the audit, around everything that the server forbids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from crmdesk.core.roots import PURPOSE, Root, Signed, content_of, digest_of, line_of
from crmdesk.store import dialect
from sync_server import audit, auditing
from sync_server.auditing import Problem
from sync_server.signing import signer_of
from sync_server.storage import audits, roots
from sync_server.storage.audits import Entry
from tests.support.server import RunningServer

TABLES = ("audit", "audit_root", "audit_root_head")


@contextmanager
def unguarded(server: RunningServer) -> Iterator[Connection]:
    """A transaction in which no trigger keeps the audit's rows."""
    with server.database.write() as connection:
        if dialect.is_shared(connection):
            dialect.run(connection, "SET LOCAL session_replication_role = replica")
            yield connection
            return
        kept = dialect.run(
            connection,
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'",
        ).fetchall()
        for name, _ in kept:
            dialect.run(connection, f"DROP TRIGGER {name}")
        yield connection
        for _, sql in kept:
            dialect.run(connection, sql)


def tamper(server: RunningServer, statement: str, bind: Sequence[object] = ()) -> None:
    with unguarded(server) as connection:
        assert dialect.run(connection, statement, tuple(bind)).rowcount > 0, statement


def rewrite(server: RunningServer, chain: str, change: Callable[[list[Entry]], list[Entry]]) -> None:
    """Write a chain anew, every number and seal as it must be."""
    with unguarded(server) as connection:
        old = [entry for entry in audits.after(connection, "", 0, 100_000) if entry.chain == chain]
        dialect.run(connection, "DELETE FROM audit WHERE chain = ?", (chain,))
        before = audit.FIRST
        for number, entry in enumerate(change(old), 1):
            new = entry._replace(number=number)
            new = new._replace(seal=audit.seal(before, new))
            audits.add(connection, new)
            before = new.seal


def sign_anew(server: RunningServer) -> None:
    """Forget all roots, and make one over what there is now, with the company's own key."""
    with unguarded(server) as connection:
        dialect.run(connection, "DELETE FROM audit_root")
        dialect.run(connection, "DELETE FROM audit_root_head")
        heads = roots.heads(connection)
        now = server.clock().ms
        root = Root(
            at=now, chains=len(heads), epoch=1, heads=digest_of(map(line_of, heads)), number=1, previous="",
            rows=sum(head.number for head in heads),
        )  # fmt: skip
        content = content_of(root)
        signature = signer_of(server.settings).sign(PURPOSE, content.encode()).hex()
        roots.add(connection, root, Signed(content, signature), heads)


def problems(server: RunningServer, limit: int = auditing.PAGE) -> list[Problem]:
    """What a verification finds, in parts of so many rows."""
    found = []
    place: auditing.Place | None = auditing.START
    with server.database.read() as connection:
        while place is not None:
            step = auditing.verify_some(connection, place, limit)
            found += step.problems
            place = step.next
        return found + auditing.verify_roots(connection, signer_of(server.settings).public)
