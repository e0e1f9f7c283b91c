from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.sync import schedule
from crmdesk.sync.schedule import (
    FINAL,
    LISTEN_LATER_MS,
    LISTEN_MS,
    LONGEST_ASKED_MS,
    LONGEST_WAIT_MS,
    NEWS_MS,
    NO_CHANNEL,
    POLL_MS,
    TRIES,
    WRITE_MS,
    Channel,
    Schedule,
)

times = st.integers(0, 2**40)
chances = st.floats(0, 1, exclude_max=True)
codes = st.sampled_from(["offline", "server_busy", "device_pending", "too_many_tries", "server_error"])
schedules = st.builds(Schedule, times, st.integers(0, 50), st.none())


@given(schedules, times, codes, chances)
def test_after_a_failure_the_wait_is_between_two_seconds_and_five_minutes(before, now, code, chance):
    after = schedule.failed(before, now, code, chance)
    assert 2_000 <= after.next_ms - now <= LONGEST_WAIT_MS
    assert not after.is_due(now)


@given(times, codes)
def test_the_longest_possible_wait_doubles_with_each_failure_in_a_row(now, code):
    state = schedule.started(now)
    bounds = []
    for _ in range(9):
        state = schedule.failed(state, now, code, 0.999999)
        bounds.append(state.next_ms - now)
    assert bounds == sorted(bounds)
    assert bounds[0] <= 4_000
    assert bounds[-1] == pytest.approx(LONGEST_WAIT_MS, rel=0.01)


@given(schedules, times, chances, st.integers(1, 10**6))
def test_the_wait_that_a_server_asks_for_is_honoured_up_to_an_hour(before, now, chance, seconds):
    """R37."""
    wait = schedule.failed(before, now, "server_busy", chance, seconds).next_ms - now
    assert min(seconds * 1000, LONGEST_ASKED_MS) <= wait <= LONGEST_ASKED_MS + 2_000


@given(schedules, times)
def test_a_write_is_sent_within_half_a_second_and_hurries_no_failing_server(before, now):
    after = schedule.written(before, now)
    if before.failures:
        assert after == before
    else:
        assert after.next_ms == min(before.next_ms, now + WRITE_MS)


def test_a_burst_of_writes_is_sent_half_a_second_after_its_first():
    state = schedule.succeeded(schedule.started(0), 0, 0.5)
    for at in (1_000, 1_200, 1_490):
        state = schedule.written(state, at)
    assert state.next_ms == 1_500


@given(schedules, times, chances)
def test_success_forgets_failures_and_looks_again_in_about_a_minute(before, now, chance):
    after = schedule.succeeded(before, now, chance)
    assert after.failures == 0
    assert abs(after.next_ms - now - POLL_MS) <= POLL_MS // 10


@given(schedules, times)
def test_a_network_that_returns_is_used_at_once(before, now):
    assert schedule.reconnected(before, now).is_due(now)


@pytest.mark.parametrize("code", sorted(FINAL))
def test_what_time_does_not_heal_stops_until_a_person_asks(code):
    halted = schedule.failed(schedule.started(0), 0, code, 0.5)
    assert halted.wait_ms(10**12) is None
    assert not schedule.written(halted, 5).is_due(10**12)
    assert not schedule.reconnected(halted, 5).is_due(10**12)
    assert schedule.asked(5).is_due(5)


@given(schedules, times)
def test_it_sleeps_exactly_until_it_is_due(state, now):
    wait = state.wait_ms(now)
    assert wait is not None
    assert state.is_due(now + wait)
    assert wait == 0 or not state.is_due(now + wait - 1)


# -- the live channel ---------------------------------------------------------------------------------------


@given(schedules, times, chances)
def test_news_is_asked_for_within_a_quarter_second_and_hurries_no_failing_server(before, now, chance):
    after = schedule.heard(before, now, chance)
    if before.failures:
        assert after == before
    else:
        assert after.next_ms <= max(min(before.next_ms, now + NEWS_MS), 0)


@given(schedules, times, chances)
def test_while_the_channel_is_open_asking_is_rare_and_once_it_closes_frequent_again(before, now, chance):
    live = schedule.succeeded(before, now, chance, is_live=True)
    assert live.next_ms - now >= 4 * POLL_MS
    assert schedule.deaf(live, now, chance).next_ms - now <= 1.1 * POLL_MS


@given(times, chances)
def test_r39_three_mute_streams_in_a_row_leave_only_asking_for_a_long_time(now, chance):
    channel = Channel(now)
    waits = []
    for _ in range(TRIES):
        channel = schedule.opened(channel)
        assert channel.is_open
        channel = schedule.closed(channel, now, chance, was_alive=False, code="offline")
        assert not channel.is_open
        waits.append(channel.wait_ms(now))
    assert waits[0] < waits[1] < 60_000
    assert waits[2] >= LISTEN_LATER_MS / 2


@given(times, chances, st.integers(0, 5))
def test_a_stream_that_once_said_something_is_opened_again_soon(now, chance, mute):
    channel = schedule.closed(Channel(now, mute=mute), now, chance, was_alive=True, code=None)
    assert LISTEN_MS <= channel.wait_ms(now) <= 4 * LISTEN_MS
    assert channel.mute == 0


@given(times, chances, st.sampled_from(sorted(NO_CHANNEL)))
def test_a_server_without_a_channel_is_asked_for_it_much_later(now, chance, code):
    channel = schedule.closed(Channel(now), now, chance, was_alive=False, code=code)
    assert channel.wait_ms(now) >= LISTEN_LATER_MS / 2
