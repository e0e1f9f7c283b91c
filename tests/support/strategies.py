"""Hypothesis strategies for the kernel's plain data: values, edits, and copies of one record."""

from __future__ import annotations

import unicodedata
from typing import Any, NamedTuple

from hypothesis import strategies as st
from msgspec import structs

from crmdesk.core.record import VERSION, Dot, Edit, Placement, Record, Txn
from crmdesk.core.values import MAX_INTEGER

ACTORS = tuple(digit * 32 for digit in "abcd")
FIELDS = ("name", "source", "tag:t1", "remark", "x_new")

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
named = st.one_of(
    st.builds(lambda amount: {"money": [amount, "CNY"]}, integers),
    st.dictionaries(texts, st.lists(st.one_of(texts, integers), max_size=2), min_size=1, max_size=1),
)
values = st.one_of(st.none(), st.booleans(), integers, texts, st.lists(texts, max_size=3), named)
letters = st.sampled_from("xy")
placements = st.builds(Placement, st.integers(0, 3), st.sampled_from(["book", "pool"]))


class Pool(NamedTuple):
    """Every edit that was ever made to one record, whole and not yet accepted."""

    edits: tuple[Edit, ...]


@st.composite
def pools(draw: st.DrawFn, *, contents: st.SearchStrategy[Any] = letters) -> Pool:
    """Some edits of one record, by a few actors, with distinct dots."""
    numbers = draw(st.lists(st.integers(0, 4 * len(ACTORS) - 1), min_size=1, max_size=6, unique=True))
    dots = sorted(Dot(ACTORS[number // 4], number % 4 + 1) for number in numbers)
    return Pool(tuple(draw(edits(dot, contents)) for dot in dots))


@st.composite
def edits(draw: st.DrawFn, dot: Dot, contents: st.SearchStrategy[Any]) -> Edit:
    carried = {field: draw(contents) for field in draw(_some(FIELDS, 1))}
    return Edit(dot, draw(st.integers(0, 9)), "u", None, Txn("t", "form"), carried)


@st.composite
def copies(draw: st.DrawFn, pool: Pool) -> Record:
    """Any well-formed copy of the record that `pool` was made on, whether or not people could reach it.

    It has seen some prefix of each actor, keeps any part of what it saw, and may know effective times.
    """
    clock = {actor: counter for actor in ACTORS if (counter := draw(st.integers(0, 4)))}
    kept = []
    for edit in pool.edits:
        fields = draw(_some(tuple(edit.values))) if edit.dot.counter <= clock.get(edit.dot.actor, 0) else ()
        if fields:
            eff = draw(st.sampled_from([None, edit.at // 2]))
            kept.append(
                structs.replace(edit, eff=eff, values={field: edit.values[field] for field in fields})
            )
    return Record(VERSION, draw(placements), clock, tuple(kept))


def _some(names: tuple[str, ...], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    """Any choice of at least `least` of the names, drawn as one number to be quick."""
    choices = [
        tuple(name for bit, name in enumerate(names) if mask >> bit & 1) for mask in range(1 << len(names))
    ]
    return st.sampled_from([choice for choice in choices if len(choice) >= least])


@st.composite
def families(draw: st.DrawFn, size: int) -> list[Record]:
    """`size` copies of one record. Values are plain: merging never looks at them."""
    pool = draw(pools())
    return [draw(copies(pool)) for _ in range(size)]


@st.composite
def records(draw: st.DrawFn) -> Record:
    """One well-formed record with at least one surviving edit and every kind of value."""
    return draw(copies(draw(pools(contents=values))).filter(lambda record: bool(record.edits)))
