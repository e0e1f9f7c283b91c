"""T-10: a server that answers anything. The laptop goes on, keeps what it had, and takes in nothing by halves."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmdesk.store import outbox
from crmdesk.sync import enrolment
from crmdesk.sync.engine import Engine
from crmdesk.sync.transport import Line, Reply, Request
from tests.support.rep import Rep, enrolled
from tests.support.server import RunningServer, running_server
from tests.sync.conftest import Hire

ODD: Final[tuple[Any, ...]] = (
    None, True, -1, 0, 2**53, 2**63, 2**64, 1e308, "", "x", "\u0000", "\u202e", "../../x", "A" * 70_000, [], {}, [[]], [[[]]],
)  # fmt: skip
RAW: Final = (b"", b"{}", b"[]", b"null", b"\xff\xfe", b"NaN", b"[" * 10_000, b'{"bucket":1', b"0" * 100)


class Liar:
    """A line whose answers to some paths are changed on the way."""

    def __init__(self, address: str, path: str, chance: random.Random) -> None:
        self._line, self._path, self._chance = Line(address), path, chance
        self.lies = 0

    @contextmanager
    def send(self, request: Request) -> Iterator[Reply]:
        plain = request._replace(headers={**request.headers, "Accept-Encoding": "identity"})
        with self._line.send(plain) as reply:
            body = b"".join(reply.parts)
            if request.path.startswith(self._path) and self._chance.random() < 0.7:
                self.lies += 1
                body = self._changed(body)
            yield Reply(reply.status, reply.headers, iter((body,)))

    def _changed(self, body: bytes) -> bytes:
        match self._chance.randrange(5):
            case 0:
                return self._chance.choice(RAW)
            case 1:
                return body[: self._chance.randrange(len(body) + 1)]
            case 2:
                spoilt = bytearray(body)
                for _ in range(self._chance.randrange(1, 6)):
                    spoilt[self._chance.randrange(len(spoilt))] = self._chance.randrange(256)
                return bytes(spoilt)
            case _:
                found = json.loads(body)
                for _ in range(self._chance.randrange(1, 4)):
                    self._spoil(found)
                return json.dumps(found, ensure_ascii=self._chance.random() < 0.5).encode(
                    "utf-8", "surrogatepass"
                )

    def _spoil(self, found: Any) -> None:
        """Put something odd somewhere inside, repeat something, or leave it out."""
        while True:
            keys = list(found) if isinstance(found, dict) else list(range(len(found)))
            if not keys:
                return
            key = self._chance.choice(keys)
            if not isinstance(found[key], dict | list) or self._chance.random() < 0.3:
                break
            found = found[key]
        what = self._chance.randrange(3)
        if what == 0 or isinstance(found, dict):
            found[key] = self._chance.choice(ODD)
        elif what == 1:
            found.insert(key, found[key])
        else:
            del found[key]

    def close(self) -> None:
        self._line.close()


def lied_to(rep: Rep, server: RunningServer, path: str, seed: int) -> int:
    """A sync in which the server lies; how often it did. Whatever it says, the sync ends in a report."""
    liar = Liar(server.address, path, random.Random(seed))
    with closing(enrolment.connect(rep.replica, liar)) as http:
        Engine(rep.replica, http).sync()
    return liar.lies


@pytest.fixture
def company(server: RunningServer, hire: Hire) -> Rep:
    """Somebody who has put customers and visits on the server."""
    bo = hire("Bo")
    for n in range(12):
        bo.visit(bo.customer(f"客户 {n}", city="苏州"), f"谈价格 {n}")
    bo.sync()
    return bo


@pytest.mark.parametrize("path", ["/v1/pull", "/v1/heads", "/v1/push", "/v1/reconcile", "/v1/"])
def test_t10_whatever_a_server_answers_a_sync_ends_in_a_report_and_unsent_work_stays(
    server: RunningServer, company: Rep, tmp_path: Path, path: str
) -> None:
    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        database=None,
    )
    @given(st.integers(0, 2**32))
    def lie(seed: int) -> None:
        folder = tmp_path / f"{path.strip('/').replace('/', '-')}-{seed}-{random.random()}"
        ann = enrolled(server.address, server.code(server.people["Ann"].user), folder / "crmdesk.db")
        with closing(ann):
            typed = ann.customer("录入在本机的客户")
            lied_to(ann, server, path, seed)
            assert ann.name(typed) == "录入在本机的客户"
            assert sorted(folder.iterdir()) == sorted(folder.glob("crmdesk*")), "nothing is written elsewhere"

    lie()


class Always(Liar):
    """Lies each time, in one way."""

    def __init__(self, address: str, path: str, lie: Callable[[bytes], bytes]) -> None:
        super().__init__(address, path, random.Random(1))
        self._lie = lie
        self._chance.random = lambda: 0.0  # type: ignore[method-assign]

    def _changed(self, body: bytes) -> bytes:
        return self._lie(body)


def altered(**parts: Any) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps({**json.loads(body), **parts}).encode()


@pytest.mark.parametrize(
    "lie",
    [
        lambda body: body[:-1],
        lambda _: b"<html>",
        altered(bucket="0" * 32),
        altered(items=[[1, "UPDATE"]]),
        altered(seq="many"),
        altered(seq=2**64),
        lambda body: body.replace(b'"items":[[', b'"items":[[1e999,'),
    ],
)
def test_t10_a_page_that_cannot_be_read_leaves_records_and_cursor_as_they_were(
    server: RunningServer, company: Rep, hire: Hire, lie: Callable[[bytes], bytes]
) -> None:
    ann, book = hire("Ann"), company.replica.identity().book
    liar = Always(server.address, "/v1/pull", lambda body: lie(body) if b'"customer"' in body else body)
    with closing(enrolment.connect(ann.replica, liar)) as http:
        problem = Engine(ann.replica, http).sync().problem
    assert problem is not None
    assert problem.code == "not_crmdesk"
    with ann.replica.database.read() as connection:
        assert book not in outbox.cursors(connection)
    assert not [key for key in ann.states() if key.entity in ("customer", "visit")]
    ann.sync()
    assert company.names() <= ann.names()


def test_t10_a_server_whose_pages_never_end_is_given_up(
    server: RunningServer, company: Rep, hire: Hire
) -> None:
    ann = hire("Ann")
    liar = Always(server.address, "/v1/pull", altered(complete=False, seq=0, items=[]))
    with closing(enrolment.connect(ann.replica, liar)) as http:
        problem = Engine(ann.replica, http).sync().problem
    assert problem is not None
    assert problem.code == "not_crmdesk"
    assert liar.lies < 10


def test_t10_another_companys_server_is_told_nothing(
    server: RunningServer, hire: Hire, tmp_path: Path
) -> None:
    ann = hire("Ann")
    with running_server(tmp_path / "other") as other:
        with closing(enrolment.connect(ann.replica, Line(other.address))) as http:
            problem = Engine(ann.replica, http).sync().problem
        assert problem is not None
        assert problem.code == "wrong_server"
