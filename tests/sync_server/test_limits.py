from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync_server.limits import Limit, spend

LIMIT = Limit(3, 1000)


def tried(moments: list[int], limit: Limit = LIMIT) -> list[int]:
    """What each try has to wait."""
    full_at, waits = 0, []
    for moment in moments:
        full_at, wait = spend(full_at, moment, limit)
        waits.append(wait)
    return waits


def test_so_many_go_through_at_once_and_then_one_an_interval() -> None:
    assert tried([10_000] * 5) == [0, 0, 0, 1000, 1000]
    assert tried([10_000] * 3 + [10_999, 11_000, 11_001]) == [0, 0, 0, 1, 0, 999]


def test_after_a_long_pause_all_tries_are_there_again_and_no_more() -> None:
    assert tried([10_000] * 3 + [99_000] * 4) == [0, 0, 0, 0, 0, 0, 1000]


def test_a_clock_that_was_set_back_makes_nobody_wait_for_ever() -> None:
    year = 365 * 24 * 60 * 60 * 1000
    assert tried([year] * 3 + [0, 3000]) == [0, 0, 0, 1000, 0]


@given(st.lists(st.integers(0, 100_000), max_size=80), st.integers(1, 5), st.integers(1, 5000))
def test_no_stretch_of_time_lets_more_through_than_the_limit_says(
    gaps: list[int], tries: int, interval: int
) -> None:
    moments = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    waits = tried(moments, Limit(tries, interval))
    passed = [at for at, wait in zip(moments, waits, strict=True) if not wait]
    for n, begin in enumerate(passed):
        for k, end in enumerate(passed[n:]):
            assert k + 1 <= tries + (end - begin) // interval
