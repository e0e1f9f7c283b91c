"""How names are written, read aloud and sorted: one normal form, pinyin readings, one sort key.

The reading table is handed in as text; where it lies on disk is not known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Final

HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""The ranges of Chinese characters, for the inside of a regular expression's brackets."""

MAX_SPELLINGS: Final = 8

_is_han = re.compile(f"[{HAN}]").match
_accented = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]").search
_digits = re.compile("[0-9]+")
_syllable_or_run = re.compile(f"[{HAN}]|[^\\W_{HAN}]+")


def is_han(char: str) -> bool:
    """Whether one character is a Chinese character."""
    return _is_han(char) is not None


def normalise(text: str) -> str:
    """The form in which texts are compared: half width, no case, no accents, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", text)
    if _accented(text):
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFKC", text.casefold()).split())


def pieces(text: str) -> list[str]:
    """Cut a normal form into what is read as one sound: a Chinese character, or a word of letters and digits."""
    return _syllable_or_run.findall(text)


@dataclass(frozen=True, slots=True)
class Readings:
    """How Chinese characters are read, in toneless pinyin with ü as v (女 nv, but 略 lue)."""

    usual: Mapping[str, str]
    others: Mapping[str, tuple[str, ...]]
    surnames: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    syllables: frozenset[str]
    beginnings: frozenset[str]
    _sort_table: _SortTable = field(repr=False, compare=False)
    _doubtful: frozenset[str] = field(repr=False, compare=False)
    _word: re.Pattern[str] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, table: str) -> Readings:
        """Read a table of lines: `ba 八巴...`, `+ 长 zhang` (also read so), `^ 单 shan` (as a
        surname) and `= 重庆 chong qing` (in this word read so alone).
        """
        usual: dict[str, str] = {}
        marked: dict[str, dict[str, tuple[str, ...]]] = {"+": {}, "^": {}, "=": {}}
        for line in table.splitlines():
            first, key, *rest = line.split()
            if first in marked:
                marked[first][key] = tuple(rest)
            else:
                usual.update(dict.fromkeys(key, first))
        others, words = marked["+"], marked["="]
        surnames = {char: reading for char, (reading,) in marked["^"].items()}
        syllables = frozenset(usual.values()).union(*others.values(), surnames.values(), *words.values())
        return cls(
            usual=usual,
            others=others,
            surnames=surnames,
            words=words,
            syllables=syllables,
            beginnings=frozenset(
                syllable[:size] for syllable in syllables for size in range(1, len(syllable) + 1)
            ),
            _sort_table=_SortTable(usual),
            _doubtful=frozenset((*others, *_read_otherwise(usual, words))),
            _word=re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)) or r"(?!)"),
        )

    def spellings(self, parts: list[str]) -> list[list[str]]:
        """Every way to read `parts` (see `pieces`) aloud, the usual one first, at most eight.

        Words of letters and characters without a known reading stand for themselves.
        """
        usual = [self.usual.get(part, part) for part in parts]
        if self._doubtful.isdisjoint(parts) and not (parts and parts[0] in self.surnames):
            return [usual]
        settled = self._settle(parts, usual)
        doubts = {
            place: (usual[place], *self.others[part])
            for place, part in enumerate(parts)
            if part in self.others and place not in settled
        }
        if parts[0] in self.surnames and 0 not in settled:
            doubts[0] = (*doubts.get(0, usual[:1]), self.surnames[parts[0]])
        return _combined(usual, doubts) if doubts else [usual]

    def _settle(self, parts: list[str], usual: list[str]) -> set[int]:
        """Read known words as they are read; return the places that leaves no doubt about."""
        # A run of letters counts as one place, so that a match's offset is an index into `parts`.
        line = "".join([part[0] for part in parts])
        settled: set[int] = set()
        for found in self._word.finditer(line):
            usual[found.start() : found.end()] = self.words[found[0]]
            settled.update(range(found.start(), found.end()))
        return settled

    def sort_key(self, name: str) -> str:
        """A key whose binary order is the order people expect of names.

        Chinese by pinyin, character by character, so that one surname stays together; Latin names
        among them by letter; numbers before letters and by size.
        """
        plain = _digits.sub(_padded, normalise(name))
        key, done = [], 0
        for found in self._word.finditer(plain):
            key.append(plain[done : found.start()].translate(self._sort_table))
            key += map(_sorted_as, self.words[found[0]], found[0])
            done = found.end()
        key.append(plain[done:].translate(self._sort_table))
        return "".join(key)


class _SortTable(dict[int, str]):
    """Character code → its place in a sort key, filled as characters are met: most never are."""

    def __init__(self, usual: Mapping[str, str]) -> None:
        self._usual = usual

    def __missing__(self, code: int) -> str:
        char = chr(code)
        reading = self._usual.get(char)
        self[code] = key = _sorted_as(reading, char) if reading else char
        return key


def _sorted_as(reading: str, char: str) -> str:
    # The blank sorts before every letter, so that "an" comes before "ang" whatever follows.
    return f"{reading} {char}"


def _read_otherwise(usual: Mapping[str, str], words: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The characters that some word reads in another way than the usual one."""
    pairs = (pair for word, readings in words.items() for pair in zip(word, readings, strict=True))
    return [char for char, reading in pairs if usual.get(char) != reading]


def _combined(usual: list[str], doubts: Mapping[int, tuple[str, ...]]) -> list[list[str]]:
    """All combinations while they are few; else the usual one and each single departure from it."""
    if prod(map(len, doubts.values())) <= MAX_SPELLINGS:
        choices = [dict(zip(doubts, choice, strict=True)) for choice in product(*doubts.values())]
    else:
        departures = [{place: other} for place, readings in doubts.items() for other in readings[1:]]
        choices = [{}, *departures[: MAX_SPELLINGS - 1]]
    return [[choice.get(place, reading) for place, reading in enumerate(usual)] for choice in choices]


def _padded(found: re.Match[str]) -> str:
    """A number in front of which its length stands, so that 58 sorts before 360."""
    digits = found[0].lstrip("0") or "0"
    return f"{min(len(digits), 99):02}{digits}"
