"""What comes by the thousand is listed at once and found when its search words have followed, newest first."""

import random
from pathlib import Path

import pytest

from crmdesk.core.record import Record, RecordKey
from crmdesk.store import replica, unindexed
from crmdesk.store.delivery import Departure
from crmdesk.store.window import CustomerFilter, CustomerWindow
from crmdesk.usecases.workspace import Workspace, open_workspace, readings
from tests.store.test_rebuild import Walk
from tests.support import dump
from tests.support.workspace import Colleague, FakeClock, commit, make, receive

MANY = replica.WORDS_AT_ONCE + 1


def key_of(number: int) -> RecordKey:
    return RecordKey("customer", f"{number:032x}")


def many(them: Colleague, count: int = MANY) -> dict[RecordKey, Record]:
    return {key_of(n): them.edit(None, {"name": f"{n:04}q"}) for n in range(1, count + 1)}


def waiting(desk: Workspace) -> int:
    return int(desk.reader.value("SELECT count(*) FROM unindexed"))


def index(desk: Workspace, count: int) -> int:
    """Make so many searchable, as one step of a sync does."""
    return desk.replica.write_words(next(desk.replica.words_that_wait(count), []))


def found(desk: Workspace, text: str) -> list[str]:
    window = CustomerWindow(desk.reader, CustomerFilter(text=text), readings())
    window.rank()
    return [row.id for row in window.page(0, 50)]


def test_many_records_are_listed_at_once_and_found_after_their_words_have_followed(desk: Workspace) -> None:
    """R36: the list is usable before the search is."""
    receive(desk, many(Colleague()))
    assert CustomerWindow(desk.reader, CustomerFilter()).count() == MANY
    assert (waiting(desk), found(desk, "0007q")) == (MANY, [])
    desk.replica.index_all()
    assert (waiting(desk), found(desk, "0007q")) == (0, [key_of(7).id])


def test_few_records_are_found_at_once(desk: Workspace) -> None:
    receive(desk, many(Colleague(), 3))
    assert found(desk, "0002q") == [key_of(2).id]


def test_those_changed_last_are_found_first(desk: Workspace) -> None:
    receive(desk, many(Colleague()))
    assert index(desk, 10) == 10
    assert found(desk, f"{MANY:04}q") == [key_of(MANY).id]
    assert found(desk, "0001q") == []


def test_a_record_renamed_while_it_waits_is_found_by_its_new_name_alone(desk: Workspace) -> None:
    receive(desk, many(Colleague()))
    commit(desk.replica, key_of(5), name="蓝港")
    assert found(desk, "蓝港") == [key_of(5).id]
    desk.replica.index_all()
    assert (found(desk, "蓝港"), found(desk, "0005q")) == ([key_of(5).id], [])


def test_a_rename_between_making_words_and_writing_them_wins(desk: Workspace) -> None:
    """I9: words made of what a record was are not written over what it is."""
    receive(desk, many(Colleague()))
    store = desk.replica
    with store.database.read() as connection:
        some, _ = unindexed.newest(connection, MANY)
    made = unindexed.words_of(some, store.registry, store.readings())
    commit(store, key_of(5), name="蓝港")
    with store.database.write() as connection:
        assert unindexed.write(connection, made) == MANY - 1
    assert (found(desk, "蓝港"), found(desk, "0005q")) == ([key_of(5).id], [])
    before = dump.seen(desk.reader)
    store.rebuild()
    assert dump.difference(before, dump.seen(desk.reader)) == {}


def test_a_record_that_leaves_while_it_waits_leaves_no_words(desk: Workspace) -> None:
    """R26."""
    receive(desk, many(Colleague()))
    receive(desk, {}, [Departure(key_of(5), "their-book", 1)])
    desk.replica.index_all()
    assert (waiting(desk), found(desk, "0005q")) == (0, [])


def test_words_outstanding_when_the_program_ended_are_made_at_the_next_opening_of_one_who_works_alone(
    desk: Workspace,
) -> None:
    receive(desk, many(Colleague()))
    index(desk, 10)
    desk.close()
    again = open_workspace(desk.profile, None, FakeClock(9))
    _ = again.replica
    assert (waiting(again), found(again, "0007q")) == (0, [key_of(7).id])
    again.close()


@pytest.mark.parametrize("seed", range(24))
def test_words_that_follow_end_in_what_a_rebuild_makes_whatever_happens_meanwhile(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "WORDS_AT_ONCE", 0)
    desk = make(tmp_path / "a", seed=seed)
    chance = random.Random(seed)
    walk = Walk(desk, seed)
    for _ in range(4):
        walk.go()
        index(desk, chance.randrange(1, 6))
    desk.replica.index_all()
    before = dump.seen(desk.reader)
    monkeypatch.undo()
    desk.replica.rebuild()
    assert dump.difference(before, dump.seen(desk.reader)) == {}
    desk.close()
