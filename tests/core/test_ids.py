"""Names for things: well-formed, sorted by time."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.ids import is_id, uuid7

instants = st.integers(0, 2**48 - 1)
randoms = st.binary(min_size=10, max_size=10)


@given(instants, randoms)
def test_an_id_is_a_version_7_uuid_that_carries_its_time(ms: int, random: bytes) -> None:
    made = uuid7(ms, random)
    parsed = uuid.UUID(made)
    assert is_id(made)
    assert (parsed.version, parsed.variant, parsed.int >> 80) == (7, uuid.RFC_4122, ms)


@given(instants, instants, randoms, randoms)
def test_ids_sort_by_time_first(one: int, other: int, here: bytes, there: bytes) -> None:
    if one != other:
        assert (one < other) == (uuid7(one, here) < uuid7(other, there))


@given(instants, randoms, randoms)
def test_ids_of_one_millisecond_differ_by_their_random_part(ms: int, one: bytes, other: bytes) -> None:
    mask = (1 << 80) - 1 & ~(0xF << 76) & ~(0x3 << 62)
    differ = (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")) & mask
    assert (uuid7(ms, one) != uuid7(ms, other)) == bool(differ)


@pytest.mark.parametrize(
    "text", ["", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 32 + "\n", "1" * 31 + "١", 5, None]
)
def test_what_is_not_32_lower_case_hexadecimal_digits_is_no_id(text: object) -> None:
    assert not is_id(text)
