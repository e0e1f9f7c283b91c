from __future__ import annotations

from contextlib import closing

import pytest
from PySide6.QtCore import Qt

from crmdesk.core.record import RecordKey
from crmdesk.core.values import money
from crmdesk.sync import commands
from crmdesk.sync.enrolment import connect
from crmdesk.ui.widgets.entry_list import Entry
from crmdesk.usecases import customers, records
from tests.support.desks import customer, sync, write


@pytest.fixture
def divided(hire):
    """Ann and Bo, who share books, changed the same fields of one customer while apart; both have synced since."""
    ann, bo = hire("Ann"), hire("Bo")
    key = customer(ann, "宏远机械", stage="lead", amount=money(100))
    sync(ann)
    sync(bo)
    write(ann, key, {"stage": "quote", "amount": money(4_200_000)})
    write(bo, key, {"stage": "intent", "amount": money(3_900_000)})
    sync(bo)
    sync(ann)
    return ann, bo, key


def shown(workspace, key, field: str):
    return workspace.reader.value(f"SELECT f_{field} FROM p_customer WHERE id = ?", (key.id,))


def stand_on(page, field: str) -> None:
    assert page.list.select_id(next(i for i in page.list.ids() if i.endswith(field)))


def rows_of(page) -> list[Entry]:
    return [row for row in page.list.entries.items if isinstance(row, Entry)]


def values(page) -> list[str]:
    return [card.said.value for card in page.decision._cards]


def test_a_conflict_is_told_in_one_sentence_with_who_and_what(divided, open_desk) -> None:
    page = open_desk(divided[0]).go("inbox")
    assert page.count == 2
    stand_on(page, "stage")
    sentence = page.decision._sentence.text()
    assert all(word in sentence for word in ("您", "Bo", "宏远机械", "「阶段」"))
    assert values(page) == ["意向", "报价"]
    assert page.decision._cards[0].said.note == "决定前显示这个"


def test_amounts_are_written_as_people_write_them(divided, open_desk) -> None:
    page = open_desk(divided[0]).go("inbox")
    stand_on(page, "amount")
    assert set(values(page)) == {"¥42,000", "¥39,000"}


def test_two_phones_are_told_apart_though_they_are_one_number(hire, open_desk) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    home = customer(ann, "宏远机械", phone="13800138000")
    person = customers.add_contact(ann.replica, home.id, {"name": "王建国"}, ("13912345678",)).value
    sync(ann)
    sync(bo)
    write(ann, home, {"phone": "13811112222"})
    write(bo, home, {"phone": "+86 138 1111 2222"})
    for one in (ann, bo):
        write(one, RecordKey("contact", person), {f"phone:{one.replica.new_id()}": "13777778888"})
    sync(bo)
    sync(ann)
    desk = open_desk(ann)
    page = desk.go("inbox")
    assert set(values(page)) == {"13811112222", "+86 138 1111 2222"}
    (row,) = rows_of(page)
    assert set(row.detail.removeprefix("电话：").split(" ≠ ")) == set(values(page))
    view = desk.go("customer", home.id).view
    assert dict(view._figures(view._card))["电话"] == "139 1234 5678"
    view.show_tab("details")
    assert view.form.cell("phone").remark.text().count("138 1111 2222 (") == 1
    view.show_tab("people")
    assert [row.reach for row in view.people.people.people.items] == ["139 1234 5678 · 137 7777 8888"]
    view.people.edit(person)
    lines = [line.text() for _, line in view.people.form.cell("phone").editor._lines]
    assert lines == ["139 1234 5678", "137 7777 8888", "137 7777 8888", ""]
    assert view.people.form.cell("phone").editor.values().keys() == {
        f"phone:{element}"
        for (element,) in ann.reader.all("SELECT element FROM element WHERE field = 'phone'")
    }


def test_a_conflict_of_somebody_at_a_customer_says_whose(hire, open_desk) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    home = customer(ann, "宏远机械")
    person = customers.add_contact(ann.replica, home.id, {"name": "王建国"}, ()).value
    sync(ann)
    sync(bo)
    for one, mail in ((ann, "a@example.com"), (bo, "b@example.com")):
        write(one, RecordKey("contact", person), {"email": mail})
    sync(bo)
    sync(ann)
    (row,) = rows_of(open_desk(ann).go("inbox"))
    assert (row.title, row.detail.partition("：")[0]) == ("宏远机械", "王建国 · 邮箱")


def test_two_and_enter_keep_the_second_value_and_the_next_one_comes_up(divided, open_desk) -> None:
    ann, _, key = divided
    desk = open_desk(ann)
    page = desk.go("inbox")
    stand_on(page, "stage")
    wanted = {"意向": "intent", "报价": "quote"}[values(page)[1]]
    desk.press("2")
    desk.press(Qt.Key.Key_Return)
    assert shown(ann, key, "stage") == wanted
    assert [i.rsplit(":")[-1] for i in page.list.ids()] == ["amount"]
    assert page.list.current_id.endswith("amount")


def test_u_takes_a_decision_back_and_the_conflict_is_there_again(divided, open_desk) -> None:
    desk = open_desk(divided[0])
    page = desk.go("inbox")
    before = page.list.ids()
    desk.press(Qt.Key.Key_Return)
    assert len(page.list.ids()) == 1
    desk.press("u")
    assert page.list.ids() == before


def test_arrow_keys_move_between_the_values(divided, open_desk) -> None:
    desk = open_desk(divided[0])
    page = desk.go("inbox")
    chosen = [page.decision.chosen]
    for _ in range(2):
        desk.press(Qt.Key.Key_Right)
        chosen.append(page.decision.chosen)
    assert chosen == [0, 1, 0]


def test_a_managers_button_leads_to_the_very_conflict_before_they_are_asked(divided, hire, open_desk) -> None:
    mei, key = hire("Mei"), divided[2]
    desk = open_desk(mei)
    assert desk.go("inbox").list.ids() == []
    view = desk.go("customer", key.id).view
    assert view.head.banner.decide.isVisible()
    view.head.banner.decide.click()
    page = desk.window.page
    assert (page.count, len(page.list.ids())) == (0, 2)
    assert page.decision.isVisible()
    stand_on(page, "stage")
    page.apply(1)
    assert [i for i in page.list.ids() if i.endswith("stage")] == []


def test_who_may_only_read_is_told_who_decides(divided, server, hire, open_desk) -> None:
    ann, _, key = divided
    cai = hire("Cai")
    with closing(connect(ann.replica)) as http:
        commands.share(ann.replica, http, [key.id], server.people["Cai"].user, can_write=False, until=None)
    sync(cai)
    desk = open_desk(cai)
    banner = desk.go("customer", key.id).view.head.banner
    assert banner.isVisible()
    assert not banner.decide.isVisible()
    assert "由 Ann 决定" in banner._text.text()
    assert desk.go("inbox", key.id).list.ids() == []


def test_a_decision_reaches_the_colleague_and_their_inbox_empties(divided, open_desk) -> None:
    ann, bo, key = divided
    desk = open_desk(ann)
    desk.go("inbox")
    desk.press(Qt.Key.Key_Return)
    desk.press(Qt.Key.Key_Return)
    sync(ann)
    sync(bo)
    page = open_desk(bo).go("inbox")
    assert page.count == 0
    assert page.empty.isVisible()
    assert shown(bo, key, "stage") == shown(ann, key, "stage")


def test_a_record_deleted_while_somebody_edited_it_asks_to_keep_or_delete(hire, open_desk) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    key = customer(ann, "宏远机械", city="杭州")
    sync(ann)
    sync(bo)
    records.delete(bo.replica, key)
    write(ann, key, {"city": "宁波"})
    sync(bo)
    sync(ann)
    desk = open_desk(ann)
    page = desk.go("inbox")
    assert page.decision._sentence.text() == "您还在修改宏远机械的时候，Bo 把它删除了。"
    assert values(page) == ["保留，连同修改的内容", "再次删除"]
    desk.press("2")
    desk.press(Qt.Key.Key_Return)
    assert page.list.ids() == []
    assert ann.reader.value("SELECT life FROM p_customer WHERE id = ?", (key.id,)) == 1


def test_customers_with_one_name_are_listed_for_information(workspace, open_desk) -> None:
    first, second = customer(workspace, "宏远机械"), customer(workspace, "宏远机械")
    page = open_desk(workspace).go("inbox")
    assert page.count == 0
    assert page.duplicates.isVisible()
    assert set(page.duplicates.list.ids()) == {first.id, second.id}


def test_nothing_to_decide_says_so(workspace, open_desk) -> None:
    page = open_desk(workspace).go("inbox")
    assert page.empty.isVisible()
    assert page.empty.accessibleName().startswith("没有需要决定的事。")
