"""One customer: tags, details, people, history; what is typed is kept, what others wrote is never overwritten."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store import records as stored
from crmdesk.ui.pages.customer import CustomerView
from crmdesk.ui.pages.record_form import RecordForm
from crmdesk.usecases import drafts, records
from crmdesk.usecases.outcome import Outcome
from tests.support.customer_desk import Desk, write

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(desk):
    desk.customers.table.select_row(1)
    return desk.customers.view


def values(desk: Desk, view: CustomerView) -> dict[str, Value]:
    assert view.customer is not None
    return desk.view("customer", view.customer).values


def type_into(form: RecordForm, field: str, text: str) -> None:
    line = form.cell(field).editor.input()
    assert isinstance(line, QLineEdit)
    line.clear()
    write(line, text)


def write_elsewhere(desk: Desk, customer: str, **wanted: Value) -> None:
    key = RecordKey("customer", customer)
    shown = records.open_form(desk.context.reader, desk.context.registry, key)
    desk.context.write(lambda replica: records.change(replica, key, wanted, shown))


def write_below(desk: Desk, view: CustomerView, entity: str, **wanted: Value) -> None:
    assert view.customer is not None
    values = {"customer": view.customer, **wanted}
    desk.context.write(lambda replica: records.add(replica, entity, values))


def test_t_and_a_new_name_make_a_tag_and_put_it_on(desk, view) -> None:
    desk.customers.table.setFocus()
    QTest.keyClicks(desk.focus(), "t")
    write(desk.focus(), "标杆工厂")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    tag = desk.ids("p_tag", "f_name = ?", "标杆工厂")[0]
    assert values(desk, view)[f"tag:{tag}"] is True
    assert tag in [chip.tag_id for chip in view.head.tags._chips]


def test_the_cross_on_a_tag_takes_it_off_and_undo_puts_it_back(desk, view) -> None:
    chip = view.head.tags._chips[0]
    tag = chip.tag_id
    QTest.keyClick(chip, Qt.Key.Key_Delete)
    assert values(desk, view)[f"tag:{tag}"] is False
    QTest.keyClick(desk.window, Qt.Key.Key_Z, CONTROL)
    assert values(desk, view)[f"tag:{tag}"] is True
    assert tag in [c.tag_id for c in view.head.tags._chips]


def test_saving_the_form_writes_only_the_fields_that_changed(desk, view) -> None:
    view.show_tab("details")
    type_into(view.form, "city", "温州")
    before = desk.context.reader.value("SELECT count(*) FROM edit")
    QTest.keyClick(view.form.cell("city").editor.input(), Qt.Key.Key_S, CONTROL)
    assert values(desk, view)["city"] == "温州"
    newest = desk.context.reader.record("customer", view.customer).edits
    assert {"city"} in [set(edit.values) for edit in newest]
    assert desk.context.reader.value("SELECT count(*) FROM edit") > before
    assert not view.form.is_dirty
    assert "温州" in view.head.facts.text()


def test_a_value_that_cannot_be_read_is_marked_beside_its_field_and_nothing_is_written(desk, view) -> None:
    view.show_tab("details")
    old = values(desk, view)
    type_into(view.form, "email", "nobody")
    view.form.save()
    assert "邮箱" in view.form.cell("email").remark.text()
    assert view.form.cell("email").editor.input().property("invalid") == "true"
    assert desk.focus() is view.form.cell("email").editor.input()
    assert values(desk, view) == old


def test_a_doubtful_value_is_told_beside_its_field_and_saved_all_the_same(desk, view, qtbot) -> None:
    view.show_tab("details")
    cell = view.form.cell("credit_code")
    type_into(view.form, "credit_code", "91110000600037341M")
    qtbot.waitUntil(lambda: "统一社会信用代码" in cell.remark.text())
    assert cell.remark.property("tone") == "warn"
    QTest.keyClick(cell.editor.input(), Qt.Key.Key_S, CONTROL)
    assert values(desk, view)["credit_code"] == "91110000600037341M"
    assert cell.remark.text() == "", "what is stored is not held against whoever only looks"


def test_escape_gives_the_stored_values_back(desk, view) -> None:
    view.show_tab("details")
    city = view.form.cell("city").editor.typed()
    type_into(view.form, "city", "错了")
    QTest.keyClick(view.form.cell("city").editor.input(), Qt.Key.Key_Escape)
    assert view.form.cell("city").editor.typed() == city
    assert not view.form.is_dirty
    assert drafts.names(desk.context.reader, "customer:") == []


def test_a_typed_amount_and_date_are_read_as_people_write_them(desk, view) -> None:
    view.show_tab("details")
    type_into(view.form, "amount", "42万")
    type_into(view.form, "next_follow_up_on", "+7")
    assert view.form.cell("next_follow_up_on").remark.text() == "11月29日 周日"
    view.form.save()
    assert values(desk, view)["amount"] == {"money": [42_000_000, "CNY"]}
    assert values(desk, view)["next_follow_up_on"] == "2026-11-29"


def test_what_was_typed_is_a_draft_when_another_customer_is_shown_and_comes_back(desk, view) -> None:
    view.show_tab("details")
    customer = view.customer
    type_into(view.form, "city", "半个字")
    desk.customers.table.select_row(2)
    assert drafts.names(desk.context.reader, "customer:") == [f"customer:{customer}"]
    desk.customers.table.select_id(customer)
    assert view.form.cell("city").editor.typed() == "半个字"
    assert view.form.is_dirty
    view.form.save()
    assert desk.view("customer", customer).values["city"] == "半个字"
    assert drafts.names(desk.context.reader, "customer:") == []


def leave(desk: Desk, customer: str) -> None:
    """A sync takes the customer and all below it away."""

    def work(replica):
        with replica.database.write() as connection:
            touched = replica.leave(connection, stored.under_root(connection, customer))
        return Outcome(None, touched, None)

    desk.context.write(work)


def test_what_is_typed_on_a_customer_that_leaves_stays_in_sight_and_saving_keeps_it(
    desk, view, qtbot
) -> None:
    view.show_tab("details")
    customer = view.customer
    type_into(view.form, "city", "半个字")
    leave(desk, customer)
    qtbot.waitUntil(lambda: desk.customers.table.current_id != customer)
    assert view.customer == customer
    assert view.form.cell("city").editor.typed() == "半个字"
    assert "离开" in view.form._news.text()
    view.form.save()
    assert view.customer == desk.customers.table.current_id != customer
    assert desk.ids("p_customer", "id = ?", customer) == []
    assert desk.context.reader.value("SELECT count(*) FROM outbox WHERE id = ?", (customer,)) > 0
    assert drafts.names(desk.context.reader, "customer:") == []


def test_a_customer_that_leaves_while_nothing_is_typed_gives_its_place_to_another(desk, view, qtbot) -> None:
    view.show_tab("details")
    customer = view.customer
    leave(desk, customer)
    qtbot.waitUntil(lambda: view.customer not in (customer, None))


def test_what_arrives_while_typing_is_told_and_both_values_are_kept(desk, view) -> None:
    view.show_tab("details")
    type_into(view.form, "city", "我的城市")
    write_elsewhere(desk, view.customer, city="别人的城市", address="别人的地址")
    assert view.form.cell("city").editor.typed() == "我的城市"
    assert view.form._news.isVisible()
    assert "城市" in view.form._news.text()
    view.form.save()
    seen = desk.view("customer", view.customer)
    assert [field.key for field in seen.conflicts] == ["city"]
    assert {c.value for c in seen.conflicts[0].candidates} == {"我的城市", "别人的城市"}
    assert seen.values["address"] == "别人的地址"
    assert view.head.banner.isVisible()
    assert "我的城市" in view.form.cell("city").remark.text()
    assert "别人的城市" in view.form.cell("city").remark.text()


def test_a_draft_kept_over_a_restart_overwrites_only_what_it_had_seen(desk, view) -> None:
    view.show_tab("details")
    customer = view.customer
    type_into(view.form, "city", "我的城市")
    desk.customers.table.select_row(5)
    write_elsewhere(desk, customer, city="别人的城市")
    desk.customers.table.select_id(customer)
    view.form.save()
    assert [field.key for field in desk.view("customer", customer).conflicts] == ["city"]


def test_a_form_nobody_types_into_follows_what_arrives(desk, view) -> None:
    view.show_tab("details")
    write_elsewhere(desk, view.customer, city="新的城市")
    assert view.form.cell("city").editor.typed() == "新的城市"
    assert not view.form._news.isVisible()


def test_the_banner_leads_to_the_inbox(desk, view) -> None:
    view.head.banner.decide.click()
    assert desk.window.page.subject == view.customer


def test_a_new_contact_with_two_phones_is_saved_under_the_customer(desk, view) -> None:
    view._new_contact()
    form = view.people.form
    write(form.cell("name").editor.input(), "欧阳新")
    phones = form.cell("phone").editor
    QTest.keyClicks(phones._lines[0][1], "13900001111")
    QTest.keyClicks(phones._lines[1][1], "0571-88880000")
    form.save()
    made = desk.ids("p_contact", "f_name = ?", "欧阳新")
    assert len(made) == 1
    contact = desk.view("contact", made[0]).values
    assert contact["customer"] == view.customer
    assert sorted(v for k, v in contact.items() if k.startswith("phone:")) == ["0571-88880000", "13900001111"]
    assert "欧阳新" in [row.name for row in view.people.people.people.items]


def test_an_earlier_value_comes_back_from_the_history_and_that_can_be_undone(desk, view) -> None:
    old = values(desk, view)["city"]
    write_elsewhere(desk, view.customer, city="新的城市")
    view.show_tab("history")
    step = next(s for s in view.past._steps.values() if s.change.field == "city" and not s.change.is_current)
    view.past.changes.opened.emit(step.id)
    assert values(desk, view)["city"] == old
    QTest.keyClick(desk.window, Qt.Key.Key_Z, CONTROL)
    assert values(desk, view)["city"] == "新的城市"


def test_a_link_to_a_chief_draws_somebody_below_them(desk, view) -> None:
    write_below(desk, view, "contact", name="赵总", job_level="executive", decision_role="decides")
    chief = desk.ids("p_contact", "f_name = ?", "赵总")[0]
    view.show_tab("people")
    view.people.add()
    form = view.people.form
    type_into(form, "name", "钱经理")
    link = form.cell("reports_to").editor.input()
    assert isinstance(link, QComboBox)
    link.setCurrentIndex(link.findData(chief))
    link.activated.emit(link.currentIndex())
    QTest.keyClick(form.cell("name").editor.input(), Qt.Key.Key_Return, CONTROL)
    rows = view.people.people.people.items
    at = next(number for number, row in enumerate(rows) if row.name == "钱经理")
    assert (rows[at - 1].name, rows[at - 1].role, rows[at].guides) == ("赵总", "决策者", (False,))


def test_an_order_is_noted_listed_added_up_and_told_in_the_story(desk, view) -> None:
    view.show_tab("deals")
    before = len(view.deals.entries.entries.items)
    view.deals.add("order")
    form = view.deals.form
    type_into(form, "number", "DD-新-1")
    type_into(form, "ordered_on", "2026-11-20")
    type_into(form, "amount", "1.2万")
    QTest.keyClick(form.cell("number").editor.input(), Qt.Key.Key_Return, CONTROL)
    assert view.deals.form is None, "the list is back"
    told = view.deals.entries.entries.items
    assert len(told) == before + 1
    assert ("DD-新-1", "¥12,000") in [(entry.author, entry.text) for entry in told]
    view.show_tab("story")
    assert "DD-新-1\n¥12,000" in [entry.text for entry in view.story.entries.items]


def test_the_briefing_leads_the_story_with_what_is_overdue(desk, view) -> None:
    write_below(desk, view, "task", title="补寄样品", due_on="2026-11-01")
    view.show_tab("story")
    first = view.story.entries.items[0]
    assert first.kind == "拜访前须知"
    assert first.hue == "red"
    assert "补寄样品" in first.text


def test_the_follow_up_menu_sets_the_date(desk, view) -> None:
    action = next(a for a in view.head.follow_up.menu().actions() if a.data() == 7)
    action.trigger()
    assert values(desk, view)["next_follow_up_on"] == "2026-11-29"


def test_a_digit_brings_a_part_to_the_front(desk, view) -> None:
    desk.customers.table.setFocus()
    QTest.keyClicks(desk.focus(), "6")
    assert view.tabs.key == "history"
    assert desk.focus() is view.past.changes


def test_every_control_of_the_page_has_a_name_for_a_screen_reader(desk, view) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit

    for tab in ("story", "details", "people", "history"):
        view.show_tab(tab)
    nameless = [
        type(widget).__name__
        for kind in (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)
        for widget in desk.customers.findChildren(kind)
        if widget.isVisibleTo(desk.customers)
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert nameless == []


def test_b_opens_the_customer_as_it_was_and_closing_leaves_nothing_of_it(desk, view, qtbot) -> None:
    from PySide6.QtWidgets import QApplication

    from crmdesk.ui.pages.looking_back import LookingBack

    old, name = view.customer, view.head.name.text()
    write_elsewhere(desk, old, name="改了名")
    desk.customers.table.setFocus()
    QTest.keyClicks(desk.focus(), "b")
    (back,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, LookingBack)]
    assert back.empty.isVisible(), "all of it was written today"
    back.typed.setText(desk.context.today().isoformat())
    QTest.keyClick(back.typed, Qt.Key.Key_Return)
    assert back.view is not None
    assert back.view.head.name.text() == "改了名"
    assert back.view.head.visit.isHidden(), "nothing can be done there"
    assert not back.view.tabs.offers("files")
    assert name != "改了名"
    assert back._look is not None
    folder = back._look.workspace.profile.folder
    back.close()
    qtbot.waitUntil(lambda: not folder.exists())
