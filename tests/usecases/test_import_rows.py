"""What becomes of the rows of a foreign file: whom they mean, what of them comes in, and that nothing of them is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.dates import moment_of
from crmdesk.core.intake import Note
from crmdesk.core.record import RecordKey
from crmdesk.store import imports
from crmdesk.usecases import importing, merging, records, visits
from crmdesk.usecases.import_papers import reasons
from crmdesk.usecases.visits import VisitNote
from crmdesk.usecases.workspace import Workspace
from tests.support import workspace as desks
from tests.support.foreign_tables import write_csv, write_xlsx
from tests.support.importing import plan_of, rehearsed, shown, taken_in, undone


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
