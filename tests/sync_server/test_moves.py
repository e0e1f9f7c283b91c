"""Whole books, teams, roles, leavers, the pool; late work with its label; children that find their home."""

from __future__ import annotations

import itertools
import json
import secrets
from typing import Any

import httpx2
import msgspec
import pytest

from crmdesk.core.answers import Moved
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.store import dialect
from sync_server import accounts, commands, orders
from sync_server.orders import ChangeOwner
from sync_server.placing import LATE_MS
from sync_server.storage import people
from tests.support.laptop import Laptop, enrolled, fresh_id, shown, verdicts
from tests.support.server import RunningServer


def ask(laptop: Laptop, name: str, **asked: Any) -> httpx2.Response:
    return laptop.http.post(f"/v1/commands/{name}", json={"id": secrets.token_hex(16), **asked})


def hand_over_book(by: Laptop, giver: str, taker: str, *, leaving: bool = False) -> httpx2.Response:
    user, to_user = (by.server.people[name].user for name in (giver, taker))
    return ask(by, "change-book-owner", user=user, to_user=to_user, leaving=leaving)


def pool(server: RunningServer) -> str:
    with server.database.read() as connection:
        return people.load_company(connection).pool


def details(server: RunningServer) -> str:
    with server.database.read() as connection:
        return people.load_company(connection).pool_details


def readable(laptop: Laptop) -> set[str]:
    return {head.bucket for head in laptop.heads().heads}


def labels(laptop: Laptop) -> list[dict[str, Any]]:
    """What a laptop that has pulled everything shows of late work."""
    return [shown(laptop, key) for key in laptop.records if key.entity == "late_work"]


def refused_in(server: RunningServer) -> list[tuple[Any, ...]]:
    with server.database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT verdict, code FROM refused")]


def administrator(server: RunningServer) -> Laptop:
    server.add_user("Root", "administrator")
    return enrolled(server, "Root")


# -- whole books, teams, roles -----------------------------------------------------------------------------


def test_a_book_handed_over_whole_moves_no_record_and_is_read_by_its_new_owner(server: RunningServer) -> None:
    """R23: a grant is a sequence event too; old records arrive unmodified."""
    ann, cai, root = enrolled(server, "Ann"), enrolled(server, "Cai"), administrator(server)
    customer = ann.customer()
    visit = ann.visit(customer)
    ann.push()
    before = ann.records[customer]
    assert hand_over_book(root, "Ann", "Cai", leaving=True).status_code == 200
    cai.pull_all()
    assert {customer, visit} <= cai.records.keys()
    assert cai.records[customer] == before
    assert cai.records[customer].placement.move_no == 0
    book = RecordKey("book", ann.book)
    assert shown(cai, book) == {"kind": "book", "owner": server.people["Cai"].user}
    assert shown(cai, RecordKey("user", server.people["Ann"].user))["left"] is True
    assert ann.heads().heads == ()


def test_who_hands_over_a_book_and_stays_begins_a_new_one(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer()
    ann.push()
    assert hand_over_book(mei, "Ann", "Cai").status_code == 200
    assert ann.book not in readable(ann)
    with server.database.read() as connection:
        fresh = people.find_account(connection, "Ann").book
    assert fresh in readable(ann)
    new = ann.customer("新客户")
    assert verdicts(ann.push()) == [("merged", None)]
    assert ann.records[new].placement.bucket == fresh
    ann.pull_all()
    assert shown(ann, RecordKey("user", server.people["Ann"].user))["book"] == fresh
    assert customer in ann.records, "this laptop of a test does not purge"


def test_a_book_that_was_inherited_is_handed_on_with_ones_own(server: RunningServer) -> None:
    ann, bo, root = enrolled(server, "Ann"), enrolled(server, "Bo"), administrator(server)
    customer = ann.customer()
    ann.push()
    hand_over_book(root, "Ann", "Cai", leaving=True)
    hand_over_book(root, "Cai", "Bo", leaving=True)
    bo.pull_all()
    assert customer in bo.records
    assert {server.people["Cai"].book, ann.book} <= readable(bo)


def test_who_left_no_book_behind_is_nobodys_but_the_administrators(server: RunningServer) -> None:
    """A right over all books of somebody is no right where there are none."""
    cai, root = enrolled(server, "Cai"), administrator(server)
    hand_over_book(root, "Ann", "Cai", leaving=True)
    person = f"/v1/people/{server.people['Ann'].user}/standing"
    assert cai.http.get(person).status_code == 404
    assert root.http.get(person).json()["customers"] == 0
    assert hand_over_book(cai, "Ann", "Bo").json()["code"] == "forbidden"


def test_who_reads_a_book_follows_its_owner_to_another_team(server: RunningServer) -> None:
    ann, bo, root = enrolled(server, "Ann"), enrolled(server, "Bo"), administrator(server)
    assert ann.book in readable(bo)
    with server.database.read() as connection:
        west = people.find_team(connection, "West")
    ann_user = server.people["Ann"].user
    assert ask(root, "change-team", user=ann_user, team=west).status_code == 200
    assert ann.book not in readable(bo)
    assert bo.book not in readable(ann)
    ann.pull_all()
    assert shown(ann, RecordKey("user", ann_user))["team"] == west
    assert ask(root, "change-team", user=ann_user, team=None).status_code == 200
    ann.pull_all()
    assert shown(ann, RecordKey("user", ann_user)).get("team") is None


def test_a_promotion_reaches_what_a_manager_reads(server: RunningServer) -> None:
    cai, root = enrolled(server, "Cai"), administrator(server)
    ann = enrolled(server, "Ann")
    with server.database.write() as connection:
        accounts.change_team(connection, "Cai", "North", server.clock())
    assert ann.book not in readable(cai)
    user = server.people["Cai"].user
    assert ask(root, "change-role", user=user, role="manager").status_code == 200
    assert cai.token().status_code == 200  # a new role takes the access tokens
    assert ann.book in readable(cai)
    assert details(server) in readable(cai)
    cai.pull_all()
    assert shown(cai, RecordKey("user", user))["role"] == "manager"
    assert ask(root, "change-role", user=user, role="rep").status_code == 200
    assert cai.token().status_code == 200
    assert ann.book not in readable(cai)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("change-book-owner", {"to_user": "Cai", "leaving": True}),
        ("change-book-owner", {"to_user": "Cai"}),
        ("change-team", {"team": None}),
        ("change-role", {"role": "manager"}),
        ("disable-user", {}),
    ],
)
def test_a_rep_rearranges_nobody(server: RunningServer, name: str, asked: dict[str, Any]) -> None:
    bo = enrolled(server, "Bo")
    who = {k: server.people[v].user if k == "to_user" else v for k, v in asked.items()}
    before = server.digest()
    reply = ask(bo, name, user=server.people["Ann"].user, **who)
    assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")
    assert server.digest() == before


def test_nobody_shuts_themselves_out(server: RunningServer) -> None:
    root = administrator(server)
    user = server.people["Root"].user
    for name, asked in (("disable-user", {}), ("change-role", {"role": "rep"})):
        reply = ask(root, name, user=user, **asked)
        assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")


def test_the_same_command_about_a_person_twice_is_carried_out_once(server: RunningServer) -> None:
    """I9."""
    ann, root = enrolled(server, "Ann"), administrator(server)
    ann.customer(), ann.push()
    asked = {"id": secrets.token_hex(16), "user": server.people["Ann"].user, "role": "manager"}
    first = root.http.post("/v1/commands/change-role", json=asked)
    before = server.digest()
    assert root.http.post("/v1/commands/change-role", json=asked).content == first.content
    assert server.digest() == before


# -- the pool ----------------------------------------------------------------------------------------------


def pooled(server: RunningServer) -> tuple[Laptop, Laptop, RecordKey, RecordKey]:
    """Ann had a customer with a contact and gave it to the pool; Cai looks on."""
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer("公海客户")
    contact = RecordKey("contact", fresh_id())
    ann.write(contact, {"customer": customer.id, "name": "王敏", "phone:1": "13800000000"})
    ann.push()
    assert ask(ann, "release", customers=[customer.id]).json()["moved"] == 2
    return ann, cai, customer, contact


def test_everybody_sees_a_pooled_customer_and_only_leaders_what_hangs_below(server: RunningServer) -> None:
    ann, cai, customer, contact = pooled(server)
    mei = enrolled(server, "Mei")
    for laptop in (ann, cai, mei):
        laptop.pull_all()
    assert customer in cai.records
    assert contact not in cai.records
    assert customer in ann.records
    assert contact not in ann.records, "the laptop that released it loses the contact as well"
    assert {customer, contact} <= mei.records.keys()


def test_the_first_claim_wins_and_the_other_is_told_who(server: RunningServer) -> None:
    _, cai, customer, contact = pooled(server)
    bo = enrolled(server, "Bo")
    won = ask(cai, "claim", customers=[customer.id]).json()
    user = server.people["Cai"].user
    assert won == {"moved": 2, "results": [[customer.id, "done", None, user, 2, None]], "made": None}
    lost = ask(bo, "claim", customers=[customer.id]).json()
    assert lost == {"moved": 0, "results": [[customer.id, "refused", "taken", user, 0, None]], "made": None}
    again = ask(cai, "claim", customers=[customer.id]).json()
    assert again == {"moved": 0, "results": [[customer.id, "done", None, user, 0, None]], "made": None}
    cai.pull_all()
    assert {customer, contact} <= cai.records.keys()


def test_a_bid_made_offline_gets_its_outcome_with_the_push(server: RunningServer) -> None:
    _, cai, customer, _ = pooled(server)
    bo = enrolled(server, "Bo")
    bids = {}
    for laptop in (cai, bo):
        bids[laptop.user] = key = RecordKey("request", fresh_id())
        laptop.write(key, {"kind": "claim", "customer": customer.id, "name": "公海客户"})
    for laptop in (cai, bo):
        assert verdicts(laptop.push()) == [("accepted", None)]
        laptop.pull_all()
    user = server.people["Cai"].user
    assert shown(cai, bids[cai.user])["outcome"] == "done"
    told = shown(bo, bids[bo.user])
    assert (told["outcome"], told["code"], told["holder"]) == ("refused", "taken", user)
    assert cai.records[customer].placement.bucket == cai.book


def test_a_client_may_not_write_the_outcome_of_its_own_request(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = RecordKey("request", fresh_id())
    ann.write(key, {"kind": "claim", "customer": fresh_id(), "outcome": "done"})
    assert verdicts(ann.push()) == [("rejected", "server_field")]
    ann.write(RecordKey("late_work", fresh_id()), {"outcome": "kept"})
    assert verdicts(ann.push()) == [("rejected", "server_field")]


@pytest.mark.parametrize("role", [Role.REP, Role.ADMINISTRATOR])
def test_nothing_is_moved_for_somebody_who_was_shut_out(server: RunningServer, role: Role) -> None:
    """What they wrote is taken in as late work; what they wished for, an administrator too, is refused."""
    server.add_user("Fay", role.value, "East")
    fay = enrolled(server, "Fay")
    customer = fay.customer("离开的人")
    fay.push()
    request = RecordKey("request", fresh_id())
    fay.write(request, {"kind": "release", "customer": customer.id})
    with server.database.write() as connection:
        accounts.disable_user(connection, "Fay", server.clock())
    assert verdicts(fay.push()) == [("accepted", "late")]
    with server.database.read() as connection:
        where = dialect.value(connection, "SELECT bucket FROM record WHERE id = ?", (customer.id,))
    assert where == fay.book


def test_who_heard_that_a_customer_left_a_book_writes_it_no_more_once_they_lose_the_book(
    server: RunningServer,
) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = ann.customer("公海客户")
    ann.push()
    bo.pull_all()
    assert ask(ann, "release", customers=[customer.id]).json()["moved"] == 1
    bo.pull_all()
    with server.database.write() as connection:
        accounts.change_team(connection, "Bo", "West", server.clock())
    bo.write(customer, {"name": "改名"})
    assert verdicts(bo.push()) == [("quarantined", "forbidden")]


def test_a_rep_claims_nothing_that_never_was_in_the_pool(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    hidden, missing = (ask(cai, "claim", customers=[one]) for one in (customer.id, fresh_id()))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
    assert hidden.content == missing.content


def test_a_colleague_does_not_release_what_another_rep_owns(server: RunningServer) -> None:
    ann, bo, mei = (enrolled(server, name) for name in ("Ann", "Bo", "Mei"))
    customer = ann.customer()
    ann.push()
    before = server.digest()
    reply = ask(bo, "release", customers=[customer.id])
    assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")
    assert server.digest() == before
    assert ask(mei, "release", customers=[customer.id]).json()["moved"] == 1


def test_a_visit_to_a_pooled_customer_is_kept_with_what_hangs_below(server: RunningServer) -> None:
    _, cai, customer, _ = pooled(server)
    mei = enrolled(server, "Mei")
    mei.pull_all()
    cai.pull_all()
    visit = mei.visit(customer)
    assert [verdict for verdict, _ in verdicts(mei.push())] == ["merged"]
    assert mei.records[visit].placement.bucket == details(server)
    cai.visit(customer)
    assert verdicts(cai.push()) == [("accepted", None)], "it waits in the author's own book"
    assert ask(cai, "claim", customers=[customer.id]).json()["moved"] == 3
    cai.pull_all()
    places = {cai.records[key].placement.bucket for key in cai.records if key.entity == "visit"}
    assert places == {cai.book}


def test_every_interleaving_of_two_buckets_pages_ends_right(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R24: three families there, back, and there again, in every order of pages that keeps each bucket's own."""
    ann, bo, mei = (enrolled(server, name) for name in ("Ann", "Bo", "Mei"))
    families = []
    for name in ("甲", "乙", "丙"):
        customer = ann.customer(name)
        families.append((customer, ann.visit(customer)))
    ann.push()
    bo.pull_all()
    at_start = dict(bo.records)
    books = {"Ann": ann.book, "Bo": server.people["Bo"].book}
    ends = ("Bo", "Ann", "Bo")
    for rounds in range(3):
        for (customer, _), end in zip(families, ends, strict=True):
            to = end if rounds % 2 == 0 else ("Ann" if end == "Bo" else "Bo")
            ask(mei, "change-owner", customers=[customer.id], to_user=server.people[to].user)
    monkeypatch.setattr("sync_server.pulling.PAGE_RECORDS", 2)
    streams = [bo.pages(books["Ann"]), bo.pages(books["Bo"])]
    turns = [0] * len(streams[0]) + [1] * len(streams[1])
    orders = set(itertools.permutations(turns))
    assert len(orders) >= 10
    for order in sorted(orders):
        bo.records = dict(at_start)
        left = [iter(stream) for stream in streams]
        for turn in order:
            bo._take(next(left[turn]))
        for family, end in zip(families, ends, strict=True):
            assert [bo.records[key].placement.bucket for key in family] == [books[end]] * 2, order


def test_many_customers_move_in_several_transactions_and_a_cut_command_goes_on(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R17: no lock is held for the whole of a large move; I9: repeated, it moves each customer once."""
    monkeypatch.setattr(commands, "CHUNK", 2)
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customers = [ann.customer(f"客户{n}") for n in range(5)]
    ann.push()
    order = ChangeOwner(secrets.token_hex(16), tuple(key.id for key in customers), server.people["Cai"].user)
    who = orders.Asker(mei.user, Role.MANAGER)
    with server.database.write() as connection:
        first = commands._step(connection, who, order, server.clock())
    assert not first.is_done
    answer = msgspec.json.decode(commands.carry_out(server.database, who, order, server.clock), type=Moved)
    assert [result.outcome for result in answer.results] == ["done"] * 5
    cai = enrolled(server, "Cai")
    cai.pull_all()
    assert {cai.records[key].placement.move_no for key in customers} == {1}


# -- late work ---------------------------------------------------------------------------------------------


def test_late_work_reaches_the_new_owner_with_a_label(server: RunningServer) -> None:
    """R25."""
    ann, cai, mei = (enrolled(server, name) for name in ("Ann", "Cai", "Mei"))
    customer = ann.customer("甲", city="上海")
    ann.push()
    ann.pull_all()
    ask(mei, "change-owner", customers=[customer.id], to_user=server.people["Cai"].user)
    ann.write(customer, {"city": "苏州"})
    visit = ann.visit(customer)
    assert verdicts(ann.push()) == [("accepted", "late"), ("accepted", "late")]
    cai.pull_all()
    (label,) = labels(cai)
    assert (label["customer"], label["author"]) == (customer.id, ann.user)
    changes = json.loads(label["changes"])
    assert [(c["entity"], c["id"], c["is_new"]) for c in changes] == [
        ("customer", customer.id, False),
        ("visit", visit.id, True),
    ]
    assert changes[0]["fields"] == {"city": ["苏州", "上海"]}
    assert shown(cai, customer)["city"] == "苏州"
    key = next(key for key in cai.records if key.entity == "late_work")
    cai.write(key, {"outcome": "kept"})
    assert verdicts(cai.push()) == [("accepted", None)]


def test_work_that_is_not_late_has_no_label(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer()
    ann.push()
    mei.pull_all()
    mei.write(customer, {"city": "苏州"})
    mei.push()
    ann.pull_all()
    assert labels(ann) == []


def test_unsent_work_of_a_leavers_laptop_arrives_as_late_work(server: RunningServer) -> None:
    """R25, R28: the person reads nothing any more; what they typed before is not lost."""
    ann, cai, root = enrolled(server, "Ann"), enrolled(server, "Cai"), administrator(server)
    customer = ann.customer("甲")
    ann.push()
    ann.pull_all()
    hand_over_book(root, "Ann", "Cai", leaving=True)
    ann.write(customer, {"city": "苏州"})
    visit = ann.visit(customer)
    other = ann.customer("从未发送的")
    assert ann.token().status_code == 200
    assert {verdict for verdict, _ in verdicts(ann.push())} == {"accepted"}
    cai.pull_all()
    assert {customer, visit, other} <= cai.records.keys()
    assert shown(cai, customer)["city"] == "苏州"
    assert sorted(label.get("customer", "") for label in labels(cai)) == sorted([customer.id, other.id])


def test_what_a_leaver_hands_in_much_later_is_kept_apart(server: RunningServer) -> None:
    ann, root = enrolled(server, "Ann"), administrator(server)
    customer = ann.customer("甲")
    ann.push()
    ann.pull_all()
    hand_over_book(root, "Ann", "Cai", leaving=True)
    server.clock.ahead_ms += LATE_MS + 60_000
    ann.write(customer, {"city": "苏州"})
    assert ann.token().status_code == 200
    assert verdicts(ann.push()) == [("quarantined", "forbidden")]


def test_a_colleagues_unsent_work_survives_the_end_of_sharing(server: RunningServer) -> None:
    """R25: Bo loses Ann's book because Ann changes teams; what Bo wrote before still reaches Ann."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = ann.customer("甲")
    ann.push()
    bo.pull_all()
    with server.database.write() as connection:
        accounts.change_team(connection, "Ann", "West", server.clock())
    bo.write(customer, {"city": "苏州"})
    assert verdicts(bo.push()) == [("accepted", "late")]
    ann.pull_all()
    assert shown(ann, customer)["city"] == "苏州"
    assert [label["author"] for label in labels(ann)] == [bo.user]
    server.clock.ahead_ms += 1000
    bo.pull_all()
    bo.write(customer, {"city": "无锡"})
    assert verdicts(bo.push()) == [("quarantined", "forbidden")]


def test_late_work_on_a_customer_that_went_to_the_pool_is_labelled_for_its_leaders(
    server: RunningServer,
) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer("甲")
    ann.push()
    ann.pull_all()
    assert ask(mei, "release", customers=[customer.id]).status_code == 200
    ann.write(customer, {"city": "苏州"})
    visit = ann.visit(customer)
    # She still reads the pool, so she is told where the customer is; of what hangs below it she is not.
    assert verdicts(ann.push()) == [("merged", "late"), ("accepted", "late")]
    mei.pull_all()
    assert mei.records[visit].placement.bucket == details(server)
    assert [label["customer"] for label in labels(mei)] == [customer.id]
    ann.pull_all()
    assert visit not in ann.records
    assert labels(ann) == []


def test_late_work_twice_removed_is_still_merged(server: RunningServer) -> None:
    """A record left one book, and then the author lost that book as well."""
    ann, bo, mei = (enrolled(server, name) for name in ("Ann", "Bo", "Mei"))
    customer = ann.customer("甲")
    ann.push()
    bo.pull_all()
    ask(mei, "change-owner", customers=[customer.id], to_user=server.people["Cai"].user)
    with server.database.write() as connection:
        accounts.change_team(connection, "Ann", "West", server.clock())
    bo.write(customer, {"city": "苏州"})
    assert verdicts(bo.push()) == [("accepted", "late")]


# -- children that find their home --------------------------------------------------------------------------


def test_a_review_whose_visit_was_refused_first_follows_it_home(server: RunningServer) -> None:
    mei = enrolled(server, "Mei")
    customer = mei.customer()
    mei.push()
    visit, review = RecordKey("visit", fresh_id()), RecordKey("review", fresh_id())
    poison = {"customer": customer.id, "kind": "onsite", "at": 1, "summary": "谈", "nobody_knows": 1}
    mei.write(visit, poison)
    mei.write(review, {"visit": visit.id, "outcome": "reviewed"})
    assert verdicts(mei.push()) == [("rejected", "unknown_field"), ("accepted", None)]
    del mei.records[visit]
    mei.write(visit, {"customer": customer.id, "kind": "onsite", "at": 1, "summary": "谈"})
    assert verdicts(mei.push()) == [("accepted", None)]
    root_of = "SELECT root FROM record WHERE id = ?"
    with server.database.read() as connection:
        found = dialect.value(connection, root_of, (review.id,))
    assert found == customer.id
    ask(mei, "release", customers=[customer.id])
    mei.pull_all()
    assert mei.records[review].placement.bucket == details(server)


def test_nobody_puts_a_record_into_a_book_by_guessing_an_id(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = RecordKey("customer", fresh_id())
    smuggled = cai.visit(customer)
    cai.push()
    ann.write(customer, {"name": "甲"})
    ann.push()
    ann.pull_all()
    assert smuggled not in ann.records
    mei = enrolled(server, "Mei")
    ask(mei, "change-owner", customers=[customer.id], to_user=server.people["Cai"].user)
    cai.pull_all()
    assert cai.records[smuggled].placement.bucket == cai.book
