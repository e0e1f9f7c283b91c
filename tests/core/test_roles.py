"""What a mandate withholds, and what several that one person has leave to them."""

from __future__ import annotations

from crmdesk.core.entities import REGISTRY
from crmdesk.core.roles import Mandate, Role, withheld_from

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
