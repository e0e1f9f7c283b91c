"""The audit: whatever is brought or done leaves a sealed row, and rows stay as they are."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, get_args

import msgspec
import pytest
from sqlalchemy.exc import DBAPIError

from crmdesk.core.errors import CrmError
from crmdesk.core.parts import buckets_of
from crmdesk.core.record import RecordKey, encode
from crmdesk.core.roles import Role
from crmdesk.core.wire import Evidence, PushRecord, Recover
from crmdesk.store import dialect
from sync_server import accounts, audit, commands, enrolment, orders, refusals, sweeping
from sync_server.audit import COMPANY, CONSOLE, PUSH, SERVER
from sync_server.keeping import check
from sync_server.orders import CustomerOrder, Order, RightsOrder, StaffOrder, UserOrder
from sync_server.storage import audits, sharing
from sync_server.storage.audits import Entry
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import HOUR_MS, RunningServer


def entries(server: RunningServer, *kinds: str) -> list[Entry]:
    with server.database.read() as connection:
        return [e for e in audits.after(connection, "", 0, 10_000) if not kinds or e.kind in kinds]


def said(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(entry.said)
    return found


def only(server: RunningServer, kind: str) -> Entry:
    (entry,) = entries(server, kind)
    return entry


def found_by(server: RunningServer, subject: str) -> list[str]:
    """The kinds of the acts that are found by what they were about."""
    with server.database.read() as connection:
        rows = dialect.run(
            connection,
            "SELECT kind FROM audit a JOIN audit_subject s ON s.chain = a.chain AND s.number = a.number"
            " WHERE s.subject = ? ORDER BY a.at, a.number",
            (subject,),
        )
        return [kind for (kind,) in rows]


# -- what is brought ------------------------------------------------------------------------------------------


def test_a_push_leaves_one_row_in_each_bucket_it_changed(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer()
    ann.visit(customer)
    bodies = [bytes(edit.edit) for edit in ann.batch().log]
    ann.push()
    (entry,) = entries(server, PUSH)
    assert (entry.chain, entry.user, entry.device) == (ann.book, ann.user, ann.welcome["device"])
    assert (entry.actor, entry.top, said(entry)["counters"]) == (ann.actor, 2, [[1, 2]])
    assert said(entry)["edits"] == audit.digest_of(bodies).hex()
    mei.customer()
    mei.push()
    assert {e.chain for e in entries(server, PUSH)} == {ann.book, mei.book}


def test_what_was_refused_or_changed_nothing_leaves_no_row(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer(no_such_field="x")
    ann.push()
    assert entries(server, PUSH) == []


def test_what_the_server_itself_writes_leaves_a_row(server: RunningServer) -> None:
    mei, ann = enrolled(server, "Mei"), enrolled(server, "Ann")
    customer = ann.customer()
    ann.push()
    ann.pull_all()
    order = orders.ChangeOwner(fresh_id(), (customer.id,), server.people["Cai"].user)
    carry_out(server, mei, order)
    ann.visit(customer)
    ann.push()
    (label,) = [e for e in entries(server, SERVER) if said(e).get("entity") == "late_work"]
    assert (label.chain, label.device) == (server.people["Cai"].book, "")
    assert label.kind == SERVER
    assert said(label)["fields"] == ["arrived_at", "author", "changes", "customer", "txn"]
    people = {said(e)["entity"] for e in entries(server, SERVER)}
    assert {"user", "team", "book"} <= people


def test_a_request_that_a_push_brings_leaves_a_row_beside_its_outcome(server: RunningServer) -> None:
    mei, ann, bo = (enrolled(server, name) for name in ("Mei", "Ann", "Bo"))
    customer = ann.customer()
    ann.push()
    carry_out(server, mei, orders.Release(fresh_id(), (customer.id,)))
    key = RecordKey("request", fresh_id())
    bo.write(key, {"kind": "claim", "customer": customer.id})
    bo.push()
    entry = only(server, "request")
    assert (entry.chain, entry.user, entry.device) == (bo.book, bo.user, bo.welcome["device"])
    assert said(entry)["customers"] == [[customer.id, "done", None, bo.user, 1]]
    assert found_by(server, customer.id) == ["release", "request"]


# -- what is done ---------------------------------------------------------------------------------------------


def carry_out(server: RunningServer, laptop: Laptop, order: Order) -> None:
    who = orders.Asker(laptop.user, _role(server, laptop), laptop.welcome["device"])
    commands.carry_out(server.database, who, order, server.clock)


def _role(server: RunningServer, laptop: Laptop) -> Role:
    return next(account.role for account in server.people.values() if account.user == laptop.user)


def _orders(server: RunningServer, mine: str) -> dict[type, Callable[[], Order]]:
    """An order of each type that can be carried out; `mine` is a customer of Ann's."""
    bo, cai, ann = (server.people[name].user for name in ("Bo", "Cai", "Ann"))

    def in_pool() -> str:
        commands.carry_out(
            server.database, _console(server), orders.Release(fresh_id(), (mine,)), server.clock
        )
        return mine

    def shared() -> str:
        console = _console(server)
        commands.carry_out(
            server.database, console, orders.Share(fresh_id(), (mine,), cai, can_write=True), server.clock
        )
        with server.database.read() as connection:
            return sharing.shares_of(connection, mine)[0].id

    def delegated() -> str:
        order = orders.Delegate(fresh_id(), ann, bo, now, now + HOUR_MS)
        commands.carry_out(server.database, _console(server), order, server.clock)
        with server.database.read() as connection:
            return sharing.delegations(connection)[0].id

    now = server.clock().ms
    return {
        orders.ChangeOwner: lambda: orders.ChangeOwner(fresh_id(), (mine,), bo),
        orders.Release: lambda: orders.Release(fresh_id(), (mine,)),
        orders.Claim: lambda: orders.Claim(fresh_id(), (in_pool(),)),
        orders.ChangeBookOwner: lambda: orders.ChangeBookOwner(fresh_id(), ann, bo, leaving=False),
        orders.ChangeTeam: lambda: orders.ChangeTeam(fresh_id(), cai, None),
        orders.ChangeRole: lambda: orders.ChangeRole(fresh_id(), cai, Role.MANAGER),
        orders.DisableUser: lambda: orders.DisableUser(fresh_id(), cai),
        orders.Share: lambda: orders.Share(fresh_id(), (mine,), cai, can_write=False),
        orders.Transfer: lambda: orders.Transfer(fresh_id(), cai, "manager", None, bo),
        orders.EndShare: lambda: orders.EndShare(fresh_id(), shared()),
        orders.Delegate: lambda: orders.Delegate(fresh_id(), ann, bo, now, now + HOUR_MS),
        orders.EndDelegation: lambda: orders.EndDelegation(fresh_id(), delegated()),
        orders.AddUser: lambda: orders.AddUser(fresh_id(), "Dan", "rep", None),
        orders.AddTeam: lambda: orders.AddTeam(fresh_id(), "South", None, shares_books=False),
        orders.EditTeam: lambda: orders.EditTeam(
            fresh_id(), server.people["Ann"].team or "", "Far east", None, shares_books=False
        ),
        orders.DefineRole: lambda: orders.DefineRole(fresh_id(), None, "内勤", "rep", ("customer.grade",)),
    }


def _console(server: RunningServer) -> orders.Asker:
    with server.database.read() as connection:
        return commands.console(connection)


@pytest.mark.parametrize(
    "kind",
    [*get_args(CustomerOrder), *get_args(UserOrder), *get_args(RightsOrder), *get_args(StaffOrder)],
    ids=lambda kind: kind.__name__,
)
def test_every_command_leaves_a_row(server: RunningServer, kind: type) -> None:
    """A new command is in the union of orders: it needs a line in `_orders`, and leaves a row by itself."""
    ann = enrolled(server, "Ann")
    mine = ann.customer().id
    ann.push()
    order = _orders(server, mine)[kind]()
    who = _console(server)
    if isinstance(order, orders.Claim):
        who = orders.Asker(ann.user, Role.REP, ann.welcome["device"])
    commands.carry_out(server.database, who, order, server.clock)
    commands.carry_out(server.database, who, order, server.clock)  # repeated, it does nothing more
    entry = only(server, str(kind.__struct_config__.tag)) if kind is not orders.Release else None  # type: ignore[attr-defined]
    entry = entry or entries(server, "release")[-1]
    assert (entry.chain, entry.user, entry.device) == (COMPANY, who.user, who.device)
    about = said(entry)
    if isinstance(order, CustomerOrder):
        assert [(one[0], one[1]) for one in about["customers"]] == [(mine, "done")]
        assert entry.kind in found_by(server, mine)
    elif isinstance(order, UserOrder):
        assert about["before"] != about["after"]
        assert entry.kind in found_by(server, about["user"])
    else:
        assert about


def test_each_step_of_a_long_command_leaves_a_row_of_its_own(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "CHUNK", 2)
    mei, ann = enrolled(server, "Mei"), enrolled(server, "Ann")
    customers = tuple(ann.customer().id for _ in range(5))
    ann.push()
    carry_out(server, mei, orders.Release(fresh_id(), customers))
    moved = [[one[0] for one in said(entry)["customers"]] for entry in entries(server, "release")]
    assert [name for step in moved for name in step] == list(customers)
    assert len(moved) == 3


def test_rights_that_change_are_told(server: RunningServer) -> None:
    cai, mei = server.people["Cai"], server.people["Mei"]
    commands.carry_out(
        server.database, _console(server), orders.ChangeTeam(fresh_id(), cai.user, None), server.clock
    )
    entry = entries(server, "rights")[-1]
    gone = [[place, mei.user, True, None] for place in sorted(buckets_of(cai.book))]
    assert said(entry) == {"rights": gone}
    assert entry.chain == COMPANY


def test_founding_and_staffing_a_company_leave_rows(server: RunningServer) -> None:
    answers = [
        commands.carry_out(server.database, _console(server), order, server.clock)
        for order in (
            orders.AddTeam(fresh_id(), "South", None, shares_books=False),
            orders.AddUser(fresh_id(), "Dan", "rep", None),
        )
    ]
    made = [msgspec.json.decode(answer)["made"] for answer in answers]
    entry = only(server, "add_user")
    assert (entry.device, said(entry)["role"], said(entry)["made"]) == (CONSOLE, "rep", made[1])
    assert "Dan" not in entry.said
    assert "add_user" in found_by(server, made[1])
    assert only(server, "add_team").device == CONSOLE
    assert only(server, "found").number == 1


def test_devices_leave_rows(server: RunningServer) -> None:
    laptop = Laptop(server, server.people["Ann"].user)
    assert laptop.enrol(server.code("Ann", hold=True)).status_code == 200
    device = laptop.welcome["device"]
    with server.database.write() as connection:
        enrolment.approve(connection, device, server.clock())
    with server.database.write() as connection:
        enrolment.revoke(connection, device, server.clock())
    assert said(only(server, "code"))["hold"] is True
    enrol = only(server, "enrol")
    assert (enrol.user, enrol.device, said(enrol)) == (laptop.user, device, {"state": "pending"})
    for kind, before, after in (("approve", "pending", "active"), ("revoke", "active", "revoked")):
        entry = only(server, kind)
        assert (entry.device, said(entry)["before"], said(entry)["after"]) == (CONSOLE, before, after)
    assert found_by(server, device) == ["approve", "revoke"]


def test_an_hour_of_sign_ins_is_one_row_a_person(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    for _ in range(3):
        assert ann.token().status_code == 200
    assert bo.token().status_code == 200
    assert ann.token(key=bo.key).status_code == 401
    assert bo.enrol("0" * 25).status_code == 403
    hour = server.clock().ms // HOUR_MS * HOUR_MS
    with server.database.write() as connection:
        audit.note_hours(connection, server.clock())
    assert entries(server, "sign_in") == []  # the hour goes on
    server.clock.ahead_ms += HOUR_MS
    for _ in range(2):
        with server.database.write() as connection:
            audit.note_hours(connection, server.clock())
    found = {e.user: said(e) for e in entries(server, "sign_in")}
    device = ann.welcome["device"]
    assert found[ann.user]["devices"] == {device: {"ok": 3, "session_expired": 1}}
    assert found[""]["devices"] == {"": {"code_invalid": 1}}
    assert found[bo.user]["hour"] in (hour, hour - HOUR_MS)
    assert len(entries(server, "sign_in")) == 3


def test_what_an_administrator_decides_of_refused_edits_leaves_a_row(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    for _ in range(2):
        ann.customer(no_such_field="secret words")
        ann.push()
    with server.database.read() as connection:
        first, second = (one.name for one in refusals.listed(connection))
    who = _console(server)
    with server.database.write() as connection:
        refusals.retry(connection, who, first, server.clock())
    with server.database.write() as connection:
        refusals.discard(connection, who, second, server.clock())
    retried, discarded = only(server, "retry"), only(server, "discard")
    assert (retried.device, said(retried)["answer"]) == (CONSOLE, "unknown_field")
    assert (said(discarded)["author"], said(discarded)["code"]) == (ann.user, "unknown_field")


def test_a_restore_and_what_it_brings_back_leave_rows(server: RunningServer, tmp_path: Any) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    ann.push()
    file = server.backup(tmp_path / "backup")
    lost = ann.customer()
    ann.push()
    head = next(head for head in ann.heads().heads if head.bucket == ann.book)
    server.restore(file)
    evidence = {"commits": [msgspec.to_builtins(Evidence(head.bucket, head.epoch, head.seq, head.salt))]}
    assert ann.http.post("/v1/commits", json=evidence).status_code == 200
    restore = only(server, "restore")
    assert (restore.user, said(restore)["epoch"]) == (ann.user, 2)
    brought = Recover((PushRecord(*lost, msgspec.Raw(encode(ann.records[lost]))),), ())
    reply = ann.http.post("/v1/recover", content=msgspec.json.encode(brought))
    assert reply.status_code == 200, reply.text
    entry = only(server, "recover")
    assert (entry.user, entry.device) == (ann.user, ann.welcome["device"])
    assert [(bucket, count) for bucket, count, _ in said(entry)["taken"]] == [(ann.book, 1)]


def test_records_that_are_removed_for_good_are_named(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    ann.push()
    ann.write(customer, {"deleted": {"seen": dict(ann.records[customer].clock)}})
    ann.push()
    server.clock.ahead_ms += 200 * 24 * HOUR_MS
    sweeping.sweep(server.database, server.clock(), 180 * 24 * HOUR_MS)
    entry = only(server, "bury")
    assert (entry.chain, said(entry)["ids"]) == (ann.book, [customer.id])


def test_no_row_holds_what_a_person_typed(server: RunningServer) -> None:
    words = ("Zhenxing Precision", "13900001111", "Quartz Team", "Ruth Ellery", "kite-laptop")
    with server.database.write() as connection:
        accounts.add_team(connection, words[2], server.clock())
        accounts.add_user(connection, words[3], Role.REP, server.clock(), team=words[2])
    server.refresh()
    ruth = Laptop(server, server.people[words[3]].user)
    assert ruth.enrol().status_code == 200
    customer = ruth.customer(words[0], phone=words[1])
    ruth.customer(words[0], no_such_field=words[1])
    ruth.push()
    order = orders.ChangeOwner(fresh_id(), (customer.id,), "Ann")  # by name, as the console may
    commands.carry_out(server.database, _console(server), order, server.clock)
    text = "\n".join(repr(tuple(entry)) for entry in entries(server))
    assert not [word for word in (*words, "Ann", "laptop") if re.search(rf"\b{word}\b", text)]


# -- rows stay as they are ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET at = at + 1", "DELETE FROM audit", "TRUNCATE audit"],
    ids=lambda statement: statement.split()[0].lower(),
)
def test_t51_the_database_refuses_to_change_or_remove_a_row(server: RunningServer, statement: str) -> None:
    if statement.startswith("TRUNCATE") and server.settings.url is None:
        pytest.skip("SQLite has no such statement")
    before = entries(server)
    with pytest.raises((CrmError, DBAPIError, *_errors())), server.database.write() as connection:
        dialect.run(connection, statement)
    assert entries(server) == before != []


def _errors() -> Iterator[type[Exception]]:
    import sqlite3

    import psycopg

    yield from (sqlite3.Error, psycopg.Error)


def test_each_row_is_sealed_with_the_one_before_it(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    for _ in range(3):
        ann.customer()
        ann.push()
    chain = [entry for entry in entries(server) if entry.chain == ann.book]
    assert [entry.number for entry in chain] == [1, 2, 3]
    assert chain[0].seal == audit.seal(audit.FIRST, chain[0])
    assert [entry.seal for entry in chain[1:]] == [
        audit.seal(before.seal, entry) for before, entry in itertools.pairwise(chain)
    ]
    assert check(server.database).problems == ()


def test_counters_are_told_as_runs() -> None:
    assert audit.ranges([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
