"""What stands in the cells of foreign tables, and what it is read as."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.cleaning import FLAWS, Flaw, clean, name_key, phone_key, read_moment, text_of
from crmdesk.core.entities import REGISTRY
from crmdesk.core.values import check

TODAY = date(2026, 11, 28)


def read(target: str, cell: str, times: int = 1) -> object:
    entity, _, name = target.partition(".")
    field = REGISTRY[entity].by_name[name]
    return clean(
        field, cell, today=TODAY, code_of=lambda _t, text: text if text == "330100" else None, times=times
    )


@pytest.mark.parametrize(
    ("target", "cell", "value"),
    [
        ("customer.name", "  ＡＢＣ　机械\u200b有限公司 ", "ABC 机械有限公司"),
        ("customer.name", "上海（中国）有限公司", "上海（中国）有限公司"),
        ("customer.name", "'=cmd|calc", "=cmd|calc"),
        ("customer.code", "1001.0", "1001"),
        ("customer.code", "N/A", None),
        ("customer.remark", "第一行\r\n第二行 ", "第一行\n第二行"),
        ("customer.phone", "１３９－１２３４－５６７８", "139-1234-5678"),
        ("customer.phone", "13912345678.0", "13912345678"),
        ("customer.phone", "1.3912345678E+10", "13912345678"),
        ("customer.phone", "1.38E+10", Flaw("scientific")),
        ("customer.phone", "没有", None),
        ("customer.phone", "打不通", Flaw("no_phone")),
        ("customer.name", "未知", "未知"),
        ("customer.credit_code", "9133 0106-ma27 0000 0x", "91330106MA2700000X"),
        ("customer.credit_code", "330106199001011000", Flaw("cut")),
        ("customer.credit_code", "3.30106E+17", Flaw("scientific")),
        ("customer.email", "mailto:a@b.cn;", "a@b.cn"),
        ("customer.email", "a＠b．cn", "a@b.cn"),
        ("customer.email", "a b", Flaw("no_mail")),
        ("customer.employees", "1,200人", 1200),
        ("customer.employees", "约三百", Flaw("no_number")),
        ("customer.employees", "约200人左右", 200),
        ("customer.source", "网络", "web"),
        ("customer.source", "不详", None),
        ("visit.kind", "上门", "onsite"),
        ("customer.grade", "A级", "A"),
        ("customer.grade", "ＡA", Flaw("no_choice")),
        ("customer.stage", "已成交", "won"),
        ("customer.region_code", "330100.0", "330100"),
        ("customer.region_code", "火星", Flaw("no_code")),
        ("task.done", "√", True),
        ("task.done", "否", False),
        ("task.done", "也许", Flaw("no_answer")),
        ("customer.amount", "#REF!", Flaw("spreadsheet_error")),
        ("customer.name", "\ufffd\ufffd公司", Flaw("garbled")),
        ("customer.remark", "长" * 30_000, Flaw("too_long")),
        ("visit.at", "2023-05-01 14:30", 1_682_922_600_000),
    ],
)
def test_a_cell_is_read_as_what_it_says(target: str, cell: str, value: object) -> None:
    assert read(target, cell) == value
    assert not isinstance(value, Flaw) or value in FLAWS


@pytest.mark.parametrize(
    ("cell", "times", "fen"),
    [
        ("12,000.50", 1, 1_200_050), ("￥1.2万", 1, 1_200_000), ("3亿元", 1, 30_000_000_000), ("1.5", 10_000, 1_500_000),
        ("(1,200)", 1, -120_000), ("人民币 800 元整", 1, 80_000), ("0.1", 1, 10), ("12345.678", 1, 1_234_568), ("-7", 1, -700),
        ("12000000", 1, 1_200_000_000), ("500k", 1, 50_000_000), ("1,2345,6789", 1, 12_345_678_900), ("2000万", 10_000, 2_000_000_000), ("¥1,400,000", 10_000, 140_000_000), ("1400000元", 10_000, 140_000_000), ("140", 10_000, 140_000_000),
    ],
)  # fmt: skip
def test_an_amount_is_read_to_the_fen(cell: str, times: int, fen: int) -> None:
    assert read("customer.amount", cell, times) == {"money": [fen, "CNY"]}


@pytest.mark.parametrize(
    "cell", ["很多", "12元5角", "1.2E+07", "$5 €6", "--5", "1e999", "9" * 25, "1.234,56 €", "1234,56"]
)
def test_what_is_no_amount_is_told(cell: str) -> None:
    assert isinstance(read("customer.amount", cell), Flaw)


def test_a_foreign_amount_keeps_its_currency() -> None:
    assert read("customer.amount", "US$1,000") == {"money": [100_000, "USD"]}


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2023-5-1", (2023, 5, 1)), ("2023年5月1日", (2023, 5, 1)), ("2023/05/01 8:05", (2023, 5, 1, 8, 5)),
        ("二〇二三年十二月二十一日", (2023, 12, 21)), ("二零二三年五月一日", (2023, 5, 1)), ("20230501", (2023, 5, 1)),
        ("23.5.1", (2023, 5, 1)), ("民国112年5月1日", (2023, 5, 1)), ("45047", (2023, 5, 1)), ("45047.5", (2023, 5, 1, 12)),
        ("1 May 2023", (2023, 5, 1)), ("May 1, 2023", (2023, 5, 1)), ("13/5/2023", (2023, 5, 13)), ("5/13/2023", (2023, 5, 13)),
        ("2023年5月1日下午3点", (2023, 5, 1, 15)), ("2023年5月1日 晚上8点半", (2023, 5, 1, 20, 30)),
        ("2023-05-01T08:00:00Z", (2023, 5, 1, 16)), ("2023-05-01T22:30:00+00:00", (2023, 5, 2, 6, 30)), ("2023-05-01T08:00:00+08:00", (2023, 5, 1, 8)), ("2023年05月01日 星期一 14:20", (2023, 5, 1, 14, 20)),
        ("2023年5月1日凌晨12:30", (2023, 5, 1, 0, 30)), ("2023年5月1日晚上12点", (2023, 5, 2)), ("2023年5月1日中午12点", (2023, 5, 1, 12)),
        ("23/5/1", (2023, 5, 1)), ("98/5/13", (1998, 5, 13)),
    ],
)  # fmt: skip
def test_a_date_is_read_in_every_way_people_write_one(cell: str, moment: tuple[int, ...]) -> None:
    assert read_moment(cell, TODAY) == datetime(*moment)  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("cell", "flaw"),
    [("5/6/2023", "day_or_month"), ("05/01/23", "day_or_month"), ("13/5/23", "day_or_month"), ("5月1日", "no_year"), ("2023-02-30", "no_date"), ("0000-01-01", "no_date"), ("明年", "no_date")],
)  # fmt: skip
def test_a_date_that_may_be_another_is_not_guessed(cell: str, flaw: str) -> None:
    assert read_moment(cell, TODAY) == Flaw(flaw)


def test_company_names_are_compared_without_legal_form_width_and_marks() -> None:
    same = ["宏远机械有限公司", "宏远机械股份有限公司", "宏远 机械", "宏远（机械）", "ＨＹ宏远机械"[2:]]
    assert len({name_key(name) for name in same}) == 1
    assert name_key("ACME Co., Ltd.") == name_key("acme")
    assert name_key("有限公司")  # never nothing
    apart = ["华东机械厂", "华东机械有限公司", "华东机械集团有限公司", "华东机械有限公司上海分公司"]
    assert len({name_key(name) for name in apart}) == 4
    assert phone_key("+86 139-1234-5678") == phone_key("13912345678")


FIELDS = [f"{e}.{f.name}" for e in ("customer", "visit", "order", "task") for f in REGISTRY[e].fields]


@given(target=st.sampled_from(FIELDS), cell=st.text(max_size=60))
def test_whatever_stands_in_a_cell_becomes_a_value_that_may_be_stored_or_a_flaw(
    target: str, cell: str
) -> None:
    value = read(target, cell)
    if not isinstance(value, Flaw):
        check(target, value)
    assert text_of(text_of(cell)) == text_of(cell) or cell.startswith("'")
