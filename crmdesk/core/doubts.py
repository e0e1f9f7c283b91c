"""What looks wrong about a value that could be read: told to whoever typed it, counted by quality, never refused.

A rep who was given a number that no network has must still be able to note it. Numbers are held against the plans that
`phonenumbers` carries, mail addresses against the rules of RFC 5322 as `email-validator` reads them, and credit codes against
the check digits of GB 32100 as `core/credit_codes.py` counts them. A field that a company added is held against what it asks of it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from crmdesk.core.credit_codes import is_true
from crmdesk.core.format import format_value
from crmdesk.core.patterns import matches
from crmdesk.core.registry import Check, Field, Label, Limits, Type
from crmdesk.core.values import Value, money

HOME: Final = "CN"
"""Where a number without a country code is dialled."""

_NO_SUCH_NUMBER: Final = Label("不像一个能拨通的号码", "does not look like a number that can be dialled")
_NO_SUCH_ADDRESS: Final = Label("不像一个能收信的邮箱", "does not look like an address that takes mail")
_NO_SUCH_CREDIT_CODE: Final = Label(
    "不是有效的统一社会信用代码，请核对是否抄错", "is no valid credit code: a character may be wrong"
)
_LOCAL: Final = re.compile("[2-8][0-9]{6,7}")
_MOBILE: Final = re.compile("(?:\\+?86)?1(?:[38][0-9]|4[57]|5[0-35-9]|6[25-7]|7[0-35-8]|9[0-35-9])[0-9]{8}")
"""Mainland mobile numbers, the most there are, told without their plans."""
_SERVICE: Final = re.compile("(400|800)[0-9]{7}|95[0-9]{3,6}|1[0-9]{4}")
_EXTENSION: Final = re.compile("(?:转|分机|ext\\.?|x|#|-)\\s*[0-9]{1,6}$", re.IGNORECASE)


def doubt(field: Field, value: Value) -> Label | None:
    """Why the value of a field is hardly right, to be read after the field's name; None where it looks well.

    A value of another kind than the field's is not judged here.
    """
    if field.limits is not None and (why := _beyond(field, field.limits, value)) is not None:
        return why
    if not isinstance(value, str) or not value:
        return None
    if field.type is Type.PHONE:
        return None if _is_dialled(value) else _NO_SUCH_NUMBER
    if field.type is Type.EMAIL:
        return None if _takes_mail(value) else _NO_SUCH_ADDRESS
    if field.check is Check.CREDIT_CODE:
        return None if is_true(value) else _NO_SUCH_CREDIT_CODE
    return None


def may_be_doubted(field: Field) -> bool:
    """Whether `doubt` has anything to say of a field's values."""
    return field.type in (Type.PHONE, Type.EMAIL) or field.check is not None or field.limits is not None


def _beyond(field: Field, limits: Limits, value: Value) -> Label | None:
    """What the company asks of a value, where it is not so."""
    if isinstance(value, str):
        if limits.longest is not None and len(value) > limits.longest:
            return Label(f"超过 {limits.longest} 个字", f"is longer than {limits.longest} characters")
        if value and limits.pattern and not matches(limits.pattern, value):
            said = limits.explained or Label(limits.pattern, limits.pattern)
            return Label(f"格式应为：{said.zh}", f"should look like this: {said.en}")
        return None
    number = amount_of(value)
    if number is None:
        return None
    if limits.least is not None and number < limits.least:
        least = _amount(field, limits.least)
        return Label(f"小于规定的最小值 {least}", f"is below the least, {least}")
    if limits.most is not None and number > limits.most:
        most = _amount(field, limits.most)
        return Label(f"大于规定的最大值 {most}", f"is above the most, {most}")
    return None


def amount_of(value: Value) -> int | None:
    """A whole number, or an amount in minor units; None for anything else."""
    if isinstance(value, dict):
        content = value.get("money")
        value = content[0] if isinstance(content, list) and content else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _amount(field: Field, number: int) -> str:
    return format_value(field, money(number) if field.type is Type.MONEY else number, "en")


@lru_cache(maxsize=4096)
def _is_dialled(number: str) -> bool:
    """A number of any country, of the home country without its code, or one dialled from within its city."""
    plain = re.sub(r"[\s()（）.\-—]", "", number)
    if _LOCAL.fullmatch(plain) or _MOBILE.fullmatch(plain) or _SERVICE.fullmatch(plain):
        return True
    import phonenumbers  # late: its plans take 40 ms, and only who types a number needs them

    for text in (number, _EXTENSION.sub("", number)):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, HOME)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


@lru_cache(maxsize=4096)
def _takes_mail(address: str) -> bool:
    from email_validator import EmailNotValidError, validate_email  # late, as above

    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
