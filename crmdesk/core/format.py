"""A field's value as a person reads and types it, from its declaration alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from crmdesk.core.codes import is_code
from crmdesk.core.dates import day_of, parse_date
from crmdesk.core.errors import CrmError, Language
from crmdesk.core.registry import Field, Label, Type
from crmdesk.core.values import Value, canonical_text, money

EMPTY: Final = "—"
_GUARDED: Final = tuple("=+-@\t\r\n\0＝＋－＠")
_SYMBOLS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$"}
_YES: Final = {"1", "y", "yes", "true", "是", "有", "对"}
_NO: Final = {"0", "n", "no", "false", "否", "无", "没有"}

EXPECTED: Final = {
    Type.DATE: Label("日期，如 2026-12-01、+7、周五", "a date, such as 2026-12-01, +7 or friday"),
    Type.INTEGER: Label("整数，如 120", "a whole number, such as 120"),
    Type.MONEY: Label("金额，如 12000 或 1.2万", "an amount, such as 12000 or 12k"),
    Type.BOOLEAN: Label("是或否", "yes or no"),
    Type.EMAIL: Label("邮箱，如 name@example.com", "a mail address, such as name@example.com"),
    Type.PHONE: Label("至少 5 位数字的电话", "a phone number of at least 5 digits"),
}
"""What a field of a kind takes, where that can be said in a line."""


def format_value(
    field: Field | None,
    value: Value,
    language: Language,
    name_of: Callable[[str, str], str | None] | None = None,
) -> str:
    """The value in words; an em dash for nothing. Unknown fields and foreign types read as plain text.

    `name_of` names what a value stands for: (entity or code table, id or code).
    """
    if value is None or value == "":
        return EMPTY
    if field is None:
        return _plain(value)
    match field.type:
        case Type.CHOICE:
            option = field.option(value)
            return option.label.text(language) if option else _plain(value)
        case Type.MONEY:
            return _money(value)
        case Type.BOOLEAN:
            return ("是" if value else "否") if language == "zh_CN" else ("Yes" if value else "No")
        case Type.DATE:
            return _date(value, language)
        case Type.INSTANT:
            return _date(day_of(value).isoformat(), language) if isinstance(value, int) else _plain(value)
        case Type.REFERENCE:
            return (name_of and field.target and name_of(field.target, str(value))) or str(value)
        case Type.CODE:
            return (name_of and field.table and name_of(field.table, str(value))) or str(value)
        case Type.PHONE:
            return phone(str(value))
        case _:
            return _plain(value)


def told_apart(
    field: Field | None,
    values: Sequence[Value],
    language: Language,
    name_of: Callable[[str, str], str | None] | None = None,
) -> list[str]:
    """Values to choose from, in words; those that would read alike stand as they were typed."""
    said = [format_value(field, value, language, name_of) for value in values]
    return [
        value if isinstance(value, str) and said.count(text) > 1 else text
        for value, text in zip(values, said, strict=True)
    ]


def guarded(cell: str) -> str:
    """A cell of a table for spreadsheets; one that could be run as a formula gets an apostrophe in front."""
    return f"'{cell}" if cell.startswith(_GUARDED) else cell


def phone(number: str) -> str:
    """A mainland mobile in groups (139 1234 5678); anything else as typed."""
    digits = re.sub(r"\D", "", number)
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return number


def _plain(value: Value) -> str:
    if isinstance(value, list):
        return "、".join(value)
    return str(value)


def _date(value: Value, language: Language) -> str:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh_CN" else day.isoformat()


def _money(value: Value) -> str:
    content = value.get("money") if isinstance(value, dict) else None
    if not isinstance(content, list) or len(content) != 2 or not isinstance(content[0], int):
        return str(value)
    minor, currency = content
    amount = f"{abs(minor) // 100:,}" + (f".{abs(minor) % 100:02}" if minor % 100 else "")
    return f"{'-' if minor < 0 else ''}{_SYMBOLS.get(currency, f'{currency} ')}{amount}"


def parse_value(
    field: Field, text: str, *, today: date, code_of: Callable[[str, str], str | None] | None = None
) -> Value:
    """What a person typed, as the field's value; blank means nothing. Raises `invalid_value` with the label.

    `code_of` finds the one code of a table that a text means.
    """
    typed = canonical_text(text).strip()
    if not typed:
        return None
    value = code_of(field.table, typed) if code_of and field.table else _parsed(field, typed, today)
    if value is None:
        raise CrmError("invalid_value", field=field.label, **_expected(field))
    return value


def _expected(field: Field) -> dict[str, object]:
    """What a field takes, for whoever wrote something else: `choices`, where that can be said in a line."""
    if field.type is Type.CHOICE:
        zh = "、".join(f"{option.key}（{option.label.zh}）" for option in field.options)
        return {"choices": Label(zh, ", ".join(option.key for option in field.options))}
    said = EXPECTED.get(field.type)
    return {"choices": said} if said else {}


def _parsed(field: Field, typed: str, today: date) -> Value:
    match field.type:
        case Type.CHOICE:
            return _choice(field, typed)
        case Type.MONEY:
            return _parsed_money(typed)
        case Type.INTEGER | Type.INSTANT:
            digits = typed.replace(",", "").replace("，", "")
            return int(digits) if re.fullmatch(r"-?\d{1,15}", digits) else None
        case Type.BOOLEAN:
            return True if typed.lower() in _YES else False if typed.lower() in _NO else None
        case Type.DATE:
            day = parse_date(typed, today)
            return day.isoformat() if day else None
        case Type.EMAIL:
            return typed if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed) else None
        case Type.CODE:
            return typed if is_code(field.table, typed) else None
        case Type.PHONE:
            return typed if len(re.sub(r"\D", "", typed)) >= 5 else None
        case _:
            return typed


def _choice(field: Field, typed: str) -> Value:
    lowered = typed.lower()
    for option in field.options:
        if lowered in (option.key.lower(), option.label.zh.lower(), option.label.en.lower()):
            return option.key
    return None


def _parsed_money(typed: str) -> Value:
    found = re.fullmatch(
        r"(-)?(?:¥|￥|CNY|RMB)?\s*(-)?(\d[\d,]{0,30})(?:\.(\d{1,2}))?\s*(万|k)?\s*元?", typed, re.IGNORECASE
    )
    if not found:
        return None
    minor = int(found[3].replace(",", "")) * 100 + int((found[4] or "").ljust(2, "0"))
    times = {"万": 10_000, "k": 1_000}.get((found[5] or "").lower(), 1)
    return money((-minor if found[1] or found[2] else minor) * times)


def check_form(fields: tuple[Field, ...], values: dict[str, Value]) -> None:
    """Raise `required` with the label of the first required field that a new record lacks."""
    for field in fields:
        if field.required and values.get(field.name) in (None, ""):
            raise CrmError("required", field=field.label)
