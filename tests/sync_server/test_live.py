from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_server import accounts, enrolment
from sync_server.live import MAX_PER_DEVICE
from sync_server.signing import signer_of
from sync_server.storage import audience
from tests.support.laptop import Laptop, enrolled
from tests.support.postgres import in_a_file, in_a_service
from tests.support.server import RunningServer, running_company, serving_processes

BEAT_MS = 300
SOON = 8.0
"""Seconds in which anything the server owes has long come, on a busy machine too."""


@pytest.fixture
def server(tmp_path: Path, url: str | None) -> Iterator[RunningServer]:
    """The small company, with a quick heartbeat."""
    with running_company(tmp_path, heartbeat_ms=BEAT_MS, url=url) as running:
        yield running


class Ear:
    """Somebody who listens: events as they came, and whether the stream has ended."""

    def __init__(self, laptop: Laptop) -> None:
        self.events: list[tuple[str, Any]] = []
        self.beats = 0
        self.is_over = False
        self.opened = threading.Event()
        self._laptop = laptop
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        assert self.opened.wait(SOON), "the channel did not open"

    def _listen(self) -> None:
        headers = {"Authorization": self._laptop.http.headers["Authorization"]}
        name = ""
        with httpx2.stream(
            "GET", f"{self._laptop.server.address}/v1/live", headers=headers, timeout=20
        ) as got:
            self.status, self.kind = got.status_code, got.headers["content-type"]
            for line in got.iter_lines():
                if line == ":":
                    self.beats += 1
                elif line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.events.append((name, json.loads(line.removeprefix("data: "))))
                    self.opened.set()
        self.is_over = True

    def heads(self) -> dict[str, int]:
        """The latest seq that was told, by bucket."""
        return {h[0]: h[2] for name, heads in self.events if name == "heads" for h in heads}

    def waits_for(self, what: str) -> None:
        deadline = time.monotonic() + SOON
        while time.monotonic() < deadline:
            if self.is_over if what == "end" else self.beats if what == "beat" else what in self.heads():
                return
            time.sleep(0.01)
        raise AssertionError(f"no {what}: {self.events}, {self.beats} beats")

    def join(self) -> None:
        self._thread.join(SOON)
        assert not self._thread.is_alive()


def test_r39_a_commit_is_told_as_a_head_and_as_nothing_else(server: RunningServer):
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    ear = Ear(bo)
    ann.customer("宏远机械")
    (commit,) = ann.push().commits
    ear.waits_for(ann.book)
    assert (ear.status, ear.kind.split(";")[0]) == (200, "text/event-stream")
    assert ear.events[0] == ("open", [])
    assert all(name == "heads" for name, _ in ear.events[1:])
    assert [ann.book, 1, commit.seq, commit.salt, 0] in [head for _, heads in ear.events for head in heads]
    enrolment_end(server, bo)
    ear.join()


def enrolment_end(server: RunningServer, laptop: Laptop) -> None:
    with server.database.write() as connection:
        enrolment.revoke(connection, laptop.welcome["device"], server.clock())


def test_r39_a_quiet_channel_beats(server: RunningServer):
    ann = enrolled(server, "Ann")
    ear = Ear(ann)
    ear.waits_for("beat")
    assert not ear.is_over
    enrolment_end(server, ann)
    ear.join()


def test_nobody_hears_of_a_bucket_that_is_not_theirs_to_read(server: RunningServer):
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    ear, theirs = Ear(cai), Ear(ann)
    ann.customer("宏远机械")
    ann.push()
    theirs.waits_for(ann.book)
    ear.waits_for("beat")
    assert ann.book not in ear.heads()
    for laptop in (ann, cai):
        enrolment_end(server, laptop)
    ear.join()
    theirs.join()


def test_the_stream_of_a_revoked_device_ends_within_a_heartbeat(server: RunningServer):
    ann = enrolled(server, "Ann")
    ear = Ear(ann)
    enrolment_end(server, ann)
    ear.waits_for("end")
    ear.join()


def test_the_stream_of_a_disabled_person_ends_within_a_heartbeat(server: RunningServer):
    ear = Ear(enrolled(server, "Ann"))
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    ear.waits_for("end")
    ear.join()


def test_the_stream_ends_when_its_users_rights_change(server: RunningServer):
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    ear, hers = Ear(ann), Ear(mei)
    server.add_user("Dan", "rep", "West")  # Mei may read his book from now on, Ann may not
    hers.waits_for("end")
    assert not ear.is_over
    enrolment_end(server, ann)
    ear.join()
    hers.join()


def test_a_device_that_opens_many_streams_keeps_the_latest(server: RunningServer):
    ann = enrolled(server, "Ann")
    ears = [Ear(ann) for _ in range(MAX_PER_DEVICE + 1)]
    ears[0].waits_for("end")
    ann.customer("宏远机械")
    ann.push()
    for ear in ears[1:]:
        ear.waits_for(ann.book)
    enrolment_end(server, ann)
    for ear in ears:
        ear.join()


def test_a_commit_of_another_process_is_told_too(server: RunningServer):
    """The administrator's command line writes to the same database without a word to the server."""
    ann = enrolled(server, "Ann")
    ear = Ear(ann)
    with server.database.write() as connection:  # the tests' own connection, as good as another process
        accounts.add_team(connection, "South", server.clock())
    ear.waits_for(ann.welcome["config"])
    enrolment_end(server, ann)
    ear.join()


def test_nobody_listens_without_signing_in(server: RunningServer):
    reply = httpx2.get(f"{server.address}/v1/live")
    assert (reply.status_code, reply.json()["code"]) == (401, "session_expired")


def test_open_streams_do_not_hold_up_the_servers_end(tmp_path: Path):
    with running_company(tmp_path) as server:
        ear = Ear(enrolled(server, "Ann"))
        began = time.monotonic()
    assert time.monotonic() - began < 5
    ear.join()
    assert ear.is_over


@in_a_file
def test_r39_hundreds_of_streams_cost_no_thread_and_no_question_each(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
):
    writer = enrolled(server, "Bo")
    asked: list[str] = []
    for name in ("readers", "rights", "signed_in", "fresh_heads"):
        monkeypatch.setattr(audience, name, counted(getattr(audience, name), asked))
    with ExitStack() as stack:
        crowd = [
            stack.enter_context(closing(stream(server, access))) for access in accesses(server, "Ann", 100)
        ]
        everybody_hears(crowd, b"event: open")
        asked.clear()
        began = time.monotonic()
        everybody_hears(crowd, b"\n:\n")
        writer.customer("宏远机械")
        writer.push()
        everybody_hears(crowd, writer.book.encode())
        seconds = time.monotonic() - began
        assert threading.active_count() < 80  # the server's workers are few, whoever listens
        looks = seconds / (server.settings.look_ms / 1000) + 2
        assert len(asked) <= 4 * looks


@in_a_service
def test_r39_what_one_server_process_takes_in_the_listeners_of_the_others_hear(tmp_path: Path, url: str):
    with serving_processes(tmp_path, url) as server, ExitStack() as stack:
        writer = enrolled(server, "Bo")
        crowd = [
            stack.enter_context(closing(stream(server, access))) for access in accesses(server, "Ann", 12)
        ]
        everybody_hears(crowd, b"event: open")
        writer.customer("宏远机械")
        writer.push()
        everybody_hears(crowd, writer.book.encode())


def counted(ask: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    def also_noted(*arguments: Any) -> Any:
        asked.append(ask.__name__)
        return ask(*arguments)

    return also_noted


def accesses(server: RunningServer, name: str, count: int) -> list[str]:
    """Access tokens of so many laptops of one person."""
    now, signer, found = server.clock(), signer_of(server.settings), []
    with server.database.write() as connection:
        for _ in range(count):
            code = enrolment.issue_code(connection, name, now, 60_000, hold=False)
            public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
            found.append(
                enrolment.enrol(connection, server.settings, signer, code, public, "laptop", now).access
            )
    return [access for access in found if access]


def stream(server: RunningServer, access: str) -> socket.socket:
    """A bare connection that asked to listen."""
    host, port = server.address.removeprefix("http://").split(":")
    opened = socket.create_connection((host, int(port)), timeout=SOON)
    opened.sendall(f"GET /v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {access}\r\n\r\n".encode())
    return opened


def everybody_hears(crowd: list[socket.socket], what: bytes) -> None:
    for each in crowd:
        heard = b""
        while what not in heard:
            part = each.recv(65536)
            assert part, (what, heard)
            heard += part
