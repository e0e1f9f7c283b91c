"""What the server would not take: changed and sent in its place in one step, or not at all."""

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store import drafts as kept
from crmdesk.store import outbox, records
from crmdesk.store.replica import Replica
from crmdesk.usecases import drafts, refusals, set_aside
from crmdesk.usecases.refusals import Refusal
from crmdesk.usecases.set_aside import Aside
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import DAY, FakeClock, commit, customer, receive, record


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


# -- what was discarded, and what was typed on a record that left --------------------------------------


def aside(desk: Workspace) -> list[Aside]:
    return set_aside.listed(desk.reader, desk.replica.registry, desk.clock.now_ms())


def test_what_was_discarded_can_be_read_and_brought_back_long_afterwards(desk: Workspace) -> None:
    """R30: not only while a notice shows."""
    key = refused(desk, city="苏州")
    refusals.discard(desk.replica, key)
    (one,) = aside(desk)
    assert (one.kind, one.title, one.said, one.code, one.can_return) == (
        "discarded", "宏远", {"city": "苏州"}, "forbidden", True,
    )  # fmt: skip
    set_aside.bring_back(desk.replica, one.name)
    assert record(desk, key).siblings("city")[0].values == {"city": "苏州"}
    assert aside(desk) == []


def test_a_new_record_that_was_discarded_comes_back_whole(desk: Workspace) -> None:
    key = RecordKey("customer", customer(desk, "宏远", city="上海"))
    with desk.replica.database.write() as connection:
        outbox.refuse(connection, [1], "rejected", "forbidden", None)
    refusals.discard(desk.replica, key)
    assert desk.reader.record(*key) is None
    set_aside.bring_back(desk.replica, aside(desk)[0].name)
    assert desk.reader.value("SELECT f_name || f_city FROM p_customer") == "宏远上海"


def test_what_was_discarded_of_a_record_that_left_is_read_and_not_made_a_fragment(desk: Workspace) -> None:
    key = refused(desk, city="苏州")
    refusals.discard(desk.replica, key)
    leave(desk, key)
    (one,) = aside(desk)
    assert (one.title, one.said, one.can_return) == ("", {"city": "苏州"}, False)
    with pytest.raises(CrmError, match="record_left"):
        set_aside.bring_back(desk.replica, one.name)
    assert aside(desk) == [one]
    value = set_aside.forget(desk.replica, one.name).value
    assert aside(desk) == []
    set_aside.remember(desk.replica, one.name, value)
    assert aside(desk) == [one]


def test_what_was_discarded_a_month_ago_is_gone(desk: Workspace) -> None:
    key = refused(desk, city="苏州")
    refusals.discard(desk.replica, key)
    clock = desk.replica.clock
    assert isinstance(clock, FakeClock)
    clock.pass_ms(30 * DAY + 1)
    assert set_aside.listed(desk.reader, desk.replica.registry, clock.now_ms()) == []
    with desk.replica.database.write() as connection:
        kept.forget_old(connection, clock.now_ms())
    assert desk.reader.value("SELECT count(*) FROM draft") == 0


def test_a_draft_of_a_record_that_left_keeps_what_was_typed_and_nothing_of_the_record(
    desk: Workspace,
) -> None:
    """I8, I11: whether it was kept before the record left, or while the form stayed open."""
    key = refused(desk, city="苏州")
    form = {
        "typed": {"remark": "半句话"},
        "values": {"name": "宏远", "phone:1": "139"},
        "dots": {"name": [["a", 1]]},
    }
    drafts.keep(desk.replica, f"customer:{key.id}", form)
    drafts.keep(desk.replica, f"contact:new {key.id}", {"typed": {"name": "王"}, "values": {}, "dots": {}})
    drafts.keep(desk.replica, f"visit:{key.id}", {"summary": "谈了", "contact": "f" * 32, "tags": {}})
    assert aside(desk) == []
    leave(desk, key)
    drafts.keep(desk.replica, f"customer:{key.id}", form)
    assert {(one.kind, one.entity, str(one.said)) for one in aside(desk)} == {
        ("left", "customer", "{'remark': '半句话'}"),
        ("left", "contact", "{'name': '王'}"),
        ("left", "visit", "{'summary': '谈了'}"),
    }
    values = "".join(value for (value,) in desk.reader.all("SELECT value FROM draft"))
    assert [word for word in ("宏远", "139", "dots", "ffff") if word in values] == []


def test_a_draft_is_found_again_when_its_record_comes_back(desk: Workspace) -> None:
    key = refused(desk, city="苏州")
    state = record(desk, key)
    drafts.keep(desk.replica, f"visit:{key.id}", {"summary": "谈了"})
    leave(desk, key)
    receive(desk, {key: state}, seq=2)
    assert aside(desk) == []
    assert drafts.find(desk.reader, f"visit:{key.id}") == {"summary": "谈了"}
