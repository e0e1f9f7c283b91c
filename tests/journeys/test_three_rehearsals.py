"""Going live: three rehearsals whose reconciliation is signed, a rollback drill, everybody's permission list, then the gate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmdesk.cli.session import Given, session
from crmdesk.usecases import sign_offs
from tests.support.desk import Desk
from tests.support.foreign_tables import HEADINGS, customers, write_csv
from tests.support.server import RunningServer, running_company

PEOPLE = ("Root", "Mei", "Ann", "Bo", "Cai")


@pytest.fixture
def server(tmp_path: Path, _machine: None) -> Iterator[RunningServer]:
    with running_company(tmp_path) as running:
        running.add_user("Root", "administrator")
        yield running


def hired(server: RunningServer, folder: Path, name: str) -> Desk:
    desk = Desk(folder / name)
    desk("enrol", server.address, server.code(server.people[name].user))
    desk("sync")
    return desk


def whole_table(path: Path, count: int) -> Path:
    """A table without gaps in what a customer's data is judged by."""
    rows = [[*row, "线索", "展会"] for row in customers(count)]
    return write_csv(path, rows, (*HEADINGS, "阶段", "来源"))


def met(desk: Desk) -> dict[str, bool]:
    return {one["check"]: one["met"] for one in desk("quality", "gate")["checks"]}


def signed_in_the_report(desk: Desk, run: str, path: Path) -> list[Any]:
    """The names that stand in a run's reconciliation, which is written anew."""
    from python_calamine import CalamineWorkbook

    assert desk("import", "report", run, "--to", str(path))["equal"] is True
    lines = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return [line[1] for line in lines if line[0] in ("已签字", "Signed")]


def test_the_gate_opens_after_three_signed_rehearsals_a_drill_and_all_permission_lists(
    server: RunningServer, tmp_path: Path
) -> None:
    root = hired(server, tmp_path, "Root")
    path = whole_table(tmp_path / "旧系统.csv", 40)
    for number in range(3):
        assert met(root)["rehearsals"] is False
        assert root.fails("quality", "gate", "--approve")["code"] == "gate_closed"
        run = root("import", str(path))["run"]
        if number:  # nobody is helped by the first one signed twice
            assert root("import", "sign", run)["differences"] == 0
        assert root("import", "sign", run) == root("import", "sign", run)
        assert signed_in_the_report(root, run, tmp_path / f"{number}.xlsx") == ["Root"]
        if number < 2:
            assert root("import", "undo", run)["kept"] == []
        assert met(root)["rollbacks"] is True or number == 2
    assert met(root) == {
        "completeness": True, "accuracy": False, "uniqueness": True, "rehearsals": True, "rollbacks": True,
        "permissions": False,
    }  # fmt: skip
    with session(Given(root.profile)) as at_the_sample:  # a person's own eyes; its page has tests of its own
        sign_offs.sign(at_the_sample.replica, "sampling", "1", among=40, judged=40, wrong=3)
    root("sync")
    for name in PEOPLE:
        assert met(root)["permissions"] is False
        desk = root if name == "Root" else hired(server, tmp_path, name)
        desk("permissions", "confirm", desk("permissions", "show")["digest"])
    assert all(met(root).values())
    assert root("quality", "gate", "--approve")["approved"]
    root("sync")
    mei = hired(server, tmp_path / "later", "Mei")
    with session(Given(mei.profile)) as elsewhere:
        kinds = [one.kind for one in sign_offs.listed(elsewhere.reader)]
    assert sorted(kinds) == ["go_live", "rehearsal", "rehearsal", "rehearsal", "sampling"]


def test_what_is_no_full_rehearsal_counts_for_nothing(desk: Desk, tmp_path: Path) -> None:
    path = whole_table(tmp_path / "a.csv", 6)
    sample = desk("import", str(path), "--first", "2")["run"]
    assert desk.fails("import", "sign", sample)["code"] == "import_unsignable"
    desk("import", "undo", sample)
    assert desk.fails("import", "sign", sample)["code"] == "import_unsignable"
    assert (met(desk)["rehearsals"], met(desk)["rollbacks"]) == (False, False)
    run = desk("import", str(path))["run"]
    name = desk("customer", "list")["customers"][0]["customer"]
    desk("customer", "set", name, "--field", "code=ZZ")  # a key field is no longer as the file said it
    assert desk("import", "sign", run)["differences"] == 1
    desk("import", "undo", run)
    assert desk.fails("import", "sign", run)["code"] == "import_unsignable"  # what somebody wrote since stays
    for _ in range(2):
        assert desk("import", str(path), "--dry-run", "--sign")["sign_off"]
    assert desk.fails("import", str(path), "--sign")["code"] == "bad_argument"
    said = {one["check"]: one["stands"] for one in desk("quality", "gate")["checks"]}
    assert said["rehearsals"].startswith("1 ")
    assert said["rollbacks"].startswith("0 ")
