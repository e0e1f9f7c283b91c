"""Routes for what only an authority decides."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from sync_server import commands
from sync_server.commands import (
    MAX_CUSTOMERS,
    Asker,
    ChangeBookOwner,
    ChangeOwner,
    ChangeRole,
    ChangeTeam,
    Claim,
    DisableUser,
    Order,
    Release,
)
from sync_server.handlers.bodies import StrictRoute, answer
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    Confirmed,
    SignedIn,
    check_confirmed,
    context,
    problems,
    speaks_protocol,
)
from sync_server.policy import Role

router = APIRouter(
    prefix="/v1/commands",
    tags=["commands"],
    route_class=StrictRoute,
    dependencies=[Depends(speaks_protocol)],
)
HexId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


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
    """What the person is from now on."""

    role: Annotated[Role, Field(strict=False)]


class CommandAnswer(BaseModel):
    """How many records moved, and per customer [customer, outcome, code, holder, records moved]."""

    moved: int
    results: list[tuple[str, str, str | None, str | None, int]]


def _documented(*codes: str) -> dict[str, Any]:
    return {
        "response_class": Response,
        "responses": {
            200: {"model": CommandAnswer, "description": "Carried out"},
            **problems(*codes, "not_found", "forbidden", "body_too_large", *SESSION_PROBLEMS, *ANY_PROBLEMS),
        },
    }


def _carry_out(request: Request, who: SignedIn, order: Order) -> Response:
    here = context(request)
    return answer(
        commands.carry_out(here.database, Asker(who.user, who.role, who.device), order, here.now), None
    )


@router.post("/change-owner", **_documented())
def change_owner(request: Request, who: SignedIn, asked: ChangeOwnerAsked) -> Response:
    """Hand customers and everything below them to another person's book."""
    return _carry_out(request, who, ChangeOwner(asked.id, tuple(asked.customers), asked.to_user))


@router.post("/release", **_documented())
def release(request: Request, who: SignedIn, asked: CustomersAsked) -> Response:
    """Give customers to the pool, where anybody may claim them."""
    return _carry_out(request, who, Release(asked.id, tuple(asked.customers)))


@router.post("/claim", **_documented())
def claim(request: Request, who: SignedIn, asked: CustomersAsked) -> Response:
    """Take customers out of the pool into one's own book; who was slower is told who has them."""
    return _carry_out(request, who, Claim(asked.id, tuple(asked.customers)))


@router.post("/change-book-owner", **_documented("password_needed"))
def change_book_owner(request: Request, who: SignedIn, asked: ChangeBookOwnerAsked) -> Response:
    """Hand all books of somebody to another person; no record moves."""
    if asked.leaving:
        check_confirmed(request, who)
    order = ChangeBookOwner(asked.id, asked.user, asked.to_user, asked.leaving)
    return _carry_out(request, who, order)


@router.post("/change-team", **_documented())
def change_team(request: Request, who: SignedIn, asked: ChangeTeamAsked) -> Response:
    """Move somebody to another team, with their books."""
    return _carry_out(request, who, ChangeTeam(asked.id, asked.user, asked.team))


@router.post("/change-role", **_documented("password_needed"))
def change_role(request: Request, who: Confirmed, asked: ChangeRoleAsked) -> Response:
    """Make somebody a rep, a manager, a director or an administrator."""
    return _carry_out(request, who, ChangeRole(asked.id, asked.user, asked.role))


@router.post("/disable-user", **_documented("password_needed"))
def disable_user(request: Request, who: Confirmed, asked: UserAsked) -> Response:
    """Shut somebody out; what they wrote stays, and what is unsent still comes in."""
    return _carry_out(request, who, DisableUser(asked.id, asked.user))
