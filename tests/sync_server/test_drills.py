"""Somebody leaves, is transferred, is promoted: what was foretold is what happens, and foretelling changes nothing."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from crmdesk.core.parts import buckets_of
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Mandate, Role
from crmdesk.store import dialect
from sync_server import accounts, commands, drills, foreseeing, standing
from sync_server.drills import Change, Post, State
from sync_server.orders import ChangeBookOwner, ChangeRole, ChangeTeam, DisableUser, Transfer, UserOrder
from sync_server.policy import Domain, Kind, Member, Org, Team
from sync_server.storage import people, rights, sharing
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import HOUR_MS, RunningServer


def books_read(server: RunningServer, user: str, *, owners: dict[str, str]) -> dict[str, str]:
    """Whose books somebody reads by the table of readers; `owners`: book -> whom it counts as."""
    found: dict[str, str] = {}
    with server.database.read() as connection:
        for bucket, right in rights.rights(connection, user).items():
            if bucket in owners and found.get(owners[bucket]) != "write":
                found[owners[bucket]] = "write" if right.can_write else "read"
    return found


def owners(server: RunningServer) -> dict[str, str]:
    with server.database.read() as connection:
        found = people.domains(connection)
    return {name: one.owner for name, one in found.items() if one.kind is Kind.BOOK and one.owner}


def readers(server: RunningServer, books: list[str]) -> dict[str, str]:
    """Who reads one of these books by the table of readers."""
    found: dict[str, str] = {}
    with server.database.read() as connection:
        for account in people.accounts(connection):
            for bucket, right in rights.rights(connection, account.user).items():
                if bucket in books and found.get(account.user) != "write":
                    found[account.user] = "write" if right.can_write else "read"
    return found


def customers_of(server: RunningServer, user: str) -> int:
    with server.database.read() as connection:
        return standing.standing(connection, commands.console(connection), user).customers


def staffed(server: RunningServer) -> tuple[Laptop, Laptop]:
    """Ann has three customers, one shared with Cai, a visit and an open task; Cai has one and shares it with Ann."""
    server.add_user("Dan", "director", team="North")
    server.add_user("Eve", "auditor")
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    shared = ann.customer()
    ann.visit(shared)
    task = RecordKey("task", fresh_id())
    ann.write(task, {"customer": shared.id, "title": "报价", "due_on": "2026-11-30"})
    ann.customer("二")
    ann.customer("三")
    own = cai.customer("四")
    for laptop in (ann, cai):
        laptop.push()
        laptop.pull_all()
    for giver, taker, customer in ((ann, cai, shared), (cai, ann, own)):
        asked = {"id": fresh_id(), "customers": [customer.id], "user": taker.user, "can_write": False}
        assert giver.http.post("/v1/commands/share", json={**asked, "until": None}).status_code == 200
    return ann, cai


ORDERS: dict[str, Any] = {
    "leaves, to Cai": lambda p: ChangeBookOwner(fresh_id(), p["Ann"].user, p["Cai"].user, leaving=True),
    "leaves, to nobody": lambda p: DisableUser(fresh_id(), p["Ann"].user),
    "hands over, stays": lambda p: ChangeBookOwner(fresh_id(), p["Ann"].user, p["Cai"].user, leaving=False),
    "to West with her customers": lambda p: ChangeTeam(fresh_id(), p["Ann"].user, p["Cai"].team),
    "promoted": lambda p: ChangeRole(fresh_id(), p["Ann"].user, "manager"),
    "promoted in the region, customers to Bo": lambda p: Transfer(
        fresh_id(), p["Ann"].user, "manager", p["Mei"].team, p["Bo"].user
    ),
    "transferred to no team": lambda p: Transfer(fresh_id(), p["Ann"].user, "rep", None, None),
}


@pytest.mark.parametrize("case", sorted(ORDERS))
def test_what_is_foretold_is_what_happens(server: RunningServer, case: str) -> None:
    staffed(server)
    order: UserOrder = ORDERS[case](server.people)
    before = server.digest()
    with server.database.read() as connection:
        who = commands.console(connection)
        told = foreseeing.foresee(connection, who, order, server.clock())
        held = people.books(connection, told.user)
        sets = [one for book in held for one in sharing.sets_of(connection, book)]
    assert server.digest() == before
    with server.database.read() as connection:
        rows = dialect.run(connection, "SELECT bucket, entity FROM record", ()).fetchall()
    kinds = [entity for bucket, entity in rows if bucket in (*held, *sets)]
    assert (told.customers, told.records, told.open_tasks) == (3, len(kinds), 1)
    assert sorted(kinds) == ["book", *["customer"] * 3, "share", "task", "visit"]
    assert (told.shares_given, told.shares_held) == (1, 1)
    whose = owners(server)
    assert readers(server, [*held, *sets]) == {s.user: s.before for s in told.readers if s.before}
    assert books_read(server, told.user, owners=whose) == {s.user: s.before for s in told.sees if s.before}
    if told.heir:
        assert customers_of(server, told.heir) == told.heir_customers
    commands.carry_out(server.database, who, order, server.clock)
    assert readers(server, [*held, *sets]) == {s.user: s.after for s in told.readers if s.after}
    assert books_read(server, told.user, owners=whose) == {s.user: s.after for s in told.sees if s.after}
    if told.heir:
        assert customers_of(server, told.heir) == told.heir_customers + told.customers
    with server.database.read() as connection:
        account = people.find_account(connection, told.user)
        assert account.is_disabled is told.has_left
        assert (account.book not in held) is told.gets_book
        given = sharing.count_in(connection, [*held, *sets])
    ended = told.heir == server.people["Cai"].user  # what was shared with the heir is the heir's own now
    assert given == told.shares_given - ended


def test_one_change_writes_what_is_read_once(server: RunningServer) -> None:
    """In between nobody gains or loses a right that they would not have in the end: it would count as lost for weeks."""
    ann, mei = server.people["Ann"], server.people["Mei"]
    with server.database.write() as connection:
        order = Transfer(fresh_id(), ann.user, "rep", server.people["Cai"].team, None)
        accounts.rearrange(connection, accounts.plan(connection, order, server.clock()), server.clock())
        assert rights.lost_rights(connection, mei.user) == {}
        assert set(rights.lost_rights(connection, ann.user)) == set(buckets_of(server.people["Bo"].book))


def test_only_administrators_foresee_and_only_what_they_may_do(server: RunningServer) -> None:
    root = server.add_user("Root", "administrator")
    asked = {"user": server.people["Ann"].user, "to_user": server.people["Cai"].user}
    mei = enrolled(server, "Mei").http.post("/v1/foresee/leaver", json=asked)
    assert (mei.status_code, mei.json()["code"]) == (403, "forbidden")
    laptop = enrolled(server, "Root")
    told = laptop.http.post("/v1/foresee/leaver", json=asked)
    assert (told.status_code, told.json()["heir"]) == (200, server.people["Cai"].user)
    own = laptop.http.post("/v1/foresee/leaver", json={"user": root.user, "to_user": None})
    assert (own.status_code, own.json()["code"]) == (403, "forbidden")
    nobody = laptop.http.post("/v1/foresee/leaver", json={"user": secrets.token_hex(16), "to_user": None})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not_found")
    gone = {**asked, "role": "manager", "team": None, "to_user": None}
    told = laptop.http.post("/v1/foresee/transfer", json=gone)
    assert (told.status_code, told.json()["heir"]) == (200, None)


def test_a_deputy_is_foretold_too(server: RunningServer) -> None:
    ann, bo, cai = (server.people[name] for name in ("Ann", "Bo", "Cai"))
    laptop, now = enrolled(server, "Ann"), server.clock().ms
    asked = {"id": fresh_id(), "user": ann.user, "to_user": cai.user, "starts": now, "ends": now + HOUR_MS}
    assert laptop.http.post("/v1/commands/delegate", json=asked).status_code == 200
    with server.database.read() as connection:
        order = ChangeBookOwner("", ann.user, bo.user, leaving=True)
        told = foreseeing.foresee(connection, commands.console(connection), order, server.clock())
    assert told.delegations == 1
    (deputy,) = [sight for sight in told.readers if sight.user == cai.user]
    assert (deputy.before, deputy.after) == ("write", None)


def test_a_state_after_a_change_is_the_old_one_but_for_the_change() -> None:
    org = Org(
        {"t": Team("t", None, shares_books=False)}, {u: Member(u, Mandate(Role.REP), "t") for u in "ab"}
    )
    state = State(org, {"A": Domain(Kind.BOOK, "a"), "B": Domain(Kind.BOOK, "b"), "P": Domain(Kind.POOL)})
    post = Post(Mandate(Role.MANAGER), None, "t")
    found = drills.after(state, Change("a", post, "b", "new"))
    assert {name: one.owner for name, one in found.domains.items()} == {
        "A": "b",
        "B": "b",
        "P": None,
        **dict.fromkeys(buckets_of("new"), "a"),
    }
    assert found.org.members == {**org.members, "a": Member("a", post.mandate, "t")}
    assert state.domains["A"].owner == "a"
