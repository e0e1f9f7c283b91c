"""The data dictionary: every field once, in both languages, with what may stand there."""

from __future__ import annotations

from datetime import date

from crmdesk.core.custom_fields import custom_field
from crmdesk.core.dictionary import HEADINGS, RULES, described, facts, row
from crmdesk.core.entities import REGISTRY
from crmdesk.core.format import EXPECTED, parse_value
from crmdesk.core.registry import TYPE_LABELS, Rule, Type

EXAMPLES = {
    Type.DATE: ("2026-12-01", "+7", "周五", "friday"),
    Type.INTEGER: ("120",),
    Type.MONEY: ("12000", "1.2万", "12k"),
    Type.BOOLEAN: ("是", "否", "yes", "no"),
    Type.EMAIL: ("name@example.com",),
}


def test_every_field_of_every_kind_of_record_is_described_once() -> None:
    names = [one.name for one in described(REGISTRY)]
    assert len(set(names)) == len(names)
    assert set(names) == {f"{e.name}.{f.name}" for e in REGISTRY.entities.values() for f in e.fields}


def test_every_kind_of_value_and_every_rule_has_words_in_both_languages() -> None:
    assert set(TYPE_LABELS) == set(Type)
    assert set(RULES) == set(Rule)
    assert all(
        label.zh and label.en and label.zh != label.en for label in (*TYPE_LABELS.values(), *RULES.values())
    )


def test_what_may_stand_in_a_field_is_told() -> None:
    told = {one.name: one for one in described(REGISTRY)}
    grade = told["customer.grade"].allowed
    assert grade is not None
    assert (grade.zh, grade.en) == ("A 级、B 级、C 级、D 级", "Grade A, Grade B, Grade C, Grade D")
    region, owner = told["customer.region_code"].allowed, told["visit.contact"].allowed
    assert region is not None
    assert "2260" in region.zh
    assert owner is not None
    assert owner.zh == "联系人"
    assert told["customer.name"].allowed is None


def test_a_row_has_a_cell_under_each_heading_in_each_language() -> None:
    for one in described(REGISTRY):
        for language in ("zh_CN", "en"):
            cells = row(one, language)
            assert len(cells) == len(HEADINGS)
            assert cells[0]
            assert cells[4]


def test_a_field_that_an_administrator_added_is_among_those_of_its_kind() -> None:
    extended = REGISTRY.with_fields(
        [("customer", custom_field("1" * 32, {"type": "money", "label_zh": "预算", "label_en": "Budget"}))]
    )
    added = [one for one in described(extended) if one.field.label.zh == "预算"]
    assert [(one.entity.name, facts(one)["type"]) for one in added] == [("customer", "money")]


def test_what_a_field_is_said_to_take_is_understood() -> None:
    """The examples of each kind, in both languages, read as a value of it."""
    today = date(2026, 12, 1)
    fields = {
        type_: next(f for e in REGISTRY.entities.values() for f in e.fields if f.type is type_)
        for type_ in EXAMPLES
    }
    for kind, examples in EXAMPLES.items():
        said = EXPECTED[kind].zh + EXPECTED[kind].en
        for example in examples:
            assert example in said
            assert parse_value(fields[kind], example, today=today) is not None
