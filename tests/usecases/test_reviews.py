"""A manager reviews what others did, oldest first, and sees who did it."""

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.usecases import reviews, timeline, visits
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import Colleague, commit, customer, receive

KEY = RecordKey("customer", "0" * 31 + "1")
VISIT = RecordKey("visit", "0" * 31 + "2")


def their_visit(desk: Workspace, at: int = 5) -> None:
    them = Colleague()
    visit = them.edit(None, {"customer": KEY.id, "kind": "phone", "at": at, "summary": "谈价"})
    receive(desk, {KEY: them.edit(None, {"name": "宏远"}), VISIT: visit})


def test_ones_own_visits_do_not_crowd_out_a_colleagues(desk: Workspace) -> None:
    mine = customer(desk)
    for at in range(1, 8):
        visits.log(desk.replica, visits.VisitNote(mine, "自己的", at_ms=at))
    their_visit(desk, at=100)
    found = reviews.queue(desk.reader, desk.identity().user, limit=5)
    assert [visit.id for visit in found] == [VISIT.id]
    assert reviews.waiting(desk.reader) == 8


def test_a_visit_stays_its_authors_after_somebody_else_added_to_it(desk: Workspace) -> None:
    their_visit(desk)
    commit(desk.replica, VISIT, next_step="我补充的")
    (visit,) = reviews.queue(desk.reader, desk.identity().user)
    assert visit.by == "王强"
    assert timeline.timeline(desk.reader, KEY.id, ())[0].by == "王强"


def test_a_reviewed_visit_leaves_the_queue_and_shows_the_remark(desk: Workspace) -> None:
    their_visit(desk)
    reviews.review(desk.replica, VISIT.id, "flagged", " 请跟进 ")
    assert reviews.queue(desk.reader, desk.identity().user) == []
    entry = timeline.timeline(desk.reader, KEY.id, ())[0]
    assert (entry.outcome, entry.remark) == ("flagged", "请跟进")


def test_a_visit_is_written_down_or_not_logged(desk: Workspace) -> None:
    mine = customer(desk)
    with pytest.raises(CrmError, match="required"):
        visits.log(desk.replica, visits.VisitNote(mine, "  "))
    with pytest.raises(CrmError, match="not_found"):
        visits.log(desk.replica, visits.VisitNote("f" * 32, "谈价"))
    assert desk.reader.value("SELECT count(*) FROM p_visit") == 0


def test_a_visit_its_promise_and_its_tags_are_one_transaction(desk: Workspace) -> None:
    from datetime import date

    mine = customer(desk)
    note = visits.VisitNote(mine, "谈价", next_step="寄样品", next_on=date(2026, 12, 1), tags=("t1",))
    done = visits.log(desk.replica, note)
    entities = desk.reader.all("SELECT entity FROM edit WHERE txn = ? ORDER BY 1", (done.txn,))
    assert entities == [("customer",), ("task",), ("visit",)]
    assert desk.reader.one("SELECT f_next_follow_up_on, tags, visits FROM p_customer") == (
        "2026-12-01",
        "t1",
        1,
    )
