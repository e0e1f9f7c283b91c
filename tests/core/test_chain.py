"""Who reports to whom, as lines of a tree."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.chain import Member, Place, arranged


def test_everybody_stands_below_their_chief_the_higher_rank_first() -> None:
    members = [
        Member("buyer", "boss", 3),
        Member("boss", "", 0),
        Member("head", "boss", 1),
        Member("user", "head", 3),
    ]
    assert arranged(members) == [
        Place("boss", 0, ()),
        Place("head", 1, (True,)),
        Place("user", 2, (True, False)),
        Place("buyer", 1, (False,)),
    ]


def test_a_circle_is_cut_at_its_first_member_and_a_chief_who_is_not_there_counts_as_none() -> None:
    members = [Member("a", "b", 1), Member("b", "a", 1), Member("c", "gone", 0), Member("d", "d", 2)]
    assert [(place.id, place.depth) for place in arranged(members)] == [
        ("c", 0),
        ("a", 0),
        ("b", 1),
        ("d", 0),
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 11), st.integers(0, 3)), unique_by=lambda row: row[0]
    )
)
def test_whatever_is_noted_everybody_is_drawn_once_and_lines_end(rows) -> None:
    members = [Member(f"{own}", f"{chief}", rank) for own, chief, rank in rows]
    places = arranged(members)
    assert sorted(place.id for place in places) == sorted(member.id for member in members)
    for before, after in pairwise(places):
        assert after.depth <= before.depth + 1
        for level in range(after.depth):
            if level < min(before.depth, after.depth) - 1:
                assert after.guides[level] == before.guides[level], "a line above stays as it is"
    for at, place in enumerate(places):
        for level, goes_on in enumerate(place.guides):
            later = next((p for p in places[at + 1 :] if p.depth <= level + 1), None)
            assert goes_on == (later is not None and later.depth == level + 1)
