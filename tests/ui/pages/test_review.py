from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from crmdesk.ui.pages import review
from crmdesk.usecases.workspace import Workspace
from tests.support.desks import customer, sync, visit


@pytest.fixture
def manager(hire):
    """Mei, whose rep Ann logged two visits."""
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    visit(ann, home, "第一次拜访")
    visit(ann, home, "第二次拜访")
    sync(ann)
    return hire("Mei")


def reviews(workspace: Workspace) -> list[tuple[Any, ...]]:
    return workspace.reader.all("SELECT f_outcome, f_remark FROM p_review WHERE life <> 1 ORDER BY n")


def test_the_queue_holds_the_team_s_visits_oldest_first(manager, open_desk) -> None:
    page = open_desk(manager).go("review")
    assert page.count == 2
    assert page._summary.text() == "第一次拜访"
    assert page._by.text().startswith("Ann · ")


def test_a_queue_too_long_to_list_says_how_many_wait_in_all(manager, open_desk, monkeypatch) -> None:
    monkeypatch.setattr(review, "_SHOWN", 1)
    page = open_desk(manager).go("review")
    assert len(page.list.ids()) == 1
    assert page.count == 2
    assert page.progress._text.text() == "已阅 0 / 2"


def test_space_marks_a_visit_reviewed_and_the_next_one_comes_up(manager, open_desk) -> None:
    desk = open_desk(manager)
    page = desk.go("review")
    desk.press(Qt.Key.Key_Space)
    assert reviews(manager) == [("reviewed", None)]
    assert page._summary.text() == "第二次拜访"
    assert page.progress._text.text() == "已阅 1 / 2"


def test_r_a_remark_and_enter_send_it_to_the_rep(manager, open_desk) -> None:
    desk = open_desk(manager)
    page = desk.go("review")
    desk.press("r")
    assert page.remark.hasFocus()
    page.remark.insertPlainText("很好,继续跟进")
    desk.press(Qt.Key.Key_Return)
    assert reviews(manager) == [("reviewed", "很好,继续跟进")]
    assert page.list.hasFocus()


def test_f_flags_a_visit_with_the_remark_typed_before(manager, open_desk) -> None:
    desk = open_desk(manager)
    page = desk.go("review")
    desk.press("r")
    page.remark.insertPlainText("请补充报价")
    desk.press(Qt.Key.Key_Escape)
    desk.press("f")
    assert reviews(manager) == [("flagged", "请补充报价")]


def test_j_and_k_move_and_u_brings_a_review_back(manager, open_desk) -> None:
    desk = open_desk(manager)
    page = desk.go("review")
    desk.press("j")
    assert page._summary.text() == "第二次拜访"
    desk.press("k")
    assert page._summary.text() == "第一次拜访"
    desk.press(Qt.Key.Key_Space)
    desk.press("u")
    assert page.count == 2
    assert reviews(manager) == []


def test_an_empty_queue_says_so(hire, open_desk) -> None:
    assert open_desk(hire("Mei")).go("review").empty.isVisible()


def test_a_rep_has_no_review_queue(workspace, open_desk) -> None:
    assert "review" not in open_desk(workspace).window.page_keys()
