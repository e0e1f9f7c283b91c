"""The administrator's routes: all laptops, what is done with them, codes."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from sync_server.audit import COMPANY
from sync_server.storage import audits
from tests.support.laptop import Laptop, enrolled
from tests.support.server import RunningServer


@pytest.fixture
def root(server: RunningServer) -> Laptop:
    server.add_user("Root", "administrator")
    return enrolled(server, "Root")


def row(server: RunningServer, kind: str) -> tuple[str, dict[str, Any]]:
    """The latest row of a kind: the device that did it, and what it says."""
    with server.database.read() as connection:
        found = audits.latest(connection, {"chain = ?": COMPANY, "kind = ?": kind}, None, 1)[0]
    return found.device, json.loads(found.said)


def test_a_waiting_laptop_is_compared_approved_renamed_and_shut_out(
    server: RunningServer, root: Laptop
) -> None:
    ann = Laptop(server, server.people["Ann"].user)
    ann.enrol(server.code("Ann", hold=True))
    device = ann.welcome["device"]

    def shown() -> dict[str, Any]:
        found = root.http.get("/v1/devices").json()
        assert (found["lock_days"], found["purge_days"]) == (21, 45)
        return next(one for one in found["devices"] if one["device"] == device)

    assert (shown()["state"], shown()["words"]) == ("pending", ann.welcome["words"])
    mine = root.welcome["device"]
    assert root.http.post(f"/v1/devices/{device}/approve").json()["state"] == "active"
    assert row(server, "approve")[0] == mine
    named = root.http.post(f"/v1/devices/{device}/rename", json={"name": "  车间 "})
    assert (named.json()["name"], shown()["name"]) == ("车间", "车间")
    by, told = row(server, "rename")
    assert by == mine
    assert "车间" not in json.dumps(told, ensure_ascii=False)
    assert root.http.post(f"/v1/devices/{device}/rename", json={"name": " "}).json()["code"] == "bad_argument"
    assert (shown()["revoked_at"], shown()["wiped_at"]) == (None, None)
    assert root.http.post(f"/v1/devices/{device}/revoke").json()["state"] == "revoked"
    assert abs(shown()["revoked_at"] - server.clock().ms) < 60_000
    assert row(server, "revoke")[0] == mine


def test_nobody_shuts_out_the_laptop_they_sit_at(root: Laptop) -> None:
    reply = root.http.post(f"/v1/devices/{root.welcome['device']}/revoke")
    assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")
    assert root.http.get("/v1/heads").status_code == 200


def test_a_code_lets_one_laptop_in_and_a_reset_lets_a_new_password_be_chosen(
    server: RunningServer, root: Laptop
) -> None:
    user = server.people["Ann"].user
    made = root.http.post(f"/v1/people/{user}/code", json={"valid_hours": 2, "hold": True}).json()
    assert abs(made["expires_at"] - server.clock().ms - 2 * 60 * 60 * 1000) < 60_000
    ann = Laptop(server, user)
    assert ann.enrol(made["code"]).json()["state"] == "pending"
    assert row(server, "code")[0] == root.welcome["device"]
    server.give_password("Ann", "曾经用过的密码很长")
    reset = root.http.post(f"/v1/people/{user}/reset-password", json={}).json()
    asked = {"name": "Ann", "code": reset["code"], "new": "一个新的密码也很长"}
    assert root.http.post("/v1/password/reset", json=asked).status_code == 200
    by, told = row(server, "reset_password")
    assert by == root.welcome["device"]
    assert reset["code"] not in json.dumps(told)


def test_what_is_lent_in_the_whole_company_is_told_without_the_names_of_customers(
    server: RunningServer, root: Laptop
) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer("宏远机械").id
    ann.push()
    cai, until = server.people["Cai"].user, server.clock().ms + 24 * 60 * 60 * 1000
    asked = {"id": "a" * 32, "customers": [customer], "user": cai, "can_write": True, "until": until}
    assert ann.http.post("/v1/commands/share", json=asked).status_code == 200
    away = {"id": "b" * 32, "user": ann.user, "to_user": cai, "starts": until - 1000, "ends": until}
    made = ann.http.post("/v1/commands/delegate", json=away).json()["made"]
    told = root.http.get("/v1/grants")
    assert "宏远" not in told.text
    found = told.json()
    (share,), (standing_in,) = found["shares"], found["delegations"]
    assert (share["customer"], share["owner"], share["user"], share["by"]) == (
        customer,
        ann.user,
        cai,
        ann.user,
    )
    assert (share["can_write"], share["until"], found["total"]) == (True, until, 1)
    assert (standing_in["delegation"], standing_in["deputy"], standing_in["ends"]) == (made, cai, until)
    ended = {"id": "c" * 32, "share": share["share"]}
    assert root.http.post("/v1/commands/end-share", json=ended).status_code == 200
    assert root.http.get("/v1/grants").json()["shares"] == []


def test_what_lets_people_in_takes_the_password(server: RunningServer, root: Laptop) -> None:
    server.give_password("Root", "管理员的密码")
    ann, device = server.people["Ann"].user, enrolled(server, "Ann").welcome["device"]
    paths = [f"/v1/people/{ann}/code", f"/v1/people/{ann}/reset-password"]
    paths += [f"/v1/devices/{device}/{what}" for what in ("approve", "revoke")]
    asked = [root.http.post(path, json={} if "people" in path else None) for path in paths]
    assert {reply.json()["code"] for reply in asked} == {"password_needed"}


@pytest.mark.parametrize("name", ["Ann", "Mei", "Eve"])
def test_nobody_else_may(server: RunningServer, name: str) -> None:
    server.add_user("Eve", "auditor")
    laptop, device = enrolled(server, name), enrolled(server, "Bo").welcome["device"]
    ann, before = server.people["Ann"].user, server.digest()
    posts: tuple[tuple[str, Any], ...] = (
        (f"/v1/devices/{device}/approve", None),
        (f"/v1/devices/{device}/revoke", None),
        (f"/v1/devices/{device}/rename", {"name": "x"}),
        (f"/v1/people/{ann}/code", {}),
        (f"/v1/people/{ann}/reset-password", {}),
    )
    replies: list[httpx2.Response] = [laptop.http.get(path) for path in ("/v1/devices", "/v1/grants")]
    replies += [laptop.http.post(path, json=asked) for path, asked in posts]
    assert {(reply.status_code, reply.json()["code"]) for reply in replies} == {(403, "forbidden")}
    assert server.digest() == before
