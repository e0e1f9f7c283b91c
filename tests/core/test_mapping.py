"""Headings of other systems, and what their columns are taken for."""

from __future__ import annotations

from datetime import date

import pytest

from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.mapping import (
    Column,
    Found,
    Plan,
    Sheet,
    as_before,
    check,
    fingerprint,
    guess,
    times_of,
)
from crmdesk.core.mapping_files import amended

TODAY = date(2026, 11, 28)


def guessed(*headings: str, name: str = "Sheet1", rows: list[list[str]] | None = None) -> Plan:
    return guess([Found(name, [list(headings), *(rows or [])])], REGISTRY, TODAY)


def targets(plan: Plan) -> list[str]:
    return [column.target for column in plan.sheets[0].columns]


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (
            "公司名称* 统一社会信用代码 联系电话 所属行业 所在地区 客户级别 年营业额（万元） 官网 奇怪的列",
            "name credit_code phone industry_code region_code grade annual_revenue website -",
        ),
        ("Company Name|Phone Number|E-mail|City|Notes", "name phone email city remark"),
        ("客户名称 联系人 手机 职务 地址", "name contact.name contact.phone contact.position address"),
        ("客户名称 手机 省份 城市", "name phone province city"),
        ("序号 客户全称 简称 统一信用代码 企业地址 单位电话 跟进状态", "- name short_name credit_code address phone stage"),
        ("客户编号 订单号 下单时间 订单金额 订单状态", "order.customer order.number order.ordered_on order.amount order.state"),
        ("所属客户 跟进时间 跟进内容 跟进人 跟进方式", "visit.customer visit.at visit.summary visit.author visit.kind"),
        ("客户 合同编号 合同名称 签订日期", "contract.customer contract.number contract.name contract.signed_on"),
        ("客户名称 发票号码 开票日期 开票金额", "invoice.customer invoice.number invoice.issued_on invoice.amount"),
        ("客户名称 到账日期 回款金额 付款方式", "payment.customer payment.received_on payment.amount payment.method"),
    ],
)  # fmt: skip
def test_headings_are_found_in_both_languages(headings: str, expected: str) -> None:
    plan = guessed(*headings.split("|" if "|" in headings else " "))
    wanted = ["" if name == "-" else name if "." in name else f"customer.{name}" for name in expected.split()]
    assert targets(plan) == wanted
    check(plan, REGISTRY)


@pytest.mark.parametrize(
    ("name", "headings", "entity"),
    [
        ("客户拜访记录", "客户名称 拜访日期 内容", "visit"),
        ("客户资料", "客户全称 联系人 电话", "customer"),
        ("客户订单", "客户名称 订单号 下单日期 金额", "order"),
        ("客户联系人", "客户名称 姓名 手机", "contact"),
        ("Sheet1", "客户名称 姓名 手机", "customer"),
    ],
)
def test_the_name_of_a_table_tells_what_is_in_it(name: str, headings: str, entity: str) -> None:
    assert guessed(*headings.split(), name=name).sheets[0].entity == entity


def test_a_sheet_of_contacts_names_its_customer_and_takes_several_numbers() -> None:
    plan = guessed("公司", "姓名", "手机", "电话2", "邮箱", name="联系人")
    assert targets(plan) == [
        "contact.customer",
        "contact.name",
        "contact.phone",
        "contact.phone",
        "contact.email",
    ]


def test_a_title_above_the_headings_is_passed_over() -> None:
    plan = guessed(
        "客户档案表", "", "", rows=[["", "", ""], ["客户名称", "电话", "地址"], ["宏远", "13900000000", "x"]]
    )
    assert (plan.sheets[0].header, targets(plan)) == (
        2,
        ["customer.name", "customer.phone", "customer.address"],
    )


def test_what_stands_below_tells_a_column_whose_heading_does_not() -> None:
    rows = [["宏远", f"1390000000{n}", f"a{n}@b.cn"] for n in range(5)]
    assert targets(guessed("客户名称", "字段A", "字段B", rows=rows)) == [
        "customer.name",
        "customer.phone",
        "customer.email",
    ]


def test_of_two_columns_with_one_heading_the_field_takes_one() -> None:
    assert targets(guessed("客户名称", "客户名称", "地址")).count("customer.name") == 1


def test_nothing_is_surer_than_sure() -> None:
    (sheet,) = guessed("客户", "客户名称", "名称", "name", "电话", "客户编号").sheets
    sure = [column.certainty for column in sheet.columns if column.target]
    assert max(sure) == 1.0
    assert min(sure) >= 0.5


def test_the_unit_of_a_heading_counts() -> None:
    assert [times_of(h) for h in ("金额(万元)", "金额（单位：亿元）", "金额(元)", "金额")] == [
        10_000,
        10**8,
        1,
        1,
    ]


def test_a_person_amends_the_guess_and_mistakes_are_told() -> None:
    plan = guessed("公司全称", "备用", "打法")
    better = amended(
        plan, {"mode": "fill", "columns": {"打法": "remark", "备用": None, "公司全称": "名称"}}, REGISTRY
    )
    ways = amended(plan, {"alike": "keep-out", "unreadable": "write-down"}, REGISTRY)
    assert (ways.alike, ways.unreadable) == ("keep_out", "write_down")
    assert (better.mode, targets(better)) == ("fill", ["customer.name", "", "customer.remark"])
    mistakes: tuple[dict[str, object], ...] = (
        {"columns": {"打法": "spaceship"}},
        {"columns": {"无此列": "name"}},
        {"entity": "galaxy"},
        {"mode": "eat"},
        {"sheets": {"x": {}}},
    )
    for wrong in mistakes:
        with pytest.raises(CrmError):
            amended(plan, wrong, REGISTRY)


def test_a_table_without_what_its_records_need_is_refused() -> None:
    with pytest.raises(CrmError, match="import_unmapped"):
        check(guessed("电话", "地址"), REGISTRY)
    with pytest.raises(CrmError, match="import_unmapped"):
        check(guessed("甲", "乙"), REGISTRY)


def test_two_columns_for_one_value_are_refused_and_phones_and_long_texts_take_several() -> None:
    plan = guessed("客户名称", "办公地址", "注册地", "电话", "手机", "备注", "说明")
    check(plan, REGISTRY)
    assert targets(plan)[3:] == ["customer.phone", "customer.phone", "customer.remark", "customer.remark"]
    twice = amended(plan, {"columns": {"注册地": "address"}}, REGISTRY)
    with pytest.raises(CrmError, match="import_twice"):
        check(twice, REGISTRY)
    same = amended(guessed("客户名称", "甲", "甲"), {"columns": {"甲": "address"}}, REGISTRY)
    assert targets(same) == ["customer.name", "customer.address", ""]
    same.sheets[0].columns[2].target = "customer.address"
    with pytest.raises(CrmError, match="import_twice"):
        check(same, REGISTRY)


def test_a_remembered_column_whose_field_is_gone_is_left_out() -> None:
    plan = guessed("客户名称", "打法")
    saved = Plan(
        [Sheet("1", "customer", 0, [Column("客户名称", "customer.name"), Column("打法", "customer.x_1")])]
    )
    assert targets(as_before(plan, saved, REGISTRY)) == ["customer.name", ""]
    with pytest.raises(CrmError, match="unknown_field"):
        check(saved, REGISTRY)


def test_the_same_source_is_known_again_by_its_headings_and_with_columns_of_ours() -> None:
    first = amended(
        guessed("公司全称", "打法"), {"columns": {"打法": "remark", "公司全称": "name"}}, REGISTRY
    )
    again = guessed("公司全称", "打法", "未导入的原因", "原行号", name="2")
    assert fingerprint(first.sheets) == fingerprint(again.sheets)
    assert targets(as_before(again, first, REGISTRY)) == ["customer.name", "customer.remark", "", ""]
    mended = guessed(
        "公司全称", "未导入的原因", "原行号", "打法", name="3"
    )  # somebody put a column of theirs behind ours
    assert targets(as_before(mended, as_before(again, first, REGISTRY), REGISTRY)) == [
        "customer.name", "", "", "customer.remark",
    ]  # fmt: skip
