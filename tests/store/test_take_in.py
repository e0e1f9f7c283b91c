"""What a server sends is merged, kept whole, shown at once; what it takes away goes, but never unsent work."""

import random

import pytest

from crmdesk.core.record import Placement, RecordKey, encode, merge, moved
from crmdesk.store import dialect, outbox, projected_tables, records, settings, unreadable
from crmdesk.store.delivery import Arrival, Departure
from crmdesk.store.records import LEFT
from crmdesk.store.replica import Write
from crmdesk.usecases import records as form
from crmdesk.usecases.workspace import Workspace
from tests.support import dump
from tests.support.workspace import Colleague, commit, customer, receive, record
from tests.support.workspace import records as stored_records

KEY = RecordKey("customer", "0" * 31 + "1")
VISIT = RecordKey("visit", "0" * 31 + "2")
REVIEW = RecordKey("review", "0" * 31 + "3")
TASK = RecordKey("task", "0" * 31 + "4")
FIELD = RecordKey("field", "f" * 32)


def history_of(desk: Workspace, record_id: str):
    with desk.replica.database.read() as connection:
        return [edit for _, edit in records.history(connection, record_id)]


def test_unknown_fields_and_entities_survive_byte_for_byte(desk: Workspace) -> None:
    them = Colleague()
    known = them.edit(None, {"name": "宏远", "x_future": {"polygon": [1, "a"]}, "unheard_of": ["甲", "乙"]})
    unknown = them.edit(None, {"hologram": {"v9": [3]}})
    strange = RecordKey("spaceship", "0" * 31 + "9")
    receive(desk, {KEY: known, strange: unknown})
    assert stored_records(desk) == {KEY: known, strange: unknown}
    assert encode(record(desk, KEY)) == encode(known)


def test_editing_a_record_keeps_the_fields_this_program_does_not_know(desk: Workspace) -> None:
    receive(desk, {KEY: Colleague().edit(None, {"name": "宏远", "unheard_of": "甲"})})
    commit(desk.replica, KEY, name="远宏")
    assert [e.values["unheard_of"] for e in record(desk, KEY).siblings("unheard_of")] == ["甲"]


def test_taking_the_same_record_in_twice_changes_nothing(desk: Workspace) -> None:
    theirs = Colleague().edit(None, {"name": "宏远"})
    receive(desk, {KEY: theirs})
    before = (dump.kept(desk.reader), dump.seen(desk.reader))
    receive(desk, {KEY: theirs})
    assert (dump.kept(desk.reader), dump.seen(desk.reader)) == before


def test_an_unsent_edit_stays_when_the_server_sends_another_value(desk: Workspace) -> None:
    them = Colleague()
    first = them.edit(None, {"name": "宏远"})
    receive(desk, {KEY: first})
    commit(desk.replica, KEY, name="我写的")
    receive(desk, {KEY: them.edit(first, {"name": "他写的"})}, seq=2)
    assert {e.values["name"] for e in record(desk, KEY).siblings("name")} == {"我写的", "他写的"}
    assert desk.reader.value("SELECT count(*) FROM outbox") == 1
    assert desk.reader.value("SELECT count(*) FROM attention") == 1


def test_a_conflict_in_a_deleted_record_asks_nobody(desk: Workspace) -> None:
    them = Colleague()
    first = them.edit(None, {"name": "宏远"})
    receive(
        desk, {KEY: merge(them.edit(first, {"name": "甲"}), Colleague("d" * 32).edit(first, {"name": "乙"}))}
    )
    assert desk.reader.value("SELECT count(*) FROM attention") == 1
    desk.replica.commit([Write(KEY, {"deleted": {"seen": dict(record(desk, KEY).clock)}})])
    assert desk.reader.value("SELECT count(*) FROM attention") == 0


def test_a_foreign_edit_that_is_overwritten_goes_into_history(desk: Workspace) -> None:
    them = Colleague()
    first = them.edit(None, {"name": "旧名", "city": "苏州"})
    receive(desk, {KEY: first})
    receive(desk, {KEY: them.edit(first, {"name": "新名"})}, seq=2)
    assert [edit.values for edit in history_of(desk, KEY.id)] == [{"name": "旧名", "city": "苏州"}]


def test_history_keeps_an_own_edit_whole_when_its_remains_are_overwritten_later(desk: Workspace) -> None:
    mine = customer(desk, "旧名", city="苏州")
    key = RecordKey("customer", mine)
    commit(desk.replica, key, name="新名")
    accepted = record(desk, key)
    made = min(accepted.edits, key=lambda e: e.dot)
    from crmdesk.core.record import accept

    accepted = accept(accepted, {e.dot: e.at for e in accepted.edits})
    receive(desk, {key: accepted})
    receive(desk, {key: Colleague().edit(accepted, {"city": "无锡"})}, seq=2)
    whole = next(edit for edit in history_of(desk, mine) if edit.dot == made.dot)
    assert whole.values == {"name": "旧名", "city": "苏州"}
    assert whole.eff == made.at


@pytest.mark.parametrize("seed", range(6))
def test_the_order_in_which_records_arrive_makes_no_difference(
    desk: Workspace, other: Workspace, seed: int
) -> None:
    them, us = Colleague("c" * 32), Colleague("d" * 32, "李娜")
    base = them.edit(None, {"name": "宏远"})
    left, right = them.edit(base, {"name": "甲", "city": "苏州"}), us.edit(base, {"name": "乙"})
    visit = us.edit(None, {"customer": KEY.id, "summary": "谈价", "kind": "onsite", "at": 5})
    review = them.edit(None, {"visit": VISIT.id, "outcome": "flagged"})
    deck = [(KEY, base), (KEY, left), (KEY, right), (VISIT, visit), (REVIEW, review)]
    for pair in deck:
        receive(desk, [pair])
    random.Random(seed).shuffle(deck)
    for pair in [*deck, *deck[:2]]:
        receive(other, [pair])
    assert dump.states(other.reader) == dump.states(desk.reader)
    assert dump.seen(other.reader) == dump.seen(desk.reader)


def test_a_malformed_record_holds_only_itself(desk: Workspace) -> None:
    good = Colleague().edit(None, {"name": "宏远"})
    bad = encode(good).replace(b",", b", ")
    other = RecordKey("customer", "0" * 31 + "8")
    replica = desk.replica
    with replica.database.write() as connection:
        replica.take_in(connection, [Arrival(KEY, bad, 1), Arrival(other, encode(good), 1)])
        assert unreadable.noted(connection) == (KEY,)
    assert stored_records(desk) == {other: good}
    receive(desk, {KEY: good})
    with replica.database.read() as connection:
        assert unreadable.noted(connection) == ()


def test_a_record_with_an_id_beyond_all_time_can_be_shown(desk: Workspace) -> None:
    late = RecordKey("customer", "f" * 12 + "7" + "0" * 19)
    receive(desk, {late: Colleague().edit(None, {"name": "宏远"})})
    assert desk.reader.value("SELECT created_at FROM p_customer") == 0


def test_a_review_that_comes_before_its_visit_is_shown_under_the_customer_afterwards(desk: Workspace) -> None:
    them = Colleague()
    receive(desk, {REVIEW: them.edit(None, {"visit": VISIT.id, "outcome": "flagged"})})
    receive(desk, {VISIT: them.edit(None, {"customer": KEY.id, "summary": "谈价", "at": 5})})
    receive(desk, {KEY: them.edit(None, {"name": "宏远"})})
    roots = desk.reader.all("SELECT DISTINCT root FROM record")
    assert roots == [(KEY.id,)]
    assert desk.reader.one("SELECT visits, last_visit_at FROM p_customer") == (1, 5)


def test_a_task_that_gets_its_customer_later_hangs_under_it_here_and_elsewhere(
    desk: Workspace, other: Workspace
) -> None:
    them = Colleague()
    receive(desk, {KEY: them.edit(None, {"name": "宏远"}), TASK: them.edit(None, {"title": "寄样品"})})
    commit(desk.replica, TASK, customer=KEY.id)
    receive(other, stored_records(desk))
    assert desk.reader.value("SELECT root FROM p_task") == KEY.id
    assert dump.seen(desk.reader) == dump.seen(other.reader)


def test_a_visit_whose_customer_arrives_by_a_later_merge_takes_its_review_along(desk: Workspace) -> None:
    them = Colleague()
    bare = them.edit(None, {"summary": "谈价"})
    review = them.edit(None, {"visit": VISIT.id, "outcome": "flagged"})
    receive(desk, {VISIT: bare, REVIEW: review, KEY: them.edit(None, {"name": "宏远"})})
    receive(desk, {VISIT: them.edit(bare, {"customer": KEY.id, "at": 7})}, seq=2)
    assert desk.reader.all("SELECT root FROM p_review") == [(KEY.id,)]
    assert desk.reader.value("SELECT last_visit_at FROM p_customer") == 7


# -- moves and departures ---------------------------------------------------------------------------


def test_the_highest_move_wins_whatever_the_order(desk: Workspace, other: Workspace) -> None:
    here = Colleague().edit(None, {"name": "宏远"}, bucket="a")
    there = moved(here, Placement(1, "b"))
    receive(desk, {KEY: here}, [Departure(KEY, "a", 1)])
    receive(desk, {KEY: there})
    receive(other, {KEY: there})
    receive(other, {KEY: here}, [Departure(KEY, "a", 1)])
    assert record(desk, KEY).placement == record(other, KEY).placement == Placement(1, "b")
    assert dump.seen(desk.reader) == dump.seen(other.reader)


def test_a_record_that_leaves_is_gone_with_its_history_words_and_facts(desk: Workspace) -> None:
    them = Colleague()
    first = them.edit(None, {"name": "机密公司"})
    visit = them.edit(None, {"customer": KEY.id, "summary": "谈价", "at": 5})
    receive(desk, {KEY: first, VISIT: visit})
    receive(desk, {KEY: them.edit(first, {"name": "机密集团"})}, seq=2)
    receive(desk, {}, [Departure(key, "their-book", 1) for key in (KEY, VISIT)])
    assert dump.seen(desk.reader) == {}
    assert not any(dump.kept(desk.reader).values())


def test_what_undo_remembers_of_a_record_goes_with_it(desk: Workspace) -> None:
    receive(desk, {KEY: Colleague().edit(None, {"name": "机密公司"})})
    commit(desk.replica, KEY, name="机密集团")
    with desk.replica.database.write() as connection:
        outbox.settle(connection, [1])
    receive(desk, {}, [Departure(KEY, "their-book", 1)])
    assert not any(dump.kept(desk.reader).values())


def test_a_record_with_unsent_edits_that_leaves_is_hidden_and_kept(desk: Workspace) -> None:
    receive(desk, {KEY: Colleague().edit(None, {"name": "宏远"})})
    commit(desk.replica, KEY, remark="还没发出去")
    receive(desk, {}, [Departure(KEY, "their-book", 1)])
    assert dump.seen(desk.reader) == {}
    assert desk.reader.record(*KEY) is None
    assert record(desk, KEY).siblings("remark")[0].values["remark"] == "还没发出去"
    assert desk.reader.value("SELECT count(*) FROM outbox") == 1
    desk.replica.rebuild()
    assert dump.seen(desk.reader) == {}


def test_a_hidden_record_comes_back_when_a_later_move_returns_it(desk: Workspace) -> None:
    theirs = Colleague().edit(None, {"name": "宏远"})
    receive(desk, {KEY: theirs})
    commit(desk.replica, KEY, remark="还没发出去")
    receive(desk, {}, [Departure(KEY, "their-book", 1)])
    receive(desk, {KEY: moved(theirs, Placement(2, "my-book"))}, seq=9)
    assert desk.reader.one("SELECT f_remark, bucket FROM p_customer") == ("还没发出去", "my-book")


def test_a_hidden_child_stays_hidden_when_its_home_arrives(desk: Workspace) -> None:
    them = Colleague()
    receive(desk, {REVIEW: them.edit(None, {"visit": VISIT.id, "outcome": "flagged"})})
    commit(desk.replica, REVIEW, x_note="还没发出去")
    receive(desk, {}, [Departure(REVIEW, "their-book", 1)])
    receive(desk, {VISIT: them.edit(None, {"customer": KEY.id, "summary": "谈价", "at": 5})})
    assert desk.reader.value("SELECT seq FROM record WHERE id = ?", (REVIEW.id,)) == LEFT
    assert desk.reader.all("SELECT id FROM p_review") == []


def test_a_customer_that_only_its_child_kept_on_show_is_deleted_when_that_leaves(desk: Workspace) -> None:
    them = Colleague()
    live = them.edit(None, {"name": "宏远"})
    receive(desk, {KEY: live})
    form.delete(desk.replica, KEY)
    visit = moved(
        Colleague().edit(None, {"customer": KEY.id, "at": 1, "summary": "谈价格"}), Placement(0, "b")
    )
    receive(desk, {VISIT: visit}, seq=2)
    assert ("attention", KEY.id, "deleted") in dump.seen(desk.reader)
    receive(desk, {}, [Departure(VISIT, "b", 1)])
    before = dump.seen(desk.reader)
    assert ("attention", KEY.id, "deleted") not in before
    desk.replica.rebuild()
    assert dump.difference(before, dump.seen(desk.reader)) == {}


def test_an_own_edit_that_the_server_had_and_lost_waits_again(desk: Workspace) -> None:
    """R19: a restored server sends the record as it was before; of late work no commit can be shown to it."""
    first = Colleague().edit(None, {"name": "宏远"})
    receive(desk, {KEY: first})
    commit(desk.replica, KEY, city="上海")
    sent = record(desk, KEY)
    with desk.replica.database.write() as connection:
        (own,) = outbox.everything(connection)
        outbox.settle(connection, [own.counter])
    receive(desk, {KEY: sent}, seq=2)
    with desk.replica.database.read() as connection:
        assert outbox.everything(connection) == []
    receive(desk, {KEY: first}, seq=3)
    assert record(desk, KEY) == sent
    with desk.replica.database.read() as connection:
        assert outbox.everything(connection) == [own]


def test_a_departing_part_leaves_the_unsent_history_of_another_part_alone(desk: Workspace) -> None:
    them = Colleague()
    contact = RecordKey("customer", KEY.id, "contact")
    receive(desk, {KEY: them.edit(None, {"name": "宏远"}), contact: them.edit(None, {"phone": "1"})})
    commit(desk.replica, KEY, remark="还没发出去")
    receive(desk, {}, [Departure(KEY, "their-book", 1), Departure(contact, "their-book", 1)])
    with desk.replica.database.read() as connection:
        unsent = records.by_counter(connection, desk.identity().actor, [1])
    assert unsent[1][1].values == {"remark": "还没发出去"}


def test_a_departure_from_a_bucket_the_record_is_no_longer_in_is_ignored(desk: Workspace) -> None:
    receive(desk, {KEY: moved(Colleague().edit(None, {"name": "宏远"}), Placement(2, "b"))})
    receive(desk, {}, [Departure(KEY, "a", 3), Departure(KEY, "b", 2)])
    assert desk.reader.value("SELECT count(*) FROM p_customer") == 1


def test_what_is_saved_on_a_record_that_left_meanwhile_waits_hidden_for_the_server(desk: Workspace) -> None:
    """I8, R25: no fragment of it shows, and nothing typed is lost."""
    receive(desk, {KEY: Colleague().edit(None, {"name": "宏远", "city": "苏州"})})
    shown = form.open_form(desk.reader, desk.replica.registry, KEY)
    with desk.replica.database.write() as connection:
        desk.replica.leave(connection, list(records.load(connection, [KEY]).values()))
    form.change(desk.replica, KEY, {**shown.values, "city": "无锡"}, shown)
    assert desk.reader.record(*KEY) is None
    assert desk.reader.value("SELECT count(*) FROM p_customer") == 0
    assert [edit.values for edit in history_of(desk, KEY.id)] == [{"city": "无锡"}]
    with desk.replica.database.read() as connection:
        assert [entry.key for entry in outbox.waiting(connection, 9)] == [KEY]
    desk.replica.rebuild()
    assert desk.reader.value("SELECT count(*) FROM p_customer") == 0


# -- custom fields ----------------------------------------------------------------------------------


def declare(them: Colleague, kind: str = "text"):
    return them.edit(None, {"entity": "customer", "type": kind, "label_zh": "车间"}, bucket="config")


def test_a_custom_field_and_customers_that_use_it_may_come_in_one_page(desk: Workspace) -> None:
    them = Colleague()
    filled = them.edit(None, {"name": "宏远", f"x_{FIELD.id}": "三号"})
    receive(desk, {FIELD: declare(them), KEY: filled})
    assert desk.reader.value(f"SELECT f_x_{FIELD.id} FROM p_customer") == "三号"


def test_a_custom_field_that_comes_late_is_filled_from_what_was_kept(desk: Workspace) -> None:
    them = Colleague()
    receive(desk, {KEY: them.edit(None, {"name": "宏远", f"x_{FIELD.id}": {"money": [5, "CNY"]}})})
    receive(desk, {FIELD: declare(them, "money")})
    column = f"f_x_{FIELD.id}"
    assert desk.reader.one(f"SELECT {column}, {column}_currency FROM p_customer") == (5, "CNY")


def test_another_process_learns_a_custom_field_before_it_writes(desk: Workspace) -> None:
    from crmdesk.usecases.workspace import open_workspace

    mine = customer(desk)
    beside = open_workspace(desk.profile, None, desk.clock)
    _ = beside.replica
    receive(desk, {FIELD: declare(Colleague())})
    commit(beside.replica, RecordKey("customer", mine), **{f"x_{FIELD.id}": "三号"})
    assert desk.reader.value(f"SELECT f_x_{FIELD.id} FROM p_customer") == "三号"
    beside.close()


def test_a_custom_field_whose_transaction_failed_is_forgotten_again(desk: Workspace) -> None:
    replica = desk.replica
    with pytest.raises(KeyboardInterrupt), replica.database.write() as connection:  # noqa: PT012
        replica.take_in(connection, [Arrival(FIELD, encode(declare(Colleague())), 1)])
        raise KeyboardInterrupt
    mine = customer(desk)
    assert desk.reader.value("SELECT id FROM p_customer") == mine


def test_a_field_whose_column_could_not_be_made_stays_unknown_and_comes_whole_the_next_time(
    desk: Workspace,
) -> None:
    """As when the disk is too full for ALTER TABLE; here the table to be altered is out of the way."""
    replica = desk.replica
    filled = RecordKey("customer", customer(desk))
    with replica.database.write() as connection:
        dialect.run(connection, "ALTER TABLE p_customer RENAME TO p_away")
    with pytest.raises(Exception, match="no such table"):
        receive(desk, {FIELD: declare(Colleague())})
    with replica.database.write() as connection:
        dialect.run(connection, "ALTER TABLE p_away RENAME TO p_customer")
    assert replica.registry.find("customer", f"x_{FIELD.id}") is None
    commit(replica, filled, city="苏州")
    receive(desk, {FIELD: declare(Colleague())})
    commit(replica, filled, **{f"x_{FIELD.id}": "三号"})
    assert desk.reader.value(f"SELECT f_x_{FIELD.id} FROM p_customer") == "三号"


def test_learning_a_field_does_not_ask_for_a_rebuild_at_the_next_start(desk: Workspace) -> None:
    receive(desk, {FIELD: declare(Colleague())})
    with desk.replica.database.read() as connection:
        noted = settings.read(connection, "projection", str)
    assert noted == projected_tables.signature(desk.replica.registry)


# -- the kernel's merge is the only one ------------------------------------------------------------------


def test_what_is_stored_is_what_the_kernel_merges(desk: Workspace) -> None:
    them = Colleague()
    first = them.edit(None, {"name": "宏远"})
    receive(desk, {KEY: first})
    desk.replica.commit([Write(KEY, {"grade": "A"})])
    mine, theirs = record(desk, KEY), them.edit(first, {"grade": "B", "city": "苏州"})
    receive(desk, {KEY: theirs}, seq=2)
    assert record(desk, KEY) == merge(mine, theirs)
