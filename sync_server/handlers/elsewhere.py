"""The route for the one question whose answer tells of what its asker may not see."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from crmdesk.core.answers import Elsewhere
from crmdesk.core.values import Value
from sync_server import elsewhere
from sync_server.handlers.bodies import StrictRoute, answer
from sync_server.handlers.callers import Person
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    problems,
    speaks_protocol,
)
from sync_server.handlers.sync import schema_of

router = APIRouter(
    prefix="/v1/customers",
    tags=["customers"],
    route_class=StrictRoute,
    dependencies=[Depends(speaks_protocol)],
)


class CustomerTyped(BaseModel):
    """What is typed of a new customer; blank is what is not known."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=elsewhere.LEAST_NAME, max_length=200)]
    credit_code: Annotated[str, Field(max_length=40)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    city: Annotated[str, Field(max_length=80)] = ""


@router.post(
    "/elsewhere",
    responses={
        200: schema_of(Elsewhere, "Whom to ask, if anybody"),
        **problems("too_many_tries", "body_too_large", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def ask(request: Request, who: Person, typed: CustomerTyped) -> Response:
    """Whether a customer like this is with a colleague whose customers the asker does not see; never which."""
    here = context(request)
    values: dict[str, Value] = {name: text for name, text in typed.model_dump().items() if text}
    found = elsewhere.ask(here.database, who, values, here.now())
    return answer(msgspec.json.encode(found), None)
