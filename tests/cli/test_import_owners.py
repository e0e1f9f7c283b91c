"""An administrator imports for many reps: a column names them, and the server hands their customers over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crmdesk.cli.session import Given, session
from crmdesk.core.answers import Moved
from crmdesk.core.errors import CrmError
from crmdesk.store import imports
from crmdesk.sync.commands import change_owner
from crmdesk.sync.enrolment import connect
from crmdesk.usecases import import_owners
from crmdesk.usecases.import_owners import HandingOver
from tests.support.desk import Desk
from tests.support.foreign_tables import write_csv
from tests.support.server import RunningServer, running_company

HEADINGS = ("客户名称", "城市", "负责人", "联系人", "手机")
OWNERS = ("Ann", "bo", "Ann", "张三", "", "Mei", "Ann")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path) as running:
        yield running


def hired(server: RunningServer, folder: Path, name: str) -> Desk:
    desk = Desk(folder / name)
    desk("enrol", server.address, server.code(server.people[name].user))
    desk("sync")
    return desk


@pytest.fixture
def mei(server: RunningServer, tmp_path: Path) -> Desk:
    return hired(server, tmp_path, "Mei")


def imported(desk: Desk, folder: Path) -> str:
    rows = [[f"客户{n}公司", "杭州", owner, f"联系{n}", f"1380000000{n}"] for n, owner in enumerate(OWNERS)]
    return str(desk("import", str(write_csv(folder / "客户.csv", rows, HEADINGS)))["run"])


def names(desk: Desk) -> set[str]:
    desk("sync")
    return {one["name"] for one in desk("customer", "list")["customers"]}


def counted(said: Any) -> dict[str, tuple[int, int, int]]:
    return {one["name"]: (one["waiting"], one["done"], len(one["refused"])) for one in said["owners"]}


def test_customers_reach_those_that_the_file_names(mei: Desk, server: RunningServer, tmp_path: Path) -> None:
    run = imported(mei, tmp_path)
    told = {"Ann": 3, "Mei": 1, "bo": 1, "张三": 1}
    assert {one["run"]: one["owners"] for one in mei("import", "runs")["runs"]} == {run: told}
    said = mei("import", "hand-over", run, "--dry-run")
    assert counted(said) == {"Ann": (3, 0, 0), "Mei": (1, 0, 0), "bo": (1, 0, 0), "张三": (1, 0, 0)}
    assert {one["name"] for one in said["owners"] if one["user"] is None} == {"张三"}
    assert mei.fails("import", "hand-over", run)["code"] == "import_unsynced"
    mei("sync")
    assert counted(mei("import", "hand-over", run)) == {
        "Ann": (0, 3, 0), "Mei": (0, 1, 0), "bo": (0, 1, 0), "张三": (1, 0, 0),
    }  # fmt: skip
    assert mei.fails("import", "hand-over", run)["code"] == "nothing_to_hand_over"
    server.add_user("张三", "rep", "West")
    mei("sync")
    assert counted(mei("import", "hand-over", run))["张三"] == (0, 1, 0)
    west = hired(server, tmp_path, "张三")
    assert names(west) == {"客户3公司"}
    assert west("customer", "show", "客户3公司")["contacts"][0]["name"] == "联系3"  # with all below it
    assert names(hired(server, tmp_path, "Cai")) == set()
    assert {"客户0公司", "客户2公司", "客户6公司", "客户1公司"} <= names(hired(server, tmp_path, "Ann"))
    undone = mei("import", "undo", run)  # a manager still writes there: the run goes back as a whole
    assert undone["state"] == "undone"
    mei("sync")
    assert mei.fails("import", "hand-over", run)["code"] == "nothing_to_hand_over"


def test_a_lost_answer_and_a_refusal_are_told_and_gone_on_with(
    mei: Desk, server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_owners, "A_BATCH", 2)
    name = imported(mei, tmp_path)
    mei("sync")
    with session(Given(mei.profile)) as at_work, closing(connect(at_work.replica)) as http:
        run = imports.find(at_work.reader, name)
        asked: list[tuple[str, int]] = []

        def ask(order: str, customers: Sequence[str], to: str, *, is_lost: bool = False) -> Moved:
            asked.append((order, len(customers)))
            moved = change_owner(at_work.replica, http, customers, to, order=order)
            if is_lost:
                raise CrmError("order_unanswered")
            return moved

        def handing(*, is_lost: bool = False) -> HandingOver:
            return HandingOver(at_work.replica, at_work.reader, run, lambda *one: ask(*one, is_lost=is_lost))

        with pytest.raises(CrmError, match="order_unanswered"):
            handing(is_lost=True).step()
        again = handing()
        again.step()
        assert asked[0] == asked[1]  # the same order, which the server carried out once
        assert 0 < again.share < 1
        while not again.done:
            again.step()
        told = {one.name: one for one in import_owners.wished(at_work.reader, run)}
        assert (told["Ann"].done, told["Ann"].refused, told["bo"].done) == (3, (), 1)
    assert {"客户0公司", "客户2公司", "客户6公司"} <= names(hired(server, tmp_path, "Ann"))


def test_who_is_gone_takes_nothing_and_it_is_said_why(
    mei: Desk, server: RunningServer, tmp_path: Path
) -> None:
    run = imported(mei, tmp_path)
    mei("sync")
    server.add_user("Root", "administrator")
    root = hired(server, tmp_path, "Root")
    root("people", "handover", "Ann", "Bo", "--leaving")
    said = mei("import", "hand-over", run)  # this laptop has not heard of it
    assert (counted(said)["Ann"], counted(said)["bo"]) == ((0, 0, 3), (0, 1, 0))
    (ann,) = [one for one in said["owners"] if one["name"] == "Ann"]
    assert {one["code"] for one in ann["refused"]} == {"not_found"}
    cai = hired(server, tmp_path, "Cai")
    run = imported(cai, tmp_path)
    cai("sync")
    assert cai.fails("import", "hand-over", run)["code"] == "forbidden"  # only who leads hands over
