"""The criteria language by examples: what is read, what is refused and why, what it means, what it says in words."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.criteria import (
    MAX_CONDITIONS,
    VERSION,
    Bearings,
    Condition,
    Op,
    Seen,
    all_of,
    fits,
    meaning,
    operands,
    ops_of,
    replaced,
    vocabulary,
    without,
)
from crmdesk.core.criteria_json import parse, read, to_data, write
from crmdesk.core.criteria_words import KIND_LABELS, OP_LABELS, describe
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.usecases.codes import code_name, code_table
from tests.support.criteria import trees

PAPER = (Path(__file__).resolve().parents[2] / "docs" / "criteria.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)\n```\n\n> (.*?)\n>\n> (.*?)\n", PAPER)
HERE = Bearings(
    REGISTRY, date(2026, 11, 22), "ann", {"a": "ann", "b": "bo"}, "p", lambda t, c: code_table(t).covered(c)
)


def judged(where: dict[str, Any], bucket: str = "a", /, **values: Any) -> bool:
    return fits(parse(where, REGISTRY), Seen(values, bucket), HERE)


@pytest.mark.parametrize(("text", "zh", "en"), EXAMPLES)
def test_each_example_of_the_paper_says_what_stands_beside_it(text: str, zh: str, en: str) -> None:
    criteria = read(text, REGISTRY)
    assert describe(criteria, REGISTRY, "zh_CN", code_name) == zh
    assert describe(criteria, REGISTRY, "en", code_name) == en
    assert read(write(criteria), REGISTRY) == criteria


def test_the_paper_has_examples_and_names_every_question() -> None:
    assert len(EXAMPLES) == 4
    assert [op.value for op in Op if f"`{op.value}`" not in PAPER] == []
    assert set(OP_LABELS) == set(Op)
    assert len(KIND_LABELS) == 3


@pytest.mark.parametrize(
    ("where", "values", "expected"),
    [
        ({"field": "stage", "op": "is", "value": "won"}, {"stage": "won"}, True),
        ({"field": "stage", "op": "is_not", "value": "won"}, {}, True),
        ({"field": "name", "op": "contains", "value": "ACME"}, {"name": "the acme co"}, True),
        ({"field": "name", "op": "is", "value": "ACME"}, {"name": "acme"}, False),
        ({"field": "name", "op": "begins", "value": "深圳"}, {"name": "深圳市长安"}, True),
        ({"field": "city", "op": "empty"}, {"city": ""}, True),
        ({"field": "city", "op": "filled"}, {"city": ""}, False),
        ({"field": "next_follow_up_on", "op": "next_days", "value": 0}, {"next_follow_up_on": "2026-11-22"}, True),
        ({"field": "next_follow_up_on", "op": "next_days", "value": 7}, {"next_follow_up_on": "2026-11-30"}, False),
        ({"field": "next_follow_up_on", "op": "before", "value": "2026-11-22"}, {}, False),
        ({"field": "next_follow_up_on", "op": "before", "value": "0001-01-01"}, {"next_follow_up_on": "0001-01-01"}, False),
        ({"field": "last_visit_at", "op": "last_days", "value": 0}, {"last_visit_at": 1_795_276_800_000}, True),
        ({"field": "last_visit_at", "op": "last_days", "value": 0}, {"last_visit_at": 1_795_276_799_999}, False),
        ({"field": "last_visit_at", "op": "last_days", "value": 0}, {"last_visit_at": 1_795_363_200_000}, False),
        ({"field": "last_visit_at", "op": "before", "value": {"days": -36500}}, {"last_visit_at": None}, False),
        ({"field": "employees", "op": "between", "value": [1, 9]}, {"employees": 9}, True),
        ({"field": "employees", "op": "at_most", "value": 9}, {}, False),
        ({"field": "amount", "op": "at_least", "value": {"money": [5, "CNY"]}}, {"amount": {"money": [9, "USD"]}}, False),
        ({"field": "amount", "op": "at_least", "value": {"money": [5, "CNY"]}}, {"amount": {"money": [5, "CNY"]}}, True),
        ({"field": "region_code", "op": "below", "value": "44"}, {"region_code": "440305"}, True),
        ({"field": "region_code", "op": "not_below", "value": "44"}, {}, True),
        ({"field": "industry_code", "op": "below", "value": ["C"]}, {"industry_code": "3421"}, True),
        ({"field": "tag", "op": "has_all", "value": ["x", "y"]}, {"tag:x": True, "tag:y": False}, False),
        ({"field": "tag", "op": "has_any", "value": ["x", "y"]}, {"tag:x": True}, True),
        ({"field": "tag", "op": "has_none", "value": "x"}, {"tag:x": False}, True),
        ({"field": "owner", "op": "is", "value": "me"}, {}, True),
        ({"field": "owner", "op": "is", "value": ["bo", "pool"]}, {}, False),
        ({"field": "owner", "op": "filled"}, {}, True),
        ({"any": []}, {}, False),
        ({"none": []}, {}, True),
    ],
)  # fmt: skip
def test_a_condition_means_what_the_paper_says(
    where: dict[str, Any], values: dict[str, Any], expected: bool
) -> None:
    assert judged(where, **values) is expected


def test_the_pool_and_strangers_are_told_apart_by_their_bucket() -> None:
    assert judged({"field": "owner", "op": "is", "value": "pool"}, "p")
    assert judged({"field": "owner", "op": "empty"}, "p")
    assert not judged({"field": "owner", "op": "empty"}, "b")


def test_a_yes_that_nobody_gave_is_a_no() -> None:
    undone = parse({"has": "task", "where": {"field": "done", "op": "is", "value": False}}, REGISTRY)
    assert fits(undone, Seen({}, "", {"task": [Seen({})]}), HERE)
    assert not fits(undone, Seen({}, "", {"task": [Seen({"done": True})]}), HERE)
    assert not fits(undone, Seen({}), HERE)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (None, "where"),
        ([], "where"),
        ({}, "where"),
        ({"all": {}}, "where.all"),
        ({"all": [], "any": []}, "where"),
        ({"all": [{"any": [{"field": "shoe", "op": "is", "value": 1}]}]}, "where.all[0].any[0].field"),
        ({"field": "stage", "op": "before", "value": "won"}, "where.op"),
        ({"field": "stage", "op": "is", "value": "married"}, "where.value"),
        ({"field": "stage", "op": "is"}, "where.value"),
        ({"field": "stage", "op": "empty", "value": 1}, "where.value"),
        ({"field": "stage", "op": "is", "value": []}, "where.value"),
        ({"field": "name", "op": "contains", "value": " "}, "where.value"),
        ({"field": "name", "op": "contains", "value": "a" * 201}, "where.value"),
        ({"field": "employees", "op": "at_least", "value": True}, "where.value"),
        ({"field": "employees", "op": "at_least", "value": 2**53}, "where.value"),
        ({"field": "employees", "op": "between", "value": [1]}, "where.value"),
        ({"field": "next_follow_up_on", "op": "is", "value": "tomorrow"}, "where.value"),
        ({"field": "next_follow_up_on", "op": "last_days", "value": -1}, "where.value"),
        ({"field": "amount", "op": "at_least", "value": 5}, "where.value"),
        ({"field": "amount", "op": "between", "value": [{"money": [1, "CNY"]}, {"money": [2, "USD"]}]}, "where.value"),
        ({"field": "region_code", "op": "below", "value": "广东"}, "where.value"),
        ({"has": "invoice_line"}, "where.has"),
        ({"has": "visit", "where": {"has": "review"}}, "where.where"),
        ({"version": 1, "entity": "spaceship", "where": {"all": []}}, "entity"),
        ({"version": 0, "where": {"all": []}}, "where"),
        ({"where": {"all": []}, "sort": "name"}, "where"),
        ({"all": [{"field": "stage", "op": "empty"}] * (MAX_CONDITIONS + 1)}, "where.all"),
        ({"all": [{"all": [{"all": [{"all": [{"all": [{"all": []}]}]}]}]}]}, "where.all[0].all[0].all[0].all[0].all[0]"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_its_place(data: object, place: str) -> None:
    with pytest.raises(CrmError) as refused:
        parse(data, REGISTRY)
    assert (refused.value.code, refused.value.about["place"]) == ("criteria_invalid", place)
    for language in ("zh_CN", "en"):
        assert "…" not in str(refused.value.sentence(language)).replace("{…}", "").replace("[…]", "")


@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)), lambda one: st.one_of(
    st.lists(one, max_size=3),
    st.dictionaries(st.sampled_from(["all", "any", "none", "has", "has_no", "where", "field", "op", "value", "version", "entity", "money"]), one, max_size=3),
)))  # fmt: skip
def test_whatever_arrives_is_read_or_refused_in_words(data: object) -> None:
    for text in (json.dumps(data), json.dumps(data) + "]"):
        with suppress(CrmError):  # and nothing else
            read(text, REGISTRY)


def test_json_without_an_end_is_refused_in_words() -> None:
    for text in ("[" * 20_000, '{"all":[' * 3000, "{", "\udcff", " " * 40_000):
        with pytest.raises(CrmError):
            read(text.encode("utf-8", "surrogatepass"), REGISTRY)


@given(trees())
def test_every_tree_is_told_in_both_languages_and_written_in_one_spelling(criteria: Any) -> None:
    for language in ("zh_CN", "en"):
        said = describe(criteria, REGISTRY, language, lambda _kind, _key: None)
        assert said
        assert "{" not in said
    assert parse(to_data(criteria), REGISTRY) == criteria
    assert to_data(criteria)["version"] == VERSION


def test_every_question_of_every_field_has_a_meaning() -> None:
    for entity in REGISTRY.entities.values():
        known = vocabulary(entity)
        assert {f.name for f in entity.fields if ops_of(f)} <= known.keys()
        assert all(
            meaning(f, Condition(f.name, Op.EMPTY), HERE).negated
            for f in known.values()
            if Op.EMPTY in ops_of(f)
        )


def test_a_tree_is_made_another_and_the_rest_of_it_stays() -> None:
    won, big = Condition("stage", Op.IS, ("won",)), Condition("employees", Op.AT_LEAST, (500,))
    whole = all_of("customer", won, big)
    assert operands(whole, "stage", Op.IS) == ("won",)
    lost = replaced(whole, "stage", Op.IS, ["lost"])
    assert lost == all_of("customer", big, Condition("stage", Op.IS, ("lost",)))
    assert replaced(lost, "stage", Op.IS, []) == all_of("customer", big) == without(whole, won)
