from __future__ import annotations

import random
import signal
import subprocess
import sys
from typing import Any

import pytest
from msgspec import structs

import crmdesk
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.wire import PullPage
from crmdesk.store import outbox, settings, unindexed
from crmdesk.store.opening import open_replica
from crmdesk.store.replica import Write
from crmdesk.store.settings import Device
from crmdesk.sync import commands, http, plan
from crmdesk.sync.brake import Brake
from crmdesk.sync.engine import Engine, Progress
from crmdesk.sync.enrolment import connect
from crmdesk.sync.http import Http
from crmdesk.sync.lock import sync_lock
from crmdesk.sync.pull import pull
from crmdesk.sync.runner import Threads
from crmdesk.system.clock import SystemClock
from sync_server import accounts, enrolment
from sync_server.placing import LATE_MS
from tests.support.cut_proxy import cut_proxy
from tests.support.rep import Rep, enrolled, readings
from tests.support.server import RunningServer, build_company, running_server
from tests.sync.conftest import Hire


def settle(*laptops: Rep) -> None:
    """Everybody syncs until nothing moves."""
    for _ in range(2):
        for laptop in laptops:
            laptop.sync()


def cursors(laptop: Rep) -> dict[str, outbox.Cursor]:
    with laptop.replica.database.read() as connection:
        return outbox.cursors(connection)


# -- two people, one server -----------------------------------------------------------------------------


def test_what_one_writes_the_other_holds_byte_for_byte(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械", remark="老客户")
    ann.visit(customer, "谈价格")
    bo.customer("Blue Harbour")
    settle(ann, bo)
    assert ann.states() == bo.states()
    assert ann.names() == bo.names() == {"宏远机械", "Blue Harbour"}
    assert ann.unsent() == bo.unsent() == []


def test_edits_of_one_field_made_apart_are_both_kept(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    settle(ann, bo)
    ann.write(customer, name="宏远重工")
    bo.write(customer, name="宏远集团")
    settle(ann, bo)
    with ann.replica.database.read() as connection:
        conflicts = connection.exec_driver_sql("SELECT field, id FROM attention").all()
    assert ann.states() == bo.states()
    assert [tuple(row) for row in conflicts] == [("name", customer.id)]


def test_edits_of_two_fields_made_apart_are_both_shown(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    settle(ann, bo)
    ann.write(customer, city="上海")
    bo.write(customer, stage="quote")
    settle(ann, bo)
    shown = ann.shows(customer)
    assert shown == bo.shows(customer) == {"name": "宏远机械", "city": "上海", "stage": "quote"}


def test_a_report_says_what_happened(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    sent = ann.sync()
    assert (sent.pushed, sent.merged, sent.rejected, sent.unsent, sent.is_complete) == (1, 0, 0, (0, 0), True)
    assert customer in sent.touched.keys
    got = bo.sync()
    assert got.received >= 1
    assert customer in got.touched.keys
    assert abs((got.server_ms or 0) - bo.replica.clock.now_ms()) < 60_000


def test_a_second_sync_with_nothing_new_moves_nothing(hire: Hire):
    ann = hire("Ann")
    ann.customer("宏远机械")
    ann.sync()
    report = ann.sync()
    assert (report.pushed, report.received, report.left, report.touched.keys) == (0, 0, 0, frozenset())


def test_own_edits_are_not_read_back(hire: Hire):
    ann = hire("Ann")
    ann.sync()
    ann.customer("宏远机械")
    assert ann.sync().received == 0


def test_a_colleague_of_a_closed_team_receives_nothing(server: RunningServer, hire: Hire):
    ann, cai = hire("Ann"), hire("Cai")
    customer = ann.customer("宏远机械")
    ann.visit(customer, "谈价格")
    settle(ann, cai)
    assert cai.names() == set()
    assert server.people["Ann"].book not in cursors(cai)
    assert "宏远".encode() not in cai.replica.database.path.read_bytes()


def test_progress_is_told_for_what_is_sent_and_what_comes(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    ann.customer("宏远机械")
    told: list[Progress] = []
    ann.sync(progress=told.append)
    bo.sync(progress=told.append)
    assert [p.phase for p in told if p.phase == "push"] == ["push"]
    assert told[-1].phase == "pull"
    assert told[-1].share == 1.0


def test_a_cancelled_sync_stops_between_steps_and_says_so(hire: Hire):
    ann = hire("Ann")
    ann.customer("宏远机械")
    report = ann.sync(cancelled=lambda: True)
    assert not report.is_complete
    assert report.unsent == (1, 0)


def test_one_process_at_a_time_syncs_a_profile(hire: Hire):
    ann = hire("Ann")
    with sync_lock(ann.replica.database.path):
        report = ann.engine.sync()
    assert report.problem is not None
    assert report.problem.code == "database_busy"
    ann.sync()


def test_the_servers_time_bounds_the_laptops_clock(hire: Hire):
    ann = hire("Ann")
    report = ann.sync()
    ceiling = ann.replica.identity().ceiling
    assert ceiling is not None
    assert ceiling.server_ms == report.server_ms


# -- bad lines --------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("seed", range(4))
def test_a_first_sync_cut_at_any_byte_keeps_every_page_that_came_whole(
    server: RunningServer, hire: Hire, seed: int
):
    """R36: a cut repeats at most the page it cut."""
    ann = hire("Ann")
    for batch in range(8):
        ann.replica.commit(_many(ann, 400, f"客户{batch}-"))
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
        ann.replica.commit(_many(ann, 400, f"客户{batch}-"))
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


def _many(laptop: Rep, count: int, name: str):
    return [
        Write(RecordKey("customer", laptop.replica.new_id()), {"name": f"{name}{n}"}) for n in range(count)
    ]


def test_a_first_sync_is_listed_first_and_searchable_at_its_end(hire: Hire):
    """R36."""
    ann, bo = hire("Ann"), hire("Bo")
    ann.replica.commit(_many(ann, 300, "客户"))
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
    ann.replica.commit(_many(ann, 300, "客户"))
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


# -- verdicts -----------------------------------------------------------------------------------------------


def test_one_poisoned_record_in_a_thousand_holds_up_no_other(hire: Hire):
    ann = hire("Ann")
    writes = _many(ann, 1000, "客户")
    poison = writes[500].key
    writes[500] = Write(poison, {"name": "毒", "x_unknown": "?"})
    for part in (writes[:500], writes[500:]):
        ann.replica.commit(part)
    report = ann.sync()
    assert (report.pushed, report.rejected, report.unsent) == (1000, 1, (0, 1))
    (kept,) = ann.unsent()
    assert (kept.key, kept.verdict, kept.code, kept.about) == (
        poison,
        "rejected",
        "unknown_field",
        "x_unknown",
    )
    assert ann.name(poison) == "毒"


def test_an_unreadable_record_holds_up_no_other_and_is_read_by_a_later_version(
    server: RunningServer, hire: Hire, monkeypatch
):
    ann, bo = hire("Ann"), hire("Bo")
    poison, good = ann.customer("未来格式"), ann.customer("宏远机械")
    ann.sync()
    with server.database.write() as connection:
        (state,) = connection.exec_driver_sql("SELECT state FROM record WHERE id = ?", (poison.id,)).one()
        connection.exec_driver_sql("UPDATE record SET state = ? WHERE id = ?", (b"[2" + state[2:], poison.id))
    report = bo.sync()
    assert (report.problem, report.is_complete, report.unreadable) == (None, True, 1)
    assert bo.shows(good) == {"name": "宏远机械"}
    with server.database.write() as connection:
        connection.exec_driver_sql("UPDATE record SET state = ? WHERE id = ?", (state, poison.id))
    assert Engine(bo.replica, bo.http).sync().unreadable == 1
    monkeypatch.setattr(crmdesk, "__version__", "9.9")
    assert Engine(bo.replica, bo.http).sync().unreadable == 0
    assert bo.shows(poison) == {"name": "未来格式"}


def test_a_later_edit_brings_a_refused_record_through(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    ann.sync()
    ann.write(customer, next_follow_up_on="next week")  # no date: the server takes none of it
    assert ann.sync().rejected == 1
    ann.write(customer, city="上海")
    assert ann.sync().unsent == (0, 2)
    assert ann.shows(customer) == {"name": "宏远机械", "next_follow_up_on": "next week", "city": "上海"}
    assert bo.sync().problem is None
    assert bo.shows(customer) == {"name": "宏远机械"}


def test_a_server_that_knows_no_brief_answers_is_understood(hire: Hire, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http, "BRIEF", "respond-async")
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    ann.customer("坏", next_follow_up_on="next week")
    report = ann.sync()
    assert (report.pushed, report.rejected, report.unsent) == (2, 1, (0, 1))
    bo.sync()
    assert bo.shows(customer) == {"name": "宏远机械"}


def test_edits_typed_while_a_push_is_on_its_way_stay_unsent(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    push = ann.http.push
    typed: list[RecordKey] = []

    def slow(message):
        answer = push(message)
        if not typed:
            typed.append(ann.write(customer, name="宏远重工"))
        return answer

    ann.http.push = slow  # type: ignore[method-assign]
    stopped = iter([False] + [True] * 9)
    ann.sync(cancelled=lambda: next(stopped))
    assert [entry.counter for entry in ann.unsent()] == [2]
    assert ann.name(customer) == "宏远重工"
    settle(ann, bo)
    assert bo.name(customer) == "宏远重工"


def test_a_pull_never_hides_an_unsent_edit(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    settle(ann, bo)
    bo.write(customer, name="宏远集团")
    bo.sync()
    ann.write(customer, name="宏远重工", city="上海")
    stopped = iter([True] + [False] * 20)  # the push is skipped, the pull goes on
    ann.engine.sync(cancelled=lambda: next(stopped))
    shown = ann.shows(customer)
    assert len(ann.unsent()) == 1
    assert shown is not None
    assert shown["name"] == "宏远重工"
    assert shown["city"] == "上海"


def test_a_record_edited_again_beyond_the_batch_goes_through_in_one_sync(hire: Hire, monkeypatch):
    monkeypatch.setattr(plan, "BATCH_BYTES", 2_000)
    ann, bo = hire("Ann"), hire("Bo")
    customers = [ann.customer(f"客户{n}") for n in range(12)]
    visits = [ann.visit(customer, "谈价格") for customer in customers]
    for customer in customers:
        ann.write(customer, name="改名", city="上海")
    report = ann.sync()
    bo.sync()
    assert (report.rejected, report.unsent) == (0, (0, 0))
    assert bo.states() == ann.states()
    assert {bo.name(customer) for customer in customers} == {"改名"}
    assert None not in [bo.shows(visit) for visit in visits]


# -- copies -------------------------------------------------------------------------------------------------


def test_a_copied_profile_that_nobody_noticed_loses_no_edit_on_either_side(hire: Hire, tmp_path):
    """R2, R3: the server notices by the chain."""
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    ann.sync()
    copy = ann.copied_to(tmp_path / "copy" / "crmdesk.db")
    ann.write(customer, city="上海")
    first = ann.customer("First")
    copy.write(customer, stage="quote")
    second = copy.customer("Second")
    settle(ann, copy, bo)
    assert copy.replica.identity().actor != ann.replica.identity().actor
    assert ann.states() == copy.states() == bo.states()
    assert ann.shows(customer) == {"name": "宏远机械", "city": "上海", "stage": "quote"}
    assert {ann.name(first), ann.name(second)} == {"First", "Second"}
    copy.close()


# -- moves and revocation -------------------------------------------------------------------------------------


def test_a_customer_handed_over_leaves_with_all_below_it_and_enters_there(server: RunningServer, hire: Hire):
    server.add_user("Dee", "manager", "North")
    ann, cai, mei = hire("Ann"), hire("Cai"), hire("Mei")
    customer = ann.customer("宏远机械")
    visit = ann.visit(customer, "谈价格")
    settle(ann, cai, mei)
    moved = commands.change_owner(mei.replica, mei.http, [customer.id], server.people["Cai"].user)
    assert moved.moved == 2
    settle(ann, cai, mei)
    assert ann.shows(customer) is None
    assert ann.shows(visit) is None
    assert ann.names() == set()
    assert cai.name(customer) == "宏远机械"
    assert mei.name(customer) == "宏远机械"
    assert "谈价格".encode() not in ann.replica.database.path.read_bytes()


def test_work_typed_before_hearing_of_a_move_reaches_the_new_owner(server: RunningServer, hire: Hire):
    ann, cai, mei = hire("Ann"), hire("Cai"), hire("Mei")
    customer = ann.customer("宏远机械")
    settle(ann, cai, mei)
    commands.change_owner(mei.replica, mei.http, [customer.id], server.people["Cai"].user)
    ann.write(customer, city="上海")
    late = ann.visit(customer, "送样品")
    settle(ann, cai)
    assert cai.shows(customer) == {"name": "宏远机械", "city": "上海"}
    assert cai.shows(late) is not None
    assert ann.shows(customer) is None
    assert ann.shows(late) is None
    assert ann.unsent() == []


def test_a_bucket_that_was_taken_away_leaves_not_a_byte(server: RunningServer, hire: Hire):
    ann, mei = hire("Ann"), hire("Mei")
    customer = ann.customer("宏远机械")
    settle(ann, mei)
    assert mei.name(customer) == "宏远机械"
    server.withdraw("Ann", "Mei")
    report = mei.sync()
    assert report.left == 1
    assert mei.shows(customer) is None
    assert server.people["Ann"].book not in cursors(mei)
    assert "宏远机械".encode() not in mei.replica.database.path.read_bytes()


def test_work_below_a_customer_that_was_taken_away_stays_with_its_author(server: RunningServer, hire: Hire):
    """I8, R26: too late to follow the customer, it waits in the author's own book, who goes on seeing it."""
    ann, mei = hire("Ann"), hire("Mei")
    customer = ann.customer("宏远机械")
    settle(ann, mei)
    visit = mei.visit(customer, "谈价格")
    with server.database.write() as connection:
        accounts.change_team(connection, "Mei", "West", server.clock())
    server.clock.ahead_ms += LATE_MS + 1000
    settle(mei, mei)
    assert mei.unsent() == []
    assert mei.shows(customer) is None
    shown = mei.shows(visit)
    assert shown is not None
    assert shown["summary"] == "谈价格"


# -- the server's life -----------------------------------------------------------------------------------------


def test_a_regressed_server_is_read_again_from_the_beginning_and_deletes_nothing(
    server: RunningServer, hire: Hire
):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    settle(ann, bo)
    book = server.people["Ann"].book
    with bo.replica.database.write() as connection:
        outbox.set_cursor(connection, cursors(bo)[book]._replace(seq=99, salt="lost"))
    bo.sync()
    assert bo.name(customer) == "宏远机械"
    assert cursors(bo)[book].seq < 99


def test_a_restarted_server_is_gone_on_with(tmp_path):
    with running_server(tmp_path) as server:
        build_company(server)
        code = server.code(server.people["Ann"].user)
        ann = enrolled(server.address, code, tmp_path / "Ann" / "crmdesk.db")
        ann.customer("First")
        ann.sync()
    ann.customer("Second")
    assert ann.engine.sync().unsent == (1, 0)
    with running_server(tmp_path) as server:
        with ann.replica.database.write() as connection:
            found = settings.read(connection, "server", settings.Server)
            settings.write(connection, {"server": structs.replace(found, url=server.address)})
        again = Rep(ann.replica, connect(ann.replica))
        report = again.sync()
        assert (report.pushed, report.received, report.unsent) == (1, 0, (0, 0))
        again.http.close()
    ann.close()


CHILD = """
import sys
from pathlib import Path
from crmdesk.store import opening
from crmdesk.sync import enrolment
from crmdesk.sync.engine import Engine
from crmdesk.system.clock import SystemClock
from tests.support.rep import readings
path = Path(sys.argv[1])
replica = opening.open_replica(path, key=None, clock=SystemClock(), readings=readings, place=str(path))
Engine(replica, enrolment.connect(replica)).sync(lambda done: print(done.phase, done.done, flush=True))
"""


@pytest.mark.parametrize("phase", ["push", "pull"])
def test_a_process_killed_in_the_middle_of_a_sync_goes_on_where_it_was(hire: Hire, phase):
    ann, bo = hire("Ann"), hire("Bo")
    bo.replica.commit(_many(bo, 300, "来"))
    for batch in range(3):
        ann.replica.commit(_many(ann, 400, f"去{batch}-"))
    bo.sync()
    path = ann.replica.database.path
    ann.replica.close()
    child = subprocess.Popen([sys.executable, "-c", CHILD, path], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith(phase):
            child.kill()
    assert child.wait(20) == -signal.SIGKILL
    child.stdout.close()
    replica = open_replica(path, key=None, clock=SystemClock(), readings=readings, place=str(path))
    again = Rep(replica, connect(replica))
    settle(again, bo)
    assert len(again.states()) >= 1500
    assert again.states() == bo.states()
    assert again.unsent() == []
    again.close()


def test_edits_an_older_server_did_not_know_travel_once_it_does(server: RunningServer, hire: Hire):
    ann, mei = hire("Ann"), hire("Mei")
    customer = ann.customer("宏远机械")
    ann.sync()
    added = mei.replica.new_id()
    ann.write(customer, **{f"x_{added}": "红色"})
    assert ann.sync().unsent == (0, 1)
    mei.write(RecordKey("field", added), entity="customer", type="text", label_zh="颜色", label_en="Colour")
    mei.sync()
    ann.engine = Engine(ann.replica, ann.http)  # the program was started again
    assert ann.sync().unsent == (0, 0)


def test_a_revoked_device_is_told_and_nothing_of_it_is_deleted(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    customer = ann.customer("宏远机械")
    ann.sync()
    ann.write(customer, city="上海")
    with server.database.write() as connection:
        device = settings_of(ann)
        enrolment.revoke(connection, device.id, server.clock())
    report = ann.engine.sync()
    assert report.problem is not None
    assert report.problem.code == "device_revoked"
    assert report.unsent == (1, 0)
    assert ann.shows(customer) == {"name": "宏远机械", "city": "上海"}


def settings_of(laptop: Rep) -> Device:
    with laptop.replica.database.read() as connection:
        found = settings.read(connection, "device", Device)
    assert isinstance(found, Device)
    return found
