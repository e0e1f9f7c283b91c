from __future__ import annotations

import itertools
import secrets

import httpx2
import msgspec
import pytest

from crmdesk.core.record import RecordKey
from crmdesk.core.wire import NOTHING_BEFORE, PAGE_RECORDS, PullPage
from crmdesk.store import dialect
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import RunningServer


def change_owner(laptop: Laptop, customer: str, to: str, command: str | None = None) -> httpx2.Response:
    asked = {
        "id": command or secrets.token_hex(16),
        "customers": [customer],
        "to_user": laptop.server.people[to].user,
    }
    return laptop.http.post("/v1/commands/change-owner", json=asked)


def test_a_customer_moves_with_all_below_it(server: RunningServer) -> None:
    ann, cai, mei = (enrolled(server, name) for name in ("Ann", "Cai", "Mei"))
    customer = ann.customer()
    visit = ann.visit(customer)
    other = ann.customer("留下的")
    ann.push()
    reply = change_owner(mei, customer.id, "Cai")
    owner = server.people["Cai"].user
    said = {"moved": 2, "results": [[customer.id, "done", None, owner, 2, None]], "made": None}
    assert (reply.status_code, reply.json()) == (200, said)
    cai.pull_all()
    ann.pull_all()
    assert {customer, visit} <= cai.records.keys()
    assert cai.records[visit].placement == (type(cai.records[visit].placement)(1, server.people["Cai"].book))
    assert {key for key in ann.records if key.entity in ("customer", "visit")} == {other}


def test_a_laptop_ends_right_whatever_the_order_of_the_two_buckets_pages(server: RunningServer) -> None:
    ann, bo, mei = (enrolled(server, name) for name in ("Ann", "Bo", "Mei"))
    customer = ann.customer()
    ann.push()
    bo.pull_all()
    change_owner(mei, customer.id, "Bo")
    old, new = ann.book, server.people["Bo"].book
    pages = [msgspec.json.decode(bo.ask_page(bucket).content, type=PullPage) for bucket in (old, new)]
    kinds = [[item.kind for item in page.items] for page in pages]
    assert kinds == [["LEAVE"], ["ENTER"]]
    before = dict(bo.records)
    for order in itertools.permutations(pages):
        bo.records = dict(before)
        for page in order:
            bo._take(page)
        assert bo.records[customer].placement.bucket == new


def test_there_and_back_again_is_an_enter_where_it_was_a_leave(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer()
    ann.push()
    change_owner(mei, customer.id, "Bo")
    change_owner(mei, customer.id, "Ann")
    (page,) = ann.pages(ann.book)
    assert [(item.kind, item.move_no) for item in page.items] == [("ENTER", 2)]


def test_the_same_command_twice_moves_once(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer()
    ann.push()
    command = secrets.token_hex(16)
    first = change_owner(mei, customer.id, "Cai", command)
    before = server.digest()
    assert change_owner(mei, customer.id, "Cai", command).content == first.content
    assert change_owner(mei, customer.id, "Bo", command).status_code == 404
    assert server.digest() == before


def test_a_rep_may_not_move_what_a_rep_sees(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    ann.push()
    before = server.digest()
    reply = change_owner(ann, customer.id, "Bo")
    assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")
    assert server.digest() == before


def test_an_invisible_customer_and_a_nonexistent_one_look_the_same(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.push()
    hidden, missing = (change_owner(cai, record, "Cai") for record in (customer.id, fresh_id()))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
    assert hidden.content == missing.content


def test_an_administrator_moves_what_they_do_not_read(server: RunningServer) -> None:
    server.add_user("Root", "administrator")
    ann, root = enrolled(server, "Ann"), enrolled(server, "Root")
    customer = ann.customer()
    ann.push()
    assert change_owner(root, customer.id, "Cai").status_code == 200
    book = server.people["Cai"].book
    assert book not in {head.bucket for head in root.heads().heads}


def test_a_large_family_moves_in_commits_that_a_page_can_hold(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer()
    for _ in range(PAGE_RECORDS):
        ann.visit(customer)
        if len(ann.unsent) == 600:
            ann.push()
    ann.push()
    assert change_owner(mei, customer.id, "Cai").json()["moved"] == PAGE_RECORDS + 1
    cai = enrolled(server, "Cai")
    assert sum(len(page.items) for page in cai.pages(cai.book)) == PAGE_RECORDS + 1
    ann.pages(ann.book)
    assert not [key for key in ann.records if key.entity != "user"]


def test_no_departure_is_stepped_over_where_more_crossed_than_a_page_holds(server: RunningServer) -> None:
    ann, cai, mei = enrolled(server, "Ann"), enrolled(server, "Cai"), enrolled(server, "Mei")
    going, coming = ann.customer("去"), cai.customer("来")
    leaving = {going, *(ann.visit(going) for _ in range(450))}
    entering = {coming, *(cai.visit(coming) for _ in range(600))}
    ann.push(), cai.push()
    last = ann.pages(ann.book)[-1]
    assert change_owner(mei, coming.id, "Ann").status_code == 200
    assert change_owner(mei, going.id, "Cai").status_code == 200
    mei.pages(ann.book)
    for key in entering:
        mei.write(key, {"remark" if key == coming else "result": "之后改过"})
    mei.push()
    ann.pages(ann.book, last.seq, last.salt)
    assert not leaving & ann.records.keys()
    assert entering <= ann.records.keys()


# -- late work ---------------------------------------------------------------------------------


def moved_away(server: RunningServer) -> tuple[Laptop, Laptop, RecordKey]:
    """Ann holds a customer that Mei has meanwhile given to Cai; Ann has not heard of it."""
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer("甲")
    ann.push()
    ann.pull_all()
    assert change_owner(mei, customer.id, "Cai").status_code == 200
    return ann, enrolled(server, "Cai"), customer


def test_work_done_before_hearing_of_a_move_is_merged_where_the_record_now_is(
    server: RunningServer,
) -> None:
    ann, cai, customer = moved_away(server)
    ann.write(customer, {"city": "苏州"})
    (outcome,) = ann.push().outcomes
    assert (outcome.verdict, outcome.state) == ("accepted", None)
    ann.pull_all()
    assert customer not in ann.records
    cai.pull_all()
    assert {"name", "city"} <= cai.records[customer].fields()


def test_a_visit_made_before_hearing_of_a_move_follows_its_customer(server: RunningServer) -> None:
    ann, cai, customer = moved_away(server)
    visit = ann.visit(customer)
    answer = ann.push()
    assert [outcome.verdict for outcome in answer.outcomes] == ["accepted"]
    (commit,) = answer.commits
    assert commit.before == NOTHING_BEFORE, (
        "its author must pull the LEAVE, and knows what a restore would lose"
    )
    cai.pull_all()
    assert visit in cai.records
    ann.pull_all()
    assert visit not in ann.records


def test_work_after_hearing_of_a_move_is_quarantined(server: RunningServer) -> None:
    ann, cai, customer = moved_away(server)
    kept = ann.records[customer]
    ann.pull_all()
    ann.records[customer] = kept
    ann.write(customer, {"city": "苏州"})
    (outcome,) = ann.push().outcomes
    assert (outcome.verdict, outcome.code) == ("quarantined", "forbidden")
    cai.pull_all()
    assert cai.records[customer].fields() == {"name"}
    with server.database.read() as connection:
        kept_apart = dialect.run(connection, "SELECT verdict, code, body FROM refused").fetchall()
    assert [row[:2] for row in kept_apart] == [("quarantined", "forbidden")]
    assert "苏州".encode() in kept_apart[0][2]


def test_a_head_once_heard_is_never_unheard(server: RunningServer) -> None:
    ann, _, _ = moved_away(server)
    ann.pull_all()
    first = msgspec.json.decode(ann.ask_page(ann.book, head=1).content, type=PullPage)
    assert first.complete
    with server.database.read() as connection:
        heard = dialect.value(connection, "SELECT seq FROM pulled_head WHERE bucket = ?", (ann.book,))
    assert heard == 2


def test_a_customer_moves_with_those_that_were_merged_into_it_and_with_no_other(
    server: RunningServer,
) -> None:
    ann, cai, mei = (enrolled(server, name) for name in ("Ann", "Cai", "Mei"))
    winner, loser, further, apart = (ann.customer(name) for name in ("甲", "乙", "丙", "丁"))
    visits = [ann.visit(one) for one in (winner, loser, further, apart)]
    for one, into in ((loser, winner), (further, loser), (apart, winner)):
        ann.write(one, {"merged_into": into.id})
    ann.write(winner, {"merged_into": further.id})  # somebody merged the other way round
    ann.push()
    ann.write(apart, {"merged_into": None})
    ann.push()
    assert change_owner(mei, winner.id, "Cai").json()["moved"] == 6
    cai.pull_all()
    ann.pull_all()
    assert {winner, loser, further, *visits[:3]} <= cai.records.keys()
    assert {apart, visits[3]} <= ann.records.keys()
    assert not {winner, loser, further, *visits[:3]} & ann.records.keys()
    assert not {apart, visits[3]} & cai.records.keys()


@pytest.mark.parametrize("to", ["nobody", ""])
def test_a_command_with_nonsense_is_malformed(server: RunningServer, to: str) -> None:
    mei = enrolled(server, "Mei")
    reply = mei.http.post("/v1/commands/change-owner", json={"id": "1", "customers": ["2"], "to_user": to})
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")
