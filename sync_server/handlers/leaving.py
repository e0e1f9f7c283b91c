"""Routes that answer a program of any version: a lease, so that a laptop whose program is too old is not given up; and,
for one that has nothing left to sign in with, its sealed work and word that it was wiped.

The last two need no token: sealed work proves its author by a signature inside, the word by its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, TypeAlias

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from crmdesk.core.errors import CrmError
from crmdesk.core.sealed import HandedIn
from crmdesk.core.wire import Leased
from sync_server import audit, blobs, leases
from sync_server import handing_in as incoming
from sync_server.handlers.bodies import BulkRoute, RawBody, answer
from sync_server.handlers.callers import Laptop, Stranger
from sync_server.handlers.context import ANY_PROBLEMS, Context, context, problems
from sync_server.handlers.sync import schema_of
from sync_server.storage import people

router = APIRouter(prefix="/v1", tags=["leaving"], route_class=BulkRoute)
_FORGED: Final = ("session_expired", "sealed_unreadable")

RequiredChallenge: TypeAlias = Annotated[str, Query(alias="challenge", pattern="^[0-9a-f]{64}$")]


class Word(BaseModel):
    r"""A device's word that it was wiped at `at_ms`, signed over `crmdesk-wiped\n<device>\n<at_ms>`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    device: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    at_ms: Annotated[int, Field(ge=0, lt=2**53)]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]


class Noted(BaseModel):
    """It is noted."""

    noted: bool = True


@router.get(
    "/lease",
    responses={
        200: schema_of(Leased, "A lease"),
        **problems("session_expired", "device_revoked", "device_pending", *ANY_PROBLEMS),
    },
    response_class=Response,
)
def lease(request: Request, who: Laptop, challenge: RequiredChallenge) -> Response:
    """Renew a laptop's lease, whatever its program can do besides; none for one whose person has left."""
    here = context(request)
    with here.database.read() as connection:
        company = people.load_company(connection)
    granted = leases.grant(here.authority, company, who, challenge, here.now())
    return answer(msgspec.json.encode(Leased(here.signer.public.hex(), granted)), None)


@router.post(
    "/sealed",
    responses={
        200: schema_of(HandedIn, "What became of it"),
        **problems("sealed_unreadable", "too_many_tries", "body_too_large", *ANY_PROBLEMS),
    },
    response_class=Response,
    openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}, "required": True}},
)
def sealed(request: Request, _who: Stranger, content: RawBody) -> Response:
    """Take in what a laptop sealed before it gave up what it held."""
    here = context(request)
    store = blobs.store_of(here.database, here.settings)
    with _noted(here, "hand_in"):
        done = incoming.take(store, here.authority, here.settings, content, here.now())
    return answer(msgspec.json.encode(done), None)


@router.post("/wiped", responses=problems("session_expired", "body_too_large", *ANY_PROBLEMS))
def wiped(request: Request, _who: Stranger, said: Word) -> Noted:
    """A laptop carried out the order to wipe it, or destroyed what it held because it had been away for too long."""
    here = context(request)
    with _noted(here, "wiped", device=said.device), here.database.write() as connection:
        incoming.note_wiped(connection, said.device, said.at_ms, bytes.fromhex(said.signature), here.now())
    return Noted()


@contextmanager
def _noted(here: Context, asked: str, **told: str) -> Iterator[None]:
    """Write down what no laptop of ours can have sent; nobody knows who did."""
    try:
        yield
    except CrmError as error:
        if error.code in _FORGED:
            with here.database.write() as connection:
                audit.note_refusal(connection, ("", ""), asked, error.code, told, here.now())
        raise
