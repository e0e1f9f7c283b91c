"""The certain pairs merged together: only what leaves nothing to choose, as one event that is taken back whole."""

from __future__ import annotations

from crmdesk.core.matching import Band
from crmdesk.core.record import RecordKey
from crmdesk.store import bulk
from crmdesk.usecases import duplicates, merging, merging_many, records
from crmdesk.usecases.deeds import deeds
from crmdesk.usecases.directory import read_directory, read_registry
from crmdesk.usecases.import_undo import Undoing
from crmdesk.usecases.merging_many import Foretold, MergingMany, foretell
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import commit, customer

CODE = "91440300708461136T"


def foretold(desk: Workspace) -> Foretold:
    reader = desk.reader
    registry, names = read_registry(reader), read_directory(reader)
    return foretell(reader, registry, names, desk.clock.now_ms(), duplicates.pairs(reader))


def merge(desk: Workspace, found: Foretold) -> MergingMany:
    under_way = MergingMany(desk.replica, [(one.winner.id, one.loser.id) for one in found.ready])
    while not under_way.done:
        under_way.step()
    return under_way


def planted(desk: Workspace) -> tuple[str, str]:
    """A pair that leaves nothing to choose, one that says two things, and three that are one by twos."""
    one = customer(desk, "深圳市启航精密机械有限公司", phone="16012345678", city="深圳")
    other = customer(desk, "启航精密机械", phone="16012345678", website="https://qihang.example")
    for grade in "AB":
        customer(desk, "宁波市凌霄传感器有限公司", phone="16112345678", grade=grade)
    for name in ("苏州市宏远包装材料有限公司", "宏远包装材料", "苏州宏远包装材料厂"):
        customer(desk, name, phone="16212345678")
    assert sum(pair.band is Band.MERGE for pair in duplicates.pairs(desk.reader)) >= 4, "all are certain"
    return one, other


def test_only_what_leaves_nothing_to_choose_is_merged_and_all_of_it_taken_back_as_one(
    desk: Workspace,
) -> None:
    one, other = planted(desk)
    records.add(desk.replica, "contact", {"customer": other, "name": "王强"})
    found = foretold(desk)
    (ready,) = found.ready
    assert (ready.winner.id, ready.loser.id, ready.takes) == (other, one, ("city",)), (
        "who has more below stays"
    )
    assert (found.left["differing"], found.left["chain"] >= 2) == (1, True)
    before = {n: desk.reader.value("SELECT f_city FROM p_customer WHERE id = ?", (n,)) for n in (one, other)}
    event = merge(desk, found).event
    assert merging.merged_into(desk.reader, other) == [(one, "深圳市启航精密机械有限公司")]
    assert desk.reader.value("SELECT f_city FROM p_customer WHERE id = ?", (other,)) == "深圳"
    (deed,) = deeds(desk.reader, desk.clock.now_ms())
    assert (deed.id, deed.number, deed.is_open) == (event.id, 1, True)
    assert foretold(desk).ready == ()
    undoing = Undoing(desk.replica, desk.reader, event.id, bulk)
    while not undoing.done:
        undoing.step()
    assert merging.all_merged(desk.reader) == []
    assert before == {
        n: desk.reader.value("SELECT f_city FROM p_customer WHERE id = ?", (n,)) for n in before
    }
    assert foretold(desk).ready == found.ready


def test_what_was_decided_or_went_meanwhile_is_passed_over_and_counted(desk: Workspace, monkeypatch) -> None:
    monkeypatch.setattr(merging_many.MergingMany, "together", 1)
    planted(desk)
    for at in "甲乙":
        customer(desk, f"深圳市{at}光精密机械有限公司", phone=f"1631234567{ord(at) % 10}")
        customer(desk, f"{at}光精密机械", phone=f"1631234567{ord(at) % 10}")
    found = foretold(desk)
    assert len(found.ready) == 3
    records.delete(desk.replica, RecordKey("customer", found.ready[0].loser.id))
    under_way = merge(desk, found)
    assert (under_way.event.changed, under_way.event.passed, under_way.event.state) == (2, 1, "done")
    assert len(merging.all_merged(desk.reader)) == 2


def test_a_value_that_was_typed_since_it_was_foretold_is_not_overwritten(desk: Workspace) -> None:
    planted(desk)
    found = foretold(desk)
    (ready,) = found.ready
    commit(desk.replica, RecordKey("customer", ready.winner.id), website="https://other.example")
    merge(desk, found)
    site = "SELECT f_website FROM p_customer WHERE id = ?"
    assert desk.reader.value(site, (ready.winner.id,)) == "https://other.example"
