"""Goals for the quality of data: from a rate on one day to another by a later one, and how one stands on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from crmdesk.core.quality import Measure

State: TypeAlias = Literal["waiting", "ahead", "behind", "met", "missed"]


class Point(NamedTuple):
    """What a rate was on a day, in per cent of what is in order."""

    day: date
    percent: float


@dataclass(frozen=True, slots=True)
class Goal:
    """`measure` is to go from `start` to `target` (per cent of what is in order) between two days, evenly."""

    id: str
    measure: Measure
    start: int
    target: int
    starts_on: date
    ends_on: date

    def expected(self, day: date) -> float:
        """What the rate should be on a day: on the straight line between both ends, and level outside."""
        days = (self.ends_on - self.starts_on).days
        gone = min(max((day - self.starts_on).days, 0), days)
        return self.start + (self.target - self.start) * (gone / days if days else 1.0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How a goal stands: the latest rate (None: none was measured since it began), what it should be, and what that means."""

    latest: Point | None
    expected: float
    state: State


def progress(goal: Goal, points: Sequence[Point], today: date) -> Progress:
    """How a goal stands today. `points` are what was measured, the oldest first."""
    since = [one for one in points if goal.starts_on <= one.day <= max(goal.ends_on, goal.starts_on)]
    latest, expected = since[-1] if since else None, goal.expected(today)
    if latest is not None and latest.percent >= goal.target:
        state: State = "met"
    elif today > goal.ends_on:
        state = "missed"
    elif latest is None:
        state = "waiting"
    else:
        state = "ahead" if latest.percent >= goal.expected(latest.day) else "behind"
    return Progress(latest, expected, state)


def is_sound(start: int, target: int, starts_on: date, ends_on: date) -> bool:
    """Whether such a goal can be one: upwards, within the scale, and later."""
    return 0 <= start < target <= 100 and starts_on < ends_on
