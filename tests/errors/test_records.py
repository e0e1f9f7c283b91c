"""Errors of what is asked for and what is written."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from crmdesk.core.record import RecordKey
from crmdesk.core.wire import PushAnswer
from sync_server.storage import people
from tests.support import laptop
from tests.support.desk import Desk
from tests.support.provoked import opened, provokes, review_unasked, said
from tests.support.server import RunningServer


@provokes("malformed_body")
def test_a_request_that_is_no_json_is_refused(server: RunningServer) -> str:
    return str(laptop.enrolled(server, "Ann").post(b"{").json()["code"])


@provokes("team_ring")
def test_a_team_is_not_part_of_one_below_it(server: RunningServer) -> str:
    server.add_user("Root", "administrator")
    with server.database.read() as connection:
        north, east = (people.find_team(connection, name) for name in ("North", "East"))
    asked = {"id": laptop.fresh_id(), "team": north, "name": "North", "parent": east, "shares_books": False}
    reply = laptop.enrolled(server, "Root").http.post("/v1/commands/edit-team", json=asked)
    return str(reply.json()["code"])


@provokes("method_not_allowed")
def test_a_push_is_not_asked_for(server: RunningServer) -> str:
    return str(laptop.enrolled(server, "Ann").http.get("/v1/push").json()["code"])


def refusal(ann: laptop.Laptop, change: Callable[[bytes], bytes] = lambda state: state) -> str:
    """Push what `ann` wrote, its first state altered on the way; the code it is refused for."""
    batch = ann.batch()
    first = msgspec.structs.replace(
        batch.records[0], state=msgspec.Raw(change(bytes(batch.records[0].state)))
    )
    reply = ann.post(msgspec.structs.replace(batch, records=(first, *batch.records[1:])))
    (outcome,) = msgspec.json.decode(reply.content, type=PushAnswer).outcomes
    return str(outcome.code)


@provokes("not_canonical")
def test_a_state_with_spaces_in_it_is_not_canonical(server: RunningServer) -> str:
    ann = laptop.enrolled(server, "Ann")
    ann.customer()
    return refusal(ann, lambda state: state.replace(b",", b", ", 1))


@provokes("unknown_field")
def test_a_field_from_a_newer_laptop_is_refused_by_name(server: RunningServer) -> str:
    ann = laptop.enrolled(server, "Ann")
    ann.customer(shoe_size=43)
    return refusal(ann)


@provokes("unknown_entity")
def test_a_kind_of_record_from_a_newer_laptop_is_refused(server: RunningServer) -> str:
    ann = laptop.enrolled(server, "Ann")
    ann.write(RecordKey("spaceship", laptop.fresh_id()), {"name": "x"})
    return refusal(ann)


@provokes("server_field")
def test_a_person_does_not_choose_their_own_book(server: RunningServer) -> str:
    mei = laptop.enrolled(server, "Mei")
    values = {"name": "x", "role": "rep", "book": mei.book}
    mei.write(RecordKey("user", laptop.fresh_id()), values, bucket=str(mei.welcome["config"]))
    return refusal(mei)


@provokes("forbidden")
def test_a_rep_reviews_nobody(enrolled: Desk) -> str:
    enrolled("customer", "add", "Acme")
    visit = enrolled("visit", "add", "Acme", "谈价格")["visit"]
    assert enrolled("review", "list")["visits"] == []
    at_once = said(enrolled, "review", "do", visit)
    assert enrolled("customer", "show", "Acme")["timeline"][0]["outcome"] is None
    review_unasked(enrolled, visit)
    enrolled("sync")
    (refused,) = enrolled("status")["refusals"]
    assert refused["code"] == at_once
    return str(refused["code"])


@provokes("not_found")
def test_a_customer_who_is_not_there_is_not_found(desk: Desk) -> str:
    return said(desk, "customer", "show", "Nobody")


@provokes("fixed_field")
def test_when_a_visit_was_is_not_changed_afterwards(desk: Desk) -> str:
    from crmdesk.core.errors import CrmError
    from crmdesk.store.replica import Write

    desk("customer", "add", "Acme")
    visit = desk("visit", "add", "Acme", "谈价格")["visit"]
    with opened(desk) as found, pytest.raises(CrmError) as caught:
        found.replica.commit([Write(RecordKey("visit", visit), {"at": 1})])
    return caught.value.code


@provokes("record_too_large")
def test_a_record_beyond_its_size_is_refused_before_it_is_saved(desk: Desk) -> str:
    names = ("name_en", "short_name", "region", "address", "website")
    fields = [part for name in names for part in ("--field", f"{name}={'x' * 60_000}")]
    return said(desk, "customer", "add", "Acme", *fields)


@provokes("field_too_long")
def test_a_field_beyond_its_size_is_refused_by_name(desk: Desk) -> str:
    error = desk.fails("customer", "add", "Acme", "--field", "remark=" + "x" * 70_000, "--lang", "en")
    assert "emark" in error["happened"]
    return str(error["code"])


@provokes("invalid_value")
def test_a_number_that_is_none_is_refused_by_label(desk: Desk) -> str:
    error = desk.fails("customer", "add", "Acme", "--field", "employees=many", "--lang", "zh_CN")
    assert "员工人数" in error["happened"]
    return str(error["code"])


@provokes("required")
def test_a_customer_needs_a_name(desk: Desk) -> str:
    return said(desk, "customer", "add", " ")


@provokes("name_taken")
def test_a_tag_is_not_made_twice(desk: Desk) -> str:
    desk("tag", "create", "VIP")
    return said(desk, "tag", "create", "vip")


@provokes("ambiguous")
def test_a_name_that_two_customers_bear_is_ambiguous(desk: Desk) -> str:
    for _ in range(2):
        desk("customer", "add", "Acme")
    return said(desk, "customer", "show", "Acme")


@provokes("nothing_to_undo")
def test_a_new_profile_has_nothing_to_undo(desk: Desk) -> str:
    return said(desk, "undo")


@provokes("bad_argument")
def test_a_field_nobody_declared_is_not_understood(desk: Desk) -> str:
    return said(desk, "customer", "add", "Acme", "--field", "shoe=43")


@provokes("criteria_invalid")
def test_conditions_about_a_field_there_is_not_are_refused(desk: Desk) -> str:
    return said(desk, "customer", "list", "--where", '{"field": "shoe_size", "op": "is", "value": 43}')


@provokes("criteria_newer")
def test_conditions_of_a_newer_program_are_refused(desk: Desk) -> str:
    return said(desk, "customer", "list", "--where", '{"version": 2, "where": {"some": []}}')
