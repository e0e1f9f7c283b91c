"""What a field shows, what must be decided, and whether a record is on show."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given

from crmdesk.core import record as kernel
from crmdesk.core.entities import REGISTRY
from crmdesk.core.record import VERSION, Dot, Edit, Placement, Record, Txn, merge, write
from crmdesk.core.registry import Rule
from crmdesk.core.resolve import (
    FieldView,
    Life,
    deletion,
    life,
    read_field,
    read_record,
    view_field,
)
from tests.support import strategies

A, B, C, D = "a" * 32, "b" * 32, "c" * 32, "d" * 32
BOOK = Placement(0, "book")


def edit(actor: str, counter: int, at: int = 0, eff: int | None = None, **values: Any) -> Edit:
    return Edit(Dot(actor, counter), at, "u", eff, Txn("t", "form"), values)


def siblings(*values: Any, key: str = "f") -> Record:
    """A record whose field was given these values by people who did not see each other, in this order."""
    edits = tuple(edit(f"{n:032}", 1, at=n, **{key: value}) for n, value in enumerate(values, 1))
    return Record(VERSION, BOOK, {e.dot.actor: 1 for e in edits}, edits)


def read(rule: Rule, *values: object) -> FieldView:
    return read_field(siblings(*values), "f", rule)


def test_a_field_nobody_set_shows_nothing() -> None:
    view = read_field(siblings("x"), "other", Rule.ASK)
    assert (view.value, view.dots, view.candidates, view.is_conflict) == (None, frozenset(), (), False)


@pytest.mark.parametrize("rule", Rule)
def test_a_single_value_is_shown_and_nothing_was_settled(rule: Rule) -> None:
    view = read(rule, "x")
    assert (view.value, view.is_conflict, view.settled_by) == ("x", False, None)
    assert view.dots == view.candidates[0].dots == {Dot(f"{1:032}", 1)}


def test_r15_more_than_eight_versions_want_a_person_whatever_rule_could_settle_them() -> None:
    for count, is_asked in ((8, False), (9, True)):
        view = read(Rule.LATEST, *map(str, range(count)))
        assert (view.value, view.is_conflict) == (str(count - 1), is_asked)
        assert (view.settled_by is None) is is_asked
    assert not read(Rule.LATEST, *["same"] * 9).is_conflict


@pytest.mark.parametrize("rule", Rule)
def test_equal_values_of_two_people_are_one_and_no_conflict(rule: Rule) -> None:
    view = read(rule, {"money": [5, "CNY"]}, {"money": [5, "CNY"]})
    assert (view.value, view.is_conflict, view.settled_by) == ({"money": [5, "CNY"]}, False, None)
    assert len(view.dots) == len(view.candidates[0].dots) == 2


@pytest.mark.parametrize(
    ("rule", "values", "displayed", "is_conflict"),
    [
        (Rule.ASK, ("early", "late"), "late", True),
        (Rule.ASK, ("early", None), None, True),
        (Rule.LATEST, ("early", "late"), "late", False),
        (Rule.ADD_WINS, (True, None), True, False),
        (Rule.ADD_WINS, (None, True), True, False),
        (Rule.ADD_WINS, (True, False), True, False),
        (Rule.MAX, (7, 9, 8), 9, False),
        (Rule.MAX, (7, None), 7, False),
        (Rule.MAX, ("2026-02-01", "2026-01-31"), "2026-02-01", False),
        (Rule.MIN, (7, 9, 8), 7, False),
        (Rule.MIN, (None, 7), 7, False),
        (Rule.MIN, (-7, 7), -7, False),
        (Rule.FIXED, ("created", "changed"), "created", False),
        (Rule.FIXED, ("created", "changed", "created"), "created", False),
    ],
)
def test_each_rule_shows_its_value(
    rule: Rule, values: tuple[object, ...], displayed: object, is_conflict: bool
) -> None:
    view = read(rule, *values)
    assert (view.value, view.is_conflict) == (displayed, is_conflict)
    assert view.settled_by == (None if is_conflict else rule)
    assert view.candidates[0].value == displayed
    assert len(view.dots) == len(values)


@pytest.mark.parametrize("rule", Rule)
def test_every_differing_value_stays_a_candidate_whatever_the_rule(rule: Rule) -> None:
    assert {str(c.value) for c in read(rule, 1, 2, None).candidates} == {"1", "2", "None"}


def test_one_and_true_are_different_values() -> None:
    assert len(read(Rule.ASK, 1, True).candidates) == 2


def test_the_effective_time_decides_and_before_acceptance_the_claim() -> None:
    def shown(ours: int | None, theirs: int | None) -> object:
        record = Record(
            VERSION, BOOK, {A: 1, B: 1}, (edit(A, 1, 900, ours, f="a"), edit(B, 1, 100, theirs, f="b"))
        )
        return read_field(record, "f", Rule.LATEST).value

    assert shown(None, None) == "a"
    assert shown(50, None) == "b"
    assert shown(50, 60) == "b"
    assert shown(70, 60) == "a"


def test_equal_times_are_ordered_by_dot() -> None:
    record = Record(VERSION, BOOK, {A: 1, B: 1}, (edit(A, 1, 5, f="a"), edit(B, 1, 5, f="b")))
    assert read_field(record, "f", Rule.LATEST).value == "b"


def test_a_value_is_as_late_as_the_last_who_gave_it() -> None:
    view = read(Rule.LATEST, "x", "y", "x")
    assert view.value == "x"
    assert view.candidates[0].edit.at == 3


# -- elements of a list ------------------------------------------------------------------------------


def test_an_element_changed_by_somebody_who_had_not_seen_its_removal_stays() -> None:
    for values in (("138", None), (None, "138")):
        view = read_field(siblings(*values), "f", Rule.ASK, repeated=True)
        assert (view.value, view.is_conflict, view.settled_by) == ("138", False, Rule.ADD_WINS)


def test_an_element_with_two_values_must_be_decided() -> None:
    view = read_field(siblings("138", "139", None), "f", Rule.ASK, repeated=True)
    assert (view.value, view.is_conflict) == ("139", True)
    assert [c.value for c in view.candidates] == ["139", "138", None]


def test_an_element_that_everybody_removed_is_gone() -> None:
    view = read_field(siblings(None, None), "f", Rule.ASK, repeated=True)
    assert (view.value, view.is_conflict, view.settled_by) == (None, False, None)


# -- life --------------------------------------------------------------------------------------------


def customer(**values: Any) -> Record:
    return write(None, edit(A, 1, **(values or {"name": "n"})), placement=BOOK)


def changed(record: Record, change: Edit) -> Record:
    return write(record, change, placement=BOOK)


def deleted(record: Record, actor: str = B, counter: int = 1, **also: Any) -> Record:
    said: dict[str, Any] = {**deletion(record), **also}
    return changed(record, edit(actor, counter, **said))


def test_a_deleted_record_is_hidden() -> None:
    assert life(customer()) is Life.LIVE
    assert life(deleted(customer())) is Life.DELETED


def test_an_edit_that_had_not_seen_the_delete_contests_it() -> None:
    assert life(merge(deleted(customer()), changed(customer(), edit(C, 1, name="m")))) is Life.CONTESTED


def test_an_edit_that_had_seen_the_delete_contests_it_too() -> None:
    assert life(changed(deleted(customer()), edit(C, 1, city="x"))) is Life.CONTESTED


def test_an_edit_the_deleter_had_seen_does_not_contest() -> None:
    assert life(merge(deleted(changed(customer(), edit(C, 1, name="m"))), customer())) is Life.DELETED


def test_two_deletions_hide_the_record_as_one() -> None:
    both = merge(deleted(customer(), B), deleted(customer(), C))
    assert life(both) is Life.DELETED


def test_a_second_deletion_that_missed_an_edit_hides_it_if_the_first_saw_it() -> None:
    seen = deleted(changed(customer(), edit(D, 1, city="x")), B)
    assert life(merge(seen, deleted(customer(), C))) is Life.DELETED


def test_two_deletions_that_each_missed_an_edit_hide_nothing() -> None:
    one = deleted(changed(customer(), edit(D, 1, city="x")), B)
    other = deleted(changed(customer(), edit("e" * 32, 1, region="y")), C)
    assert life(merge(one, other)) is Life.CONTESTED


def test_a_restored_record_is_live() -> None:
    assert life(changed(deleted(customer()), edit(C, 1, deleted=None))) is Life.LIVE


def test_a_restore_that_had_not_seen_another_deletion_is_contested() -> None:
    restored = changed(deleted(customer(), B), edit(C, 1, deleted=None))
    again = merge(restored, deleted(customer(), D))
    assert life(again) is Life.CONTESTED


def test_a_record_can_be_deleted_again_after_a_restore() -> None:
    restored = changed(deleted(customer(), B), edit(C, 1, deleted=None))
    assert life(deleted(restored, B, 2)) is Life.DELETED


def test_a_deletion_that_also_says_something_does_not_contest_itself() -> None:
    assert life(deleted(customer(), B, 1, remark="closed down")) is Life.DELETED


def test_a_deletion_that_also_says_something_contests_another() -> None:
    telling = deleted(customer(), B, 1, remark="closed down")
    assert life(merge(telling, deleted(customer(), C))) is Life.DELETED  # its own author saw all the rest
    unseen = changed(customer(), edit(D, 1, city="x"))
    assert life(merge(merge(telling, deleted(unseen, C)), unseen)) is Life.CONTESTED


@pytest.mark.parametrize("odd", [True, "yes", {"seen": []}, {"seen": {A: "1"}}, {"other": 1}])
def test_a_deletion_this_program_cannot_read_hides_nothing(odd: object) -> None:
    assert life(changed(customer(), edit(B, 1, deleted=odd))) is Life.CONTESTED


def test_the_order_of_arrival_does_not_matter_to_life() -> None:
    base = customer()
    restored: dict[str, Any] = {"deleted": None}
    parts = (
        deleted(base, B),
        changed(base, edit(C, 1, name="m")),
        changed(deleted(base, D), edit(D, 2, **restored)),
    )
    lives = set()
    for one, two, three in permutations(parts):
        lives.add(life(merge(merge(one, two), three)))
    assert lives == {Life.CONTESTED}


# -- whole records -----------------------------------------------------------------------------------


def test_a_record_shows_every_field_through_its_declared_rule() -> None:
    base = customer(name="n", source="web")
    one = changed(base, edit(B, 1, at=1, name="early", source="web", **{"tag:t": True}))
    more: dict[str, Any] = {"tag:t": None, "x_new": {"u": 1}}
    other = changed(base, edit(C, 1, at=2, name="late", source="referral", **more))
    view = read_record(merge(one, other), "customer", REGISTRY)
    assert view.values == {"name": "late", "source": "referral", "tag:t": True, "x_new": {"u": 1}}
    assert [conflict.key for conflict in view.conflicts] == ["name"]
    assert view.life is Life.LIVE


def test_a_field_this_program_does_not_know_is_never_settled_by_itself() -> None:
    view = read_record(siblings("x", "y", key="x_new"), "customer", REGISTRY)
    assert [conflict.key for conflict in view.conflicts] == ["x_new"]
    assert view_field(siblings("x", "y", key="f"), "no such entity", "f", REGISTRY).is_conflict


def test_a_tombstone_is_not_a_field_to_show() -> None:
    only = write(None, edit(A, 1, name="n", deleted={"seen": {}}), placement=BOOK)
    for record in (only, changed(only, edit(B, 1, city="x"))):
        assert "deleted" not in read_record(record, "customer", REGISTRY).values


@given(strategies.records())
def test_reading_a_record_agrees_with_reading_its_fields_one_by_one(record: Record) -> None:
    view = read_record(record, "customer", REGISTRY)
    fields = {key: view_field(record, "customer", key, REGISTRY) for key in record.fields()}
    assert view.values == {key: one.value for key, one in fields.items()}
    assert list(view.conflicts) == [fields[key] for key in sorted(fields) if fields[key].is_conflict]


@given(strategies.families(2))
def test_two_replicas_that_know_the_same_show_the_same(family: list[Record]) -> None:
    one, other = family
    here, there = merge(one, other), kernel.decode(kernel.encode(merge(other, one)))
    assert read_record(here, "customer", REGISTRY) == read_record(there, "customer", REGISTRY)
