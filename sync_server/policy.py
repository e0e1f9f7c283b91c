"""Who may read and write which bucket: pure decisions over the company's people and teams.

Knows no SQL and no HTTP. The table of readers is this function's answer, written down.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


class Role(enum.StrEnum):
    """What a person is in the company."""

    REP = "rep"
    MANAGER = "manager"
    DIRECTOR = "director"
    ADMINISTRATOR = "administrator"


class Kind(enum.StrEnum):
    """What a bucket is for."""

    BOOK = "book"
    CONFIG = "config"
    POOL = "pool"  # customers that anybody may claim
    POOL_DETAILS = "pool_details"  # all that hangs below them: it reaches the claimer after the claim


LEADERS: Final = frozenset((Role.MANAGER, Role.DIRECTOR))
CONFIGURERS: Final = frozenset((Role.MANAGER, Role.DIRECTOR, Role.ADMINISTRATOR))
AUDITORS: Final = frozenset(("administrator", "auditor"))
SERVER_ENTITIES: Final = frozenset(("user", "team", "book"))
"""Records that only the server writes: the account tables are their truth."""
SERVER_MADE: Final = frozenset(("late_work",))
"""Records that only the server makes; those who may write where they are say what became of them."""

TAGGING: Final = frozenset(("tag", "tag_group"))


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    parent: str | None
    shares_books: bool


@dataclass(frozen=True, slots=True)
class Member:
    user: str
    role: Role
    team: str | None
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Org:
    """The company's people and teams."""

    teams: Mapping[str, Team]
    members: Mapping[str, Member]

    def above(self, team: str | None) -> Iterator[str]:
        """The team and those it is part of, outwards. Ends even if teams were ever tied in a ring."""
        seen: set[str] = set()
        while team is not None and team in self.teams and team not in seen:
            seen.add(team)
            yield team
            team = self.teams[team].parent


def readers_of(owner: str, org: Org) -> dict[str, bool]:
    """Who reads `owner`'s book, and whether they may write in it: user -> may write.

    The owner; colleagues where the team shares its books; managers and directors of the team or of one it
    is part of. Directors only read.
    """
    found = org.members[owner]
    lines = set(org.above(found.team))
    shares = found.team is not None and org.teams[found.team].shares_books
    readers: dict[str, bool] = {}
    for member in org.members.values():
        if member.is_disabled:
            continue
        if member.user == owner or (shares and member.team == found.team):
            readers[member.user] = True
        elif member.role in LEADERS and member.team in lines:
            readers[member.user] = member.role is Role.MANAGER
    return readers


def readers(kind: Kind, owner: str | None, org: Org) -> dict[str, bool]:
    """Who reads a bucket, and whether they may write in it: user -> may write."""
    match kind:
        case Kind.BOOK:
            assert owner is not None, "a book has an owner"
            return readers_of(owner, org)
        case Kind.CONFIG:
            return config_readers(org)
        case Kind.POOL:
            return {m.user: m.role is Role.MANAGER for m in org.members.values() if not m.is_disabled}
        case Kind.POOL_DETAILS:
            leaders = (m for m in org.members.values() if m.role in LEADERS and not m.is_disabled)
            return {m.user: m.role is Role.MANAGER for m in leaders}


def config_readers(org: Org) -> dict[str, bool]:
    """Everybody reads the company's settings; those who lead or administer write them."""
    return {m.user: m.role in CONFIGURERS for m in org.members.values() if not m.is_disabled}


def may_write(entity: str, role: Role, can_write: bool | None, *, is_new: bool = False) -> bool:
    """Whether somebody of `role` may write a record of `entity` in a bucket.

    `can_write` is their right in that bucket; None where they do not even read it. A new tag is anybody's to
    make, in passing and offline; renaming or retiring one is for those who configure.
    """
    if is_new and entity in TAGGING and can_write is not None:
        return True
    if entity == "review" and role is not Role.MANAGER:
        return False
    return can_write is True and entity not in SERVER_ENTITIES


def may_move(role: Role, reads_old: bool | None, reads_new: bool | None) -> bool:
    """Whether somebody may hand a customer from one book to another, given their rights in both."""
    return role is Role.ADMINISTRATOR or (role is Role.MANAGER and reads_old is True and reads_new is True)


def may_release(role: Role, can_write: bool | None, *, is_owner: bool) -> bool:
    """Whether somebody may give a customer to the pool: its owner, a manager of the book, an administrator."""
    return is_owner or role is Role.ADMINISTRATOR or (role is Role.MANAGER and can_write is True)


def may_claim(role: Role, *, is_pool_read: bool) -> bool:
    """Whether somebody may take a customer out of the pool: whoever looks after customers of their own."""
    return is_pool_read and role in (Role.REP, Role.MANAGER)


def may_audit(role: Role) -> bool:
    """Whether somebody may read who did what in the whole company."""
    return role.value in AUDITORS


def may_lead(role: Role) -> bool:
    """Whether somebody may change who is in which team, what they are, and whose book is whose."""
    return role is Role.ADMINISTRATOR
