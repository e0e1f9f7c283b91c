"""A code table: finding, parents, children, successors and search, on a table small enough to read."""

from __future__ import annotations

import pytest

from crmdesk.core.codes import CodeTable, is_code
from crmdesk.usecases.workspace import readings

TABLE = """code,name,level,parent,valid_from,valid_to,replaced_by
320000,江苏省,1,,,,
320600,南通市,2,320000,,,
320614,海门区,3,320600,2020,,
320625,海门县,3,320600,,1993,320684
320684,海门市,3,320600,1994,2019,320614
320611,港闸区,3,320600,,2019,
440000,广东省,1,,,,
440300,深圳市,2,440000,,,
440305,南山区,3,440300,,,
420600,襄樊市,2,420000,,2009,
420600,襄阳市,2,420000,2010,,
420000,湖北省,1,,,,"""
REGIONS = CodeTable.parse("region", TABLE)
INDUSTRIES = CodeTable.parse(
    "industry", "code,name,level,parent\nC,制造业,1,\n13,农副食品加工业,2,C\n131,谷物磨制,3,13"
)


def names(text: str) -> list[str]:
    return [hit.code.name for hit in REGIONS.search(readings(), text)]


def test_a_code_has_its_latest_name_and_its_parents_from_the_top() -> None:
    found = REGIONS.find("420600")
    assert found is not None
    assert (found.name, found.since, found.is_current) == ("襄阳市", "2010", True)
    assert [c.name for c in REGIONS.parents("440305")] == ["广东省", "深圳市"]
    assert REGIONS.parents("440000") == REGIONS.parents("999999") == ()
    assert REGIONS.find("999999") is None


def test_children_are_the_valid_codes_right_below() -> None:
    assert [c.name for c in REGIONS.children("320600")] == ["海门区"]
    assert [c.code for c in REGIONS.children()] == ["320000", "440000", "420000"]
    assert REGIONS.children("440305") == ()


def test_an_abolished_code_leads_over_several_steps_to_what_took_its_place() -> None:
    now = REGIONS.current("320625")
    assert now is not None
    assert now.code == "320614"
    assert REGIONS.current("320614") == now
    assert REGIONS.current("320611") is None, "several shared it"
    assert REGIONS.current("999999") is None


def test_below_a_code_are_its_parts_and_what_became_part_of_it() -> None:
    assert set(REGIONS.below("320614")) == {"320614", "320625", "320684"}
    assert set(REGIONS.below("440000")) == {"440000", "440300", "440305"}
    assert REGIONS.below("320614")[0] == "320614"
    assert REGIONS.below("999999") == ()


def test_a_place_reads_with_what_it_is_part_of_and_an_industry_by_code_and_name() -> None:
    assert REGIONS.label("440305") == "广东省深圳市南山区"
    assert REGIONS.path("440305") == "广东省 › 深圳市"
    assert INDUSTRIES.label("131") == "131 谷物磨制"
    assert INDUSTRIES.label("999") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("440305", "440305"), ("南山区", "440305"), ("广东省深圳市南山区", "440305"), ("海门市", "320684"),
        ("襄樊市", "420600"), ("c", None), ("深圳", None), ("", None),
    ],
)  # fmt: skip
def test_a_code_is_meant_by_itself_its_name_or_its_label(text: str, code: str | None) -> None:
    found = REGIONS.named(text)
    assert (found.code if found else None) == code


def test_a_code_of_letters_is_meant_in_either_case() -> None:
    found = INDUSTRIES.named("c")
    assert found is not None
    assert found.name == "制造业"


@pytest.mark.parametrize("text", ["南山", "nanshan", "nsq", "440305", "4403 nansh", "深圳 南山区", "gds ns"])
def test_search_takes_names_pinyin_initials_and_codes_and_what_a_place_is_part_of(text: str) -> None:
    assert names(text)[0] == "南山区"


def test_search_leads_from_what_was_abolished_or_renamed_to_what_is_valid_and_says_so() -> None:
    (hit,) = REGIONS.search(readings(), "海门市")
    assert (hit.code.code, hit.once and hit.once.code) == ("320614", "320684")
    (hit,) = REGIONS.search(readings(), "xiangfan")
    assert (hit.code.name, hit.once and hit.once.name) == ("襄阳市", "襄樊市")
    (hit,) = REGIONS.search(readings(), "haimenqu")
    assert hit.once is None
    assert names("港闸区") == []


def test_search_puts_the_thing_itself_first_and_finds_nothing_for_nothing() -> None:
    assert names("  ") == []
    assert names("深圳 海门") == []
    assert [h.code.code for h in INDUSTRIES.search(readings(), "13")] == ["13", "131"]
    assert len(REGIONS.search(readings(), "s", limit=1)) <= 1


@pytest.mark.parametrize(
    ("table", "value", "is_one"),
    [
        ("region", "440305", True), ("region", "4403", False), ("region", "44030a", False), ("region", 440305, False),
        ("region", None, False), ("industry", "C", True), ("industry", "1310", True), ("industry", "13101", False),
        ("industry", "制造业", False), ("of_a_newer_version", "whatever", True),
    ],
)  # fmt: skip
def test_what_is_shaped_like_a_code(table: str, value: object, *, is_one: bool) -> None:
    assert is_code(table, value) == is_one
