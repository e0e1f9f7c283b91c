"""Customers that are handed over and books that are taken away: what enters, what leaves, what stays."""

from __future__ import annotations

from crmdesk.sync import commands
from sync_server import accounts
from sync_server.placing import LATE_MS
from tests.support.server import RunningServer
from tests.sync.conftest import Hire, cursors, settle


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
