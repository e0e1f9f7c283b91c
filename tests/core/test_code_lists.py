"""Lists of codes: read from rows, held together, packed small, laid over the table that ships without losing a meaning."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core import code_lists
from crmdesk.core.codes import Code, CodeTable
from crmdesk.core.errors import CrmError
from crmdesk.core.values import MAX_FIELD_BYTES, MAX_RECORD_BYTES

SHIPPED = CodeTable.parse(
    "region",
    "code,name,level,parent,valid_from,valid_to,replaced_by\n"
    "110000,北京市,1,,,,\n110101,东城区,3,110000,,,\n110103,崇文区,3,110000,,2009,110101\n"
    "320000,江苏省,1,,,,\n320500,苏州市,2,320000,,,\n320505,虎丘区,3,320500,,,\n320506,吴中区,3,320500,,,",
)
NEWER = [
    ("320000", "江苏省"), ("320500", "苏州市"), ("320505", "高新区"), ("320509", "吴江区"), ("110000", "北京市"),
    ("110101", "东城区"), ("320599", "吴中区"),
]  # fmt: skip


def listed(rows: Sequence[Sequence[str]], table: str = "region") -> list[Code]:
    return code_lists.read_rows(table, rows)


def test_what_a_newer_list_changes_is_said_and_what_it_lacks_keeps_its_meaning() -> None:
    codes = listed([["代码", "名称"], *NEWER])
    code_lists.check("region", codes)
    new, changed, gone = code_lists.changes(SHIPPED, codes)
    assert [one.code for one in new] == ["320509", "320599"]
    assert [(before.name, now.name) for before, now in changed] == [("虎丘区", "高新区")]
    assert [one.code for one in gone] == ["320506"]
    table = code_lists.laid_over(SHIPPED, codes, 2026)
    assert [one.code for one in table.children("320500")] == ["320505", "320509", "320599"]
    assert table.label("320505") == "江苏省苏州市高新区"
    once = table.find("320506")
    assert once is not None
    assert (once.name, once.until, once.successor) == ("吴中区", "2025", "320599")  # it has its name now
    assert {"320506", "320599"} <= set(table.below("320500"))
    assert table.named("虎丘区") is not None
    assert code_lists.changes(table, codes).is_none
    assert table.find("110103") == SHIPPED.find("110103")


def test_a_list_of_some_codes_is_added_to_those_there_are() -> None:
    whole = code_lists.added_to(SHIPPED, listed([["320509", "吴江区"]]))
    new, changed, gone = code_lists.changes(SHIPPED, whole)
    assert ([one.code for one in new], changed, gone) == (["320509"], (), ())
    assert new[0].parent == "320500"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no codes"),
        ([["code", "name"]], "no codes"),
        ([["320000", "江苏省"], ["32050", "苏州市"]], "rows that say no code: 2: 32050 苏州市"),
        ([["320000", "江苏省"], ["320000", "江苏省"]], "codes that are there twice: 320000"),
        ([["320500", "苏州市"]], "codes whose parent is missing: 320500"),
        ([["320000", "江苏省"], ["320500", ""]], "rows that say no code: 2: 320500"),
    ],
)  # fmt: skip
def test_a_list_that_does_not_hold_together_is_refused_with_what_is_wrong(
    rows: list[list[str]], said: str
) -> None:
    with pytest.raises(CrmError) as refused:
        code_lists.check("region", listed(rows))
    assert said in str(refused.value.sentence("en"))


def industries(
    sections: int = 20, divisions: int = 97, groups: int = 473, classes: int = 1382
) -> list[list[str]]:
    """An invented classification of these counts, each code under one of the level above."""
    letters = [chr(65 + n) for n in range(sections)]
    rows = [["code", "name", "parent"], *([letter, f"门类{letter}", ""] for letter in letters)]
    two = [f"{n + 1:02}" for n in range(divisions)]
    rows += [[code, f"大类{code}", letters[n % sections]] for n, code in enumerate(two)]
    three = [f"{two[n % divisions]}{n // divisions + 1}" for n in range(groups)]
    rows += [[code, f"中类{code}", ""] for code in three]
    four = [f"{three[n % groups]}{n // groups + 1}" for n in range(classes)]
    return rows + [[code, f"小类{code}、其他未列明的服务业与制造业", ""] for code in four]


def test_industries_have_as_many_sections_divisions_and_groups_as_the_standard_and_any_number_of_classes() -> (
    None
):
    for classes in (1382, 1400):
        code_lists.check("industry", listed(industries(classes=classes), "industry"))
    for wrong in ({"sections": 19}, {"divisions": 96}, {"groups": 474}):
        with pytest.raises(CrmError, match="code_list_wrong"):
            code_lists.check("industry", listed(industries(**wrong), "industry"))


def test_a_division_is_part_of_the_section_above_its_line_where_nothing_else_is_said() -> None:
    found = listed(
        [["A", "农业"], ["01", "种植"], ["B", "采矿"], ["06", "煤炭"], ["061", "烟煤"], ["0610", "烟煤"]],
        "industry",
    )
    assert [one.parent for one in found] == ["", "A", "", "B", "06", "061"]


def test_the_whole_standard_fits_a_record_and_comes_out_as_it_went_in() -> None:
    codes = listed(industries(), "industry")
    packed = code_lists.packed("industry", codes)
    assert code_lists.unpacked("industry", packed.values()) == codes
    sizes = [len(text.encode()) for text in packed.values()]
    assert max(sizes) < MAX_FIELD_BYTES
    assert sum(sizes) < MAX_RECORD_BYTES * 0.6


@given(st.lists(st.text("0123456789A\t\n东区", max_size=12), max_size=6))
def test_whatever_stands_in_a_record_reads_as_a_list_and_makes_a_table(chunks: list[str]) -> None:
    codes = code_lists.unpacked("region", chunks)
    table = code_lists.laid_over(SHIPPED, codes, 2026)
    assert all(table.find(one.code) is not None for one in (*codes, *SHIPPED.lines))
    assert all(table.label(line.code) for line in table.lines)
