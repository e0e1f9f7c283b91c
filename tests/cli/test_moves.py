"""Pool, people, refusals and late work on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.provoked import review_unasked
from tests.support.server import RunningServer, running_company

Hire = Callable[[str], Desk]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path) as running:
        running.add_user("Root", "administrator")
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


def test_a_claim_that_comes_second_is_told_who_was_first(hire: Hire) -> None:
    ann, bo, cai = hire("Ann"), hire("Bo"), hire("Cai")
    ann("customer", "add", "Acme")
    ann("sync")
    assert ann("release", "Acme")["moved"] == 1
    for desk in (bo, cai):
        desk("sync")
    assert cai("claim", "Acme")["outcome"] == "done"
    error = bo.fails("claim", "Acme")
    assert error["code"] == "taken"
    assert "Cai" in error["happened"]


def test_late_work_is_listed_kept_and_taken_back(hire: Hire) -> None:
    ann, cai, mei = hire("Ann"), hire("Cai"), hire("Mei")
    for name in ("Acme", "Bolt"):
        ann("customer", "add", name, "--field", "city=上海")
    ann("sync")
    mei("sync")
    for name in ("Acme", "Bolt"):
        mei("transfer", name, "Cai")
        ann("customer", "set", name, "--field", "city=苏州")
    ann("sync")
    cai("sync")
    late = {one["customer_name"]: one["id"] for one in cai("late", "list")["late"]}
    assert late.keys() == {"Acme", "Bolt"}
    cai("late", "keep", late["Acme"])
    assert cai("late", "undo", late["Bolt"])["records"] == 1
    assert cai("late", "list")["late"] == []
    cities = {name: cai("customer", "show", name)["fields"]["city"] for name in ("Acme", "Bolt")}
    assert cities == {"Acme": "苏州", "Bolt": "上海"}


def test_a_refused_change_is_shown_and_discarded(hire: Hire, server: RunningServer) -> None:
    root = hire("Root")
    root("people", "move", "Cai", "--team", "East")
    root("people", "role", "Cai", "manager")
    cai, ann = hire("Cai"), hire("Ann")
    assert cai("status")["role"] == "manager"
    visit = ann("customer", "add", "Acme")["customer"]
    ann("visit", "add", "Acme", "谈价格")
    ann("sync")
    record = ann("customer", "show", "Acme")["timeline"][0]["id"]
    assert ann.fails("review", "do", record)["code"] == "forbidden"  # a rep reviews nobody
    review_unasked(ann, record)
    ann("sync")
    (refused,) = ann("refused", "list")["refused"]
    assert refused["code"] == "forbidden"
    assert ann("refused", "show", refused["record"])["values"]["outcome"] == "reviewed"
    ann("refused", "discard", refused["record"])
    assert ann("refused", "list")["refused"] == []
    assert ann("status")["refused"] == 0
    (kept,) = ann("refused", "discarded")["set_aside"]
    assert (kept["kind"], kept["said"]["outcome"]) == ("discarded", "reviewed")
    ann("refused", "restore", kept["name"])
    assert ann("refused", "discarded")["set_aside"] == []
    assert ann("status")["unsent"] == 1
    assert visit
