"""Imports from a file to the records: rehearsed, run, gone on with, and taken back."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.dates import moment_of
from crmdesk.core.errors import CrmError
from crmdesk.core.intake import Note
from crmdesk.core.mapping import Plan
from crmdesk.core.mapping_files import amended
from crmdesk.core.record import RecordKey
from crmdesk.store import imports
from crmdesk.store.delivery import Departure
from crmdesk.store.imports import Run
from crmdesk.store.names import SHOWN
from crmdesk.usecases import history, importing, merging, records, sign_offs, visits
from crmdesk.usecases.directory import read_registry
from crmdesk.usecases.foreign_files import Patience
from crmdesk.usecases.import_papers import reasons, reconcile, write_kept_out, write_report, write_template
from crmdesk.usecases.import_undo import BELOW, Undoing
from crmdesk.usecases.importing import Importing
from crmdesk.usecases.visits import VisitNote
from crmdesk.usecases.workspace import Workspace
from tests.support import workspace as desks
from tests.support.foreign_tables import customers, planted, write_csv, write_xlsx


def plan_of(desk: Workspace, path: Path, **given: Any) -> Plan:
    _, plan = importing.look(desk.reader, path, desk)
    return amended(plan, given, read_registry(desk.reader))


def rehearsed(desk: Workspace, path: Path, **given: Any) -> dict[str, Any]:
    counts, seconds = importing.rehearse(desk, desk.reader, path, plan_of(desk, path, **given))
    return importing.facts(counts, seconds)


def taken_in(desk: Workspace, path: Path, **given: Any) -> Run:
    with closing(importing.begin(desk, desk.reader, path, plan_of(desk, path, **given))) as under_way:
        to_its_end(under_way)
        return under_way.run


def to_its_end(under_way: Importing) -> None:
    while not under_way.done:
        under_way.step()


def undone(desk: Workspace, run: Run) -> Run:
    undoing = Undoing(desk.replica, desk.reader, run.id)
    while not undoing.done:
        undoing.step()
    after: Run = undoing.run
    return after


def shown(desk: Workspace, table: str = "p_customer") -> list[tuple[Any, ...]]:
    """What lists and search show, without what names the moment it was written."""
    columns = [
        row[1] for row in desk.reader.all(f"PRAGMA table_info({table})") if row[1] not in ("n", "updated_at")
    ]
    return desk.reader.all(f"SELECT {', '.join(columns)} FROM {table} WHERE life <> 1 ORDER BY id")


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


def test_rows_whose_record_is_here_are_left_filled_or_overwritten(desk: Workspace, tmp_path: Path) -> None:
    made = desks.customer(desk, "甲公司", code="K1", remark="旧")
    path = write_csv(
        tmp_path / "a.csv",
        [["甲公司", "K1", "地址", "新"], ["甲 公司", "K1", "", ""]],
        ("客户名称", "客户编号", "地址", "备注"),
    )
    told = [rehearsed(desk, path, mode=mode) for mode in ("create", "fill", "overwrite")]
    assert [(f["update"], f["duplicate"]) for f in told] == [(0, 2), (1, 1), (2, 0)]
    taken_in(desk, path, mode="fill")
    assert desk.reader.one("SELECT f_address, f_remark FROM p_customer WHERE id = ?", (made,)) == (
        "地址",
        "旧",
    )
    taken_in(desk, path, mode="overwrite")
    assert desk.reader.one("SELECT f_name, f_remark FROM p_customer WHERE id = ?", (made,))[1] == "新"  # type: ignore[index]


MESSY: list[list[object]] = [
    ["某某公司客户资料汇总（生成的样例）"],
    [],
    [
        "序号",
        "客户全称",
        "联系人",
        "手机",
        "所在地区",
        "所属行业",
        "客户级别",
        "员工数",
        "年营业额(万元)",
        "来源",
        "成立时间",
    ],
    [
        "1",
        "宏远科技有限公司",
        "张三",
        "13900000001/13900000002",
        "成都市高新区",
        "餐饮",
        "B类",
        "约50人",
        "1200",
        "网络",
        "2012.3.5",
    ],
    [
        "2",
        "恒瑞贸易有限公司",
        "",
        "打不通",
        "火星",
        "制造业",
        "重点",
        "100-200人",
        "约2000万",
        "不详",
        "未知",
    ],
    ["", "合计", "", "", "", "", "", "", "3200", "", ""],
]  # fmt: skip


def test_a_stranger_s_messy_table_comes_in_and_nothing_that_stood_in_it_is_lost(
    desk: Workspace, tmp_path: Path
) -> None:
    path = write_xlsx(tmp_path / "客户资料.xlsx", {"Sheet1": ((), MESSY)})
    assert (rehearsed(desk, path)["create"], rehearsed(desk, path)["reject"]) == (1, 2)
    run = taken_in(desk, path, unreadable="write_down")
    (total,) = imports.kept_out(desk.reader, run.id)
    assert reasons(run.plan, total.sheet, total.verdict, total.notes, "zh_CN") == "是合计行"
    found = desk.reader.all(
        "SELECT f_region_code, f_industry_code, f_grade, f_employees, f_annual_revenue, f_source, f_remark "
        "FROM p_customer ORDER BY f_name DESC"
    )
    assert found == [
        (None, "C", None, None, 2_000_000_000, None, "所在地区：火星\n客户级别：重点\n员工数：100-200人\n手机：打不通"),
        ("510100", "62", "B", 50, 1_200_000_000, "web", "所在地区：成都市高新区"),
    ]  # fmt: skip


def test_what_can_t_be_read_is_added_to_a_remark_that_is_there_and_once(
    desk: Workspace, tmp_path: Path
) -> None:
    made = desks.customer(desk, "甲公司", code="K1", remark="旧")
    path = write_csv(tmp_path / "a.csv", [["甲公司", "K1", "x@"]], ("客户名称", "客户编号", "邮箱"))
    remark = "SELECT f_remark FROM p_customer WHERE id = ?"
    for mode in ("create", "fill", "overwrite", "fill"):
        taken_in(desk, path, mode=mode, unreadable="write_down")
        assert desk.reader.one(remark, (made,)) == ("旧" if mode == "create" else "旧\n邮箱：x@",)
    long = write_csv(tmp_path / "b.csv", [["乙公司", "K2", "x" * 20_000]], ("客户名称", "客户编号", "邮箱"))
    assert rehearsed(desk, long, unreadable="write_down")["reject"] == 1


HEAD = ("客户名称", "客户编号", "统一社会信用代码", "电话")
TRUE_CODES = ("91350100M000100Y43", "91110000600037341L")


def facts_of(desk: Workspace, *columns: str) -> list[tuple[Any, ...]]:
    names = ", ".join(f"f_{name}" for name in columns)
    return desk.reader.all(f"SELECT {names} FROM p_customer WHERE life <> 1 ORDER BY id")


@pytest.mark.parametrize("mode", ["create", "fill", "overwrite"])
def test_one_name_and_phone_are_two_companies_where_their_codes_differ(
    desk: Workspace, tmp_path: Path, mode: str
) -> None:
    desks.customer(desk, "华东机械公司", code="A1", credit_code=TRUE_CODES[0], phone="0571-88886666")
    path = write_csv(tmp_path / "a.csv", [["华东机械有限公司", "B2", TRUE_CODES[1], "0571-88886666"]], HEAD)
    taken_in(desk, path, mode=mode)
    assert facts_of(desk, "name", "code") == [("华东机械公司", "A1"), ("华东机械有限公司", "B2")]


def test_a_row_below_goes_to_whom_its_code_names_or_to_nobody(desk: Workspace, tmp_path: Path) -> None:
    desks.customer(desk, "甲公司", code="C-1")
    works = desks.customer(desk, "华东机械厂")
    rows = [
        ["C-2", "甲公司", "O1"], ["", "华东机械集团有限公司", "O2"], ["", "甲有限公司", "O3"], ["C-9", "华东机械厂", "O4"],
    ]  # fmt: skip
    path = write_csv(
        tmp_path / "订单.csv",
        [[*row, "2026-05-01"] for row in rows],
        ("客户编号", "客户名称", "订单号", "下单日期"),
    )
    run = taken_in(desk, path)
    assert desk.reader.all("SELECT f_number, root = ? FROM p_order ORDER BY f_number", (works,)) == [
        ("O3", 0),
        ("O4", 1),
    ]
    assert [one.cells[2] for one in imports.kept_out(desk.reader, run.id)] == ["O1", "O2"]


def test_who_was_merged_is_met_as_the_other(desk: Workspace, tmp_path: Path) -> None:
    winner = desks.customer(desk, "赢家公司", code="W1")
    loser = desks.customer(desk, "输家公司", code="L1", phone="0571-88886666")
    merging.merge(desk.replica, winner, loser)
    again = write_csv(tmp_path / "a.csv", [["输家公司", "L1", "", "0571-88886666"]], HEAD)
    assert rehearsed(desk, again)["duplicate"] == 1
    orders = write_csv(
        tmp_path / "订单.csv", [["L1", "O1", "2026-05-01"]], ("客户编号", "订单号", "下单日期")
    )
    taken_in(desk, orders)
    assert desk.reader.value("SELECT root FROM p_order") == winner


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


FOLDED = [
    ["北川拓普机械有限公司", "绵阳", "A", "第一行的备注", "张三", "13900000001"],
    ["北川拓普机械股份有限公司", "成都", "C", "第二行独有的备注", "李四", "13900000002"],
    ["北川拓普机械有限公司", "德阳", "B", "第三行独有的备注", "王五", "13900000003"],
]


def test_what_a_further_row_of_a_customer_says_otherwise_is_written_down_and_told(
    desk: Workspace, tmp_path: Path
) -> None:
    head = ("客户名称", "城市", "等级", "备注", "联系人", "手机")
    path = write_csv(tmp_path / "a.csv", FOLDED, head)
    heard: list[list[Note]] = []
    plan = plan_of(desk, path)
    importing.rehearse(
        desk, desk.reader, path, plan, heard=lambda rows, _: heard.extend(one.notes for one in rows)
    )
    assert [[note.flaw for note in notes] for notes in heard] == [[], [], ["differs"]]
    run = taken_in(desk, path)
    assert (run.counts.records, run.counts.wrong) == ({"customer": 2, "contact": 3}, 0)
    found = dict(desk.reader.all("SELECT f_name, f_remark FROM p_customer"))
    assert found == {
        "北川拓普机械有限公司": "第一行的备注\n城市：德阳\n等级：B 级\n第三行独有的备注",
        "北川拓普机械股份有限公司": "第二行独有的备注",
    }
    again = write_csv(tmp_path / "b.csv", [["北川拓普机械有限公司", "广元", "A", "", "赵六", ""]], head)
    run = taken_in(desk, again)
    assert run.counts.flaws == {"stays": 1}
    assert dict(desk.reader.all("SELECT f_name, f_city FROM p_customer"))["北川拓普机械有限公司"] == "绵阳"


def test_what_hangs_below_a_customer_whose_row_was_kept_out_says_so(desk: Workspace, tmp_path: Path) -> None:
    sheets: dict[str, tuple[tuple[str, ...], list[list[object]]]] = {
        "客户": (("客户名称", "电话"), [["宏远", "打不通"], ["恒瑞", "13900000001"]]),
        "拜访": (("客户名称", "时间", "内容"), [["宏远", "2026-05-01", "x"], ["没有的", "2026-05-01", "y"]]),
    }
    run = taken_in(desk, write_xlsx(tmp_path / "a.xlsx", sheets))
    kept_out = [one.notes for one in imports.kept_out(desk.reader, run.id)]
    assert kept_out == [[(1, "no_phone")], [(-1, "home_kept_out")], [(-1, "no_link")]]


@pytest.mark.parametrize("mode", ["create", "fill", "overwrite"])
def test_what_a_second_row_says_of_a_new_customer_fills_its_blanks(
    desk: Workspace, tmp_path: Path, mode: str
) -> None:
    rows = [
        ["甲公司", "C1", "", "张三"],
        ["甲公司", "C1", "西湖路1号", "李四"],
        ["甲公司", "C1", "别处", "王五"],
    ]
    rows[1:1] = [[f"公司{n}", f"K{n}", "", ""] for n in range(900)]
    path = write_csv(tmp_path / "a.csv", rows, ("客户名称", "客户编号", "地址", "联系人"))
    run = taken_in(desk, path, mode=mode)
    assert (run.counts.create, run.counts.records) == (903, {"customer": 901, "contact": 3})
    assert facts_of(desk, "code", "address")[0] == ("C1", "西湖路1号")


@pytest.mark.parametrize("mode", ["create", "fill", "overwrite"])
def test_two_people_of_one_name_are_told_apart_by_how_they_are_reached(
    desk: Workspace, tmp_path: Path, mode: str
) -> None:
    head = ("客户名称", "联系人", "职务", "手机")
    first = [["甲公司", "王伟", "采购经理", "13800138000"], ["甲公司", "王伟", "厂长", "13900139000"]]
    taken_in(desk, write_csv(tmp_path / "a.csv", first, head), mode=mode)
    again = [
        ["甲公司", "王伟", "", "139 0013 9000"],
        ["甲公司", "王伟", "会计", "13700137000"],
        ["甲公司", "王伟", "", ""],
    ]
    told = rehearsed(desk, write_csv(tmp_path / "b.csv", again, head), mode=mode)
    assert (told["create"], told["duplicate"]) == (1, 2)
    taken_in(desk, tmp_path / "b.csv", mode=mode)
    posts = {post for (post,) in desk.reader.all("SELECT f_position FROM p_contact WHERE f_name = '王伟'")}
    assert posts == {"采购经理", "厂长", "会计"}


def test_what_a_row_says_of_a_person_without_a_name_stays_with_the_customer(
    desk: Workspace, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        [["甲公司", "", "采购经理", "13800138000"]],
        ("客户名称", "联系人", "职务", "手机"),
    )
    taken_in(desk, path)
    assert facts_of(desk, "phone", "remark") == [("13800138000", "联系人·职务：采购经理")]


def test_overwriting_leaves_what_the_file_does_not_say(desk: Workspace, tmp_path: Path) -> None:
    made = desks.customer(desk, "甲公司", code="C1", region_code="320505", city="苏州")
    visits.log(desk.replica, VisitNote(customer=made, at_ms=desks.NOON, kind="phone", summary="电话沟通"))
    at = moment_of(desks.NOON).strftime("%Y-%m-%d %H:%M")
    follow_ups = write_csv(
        tmp_path / "拜访.csv",
        [["甲公司", at, "电话沟通", "寄样品"]],
        ("客户名称", "拜访时间", "拜访内容", "下一步"),
    )
    taken_in(desk, follow_ups, mode="overwrite")
    assert desk.reader.one("SELECT f_kind, f_next_step FROM p_visit") == ("phone", "寄样品")
    taken_in(
        desk,
        write_csv(tmp_path / "客户.csv", [["甲公司", "C1", "苏州市"]], ("客户名称", "客户编号", "城市")),
        mode="overwrite",
    )
    assert facts_of(desk, "region_code", "city") == [("320505", "苏州市")]


def test_a_row_that_no_record_can_hold_is_kept_out_and_holds_up_nothing(
    desk: Workspace, tmp_path: Path
) -> None:
    long = "长" * 15_000
    made = desks.customer(desk, "有的公司", code="C0")
    for field in ("address", "website", "registered_address"):
        desks.commit(desk.replica, RecordKey("customer", made), **{field: long})
    many = "、".join(f"0571-8{n:07}" for n in range(8000))
    rows = [
        ["甲公司", "C1", many, "", ""], ["乙公司", "C2", "", long, long], ["有的公司", "C0", "", long, ""], ["丙公司", "C3", "", "短", ""],
    ]  # fmt: skip
    path = write_csv(tmp_path / "a.csv", rows, ("客户名称", "客户编号", "电话", "备注", "说明"))
    run = taken_in(desk, path, mode="fill")
    assert [(one.cells[0], one.notes) for one in imports.kept_out(desk.reader, run.id)] == [
        ("甲公司", [(-1, "too_long")]), ("乙公司", [(-1, "too_long")]), ("有的公司", [(-1, "too_long")]),
    ]  # fmt: skip
    assert facts_of(desk, "name") == [("有的公司",), ("丙公司",)]


def test_long_texts_that_each_fit_their_field_come_in_and_a_full_customer_s_people_too(
    desk: Workspace, tmp_path: Path
) -> None:
    long = "长" * 10_000
    path = write_csv(
        tmp_path / "a.csv", [["甲公司", long, long, long]], ("客户名称", "地址", "注册地址", "备注")
    )
    assert taken_in(desk, path).counts.create == 1
    (full,) = (row[0] for row in desk.reader.all("SELECT id FROM p_customer"))
    for field in ("website", "delivery_address"):
        desks.commit(desk.replica, RecordKey("customer", full), **{field: long + long})
    people = write_csv(tmp_path / "b.csv", [["甲公司", "王伟"]], ("客户名称", "联系人"))
    assert taken_in(desk, people).counts.records == {"contact": 1}


def test_customers_people_follow_ups_and_orders_of_one_file_find_each_other(
    desk: Workspace, tmp_path: Path
) -> None:
    path = write_xlsx(
        tmp_path / "旧系统.xlsx",
        {
            "订单": (("客户编号", "订单编号", "下单日期", "订单金额"), [["K1", "D-1", "2024/3/1", 1200.5], ["K9", "D-2", "2024/3/2", 1]]),
            "联系人": (("公司", "姓名", "手机", "职务"), [["宏远机械有限公司", "李四", 13900000000, "经理"], ["同名公司", "王五", "", ""]]),
            "客户": (("客户名称", "客户编号", "联系人", "手机", "省份", "城市"), [
                ["宏远机械有限公司", "K1", "张三", "139 0000 0001、13900000002", "浙江", "杭州"],
                ["同名公司", "K2", "", "", "", ""], ["同名公司", "K3", "", "", "", ""],
            ]),
            "跟进": (("客户", "跟进时间", "跟进内容", "跟进人", "联系人"), [["宏远机械", "2023年5月1日下午3点", "谈了价格", "赵六", "李四"]]),
        },
    )  # fmt: skip
    run = taken_in(desk, path)
    assert run.counts.records == {"customer": 3, "contact": 2, "visit": 1, "order": 1}
    (customer,) = (
        row[0]
        for row in desk.reader.all(
            "SELECT id FROM p_customer WHERE f_code = 'K1' AND f_region_code = '330100'"
        )
    )
    people = dict(desk.reader.all("SELECT f_name, id FROM p_contact WHERE root = ?", (customer,)))
    assert people.keys() == {"张三", "李四"}
    numbers = {row[0] for row in desk.reader.all("SELECT value FROM element WHERE field = 'phone'")}
    assert numbers == {"139 0000 0001", "13900000002", "13900000000"}
    summary, at, contact = desk.reader.one("SELECT f_summary, f_at, f_contact FROM p_visit") or ("", 0, "")
    assert summary == "谈了价格\n（跟进人：赵六）"
    assert (at, contact) == (1_682_924_400_000, people["李四"])
    assert desk.reader.one("SELECT f_amount, root FROM p_order") == (120_050, customer)
    kept_out = imports.kept_out(desk.reader, run.id)
    said = [reasons(run.plan, one.sheet, one.verdict, one.notes, "zh_CN") for one in kept_out]
    assert said == ["有几个客户叫这个名字", "找不到它所属的客户"]
    undone(desk, run)
    assert shown(desk) == shown(desk, "p_contact") == shown(desk, "p_order") == []


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


def test_a_withheld_field_has_no_column_and_a_second_address_stands_beside(
    desk: Workspace, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        [["甲", "13900000000/13900000001", "重点、没有的标签"]],
        ("客户名称", "电话", "客户标签"),
    )
    tag = records.add(desk.replica, "tag", {"name": "重点"}).value
    run = taken_in(desk, path)
    values = (
        desk.replica.load(RecordKey("customer", desk.reader.value("SELECT id FROM p_customer")))
        .edits[0]
        .values
    )
    assert values["phone"] == "13900000000"
    assert [v for k, v in values.items() if k.startswith("other_phone:")] == ["13900000001"]
    assert values[f"tag:{tag}"] is True
    assert run.counts.flaws == {"no_tag": 1}
