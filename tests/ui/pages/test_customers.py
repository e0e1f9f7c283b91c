"""The customers list over a real store: what a person types narrows it, and what they do to it is in the database."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from crmdesk.core.criteria import Condition, Op
from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import Life
from crmdesk.store import window
from crmdesk.ui import theme
from crmdesk.ui.pages.customer_pages import NewCustomerWish
from crmdesk.ui.runner import Runner
from crmdesk.ui.tables.customer_delegate import CustomerRow
from crmdesk.ui.tables.window_model import WindowSource
from crmdesk.ui.widgets.chips import TagChip
from crmdesk.ui.widgets.pills import Pill
from crmdesk.usecases import history, narrowing, records, tags
from tests.support.customer_desk import Desk, copy_store, open_desk, write

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def names(desk: Desk) -> list[str]:
    return [desk.row(n).name for n in range(desk.customers.table.window_model.rowCount())]


def total(desk: Desk) -> int:
    return int(desk.context.reader.value("SELECT count(*) FROM p_customer WHERE life <> 1"))


def test_the_list_opens_on_its_first_page_and_then_counts_every_customer(desk) -> None:
    desk.context.runner.idle.emit()
    QApplication.processEvents()
    assert desk.customers.count == total(desk) == 300
    assert desk.customers.table.window_model.rowCount() == 300


def test_slash_takes_the_keyboard_to_the_search_and_typing_narrows_the_list(desk, qtbot) -> None:
    wanted = desk.row(7).name
    desk.customers.table.setFocus()
    QTest.keyClicks(desk.focus(), "/")
    assert desk.focus() is desk.window.bar.search
    write(desk.focus(), wanted)
    qtbot.waitUntil(lambda: desk.customers.count == 1)
    assert names(desk) == [wanted]
    qtbot.waitUntil(lambda: desk.customers.view.head.name.text() == wanted)


def test_a_stage_pill_shows_that_stage_alone(desk) -> None:
    pill = next(p for p in desk.customers.strip.stages.findChildren(Pill) if p.key == "won")
    QTest.mouseClick(pill, Qt.MouseButton.LeftButton)
    expected = desk.context.reader.value("SELECT count(*) FROM p_customer WHERE f_stage = 'won'")
    assert desk.customers.count == expected > 0


def test_a_ticked_tag_narrows_the_list_and_its_chip_takes_it_off_again(desk) -> None:
    strip = desk.customers.strip
    tag = next(t for t in desk.context.directory.tags.values() if "VIP" in t.name or t.hue != "grey")
    strip.popup.ticked.emit(f"tag:{tag.id}", True)
    expected = desk.context.reader.value(
        "SELECT count(*) FROM element WHERE field = 'tag' AND element = ?", (tag.id,)
    )
    assert desk.customers.count == expected < 300
    strip._chip_removed(f"tag:{tag.id}")
    assert desk.customers.count == 300


def test_a_region_narrows_the_list_to_all_that_is_part_of_it(desk) -> None:
    strip = desk.customers.strip
    strip.popup.ticked.emit("code:region_code", True)
    picker = strip.picker("region_code")
    assert picker.isVisible()
    picker.field.setText("guangdong")
    picker.field.queried.emit("guangdong")
    picker.list.choose()
    expected = desk.context.reader.value("SELECT count(*) FROM p_customer WHERE f_region_code LIKE '44%'")
    assert desk.customers.count == expected > 0
    (chip,) = strip._chosen()
    assert chip[1] == "地区属于广东省"
    strip._chip_removed(chip[0])
    assert desk.customers.count == 300


def test_an_industry_narrows_the_list_and_is_taken_off_in_the_same_place(desk) -> None:
    strip = desk.customers.strip
    strip.picker("industry_code").chosen.emit("C")
    made = ("26", "30", "34", "39", "14", "358")
    sql = f"SELECT count(*) FROM p_customer WHERE f_industry_code IN ({', '.join('?' * len(made))})"
    assert desk.customers.count == desk.context.reader.value(sql, made) < 300
    strip.popup.ticked.emit("code:industry_code", False)
    assert desk.customers.count == 300


def test_the_order_is_remembered_for_the_next_day(desk) -> None:
    action = next(a for a in desk.customers.strip.order.menu().actions() if a.data() == "name")
    action.trigger()
    sorts = [desk.context.reader.value("SELECT sort FROM p_customer WHERE id = ?", (i,)) for i in
             [desk.row(n).id for n in range(20)]]  # fmt: skip
    assert sorts == sorted(sorts)
    assert desk.context.preferences.customers_sort == "name"
    assert "name" in desk.workspace.profile.preferences.read_text()


def test_the_chosen_customer_stays_chosen_when_the_list_is_read_again(desk) -> None:
    desk.customers.table.select_row(20)
    chosen = desk.customers.table.current_id
    desk.customers.reload()
    assert desk.customers.table.current_id == chosen
    assert desk.customers.view.customer == chosen


def test_enter_opens_the_customer_and_alt_right_goes_to_the_next_in_the_list(desk) -> None:
    table = desk.customers.table
    table.select_row(4)
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    page = desk.window.page
    assert page is not desk.customers
    assert page.current_customer == desk.row(4).id
    QTest.keyClick(page, Qt.Key.Key_Right, ALT)
    assert page.current_customer == desk.row(5).id
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert desk.window.page is desk.customers
    assert table.current_id == desk.row(5).id


def test_delete_hides_the_customer_and_ctrl_z_brings_it_back(desk) -> None:
    table = desk.customers.table
    table.select_row(3)
    gone = table.current_id
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert desk.view("customer", gone).life is Life.DELETED
    assert desk.customers.count == 299
    assert table.current_id not in ("", gone)
    QTest.keyClick(desk.window, Qt.Key.Key_Z, CONTROL)
    assert desk.view("customer", gone).life is Life.LIVE
    assert desk.customers.count == 300


def test_a_change_elsewhere_repaints_its_row_without_moving_the_list(desk) -> None:
    order = [desk.row(n).id for n in range(10)]
    key = RecordKey("customer", order[6])
    shown = records.open_form(desk.context.reader, desk.context.registry, key)
    desk.context.write(lambda replica: records.change(replica, key, {"name": "改名有限公司"}, shown))
    assert desk.row(6).name == "改名有限公司"
    assert [desk.row(n).id for n in range(10)] == order


def test_nothing_found_says_so_and_offers_every_customer_again(desk, qtbot) -> None:
    desk.window.set_search("zzqqxxjj")
    qtbot.waitUntil(lambda: desk.customers.count == 0)
    assert desk.customers._nothing.isVisible()
    desk.customers._nothing.acted.emit()
    qtbot.waitUntil(lambda: desk.customers.count == 300)
    assert desk.window.bar.search.text() == ""


def test_without_customers_the_page_says_what_to_do(empty_store, open_copy, qtbot) -> None:
    desk = open_copy(empty_store)
    qtbot.waitUntil(desk.customers._nothing.isVisible)
    desk.customers._nothing.acted.emit()
    assert desk.customers.new.isVisible()


def test_a_new_customer_is_saved_and_shown(desk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_N, CONTROL)
    QTest.keyClicks(desk.focus(), "Northern Lights Optics")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return, CONTROL)
    assert desk.ids("p_customer", "f_name = ?", "Northern Lights Optics") == [desk.customers.table.current_id]
    assert desk.customers.view.head.name.text() == "Northern Lights Optics"


def test_what_stands_beside_the_list_fills_its_place(desk) -> None:
    for key in (Qt.Key.Key_N, Qt.Key.Key_F):
        QTest.keyClick(
            desk.customers.table, key, CONTROL if key == Qt.Key.Key_N else Qt.KeyboardModifier.NoModifier
        )
        aside = desk.customers._aside
        assert aside.currentWidget() is (desk.customers.new if key == Qt.Key.Key_N else desk.customers.pane)
        assert aside.currentWidget().width() == aside.width()
        QTest.keyClick(desk.focus(), Qt.Key.Key_Escape)


def test_typing_a_name_that_is_there_already_warns_and_leads_to_it(desk, qtbot) -> None:
    there = desk.row(9)
    desk.window.go("customers", NewCustomerWish(there.name))
    qtbot.waitUntil(lambda: bool(desk.customers.new.similar.names))
    assert desk.customers.new.similar._rows[0].accessibleName().startswith(there.name)
    assert "名称相同" in desk.customers.new.similar._rows[0].accessibleName()
    desk.customers.new.similar._rows[0].click()
    assert desk.window.page.current_customer == there.id


def test_the_phone_of_a_customer_that_is_there_names_it_whatever_it_is_called(desk, qtbot) -> None:
    phone = desk.view("customer", desk.row(4).id).values["phone"]
    QTest.keyClick(desk.window, Qt.Key.Key_N, CONTROL)
    form = desk.customers.new.form
    write(form.cell("name").editor.input(), desk.row(4).name[:-2])
    form.cell("phone").editor.input().setFocus()
    QTest.keyClicks(desk.focus(), f"+86 {phone}")
    qtbot.waitUntil(
        lambda: any("电话相同" in row.accessibleName() for row in desk.customers.new.similar._rows)
    )
    there = desk.row(4).id
    desk.customers.new.similar._rows[0].setFocus()
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    assert desk.window.page.current_customer == there


def test_a_new_customer_without_a_name_is_refused_beside_the_field(desk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_N, CONTROL)
    form = desk.customers.new.form
    write(form.cell("city").editor.input(), "宁波")
    form.save()
    assert not form.cell("name").remark.isHidden()
    assert "名称" in form.cell("name").remark.text()
    assert total(desk) == 300


def test_go_with_a_filter_shows_exactly_that(desk) -> None:
    desk.window.go("customers", narrowing.customers_where(Condition("stage", Op.IS, ("lost",))))
    assert desk.customers.strip.stages.key == "lost"
    assert {desk.row(n).stage for n in range(desk.customers.count)} == {"lost"}


def test_a_newer_search_overtakes_an_older_one_on_real_threads(sample_store, tmp_path, qtbot) -> None:
    desk = open_desk(copy_store(sample_store, tmp_path / "profile"), runner=Runner.threaded())
    try:
        qtbot.waitUntil(lambda: desk.customers.count == 300)
        wanted = desk.row(11).name
        for text in ("1", "有", "公", "有限", wanted):
            desk.customers.search(text)
        qtbot.waitUntil(lambda: desk.context.runner.pending == 0)
        assert names(desk) == [wanted]
    finally:
        desk.close()


def test_a_broad_search_begins_with_the_rows_that_its_ranking_begins_with(
    desk, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "_FEW_TO_SORT", 0)
    begun: list[WindowSource[CustomerRow]] = []
    desk.customers.feed.begun.connect(begun.append)
    desk.window.set_search("有限公司")
    qtbot.waitUntil(
        lambda: bool(begun) and desk.customers.count == desk.customers.table.window_model.rowCount()
    )
    first = begun[0].page(0, 100)
    assert first
    assert [row.id for row in first] == [desk.row(n).id for n in range(len(first))]


def test_a_key_right_after_a_search_means_the_row_it_marked(desk, qtbot) -> None:
    wanted = desk.row(7)
    desk.window.set_search(wanted.name)
    qtbot.waitUntil(lambda: desk.customers.count == 1)
    desk.customers.table.setFocus()
    QTest.keyClick(desk.customers.table, Qt.Key.Key_Delete)
    assert desk.view("customer", wanted.id).life is Life.DELETED


def test_density_changes_the_rows_and_is_remembered(desk) -> None:
    menus = [b.menu() for b in desk.customers.actions_in_bar() if hasattr(b, "menu") and b.menu()]
    dense = next(a for menu in menus for a in menu.actions() if a.data() == "dense")
    dense.trigger()
    assert desk.customers.table.verticalHeader().defaultSectionSize() == 24
    assert desk.context.preferences.density == "dense"


def test_moving_down_the_list_costs_little(desk) -> None:
    table = desk.customers.table
    table.setFocus()
    began = time.process_time()
    for _ in range(20):
        QTest.keyClick(table, Qt.Key.Key_Down)
        QApplication.processEvents()
    assert (time.process_time() - began) / 20 < 0.05


def test_a_tag_put_on_elsewhere_shows_on_the_row(desk) -> None:
    row = desk.row(2)
    desk.context.write(lambda replica: tags.put_named(replica, desk.context.directory, row.id, "新标签一号"))
    assert "新标签一号" in [label for _, label, _ in desk.row(2).tags]
    assert history.last_transaction(desk.context.reader, desk.context.directory.me.id)


def test_dense_rows_show_24_customers_of_a_real_list_on_a_small_laptop(desk, qapp) -> None:
    theme.switch(qapp, density=theme.Density.DENSE)
    desk.window.resize(1366, 697)
    QApplication.processEvents()
    assert desk.window.rail.width() == 48
    assert desk.customers.table.visible_rows() >= 24


def test_another_customer_s_tags_leave_none_of_the_old_ones_to_be_seen(desk) -> None:
    tagged = [n for n in range(20) if desk.row(n).tags]
    for number in tagged[:2]:
        desk.customers.table.select_row(number)
        QApplication.processEvents()
    chips = [chip for chip in desk.customers.view.findChildren(TagChip) if chip.isVisible()]
    assert [chip.tag_id for chip in chips] == [tag for tag, _, _ in desk.row(tagged[1]).tags]


def test_an_empty_list_offers_a_new_customer_and_the_sample_data(empty_store, open_copy) -> None:
    desk = open_copy(empty_store)
    asked: list[bool] = []
    desk.pages.sample.connect(lambda: asked.append(True))
    offered = [button for button in desk.customers._nothing.findChildren(QPushButton) if button.isVisible()]
    assert [button.text() for button in offered] == ["新建客户", "用示例数据试试"]
    offered[1].click()
    assert asked


def test_tab_leads_from_the_actions_over_the_tags_to_the_story(desk) -> None:
    desk.customers.table.select_row(next(n for n in range(20) if desk.row(n).tags))
    desk.customers.view.head.more.setFocus()
    QTest.keyClick(desk.focus(), Qt.Key.Key_Tab)
    assert isinstance(desk.focus(), TagChip)


def unindex(desk: Desk) -> None:
    """Bring every customer and contact back to where a first sync leaves them before search follows."""
    with desk.context.workspace.replica.database.write() as connection:
        for entity in ("customer", "contact"):
            connection.exec_driver_sql(f"INSERT INTO unindexed SELECT n, updated_at FROM p_{entity}")
        for statement in (
            "INSERT INTO search(search) VALUES ('delete-all')",
            "DELETE FROM likeness",
            "DELETE FROM likeness_of",
        ):
            connection.exec_driver_sql(statement)


def test_a_search_says_how_far_it_is_prepared_until_it_knows_everybody(desk, qtbot) -> None:
    """R36: after a first sync the lists are whole before search is."""
    customers, wanted = desk.customers, desk.row(7).name
    unindex(desk)
    replica = desk.context.workspace.replica
    replica.write_words(next(replica.words_that_wait(300)))
    customers.search(wanted)
    qtbot.waitUntil(customers.preparing.isVisible)
    assert " %" in customers.preparing.text()
    replica.index_all()
    customers.reload()
    qtbot.waitUntil(lambda: not customers.preparing.isVisible())
    assert wanted in names(desk)


def test_a_list_without_search_says_nothing_of_its_preparation(desk, qtbot) -> None:
    unindex(desk)
    desk.customers.reload()
    qtbot.waitUntil(lambda: desk.customers.count == 300)
    assert not desk.customers.preparing.isVisible()
