"""Imports from a file to the records: rehearsed, run, gone on with, and taken back."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.store import imports
from crmdesk.store.delivery import Departure
from crmdesk.store.names import SHOWN
from crmdesk.usecases import history, importing, merging, records, sign_offs, visits
from crmdesk.usecases.foreign_files import Patience
from crmdesk.usecases.import_papers import reconcile, write_kept_out, write_report, write_template
from crmdesk.usecases.import_undo import BELOW, Undoing
from crmdesk.usecases.visits import VisitNote
from crmdesk.usecases.workspace import Workspace
from tests.support import workspace as desks
from tests.support.foreign_tables import customers, planted, write_csv
from tests.support.importing import plan_of, rehearsed, shown, taken_in, to_its_end, undone


def test_a_rehearsal_tells_the_planted_rates_and_writes_nothing(desk: Workspace, tmp_path: Path) -> None:
    rows, told = planted(4000, gaps=0.15, errors=0.10, duplicates=0.05)
    path = write_csv(tmp_path / "客户.csv", rows, encoding="gb18030")
    before = desk.reader.version()
    facts = rehearsed(desk, path)
    assert (facts["rows"], facts["missing_rate"], facts["error_rate"], facts["duplicate_rate"]) == (
        told.rows,
        15.0,
        10.0,
        5.0,
    )
    assert facts["create"] + facts["update"] + facts["duplicate"] + facts["reject"] == told.rows
    assert desk.reader.version() == before


def test_a_run_does_what_its_rehearsal_said_and_its_undo_leaves_what_there_was(
    desk: Workspace, tmp_path: Path
) -> None:
    kept = desks.customer(desk, "老客户", phone="13900000000", remark="原样")
    before = shown(desk)
    rows, _ = planted(900, gaps=0.1, errors=0.1, duplicates=0.05)
    path = write_csv(tmp_path / "a.csv", [["老客户", "", "", "13900000000"] + [""] * 7, *rows])
    said = rehearsed(desk, path)
    run = taken_in(desk, path)
    done = importing.facts(run.counts, 0)
    same = (
        "rows",
        "create",
        "update",
        "duplicate",
        "reject",
        "missing_rate",
        "error_rate",
        "duplicate_rate",
        "sums",
    )
    assert {key: done[key] for key in same} == {key: said[key] for key in same}
    assert len(shown(desk)) == run.counts.create + 1
    checked = reconcile(desk.reader, desk.replica.registry, run)
    assert (checked.is_equal, checked.records) == (True, run.counts.create)
    assert (
        history.last_transaction(desk.reader, desk.identity().user) is None
    )  # Ctrl+Z takes no slice of an import
    assert undone(desk, run).state == "undone"
    assert shown(desk) == before
    assert imports.find(desk.reader, run.id[-8:]).state == "undone"
    assert desk.reader.value("SELECT count(*) FROM search WHERE search MATCH 'cn:机'") == 0
    assert desk.reader.record("customer", kept) is not None
    with pytest.raises(CrmError, match="nothing_to_undo"):
        Undoing(desk.replica, desk.reader, run.id)


@pytest.mark.parametrize("between", [0, 600])
def test_a_customer_that_a_file_overwrites_twice_is_held_against_what_it_said_last(
    desk: Workspace, tmp_path: Path, between: int
) -> None:
    old = desks.customer(desk, "甲公司", code="C1")
    others = [[f"公司{n}", f"K{n}", "1"] for n in range(between)]
    rows = [["甲公司", "C1", "100"], *others, ["甲公司", "C1", "300"], ["甲公司", "C1", "250"]]
    path = write_csv(tmp_path / "a.csv", rows, ("客户名称", "客户编号", "年营业额"))
    run = taken_in(desk, path, mode="overwrite")
    assert run.counts.update == 3
    checked = reconcile(desk.reader, desk.replica.registry, run)
    amount = 100 * (250 + between)
    assert (checked.is_equal, checked.records, checked.sums) == (
        True, 1 + between, {"customer.annual_revenue CNY": (amount, amount)},
    )  # fmt: skip
    desks.commit(desk.replica, RecordKey("customer", old), annual_revenue={"money": [7, "CNY"]})
    checked = reconcile(desk.reader, desk.replica.registry, run)
    assert [(one[1], one[2]) for one in checked.differing] == [(old, "annual_revenue")]
    assert checked.sums == {"customer.annual_revenue CNY": (amount, amount - 25000 + 7)}


def test_an_undo_leaves_what_was_written_since_and_lists_it(desk: Workspace, tmp_path: Path) -> None:
    old = desks.customer(desk, "甲公司", code="K1", remark="旧")
    path = write_csv(
        tmp_path / "a.csv",
        [
            ["甲公司", "K1", "新地址", "新备注"],
            ["乙公司", "K2", "乙地址", ""],
            ["丙公司", "K3", "", ""],
            ["丁公司", "K4", "", ""],
        ],
        ("客户名称", "客户编号", "地址", "备注"),
    )
    run = taken_in(desk, path, mode="overwrite")
    assert (run.counts.create, run.counts.update) == (3, 1)
    ids = dict(desk.reader.all("SELECT f_code, id FROM p_customer"))
    desks.commit(desk.replica, RecordKey("customer", ids["K2"]), remark="后来写的")
    desks.commit(desk.replica, RecordKey("customer", old), address="后来改的")
    visits.log(desk.replica, VisitNote(ids["K3"], "谈过了"))
    kept = {(record, tuple(fields)) for _, record, fields in undone(desk, run).kept}
    assert {record for record, _ in kept} == {ids["K2"], ids["K3"], old}
    assert (ids["K3"], (BELOW,)) in kept
    left = {
        row[0]: row[1:]
        for row in desk.reader.all("SELECT f_code, f_address, f_remark FROM p_customer WHERE life <> 1")
    }
    assert left == {"K1": ("后来改的", "旧"), "K2": ("乙地址", "后来写的"), "K3": (None, None)}


def test_a_customer_of_an_import_that_another_was_merged_into_stays_and_is_listed(
    desk: Workspace, tmp_path: Path
) -> None:
    old, gone = (desks.customer(desk, name) for name in ("老客户", "已删除的客户"))
    rows = [["甲公司", "K1"], ["乙公司", "K2"], ["丙公司", "K3"], ["丁公司", "K4"]]
    run = taken_in(desk, write_csv(tmp_path / "a.csv", rows, ("客户名称", "客户编号")))
    ids = dict(desk.reader.all("SELECT f_code, id FROM p_customer WHERE f_code IS NOT NULL"))
    merging.merge(desk.replica, ids["K1"], old)
    merging.merge(desk.replica, ids["K2"], ids["K3"])
    merging.merge(desk.replica, ids["K4"], gone)
    records.delete(desk.replica, RecordKey("customer", gone))
    kept = {record: fields for _, record, fields in undone(desk, run).kept}
    assert kept.keys() == {ids["K1"], ids["K2"], ids["K3"]}
    assert (kept[ids["K1"]], kept[ids["K2"]]) == ([BELOW], [BELOW])
    assert desk.reader.value("SELECT count(*) FROM attention WHERE kind = 'deleted'") == 0
    left = desk.reader.all(f"SELECT id FROM p_customer WHERE {SHOWN} ORDER BY id")
    assert {one for (one,) in left} == {ids["K1"], ids["K2"]}


def test_an_undo_says_what_it_could_not_reach_because_somebody_else_has_it(
    desk: Workspace, tmp_path: Path
) -> None:
    run = taken_in(desk, write_csv(tmp_path / "a.csv", list(customers(5))))
    ids = [row[0] for row in desk.reader.all("SELECT id FROM p_customer ORDER BY id")]
    for one in ids[:2]:
        here = desks.records(desk)[RecordKey("customer", one)]
        settled = Departure(RecordKey("customer", one), here.placement.bucket, here.placement.move_no + 1)
        desks.receive(desk, {RecordKey("customer", one): here}, seq=7)
        desks.receive(desk, {}, [settled])
    after = undone(desk, run)
    assert (after.state, after.away, after.stayed, sign_offs.is_drill(after)) == ("undone", 2, 2, False)


def test_a_run_that_goes_on_treats_rows_as_one_in_one_go(desk: Workspace, tmp_path: Path) -> None:
    made = desks.customer(desk, "甲公司", code="C1")
    rows = [
        ["甲公司", "C1", "西湖路1号", ""],
        *([f"公司{n}", f"K{n}", "", ""] for n in range(900)),
        ["甲公司", "C1", "", "0571-88886666"],
    ]
    path = write_csv(tmp_path / "a.csv", rows, ("客户名称", "客户编号", "地址", "电话"))
    under_way = importing.begin(desk, desk.reader, path, plan_of(desk, path, mode="fill"))
    under_way.step()
    under_way.stop()
    with closing(importing.go_on(desk, desk.reader, under_way.run.id)) as again:
        to_its_end(again)
        assert again.run.counts.update == 2
    assert desk.reader.one("SELECT f_address, f_phone FROM p_customer WHERE id = ?", (made,)) == (
        "西湖路1号",
        "0571-88886666",
    )


def test_the_rows_kept_out_are_mended_in_their_workbook_and_imported(desk: Workspace, tmp_path: Path) -> None:
    rows = [
        ["甲", "", "13900000000", "=1+1"],
        ["乙", "很多", "13900000001", ""],
        ["", "1", "13900000002", ""],
    ]
    path = write_csv(tmp_path / "a.csv", rows, ("公司全称", "年营业额", "电话", "打法"))
    run = taken_in(desk, path, columns={"公司全称": "name", "打法": "remark"})
    assert (run.counts.create, run.counts.reject) == (1, 2)
    assert write_kept_out(desk.reader, run, tmp_path / "kept.xlsx", "zh_CN") == 2
    found, plan = importing.look(desk.reader, tmp_path / "kept.xlsx", desk)
    assert [column.target for column in plan.sheets[0].columns][:4] == [
        c.target for c in run.plan.sheets[0].columns
    ]
    assert found[0].rows[1][4:] == ["年营业额：不是金额", "3"]
    again = importing.rehearse(desk, desk.reader, tmp_path / "kept.xlsx", plan)[0]
    assert (again.rows, again.reject) == (2, 2)  # nobody mended them yet
    report = write_report(desk.reader, desk.replica.registry, run, tmp_path / "report.xlsx", "zh_CN")
    assert report.is_equal
    write_template(
        desk.replica.registry, ("customer", "order"), tmp_path / "empty.xlsx", "zh_CN", desk.today()
    )
    _, empty = importing.look(desk.reader, tmp_path / "empty.xlsx", desk)
    assert [sheet.entity for sheet in empty.sheets[:2]] == ["customer", "order"]
    assert all(column.target for sheet in empty.sheets[:2] for column in sheet.columns)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "many.csv", list(customers(1300)))


def test_a_run_that_was_cut_off_goes_on_where_it_was(desk: Workspace, many: Path) -> None:
    under_way = importing.begin(desk, desk.reader, many, plan_of(desk, many))
    under_way.step()
    under_way.step()
    under_way.close()  # as a crash leaves it: nothing more is said
    (run,) = imports.runs(desk.reader)
    assert (run.state, run.position) == ("running", 800)
    assert len(shown(desk)) == 800
    with closing(importing.go_on(desk, desk.reader, run.id)) as going:
        to_its_end(going)
        assert (going.run.counts.create, going.run.counts.duplicate) == (1300, 0)
    assert len(shown(desk)) == 1300
    undoing = Undoing(desk.replica, desk.reader, run.id)
    undoing.step()  # and so does an undo
    assert imports.find(desk.reader, run.id).state == "undoing"
    undone(desk, imports.find(desk.reader, run.id))
    assert shown(desk) == []


def test_a_file_that_changed_meanwhile_is_not_gone_on_with(desk: Workspace, many: Path) -> None:
    under_way = importing.begin(desk, desk.reader, many, plan_of(desk, many))
    under_way.step()
    under_way.stop()
    many.write_bytes(many.read_bytes() + b"\n")
    with pytest.raises(CrmError, match="import_changed"):
        importing.go_on(desk, desk.reader, under_way.run.id)


def test_two_that_go_on_with_one_run_do_not_both_write(desk: Workspace, many: Path) -> None:
    first = importing.begin(desk, desk.reader, many, plan_of(desk, many))
    first.step()
    second = importing.go_on(desk, desk.reader, first.run.id)
    first.step()
    with pytest.raises(CrmError, match="database_busy"):
        second.step()
    first.close()
    second.close()
    assert len(shown(desk)) == 800


def test_a_reader_that_dies_leaves_a_run_to_go_on_with(desk: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "long.csv", list(customers(12_000)))
    under_way = importing.begin(desk, desk.reader, path, plan_of(desk, path))
    under_way.step()
    assert under_way._reading is not None
    os.kill(under_way._reading._child.pid, signal.SIGKILL)
    time.sleep(0.05)
    with pytest.raises(CrmError, match="import_unreadable"):
        to_its_end(under_way)
    under_way.close()
    (run,) = imports.runs(desk.reader)
    assert len(shown(desk)) == run.position > 0


def test_whoever_waits_for_a_file_that_does_not_come_may_stop(desk: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "long.csv", list(customers(12_000)))
    patience = Patience()
    under_way = importing.begin(desk, desk.reader, path, plan_of(desk, path), patience=patience)
    under_way.step()
    assert under_way._reading is not None
    os.kill(under_way._reading._child.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as elsewhere:
        waiting = elsewhere.submit(lambda: [under_way.step() for _ in range(99)])
        time.sleep(0.5)
        patience.end()
        waiting.result(timeout=20)
    (run,) = imports.runs(desk.reader)
    assert (run.state, len(shown(desk)) == run.position > 0) == ("stopped", True)
    with closing(importing.go_on(desk, desk.reader, run.id)) as again:
        to_its_end(again)
    assert len(shown(desk)) == 12_000
