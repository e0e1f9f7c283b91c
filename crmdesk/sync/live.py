"""The laptop's end of the live channel: hears that something changed at the server.

When to listen is decided by `schedule`. Nothing but latency depends on what is heard: what is not is found by
asking in intervals.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.values import NOT_JSON
from crmdesk.core.wire import Head
from crmdesk.store import outbox, settings
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Server
from crmdesk.sync import plan
from crmdesk.sync.enrolment import connect
from crmdesk.sync.transport import Line

SILENCE_SECONDS: Final = 45.0
"""A channel that says nothing for so long is dead, whatever it looks like."""
_LARGEST_EVENT: Final = 4 * 1024 * 1024

News: TypeAlias = Literal["open", "alive", "news", "over"]


class Heard(NamedTuple):
    """Why a listener returns.

    `open`: what came before is to be asked now; `alive`: the first word after it, so nothing holds the stream back;
    `news`: a head this laptop has not reached; `over`: the stream ended, for `code` unless the server just closed
    it. `is_alive`: it had said more than that it is open.
    """

    news: News
    is_alive: bool = False
    code: str | None = None


# -- what a stream says: pure -------------------------------------------------------------------------------


class Event(NamedTuple):
    """One server-sent event; a comment, which only says that the other end lives, has no name."""

    name: str
    data: bytes


def events(parts: Iterable[bytes]) -> Iterator[Event]:
    """The events in a stream of bytes, however it was cut. Raises `not_crmdesk` for one without an end."""
    pending = b""
    for part in parts:
        *whole, pending = (pending + part).replace(b"\r\n", b"\n").split(b"\n\n")
        if len(pending) > _LARGEST_EVENT:
            raise CrmError("not_crmdesk", address="")
        yield from map(_event, whole)


def _event(text: bytes) -> Event:
    name, data = "", []
    for line in text.split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"event":
            name = value.strip().decode("utf-8", "replace")
        elif field == b"data":
            data.append(value.removeprefix(b" "))
    return Event(name, b"\n".join(data))


def read_heads(data: bytes) -> tuple[Head, ...]:
    """The heads that an event tells of. Raises `not_crmdesk`."""
    try:
        return msgspec.json.decode(data, type=tuple[Head, ...])
    except NOT_JSON as error:
        raise CrmError("not_crmdesk", address="") from error


def is_news(heads: Sequence[Head], cursors: dict[str, outbox.Cursor]) -> bool:
    """Whether any head is one that this laptop has not reached; its own pushes come back as heads it has."""
    steps = plan.steps({h.bucket: cursors[h.bucket] for h in heads if h.bucket in cursors}, heads)
    return bool(steps.pulls or steps.regressed)


# -- listening ------------------------------------------------------------------------------------------------


class Listener:
    """One stream at a time, for one worker. `hang_up`, from any thread, ends it within a moment."""

    def __init__(self, replica: Replica, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._replica = replica
        self._silence = silence_seconds
        self._stream: Generator[Heard, None, None] | None = None
        self._line: Line | None = None
        self._is_over = threading.Event()

    def hear(self) -> Heard:
        """Wait for something worth knowing, opening the channel first if it is not open."""
        if self._stream is None:
            self._stream = self._listen()
        heard = next(self._stream)
        if heard.news == "over":
            self._stream = None
        return heard

    def hang_up(self) -> None:
        """Hear no more."""
        self._is_over.set()
        if self._line is not None:
            self._line.hang_up()

    def close(self) -> None:
        """In the worker, after `hang_up`: leave nothing open."""
        if self._stream is not None:
            self._stream.close()

    def _listen(self) -> Generator[Heard, None, None]:
        is_alive = False
        try:
            with closing(self._events()) as said:
                for event in said:
                    if event.name == "open":
                        yield Heard("open")
                    elif event.name == "heads" and self._is_news(event.data):
                        is_alive = True
                        yield Heard("news", True)
                    elif not is_alive:
                        is_alive = True
                        yield Heard("alive", True)
        except CrmError as error:
            yield Heard("over", is_alive, error.code)
        else:
            yield Heard("over", is_alive)

    def _events(self) -> Generator[Event, None, None]:
        line = self._line = self._connected()
        try:
            if self._is_over.is_set():
                return
            with connect(self._replica, line).live() as parts:
                yield from events(parts)
        finally:
            line.close()

    def _connected(self) -> Line:
        with self._replica.database.read() as connection:
            server = settings.read(connection, "server", Server)
        if not isinstance(server, Server):
            raise CrmError("not_enrolled")
        return Line(server.url, read_seconds=self._silence, pins=server.pins)

    def _is_news(self, data: bytes) -> bool:
        heads = read_heads(data)
        with self._replica.database.read() as connection:
            return is_news(heads, outbox.cursors(connection))
