"""The tables that ship: their counts, and facts about them that can be looked up elsewhere."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from time import process_time

import pytest

from crmdesk.core.codes import CodeTable
from crmdesk.system.resources import resource
from crmdesk.usecases.codes import code_name, code_table

REGIONS, INDUSTRIES = code_table("region"), code_table("industry")


# -- regions ------------------------------------------------------------------------------------------------


def test_the_regions_are_counted() -> None:
    valid = [line for line in REGIONS.lines if line.is_current]
    assert Counter(line.level for line in valid) == {1: 34, 2: 333, 3: 2847}
    gone = {line.code for line in REGIONS.lines} - {line.code for line in valid}
    assert len(gone) == 2608
    assert sum(REGIONS.current(code) is not None for code in gone) == 2490


@pytest.mark.parametrize("table", [REGIONS, INDUSTRIES], ids=lambda table: table.name)
def test_every_code_has_its_parent_one_level_up_or_two_and_every_successor_exists(table: CodeTable) -> None:
    for line in table.lines:
        parent = table.find(line.parent)
        assert (parent is None) == (line.level == 1), line
        assert parent is None or 1 <= line.level - parent.level <= 2, line
        assert parent is None or not line.is_current or parent.is_current, line
        assert not line.successor or table.current(line.code) is not None, line


@pytest.mark.parametrize(
    ("code", "name", "since"),
    [
        ("320614", "海门区", 2020), ("330114", "钱塘区", 2021), ("410307", "偃师区", 2021), ("659011", "新星市", 2021),
        ("659012", "白杨市", 2023), ("540481", "米林市", 2023), ("540581", "错那市", 2023), ("653228", "和康县", 2024),
        ("653229", "和安县", 2024), ("500157", "两江新区", 2025),
    ],
)  # fmt: skip
def test_what_was_founded_lately_is_there(code: str, name: str, since: int) -> None:
    found = REGIONS.find(code)
    assert found is not None
    assert (found.name, found.is_current) == (name, True)
    assert int(found.since) in (since - 1, since), (
        "a list of the year's end may be written before the decision works"
    )


@pytest.mark.parametrize(
    ("code", "successor"),
    [
        ("110228", "110118"), ("371202", "370116"), ("371200", "370116"), ("320684", "320614"), ("310119", "310115"),
        ("310103", "310101"), ("110104", "110102"), ("120107", "120116"), ("440102", "440104"), ("330103", "330105"),
        ("362301", "361102"), ("500112", "500157"), ("533421", "533401"), ("152700", "150600"), ("460003", "460400"),
    ],
)  # fmt: skip
def test_what_was_abolished_leads_to_what_took_over(code: str, successor: str) -> None:
    found, now = REGIONS.find(code), REGIONS.current(code)
    assert found is not None
    assert not found.is_current
    assert now is not None
    assert now.code == successor


@pytest.mark.parametrize("code", ["341400", "640222", "130521", "350321"])
def test_what_several_shared_has_no_successor(code: str) -> None:
    assert REGIONS.find(code) is not None
    assert REGIONS.current(code) is None


def test_the_two_sources_differed_by_five_codes_which_are_the_newest_changes() -> None:
    """One source read the present in 2026, the other the lists up to 2024; nothing else may come after them."""
    assert {line.code for line in REGIONS.lines if line.since == "2025"} == {"500157", "653132", "659013"}
    assert {line.code for line in REGIONS.lines if line.until == "2024"} == {"500105", "500112"}


def test_a_former_name_is_kept_beside_the_present_one() -> None:
    assert [(c.name, c.until) for c in REGIONS.lines if c.code == "420600"] == [
        ("襄樊市", "2009"),
        ("襄阳市", ""),
    ]
    assert [(c.name, c.until) for c in REGIONS.lines if c.code == "440107"] == [
        ("芳村区", "2004")
    ]  # once 天河区's


# -- industries ---------------------------------------------------------------------------------------------


def test_the_industries_are_counted() -> None:
    """One of the standard's 1,382 classes could not be told from what is public; see NOTICE.txt."""
    assert Counter(line.level for line in INDUSTRIES.lines) == {1: 20, 2: 97, 3: 473, 4: 1381}


def test_every_group_has_its_classes_and_every_division_is_in_its_section() -> None:
    assert all(INDUSTRIES.children(line.code) for line in INDUSTRIES.lines if line.level < 4)
    assert "".join(line.code for line in INDUSTRIES.children()) == "ABCDEFGHIJKLMNOPQRST"
    sections = {line.parent: line.code for line in INDUSTRIES.lines if line.level == 2}
    last = [5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97]
    assert sections == dict(zip("ABCDEFGHIJKLMNOPQRST", (f"{n:02}" for n in last), strict=True))


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("3963", "智能无人飞行器制造"), ("7224", "供应链管理服务"), ("84", "卫生"), ("8890", "其他文化艺术业"), ("9620", "村民自治组织"),
        ("0711", "陆地石油开采"), ("0712", "海洋石油开采"), ("905", "文化体育娱乐活动与经纪代理服务"), ("9054", "体育经纪人"), ("922", "国家行政机构"),
        ("9226", "行政监督检查机构"), ("339", "铸造及其他金属制品制造"), ("203", "木质制品制造"), ("0171", "中草药种植"), ("9291", "消防管理机构"),
    ],
)  # fmt: skip
def test_it_is_the_edition_of_2017_as_amended(code: str, name: str) -> None:
    assert code_name("industry", code) == f"{code} {name}"


# -- both ---------------------------------------------------------------------------------------------------


def test_a_table_is_read_within_thirty_milliseconds_of_work() -> None:
    text = resource("codes", "regions.csv").read_text(encoding="utf-8")
    best = 1.0
    for _ in range(3):
        begun = process_time()
        CodeTable.parse("region", text)
        best = min(best, process_time() - begun)
    assert best < 0.030


def test_a_name_of_an_unknown_table_or_code_is_none() -> None:
    assert code_name("of_a_newer_version", "1") is None
    assert code_name("region", "999999") is None
    assert code_name("region", "440305") == "广东省深圳市南山区"


def test_the_start_of_the_desktop_reads_no_table_and_no_way_to_read_addresses() -> None:
    """Measured at the first paint: what only a form needs is loaded when somebody opens one."""
    script = (
        "import sys, crmdesk.ui.pages.customers, crmdesk.ui.pages.customer, crmdesk.usecases.codes as codes;"
        "print(codes._shipped.cache_info().currsize, 'crmdesk.core.addresses' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False"]
