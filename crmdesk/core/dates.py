"""What a person types for a date, and company days. Pure: today is handed in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

COMPANY_ZONE: Final = "Asia/Shanghai"
"""The zone that decides what "today" is, unless the company sets another."""

_DAY_MS: Final = 86_400_000
_FIRST_MS: Final = -62_135_596_800_000 + 2 * _DAY_MS
_LAST_MS: Final = 253_402_300_799_000 - 2 * _DAY_MS
"""What a calendar of four-digit years holds in every zone: whoever sends another instant must not stop a page."""
_WEEKDAYS: Final = {
    **{text: n for n, text in enumerate("一二三四五六日", 1)}, "天": 7,
    **{str(n): n for n in range(1, 8)},
    "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7,
}  # fmt: skip
_NAMED: Final = {
    "今天": 0, "jt": 0, "today": 0, "明天": 1, "mt": 1, "tomorrow": 1, "后天": 2, "ht": 2,
    "大后天": 3, "一周后": 7, "下周": 7, "next week": 7, "两周后": 14,
}  # fmt: skip


def moment_of(ms: int, zone: str = COMPANY_ZONE) -> datetime:
    """An instant (UTC milliseconds) by the company's clock; one that no calendar holds is its first or last day."""
    return datetime.fromtimestamp(min(max(ms, _FIRST_MS), _LAST_MS) / 1000, UTC).astimezone(ZoneInfo(zone))


def day_of(ms: int, zone: str = COMPANY_ZONE) -> date:
    """The company's day of an instant (UTC milliseconds)."""
    return moment_of(ms, zone).date()


def noon_of(day: str | None, zone: str = COMPANY_ZONE) -> int | None:
    """The noon (UTC milliseconds) of a day written YYYY-MM-DD, by the company's clock; None for what is no day."""
    try:
        noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None
    return int(noon.timestamp() * 1000)


def parse_date(text: str, today: date) -> date | None:
    """The date a person means, or None.

    Understood: `+7`, `7天`, `明天`/`mt`, `后天`/`ht`, `周三`/`z3`/`zs3`/`wed`/`wednesday` (the next one after today),
    `下周三`/`xz3` (in the week after this), `11-30`, `11月30日`, `1130`, `2026-11-30`.
    """
    typed = text.strip().lower().replace("/", "-").replace(".", "-")
    if typed in _NAMED:
        return today + timedelta(days=_NAMED[typed])
    if found := re.fullmatch(r"\+?(\d{1,3})(?:天|d|days?)|\+(\d{1,3})", typed):
        return today + timedelta(days=int(found[1] or found[2]))
    if found := re.fullmatch(
        r"(下|x|next )?(?:周|星期|礼拜|zs|z)?([一二三四五六日天1-7]|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|"
        r"thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)",
        typed,
    ):
        if typed.isdigit():
            return None
        return _weekday(today, _WEEKDAYS[found[2][:3]], later=bool(found[1]))
    return _calendar_date(typed, today)


def _weekday(today: date, weekday: int, *, later: bool) -> date:
    if later:
        return today + timedelta(days=7 - today.isoweekday() + weekday)
    ahead = (weekday - today.isoweekday()) % 7
    return today + timedelta(days=ahead or 7)


def _calendar_date(typed: str, today: date) -> date | None:
    found = re.fullmatch(r"(?:(\d{4})[-年]?)?(\d{1,2})[-月]?(\d{1,2})日?", typed)
    if not found or (typed.isdigit() and len(typed) not in (4, 8)):
        return None
    try:
        if found[1]:
            return date(int(found[1]), int(found[2]), int(found[3]))
        this_year = date(today.year, int(found[2]), int(found[3]))
        # A day and month without a year mean the coming one: nobody plans a visit for last spring.
        return this_year if this_year >= today else this_year.replace(year=today.year + 1)
    except ValueError:
        return None
