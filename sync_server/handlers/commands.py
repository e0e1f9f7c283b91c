"""Routes for what only an authority decides."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from crmdesk.core.errors import CrmError
from sync_server import commands
from sync_server.commands import MAX_CUSTOMERS
from sync_server.handlers.bodies import StrictRoute, answer
from sync_server.handlers.callers import Administrator, Confirmed, Person, check_confirmed
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    problems,
    speaks_protocol,
)
from sync_server.orders import (
    AddTeam,
    AddUser,
    Asker,
    ChangeBookOwner,
    ChangeOwner,
    ChangeRole,
    ChangeTeam,
    Claim,
    DefineRole,
    Delegate,
    DisableUser,
    EditTeam,
    EndDelegation,
    EndShare,
    Order,
    Release,
    Share,
    Transfer,
)
from sync_server.storage.devices import Bearer

router = APIRouter(
    prefix="/v1/commands",
    tags=["commands"],
    route_class=StrictRoute,
    dependencies=[Depends(speaks_protocol)],
)
HexId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
RoleName = Annotated[str, Field(pattern="^([a-z]{1,32}|[0-9a-f]{32})$")]
Instant = Annotated[int, Field(ge=0, lt=2**53)]
_TROUBLE: Final = 500
"""From this status on it is this server that could not, and nobody was refused."""


class Asked(BaseModel):
    """`id` is the asker's own, 32 hexadecimal digits: the same command twice is carried out once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: HexId


class CustomersAsked(Asked):
    """The customers that move, each with all below it."""

    customers: Annotated[list[HexId], Field(min_length=1, max_length=MAX_CUSTOMERS)]


class ChangeOwnerAsked(CustomersAsked):
    """`to_user` takes over."""

    to_user: HexId


class UserAsked(Asked):
    """The person it is about."""

    user: HexId


class ChangeBookOwnerAsked(UserAsked):
    """`to_user` takes the books over; `leaving`: the person leaves the company."""

    to_user: HexId
    leaving: bool = False


class ChangeTeamAsked(UserAsked):
    """The team to join, or null for none."""

    team: HexId | None


class ChangeRoleAsked(UserAsked):
    """What the person is from now on: a role that comes with the product, or the id of one of the company's own."""

    role: RoleName


class TransferAsked(ChangeRoleAsked):
    """The team to work in, and who takes the books over; null: they keep them."""

    team: HexId | None
    to_user: HexId | None


class ShareAsked(CustomersAsked):
    """`user` sees them until a time (UTC milliseconds), or until it is ended; `can_write`: and changes them."""

    user: HexId
    can_write: bool
    until: Instant | None = None


class EndShareAsked(Asked):
    """The share that is over."""

    share: HexId


class DelegateAsked(UserAsked):
    """`to_user` stands in for them from `starts` to `ends` (UTC milliseconds)."""

    to_user: HexId
    starts: Instant
    ends: Instant


class EndDelegationAsked(Asked):
    """The delegation that is over."""

    delegation: HexId


class DefineRoleAsked(Asked):
    """`role` names one to change, or null for a new one, a copy of `copy_of`; `withheld`: `customer.grade`, `visit.*`;
    `hidden`: `contact`.
    """

    role: HexId | None = None
    name: Annotated[str, Field(min_length=1, max_length=200)]
    copy_of: RoleName
    withheld: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=500)]
    hidden: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=10)] | None = None


class AddUserAsked(Asked):
    """Who joins, as what, and where."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: RoleName
    team: HexId | None


class AddTeamAsked(Asked):
    """The team's name, the team it is part of, and whether its people see each other's customers."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    parent: HexId | None
    shares_books: bool


class EditTeamAsked(AddTeamAsked):
    """The team that is so from now on."""

    team: HexId


class CommandAnswer(BaseModel):
    """How many records moved, per customer [customer, outcome, code, holder, records moved, share], and the id of what was made."""

    moved: int
    results: list[tuple[str, str, str | None, str | None, int, str | None]]
    made: str | None


def _documented(*codes: str) -> dict[str, Any]:
    return {
        "response_class": Response,
        "responses": {
            200: {"model": CommandAnswer, "description": "Carried out"},
            **problems(*codes, "not_found", "forbidden", "body_too_large", *SESSION_PROBLEMS, *ANY_PROBLEMS),
        },
    }


def _carry_out(request: Request, who: Bearer, order: Order) -> Response:
    here = context(request)
    asker = Asker(who.user, who.role, who.device)
    try:
        return answer(commands.carry_out(here.database, asker, order, here.now), None)
    except CrmError as error:
        if error.status < _TROUBLE:
            with here.database.write() as connection:
                commands.note_refused(connection, asker, order, error, here.now())
        raise


@router.post("/change-owner", **_documented())
def change_owner(request: Request, who: Person, asked: ChangeOwnerAsked) -> Response:
    """Hand customers and everything below them to another person's book."""
    return _carry_out(request, who, ChangeOwner(asked.id, tuple(asked.customers), asked.to_user))


@router.post("/release", **_documented())
def release(request: Request, who: Person, asked: CustomersAsked) -> Response:
    """Give customers to the pool, where anybody may claim them."""
    return _carry_out(request, who, Release(asked.id, tuple(asked.customers)))


@router.post("/claim", **_documented())
def claim(request: Request, who: Person, asked: CustomersAsked) -> Response:
    """Take customers out of the pool into one's own book; who was slower is told who has them."""
    return _carry_out(request, who, Claim(asked.id, tuple(asked.customers)))


@router.post("/change-book-owner", **_documented("password_needed"))
def change_book_owner(request: Request, who: Person, asked: ChangeBookOwnerAsked) -> Response:
    """Hand all books of somebody to another person; no record moves."""
    if asked.leaving:
        check_confirmed(request, who)
    order = ChangeBookOwner(asked.id, asked.user, asked.to_user, asked.leaving)
    return _carry_out(request, who, order)


@router.post("/change-team", **_documented())
def change_team(request: Request, who: Administrator, asked: ChangeTeamAsked) -> Response:
    """Move somebody to another team, with their books."""
    return _carry_out(request, who, ChangeTeam(asked.id, asked.user, asked.team))


@router.post("/change-role", **_documented("password_needed"))
def change_role(request: Request, who: Confirmed, asked: ChangeRoleAsked) -> Response:
    """Make somebody a rep, a manager, a director, an auditor or an administrator, or give them one of the company's roles."""
    return _carry_out(request, who, ChangeRole(asked.id, asked.user, asked.role))


@router.post("/disable-user", **_documented("password_needed"))
def disable_user(request: Request, who: Confirmed, asked: UserAsked) -> Response:
    """Shut somebody out; what they wrote stays, and what is unsent still comes in."""
    return _carry_out(request, who, DisableUser(asked.id, asked.user))


@router.post("/transfer", **_documented("password_needed"))
def transfer(request: Request, who: Confirmed, asked: TransferAsked) -> Response:
    """Give somebody other work in one step: role, team, and what becomes of their books."""
    return _carry_out(request, who, Transfer(asked.id, asked.user, asked.role, asked.team, asked.to_user))


@router.post("/share", **_documented("bad_period", "shared_with_owner"))
def share(request: Request, who: Person, asked: ShareAsked) -> Response:
    """Let a colleague see customers and everything below them, for a time."""
    order = Share(asked.id, tuple(asked.customers), asked.user, asked.can_write, asked.until)
    return _carry_out(request, who, order)


@router.post("/end-share", **_documented())
def end_share(request: Request, who: Person, asked: EndShareAsked) -> Response:
    """The colleague sees the customer no longer."""
    return _carry_out(request, who, EndShare(asked.id, asked.share))


@router.post("/delegate", **_documented("bad_period"))
def delegate(request: Request, who: Person, asked: DelegateAsked) -> Response:
    """Somebody stands in for another for a time, with their rights."""
    order = Delegate(asked.id, asked.user, asked.to_user, asked.starts, asked.ends)
    return _carry_out(request, who, order)


@router.post("/end-delegation", **_documented())
def end_delegation(request: Request, who: Person, asked: EndDelegationAsked) -> Response:
    """Nobody stands in any longer."""
    return _carry_out(request, who, EndDelegation(asked.id, asked.delegation))


@router.post(
    "/define-role", **_documented("name_taken", "unknown_entity", "unknown_field", "password_needed")
)
def define_role(request: Request, who: Confirmed, asked: DefineRoleAsked) -> Response:
    """Make a role as a copy of another, or change one of the company's own."""
    hidden = None if asked.hidden is None else tuple(asked.hidden)
    order = DefineRole(asked.id, asked.role, asked.name, asked.copy_of, tuple(asked.withheld), hidden)
    return _carry_out(request, who, order)


@router.post("/add-user", **_documented("name_taken", "bad_argument", "password_needed"))
def add_user(request: Request, who: Confirmed, asked: AddUserAsked) -> Response:
    """Somebody joins the company; a code lets their laptop in."""
    return _carry_out(request, who, AddUser(asked.id, asked.name, asked.role, asked.team))


@router.post("/add-team", **_documented("name_taken", "bad_argument"))
def add_team(request: Request, who: Administrator, asked: AddTeamAsked) -> Response:
    """Make a team."""
    return _carry_out(request, who, AddTeam(asked.id, asked.name, asked.parent, asked.shares_books))


@router.post("/edit-team", **_documented("name_taken", "bad_argument", "team_ring"))
def edit_team(request: Request, who: Administrator, asked: EditTeamAsked) -> Response:
    """Rename a team, move it below another, let its people share their books or not."""
    order = EditTeam(asked.id, asked.team, asked.name, asked.parent, asked.shares_books)
    return _carry_out(request, who, order)
