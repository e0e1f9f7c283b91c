"""The route that stays open: a laptop hears on it which buckets changed."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from sync_server.handlers.bodies import StrictRoute
from sync_server.handlers.callers import Person
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    problems,
    speaks_protocol,
)

router = APIRouter(
    prefix="/v1", tags=["sync"], route_class=StrictRoute, dependencies=[Depends(speaks_protocol)]
)
EVENTS: Final = "text/event-stream"
_UNBUFFERED: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Asks proxies in between to pass each event on as it comes."""


@router.get(
    "/live",
    responses={
        200: {"description": "Server-sent events", "content": {EVENTS: {}}},
        **problems(*SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=StreamingResponse,
)
def live(request: Request, who: Person) -> StreamingResponse:
    """The heads that change from now on; what changed before is to be asked once the stream is open."""
    channel = context(request).live
    return StreamingResponse(channel.stream(channel.listener(who)), media_type=EVENTS, headers=_UNBUFFERED)
