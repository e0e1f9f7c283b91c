"""Routes about the audit: its rows and whether they are whole, for those who may read it; its roots, for every laptop."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from crmdesk.core.answers import AuditPage, AuditStep
from crmdesk.core.errors import CrmError
from crmdesk.core.roots import MAX_ROOTS, Signed
from crmdesk.core.wire import Roots
from sync_server import auditing, roots
from sync_server.auditing import Place, Wanted
from sync_server.handlers.bodies import StrictRoute, answer
from sync_server.handlers.callers import Auditor, Person, Reader
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    problems,
    speaks_protocol,
)
from sync_server.handlers.sync import Accepts, Counter, schema_of
from sync_server.storage import audits
from sync_server.storage import roots as kept_roots

router = APIRouter(
    prefix="/v1/audit", tags=["audit"], route_class=StrictRoute, dependencies=[Depends(speaks_protocol)]
)
Text: TypeAlias = Annotated[str | None, Query(max_length=200)]
Time: TypeAlias = Annotated[int | None, Query(ge=0, lt=2**53)]
MAX_ROWS: Final = 500
ROWS_A_STEP: Final = 20_000
_PROBLEMS: Final = problems("forbidden", *SESSION_PROBLEMS, *ANY_PROBLEMS)


class Shown(BaseModel):
    """A root that a laptop holds."""

    model_config = ConfigDict(extra="forbid", strict=True)

    content: Annotated[str, Field(min_length=1, max_length=2000)]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]


class Known(BaseModel):
    """Whether this server knows the root."""

    known: bool


@router.get(
    "",
    responses={200: schema_of(AuditPage, "AuditPage, the latest first"), **_PROBLEMS},
    response_class=Response,
)
def rows(
    request: Request,
    _who: Auditor,
    since: Time = None,
    until: Time = None,
    user: Text = None,
    device: Text = None,
    kind: Text = None,
    bucket: Text = None,
    customer: Text = None,
    before: Text = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 100,
    accepts: Accepts = None,
) -> Response:
    """Who did what, the latest first; `next` of an answer is the `before` of the next question."""
    wanted = Wanted(since, until, user, device, kind, bucket, customer)
    with context(request).database.read() as connection:
        found = auditing.listed(connection, wanted, before, limit)
    return answer(msgspec.json.encode(found), accepts)


@router.get(
    "/verify",
    responses={200: schema_of(AuditStep, "A part of a verification"), **_PROBLEMS},
    response_class=Response,
)
def verify(request: Request, _who: Auditor, after: Text = None) -> Response:
    """Read the next rows and say whether they are as they were written. In parts, so that nobody else waits long."""
    here, place = context(request), _place(after)
    with here.database.read() as connection:
        total = audits.count(connection) if after is None else None
        step = auditing.verify_some(connection, place, ROWS_A_STEP)
        wrong = step.problems
        if step.next is None:
            wrong = wrong + auditing.verify_roots(connection, here.signer.public)
    return answer(msgspec.json.encode(AuditStep(step.rows, wrong, _name(step.next), total)), None)


def _name(place: Place | None) -> str | None:
    return None if place is None else f"{place.chain}.{place.number}.{place.seal.hex()}"


def _place(after: str | None) -> Place:
    """Where an earlier part ended; whoever makes one up reads from there, and learns nothing."""
    if after is None:
        return auditing.START
    chain, _, rest = after.partition(".")
    number, _, seal = rest.partition(".")
    try:
        return Place(chain, int(number) % 2**63, bytes.fromhex(seal))
    except ValueError as error:
        raise CrmError("malformed_body", field="after") from error


@router.get(
    "/roots",
    responses={
        200: schema_of(Roots, "Signed roots"),
        **problems("forbidden", "not_found", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def signed_roots(request: Request, _who: Reader, after: Counter = 0, accepts: Accepts = None) -> Response:
    """The roots after a number, the earliest first: do they carry on from the one that a laptop holds?"""
    with context(request).database.read() as connection:
        found = kept_roots.after(connection, after, MAX_ROOTS)
    return answer(msgspec.json.encode(Roots(tuple(found))), accepts)


@router.post("/witness", responses=problems("body_too_large", *SESSION_PROBLEMS, *ANY_PROBLEMS))
def witness(request: Request, who: Person, shown: Shown) -> Known:
    """Hear of a root that a laptop holds; one that this server signed and does not know is written down."""
    here = context(request)
    with here.database.write() as connection:
        is_unknown = roots.report(
            connection,
            here.signer,
            (who.user, who.device),
            Signed(shown.content, shown.signature),
            here.now(),
        )
    return Known(known=not is_unknown)
