"""A line that is cut at any byte, that loses answers, or that is not there: nothing is lost and little comes twice."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.wire import PullPage
from crmdesk.store import outbox, unindexed
from crmdesk.sync import plan
from crmdesk.sync.brake import Brake
from crmdesk.sync.engine import Progress
from crmdesk.sync.http import Http
from crmdesk.sync.pull import pull
from crmdesk.sync.runner import Threads
from tests.support.cut_proxy import cut_proxy
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire, many, settle


def test_a_lost_answer_is_asked_for_again_and_duplicates_nothing(server: RunningServer, hire: Hire):
    with cut_proxy(server.address) as line:
        ann, bo = hire("Ann", line.address), hire("Bo")
        customer = ann.customer("宏远机械")
        line.cut(b"POST /v1/push")
        report = ann.engine.sync()
        assert report.problem is not None
        assert report.problem.code == "offline"
        assert len(ann.unsent()) == 1
        assert line.cuts == 1
        ann.write(customer, city="上海")  # typed before the answer was asked for again
        settle(ann, bo)
        assert ann.states() == bo.states()
        with server.database.read() as connection:
            edits = connection.exec_driver_sql(
                "SELECT count(*) FROM edit WHERE id = ?", (customer.id,)
            ).scalar()
        assert edits == 2
        assert ann.unsent() == []


@pytest.mark.parametrize("seed", range(2))
def test_a_first_sync_cut_at_any_byte_keeps_every_page_that_came_whole(
    server: RunningServer, hire: Hire, seed: int
):
    """R36: a cut repeats at most the page it cut."""
    ann = hire("Ann")
    for batch in range(8):
        ann.replica.commit(many(ann, 400, f"客户{batch}-"))
        ann.sync()  # a commit each, and more than one to a page
    chance = random.Random(seed)
    with cut_proxy(server.address) as line:
        bo = hire("Bo", line.address)
        asked = _count_pulls(bo)
        cut = 0
        for _ in range(6):
            line.cut(b"GET /v1/pull", chance.randrange(1, 3_000))
            cut += bo.engine.sync().problem is not None
        bo.sync()
        assert cut >= 2
        assert len(asked) - len(set(asked)) <= cut
        assert bo.states() == ann.states()
        assert bo.names() == ann.names()


def test_pages_that_came_before_a_cut_are_kept(server: RunningServer, hire: Hire):
    """R36: what is on its way together is not lost together."""
    ann = hire("Ann")
    for batch in range(5):
        ann.replica.commit(many(ann, 400, f"客户{batch}-"))
        ann.sync()
    bo = hire("Bo")
    replica, wanted = bo.replica, _book(bo, ann)
    http = _Cut(bo.http, after=2)
    with pytest.raises(CrmError, match="offline"):
        list(pull(replica, http, Threads(), wanted, lambda: False, Brake(replica, None)))  # type: ignore[arg-type]
    with replica.database.read() as connection:
        cursor = outbox.cursors(connection)[wanted.head.bucket]
    assert not cursor.complete
    assert len(bo.names()) == http.received > 0


class _Cut:
    """A line that goes down after some pages."""

    def __init__(self, http: Http, after: int) -> None:
        self._http, self._left, self.received = http, after, 0

    def pull(self, *asked: Any, **also: Any) -> PullPage:
        if not self._left:
            raise CrmError("offline")
        self._left -= 1
        page = self._http.pull(*asked, **also)
        self.received += len(page.items)
        return page


def _book(laptop: Rep, owner: Rep) -> plan.Pull:
    """The owner's book, never read before."""
    book = owner.replica.identity().book
    return plan.Pull(next(h for h in laptop.http.heads().heads if h.bucket == book), None)


def _count_pulls(laptop: Rep) -> list[tuple[Any, ...]]:
    """What the laptop asks for from now on, page by page: (bucket, after)."""
    asked: list[tuple[Any, ...]] = []
    real = laptop.http.pull

    def count(bucket: str, epoch: int, after: int, *more: Any, **also: Any) -> PullPage:
        asked.append((bucket, after))
        return real(bucket, epoch, after, *more, **also)

    laptop.http.pull = count  # type: ignore[method-assign]
    return asked


def test_a_first_sync_is_listed_first_and_searchable_at_its_end(hire: Hire):
    """R36."""
    ann, bo = hire("Ann"), hire("Bo")
    ann.replica.commit(many(ann, 300, "客户"))
    ann.sync()
    told: list[Progress] = []
    bo.sync(progress=told.append)
    phases = [step.phase for step in told]
    assert phases.index("index") > phases.index("pull")
    assert told[-1] == Progress("index", 300, 1.0)
    with bo.replica.database.read() as connection:
        assert unindexed.count(connection) == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM search('客户')").scalar() == 300


def test_words_still_to_be_made_are_made_without_a_server(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    ann.replica.commit(many(ann, 300, "客户"))
    ann.sync()
    with cut_proxy(server.address) as line:
        bo = hire("Bo", line.address)
        told: list[Progress] = []
        bo.engine.sync(told.append, lambda: any(step.phase == "pull" and step.done >= 300 for step in told))
        with bo.replica.database.read() as connection:
            assert unindexed.count(connection) == 300
        line.is_down = True
        line.hang_up()
        report = bo.engine.sync()
        assert report.problem is not None
        assert report.touched.is_everything
        with bo.replica.database.read() as connection:
            assert unindexed.count(connection) == 0


def test_offline_work_is_kept_and_sent_when_the_network_returns(server: RunningServer, hire: Hire):
    with cut_proxy(server.address) as line:
        ann, bo = hire("Ann", line.address), hire("Bo")
        ann.sync()
        line.is_down = True
        line.hang_up()
        customer = ann.customer("宏远机械")
        for summary in ("谈价格", "送样品"):
            ann.visit(customer, summary)
            report = ann.engine.sync()
            assert report.problem is not None
            assert report.problem.code == "offline"
        assert report.unsent == (3, 0)
        line.is_down = False
        settle(ann, bo)
        assert ann.unsent() == []
        assert bo.states() == ann.states()
