"""What a form remembers, and what saving it overwrites."""

from __future__ import annotations

from crmdesk.core.entities import REGISTRY
from crmdesk.core.form import BLANK, Shown, show
from crmdesk.core.record import Dot, Edit, Placement, Record, Txn, merge, write

A, B, C = "a" * 32, "b" * 32, "c" * 32
BOOK = Placement(0, "book")


def edit(actor: str, **values: object) -> Edit:
    return Edit(Dot(actor, 1), 1, "u", None, Txn("t", "form"), values)


def in_conflict() -> Record:
    base = write(None, edit(A, name="old", city="c"), placement=BOOK)
    return merge(
        write(base, edit(B, name="mine"), placement=BOOK), write(base, edit(C, name="yours"), placement=BOOK)
    )


def test_a_form_shows_the_displayed_values_and_every_dot_behind_them() -> None:
    form = show(in_conflict(), "customer", REGISTRY)
    assert form.values == {"name": "yours", "city": "c"}
    assert form.dots == {"name": {Dot(B, 1), Dot(C, 1)}, "city": {Dot(A, 1)}}


def test_saving_settles_the_conflict_that_was_shown() -> None:
    record = in_conflict()
    form = show(record, "customer", REGISTRY)
    change = edit("d" * 32, name="ours")
    saved = write(record, change, placement=BOOK, seen=form.seen(change.values))
    assert [e.values["name"] for e in saved.siblings("name")] == ["ours"]


def test_saving_keeps_what_arrived_after_the_form_opened() -> None:
    base = write(None, edit(A, name="old"), placement=BOOK)
    form = show(base, "customer", REGISTRY)
    pulled = merge(base, write(base, edit(B, name="arrived"), placement=BOOK))
    saved = write(pulled, edit(C, name="typed"), placement=BOOK, seen=form.seen(["name"]))
    assert [e.values["name"] for e in saved.siblings("name")] == ["arrived", "typed"]


def test_unchanged_fields_are_not_written() -> None:
    form = show(in_conflict(), "customer", REGISTRY)
    assert form.changed({"name": "yours", "city": "d", "region": None}) == {"city": "d"}


def test_a_field_emptied_is_a_change_and_a_field_left_empty_is_none() -> None:
    form = Shown({"name": "n"}, {})
    assert form.changed({"name": None, "city": None}) == {"name": None}


def test_true_is_not_mistaken_for_one() -> None:
    assert Shown({"flag": 1}, {}).changed({"flag": True}) == {"flag": True}


def test_a_blank_form_has_seen_nothing() -> None:
    assert BLANK.seen(["name"]) == {"name": frozenset()}
    assert BLANK.changed({"name": "n"}) == {"name": "n"}
