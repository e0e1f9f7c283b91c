"""Sharing and standing in, on screen: asked, shown to everybody it concerns, ended."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from crmdesk.store import settings
from crmdesk.store.replica import Touched
from crmdesk.store.settings import Server
from crmdesk.store.window import CustomerWindow
from crmdesk.sync import commands
from crmdesk.sync.enrolment import connect
from crmdesk.ui.widgets.pills import Pill
from crmdesk.usecases import agenda, narrowing, sharing
from crmdesk.usecases.workspace import Workspace
from tests.support.desks import customer, sync, visit, write
from tests.support.server import RunningServer


def share(by: Workspace, home: Any, user: str, *, can_write: bool, days: int | None = 7) -> None:
    until = None if days is None else sharing.end_of(by.today() + timedelta(days=days))
    with closing(connect(by.replica)) as http:
        commands.share(by.replica, http, [home.id], user, can_write=can_write, until=until)


def pick(group: Any, key: str) -> None:
    next(pill for pill in group.findChildren(Pill) if pill.key == key).click()


def texts(view: Any) -> list[str]:
    return [chip.text() for chip in view.head.shares.chips]


def lose_the_server(workspace: Workspace) -> Any:
    with workspace.replica.database.write() as connection:
        known = settings.read(connection, "server", Server)
        settings.write(connection, {"server": msgspec.structs.replace(known, url="http://127.0.0.1:9")})
    return known


def test_a_customer_is_shared_seen_with_its_terms_and_taken_back(server, hire, open_desk) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    home = customer(ann, "宏远机械", grade="B")
    visit(ann, home, "谈价格")
    sync(ann)
    desk = open_desk(ann)
    view = desk.go("customer", home.id).view
    view._offer_moves()
    assert view._share.isVisible()
    view.shares.ask()
    dialog = view.shares.dialog
    dialog._search("Cai")
    pick(dialog.span, "month")
    dialog._take()
    assert desk.notice() == "已共享给 Cai，下次同步后可见"
    assert view.shares.dialog is None
    sync(ann)
    desk.context.bus.touched.emit(Touched(is_everything=True))
    last = ann.today() + timedelta(days=30)
    assert texts(view)[0].startswith("已共享给 Cai，至 ")
    assert f"{last.day}日" in texts(view)[0] or str(last.year) in texts(view)[0]
    assert texts(view)[0].endswith("只读")
    assert "Ann" in view.head.shares.chips[0].toolTip()
    sync(cai)
    other = open_desk(cai)
    seen = other.go("customer", home.id).view
    assert texts(seen)[0].startswith("Ann 共享给您，至 ")
    assert dict(seen._figures(seen._card))["负责人"] == "Ann"
    seen.show_tab("details")
    grade = seen.form.cell("grade")
    assert (grade.editor.typed(), grade.editor.isEnabled()) == ("B", False)
    assert "Ann" in grade.toolTip()
    assert seen.head.visit.isHidden()
    view.head.shares.chips[0].click()
    sync(cai)
    assert cai.reader.value("SELECT count(*) FROM p_customer WHERE life <> 1") == 0


def test_a_guest_who_may_write_does_and_may_give_the_share_back(server, hire, open_desk) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    home = customer(ann, "宏远机械")
    sync(ann)
    share(ann, home, server.people["Cai"].user, can_write=True, days=None)
    sync(cai)
    desk = open_desk(cai)
    view = desk.go("customer", home.id).view
    assert texts(view) == ["Ann 共享给您 · 可修改"]
    assert not view.head.visit.isHidden()
    view._offer_moves()
    assert not view._share.isVisible()
    write(cai, home, {"city": "苏州"})
    sync(cai)
    view.head.shares.chips[0].click()
    sync(cai)
    assert cai.reader.value("SELECT count(*) FROM p_customer WHERE life <> 1") == 0
    sync(ann)
    assert ann.reader.value("SELECT f_city FROM p_customer") == "苏州"


def test_without_a_network_the_dialog_keeps_what_was_entered(server, hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    sync(ann)
    view = open_desk(ann).go("customer", home.id).view
    known = lose_the_server(ann)
    view.shares.ask()
    dialog = view.shares.dialog
    dialog._search("Cai")
    pick(dialog.right, "write")
    pick(dialog.span, "date")
    dialog.date.setText("+3")
    dialog._take()
    assert dialog.isVisible()
    assert "服务器" in dialog.problem.text()
    assert "没有排队等待发送" in dialog.problem.text()
    assert (dialog.date.text(), dialog.right.key, dialog.span.key) == ("+3", "write", "date")
    assert dialog.list.current_id == server.people["Cai"].user
    with ann.replica.database.write() as connection:
        settings.write(connection, {"server": known})
    dialog._take()
    assert not dialog.isVisible()
    sync(ann)
    (made,) = sharing.shares(ann.reader, ann.clock.now_ms(), home.id)
    assert (made.can_write, made.until) == (True, sharing.end_of(ann.today() + timedelta(days=3)))


def test_what_is_no_date_is_asked_for_again(server, hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    view = open_desk(ann).go("customer", home.id).view
    view.shares.ask()
    dialog = view.shares.dialog
    dialog._search("Cai")
    pick(dialog.span, "date")
    dialog.date.setText("某天")
    dialog._take()
    assert "最后一天" in dialog.problem.text()
    assert dialog.isVisible()


def test_what_is_shared_is_still_in_the_owners_own_lists(server, hire) -> None:
    """A share moves a customer to a bucket of its own; whose it is does not change."""
    ann = hire("Ann")
    home = customer(ann, "宏远机械", next_follow_up_on=ann.today().isoformat())
    customer(ann, "另一家")
    sync(ann)
    share(ann, home, server.people["Cai"].user, can_write=False)
    sync(ann)
    book = ann.identity().book
    assert [due.id for due in agenda.due(ann.reader, ann.today(), book=book)] == [home.id]
    assert agenda.numbers(ann.reader, ann.today(), week_start_ms=0, book=book).customers == 2
    wanted = narrowing.of_owner(server.people["Ann"].user)
    bearings = narrowing.read_bearings(ann.reader, ann.today())
    assert CustomerWindow(ann.reader, wanted, None, bearings).count() == 2


def test_a_manager_shares_for_a_rep_and_a_rep_not_for_a_colleague(server, hire, open_desk) -> None:
    ann, bo, mei = hire("Ann"), hire("Bo"), hire("Mei")
    home = customer(ann, "宏远机械")
    sync(ann)
    for person, may in ((bo, False), (mei, True)):
        sync(person)
        view = open_desk(person).go("customer", home.id).view
        view._offer_moves()
        assert view._share.isVisible() is may
        assert not view._frozen


def away(server: RunningServer, desk: Any, deputy: str, first: str, last: str) -> Any:
    card = desk.go("settings").away
    card.ask()
    card.dialog._search(deputy)
    card.dialog.starts.setText(first)
    card.dialog.ends.setText(last)
    card.dialog._take()
    return card


def test_a_deputy_is_told_over_the_whole_window_and_works_until_it_ends(server, hire, open_desk) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    home = customer(ann, "宏远机械")
    sync(ann)
    desk = open_desk(ann)
    card = away(server, desk, "Cai", "", "+5")
    assert desk.notice() == "Cai 代理您的工作，下次同步后可见"
    sync(ann)
    card.reload()
    assert len(card.rows) == 1
    sync(cai)
    other = open_desk(cai)
    banner = other.window.menuWidget()
    assert banner.accessibleName().startswith("您正在代理 Ann，至 ")
    other.desk._show_owner(server.people["Ann"].user)
    assert other.window.page._wanted.where == narrowing.of_owner(server.people["Ann"].user).where
    assert other.window.page.count == 1
    write(cai, home, {"city": "苏州"})
    sync(cai)
    (one,) = sharing.delegations(ann.reader, ann.clock.now_ms())
    card.end(one.id)
    sync(cai)
    other.context.bus.touched.emit(Touched(is_everything=True))
    assert other.window.menuWidget() is None
    assert cai.reader.value("SELECT count(*) FROM p_customer WHERE life <> 1") == 0
    sync(ann)
    card.reload()
    assert card.rows == []
    assert ann.reader.value("SELECT f_city FROM p_customer") == "苏州"


@pytest.mark.parametrize(("first", "last"), [("+5", "+3"), ("", "不是日期")])
def test_a_stand_in_for_an_impossible_time_is_refused_before_it_is_asked_for(
    server, hire, open_desk, first: str, last: str
) -> None:
    ann = hire("Ann")
    card = away(server, open_desk(ann), "Cai", first, last)
    assert card.dialog.isVisible()
    assert card.dialog.problem.text()
    sync(ann)
    assert sharing.delegations(ann.reader, ann.clock.now_ms()) == []


def test_a_stand_in_that_has_not_begun_is_listed_and_can_be_called_off(server, hire, open_desk) -> None:
    ann = hire("Ann")
    desk = open_desk(ann)
    card = away(server, desk, "Bo", "+2", "+5")
    sync(ann)
    card.reload()
    (one,) = sharing.delegations(ann.reader, ann.clock.now_ms())
    assert not one.is_under_way(ann.clock.now_ms())
    assert len(card.rows) == 1
    card.end(one.id)
    sync(ann)
    assert sharing.delegations(ann.reader, ann.clock.now_ms()) == []
