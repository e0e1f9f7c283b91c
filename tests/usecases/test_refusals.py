"""What the server would not take: changed and sent in its place in one step, or not at all."""

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store import outbox, records
from crmdesk.store.replica import Replica
from crmdesk.usecases import refusals
from crmdesk.usecases.refusals import Refusal
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import commit, customer, receive, record


def refused(desk: Workspace, **values: Value) -> RecordKey:
    """A customer of the server's, of which this laptop's change was refused."""
    key = RecordKey("customer", customer(desk, "宏远", city="上海"))
    with desk.replica.database.write() as connection:
        outbox.settle(connection, [1])
    receive(desk, {key: record(desk, key)})
    commit(desk.replica, key, **values)
    with desk.replica.database.write() as connection:
        outbox.refuse(connection, [2], "rejected", "forbidden", None)
    return key


def leave(desk: Workspace, key: RecordKey) -> None:
    with desk.replica.database.write() as connection:
        desk.replica.leave(connection, list(records.load(connection, [key]).values()))


def listed(desk: Workspace) -> list[Refusal]:
    return refusals.listed(desk.reader, desk.replica.registry)


def test_a_crash_while_it_is_sent_again_leaves_what_was_refused_as_it_is(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = refused(desk, city="苏州")
    before = listed(desk)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Replica, "_edited", killed)
        with pytest.raises(KeyboardInterrupt):
            refusals.resend(desk.replica, key, {"city": "无锡"})
    assert listed(desk) == before
    assert refusals.said(refusals.written(desk.reader, before[0])) == {"city": "苏州"}


def test_values_that_cannot_be_leave_what_was_refused_as_it_is(desk: Workspace) -> None:
    key = refused(desk, city="苏州")
    before = record(desk, key), listed(desk)
    with pytest.raises(CrmError, match="field_too_long"):
        refusals.resend(desk.replica, key, {"city": "长" * 70_000})
    assert (record(desk, key), listed(desk)) == before


def test_what_is_sent_again_of_a_record_that_left_stays_hidden(desk: Workspace) -> None:
    """I8: no fragment of it shows while the new change waits."""
    key = refused(desk, city="苏州")
    leave(desk, key)
    refusals.resend(desk.replica, key, {"city": "无锡"})
    assert desk.reader.record(*key) is None
    assert desk.reader.value("SELECT count(*) FROM p_customer") == 0
    with desk.replica.database.read() as connection:
        assert [(e.counter, e.key, e.verdict) for e in outbox.everything(connection)] == [(3, key, None)]
