"""Routes that move records: heads, pull, history. Bodies are msgspec; pydantic would go row by row."""

from __future__ import annotations

import logging
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from crmdesk.core.errors import CrmError
from crmdesk.core.wire import BRIEF, Heads, PullPage, Push, PushAnswer
from sync_server import batches, pulling, pushing, sharing
from sync_server.handlers.bodies import BulkRoute, RawBody, answer, plain
from sync_server.handlers.callers import Follower, Laptop, Reader, asker, looking
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SEE_AS,
    SESSION_PROBLEMS,
    Challenge,
    context,
    problems,
    speaks_protocol,
)
from sync_server.pulling import Cursor

router = APIRouter(
    prefix="/v1", tags=["sync"], route_class=BulkRoute, dependencies=[Depends(speaks_protocol)]
)
Accepts: TypeAlias = Annotated[str | None, Header(alias="Accept-Encoding")]
Id: TypeAlias = Annotated[str, Path(max_length=100)]
Counter: TypeAlias = Annotated[int, Query(ge=0, lt=2**53)]
JSON: Final = "application/json"
_log: Final = logging.getLogger(__name__)


def schema_of(shape: type, description: str) -> dict[str, Any]:
    """OpenAPI's description of a msgspec shape."""
    (found,), components = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    name = found["$ref"].rsplit("/", 1)[-1]
    schema = {**components.pop(name), "$defs": components}
    return {"description": description, "content": {JSON: {"schema": schema}}}


@router.get(
    "/heads",
    responses={
        200: schema_of(Heads, "Heads"),
        **problems("forbidden", "not_found", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def heads(request: Request, _who: Follower, challenge: Challenge = None, accepts: Accepts = None) -> Response:
    """How far each bucket has come that the asker may see; one that is missing was taken away."""
    here = context(request)
    if SEE_AS in request.headers:
        who = looking(request)
        with here.database.read_as(who.user) as connection:  # a lease is for the laptop's own person
            found = pulling.heads(connection, who, here.authority, here.now())
        return answer(msgspec.json.encode(found), accepts)
    with here.database.read() as connection:  # every laptop asks all day long: one thread, one transaction
        who = asker(request, connection, may_leave=True)
        here.database.confine(connection, who.user)
        found = pulling.heads(connection, who, here.authority, here.now(), challenge)
    if who.due is not None and who.due <= here.now().ms:
        sharing.settle_due(here.database, here.now())
        with here.database.read_as(who.user) as connection:
            found = pulling.heads(connection, who, here.authority, here.now(), challenge)
    return answer(msgspec.json.encode(found), accepts)


@router.post(
    "/push",
    responses={
        200: schema_of(PushAnswer, "A verdict per record, in the order pushed"),
        **problems(
            "actor_forked",
            "counter_gap",
            "not_canonical",
            "body_too_large",
            *SESSION_PROBLEMS,
            *ANY_PROBLEMS,
        ),
    },
    openapi_extra={"requestBody": {"required": True, **schema_of(Push, "An idempotent batch")}},
    response_class=Response,
)
def push(
    request: Request,
    who: Laptop,
    body: RawBody,
    encoding: Annotated[str | None, Header(alias="Content-Encoding")] = None,
    accepts: Accepts = None,
    prefer: Annotated[str | None, Header()] = None,
) -> Response:
    """Take in new edits and the record states they lead to; each record gets its own verdict."""
    here = context(request)
    batch = batches.read(plain(body, encoding))
    try:
        with here.database.write() as connection:
            content = pushing.push(connection, who, batch, here.now(), is_brief=prefer == BRIEF)
    except CrmError as error:
        if error.code == "actor_forked":  # two files count on from one: an administrator is to hear of it
            _log.warning("device %s: its profile was copied or put back, and takes a new actor", who.device)
            with here.database.write() as connection:
                pushing.note_fork(connection, who, batch, here.now())
        raise
    return answer(content, accepts)


@router.get(
    "/pull",
    responses={
        200: schema_of(PullPage, "A page of whole commits"),
        **problems("not_found", "regressed", "forbidden", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def pull(
    request: Request,
    who: Reader,
    bucket: Annotated[str, Query(max_length=100)],
    epoch: Counter,
    after: Counter,
    salt: Annotated[str, Query(max_length=100)],
    head: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
    told: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
    told_salt: Annotated[str, Query(max_length=100)] = "",
    heard: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
    unsent: Annotated[int, Query(ge=0, le=1)] = 0,
    accepts: Accepts = None,
) -> Response:
    """The next page of a bucket after a cursor, up to a head that stays fixed once it was given."""
    here = context(request)
    known = None if told is None else (told, told_salt)
    with here.database.read_as(who.user) as connection:
        page = pulling.page(connection, who, Cursor(bucket, epoch, after, salt, head, known))
    if page.complete and not unsent and SEE_AS not in request.headers:
        with here.database.write() as connection:
            pulling.note_complete(connection, who, page, here.now(), heard)
    return answer(msgspec.json.encode(page), accepts)


@router.get(
    "/records/{entity}/{id}/history",
    responses={
        200: {"description": "Every edit, earliest first", "content": {JSON: {}}},
        **problems("not_found", "forbidden", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def history(
    request: Request,
    who: Reader,
    entity: Id,
    record_id: Annotated[str, Path(alias="id", max_length=100)],
    accepts: Accepts = None,
) -> Response:
    """The past of one record, edit by edit: [dot, at, by, eff, txn, values]."""
    with context(request).database.read_as(who.user) as connection:
        found = pulling.history(connection, who, entity, record_id)
    return answer(found, accepts)
