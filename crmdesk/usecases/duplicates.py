"""One company twice: told while a customer is typed, and found in a scan of all that are here.

Both ask the same matcher (`core.matching`); what it compares is kept ready by key (`store.likeness`). Customers that this
person may not see are not on this laptop, so nothing is told of them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from crmdesk.core.errors import Language
from crmdesk.core.matching import (
    DOUBTFUL,
    KEY_WEIGHTS,
    REASONS,
    Band,
    Party,
    band,
    compare,
    keys,
    party,
    province,
    worth_comparing,
)
from crmdesk.core.values import Value
from crmdesk.store.found_by import COMPARED, kind, number
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.merging import kept_apart
from crmdesk.usecases.workspace import readings

HINTED: Final = 0.3
"""From this certainty on a customer is named while another is typed: less than half of it is known by then."""
_OFFERED: Final = 5
_COMPARED: Final = 30
_A_KEY: Final = 64
"""Of those who share one key with what is typed, so many are considered."""
_FIELDS: Final = ", ".join(f"c.f_{name}" for name in COMPARED)
_PLACED_BY: Final = ("region_code", "region", "city", "name", "name_en", "short_name")
_PLACES: Final = ", ".join(f"f_{name}" for name in _PLACED_BY)
_BY_KEY: Final = f"SELECT coalesce(h.customer, k.n) FROM likeness k LEFT JOIN contact_home h ON h.n = k.n WHERE k.key = ? LIMIT {_A_KEY}"
_SHARED_KEYS: Final = "SELECT key, group_concat(n) FROM likeness GROUP BY key HAVING count(*) > 1"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer that may be the one being typed. `certainty` from 0 to 1; `reasons` are (feature, level)."""

    id: str
    name: str
    bucket: str
    certainty: float
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two customers that may be one. `created_at` in UTC milliseconds."""

    id: str
    name: str
    bucket: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two customers that may be one company; `one` was made first."""

    one: Side
    other: Side
    certainty: float
    reasons: tuple[tuple[str, str], ...]

    @property
    def band(self) -> Band:
        return band(self.certainty)


def said(reasons: Iterable[tuple[str, str]], language: Language) -> list[str]:
    """Reasons in words, each once, the strongest first."""
    at = 0 if language == "zh_CN" else 1
    return list(dict.fromkeys(REASONS[reason][at] for reason in reasons if reason in REASONS))


def percent(certainty: float) -> str:
    """How sure it is that two are one company, 0 to 1, for a person: rounded down, and never 100 %, which nobody knows."""
    return f"{min(99, int(100 * certainty))} %"


# While a customer is typed


def hint(
    reader: Reader, typed: Mapping[str, Value], *, besides: Iterable[str] = (), limit: int = _OFFERED
) -> list[Candidate]:
    """The customers that what is typed may be already, the surest first. `besides` are ids that are not meant."""
    wanted = party(readings(), typed)
    weighed: dict[int, float] = {}
    for key in keys(wanted):
        weight = KEY_WEIGHTS[key[0]]
        for n in {n for (n,) in reader.all(_BY_KEY, (number(key),))}:
            weighed[n] = weighed.get(n, 0.0) + weight
    likely = sorted(weighed, key=weighed.__getitem__, reverse=True)[:_COMPARED]
    left_out = set(besides)
    found = [
        Candidate(side.id, side.name, side.bucket, *compare(wanted, theirs))
        for side, theirs in parties(reader, likely).values()
        if side.id not in left_out
    ]
    near = sorted((one for one in found if one.certainty >= HINTED), key=lambda one: (-one.certainty, one.id))
    return near[:limit]


# All that are here


def pairs(reader: Reader, *, least: float = DOUBTFUL) -> list[Pair]:
    """All pairs of customers here that may be one company and that nobody said are two, the surest first.

    Pairs, and never groups: of three that are alike by twos the first and the last may well be two companies.
    """
    return compared(reader, _asked(reader), least=least)


def compared(reader: Reader, asked: Collection[tuple[int, int]], *, least: float = DOUBTFUL) -> list[Pair]:
    """Those of some pairs of row numbers that may be one company and that nobody said are two, the surest first."""
    apart = kept_apart(reader)
    known = parties(reader, {n for pair in asked for n in pair})
    found = []
    for a, b in asked:
        if a not in known or b not in known:  # deleted, or gone from this laptop, since it was asked about
            continue
        certainty, reasons = compare(known[a][1], known[b][1])
        if certainty >= least and _by_id(known[a][0], known[b][0]) not in apart:
            one, other = sorted((known[a][0], known[b][0]), key=lambda side: (side.created_at, side.id))
            found.append(Pair(one, other, certainty, reasons))
    return sorted(found, key=lambda pair: (-pair.certainty, pair.one.id, pair.other.id))


def _by_id(one: Side, other: Side) -> tuple[str, str]:
    """Two customers as a pair is known by: the lower id first."""
    return min(one.id, other.id), max(one.id, other.id)


def _asked(reader: Reader) -> set[tuple[int, int]]:
    """Customers on show that share a key that tells something, by row number, the lower first."""
    shown = {n for (n,) in reader.all(f"SELECT n FROM p_customer WHERE {SHOWN}")}
    whose = dict(reader.all("SELECT n, customer FROM contact_home WHERE n IN (SELECT n FROM likeness_of)"))
    blocks = (
        (kind(key), sorted(shown.intersection([whose.get(n, n) for n in map(int, members.split(","))])))
        for key, members in reader.all(_SHARED_KEYS)
    )
    return worth_comparing(blocks, partial(_provinces, reader))


def _provinces(reader: Reader, numbers: Collection[int]) -> dict[int, str]:
    """The province of each of these customers, by row number; blank where nothing tells."""
    query = f"SELECT n, {_PLACES} FROM p_customer WHERE n IN (SELECT value FROM json_each(?))"
    return {
        n: province(dict(zip(_PLACED_BY, cells, strict=True)))
        for n, *cells in reader.all(query, (json.dumps(sorted(numbers)),))
    }


def parties(reader: Reader, numbers: Collection[int]) -> dict[int, tuple[Side, Party]]:
    """What is compared of those customers that are on show, by row number."""
    where = f"c.{SHOWN} AND c.n IN (SELECT value FROM json_each(?))"
    bind = (json.dumps(sorted(numbers)),)
    rows = reader.all(
        f"SELECT c.n, c.id, c.bucket, c.created_at, {_FIELDS} FROM p_customer c WHERE {where}", bind
    )
    phones = _phones(reader, where, bind)
    spoken = readings()
    return {
        n: (
            Side(record_id, str(cells[0] or ""), bucket, created_at),
            party(spoken, dict(zip(COMPARED, cells, strict=True)), phones.get(n, ())),
        )
        for n, record_id, bucket, created_at, *cells in rows
    }


def _phones(reader: Reader, where: str, bind: tuple[str, ...]) -> dict[int, list[str]]:
    """The other phones of customers and those of their people, by the customers' row numbers."""
    found: dict[int, list[str]] = {}
    for n, value in reader.all(
        # CROSS JOIN keeps the order: left to itself the planner walks every element there is.
        f"SELECT c.n, e.value FROM p_customer c CROSS JOIN element e ON e.n = c.n AND e.field = 'other_phone' WHERE {where} "
        "UNION ALL SELECT c.n, e.value FROM p_customer c CROSS JOIN p_contact p ON p.root = c.id "
        f"CROSS JOIN element e ON e.n = p.n AND e.field = 'phone' WHERE {where} AND p.{SHOWN}",
        (*bind, *bind),
    ):
        if value:
            found.setdefault(n, []).append(value)
    return found
