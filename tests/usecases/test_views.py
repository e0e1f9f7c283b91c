"""Views are kept under a name: one's own here, the company's by those who configure, and both say what they find."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.criteria import Condition, Op, all_of
from crmdesk.core.criteria_json import write
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.store import settings
from crmdesk.usecases import history, views
from crmdesk.usecases.views import View
from tests.support.workspace import Colleague, make, receive

WON = all_of("customer", Condition("stage", Op.IS, ("won",)))


@pytest.fixture
def desk(tmp_path: Path):
    made = make(tmp_path / "desk")
    yield made
    made.close()


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_view_is_kept_changed_taken_away_and_brought_back(desk, is_shared: bool) -> None:
    made = views.keep(
        desk.replica, "  成交  客户 ", WON, ("name", "grade"), "-name", is_shared=is_shared
    ).value
    (found,) = views.listed(desk.reader)
    assert found == made
    assert (found.name, found.columns, found.sort, found.is_shared) == (
        "成交 客户",
        ("name", "grade"),
        "-name",
        is_shared,
    )
    assert views.criteria_of(found, REGISTRY) == WON
    other = View(found.id, "VIP", "customer", write(all_of("customer")), (), "", "", is_shared)
    views.change(desk.replica, desk.reader, other)
    assert views.listed(desk.reader) == [other]
    done = views.remove(desk.replica, other)
    assert views.listed(desk.reader) == []
    if is_shared:
        history.undo(desk.replica, str(done.txn))
    else:
        views.restore(desk.replica, other)
    assert views.listed(desk.reader) == [other]


def test_ones_own_view_travels_nowhere_and_a_shared_one_is_the_companys(desk) -> None:
    views.keep(desk.replica, "mine", WON)
    assert desk.reader.value("SELECT count(*) FROM outbox") == 0
    views.keep(desk.replica, "ours", WON, is_shared=True)
    assert desk.reader.value("SELECT bucket FROM p_view") == desk.identity().config
    assert [view.name for view in views.listed(desk.reader)] == ["mine", "ours"]
    assert views.find(desk.reader, "OURS").is_shared
    with pytest.raises(CrmError, match="not_found"):
        views.find(desk.reader, "theirs")


def test_ones_own_views_are_bounded(desk, monkeypatch) -> None:
    monkeypatch.setattr(views, "MOST", 2)
    views.keep(desk.replica, "a", WON)
    views.keep(desk.replica, "b", WON)
    with pytest.raises(CrmError) as refused:
        views.keep(desk.replica, "c", WON)
    assert refused.value.code == "too_many_views"
    with pytest.raises(CrmError, match="required"):
        views.keep(desk.replica, " ", WON, is_shared=True)
    assert len(views.listed(desk.reader)) == 2


def test_a_view_of_a_newer_program_is_listed_and_refused_in_words_when_it_is_opened(desk) -> None:
    key = RecordKey("view", "a" * 32)
    newer = {"name": "tomorrow", "entity": "customer", "criteria": '{"version": 9, "where": {"some": []}}'}
    receive(desk, {key: Colleague().edit(None, newer, bucket=desk.identity().config)})
    (found,) = views.listed(desk.reader)
    with pytest.raises(CrmError, match="criteria_newer"):
        views.criteria_of(found, REGISTRY)


def test_nothing_is_kept_with_another_persons_eyes(desk) -> None:
    with desk.replica.database.write() as connection:
        eyes = settings.SeeingAs("somebody", "Ann", "the chief")
        settings.write(connection, {"seeing_as": eyes})
    with pytest.raises(CrmError, match="seeing_as"):
        views.keep(desk.replica, "mine", WON)
