"""A role that hides contacts: nothing of them comes by another door."""

from __future__ import annotations

import pytest

from crmdesk.core.parts import CONTACT
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Mandate, Role
from crmdesk.store import dialect
from sync_server import accounts
from sync_server.policy import Absence, Domain, Kind, Member, Org, Team, readers
from tests.support.laptop import Laptop, enrolled, fresh_id, shown, verdicts
from tests.support.server import RunningServer
from tests.sync_server.test_late_rights import ask, hide_contacts, user

TEAMS = {"t": Team("t", None, shares_books=False)}
BLIND = Mandate(Role.REP, frozenset(), frozenset({CONTACT}))


def traces(laptop: Laptop) -> str:
    """All that a laptop was sent, as text."""
    laptop.records.clear()
    laptop.pull_all()
    return " ".join(str(shown(laptop, key)) for key in laptop.records)


def test_late_work_on_a_contact_tells_nothing_of_it_to_whom_it_is_hidden(server: RunningServer) -> None:
    server.add_user("Ada", "administrator")
    hide_contacts(server, "Mei", "manager")
    ann, mei, ada = enrolled(server, "Ann"), enrolled(server, "Mei"), enrolled(server, "Ada")
    customer, contact = ann.customer(), RecordKey("contact", fresh_id())
    ann.write(contact, {"customer": customer.id, "name": "王总", "wechat": "13800138000"})
    ann.push()
    mei.pull_all()
    assert customer in mei.records
    assert contact not in mei.records
    assert ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Cai")).status_code == 200
    ann.write(contact, {"wechat": "13911112222"})
    assert verdicts(ann.push()) == [("accepted", "late")]
    seen = traces(mei)
    assert any(key.entity == "late_work" for key in mei.records)
    assert "13911112222" not in seen
    assert "13800138000" not in seen


def test_a_contact_that_waits_for_its_customer_or_has_none_is_hidden_too(server: RunningServer) -> None:
    hide_contacts(server, "Mei", "manager")
    ann, mei, bo = enrolled(server, "Ann"), enrolled(server, "Mei"), enrolled(server, "Bo")
    waiting, alone = RecordKey("contact", fresh_id()), RecordKey("contact", fresh_id())
    home = RecordKey("customer", fresh_id())
    ann.write(waiting, {"customer": home.id, "name": "王总", "wechat": "13800138000"})
    ann.write(alone, {"name": "李总", "wechat": "13700000000"})
    ann.push()
    bo.pull_all()
    assert {waiting, alone} <= bo.records.keys(), "a colleague of the team reads both"
    traces(mei)
    assert {waiting, alone}.isdisjoint(mei.records)
    ann.write(home, {"name": "宏远机械"})
    ann.push()
    traces(mei)
    assert home in mei.records
    assert waiting not in mei.records


def test_standing_in_for_whom_contacts_are_hidden_takes_nothing_away() -> None:
    members = {"rep": Member("rep", BLIND, "t"), "dir": Member("dir", Mandate(Role.DIRECTOR), "t")}
    contacts = Domain(Kind.BOOK, "rep", part=CONTACT)
    assert "dir" in readers(contacts, Org(TEAMS, members))
    assert "dir" in readers(contacts, Org(TEAMS, members, (Absence("rep", "dir"),)))


def test_who_stands_in_reads_what_is_hidden_of_their_own_role_alone() -> None:
    members = {
        "own": Member("own", Mandate(Role.REP), "t"),
        "dir": Member("dir", Mandate(Role.DIRECTOR), "t"),
        "mgr": Member("mgr", Mandate(Role.MANAGER, frozenset(), frozenset({CONTACT})), "t"),
    }
    contacts = Domain(Kind.BOOK, "own", part=CONTACT)
    assert "mgr" not in readers(contacts, Org(TEAMS, members))
    assert "mgr" in readers(contacts, Org(TEAMS, members, (Absence("dir", "mgr"),)))


@pytest.mark.parametrize("name", ["Mei", "Bo"])
def test_a_list_of_permissions_says_what_is_hidden(server: RunningServer, name: str) -> None:
    with server.database.write() as connection:
        base = "manager" if name == "Mei" else "rep"
        hidden = frozenset({CONTACT})
        role = accounts.define_role(connection, None, "Blind", base, frozenset(), server.clock(), hidden)
        accounts.change_role(connection, name, role.id, server.clock())
    laptop = enrolled(server, name)
    said = laptop.http.get("/v1/permissions").json()
    assert said["permissions"]["hidden"] == [CONTACT]
    confirmed = laptop.http.post("/v1/permissions/confirm", json={"digest": said["digest"]})
    assert confirmed.status_code == 200
    with server.database.write() as connection:
        accounts.define_role(connection, role.id, "Blind", base, frozenset(), server.clock(), frozenset())
    assert laptop.http.get("/v1/permissions").json()["state"] == "changed"


def test_late_work_that_waits_in_a_hidden_part_is_told_where_its_author_reads(server: RunningServer) -> None:
    """A contact waits in the part of its author's own book that their role hides; that it came late, they may know."""
    ann = enrolled(server, "Ann")
    ann.pull_all()
    contact = RecordKey("contact", fresh_id())
    ann.write(contact, {"customer": fresh_id(), "name": "王总"})
    ann.push()
    hide_contacts(server, "Ann", "rep")
    ann.token()
    ann.write(contact, {"name": "王总经理"})
    assert verdicts(ann.push()) == [("accepted", "late")]
    with server.database.read() as connection:
        query = "SELECT bucket FROM record WHERE entity = 'late_work'"
        assert [tuple(row) for row in dialect.run(connection, query)] == [(ann.book,)]
