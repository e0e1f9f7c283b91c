"""Routes for a laptop that has nothing left to sign in with: its sealed work, and word that it was wiped.

Neither needs a token, or a version. Sealed work proves its author by a signature inside, the word by its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from crmdesk.core.errors import CrmError
from crmdesk.core.sealed import HandedIn
from sync_server import audit, blobs
from sync_server import handing_in as incoming
from sync_server.handlers.bodies import BulkRoute, RawBody, answer
from sync_server.handlers.callers import Stranger
from sync_server.handlers.context import ANY_PROBLEMS, Context, context, problems
from sync_server.handlers.sync import schema_of

router = APIRouter(prefix="/v1", tags=["leaving"], route_class=BulkRoute)
_FORGED: Final = ("session_expired", "sealed_unreadable")


class Word(BaseModel):
    r"""A device's word that it was wiped at `at_ms`, signed over `crmdesk-wiped\n<device>\n<at_ms>`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    device: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    at_ms: Annotated[int, Field(ge=0, lt=2**53)]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]


class Noted(BaseModel):
    """It is noted."""

    noted: bool = True


@router.post(
    "/sealed",
    responses={
        200: schema_of(HandedIn, "What became of it"),
        **problems("sealed_unreadable", "body_too_large", *ANY_PROBLEMS),
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
