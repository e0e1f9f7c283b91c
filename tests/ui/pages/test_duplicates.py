"""The queue of pairs that may be one company: decided by one key, taken back by another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from crmdesk.core.values import Value
from crmdesk.ui.pages.customer import CustomerView
from crmdesk.ui.pages.deed_list import DeedList
from crmdesk.ui.pages.duplicates import Duplicates
from crmdesk.usecases import customers, merging
from crmdesk.usecases.workspace import Workspace
from tests.support.desks import OpenDesk


def planted(desk: OpenDesk) -> tuple[Duplicates, list[tuple[str, str]]]:
    """Two pairs, the second less sure, and the page that lists them."""
    replica = desk.workspace.replica

    def add(name: str, **values: Value) -> str:
        return customers.add(replica, {"name": name, **values}).value

    pairs = [
        (add("深圳市启航精密机械有限公司", phone="16012345678", city="深圳"), add("启航精密机械", phone="+86 160 1234 5678", email="a@b.example")),
        (add("宁波市凌霄传感器有限公司", phone="16112345678"), add("宁波凌宵传感器厂", phone="16112345678", city="宁波")),
    ]  # fmt: skip
    page = desk.go("duplicates")
    assert isinstance(page, Duplicates)
    return page, pairs


def test_pairs_are_merged_kept_apart_and_taken_back_by_keys(
    workspace: Workspace, open_desk: Callable[[Workspace], OpenDesk]
) -> None:
    desk = open_desk(workspace)
    page, ((one, other), (third, fourth)) = planted(desk)
    reader = desk.context.reader
    listed = {(pair.one.id, pair.other.id) for pair in page._pairs.values()}
    assert {(one, other), (third, fourth)} <= listed
    page.list.select_id(f"{one}:{other}")
    assert "%" in page._certainty.text()
    assert "电话相同" in page._why.text()
    desk.press("m")
    assert merging.customer_of(reader, other) == one
    assert f"{one}:{other}" not in page._pairs
    values = customers.open_card(reader, desk.context.registry, other).view.values
    assert (values["name"], values["email"]) == ("深圳市启航精密机械有限公司", "a@b.example")
    page.list.select_id(f"{third}:{fourth}")
    desk.press("k")
    assert (third, fourth) in merging.kept_apart(reader)
    assert f"{third}:{fourth}" not in page._pairs
    desk.press("z")
    assert (third, fourth) not in merging.kept_apart(reader)
    desk.press("z")
    assert merging.customer_of(reader, other) == other
    assert {f"{one}:{other}", f"{third}:{fourth}"} <= page._pairs.keys()


def test_more_pairs_than_are_listed_are_counted_and_follow(
    workspace: Workspace, open_desk: Callable[[Workspace], OpenDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmdesk.ui.pages.duplicates._MOST", 1)
    desk = open_desk(workspace)
    page, ((one, other), (third, fourth)) = planted(desk)
    (first,) = page._pairs
    assert page.count == 2
    desk.press("k")
    assert {first, *page._pairs} == {f"{one}:{other}", f"{third}:{fourth}"}
    assert page.count == 1
    page._is_busy = True
    desk.press("z")  # what is being written is not to be taken for what was written before
    assert merging.kept_apart(desk.context.reader) == {tuple(first.split(":"))}


def test_another_customer_may_stay_with_values_of_both(
    workspace: Workspace, open_desk: Callable[[Workspace], OpenDesk]
) -> None:
    desk = open_desk(workspace)
    page, ((one, other), _) = planted(desk)
    page.list.select_id(f"{one}:{other}")
    desk.press(Qt.Key.Key_Right)
    assert page.pair.winner == 1
    assert page.pair.chosen() == {
        "name": "启航精密机械",
        "city": "深圳",
        "phone": "+86 160 1234 5678",
        "email": "a@b.example",
    }
    group = next(group for line, group in page.pair._groups if line.field.name == "name")
    group.button(0).click()
    desk.press("m")
    reader = desk.context.reader
    assert merging.customer_of(reader, one) == other
    values = customers.open_card(reader, desk.context.registry, one).view.values
    assert (values["name"], values["city"]) == ("深圳市启航精密机械有限公司", "深圳")


def test_a_merged_customer_leads_to_the_other_whose_menu_takes_it_apart(
    workspace: Workspace, open_desk: Callable[[Workspace], OpenDesk]
) -> None:
    desk = open_desk(workspace)
    one, other = (customers.add(workspace.replica, {"name": name}).value for name in ("启航机械", "A&B 机械"))
    merging.merge(workspace.replica, one, other)
    page = desk.go("customer", other)
    view = page.findChild(CustomerView)
    assert view is not None
    assert view.customer == one
    view._offer_moves()
    (action,) = view._merged_menu.actions()
    assert action.text() == "A&&B 机械"
    action.trigger()
    assert merging.customer_of(desk.context.reader, other) == other
    view._offer_moves()
    assert view._merged_menu.actions() == []


def test_the_certain_pairs_are_merged_together_after_a_look_and_taken_back_whole(
    workspace: Workspace, open_desk: Callable[[Workspace], OpenDesk], qtbot: QtBot
) -> None:
    desk = open_desk(workspace)
    page, ((one, other), _) = planted(desk)
    page._together.click()
    dialog = page.certain.dialog
    assert dialog is not None
    said = " ".join(text.text() for text in dialog.findChildren(QLabel))
    assert "「启航精密机械」并入「深圳市启航精密机械有限公司」" in said
    assert merging.all_merged(desk.context.reader) == [], "nothing is done before it was looked at"
    dialog.button.click()
    qtbot.waitUntil(lambda: page.certain.steps is None)
    assert merging.customer_of(desk.context.reader, other) == one
    assert f"{one}:{other}" not in page._pairs
    deeds = desk.go("deeds")
    assert isinstance(deeds, DeedList)
    assert deeds._title(next(iter(deeds._deeds.values()))) == "合并确定的重复客户"
    deeds.take_back()
    qtbot.waitUntil(lambda: deeds.steps is None)
    assert merging.customer_of(desk.context.reader, other) == other
