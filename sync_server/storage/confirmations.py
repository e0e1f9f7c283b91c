"""Who confirmed which list of what they may, and the shared customers that such lists name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from crmdesk.store import dialect

_PUT = dialect.upsert("confirmation", ('"user"', "digest", "at", "device"), ('"user"',))


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The list that somebody confirmed last, by its digest: when (UTC milliseconds) and on which device."""

    user: str
    digest: str
    at: int
    device: str


@dataclass(frozen=True, slots=True)
class SharedCustomer:
    """A share that lasts, and who answers for the customer."""

    customer: str
    user: str
    can_write: bool
    until: int | None
    owner: str | None


def find(connection: Connection, user: str) -> Confirmation | None:
    """What somebody confirmed last."""
    return everybody(connection, user).get(user)


def everybody(connection: Connection, user: str | None = None) -> dict[str, Confirmation]:
    """What everybody confirmed last, or one person, by person."""
    where, bind = ("", ()) if user is None else (' WHERE "user" = ?', (user,))
    rows = dialect.run(connection, f'SELECT "user", digest, at, device FROM confirmation{where}', bind)
    return {row[0]: Confirmation(*row) for row in rows}


def save(connection: Connection, new: Confirmation) -> None:
    dialect.run(connection, _PUT, (new.user, new.digest, new.at, new.device))


def shared_customers(connection: Connection) -> Iterator[SharedCustomer]:
    """Every share that lasts, oldest first."""
    rows = dialect.run(
        connection,
        'SELECT s.customer, s."user", s.can_write, s.until, b.owner FROM share s'
        " LEFT JOIN record r ON r.entity = 'customer' AND r.id = s.customer"
        " LEFT JOIN bucket b ON b.id = r.bucket WHERE s.ended_at IS NULL ORDER BY s.id",
    )
    return (SharedCustomer(c, user, bool(w), until, owner) for c, user, w, until, owner in rows)
