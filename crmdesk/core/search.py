"""One search box: the tokens a customer is found by, the query a person's typing means, the order of hits.

Tokens are short windows that begin at every place a person may begin to type (every character, every
syllable, every initial). A query asks for the windows it covers, so a database needs neither phrases nor
its own idea of Chinese: FTS5 (`tokenize='unicode61', prefix='1 2', detail=column`) and PostgreSQL's
`tsvector` give equal answers. Nothing of either is known here but how a MATCH string is spelt.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar

from crmdesk.core.text import HAN, Readings, normalise, pieces

Column: TypeAlias = Literal["cn", "py", "ini", "en", "ph"]

HAN_WINDOW: Final = 2
PINYIN_WINDOW: Final = 8
INITIALS_WINDOW: Final = 4
MAX_TOKEN: Final = 40
MAX_QUERY: Final = 64
MIN_PHONE_DIGITS: Final = 3
MAX_PHONE_DIGITS: Final = 15
MAX_SYLLABLE: Final = 6
MAX_SPLITS: Final = 3

# The legal forms at the end of a firm's name. Pinyin and initials may run into one but not begin in
# it: "gongsi" would find everybody. Chinese characters are found there too.
LEGAL_FORMS: Final = ("股份有限公司", "有限责任公司", "有限公司")
LEGAL_LETTERS: Final = ("gufenyouxiangongsi", "youxianzerengongsi", "youxiangongsi")
LEGAL_INITIALS: Final = ("gfyxgs", "yxzrgs", "yxgs")

_runs = re.compile(f"([{HAN}]+)|([^\\W_{HAN}]+)").findall
_has_han = re.compile(f"[{HAN}]").search
_legal_form = re.compile(f"(?<=.)(?:{'|'.join(LEGAL_FORMS)})$").search
_region = re.compile(f"(?<=[{HAN}]{{2}})[省市](?=[{HAN}])")
_between_han = re.compile(f"(?<=[{HAN}])\\W+(?=[{HAN}])")
_number = re.compile(r"\+?[0-9][0-9 ().-]*")
_only_number = re.compile(r"\+?[0-9][0-9 ().-]*$").match
_apostrophe = re.compile("(?<=[a-z])['’](?=[a-z])")


class Terms(NamedTuple):
    """What one customer is found by: per column, tokens separated by blanks."""

    cn: str
    py: str
    ini: str
    en: str
    ph: str


@dataclass(frozen=True, slots=True)
class Term:
    """One token, or the beginning of one, in any of some columns."""

    columns: tuple[Column, ...]
    text: str
    prefix: bool

    def fts5(self) -> str:
        """The term as FTS5 spells it; `text` holds letters and digits only."""
        return f'{{{" ".join(self.columns)}}} : "{self.text}"{" *" if self.prefix else ""}'


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must be found."""

    parts: tuple[Node, ...]

    def fts5(self) -> str:
        """The parts joined by AND."""
        return f"({' AND '.join(part.fts5() for part in self.parts)})"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part must be found."""

    parts: tuple[Node, ...]

    def fts5(self) -> str:
        """The parts joined by OR."""
        return f"({' OR '.join(part.fts5() for part in self.parts)})"


Node: TypeAlias = Term | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Query:
    """What a person's typing asks for. False when it holds nothing to search for.

    `whole` asks for less: that a name, word, code or number ends where the typing does. Whoever is called just that is
    among those it finds, however many are called something longer.
    """

    text: str
    where: Node | None
    whole: Node | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is a number or a code: who has it whole is meant, whatever the name."""
        return any(char.isdigit() for char in self.text)

    def __bool__(self) -> bool:
        return self.where is not None

    def fts5(self) -> str:
        """The MATCH string; empty for an empty query, which FTS5 refuses: test the query first."""
        return self.where.fts5() if self.where else ""


# Tokens of a customer


def index_terms(
    readings: Readings,
    *,
    names: Iterable[str] = (),
    english: Iterable[str] = (),
    phones: Iterable[str] = (),
    other: Iterable[str] = (),
) -> Terms:
    """The tokens of one customer.

    `names` (of the firm, short names, people) are found by characters, pinyin and initials, `english`
    by words and their initials, `phones` by the digits people remember, `other` (city, code, e-mail)
    by characters and words alone.
    """
    found = _Collector(readings)
    for name in map(normalise, names):
        found.add_name(name)
        if _region.search(name):  # 深圳市华为 is found as 深圳华为 and szhw too
            found.add_name(_region.sub("", name))
    for name in map(normalise, english):
        found.add_words(name)
        found.add_word_initials(name)
    for text in map(normalise, other):
        found.add_words(text)
        found.en += _code_tails(text)
    for phone in phones:
        found.ph += phone_tokens(phone)
    columns = (found.cn, found.py, found.ini, found.en, found.ph)
    return Terms(*[" ".join(dict.fromkeys(column)) if column else "" for column in columns])


class _Collector:
    """The tokens of one customer while they are gathered, repeats and all."""

    __slots__ = ("_readings", "cn", "en", "ini", "ph", "py")

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self.cn: list[str] = []
        self.py: list[str] = []
        self.ini: list[str] = []
        self.en: list[str] = []
        self.ph: list[str] = []

    def add_words(self, text: str) -> None:
        """Add every pair of neighbouring characters, be there a bracket between, and every last one; words."""
        if not text.isalnum():
            text = _between_han.sub("", text)
            if _apostrophe.search(text):  # O'Brien is typed obrien, and a query with one is read so too
                self.en += [word[:MAX_TOKEN] for _, word in _runs(_apostrophe.sub("", text)) if word]
        for han, word in _runs(text):
            if han:
                self.cn += [han[start : start + HAN_WINDOW] for start in range(len(han))]
            else:
                self.en.append(word[:MAX_TOKEN])

    def add_name(self, name: str) -> None:
        """Add what a name is found by, spoken forms included."""
        self.add_words(name)
        if _has_han(name):
            self._add_spoken(name)
        else:
            self.add_word_initials(name)

    def add_word_initials(self, name: str) -> None:
        """Add the initials of a name of several words (Pioneer Robotics is pr)."""
        words = pieces(name)
        if len(words) > 1:
            self._add_initials([word[0] for word in words], len(words))

    def _add_spoken(self, name: str) -> None:
        """Add the letters and the initials from each place where a sound begins, bar the legal form's."""
        parts = pieces(name)
        legal = _legal_form(name)
        begun = len(parts) - len(legal[0]) if legal else len(parts)
        for sounds in self._readings.spellings(parts):
            letters = "".join(sounds)
            start = 0
            for sound in sounds[:begun]:
                self.py.append(letters[start : start + PINYIN_WINDOW])
                start += len(sound)
            if len(parts) == len(name):
                self._add_initials([sound[0] for sound in sounds], begun)
            else:  # a word among the characters is typed whole: TCL科技 is tclkj
                heads = [sound[: len(part)] for sound, part in zip(sounds, parts, strict=True)]
                self._add_initials(heads, begun)

    def _add_initials(self, heads: list[str], begun: int) -> None:
        initials = "".join(heads)
        begun_letters = len("".join(heads[:begun]))
        self.ini += [initials[start : start + INITIALS_WINDOW] for start in range(begun_letters)]


def _code_tails(text: str) -> Iterator[str]:
    """The number in a code like C0003680, as people call it: 3680."""
    return (tail for tail in re.findall("[a-z]0*([1-9][0-9]{2,})(?![0-9a-z])", text))


def phone_tokens(phone: str) -> list[str]:
    """The ways a number is remembered: whole, without its first three (a landline: or four), its last eight and last four."""
    tokens = []
    for digits in _numbers(normalise(phone)):
        if len(digits) >= MIN_PHONE_DIGITS:
            tokens.append(digits[:MAX_TOKEN])
        if len(digits) > 2 * MIN_PHONE_DIGITS:
            tokens += [digits[3:], digits[-8:], digits[-4:]]
            if digits.startswith("0"):  # a landline without its area code, which may have four digits
                tokens.append(digits[4:])
    return tokens


def _numbers(text: str) -> Iterator[str]:
    """The numbers in a text; blanks part two of them only where they would be too long for one."""
    for number in _number.findall(text):
        whole = _national(number)
        if len(whole) > MAX_PHONE_DIGITS:
            yield from map(_national, number.split())
        else:
            yield whole


def _national(number: str) -> str:
    """Digits alone, without China's own code."""
    digits = re.sub("[^0-9]", "", number)
    if number.startswith("+86") or digits.startswith("0086"):
        return digits[digits.index("86") + 2 :]
    return digits[2:] if digits.startswith("86") and len(digits) == 13 else digits


# What a query means


def parse_query(readings: Readings, text: str) -> Query:
    """Read what a person typed: words are ANDed, each found as characters, pinyin, word or phone number."""
    plain = _apostrophe.sub("", normalise(text))[:MAX_QUERY].strip()
    if _only_number(plain) and len(digits := _national(plain)) >= MIN_PHONE_DIGITS:
        return Query(plain, _digits(digits), Term(("ph", "en"), digits[:MAX_TOKEN], prefix=False))
    runs = _runs(plain)
    parts = [_han(han) if han else _word(readings, word) for han, word in runs]
    if not parts:
        return Query(plain, None)
    han, word = runs[-1]
    last = _whole_run(han) if han else _whole_word(readings, word)
    return Query(plain, _all(parts), _all([*parts[:-1], last]))


def _all(parts: Iterable[Node]) -> Node:
    distinct = tuple(dict.fromkeys(parts))
    return distinct[0] if len(distinct) == 1 else AllOf(distinct)


def _any(parts: Iterable[Node]) -> Node:
    distinct = tuple(dict.fromkeys(parts))
    return distinct[0] if len(distinct) == 1 else AnyOf(distinct)


def _digits(digits: str) -> Node:
    return Term(("ph", "en"), digits[:MAX_TOKEN], prefix=True)


def _han(run: str) -> Node:
    """A run of characters, also as if its 省 and 市 had been left out."""
    short = _region.sub("", run)
    return _any((_pairs(run), _pairs(short)))


def _pairs(run: str) -> Node:
    if len(run) == 1:
        return Term(("cn",), run, prefix=True)
    pairs = (run[start : start + HAN_WINDOW] for start in range(len(run) - 1))
    return _all(Term(("cn",), pair, prefix=False) for pair in pairs)


def _word(readings: Readings, word: str) -> Node:
    english = Term(("en",), word[:MAX_TOKEN], prefix=True)
    if not word.isascii():
        return english
    if word.isdigit() and len(word) >= MIN_PHONE_DIGITS:
        return _digits(word)
    if len(word) <= INITIALS_WINDOW:
        return _any((Term(("py", "ini", "en"), word, prefix=True), *_mixed(readings, word)))
    spoken = word.replace("lve", "lue").replace("nve", "nue")
    return _any((english, *_spoken(readings, spoken), _initials(word), *_mixed(readings, spoken)))


def _whole_run(run: str) -> Node:
    """What ends in these characters: the last one has a token of its own."""
    return _all((*((_pairs(run),) if len(run) > 1 else ()), Term(("cn",), run[-1], prefix=False)))


def _whole_word(readings: Readings, word: str) -> Node:
    """A word, or what sounds like it, or is shortened to it, and ends with it."""
    said = [Term(("en",), word[:MAX_TOKEN], prefix=False)]
    if not word.isascii():
        return said[0]
    if word.isdigit() and len(word) >= MIN_PHONE_DIGITS:
        return Term(("ph", "en"), word[:MAX_TOKEN], prefix=False)
    found: list[Node] = [*said, _ending("ini", word, range(len(word)), INITIALS_WINDOW)]
    spoken = word.replace("lve", "lue").replace("nve", "nue")
    cuts = _Cuts(readings, spoken)
    if cuts.ways:
        found.append(_ending("py", spoken, [0, *cuts.certain()], PINYIN_WINDOW))
    return _any(found)


def _ending(column: Column, word: str, starts: Sequence[int], width: int) -> Node:
    """Windows over letters, the last of which reaches no further than they do."""
    windows = [word[start : start + width] for start in starts]
    last = next((start for start in starts if len(word) - start < width), starts[-1])
    return _all(Term((column,), part, prefix=False) for part in (windows[0], word[last:][:width]))


def _initials(word: str) -> Node:
    """Windows of initials, half over each other; none that begins in a legal form."""
    last = max(0, len(word) - INITIALS_WINDOW)
    starts = [*range(0, last, INITIALS_WINDOW // 2), last]
    return _windows("ini", word, starts, INITIALS_WINDOW, LEGAL_INITIALS)


def _spoken(readings: Readings, word: str) -> Iterator[Node]:
    """Pinyin throughout, or behind a foreign word (tclkejijituan)."""
    cuts = _Cuts(readings, word)
    foreign = 0 if cuts.ways else next(iter(cuts.readable_after()), len(word))
    if foreign < len(word) or len(word) <= PINYIN_WINDOW:
        yield _pinyin(readings, word, foreign)


def _pinyin(readings: Readings, word: str, foreign: int = 0) -> Node:
    """Windows of letters at places where a syllable begins however the word is cut up."""
    starts, reached = [0], 0
    for place in _Cuts(readings, word[foreign:]).certain():
        boundary = foreign + place
        if boundary >= reached + PINYIN_WINDOW // 2 and reached + PINYIN_WINDOW < len(word):
            starts.append(boundary)
            reached = boundary
    return _windows("py", word, starts, PINYIN_WINDOW, LEGAL_LETTERS)


def _windows(column: Column, word: str, starts: Sequence[int], width: int, legal: tuple[str, ...]) -> Node:
    end = next(
        (i for i in range(1, len(word)) if any(form.startswith(word[i:]) for form in legal)), len(word)
    )
    chosen = (word[start : start + width] for start in starts if start == 0 or start < end)
    return _all(Term((column,), window, prefix=len(window) < width) for window in chosen)


def _mixed(readings: Readings, word: str) -> Iterator[Node]:
    """Whole syllables and then initials (shenzhenhw), or the other way round (szhuawei)."""
    cuts = _Cuts(readings, word)
    if cuts.ways:
        return
    for cut in cuts.whole_before()[-MAX_SPLITS:]:
        yield AllOf((_pinyin(readings, word[:cut]), _initials(word[cut:])))
    for cut in cuts.readable_after()[:MAX_SPLITS]:
        yield AllOf((_initials(word[:cut]), _pinyin(readings, word[cut:])))


class _Cuts:
    """All the ways to cut letters into syllables, the last of which may be unfinished."""

    def __init__(self, readings: Readings, word: str) -> None:
        size = len(word)
        self._before = [1, *[0] * size]
        self._after = [0] * (size + 1)
        for end in range(1, size + 1):
            reach = range(max(0, end - MAX_SYLLABLE), end)
            self._before[end] = sum(self._before[i] for i in reach if word[i:end] in readings.syllables)
        for start in range(size - 1, -1, -1):
            reach = range(start + 1, min(size, start + MAX_SYLLABLE + 1))
            ways = sum(self._after[i] for i in reach if word[start:i] in readings.syllables)
            self._after[start] = ways + (word[start:] in readings.beginnings)
        self.ways = self._after[0]

    def certain(self) -> list[int]:
        """Places where every way has a cut; a word that can't be cut has none."""
        if not self.ways:
            return []
        cuts = zip(self._before, self._after, strict=True)
        return [place for place, (before, after) in enumerate(cuts) if before * after == self.ways and place]

    def whole_before(self) -> list[int]:
        """Places up to which there are whole syllables only."""
        return [place for place, ways in enumerate(self._before[:-1]) if ways and place]

    def readable_after(self) -> list[int]:
        """Places from which on there are syllables, and more than the first letter of one."""
        return [place for place, ways in enumerate(self._after[:-2]) if ways and place]


# The order of hits

Key = TypeVar("Key")
_ELSEWHERE: Final = 3
"""How close a name is in which nothing of the typing is: another field holds it."""


def rank(
    readings: Readings, query: Query, hits: Iterable[tuple[Key, str]], whole: Collection[Key] = ()
) -> list[Key]:
    """Order hits (key, name) for display: exact, then beginning with, containing, the rest.

    Within each the shorter name first, then the order in which they came. `whole` are those that `query.whole` finds:
    who has a number or a code whole is as exact as a name, and a whole word comes before a part of one.
    """
    wanted = query.text.replace(" ", "")
    spoken = wanted.isascii()

    def place(hit: tuple[Key, str]) -> tuple[int, bool, int]:
        is_whole = hit[0] in whole
        forms = [_apostrophe.sub("", normalise(hit[1])).replace(" ", "")]
        if spoken and not forms[0].isascii():
            forms += _spoken_forms(readings, forms[0])
        closeness = 0 if is_whole and query.is_number else min(_closeness(wanted, form) for form in forms)
        return closeness, closeness == _ELSEWHERE and not is_whole, len(hit[1])

    return [key for key, _ in sorted(hits, key=place)]


def _spoken_forms(readings: Readings, name: str) -> Iterator[str]:
    for sounds in readings.spellings(pieces(name)):
        yield "".join(sounds)
        yield "".join(sound[0] for sound in sounds)


def _closeness(wanted: str, form: str) -> int:
    if form == wanted:
        return 0
    if form.startswith(wanted):
        return 1
    return 2 if wanted in form else _ELSEWHERE
