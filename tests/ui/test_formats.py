from datetime import date, datetime, timedelta

import pytest

from crmdesk.ui import formats, language

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (0, "今天", "Today"),
        (-1, "昨天", "Yesterday"),
        (1, "明天", "Tomorrow"),
        (4, "11-26", "11-26"),
        (60, "2027-01-21", "2027-01-21"),
    ],
)
def test_days_near_today_have_names(qapp, days, zh, en):
    assert formats.day(TODAY + timedelta(days=days), TODAY) == zh
    language.switch(qapp, "en")
    assert formats.day(TODAY + timedelta(days=days), TODAY) == en


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("%1的客户", ("Bo",), "Bo 的客户"),
        ("%1的客户", ("林晓",), "林晓的客户"),
        ("%1的客户", ("José",), "José 的客户"),
        ("已连接到%1，正在发送。", ("Blue Harbour",), "已连接到 Blue Harbour，正在发送。"),
        (
            "%1还在修改%3的时候，%2把它删除了。",
            ("林晓", "Bo", "3M"),
            "林晓还在修改 3M 的时候，Bo 把它删除了。",
        ),
        ("Customers of %1", ("林晓",), "Customers of 林晓"),
        ("%1的客户", ("",), "的客户"),
        ("%1", ("50%2",), "50%2"),
    ],
)
def test_latin_and_chinese_do_not_touch_in_a_sentence(text, values, said):
    assert formats.filled(text, *values) == said


def test_overdue_counts_days_in_both_languages(qapp):
    assert formats.due(TODAY - timedelta(days=5), TODAY) == ("逾期 5 天", "bad")
    language.switch(qapp, "en")
    assert formats.due(TODAY - timedelta(days=1), TODAY) == ("1 day overdue", "bad")
    assert formats.due(TODAY - timedelta(days=5), TODAY) == ("5 days overdue", "bad")


def test_due_today_warns():
    assert formats.due(TODAY, TODAY) == ("今天", "warn")


def test_no_date_is_a_dash():
    assert (formats.day(None, TODAY), formats.due(None, TODAY)) == ("—", ("—", ""))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (42_000_000, "CNY", "¥420,000"),
        (123_456, "CNY", "¥1,234.56"),
        (-5, "USD", "-$0.05"),
        (500, "JPY", "¥500"),
        (100, "CHF", "CHF 1"),
    ],
)
def test_money_has_its_sign_and_cents_only_if_any(minor, currency, text):
    assert formats.money(minor, currency) == text


def test_mobile_numbers_are_grouped():
    assert formats.phone("+8613589737219") == "135 8973 7219"
    assert formats.phone("021-5566 7788") == "021-5566 7788"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=2), "2 分钟前"),
        (timedelta(hours=3), "3 小时前"),
        (timedelta(days=9), "9 天前"),
    ],
)
def test_ages_use_the_largest_unit(age, text):
    assert formats.age(age) == text


def test_a_moment_today_is_its_time():
    assert formats.moment(datetime(2026, 11, 22, 8, 45), TODAY) == "08:45"  # noqa: DTZ001 -- local on purpose
    assert formats.moment(datetime(2026, 11, 20, 8, 45), TODAY) == "11-20 08:45"  # noqa: DTZ001
