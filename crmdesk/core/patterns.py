r"""What a company asks of the spelling of a text: a few signs of regular expressions, read in time that grows with the text.

A pattern comes with the company's settings and runs on everybody's laptop while they type. Python's own expressions can
take hours over forty characters when they are written unluckily; here a character costs one step for each of the
pattern's, whatever it says. Known are characters, `.`, `\d` `\w` `\s` and their opposites, sets as `[A-Z0-9_]`,
`?` `*` `+` `{2}` `{2,5}` after any of these, and `|` between whole alternatives; there are no groups. The whole text must fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

MAX_PATTERN: Final = 200
"""Characters of a pattern."""
MAX_STEPS: Final = 500
"""Single characters that one alternative may ask for, repeats written out."""

_ATOM: Final = re.compile(
    r"\\[\\.\[\]{}()|?*+^$/\-dDwWsS]|\[\^?\]?(?:\\[^\s]|[^\]\\])*\]|[^\\\[\](){}|?*+^$]"
)
_REPEAT: Final = re.compile(r"\?|\*|\+|\{(\d{1,3})(?:(,)(\d{0,3}))?\}")


class _Step(NamedTuple):
    """One character of a text: `fits` says which, `may_miss` that there need be none, `again` that there may be more."""

    fits: re.Pattern[str]
    may_miss: bool
    again: bool


def is_pattern(text: str) -> bool:
    """Whether a text can be read as a pattern."""
    return 0 < len(text) <= MAX_PATTERN and _read(text) is not None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of a text fits. A pattern that cannot be read asks for nothing: a newer program may know more."""
    alternatives = _read(pattern) if len(pattern) <= MAX_PATTERN else None
    return alternatives is None or any(_fits(steps, text) for steps in alternatives)


@lru_cache(maxsize=256)
def _read(pattern: str) -> tuple[tuple[_Step, ...], ...] | None:
    try:
        return tuple(tuple(_steps(part)) for part in _alternatives(pattern))
    except (ValueError, re.error):
        return None


def _alternatives(pattern: str) -> list[str]:
    """The parts between bars, but for a bar in a set or behind a backslash."""
    parts, at = [""], 0
    while at < len(pattern):
        atom = _ATOM.match(pattern, at)
        taken = atom[0] if atom else pattern[at]
        if taken == "|":
            parts.append("")
        else:
            parts[-1] += taken
        at += len(taken)
    return parts


def _steps(pattern: str) -> Iterator[_Step]:
    """Raises `ValueError` where a sign is not one of the known."""
    pattern = pattern.removeprefix("^").removesuffix("$") if not pattern.endswith("\\$") else pattern
    at = made = 0
    while at < len(pattern):
        atom = _ATOM.match(pattern, at)
        if atom is None:
            raise ValueError(pattern[at:])
        fits, at = re.compile(atom[0], re.DOTALL), atom.end()
        least, most = 1, 1
        if (repeat := _REPEAT.match(pattern, at)) is not None:
            at = repeat.end()
            least, most = _times(repeat)
        made += max(least, most, 1)
        if made > MAX_STEPS or 0 <= most < least:
            raise ValueError(pattern)
        yield from (_Step(fits, False, False) for _ in range(least))
        if most < 0:
            yield _Step(fits, True, True)
        yield from (_Step(fits, True, False) for _ in range(most - least))


def _times(repeat: re.Match[str]) -> tuple[int, int]:
    """How often at least and at most; -1 for no end."""
    if repeat[0] in ("?", "*", "+"):
        return {"?": (0, 1), "*": (0, -1), "+": (1, -1)}[repeat[0]]
    least = int(repeat[1])
    if not repeat[2]:
        return least, least
    return least, int(repeat[3]) if repeat[3] else -1


def _fits(steps: tuple[_Step, ...], text: str) -> bool:
    """All the places in the pattern that the text read so far may have led to, taken on together."""
    places = _onwards(steps, {0})
    for character in text:
        found = set()
        for place in places:
            if place < len(steps) and steps[place].fits.fullmatch(character):
                found.add(place if steps[place].again else place + 1)
        if not found:
            return False
        places = _onwards(steps, found)
    return len(steps) in places


def _onwards(steps: tuple[_Step, ...], places: set[int]) -> set[int]:
    """These places, and those after steps that may be missed."""
    found = set(places)
    for place in sorted(places):
        after = place
        while after < len(steps) and steps[after].may_miss and after + 1 not in found:
            after += 1
            found.add(after)
    return found
