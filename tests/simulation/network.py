"""The lines between laptops and their server: they lose, repeat, delay, cut and bring late, as a seed decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Final

from crmdesk.core.errors import CrmError
from crmdesk.sync.transport import Reply, Request
from tests.simulation.disk import KilledError
from tests.simulation.server import Answer, SimServer

KEPT_MESSAGES: Final = 30
MANY_MESSAGES: Final = 400
"""No sync of these small companies needs so many: it goes round in circles."""


@dataclass
class Line:
    """One laptop's line. `lost` is the chance of each trouble per message; `cut` which direction is dead."""

    laptop: str
    server: SimServer
    chance: Random
    happened: Counter[str]
    pause: Callable[[], None]
    is_dead: Callable[[], bool]
    died: Callable[[], None]
    said: Callable[[str], None]
    trouble: float = 0.0
    cut: str | None = None
    answered: list[Request] = field(default_factory=list)
    late: list[Request] = field(default_factory=list)
    messages: int = 0
    """Since its last sync began."""

    @contextmanager
    def send(self, request: Request) -> Iterator[Reply]:
        self.messages += 1
        if self.messages > MANY_MESSAGES:
            raise RuntimeError(f"{self.laptop} goes round in circles")
        self._wait()
        if self.cut == "up" or self._is_unlucky("message dropped"):
            self.happened["one-way cut, to the server"] += self.cut == "up"
            raise CrmError("offline")
        answer = self._deliver(request)
        if request.method == "POST" and self._is_unlucky("message duplicated"):
            second = self._deliver(request)
            answer = answer if self.chance.random() < 0.5 else second
        if request.method == "POST" and self._is_unlucky("message reordered"):
            self.late.append(request)
        self._wait()
        if self.cut == "down" or self._is_unlucky("reply lost", 5 if request.path == "/v1/push" else 1):
            self.happened["one-way cut, from the server"] += self.cut == "down"
            self.happened["reply lost after a commit"] += request.path == "/v1/push" and answer.status == 200
            raise CrmError("offline")
        if answer.status == 401 and request.path != "/v1/token":
            self.happened["token expired"] += 1
        yield Reply(answer.status, answer.headers, self._parts(answer.body))

    def close(self) -> None:
        """Nothing is held open between messages."""

    def _wait(self) -> None:
        """Others may act while this message is under way."""
        self._pause()
        while self._is_unlucky("message delayed"):
            self._pause()

    def _pause(self) -> None:
        self.pause()
        if self.is_dead():
            raise KilledError

    def _is_unlucky(self, what: str, times: int = 1) -> bool:
        if not self.trouble or self.chance.random() >= self.trouble * times:
            return False
        self.happened[what] += 1
        self.said(f"{self.laptop}: {what}")
        return True

    def _deliver(self, request: Request) -> Answer:
        try:
            answer = self.server.handle(request)
        except KilledError:
            self.died()
            raise CrmError("offline") from None
        if answer.status == 200:
            self.answered = [*self.answered[1 - KEPT_MESSAGES :], request]
        self.said(f"{self.laptop}: {request.method} {request.path} {_brief(request)}-> {answer.status}")
        return answer

    def _parts(self, body: bytes) -> Iterator[bytes]:
        if self._is_unlucky("reply cut short"):
            yield body[: self.chance.randrange(len(body) + 1)]
            raise CrmError("offline")
        yield body

    def deliver_late(self) -> None:
        """A message that everybody had forgotten arrives after all; nobody waits for its answer."""
        request = self.late.pop(self.chance.randrange(len(self.late)))
        try:
            answer = self.server.handle(request)
        except KilledError:
            self.died()
        else:
            self.said(f"{self.laptop}: late {request.method} {request.path} -> {answer.status}")


def _brief(request: Request) -> str:
    if request.path != "/v1/pull":
        return ""
    return f"{str(request.params['bucket'])[:6]} after {request.params['after']} "
