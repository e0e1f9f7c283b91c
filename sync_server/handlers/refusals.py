"""Routes for those who lead: what was refused, judged again or discarded; what somebody answers for."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from crmdesk.core.answers import Judgement, Refusals, RefusedContents, Standing
from crmdesk.core.wire import Outcome
from sync_server import blobs, handing_in, refusals, standing
from sync_server.handlers.bodies import StrictRoute, answer
from sync_server.handlers.callers import Administrator, Person
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    problems,
    speaks_protocol,
)
from sync_server.handlers.sync import schema_of
from sync_server.orders import Asker

router = APIRouter(
    prefix="/v1",
    tags=["lead"],
    route_class=StrictRoute,
    dependencies=[Depends(speaks_protocol)],
)
Name: TypeAlias = Annotated[str, Path(max_length=100)]
_PROBLEMS: Final = problems("forbidden", "not_found", *SESSION_PROBLEMS, *ANY_PROBLEMS)


@router.get(
    "/refused", responses={200: schema_of(Refusals, "The list"), **_PROBLEMS}, response_class=Response
)
def refused(
    request: Request, _who: Administrator, discarded: Annotated[int, Query(ge=0, le=1)] = 0
) -> Response:
    """What laptops brought and the server would not take; with `discarded=1` what somebody decided to keep out."""
    with context(request).database.read() as connection:
        found = refusals.listed(connection, discarded=bool(discarded))
    return answer(msgspec.json.encode(Refusals(found)), request.headers.get("accept-encoding"))


@router.get(
    "/refused/{name}",
    responses={200: schema_of(RefusedContents, "One"), **_PROBLEMS},
    response_class=Response,
)
def payload(request: Request, _who: Administrator, name: Name) -> Response:
    """One refused record with all that was written."""
    with context(request).database.read() as connection:
        found = refusals.shown(connection, name)
    return answer(msgspec.json.encode(found), request.headers.get("accept-encoding"))


@router.post(
    "/refused/{name}/retry",
    responses={200: schema_of(Judgement, "Judged"), **_PROBLEMS},
    response_class=Response,
)
def retry(request: Request, who: Administrator, name: Name) -> Response:
    """Judge it again, as if it were pushed now."""
    asker, here = Asker(who.user, who.role, who.device), context(request)
    with here.database.write() as connection:
        outcome: Outcome = refusals.retry(connection, asker, name, here.now())
    store = blobs.store_of(here.database, here.settings)
    handing_in.take_kept(store, here.authority, here.settings, here.now())
    return answer(msgspec.json.encode(Judgement(outcome.verdict, outcome.code, outcome.about)), None)


@router.post(
    "/refused/{name}/discard",
    responses={200: schema_of(Judgement, "Done"), **_PROBLEMS},
    response_class=Response,
)
def discard(request: Request, who: Administrator, name: Name) -> Response:
    """Decide that it stays out; what was written and who decided are kept."""
    asker, here = Asker(who.user, who.role, who.device), context(request)
    with here.database.write() as connection:
        refusals.discard(connection, asker, name, here.now())
    return answer(msgspec.json.encode(Judgement("discarded")), None)


@router.get(
    "/people/{user}/standing",
    responses={
        200: schema_of(Standing, "In numbers"),
        **problems("not_found", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def person(request: Request, who: Person, user: Name) -> Response:
    """What somebody answers for, and their laptops: asked before a book is handed over."""
    with context(request).database.read() as connection:
        found = standing.standing(connection, Asker(who.user, who.role), user)
    return answer(msgspec.json.encode(found), None)
