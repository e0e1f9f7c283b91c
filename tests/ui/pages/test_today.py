from __future__ import annotations

from PySide6.QtCore import Qt

from crmdesk.core.record import RecordKey
from crmdesk.ui.pages.today import Today
from crmdesk.ui.widgets.entry_list import Heading
from crmdesk.usecases import visits
from crmdesk.usecases.visits import VisitNote
from crmdesk.usecases.workspace import Workspace
from tests.support.desks import customer, in_days, sync, task


def headings(page: Today) -> list[str]:
    return [item.text for item in page.agenda.entries.items if isinstance(item, Heading)]


def promised(workspace: Workspace) -> dict[int, RecordKey]:
    """One thing overdue, one today, one later this week, one far off."""
    home = customer(workspace, "宏远机械")
    return {days: task(workspace, home, f"第{days}天", in_days(workspace, days)) for days in (-3, 0, 4, 30)}


def test_what_is_due_stands_in_groups_the_overdue_first(workspace, open_desk) -> None:
    promised(workspace)
    page = open_desk(workspace).go("today")
    assert headings(page) == ["逾期  1", "今日  1", "未来七天  1"]
    assert page.agenda.entries.items[1].mark == "逾期 3 天"


def test_space_finishes_a_task_and_the_notice_brings_it_back(workspace, open_desk) -> None:
    tasks = promised(workspace)
    desk = open_desk(workspace)
    page = desk.go("today")
    desk.press(Qt.Key.Key_Space)
    assert f"task:{tasks[-3].id}" not in page.agenda.ids()
    assert desk.notice() == "已完成：第-3天"
    desk.window.notices.act()
    assert f"task:{tasks[-3].id}" in page.agenda.ids()


def test_space_on_a_follow_up_puts_its_date_away(workspace, open_desk) -> None:
    key = customer(workspace, "宏远机械", next_follow_up_on=in_days(workspace, 0).isoformat())
    desk = open_desk(workspace)
    page = desk.go("today")
    desk.press(Qt.Key.Key_Space)
    assert page.agenda.ids() == []
    assert (
        workspace.reader.value("SELECT f_next_follow_up_on FROM p_customer WHERE id = ?", (key.id,)) is None
    )


def test_plus_and_a_number_postpone_by_so_many_days(workspace, open_desk) -> None:
    tasks = promised(workspace)
    desk = open_desk(workspace)
    desk.go("today")
    desk.press("+")
    desk.press("5")
    desk.press(Qt.Key.Key_Return)
    day = workspace.reader.value("SELECT f_due_on FROM p_task WHERE id = ?", (tasks[-3].id,))
    assert day == in_days(workspace, 5).isoformat()


def test_a_date_that_makes_no_sense_is_said_and_changes_nothing(workspace, open_desk) -> None:
    tasks = promised(workspace)
    desk = open_desk(workspace)
    page = desk.go("today")
    desk.press("+")
    page.postpone_to.setText("昨儿个")
    desk.press(Qt.Key.Key_Return)
    assert page._understood.text() == "看不懂这个日期。"
    day = workspace.reader.value("SELECT f_due_on FROM p_task WHERE id = ?", (tasks[-3].id,))
    assert day == in_days(workspace, -3).isoformat()


def test_f6_logs_a_visit_to_the_customer_of_the_current_row(workspace, open_desk) -> None:
    promised(workspace)
    desk = open_desk(workspace)
    page = desk.go("today")
    desk.press(Qt.Key.Key_F6)
    assert page.current_customer
    assert desk.desk.visit.isVisible()
    assert desk.desk.visit.customer == page.current_customer


def test_a_visit_logged_elsewhere_shows_at_once_and_raises_the_count(workspace, open_desk) -> None:
    home = customer(workspace, "宏远机械")
    desk = open_desk(workspace)
    page = desk.go("today")
    assert page.visits.ids() == []
    desk.context.write(lambda replica: visits.log(replica, VisitNote(home.id, "谈妥价格")))
    assert len(page.visits.ids()) == 1
    assert page._logged.accessibleName().startswith("本周拜访, 1")


def test_an_empty_day_says_why_and_what_to_do(workspace, open_desk) -> None:
    page = open_desk(workspace).go("today")
    assert page._empty.isVisible()
    assert page._empty.accessibleName() == "还没有客户。在客户页按 Ctrl+N 新建第一家。"


def test_j_and_k_move_through_the_list(workspace, open_desk) -> None:
    promised(workspace)
    desk = open_desk(workspace)
    page = desk.go("today")
    first = page.agenda.current_id
    desk.press("j")
    assert page.agenda.current_id != first
    desk.press("k")
    assert page.agenda.current_id == first


def test_a_manager_sees_the_team_and_can_narrow_it_to_their_own(hire, open_desk) -> None:
    ann = hire("Ann")
    task(ann, customer(ann, "宏远机械"), "送样品", in_days(ann, 0))
    sync(ann)
    page = open_desk(hire("Mei")).go("today")
    assert len(page.agenda.ids()) == 1
    page._whose._pills[0].click()
    assert page.agenda.ids() == []
