"""Address cards (vCard 2.1, 3.0, 4.0; RFC 6350) as the rows of a table: one card a row."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

HEADINGS: Final = ("姓名", "公司", "职务", "手机", "公司电话", "邮箱", "地址", "网站", "备注")
"""What the columns of cards are called; the first row."""
_FOLDED: Final = re.compile(r"\r?\n[ \t]")
_SPLIT: Final = re.compile(r"(?<!\\);")


class _Property(NamedTuple):
    name: str
    kinds: str
    value: str


def is_card(head: bytes) -> bool:
    """Whether a file begins as a card does."""
    return head.lstrip(b"\xef\xbb\xbf\r\n\t ")[:12].upper().startswith(b"BEGIN:VCARD")


def rows(content: bytes) -> Iterator[list[str]]:
    """The cards of a file, after a row of headings."""
    yield list(HEADINGS)
    card: list[_Property] = []
    for found in _properties(_text(content)):
        if found.name == "BEGIN":
            card = []
        elif found.name == "END":
            yield _row(card)
        else:
            card.append(found)


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")


def _properties(text: str) -> Iterator[_Property]:
    lines = iter(_FOLDED.sub("", text).splitlines())
    for line in lines:
        head, colon, value = line.partition(":")
        if not colon:
            continue
        name, *kinds = head.upper().split(";")
        said = ";".join(kinds)
        if "QUOTED-PRINTABLE" in said:
            while value.endswith("="):
                value = value[:-1] + next(lines, "")
            value = _decoded(quopri.decodestring(value.encode("latin-1", "replace")), said)
        elif re.search(r"ENCODING=(B|BASE64)\b", said) and name not in ("PHOTO", "LOGO", "SOUND", "KEY"):
            try:
                value = _decoded(base64.b64decode(value), said)
            except (binascii.Error, ValueError):
                continue
        yield _Property(name.rpartition(".")[2], said, value)


def _decoded(content: bytes, kinds: str) -> str:
    charset = re.search(r"CHARSET=([\w-]+)", kinds)
    try:
        return content.decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _row(card: list[_Property]) -> list[str]:
    def first(name: str) -> str:
        return next((_plain(p.value) for p in card if p.name == name and p.value), "")

    def several(name: str, wanted: bool | None = None) -> str:
        found = [
            _plain(p.value.removeprefix("tel:")) for p in card
            if p.name == name and p.value and (wanted is None or _is_work(p.kinds) is wanted)
        ]  # fmt: skip
        return "、".join(dict.fromkeys(found))

    name = first("FN") or _name(next((p.value for p in card if p.name == "N"), ""))
    company = _SPLIT.split(next((p.value for p in card if p.name == "ORG"), ""))[0]
    address = next((p.value for p in card if p.name == "ADR"), "")
    return [
        name, _plain(company) or name, first("TITLE") or first("ROLE"), several("TEL", wanted=False), several("TEL", wanted=True),
        several("EMAIL"), _address(address), first("URL"), first("NOTE"),
    ]  # fmt: skip


def _is_work(kinds: str) -> bool:
    return bool(re.search(r"\bWORK\b", kinds)) and not re.search(r"\bCELL\b", kinds)


def _name(value: str) -> str:
    """Family and given name; without a blank between Chinese ones."""
    family, given = [_plain(part) for part in [*_SPLIT.split(value), "", ""][:2]]
    is_latin = family.isascii() and given.isascii()
    return f"{given} {family}".strip() if is_latin else family + given


def _address(value: str) -> str:
    """Post box, extended, street, city, region, code, country as people write them: the widest first."""
    parts = [_plain(part) for part in [*_SPLIT.split(value), *[""] * 7][:7]]
    return "".join((parts[4], parts[3], parts[2], parts[1]))


def _plain(value: str) -> str:
    return re.sub(r"\\([,;:\\])", r"\1", value.replace("\\n", "\n").replace("\\N", "\n")).strip()
