"""A pair of two owners on screen: one key hands the one over and merges both."""

from __future__ import annotations

from crmdesk.ui.pages.duplicates import Duplicates
from crmdesk.usecases import merging
from tests.support.desks import customer, sync


def test_a_manager_hands_over_and_merges_by_one_key(server, hire, open_desk, qtbot) -> None:
    ann, cai, mei = hire("Ann"), hire("Cai"), hire("Mei")
    one = customer(ann, "深圳市启航精密机械有限公司", phone="16012345678").id
    other = customer(cai, "启航精密机械", phone="16012345678", city="深圳").id
    for workspace in (ann, cai, mei):
        sync(workspace)
    desk = open_desk(mei)
    page = desk.go("duplicates")
    assert isinstance(page, Duplicates)
    qtbot.waitUntil(lambda: bool(page._pairs))
    assert page._merge.text() == "移交并合并"
    assert "Ann" in page._what.text() or "Cai" in page._what.text()
    stays, goes = (
        (one, other)
        if page.pair.winner == (0 if page._pairs[page.list.current_id].one.id == one else 1)
        else (other, one)
    )
    desk.press("m")
    qtbot.waitUntil(lambda: merging.customer_of(mei.reader, goes) == stays, timeout=20_000)
    qtbot.waitUntil(lambda: not page._pairs)
    assert "已移交并合并" in desk.notice()
    rep = open_desk(cai)
    alone = rep.go("duplicates")
    assert alone._pairs == {}
