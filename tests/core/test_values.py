"""What a field may hold, and its one canonical form."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core import values
from crmdesk.core.errors import CrmError
from tests.support import strategies


@given(strategies.values)
def test_a_legal_value_passes_and_reads_back_as_itself(value: values.Value) -> None:
    values.check("f", value)
    assert json.loads(values.encode(value)) == value


@given(st.dictionaries(strategies.texts, strategies.integers))
def test_the_canonical_form_sorts_keys_and_has_no_spaces(value: dict[str, int]) -> None:
    assert values.encode(value) == values.encode(dict(reversed(value.items())))
    keys = [key.encode() for key in json.loads(values.encode(value))]
    assert keys == sorted(keys)


@pytest.mark.parametrize("edge", [2**53 - 1, -(2**53) + 1, True, None, [], "x" * 65536, "汉" * 21845])
def test_a_value_at_the_edge_is_legal(edge: object) -> None:
    values.check("f", edge)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (2**53, "invalid_value"),
        (-(2**53), "invalid_value"),
        (1.0, "invalid_value"),
        (b"bytes", "invalid_value"),
        (("a",), "invalid_value"),
        (["a", None], "invalid_value"),
        ({}, "invalid_value"),
        ({"a": 1, "b": 2}, "invalid_value"),
        ({"money": [1.5, "CNY"]}, "invalid_value"),
        ({"money": [2**53, "CNY"]}, "invalid_value"),
        ({"e\u0301": 1}, "invalid_value"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "invalid_value"),
        ("e\u0301", "invalid_value"),
        (["e\u0301"], "invalid_value"),
        ("a\x00b", "invalid_value"),
        ("x" * 65537, "field_too_long"),
        ("汉" * 21846, "field_too_long"),
        (["x" * 1000] * 66, "field_too_long"),
        ({"blob": ["x" * 60000, "y" * 6000]}, "field_too_long"),
    ],
)
def test_an_illegal_value_is_refused_by_name(value: object, code: str) -> None:
    with pytest.raises(CrmError) as refusal:
        values.check("f", value)
    assert (refusal.value.code, refusal.value.about) == (code, {"field": "f"})


@given(st.text())
def test_what_a_person_types_becomes_a_legal_value(typed: str) -> None:
    clean = values.canonical_text(typed)
    values.check("f", clean)
    assert values.canonical_text(clean) == clean


def test_typed_text_keeps_its_lines_and_loses_control_characters() -> None:
    assert values.canonical_text("a\tb\nc\r\x00\x1b\x7f") == "a\tb\nc"
    assert values.canonical_text("e\u0301") == unicodedata.normalize("NFC", "e\u0301") == "é"


def test_an_amount_is_whole_minor_units_with_a_currency() -> None:
    assert values.money(1250) == {"money": [1250, "CNY"]}
    values.check("amount", values.money(-1, "USD"))
