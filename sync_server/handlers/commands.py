"""Routes for what only an authority decides."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from sync_server import commands
from sync_server.commands import ChangeOwner
from sync_server.handlers.bodies import StrictRoute, answer
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    SignedIn,
    context,
    problems,
    speaks_protocol,
)

router = APIRouter(
    prefix="/v1/commands",
    tags=["commands"],
    route_class=StrictRoute,
    dependencies=[Depends(speaks_protocol)],
)
HexId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class ChangeOwnerRequest(BaseModel):
    """`id` is the asker's own, 32 hexadecimal digits: the same command twice is carried out once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: HexId
    customer: HexId
    to_user: HexId


class ChangeOwnerAnswer(BaseModel):
    """How many records moved, and to which bucket."""

    moved: int
    bucket: str


@router.post(
    "/change-owner",
    response_class=Response,
    responses={
        200: {"model": ChangeOwnerAnswer, "description": "Moved"},
        **problems("not_found", "forbidden", "body_too_large", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
)
def change_owner(request: Request, who: SignedIn, asked: ChangeOwnerRequest) -> Response:
    """Hand a customer and everything below it to another person's book."""
    here = context(request)
    order = ChangeOwner(asked.id, asked.customer, asked.to_user)
    with here.database.write() as connection:
        content = commands.change_owner(connection, who, order, here.now())
    return answer(content, None)
