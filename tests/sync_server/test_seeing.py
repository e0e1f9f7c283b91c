"""An administrator with another person's eyes: reads just what that person reads, writes nothing, and is on record."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import msgspec
import pytest

from crmdesk.core.permissions import Own
from sync_server import accounts, seeing
from sync_server.clock import Moment
from tests.support.laptop import Laptop, enrolled
from tests.support.server import RunningServer

READS = {
    "GET /v1/heads",
    "GET /v1/pull",
    "GET /v1/records/{entity}/{id}/history",
    "GET /v1/reconcile/groups",
    "GET /v1/reconcile/digests",
    "GET /v1/blobs/{sha256}",
    "GET /v1/permissions",
    "GET /v1/audit/roots",
}
OPEN = {"GET /healthz", "GET /readyz", "GET /v1/hello"}
"""Whoever asks these is nobody in particular."""


@pytest.fixture
def root(server: RunningServer) -> Laptop:
    server.add_user("Root", "administrator")
    return enrolled(server, "Root")


def see_as(laptop: Laptop, name: str) -> Laptop:
    laptop.http.headers["Crmdesk-See-As"] = laptop.server.people[name].user
    return laptop


def held(laptop: Laptop) -> dict[Any, Any]:
    laptop.records.clear()
    laptop.pull_all()
    return dict(laptop.records)


def test_it_reads_what_that_person_reads_record_by_record(server: RunningServer, root: Laptop) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer, other = ann.customer("宏远机械"), cai.customer("西区客户")
    ann.visit(customer)
    ann.push()
    cai.push()
    assert customer not in held(root)
    for name, own in (("Ann", ann), ("Cai", cai), ("Mei", enrolled(server, "Mei"))):
        see_as(root, name)
        assert held(root) == held(own)
        assert (customer in root.records, other in root.records) == (name != "Cai", name != "Ann")
    see_as(root, "Ann")
    assert root.http.get(f"/v1/records/customer/{customer.id}/history").status_code == 200
    assert root.http.get(f"/v1/records/customer/{other.id}/history").status_code == 404
    assert (
        root.http.get("/v1/pull", params={"bucket": cai.book, "epoch": 1, "after": 0, "salt": ""}).status_code
        == 404
    )
    mine = msgspec.json.decode(root.http.get("/v1/permissions").content, type=Own).permissions
    assert (mine.name, mine.role) == ("Ann", "rep")


def test_heads_are_those_of_the_person_and_grant_no_lease(server: RunningServer, root: Laptop) -> None:
    ann = enrolled(server, "Ann")
    see_as(root, "Ann")
    reply = root.http.get("/v1/heads", params={"challenge": "0" * 64}).json()
    assert reply["lease"] is None
    assert reply["user"] == server.people["Ann"].user
    assert {head[0] for head in reply["heads"]} == {head.bucket for head in ann.heads().heads}


def test_looking_leaves_no_trace_of_a_pull(server: RunningServer, root: Laptop) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    ann.push()
    see_as(root, "Ann").heads()
    before = server.digest()
    held(root)
    assert server.digest() == before


def paths(server: RunningServer) -> list[tuple[str, str]]:
    openapi = httpx2.get(f"{server.address}/openapi.json", timeout=60).json()
    return [(method.upper(), path) for path, methods in openapi["paths"].items() for method in methods]


def test_every_other_route_refuses_it_and_changes_nothing(server: RunningServer, root: Laptop) -> None:
    see_as(root, "Ann").heads()
    before = server.digest()
    asked = 0
    for method, path in paths(server):
        if f"{method} {path}" in READS | OPEN:
            continue
        address = re.sub(r"\{\w+\}", "0" * 32, path)
        reply = root.http.request(method, address, json=None if method == "GET" else {})
        assert (reply.status_code, reply.json()["code"]) == (403, "seeing_as"), (method, path)
        asked += 1
    assert asked > 30
    assert server.digest() == before


def test_the_routes_that_read_are_there(server: RunningServer) -> None:
    assert {f"{method} {path}" for method, path in paths(server)} >= READS | OPEN


def test_a_push_under_it_is_refused_and_changes_nothing(server: RunningServer, root: Laptop) -> None:
    see_as(root, "Ann").heads()
    before = server.digest()
    root.customer("不该有")
    reply = root.post(root.batch())
    assert (reply.status_code, reply.json()["code"]) == (403, "seeing_as")
    assert server.digest() == before


@pytest.mark.parametrize("name", ["Ann", "Mei"])
def test_nobody_else_may(server: RunningServer, root: Laptop, name: str) -> None:
    laptop = see_as(enrolled(server, name), "Cai")
    before = server.digest()
    for path in ("/v1/heads", "/v1/permissions"):
        reply = laptop.http.get(path)
        assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")
    assert server.digest() == before


def test_an_auditor_and_a_director_may_not_either(server: RunningServer) -> None:
    for name, role in (("Ada", "auditor"), ("Dora", "director")):
        server.add_user(name, role)
        assert see_as(enrolled(server, name), "Ann").http.get("/v1/heads").status_code == 403


def test_whom_there_is_not_or_who_was_shut_out_cannot_be_looked_as(
    server: RunningServer, root: Laptop
) -> None:
    with server.database.write() as connection:
        accounts.disable_user(connection, "Bo", server.clock())
    assert see_as(root, "Bo").http.get("/v1/heads").status_code == 404
    root.http.headers["Crmdesk-See-As"] = "0" * 32
    assert root.http.get("/v1/heads").status_code == 404
    assert rows(root) == []


def rows(root: Laptop) -> list[Any]:
    del root.http.headers["Crmdesk-See-As"]
    found = root.http.get("/v1/audit", params={"kind": "see_as"}).json()["rows"]
    return list(found)


def test_it_is_on_record_once_an_hour_and_pair(server: RunningServer, root: Laptop) -> None:
    see_as(root, "Ann")
    root.pull_all()
    root.heads()
    see_as(root, "Cai").heads()
    server.clock.ahead_ms += seeing.SPAN_MS - 60_000
    del root.http.headers["Crmdesk-See-As"]
    assert root.token().status_code == 200
    see_as(root, "Ann").heads()
    assert len(rows(root)) == 2
    server.clock.ahead_ms += 120_000
    root.token()
    see_as(root, "Ann").heads()
    found = rows(root)
    assert len(found) == 3
    _, _, at, kind, user, device, said, _ = found[0]
    assert (kind, user, device) == ("see_as", server.people["Root"].user, root.welcome["device"])
    assert json.loads(said)["user"] == server.people["Ann"].user if isinstance(said, str) else said["user"]
    assert at <= Moment(server.clock().ms).ms
