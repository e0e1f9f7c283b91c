"""What a mandate withholds, and what several that one person has leave to them."""

from __future__ import annotations

import pytest

from crmdesk.core.entities import REGISTRY
from crmdesk.core.parts import CONTACT, PARTS, buckets_of, part_bucket
from crmdesk.core.record import MAIN
from crmdesk.core.roles import Mandate, Role, mandate, withheld_from

GRADELESS = Mandate(Role.REP, frozenset({"customer.grade", "task.*"}))
PLAIN = Mandate(Role.REP)
AUDITOR = Mandate(Role.AUDITOR)


def test_the_first_field_that_every_mandate_withholds_is_named() -> None:
    assert withheld_from((GRADELESS,), "customer", ("city", "grade")) == "grade"
    assert withheld_from((GRADELESS,), "task", ("due_on",)) == "due_on"
    assert withheld_from((GRADELESS,), "customer", ("city",)) is None
    assert withheld_from((GRADELESS, PLAIN), "customer", ("grade",)) is None
    assert withheld_from((AUDITOR,), "customer", ("city",)) == "city"
    assert withheld_from((AUDITOR, GRADELESS), "customer", ("city",)) is None


def test_an_entity_of_which_a_needed_field_is_withheld_cannot_be_made() -> None:
    less = REGISTRY.less(lambda entity, field: (entity, field) in (("visit", "summary"), ("task", "due_on")))
    assert not less["visit"].may_make()
    assert less["visit"].may_write()
    assert less["task"].may_make()
    assert not less["task"].may_write("due_on")
    assert not REGISTRY.less(lambda entity, _: entity == "task")["task"].may_write()
    assert less["customer"] == REGISTRY["customer"]


@pytest.mark.parametrize(
    "one",
    [
        Mandate(Role.REP),
        Mandate(Role.MANAGER, frozenset({"customer.grade", "visit.*"})),
        Mandate(Role.AUDITOR, frozenset({"tag.name"}), frozenset({CONTACT})),
    ],
)
def test_a_mandate_is_what_its_text_says(one: Mandate) -> None:
    assert mandate(one.text) == one


def test_the_main_part_is_the_bucket_itself_and_each_other_part_has_one_of_its_own() -> None:
    book, other = "a" * 32, "b" * 32
    assert part_bucket(book, MAIN) == book
    found = [*buckets_of(book), *buckets_of(other)]
    assert len(set(found)) == 2 * len(PARTS)
    assert part_bucket(book, CONTACT) == "ba2d5382cf9c3cf9e84b485c2b1501e6", (
        "the same on every machine, for ever"
    )


def test_what_others_hang_under_is_in_the_main_part() -> None:
    """A child's place follows from its root's bucket and its own part alone."""
    homes = {e.by_name[e.home].target for e in REGISTRY.entities.values() if e.home}
    assert {REGISTRY.part(str(home)) for home in homes} == {MAIN}
    assert {entity.part for entity in REGISTRY.entities.values()} == set(PARTS)
