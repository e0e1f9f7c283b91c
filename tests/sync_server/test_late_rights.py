"""Work done before its author heard that they may write less: taken in as late work, however they lost the right."""

from __future__ import annotations

import secrets
from typing import Any

import httpx2
import msgspec
import pytest

from crmdesk.core.record import RecordKey
from crmdesk.core.wire import LATE, PushAnswer
from crmdesk.store import dialect
from sync_server import accounts, leases, sharing
from sync_server.clock import Moment
from sync_server.settings import DAY_MS
from sync_server.storage import buckets, people
from tests.support.laptop import Laptop, enrolled, fresh_id, verdicts
from tests.support.postgres import in_a_service
from tests.support.server import RunningServer


@pytest.fixture
def ada(server: RunningServer) -> Laptop:
    """The administrator."""
    server.add_user("Ada", "administrator")
    return enrolled(server, "Ada")


def ask(laptop: Laptop, order: str, **asked: Any) -> httpx2.Response:
    return laptop.http.post(f"/v1/commands/{order}", json={"id": secrets.token_hex(16), **asked})


def user(server: RunningServer, name: str) -> str:
    return server.people[name].user


def known(laptop: Laptop) -> RecordKey:
    """A customer that the laptop and the server agree on."""
    customer = laptop.customer()
    laptop.push()
    laptop.pull_all()
    return customer


def hide_contacts(server: RunningServer, name: str, base: str) -> None:
    with server.database.write() as connection:
        role = accounts.define_role(
            connection, None, "Blind", base, frozenset(), server.clock(), frozenset({"contact"})
        )
        accounts.change_role(connection, name, role.id, server.clock())


def test_a_rep_who_became_a_director_offline_hands_in_a_days_work(server: RunningServer, ada: Laptop) -> None:
    ann = enrolled(server, "Ann")
    customer = known(ann)
    ann.write(customer, {"remark": "a day of work offline"})
    ann.visit(customer)
    with server.database.read() as connection:
        east = people.find_team(connection, "East")
    reply = ask(
        ada, "transfer", user=user(server, "Ann"), role="director", team=east, to_user=user(server, "Bo")
    )
    assert reply.status_code == 200, reply.text
    ann.token()
    assert verdicts(ann.push()) == [("accepted", LATE)] * 2


@pytest.mark.parametrize("then", ["another team", "another role"])
def test_work_is_no_less_late_for_a_second_step_down(server: RunningServer, ada: Laptop, then: str) -> None:
    """A rep becomes a director of the team, who only reads, and something else again, before the laptop comes back."""
    ann = enrolled(server, "Ann")
    customer = known(ann)
    ann.write(customer, {"remark": "a day of work offline"})
    ann.visit(customer)
    with server.database.read() as connection:
        east, west = people.find_team(connection, "East"), people.find_team(connection, "West")
    who, heir = user(server, "Ann"), user(server, "Bo")
    assert ask(ada, "transfer", user=who, role="director", team=east, to_user=heir).status_code == 200
    server.clock.ahead_ms += 1000
    if then == "another team":
        assert ask(ada, "change-team", user=who, team=west).status_code == 200
    else:
        assert ask(ada, "change-role", user=who, role="auditor").status_code == 200
    ann.token()
    assert verdicts(ann.push()) == [("accepted", LATE)] * 2


def test_who_has_heard_of_the_first_step_down_writes_nothing_late(server: RunningServer, ada: Laptop) -> None:
    ann = enrolled(server, "Ann")
    customer = known(ann)
    with server.database.read() as connection:
        east, west = people.find_team(connection, "East"), people.find_team(connection, "West")
    who, heir = user(server, "Ann"), user(server, "Bo")
    assert ask(ada, "transfer", user=who, role="director", team=east, to_user=heir).status_code == 200
    server.clock.ahead_ms += 1000
    ann.token()
    ann.pull_all()
    server.clock.ahead_ms += 1000
    assert ask(ada, "change-team", user=who, team=west).status_code == 200
    ann.write(customer, {"remark": "a director by now, and knows it"})
    assert verdicts(ann.push()) == [("quarantined", "forbidden")]


def test_a_rep_who_became_an_auditor_offline_hands_in_a_days_work(server: RunningServer, ada: Laptop) -> None:
    ann = enrolled(server, "Ann")
    customer = known(ann)
    ann.write(customer, {"remark": "a day of work offline"})
    ann.customer("a new one")
    assert ask(ada, "change-role", user=user(server, "Ann"), role="auditor").status_code == 200
    ann.token()
    assert verdicts(ann.push()) == [("accepted", LATE)] * 2
    ann.pull_all()
    ann.write(customer, {"remark": "an auditor by now, and knows it"})
    assert verdicts(ann.push()) == [("quarantined", "forbidden")]


def test_contacts_typed_before_the_role_hid_them_are_taken_in(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    customer, old, new = ann.customer(), RecordKey("contact", fresh_id()), RecordKey("contact", fresh_id())
    ann.write(old, {"customer": customer.id, "name": "王总"})
    ann.push()
    ann.pull_all()
    ann.write(old, {"wechat": "typed offline"})
    ann.write(new, {"customer": customer.id, "name": "typed offline"})
    hide_contacts(server, "Ann", "rep")
    ann.token()
    assert verdicts(ann.push()) == [("accepted", LATE)] * 2


@pytest.mark.parametrize(("days", "verdict"), [(50, "accepted"), (70, "quarantined")])
def test_work_is_late_for_as_long_as_the_company_lets_a_laptop_stay_away(
    server: RunningServer, ada: Laptop, days: int, verdict: str
) -> None:
    with server.database.write() as connection:
        leases.change_terms(connection, server.clock(), lock_days=60, purge_days=90)
    ann = enrolled(server, "Ann")
    customer = known(ann)
    ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Cai"))
    ann.write(customer, {"remark": "typed offline, as the company allows for 60 days"})
    server.clock.ahead_ms += days * DAY_MS
    ann.token()
    ((said, _),) = verdicts(ann.push())
    assert said == verdict


def test_who_lost_a_right_while_a_sync_ran_had_not_heard_of_it(server: RunningServer, ada: Laptop) -> None:
    """What a laptop knows of its rights it knows from the heads, and not from the last page that came after them."""
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    ask(ann, "share", customers=[customer.id], user=user(server, "Cai"), can_write=True)
    cai.pull_all()
    heads = cai.heads()
    shared = next(key for key in cai.records if key.entity == "share")
    assert ask(ann, "end-share", share=shared.id).status_code == 200
    server.clock.ahead_ms += 10
    settings = next(head for head in heads.heads if head.bucket == cai.welcome["config"])
    asked: dict[str, str | int] = {
        "bucket": settings.bucket,
        "epoch": settings.epoch,
        "after": 0,
        "salt": "",
        "heard": heads.server_ms,
    }
    assert cai.http.get("/v1/pull", params=asked).json()["complete"]
    cai.write(customer, {"remark": "typed by the guest, who saw the customer on show"})
    ((_, code),) = verdicts(cai.push())
    assert code == LATE


@in_a_service
def test_late_work_on_a_contact_is_told_of_only_where_its_lock_is_held(
    server: RunningServer, ada: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = enrolled(server, "Ann")
    customer, contact = ann.customer(), RecordKey("contact", fresh_id())
    ann.write(contact, {"customer": customer.id, "name": "王总"})
    ann.push()
    ann.pull_all()
    ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Cai"))
    held: set[str] = set()
    wrote: set[str] = set()
    lock, advance = buckets.lock, buckets.advance

    def noted(connection: Any, ids: Any) -> Any:
        held.update(ids := set(ids))
        return lock(connection, ids)

    def counted(connection: Any, bucket: str, now: Any) -> Any:
        wrote.add(bucket)
        return advance(connection, bucket, now)

    monkeypatch.setattr(buckets, "lock", noted)
    monkeypatch.setattr(buckets, "advance", counted)
    ann.write(contact, {"wechat": "late"})
    assert verdicts(ann.push()) == [("accepted", LATE)]
    assert wrote
    assert wrote <= held


def test_what_was_lost_is_not_told_as_withdrawn_while_it_is_read(server: RunningServer, ada: Laptop) -> None:
    ann = enrolled(server, "Ann")
    ask(ada, "change-role", user=user(server, "Ann"), role="auditor")
    ann.token()
    heads = ann.heads()
    assert ann.book in {head.bucket for head in heads.heads}
    assert ann.book not in {bucket for bucket, _ in heads.withdrawn or ()}
    with server.database.read() as connection:
        lost = dialect.value(connection, "SELECT count(*) FROM lost_right WHERE bucket = ?", (ann.book,))
    assert lost >= 1


# -- what the rights of others make of it --------------------------------------------------------------------


def test_what_waits_for_a_customer_whose_id_was_guessed_is_told_to_nobody_else(
    server: RunningServer, ada: Laptop
) -> None:
    """It waits in its author's own book, and so does the label of what is late about it."""
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    secret = known(cai)
    ask(ada, "disable-user", user=user(server, "Ann"))
    ann.token()
    visit = ann.visit(secret, summary="canary-of-ann")
    assert verdicts(ann.push()) == [("accepted", None)]
    ann.write(visit, {"summary": "canary-of-ann, twice"})
    assert verdicts(ann.push()) == [("accepted", LATE)]
    cai.pull_all()
    assert [key.entity for key in cai.records if key.entity in ("visit", "late_work")] == []
    with server.database.read() as connection:
        placed = [
            tuple(row)
            for row in dialect.run(connection, "SELECT bucket FROM record WHERE entity = 'late_work'")
        ]
    assert placed == [(ann.book,)]


def test_who_takes_a_book_over_writes_nothing_that_had_left_it(server: RunningServer, ada: Laptop) -> None:
    """Late work is what somebody wrote who knew the record there; a book's new owner never did."""
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = known(ann)
    stolen = ann.records[customer]
    ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Mei"))
    ask(ada, "change-book-owner", user=user(server, "Ann"), to_user=user(server, "Cai"), leaving=False)
    cai.records[customer] = stolen
    cai.write(customer, {"remark": "made up"})
    assert [verdict for verdict, _ in verdicts(cai.push())] == ["rejected"]


def test_what_is_hidden_from_somebody_who_heard_so_stays_hidden_when_the_customer_moves(
    server: RunningServer, ada: Laptop
) -> None:
    """The customer left unheard; that its contacts are none of theirs, the author had heard."""
    ann = enrolled(server, "Ann")
    customer = known(ann)
    hide_contacts(server, "Ann", "rep")
    server.clock.ahead_ms += 1000
    ann.token()
    ann.pull_all()
    server.clock.ahead_ms += 1000
    ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Cai"))
    ann.write(RecordKey("contact", fresh_id()), {"customer": customer.id, "name": "王总"})
    assert verdicts(ann.push()) == [("rejected", "forbidden")]
    ann.write(customer, {"remark": "this is late work still"})
    assert verdicts(ann.push()) == [("accepted", LATE)]


def test_who_asks_at_the_moment_a_delegation_ends_has_heard_of_its_end(
    server: RunningServer, ada: Laptop
) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer, now = known(ann), server.clock().ms
    ends = now + 5000
    asked = {"user": user(server, "Ann"), "to_user": user(server, "Cai"), "starts": now, "ends": ends}
    assert ask(ada, "delegate", **asked).status_code == 200
    cai.pull_all()
    held = cai.records[customer]
    sharing.settle_due(
        server.database, Moment(ends)
    )  # as the request does that is answered at this very moment
    server.clock.ahead_ms = 10_000
    heard: dict[str, str | int] = {"bucket": cai.book, "epoch": 1, "after": 0, "salt": "", "heard": ends}
    assert cai.http.get("/v1/pull", params=heard).json()["complete"]
    cai.records[customer] = held
    cai.write(customer, {"remark": "made up"})
    assert [verdict for verdict, _ in verdicts(cai.push())] == ["quarantined"]


def test_who_saw_a_customer_in_the_pool_but_nothing_below_it_adds_nothing_late(
    server: RunningServer, ada: Laptop
) -> None:
    """A manager whose role hides contacts does not read what hangs below the pool's customers."""
    hide_contacts(server, "Mei", "manager")
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = known(ann)
    assert ask(ada, "release", customers=[customer.id]).status_code == 200
    mei.pull_all()
    assert customer in mei.records
    assert ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Ada")).status_code == 200
    visit = mei.visit(customer)
    assert verdicts(mei.push()) == [("accepted", None)]
    ada.pull_all()
    assert visit not in ada.records


def test_who_pushed_a_customer_and_never_pulled_knew_it_where_it_was(
    server: RunningServer, ada: Laptop
) -> None:
    """A new laptop whose first sync was cut after its push: the customer moves, and its visit follows late."""
    known(enrolled(server, "Ann"))
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Cai"))
    visit = ann.visit(customer)
    assert verdicts(ann.push()) == [("accepted", LATE)]
    cai.pull_all()
    assert visit in cai.records


def test_a_new_laptop_that_never_pulled_writes_nothing_late_to_what_had_left_before_it_came(
    server: RunningServer, ada: Laptop
) -> None:
    old = enrolled(server, "Ann")
    customer = known(old)
    ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Cai"))
    ann = enrolled(server, "Ann")
    ann.customer()
    ann.push()
    ann.records[customer] = old.records[customer]
    ann.write(customer, {"remark": "made up"})
    assert [verdict for verdict, _ in verdicts(ann.push())] == ["quarantined"]


def test_a_new_laptop_writes_nothing_late_to_what_its_person_had_lost_before_it_came(
    server: RunningServer, ada: Laptop
) -> None:
    old = enrolled(server, "Ann")
    customer = known(old)
    assert ask(ada, "change-role", user=user(server, "Ann"), role="auditor").status_code == 200
    server.clock.ahead_ms += 1000
    ann = enrolled(server, "Ann")
    ann.records[customer] = old.records[customer]
    ann.write(customer, {"remark": "an auditor's, on a laptop that has read nothing yet"})
    visit = ann.visit(customer)
    assert [verdict for verdict, _ in verdicts(ann.push())] == ["quarantined", "rejected"]
    old.token()
    old.pull_all()
    assert visit not in old.records


def test_who_lost_a_book_writes_nothing_late_to_what_came_there_afterwards(
    server: RunningServer, ada: Laptop
) -> None:
    """A manager who may read one customer by a share loses their people's books; the customer goes through one of them."""
    mei, ann = enrolled(server, "Mei"), enrolled(server, "Ann")
    known(ann)
    mei.pull_all()
    customer = known(ada)
    shared = {"customers": [customer.id], "user": user(server, "Mei"), "can_write": False, "until": None}
    assert ask(ada, "share", **shared).status_code == 200
    mei.pull_all()
    held = mei.records[customer]
    server.clock.ahead_ms += 1000
    with server.database.write() as connection:
        accounts.change_role(connection, "Mei", "administrator", server.clock())
    for owner in ("Ann", "Ada"):
        moved = {"customers": [customer.id], "to_user": user(server, owner)}
        assert ask(ada, "change-owner", **moved).status_code == 200
    mei.records[customer] = held
    mei.write(customer, {"remark": "made up"})
    mei.token()
    assert [verdict for verdict, _ in verdicts(mei.push())] == ["rejected"]


def test_nobody_but_its_author_knows_what_was_made_late(server: RunningServer, ada: Laptop) -> None:
    """Below a customer that had left their book: a colleague who writes in that book never saw it there."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = known(ann)
    bo.pull_all()
    assert ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Cai")).status_code == 200
    visit = ann.visit(customer)
    assert verdicts(ann.push()) == [("accepted", LATE)]
    bo.write(visit, {"customer": customer.id, "kind": "onsite", "at": 1, "summary": "made up"})
    assert [verdict for verdict, _ in verdicts(bo.push())] == ["rejected"]
    ann.write(visit, {"next_step": "its author has more to say"})
    assert verdicts(ann.push()) == [("accepted", LATE)]


def test_work_on_a_shared_customer_is_late_from_when_it_was_lost_and_not_from_when_it_was_shared(
    server: RunningServer, ada: Laptop
) -> None:
    """Sharing takes it out of the book into what is shared of it, where its owner writes on."""
    ann = enrolled(server, "Ann")
    customer = known(ann)
    shared = {"customers": [customer.id], "user": user(server, "Bo"), "can_write": True, "until": None}
    assert ask(ada, "share", **shared).status_code == 200
    server.clock.ahead_ms += 22 * DAY_MS
    ada.token()
    assert ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Cai")).status_code == 200
    ann.token()
    ann.visit(customer)
    assert verdicts(ann.push()) == [("accepted", LATE)]


def test_what_waits_below_a_customer_follows_where_it_goes(server: RunningServer, ada: Laptop) -> None:
    """A review of a visit that came late waits in its author's book until they may write where the customer is."""
    ann = enrolled(server, "Ann")
    customer = known(ann)
    visit = ann.visit(customer)
    ann.push()
    server.add_user("Kim", "manager")
    kim = enrolled(server, "Kim")
    kim.pull_all()
    review = RecordKey("review", fresh_id())
    kim.write(review, {"visit": visit.id, "outcome": "reviewed"})
    assert verdicts(kim.push()) == [("accepted", None)]
    with server.database.read() as connection:
        before = buckets.roots(connection, [review])[review][1]
        pool = people.load_company(connection).pool_details
    assert before == server.people["Kim"].book
    assert ask(ann, "release", customers=[customer.id]).status_code == 200
    with server.database.read() as connection:
        assert buckets.roots(connection, [review])[review] == (customer.id, pool)


def test_a_contact_typed_below_the_pool_is_late_though_the_role_hides_contacts_since(
    server: RunningServer, ada: Laptop
) -> None:
    """Two losses that its author has heard nothing of: the customer was claimed, and their role sees no contacts."""
    ann = enrolled(server, "Ann")
    customer = known(ann)
    assert ask(ann, "release", customers=[customer.id]).status_code == 200
    server.add_user("Kim", "manager")
    kim = enrolled(server, "Kim")
    kim.pull_all()
    contact = RecordKey("contact", fresh_id())
    kim.write(contact, {"customer": customer.id, "name": "王经理"})
    assert ask(ann, "claim", customers=[customer.id]).status_code == 200
    hide_contacts(server, "Kim", "manager")
    kim.token()
    assert verdicts(kim.push()) == [("accepted", LATE)]
    with server.database.read() as connection:
        assert buckets.roots(connection, [contact])[contact][0] == customer.id


def test_an_answer_that_is_asked_for_again_tells_nothing_that_left_its_authors_sight(
    server: RunningServer, ada: Laptop
) -> None:
    """The reply was lost, and until the laptop asks again the customer was handed over: its state is not told any more."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = known(ann)
    bo.pull_all()
    bo.write(customer, {"remark": "a colleague's word"})
    bo.push()
    ann.write(customer, {"city": "苏州"})
    lost = ann.batch()
    first = ann.post(lost)
    assert "a colleague's word" in first.text
    assert ann.post(lost).content == first.content
    assert ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Ada")).status_code == 200
    again = ann.post(lost)
    assert again.status_code == 200
    assert "a colleague's word" not in again.text
    answer = msgspec.json.decode(again.content, type=PushAnswer)
    assert [(one.id, one.verdict) for one in answer.outcomes] == [(customer.id, "accepted")]
    assert answer.chain == msgspec.json.decode(first.content, type=PushAnswer).chain


def test_what_a_deputy_once_guessed_joins_nothing_while_they_stand_in(
    server: RunningServer, ada: Laptop
) -> None:
    ann = enrolled(server, "Ann")
    customer = known(ann)
    server.add_user("Lon", "rep")
    lon = enrolled(server, "Lon")
    visit = lon.visit(customer)
    lon.push()
    now = server.clock().ms
    asked = {"to_user": user(server, "Lon"), "starts": now - 1000, "ends": now + 3_600_000}
    assert ask(ann, "delegate", user=user(server, "Ann"), **asked).status_code == 200
    assert ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Ada")).status_code == 200
    assert ask(ada, "change-owner", customers=[customer.id], to_user=user(server, "Ann")).status_code == 200
    with server.database.read() as connection:
        assert buckets.roots(connection, [visit])[visit][1] == server.people["Lon"].book
