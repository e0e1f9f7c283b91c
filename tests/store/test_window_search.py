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
