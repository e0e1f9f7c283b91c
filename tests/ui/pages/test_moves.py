"""Customers, books and rights that move, on screen: the menu, the inbox, the sync centre, the company's page."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import read_record
from crmdesk.store import records, settings
from crmdesk.store.replica import Touched
from crmdesk.store.settings import Server
from crmdesk.sync import commands
from crmdesk.sync.enrolment import connect
from crmdesk.ui.pages.person_picker import PersonPicker
from crmdesk.ui.widgets.entry_list import Entry
from crmdesk.usecases import drafts, late_work, refusals, requests
from sync_server import accounts
from tests.support.desks import customer, sync, visit, write
from tests.support.server import RunningServer


def shown(workspace, key: RecordKey) -> dict[str, Any]:
    record = workspace.reader.record(*key)
    return {} if record is None else dict(read_record(record, key.entity, workspace.replica.registry).values)


def menu(view) -> set[str]:
    view._offer_moves()
    actions = {"hand_over": view._hand_over, "release": view._release, "claim": view._claim}
    return {name for name, action in actions.items() if action.isVisible()}


def choose(name: str) -> None:
    """Take a person in the picker that is open."""
    picker = next(w for w in QApplication.topLevelWidgets() if isinstance(w, PersonPicker) and w.isVisible())
    picker._search(name)
    assert picker.list.current_id
    picker._take()


def test_a_rep_releases_to_the_pool_and_a_colleague_claims(server, hire, open_desk) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    home = customer(ann, "宏远机械")
    sync(ann)
    desk = open_desk(ann)
    view = desk.go("customer", home.id).view
    assert menu(view) == {"release"}
    view.moves.release()
    assert desk.notice() == "宏远机械 已放入公海"
    sync(ann)
    sync(cai)
    other = open_desk(cai)
    view = other.go("customer", home.id).view
    assert menu(view) == {"claim"}
    assert "公海" in dict(view._figures(view._card)).values()
    view.moves.claim()
    assert other.notice() == "宏远机械 现在归您负责"
    sync(cai)
    view.show_customer(home.id)
    assert menu(view) == {"release"}


def test_a_manager_hands_over_by_choosing_a_person(server, hire, open_desk) -> None:
    ann, mei = hire("Ann"), hire("Mei")
    home = customer(ann, "宏远机械")
    sync(ann)
    sync(mei)
    desk = open_desk(mei)
    view = desk.go("customer", home.id).view
    assert menu(view) == {"hand_over", "release"}
    view.moves.hand_over()
    choose("Cai")
    assert desk.notice() == "已移交 宏远机械"
    sync(mei)
    assert mei.reader.value("SELECT bucket FROM p_customer") == server.people["Cai"].book


def test_without_a_network_a_claim_is_a_request_that_is_answered_later(server, hire, open_desk) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    home = customer(ann, "宏远机械")
    sync(ann)
    with closing(connect(ann.replica)) as http:
        commands.release(ann.replica, http, [home.id])
    sync(cai)
    desk = open_desk(cai)
    view = desk.go("customer", home.id).view
    with cai.replica.database.write() as connection:
        known = settings.read(connection, "server", Server)
        settings.write(connection, {"server": type(known)(**{**_fields(known), "url": "http://127.0.0.1:9"})})
    view.moves.claim()
    assert desk.notice() == "已提交申请；联网后由服务器决定。"
    (wish,) = requests.open_ones(cai.reader)
    assert (wish.kind, wish.name, wish.outcome) == ("claim", "宏远机械", None)
    with cai.replica.database.write() as connection:
        settings.write(connection, {"server": known})
    sync(cai)
    page = desk.go("inbox")
    page.reload()
    assert page.list.ids() == [f"answer:{wish.id}"]
    assert page.news._name.text() == "宏远机械"
    page.news.kept.emit()
    assert requests.open_ones(cai.reader) == []


def _fields(known) -> dict[str, Any]:
    return {name: getattr(known, name) for name in known.__struct_fields__}


def late(server: RunningServer, hire: Any) -> tuple[Any, RecordKey, RecordKey]:
    """Ann wrote to a customer that Mei had given to Cai; Cai has heard."""
    ann, cai, mei = hire("Ann"), hire("Cai"), hire("Mei")
    home = customer(ann, "宏远机械", city="上海")
    sync(ann)
    with closing(connect(mei.replica)) as http:
        commands.change_owner(mei.replica, http, [home.id], server.people["Cai"].user)
    write(ann, home, {"city": "苏州"})
    seen = visit(ann, home, "迟到的拜访")
    sync(ann)
    sync(cai)
    return cai, home, seen


def test_late_work_is_a_sentence_that_can_be_kept(server, hire, open_desk) -> None:
    cai, home, _ = late(server, hire)
    desk = open_desk(cai)
    page = desk.go("inbox")
    assert "Ann" in page.news._sentence.text()
    told = dict(page._tell.late_fields(next(iter(page._late.values()))))
    assert told["客户 · 城市"] == "苏州（原为：上海）"
    assert told["拜访 · 内容"] == "迟到的拜访"
    view = desk.go("customer", home.id).view
    assert "Ann" in view.head.banner._text.text()
    page = desk.go("inbox", home.id)
    page.news.kept.emit()
    assert late_work.count(cai.reader) == 0
    assert shown(cai, home)["city"] == "苏州"


def test_late_work_can_be_taken_back_and_that_undone(server, hire, open_desk) -> None:
    cai, home, seen = late(server, hire)
    page = open_desk(cai).go("inbox")
    page.news.taken_back.emit()
    assert shown(cai, home)["city"] == "上海"
    assert cai.reader.value("SELECT life FROM p_visit WHERE id = ?", (seen.id,)) == 1
    assert late_work.count(cai.reader) == 0
    page.undo()
    assert shown(cai, home)["city"] == "苏州"
    assert cai.reader.value("SELECT life FROM p_visit WHERE id = ?", (seen.id,)) == 0


def test_what_was_refused_is_read_discarded_and_brought_back(hire, open_desk) -> None:
    """R30: payload, reason, retry, discard; the record is the server's again, and undo writes it once more."""
    ann = hire("Ann")
    home = customer(ann, "宏远机械", city="上海")
    sync(ann)
    before = ann.reader.record(*home)
    write(ann, home, {"city": "苏州", "nobody_knows": "x"})
    sync(ann)
    desk = open_desk(ann)
    page = desk.go("sync")
    assert {label.text() for label in page._written._values} == {"苏州", "x"}
    page.discard.click()
    assert ann.reader.record(*home) == before
    assert refusals.listed(ann.reader, ann.replica.registry) == []
    assert sync(ann).mismatched == 0
    assert shown(ann, home)["city"] == "上海"
    desk.window.notices.showing.action()
    assert shown(ann, home)["city"] == "苏州"


def test_what_was_discarded_stands_on_the_page_until_it_is_brought_back_or_thrown_away(
    hire, open_desk
) -> None:
    """R30: the notice is gone after seconds; a slip is noticed the day after."""
    ann = hire("Ann")
    home = customer(ann, "宏远机械", city="上海")
    sync(ann)
    write(ann, home, {"city": "苏州", "nobody_knows": "x"})
    sync(ann)
    page = open_desk(ann).go("sync")
    assert not page.aside.isVisibleTo(page)
    page.discard.click()
    assert page.aside.isVisibleTo(page)
    assert {label.text() for label in page.aside.written._values} == {"苏州", "x"}
    page.aside.copy.click()
    assert "苏州" in QGuiApplication.clipboard().text()
    page.aside.back.click()
    assert shown(ann, home)["city"] == "苏州"
    assert not page.aside.isVisibleTo(page)


def test_what_was_typed_on_a_customer_that_left_is_read_on_the_sync_page(hire, open_desk) -> None:
    """I8, I11: the form is out of reach, what was typed is not."""
    ann = hire("Ann")
    home = customer(ann, "宏远机械", city="上海")
    drafts.keep(
        ann.replica, f"visit:{home.id}", {"summary": "谈了价格", "kind": "phone", "tags": {"t": "老客户"}}
    )
    sync(ann)
    with ann.replica.database.write() as connection:
        ann.replica.leave(connection, list(records.load(connection, [home]).values()))
    desk = open_desk(ann)
    page = desk.go("sync")
    assert [label.text() for label in page.aside.written._values] == ["谈了价格", "电话", "老客户"]
    assert not page.aside.back.isVisibleTo(page)
    page.aside.forget.click()
    assert not page.aside.isVisibleTo(page)
    desk.window.notices.showing.action()
    assert page.aside.isVisibleTo(page)


def test_what_was_refused_is_changed_and_sent_in_its_place(hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械", nobody_knows="x")
    sync(ann)
    page = open_desk(ann).go("sync")
    page._resend(home, {"name": "宏远机械", "nobody_knows": "x"}, {"nobody_knows": ""})
    assert sync(ann).unsent == (0, 0)
    assert ann.reader.value("SELECT count(*) FROM outbox") == 0
    assert shown(ann, home) == {"name": "宏远机械"}


def test_a_leaver_is_counted_before_the_book_changes_hands(server, hire, open_desk) -> None:
    server.add_user("Root", "administrator")
    ann, cai, root = hire("Ann"), hire("Cai"), hire("Root")
    home = customer(ann, "宏远机械")
    sync(ann)
    desk = open_desk(root)
    page = desk.go("company")
    page.list.select_id(f"person:{server.people['Ann'].user}")
    names = [label.text() for label in page.person.fields._values]
    assert names[0] == "1"
    page._leave()
    choose("Cai")
    assert "Cai" in desk.notice()
    sync(root)
    desk.context.bus.touched.emit(Touched(is_everything=True))
    assert f"person:{server.people['Ann'].user}" not in page.list.ids()
    sync(cai)
    assert shown(cai, home)["name"] == "宏远机械"


def test_somebody_with_a_role_of_the_companys_own_is_called_by_it(server, hire, open_desk) -> None:
    server.add_user("Root", "administrator")
    with server.database.write() as connection:
        made = accounts.define_role(connection, None, "见习销售", "rep", frozenset(), server.clock())
        accounts.change_role(connection, "Ann", made.id, server.clock())
    root = hire("Root")
    customer(root, "宏远机械")
    sync(root)
    page = open_desk(root).go("company")
    person = server.people["Ann"].user
    assert f"person:{person}" in page.list.ids()
    ann = page._context.directory.people[person]
    assert page._place(ann) == "见习销售（销售专员） · East"
    picker = PersonPicker(page._context, "移交", "移交", page)
    picker.offer([ann])
    (entry,) = picker.list.entries.items
    assert isinstance(entry, Entry)
    assert entry.detail == "见习销售（销售专员） · East"
    picker.close()


def test_an_administrator_judges_what_was_refused(server, hire, open_desk) -> None:
    server.add_user("Root", "administrator")
    ann, root = hire("Ann"), hire("Root")
    customer(ann, "宏远机械", nobody_knows="x")
    sync(ann)
    desk = open_desk(root)
    page = desk.go("company")
    (letter,) = [row for row in page.list.ids() if row.startswith("letter:")]
    page.list.select_id(letter)
    assert "x" in [label.text() for label in page.letter.fields._values]
    page._retry.click()
    assert letter in page.list.ids()
    page._discard.click()
    assert letter not in page.list.ids()


def test_a_rep_has_no_company_page(hire, open_desk) -> None:
    assert "company" not in open_desk(hire("Ann")).window.page_keys()
