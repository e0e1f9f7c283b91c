"""Rows of an import that look like customers: found as the scan finds them, taken in or kept out, never merged."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from crmdesk.core.lookalikes import Alike, held_back
from crmdesk.core.mapping_files import amended
from crmdesk.store import imports
from crmdesk.store.imports import Run
from crmdesk.usecases import duplicates, import_alike, importing, merging
from crmdesk.usecases.directory import read_registry
from crmdesk.usecases.import_papers import write_kept_out, write_report
from crmdesk.usecases.workspace import Workspace
from tests.support import workspace as desks
from tests.support.foreign_tables import customers, write_csv

HEADINGS = ("客户名称", "电话", "所在地区", "联系人", "手机")
ROWS = [
    ["杭州宏远机械设备有限公司", "0571-88886666", "浙江省杭州市", "", ""],
    ["苏州恒瑞仪表有限公司", "", "江苏省苏州市", "王强", "13811112222"],
    ["恒瑞仪表(苏州)有限公司", "13811112222", "江苏省苏州市", "", ""],
    ["恒瑞仪表（苏州）有限公司", "13811112222", "江苏省苏州市", "", ""],
    ["四川天信化工有限公司", "", "四川省成都市", "", ""],
]


def plan_of(desk: Workspace, path: Path, **given: Any) -> Any:
    _, plan = importing.look(desk.reader, path, desk)
    return amended(plan, given, read_registry(desk.reader))


def rehearsed(desk: Workspace, path: Path, **given: Any) -> tuple[dict[str, Any], list[Alike]]:
    found: list[Alike] = []
    counts, _ = importing.rehearse(desk, desk.reader, path, plan_of(desk, path, **given), alike=found.extend)
    return importing.facts(counts, 0), found


def taken_in(desk: Workspace, path: Path, *, stop_at: int = -1, **given: Any) -> Run:
    with closing(importing.begin(desk, desk.reader, path, plan_of(desk, path, **given))) as under_way:
        while not under_way.done and stop_at:
            under_way.step()
            stop_at -= 1
        return under_way.run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "客户.csv", ROWS, HEADINGS)


COUNTED = ("rows", "create", "update", "duplicate", "reject", "duplicate_rate")


def test_rows_that_look_like_customers_are_told_apart_from_the_counts(
    desk: Workspace, path: Path, tmp_path: Path
) -> None:
    old = desks.customer(desk, "宏远机械设备", phone="0571-88886666", city="杭州")
    facts, found = rehearsed(desk, path)
    assert [facts[key] for key in COUNTED] == [5, 4, 0, 1, 0, 20.0]
    assert facts["alike"] == 2
    assert [(one.row, one.customer, one.other) for one in found] == [
        (2, old, "宏远机械设备"), (4, "", "苏州恒瑞仪表有限公司"),
    ]  # fmt: skip
    assert all(one.certainty >= 0.5 for one in found)
    assert ("phone", "same") in found[1].reasons  # of the person that the row brings
    run = taken_in(desk, path)
    assert run.counts.create == 4
    pairs = import_alike.pairs_of(desk.reader, run)
    everything = duplicates.pairs(desk.reader)
    assert [(p.one.id, p.other.id) for p in pairs] == [(p.one.id, p.other.id) for p in everything]
    noted = import_alike.note(desk.replica, run, import_alike.rows_of(desk.reader, run, pairs))
    assert (noted.counts.alike, imports.find(desk.reader, run.id).counts.alike) == (2, 2)
    write_report(desk.reader, desk.replica.registry, run, tmp_path / "r.xlsx", "zh_CN")
    page = CalamineWorkbook.from_path(str(tmp_path / "r.xlsx")).get_sheet_by_name("疑似重复").to_python()
    assert [(line[0], line[2]) for line in page[1:]] == [(p.other.name, p.one.name) for p in pairs]
    merging.keep_apart(desk.replica, pairs[0].one.id, pairs[0].other.id)
    assert import_alike.pairs_of(desk.reader, run) == pairs[1:]


def test_a_pair_of_old_customers_is_none_of_a_runs(desk: Workspace, path: Path) -> None:
    for _ in range(2):
        desks.customer(desk, "华诚电子科技有限公司", phone="13900001111", city="杭州")
    for row in customers(40):  # so many that the run's own keys are looked up, and not everybody's
        desks.customer(desk, row[0], credit_code=row[2])
    run = taken_in(desk, path)
    found = import_alike.pairs_of(desk.reader, run)
    assert len(found) == 1
    assert len(duplicates.pairs(desk.reader)) == len(found) + 1


def test_they_are_kept_out_where_somebody_wants_that_and_can_be_mended(
    desk: Workspace, path: Path, tmp_path: Path
) -> None:
    desks.customer(desk, "宏远机械设备", phone="0571-88886666", city="杭州")
    said, _ = rehearsed(desk, path, alike="keep_out")
    assert [said[key] for key in (*COUNTED, "alike")] == [5, 2, 0, 1, 0, 20.0, 2]
    cut_off = taken_in(desk, path, stop_at=2, alike="keep_out")  # it has looked, and written nothing yet
    assert (cut_off.looked, cut_off.position) == (True, 0)
    with closing(importing.go_on(desk, desk.reader, cut_off.id)) as under_way:
        while not under_way.done:
            under_way.step()
        run = under_way.run
    assert {key: importing.facts(run.counts, 0)[key] for key in said} == said | {"seconds": 0}
    kept = imports.kept_out(desk.reader, run.id)
    assert [(one.at, one.verdict) for one in kept] == [(2, "alike"), (4, "alike"), (5, "duplicate")]
    assert import_alike.pairs_of(desk.reader, run) == []
    assert (
        desk.reader.value("SELECT count(*) FROM p_contact") == 1
    )  # who hangs under a row kept out is kept out too
    book = tmp_path / "kept.xlsx"
    write_kept_out(desk.reader, run, book, "zh_CN")
    again = plan_of(desk, book)
    assert again.alike == "keep_out"  # as this source was read last
    assert [sheet.name for sheet in again.sheets if sheet.is_wanted] == ["客户"]
    assert rehearsed(desk, book, alike="take")[0]["rows"] == 3


def test_what_equals_a_row_kept_out_stays_out_with_it_after_a_stop_too(
    desk: Workspace, tmp_path: Path
) -> None:
    desks.customer(desk, "宏远机械设备", phone="0571-88886666", city="杭州")
    others = [[f"{n}号{n * 7919}厂", "", "", "", ""] for n in range(420)]
    path = write_csv(tmp_path / "客户.csv", [ROWS[0], *others, ROWS[0]], HEADINGS)
    run = taken_in(desk, path, stop_at=4, alike="keep_out")
    assert 0 < run.position < 422
    with closing(importing.go_on(desk, desk.reader, run.id)) as under_way:
        while not under_way.done:
            under_way.step()
    kept = imports.kept_out(desk.reader, run.id)
    assert [(kept[0].at, kept[0].verdict), (kept[-1].at, kept[-1].verdict)] == [
        (2, "alike"),
        (423, "duplicate"),
    ]
    assert desk.reader.value("SELECT count(*) FROM p_customer WHERE f_name LIKE '%宏远%'") == 1


def test_two_rows_that_equal_a_customer_by_a_key_are_no_look_alikes(desk: Workspace, path: Path) -> None:
    taken_in(desk, path)
    facts, found = rehearsed(desk, path)
    assert (facts["duplicate"], facts["alike"], found) == (5, 0, [])


@given(
    st.sets(st.integers(0, 8)),
    st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1])),
)
def test_whatever_is_held_back_nothing_that_stays_is_near_another(
    near_customers: set[int], near_rows: set[tuple[int, int]]
) -> None:
    held = held_back(near_customers, near_rows)
    assert near_customers <= held
    assert all(one in held or later in held for one, later in near_rows)
    for row in held - near_customers:
        assert any(later == row and one not in held for one, later in near_rows)
