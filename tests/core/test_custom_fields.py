"""Fields that a company adds: what their records declare, how texts are held against patterns, which forms have them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.custom_fields import check_declaration, custom_field, in_order, option_key, option_text
from crmdesk.core.doubts import doubt
from crmdesk.core.errors import CrmError
from crmdesk.core.form import is_on_form
from crmdesk.core.patterns import is_pattern, matches
from crmdesk.core.registry import Field, Label, Option, Search, Type
from crmdesk.core.values import Value, money

ATOMS = st.sampled_from(
    ["a", "京", r"\d", r"\w", r"\S", ".", "[a-c]", "[^a-c1]", r"[\d\-]", r"\.", "[]a]", r"\|"]
)
REPEATS = st.sampled_from(["", "", "?", "*", "+", "{2}", "{0}", "{1,2}", "{2,}"])
ALTERNATIVE = st.lists(st.tuples(ATOMS, REPEATS).map("".join), min_size=1, max_size=5).map("".join)
PATTERNS = st.lists(ALTERNATIVE, min_size=1, max_size=3).map("|".join)


@given(PATTERNS, st.text("abcz京1-.]| \n", max_size=8))
def test_a_pattern_fits_what_the_same_regular_expression_fits(pattern: str, text: str) -> None:
    assert is_pattern(pattern)
    assert matches(pattern, text) == (re.fullmatch(pattern, text, re.DOTALL) is not None)


@pytest.mark.parametrize(
    "pattern", ["", "(a+)+", "[a", "a**", r"\q", "a{3,1}", "a{5,0}", "[z-a]", "a{999}", "+a", "a" * 201]
)
def test_what_is_no_pattern_is_said_to_be_none_and_asks_for_nothing(pattern: str) -> None:
    assert not is_pattern(pattern)
    assert matches(pattern, "anything") == bool(pattern)


def test_no_pattern_takes_longer_than_its_length_times_that_of_the_text() -> None:
    """What brings a regular expression that goes back to its knees."""
    began = time.perf_counter()
    assert not matches("a*" * 99 + "b", "a" * 5_000)
    assert time.perf_counter() - began < 10


def declared(**values: Value) -> Field:
    return custom_field("1" * 32, {"entity": "customer", "type": "text", "label_zh": "车间", **values})


def test_a_record_declares_a_field_with_all_that_forms_need() -> None:
    said: dict[str, Value] = {
        "help_zh": "按图纸",
        "help_en": "As drawn",
        "required": True,
        "searchable": True,
    }
    made = declared(**said, industries="C 34", label_en="Shop")
    assert (made.name, made.label, made.help) == (
        "x_" + "1" * 32,
        Label("车间", "Shop"),
        Label("按图纸", "As drawn"),
    )
    assert (made.asked, made.required, made.search, made.only_for) == (True, False, Search.OTHER, ("C", "34"))
    assert declared(type="phone", searchable=True).search is Search.PHONE
    assert declared(type="money", searchable=True).search is None


def test_choices_stand_in_their_order_and_a_broken_one_reads_by_its_key() -> None:
    gold = Option("gold", Label("金牌", "Gold"), "amber")
    silver = Option("silver", Label("银牌", "Silver"), "grey", retired=True)
    made = declared(
        type="choice",
        **{
            "option:silver": option_text(silver, 2),
            "option:gold": option_text(gold, 1),
            "option:odd": "\t\tno hue\tx",
        },
    )
    assert made.options == (gold, silver, Option("odd", Label("odd", "odd")))
    assert declared(**{"option:gold": option_text(gold, 1)}).options == ()


@given(st.dictionaries(st.sampled_from(["type", "label_zh", "least", "longest", "pattern", "option:a", "industries", "retired"]),
                       st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=6), st.just({"money": [1, "CNY"]}))))  # fmt: skip
def test_whatever_a_declaration_says_a_field_comes_of_it(values: dict[str, Value]) -> None:
    made = custom_field("9", values)
    assert made.label.zh
    assert doubt(made, "a text") is None or made.limits is not None or made.type in (Type.PHONE, Type.EMAIL)


def test_who_adds_the_same_choice_twice_adds_one_and_another_gets_a_key_of_its_own() -> None:
    assert option_key(Label("金牌", "Gold plate!"), ()) == "gold_plate"
    assert option_key(Label("金牌", ""), ()) == "金牌"
    assert option_key(Label("金牌", "Gold"), ("gold", "gold_2")) == "gold_3"


def test_fields_stand_by_position_and_those_without_one_last() -> None:
    rows: list[tuple[str, dict[str, Value], Field]] = [
        ("visit", {"position": place}, Field(name, Type.TEXT, Label(name, name)))
        for name, place in (("a", None), ("b", 2), ("c", 1), ("d", None))
    ]
    assert [field.name for _, field in in_order(rows)] == ["c", "b", "a", "d"]


@pytest.mark.parametrize(
    ("values", "value", "said"),
    [
        ({"type": "integer", "least": 1, "most": 5}, 5, None),
        ({"type": "integer", "least": 1}, 0, "is below the least, 1"),
        ({"type": "money", "most": 100_00}, money(100_01), "is above the most, ¥100"),
        ({"type": "money", "least": 1, "most": 100_00}, money(100_00), None),
        ({"longest": 3}, "四个汉字", "is longer than 3 characters"),
        ({"pattern": r"[A-Z]\d+", "explained_en": "a letter and digits"}, "A12", None),
        ({"pattern": r"[A-Z]\d+", "explained_en": "a letter and digits"}, "12", "should look like this: a letter and digits"),
        ({"type": "date", "longest": 1}, "2026-11-28", None),
    ],
)  # fmt: skip
def test_a_value_beyond_what_the_company_asks_is_doubted(
    values: dict[str, Value], value: Value, said: str | None
) -> None:
    found = doubt(declared(**values), value)
    assert (found and found.en) == said


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"label_zh": ""}, "required"),
        ({"type": "reference"}, "invalid_value"),
        ({"type": "choice"}, "required"),
        ({"type": "integer", "least": 3, "most": 2}, "invalid_value"),
        ({"pattern": "("}, "invalid_value"),
        ({"longest": 0}, "invalid_value"),
        ({"industries": "C NONE"}, "invalid_value"),
    ],
)
def test_a_declaration_that_no_form_could_use_is_refused(values: dict[str, Value], code: str) -> None:
    said: dict[str, Value] = {"entity": "customer", "type": "text", "label_zh": "车间", **values}
    with pytest.raises(CrmError) as refused:
        check_declaration(said, lambda industry: industry == "C")
    assert refused.value.code == code


def test_a_form_has_a_field_unless_it_is_retired_left_out_or_for_others_and_keeps_what_was_typed() -> None:
    plain, retired, machines = declared(), declared(retired=True), declared(industries="C34")

    def shown(field: Field, *, is_filled: bool = False, is_typed: bool = False) -> bool:
        return is_on_form(field, ("C", "C34", "341"), is_filled=is_filled, is_typed=is_typed)

    assert shown(plain)
    assert shown(machines)
    assert not is_on_form(machines, ("I",), is_filled=False, is_typed=False)
    assert is_on_form(machines, ("I",), is_filled=True, is_typed=False)
    assert not shown(retired, is_filled=True)
    assert shown(retired, is_typed=True)
