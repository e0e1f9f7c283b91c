"""Saving a form changes what was changed in it, and nothing that its author had not seen."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.store import records as stored
from crmdesk.store.replica import Replica, Write
from crmdesk.usecases import agenda, conflicts, customers, records, requests, tags, visits
from crmdesk.usecases.directory import Directory, Person
from crmdesk.usecases.workspace import Workspace
from tests.support import dump
from tests.support.workspace import Colleague, commit, customer, receive, record

KEY = RecordKey("customer", "0" * 31 + "1")
TASK = RecordKey("task", "0" * 31 + "2")
REQUEST = RecordKey("request", "0" * 31 + "3")
FOLLOW_UP = agenda.Due("customer", KEY.id, KEY.id, "宏远", "", date(2026, 11, 22))
NOBODY = Directory(Person("me", "我", "rep", None, None), {}, {}, None, {}, {}, {}, {})


def opened(desk: Workspace, key: RecordKey = KEY):
    return records.open_form(desk.reader, desk.replica.registry, key)


def test_a_value_that_arrived_while_the_form_was_open_stays_beside_the_saved_one(desk: Workspace) -> None:
    them = Colleague()
    first = them.edit(None, {"name": "旧名"})
    receive(desk, {KEY: first})
    shown = opened(desk)
    receive(desk, {KEY: them.edit(first, {"name": "他写的"})}, seq=2)
    records.change(desk.replica, KEY, {"name": "我写的"}, shown)
    (item,) = conflicts.listed(desk.reader, desk.replica.registry)
    assert {choice.value for choice in item.choices} == {"我写的", "他写的"}


def test_only_what_differs_is_written(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "宏远", city="苏州"))
    saved = records.change(
        desk.replica, mine, {"name": " 宏远 ", "city": "无锡", "grade": ""}, opened(desk, mine)
    )
    assert saved.value == {"city"}
    assert record(desk, mine).siblings("city")[0].values == {"city": "无锡"}


def test_saving_an_untouched_form_writes_nothing(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "宏远", city="苏州"))
    before = dump.kept(desk.reader)
    saved = records.change(desk.replica, mine, {"name": "宏远", "city": "苏州"}, opened(desk, mine))
    assert saved.txn is None
    assert dump.kept(desk.reader) == before


def test_an_emptied_field_is_emptied(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "宏远", city="苏州"))
    records.change(desk.replica, mine, {"city": "  "}, opened(desk, mine))
    assert desk.reader.value("SELECT f_city FROM p_customer") is None


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_customer_without_a_name_is_not_saved(desk: Workspace, name: str | None) -> None:
    with pytest.raises(CrmError, match="required"):
        customers.add(desk.replica, {"name": name, "city": "苏州"})
    mine = RecordKey("customer", customer(desk))
    with pytest.raises(CrmError, match="required"):
        records.change(desk.replica, mine, {"name": name}, opened(desk, mine))
    assert desk.reader.value("SELECT count(*) FROM edit") == 1


def test_a_value_no_field_may_hold_is_refused_and_nothing_is_written(desk: Workspace) -> None:
    before = dump.kept(desk.reader)
    good = Write(RecordKey("customer", desk.replica.new_id()), {"name": "宏远"})
    bad = Write(RecordKey("customer", desk.replica.new_id()), {"employees": 2**60})
    with pytest.raises(CrmError, match="invalid_value"):
        desk.replica.commit([good, bad])
    assert dump.kept(desk.reader) == before


def test_zero_is_a_value(desk: Workspace) -> None:
    customer(desk, employees=0)
    assert desk.reader.value("SELECT f_employees FROM p_customer") == 0


def test_what_is_fixed_once_said_can_not_be_changed(desk: Workspace) -> None:
    mine = customer(desk)
    visit = records.add(
        desk.replica, "visit", {"customer": mine, "kind": "phone", "at": 5, "summary": "谈价"}
    ).value
    key = RecordKey("visit", visit)
    with pytest.raises(CrmError, match="fixed_field"):
        records.change(desk.replica, key, {"at": 6}, opened(desk, key))
    assert desk.reader.value("SELECT f_at FROM p_visit") == 5


def test_a_deleted_customer_is_hidden_and_a_restored_one_is_back(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "宏远"))
    records.delete(desk.replica, mine)
    assert customers.same_names(desk.reader) == []
    assert desk.reader.value("SELECT life FROM p_customer") == 1
    records.restore(desk.replica, mine)
    assert desk.reader.value("SELECT life FROM p_customer") == 0


def test_a_form_on_nothing_says_so(desk: Workspace) -> None:
    with pytest.raises(CrmError, match="not_found"):
        opened(desk)


DECISIONS: Final[Mapping[str, tuple[RecordKey, Callable[[Replica], object]]]] = {
    "a tag put on": (KEY, lambda replica: tags.put(replica, KEY.id, "t" * 32)),
    "a tag taken off": (KEY, lambda replica: tags.take_off(replica, KEY.id, "t" * 32)),
    "a new tag": (KEY, lambda replica: tags.put_named(replica, NOBODY, KEY.id, "新")),
    "a task ticked off": (TASK, lambda replica: agenda.finish(replica, TASK.id)),
    "a follow-up put off": (KEY, lambda replica: agenda.reschedule(replica, FOLLOW_UP, date(2026, 12, 1))),
    "a deletion taken back": (KEY, lambda replica: records.restore(replica, KEY)),
    "an answer put away": (REQUEST, lambda replica: requests.close(replica, REQUEST.id)),
}


@pytest.mark.parametrize("has_unsent", [False, True])
@pytest.mark.parametrize("what", DECISIONS)
def test_a_decision_about_a_record_that_left_makes_no_fragment_of_it(
    desk: Workspace, what: str, has_unsent: bool
) -> None:
    """I8: the person is told, and what was taken away does not come back as a record of one field."""
    key, decide = DECISIONS[what]
    receive(desk, {key: Colleague().edit(None, {"name": "宏远"})})
    if has_unsent:
        commit(desk.replica, key, from_a_newer_program="x")
    with desk.replica.database.write() as connection:
        desk.replica.leave(connection, list(stored.load(connection, [key]).values()))
    before = dump.kept(desk.reader)
    with pytest.raises(CrmError, match="record_left"):
        decide(desk.replica)
    assert dump.kept(desk.reader) == before


def test_a_visit_to_a_customer_that_leaves_while_it_is_saved_is_not_saved_in_part(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(desk, {KEY: Colleague().edit(None, {"name": "宏远"})})
    there = Replica.load

    def load_and_lose(replica: Replica, key: RecordKey) -> object:
        found = there(replica, key)
        with replica.database.write() as connection:
            replica.leave(connection, list(stored.load(connection, [key]).values()))
        return found

    monkeypatch.setattr(Replica, "load", load_and_lose)
    with pytest.raises(CrmError, match="record_left"):
        visits.log(desk.replica, visits.VisitNote(KEY.id, "写了一页", next_on=date(2026, 12, 1)))
    assert desk.reader.value("SELECT count(*) FROM record WHERE entity IN ('customer', 'visit')") == 0
