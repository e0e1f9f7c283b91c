"""A sync between two people and one server: what is held, shown and reported afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.store.identity import change_actor
from crmdesk.sync.engine import Progress
from crmdesk.sync.lock import sync_lock
from tests.support.server import RunningServer
from tests.sync.conftest import Hire, cursors, settle


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


def test_what_was_read_is_written_over_field_by_field_and_nobody_has_to_decide(hire: Hire):
    """A colleague's values of several edits, and one's own from before a new actor."""
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械", city="上海", remark="老客户")
    ann.write(customer, stage="quote", address="一号")
    settle(ann, bo)
    bo.write(customer, website="example.cn", stage="visited")
    settle(bo, ann)
    change_actor(bo.replica)
    bo.write(customer, name="宏远重工", city="苏州")
    bo.write(customer, city="无锡", remark="新", stage="won", address="二号", website="example.com")
    settle(bo, ann)
    said = {
        "name": "宏远重工", "city": "无锡", "remark": "新", "stage": "won", "address": "二号", "website": "example.com",
    }  # fmt: skip
    assert ann.shows(customer) == bo.shows(customer) == said
    assert ann.states() == bo.states()
    assert {len(ann.replica.load(customer).siblings(field)) for field in said} == {1}


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


def test_t06_of_two_copies_one_keeps_the_actor_no_edit_is_lost_and_it_is_written_down(
    server: RunningServer, hire: Hire, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    ann = hire("Ann")
    ann.sync()
    before = ann.replica.identity().actor
    copy = ann.copied_to(tmp_path / "copy" / "crmdesk.db")
    try:
        first, second = ann.customer("在原件上"), copy.customer("在副本上")
        ann.sync()
        copy.sync()
        ann.sync()
        actors = [laptop.replica.identity().actor for laptop in (ann, copy)]
        assert len(set(actors)) == 2
        assert actors.count(before) <= 1
        assert {ann.name(first), ann.name(second)} == {"在原件上", "在副本上"}
        with server.database.read() as connection:
            rows = connection.exec_driver_sql("SELECT DISTINCT actor FROM audit WHERE kind = 'push'").all()
        assert {row[0] for row in rows} == {before, *actors}, "an administrator sees two under one device"
        assert "its profile was copied" in caplog.text
    finally:
        copy.close()
