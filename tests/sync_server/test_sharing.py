"""Shares, deputies and roles of the company's own: who sees and writes what, and until when."""

from __future__ import annotations

import json
import secrets
from typing import Any

import httpx2
import pytest

from crmdesk.core.record import RecordKey
from crmdesk.core.wire import LATE
from sync_server import accounts
from sync_server.settings import DAY_MS
from sync_server.storage import audits
from sync_server.storage import sharing as stored_shares
from tests.support.laptop import Laptop, enrolled, fresh_id, shown, verdicts
from tests.support.server import HOUR_MS, RunningServer

TAKEN = ({("accepted", None)}, {("merged", None)})
"""A laptop of a test puts what it makes into its own book; the server says where it belongs."""


@pytest.fixture(autouse=True)
def dan(server: RunningServer) -> None:
    """A second rep of the west, who shares nothing with Cai."""
    server.add_user("Dan", "rep", team="West")


def ask(laptop: Laptop, order: str, **asked: Any) -> httpx2.Response:
    return laptop.http.post(f"/v1/commands/{order}", json={"id": secrets.token_hex(16), **asked})


def user(server: RunningServer, name: str) -> str:
    return server.people[name].user


def share(by: Laptop, customer: RecordKey, name: str, *, can_write: bool, until: int | None = None) -> None:
    reply = ask(
        by, "share", customers=[customer.id], user=user(by.server, name), can_write=can_write, until=until
    )
    assert reply.status_code == 200, reply.text


def delegate(by: Laptop, absent: str, deputy: str, *, starts: int, ends: int) -> httpx2.Response:
    names = user(by.server, absent), user(by.server, deputy)
    return ask(by, "delegate", user=names[0], to_user=names[1], starts=starts, ends=ends)


def sees(laptop: Laptop) -> set[RecordKey]:
    """What a laptop with nothing on it gets to see of customers and below."""
    laptop.records.clear()
    laptop.pull_all()
    kinds = ("customer", "visit", "contact", "task", "review")
    return {key for key in laptop.records if key.entity in kinds}


def shares(laptop: Laptop) -> list[RecordKey]:
    return [key for key in laptop.records if key.entity == "share"]


# -- shares ------------------------------------------------------------------------------------------------


def test_a_shared_customer_is_seen_with_all_below_it_by_the_guest_and_by_nobody_else_anew(
    server: RunningServer,
) -> None:
    ann, cai, dan = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Dan")
    shared, kept = ann.customer(), ann.customer("留下的客户")
    visit = ann.visit(shared)
    ann.push()
    share(ann, shared, "Cai", can_write=False)
    assert sees(cai) == {shared, visit}
    assert sees(dan) == set()
    assert sees(ann) == {shared, visit, kept}
    assert sees(enrolled(server, "Mei")) == {shared, visit, kept}


def test_a_guest_who_may_only_read_is_refused_and_one_who_may_write_is_not(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Cai", can_write=False)
    sees(cai)
    cai.write(customer, {"name": "不该写"})
    assert verdicts(cai.push()) == [("rejected", "forbidden")]
    share(ann, customer, "Cai", can_write=True)
    sees(cai)
    cai.write(customer, {"name": "可以写"})
    visit = cai.visit(customer)
    assert set(verdicts(cai.push())) <= {("accepted", None), ("merged", None)}
    assert visit in sees(ann)
    assert shown(ann, customer)["name"] == "可以写"


def test_a_share_ends_at_its_time_without_anybody_doing_anything(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Cai", can_write=True, until=server.clock().ms + HOUR_MS)
    before = {head.bucket for head in cai.heads().heads}
    assert customer in sees(cai)
    place = cai.records[customer].placement.bucket
    assert place in before
    server.clock.ahead_ms += HOUR_MS + 1
    refresh(ann, cai)
    assert cai.ask_page(place).status_code == 404
    assert sees(cai) == set()
    assert customer in sees(ann)
    (about,) = shares(ann)
    assert shown(ann, about)["ended"] is True


def refresh(*laptops: Laptop) -> None:
    """An hour later, or in another role, an access token is not good any more."""
    for laptop in laptops:
        assert laptop.token().status_code == 200


def test_what_a_guest_wrote_before_hearing_of_the_end_is_late_work(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Cai", can_write=True)
    sees(cai)
    ann.pull_all()
    (about,) = shares(ann)
    assert ask(ann, "end-share", share=about.id).status_code == 200
    cai.write(customer, {"name": "写得太晚"})
    assert verdicts(cai.push()) == [("accepted", LATE)]
    assert sees(cai) == set()
    assert sees(ann) == {customer}
    assert shown(ann, customer)["name"] == "写得太晚"


def test_two_guests_of_one_customer_add_up_and_part_again(server: RunningServer) -> None:
    ann, cai, dan = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Dan")
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Cai", can_write=True)
    share(ann, customer, "Dan", can_write=False)
    assert sees(cai) == sees(dan) == {customer}
    ann.pull_all()
    ending = next(key for key in shares(ann) if shown(ann, key)["user"] == user(server, "Cai"))
    assert ask(ann, "end-share", share=ending.id).status_code == 200
    assert (sees(cai), sees(dan)) == (set(), {customer})


def test_a_guest_keeps_no_bucket_once_the_last_shared_customer_is_gone(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    before = {head.bucket for head in cai.heads().heads}
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Cai", can_write=True)
    ann.pull_all()
    assert {head.bucket for head in cai.heads().heads} > before
    assert ask(cai, "end-share", share=shares(ann)[0].id).status_code == 200, "a guest may leave"
    assert {head.bucket for head in cai.heads().heads} == before


def test_a_customer_that_goes_to_somebody_else_is_shared_no_longer(server: RunningServer) -> None:
    ann, cai, dan = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Dan")
    mei = enrolled(server, "Mei")
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Cai", can_write=True)
    moved = ask(mei, "change-owner", customers=[customer.id], to_user=user(server, "Dan"))
    assert moved.json()["results"][0][1] == "done"
    assert (sees(ann), sees(cai), sees(dan)) == (set(), set(), {customer})


def test_shares_stay_when_a_whole_book_changes_hands(server: RunningServer) -> None:
    ann, cai, dan = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Dan")
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Cai", can_write=True)
    handed = ask(
        enrolled(server, "Mei"), "change-book-owner", user=user(server, "Ann"), to_user=user(server, "Dan")
    )
    assert handed.status_code == 200
    assert (sees(ann), sees(cai), sees(dan)) == (set(), {customer}, {customer})


def test_a_customer_is_not_shared_with_its_owner(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer, other = ann.customer(), ann.customer()
    ann.push()
    share(ann, other, "Cai", can_write=False)  # one that is in a set is Ann's no less
    before = server.digest()
    for laptop, one in ((ann, customer), (mei, customer), (ann, other)):
        asked = {"customers": [one.id], "user": user(server, "Ann"), "can_write": True}
        refused = ask(laptop, "share", **asked)
        assert (refused.status_code, refused.json()["code"]) == (409, "shared_with_owner")
        assert "Ann's own" in refused.json()["title"]
    assert server.digest() == before


def lasting(server: RunningServer) -> list[tuple[str, str]]:
    with server.database.read() as connection:
        return [(one.customer, one.user) for one in stored_shares.lasting(connection)]


def test_a_share_is_over_when_its_guest_gets_the_whole_book(server: RunningServer) -> None:
    ann, cai, dan = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Dan")
    mei = enrolled(server, "Mei")
    customer, other, third = ann.customer(), ann.customer(), ann.customer()
    visit = ann.visit(customer)
    ann.push()
    share(ann, customer, "Cai", can_write=False)
    share(ann, other, "Cai", can_write=True, until=server.clock().ms + DAY_MS)
    share(ann, other, "Dan", can_write=True)
    share(ann, third, "Dan", can_write=False)
    handed = ask(mei, "change-book-owner", user=user(server, "Ann"), to_user=user(server, "Cai"))
    assert handed.status_code == 200, handed.text
    assert sorted(lasting(server)) == sorted(
        [(other.id, user(server, "Dan")), (third.id, user(server, "Dan"))]
    )
    assert sees(cai) == {customer, visit, other, third}
    assert sees(dan) == {other, third}
    cai.write(customer, {"name": "现在是我的"})
    assert set(verdicts(cai.push())) in TAKEN
    with server.database.read() as connection:
        rows = [
            json.loads(row.said) for row in audits.latest(connection, {"kind = ?": "end_share"}, None, 10)
        ]
    assert {(row["customer"], row["user"]) for row in rows} == {
        (customer.id, user(server, "Cai")),
        (other.id, user(server, "Cai")),
    }
    back = ask(mei, "change-book-owner", user=user(server, "Cai"), to_user=user(server, "Ann"))
    assert back.status_code == 200
    assert sees(cai) == set(), "what was over does not begin again"


def test_a_share_is_over_when_its_guest_is_given_the_customer(server: RunningServer) -> None:
    ann, cai, mei = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Mei")
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Cai", can_write=False)
    moved = ask(mei, "change-owner", customers=[customer.id], to_user=user(server, "Cai"))
    assert moved.json()["results"][0][1] == "done"
    assert (lasting(server), sees(cai)) == ([], {customer})


def test_a_share_lasts_when_its_owner_claims_the_customer_once_more(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Cai", can_write=False)
    claimed = ask(ann, "claim", customers=[customer.id])
    assert claimed.json()["results"][0][1] == "done"
    assert sees(cai) == {customer}
    assert lasting(server) == [(customer.id, user(server, "Cai"))], "or nobody could end what Cai sees"
    ann.pull_all()
    (about,) = shares(ann)
    assert ask(ann, "end-share", share=about.id).status_code == 200
    assert sees(cai) == set()


def test_who_does_not_answer_for_a_customer_shares_nothing(server: RunningServer) -> None:
    ann, bo, cai = enrolled(server, "Ann"), enrolled(server, "Bo"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    before = server.digest()
    asked = {"customers": [customer.id], "user": user(server, "Dan"), "can_write": False}
    assert ask(cai, "share", **asked).status_code == 404
    assert ask(bo, "share", **asked).status_code in (403, 404)
    late = {**asked, "until": server.clock().ms - 1}
    assert ask(ann, "share", **late).json()["code"] == "bad_period"
    assert server.digest() == before


def test_a_customer_in_the_pool_is_not_shared(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer()
    ann.push()
    ask(ann, "release", customers=[customer.id])
    asked = {"customers": [customer.id], "user": user(server, "Dan"), "can_write": False}
    assert ask(mei, "share", **asked).status_code == 403


# -- deputies ----------------------------------------------------------------------------------------------


def test_a_deputy_sees_and_writes_from_the_beginning_to_the_end(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    begin = server.clock().ms + HOUR_MS
    assert delegate(ann, "Ann", "Cai", starts=begin, ends=begin + DAY_MS).status_code == 200
    assert sees(cai) == set()
    server.clock.ahead_ms += HOUR_MS + 1000
    refresh(ann, cai)
    assert customer in sees(cai)
    visit = cai.visit(customer)
    assert set(verdicts(cai.push())) in TAKEN
    server.clock.ahead_ms += DAY_MS
    refresh(ann, cai)
    assert sees(cai) == set()
    assert sees(ann) == {customer, visit}


def test_a_managers_deputy_reviews_what_the_manager_reviews_and_nothing_else(server: RunningServer) -> None:
    server.add_user("Lin", "rep")
    ann, lin, mei = enrolled(server, "Ann"), enrolled(server, "Lin"), enrolled(server, "Mei")
    customer = ann.customer()
    visit = ann.visit(customer)
    ann.push()
    own = lin.customer("自己的客户")
    mine = lin.visit(own)
    lin.push()
    now = server.clock().ms
    assert delegate(mei, "Mei", "Lin", starts=now, ends=now + DAY_MS).status_code == 200
    sees(lin)
    for about, expected in ((visit, TAKEN), (mine, ({("rejected", "forbidden")},))):
        lin.write(RecordKey("review", fresh_id()), {"visit": about.id, "outcome": "reviewed"})
        assert set(verdicts(lin.push())) in expected, about


def test_a_delegation_that_is_ended_ends_at_once(server: RunningServer) -> None:
    ann, cai, dan = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Dan")
    customer = ann.customer()
    ann.push()
    now = server.clock().ms
    delegate(ann, "Ann", "Cai", starts=now, ends=now + DAY_MS)
    ann.pull_all()
    (about,) = [key for key in ann.records if key.entity == "delegation"]
    assert ask(dan, "end-delegation", delegation=about.id).status_code == 404
    assert customer in sees(cai)
    assert ask(cai, "end-delegation", delegation=about.id).status_code == 200
    assert sees(cai) == set()


def test_nobody_delegates_for_a_stranger_to_themselves_or_backwards(server: RunningServer) -> None:
    ann, cai, mei = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Mei")
    now = server.clock().ms
    before = server.digest()
    assert delegate(cai, "Ann", "Cai", starts=now, ends=now + 1000).status_code == 403
    assert delegate(ann, "Ann", "Ann", starts=now, ends=now + 1000).status_code == 403
    assert delegate(ann, "Ann", "Cai", starts=now, ends=now - 1).json()["code"] == "bad_period"
    assert server.digest() == before
    assert delegate(mei, "Ann", "Cai", starts=now, ends=now + DAY_MS).status_code == 200


# -- roles of the company's own -----------------------------------------------------------------------------


def define(by: Laptop, name: str, *withheld: str, role: str | None = None) -> httpx2.Response:
    return ask(by, "define-role", role=role, name=name, copy_of="rep", withheld=list(withheld))


@pytest.fixture
def root(server: RunningServer) -> Laptop:
    server.add_user("Root", "administrator")
    return enrolled(server, "Root")


def defined(root: Laptop, name: str) -> str:
    root.pull_all()
    return next(k.id for k in root.records if k.entity == "role" and shown(root, k)["name"] == name)


def test_t29_a_role_withholds_fields_from_whoever_has_it(server: RunningServer, root: Laptop) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    ann.push()
    assert define(root, "内勤", "customer.grade", "task.*").status_code == 200
    role = defined(root, "内勤")
    assert ask(root, "change-role", user=user(server, "Ann"), role=role).status_code == 200
    refresh(ann)
    ann.write(customer, {"grade": "A"})
    answer = ann.push()
    assert verdicts(answer) == [("rejected", "forbidden_field")]
    assert answer.outcomes[0].about == "grade"
    ann.records.clear()
    ann.pull_all()
    ann.write(customer, {"stage": "quote"})
    assert verdicts(ann.push()) == [("accepted", None)]
    ann.write(RecordKey("task", fresh_id()), {"customer": customer.id, "title": "不该有"})
    assert verdicts(ann.push()) == [("rejected", "forbidden_field")]
    about = shown(ann, RecordKey("user", user(server, "Ann")))
    assert (about["role"], about["custom_role"]) == ("rep", role)


def test_a_changed_role_counts_for_all_who_have_it_at_once(server: RunningServer, root: Laptop) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    ann.push()
    define(root, "内勤")
    role = defined(root, "内勤")
    ask(root, "change-role", user=user(server, "Ann"), role=role)
    refresh(ann)
    assert define(root, "内勤专员", "customer.name", role=role).status_code == 200
    ann.write(customer, {"name": "改名"})
    assert verdicts(ann.push()) == [("rejected", "forbidden_field")]
    root.pull_all()
    assert shown(root, RecordKey("role", role)) == {
        "name": "内勤专员",
        "base": "rep",
        "withheld": "customer.name",
    }


def test_a_role_that_makes_no_sense_changes_nothing(server: RunningServer, root: Laptop) -> None:
    ann = enrolled(server, "Ann")
    before = server.digest()
    assert define(ann, "自封").status_code == 403
    assert define(root, "x", "customer.nonsense").json()["code"] == "unknown_field"
    assert define(root, "x", "user.role").json()["code"] == "unknown_entity"
    assert define(root, "Ann").json()["code"] == "name_taken"
    assert define(root, "rep").json()["code"] == "name_taken"
    assert define(root, "x", role="0" * 32).status_code == 404
    assert server.digest() == before


# -- parts ---------------------------------------------------------------------------------------------------


def in_role(root: Laptop, name: str, *, base: str, hidden: list[str], person: str) -> None:
    made = ask(root, "define-role", name=name, copy_of=base, withheld=[], hidden=hidden)
    assert made.status_code == 200, made.text
    asked = {"user": user(root.server, person), "role": defined(root, name)}
    assert ask(root, "change-role", **asked).status_code == 200


def contact(laptop: Laptop, customer: RecordKey) -> RecordKey:
    key = RecordKey("contact", fresh_id())
    laptop.write(key, {"customer": customer.id, "name": "王工"})
    return key


def test_who_may_not_read_a_part_gets_none_of_its_records_wherever_the_customer_goes(
    server: RunningServer, root: Laptop
) -> None:
    """R27: whoever reads a bucket reads every record in it whole; a part that is read by fewer has its own."""
    ann, bo, mei = enrolled(server, "Ann"), enrolled(server, "Bo"), enrolled(server, "Mei")
    in_role(root, "内勤", base="rep", hidden=["contact"], person="Bo")
    refresh(bo)
    customer = ann.customer()
    person, visit = contact(ann, customer), ann.visit(customer)
    ann.push()
    assert sees(ann) == sees(mei) == {customer, person, visit}
    assert sees(bo) == {customer, visit}
    share(ann, customer, "Cai", can_write=False)
    assert sees(bo) == {customer, visit}
    assert sees(enrolled(server, "Cai")) == {customer, person, visit}
    place = ann.records[person].placement.bucket
    assert bo.ask_page(place).status_code == 404
    assert bo.http.get(f"/v1/records/contact/{person.id}/history").status_code == 404
    ask(mei, "release", customers=[customer.id])
    assert sees(bo) == sees(ann) == {customer}
    assert sees(mei) == {customer, person, visit}
    ask(bo, "claim", customers=[customer.id])
    assert sees(bo) == {customer, visit}, "one's own customers are no exception"
    assert sees(mei) == {customer, person, visit}


def test_a_contact_that_waits_for_its_customer_is_hidden_from_the_same_people(
    server: RunningServer, root: Laptop
) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    in_role(root, "内勤", base="rep", hidden=["contact"], person="Bo")
    refresh(bo)
    customer = RecordKey("customer", fresh_id())
    person, nobodys = contact(ann, customer), RecordKey("contact", fresh_id())
    ann.write(nobodys, {"name": "王工"})
    visit = ann.visit(customer)
    assert {one.verdict for one in ann.push().outcomes} <= {"accepted", "merged"}
    assert sees(bo) == {visit}
    ann.write(customer, {"name": "宏远机械"})
    ann.push()
    assert sees(bo) == {customer, visit}
    assert sees(ann) == {customer, person, nobodys, visit}


def test_a_managers_role_that_hides_a_part_hides_it_below_the_pool_and_from_a_deputy_too(
    server: RunningServer, root: Laptop
) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    server.add_user("Lin", "rep")
    lin = enrolled(server, "Lin")
    in_role(root, "看板经理", base="manager", hidden=["contact"], person="Mei")
    refresh(mei)
    customer = ann.customer()
    contact(ann, customer)
    ann.push()
    now = server.clock().ms
    assert delegate(mei, "Mei", "Lin", starts=now, ends=now + DAY_MS).status_code == 200
    assert sees(mei) == sees(lin) == {customer}
    ask(ann, "release", customers=[customer.id])
    assert sees(mei) == sees(lin) == {customer}


def test_nobody_writes_a_part_that_they_may_not_read(server: RunningServer, root: Laptop) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    in_role(root, "内勤", base="rep", hidden=["contact"], person="Bo")
    refresh(bo)
    customer = ann.customer()
    person = contact(ann, customer)
    ann.push()
    sees(bo)
    contact(bo, customer)
    assert verdicts(bo.push()) == [("quarantined", "forbidden")], "Bo could, and has heard"
    bo.write(person, {"name": "知道编号也不行"})
    assert verdicts(bo.push()) == [("quarantined", "forbidden")]
    contact(bo, bo.customer())
    assert ("quarantined", "forbidden") in verdicts(bo.push())


def test_a_part_follows_when_a_book_changes_hands_and_when_a_role_is_changed(
    server: RunningServer, root: Laptop
) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    person = contact(ann, customer)
    ann.push()
    handed = ask(root, "change-book-owner", user=user(server, "Ann"), to_user=user(server, "Cai"))
    assert handed.status_code == 200
    assert sees(cai) == {customer, person}
    in_role(root, "内勤", base="rep", hidden=["contact"], person="Cai")
    refresh(cai)
    assert sees(cai) == {customer}
    role = defined(root, "内勤")
    renamed = ask(root, "define-role", role=role, name="内勤组", copy_of="rep", withheld=[])
    assert renamed.status_code == 200
    assert sees(cai) == {customer}, "who does not speak of parts shows none again"
    again = ask(root, "define-role", role=role, name="内勤", copy_of="rep", withheld=[], hidden=[])
    assert again.status_code == 200
    assert sees(cai) == {customer, person}
    wrong = ask(root, "define-role", name="x", copy_of="rep", withheld=[], hidden=["main"])
    assert wrong.json()["code"] == "unknown_field"


# -- drills ---------------------------------------------------------------------------------------------------


def test_a_transfer_leaves_the_book_with_a_colleague_and_the_person_in_another_team(
    server: RunningServer, root: Laptop
) -> None:
    ann, cai, dan = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Dan")
    customer = ann.customer()
    ann.push()
    root.pull_all()
    west = str(shown(root, RecordKey("user", user(server, "Cai"))).get("team") or "")
    reply = ask(
        root, "transfer", user=user(server, "Ann"), role="rep", team=west or None, to_user=user(server, "Dan")
    )
    assert reply.status_code == 200, reply.text
    refresh(ann)
    assert (sees(ann), sees(dan)) == (set(), {customer})
    own = ann.customer("新团队的客户")
    ann.push()
    assert own in sees(enrolled(server, "Ann"))
    assert customer not in sees(cai)


def test_an_auditor_reads_everything_and_writes_nothing(server: RunningServer, root: Laptop) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    visit = ann.visit(customer)
    ann.push()
    server.add_user("Ada", "auditor")
    ada = enrolled(server, "Ada")
    assert sees(ada) == {customer, visit}
    ada.write(customer, {"name": "审计改的"})
    assert verdicts(ada.push()) == [("rejected", "forbidden")]
    ada.write(RecordKey("tag", fresh_id()), {"name": "审计的标签"})
    assert verdicts(ada.push()) == [("rejected", "forbidden")]
    ada.customer("审计的客户")
    assert verdicts(ada.push()) == [("rejected", "forbidden")]


def test_a_manager_who_is_only_a_guest_gives_nothing_away(server: RunningServer) -> None:
    """A customer is given away or shared on by who answers for it, and a guest answers for nothing."""
    server.add_team("South")
    server.add_user("Max", "manager", team="South")
    ann, guest = enrolled(server, "Ann"), enrolled(server, "Max")
    customer = ann.customer()
    ann.push()
    share(ann, customer, "Max", can_write=True)
    for order, to in (
        ("share", {"user": user(server, "Cai"), "can_write": True}),
        ("release", {}),
        ("change-owner", {"to_user": user(server, "Max")}),
    ):
        assert ask(guest, order, customers=[customer.id], **to).status_code == 403, order
    guest.pull_all()
    guest.write(customer, {"remark": "what it was shared for"})
    assert set(verdicts(guest.push())) in TAKEN


def test_a_manager_who_stands_in_for_a_rep_takes_nothing_and_lends_nothing_on(server: RunningServer) -> None:
    server.add_team("South")
    server.add_user("Max", "manager", team="South")
    ann, deputy = enrolled(server, "Ann"), enrolled(server, "Max")
    customer = ann.customer()
    ann.push()
    now = server.clock().ms
    lent = {"user": user(server, "Ann"), "starts": now - 1, "ends": now + DAY_MS}
    assert ask(ann, "delegate", to_user=user(server, "Max"), **lent).status_code == 200
    taken = (
        ask(deputy, "change-owner", customers=[customer.id], to_user=user(server, "Max")),
        ask(deputy, "delegate", to_user=user(server, "Cai"), **{**lent, "ends": now + 300 * DAY_MS}),
        ask(
            deputy, "change-book-owner", user=user(server, "Ann"), to_user=user(server, "Max"), leaving=False
        ),
        ask(deputy, "release", customers=[customer.id]),
    )
    assert [reply.status_code for reply in taken] == [403] * 4


def test_many_shares_that_begin_or_end_at_once_are_one_change_of_rights(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads what is worked out for the whole company: once a share, it would keep everybody waiting."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customers = [ann.customer(f"客户{n}") for n in range(30)]
    ann.push()
    rewritten: list[int] = []
    rewrite = accounts.rewrite_readers

    def counted(*said: Any, **how: Any) -> None:
        rewritten.append(1)
        rewrite(*said, **how)

    monkeypatch.setattr(accounts, "rewrite_readers", counted)
    until = server.clock().ms + HOUR_MS
    asked = {"customers": [one.id for one in customers], "user": user(server, "Cai"), "until": until}
    assert ask(ann, "share", **asked, can_write=True).status_code == 200
    assert len(rewritten) == 2, "once for the set that was made, once for all"
    server.clock.ahead_ms += HOUR_MS + 1
    rewritten.clear()
    bo.token()
    bo.heads()
    assert len(rewritten) <= 2
    cai = enrolled(server, "Cai")
    cai.pull_all()
    assert set(customers).isdisjoint(cai.records)
