"""A record as it stood: what was last written into each field until then."""

from __future__ import annotations

import random

import pytest

from crmdesk.core.clock import stamp
from crmdesk.core.past import as_of
from crmdesk.core.record import Dot, Edit, Placement, Record, Txn, check


def edit(counter: int, at_ms: int, **values: object) -> Edit:
    return Edit(Dot("a" * 32, counter), stamp(at_ms), "u", None, Txn("t", "form"), values)


def record(*edits: Edit) -> Record:
    return Record(1, Placement(0, "b"), {"a" * 32: 9}, edits)


PAST = [
    edit(1, 1_000, name="一", city="甲"),
    edit(2, 2_000, name="二"),
    edit(3, 3_000, name="三", stage="won"),
]
NOW = record(edit(1, 1_000, city="甲"), PAST[2])


def shown(found: Record | None) -> dict[str, object]:
    return (
        {} if found is None else {field: value for one in found.edits for field, value in one.values.items()}
    )


@pytest.mark.parametrize(
    ("until", "values"),
    [
        (999, {}),
        (1_000, {"name": "一", "city": "甲"}),
        (2_500, {"name": "二", "city": "甲"}),
        (9_000, {"name": "三", "city": "甲", "stage": "won"}),
    ],
)
def test_each_field_shows_what_was_last_written_until_then(until: int, values: dict[str, object]) -> None:
    history = [*PAST]
    random.Random(until).shuffle(history)
    found = as_of(NOW, history, until)
    assert shown(found) == values
    if found is not None:
        check(found)


def test_before_it_was_made_there_is_nothing() -> None:
    assert as_of(NOW, PAST, 0) is None


def test_what_the_server_held_a_claim_to_decides_when_it_was_written() -> None:
    late = Edit(Dot("a" * 32, 4), stamp(1_500), "u", stamp(5_000, 0), Txn("t", "form"), {"name": "迟"})
    known = record(edit(1, 1_000, city="甲"), PAST[2], late)
    assert shown(as_of(known, PAST, 4_000))["name"] == "三"
    assert shown(as_of(known, PAST, 6_000))["name"] == "迟"


def test_without_history_what_still_stands_is_shown() -> None:
    assert shown(as_of(NOW, [], 2_500)) == {"city": "甲"}
