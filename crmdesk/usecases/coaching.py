"""Which entries of the last days should have been better, person by person: to help, while it is still remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crmdesk.core.coaching import ENTERED, Flaw, flaws, watched
from crmdesk.core.resolve import read_record
from crmdesk.store import quality as asked
from crmdesk.store.reading import Reader
from crmdesk.usecases.quality import Asking, contradictions
from crmdesk.usecases.timeline import author

DAYS: Final = 7
MOST: Final = 1000
"""Of each kind, so many of the latest entries are looked at."""
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with what is wrong with it. `title` is what it is called; `created_at` in UTC milliseconds."""

    entity: str
    id: str
    customer: str
    customer_name: str
    title: str
    created_at: int
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's entries: how many there are, and those that should have been better, the latest first."""

    user: str
    entered: int
    unruly: tuple[Entry, ...]

    @property
    def percent(self) -> float:
        """Of a hundred entries so many are in order."""
        return 100 - 100 * len(self.unruly) / self.entered if self.entered else 100.0


@dataclass(frozen=True, slots=True)
class Found:
    """Everybody who entered something, those with the most to mend first. `is_cut`: there was more than is looked at."""

    people: tuple[Person, ...]
    is_cut: bool


def look(reader: Reader, asking: Asking, days: int = DAYS) -> Found:
    """Look at what was typed in the last days. What an import made is nobody's typing and is left out."""
    since, keys = asking.now_ms - days * _DAY_MS, watched(asking.registry)
    made = {kind: asked.entered(reader, kind, since, MOST) for kind in ENTERED}
    crossing = _crossing(reader, asking) if any(made.values()) else {}
    counted: dict[str, int] = {}
    unruly: dict[str, list[Entry]] = {}
    for one in (one for several in made.values() for one in several):
        record = reader.record(one.entity, one.id)
        if record is None or all(edit.txn.kind == "import" for edit in record.edits):
            continue
        values = read_record(record, one.entity, asking.registry).values
        user = author(reader, one.id)
        counted[user] = counted.get(user, 0) + 1
        wrong = (*flaws(one.entity, values, keys, asking.bearings), *crossing.get(one.id, ()))
        if wrong:
            title = values.get(asking.registry[one.entity].title)
            unruly.setdefault(user, []).append(
                Entry(*one[:4], title if isinstance(title, str) else "", one.created_at, wrong)
            )
    people = [
        Person(user, count, tuple(sorted(unruly.get(user, ()), key=lambda one: one.created_at, reverse=True)))
        for user, count in counted.items()
    ]
    people.sort(key=lambda one: (-len(one.unruly), one.user))
    return Found(tuple(people), any(len(several) == MOST for several in made.values()))


def _crossing(reader: Reader, asking: Asking) -> dict[str, list[Flaw]]:
    """What contradicts something, by record."""
    found: dict[str, list[Flaw]] = {}
    for rule, records in contradictions(reader, asking):
        for one in records:
            found.setdefault(one.id, []).append(Flaw("contradiction", "", rule.label))
    return found
