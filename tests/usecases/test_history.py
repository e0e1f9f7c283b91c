"""Taking back what was done: exactly that, nothing others did since, and one step further each time."""

from crmdesk.core.record import RecordKey, merge
from crmdesk.store import outbox
from crmdesk.store.replica import Write
from crmdesk.usecases import conflicts, customers, history, records, tags, visits
from crmdesk.usecases.history import Undone
from crmdesk.usecases.workspace import Workspace
from tests.support import dump
from tests.support.workspace import Colleague, commit, customer, receive, record

KEY = RecordKey("customer", "0" * 31 + "1")


def undo_last(desk: Workspace) -> Undone | None:
    """What the undo key does."""
    txn = history.last_transaction(desk.reader, desk.identity().user)
    return history.undo(desk.replica, txn).value if txn else None


def name_of(desk: Workspace, key: RecordKey = KEY) -> object:
    return desk.reader.value("SELECT f_name FROM p_customer WHERE id = ?", (key.id,))


def life_of(desk: Workspace, key: RecordKey) -> object:
    return desk.reader.value(f"SELECT life FROM p_{key.entity} WHERE id = ?", (key.id,))


def test_undoing_a_form_brings_every_value_back(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "旧名", city="苏州"))
    shown = records.open_form(desk.reader, desk.replica.registry, mine)
    records.change(desk.replica, mine, {"name": "新名", "city": None, "grade": "A"}, shown)
    assert undo_last(desk) == Undone(3, (), ((mine, ("city", "grade", "name")),))
    assert desk.reader.one("SELECT f_name, f_city, f_grade FROM p_customer") == ("旧名", "苏州", None)


def test_undoing_a_new_customer_deletes_it(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk))
    undo_last(desk)
    assert life_of(desk, mine) == 1


def test_undoing_a_tag_on_a_customer_that_came_from_the_server_only_takes_the_tag_off(
    desk: Workspace,
) -> None:
    receive(desk, {KEY: Colleague().edit(None, {"name": "宏远"})})
    tags.put(desk.replica, KEY.id, "t1")
    undo_last(desk)
    assert life_of(desk, KEY) == 0
    assert desk.reader.value("SELECT tags FROM p_customer") == ""


def test_undoing_a_visit_takes_back_the_visit_the_promise_the_date_and_the_tags(desk: Workspace) -> None:
    from datetime import date

    mine = customer(desk, next_follow_up_on="2026-11-25")
    note = visits.VisitNote(
        mine, "谈价", next_step="寄样品", next_on=date(2026, 12, 1), tags=("t1",), tags_off=("t2",)
    )
    visits.log(desk.replica, note)
    undo_last(desk)
    assert desk.reader.all("SELECT life FROM p_visit UNION ALL SELECT life FROM p_task") == [(1,), (1,)]
    assert desk.reader.one("SELECT f_next_follow_up_on, tags, visits FROM p_customer") == (
        "2026-11-25",
        "",
        0,
    )


def test_undoing_a_deletion_brings_the_record_back(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk))
    before = dump.seen(desk.reader)
    records.delete(desk.replica, mine)
    undo_last(desk)
    changed = dump.difference(before, dump.seen(desk.reader))
    assert {cell[-1] for cell in changed} <= {"updated_at"}


def test_fields_changed_since_stay_and_are_named(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "旧名", city="苏州"))
    txn = desk.replica.commit([Write(mine, {"name": "新名", "city": "无锡"})]).txn
    assert txn
    commit(desk.replica, mine, city="上海")
    assert history.undo(desk.replica, txn).value == Undone(1, ((mine, "city"),), ((mine, ("name",)),))
    assert desk.reader.one("SELECT f_name, f_city FROM p_customer") == ("旧名", "上海")


def test_a_new_record_that_a_colleague_wrote_to_since_stays_whole(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "宏远", city="苏州"))
    txn = history.last_transaction(desk.reader, desk.identity().user)
    receive(desk, {mine: Colleague().edit(record(desk, mine), {"grade": "A"})})
    assert txn
    undone = history.undo(desk.replica, txn).value
    assert undone == Undone(0, ((mine, "city"), (mine, "name")))
    assert desk.reader.one("SELECT f_name, f_city, f_grade, life FROM p_customer") == ("宏远", "苏州", "A", 0)


def test_undoing_twice_goes_two_steps_back(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "一"))
    commit(desk.replica, mine, name="二")
    commit(desk.replica, mine, name="三")
    undo_last(desk)
    assert name_of(desk, mine) == "二"
    undo_last(desk)
    assert name_of(desk, mine) == "一"
    undo_last(desk)
    assert life_of(desk, mine) == 1
    assert undo_last(desk) is None


def test_work_done_after_an_undo_is_undone_first(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "一"))
    commit(desk.replica, mine, name="二")
    undo_last(desk)
    commit(desk.replica, mine, city="苏州")
    undo_last(desk)
    assert desk.reader.one("SELECT f_name, f_city FROM p_customer") == ("一", None)


def test_a_large_import_is_no_wall_to_undo(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "一"))
    commit(desk.replica, mine, name="二")
    new = [Write(RecordKey("customer", desk.replica.new_id()), {"name": f"导入{n}"}) for n in range(400)]
    desk.replica.commit(new, kind="import")
    undo_last(desk)
    assert desk.reader.value("SELECT count(*) FROM p_customer WHERE life = 0") == 1
    undo_last(desk)
    assert name_of(desk, mine) == "一"


def test_what_a_colleague_did_is_not_ours_to_undo(desk: Workspace) -> None:
    receive(desk, {KEY: Colleague().edit(None, {"name": "宏远"})})
    assert undo_last(desk) is None


def conflicted(desk: Workspace) -> conflicts.Item:
    """A customer with two names, by Wang and by Li."""
    wang, li = Colleague("c" * 32, "王强"), Colleague("d" * 32, "李娜")
    first = wang.edit(None, {"name": "宏远"}, bucket=desk.identity().book)
    receive(desk, {KEY: merge(wang.edit(first, {"name": "甲"}), li.edit(first, {"name": "乙"}))})
    (item,) = conflicts.listed(desk.reader, desk.replica.registry)
    return item


def test_undoing_a_decision_brings_the_conflict_back_with_its_authors_and_times(desk: Workspace) -> None:
    item = conflicted(desk)
    conflicts.resolve(desk.replica, item, 1)
    assert conflicts.count(desk.reader) == 0
    undo_last(desk)
    (again,) = conflicts.listed(desk.reader, desk.replica.registry)
    told = [(choice.value, choice.by, choice.at_ms) for choice in item.choices]
    assert [(choice.value, choice.by, choice.at_ms) for choice in again.choices] == told


def test_a_conflict_that_was_brought_back_can_be_decided_again(desk: Workspace) -> None:
    conflicts.resolve(desk.replica, conflicted(desk), 1)
    undo_last(desk)
    (again,) = conflicts.listed(desk.reader, desk.replica.registry)
    conflicts.resolve(desk.replica, again, 0)
    assert conflicts.count(desk.reader) == 0
    assert name_of(desk) == again.choices[0].value


def test_undo_goes_to_the_server_like_any_other_work(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk, "一"))
    commit(desk.replica, mine, name="二")
    undo_last(desk)
    with desk.replica.database.read() as connection:
        assert [entry.counter for entry in outbox.everything(connection)] == [1, 2, 3]


def test_the_changes_of_a_record_say_who_when_and_what_still_stands(desk: Workspace) -> None:
    receive(desk, {KEY: Colleague().edit(None, {"name": "旧名", "city": "苏州"})})
    commit(desk.replica, KEY, name="新名")
    told = {(c.field, c.value, c.by, c.is_current, c.is_unsent) for c in history.changes(desk.reader, KEY)}
    assert told == {
        ("name", "新名", desk.identity().user, True, True),
        ("name", "旧名", "王强", False, False),
        ("city", "苏州", "王强", True, False),
    }


def test_contacts_and_their_phones_come_back_too(desk: Workspace) -> None:
    mine = customer(desk)
    customers.add_contact(desk.replica, mine, {"name": "单小姐"}, ("139 0000 1234",))
    (person,) = customers.contacts(desk.reader, mine)
    records.delete(desk.replica, RecordKey("contact", person.id))
    assert customers.contacts(desk.reader, mine) == ()
    undo_last(desk)
    assert customers.contacts(desk.reader, mine) == (person,)
