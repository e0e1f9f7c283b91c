"""Shares and stand-ins on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.server import RunningServer, running_company

Hire = Callable[[str], Desk]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path) as running:
        yield running


@pytest.fixture
def hire(server: RunningServer, tmp_path: Path) -> Hire:
    """Give a person of the company a profile."""

    def hire(name: str) -> Desk:
        desk = Desk(tmp_path / name)
        desk("enrol", server.address, server.code(server.people[name].user))
        desk("sync")
        return desk

    return hire


def test_a_customer_is_shared_listed_and_shared_no_longer(hire: Hire) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    for name in ("Acme", "Bolt"):
        ann("customer", "add", name)
    ann("sync")
    made = ann("share", "add", "Cai", "Acme", "Bolt", "--until", "ever", "--write")
    assert set(made) == {"customers", "user", "can_write", "until", "moved"}
    assert (made["moved"], made["until"], made["can_write"]) == (2, None, True)
    cai("sync")
    listed = cai("share", "list")["shares"]
    assert {one["customer_name"] for one in listed} == {"Acme", "Bolt"}
    acme = next(one["id"] for one in listed if one["customer_name"] == "Acme")
    assert cai("share", "end", acme) == {"share": acme}
    cai("sync")
    assert len(cai("share", "list")["shares"]) == 1
    assert cai.fails("share", "add", "Bo", "Bolt")["code"] == "forbidden"
    assert ann.fails("share", "add", "Bo", "Acme", "--until", "someday")["code"] == "bad_argument"
    assert "Cai" in ann.run("share", "list").out or "Nothing" in ann.run("share", "list").out


def test_a_stand_in_is_chosen_listed_and_called_off(hire: Hire) -> None:
    ann, mei = hire("Ann"), hire("Mei")
    made = mei("delegate", "add", "Cai", "--for", "Ann", "--from", "+2", "--until", "+5")
    assert set(made) == {"user", "deputy", "starts", "ends"}
    ann("sync")
    (one,) = ann("delegate", "list")["delegations"]
    assert (one["user_name"], one["deputy_name"]) == ("Ann", "Cai")
    assert "Cai" in ann.run("delegate", "list").out
    assert ann("delegate", "end", one["id"]) == {"delegation": one["id"]}
    ann("sync")
    assert ann("delegate", "list")["delegations"] == []
    assert ann.fails("delegate", "add", "Bo", "--until", "2020-01-01")["code"] == "bad_period"
