"""What needs an authority rather than a merge: who owns which customer, which book, and who is what.

A command is named by its asker: repeated, it gets the answer it got, or goes on where it was cut. Each stays in
the table of commands: who asked for what, and what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from crmdesk.core.answers import Moved, Result
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.store.database import Database
from crmdesk.store.records import Stored
from sync_server import accounts, audit, moving, policy, sharing
from sync_server.audit import Word
from sync_server.clock import Moment
from sync_server.delegating import change_rights
from sync_server.moving import CHUNK
from sync_server.orders import (
    Asker,
    ChangeBookOwner,
    ChangeOwner,
    Claim,
    CustomerOrder,
    Order,
    Release,
    Share,
    StaffOrder,
    UserOrder,
)
from sync_server.sight import Sight
from sync_server.staffing import change_staff
from sync_server.storage import actors, buckets, people
from sync_server.storage.actors import Command

MAX_CUSTOMERS: Final = 1000
_TOLD: Final = 20
DONE: Final = "done"
REFUSED: Final = "refused"
_OWN_ROLES: Final = frozenset(role.value for role in Role)


def console(connection: Connection) -> Asker:
    """The administrator at the server itself."""
    return Asker(people.load_company(connection).server_id, Role.ADMINISTRATOR, audit.CONSOLE)


def carry_out(database: Database, who: Asker, order: Order, now: Callable[[], Moment]) -> bytes:
    """Carry a command out, once, and return the answer's bytes.

    Customers move in transactions of some hundred records each, so that nobody waits long for a bucket; a
    command that was cut goes on with the customers that are left. Raises `not_found` or `forbidden`, and then
    nothing was changed. What the asker may not see and what does not exist give the same answer.
    """
    while True:
        with database.write() as connection:
            step = _step(connection, who, order, now())
        if step.is_done:
            if isinstance(order, UserOrder):
                sharing.settle_due(database, now())
            return step.answer


def _step(connection: Connection, who: Asker, order: Order, now: Moment) -> Command:
    wanted = msgspec.json.encode(order)
    people.lock_company(connection)  # one command at a time: the same one twice is carried out once
    step = actors.find_command(connection, order.id)
    if step is not None and (step.user, step.asked) != (who.user, wanted):
        raise CrmError("not_found")
    if step is not None and step.is_done:
        return step
    before = msgspec.json.decode(step.answer, type=Moved) if step else Moved()
    stood = _standing(connection, order)
    if isinstance(order, CustomerOrder):
        answer = _move_some(connection, who, order, before if step else None, now)
        is_done = len(answer.results) == len(order.customers)
    else:
        made = None
        if isinstance(order, UserOrder):
            _rearrange(connection, who, order, now)
        elif isinstance(order, StaffOrder):
            made = change_staff(connection, who, order, now)
        else:
            made = change_rights(connection, who, order, now)
        answer, is_done = Moved(made=made), True
    told = _told(order, answer.results[len(before.results) :])
    if answer.made is not None:
        told["made"] = answer.made
    if stood is not None:
        told |= {"before": stood, "after": _standing(connection, order)}
    audit.act(connection, _kind(order), (who.user, who.device), told, now)
    done = Command(order.id, who.user, wanted, msgspec.json.encode(answer), now.ms, is_done)
    actors.save_command(connection, done)
    return done


def note_refused(connection: Connection, who: Asker, order: Order, error: CrmError, now: Moment) -> None:
    """Write down that somebody ordered what they may not, or what can't be done. What they typed is not told."""
    named = {name: _few(value) for name, value in msgspec.structs.asdict(order).items() if name != "id"}
    audit.note_refusal(connection, (who.user, who.device), _kind(order), error.code, named, now)


def _few(value: object) -> object:
    """An order's argument as it is told where nothing came of it: of a long list the beginning."""
    if isinstance(value, str) and value in _OWN_ROLES:
        return Word(value)
    return value[:_TOLD] if isinstance(value, tuple) else value


def _kind(order: Order) -> str:
    return str(type(order).__struct_config__.tag)


def _told(order: Order, results: Sequence[Result]) -> dict[str, Any]:
    """What the audit keeps of an order that was carried out, or of the step that was."""
    named = {name: value for name, value in msgspec.structs.asdict(order).items() if name != "id"}
    for name in ("role", "copy_of"):
        if named.get(name) in _OWN_ROLES:
            named[name] = Word(named[name])
    for name in {"withheld", "hidden"} & named.keys():
        named[name] = named[name] and [Word(less) for less in named[name]]
    if not results:
        return named
    named["customers"] = [
        [one.customer, Word(one.outcome), one.code and Word(one.code), one.holder, one.moved]
        for one in results
    ]
    return named


def _standing(connection: Connection, order: Order) -> dict[str, Any] | None:
    """What the person is that an order is about, if it is about one who exists."""
    user = getattr(order, "user", None)
    known = people.accounts(connection) if user else ()
    account = next((a for a in known if user in (a.user, a.name)), None)
    if account is None:
        return None
    facts = {
        "role": account.role,
        "custom_role": account.custom_role,
        "team": account.team,
        "book": account.book,
        "left": account.is_disabled,
    }
    return {**facts, "books": people.books(connection, account.user)}


# -- customers ------------------------------------------------------------------------------------------


def _move_some(
    connection: Connection, who: Asker, order: CustomerOrder, before: Moved | None, now: Moment
) -> Moved:
    """Move the next customers of an order, some hundred records; refuse it whole before the first moves."""
    if before is None:
        _check_all(connection, who, order, now)
    results = list(before.results) if before else []
    moved = 0
    some = order.customers[len(results) :][:CHUNK]
    if isinstance(order, Share):
        held = sharing.hold(connection, some)
    else:
        held = moving.hold(connection, people.load_company(connection), _reach(connection, who, order, some))
    sight = Sight(connection, who)
    for customer in some:
        results.append(_one(connection, who, sight, order, customer, now, held))
        moved += results[-1].moved
        if moved >= CHUNK:
            break
    if isinstance(order, Share):
        sharing.note_rights(connection, now)
    else:
        sharing.dismiss_guests(connection, now)
    return Moved(sum(result.moved for result in results), tuple(results))


def _check_all(connection: Connection, who: Asker, order: CustomerOrder, now: Moment) -> None:
    """Raise for a customer that can't be moved so, before any is; a claim is told per customer who was faster."""
    if not 0 < len(set(order.customers)) == len(order.customers) <= MAX_CUSTOMERS:
        raise CrmError("malformed_body")
    sight = Sight(connection, who)
    for customer in order.customers:
        found = sight.seen(customer)
        try:
            _destination(connection, who, sight, order, found, now.ms)
        except CrmError as error:
            if not (isinstance(order, Claim) and error.code == "taken"):
                raise


def _reach(connection: Connection, who: Asker, order: CustomerOrder, customers: Sequence[str]) -> set[str]:
    """The buckets that moving these customers writes to: where they are, where they go, where children wait."""
    keys = [RecordKey("customer", customer) for customer in customers]
    stand = buckets.roots(connection, keys)
    found = {place for _, place in stand.values()}
    found |= moving.waiting_below(connection, stand)
    if isinstance(order, Release):
        return found | {people.load_company(connection).pool}
    user = order.to_user if isinstance(order, ChangeOwner) else who.user
    return found | {a.book for a in people.accounts(connection) if user in (a.user, a.name)}


def _one(
    connection: Connection,
    who: Asker,
    sight: Sight,
    order: CustomerOrder,
    customer: str,
    now: Moment,
    held: set[str] | None,
) -> Result:
    try:
        found = sight.seen(customer)
        bucket = _destination(connection, who, sight, order, found, now.ms)
    except CrmError as error:
        return Result(customer, REFUSED, error.code, _text(error.about.get("user")))
    if isinstance(order, Share):
        wish = sharing.Wish(people.find_account(connection, order.user).user, order.can_write, order.until)
        made, moved = sharing.share(connection, found, wish, who.user, now, held)
        return Result(customer, DONE, None, buckets.owner_of(connection, bucket), moved, made)
    moved = moving.move(connection, found, bucket, now, held)
    if bucket != found.record.placement.bucket:  # who claims what is theirs already shares it as before
        sharing.end_all(connection, customer, now)
    return Result(customer, DONE, None, buckets.owner_of(connection, bucket), moved)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def decide(
    connection: Connection,
    who: Asker,
    values: Mapping[str, Any],
    now: Moment,
    held: set[str] | None,
) -> Result:
    """Carry out what a `request` record asks for. `held` as in `moving`."""
    order = _wish(values)
    if order is None:
        return Result(str(values.get("customer")), REFUSED, "invalid_value")
    return _one(connection, who, Sight(connection, who), order, order.customers[0], now, held)


def reach_of_wish(connection: Connection, who: Asker, values: Mapping[str, Any]) -> set[str]:
    """The buckets that `decide` may write to."""
    order = _wish(values)
    return set() if order is None else _reach(connection, who, order, order.customers)


def _wish(values: Mapping[str, Any]) -> CustomerOrder | None:
    customer, to_user = str(values.get("customer")), str(values.get("to_user"))
    match values.get("kind"):
        case "claim":
            return Claim("", (customer,))
        case "release":
            return Release("", (customer,))
        case "hand_over":
            return ChangeOwner("", (customer,), to_user)
        case _:
            return None


def _destination(
    connection: Connection, who: Asker, sight: Sight, order: CustomerOrder, customer: Stored, now_ms: int
) -> str:
    """The bucket an order moves a customer to. Raises `forbidden`, `not_found`, `taken`, `shared_with_owner` or `bad_period`."""
    company = people.load_company(connection)
    place = customer.record.placement.bucket
    match order:
        case Share():
            sight.check_visible(place)
            sight.check_may_share(place)
            sharing.check_people(connection, [order.user])
            sharing.check_no_owner(connection, place, order.user)
            if order.until is not None and order.until <= now_ms:
                raise CrmError("bad_period")
            return place
        case ChangeOwner():
            sight.check_visible(place)
            book = _book_of(connection, order.to_user)
            if not sight.may_move(place, book):
                raise CrmError("forbidden")
            return book
        case Release():
            sight.check_visible(place)
            if place != company.pool and not sight.answers_for(place):
                raise CrmError("forbidden")
            return company.pool
        case Claim():
            if not policy.may_claim(who.role, is_pool_read=sight.reads(company.pool)):
                raise CrmError("forbidden")
            if place != company.pool:
                holder = buckets.owner_of(connection, place)
                if holder == who.user:
                    return place
                name = people.find_account(connection, holder).name if holder else ""
                raise CrmError("taken", name=name, user=holder)
            return _book_of(connection, who.user)


def _book_of(connection: Connection, user: str) -> str:
    account = people.find_account(connection, user)
    if account.is_disabled:
        raise CrmError("not_found", looked_for=user, what="colleague")
    return account.book


# -- people -----------------------------------------------------------------------------------------------


def _rearrange(connection: Connection, who: Asker, order: UserOrder, now: Moment) -> None:
    """Change who is what; what is shared with whoever owns it then is over. Raises `forbidden` or `not_found`."""
    check_may_rearrange(connection, who, order)
    accounts.rearrange(connection, accounts.plan(connection, order, now), now)
    sharing.cut_short_their_own(connection, now)


def check_may_rearrange(connection: Connection, who: Asker, order: UserOrder) -> None:
    """Administrators; a manager may hand one book of the team to another. Nobody does it to themselves."""
    if policy.may_lead(who.role):
        if order.user == who.user:
            raise CrmError("forbidden")
        return
    if not isinstance(order, ChangeBookOwner) or order.leaving:
        raise CrmError("forbidden")
    sight = Sight(connection, who)
    ends = [people.find_account(connection, user) for user in (order.user, order.to_user)]
    may = [sight.may_move(book, ends[1].book) for book in people.books(connection, ends[0].user)]
    if not may or not all(may):
        raise CrmError("forbidden")
