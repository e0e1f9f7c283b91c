from __future__ import annotations

import msgspec

from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.store import dialect
from sync_server import accounts, commands, orders
from tests.support.laptop import (
    enrolled,
    fresh_id,
    only,
    verdicts,
)
from tests.support.server import RunningServer


def test_a_new_customer_goes_to_its_authors_book_whatever_it_claims(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = RecordKey("customer", fresh_id())
    ann.write(key, {"name": "甲"}, bucket=server.people["Bo"].book)
    outcome = only(ann.push())
    assert (outcome.verdict, outcome.bucket) == ("merged", ann.book)


def test_a_child_goes_where_its_customer_is_whoever_makes_it(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = ann.customer()
    ann.push()
    bo.pull_all()
    bo.visit(customer)
    assert only(bo.push()).bucket == ann.book


def test_a_child_made_below_a_customer_that_moved_outranks_the_place_its_author_knew(
    server: RunningServer,
) -> None:
    """R24: the highest move number says where a record is, so no two places may share one."""
    mei, ann = enrolled(server, "Mei"), enrolled(server, "Ann")
    customer = ann.customer()
    ann.push()
    mei.pull_all()
    asker, order = orders.Asker("console", Role.ADMINISTRATOR), orders.ChangeOwner
    commands.carry_out(
        server.database, asker, order(fresh_id(), (customer.id,), server.people["Cai"].user), server.clock
    )
    visit = mei.visit(customer)
    claimed = mei.records[visit].placement
    outcome = only(mei.push())
    assert outcome.bucket == server.people["Cai"].book != claimed.bucket
    assert outcome.move_no > claimed.move_no


def test_a_child_of_a_missing_and_of_an_invisible_customer_gets_the_same_answer(
    server: RunningServer,
) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    hidden = ann.customer()
    ann.push()
    outcomes = []
    for home in (hidden, RecordKey("customer", fresh_id())):
        cai.visit(home)
        outcome = only(cai.push())
        outcomes.append((outcome.verdict, outcome.bucket, outcome.move_no, outcome.code))
    assert outcomes[0] == outcomes[1] == ("accepted", cai.book, 0, None)


def test_an_edit_of_an_invisible_and_of_a_missing_record_gets_the_same_answer(
    server: RunningServer,
) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    hidden = ann.customer()
    ann.push()
    missing = RecordKey("customer", fresh_id())
    answers = []
    for key in (hidden, missing):
        cai.records[key] = ann.records[hidden]
        cai.write(key, {"city": "偷"})
        outcome = only(cai.push())
        answers.append(msgspec.json.encode(msgspec.structs.replace(outcome, id="")))
    assert answers[0] == answers[1]
    assert b'"forbidden"' in answers[0]


def test_a_manager_writes_reviews_and_a_director_only_reads(server: RunningServer) -> None:
    server.add_user("Dai", "director", "North")
    ann, mei, dai = (enrolled(server, name) for name in ("Ann", "Mei", "Dai"))
    visit = ann.visit(ann.customer())
    ann.push()
    for reader in (mei, dai):
        reader.pull_all()
        assert visit in reader.records
        reader.write(
            RecordKey("review", fresh_id()), {"visit": visit.id, "outcome": "reviewed"}, bucket=ann.book
        )
    assert verdicts(mei.push()) == [("accepted", None)]
    assert verdicts(dai.push()) == [("rejected", "forbidden")]


def test_a_disabled_colleague_reads_no_book(server: RunningServer) -> None:
    with server.database.write() as connection:
        accounts.disable_user(connection, "Bo", server.clock())
        count = 'SELECT count(*) FROM reader WHERE "user" = ?'
        assert dialect.value(connection, count, (server.people["Bo"].user,)) == 0
