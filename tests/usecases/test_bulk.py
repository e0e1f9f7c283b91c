"""The same change to many customers is one event, foretold and taken back whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store import bulk
from crmdesk.store.bulk import Event
from crmdesk.usecases import bulk as usecase
from crmdesk.usecases import import_undo, tags
from crmdesk.usecases.bulk import Changing, Foretold, foretell
from crmdesk.usecases.deeds import deeds
from crmdesk.usecases.directory import read_directory, read_registry
from crmdesk.usecases.history import last_transaction
from crmdesk.usecases.import_undo import Undoing
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import Colleague, commit, customer, receive


def make_many(desk: Workspace, count: int) -> list[str]:
    return [customer(desk, f"客户 {number}", stage="lead", city="苏州") for number in range(count)]


def foretold(desk: Workspace, ids: Sequence[str], **wanted: Value) -> Foretold:
    registry, names = read_registry(desk.reader), read_directory(desk.reader)
    return foretell(desk.reader, registry, names, desk.clock.now_ms(), ids, wanted)


def change(desk: Workspace, ids: Sequence[str], **wanted: Value) -> Event:
    changing = Changing(desk.replica, ids, wanted)
    while not changing.done:
        changing.step()
    return changing.event


def undo(desk: Workspace, event: str) -> Event:
    undoing = Undoing(desk.replica, desk.reader, event, bulk)
    while not undoing.done:
        undoing.step()
    return bulk.find(desk.reader, event)


def stages(desk: Workspace, ids: Sequence[str]) -> list[str | None]:
    return [desk.reader.value("SELECT f_stage FROM p_customer WHERE id = ?", (one,)) for one in ids]


def test_what_comes_of_it_is_told_before_it_is_done(desk: Workspace) -> None:
    ids = make_many(desk, 3)
    commit(desk.replica, RecordKey("customer", ids[0]), stage="won")
    them = Colleague()
    theirs, person = RecordKey("customer", "0" * 31 + "7"), RecordKey("user", "0" * 31 + "8")
    made = them.edit(None, {"name": "别人的", "stage": "lead"})
    about: dict[str, Value] = {"name": "王强", "role": "rep", "book": made.placement.bucket}
    shared: dict[str, Value] = {"customer": theirs.id, "user": desk.identity().user, "can_write": False}
    share = RecordKey("share", "0" * 31 + "9")
    receive(desk, {theirs: made, person: them.edit(None, about), share: them.edit(None, shared)})
    found = foretold(desk, [*ids, theirs.id, "0" * 32], stage="won")
    assert (found.able, found.same, found.refused) == (tuple(ids[1:]), 1, (theirs.id,))
    assert found.samples[0] == ("客户 1", {"stage": "lead"})
    assert stages(desk, ids) == ["won", "lead", "lead"], "nothing is written yet"


def test_every_step_is_one_transaction_and_all_of_them_one_event(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecase.Changing, "together", 2)
    ids = make_many(desk, 5)
    event = change(desk, ids, stage="quote", city="昆山")
    assert stages(desk, ids) == ["quote"] * 5
    (kept,) = bulk.events(desk.reader)
    assert (kept.id, kept.state, kept.position, kept.steps) == (event.id, "done", 5, 3)
    kinds = desk.reader.all(
        "SELECT DISTINCT json_extract(body, '$[4][1]') FROM edit WHERE txn IN (SELECT txn FROM bulk_step)"
    )
    assert kinds == [("bulk",)]


def test_undo_gives_each_its_own_value_back_and_leaves_what_was_changed_since(desk: Workspace) -> None:
    ids = make_many(desk, 3)
    commit(desk.replica, RecordKey("customer", ids[1]), stage="intent")
    event = change(desk, ids, stage="won")
    commit(desk.replica, RecordKey("customer", ids[2]), stage="lost")
    after = undo(desk, event.id)
    assert stages(desk, ids) == ["lead", "intent", "lost"]
    assert (after.state, after.kept) == ("undone", [("customer", ids[2], ["stage"])])
    with pytest.raises(CrmError, match="nothing_to_undo"):
        undo(desk, event.id)


def test_nothing_at_all_is_no_zero(desk: Workspace) -> None:
    zero, blank = customer(desk, "零", employees=0), customer(desk, "空")
    assert foretold(desk, [zero, blank], employees=None).able == (zero,)
    assert foretold(desk, [zero, blank], employees=0).able == (blank,)
    change(desk, [zero, blank], employees=None)
    assert foretold(desk, [zero, blank], employees=None).same == 2


def test_more_that_stayed_than_is_listed_is_counted(desk: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usecase.Changing, "together", 2)
    monkeypatch.setattr(import_undo, "_MOST_KEPT", 3)
    ids = make_many(desk, 6)
    event = change(desk, ids, stage="won")
    for one in ids[1:]:
        commit(desk.replica, RecordKey("customer", one), stage="lost")
    after = undo(desk, event.id)
    assert (after.stayed, len(after.kept)) == (5, 3)
    (kept,) = bulk.events(desk.reader)
    assert kept.stayed == 5
    assert [deed.kept for deed in deeds(desk.reader, desk.clock.now_ms())] == [5]


def test_a_tag_is_put_on_all_and_taken_off_again(desk: Workspace) -> None:
    ids = make_many(desk, 2)
    tags.put_named(desk.replica, read_directory(desk.reader), ids[0], "重点")
    (tag,) = read_directory(desk.reader).tags
    wanted: dict[str, Value] = {f"tag:{tag}": True}
    assert (foretold(desk, ids, **wanted).able, foretold(desk, ids, **wanted).same) == ((ids[1],), 1)
    event = change(desk, ids[1:], **wanted)
    assert desk.reader.value("SELECT tags FROM p_customer WHERE id = ?", (ids[1],)) == tag
    undo(desk, event.id)
    assert not desk.reader.value("SELECT tags FROM p_customer WHERE id = ?", (ids[1],))


def test_one_that_was_stopped_keeps_what_it_did_and_can_be_taken_back(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecase.Changing, "together", 2)
    ids = make_many(desk, 5)
    changing = Changing(desk.replica, ids, {"stage": "won"})
    changing.step()
    (stopped,) = bulk.events(desk.reader)
    assert (stopped.state, stopped.position) == ("running", 2)
    undo(desk, stopped.id)
    assert stages(desk, ids) == ["lead"] * 5


def test_one_that_left_meanwhile_is_passed_over(desk: Workspace) -> None:
    ids = make_many(desk, 1)
    event = change(desk, ["0" * 32, *ids], stage="won")
    assert (event.state, event.changed) == ("done", 1)
    assert [deed.number for deed in deeds(desk.reader, desk.clock.now_ms())] == [1]
    assert change(desk, ["0" * 32], stage="won").state == "done"
    assert stages(desk, ids) == ["won"]


@pytest.mark.parametrize(
    ("wanted", "code"), [({"name": " "}, "required"), ({"nonsense": "x"}, "server_field")]
)
def test_what_may_not_be_set_is_refused_before_anything_is_written(
    desk: Workspace, wanted: dict[str, Value], code: str
) -> None:
    ids = make_many(desk, 1)
    with pytest.raises(CrmError, match=code):
        Changing(desk.replica, ids, wanted)
    assert bulk.events(desk.reader) == []


def test_ctrl_z_takes_no_part_of_an_event_back_by_itself(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecase.Changing, "together", 2)
    ids = make_many(desk, 3)
    assert last_transaction(desk.reader, desk.identity().user) is not None
    change(desk, ids, stage="won")
    assert last_transaction(desk.reader, desk.identity().user) is None
