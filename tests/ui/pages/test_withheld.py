"""What a role withholds is on show and not to be written, before the server has to refuse it."""

from __future__ import annotations

from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.roles import Role
from crmdesk.store import mandates
from crmdesk.usecases import merging, refusals, tags, visits
from crmdesk.usecases.directory import read_directory, read_registry
from crmdesk.usecases.visits import VisitNote
from crmdesk.usecases.workspace import Workspace
from sync_server import accounts, sharing
from sync_server.authoring import new_id
from sync_server.storage import people
from sync_server.storage.sharing import Delegation
from tests.support.desks import customer, in_days, sync, write
from tests.support.server import RunningServer


def give_role(server: RunningServer, name: str, *withheld: str) -> None:
    """Somebody gets a role of the company's own."""
    with server.database.write() as connection:
        made = accounts.define_role(
            connection, None, f"内勤{name}", "rep", frozenset(withheld), server.clock()
        )
        accounts.change_role(connection, name, made.id, server.clock())


def become(server: RunningServer, name: str, role: Role) -> None:
    with server.database.write() as connection:
        accounts.change_role(connection, name, role, server.clock())


def written(workspace: Workspace) -> int:
    return int(workspace.reader.value("SELECT count(*) FROM outbox"))


def test_a_withheld_field_is_shown_and_says_why_it_cannot_be_edited(server, hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械", grade="B", city="上海")
    sync(ann)
    give_role(server, "Ann", "customer.grade", "customer.tag")
    sync(ann)
    view = open_desk(ann).go("customer", home.id).view
    view.show_tab("details")
    grade, city = view.form.cell("grade"), view.form.cell("city")
    assert (grade.editor.typed(), grade.editor.isEnabled()) == ("B", False)
    assert grade.toolTip() == "您的角色不能填写「等级」。"
    assert (city.editor.isEnabled(), city.toolTip()) == (True, "")
    assert view.head.tags.toolTip() == "您的角色不能填写「标签」。"
    assert view.head.tags._edit.isHidden()
    city.editor.set_typed("苏州")
    city.editor.changed.emit()
    view.form.save()
    sync(ann)
    assert ann.reader.value("SELECT f_city FROM p_customer") == "苏州"


def test_nothing_writes_a_withheld_field_whatever_asks_for_it(server, hire) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    tag = tags.create(ann.replica, read_directory(ann.reader), "老客户").value
    sync(ann)
    give_role(server, "Ann", "customer.tag", "customer.next_follow_up_on", "task.*")
    sync(ann)
    with pytest.raises(CrmError) as refused:
        tags.put(ann.replica, home.id, tag)
    assert refused.value.code == "forbidden_field"
    note = VisitNote(home.id, "谈了价格", next_step="寄样品", next_on=in_days(ann, 3))
    visits.log(ann.replica, note)
    assert {e for (e,) in ann.reader.all("SELECT entity FROM outbox")} == {"visit"}
    sync(ann)
    assert written(ann) == 0


def test_a_merge_asks_about_no_withheld_field_and_takes_none(server, hire) -> None:
    ann = hire("Ann")
    tag = tags.create(ann.replica, read_directory(ann.reader), "老客户").value
    winner = customer(ann, "宏远机械", phone="13900000001")
    loser = customer(ann, "宏远机械厂", grade="B", city="苏州", phone="13900000002", email="a@hy.example")
    other = customer(ann, "宏远", grade="C")
    tags.put(ann.replica, loser.id, tag)
    sync(ann)
    give_role(server, "Ann", "customer.grade", "customer.tag", "customer.other_phone")
    sync(ann)
    lines = merging.lines(ann.reader, read_registry(ann.reader), winner.id, loser.id)
    assert {line.field.name for line in lines} == {"name", "city", "phone", "email"}
    merging.merge(ann.replica, winner.id, loser.id, {line.field.name: line.chosen for line in lines})
    merging.merge(ann.replica, winner.id, other.id)
    sync(ann)
    assert written(ann) == 0
    said = ann.reader.all("SELECT f_city, f_email, f_grade, tags FROM p_customer WHERE id = ?", (winner.id,))
    assert said == [("苏州", "a@hy.example", None, "")]


def test_an_act_whose_records_are_withheld_is_not_offered(server, hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    sync(ann)
    give_role(server, "Ann", "visit.*", "contact.*", "attachment.*", "customer.next_follow_up_on")
    sync(ann)
    desk = open_desk(ann)
    view = desk.go("customer", home.id).view
    view._offer_moves()
    assert view.head.visit.isHidden()
    assert view.head.follow_up.isHidden()
    assert not view._add_contact.isVisible()
    view.show_tab("files")
    assert view.files._attach.isHidden()
    desk.desk.visit.open_for(home.id)
    assert not desk.desk.visit.isVisible()
    assert len(desk.go("today").actions_in_bar()) == 1


def test_an_auditor_is_offered_nothing_that_writes(server, hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械", grade="B")
    sync(ann)
    server.add_user("Ada", "auditor")
    ada = hire("Ada")
    desk = open_desk(ada)
    view = desk.go("customer", home.id).view
    view._offer_moves()
    assert not any(a.isVisible() for a in (view._add_contact, view._change, view._delete, view._hand_over, view._release, view._claim))  # fmt: skip
    assert view.head.visit.isHidden()
    assert view.head.follow_up.isHidden()
    view.show_tab("details")
    assert not any(cell.editor.isEnabled() for cell in view.form._cells.values())
    view.show_tab("people")
    assert view.people._add_foot.isHidden()
    view.show_tab("history")
    assert view.past.bring_back.isHidden()
    names = [button.text() for button in desk.go("customers").actions_in_bar()]
    assert not any("新建" in name for name in names)
    desk.window.page.new_record()
    assert desk.window.page.new.isHidden()
    titles = [command.title for command in desk.desk.box.commands]
    assert "记拜访" not in titles
    assert "新建客户" not in titles
    with pytest.raises(CrmError):
        write(ada, home, {"grade": "A"})
    assert written(ada) == 0


def test_an_edit_made_before_hearing_of_it_waits_and_can_be_changed_and_sent(server, hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械", grade="B", city="上海")
    sync(ann)
    write(ann, home, {"grade": "A", "city": "苏州"})
    give_role(server, "Ann", "customer.grade")
    sync(ann)
    (waiting,) = refusals.listed(ann.reader, ann.replica.registry)
    assert (waiting.code, waiting.about) == ("forbidden_field", "grade")
    page = open_desk(ann).go("sync")
    page._resend(home, {"grade": "A", "city": "苏州"}, {"grade": ""})
    sync(ann)
    assert written(ann) == 0
    assert ann.reader.one("SELECT f_grade, f_city FROM p_customer") == ("B", "苏州")


def test_what_was_typed_before_a_field_was_withheld_is_not_lost(server, hire, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械", grade="B")
    sync(ann)
    desk = open_desk(ann)
    view = desk.go("customer", home.id).view
    view.show_tab("details")
    cell: Any = view.form.cell("grade")
    cell.editor.set_typed("A")
    cell.editor.changed.emit()
    view.form.keep_draft()
    give_role(server, "Ann", "customer.grade")
    sync(ann)
    desk.context._directory = desk.context._registry = None
    view.show_tab("story")
    view.show_tab("details")
    cell = view.form.cell("grade")
    assert (cell.editor.typed(), cell.editor.isEnabled()) == ("A", True)
    view.form.save()
    assert "等级" in cell.remark.text()
    assert written(ann) == 0


def test_who_stands_in_for_somebody_writes_what_either_may(server, hire) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    sync(ann)
    give_role(server, "Cai", "customer.grade")
    now = server.clock()
    with server.database.write() as connection:
        people.lock_company(connection)
        users = server.people["Ann"].user, server.people["Cai"].user
        sharing.delegate(
            connection, Delegation(new_id(now), *users, now.ms - 1, now.ms + 60_000, users[0], now.ms), now
        )
    cai = hire("Cai")
    assert len(mandates.mandates(cai.reader.all, users[1], now.ms)) == 2
    write(cai, home, {"grade": "A"})
    sync(cai)
    assert written(cai) == 0
