import subprocess
import sys

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from crmdesk.ui import language, theme
from crmdesk.ui.bus import Bus
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.notices import Notice, standing
from crmdesk.ui.page import Page, PageSpec
from crmdesk.ui.runner import Runner
from crmdesk.ui.theme import Density
from crmdesk.ui.widgets.marks import SyncSign
from tests.support.sample_pages import SampleCustomers, customer

CTRL = Qt.KeyboardModifier.ControlModifier


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def customers(window: MainWindow) -> SampleCustomers:
    page = window.page
    assert isinstance(page, SampleCustomers)
    return page


def test_pages_are_built_on_their_first_visit(qapp):
    built: list[str] = []

    def spec(key: str) -> PageSpec:
        def build(shell):
            built.append(key)
            return Page(shell)

        return PageSpec(key, key, "house", build)

    window = MainWindow([spec("one"), spec("two")], Runner.inline(), Bus())
    window.go("one")
    window.go("two")
    window.go("one")
    assert built == ["one", "two"]


def test_ctrl_and_a_digit_goes_to_a_page(make_window):
    window = make_window("today")
    QTest.keyClick(window, Qt.Key.Key_2, CTRL)
    assert isinstance(window.page, SampleCustomers)


@pytest.mark.parametrize(
    ("key", "modifier", "signal"),
    [
        (Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier, "visit_requested"),
        (Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier, "sync_requested"),
        (Qt.Key.Key_K, CTRL, "command_requested"),
    ],
)
def test_the_keys_of_the_house_work_from_everywhere(make_window, qtbot, key, modifier, signal):
    window = make_window()
    with qtbot.waitSignal(getattr(window, signal)):
        QTest.keyClick(focused(), key, modifier)


def test_f1_lists_every_key(make_window):
    window = make_window()
    QTest.keyClick(window, Qt.Key.Key_F1)
    sheet = window.findChild(QDialog)
    assert sheet is not None
    assert sheet.height() <= 600


def test_dense_rows_show_24_customers_on_a_small_laptop(make_window, qapp):
    theme.switch(qapp, density=Density.DENSE)
    window = make_window(width=1366, height=697)
    assert customers(window).table.visible_rows() >= 24


@pytest.mark.parametrize("density", list(Density))
def test_rows_have_the_height_of_their_density(make_window, qapp, density):
    window = make_window()
    theme.switch(qapp, density=density)
    assert customers(window).table.rowHeight(3) == density.value.row


def test_the_rail_folds_in_a_narrow_window(make_window):
    assert make_window(width=1366).rail.width() == 196
    assert make_window(width=1000).rail.width() == 48


def test_enter_opens_the_current_customer(make_window, qtbot):
    table = customers(make_window()).table
    with qtbot.waitSignal(table.opened) as told:
        QTest.keyClick(table, Qt.Key.Key_Down)
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert told.args == [customer(5).id]


def test_ctrl_z_belongs_to_the_notice_in_view(make_window):
    window = make_window()
    undone: list[bool] = []
    window.post(Notice("已保存", action_label="撤销", action=lambda: undone.append(True), undo=True))
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert undone == [True]
    assert window.notices.showing is None


def test_notices_follow_one_another(make_window):
    window = make_window()
    for text in ("一", "二"):
        window.post(Notice(text, action_label="撤销", action=window.back))
    assert window.notices.showing.text == "一"
    window.notices.act()
    assert window.notices.showing.text == "二"


@pytest.mark.parametrize(
    ("taken", "top"),
    [
        ([], 440),
        ([QRect(0, 100, 900, 30)], 440),  # above it
        ([QRect(0, 450, 100, 30)], 440),  # beside it
        ([QRect(300, 450, 80, 30)], 402),
        ([QRect(300, 450, 80, 30), QRect(500, 400, 80, 30)], 352),
        ([QRect(300, y, 80, 30) for y in range(200, 480, 40)], 440),  # there is no room above
    ],
)  # fmt: skip
def test_a_notice_stands_above_what_is_at_the_foot(taken, top) -> None:
    assert standing(QRect(200, 440, 400, 40), 250, taken) == QRect(200, top, 400, 40)


@pytest.mark.parametrize("width", [911, 1366])
def test_a_notice_lies_on_no_button_of_the_page_nor_on_the_rail_and_is_read_whole(
    make_window, qtbot, width
) -> None:
    window = make_window(width=width)
    page = window.page
    foot = QPushButton("撤销导入", page)
    foot.setGeometry(page.width() // 2, page.height() - 44, 100, 32)
    foot.show()
    window.post(Notice("没有任何内容被更改。请用表格软件打开后另存为 CSV，再导入。" * 3, "bad"))
    bar = window.notices
    place = bar.geometry()
    assert place.bottom() < foot.mapTo(window.centralWidget(), QPoint()).y()
    assert place.left() >= window.rail.width()
    assert place.height() == 60  # two lines
    foot.hide()
    late = QPushButton("导入", page)
    late.setGeometry(page.width() // 2, page.height() - 90, 100, 82)
    late.show()
    qtbot.waitUntil(lambda: bar.geometry().bottom() < late.mapTo(window.centralWidget(), QPoint()).y())


def test_a_page_that_must_not_be_left_stays(make_window, monkeypatch):
    window = make_window()
    page = window.page
    monkeypatch.setattr(page, "may_leave", lambda: False)
    window.go("today")
    assert window.page is page
    monkeypatch.undo()


def test_back_returns_to_the_page_before(make_window):
    window = make_window("today")
    window.go("customers")
    window.back()
    assert not isinstance(window.page, SampleCustomers)


def test_every_control_has_a_name_for_a_screen_reader(make_window):
    window = make_window()
    roles = {
        QAccessible.Role.Button,
        QAccessible.Role.CheckBox,
        QAccessible.Role.RadioButton,
        QAccessible.Role.EditableText,
        QAccessible.Role.ComboBox,
        QAccessible.Role.List,
        QAccessible.Role.Table,
    }
    nameless = []
    todo: list[QWidget] = [window]
    while todo:
        widget = todo.pop()
        todo += [child for child in widget.children() if isinstance(child, QWidget) and child.isVisible()]
        face = QAccessible.queryAccessibleInterface(widget)
        if face.role() in roles and not face.text(QAccessible.Text.Name):
            nameless.append(widget)
    assert nameless == []


def test_tab_reaches_everything_in_reading_order(make_window):
    window = make_window()
    customers(window).pills.findChildren(QWidget)[0].setFocus()
    order: list[QWidget] = []
    while (widget := focused()) not in order and len(order) < 60:
        order.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    page = customers(window)
    kinds = [type(widget).__name__ for widget in order]
    assert page.table in order
    assert window.bar.search in order
    assert kinds.index("Pill") < kinds.index("RowTable") < kinds.index("TagChip") < kinds.index("Timeline")
    assert kinds.count("Pill") == 1  # arrow keys move inside the group


def test_the_rail_can_be_walked_with_arrow_keys(make_window):
    window = make_window("today")
    items = [item for item in window.rail.findChildren(QWidget) if type(item).__name__ == "RailItem"]
    items[0].setFocus()
    QTest.keyClick(items[0], Qt.Key.Key_Down)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert isinstance(window.page, SampleCustomers)


def test_a_window_built_after_the_switch_speaks_the_other_language(make_window, qapp):
    chinese = make_window()
    header = customers(chinese).table.model().headerData(1, Qt.Orientation.Horizontal)
    language.switch(qapp, "en")
    english = make_window()
    assert header == "阶段"
    assert customers(english).table.model().headerData(1, Qt.Orientation.Horizontal) == "Stage"
    assert english.rail.sync.text() == "Not synced yet"


def test_the_window_needs_neither_database_nor_network_to_be_imported():
    heavy = {"sqlalchemy", "httpx2", "keyring", "pydantic", "typer", "pypinyin"}
    script = "import sys, builtins; plain = builtins.__import__; import crmdesk.ui.main_window, crmdesk.ui.application\n"
    script += f"print(sorted({heavy!r} & set(sys.modules)), builtins.__import__ is plain)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["[]", "True"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"unsent": 0, "age": "2 分钟前", "online": True, "live": True}, "实时同步"),
        ({"unsent": 3, "age": "", "online": True, "live": True}, "3 条未发送"),
        ({"unsent": 0, "age": "", "online": True, "live": True}, "尚未同步"),
        ({"unsent": 0, "age": "2 分钟前", "online": True, "live": False}, "已同步 · 2 分钟前"),
    ],
)
def test_the_sync_sign_says_live_only_when_nothing_is_unsent_and_others_are_heard_at_once(
    qapp, qtbot, state, said
):
    sign = SyncSign()
    qtbot.addWidget(sign)
    sign.show_state(**state)
    assert sign.text() == said
