"""What may be asked of an authority: one shape an order, named by whoever asks so that a repeat is harmless."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import msgspec

from crmdesk.core.roles import Role


class Asker(NamedTuple):
    """Who asks, and from which device: a person of the company, or its administrator at the server's own console."""

    user: str
    role: Role
    device: str = ""


class ChangeOwner(msgspec.Struct, frozen=True, tag="change_owner"):
    """Hand customers and all below them to the book of `to_user`. `id` makes a repeat harmless."""

    id: str
    customers: tuple[str, ...]
    to_user: str


class Release(msgspec.Struct, frozen=True, tag="release"):
    """Give customers to the pool, where anybody may claim them."""

    id: str
    customers: tuple[str, ...]


class Claim(msgspec.Struct, frozen=True, tag="claim"):
    """Take customers out of the pool into the asker's own book."""

    id: str
    customers: tuple[str, ...]


class Share(msgspec.Struct, frozen=True, tag="share"):
    """Let a colleague see customers and all below them until a time (UTC milliseconds), or until it is ended."""

    id: str
    customers: tuple[str, ...]
    user: str
    can_write: bool
    until: int | None = None


class EndShare(msgspec.Struct, frozen=True, tag="end_share"):
    """The colleague sees the customer no longer."""

    id: str
    share: str


class ChangeBookOwner(msgspec.Struct, frozen=True, tag="change_book_owner"):
    """Hand all books of somebody to another person; no record moves. `leaving`: they leave the company."""

    id: str
    user: str
    to_user: str
    leaving: bool


class ChangeTeam(msgspec.Struct, frozen=True, tag="change_team"):
    """Somebody joins another team, or none, with their books."""

    id: str
    user: str
    team: str | None


class ChangeRole(msgspec.Struct, frozen=True, tag="change_role"):
    """Somebody is promoted, or does other work: a role that comes with the product, or one of the company's own."""

    id: str
    user: str
    role: str


class Transfer(msgspec.Struct, frozen=True, tag="transfer"):
    """Somebody gets other work in one step: another role, another team, and their books go to a colleague or with them.

    `to_user`: who takes the books over; None: they keep them.
    """

    id: str
    user: str
    role: str
    team: str | None
    to_user: str | None


class Delegate(msgspec.Struct, frozen=True, tag="delegate"):
    """While `user` is away, from `starts` to `ends` (UTC milliseconds), `to_user` reads and writes what they may."""

    id: str
    user: str
    to_user: str
    starts: int
    ends: int


class EndDelegation(msgspec.Struct, frozen=True, tag="end_delegation"):
    """Nobody stands in any longer."""

    id: str
    delegation: str


class DefineRole(msgspec.Struct, frozen=True, tag="define_role"):
    """A new role, as a copy of another, or with `role` one that is changed.

    It withholds fields from writing and hides parts from reading; `hidden` None: as before, or as what it is a copy of.
    """

    id: str
    role: str | None
    name: str
    copy_of: str
    withheld: tuple[str, ...]
    hidden: tuple[str, ...] | None = None


class AddUser(msgspec.Struct, frozen=True, tag="add_user"):
    """Somebody joins the company, with a book of their own. `team`: none if they work in no team."""

    id: str
    name: str
    role: str
    team: str | None


class AddTeam(msgspec.Struct, frozen=True, tag="add_team"):
    """A new team, part of `parent` or of none. `shares_books`: its people see each other's customers."""

    id: str
    name: str
    parent: str | None
    shares_books: bool


class EditTeam(msgspec.Struct, frozen=True, tag="edit_team"):
    """A team as it is from now on: its name, the team it is part of, whether its people share their books."""

    id: str
    team: str
    name: str
    parent: str | None
    shares_books: bool


class DisableUser(msgspec.Struct, frozen=True, tag="disable_user"):
    """Somebody may no longer sign in; their laptops hand in what is unsent."""

    id: str
    user: str


CustomerOrder: TypeAlias = ChangeOwner | Release | Claim | Share
UserOrder: TypeAlias = ChangeBookOwner | ChangeTeam | ChangeRole | Transfer | DisableUser
RightsOrder: TypeAlias = EndShare | Delegate | EndDelegation | DefineRole
StaffOrder: TypeAlias = AddUser | AddTeam | EditTeam
Order: TypeAlias = CustomerOrder | UserOrder | RightsOrder | StaffOrder
