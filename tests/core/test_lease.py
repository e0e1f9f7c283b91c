from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.lease import DAY_MS, GRACE_MS, MINUTE_MS, SET_BACK_MS, Kept, Lease, Standing, judge

YEAR_MS = 365 * DAY_MS
NOW = 1_800_000_000_000
LEASE = Lease("d", "u", NOW, 21 * DAY_MS, 45 * DAY_MS, 15 * MINUTE_MS, "", "")
KEPT = Kept(LEASE, "", "", NOW)


@pytest.mark.parametrize(
    ("days", "standing", "left_days"),
    [
        (0, Standing.OPEN, 21),
        (17, Standing.OPEN, 4),
        (18, Standing.WARN, 3),
        (20, Standing.WARN, 1),
        (21, Standing.LOCKED, 24),
        (44, Standing.LOCKED, 1),
        (45, Standing.LOCKED, 1),
    ],
)
def test_t03_a_laptop_that_stays_away_is_warned_then_locked(days: int, standing: Standing, left_days: int):
    now = NOW + days * DAY_MS
    judged = judge(KEPT, now, now)
    assert (judged.standing, judged.left_ms) == (standing, left_days * DAY_MS)


def test_t03_what_is_due_is_destroyed_a_day_after_that_was_first_seen():
    at = NOW + 45 * DAY_MS
    due = msgspec.structs.replace(KEPT, due_ms=at)
    assert judge(due, at, at + GRACE_MS - 1).standing is Standing.LOCKED
    assert judge(due, at, at + GRACE_MS).standing is Standing.PURGE


@pytest.mark.parametrize("back", [60 * MINUTE_MS, YEAR_MS, SET_BACK_MS + 1])
def test_t03_a_clock_set_back_locks_and_never_destroys(back: int):
    assert judge(KEPT, NOW, NOW - back).standing is Standing.SET_BACK
    due = msgspec.structs.replace(KEPT, due_ms=NOW)
    assert judge(due, NOW + 100 * DAY_MS, NOW + 100 * DAY_MS - back).standing is Standing.SET_BACK


def test_t03_a_clock_that_jumps_thirty_years_locks_and_destroys_nothing_at_once():
    far = NOW + 30 * YEAR_MS
    judged = judge(KEPT, NOW, far)
    assert (judged.standing, judged.is_due) == (Standing.LOCKED, True)


def test_a_clock_corrected_by_minutes_is_no_clock_set_back():
    assert judge(KEPT, NOW, NOW - SET_BACK_MS).standing is Standing.OPEN


def test_who_has_heard_no_company_is_never_locked():
    assert judge(None, NOW, NOW - YEAR_MS).standing is Standing.OPEN


@pytest.mark.parametrize("wrong_by", [30 * YEAR_MS, -30 * YEAR_MS])
def test_a_clock_that_is_wrong_and_goes_on_steadily_changes_nothing(wrong_by: int):
    kept = msgspec.structs.replace(KEPT, received_ms=NOW + wrong_by)
    at = NOW + wrong_by + DAY_MS
    assert judge(kept, at, at).standing is Standing.OPEN
    assert judge(kept, at, at + 20 * DAY_MS).standing is Standing.LOCKED


@given(
    st.integers(0, 60 * DAY_MS),
    st.lists(st.integers(0, 60 * DAY_MS), max_size=5),
    st.integers(-YEAR_MS, YEAR_MS),
)
def test_t03_no_clock_lengthens_a_lease(reached: int, earlier: list[int], shift: int):
    """Once a moment was seen at which the laptop is locked, no clock opens it again."""
    seen = NOW + max([reached, *earlier])
    if judge(KEPT, seen, seen).is_locked:
        assert judge(KEPT, seen, seen + shift).is_locked
    now = seen + shift
    if not judge(KEPT, seen, now).is_locked:
        assert max(seen, now) - NOW < LEASE.lock_after_ms
