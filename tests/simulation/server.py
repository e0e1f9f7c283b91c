"""The real server in this process: its application called as a web server calls it, its disk one that can fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

import anyio.to_thread
import fastapi.concurrency
import fastapi.dependencies.utils
import fastapi.routing
import pytest
import starlette._exception_handler
import starlette.concurrency
import starlette.routing
from fastapi import FastAPI

from crmdesk.core.record import RecordKey, decode
from crmdesk.store import dialect
from crmdesk.store.database import Database
from crmdesk.sync.transport import Request
from sync_server.app import create_app
from sync_server.clock import Moment
from sync_server.settings import Settings
from tests.simulation.account import Account, Copy, is_watched
from tests.simulation.disk import Disk
from tests.simulation.service import ServiceDisk

_POOLED: Final = (
    fastapi.concurrency, fastapi.dependencies.utils, fastapi.routing,
    starlette._exception_handler, starlette.concurrency, starlette.routing,
)  # fmt: skip


class Answer:
    """What a request was answered: status, headers in lower case, the body."""

    def __init__(self) -> None:
        self.status, self.body = 0, b""
        self.headers: dict[str, str] = {}

    async def take(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")


@contextmanager
def in_this_thread() -> Iterator[None]:
    """Handlers run where they are called, so that one thread decides the order of everything."""

    async def inline(work: Any, *said: Any, **named: Any) -> Any:
        return work(*said, **named)

    async def at_once(work: Any, *said: Any, **_limits: Any) -> Any:
        return work(*said)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anyio.to_thread, "run_sync", at_once)
        for place in _POOLED:
            if hasattr(place, "run_in_threadpool"):
                patch.setattr(place, "run_in_threadpool", inline)
        patch.setattr(asyncio, "timeout", lambda _: nullcontext())  # no event loop runs, and nothing dawdles
        logging.getLogger("sync_server").setLevel(logging.CRITICAL)
        yield


@dataclass
class Heights:
    """How far each bucket had come, as everybody could see (I7)."""

    epoch: int = 0
    seqs: dict[str, int] = field(default_factory=dict)
    salts: dict[tuple[str, int], str] = field(default_factory=dict)


@dataclass
class SimServer:
    """One server process over one company."""

    disk: Disk
    settings: Settings
    random: Random
    account: Account
    now_ms: Callable[[], int]
    requests: int = 0
    copy: Copy = field(default_factory=lambda: Copy("server", is_server=True))
    heights: Heights = field(default_factory=Heights)
    _app: FastAPI | None = None

    def placed(self) -> Settings:
        """The settings, with the database that the company is in now."""
        if isinstance(self.disk, ServiceDisk):
            return replace(self.settings, url=self.disk.url)
        return self.settings

    def moment(self) -> Moment:
        return Moment(self.now_ms(), self.random.randbytes)

    @property
    def database(self) -> Database:
        if self._app is None:
            self._app = create_app(self.placed(), self.moment)
        found = self._app.state.context.database
        assert isinstance(found, Database)
        return found

    def handle(self, request: Request) -> Answer:
        """One request from its first byte to its last."""
        _ = self.database
        self.requests += 1
        answer = Answer()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.content or b"", "more_body": False}

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method,
            "scheme": "http", "path": request.path, "raw_path": request.path.encode(), "root_path": "",
            "query_string": urlencode(dict(request.params)).encode(), "client": ("192.0.2.1", 1), "server": ("server", 1),
            "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers.items()],
        }  # fmt: skip
        assert self._app is not None
        running = self._app(scope, receive, answer.take)
        try:
            running.send(None)
        except StopIteration:
            pass
        else:
            raise AssertionError("a handler waited for something outside this process")
        if request.method == "POST":
            self.look()
        return answer

    # -- dying ---------------------------------------------------------------------------------------

    def restart(self, image: dict[str, bytes] | None = None) -> None:
        """The process ends and starts again on what its disk then holds; `image` None: as it was stopped."""
        kept = self.disk.image if self.disk.is_dead else self.disk.files()
        self.stop()
        self.disk.put_back(kept if image is None else image)
        self.look()

    def image(self) -> dict[str, bytes]:
        """A backup of everything on the disk."""
        if isinstance(self.disk, ServiceDisk):
            self.stop()
            return self.disk.back_up()
        return self.disk.files()

    def go_back(self, image: dict[str, bytes]) -> None:
        """Another disk with an old backup on it takes the place of the present one."""
        self.copy, self.heights = Copy("server", is_server=True), Heights()
        self.restart(image)

    def stop(self) -> None:
        if self._app is not None:
            with self.disk.calm():
                self._app.state.context.database.close()
            self._app = None

    # -- watching ------------------------------------------------------------------------------------

    def look(self) -> None:
        """Compare every record with what it may hold, and every bucket with how far it had come."""
        present: set[RecordKey] = set()
        with self.disk.calm(), self.database.read() as connection:
            for entity, record_id, part, state in dialect.run(
                connection, "SELECT entity, id, part, state FROM record"
            ).fetchall():
                key = RecordKey(entity, record_id, part)
                if is_watched(key):
                    present.add(key)
                    if self.copy.states.get(key) != state:
                        self.account.look(self.copy, key, bytes(state), decode(bytes(state)))
            if gone := self.copy.states.keys() - present:
                graves = {row[0] for row in dialect.run(connection, "SELECT id FROM grave").fetchall()}
                self.account.bury(self.copy, {key for key in gone if key.id in graves})
                for key in sorted(key for key in gone if key.id not in graves):
                    self.account.blame("I1", f"server: {key.entity} {key.id[-6:]} vanished")
                    self.account.gone(self.copy, key)
            rows = dialect.run(connection, "SELECT id, seq, salt FROM bucket").fetchall()
            epoch = int(dialect.value(connection, "SELECT epoch FROM company"))
            commits = dialect.run(
                connection, "SELECT bucket, count(*), max(seq) FROM bucket_commit GROUP BY bucket"
            )
            counts = {bucket: (count, last) for bucket, count, last in commits.fetchall()}
        self._measure(epoch, rows, counts)

    def _measure(self, epoch: int, rows: list[Any], counts: dict[str, tuple[int, int]]) -> None:
        heights = self.heights
        if heights.epoch != epoch:
            self.heights = heights = Heights(epoch)
        for bucket, seq, salt in rows:
            if seq < heights.seqs.get(bucket, 0):
                self.account.blame("I7", f"bucket {bucket[:6]} fell from {heights.seqs[bucket]} to {seq}")
            heights.seqs[bucket] = seq
            if heights.salts.setdefault((bucket, seq), salt) != salt:
                self.account.blame("I7", f"bucket {bucket[:6]} has two commits {seq}")
            if (count := counts.get(bucket)) and count != (count[1], seq):
                self.account.blame("I7", f"bucket {bucket[:6]} at {seq} has commits {count}")
