"""Who may read and write which bucket: pure decisions over the company's people and teams.

Knows no SQL and no HTTP. The table of readers is this module's answer, written down: every path that reads asks it
which buckets somebody reads, every path that writes whether this right covers that write.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from crmdesk.core.parts import PARTS
from crmdesk.core.record import MAIN
from crmdesk.core.roles import CONFIGURERS, SERVER_ENTITIES, TAGGING, Mandate, Role


class Kind(enum.StrEnum):
    """What a bucket is for."""

    BOOK = "book"
    SET = "set"  # customers of a book that are shared with the same colleagues
    CONFIG = "config"
    POOL = "pool"  # customers that anybody may claim
    POOL_DETAILS = "pool_details"  # all that hangs below them: it reaches the claimer after the claim


ONLY_READ: Final = frozenset((Role.DIRECTOR, Role.AUDITOR))
"""They never write what belongs to somebody else; an auditor writes nothing at all."""
SERVER_MADE: Final = frozenset(("late_work",))
"""Records that only the server makes; those who may write where they are say what became of them."""


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    parent: str | None
    shares_books: bool


@dataclass(frozen=True, slots=True)
class Member:
    user: str
    mandate: Mandate
    team: str | None
    is_disabled: bool = False

    @property
    def role(self) -> Role:
        return self.mandate.role


@dataclass(frozen=True, slots=True)
class Guest:
    """A colleague with whom customers are shared."""

    user: str
    can_write: bool


@dataclass(frozen=True, slots=True)
class Absence:
    """While it lasts, `deputy` reads and writes what `user` may, as if they were `user`."""

    user: str
    deputy: str


@dataclass(frozen=True, slots=True)
class Org:
    """The company's people and teams, and who represents whom at this moment."""

    teams: Mapping[str, Team]
    members: Mapping[str, Member]
    absences: tuple[Absence, ...] = ()

    def above(self, team: str | None) -> Iterator[str]:
        """The team and those it is part of, outwards. Ends even if teams were ever tied in a ring."""
        seen: set[str] = set()
        while team is not None and team in self.teams and team not in seen:
            seen.add(team)
            yield team
            team = self.teams[team].parent

    def present(self) -> Iterator[Member]:
        """Everybody who was not shut out."""
        return (member for member in self.members.values() if not member.is_disabled)


@dataclass(frozen=True, slots=True)
class Right:
    """What somebody may do in a bucket that they read: write, and as what. Several mandates add up."""

    can_write: bool
    mandates: frozenset[Mandate] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Domain:
    """What a bucket is: its kind, who answers for it, with whom it is shared, and which part of a book it holds."""

    kind: Kind
    owner: str | None = None
    guests: tuple[Guest, ...] = ()
    part: str = MAIN


def readers(domain: Domain, org: Org) -> dict[str, Right]:
    """Who reads a bucket, and whether they may write in it."""
    hidden = PARTS if domain.kind is Kind.POOL_DETAILS else (domain.part,)
    own: dict[str, Right] = {}
    for user, can_write in _own_readers(domain, org).items():
        mandate = org.members[user].mandate
        right = _without(hidden, Right(can_write and mandate.role is not Role.AUDITOR, frozenset((mandate,))))
        if right is not None:
            own[user] = right
    return own if domain.kind is Kind.CONFIG else _with_deputies(own, org)


def by_themselves(domain: Domain, org: Org) -> dict[str, Right]:
    """Who reads a bucket by role and team alone, neither as a guest nor as a deputy.

    By this it is decided who may give customers away, share them or say who stands in: nobody hands on what was lent.
    """
    return readers(replace(domain, guests=()), replace(org, absences=()))


def _without(hidden: Collection[str], right: Right) -> Right | None:
    """A right less the mandates that hide a part; None if none is left."""
    kept = frozenset(one for one in right.mandates if one.hidden.isdisjoint(hidden))
    return Right(right.can_write, kept) if kept else None


def _own_readers(domain: Domain, org: Org) -> dict[str, bool]:
    """Who reads a bucket by what they are themselves: user -> may write."""
    match domain.kind:
        case Kind.BOOK | Kind.SET:
            assert domain.owner is not None, "a book has an owner"
            return _with_guests(_readers_of(domain.owner, org), domain.guests, org)
        case Kind.CONFIG:
            return {m.user: m.role in CONFIGURERS for m in org.present()}
        case Kind.POOL:
            return {m.user: m.role is Role.MANAGER for m in org.present()}
        case Kind.POOL_DETAILS:
            leaders = (m for m in org.present() if m.role in (Role.MANAGER, *ONLY_READ))
            return {m.user: m.role is Role.MANAGER for m in leaders}


def _readers_of(owner: str, org: Org) -> dict[str, bool]:
    """Who reads `owner`'s book: user -> may write.

    The owner; colleagues where the team shares its books; managers, directors and auditors of the team or of one
    it is part of; auditors without a team. Directors and auditors only read.
    """
    found = org.members[owner]
    lines = set(org.above(found.team))
    shares = found.team is not None and org.teams[found.team].shares_books
    readers: dict[str, bool] = {}
    for member in org.present():
        if member.user == owner:
            readers[member.user] = True
        elif shares and member.team == found.team:
            readers[member.user] = member.role not in ONLY_READ
        elif member.role is Role.AUDITOR and member.team is None:
            readers[member.user] = False
        elif member.role in (Role.MANAGER, *ONLY_READ) and member.team in lines:
            readers[member.user] = member.role is Role.MANAGER
    return readers


def _with_guests(readers: dict[str, bool], guests: Iterable[Guest], org: Org) -> dict[str, bool]:
    for guest in guests:
        member = org.members[guest.user]
        if not member.is_disabled:
            readers[guest.user] = readers.get(guest.user, False) or guest.can_write
    return readers


def _with_deputies(own: dict[str, Right], org: Org) -> dict[str, Right]:
    """Deputies read what those they represent read by themselves; nobody represents at second hand."""
    found = dict(own)
    for absence in org.absences:
        lent, deputy = own.get(absence.user), org.members[absence.deputy]
        if lent is not None and not deputy.is_disabled:
            lent = lent if deputy.role is not Role.AUDITOR else Right(False, lent.mandates)
            found[absence.deputy] = _together(found.get(absence.deputy), lent)
    return found


def _together(one: Right | None, other: Right) -> Right:
    """Two rights of one person. A mandate that only reads lends nothing to one that writes."""
    if one is None or (other.can_write and not one.can_write):
        return other
    if one.can_write and not other.can_write:
        return one
    return Right(one.can_write, one.mandates | other.mandates)


def may_write(entity: str, right: Right | None, *, part: str = MAIN, is_new: bool = False) -> bool:
    """Whether a right in a bucket, or none, covers writing a record of `entity`, kept in `part`, there.

    A new tag is anybody's to make, in passing and offline, but an auditor's; renaming or retiring one is for those
    who configure. Only managers review.
    """
    right = None if right is None else _without((part,), right)
    if right is None or entity in SERVER_ENTITIES:
        return False
    if is_new and entity in TAGGING:
        return any(one.role is not Role.AUDITOR for one in right.mandates)
    return right.can_write and (entity != "review" or any(one.role is Role.MANAGER for one in right.mandates))


def withheld(entity: str, right: Right, fields: Collection[str]) -> str | None:
    """The field of an edit that every mandate of a right withholds; None if one of them may write it all."""
    found = None
    for one in right.mandates:
        if entity == "review" and one.role is not Role.MANAGER:
            continue
        found = one.withholds(entity, fields)
        if found is None:
            return None
    return found


def may_move(role: Role, old: Right | None, new: Right | None) -> bool:
    """Whether somebody may hand a customer from one book to another, given what they may in both by themselves."""
    return role is Role.ADMINISTRATOR or (role is Role.MANAGER and _writes(old) and _writes(new))


def _writes(right: Right | None) -> bool:
    return right is not None and right.can_write


def answers_for(role: Role, right: Right | None, *, is_owner: bool) -> bool:
    """Whether somebody may give a customer to the pool, or share it: its owner, a manager of the book, an administrator.

    `right` is what they may by themselves.
    """
    if role is Role.ADMINISTRATOR:
        return True
    return _writes(right) and (is_owner or role is Role.MANAGER)


def may_claim(role: Role, *, is_pool_read: bool) -> bool:
    """Whether somebody may take a customer out of the pool: whoever looks after customers of their own."""
    return is_pool_read and role in (Role.REP, Role.MANAGER)


def may_lead(role: Role) -> bool:
    """Whether somebody may change who is in which team, what they are, and whose book is whose."""
    return role is Role.ADMINISTRATOR


def may_see_as(role: Role) -> bool:
    """Whether somebody may look at the company with another person's eyes, reading only."""
    return role is Role.ADMINISTRATOR


def may_audit(role: Role) -> bool:
    """Whether somebody may read the audit."""
    return role in (Role.ADMINISTRATOR, Role.AUDITOR)
