"""Code tables: regions by GB/T 2260 and industries by GB/T 4754, each code with its parent, validity and successor.

A table is handed in as text; where it lies on disk is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from crmdesk.core.text import Readings, normalise, pieces

TABLES: Final = ("region", "industry")
"""The names of the tables that ship with the product."""

_SHAPES: Final = {"region": re.compile("[0-9]{6}"), "industry": re.compile("[A-Z]|[0-9]{2,4}")}


def is_code(table: str | None, value: object) -> bool:
    """Whether a value is shaped like a code of the named table.

    Whether such a code exists is asked where a person gives it, and not of what arrives: tables change between versions.
    """
    shape = _SHAPES.get(table or "")
    return isinstance(value, str) and (shape is None or shape.fullmatch(value) is not None)


class Code(NamedTuple):
    """One line of a table: what a code was called while its years lasted.

    `level` counts from 1 at the top; `since` is the first year whose list has it and `until` the last, blank where
    there is none. `successor` is the code that took over, blank where nothing did or several shared it.
    """

    code: str
    name: str
    level: int
    parent: str
    since: str = ""
    until: str = ""
    successor: str = ""

    @property
    def is_current(self) -> bool:
        return not self.until


class Hit(NamedTuple):
    """A code that a search found; `once` is the abolished code or former name by which it was found."""

    code: Code
    once: Code | None = None


_Names: TypeAlias = dict[str, set[str]]


class CodeTable:
    """The codes of one table. `is_joined`: names are read after those of their parents, as places are."""

    def __init__(self, name: str, lines: Sequence[Code], *, is_joined: bool = False) -> None:
        self.name = name
        self.is_joined = is_joined
        self.lines = tuple(lines)
        """Every line; a code that was renamed has one for each of its names, the latest last."""
        self._codes = {line.code: line for line in self.lines}
        self._children: dict[str, list[Code]] | None = None
        self._below: dict[str, list[str]] | None = None
        self._by_name: tuple[tuple[_Names, _Names], ...] | None = None
        self._spoken: list[tuple[Code, tuple[str, ...]]] | None = None

    @classmethod
    def parse(cls, name: str, text: str) -> CodeTable:
        """Read a table of lines `code,name,level,parent,valid_from,valid_to,replaced_by`, the first of which says so."""
        lines = []
        for row in text.splitlines()[1:]:
            code, title, level, *rest = row.split(",")
            lines.append(Code(code, title, int(level), *rest))
        return cls(name, lines, is_joined=name == "region")

    def find(self, code: str) -> Code | None:
        """A code by its latest name, abolished ones included."""
        return self._codes.get(code)

    def current(self, code: str) -> Code | None:
        """The code itself while it is valid, else what took its place; None where nothing single did."""
        found = self._codes.get(code)
        while found is not None and not found.is_current:
            found = self._codes.get(found.successor)
        return found

    def parents(self, code: str) -> tuple[Code, ...]:
        """What a code is part of, the topmost first, without itself."""
        found = self._codes.get(code)
        above: list[Code] = []
        while found is not None and (found := self._codes.get(found.parent)) is not None:
            above.append(found)
        return tuple(reversed(above))

    def children(self, code: str = "") -> tuple[Code, ...]:
        """The valid codes right below one, or the topmost."""
        if self._children is None:
            self._children = {}
            for line in self._codes.values():
                if line.is_current:
                    self._children.setdefault(line.parent, []).append(line)
        return tuple(self._children.get(code, ()))

    def below(self, code: str) -> tuple[str, ...]:
        """A code with all that are part of it, itself first; those too that became part of it when they were abolished."""
        if self._below is None:
            self._below = {}
            for line in self._codes.values():
                now = self.current(line.code)
                for one in dict.fromkeys((line, *((now,) if now else ()))):
                    for part in (one, *self.parents(one.code)):
                        self._below.setdefault(part.code, []).append(line.code)
        parts = self._below.get(code, ())
        return tuple(dict.fromkeys((code, *parts))) if parts else ()

    def covered(self, code: str) -> tuple[str, ...]:
        """Every code that a condition about one speaks of: it, all that is part of it, and of what took its place."""
        now = self.current(code)
        return tuple(dict.fromkeys((code, *self.below(code), *(self.below(now.code) if now else ()))))

    def label(self, code: str) -> str | None:
        """How a code reads: a place with what it is part of, an industry by code and name. None for an unknown code."""
        found = self._codes.get(code)
        if found is None:
            return None
        if self.is_joined:
            return "".join(part.name for part in (*self.parents(code), found))
        return f"{code} {found.name}"

    def path(self, code: str) -> str:
        """The names of what a code is part of, blank at the top."""
        return " › ".join(above.name for above in self.parents(code))

    def named(self, text: str) -> Code | None:
        """The one code that a text means: the code itself, its name or its label. Valid ones come first."""
        wanted = normalise(text).upper()
        if (found := self._codes.get(wanted)) is not None:
            return found
        for names, labels in self._names():
            means = names.get(normalise(text), set())
            if len(means) != 1 and self.is_joined:
                means = labels.get(text.strip()) or means
            if len(means) == 1:
                return self._codes[next(iter(means))]
        return None

    def called(self, name: str) -> tuple[Code, ...]:
        """The valid codes of a name, the widest first: some names are said of a code and of the only part of it."""
        (names, _), _ = self._names()
        found = [self._codes[code] for code in names.get(normalise(name), ())]
        return tuple(sorted(found, key=lambda code: (code.level, code.code)))

    def _names(self) -> tuple[tuple[_Names, _Names], ...]:
        """The codes by name and by label, of the valid lines and of all; made at the first question."""
        if self._by_name is None:
            made = []
            for lines in ([line for line in self.lines if line.is_current], self.lines):
                names: _Names = {}
                labels: _Names = {}
                for line in lines:
                    names.setdefault(normalise(line.name), set()).add(line.code)
                    if self.is_joined and (label := self.label(line.code)):
                        labels.setdefault(label, set()).add(line.code)
                made.append((names, labels))
            self._by_name = tuple(made)
        return self._by_name

    def search(self, readings: Readings, text: str, limit: int = 50) -> list[Hit]:
        """What is found by parts of a name, pinyin, initials or code, best first; nothing for a blank text.

        Several words are looked for in a code and in what it is part of, the last of them in itself; what was
        abolished leads to what took its place.
        """
        words = normalise(text).split()
        if not words:
            return []
        *above, wanted = words
        found: dict[str, tuple[tuple[int, ...], Hit]] = {}
        for line, forms in self._known(readings):
            place = _closeness(wanted, line.code.lower(), forms)
            now = line if line.is_current else self.current(line.code)
            if place is None or now is None or not self._is_within(readings, now, above):
                continue
            former = line is not self._codes[now.code]
            rank = (place, former, now.level, len(line.name))
            if now.code not in found or rank < found[now.code][0]:
                found[now.code] = (rank, Hit(now, line if former and line.name != now.name else None))
        best = sorted(found.values(), key=lambda pair: (*pair[0], pair[1].code.code))
        return [hit for _, hit in best[:limit]]

    def _is_within(self, readings: Readings, code: Code, words: Sequence[str]) -> bool:
        if not words:
            return True
        forms = [(c.code.lower(), _forms(readings, c.name)) for c in (*self.parents(code.code), code)]
        return all(any(_closeness(w, c, names) is not None for c, names in forms) for w in words)

    def _known(self, readings: Readings) -> list[tuple[Code, tuple[str, ...]]]:
        """Every line with the forms it is found by, made at the first search."""
        if self._spoken is None:
            self._spoken = [(line, _forms(readings, line.name)) for line in self.lines]
        return self._spoken


def _forms(readings: Readings, name: str) -> tuple[str, ...]:
    plain = normalise(name)
    return (plain, *dict.fromkeys(_aloud(readings, plain)))


def _aloud(readings: Readings, plain: str) -> Iterator[str]:
    for sounds in readings.spellings(pieces(plain)):
        yield "".join(sounds)
        yield "".join(sound[0] for sound in sounds)


def _closeness(wanted: str, code: str, forms: Sequence[str]) -> int | None:
    """0 for the thing itself, 1 for its beginning, 2 for a part; None where it is not found. Letters find beginnings."""
    if wanted == code or wanted in forms:
        return 0
    if code.startswith(wanted) or any(form.startswith(wanted) for form in forms):
        return 1
    return 2 if not wanted.isascii() and wanted in forms[0] else None
