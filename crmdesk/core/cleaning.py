"""Cleaning one cell of a foreign table: from the text that stood there to the value of a field, or why it has none.

Pure: today and the code tables are handed in. What a spreadsheet destroyed (digits of long numbers) is told, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from crmdesk.core.codes import is_code
from crmdesk.core.dates import COMPANY_ZONE
from crmdesk.core.registry import Check, Field, Label, Type
from crmdesk.core.text import normalise
from crmdesk.core.values import MAX_FIELD_BYTES, MAX_INTEGER, Value, canonical_text, is_canonical_text, money

FLAWS: Final = {
    "blank": Label("必填，但是空的", "is needed, and blank"),
    "garbled": Label("有无法识别的字符，编码可能不对", "has characters that could not be decoded"),
    "spreadsheet_error": Label("是表格软件的错误值", "is an error of the spreadsheet"),
    "scientific": Label(
        "被表格软件写成科学计数，后几位已丢失",
        "was written in powers of ten by a spreadsheet: its last digits are lost",
    ),
    "cut": Label(
        "超过 15 位，后几位被表格软件改成了 0",
        "has more than 15 digits: a spreadsheet made zeros of the last ones",
    ),
    "too_long": Label("太长", "is too long"),
    "no_date": Label("不是日期", "is no date"),
    "no_year": Label("没有年份", "has no year"),
    "day_or_month": Label("分不清日和月", "may be read with the day or the month first"),
    "no_number": Label("不是整数", "is no whole number"),
    "no_amount": Label("不是金额", "is no amount"),
    "no_choice": Label("不在可选的值中", "is none of the choices"),
    "no_answer": Label("不是“是”或“否”", "is neither yes nor no"),
    "no_phone": Label("不是电话号码", "is no phone number"),
    "no_mail": Label("不是邮箱", "is no mail address"),
    "no_code": Label("码表中没有，或不止一个", "is not in the code table, or not the only one there"),
    "no_tag": Label("没有这个标签", "is no tag there is"),
    "no_link": Label("找不到它所属的客户", "belongs to a customer that is not there"),
    "many_links": Label("有几个客户叫这个名字", "belongs to a name that several customers have"),
    "forbidden": Label("您只能查看这个客户", "names a customer that you only read"),
    "contradiction": Label(
        "与已有记录的编号或信用代码不一致", "contradicts the code or credit code of the record that is there"
    ),
    "doubtful": Label("看起来不对", "looks wrong"),
    "home_kept_out": Label("它所属客户的那一行没有导入", "belongs to a customer whose row was kept out"),
    "differs": Label("与前面同一客户的行不同", "says of its customer otherwise than an earlier row"),
    "stays": Label(
        "与已有的客户不同，已有的内容不变", "says of its customer otherwise than what is here, which stays"
    ),
    "total": Label("是合计行", "is a row of totals"),
    "in_part": Label("只认出一部分，原文记入备注", "was understood in part; it stands in the remark"),
}
"""Why a cell has no value, by a stable name; to be read after the name of its column."""


class Flaw(str):
    """A name out of `FLAWS`, in the place of a value."""

    __slots__ = ()


Cleaned: TypeAlias = Value | Flaw
CodeOf: TypeAlias = Callable[[str, str], str | None]

_INVISIBLE: Final[dict[int, int | str | None]] = dict.fromkeys(
    [*range(9), *range(0x0E, 0x20), *range(0x7F, 0xA0), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0xFFF9, 0xFFFC), 0xFEFF, 0xAD]
)  # fmt: skip
_SPACES: Final[dict[int, int | str | None]] = dict.fromkeys(
    [0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "
)
_WIDE: Final[dict[int, int | str | None]] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_KEPT_WIDE: Final = "，（）：；！？～"
"""Marks of Chinese text that stay wide in it."""
_IN_TEXT: Final = (
    _INVISIBLE | _SPACES | {code: to for code, to in _WIDE.items() if chr(code) not in _KEPT_WIDE}
)
_IN_VALUES: Final = _INVISIBLE | _SPACES | _WIDE
_DIRTY: Final = re.compile(
    "[\0-\x1f\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff\ufff9-\uffff\uff01-\uff5e]|  "
)
_BREAKS: Final = re.compile(r"\r\n?|[\u2028\u2029\v\f]|\x85")
_GUARD: Final = re.compile(r"'[=+\-@\t\r\n\0＝＋－＠]")
_NOTHING: Final = frozenset(
    ("-", "--", "—", "——", "/", "\\", "n/a", "na", "null", "none", "nan", "nil", "暂无", "(空)", "(null)")
)
_UNKNOWN: Final = frozenset(
    ("无", "没有", "未知", "不详", "不清楚", "待定", "待补充", "未填", "空", "unknown", "tbd")
)
"""What people write into a cell of a number, date or choice that they do not know."""
_SPREADSHEET: Final = frozenset(
    ("#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#getting_data", "#spill!", "#calc!")
)
_SCIENTIFIC: Final = re.compile(r"([+-]?)(\d(?:\.(\d+))?)e\+?(\d{1,2})", re.IGNORECASE)
_EXACT_DIGITS: Final = 15
"""So many digits of a number a spreadsheet keeps."""


def text_of(cell: str) -> str:
    """A cell as text: one spelling, no invisible characters, wide letters and digits made narrow, single spaces.

    An apostrophe that an export put before a formula goes again. Line breaks stay.
    """
    if _GUARD.match(cell):
        cell = cell[1:]
    return _composed(cell.strip() if _DIRTY.search(cell) is None else _clean(cell, _IN_TEXT))


def value_text(cell: str) -> str:
    """A cell as what is to be read by a machine: as `text_of`, on one line, Chinese marks made narrow as well."""
    if _GUARD.match(cell):
        cell = cell[1:]
    return _composed(
        cell.strip() if _DIRTY.search(cell) is None else " ".join(_clean(cell, _IN_VALUES).split())
    )


def _composed(text: str) -> str:
    return text if is_canonical_text(text) else canonical_text(text)


def _clean(cell: str, table: Mapping[int, int | str | None]) -> str:
    lines = _BREAKS.sub("\n", cell).translate(table).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def is_nothing(cell: str) -> bool:
    """Whether a cell says nothing: blank, or what people and programs write for it."""
    short = cell.strip()
    return not short or (len(short) <= 8 and normalise(short) in _NOTHING)


def clean(field: Field, cell: str, *, today: date, code_of: CodeOf, times: int = 1) -> Cleaned:
    """A cell as the value of `field`; None for nothing, a `Flaw` where it can't be read.

    `times` is what the heading counts in: 10000 below 金额（万元）. References and tags stay the texts that name them.
    """
    if is_nothing(cell) and field.type is not Type.BOOLEAN:
        return None
    if "\ufffd" in cell:
        return Flaw("garbled")
    if cell.startswith("#") and normalise(cell) in _SPREADSHEET:
        return Flaw("spreadsheet_error")
    if len(cell) > MAX_FIELD_BYTES // 4 and len(cell.encode("utf-8", "replace")) > MAX_FIELD_BYTES:
        return Flaw("too_long")
    if field.type is Type.LONG_TEXT:
        return text_of(cell) or None
    if field.type is Type.TEXT or field.target:
        return _line(field, cell)
    plain = value_text(cell)
    if not plain:
        return None
    value = _READ[field.type](field, plain, today, code_of, times)
    return None if isinstance(value, Flaw) and len(plain) <= 8 and normalise(plain) in _UNKNOWN else value


def _line(field: Field, cell: str) -> Cleaned:
    text = text_of(cell).replace("\n", " ")
    if text and text[0].isdigit() and (flaw := lost_digits(text)):
        return flaw
    if field.check is Check.CREDIT_CODE:
        return value_text(text).replace(" ", "").replace("-", "").upper() or None
    return _whole(text) or None


def _whole(text: str) -> str:
    """A number that a spreadsheet gave a fraction or an exponent although it names something: 1001.0."""
    if text.endswith(".0") and text[:-2].isdigit():
        return text[:-2]
    found = _SCIENTIFIC.fullmatch(text)
    return str(int(Decimal(text))) if found and len(found[3] or "") >= int(found[4]) else text


def lost_digits(text: str) -> Flaw | None:
    """What a spreadsheet did to a long number that names something (a phone, an id), None where it is whole."""
    if (found := _SCIENTIFIC.fullmatch(text)) is not None:
        exponent, given = int(found[4]), len(found[3] or "")
        return Flaw("scientific") if exponent >= _EXACT_DIGITS or given < exponent else None
    digits = text.removesuffix(".0")
    is_cut = len(digits) > _EXACT_DIGITS and digits.isdigit() and digits.endswith("000")
    return Flaw("cut") if is_cut and not digits[_EXACT_DIGITS:].strip("0") else None


# -- kinds of values -----------------------------------------------------------------------------------------


def _phone(_field: Field, text: str, _today: date, _code_of: CodeOf, _times: int) -> Cleaned:
    if flaw := lost_digits(text):
        return flaw
    text = _whole(text)
    return text if 5 <= len(re.sub(r"\D", "", text)) <= 40 else Flaw("no_phone")


def _email(_field: Field, text: str, _today: date, _code_of: CodeOf, _times: int) -> Cleaned:
    text = text.removeprefix("mailto:").strip("<>;, ").replace(" ", "").replace("。", ".")
    return text if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) else Flaw("no_mail")


def _integer(_field: Field, text: str, _today: date, _code_of: CodeOf, times: int) -> Cleaned:
    number = _decimal(re.sub(r"(左右)?[人名个台套件家]?(左右)?$", "", text.lstrip("约≈")))
    if number is None:
        return Flaw("no_number")
    number *= times
    return int(number) if number == number.to_integral_value() and abs(number) <= MAX_INTEGER else Flaw("no_number")  # fmt: skip


_AMOUNT: Final = re.compile(r"(-)?(\d{1,12})(?:\.(\d{1,2})0*)?")
_CURRENCIES: Final = {
    "¥": "CNY", "￥": "CNY", "cny": "CNY", "rmb": "CNY", "人民币": "CNY", "us$": "USD", "usd": "USD", "$": "USD", "美元": "USD",
    "€": "EUR", "eur": "EUR", "欧元": "EUR", "hk$": "HKD", "hkd": "HKD", "港元": "HKD", "港币": "HKD",
}  # fmt: skip
_SIGNS: Final = re.compile("|".join(re.escape(s) for s in sorted(_CURRENCIES, key=len, reverse=True)))
_SCALES: Final = {"百": 100, "千": 1000, "万": 10_000, "百万": 10**6, "千万": 10**7, "亿": 10**8, "k": 1000, "m": 10**6}  # fmt: skip
_WORDED: Final = re.compile(r"([+-]?[\d.,e+]+?)\s*(百万|千万|[百千万亿km])?")


def _money(_field: Field, text: str, _today: date, _code_of: CodeOf, times: int) -> Cleaned:
    if times == 1 and (found := _AMOUNT.fullmatch(text)):
        minor = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
        return money(-minor if found[1] else minor)
    lowered = text.lower()
    is_negative = lowered.startswith("(") and lowered.endswith(")")
    lowered = lowered.strip("()")
    signs = set(_SIGNS.findall(lowered))
    if signs or lowered.endswith(("元", "整")):
        times = 1  # who writes ¥1,400,000 or 1400000元 below 金额（万元） says in what
    currencies = {_CURRENCIES[sign] for sign in signs} or {"CNY"}
    lowered = re.sub(r"(元整?|整|左右)$", "", _SIGNS.sub("", lowered).strip()).strip().lstrip("约≈")
    found = _WORDED.fullmatch(lowered)
    if found is None or len(currencies) > 1:
        return Flaw("no_amount")
    if (exponent := _SCIENTIFIC.fullmatch(found[1])) and len(exponent[3] or "") < int(exponent[4]) - 2:
        # 1.2E+07 may have been 12,345,678; what is a round number in full stands as such in the file.
        return Flaw("scientific")
    number = _decimal(found[1])
    if number is None:
        return Flaw("no_amount")
    # Who writes 2000万 below 金额（万元） means what the cell says, and not ten thousand times as much.
    fen = (number * (_SCALES[found[2]] if found[2] else times) * 100).quantize(Decimal(1))
    if abs(fen) > MAX_INTEGER:
        return Flaw("no_amount")
    return money(int(-fen if is_negative else fen), currencies.pop())


_GROUPED: Final = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,4}(?:,\d{4})+)(\.\d*)?")
"""Digits in threes, or in fours as 万 counts: any other comma may be another country's point."""


def _decimal(text: str) -> Decimal | None:
    """A number of a person's or a spreadsheet's, within reason."""
    if found := _GROUPED.fullmatch(text):
        text = found[1] + found[2].replace(",", "") + (found[3] or "")
    if not re.fullmatch(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,2})?", text, re.IGNORECASE):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


_YES: Final = frozenset(("1", "1.0", "y", "yes", "true", "t", "是", "有", "对", "√", "✓", "✔", "已完成", "完成", "done", "on"))  # fmt: skip
_NO: Final = frozenset(
    ("0", "0.0", "n", "no", "false", "f", "否", "无", "没有", "×", "x", "未完成", "off", "-")
)


def _boolean(_field: Field, text: str, _today: date, _code_of: CodeOf, _times: int) -> Cleaned:
    lowered = text.lower()
    return True if lowered in _YES else False if lowered in _NO else Flaw("no_answer")


@lru_cache(maxsize=2000)
def _choice_of(field: Field, text: str) -> str | None:
    wanted = normalise(text)
    known = {
        option.key: {normalise(name) for name in (option.key, option.label.zh, option.label.en)}
        for option in field.options
    }
    aliases = {option.key: {normalise(name) for name in option.aliases} for option in field.options}
    for names in (known, aliases):
        exact = [key for key, called in names.items() if wanted in called]
        if len(exact) == 1:
            return exact[0]
    stem = re.sub(r"[级类型]$", "", wanted)
    loose = [
        key
        for key, called in known.items()
        if any(stem == name or re.sub(r"[级类型]$", "", name) == stem for name in called)
        or any(len(name) > 1 and (name in wanted or (len(wanted) > 1 and wanted in name)) for name in called)
    ]
    return loose[0] if len(loose) == 1 else None


def _choice(field: Field, text: str, _today: date, _code_of: CodeOf, _times: int) -> Cleaned:
    return _choice_of(field, text.removesuffix(".0")[:200]) or Flaw("no_choice")


def _code(field: Field, text: str, _today: date, code_of: CodeOf, _times: int) -> Cleaned:
    text = text.removesuffix(".0")[:200]
    found = code_of(field.table or "", text)
    return found if found and is_code(field.table, found) else Flaw("no_code")


def _date(_field: Field, text: str, today: date, _code_of: CodeOf, _times: int) -> Cleaned:
    found = read_moment(text, today)
    return found if isinstance(found, Flaw) else found.date().isoformat()


def _instant(_field: Field, text: str, today: date, _code_of: CodeOf, _times: int) -> Cleaned:
    found = read_moment(text, today)
    if isinstance(found, Flaw):
        return found
    return int(found.replace(tzinfo=ZoneInfo(COMPANY_ZONE)).timestamp()) * 1000


_READ: Final[dict[Type, Callable[[Field, str, date, CodeOf, int], Cleaned]]] = {
    Type.PHONE: _phone, Type.EMAIL: _email, Type.INTEGER: _integer, Type.MONEY: _money, Type.BOOLEAN: _boolean,
    Type.CHOICE: _choice, Type.CODE: _code, Type.DATE: _date, Type.INSTANT: _instant,
    Type.REFERENCE: lambda _f, text, _t, _c, _n: text, Type.SEEN: lambda _f, _text, _t, _c, _n: Flaw("no_choice"),
}  # fmt: skip


# -- dates ---------------------------------------------------------------------------------------------------

_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 -- a spreadsheet's day zero has no zone
_SERIAL: Final = re.compile(r"(\d{5})(\.\d+)?")
_SERIALS: Final = range(10_959, 73_051)  # 1930 to 2099
_DIGITS: Final = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0", "元": "1"}
_ORDERED: Final = re.compile(
    r"(\d{4})\s*[-年/.\\]\s*(\d{1,2})\s*[-月/.\\]\s*(\d{1,2})\s*[日号]?(?:[t\s,]+|(?<=[日号]))?(?:\(?(?:周|星期)[一二三四五六日天]\)?)?\s*(.*)",
    re.IGNORECASE,
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[t\s]*(\d{2}):?(\d{2})(?::?(\d{2}))?)?", re.IGNORECASE)
_MINGUO: Final = re.compile(r"民国\s*(\d{1,3})\s*[年/.-]\s*(.*)")
_FOREIGN: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:\s+(.*))?")
_SHORT_YEAR: Final = re.compile(
    r"['’]?(\d{2})\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})\s*[日号]?(?:\s+(.*))?"
)
_SLASHED: Final = re.compile(r"(\d{1,2})/\d{1,2}/(\d{2})(?:\s.*)?")
_NAMED: Final = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s+)?(?:(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?|([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?),?[\s-]+(\d{4})(?:\s+(.*))?"
)
_MONTHS: Final = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_CLOCK: Final = re.compile(
    r"(上午|下午|晚上|早上|中午|凌晨|傍晚)?\s*(\d{1,2})\s*(?:[:时点]\s*(?:(\d{1,2})\s*(?:[:分]\s*(\d{1,2})?(?:\.\d+)?\s*秒?)?|(半))?)\s*(am|pm)?\s*(z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_HAN_YEAR: Final = re.compile("[〇零○一二三四五六七八九]{4}年")


def read_moment(text: str, today: date) -> datetime | Flaw:
    """A date with or without a time of day, by the company's clock, in any of the ways people and programs write one.

    Read are `2023-05-01 14:30`, `2023年5月1日下午3点`, `二〇二三年五月一日`, `20230501`, `23.5.1`, `民国112年5月1日`, `1 May 2023`,
    a spreadsheet's serial number, and `13/5/2023` where day and month can be told apart.
    """
    text = text.strip().lower()
    if (serial := _SERIAL.fullmatch(text)) and int(serial[1]) in _SERIALS:
        return (_EPOCH + timedelta(days=float(text) + 1e-9)).replace(microsecond=0)
    if _HAN_YEAR.search(text) or re.search("[一二三四五六七八九十]+月", text):
        text = _arabic(text)
    if minguo := _MINGUO.fullmatch(text):
        text = f"{int(minguo[1]) + 1911}-{minguo[2]}"
    if found := _ORDERED.fullmatch(text):
        return _at(found[1], found[2], found[3], found[4])
    if (found := _COMPACT.fullmatch(text)) and len(text) != 10:
        clock = f"{found[4]}:{found[5]}:{found[6] or '00'}" if found[4] else ""
        return _at(found[1], found[2], found[3], clock)
    return _rare(text, today)


def _rare(text: str, today: date) -> datetime | Flaw:
    if found := _NAMED.fullmatch(text):
        month = _MONTHS.get((found[2] or found[3])[:3])
        return _at(found[5], str(month), found[1] or found[4], found[6]) if month else Flaw("no_date")
    if found := _FOREIGN.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        if len(found[3]) == 4:
            if first <= 12 and second <= 12 and first != second:
                return Flaw("day_or_month")
            day, month_first = (first, second) if first > 12 else (second, first)
            return _at(found[3], str(month_first), str(day), found[4])
    if (slashed := _SLASHED.fullmatch(text)) and int(slashed[1]) <= 31 and int(slashed[2]) <= 31:
        return Flaw("day_or_month")  # 05/01/23 is a day of 2005 to one reader and of 2023 to another
    if found := _SHORT_YEAR.fullmatch(text):
        year = 2000 + int(found[1])
        year -= 100 if year > today.year + 20 else 0
        return _at(str(year), found[2], found[3], found[4])
    is_day_alone = re.fullmatch(r"\d{1,2}\s*[-月/.]\s*\d{1,2}\s*[日号]?", text)
    return Flaw("no_year") if is_day_alone else Flaw("no_date")


def _at(year: str, month: str, day: str, clock: str | None) -> datetime | Flaw:
    try:
        found = datetime(int(year), int(month), int(day))  # noqa: DTZ001 -- the zone is the caller's to add
    except ValueError:
        return Flaw("no_date")
    if not 1900 <= found.year <= 2200:
        return Flaw("no_date")
    if not clock:
        return found
    if (time := _CLOCK.fullmatch(clock.strip())) is None:
        return Flaw("no_date")
    minute, second = 30 if time[5] else int(time[3] or 0), int(time[4] or 0)
    hour = _hour(int(time[2]), time[1] or "", (time[6] or "").lower())
    if hour > 24:
        return Flaw("no_date")
    try:
        moment = found.replace(hour=hour % 24, minute=minute, second=second) + timedelta(days=hour // 24)
        return _here(moment, time[7].lower()) if time[7] else moment
    except (ValueError, OverflowError):
        return Flaw("no_date")


def _hour(hour: int, word: str, half: str) -> int:
    """The hour of the day as a word or half of the day makes it; 24 is the midnight that ends the day."""
    if hour == 12 and (word in ("凌晨", "晚上") or half == "am"):
        return 24 if word == "晚上" else 0
    is_later = word in ("下午", "傍晚", "晚上") or half == "pm" or (word == "中午" and hour < 3)
    return hour + 12 if is_later and hour < 12 else hour


def _here(moment: datetime, offset: str) -> datetime:
    """A moment of another place's clock (`z`, `+00:00`) by the company's."""
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])) if offset != "z" else timedelta()
    utc = moment + ahead if offset[0] == "-" else moment - ahead
    return utc.replace(tzinfo=UTC).astimezone(ZoneInfo(COMPANY_ZONE)).replace(tzinfo=None)


def _arabic(text: str) -> str:
    """Chinese numerals of a date as digits: 二〇二三年十二月二十一日."""

    def number(found: re.Match[str]) -> str:
        said = found[0]
        if "十" in said or "廿" in said:
            tens, _, ones = said.replace("廿", "二十").partition("十")
            return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))
        return "".join(_DIGITS[c] for c in said)

    return re.sub("[〇零○一二三四五六七八九十廿]+", number, re.sub("元年", "1年", text))


# -- names ---------------------------------------------------------------------------------------------------

_SUFFIX: Final = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|(?<![总分子])公司|co\.?,?\s*ltd\.?|company limited|limited|ltd\.?|inc\.?|corp(oration)?\.?|gmbh|llc|company|co\.)$"
)


_NAME_MARKS: Final = re.compile(r"[\s\-_.,·•'\"“”‘’()\[\]（）【】《》<>/\\|&、，。]+")


@lru_cache(maxsize=4096)
def full_name_key(name: str) -> str:
    """A company's name with its legal form, however it is written: half width, no case, marks or blanks. Never stored."""
    plain = unicodedata.normalize("NFKC", normalise(name))
    return _NAME_MARKS.sub("", plain) or normalise(name).replace(" ", "")


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """A company's name as names are compared: half width, no case, marks, blanks or legal form. Never stored.

    集团, 厂 and 分公司 are no legal forms: a works and the group that it belongs to are two companies.
    """
    plain = unicodedata.normalize("NFKC", normalise(name))
    plain = _NAME_MARKS.sub(" ", plain).strip()
    before = ""
    while before != plain:
        before, plain = plain, _SUFFIX.sub("", plain).strip()
    return plain.replace(" ", "") or normalise(name).replace(" ", "")


def phone_key(number: str) -> str:
    """A number as numbers are compared: its digits, without the home country's code."""
    digits = re.sub(r"\D", "", number)
    if digits.startswith("0086"):
        return digits[4:]
    return digits[2:] if digits.startswith("86") and len(digits) > 11 else digits
