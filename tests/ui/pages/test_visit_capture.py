"""Logging a visit by keyboard: four fixed keys, nothing typed is lost, everything is in the database at once."""

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

from crmdesk.core.resolve import Life
from crmdesk.ui import text_layout
from crmdesk.ui.fonts import MEDIUM, TINY, font
from crmdesk.ui.widgets.chips import TagChip
from crmdesk.ui.widgets.phrases import expansion
from crmdesk.usecases import drafts
from tests.support.customer_desk import Desk, open_desk, write

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def log_visit(desk: Desk, text: str) -> str:
    """F6, the text, Ctrl+Enter; returns the visit's id."""
    before = set(desk.ids("p_visit"))
    QTest.keyClick(desk.window, Qt.Key.Key_F6)
    write(desk.focus(), text)
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return, CONTROL)
    made = set(desk.ids("p_visit")) - before
    return made.pop() if made else ""


def test_four_fixed_keys_find_a_customer_and_log_a_visit_without_a_mouse(desk, qtbot) -> None:
    wanted = desk.row(12)
    initials = desk.context.reader.value("SELECT f_short_name FROM p_customer WHERE id = ?", (wanted.id,))
    QTest.keyClick(desk.window, Qt.Key.Key_K, CONTROL)
    write(desk.focus(), initials)
    qtbot.waitUntil(lambda: bool(desk.box.list.found))
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    customer = desk.window.page.current_customer
    visit = log_visit(desk, "已谈妥价格")
    saved = desk.view("visit", visit).values
    assert (saved["customer"], saved["summary"], saved["kind"]) == (customer, "已谈妥价格", "onsite")
    assert not desk.sheet.isVisible()
    assert "已保存在本机" in desk.window.notices.showing.text
    assert "已谈妥价格" in [entry.text for entry in desk.window.page.view.story.entries.items]


def test_undo_takes_the_visit_its_task_and_its_date_back(desk) -> None:
    desk.customers.table.select_row(3)
    customer = desk.customers.table.current_id
    before = desk.view("customer", customer).values.get("next_follow_up_on")
    desk.sheet.open_here()
    write(desk.sheet.summary, "要一份报价")
    write(desk.sheet.next_step, "送报价")
    write(desk.sheet.next_on, "zs3")
    QTest.keyClick(desk.sheet.next_on, Qt.Key.Key_Return, CONTROL)
    visit = desk.ids("p_visit", "f_summary = ?", "要一份报价")[0]
    task = desk.ids("p_task", "f_title = ?", "送报价")[0]
    assert desk.view("task", task).values["due_on"] == "2026-11-25"
    assert desk.view("customer", customer).values["next_follow_up_on"] == "2026-11-25"
    QTest.keyClick(desk.window, Qt.Key.Key_Z, CONTROL)
    assert desk.view("visit", visit).life is Life.DELETED
    assert desk.view("task", task).life is Life.DELETED
    assert desk.view("customer", customer).values.get("next_follow_up_on") == before


def test_a_date_is_read_while_it_is_typed(desk) -> None:
    desk.sheet.open_here()
    write(desk.sheet.next_on, "+7")
    assert desk.sheet._understood.text() == "11月29日 周日"


def test_a_date_nobody_can_read_is_refused_and_nothing_is_saved(desk) -> None:
    count = len(desk.ids("p_visit"))
    desk.sheet.open_here()
    write(desk.sheet.summary, "谈了")
    write(desk.sheet.next_on, "某天")
    desk.sheet.save()
    assert desk.sheet._problem.isVisible()
    assert desk.focus() is desk.sheet.next_on
    assert len(desk.ids("p_visit")) == count


def test_a_visit_without_words_is_refused_and_the_sheet_stays(desk) -> None:
    assert log_visit(desk, "") == ""
    assert desk.sheet.isVisible()
    assert desk.sheet._problem.isVisible()


def test_a_slash_and_a_number_write_the_phrase(desk) -> None:
    desk.sheet.open_here()
    write(desk.sheet.summary, "今天 ")
    QTest.keyClicks(desk.sheet.summary, "/2")
    assert desk.sheet.summary.toPlainText() == f"今天 {desk.context.preferences.phrases[1]}"


def test_a_phrase_is_shown_whole_where_there_is_room_for_it(desk) -> None:
    desk.sheet.open_here()
    chips = [chip for chip in desk.sheet.findChildren(TagChip) if chip.text().startswith("/")]
    assert [chip.text()[3:] for chip in chips] == list(desk.context.preferences.phrases)
    for chip in chips:
        assert chip.width() >= text_layout.width(chip.text(), font(TINY, MEDIUM))


def test_a_slash_inside_a_number_is_left_alone() -> None:
    assert expansion("1/2", ["a", "b"]) is None
    assert expansion("/3", ["a", "b"]) is None
    assert expansion("好 /2", ["a", "b"]) == (2, "b")


def test_alt_and_a_digit_choose_the_kind(desk) -> None:
    desk.sheet.open_here()
    write(desk.sheet.summary, "通了电话")
    QTest.keyClick(desk.sheet.summary, Qt.Key.Key_2, ALT)
    desk.sheet.save()
    visit = desk.ids("p_visit", "f_summary = ?", "通了电话")[0]
    assert desk.view("visit", visit).values["kind"] == "phone"


def test_tags_are_put_on_taken_off_and_made_with_the_visit(desk) -> None:
    desk.customers.table.select_row(1)
    customer = desk.customers.table.current_id
    desk.sheet.open_here()
    off = desk.sheet.tags._chips[0].tag_id
    write(desk.sheet.summary, "换了标签")
    desk.sheet.tags._chips[0].click()
    desk.sheet.tags.added.emit("全新标签")
    desk.sheet.save()
    values = desk.view("customer", customer).values
    made = desk.ids("p_tag", "f_name = ?", "全新标签")[0]
    assert (values[f"tag:{off}"], values[f"tag:{made}"]) == (False, True)


def test_escape_keeps_a_draft_and_f6_brings_it_back(desk) -> None:
    desk.sheet.open_here()
    write(desk.sheet.summary, "说到一半")
    write(desk.sheet.next_on, "+3")
    QTest.keyClick(desk.sheet.summary, Qt.Key.Key_Escape)
    assert not desk.sheet.isVisible()
    QTest.keyClick(desk.window, Qt.Key.Key_F6)
    assert desk.sheet.summary.toPlainText() == "说到一半"
    assert desk.sheet.next_on.text() == "+3"
    desk.sheet.save()
    assert drafts.names(desk.context.reader, "visit:") == []


def test_a_second_after_typing_the_words_are_on_the_disk_and_outlive_a_crash(desk, qtbot) -> None:
    desk.sheet.open_here()
    write(desk.sheet.summary, "还没按保存")
    desk.sheet._pause.setInterval(10)
    desk.sheet._edited()
    name = f"visit:{desk.sheet.customer}"
    qtbot.waitUntil(lambda: drafts.find(desk.context.reader, name) is not None)
    again = open_desk(desk.workspace.profile)  # as after a crash: nothing was closed
    again.sheet.open_for(desk.sheet.customer)
    try:
        assert again.sheet.summary.toPlainText() == "还没按保存"
    finally:
        again.close()


def test_closing_the_window_keeps_what_was_typed(desk) -> None:
    desk.sheet.open_here()
    name = f"visit:{desk.sheet.customer}"
    write(desk.sheet.summary, "窗口要关了")
    desk.window.close()
    assert (drafts.find(desk.context.reader, name) or {}).get("summary") == "窗口要关了"


def test_away_from_customers_the_sheet_asks_whom_and_typing_finds_them(desk, qtbot) -> None:
    wanted = desk.row(8)
    desk.window.go("today")
    QTest.keyClick(desk.window, Qt.Key.Key_F6)
    assert desk.focus() is desk.sheet.picker.field
    write(desk.focus(), wanted.name)
    qtbot.waitUntil(lambda: bool(desk.sheet.picker.list.found))
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    assert desk.sheet.customer == wanted.id
    assert desk.focus() is desk.sheet.summary


def test_the_sheet_blocks_nothing_and_is_no_taller_than_six_hundred(desk) -> None:
    desk.sheet.open_here()
    assert desk.sheet.height() <= 600
    assert not desk.sheet.isWindow()
    desk.customers.table.select_row(4)
    assert desk.sheet.isVisible()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_tab_walks_through_every_field_of_the_sheet(desk) -> None:
    desk.sheet.open_here()
    met = []
    for _ in range(30):
        QTest.keyClick(desk.focus(), Qt.Key.Key_Tab)
        met.append(desk.focus())
    sheet = desk.sheet
    for field in (sheet.next_step, sheet.next_on, sheet.contact, sheet.tags._edit, sheet._save_button):
        assert field in met
