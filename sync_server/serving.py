"""Running the application: sockets, signals and the line that says where it listens."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import ssl
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from crmdesk.core.discreet import Discreet
from crmdesk.core.errors import CrmError
from sync_server.handlers.context import Context
from sync_server.settings import Settings

_ALLOCATIONS: Final = 50_000
"""Objects made, beyond those freed, before the collector looks at the new ones; Python's own figure is 700."""


def bind(host: str, port: int) -> socket.socket:
    """A socket to listen on; port 0 takes a free one. Raises `port_in_use` or `bad_argument`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, OverflowError) as error:
        raise CrmError("bad_argument", argument=f"{host}:{port}", hint="--host, --port") from error
    # Naming the protocol makes asyncio send small answers at once instead of waiting 40 ms for a full packet.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name != "nt":  # there the option would let two servers share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(512)
    except OSError as error:
        listener.close()
        raise CrmError("port_in_use", port=port) from error
    return listener


def address_of(listener: socket.socket, settings: Settings) -> str:
    """The address that clients enter."""
    scheme = "http" if settings.certificate is None else "https"
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def check_certificate(settings: Settings) -> None:
    """Load certificate and key once, to say what is wrong with them. Raises `bad_argument`."""
    if settings.certificate is None and settings.private_key is None:
        return
    try:
        _tls(settings)
    except (OSError, ValueError, TypeError) as error:
        named = f"{settings.certificate} {settings.private_key}"
        raise CrmError("bad_argument", argument=named, hint="--certificate, --key") from error


def _tls(settings: Settings) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.certificate is None:
        raise ValueError("a key without its certificate")
    found.load_cert_chain(settings.certificate, settings.private_key, "")
    return found


HEAD_SECONDS: Final = 20.0
"""How long somebody may take from connecting, or from a request's first byte, to the end of its head."""


PAUSE_SECONDS: Final = 30.0
"""How long a body may pause: a slow line gets through, one that sends nothing does not."""


class Patient(H11Protocol):
    """Hangs up on whoever keeps a connection open without ever asking anything, or without going on."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        if self._due is None and self.conn.their_state is h11.IDLE:
            self._wait(HEAD_SECONDS)
        super().data_received(data)
        if self.conn.their_state is h11.SEND_BODY:
            self._wait(PAUSE_SECONDS)
        elif self.conn.their_state is not h11.IDLE:
            self._rest()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        self._rest()
        self._due = self.loop.call_later(seconds, self._give_up)

    def _rest(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _give_up(self) -> None:
        self._due = None
        if self.flow.read_paused:  # it is this server that does not go on reading
            self._wait(PAUSE_SECONDS)
        else:
            self.transport.close()


class Server(uvicorn.Server):
    """A uvicorn that calls back once it answers."""

    def __init__(self, app: FastAPI, listener: socket.socket, started: Callable[[], None]) -> None:
        here = app.state.context
        assert isinstance(here, Context)
        settings = here.settings
        proxies = settings.proxies
        super().__init__(
            uvicorn.Config(
                app,
                http=Patient,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                ssl_context_factory=(lambda *_: _tls(settings)) if settings.certificate else None,
                log_config=None,  # what it has to say goes where `log_discreetly` leads it
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=10,
                timeout_keep_alive=75,
                lifespan="on",
            )
        )
        self._app = app
        self._listener = listener
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        here = self._app.state.context
        assert isinstance(here, Context)
        here.live.end()  # or every open stream would be waited for
        await super().shutdown(sockets)

    def serve_until_told(self) -> None:
        """Answer until SIGTERM, SIGINT or `should_exit`; requests under way are finished first."""
        try:
            self.run(sockets=[self._listener])
        finally:
            self._listener.close()


def log_discreetly(stream: TextIO) -> None:
    """Write warnings and worse of everybody to `stream`, faults by place and kind."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def allow_many_connections() -> None:
    """Let the process hold as many sockets as the system lets it: each laptop that listens keeps one open."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def collect_rarely() -> None:
    """Keep the collector from walking every record of a batch again and again while it is being read.

    What was loaded stays loaded. What a request makes is freed as its last reference goes; cycles are few and
    can wait for more of them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)


def stop_quietly() -> None:
    """Let SIGTERM and SIGINT end the process in order with status 0.

    uvicorn raises the signal it caught again after its shutdown, for whoever handled it before.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)


def announce(file: Path, address: str) -> None:
    """Write the address for scripts that wait: whole or not at all."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as draft:
        draft.write(address + "\n")
    Path(draft.name).replace(file)
