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


def test_what_was_done_is_listed_at_once_without_a_sync_in_between(hire: Hire) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    ann("customer", "add", "Acme")
    ann("sync")
    said = ann.run("share", "add", "Cai", "Acme", "--lang", "en").out
    assert "Shared with Cai." in said
    (one,) = ann("share", "list")["shares"]
    assert (one["customer_name"], one["user_name"]) == ("Acme", "Cai")
    ann("share", "end", one["id"])
    assert ann("share", "list")["shares"] == []
    ann("delegate", "add", "Cai", "--until", "+5")
    (away,) = ann("delegate", "list")["delegations"]
    ann("delegate", "end", away["id"])
    assert ann("delegate", "list")["delegations"] == []
    ann("release", "Acme")
    cai("sync")
    cai("claim", "Acme")
    assert cai("customer", "show", "Acme")["owner"] == "Cai"


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


def test_a_guest_who_only_reads_is_refused_before_anything_is_saved(hire: Hire, tmp_path: Path) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    ann("customer", "add", "Acme")
    ann("tag", "create", "VIP")
    visit = ann("visit", "add", "Acme", "谈价格", "--next-step", "报价", "--next-on", "+1")["visit"]
    ann("sync")
    ann("share", "add", "Cai", "Acme")
    cai("sync")
    (file := tmp_path / "note.txt").write_text("x")
    assert cai("review", "list")["visits"] == []
    for words in (
        ("customer", "set", "Acme", "--field", "city=苏州"),
        ("customer", "delete", "Acme"),
        ("contact", "add", "Acme", "王芳"),
        ("visit", "add", "Acme", "路过"),
        ("tag", "add", "Acme", "VIP"),
        ("attach", str(file), "--customer", "Acme"),
        ("task", "done", cai("task", "list")["due"][0]["id"]),
        ("review", "do", visit),
    ):
        assert cai.fails(*words)["code"] == "forbidden", words
    assert cai("status")["unsent"] == 0
    ann("share", "add", "Cai", "Acme", "--write")
    cai("sync")
    cai("customer", "set", "Acme", "--field", "city=苏州")
    cai("sync")
    assert cai("status")["refused"] == 0
