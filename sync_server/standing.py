"""What somebody answers for: counted before their books are handed over."""

from __future__ import annotations

from sqlalchemy import Connection

from crmdesk.core.answers import Laptop, Standing
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.parts import buckets_of
from crmdesk.core.record import decode
from crmdesk.core.resolve import Life, read_record
from crmdesk.store import dialect
from sync_server import policy
from sync_server.orders import Asker
from sync_server.sight import Sight
from sync_server.storage import devices, people, sharing


def standing(connection: Connection, who: Asker, user: str) -> Standing:
    """What `user` answers for. For administrators, and for managers who write in all those books.

    Raises `not_found`, also for a person who is not the asker's to ask about.
    """
    account = people.find_account(connection, user)
    books = people.books(connection, account.user)
    places = [
        place
        for book in books
        for whole in (book, *sharing.sets_of(connection, book))
        for place in buckets_of(whole)
    ]
    sight = Sight(connection, who)
    # Somebody whose books were all handed over is nobody's but the administrators' to ask about.
    is_theirs = bool(books) and all(sight.may_move(b, b) for b in books)
    if not policy.may_lead(who.role) and not is_theirs:
        raise CrmError("not_found")
    return Standing(
        account.user,
        sum(count(connection, place, "customer") for place in places),
        sum(count(connection, place, None) for place in places),
        sum(_open_tasks(connection, place) for place in places),
        tuple(
            Laptop(found.name, found.state.value, found.pulled_at)
            for found in devices.devices(connection, account.user)
        ),
    )


def count(connection: Connection, book: str, entity: str | None) -> int:
    """How many records are in a bucket, or how many of an entity."""
    where, bind = ("bucket = ?", (book,)) if entity is None else ("bucket = ? AND entity = ?", (book, entity))
    return int(dialect.value(connection, f"SELECT count(*) FROM record WHERE {where}", bind))


def _open_tasks(connection: Connection, book: str) -> int:
    rows = dialect.run(
        connection, "SELECT state FROM record WHERE bucket = ? AND entity = 'task'", (book,)
    ).fetchall()
    views = (read_record(decode(bytes(state)), "task", REGISTRY) for (state,) in rows)
    return sum(view.life is not Life.DELETED and not view.values.get("done") for view in views)
