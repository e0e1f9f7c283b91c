"""T-26, T-28, T-49: huge, ambiguous, slow and endless requests. Each is refused at once and keeps nobody waiting."""

from __future__ import annotations

import json
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from crmdesk.core.wire import MAX_BODY_BYTES
from sync_server import serving
from tests.bench.rows import percentile
from tests.support.laptop import Laptop, enrolled
from tests.support.server import RunningServer, running_company

MB = 2**20
SIGN_IN = {
    "name": "Ann",
    "password": "x",
    "device_key": "0" * 64,
    "device_name": "x",
    "signature": "0" * 128,
}


@contextmanager
def bounded(seconds: float = 2.0, megabytes: int = 50) -> Iterator[None]:
    """What happens within takes no longer and holds no more."""
    tracemalloc.start()
    begun = time.monotonic()
    try:
        yield
    finally:
        took, (_, peak) = time.monotonic() - begun, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert took < seconds, took
    assert peak < megabytes * MB, peak / MB


def sign_in_body(**parts: str) -> bytes:
    """A request to sign in, with raw JSON in the place of some of its values."""
    found = {name: json.dumps(value) for name, value in SIGN_IN.items()} | parts
    return ("{" + ",".join(f'"{name}":{value}' for name, value in found.items()) + "}").encode()


AMBIGUOUS: dict[str, bytes] = {
    "a key twice": sign_in_body()[:-1] + b',"name":"Bo"}',
    "a key twice, once escaped": sign_in_body()[:-1] + b',"n\\u0061me":"Bo"}',
    "NaN": sign_in_body(name="NaN"),
    "Infinity": sign_in_body(name="-Infinity"),
    "a number beyond every float": sign_in_body(name="1e999"),
    "a number beyond 64 bits": sign_in_body(name=str(2**64)),
    "five thousand digits": sign_in_body(name="1" * 5000),
    "half a character": sign_in_body(name='"\\ud800"'),
    "half a character as a key": sign_in_body()[:-1] + b',"\\udfff":1}',
    "NUL": sign_in_body(name='"Ann\\u0000"'),
    "NUL in a device's name": sign_in_body(device_name='"x\\u0000"'),
    "raw NUL": sign_in_body(name='"Ann\0"'),
    "not UTF-8": sign_in_body().replace(b"Ann", b"\xc0\x80"),
    "another encoding": sign_in_body().decode().encode("utf-16"),
    "two documents": sign_in_body() * 2,
    "depth": b"[" * 30_000 + b"]" * 30_000,
    "a comment": sign_in_body()[:-1] + b"/**/}",
}


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_t28_what_two_parsers_might_read_differently_is_refused(server: RunningServer, case: str) -> None:
    before = server.digest()
    with bounded():
        reply = Laptop(server, "").http.post(
            "/v1/sign-in", content=AMBIGUOUS[case], headers={"Content-Type": "application/json"}
        )
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")
    assert server.digest() == before


def test_t28_the_good_body_beside_them_is_read(server: RunningServer) -> None:
    reply = Laptop(server, "").http.post(
        "/v1/sign-in", content=sign_in_body(), headers={"Content-Type": "application/json"}
    )
    assert reply.json()["code"] == "wrong_password"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/v1/commits", b'{"commits":[],"commits":[]}'),
        ("/v1/reconcile/states", b'{"bucket":"a","bucket":"b","keys":[]}'),
        ("/v1/reconcile/states", b'{"bucket":"\\u0000","keys":[]}'),
        ("/v1/reconcile/states", b'{"bucket":"\\ud800","keys":[]}'),
        ("/v1/reconcile/states", b'{"bucket":"b","keys":[["customer","\\u0000","main"]]}'),
        ("/v1/commits", b'{"commits":[["b",%d,1,""]]}' % 2**64),
        ("/v1/commits", b'{"commits":[["b",1e999,1,""]]}'),
        ("/v1/recover", b'{"records":[],"edits":[],"records":[]}'),
        ("/v1/push", b'{"batch":NaN}'),
        ("/v1/push", b"[" * 100_000),
    ],
)
def test_t28_bulk_routes_read_one_thing_too(server: RunningServer, path: str, content: bytes) -> None:
    ann = enrolled(server, "Ann")
    before = server.digest()
    reply = ann.http.post(path, content=content, headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")
    assert server.digest() == before


@pytest.mark.parametrize(
    "path",
    [
        "/v1/pull?bucket=%00&epoch=1&after=0&salt=",
        "/v1/records/customer/%00/history",
        "/v1/reconcile/groups?bucket=a%00",
    ],
)
def test_t28_an_address_with_nul_is_refused_on_every_database(server: RunningServer, path: str) -> None:
    reply = enrolled(server, "Ann").http.get(path)
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")


def test_t26_a_clock_of_a_million_entries_is_refused_quickly(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    batch = ann.batch()
    clock = b"{" + b",".join(b'"%032x":1' % n for n in range(1_000_000)) + b"}"
    state = bytes(batch.records[0].state)
    version, placement, _, edits = msgspec.json.decode(state, type=tuple[msgspec.Raw, ...])
    huge = b"[" + b",".join((bytes(version), bytes(placement), clock, bytes(edits))) + b"]"
    record = msgspec.structs.replace(batch.records[0], state=msgspec.Raw(huge))
    before = server.digest()
    with bounded(seconds=10, megabytes=200):  # the test's own copies are most of it
        reply = ann.post(msgspec.structs.replace(batch, records=(record,)))
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert server.digest() == before


def test_t26_a_clock_as_large_as_a_body_may_be_is_refused_as_a_record(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    batch = ann.batch()
    clock = b"{" + b",".join(b'"%032x":1' % n for n in range(180_000)) + b"}"
    version, placement, _, edits = msgspec.json.decode(
        bytes(batch.records[0].state), type=tuple[msgspec.Raw, ...]
    )
    huge = b"[" + b",".join((bytes(version), bytes(placement), clock, bytes(edits))) + b"]"
    record = msgspec.structs.replace(batch.records[0], state=msgspec.Raw(huge))
    body = msgspec.json.encode(msgspec.structs.replace(batch, records=(record,)))
    assert len(body) < MAX_BODY_BYTES
    with bounded(seconds=10, megabytes=120):
        reply = ann.post(body)
    assert reply.status_code == 200
    assert reply.json()["outcomes"][0][3:7:3] == ["rejected", "record_too_large"]


def connected(server: RunningServer) -> socket.socket:
    host, port = server.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


@pytest.mark.parametrize(("path", "limit"), [("/v1/push", MAX_BODY_BYTES), ("/v1/sign-in", 64 * 1024)])
def test_t26_a_hundred_megabytes_without_a_length_are_cut_off_at_the_limit(
    server: RunningServer, path: str, limit: int
) -> None:
    access = enrolled(server, "Ann").http.headers["Authorization"]
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {access}\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    sent, answer = 0, b""
    with bounded(seconds=10), connected(server) as line:
        line.sendall(head.encode())
        line.settimeout(5)
        with suppress(OSError):
            while sent < 100 * MB:
                line.sendall(piece)
                sent += len(piece)
        with suppress(OSError):
            answer = line.recv(65536)
    assert sent < limit + 16 * MB, "beyond the limit only what lay in buffers was taken"
    assert answer == b"" or b" 413 " in answer


def asked(server: RunningServer, times: int = 60) -> list[float]:
    """What another user waits for the health route and for heads, in milliseconds."""
    took = []
    with httpx2.Client(base_url=server.address, timeout=20) as client:
        for n in range(times):
            begun = time.monotonic()
            assert client.get("/healthz" if n % 2 else "/v1/hello").status_code == 200
            took.append((time.monotonic() - begun) * 1000)
    return took


@pytest.fixture
def company(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path) as server:
        yield server


def test_t49_two_hundred_who_never_finish_their_request_keep_nobody_waiting_and_are_hung_up_on(
    company: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 3.0)
    beginnings = (b"", b"GET /healthz HT", b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nX-A: b\r\n")
    with ExitStack() as stack:
        lines = [stack.enter_context(connected(company)) for _ in range(200)]
        for n, line in enumerate(lines):
            line.sendall(beginnings[n % 3])
        assert percentile(asked(company), 0.99) < 1000
        over = time.monotonic() + 10
        for line in lines:
            line.settimeout(max(0.1, over - time.monotonic()))
            with suppress(ConnectionError):
                assert line.recv(100) == b"", "hung up on, within seconds"


def test_t49_a_body_that_pauses_is_hung_up_on_and_a_slow_one_is_not(
    company: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "PAUSE_SECONDS", 1.0)
    content = sign_in_body()
    head = (
        "POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    ).encode()
    with connected(company) as paused, connected(company) as slow:
        paused.sendall(head + content[:10])
        slow.sendall(head)
        for start in range(0, len(content), 40):
            slow.sendall(content[start : start + 40])
            time.sleep(0.25)
        assert b"wrong_password" in read_all(slow)
        assert read_all(paused) == b""


def read_all(line: socket.socket) -> bytes:
    parts = []
    while part := line.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_t49_a_connection_that_is_kept_is_not_hung_up_on_between_requests(
    company: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.5)
    with connected(company) as line:
        for _ in range(3):
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"}"):
                answer += line.recv(65536)
            assert b" 200 " in answer
            time.sleep(0.8)
        line.sendall(b"GET /hea")
        line.settimeout(5)
        assert line.recv(100) == b"", "but the next request must come whole as well"


@pytest.mark.parametrize("header", ["bytes=" + ",".join("0-0" for _ in range(10_000)), "bytes=0-0,1-1"])
def test_t49_a_range_of_ten_thousand_pieces_is_refused(server: RunningServer, header: str) -> None:
    ann = enrolled(server, "Ann")
    with bounded():
        reply = ann.http.get(f"/v1/blobs/{'0' * 64}", headers={"Range": header})
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")


def test_t49_whoever_pushes_garbage_all_the_time_slows_others_to_no_second(company: RunningServer) -> None:
    ann, over = enrolled(company, "Ann"), threading.Event()
    refused: list[int] = []

    def push() -> None:
        body = b'{"batch":"' + b"x" * (4 * MB)
        while not over.is_set():
            refused.append(ann.post(body).status_code)

    thread = threading.Thread(target=push)
    thread.start()
    try:
        took: list[Any] = asked(company)
    finally:
        over.set()
        thread.join(20)
    assert refused
    assert set(refused) == {422}
    assert percentile(took, 0.99) < 1000
