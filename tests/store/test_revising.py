"""A record that changed: only what differs is written, and what people look for follows."""

from __future__ import annotations

from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import deletion
from crmdesk.store import dialect
from crmdesk.store.replica import Write
from crmdesk.store.revising import revise_attention, revise_elements, revise_row
from crmdesk.usecases import customers
from crmdesk.usecases.workspace import Workspace, readings
from tests.support.workspace import commit, customer


def found(desk: Workspace, text: str) -> int:
    return len(customers.search(desk.reader, readings(), text))


def test_only_the_cells_that_differ_are_written(desk: Workspace) -> None:
    customer(desk, "宏远机械", city="苏州")
    with desk.replica.database.write() as connection:
        cells = ("宏远机械", "杭州")
        assert revise_row(connection, "p_customer", 1, ("f_name", "f_city"), cells) == {"f_city"}
        assert revise_row(connection, "p_customer", 1, ("f_name", "f_city"), cells) == set()
        assert revise_row(connection, "p_customer", 99, ("f_name", "f_city"), cells) is None


def test_elements_that_stay_are_left_alone(desk: Workspace) -> None:
    customer(desk, "宏远机械", **{"tag:a": True, "tag:b": True})
    with desk.replica.database.write() as connection:
        before = dialect.value(connection, "SELECT total_changes()")
        wanted = [(1, "tag", "b", None), (1, "tag", "c", None)]
        assert revise_elements(connection, 1, wanted) == {"tag"}
        assert dialect.value(connection, "SELECT total_changes()") - before == 2
        assert revise_elements(connection, 1, wanted) == set()


def test_an_unchanged_question_is_not_asked_anew(desk: Workspace) -> None:
    with desk.replica.database.write() as connection:
        before = dialect.value(connection, "SELECT total_changes()")
        revise_attention(connection, 1, ("n", "field"), [])
        assert dialect.value(connection, "SELECT total_changes()") == before


def test_a_renamed_customer_is_found_by_the_new_name_alone(desk: Workspace) -> None:
    key = RecordKey("customer", customer(desk, "宏远机械"))
    commit(desk.replica, key, name="鼎信精密")
    assert (found(desk, "宏远"), found(desk, "鼎信"), found(desk, "dx")) == (0, 1, 1)


def test_a_field_nobody_searches_leaves_the_words_as_they_are(desk: Workspace) -> None:
    key = RecordKey("customer", customer(desk, "宏远机械"))
    segments = "SELECT count(*), max(id) FROM search_data"
    with desk.replica.database.read() as connection:
        before = dialect.run(connection, segments).fetchone()
    commit(desk.replica, key, remark="要追加订单")
    with desk.replica.database.read() as connection:
        assert dialect.run(connection, segments).fetchone() == before
    assert found(desk, "宏远") == 1


def test_many_changed_records_look_as_if_each_had_been_changed_alone(
    desk: Workspace, other: Workspace
) -> None:
    """The same edits, all at once on one side and one by one on the other, under the same clock."""
    shown = []
    for at, (workspace, at_once) in enumerate(((desk, True), (other, False))):
        names = [
            customer(workspace, f"宏远{n}机械", phone=f"1390000{n:04}", **{"tag:a": True}) for n in range(60)
        ]
        keys = [RecordKey("customer", name) for name in names]
        writes = [
            Write(key, deletion(workspace.replica.load(key)), is_known=True)
            if n % 3 == 0
            else Write(
                key, {"name": f"鼎信{n}", "tag:a": None, "tag:b": True} if n % 3 == 1 else {"remark": "x"}
            )
            for n, key in enumerate(keys)
        ]
        for some in [writes] if at_once else [[one] for one in writes]:
            workspace.replica.commit(some)
        columns = "f_name, f_phone, f_remark, life, conflicts, tags"
        reader = workspace.reader
        shown.append(
            (
                reader.all(f"SELECT {columns} FROM p_customer ORDER BY n"),
                reader.all("SELECT * FROM element ORDER BY n, element"),
                reader.all("SELECT * FROM likeness ORDER BY key, n"),
                [found(workspace, text) for text in ("宏远", "鼎信", "dx", "13900000007")],
            )
        )
        assert at or workspace.reader.value("SELECT count(*) FROM p_customer WHERE life = 1") == 20
    assert shown[0] == shown[1]
