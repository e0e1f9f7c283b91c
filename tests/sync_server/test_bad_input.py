from __future__ import annotations

import gzip
import socket
import sqlite3
import time
import tracemalloc
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import psycopg
import pytest
import zstandard

from crmdesk.core.wire import MAX_BODY_BYTES
from crmdesk.store import dialect
from sync_server import accounts
from sync_server.handlers.bodies import plain
from tests.support.laptop import Laptop, enrolled, verdicts
from tests.support.postgres import in_a_service
from tests.support.server import RunningServer, running_company, running_server

GOOD = b'{"batch":"%s","actor":"%s","chain":null,"log":[],"records":[]}' % (b"b" * 32, b"a" * 32)
BAD_PUSHES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "malformed_body"),
    "no JSON": (b"<html>", "malformed_body"),
    "a list": (b"[]", "malformed_body"),
    "duplicate keys": (GOOD.replace(b'"chain"', b'"actor":"%s","chain"' % (b"c" * 32)), "not_canonical"),
    "spaces": (GOOD.replace(b",", b", "), "not_canonical"),
    "an unknown key": (GOOD.replace(b'"log"', b'"device":"x","log"'), "malformed_body"),
    "a missing key": (GOOD.replace(b'"chain":null,', b""), "malformed_body"),
    "not a number": (GOOD.replace(b"null", b"NaN"), "malformed_body"),
    "a wrong type": (GOOD.replace(b"null", b"5"), "malformed_body"),
    "an actor that is no id": (GOOD.replace(b"a" * 32, b"A" * 32), "malformed_body"),
    "a batch that is no id": (GOOD.replace(b"b" * 32, b"../b"), "malformed_body"),
    "a log without its record": (
        GOOD.replace(b'"log":[]', b'"log":[[1,"customer","x","main",[]]]'),
        "malformed_body",
    ),
    "a record twice": (
        GOOD.replace(b'"records":[]', b'"records":[["customer","x","main",[]],["customer","x","main",[]]]'),
        "malformed_body",
    ),
    "a huge number": (
        GOOD.replace(b'"log":[]', b'"log":[[99999999999999999999,"customer","x","main",[]]]'),
        "malformed_body",
    ),
    "broken text": (GOOD.replace(b"b" * 32, b"\xff" * 32), "malformed_body"),
    "depth": (GOOD.replace(b'"log":[]', b'"log":' + b"[" * 100_000 + b"]" * 100_000), "malformed_body"),
    "too many records": (
        GOOD.replace(
            b'"records":[]',
            b'"records":[' + b",".join(b'["customer","%d","main",[]]' % n for n in range(1001)) + b"]",
        ),
        "body_too_large",
    ),
    "too many bytes": (b" " * (MAX_BODY_BYTES + 1), "body_too_large"),
}


@pytest.mark.parametrize("case", BAD_PUSHES)
def test_a_push_that_cannot_be_read_is_refused_and_changes_nothing(server: RunningServer, case: str) -> None:
    content, code = BAD_PUSHES[case]
    ann = enrolled(server, "Ann")
    before = server.digest()
    reply = ann.post(content)
    assert reply.json()["code"] == code
    assert reply.status_code == {"body_too_large": 413}.get(code, 422)
    assert reply.headers["content-type"] == "application/problem+json"
    assert server.digest() == before


def test_the_good_push_beside_them_is_taken(server: RunningServer) -> None:
    assert enrolled(server, "Ann").post(GOOD).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_compressed_push_is_taken_and_answered(server: RunningServer, encoding: str) -> None:
    ann = enrolled(server, "Ann")
    for _ in range(20):
        ann.customer()
    content = msgspec.json.encode(ann.batch())
    pack = gzip.compress if encoding == "gzip" else zstandard.ZstdCompressor().compress
    reply = ann.post(pack(content), **{"Content-Encoding": encoding, "Accept-Encoding": encoding})
    assert reply.status_code == 200
    assert reply.headers["content-encoding"] == encoding


BOMB_BYTES = 256 * 1024 * 1024
BAD_PACKS: dict[str, tuple[str, bytes, str]] = {
    "cut gzip": ("gzip", gzip.compress(GOOD)[:-9], "malformed_body"),
    "cut zstd": ("zstd", zstandard.ZstdCompressor().compress(GOOD)[:-5], "malformed_body"),
    "two gzips": ("gzip", gzip.compress(GOOD) * 2, "malformed_body"),
    "not gzip": ("gzip", GOOD, "malformed_body"),
    "not zstd": ("zstd", GOOD, "malformed_body"),
    "unknown": ("br", GOOD, "malformed_body"),
}


@cache
def bomb(encoding: str) -> bytes:
    """A few kilobytes that unfold to a quarter of a gigabyte. Made where it is used: that takes a second."""
    content = bytes(BOMB_BYTES)
    return gzip.compress(content) if encoding == "gzip" else zstandard.ZstdCompressor().compress(content)


@pytest.mark.parametrize("case", [*BAD_PACKS, "gzip bomb", "zstd bomb"])
def test_a_body_that_does_not_unfold_well_is_refused(server: RunningServer, case: str) -> None:
    encoding, is_bomb, _ = case.partition(" bomb")
    encoding, content, code = (encoding, bomb(encoding), "body_too_large") if is_bomb else BAD_PACKS[case]
    ann = enrolled(server, "Ann")
    before = server.digest()
    assert ann.post(content, **{"Content-Encoding": encoding}).json()["code"] == code
    assert server.digest() == before


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_never_held_in_memory(encoding: str) -> None:
    content = bomb(encoding)
    tracemalloc.start()
    begun = time.perf_counter()
    with pytest.raises(Exception, match="body_too_large"):
        plain(content, encoding)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 * 1024 * 1024
    assert time.perf_counter() - begun < 5


BAD_ENROLMENTS: dict[str, bytes] = {
    "duplicate keys": b'{"code":"A","code":"B","device_key":"%s","device_name":"x"}' % (b"a" * 64),
    "an unknown key": b'{"code":"A","device_key":"%s","device_name":"x","role":"manager"}' % (b"a" * 64),
    "a short key": b'{"code":"A","device_key":"aa","device_name":"x"}',
    "a number for a text": b'{"code":5,"device_key":"%s","device_name":"x"}' % (b"a" * 64),
    "no name": b'{"code":"A","device_key":"%s","device_name":""}' % (b"a" * 64),
    "not a number": b'{"code":NaN,"device_key":"%s","device_name":"x"}' % (b"a" * 64),
    "broken text": b'{"code":"\xff","device_key":"%s","device_name":"x"}' % (b"a" * 64),
    "nothing": b"",
    "a list": b"[]",
    "depth": b"[" * 10_000,
}


@pytest.mark.parametrize("case", BAD_ENROLMENTS)
def test_an_enrolment_that_cannot_be_read_is_refused(server: RunningServer, case: str) -> None:
    before = server.digest()
    stranger = Laptop(server, "")
    reply = stranger.http.post(
        "/v1/enrol", content=BAD_ENROLMENTS[case], headers={"Content-Type": "application/json"}
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")
    assert server.digest() == before


def test_a_small_route_takes_no_large_body(server: RunningServer) -> None:
    reply = Laptop(server, "").http.post(
        "/v1/enrol", content=b" " * 100_000, headers={"Content-Type": "application/json"}
    )
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("POST", "/v1/hello", 405, "method_not_allowed"),
        ("GET", "/v1/push", 405, "method_not_allowed"),
        ("GET", "/v1/pull", 401, "session_expired"),
        ("POST", "/v1/push", 401, "session_expired"),
        ("GET", "/v1/heads", 401, "session_expired"),
        ("GET", "/v1/records/customer/x/history", 401, "session_expired"),
        ("POST", "/v1/commands/change-owner", 401, "session_expired"),
    ],
)
def test_each_refusal_is_a_problem_document(
    server: RunningServer, method: str, path: str, status: int, code: str
) -> None:
    query = "bucket=b&epoch=1&after=0&salt=" if path == "/v1/pull" else None
    body = {"id": "a" * 32, "customer": "a" * 32, "to_user": "a" * 32} if "commands" in path else None
    reply = Laptop(server, "").http.request(method, path, params=query, json=body)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json().keys() == {"type", "title", "status", "code", "about"}


@pytest.mark.parametrize("cursor", [{"after": "x"}, {"after": -1}, {"epoch": 2**60}, {"head": "1.5"}])
def test_a_cursor_that_is_no_number_is_malformed(server: RunningServer, cursor: dict[str, str | int]) -> None:
    reply = enrolled(server, "Ann").ask_page("b", **cursor)
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")


@pytest.mark.parametrize("version", ["0", "x", "-1"])
def test_a_client_that_is_too_old_is_told_to_upgrade(server: RunningServer, version: str) -> None:
    reply = Laptop(server, "").http.get("/v1/heads", headers={"Crmdesk-Protocol": version})
    assert (reply.status_code, reply.json()["code"]) == (426, "upgrade_needed")


def test_the_handshake_names_every_entity_and_field(server: RunningServer) -> None:
    hello = Laptop(server, "").http.get("/v1/hello", headers={"Crmdesk-Protocol": "1"}).json()
    assert hello["company"] == "Test company"
    assert "deleted" in hello["entities"]["customer"]
    assert (hello["protocol"], hello["minimum_protocol"], hello["merge"]) == (1, 1, 1)


def test_a_bug_is_a_reference_not_a_traceback(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    with server.database.write() as connection:
        dialect.run(connection, "ALTER TABLE bucket RENAME TO lost")
    reply = ann.http.get("/v1/heads")
    assert (reply.status_code, reply.json()["code"]) == (500, "server_error")
    assert reply.json()["about"].keys() == {"reference"}
    assert "bucket" not in reply.text


@pytest.mark.parametrize("trouble", ["a writer that does not end", "a full disk"])
def test_trouble_with_the_servers_database_is_told_as_the_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    connect = dialect.connect

    def cramped(*args: Any, **kwargs: Any) -> Any:
        connection = connect(*args, **kwargs)
        connection.execute("PRAGMA busy_timeout = 10")
        if trouble == "a full disk":
            connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the present size as the least
        return connection

    with running_company(tmp_path) as server:
        ann = enrolled(server, "Ann")
    monkeypatch.setattr(dialect, "connect", cramped)
    with running_server(tmp_path) as server, closing(sqlite3.connect(server.settings.database)) as holder:
        ann.customer(remark="长" * 20_000)
        if trouble != "a full disk":
            holder.execute("BEGIN IMMEDIATE")
        with httpx2.Client(base_url=server.address, headers=ann.http.headers) as http:
            reply = http.post("/v1/push", content=msgspec.json.encode(ann.batch()))
    assert (reply.status_code, reply.json()["code"]) == (503, "server_busy")
    assert "retry-after" in reply.headers


@in_a_service
def test_a_lock_that_is_not_given_up_is_told_as_busy_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """R17: nobody waits for ever."""
    monkeypatch.setattr(dialect, "BUSY_TIMEOUT_MS", 100)
    with running_server(tmp_path, url=url) as server, psycopg.connect(url) as holder:
        ann = enrolled(server, "Ann")
        holder.execute("SELECT id FROM bucket WHERE id = %s FOR UPDATE", (ann.book,))
        before = server.digest()
        ann.customer()
        reply = ann.post(ann.batch())
        assert (reply.status_code, reply.json()["code"]) == (503, "server_busy")
        assert "retry-after" in reply.headers
        assert server.digest() == before
        holder.rollback()
        assert verdicts(ann.push()) == [("accepted", None)]


@in_a_service
def test_a_database_that_went_away_and_came_back_is_busy_meanwhile(tmp_path: Path, url: str) -> None:
    with running_server(tmp_path, url=url) as server:
        ann = enrolled(server, "Ann")
        ann.customer()
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        reply = ann.post(ann.batch())
        assert (reply.status_code, reply.json()["code"]) == (503, "server_busy")
        assert verdicts(ann.push()) == [("accepted", None)]


@in_a_service
def test_the_server_insists_on_durable_commits(server: RunningServer) -> None:
    """R20: whatever the database's own default is."""
    with server.database.write() as connection:
        assert dialect.value(connection, "SHOW synchronous_commit") == "on"
        assert dialect.value(connection, "SHOW transaction_isolation") == "read committed"
    with server.database.read() as connection:
        assert dialect.value(connection, "SHOW transaction_isolation") == "repeatable read"
        assert dialect.value(connection, "SHOW transaction_read_only") == "on"


def test_text_is_ordered_by_its_bytes_on_both_databases(server: RunningServer) -> None:
    names = ["Zeta", "a", "é", "宏远", "B", "_", "ab", "aB"]
    with server.database.write() as connection:
        for name in names:
            accounts.add_team(connection, name, server.clock())
        rows = dialect.run(connection, "SELECT name FROM team WHERE length(name) < 5 ORDER BY name")
        found = [row[0] for row in rows if row[0] in names]
    assert found == sorted(names, key=str.encode)


def test_a_laptop_that_vanishes_in_the_middle_of_a_push_is_no_fault_in_the_log(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    ann = enrolled(server, "Ann")
    host, port = server.address.removeprefix("http://").split(":")
    access = ann.http.headers["Authorization"]
    head = f"POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: {access}\r\nContent-Length: 100000\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(head.encode() + b"{" * 50_000)
    ann.customer("宏远机械")
    ann.push()  # whatever the server did about the other one, it has done by now
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
