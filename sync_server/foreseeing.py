"""What an order about a person will bring about, told beforehand; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from sqlalchemy import Connection

from crmdesk.core.answers import Foresight, SightChange
from sync_server import accounts, commands, drills, standing
from sync_server.clock import Moment
from sync_server.drills import State
from sync_server.orders import Asker, UserOrder
from sync_server.policy import Kind, Right
from sync_server.storage import people, sharing

READ, WRITE = "read", "write"


def foresee(connection: Connection, who: Asker, order: UserOrder, now: Moment) -> Foresight:
    """What the order will bring about. Raises what carrying it out raises: `forbidden`, `not_found`."""
    commands.check_may_rearrange(connection, who, order)
    change = accounts.plan(connection, order, now)
    before = accounts.state(connection, now)
    then = drills.after(before, change)
    reads, will_read = before.readers(), then.readers()
    books = before.books(change.user)
    found = standing.standing(connection, who, change.user)
    names = {account.user: account.name for account in people.accounts(connection)}
    lent = [one for one in sharing.delegations(connection, change.user) if one.ends > now.ms]
    heirs = before.books(change.heir) if change.heir else []
    return Foresight(
        change.user,
        names[change.user],
        found.customers,
        found.records,
        found.open_tasks,
        sharing.count_in(connection, books),
        len(sharing.shares_with(connection, change.user)),
        len(lent),
        change.heir,
        sum(standing.count(connection, place, "customer") for place in heirs),
        change.post.has_left,
        change.fresh is not None,
        _sights(names, _readers_of(reads, books), _readers_of(will_read, books)),
        _sights(names, _seen_by(change.user, reads, before), _seen_by(change.user, will_read, before)),
        found.laptops,
    )


Readers: TypeAlias = Mapping[str, Mapping[str, Right]]


def _readers_of(readers: Readers, books: Iterable[str]) -> dict[str, str]:
    """Who reads one of these books, and how at best."""
    found: dict[str, str] = {}
    for book in books:
        for user, right in readers[book].items():
            found[user] = _better(found.get(user), right)
    return found


def _seen_by(user: str, readers: Readers, state: State) -> dict[str, str]:
    """Whose books somebody reads, by whom they belong to in `state`."""
    found: dict[str, str] = {}
    for name, domain in state.domains.items():
        right = readers[name].get(user)
        if domain.kind is Kind.BOOK and domain.owner is not None and right is not None:
            found[domain.owner] = _better(found.get(domain.owner), right)
    return found


def _better(known: str | None, right: Right) -> str:
    return WRITE if right.can_write or known == WRITE else READ


def _sights(
    names: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[SightChange, ...]:
    found = {*before, *after}
    return tuple(
        SightChange(user, names[user], before.get(user), after.get(user))
        for user in sorted(found, key=names.__getitem__)
    )
