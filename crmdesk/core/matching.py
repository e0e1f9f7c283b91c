"""Whether two customers are one company: for typing, for imports and for a scan of everything.

Customers that share a key are compared feature by feature. Each feature says how well the two agree, at one of a few
levels; each level has a weight, the logarithm of how much likelier it is among pairs that are one company. Weights add
up to a certainty (`core.matching_weights` holds them, and says where they come from), and the levels that speak for it
are its reasons.

The method is Fellegi and Sunter's (A Theory for Record Linkage, 1969), with weights fitted by logistic regression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from math import exp
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio

from crmdesk.core.credit_codes import is_true
from crmdesk.core.firm_names import FirmName, province_in, province_of, take_apart
from crmdesk.core.firm_words import MAIL_FOR_ALL, OLD_FORMS
from crmdesk.core.matching_weights import BIAS, WEIGHTS
from crmdesk.core.text import Readings, normalise
from crmdesk.core.values import Value

SURE: Final = 0.97
"""From this certainty on a merge is proposed."""
PROVEN: Final = 0.99
"""The least certainty of two customers with one true credit code: the law gives each company its own."""
DOUBTFUL: Final = 0.5
"""From this certainty on somebody looks at the pair; below it there is no pair."""

_MOST_DELETED: Final = 9
_LEAST_DELETED: Final = 3
_LEAST_MIXED: Final = 4
_PHONE_TAIL: Final = 8
_ADDRESS_TAIL: Final = 9
_between_phones = re.compile(r"[/;,、；，|]|转|分机|ext\.?|x", re.IGNORECASE)
_no_digit = re.compile("[^0-9]")
_digits = re.compile("[0-9]+")
_no_word = re.compile(r"[\W_]+")
_up_to_city = re.compile(
    "^(?:中国)?(?:.{2,8}?(?:省|自治区))?(?:.{2,8}?(?:市|自治州|地区|盟))?(?:.{1,6}?[区县](?!域))?"
)
_place_suffix = re.compile("(?:省|市|自治区|特别行政区)$")


class Band(StrEnum):
    """What is done with a pair."""

    MERGE = "merge"
    REVIEW = "review"
    APART = "apart"


def band(certainty: float) -> Band:
    """What is done with a pair of this certainty (0 to 1)."""
    return Band.MERGE if certainty >= SURE else Band.REVIEW if certainty >= DOUBTFUL else Band.APART


@dataclass(frozen=True, slots=True)
class Party:
    """What of a customer is compared. Blank, or empty, is what is not known.

    `region` is a code of GB/T 2260 or the two digits of a province; `code` a credit code as it was written, `is_true`
    whether its check digit is; `phones` are digits without the country's; `short` is its short name's stem.
    """

    name: FirmName
    code: str = ""
    is_true: bool = False
    phones: frozenset[str] = frozenset()
    mail: str = ""
    region: str = ""
    address: str = ""
    short: str = ""


class Likeness(NamedTuple):
    """How sure it is (0 to 1) that two customers are one company, and why: (feature, level), the strongest first."""

    certainty: float
    reasons: tuple[tuple[str, str], ...]


def party(readings: Readings, values: Mapping[str, Value], phones: Iterable[str] = ()) -> Party:
    """What is compared of a customer with these fields, and of its people these phones."""
    name, english, short = (_text(values, key) for key in ("name", "name_en", "short_name"))
    code = _no_word.sub("", normalise(_text(values, "credit_code"))).upper()
    apart = take_apart(readings, name or english or short)
    others = (_text(values, key) for key in values if key.startswith("other_phone:"))
    numbers = (digits for text in (_text(values, "phone"), *others, *phones) for digits in phone_digits(text))
    return Party(
        apart, code, bool(code) and _is_true(code), frozenset(numbers), normalise(_text(values, "email")),
        _region(values) or apart.province, _address(_text(values, "address")), take_apart(readings, short).stem if short else "",
    )  # fmt: skip


def province(values: Mapping[str, Value]) -> str:
    """The two digits of the province that a customer with these fields is in, as `party` finds it; blank for none."""
    name = _text(values, "name") or _text(values, "name_en") or _text(values, "short_name")
    return (_region(values) or province_in(name))[:2]


def _region(values: Mapping[str, Value]) -> str:
    city = _text(values, "city")
    around = _place_suffix.sub("", _text(values, "region")) or city
    return _text(values, "region_code") or province_of(around) or province_of(city)


def _text(values: Mapping[str, Value], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


@lru_cache(maxsize=4096)
def _is_true(code: str) -> bool:
    return is_true(code)


def phone_digits(text: str) -> list[str]:
    """The numbers in a text, as digits without China's own prefix; what is too short to be one is left out."""
    if not text:
        return []
    found = []
    for one in _between_phones.split(normalise(text)):
        digits = _no_digit.sub("", one).removeprefix("00")
        if digits.startswith("86") and len(digits) > 11:
            digits = digits[2:]
        if digits.startswith("0") and len(digits) == 12 and digits[1] == "1":
            digits = digits[1:]
        if len(digits) >= 7:
            found.append(digits)
    return found


def _address(text: str) -> str:
    plain = _no_word.sub("", normalise(text).translate(OLD_FORMS)) if text else ""
    return _up_to_city.sub("", plain) or plain


# Keys


def keys(one: Party) -> list[str]:
    """The keys of a customer, each with a letter for its kind in front; who shares one with another is compared with it.

    u credit code · p phone · q its last digits · e mail · n core name · d core name and province · y the core's sound ·
    s the stem's sound · x its characters in any order · b the core, and without each of its characters · h the stem's beginning and province · a the end
    of the address.
    """
    name, province = one.name, one.region[:2]
    found = [f"u{one.code}"] if one.code else []
    for phone in one.phones:
        found += [f"p{phone}", f"q{phone[-_PHONE_TAIL:]}"]
    if one.mail:
        found.append(f"e{one.mail}")
    if len(one.name.core) > 1:
        found += [f"n{name.core}", f"y{name.sound}", f"s{name.stem_sound}"]
        if province:
            found += [f"d{name.core}{province}", f"h{name.stem[:3]}{province}"]
        if len(name.core) <= _MOST_DELETED:
            found.append(f"b{name.core}")
        if _LEAST_DELETED <= len(name.core) <= _MOST_DELETED:
            found += [f"b{name.core[:at]}{name.core[at + 1 :]}" for at in range(len(name.core))]
    if len(name.stem) >= _LEAST_MIXED:
        found.append(f"x{''.join(sorted(name.stem))}")
    if one.short and one.short != name.core and len(one.short) > 1:
        found.append(f"n{one.short}")
    if len(one.address) >= _LEAST_DELETED and _digits.search(one.address):
        found.append(f"a{one.address[-_ADDRESS_TAIL:]}")
    return list(dict.fromkeys(found))


def person_keys(values: Mapping[str, Value]) -> list[str]:
    """The keys that somebody at a customer lends it: phones and mail."""
    numbers = [
        digits for key in values if key.startswith("phone:") for digits in phone_digits(_text(values, key))
    ]
    found = [key for digits in numbers for key in (f"p{digits}", f"q{digits[-_PHONE_TAIL:]}")]
    mail = normalise(_text(values, "email"))
    return list(dict.fromkeys([*found, f"e{mail}"] if mail else found))


KEY_WEIGHTS: Final = {
    "u": 9.0, "p": 6.0, "q": 5.0, "e": 5.0, "s": 5.0, "d": 4.0, "n": 3.0, "y": 3.0, "a": 3.0, "x": 5.0, "h": 1.5, "b": 2.0,
}  # fmt: skip
"""How much a shared key of each kind promises: what is compared first where there are too many."""
MOST_IN_A_BLOCK: Final = {"b": 4, "a": 8, "y": 8, "n": 8}
MOST_IN_ANY_BLOCK: Final = 50
"""A key that more customers share than this, by its kind, tells a scan nothing: who is one company shares another too."""


_NEAR_BY: Final = frozenset("abny")
"""Kinds of keys that tell a scan nothing of two customers in different provinces: a likeness so small is chance there."""


def tells(kind: str, shared_by: int) -> bool:
    """Whether a scan compares those who share a key of this kind."""
    return 1 < shared_by <= MOST_IN_A_BLOCK.get(kind, MOST_IN_ANY_BLOCK)


def worth_comparing(
    blocks: Iterable[tuple[str, Sequence[int]]],
    provinces_of: Callable[[Collection[int]], Mapping[int, str]],
) -> set[tuple[int, int]]:
    """The pairs that a scan compares, the lower number first.

    `blocks` are the kind of a key and the ascending numbers of those who share it; `provinces_of` tells where some of
    them are (`province`). Most who share the end of an address or half a name are strangers, and where they are is
    found out sooner than all that else is compared.
    """
    found: set[tuple[int, int]] = set()
    near_by: set[tuple[int, int]] = set()
    for kind, block in blocks:
        if tells(kind, len(block)):
            (near_by if kind in _NEAR_BY else found).update(combinations(block, 2))
    near_by -= found
    where = provinces_of({n for pair in near_by for n in pair})
    found.update((a, b) for a, b in near_by if where[a] == where[b] or not where[a] or not where[b])
    return found


# Features


def _stem(a: Party, b: Party) -> str:
    one, other = a.name, b.name
    if not one.stem or not other.stem:
        return "missing"
    if one.stem == other.stem:
        return "same" if len(one.stem) > len(one.core) or len(one.core) > 3 else "same_short"
    if one.stem_sound == other.stem_sound:
        return "sound"
    if len(one.stem) > 3 and OSA.distance(one.stem, other.stem, score_cutoff=1) == 1:
        return "edit"
    if _is_within(one.stem, other.stem):
        return "within"
    alike = JaroWinkler.similarity(one.stem_sound, other.stem_sound)
    return "near" if alike >= 0.92 else "faint" if alike >= 0.84 else "far"


def _is_within(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) > 1 and short in long


def _core(a: Party, b: Party) -> str:
    one, other = a.name, b.name
    if not one.core or not other.core:
        return "missing"
    if one.core == other.core:
        return "same" if len(one.core) > 2 else "same_short"
    if one.sound == other.sound:
        return "sound"
    if min(len(one.core), len(other.core)) > 2 and OSA.distance(one.core, other.core, score_cutoff=1) == 1:
        return "edit"
    if _is_within(one.core, other.core):
        return "within"
    if a.short in (other.core, other.stem) or b.short in (one.core, one.stem):
        return "short_name"
    return "far"


def _trade(a: Party, b: Party) -> str:
    one, other = a.name.trade, b.name.trade
    if not one or not other:
        return "missing"
    if one == other:
        return "same"
    return "within" if _is_within(one, other) else "near" if ratio(one, other) >= 50 else "other"


def _place(a: Party, b: Party) -> str:
    if not a.region or not b.region:
        return "missing"
    if a.region[:2] != b.region[:2]:
        return "other"
    size = min(len(a.region), len(b.region), 4)
    if size < 4:
        return "same" if a.name.place and a.name.place == b.name.place else "province"
    return "same" if a.region[:size] == b.region[:size] else "near"


def _phone(a: Party, b: Party) -> str:
    if not a.phones or not b.phones:
        return "missing"
    if not a.phones.isdisjoint(b.phones):
        return "same"
    pairs = [(one, other) for one in a.phones for other in b.phones]
    if any(one.endswith(other) or other.endswith(one) for one, other in pairs):
        return "same"
    if any(OSA.distance(one, other, score_cutoff=1) == 1 for one, other in pairs):
        return "edit"
    return "other"


def _mail(a: Party, b: Party) -> str:
    if not a.mail or not b.mail:
        return "missing"
    if a.mail == b.mail:
        return "same"
    one, other = (mail.rpartition("@")[2] for mail in (a.mail, b.mail))
    return "domain" if one == other and one not in MAIL_FOR_ALL else "other"


def _code(a: Party, b: Party) -> str:
    if not a.code or not b.code:
        return "missing"
    if a.code == b.code:
        return "same"
    return "edit" if OSA.distance(a.code, b.code, score_cutoff=2) <= 2 else "other"


def _at(a: Party, b: Party) -> str:
    if not a.address or not b.address:
        return "missing"
    if a.address == b.address:
        return "same"
    alike = ratio(a.address, b.address)
    if alike >= 60 and _digits.findall(a.address) == _digits.findall(b.address):
        return "near"
    return "faint" if alike >= 75 else "other"


FEATURES: Final[Mapping[str, Callable[[Party, Party], str]]] = {
    "code": _code, "phone": _phone, "mail": _mail, "stem": _stem, "core": _core, "trade": _trade, "place": _place,
    "address": _at,
}  # fmt: skip
"""What is compared, each feature with what says how well two customers agree in it."""


def levels(a: Party, b: Party) -> tuple[str, ...]:
    """How well two customers agree, feature by feature, in the order of `FEATURES`."""
    return tuple([compare(a, b) for compare in FEATURES.values()])


def compare(a: Party, b: Party) -> Likeness:
    """How sure it is that two customers are one company. Two whose credit codes are both true and differ never are."""
    if a.is_true and b.is_true and a.code != b.code:
        return _APART
    found = likeness(levels(a, b))
    if a.is_true and a.code == b.code:
        return Likeness(max(found.certainty, PROVEN), found.reasons)
    return found


_APART: Final = Likeness(0.0, ())


@lru_cache(maxsize=8192)
def likeness(found: tuple[str, ...]) -> Likeness:
    """What levels come to, in the order of `FEATURES`."""
    weighed = [(WEIGHTS[f].get(level, 0.0), f, level) for f, level in zip(FEATURES, found, strict=True)]
    total = BIAS + sum(weight for weight, _, _ in weighed)
    # What city they are in says little to a person, however much it weighs.
    speaking = sorted((w for w in weighed if w[1:] in REASONS), key=lambda w: (w[1] == "place", -w[0]))
    named = {f for _, f, _ in speaking}
    reasons = tuple((f, level) for _, f, level in speaking if not (f == "core" and "stem" in named))
    return Likeness(1 / (1 + exp(-max(-700.0, min(700.0, total)))), reasons)


REASONS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("code", "same"): ("信用代码相同", "same credit code"),
    ("code", "edit"): ("信用代码只差一两位", "credit codes but one or two characters apart"),
    ("phone", "same"): ("电话相同", "same phone"),
    ("phone", "edit"): ("电话只差一位", "phones one digit apart"),
    ("mail", "same"): ("邮箱相同", "same mail address"),
    ("mail", "domain"): ("邮箱域名相同", "same mail domain"),
    ("stem", "same"): ("名称相同", "same name"),
    ("stem", "same_short"): ("名称相同", "same name"),
    ("stem", "sound"): ("名称读音相同", "names sound the same"),
    ("stem", "edit"): ("名称只差一个字", "names one character apart"),
    ("stem", "within"): ("名称互相包含", "one name within the other"),
    ("stem", "near"): ("名称相近", "similar names"),
    ("stem", "faint"): ("名称相近", "similar names"),
    ("core", "same"): ("字号相同", "same trade name"),
    ("core", "same_short"): ("字号相同", "same trade name"),
    ("core", "sound"): ("字号读音相同", "trade names sound the same"),
    ("core", "edit"): ("字号只差一个字", "trade names one character apart"),
    ("core", "within"): ("字号互相包含", "one trade name within the other"),
    ("core", "short_name"): ("与简称相同", "same as the short name"),
    ("address", "same"): ("地址相同", "same address"),
    ("address", "near"): ("地址相近", "similar addresses"),
    ("place", "same"): ("同一城市", "same city"),
}
"""Why two customers may be one, in Chinese and in English; what is not here speaks for itself to nobody."""
