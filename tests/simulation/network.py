"""The lines between laptops and their server: they lose, repeat, delay, cut and bring late, as a seed decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Final

import msgspec
import zstandard
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey, decode, encode
from crmdesk.core.wire import Push, PushRecord
from crmdesk.store import dialect, records
from crmdesk.store.records import decode_edit
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
    forges: bool = False
    """Whether the next push claims to have seen more than it has."""
    is_forger: bool = False
    """Whether each push does that writes over what its author has not seen."""
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
        if (self.forges or self.is_forger) and request.path == "/v1/push":
            request = self._forged(request)
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

    def _forged(self, request: Request) -> Request:
        """The same push, one of its records under a clock that covers edits its author never had."""
        body = request.content or b""
        is_packed = request.headers.get("Content-Encoding") == "zstd"
        push = msgspec.json.decode(zstandard.decompress(body) if is_packed else body, type=Push)
        if not push.records:
            return request
        with self.server.disk.calm(), self.server.database.read() as connection:
            actors = dialect.run(connection, "SELECT id, counter FROM actor ORDER BY id").fetchall()
            unseen = _overwriting_unseen(connection, push)
        if not unseen and not self.forges:
            return request
        record = self.chance.choice(unseen or push.records)
        state = decode(bytes(record.state))
        others = {
            actor: counter + self.chance.randrange(3) for actor, counter in actors if actor != push.actor
        }
        ahead = {actor: most for actor, most in others.items() if most > state.clock.get(actor, 0)}
        if not ahead:
            return request
        claimed = self.chance.sample(
            sorted(ahead), len(ahead) if unseen else self.chance.randint(1, len(ahead))
        )
        clock = {**state.clock, **{actor: ahead[actor] for actor in claimed}}
        forged = PushRecord(
            record.entity,
            record.id,
            record.part,
            msgspec.Raw(encode(msgspec.structs.replace(state, clock=clock))),
        )
        told = tuple(forged if one is record else one for one in push.records)
        sent = msgspec.json.encode(msgspec.structs.replace(push, records=told))
        self.forges = False
        self.happened["clock forged"] += 1
        self.said(f"{self.laptop}: clock forged of {record.entity} {record.id[-6:]}")
        return request._replace(content=zstandard.compress(sent) if is_packed else sent)

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
        except CrmError as error:
            if error.code != "disk_full":
                raise
            self.said(f"{self.laptop}: late {request.method} {request.path}, and the server can't start")
        else:
            self.said(f"{self.laptop}: late {request.method} {request.path} -> {answer.status}")


def _brief(request: Request) -> str:
    if request.path != "/v1/pull":
        return ""
    return f"{str(request.params['bucket'])[:6]} after {request.params['after']} "


def _overwriting_unseen(connection: Connection, push: Push) -> list[PushRecord]:
    """The records of a push that write a field to which somebody gave a value that its author has not seen."""
    written: dict[RecordKey, set[str]] = {}
    for entry in push.log:
        key = RecordKey(entry.entity, entry.id, entry.part)
        written.setdefault(key, set()).update(decode_edit(bytes(entry.edit)).values)
    stored = records.load(connection, written)
    found = []
    for record in push.records:
        key = RecordKey(record.entity, record.id, record.part)
        seen = decode(bytes(record.state))
        others = stored[key].record.edits if key in stored else ()
        if any(not seen.has_seen(edit.dot) and not written[key].isdisjoint(edit.values) for edit in others):
            found.append(record)
    return found
