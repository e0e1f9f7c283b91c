"""The live channel: laptops that listen hear at once which buckets have changed, and need not ask.

One task a process looks for new commits, whichever process made them, and tells every listener that may hear of
them; a listener costs no thread and no question of its own. Nothing but latency depends on it: a laptop that
hears nothing asks by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.wire import Head
from crmdesk.store.database import Database
from sync_server.clock import Moment
from sync_server.settings import Settings
from sync_server.storage import audience
from sync_server.storage.devices import Bearer

_log: Final = logging.getLogger(__name__)

MAX_DEVICES: Final = 20_000
"""Devices that one process tells; one that comes later asks in intervals."""
MAX_PER_DEVICE: Final = 3
"""Streams of one device; the oldest, most likely cut off without a word, makes room."""
FIRST_BEAT_SECONDS: Final = 1.0
"""So soon a laptop hears that nothing in between holds its stream back."""
_LOOK_BACK_MS: Final = 10_000
"""A commit is found this long after the time it names: it took that long, or two processes' clocks differ."""


class Listener:
    """One open stream and what it has not been told yet. Belongs to the event loop's thread.

    `buckets` are those its user could read when it began: a change of rights ends the stream, and the laptop
    comes again with a question that is answered by its rights of then.
    """

    def __init__(self, who: Bearer, buckets: Iterable[str]) -> None:
        self.user, self.device = who.user, who.device
        self.buckets = frozenset(buckets)
        self.is_over = False
        self._news: dict[str, Head] = {}
        self._moved = asyncio.Event()

    def tell(self, head: Head) -> None:
        """A later head of a bucket replaces an earlier one, so a slow reader owes no more than its buckets."""
        self._news[head.bucket] = head
        self._moved.set()

    def end(self) -> None:
        """Tell nothing more."""
        self.is_over = True
        self._moved.set()

    async def news(self, patience: float) -> tuple[Head, ...]:
        """What changed since it was asked last; empty after so many seconds, or at the end."""
        try:
            async with asyncio.timeout(patience):
                await self._moved.wait()
        except TimeoutError:
            return ()
        self._moved.clear()
        heads, self._news = tuple(self._news.values()), {}
        return heads


class LiveChannel:
    """All listeners of this process. `run` is its task; all but `listener` belongs to the same event loop."""

    def __init__(self, database: Database, settings: Settings, now: Callable[[], Moment]) -> None:
        self._database, self._settings, self._now = database, settings, now
        self._by_device: dict[str, list[Listener]] = {}
        self._by_bucket: dict[str, set[Listener]] = {}
        self._told: dict[str, Head] = {}

    @property
    def listeners(self) -> list[Listener]:
        """Every open stream."""
        return [listener for own in self._by_device.values() for listener in own]

    def listener(self, who: Bearer) -> Listener:
        """The beginning of a stream; reads rights, on a worker's thread. Raises `server_busy` if there are too many."""
        if len(self._by_device) >= MAX_DEVICES:
            raise CrmError("server_busy")
        with self._database.read() as connection:
            return Listener(who, audience.rights(connection, [who.user]).get(who.user, ()))

    async def stream(self, listener: Listener) -> AsyncIterator[bytes]:
        """Server-sent events until somebody hangs up or the listener's rights change."""
        self._enter(listener)
        try:
            yield b"event: open\ndata: []\n\n"
            beat = self._settings.heartbeat_ms / 1000
            patience = min(FIRST_BEAT_SECONDS, beat)
            while not listener.is_over:
                heads = await listener.news(patience)
                patience = beat
                yield b"event: heads\ndata: " + msgspec.json.encode(heads) + b"\n\n" if heads else b":\n\n"
        finally:
            self._leave(listener)

    def _enter(self, listener: Listener) -> None:
        own = self._by_device.setdefault(listener.device, [])
        for oldest in own[: len(own) + 1 - MAX_PER_DEVICE]:
            oldest.end()
        own.append(listener)
        for bucket in listener.buckets:
            self._by_bucket.setdefault(bucket, set()).add(listener)

    def _leave(self, listener: Listener) -> None:
        own = self._by_device[listener.device]
        own.remove(listener)
        if not own:
            del self._by_device[listener.device]
        for bucket in listener.buckets:
            hearing = self._by_bucket[bucket]
            hearing.remove(listener)
            if not hearing:
                del self._by_bucket[bucket]

    def end(self) -> None:
        """End every stream: the server is closing."""
        for listener in self.listeners:
            listener.end()

    async def run(self) -> None:
        """Look for news for as long as the server runs; while nobody listens, look for nothing."""
        loop = asyncio.get_running_loop()
        reviewed = loop.time()
        while True:
            await asyncio.sleep(self._settings.look_ms / 1000)
            if not self._by_device:
                reviewed = loop.time()
                continue
            try:
                await self._tell()
                if loop.time() - reviewed >= self._settings.heartbeat_ms / 1000:
                    reviewed = loop.time()
                    await self._review()
            except CrmError as error:  # the database is busy or away: later
                _log.warning("the live channel looked in vain: %s", error.code)

    async def _tell(self) -> None:
        heads, readers = await asyncio.to_thread(self._look)
        for head in heads:
            may = readers.get(head.bucket, ())
            for listener in self._by_bucket.get(head.bucket, ()):
                if listener.user in may:
                    listener.tell(head)
                else:
                    listener.end()

    def _look(self) -> tuple[list[Head], dict[str, set[str]]]:
        """The heads that nobody was told of yet, and who may hear of them now."""
        with self._database.read() as connection:
            found = audience.fresh_heads(connection, self._now().ms - _LOOK_BACK_MS)
            fresh = [head for head in found if self._told.get(head.bucket) != head]
            self._told = {head.bucket: head for head in found}
            return fresh, audience.readers(connection, {head.bucket for head in fresh})

    async def _review(self) -> None:
        """End the streams of those who were shut out or whose rights have changed."""
        listening = self.listeners
        users, devices = {each.user for each in listening}, {each.device for each in listening}
        rights, active = await asyncio.to_thread(self._rights, users, devices)
        for listener in listening:
            if listener.device not in active or rights.get(listener.user, set()) != listener.buckets:
                listener.end()

    def _rights(self, users: Iterable[str], devices: Iterable[str]) -> tuple[dict[str, set[str]], set[str]]:
        with self._database.read() as connection:
            return audience.rights(connection, users), audience.signed_in(connection, devices)
