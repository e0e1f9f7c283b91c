"""Seeing what is a colleague's for a time: customers that are shared, and people who stand in for others.

Shared customers live in a set: a bucket of their book that exactly its readers and the guests read. So whoever may
read a bucket reads every record in it whole, and the end of a share is a move like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store import records
from crmdesk.store.database import Database
from crmdesk.store.records import Stored
from sync_server import accounts, audit, moving
from sync_server.authoring import Place, new_id, write_record
from sync_server.clock import Moment
from sync_server.policy import Guest, Kind
from sync_server.storage import buckets, people, sharing
from sync_server.storage.sharing import Delegation, Share

ENDED_AT_ONCE: Final = 200
"""Shares whose time is over: so many are looked at in one transaction."""


class Wish(NamedTuple):
    """To share with `user`, to write or only to read, until a time (UTC milliseconds) or without end."""

    user: str
    can_write: bool
    until: int | None


class Target(NamedTuple):
    """Where a customer belongs as it is shared."""

    bucket: str
    book: str
    guests: frozenset[Guest]


def hold(connection: Connection, customers: Iterable[str]) -> set[str] | None:
    """Lock every bucket that sharing these customers, or sharing them no longer, may bring them from and to."""
    customers = set(customers)
    keys = [RecordKey("customer", customer) for customer in customers]
    stand = buckets.roots(connection, keys)
    places = {place for _, place in stand.values()}
    books = {sharing.book_of(connection, place) for place in places}
    sets = {one for book in books for one in sharing.sets_of(connection, book)}
    waiting = moving.waiting_below(connection, stand)
    return moving.hold(connection, people.load_company(connection), {*places, *books, *sets, *waiting})


def share(
    connection: Connection, customer: Stored, wish: Wish, by: str, now: Moment, held: set[str] | None
) -> tuple[str, int]:
    """Let a colleague see a customer and all below it; one share a colleague: a new one takes the place of the old.

    Returns the share's id and how many records moved. The company is locked, `held` is what `hold` locked; `note_rights` is to follow.
    """
    new = Share(new_id(now), customer.key.id, wish.user, wish.can_write, wish.until, by, now.ms)
    before = sharing.shares_of(connection, customer.key.id)
    target = _target(connection, customer, [new, *(one for one in before if one.user != new.user)], now)
    for old in before:
        if old.user == new.user:
            _end(connection, old, now)
    sharing.add_share(connection, new)
    moved = _settle(connection, customer, target, now, held)
    said: dict[str, Value] = {
        "customer": new.customer,
        "user": new.user,
        "can_write": new.can_write,
        "by": by,
    }
    if new.until is not None:
        said["until"] = new.until
    _write(connection, new, said, now)
    return new.id, moved


def end(connection: Connection, old: Share, now: Moment, held: set[str] | None) -> int:
    """The colleague sees the customer no longer. Returns how many records moved.

    The company is locked, `held` is what `hold` locked; `note_rights` is to follow.
    """
    customer = customer_of(connection, old.customer)
    if customer is None:
        sharing.end_share(connection, old.id, now.ms)
        return 0
    lasting = [one for one in sharing.shares_of(connection, old.customer) if one.id != old.id]
    target = _target(connection, customer, lasting, now)
    _end(connection, old, now)
    return _settle(connection, customer, target, now, held)


def end_all(connection: Connection, customer: str, now: Moment) -> None:
    """A customer that went to somebody else is shared no longer. Where it is now is locked."""
    for old in sharing.shares_of(connection, customer):
        _end(connection, old, now)


def cut_short_their_own(connection: Connection, now: Moment) -> None:
    """What is shared with somebody who answers for it by now is over, on record; `settle_due` ends it. The company is locked."""
    over = sharing.with_their_owners(connection)
    who = (people.load_company(connection).server_id, "")
    for one in over:
        sharing.cut_short(connection, one.id, now.ms)
        told = {"share": one.id, "customer": one.customer, "user": one.user}
        audit.act(connection, "end_share", who, told, now)
    if over:
        sharing.note_due(connection, now.ms)


def check_no_owner(connection: Connection, place: str, user: str) -> None:
    """Raise `shared_with_owner` where the customers of a bucket are this person's own."""
    guest = people.find_account(connection, user)
    if buckets.owner_of(connection, place) == guest.user:
        raise CrmError("shared_with_owner", name=guest.name)


def customer_of(connection: Connection, customer: str) -> Stored | None:
    """The stored customer."""
    key = RecordKey("customer", customer)
    return records.load(connection, [key]).get(key)


def _end(connection: Connection, old: Share, now: Moment) -> None:
    sharing.end_share(connection, old.id, now.ms)
    _write(connection, old, {"ended": True}, now)


def _write(connection: Connection, about: Share, said: dict[str, Value], now: Moment) -> None:
    """What a share is, as a record below its customer."""
    found = customer_of(connection, about.customer)
    assert found is not None, "what is shared is here"
    company = people.load_company(connection)
    place = moving.below(company, found.record.placement.bucket)
    write_record(connection, company, RecordKey("share", about.id), said, now, Place(place, about.customer))


def _target(connection: Connection, customer: Stored, lasting: Iterable[Share], now: Moment) -> Target:
    """Where a customer with these shares belongs: in its book, or in a set of it that is there or that is to be made."""
    place = customer.record.placement.bucket
    book = sharing.book_of(connection, place)
    guests = frozenset(Guest(one.user, one.can_write) for one in lasting)
    bucket = book if not guests else sharing.find_set(connection, book, guests) or now.hex(16)
    return Target(bucket, book, guests)


def _settle(
    connection: Connection, customer: Stored, target: Target, now: Moment, held: set[str] | None
) -> int:
    """Bring a customer and all below it to where it belongs; returns how many records moved."""
    if target.bucket == customer.record.placement.bucket:
        return 0
    owner = buckets.owner_of(connection, target.book)
    is_there = buckets.owner_of(connection, target.bucket) is not None
    if not is_there and owner is not None:
        accounts.add_bucket(connection, target.bucket, Kind.SET, owner, now, book=target.book)
        sharing.add_guests(connection, target.bucket, target.guests)
        accounts.rewrite_readers(connection, now)  # who may write there decides what joins it
    if held is not None and not is_there:  # nobody else knows one just made
        held |= {target.bucket, *moving.all_below(people.load_company(connection), target.bucket)}
    return moving.move(connection, customer, target.bucket, now, held)


def dismiss_guests(connection: Connection, now: Moment) -> None:
    """Nobody is the guest of a set whose last customer is gone. The company is locked."""
    if sharing.dismiss_guests(connection):
        accounts.rewrite_readers(connection, now)


def note_rights(connection: Connection, now: Moment, *, is_over: bool = False) -> None:
    """Who reads what as of now, and when that next changes by itself. `is_over` as in `accounts.rewrite_readers`."""
    sharing.dismiss_guests(connection)
    accounts.rewrite_readers(connection, now, is_over=is_over)
    sharing.note_due(connection, now.ms)


def delegate(connection: Connection, new: Delegation, now: Moment) -> None:
    """Somebody stands in for another for a time. The company is locked. Raises `bad_period`."""
    if not now.ms < new.ends or new.starts >= new.ends:
        raise CrmError("bad_period")
    sharing.add_delegation(connection, new)
    said: dict[str, Value] = {
        "user": new.user, "deputy": new.deputy, "starts": new.starts, "ends": new.ends, "by": new.by,
    }  # fmt: skip
    _publish(connection, new, said, now)
    note_rights(connection, now)


def end_delegation(connection: Connection, old: Delegation, now: Moment, *, is_over: bool = False) -> None:
    """Nobody stands in any longer. The company is locked. `is_over` as in `accounts.rewrite_readers`."""
    sharing.end_delegation(connection, old.id, now.ms)
    _publish(connection, old, {"ended": True}, now)
    note_rights(connection, now, is_over=is_over)


def _publish(connection: Connection, about: Delegation, said: dict[str, Value], now: Moment) -> None:
    """What a delegation is, as a record in the book of whoever is away: those who read it know who is there."""
    company = people.load_company(connection)
    place = Place(people.find_account(connection, about.user).book, about.id)
    write_record(connection, company, RecordKey("delegation", about.id), said, now, place)


def settle_due(database: Database, now: Moment) -> None:
    """Carry out what is over or begins: the ends of shares some hundred records at a time, so that nobody waits long."""
    with database.read() as connection:
        if not is_due(connection, now):
            return
    while True:
        with database.write() as connection:
            people.lock_company(connection)
            if not is_due(connection, now):
                return
            over = sharing.run_out(connection, now.ms)
            if over:
                _end_some(connection, over[:ENDED_AT_ONCE], now)
            else:
                for done in sharing.delegations(connection):
                    if done.ends <= now.ms:
                        end_delegation(connection, done, now, is_over=True)
                note_rights(connection, now, is_over=True)


def _end_some(connection: Connection, over: Sequence[Share], now: Moment) -> None:
    held = hold(connection, (one.customer for one in over))
    moved = 0
    for one in over:
        moved += end(connection, one, now, held)
        if moved >= moving.CHUNK:
            break
    note_rights(connection, now, is_over=True)


def is_due(connection: Connection, now: Moment) -> bool:
    """Whether a share or a delegation has begun or ended that the readers do not know of yet."""
    due = people.load_company(connection).due
    return due is not None and due <= now.ms


def check_people(connection: Connection, users: Collection[str]) -> None:
    """Raise `not_found` for somebody who is shut out, or does not exist."""
    for user in users:
        found = people.find_account(connection, user)
        if found.is_disabled:
            raise CrmError("not_found", looked_for=found.name, what="colleague")
