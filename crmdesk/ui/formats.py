"""Dates, ages, amounts and phone numbers as people write them, in the language in force. Pure apart from that language."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QObject

from crmdesk.core.dates import moment_of
from crmdesk.core.text import is_han
from crmdesk.ui import language

Tone = Literal["", "warn", "bad"]
DASH = "—"
translate = QCoreApplication.translate

_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "¥"}
_WHOLE = {"JPY", "KRW"}


class _Counted(QObject):
    """Sentences with a number; lupdate sees plural forms in `self.tr` only."""

    def overdue(self, days: int) -> str:
        return self.tr("%n day(s) overdue", "", days)

    def minutes(self, number: int) -> str:
        return self.tr("%n minute(s) ago", "", number)

    def hours(self, number: int) -> str:
        return self.tr("%n hour(s) ago", "", number)

    def days(self, number: int) -> str:
        return self.tr("%n day(s) ago", "", number)

    def conflicts(self, number: int) -> str:
        return self.tr("%n conflict(s)", "", number)

    def attachments(self, count: int) -> str:
        return self.tr("%n file(s)", "", count)


_COUNTED = _Counted()


def filled(text: str, *values: str) -> str:
    """A text with these in the places of %1, %2 and so on, with a space where Latin comes to stand beside Chinese."""
    said = ""
    for number, part in enumerate(re.split(r"%(\d)", text)):
        added = values[int(part) - 1] if number % 2 else part
        said += f" {added}" if said and added and _meet(said[-1], added[0]) else added
    return said


def _meet(left: str, right: str) -> bool:
    return (is_han(left) and _is_latin(right)) or (_is_latin(left) and is_han(right))


def _is_latin(char: str) -> bool:
    return char.isalnum() and char < "\u0250"


def day(value: date | None, today: date) -> str:
    """今天, 昨天, 明天, else 11-26, with the year when it is another one; a dash for None."""
    if value is None:
        return DASH
    names = {
        0: translate("formats", "today"),
        -1: translate("formats", "yesterday"),
        1: translate("formats", "tomorrow"),
    }
    if name := names.get((value - today).days):
        return name[:1].upper() + name[1:]
    return value.strftime("%m-%d" if value.year == today.year else "%Y-%m-%d")


def due(value: date | None, today: date) -> tuple[str, Tone]:
    """A date something is due, and how urgent it is: overdue is bad, today warns."""
    if value is None:
        return DASH, ""
    late = (today - value).days
    if late > 0:
        return _COUNTED.overdue(late), "bad"
    return day(value, today), "" if late else "warn"


def moment(value: datetime, today: date) -> str:
    """A date with its time, e.g. 11-22 08:45; today's show the time alone."""
    clock = value.strftime("%H:%M")
    return clock if value.date() == today else f"{day(value.date(), today)} {clock}"


def age(since: timedelta) -> str:
    """How long ago, in the largest unit: just now, 2 分钟前, 3 小时前, 5 天前."""
    seconds = int(since.total_seconds())
    if seconds < 60:
        return translate("formats", "just now")
    if seconds < 3600:
        return _COUNTED.minutes(seconds // 60)
    if seconds < 86400:
        return _COUNTED.hours(seconds // 3600)
    return _COUNTED.days(seconds // 86400)


def conflicts(count: int) -> str:
    """How many fields wait for a decision."""
    return _COUNTED.conflicts(count)


def attachments(count: int) -> str:
    """How many files something has."""
    return _COUNTED.attachments(count)


def number(value: int) -> str:
    """100,000 in both languages."""
    return f"{value:,}"


def size(count: int) -> str:
    """A file's size: 640 KB, 3.2 MB."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} KB"
    return f"{count / 1_000_000:.1f} MB"


def money(minor: int, currency: str = "CNY") -> str:
    """An amount of minor units with its sign, e.g. 42000000 fen as ¥420,000; cents only if there are any."""
    amount = Decimal(minor) if currency in _WHOLE else Decimal(minor) / 100
    text = f"{abs(amount):,.2f}".removesuffix(".00")
    return f"{'-' if minor < 0 else ''}{_SIGNS.get(currency, currency + ' ')}{text}"


def phone(value: str) -> str:
    """A Chinese mobile number in groups, 135 8973 7219; anything else as it is."""
    digits = value.removeprefix("+86").replace(" ", "").replace("-", "")
    if len(digits) == 11 and digits.isdigit() and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return value


def instant(ms: int, today: date) -> str:
    """`moment` of UTC milliseconds, in the company's zone."""
    return moment(moment_of(ms), today)


def weekday_date(value: date) -> str:
    """A date as one checks it: 11月25日 周三, or Wed 25 Nov."""
    locale = QLocale(language.current())
    shape = "M月d日 ddd" if language.current() == "zh_CN" else "ddd d MMM"
    return locale.toString(QDate(value.year, value.month, value.day), shape)


def calendar_day(value: date, today: date) -> str:
    """A day within a sentence: 11月25日 周三, or Wed 25 Nov; with the year where it is another one."""
    return weekday_date(value) if value.year == today.year else value.isoformat()
