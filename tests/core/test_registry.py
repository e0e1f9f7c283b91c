"""Declarations: finding a field behind a key, its rule, and the company's own fields."""

from __future__ import annotations

import pytest

from crmdesk.core.codes import TABLES
from crmdesk.core.custom_fields import custom_field
from crmdesk.core.entities import REGISTRY
from crmdesk.core.ids import uuid7
from crmdesk.core.registry import Entity, Field, Label, Rule, Search, Type, registry

ALL_FIELDS = [
    pytest.param(entity, field, id=f"{entity.name}.{field.name}")
    for entity in REGISTRY.entities.values()
    for field in entity.fields
]


@pytest.mark.parametrize(
    ("key", "name"),
    [("name", "name"), ("tag:t1", "tag"), ("tag:a:b", "tag"), ("deleted", "deleted")],
)
def test_a_key_leads_to_its_declaration(key: str, name: str) -> None:
    found = REGISTRY.find("customer", key)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("key", ["", ":", "tag", "tag:", "name:", "name:x", "deleted:x", "no_such", ":x"])
def test_a_key_that_is_not_declared_like_this_is_unknown(key: str) -> None:
    assert REGISTRY.find("customer", key) is None


def test_the_fields_of_an_unknown_entity_are_unknown() -> None:
    assert REGISTRY.find("no_such", "name") is None


@pytest.mark.parametrize(
    ("entity", "key", "rule"),
    [
        ("customer", "name", Rule.ASK),
        ("customer", "source", Rule.LATEST),
        ("customer", "tag:t", Rule.ADD_WINS),
        ("visit", "at", Rule.FIXED),
        ("customer", "x_unknown", Rule.ASK),
        ("unknown", "name", Rule.ASK),
    ],
)
def test_each_field_has_its_rule_and_the_unknown_is_asked_about(entity: str, key: str, rule: Rule) -> None:
    assert REGISTRY.rule(entity, key) is rule


def test_children_are_the_entities_at_home_there() -> None:
    assert [child.name for child in REGISTRY.children("customer")] == [
        "contact",
        "visit",
        "task",
        "opportunity",
        "contract",
        "order",
        "payment",
        "invoice",
        "ticket",
        "attachment",
        "late_work",
        "share",
    ]
    assert [child.name for child in REGISTRY.children("visit")] == ["review"]
    assert REGISTRY.children("tag") == []


def test_a_companys_own_field_joins_the_declared_ones_in_a_new_registry() -> None:
    own = custom_field("1" * 32, {"type": "integer", "label_zh": "车辆数", "label_en": "Vehicles"})
    extended = REGISTRY.with_fields([("customer", own), ("no_such", own)])
    assert extended.find("customer", "x_" + "1" * 32) == own
    assert (own.type, own.rule, own.label) == (Type.INTEGER, Rule.ASK, Label("车辆数", "Vehicles"))
    assert REGISTRY.find("customer", own.name) is None
    assert extended["contact"] is REGISTRY["contact"]


def test_a_field_added_again_replaces_the_earlier_one() -> None:
    first = custom_field("1", {"type": "text", "label_zh": "旧", "label_en": "Old"})
    second = custom_field("1", {"type": "text", "label_zh": "新", "label_en": "New"})
    extended = REGISTRY.with_fields([("customer", first), ("customer", second)])
    assert [f for f in extended["customer"].fields if f.name == "x_1"] == [second]


def test_a_custom_field_with_an_unknown_type_or_no_english_label_still_reads() -> None:
    field = custom_field("9", {"type": "hologram", "label_zh": "全息", "label_en": None})
    assert (field.type, field.label) == (Type.TEXT, Label("全息", "全息"))
    assert custom_field("9", {"type": "text", "label_zh": None, "label_en": None}).label.zh == "9"


def test_a_registry_of_ones_own_entities_needs_no_more_than_their_declarations() -> None:
    car = Entity(
        "car", Label("车", "Car"), (Field("plate", Type.TEXT, Label("车牌", "Plate")),), title="plate"
    )
    assert registry(car)["car"].find("plate") == car.fields[0]


# -- the product's own declarations ------------------------------------------------------------------


@pytest.mark.parametrize(("entity", "field"), ALL_FIELDS)
def test_every_field_is_labelled_in_both_languages(entity: Entity, field: Field) -> None:
    labels = [entity.label, field.label, *(option.label for option in field.options)]
    assert all(label.text("zh_CN").strip() and label.text("en").strip() for label in labels)
    assert field.label.en.isascii()


@pytest.mark.parametrize(("entity", "field"), ALL_FIELDS)
def test_every_declaration_holds_together(entity: Entity, field: Field) -> None:
    assert bool(field.options) == (field.type is Type.CHOICE)
    assert (field.table in TABLES) == (field.type is Type.CODE)
    assert field.succeeded_by is None or field.succeeded_by in entity.by_name
    assert field.type is not Type.REFERENCE or field.target in REGISTRY.entities
    assert field.rule is not Rule.ADD_WINS or field.type is Type.BOOLEAN
    assert field.search is not Search.PHONE or field.type is Type.PHONE
    assert [f.name for f in entity.fields].count(field.name) == 1
    assert ":" not in field.name
    assert all(field.option(option.key) == option for option in field.options)


@pytest.mark.parametrize("entity", REGISTRY.entities.values(), ids=lambda entity: entity.name)
def test_every_entity_has_a_title_and_a_home_declared_before_it(entity: Entity) -> None:
    assert entity.find(entity.title) is not None
    assert entity.placed in ("book", "config")
    if entity.home is not None:
        home = entity.by_name[entity.home]
        names = list(REGISTRY.entities)
        assert home.target is not None
        assert names.index(home.target) < names.index(entity.name)


def test_a_label_reads_in_the_language_asked_for() -> None:
    assert (REGISTRY["customer"].label.text("zh_CN"), REGISTRY["customer"].label.text("en")) == (
        "客户",
        "Customer",
    )


def test_an_option_that_does_not_exist_is_none() -> None:
    stage = REGISTRY["customer"].by_name["stage"]
    assert stage.option("no_such") is None
    assert stage.option(uuid7(0, bytes(10))) is None


def test_a_free_text_is_a_plain_string_that_anybody_may_set_at_any_time() -> None:
    for entity in REGISTRY.entities.values():
        for name in entity.free_texts:
            declared = entity.by_name[name]
            assert [declared.server, declared.repeated, declared.rule is Rule.FIXED] == [False] * 3
            assert declared.type not in (
                Type.DATE, Type.INSTANT, Type.MONEY, Type.INTEGER, Type.BOOLEAN, Type.REFERENCE, Type.SEEN, Type.CODE,
            )  # fmt: skip
    assert "name" in REGISTRY["customer"].free_texts
