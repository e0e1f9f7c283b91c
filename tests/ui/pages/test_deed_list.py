"""What was done in bulk, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from crmdesk.store.bulk import Event
from crmdesk.ui.pages.way_back import WayBack
from crmdesk.usecases.bulk import Changing
from crmdesk.usecases.deeds import DAYS, deeds
from crmdesk.usecases.workspace import Workspace
from tests.support.desks import OpenDesk, alone, customer


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return alone(tmp_path / "alone")


def opened(workspace: Workspace) -> tuple[OpenDesk, Any]:
    desk = OpenDesk(workspace)
    return desk, desk.go("deeds")


def change(workspace: Workspace, *ids: str, stage: str) -> None:
    changing = Changing(workspace.replica, ids, {"stage": stage})
    while not changing.done:
        changing.step()


def stage_of(workspace: Workspace, one: str) -> str | None:
    found: str | None = workspace.reader.value("SELECT f_stage FROM p_customer WHERE id = ?", (one,))
    return found


def test_an_empty_list_says_what_will_stand_there(qapp, workspace: Workspace) -> None:
    desk, page = opened(workspace)
    assert page.empty.isVisible()
    assert not page.back.isVisible()
    desk.close()


def test_u_takes_the_change_in_front_back_and_the_list_says_so(qapp, workspace: Workspace) -> None:
    ids = [customer(workspace, name, stage="lead").id for name in ("甲", "乙")]
    change(workspace, *ids, stage="won")
    desk, page = opened(workspace)
    (deed,) = page._deeds.values()
    assert (deed.kind, deed.number, deed.is_open) == ("change", 2, True)
    assert "成交" in page._title(deed)
    QTest.keyClick(page.list, Qt.Key.Key_U)
    assert [stage_of(workspace, one) for one in ids] == ["lead", "lead"]
    (deed,) = page._deeds.values()
    assert not deed.is_open
    assert not page.back.isEnabled()
    desk.close()


def test_what_was_done_longer_ago_is_not_listed(workspace: Workspace) -> None:
    change(workspace, customer(workspace, "甲").id, stage="won")
    now = workspace.clock.now_ms()
    assert [one.name for one in deeds(workspace.reader, now)] == [""]
    assert deeds(workspace.reader, now + (DAYS + 1) * 86_400_000) == []


def test_what_was_handed_over_since_is_said_apart_from_what_was_changed(open_desk, workspace) -> None:
    desk = open_desk(workspace)
    event = Event("e", 0, "customer", {}, 9, kept=[("customer", "c", ["name"])], away=2)
    WayBack(desk.context, desk.window).say(event)
    assert desk.notice() == "已撤销 · 此后修改过的 1 条保持不变 · 2 条已移交他人，没有撤销"
