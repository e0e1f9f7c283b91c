"""Shares of customers, the sets they are kept in, and who stands in for whom while they are away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, or_, select, update

from crmdesk.core.errors import CrmError
from crmdesk.store import dialect
from crmdesk.store.records import chunks
from sync_server.policy import Guest
from sync_server.tables import bucket, delegation, guest, share


@dataclass(frozen=True, slots=True)
class Share:
    """A customer that a colleague sees, until a time (UTC milliseconds) or until somebody ends it."""

    id: str
    customer: str
    user: str
    can_write: bool
    until: int | None
    by: str
    at: int
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class Delegation:
    """From `starts` to `ends` (UTC milliseconds) `deputy` does what `user` may do."""

    id: str
    user: str
    deputy: str
    starts: int
    ends: int
    by: str
    at: int
    ended_at: int | None = None


def add_share(connection: Connection, new: Share) -> None:
    connection.execute(
        insert(share).values(
            id=new.id,
            customer=new.customer,
            user=new.user,
            can_write=new.can_write,
            until=new.until,
            by=new.by,
            at=new.at,
        )
    )


def find_share(connection: Connection, share_id: str) -> Share:
    """A share, ended or not. Raises `not_found`."""
    row = connection.execute(select(share).where(share.c.id == share_id)).one_or_none()
    if row is None:
        raise CrmError("not_found", looked_for=share_id, what="share")
    return _share(row)


def shares_of(connection: Connection, customer: str) -> list[Share]:
    """The shares of a customer that last, oldest first."""
    return _shares(connection, share.c.customer == customer)


def shares_with(connection: Connection, user: str) -> list[Share]:
    """What is shared with somebody and lasts, oldest first."""
    return _shares(connection, share.c.user == user)


def count_in(connection: Connection, places: Iterable[str]) -> int:
    """How many shares last of customers that are in these buckets."""
    where, bind = dialect.among(connection, "r.bucket", list(places))
    query = (
        "SELECT count(*) FROM share s JOIN record r ON r.entity = 'customer' AND r.id = s.customer"
        f" WHERE s.ended_at IS NULL AND {where}"
    )
    return int(dialect.value(connection, query, tuple(bind)))


def lasting(connection: Connection, limit: int | None = None) -> list[Share]:
    """Every share that lasts, oldest first; or the latest so many of them."""
    wanted = select(share).where(share.c.ended_at.is_(None)).order_by(share.c.id.desc()).limit(limit)
    return [_share(row) for row in connection.execute(wanted)][::-1]


def count_lasting(connection: Connection) -> int:
    """How many shares last."""
    return int(dialect.value(connection, "SELECT count(*) FROM share WHERE ended_at IS NULL"))


def owners(connection: Connection, customers: Iterable[str]) -> dict[str, str]:
    """Whose customers these are."""
    found: dict[str, str] = {}
    for some in chunks(list(customers)):
        where, bind = dialect.among(connection, "r.id", some)
        query = (
            "SELECT r.id, b.owner FROM record r JOIN bucket b ON b.id = r.bucket"
            f" WHERE r.entity = 'customer' AND b.owner IS NOT NULL AND {where}"
        )
        found.update((customer, owner) for customer, owner in dialect.run(connection, query, bind).fetchall())
    return found


def with_their_owners(connection: Connection) -> list[Share]:
    """The shares that last of customers whose owner the guest has become, oldest first."""
    query = (
        "SELECT s.id FROM share s JOIN record r ON r.entity = 'customer' AND r.id = s.customer"
        ' JOIN bucket b ON b.id = r.bucket WHERE s.ended_at IS NULL AND b.owner = s."user" ORDER BY s.id'
    )
    return [find_share(connection, found) for (found,) in dialect.run(connection, query).fetchall()]


def cut_short(connection: Connection, share_id: str, until: int) -> None:
    """A share is over at this moment, and is to be ended."""
    connection.execute(update(share).where(share.c.id == share_id).values(until=until))


def run_out(connection: Connection, now_ms: int) -> list[Share]:
    """The shares whose time is over and that nobody ended yet."""
    return _shares(connection, share.c.until <= now_ms)


def _shares(connection: Connection, where: object) -> list[Share]:
    wanted = select(share).where(where, share.c.ended_at.is_(None)).order_by(share.c.id)  # type: ignore[arg-type]
    return [_share(row) for row in connection.execute(wanted)]


def _share(row: Row[tuple[object, ...]]) -> Share:
    return Share(row.id, row.customer, row.user, bool(row.can_write), row.until, row.by, row.at, row.ended_at)


def end_share(connection: Connection, share_id: str, at: int) -> None:
    connection.execute(update(share).where(share.c.id == share_id).values(ended_at=at))


def book_of(connection: Connection, bucket_id: str) -> str:
    """The book that a bucket is, or whose shared customers it holds."""
    return connection.scalar(select(bucket.c.book).where(bucket.c.id == bucket_id)) or bucket_id


def sets_of(connection: Connection, book: str) -> list[str]:
    """The sets that hold customers of a book."""
    return sorted(
        connection.scalars(select(bucket.c.id).where(bucket.c.book == book, bucket.c.whole.is_(None)))
    )


def guests_of(connection: Connection, bucket_id: str) -> frozenset[Guest]:
    """With whom a bucket's customers are shared."""
    rows = connection.execute(select(guest.c.user, guest.c.can_write).where(guest.c.bucket == bucket_id))
    return frozenset(Guest(row.user, bool(row.can_write)) for row in rows)


def find_set(connection: Connection, book: str, guests: frozenset[Guest]) -> str | None:
    """The set of a book that is shared with just these colleagues."""
    return next(
        (found for found in sets_of(connection, book) if guests_of(connection, found) == guests), None
    )


def add_guests(connection: Connection, bucket_id: str, guests: Iterable[Guest]) -> None:
    for one in guests:
        connection.execute(insert(guest).values(bucket=bucket_id, user=one.user, can_write=one.can_write))


def dismiss_guests(connection: Connection) -> int:
    """Remove the guests of every set that holds no customer; returns how many."""
    gone = dialect.run(
        connection,
        "DELETE FROM guest WHERE NOT EXISTS"
        " (SELECT 1 FROM record r WHERE r.bucket = guest.bucket AND r.entity = 'customer')",
    )
    return int(gone.rowcount)


def add_delegation(connection: Connection, new: Delegation) -> None:
    connection.execute(
        insert(delegation).values(
            id=new.id,
            user=new.user,
            deputy=new.deputy,
            starts=new.starts,
            ends=new.ends,
            by=new.by,
            at=new.at,
        )
    )


def find_delegation(connection: Connection, delegation_id: str) -> Delegation:
    """A delegation, ended or not. Raises `not_found`."""
    row = connection.execute(select(delegation).where(delegation.c.id == delegation_id)).one_or_none()
    if row is None:
        raise CrmError("not_found", looked_for=delegation_id, what="delegation")
    return _delegation(row)


def delegations(connection: Connection, user: str | None = None) -> list[Delegation]:
    """The delegations that nobody ended, of everybody or those that somebody gave or got; oldest first."""
    wanted = select(delegation).where(delegation.c.ended_at.is_(None)).order_by(delegation.c.id)
    if user is not None:
        wanted = wanted.where(or_(delegation.c.user == user, delegation.c.deputy == user))
    return [_delegation(row) for row in connection.execute(wanted)]


def _delegation(row: Row[tuple[object, ...]]) -> Delegation:
    return Delegation(row.id, row.user, row.deputy, row.starts, row.ends, row.by, row.at, row.ended_at)


def end_delegation(connection: Connection, delegation_id: str, at: int) -> None:
    connection.execute(update(delegation).where(delegation.c.id == delegation_id).values(ended_at=at))


def note_due(connection: Connection, now_ms: int) -> None:
    """Write down when a share or a delegation next begins or ends."""
    moments = dialect.value(
        connection,
        "SELECT min(t) FROM (SELECT min(until) AS t FROM share WHERE ended_at IS NULL"
        " UNION ALL SELECT min(starts) FROM delegation WHERE ended_at IS NULL AND starts > ?"
        " UNION ALL SELECT min(ends) FROM delegation WHERE ended_at IS NULL) AS due",
        (now_ms,),
    )
    dialect.run(connection, "UPDATE company SET due = ?", (moments,))
