"""Customers that were merged are read as one and taken apart again, whatever else was written and synced meanwhile."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.core import aliases
from crmdesk.core.aliases import Pointer
from crmdesk.core.record import Placement, RecordKey, moved
from crmdesk.store.replica import Write
from crmdesk.store.window import CustomerFilter, CustomerWindow
from crmdesk.usecases import conflicts, customers, dealings, history, merging, records, timeline
from crmdesk.usecases.workspace import Workspace
from tests.support import dump
from tests.support.workspace import commit, customer, make, receive, record
from tests.support.workspace import records as stored

IDS = "abcdef"


@given(
    st.dictionaries(st.sampled_from(IDS), st.tuples(st.sampled_from(IDS + "x"), st.sampled_from("12"))),
    st.dictionaries(st.sampled_from(IDS), st.sampled_from("12")),
)
def test_whoever_is_read_as_another_leads_to_one_that_is_read_as_itself(
    ways: dict[str, tuple[str, str]], buckets: dict[str, str]
) -> None:
    pointers = {one: Pointer(*way) for one, way in ways.items()}
    found = aliases.resolve(pointers, buckets)
    assert all(found[one] not in found for one in found)
    assert all(one in pointers for one in found)
    for one, way in pointers.items():  # a pointer that counts says the truth, and no other is followed
        counts = buckets.get(way.target) == way.bucket and way.target != one
        assert not counts or found.get(one, one) == found.get(way.target, way.target)
        assert counts or one not in found


def listed(desk: Workspace) -> list[str]:
    return sorted(row.id for row in CustomerWindow(desk.reader, CustomerFilter()).first())


def visit(desk: Workspace, home: str, summary: str = "谈价") -> str:
    return records.add(
        desk.replica, "visit", {"customer": home, "kind": "onsite", "at": 5, "summary": summary}
    ).value


def story(desk: Workspace, home: str) -> list[timeline.Entry]:
    return timeline.timeline(desk.reader, home, dealings.listed(desk.reader, desk.replica.registry, home))


def told(desk: Workspace, home: str) -> set[str]:
    return {entry.text for entry in story(desk, home)}


def test_all_below_a_merged_customer_is_read_below_the_other_and_comes_back_with_it(desk: Workspace) -> None:
    winner, loser = (
        customer(desk, "启邦机械", phone="1"),
        customer(desk, "启邦机械厂", phone="2", email="a@b.example"),
    )
    visit(desk, loser, "第一次"), visit(desk, winner, "第二次")
    customers.add_contact(desk.replica, loser, {"name": "王强"}, ("16012345678",))
    before = dump.seen(desk.reader)
    done = merging.merge(desk.replica, winner, loser)
    visit(desk, loser, "第三次")  # by somebody who has not heard of it
    card = customers.open_card(desk.reader, desk.replica.registry, loser)
    assert (card.id, card.visits, [c.name for c in card.contacts]) == (winner, 3, ["王强"])
    assert card.view.values["phone"] == "1"
    assert card.view.values["email"] == "a@b.example"
    assert [v for k, v in card.view.values.items() if k.startswith("other_phone:")] == ["2"]
    assert (listed(desk), told(desk, winner)) == ([winner], {"第一次", "第二次", "第三次", "王强"})
    assert merging.merged_into(desk.reader, winner) == [(loser, "启邦机械厂")]
    assert CustomerWindow(desk.reader, CustomerFilter(trash=True)).first() == []
    assert [hit.customer for hit in customers.search(desk.reader, desk.replica.readings(), "王强")] == [
        winner
    ]
    assert [hit.id for hit in customers.search(desk.reader, desk.replica.readings(), "启邦")] == [winner]
    merging.unmerge(desk.replica, loser)
    assert (listed(desk), told(desk, loser)) == (sorted((winner, loser)), {"第一次", "第三次", "王强"})
    assert told(desk, winner) == {"第二次"}
    assert done.txn
    history.undo(desk.replica, done.txn)
    assert customers.open_card(desk.reader, desk.replica.registry, winner).view.values.get("email") is None
    assert before.keys() <= dump.seen(desk.reader).keys()


def test_undoing_a_merge_at_once_leaves_everything_as_it_was(desk: Workspace) -> None:
    winner, loser = customer(desk, "启邦机械", phone="1"), customer(desk, "启邦机械厂", phone="2")
    visit(desk, loser)
    done = merging.merge(desk.replica, winner, loser, {"name": "启邦机械厂", "phone": "2"})
    assert done.txn
    assert customers.open_card(desk.reader, desk.replica.registry, winner).view.values["name"] == "启邦机械厂"
    history.undo(desk.replica, done.txn)
    for one, name, phone in ((winner, "启邦机械", "1"), (loser, "启邦机械厂", "2")):
        card = customers.open_card(desk.reader, desk.replica.registry, one)
        assert (card.id, card.view.values["name"], card.view.values["phone"]) == (one, name, phone)
        assert not [v for k, v in card.view.values.items() if k.startswith("other_phone:") and v]


def test_a_change_of_a_merged_customer_made_unseen_asks_what_it_means_for_the_other(desk: Workspace) -> None:
    winner, loser = customer(desk, "启邦机械", phone="1"), customer(desk, "启邦机械厂")
    elsewhere = record(desk, customers.key(loser))
    merging.merge(desk.replica, winner, loser)
    assert conflicts.listed(desk.reader, desk.replica.registry) == []
    from tests.support.workspace import Colleague

    receive(
        desk, {customers.key(loser): Colleague(now=9**13).edit(elsewhere, {"phone": "3", "city": "深圳"})}
    )
    items = conflicts.of_customer(desk.reader, desk.replica.registry, winner)
    assert [(item.field, [choice.value for choice in item.choices]) for item in items] == [
        ("city", [None, "深圳"]), ("phone", ["1", "3"]),
    ]  # fmt: skip
    conflicts.resolve(desk.replica, items[0], 1)
    (left,) = conflicts.of_customer(desk.reader, desk.replica.registry, winner)
    conflicts.resolve(desk.replica, left, 0)
    assert conflicts.of_customer(desk.reader, desk.replica.registry, winner) == []
    values = customers.open_card(desk.reader, desk.replica.registry, winner).view.values
    assert (values["city"], values["phone"]) == ("深圳", "1")


def test_merged_customers_that_are_moved_apart_stand_for_themselves(desk: Workspace) -> None:
    winner, loser = customer(desk), customer(desk)
    merging.merge(desk.replica, winner, loser)
    key = customers.key(winner)
    home = record(desk, key).placement
    receive(desk, {key: moved(record(desk, key), Placement(1, "elsewhere"))})
    assert listed(desk) == sorted((winner, loser))
    receive(desk, {key: moved(record(desk, key), Placement(2, home.bucket))})
    assert listed(desk) == [winner]


def test_a_visit_to_a_merged_customer_contests_the_unseen_deletion_of_the_other(desk: Workspace) -> None:
    winner, loser = customer(desk), customer(desk)
    merging.merge(desk.replica, winner, loser)
    records.delete(desk.replica, customers.key(winner))
    assert listed(desk) == []
    visit(desk, loser)
    assert listed(desk) == [winner]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_two_laptops_that_merge_and_sync_in_any_order_agree_and_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("two")
    chance = random.Random(seed)
    desks = [make(folder / "a", seed=1), make(folder / "b", seed=2)]
    bucket = desks[0].identity().book
    ids = [customer(desks[0], f"客户{n}") for n in range(4)]
    summaries = set()
    _sync(desks, bucket)
    for step in range(14):
        desk = chance.choice(desks)
        one, other = chance.sample(ids, 2)
        match chance.randrange(5):
            case 0 | 1:
                desk.replica.commit(
                    [Write(customers.key(one), aliases.merging(record(desk, customers.key(one)), other))],
                    kind="merge",
                )
            case 2:
                commit(desk.replica, customers.key(one), merged_into=None)
            case 3:
                summaries.add(f"{step}")
                visit(desk, one, f"{step}")
            case _:
                _sync(desks, bucket)
    _sync(desks, bucket)
    shown = [listed(desk) for desk in desks]
    assert shown[0] == shown[1] != []
    for desk in desks:
        found = [text for home in shown[0] for text in told(desk, home)]
        assert sorted(found) == sorted(summaries)
        before = dump.seen(desk.reader)
        desk.replica.rebuild()
        assert dump.difference(before, dump.seen(desk.reader)) == {}
        assert sum(
            customers.open_card(desk.reader, desk.replica.registry, home).visits for home in shown[0]
        ) == len(summaries)
    for one in ids:
        for desk in desks:
            commit(desk.replica, customers.key(one), merged_into=None)
    _sync(desks, bucket)
    assert [listed(desk) for desk in desks] == [sorted(ids)] * 2
    for desk in desks:
        desk.close()


def _sync(desks: list[Workspace], bucket: str) -> None:
    """Each takes in what the other has, as from one bucket of the server."""
    copies = [{k: moved(r, Placement(1, bucket)) for k, r in stored(desk).items()} for desk in desks]
    for desk, theirs in zip(desks, reversed(copies), strict=True):
        receive(desk, theirs)
        own = {k: moved(r, Placement(1, bucket)) for k, r in stored(desk).items() if k not in theirs}
        receive(desk, own)


def test_a_record_of_a_customer_that_points_at_itself_or_at_nobody_is_just_a_customer(
    desk: Workspace,
) -> None:
    one = customer(desk)
    commit(desk.replica, customers.key(one), merged_into=one)
    assert listed(desk) == [one]
    commit(desk.replica, RecordKey("customer", one), merged_into="f" * 32)
    assert listed(desk) == [one]
