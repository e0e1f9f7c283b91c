"""Who joins, which teams there are and what they are part of: by orders of an administrator, each in the audit."""

from __future__ import annotations

import secrets
from typing import Any

import httpx2
import pytest

from sync_server.audit import COMPANY
from sync_server.storage import audits, people, rights
from tests.support.laptop import Laptop, enrolled
from tests.support.server import RunningServer


@pytest.fixture
def root(server: RunningServer) -> Laptop:
    """An administrator's laptop."""
    server.add_user("Root", "administrator")
    return enrolled(server, "Root")


def ask(laptop: Laptop, order: str, **asked: Any) -> httpx2.Response:
    return laptop.http.post(f"/v1/commands/{order}", json={"id": secrets.token_hex(16), **asked})


def team(server: RunningServer, name: str) -> str:
    with server.database.read() as connection:
        return people.find_team(connection, name)


def latest(server: RunningServer) -> tuple[str, str]:
    """The kind of the company's last row that is not about rights, and the device that did it."""
    with server.database.read() as connection:
        rows = audits.latest(connection, {"chain = ?": COMPANY}, None, 50)
    found = next(row for row in rows if row.kind != "rights")
    return found.kind, found.device


def test_somebody_joins_from_the_desktop_and_the_row_says_who_let_them(
    server: RunningServer, root: Laptop
) -> None:
    reply = ask(root, "add-user", name="新人", role="rep", team=team(server, "West"))
    assert reply.status_code == 200
    with server.database.read() as connection:
        made = people.find_account(connection, "新人")
        assert rights.rights(connection, server.people["Mei"].user)[made.book].can_write
    assert reply.json()["made"] == made.user
    assert latest(server) == ("add_user", root.welcome["device"])
    again = ask(root, "add-user", name="新人", role="rep", team=None)
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")


def test_the_same_order_twice_makes_one_person(server: RunningServer, root: Laptop) -> None:
    asked = {"id": secrets.token_hex(16), "name": "新人", "role": "rep", "team": None}
    first, second = (root.http.post("/v1/commands/add-user", json=asked) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)


def test_a_team_is_made_renamed_and_moved_and_its_readers_follow(server: RunningServer, root: Laptop) -> None:
    made = ask(root, "add-team", name="South", parent=None, shares_books=False).json()["made"]
    west = team(server, "West")
    cai, mei = server.people["Cai"], server.people["Mei"]

    def mei_reads_cai() -> bool:
        with server.database.read() as connection:
            return cai.book in rights.rights(connection, mei.user)

    assert mei_reads_cai()
    moved = ask(root, "edit-team", team=west, name="Far west", parent=made, shares_books=True)
    assert (moved.status_code, moved.json()["made"]) == (200, None)
    assert not mei_reads_cai()
    assert latest(server) == ("edit_team", root.welcome["device"])
    with server.database.read() as connection:
        assert people.team_names(connection)[west] == "Far west"
        assert people.load_org(connection, 0).teams[west].shares_books
    back = ask(
        root, "edit-team", team=west, name="Far west", parent=team(server, "North"), shares_books=False
    )
    assert back.status_code == 200
    assert mei_reads_cai()


def test_a_team_is_never_part_of_itself(server: RunningServer, root: Laptop) -> None:
    north, east = team(server, "North"), team(server, "East")
    before = server.digest()
    for parent in (north, east):
        reply = ask(root, "edit-team", team=north, name="North", parent=parent, shares_books=False)
        assert (reply.status_code, reply.json()["code"]) == (422, "team_ring")
    assert server.digest() == before


def test_a_name_that_somebody_has_is_refused_and_ones_own_is_not(server: RunningServer, root: Laptop) -> None:
    east, north = team(server, "East"), team(server, "North")
    taken = ask(root, "edit-team", team=east, name="West", parent=north, shares_books=True)
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    same = ask(root, "edit-team", team=east, name=" East ", parent=north, shares_books=True)
    assert same.status_code == 200


@pytest.mark.parametrize("name", ["Ann", "Mei"])
def test_nobody_else_makes_people_or_teams(server: RunningServer, name: str) -> None:
    laptop, before = enrolled(server, name), server.digest()
    asks = (
        ask(laptop, "add-user", name="新人", role="administrator", team=None),
        ask(laptop, "add-team", name="South", parent=None, shares_books=False),
        ask(laptop, "edit-team", team=team(server, "East"), name="E", parent=None, shares_books=False),
    )
    assert {(reply.status_code, reply.json()["code"]) for reply in asks} == {(403, "forbidden")}
    assert server.digest() == before
