"""What was tried how often. In the database, so that a restart forgets nothing and all processes count together."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.store import dialect
from sync_server.clock import Moment
from sync_server.limits import Try, spend

_BEGIN = "INSERT INTO attempt (subject, full_at) VALUES (?, 0) ON CONFLICT (subject) DO NOTHING"
_SET = "UPDATE attempt SET full_at = ? WHERE subject = ?"


def count(connection: Connection, tries: Sequence[Try], now: Moment) -> None:
    """Spend one try of each. Raises `too_many_tries` with the seconds to wait; then the caller's transaction spends none."""
    for one in sorted(tries):  # in one order, or two requests would wait for each other
        dialect.run(connection, _BEGIN, (one.subject,))
        found = f"SELECT full_at FROM attempt WHERE subject = ?{dialect.locking(connection)}"
        full_at, wait_ms = spend(dialect.value(connection, found, (one.subject,)), now.ms, one.limit)
        if wait_ms:
            raise CrmError("too_many_tries", retry_after=-(-wait_ms // 1000))
        dialect.run(connection, _SET, (full_at, one.subject))


def forget(connection: Connection, now: Moment) -> None:
    """Remove what no longer counts; what somebody is counting at this moment stays."""
    free = " FOR UPDATE SKIP LOCKED" if dialect.is_shared(connection) else ""
    stale = f"SELECT subject FROM attempt WHERE full_at < ?{free}"
    dialect.run(connection, f"DELETE FROM attempt WHERE subject IN ({stale})", (now.ms,))


def give_back(connection: Connection, tries: Sequence[Try]) -> None:
    """What was tried was right: it does not count."""
    for one in sorted(tries):
        dialect.run(
            connection,
            "UPDATE attempt SET full_at = full_at - ? WHERE subject = ?",
            (one.limit.interval_ms, one.subject),
        )
