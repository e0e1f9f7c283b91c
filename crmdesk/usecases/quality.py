"""Measuring the customers' data: counted of what this laptop holds, which is what its person may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import msgspec

from crmdesk.core.contradictions import Contradiction, references, rules
from crmdesk.core.criteria import POOL, Bearings
from crmdesk.core.doubts import doubt
from crmdesk.core.quality import (
    FieldRate,
    Measure,
    Report,
    Share,
    Tally,
    doubtful_fields,
    key_fields,
    names_alike,
    surplus,
)
from crmdesk.core.registry import Registry
from crmdesk.store import quality as asked
from crmdesk.store.names import SHOWN
from crmdesk.store.quality import Customer, Found
from crmdesk.store.reading import Reader
from crmdesk.usecases.codes import code_table
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.merging import kept_apart
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

By: TypeAlias = Literal["source", "team", "person"]
GROUPS: Final[tuple[By, ...]] = ("source", "team", "person")
_WEEKS: Final = "quality_weeks"
_KEPT_WEEKS: Final = 160
_DOUBTS: Final = "quality_doubts"
_DOUBTS_LAST: Final = 31
"""Days after which they are counted anew before they decide anything."""


class Reading(NamedTuple):
    """How far the measuring is: so many of so many steps."""

    done: int
    total: int


Heard: TypeAlias = Callable[[Reading], None]


def _unheard(_reading: Reading) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Asking:
    """What measuring needs to know besides the data, who hears how far it is, and whether it is to stop."""

    bearings: Bearings
    now_ms: int
    heard: Heard = _unheard
    is_stopped: Callable[[], bool] = _never

    @property
    def registry(self) -> Registry:
        return self.bearings.registry


def measure(reader: Reader, asking: Asking) -> Report | None:
    """Count what is blank, double and contradictory; None where it was stopped.

    At 100,000 customers blanks and doubles take two seconds of a laptop's time, the contradictions another one.
    """
    steps = 3 + len(rules(asking.registry))
    every = asked.customers(reader)
    places = {one.id: one.place for one in every}
    if not _goes_on(asking, 1, steps):
        return None
    cells: dict[tuple[str, str], Tally] = {}
    fields = _gaps(reader, asking, places, cells)
    if not _goes_on(asking, 2, steps):
        return None
    numbered = {one.n: one.place for one in every}
    named = ((one.n, names_alike(one.name, one.credit_code, one.code)) for one in every)
    for n in surplus(named, _apart(reader, every)):
        _count(cells, numbered[n], Tally(double=1))
    if not _goes_on(asking, 3, steps):
        return None
    found: dict[str, int] = {}
    crossed: set[str] = set()
    for step, (rule, records) in enumerate(contradictions(reader, asking, every), 4):
        here = [one.customer for one in records if one.customer in places]
        found[rule.key] = len(here)
        crossed.update(here)
        if not _goes_on(asking, step, steps):
            return None
    for customer in crossed:
        _count(cells, places[customer], Tally(crossed=1))
    return Report(cells, fields, found)


def _apart(reader: Reader, every: Sequence[Customer]) -> set[tuple[int, int]]:
    """The pairs that somebody said are two companies, by their numbers."""
    said = kept_apart(reader)
    if not said:
        return set()
    ids = {one for pair in said for one in pair}
    numbers = {one.id: one.n for one in every if one.id in ids}
    found = [
        sorted((numbers[one], numbers[other])) for one, other in said if one in numbers and other in numbers
    ]
    return {(low, high) for low, high in found}


def _gaps(
    reader: Reader,
    asking: Asking,
    places: Mapping[str, tuple[str, str]],
    cells: dict[tuple[str, str], Tally],
) -> tuple[FieldRate, ...]:
    """Count the blanks into `cells`, and return them by field."""
    keys = key_fields(asking.registry)
    own = [key for key in keys if key.entity == "customer"]
    rates = dict.fromkeys(keys, Share(0, 0))
    for place, counted in asked.blanks(reader, own, asking.bearings).items():
        shares = [Share(*pair) for pair in counted.fields]
        whole = sum(shares, Share(0, 0))
        _count(cells, place, Tally(counted.records, whole.whole, whole.part, counted.bare))
        for key, share in zip(own, shares, strict=True):
            rates[key] += share
    of_people = [key for key in keys if key.entity == "contact"]
    people: dict[tuple[str, str], list[int]] = {}
    for customer, count, lacking in asked.people_blanks(reader, of_people, asking.bearings):
        if customer in places:
            sums = people.setdefault(places[customer], [0] * (1 + len(of_people)))
            sums[:] = [before + more for before, more in zip(sums, (count, *lacking), strict=True)]
    for place, (count, *missing) in people.items():
        _count(cells, place, Tally(cells=count * len(of_people), gaps=sum(missing)))
        for at, key in enumerate(of_people):
            rates[key] += Share(missing[at], count)
    return tuple(FieldRate(key, rates[key]) for key in keys)


def _count(cells: dict[tuple[str, str], Tally], place: tuple[str, str], more: Tally) -> None:
    cells[place] = cells.get(place, Tally()) + more


def _goes_on(asking: Asking, done: int, total: int) -> bool:
    asking.heard(Reading(done, total))
    return not asking.is_stopped()


def contradictions(
    reader: Reader, asking: Asking, every: Sequence[Customer] | None = None
) -> Iterator[tuple[Contradiction, list[Found]]]:
    """Every rule with the records that break it, one after the other; `every` customer, where they were read already."""
    pointing, links = {one.key: one for one in references(asking.registry)}, asked.Links(reader)
    every = asked.customers(reader) if every is None else every
    of_customers = {
        **asked.coded(every, code_table("region"), code_table("industry")), **asked.won(reader, every),
    }  # fmt: skip
    for rule in rules(asking.registry):
        if rule.key in of_customers:
            yield rule, of_customers[rule.key]
        elif rule.key in pointing:
            yield rule, links.elsewhere(pointing[rule.key])
        else:
            yield rule, asked.crossed(reader, rule.key, asking.bearings, asking.now_ms)


def broken(reader: Reader, asking: Asking, rule: str) -> list[tuple[Found, str]]:
    """The records in one contradiction, each with its customer's name, by that name."""
    found = next((records for one, records in contradictions(reader, asking) if one.key == rule), [])
    names = {one.id: one.name or "" for one in asked.customers(reader)}
    return sorted(
        ((one, names[one.customer]) for one in found if one.customer in names),
        key=lambda one: (one[1], one[0].id),
    )


def group_of(by: By, names: Directory) -> Callable[[str, str], str]:
    """What a bucket and a source are counted under: the source's key, or the id of a team or person; POOL for nobody's."""

    def source(_bucket: str, key: str) -> str:
        return key

    def person(bucket: str, _key: str) -> str:
        owner = names.owners.get(bucket)
        return POOL if owner is None else owner.id

    def team(bucket: str, _key: str) -> str:
        owner = names.owners.get(bucket)
        return POOL if owner is None else owner.team or ""

    return {"source": source, "team": team, "person": person}[by]


# What values look wrong


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many customers have a value in doubt, their people's included, and how many values of each field are."""

    customers: Share
    fields: Mapping[str, Share]


def count_doubts(reader: Reader, asking: Asking) -> Doubted | None:
    """Judge every value that can be judged; None where it was stopped. A minute at 100,000 customers."""
    customers: set[str] = set()
    fields: dict[str, Share] = {}
    total = int(reader.value(f"SELECT count(*) FROM p_customer WHERE {SHOWN}"))
    kinds = [
        (entity, field)
        for entity in (asking.registry["customer"], asking.registry["contact"])
        for field in doubtful_fields(entity)
    ]
    for step, (entity, field) in enumerate(kinds, 1):
        wrong = of = 0
        for customer, value in asked.values(reader, entity, field):
            of += 1
            if doubt(field, value) is not None:
                wrong += 1
                customers.add(customer)
            if of % 500 == 0 and asking.is_stopped():
                return None
        fields[f"{entity.name}.{field.name}"] = Share(wrong, of)
        if not _goes_on(asking, step, len(kinds)):
            return None
    return Doubted(Share(len(customers), total), fields)


# Week by week


class Week(msgspec.Struct, frozen=True):
    """What was measured in a week, kept on this laptop: the last measuring of it, on `day`.

    Who sees more or fewer customers than a week before sees that here: it is counted of what they could see then.
    """

    day: str
    customers: int
    cells: int
    gaps: int
    double: int
    crossed: int

    def share(self, measure: Measure) -> Share | None:
        """The rate of what was amiss."""
        return Tally(self.customers, self.cells, self.gaps, 0, self.double, self.crossed).share(measure)

    @property
    def date(self) -> date:
        return date.fromisoformat(self.day)


def weeks(reader: Reader) -> list[Week]:
    """What was measured, the oldest first."""
    return reader.setting(_WEEKS, list[Week]) or []


def keep(replica: Replica, whole: Tally, today: date) -> Outcome[list[Week]]:
    """Keep a measuring as that of its week; returns all that are kept. Touches no record."""
    from crmdesk.store import settings
    from crmdesk.store.replica import Touched

    one = Week(today.isoformat(), whole.customers, whole.cells, whole.gaps, whole.double, whole.crossed)
    with replica.database.write() as connection:
        before = settings.read(connection, _WEEKS, list[Week]) or []
        others = [week for week in before if week.date.isocalendar()[:2] != today.isocalendar()[:2]]
        kept = sorted([*others, one], key=lambda week: week.day)[-_KEPT_WEEKS:]
        settings.write(connection, {_WEEKS: kept})
    return Outcome(kept, Touched(), None)


class KeptDoubts(msgspec.Struct, frozen=True):
    """How many customers had a value in doubt when every value was judged last, on `day`, as this laptop remembers it."""

    day: str
    part: int
    whole: int

    @property
    def share(self) -> Share:
        return Share(self.part, self.whole)


def doubts(reader: Reader, today: date) -> KeptDoubts | None:
    """What came of judging every value, if that was done in the last month."""
    found = reader.setting(_DOUBTS, KeptDoubts)
    is_recent = found is not None and (today - date.fromisoformat(found.day)).days <= _DOUBTS_LAST
    return found if is_recent else None


def keep_doubts(replica: Replica, found: Doubted, today: date) -> Outcome[None]:
    """Remember what came of judging every value. Touches no record."""
    from crmdesk.store import settings
    from crmdesk.store.replica import Touched

    kept = KeptDoubts(today.isoformat(), found.customers.part, found.customers.whole)
    with replica.database.write() as connection:
        settings.write(connection, {_DOUBTS: kept})
    return Outcome(None, Touched(), None)
