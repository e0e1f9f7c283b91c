"""What to know about a customer on the way there: what was said last, what was promised, and what may go wrong.

Every line is a fact of this laptop's records; nothing is guessed. The words are the page's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from crmdesk.core.dates import day_of
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.dealings import Dealing

QUIET_DAYS: Final = 90
"""After so many days without a visit it is worth saying so."""
ENDING_DAYS: Final = 60
"""A contract that ends within so many days is to be spoken about."""
_PROMISES: Final = 3


@dataclass(frozen=True, slots=True)
class Said:
    """The last visit that noted something: `at_ms`, what was said, and what came of it (a result's key)."""

    at_ms: int
    text: str
    result: str | None


@dataclass(frozen=True, slots=True)
class Promise:
    """What somebody said they would do: a task that is not done, or the next step of the last visit."""

    text: str
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """What may go wrong. `kind` is one of `quiet`, `overdue`, `unpaid`, `slipped`, `ending`, `complaint`, `ticket`, `problem`.

    `number` counts days or records, `amount` is minor units and currency, `name` the record it is about.
    """

    kind: str
    number: int = 0
    amount: tuple[int, str] | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Briefing:
    said: Said | None
    promises: tuple[Promise, ...]
    more_promises: int
    risks: tuple[Risk, ...]


def briefing(reader: Reader, customer: str, dealt: Sequence[Dealing], today: date) -> Briefing:
    """The briefing of a customer; `dealt` is what is dealt with it."""
    last = reader.one(
        "SELECT f_at, coalesce(f_summary, ''), f_result, f_next_step, f_next_on, f_interaction FROM p_visit "
        f"WHERE root = ? AND {SHOWN} AND f_at IS NOT NULL ORDER BY f_at DESC, n DESC LIMIT 1",
        (customer,),
    )
    tasks = reader.all(
        f"SELECT coalesce(f_title, ''), f_due_on FROM p_task WHERE root = ? AND {SHOWN} AND coalesce(f_done, 0) = 0 "
        "ORDER BY f_due_on IS NULL, f_due_on, n",
        (customer,),
    )
    promises = [_promise(title, due, today) for title, due in tasks]
    if last is not None and last[3] and not any(promise.text == last[3] for promise in promises):
        promises.insert(0, _promise(last[3], last[4], today))
    overdue = sum(promise.is_overdue for promise in promises)
    risks = [
        *([Risk("overdue", overdue)] if overdue else []),
        *_of_visit(last, today),
        *_of_dealings(dealt, today),
    ]
    return Briefing(
        Said(last[0], last[1], last[2]) if last is not None else None,
        tuple(promises[:_PROMISES]),
        max(0, len(promises) - _PROMISES),
        tuple(risks),
    )


def _of_visit(
    last: tuple[int, str, str | None, str | None, str | None, str | None] | None, today: date
) -> Iterator[Risk]:
    if last is None:
        return
    silent = (today - day_of(last[0])).days
    if silent > QUIET_DAYS:
        yield Risk("quiet", silent)
    if last[5] == "complaint":
        yield Risk("complaint")
    elif last[2] == "problem":
        yield Risk("problem")


def _of_dealings(dealt: Iterable[Dealing], today: date) -> Iterator[Risk]:
    """Money that is due, plans that slipped, contracts that end, and what waits to be solved."""
    every = list(dealt)
    yield from _unpaid(every)
    day = today.isoformat()
    until = (today + timedelta(days=ENDING_DAYS)).isoformat()
    for one in every:
        if one.entity == "opportunity" and one.is_open and one.on and one.on < day:
            yield Risk("slipped", (today - date.fromisoformat(one.on)).days, one.amount, one.title)
        if one.entity == "contract" and one.ends_on and one.is_open and day <= one.ends_on <= until:
            yield Risk("ending", (date.fromisoformat(one.ends_on) - today).days, one.amount, one.title)
    waiting = [one for one in every if one.entity == "ticket" and one.is_open]
    if waiting:
        yield Risk("ticket", len(waiting), name=waiting[0].title)


def _unpaid(dealt: Iterable[Dealing]) -> Iterator[Risk]:
    """By currency: what was delivered and completed less what was received."""
    owed: dict[str, int] = {}
    for one in dealt:
        if one.amount is None or not one.counts:
            continue
        minor, currency = one.amount
        if one.entity == "order" and one.state in ("delivered", "completed"):
            owed[currency] = owed.get(currency, 0) + minor
        elif one.entity == "payment":
            owed[currency] = owed.get(currency, 0) - minor
    for currency, minor in sorted(owed.items()):
        if minor > 0:
            yield Risk("unpaid", amount=(minor, currency))


def _promise(text: str, due: str | None, today: date) -> Promise:
    try:
        day = date.fromisoformat(due) if due else None
    except ValueError:
        day = None
    return Promise(text, day, day is not None and day < today)
