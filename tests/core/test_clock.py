"""Hybrid time: always rising on one replica, never far beyond what a server said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.clock import MAX_AHEAD_MS, MAX_STAMP, Ceiling, clamp, milliseconds, stamp, tick

instants = st.integers(0, 2**47 - 1)


@given(st.lists(st.tuples(instants, st.one_of(st.none(), instants)), min_size=1))
def test_stamps_of_one_replica_rise_whatever_its_clock_does(readings: list[tuple[int, int | None]]) -> None:
    last = 0
    for now, limit in readings:
        following = tick(last, now, limit)
        assert following > last
        last = following


@given(instants, instants)
def test_a_replica_does_not_run_ahead_of_its_limit_on_its_own_account(now: int, limit: int) -> None:
    assert milliseconds(tick(0, now, limit)) == min(now, limit)


def test_beyond_the_limit_only_the_counter_moves() -> None:
    last = stamp(10_000)
    assert tick(last, 20_000, 5_000) == last + 1


def test_within_a_millisecond_the_counter_orders_and_flows_over_into_the_next() -> None:
    assert tick(stamp(7), 7) == stamp(7, 1)
    assert tick(stamp(7, 0xFFFF), 7) == stamp(8)


@given(instants)
def test_a_stamp_names_its_milliseconds(now: int) -> None:
    assert milliseconds(stamp(now)) == milliseconds(stamp(now, 0xFFFF)) == now


@pytest.mark.parametrize("now", [-1, 0, 2**47, 2**80])
def test_a_stamp_fits_a_signed_64_bit_column_whatever_the_clock_says(now: int) -> None:
    assert 0 <= stamp(now, 0xFFFF) <= MAX_STAMP


def test_the_limit_moves_with_monotonic_time_and_never_back() -> None:
    ceiling = Ceiling(server_ms=1_000_000, heard_at_ms=500)
    assert ceiling.limit(500) == 1_000_000 + MAX_AHEAD_MS
    assert ceiling.limit(2_500) == 1_002_000 + MAX_AHEAD_MS
    assert ceiling.limit(0) is None  # the machine was restarted: nobody knows for how long it was off


@given(instants, instants, instants)
def test_an_effective_time_lies_within_what_the_server_knows(at: int, earliest: int, latest: int) -> None:
    eff = clamp(at, earliest, latest)
    assert eff <= latest
    assert eff >= min(earliest, latest)
    assert eff == at or not earliest <= at <= latest
