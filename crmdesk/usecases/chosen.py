"""Several customers at once: what of them a command will take, and what it would refuse, before it is asked for.

The server decides; it refuses a command whole for one customer that it may not touch, so only those are sent that it will take.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from crmdesk.store.reading import Reader
from crmdesk.usecases import sharing
from crmdesk.usecases.directory import Directory, Person
from crmdesk.usecases.sharing import Share

Deed: TypeAlias = Literal["share", "hand_over", "release"]
Why: TypeAlias = Literal["not_yours", "pool", "theirs"]
MOST: Final = 1000
"""Customers that one command takes."""
_BOUND: Final = 500


@dataclass(frozen=True, slots=True)
class Foretold:
    """Ids of the customers that will be taken, (name, why) of those that would be refused.

    `before` are the shares with the same colleague, whose terms a new share replaces.
    """

    able: tuple[str, ...]
    refused: tuple[tuple[str, Why], ...] = ()
    before: tuple[Share, ...] = ()


def offered(names: Directory) -> tuple[Deed, ...]:
    """What this person may do with customers at all."""
    match names.me.role:
        case "manager" | "administrator":
            return ("share", "hand_over", "release")
        case "rep":
            return ("share", "release")
        case _:
            return ()


def foretell(
    reader: Reader, names: Directory, deed: Deed, customers: Sequence[str], to_user: str, now_ms: int
) -> Foretold:
    """What will come of it; `to_user` is who gets to see them or takes them over, blank where that is nobody."""
    able: list[str] = []
    refused: list[tuple[str, Why]] = []
    answering: dict[str, bool] = {}
    places = _places(reader, customers)
    for customer in customers:
        if customer not in places:
            continue  # it left this laptop meanwhile
        name, bucket = places[customer]
        owner = names.owners.get(bucket)
        if bucket not in answering:
            answering[bucket] = _answers(reader, names, owner)
        why = _why_not(names, deed, bucket, owner, to_user, answers=answering[bucket])
        if why is None:
            able.append(customer)
        else:
            refused.append((name, why))
    before = _before(reader, set(able), to_user, now_ms) if deed == "share" and to_user else ()
    return Foretold(tuple(able), tuple(refused), before)


def may_take_over(reader: Reader, names: Directory) -> list[Person]:
    """To whom this person may hand customers over."""
    people = (p for p in names.people.values() if not p.has_left and p.role in ("rep", "manager"))
    return [person for person in people if _answers(reader, names, person)]


def _why_not(
    names: Directory, deed: Deed, bucket: str, owner: Person | None, to_user: str, *, answers: bool
) -> Why | None:
    in_pool = bucket == names.pool or owner is None
    if in_pool and (deed != "hand_over" or names.me.role not in sharing.LEADERS):
        return "pool"
    if not in_pool and not answers:
        return "not_yours"
    return "theirs" if owner is not None and owner.id == to_user else None


def _answers(reader: Reader, names: Directory, owner: Person | None) -> bool:
    """Whether this person answers for somebody's customers."""
    me = names.me
    if owner is None or me.role in ("auditor", "director"):
        return False
    if owner.id == me.id or me.role == "administrator":
        return True
    return me.role == "manager" and sharing.reads_by_team(reader, names, owner.team)


def _places(reader: Reader, customers: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Name and bucket of customers by their ids."""
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(customers), _BOUND):
        some = customers[start : start + _BOUND]
        marks = ",".join("?" * len(some))
        rows = reader.all(
            f"SELECT id, coalesce(f_name, f_name_en, ''), bucket FROM p_customer WHERE id IN ({marks})", some
        )
        found.update((row[0], (row[1], row[2])) for row in rows)
    return found


def _before(reader: Reader, customers: Collection[str], user: str, now_ms: int) -> tuple[Share, ...]:
    lasting = sharing.shares(reader, now_ms)
    return tuple(one for one in lasting if one.user == user and one.customer in customers)
