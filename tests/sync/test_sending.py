"""One batch is on its way while the next is made ready and the last answer taken in; a cut anywhere loses nothing."""

from __future__ import annotations

import time

import msgspec
import pytest
import zstandard

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.wire import PushAnswer
from crmdesk.store import settings
from crmdesk.sync import commands, plan, push
from crmdesk.sync.packing import Parcel
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "BATCH_BYTES", 2_000)


def edits_at(server: RunningServer) -> int:
    with server.database.read() as connection:
        query = "SELECT count(*) FROM edit WHERE entity = 'customer'"
        return int(connection.exec_driver_sql(query).scalar_one())


def name_of(message: Parcel) -> str:
    content = message.content
    if message.is_compressed:
        content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return str(msgspec.json.decode(content)["batch"])


def identity_of(laptop: Rep) -> str:
    return laptop.replica.identity().actor


def test_an_answer_is_taken_in_while_the_next_batch_is_on_its_way(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    for number in range(24):
        ann.customer(f"客户{number}")
    send, waiting = ann.http.push, []

    def slow(message):
        waiting.append(len(ann.unsent()))
        if len(waiting) == 2:
            until = time.monotonic() + 20
            while len(ann.unsent()) == waiting[0] and time.monotonic() < until:
                time.sleep(0.01)
            waiting.append(len(ann.unsent()))
        return send(message)

    ann.http.push = slow  # type: ignore[method-assign]
    report = ann.sync()
    assert waiting[0] == 24
    assert waiting[2] < 24, "the first answer was taken in before the second batch had one"
    assert (report.pushed, report.unsent) == (24, (0, 0))
    bo.sync()
    assert ann.states() == bo.states()


def test_an_answer_that_was_kept_and_not_taken_in_is_taken_in_by_the_next_sync(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch
):
    """R3, I4: the batch that followed is sent again by its name; no number is given out twice."""
    ann, bo = hire("Ann"), hire("Bo")
    customers = [ann.customer(f"客户{number}") for number in range(24)]
    actor = identity_of(ann)

    def fail(*_: object) -> None:
        raise CrmError("database_busy")

    with monkeypatch.context() as broken:
        broken.setattr(push, "settle", fail)
        report = ann.engine.sync()
    assert report.problem is not None
    assert report.problem.code == "database_busy"
    assert len(ann.unsent()) == 24
    with ann.replica.database.read() as connection:
        assert settings.read(connection, "answered", push.Answered) is not None
    ann.write(customers[0], city="苏州")  # typed before the answer is taken in
    ann.sync()
    bo.sync()
    assert (edits_at(server), identity_of(ann)) == (25, actor)
    assert ann.states() == bo.states()
    assert ann.unsent() == []
    with ann.replica.database.read() as connection:
        assert settings.read(connection, "answered", push.Answered) is None


def test_a_batch_lost_on_its_way_behind_a_kept_answer_goes_again(server: RunningServer, hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    for number in range(24):
        ann.customer(f"客户{number}")
    send, sent = ann.http.push, []

    def lossy(message):
        sent.append(name_of(message))
        if len(sent) == 2:
            raise CrmError("offline")
        return send(message)

    ann.http.push = lossy  # type: ignore[method-assign]
    report = ann.engine.sync()
    assert report.problem is not None
    assert 0 < report.pushed < 24
    ann.sync()
    bo.sync()
    assert sent[2] == sent[1], "the same batch under the same name"
    assert edits_at(server) == 24
    assert ann.states() == bo.states()


def test_what_was_typed_over_a_record_on_its_way_is_not_taken_for_what_was_sent(hire: Hire):
    """R22: the checksum counts what the server holds, not what was typed meanwhile."""
    ann, bo = hire("Ann"), hire("Bo")
    first = ann.customer("客户")
    for number in range(12):
        ann.customer(f"客户{number}")
    send = ann.http.push
    typed: list[RecordKey] = []

    def slow(message):
        answer = send(message)
        if not typed:
            typed.append(ann.write(first, city="上海"))
        return answer

    ann.http.push = slow  # type: ignore[method-assign]
    stopped = iter([False, False] + [True] * 99)
    ann.sync(cancelled=lambda: next(stopped))
    assert ann.unsent()
    ann.sync()
    bo.sync()
    assert ann.states() == bo.states()
    assert bo.shows(first) == {"name": "客户", "city": "上海"}


def test_a_customer_that_moved_before_the_answer_to_its_making_came_leaves(
    server: RunningServer, hire: Hire
) -> None:
    """R22: the answer says where it was; what was compared since says that it is there no longer."""
    ann, mei = hire("Ann"), hire("Mei")
    ann.sync()
    customer = ann.customer("宏远机械")
    send = ann.http.push

    def lost(message: Parcel) -> PushAnswer:
        send(message)
        raise CrmError("offline")

    ann.http.push = lost  # type: ignore[method-assign, assignment]
    assert ann.engine.sync().problem is not None
    ann.http.push = send  # type: ignore[method-assign]
    mei.sync()
    assert commands.change_owner(mei.replica, mei.http, [customer.id], mei.replica.identity().user).moved == 1
    report = ann.sync(compare=True)
    assert report.unsent == (0, 0)
    assert ann.shows(customer) is None
    mei.sync()
    assert mei.shows(customer) == {"name": "宏远机械"}
