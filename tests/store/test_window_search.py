"""A list narrowed by words: found by themselves or by their people, few or many, in the wanted order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.core.record import RecordKey
from crmdesk.store import window
from crmdesk.store.window import SORTS, CustomerFilter, CustomerWindow
from crmdesk.system.paths import Profile
from crmdesk.usecases import customers, records
from crmdesk.usecases.workspace import Workspace, create_workspace, readings


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = create_workspace(Profile(tmp_path), None)
    yield made
    made.close()


def found(workspace: Workspace, text: str, **more: str) -> list[str | None]:
    listed = CustomerWindow(workspace.reader, CustomerFilter(text=text, **more), readings())  # type: ignore[arg-type]
    assert [row.id for row in listed.first()] == [row.id for row in listed.page(0, 100)]
    return [row.name for row in listed.page(0, 100)]


def add(workspace: Workspace, name: str, contact: str = "") -> tuple[str, str]:
    customer = customers.add(workspace.replica, {"name": name}).value
    person = customers.add_contact(workspace.replica, customer, {"name": contact}).value if contact else ""
    return customer, person


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("sort", SORTS)
def test_customers_are_found_by_their_own_and_their_peoples_names_few_or_many(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, few: int, sort: str
) -> None:
    monkeypatch.setattr(window, "_FEW_HITS", few)
    add(workspace, "宁波东海化工有限公司")
    add(workspace, "苏州机械有限公司", "钱东海")
    add(workspace, "无锡电子有限公司", "周一")
    assert sorted(map(str, found(workspace, "donghai", sort=sort))) == [
        "宁波东海化工有限公司",
        "苏州机械有限公司",
    ]
    assert found(workspace, "zhouyi", sort=sort) == ["无锡电子有限公司"]
    assert found(workspace, "？", sort=sort) == []


@pytest.mark.parametrize("near", [2, 500])
@pytest.mark.parametrize("sort", SORTS)
def test_the_first_of_a_broad_search_are_those_that_its_whole_list_begins_with(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, near: int, sort: str
) -> None:
    monkeypatch.setattr(window, "_MANY_HITS", 3)
    monkeypatch.setattr(window, "_NEAR", near)
    for number, name in enumerate(("甲东", "乙西", "丙东", "丁东", "戊南", "己东")):
        add(workspace, f"{name}有限公司", "钱东海" if number == 4 else "")
    search = CustomerFilter(text="东", sort=sort)
    begun = CustomerWindow(workspace.reader, search, readings()).first(3)
    assert begun == CustomerWindow(workspace.reader, search, readings()).page(0, 3)
    assert CustomerWindow(workspace.reader, search, readings()).rank() == 5


def test_two_searches_in_turn_on_one_reader_keep_their_own_hits(workspace: Workspace) -> None:
    add(workspace, "宁波东海化工有限公司")
    add(workspace, "无锡电子有限公司")
    one = CustomerWindow(workspace.reader, CustomerFilter(text="宁波"), readings())
    other = CustomerWindow(workspace.reader, CustomerFilter(text="无锡"), readings())
    assert [row.name for row in one.first()] == ["宁波东海化工有限公司"]
    assert [row.name for row in other.first()] == ["无锡电子有限公司"]
    assert [row.name for row in one.page(0, 9)] == ["宁波东海化工有限公司"]


def test_a_deleted_contact_finds_nobody_and_a_deleted_customer_is_not_found(workspace: Workspace) -> None:
    kept, person = add(workspace, "苏州机械有限公司", "钱东海")
    gone, _ = add(workspace, "无锡电子有限公司", "周一")
    records.delete(workspace.replica, RecordKey("contact", person))
    records.delete(workspace.replica, RecordKey("customer", gone))
    assert found(workspace, "东海") == []
    assert found(workspace, "zhouyi") == []
    assert found(workspace, "苏州") == ["苏州机械有限公司"]
    assert kept


def test_customers_without_a_next_date_come_last(workspace: Workspace) -> None:
    for name, date in (("甲", None), ("乙", "2026-12-01"), ("丙", "2026-11-30")):
        customers.add(workspace.replica, {"name": name, "next_follow_up_on": date})
    rows = CustomerWindow(workspace.reader, CustomerFilter(sort="next")).page(0, 10)
    assert [row.name for row in rows] == ["丙", "乙", "甲"]
