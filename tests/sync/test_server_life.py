"""Servers that restart, go back, are upgraded or shut a device out; laptops that are killed."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from msgspec import structs

from crmdesk.core.record import RecordKey
from crmdesk.store import outbox, settings
from crmdesk.store.opening import open_replica
from crmdesk.store.settings import Device
from crmdesk.sync.engine import Engine
from crmdesk.sync.enrolment import connect
from crmdesk.system.clock import SystemClock
from sync_server import enrolment
from tests.support.rep import Rep, enrolled, readings
from tests.support.server import RunningServer, running_company, running_server
from tests.sync.conftest import Hire, cursors, many, settle


def test_a_regressed_server_is_compared_with_and_deletes_nothing(server: RunningServer, hire: Hire):
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
    with running_company(tmp_path) as server:
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
    bo.replica.commit(many(bo, 300, "来"))
    for batch in range(3):
        ann.replica.commit(many(ann, 400, f"去{batch}-"))
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
    assert report.problem.code == "device_wiped"
    assert report.unsent == (1, 0)
    assert ann.shows(customer) == {"name": "宏远机械", "city": "上海"}


def settings_of(laptop: Rep) -> Device:
    with laptop.replica.database.read() as connection:
        found = settings.read(connection, "device", Device)
    assert isinstance(found, Device)
    return found
