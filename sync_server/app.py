"""The server as one ASGI application. Nothing is built on import: call `create_app`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from crmdesk.core.errors import CrmError
from crmdesk.core.wire import PROTOCOL
from sync_server import roots, shut_out
from sync_server.accounts import start_company
from sync_server.clock import Moment, moment
from sync_server.errors import BROKEN, LACKING, MEDIA_TYPE, RETRY_SECONDS, framework_error, problem
from sync_server.handlers import (
    access,
    audit,
    blobs,
    commands,
    console,
    elsewhere,
    health,
    leaving,
    live,
    passwords,
    permissions,
    recovery,
    refusals,
    sync,
)
from sync_server.handlers.context import Context, Doorkeeper
from sync_server.jobs import keep_house, keep_known, keep_roots, keep_shut_out, keep_time, note_shut_out
from sync_server.leases import authority_of
from sync_server.live import LiveChannel
from sync_server.settings import Settings

_log: Final = logging.getLogger(__name__)
_PARTS: Final = (
    health,
    access,
    passwords,
    sync,
    live,
    commands,
    blobs,
    recovery,
    refusals,
    audit,
    console,
    permissions,
    elsewhere,
    leaving,
)


def create_app(settings: Settings, now: Callable[[], Moment] = moment) -> FastAPI:
    """An application over the company in `settings.directory`. Raises `no_company`, `key_missing` and their kin."""
    database = start_company(settings, now())
    authority = authority_of(database, settings)
    shut_out.uphold(database, settings, now)
    channel = LiveChannel(database, settings, now)
    with database.write() as connection:
        roots.make(connection, authority.signer, now(), is_asked=True)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tasks = (
            asyncio.create_task(channel.run()),
            asyncio.create_task(keep_house(database, settings, authority, now)),
            asyncio.create_task(keep_roots(database, authority.signer, now)),
            asyncio.create_task(keep_time(database, now)),
            asyncio.create_task(keep_shut_out(database, settings)),
            asyncio.create_task(keep_known(database)),
        )
        yield
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await asyncio.to_thread(note_shut_out, database, settings)
        database.close()

    app = FastAPI(
        title="crmdesk server",
        version=str(PROTOCOL),
        description="Protocol v1. docs/protocol.md says what each route promises.",
        lifespan=lifespan,
        redoc_url=None,
        docs_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,  # a redirect is built from the Host header, which anybody may make up
        # Routes as they are: routers that are included build each of theirs anew, 4 ms a route, while somebody waits.
        routes=[route for part in _PARTS for route in part.router.routes],
    )
    app.state.context = Context(database, settings, now, channel, authority, Doorkeeper())
    _answer_errors(app, now)
    return app


def _answer_errors(app: FastAPI, now: Callable[[], Moment]) -> None:
    @app.exception_handler(CrmError)
    def expected(request: Request, error: CrmError) -> Response:
        if error.code in LACKING:
            _log.warning("%s: %s %s", error.code, request.method, request.url.path)
            return _respond(CrmError("server_busy"))
        return unexpected(request, error) if error.code in BROKEN else _respond(error)

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> Response:
        where = ".".join(str(part) for part in error.errors()[0]["loc"][1:]) if error.errors() else ""
        return _respond(CrmError("malformed_body", field=where[:100]))

    @app.exception_handler(ClientDisconnect)
    def gone(_request: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # to nobody: a dead zone or a closed lid is no fault of ours

    @app.exception_handler(HTTPException)
    def refused(_request: Request, error: HTTPException) -> Response:
        return _respond(framework_error(error.status_code), headers=error.headers)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        reference = now().hex(4)
        _log.error("reference %s: %s %s", reference, request.method, request.url.path, exc_info=error)
        return _respond(CrmError("server_error", reference=reference))


def _respond(error: CrmError, headers: object = None) -> Response:
    document = problem(error)
    extra: dict[str, str] = dict(headers) if isinstance(headers, dict) else {}
    if document.status in (429, 503):
        extra["Retry-After"] = str(error.about.get("retry_after", RETRY_SECONDS))
    if document.status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    return JSONResponse(document.model_dump(), document.status, extra, media_type=MEDIA_TYPE)
