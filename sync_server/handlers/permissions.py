"""Routes about what somebody may: their own list, confirming it, and who has, for administrators."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from crmdesk.core.permissions import Own, Standings
from sync_server import permitting
from sync_server.handlers.bodies import StrictRoute, answer
from sync_server.handlers.callers import Administrator, Person, Reader
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    problems,
    speaks_protocol,
)
from sync_server.handlers.sync import Accepts, schema_of

router = APIRouter(
    prefix="/v1/permissions",
    tags=["permissions"],
    route_class=StrictRoute,
    dependencies=[Depends(speaks_protocol)],
)


class ConfirmAsked(BaseModel):
    """The digest of the list that the person read."""

    model_config = ConfigDict(extra="forbid", strict=True)

    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@router.get(
    "",
    responses={
        200: schema_of(Own, "One's own list"),
        **problems("forbidden", "not_found", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def own(request: Request, who: Reader, accepts: Accepts = None) -> Response:
    """What the asker may see and do, and what of it they confirmed."""
    here = context(request)
    with here.database.read() as connection:
        found = permitting.own(connection, who.user, here.now())
    return answer(msgspec.json.encode(found), accepts)


@router.post(
    "/confirm",
    responses={
        200: schema_of(Own, "The list, confirmed"),
        **problems("permissions_changed", "body_too_large", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def confirm(request: Request, who: Person, asked: ConfirmAsked) -> Response:
    """The asker says that this is what they may; refused where it changed meanwhile."""
    here = context(request)
    with here.database.write() as connection:
        found = permitting.confirm(connection, who.user, who.device, asked.digest, here.now())
    return answer(msgspec.json.encode(found), None)


@router.get(
    "/state",
    responses={
        200: schema_of(Standings, "Everybody's, by name"),
        **problems("forbidden", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def state(request: Request, _who: Administrator, accepts: Accepts = None) -> Response:
    """Who has confirmed what they may, for administrators."""
    here = context(request)
    with here.database.read() as connection:
        found = permitting.standings(connection, here.now())
    return answer(msgspec.json.encode(found), accepts)
