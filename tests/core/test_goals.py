"""A goal's path and how it stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.goals import Goal, Point, is_sound, progress
from crmdesk.core.quality import Measure

BEGIN, END = date(2026, 9, 1), date(2026, 11, 30)
GOAL = Goal("g", Measure.COMPLETENESS, 65, 90, BEGIN, END)


@given(st.integers(-400, 400))
def test_the_path_rises_from_start_to_target_and_is_level_outside(days: int) -> None:
    day = BEGIN + timedelta(days=days)
    expected = GOAL.expected(day)
    assert 65 <= expected <= 90
    assert GOAL.expected(day + timedelta(days=1)) >= expected
    assert (GOAL.expected(BEGIN), GOAL.expected(END), GOAL.expected(BEGIN + timedelta(days=45))) == (
        65,
        90,
        77.5,
    )


@pytest.mark.parametrize(
    ("points", "today", "state"),
    [
        ([], BEGIN, "waiting"),
        ([Point(BEGIN - timedelta(days=1), 95)], BEGIN, "waiting"),
        ([Point(BEGIN, 64.9)], BEGIN, "behind"),
        ([Point(BEGIN, 65)], BEGIN + timedelta(days=6), "ahead"),
        ([Point(date(2026, 10, 16), 77.5)], date(2026, 10, 20), "ahead"),
        ([Point(date(2026, 10, 16), 77.4)], date(2026, 10, 20), "behind"),
        ([Point(date(2026, 10, 16), 90)], date(2026, 10, 20), "met"),
        ([Point(END, 89.9)], END, "behind"),
        ([Point(END, 89.9)], END + timedelta(days=1), "missed"),
        ([Point(END + timedelta(days=1), 99)], END + timedelta(days=2), "missed"),
    ],
)
def test_how_a_goal_stands(points: list[Point], today: date, state: str) -> None:
    assert progress(GOAL, points, today).state == state


@pytest.mark.parametrize(
    ("start", "target", "days", "sound"),
    [
        (65, 90, 90, True),
        (90, 65, 90, False),
        (65, 65, 90, False),
        (65, 101, 90, False),
        (-1, 90, 90, False),
        (65, 90, 0, False),
    ],
)
def test_a_goal_leads_upwards_within_the_scale_and_later(
    start: int, target: int, days: int, sound: bool
) -> None:
    assert is_sound(start, target, BEGIN, BEGIN + timedelta(days=days)) is sound
