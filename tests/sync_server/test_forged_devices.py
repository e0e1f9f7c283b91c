"""Pushes and words in the name of another laptop: refused, without a row, and written down."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from crmdesk.core.sealed import signed_wipe
from sync_server import audit, enrolment
from sync_server.audit import COMPANY
from sync_server.storage import audits
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import HOUR_MS, RunningServer


def refusals(server: RunningServer) -> list[tuple[str, str, dict[str, Any]]]:
    """(user, device, what is told) of each row about something refused, in the company's chain."""
    with server.database.read() as connection:
        rows = audits.after(connection, COMPANY, 0, 10_000)
    return [(e.user, e.device, json.loads(e.said)) for e in rows if (e.chain, e.kind) == (COMPANY, "refused")]


def as_actor_of(other: Laptop, writer: Laptop) -> None:
    """The writer goes on as another laptop's actor, knowing all that a copied file would tell."""
    writer.actor, writer.chain, writer.counter = other.actor, other.chain, other.counter


def own_other_laptop(server: RunningServer, _ann: Laptop) -> Laptop:
    return enrolled(server, "Ann")


def anothers_laptop(server: RunningServer, _ann: Laptop) -> Laptop:
    return enrolled(server, "Bo")


def revoked_laptop(server: RunningServer, _ann: Laptop) -> Laptop:
    """Its actor is known, it may come no more."""
    return enrolled(server, "Ann")


FORGED: dict[str, Callable[[RunningServer, Laptop], Laptop]] = {
    "another laptop of one's own": own_other_laptop,
    "somebody else's": anothers_laptop,
    "a revoked one": revoked_laptop,
}


@pytest.mark.parametrize("whose", FORGED)
def test_t22_a_push_as_another_laptops_actor_leaves_nothing_but_a_row_of_the_audit(
    server: RunningServer, whose: str
) -> None:
    ann = enrolled(server, "Ann")
    other = FORGED[whose](server, ann)
    other.customer()
    other.push()
    if whose == "a revoked one":
        with server.database.write() as connection:
            enrolment.revoke(connection, other.welcome["device"], server.clock())
    as_actor_of(other, ann)
    ann.customer("forged")
    before = server.digest()
    reply = ann.post(ann.batch())
    assert (reply.status_code, reply.json()["code"]) == (409, "actor_forked")
    assert other.welcome["device"] not in reply.text, "it is not told whose it is"
    assert server.digest() == before
    ((user, device, told),) = refusals(server)
    assert (user, device) == (ann.user, ann.welcome["device"])
    assert told == {
        "asked": "push",
        "code": "actor_forked",
        "actor": other.actor,
        "of": other.welcome["device"],
    }


@pytest.mark.parametrize("actor", ["of the server", "unknown"])
def test_t22_an_actor_that_is_no_laptops_is_nobodys_to_go_on_with(server: RunningServer, actor: str) -> None:
    ann = enrolled(server, "Ann")
    with server.database.read() as connection:
        ann.actor = str(connection.exec_driver_sql("SELECT actor FROM company").scalar_one())
    if actor == "unknown":
        ann.actor, ann.chain = secrets.token_hex(16), "0" * 32
    ann.customer("forged")
    before = server.digest()
    assert ann.post(ann.batch()).json()["code"] == "actor_forked"
    assert server.digest() == before
    ((_, _, told),) = refusals(server)
    assert (told["actor"], told["of"]) == (ann.actor, None)


def test_t22_a_device_named_in_a_push_is_not_even_read(server: RunningServer) -> None:
    """Whose laptop it is says the session alone."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    ann.customer()
    said = msgspec.json.encode(ann.batch())
    before = server.digest()
    for name in ("device", "user"):
        forged = said[:-1] + b',"%b":%b}' % (name.encode(), json.dumps(bo.welcome[name]).encode())
        reply = ann.post(forged)
        assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")
    assert server.digest() == before


def test_t22_an_edit_in_another_persons_name_is_refused_alone(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    ann.welcome["user"] = bo.user
    key = ann.customer("forged")
    answer = ann.push()
    assert [(o.verdict, o.code) for o in answer.outcomes] == [("rejected", "forbidden")]
    bo.pull_all()
    assert key not in bo.records


def test_t22_nobody_says_for_another_laptop_that_it_was_wiped(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    device = bo.welcome["device"]
    before = server.digest()
    for named, key in ((device, ann.key), ("f" * 32, ann.key)):
        said = {"device": named, "at_ms": 5, "signature": key.sign(signed_wipe(named, 5)).hex()}
        assert ann.http.post("/v1/wiped", json=said).json()["code"] == "session_expired"
    assert server.digest() == before
    assert bo.http.get("/v1/heads").status_code == 200
    told = {"asked": "wiped", "code": "session_expired"}
    assert refusals(server) == [("", "", {**told, "device": device}), ("", "", {**told, "device": "f" * 32})]


def test_t22_sealed_work_that_no_laptop_of_the_company_signed_is_written_down(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    before = server.digest()
    reply = ann.http.post(
        "/v1/sealed", content=b"x" * 200, headers={"Content-Type": "application/octet-stream"}
    )
    assert reply.json()["code"] == "sealed_unreadable"
    assert server.digest() == before
    assert refusals(server) == [("", "", {"asked": "hand_in", "code": "sealed_unreadable"})]


# -- commands --------------------------------------------------------------------------------------------------


def command(laptop: Laptop, name: str, /, **said: Any) -> Any:
    return laptop.http.post(f"/v1/commands/{name}", json={"id": secrets.token_hex(16), **said})


def test_t22_a_refused_command_leaves_who_asked_for_what_and_nothing_that_was_typed(
    server: RunningServer,
) -> None:
    server.add_user("Ada", "administrator")
    ann, cai, ada = (enrolled(server, name) for name in ("Ann", "Cai", "Ada"))
    customer = ann.customer()
    ann.push()
    before = server.digest()
    assert command(cai, "change-owner", customers=[customer.id], to_user=cai.user).status_code == 404
    assert command(cai, "change-role", user=ann.user, role="administrator").status_code == 403
    assert command(ada, "add-team", name="East", parent=None, shares_books=True).status_code == 409
    assert server.digest() == before
    found = refusals(server)
    assert [device for _, device, _ in found] == [x.welcome["device"] for x in (cai, cai, ada)]
    first, second, third = (told for _, _, told in found)
    assert first == {
        "asked": "change_owner", "code": "not_found", "customers": [customer.id], "to_user": cai.user
    }  # fmt: skip
    assert second == {"asked": "change_role", "code": "forbidden"}
    assert (third["asked"], third["code"], third["name"].keys()) == ("add_team", "name_taken", {"digest"})
    assert "East" not in json.dumps(found)


def test_t22_nobody_fills_the_audit_by_asking(server: RunningServer) -> None:
    """Ten rows of a device, then one in six minutes; the rest is one row for a person and hour."""
    cai, ann = enrolled(server, "Cai"), enrolled(server, "Ann")
    with server.database.read() as connection:
        before = audits.count(connection)
    many = [fresh_id() for _ in range(1000)]
    for _ in range(25):
        assert command(cai, "release", customers=many).status_code == 404
    for _ in range(5):
        cai.chain = "0" * 32
        cai.customer()
        cai.post(cai.batch())
    assert command(ann, "release", customers=many).status_code == 404, "another's laptop has rows of its own"
    with server.database.read() as connection:
        assert audits.count(connection) - before == 11
        assert max(len(e.said) for e in audits.after(connection, COMPANY, 0, 1000)) < 2000
    server.clock.ahead_ms += HOUR_MS
    with server.database.write() as connection:
        audit.note_hours(connection, server.clock())
    user, device, told = refusals(server)[-1]
    assert (user, device) == (cai.user, "")
    assert told["devices"] == {
        cai.welcome["device"]: {"push actor_forked": 5, "release not_found": 15}
    }  # fmt: skip


def test_t22_a_claim_that_came_second_is_told_by_the_row_of_its_command(server: RunningServer) -> None:
    ann, bo, cai = (enrolled(server, name) for name in ("Ann", "Bo", "Cai"))
    customer = ann.customer()
    ann.push()
    assert command(ann, "release", customers=[customer.id]).status_code == 200
    assert command(bo, "claim", customers=[customer.id]).json()["results"][0][1] == "done"
    assert command(cai, "claim", customers=[customer.id]).json()["results"][0][1] == "refused"
    assert refusals(server) == []
