"""Whatever two people said stays until a person decides, having seen it."""

import msgspec
import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey, merge
from crmdesk.store import settings
from crmdesk.usecases import conflicts, records
from crmdesk.usecases.conflicts import Item
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import Colleague, commit, receive, record

KEY = RecordKey("customer", "0" * 31 + "1")


def listed(desk: Workspace) -> list[Item]:
    return conflicts.listed(desk.reader, desk.replica.registry)


def contested(desk: Workspace, them: Colleague) -> Item:
    """Deleted here, edited there."""
    first = them.edit(None, {"name": "宏远"})
    receive(desk, {KEY: first})
    records.delete(desk.replica, KEY)
    receive(desk, {KEY: merge(record(desk, KEY), them.edit(first, {"city": "苏州"}))}, seq=2)
    (item,) = listed(desk)
    return item


def test_a_decision_leaves_a_value_that_came_later_standing(desk: Workspace) -> None:
    wang, li = Colleague("c" * 32), Colleague("d" * 32, "李娜")
    first = wang.edit(None, {"name": "宏远"}, bucket=desk.identity().book)
    receive(desk, {KEY: merge(wang.edit(first, {"name": "甲"}), li.edit(first, {"name": "乙"}))})
    (item,) = listed(desk)
    receive(desk, {KEY: Colleague("e" * 32, "赵六").edit(first, {"name": "丙"})}, seq=2)
    conflicts.resolve(desk.replica, item, 0)
    (again,) = listed(desk)
    assert {c.value for c in again.choices} == {item.choices[0].value, "丙"}


def test_an_edit_that_had_not_seen_the_deletion_brings_the_record_back_and_asks(desk: Workspace) -> None:
    item = contested(desk, Colleague())
    assert (item.kind, [choice.value for choice in item.choices]) == ("contested", [None, True])
    assert desk.reader.value("SELECT life FROM p_customer") == 2


def test_keeping_a_contested_record_keeps_it_with_all_that_was_said(desk: Workspace) -> None:
    conflicts.resolve(desk.replica, contested(desk, Colleague()), 0)
    assert desk.reader.one("SELECT life, f_city FROM p_customer") == (0, "苏州")
    assert listed(desk) == []


def test_deleting_a_contested_record_again_hides_it(desk: Workspace) -> None:
    conflicts.resolve(desk.replica, contested(desk, Colleague()), 1)
    assert desk.reader.value("SELECT life FROM p_customer") == 1
    assert listed(desk) == []


def test_deleting_again_does_not_cover_what_came_after_the_list_was_shown(desk: Workspace) -> None:
    them = Colleague()
    item = contested(desk, them)
    receive(desk, {KEY: them.edit(record(desk, KEY), {"remark": "刚到的"})}, seq=3)
    conflicts.resolve(desk.replica, item, 1)
    assert desk.reader.one("SELECT life, f_remark FROM p_customer") == (2, "刚到的")


def test_a_choice_that_is_not_there_is_refused(desk: Workspace) -> None:
    item = contested(desk, Colleague())
    with pytest.raises(CrmError, match="bad_argument"):
        conflicts.resolve(desk.replica, item, 2)


def test_equal_values_are_no_conflict(desk: Workspace) -> None:
    them = Colleague()
    first = them.edit(None, {"name": "旧"})
    receive(desk, {KEY: first})
    commit(desk.replica, KEY, name="新")
    receive(desk, {KEY: them.edit(first, {"name": "新"})}, seq=2)
    assert listed(desk) == []
    assert conflicts.count(desk.reader) == 0


VISIT = RecordKey("visit", "0" * 31 + "2")


def visited_unseen(desk: Workspace) -> Colleague:
    """Deleted here; a visit there, made without having seen the deletion, arrives afterwards."""
    them = Colleague()
    receive(desk, {KEY: them.edit(None, {"name": "宏远"})})
    records.delete(desk.replica, KEY)
    visit = {"customer": KEY.id, "kind": "phone", "at": 1, "summary": "要追加订单"}
    receive(desk, {VISIT: them.edit(None, visit)}, seq=2)
    return them


def test_a_visit_made_without_having_seen_the_deletion_brings_the_customer_back_and_asks(
    desk: Workspace,
) -> None:
    visited_unseen(desk)
    assert desk.reader.one("SELECT life, visits FROM p_customer") == (2, 1)
    (item,) = listed(desk)
    assert (item.kind, item.choices[0].by) == ("contested", Colleague().user)


def test_a_visit_that_the_deleter_had_seen_goes_with_the_customer(desk: Workspace) -> None:
    them = Colleague()
    visit = {"customer": KEY.id, "kind": "phone", "at": 1, "summary": "旧的"}
    receive(desk, {KEY: them.edit(None, {"name": "宏远"}), VISIT: them.edit(None, visit)})
    records.delete(desk.replica, KEY)
    assert desk.reader.value("SELECT life FROM p_customer") == 1
    assert listed(desk) == []


@pytest.mark.parametrize(("choice", "life"), [(0, 0), (1, 1)])
def test_deciding_about_an_unseen_visit_settles_it_and_survives_a_rebuild(
    desk: Workspace, choice: int, life: int
) -> None:
    visited_unseen(desk)
    desk.replica.rebuild()
    conflicts.resolve(desk.replica, listed(desk)[0], choice)
    assert desk.reader.value("SELECT life FROM p_customer") == life
    desk.replica.rebuild()
    assert desk.reader.value("SELECT life FROM p_customer") == life
    assert listed(desk) == []


def test_others_are_not_asked_and_a_manager_only_after_three_days(desk: Workspace) -> None:
    wang, li = Colleague("c" * 32), Colleague("d" * 32, "李娜")
    first = wang.edit(None, {"name": "宏远"}, bucket=desk.identity().book)
    receive(desk, {KEY: merge(wang.edit(first, {"name": "甲"}), li.edit(first, {"name": "乙"}))})
    since = desk.reader.value("SELECT since FROM attention")
    put = "UPDATE attention SET bucket = 'another book'"
    with desk.replica.database.write() as connection:
        connection.exec_driver_sql(put)
    assert conflicts.count(desk.reader) == 0
    act_as_manager(desk)
    days = conflicts.MANAGERS_WAIT_MS
    assert conflicts.count(desk.reader, since + days - 1) == 0
    assert conflicts.count(desk.reader, since + days) == 1


def act_as_manager(desk: Workspace) -> None:
    with desk.replica.database.write() as connection:
        identity = settings.identity(connection)
        settings.write(connection, {"identity": msgspec.structs.replace(identity, role="manager")})
