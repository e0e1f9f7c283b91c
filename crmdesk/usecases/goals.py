"""The company's goals for its data: listed with how each stands, set, and given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from crmdesk.core import goals
from crmdesk.core.errors import CrmError
from crmdesk.core.goals import Goal, Point, Progress
from crmdesk.core.quality import Measure
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases import records
from crmdesk.usecases.custom_fields import check_may_configure
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.quality import weeks

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

ENTITY = "goal"


@dataclass(frozen=True, slots=True)
class Standing:
    """A goal, the rates that this laptop measured since it began, and how it stands."""

    goal: Goal
    points: tuple[Point, ...]
    progress: Progress


def listed(reader: Reader, today: date) -> list[Standing]:
    """The goals, the one that is due first first. One that can't be read is left out."""
    rows = reader.all(
        f"SELECT id, f_measure, f_start, f_target, f_starts_on, f_ends_on FROM p_goal WHERE {SHOWN} ORDER BY f_ends_on, id"
    )
    found = [goal for row in rows if (goal := _goal(*row)) is not None]
    return [_standing(reader, goal, today) for goal in found]


def _goal(record: str, measure: str, start: int, target: int, starts: str, ends: str) -> Goal | None:
    try:
        goal = Goal(
            record, Measure(measure), start, target, date.fromisoformat(starts), date.fromisoformat(ends)
        )
        return goal if goals.is_sound(start, target, goal.starts_on, goal.ends_on) else None
    except (ValueError, TypeError):
        return None  # of another version, or two people's halves of it


def _standing(reader: Reader, goal: Goal, today: date) -> Standing:
    points = points_of(reader, goal.measure)
    shown = tuple(one for one in points if one.day >= goal.starts_on)
    return Standing(goal, shown, goals.progress(goal, points, today))


def points_of(reader: Reader, measure: Measure) -> list[Point]:
    """What this laptop measured week by week, in per cent of what is in order, the oldest first."""
    shares = [(week.date, week.share(measure)) for week in weeks(reader)]
    return [Point(day, 100 - share.percent) for day, share in shares if share is not None and share.whole]


def add(
    replica: Replica, measure: Measure, start: int, target: int, starts_on: date, ends_on: date
) -> Outcome[str]:
    """Set a goal; returns its id. Raises `forbidden`, or `invalid_value` where it leads nowhere."""
    check_may_configure(replica)
    declared = replica.registry[ENTITY].by_name
    if measure is Measure.ACCURACY:
        raise CrmError("invalid_value", field=declared["measure"].label)
    if not goals.is_sound(start, target, starts_on, ends_on):
        wrong = "target" if starts_on < ends_on else "ends_on"
        raise CrmError("invalid_value", field=declared[wrong].label)
    values: dict[str, Value] = {
        "measure": measure.value, "start": start, "target": target, "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
    }  # fmt: skip
    return records.add(replica, ENTITY, values)


def remove(replica: Replica, goal: str) -> Outcome[None]:
    """Give a goal up. Raises `forbidden`, `not_found`."""
    check_may_configure(replica)
    return records.delete(replica, RecordKey(ENTITY, goal))
