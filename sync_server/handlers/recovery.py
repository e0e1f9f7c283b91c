"""Routes for comparing and repairing: proof of a restore, digests of a bucket, records by name, bringing back."""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.values import NOT_JSON
from crmdesk.core.wire import (
    BATCH_RECORDS,
    MAX_EVIDENCE,
    MAX_HISTORY,
    Digests,
    Groups,
    Lost,
    Recover,
    RecoverAnswer,
    Shown,
    States,
    Wanted,
)
from sync_server import reconciling, recovering
from sync_server.handlers.bodies import BulkRoute, RawBody, answer, plain
from sync_server.handlers.callers import Person, Reader
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    problems,
    speaks_protocol,
)
from sync_server.handlers.sync import Accepts, schema_of

router = APIRouter(
    prefix="/v1", tags=["recovery"], route_class=BulkRoute, dependencies=[Depends(speaks_protocol)]
)
Encoding = Annotated[str | None, Header(alias="Content-Encoding")]
Bucket = Annotated[str, Query(max_length=100)]
Kind = TypeVar("Kind")
_PROBLEMS: Final = (*SESSION_PROBLEMS, *ANY_PROBLEMS)


def _read(body: bytes, encoding: str | None, kind: type[Kind]) -> Kind:
    content = plain(body, encoding)
    try:
        found = msgspec.json.decode(content, type=kind)
    except NOT_JSON as error:
        raise CrmError("malformed_body") from error
    if rb"\u0000" in content or msgspec.json.encode(found) != content:
        raise CrmError("malformed_body")  # a key twice, for instance
    return found


def _wants(shape: type, description: str) -> dict[str, object]:
    return {"requestBody": {"required": True, **schema_of(shape, description)}}


@router.post(
    "/commits",
    responses={200: schema_of(Lost, "Lost"), **problems("body_too_large", *_PROBLEMS)},
    openapi_extra=_wants(Shown, "Commits that the asker was told of"),
    response_class=Response,
)
def commits(
    request: Request, who: Person, body: RawBody, encoding: Encoding = None, accepts: Accepts = None
) -> Response:
    """Which of these commits are gone; one that this server once made opens a recovery epoch."""
    here = context(request)
    shown = _read(body, encoding, Shown).commits
    if len(shown) > MAX_EVIDENCE:
        raise CrmError("body_too_large")
    now = here.now()
    with here.database.read() as connection:
        is_proof = recovering.proves(connection, shown)
    if is_proof:
        with here.database.write() as connection:
            recovering.notice(connection, who, shown, now)
    with here.database.read() as connection:
        found = recovering.lost(connection, who, shown, here.settings, now)
    return answer(msgspec.json.encode(found), accepts)


@router.get(
    "/reconcile/groups",
    responses={200: schema_of(Groups, "Groups"), **problems("not_found", "forbidden", *_PROBLEMS)},
    response_class=Response,
)
def groups(request: Request, who: Reader, bucket: Bucket, accepts: Accepts = None) -> Response:
    """The bucket's head and the sums of its records' digests, by the last two digits of their ids."""
    with context(request).database.read_as(who.user) as connection:
        found = reconciling.groups(connection, who, bucket)
    return answer(msgspec.json.encode(found), accepts)


@router.get(
    "/reconcile/digests",
    responses={200: schema_of(Digests, "Digests"), **problems("not_found", "forbidden", *_PROBLEMS)},
    response_class=Response,
)
def digests(
    request: Request,
    who: Reader,
    bucket: Bucket,
    groups: Annotated[str, Query(max_length=1000)],
    accepts: Accepts = None,
) -> Response:
    """Each record's digest in the groups named, which are separated by commas."""
    with context(request).database.read_as(who.user) as connection:
        found = reconciling.digests(connection, who, bucket, groups.split(","))
    return answer(msgspec.json.encode(found), accepts)


@router.post(
    "/reconcile/states",
    responses={200: schema_of(States, "States"), **problems("not_found", "body_too_large", *_PROBLEMS)},
    openapi_extra=_wants(Wanted, "Records by name"),
    response_class=Response,
)
def states(
    request: Request, who: Person, body: RawBody, encoding: Encoding = None, accepts: Accepts = None
) -> Response:
    """Records of a bucket as they stand, as many as one answer holds; those that are not there are left out."""
    wanted = _read(body, encoding, Wanted)
    if len(wanted.keys) > BATCH_RECORDS:
        raise CrmError("body_too_large")
    keys = [RecordKey(*key) for key in wanted.keys]
    with context(request).database.read_as(who.user) as connection:
        found = reconciling.states(connection, who, wanted.bucket, keys)
    return answer(msgspec.json.encode(found), accepts)


@router.post(
    "/recover",
    responses={
        200: schema_of(RecoverAnswer, "A verdict per record, in the order brought"),
        **problems("not_recovering", "body_too_large", *_PROBLEMS),
    },
    openapi_extra=_wants(Recover, "Records that this server lost"),
    response_class=Response,
)
def recover(
    request: Request, who: Person, body: RawBody, encoding: Encoding = None, accepts: Accepts = None
) -> Response:
    """In a recovery epoch: merge what a laptop still holds; each record gets its own verdict."""
    here = context(request)
    brought = _read(body, encoding, Recover)
    if len(brought.records) > BATCH_RECORDS or len(brought.edits) > MAX_HISTORY:
        raise CrmError("body_too_large")
    with here.database.write() as connection:
        done = recovering.recover(connection, who, brought, here.settings, here.now())
    return answer(msgspec.json.encode(done), accepts)
