"""T-24: a clock that claims to have seen what its laptop was never handed overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from crmdesk.core.record import Dot, Edit, Record, RecordKey, proof
from crmdesk.core.wire import MAX_PROOFS, Proofs, Push
from tests.support import rep
from tests.support.laptop import Laptop, conflicts, enrolled, forced, only, shown, with_state
from tests.support.server import RunningServer
from tests.sync_server.test_handing_in import away, brought, sealed
from tests.sync_server.test_moves import administrator, ask
from tests.sync_server.test_refusals import letters


def blind(server: RunningServer, *, is_all: bool = False) -> tuple[Laptop, Laptop, RecordKey]:
    """Bo writes over a value that Ann gave after Bo's last pull, and claims to have seen it.

    `is_all`: her edit says everything that the customer says, so that only its dot has to be guessed.
    """
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = ann.customer("甲", **({} if is_all else {"city": "苏州"}))
    ann.push()
    bo.pull_all()
    ann.write(customer, {"name": "乙"} if is_all else {"city": "无锡"})
    ann.push()
    bo.write(customer, {"name": "丙"} if is_all else {"city": "常州"})
    return ann, bo, customer


def claiming(bo: Laptop, ann: Laptop, customer: RecordKey) -> Record:
    """The record as Bo would hold it had he been handed all that Ann wrote."""
    record = bo.records[customer]
    left = tuple(edit for edit in record.edits if edit.values)
    return msgspec.structs.replace(record, clock={**record.clock, ann.actor: ann.counter}, edits=left)


def both(server: RunningServer, customer: RecordKey, field: str) -> set[object]:
    """The values of a field that a laptop of Ann's shows."""
    other = enrolled(server, "Ann")
    other.pull_all()
    return {edit.values[field] for edit in other.records[customer].siblings(field)}


def test_t24_a_value_that_was_never_handed_stands_beside_the_one_that_claims_to_have_seen_it(
    server: RunningServer,
) -> None:
    ann, bo, customer = blind(server)
    answer = forced(bo, with_state(bo.batch(), claiming(bo, ann, customer)))
    assert only(answer).verdict == "merged"
    assert both(server, customer, "city") == {"无锡", "常州"}


def test_t24_a_state_that_is_guessed_to_the_byte_overwrites_nothing(server: RunningServer) -> None:
    ann, bo, customer = blind(server, is_all=True)
    claimed = claiming(bo, ann, customer)
    alone = tuple(edit for edit in claimed.edits if edit.dot.actor == bo.actor)
    forced(bo, with_state(bo.batch(), msgspec.structs.replace(claimed, edits=alone)))
    assert both(server, customer, "name") == {"乙", "丙"}


def unproven(batch: Push, ann: Laptop, customer: RecordKey) -> list[Push]:
    """The batch with proofs that prove nothing of what it overwrites."""
    (hers,) = ann.records[customer].siblings("city")
    late = msgspec.structs.replace(hers, at=hers.at + 1)
    other = msgspec.structs.replace(hers, values={"city": "常州"})
    guessed = [proof(edit, "city") for edit in (late, other, named(hers, hers.dot.counter - 1))]
    return [
        msgspec.structs.replace(batch, proofs=()),
        msgspec.structs.replace(batch, proofs=(Proofs(*customer, tuple(guessed)),)),
    ]


def named(edit: Edit, counter: int) -> Edit:
    return msgspec.structs.replace(edit, dot=Dot(edit.dot.actor, counter))


@pytest.mark.parametrize("number", [0, 1])
def test_t24_other_proofs_than_of_the_very_value_prove_nothing(server: RunningServer, number: int) -> None:
    ann, bo, customer = blind(server)
    state = claiming(bo, ann, customer)
    batch = unproven(with_state(bo.batch(), state), ann, customer)[number]
    forced(bo, batch)
    assert both(server, customer, "city") == {"无锡", "常州"}


def test_t24_proofs_of_a_record_that_is_not_pushed_spoil_the_batch(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    batch, once = ann.batch(), Proofs(*customer, (1,))
    for proofs in ((Proofs("customer", "0" * 32, "main", (1,)),), (once, once)):
        reply = ann.post(msgspec.structs.replace(batch, proofs=proofs))
        assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")


def test_t24_what_was_handed_is_overwritten_without_a_word(server: RunningServer) -> None:
    """By a page, by the answer to a push, and by another laptop of the same person."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    customer = ann.customer("甲", city="苏州")
    ann.push()
    bo.pull_all()
    bo.write(customer, {"city": "常州"})
    bo.push()
    ann.write(customer, {"grade": "A"})
    assert only(ann.push()).verdict == "merged"
    ann.write(customer, {"city": "无锡"})
    ann.push()
    again = enrolled(server, "Ann")
    again.pull_all()
    again.write(customer, {"city": "南通"})
    again.push()
    assert both(server, customer, "city") == {"南通"}


def test_t24_what_was_refused_keeps_its_proofs_until_it_is_let_in(server: RunningServer) -> None:
    ann, mei, root = enrolled(server, "Ann"), enrolled(server, "Mei"), administrator(server)
    customer = mei.customer("甲", city="苏州")
    mei.push()
    ask(mei, "change-owner", customers=[customer.id], to_user=server.people["Ann"].user)
    ann.pull_all()
    kept = ann.records[customer]
    ask(mei, "change-owner", customers=[customer.id], to_user=server.people["Cai"].user)
    ann.pull_all()
    ann.records[customer] = kept
    ann.write(customer, {"city": "无锡"})
    assert only(ann.push()).verdict == "quarantined"
    (letter,) = letters(root)
    assert root.http.post(f"/v1/refused/{letter['name']}/retry").json()["verdict"] == "accepted"
    cai = enrolled(server, "Cai")
    cai.pull_all()
    assert (conflicts(cai, customer), shown(cai, customer)["city"]) == ([], "无锡")


def test_t24_sealed_work_overwrites_what_its_laptop_was_handed(server: RunningServer, tmp_path: Path) -> None:
    mei = enrolled(server, "Mei")
    customer = mei.customer("甲", city="苏州")
    mei.push()
    ask(mei, "change-owner", customers=[customer.id], to_user=server.people["Ann"].user)
    ann = rep.enrolled(
        server.address, server.code(server.people["Ann"].user), tmp_path / "ann" / "crmdesk.db"
    )
    ann.sync()
    ann.write(customer, city="无锡")
    away(server)
    done = brought(server, sealed(server, ann, tmp_path))
    ann.close()
    assert done == (1, 0, 0)
    assert both(server, customer, "city") == {"无锡"}


def test_t24_so_does_the_sealed_work_of_a_copied_profile_once_it_is_let_in(
    server: RunningServer, tmp_path: Path
) -> None:
    """The other copy has used its numbers, so that all of it is kept apart under an actor of its own."""
    bo, root = enrolled(server, "Bo"), administrator(server)
    customer = bo.customer("甲", city="苏州")
    bo.push()
    ann = rep.enrolled(
        server.address, server.code(server.people["Ann"].user), tmp_path / "ann" / "crmdesk.db"
    )
    ann.sync()
    copy = ann.copied_to(tmp_path / "copy" / "crmdesk.db")
    ann.customer("乙")
    ann.sync()
    copy.write(customer, city="无锡")
    away(server)
    assert brought(server, sealed(server, copy, tmp_path / "stick")) == (0, 1, 0)
    for laptop in (ann, copy):
        laptop.close()
    root.token()
    (letter,) = letters(root)
    assert root.http.post(f"/v1/refused/{letter['name']}/retry").json()["verdict"] == "accepted"
    assert both(server, customer, "city") == {"无锡"}


def test_t24_nobody_tries_out_more_proofs_than_a_laptop_has(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    customer = ann.customer()
    many = msgspec.structs.replace(ann.batch(), proofs=(Proofs(*customer, tuple(range(MAX_PROOFS + 1))),))
    assert ann.post(many).status_code == 422
    some = msgspec.structs.replace(many, proofs=(Proofs(*customer, tuple(range(MAX_PROOFS))),))
    assert ann.post(some).status_code == 200
