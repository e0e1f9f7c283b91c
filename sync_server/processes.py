"""Several processes that serve one company from one socket: started, replaced when one dies, ended in order."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Final

from crmdesk.core.errors import CrmError
from crmdesk.store.dialect import File
from sync_server.accounts import open_company
from sync_server.app import create_app
from sync_server.leases import authority_of
from sync_server.serving import Server, allow_many_connections, collect_rarely, log_discreetly, stop_quietly
from sync_server.settings import Settings

_log: Final = logging.getLogger(__name__)
_LOOK_S: Final = 0.2
_AGAIN_S: Final = 1.0
"""A process that died is replaced, but not more often than this: what kills it may last."""
_FINISH_S: Final = 15.0
"""How long requests under way may take when all are told to end."""


def serve(settings: Settings, listener: socket.socket, count: int, started: Callable[[], None]) -> None:
    """Serve from `count` processes until told to stop; `started` is called once they all answer.

    Raises `needs_postgresql` for a company in a file, `key_missing`, and what opening the company raises.
    """
    family = _Family(settings, listener)
    try:
        if isinstance(settings.place, File):
            raise CrmError("needs_postgresql")
        with closing(open_company(settings)) as database:
            authority_of(database, settings)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, family.told_to_stop)
        family.keep(count, started)
    finally:
        listener.close()
        family.end()


@dataclass
class _Family:
    """The processes that serve: each with the pipe on which it says that it answers."""

    settings: Settings
    listener: socket.socket
    members: dict[SpawnProcess, Connection] = field(default_factory=dict)
    is_told: bool = False

    def told_to_stop(self, *_signal: object) -> None:
        self.is_told = True

    def keep(self, count: int, started: Callable[[], None]) -> None:
        """Keep so many processes alive until told to stop."""
        waiting = {self._begin() for _ in range(count)}
        while not self.is_told:
            wait([process.sentinel for process in self.members], timeout=_LOOK_S)
            for process in [process for process in self.members if not process.is_alive()]:
                _log.warning("process %s ended by itself (%s) and is replaced", process.pid, process.exitcode)
                self._forget(process)
                time.sleep(_AGAIN_S)
                fresh = self._begin()
                if process in waiting:
                    waiting = (waiting - {process}) | {fresh}
            if waiting and all(
                process in self.members and self.members[process].poll() for process in waiting
            ):
                waiting = set()
                started()

    def _begin(self) -> SpawnProcess:
        context = multiprocessing.get_context("spawn")
        hears, says = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(self.settings, self.listener, says))
        process.start()
        says.close()
        self.members[process] = hears
        return process

    def _forget(self, process: SpawnProcess) -> None:
        self.members.pop(process).close()
        process.join()

    def end(self) -> None:
        """Let each finish what it does, and end."""
        for process in self.members:
            process.terminate()
        last = time.monotonic() + _FINISH_S
        for process in list(self.members):
            process.join(max(0.0, last - time.monotonic()))
            if process.is_alive():
                process.kill()
            self._forget(process)


def _work(settings: Settings, listener: socket.socket, says: Connection) -> None:
    """One process of the family; it does not outlive the one that began it."""
    stop_quietly()
    log_discreetly(sys.stderr)
    allow_many_connections()
    application = create_app(settings)
    collect_rarely()
    _Member(application, listener, lambda: says.send_bytes(b"ready")).serve_until_told()


class _Member(Server):
    """A server that also ends when its parent did."""

    async def on_tick(self, counter: int) -> bool:
        parent = multiprocessing.parent_process()
        if parent is not None and counter % 10 == 0 and not parent.is_alive():
            return True
        return await super().on_tick(counter)
