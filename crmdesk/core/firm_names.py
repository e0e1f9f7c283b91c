"""A company's name taken apart: where it is, what it is called by, what it does, what it is by law.

深圳市启邦精密机械有限公司 is 启邦 in 深圳, in 精密机械. Two names are compared by these and by their sound, because
people write down what they heard, and leave out what they take for granted.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from crmdesk.core.firm_words import LATIN_LEGAL_FORMS, LATIN_TRADES, LEGAL_FORMS, OLD_FORMS, PLACES, TRADES
from crmdesk.core.text import HAN, Readings, is_han, normalise, pieces

_LEAST: Final = 2
"""Characters that a name keeps, whatever is taken off it."""
_PROVINCES: Final = {name: line[:2] for line in PLACES.strip().splitlines() for name in line[3:].split()}
_LONGEST_PLACE: Final = max(map(len, _PROVINCES))
_TRADES: Final = frozenset(TRADES)
_TRADE_LENGTHS: Final = tuple(sorted({len(trade) for trade in _TRADES}, reverse=True))
_legal = re.compile(f"(?<!分)(?:{'|'.join(sorted(LEGAL_FORMS, key=len, reverse=True))})")
_legal_end = re.compile(f"(?:{_legal.pattern})$")
_brackets = re.compile(r"[(\[{【〔「《<](.*?)[)\]}】〕」》>]")
_noise = re.compile(r"[^\w]|_")
_suffix = re.compile("(?:特别行政区|(?:维吾尔|壮族|回族)?自治区|地区|[省市盟州县])")
_district = re.compile(f"[{HAN}]{{2,3}}?[区县]")
_COUNTRY: Final = ("中华人民共和国", "中国")


class FirmName(NamedTuple):
    """A name taken apart. `whole` is all of it without blanks and marks; `stem` is `core` and `trade` as they were written.

    `place` is a place's short name, and `province` the two digits of its province, both blank where the name tells none.
    `sound` and `stem_sound` are the core and the stem in toneless pinyin.
    """

    whole: str
    stem: str
    core: str
    trade: str
    place: str
    province: str
    sound: str
    stem_sound: str


def province_of(place: str) -> str:
    """The two digits of the province that a place is in, by the short name or the beginning of a longer one; blank for none."""
    for size in range(min(len(place), _LONGEST_PLACE), 1, -1):
        if found := _PROVINCES.get(place[:size]):
            return found
    return ""


def take_apart(readings: Readings, name: str) -> FirmName:
    """A name in its parts. A name of nothing but places and trades keeps what it needs to be called by."""
    text = normalise(name)
    if not any(map(is_han, text)):
        return _latin(text)
    text, body, place = _placed(text)
    trade = _trade_at_end(body)
    core = body[: len(body) - len(trade)]
    return FirmName(
        text, body, core, trade, place, _PROVINCES.get(place, ""), _sound(readings, core), _sound(readings, body)
    )  # fmt: skip


def province_in(name: str) -> str:
    """The two digits of the province that a name tells, as `take_apart` finds it; blank for none."""
    text = normalise(name)
    return _PROVINCES.get(_placed(text)[2], "") if any(map(is_han, text)) else ""


def _placed(text: str) -> tuple[str, str, str]:
    """(a name without marks, what of it is neither place nor legal form, its place)."""
    text = text.translate(OLD_FORMS)
    place = ""
    if "(" in text or "[" in text or "【" in text:
        for inside in _brackets.findall(text):
            place = place or _place_at(_noise.sub("", inside))
        text = _brackets.sub("", text) or text
    text = _noise.sub("", text)
    body, ahead = _without_places(_without_legal(text))
    return text, body, ahead or place


def _latin(text: str) -> FirmName:
    words = pieces(text)
    said = [word for word in words if word not in LATIN_LEGAL_FORMS] or words
    core = [word for word in said if word not in LATIN_TRADES] or said
    trade = " ".join(word for word in said if word not in core)
    named, stem = "".join(core), "".join(said)
    return FirmName("".join(words), stem, named, trade, "", "", named, stem)


def _without_legal(text: str) -> str:
    """Without its legal forms: those at the end, and one in the middle, before a branch."""
    while (found := _legal_end.search(text)) and found.start() >= _LEAST:
        text = text[: found.start()]
    shorter = _legal.sub("", text, count=1) if "公司" in text else text
    return shorter if len(shorter) >= _LEAST else text


def _without_places(text: str) -> tuple[str, str]:
    """(the rest, the last place of those a name begins with)."""
    found = ""
    for word in _COUNTRY:
        text = text.removeprefix(word) if len(text) >= len(word) + _LEAST else text
    while place := _place_at(text):
        at = len(place)
        if suffix := _suffix.match(text, at):
            at = suffix.end()
        if len(text) - at < _LEAST:
            break
        found, text = place, text[at:]
    if found and (district := _district.match(text)) and len(text) - district.end() >= _LEAST:
        text = text[district.end() :]
    return text, found


def _place_at(text: str) -> str:
    for size in range(min(len(text), _LONGEST_PLACE), 1, -1):
        if text[:size] in _PROVINCES:
            return text[:size]
    return ""


def _trade_at_end(text: str) -> str:
    end = len(text)
    while True:
        size = next((s for s in _TRADE_LENGTHS if end - s >= _LEAST and text[end - s : end] in _TRADES), 0)
        if not size:
            return text[end:]
        end -= size


def _sound(readings: Readings, text: str) -> str:
    usual = readings.usual
    return " ".join([usual.get(char, char) for char in text])
