"""What a restored server believes: proof and nothing else; what it takes back, from whom, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from crmdesk.core.record import Dot, Edit, Placement, Record, RecordKey, Txn, encode, write
from crmdesk.core.wire import Evidence, Lost, PastEdit, PushRecord, Recover, RecoverAnswer, Shown
from crmdesk.store import dialect, records
from sync_server import keeping, recovering, salts
from sync_server.storage import actors, people, recoveries
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import RunningServer
from tests.sync_server.test_moves import ask as ask_for


def show(laptop: Laptop, *commits: Evidence) -> Lost:
    reply = laptop.http.post("/v1/commits", content=msgspec.json.encode(Shown(commits)))
    assert reply.status_code == 200, reply.text
    return msgspec.json.decode(reply.content, type=Lost)


def ask(laptop: Laptop, *brought: tuple[RecordKey, Record | bytes], edits: tuple[PastEdit, ...] = ()) -> Any:
    states = [(key, one if isinstance(one, bytes) else encode(one)) for key, one in brought]
    message = Recover(tuple(PushRecord(*key, msgspec.Raw(state)) for key, state in states), edits)
    return laptop.http.post("/v1/recover", content=msgspec.json.encode(message))


def bring(
    laptop: Laptop, *brought: tuple[RecordKey, Record | bytes], **more: Any
) -> list[tuple[str, str | None]]:
    reply = ask(laptop, *brought, **more)
    assert reply.status_code == 200, reply.text
    answer = msgspec.json.decode(reply.content, type=RecoverAnswer)
    return [(outcome.verdict, outcome.code) for outcome in answer.outcomes]


def stored(server: RunningServer, key: RecordKey) -> Record | None:
    with server.database.read() as connection:
        found = records.load(connection, [key]).get(key)
    return found.record if found else None


def head(laptop: Laptop, bucket: str) -> Evidence:
    return next(
        Evidence(h.bucket, h.epoch, h.seq, h.salt) for h in laptop.heads().heads if h.bucket == bucket
    )


class Scene:
    """Ann, Bo and Cai worked; the server was restored to before `lost`, and Ann proved it."""

    def __init__(self, server: RunningServer, folder: Path) -> None:
        self.server = server
        self.ann, self.bo, self.cai = (enrolled(server, name) for name in ("Ann", "Bo", "Cai"))
        self.kept = self.ann.customer("留下的", city="苏州")
        self.ann.push()
        backup = server.backup(folder / "backup.db")
        self.lost = self.ann.customer("丢失的")
        self.ann.write(self.kept, {"city": "上海"})
        self.ann.push()
        self.states = {key: self.ann.records[key] for key in (self.kept, self.lost)}
        self.proof = head(self.ann, self.ann.book)
        server.restore(backup)

    def recover(self) -> None:
        assert show(self.ann, self.proof) == Lost(2, (self.ann.book,), True)


@pytest.fixture
def scene(server: RunningServer, tmp_path: Path) -> Scene:
    return Scene(server, tmp_path)


def test_r19_a_commit_that_is_held_and_one_that_was_never_made_open_nothing(scene: Scene) -> None:
    """R19: an unknown epoch alone, a forged salt and a foreign bucket's salt are claims, not proof."""
    ann, proof = scene.ann, scene.proof
    before = scene.server.digest()
    held = head(ann, ann.book)
    for claim in (
        held,
        msgspec.structs.replace(held, epoch=9),
        msgspec.structs.replace(proof, salt="0" * 32),
        msgspec.structs.replace(proof, seq=proof.seq + 1),
        msgspec.structs.replace(proof, bucket=scene.bo.book),
    ):
        assert show(ann, claim).epoch == 1, claim
    assert scene.server.digest() == before
    assert show(ann, msgspec.structs.replace(proof, epoch=9)).epoch == 10, "it may have heard of later epochs"


def test_r19_proof_opens_one_epoch_and_is_noted_with_who_showed_it_and_when(scene: Scene) -> None:
    scene.recover()
    assert show(scene.bo, scene.proof).epoch == 2
    with scene.server.database.read() as connection:
        (opened,) = recoveries.recoveries(connection)
        company = people.load_company(connection)
    assert (opened.epoch, opened.device, opened.user) == (2, scene.ann.welcome["device"], scene.ann.user)
    assert (opened.bucket, opened.seq) == (scene.proof.bucket, scene.proof.seq)
    assert opened.actor != company.actor, "R7: the server numbers its own edits anew"


@pytest.mark.parametrize("epoch", [2**53 - 1, 2**63 - 1])
def test_an_epoch_that_leaves_no_numbers_for_the_next_is_not_believed(scene: Scene, epoch: int) -> None:
    assert show(scene.ann, msgspec.structs.replace(scene.proof, epoch=epoch)).epoch == 1
    assert show(scene.ann, scene.proof).epoch == 2, (
        "the loss is proved all the same, by whoever says no more than it is"
    )


def test_t49_commits_that_nobody_made_are_not_tried_for_ever(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    is_genuine = salts.is_genuine

    def counted(secret: bytes, commit: salts.CommitName, salt: str) -> bool:
        tried.append(commit[1])
        return is_genuine(secret, commit, salt)

    monkeypatch.setattr(salts, "is_genuine", counted)
    forged = [Evidence(f"bucket {n}", 5000, 1, "0" * 32) for n in range(500)]
    assert show(scene.ann, *forged).epoch == 1
    assert 0 < len(tried) <= recovering.MAX_TRIES
    assert show(scene.ann, scene.proof, *forged).epoch == 2


def test_r12_without_a_recovery_epoch_nothing_is_taken_back(scene: Scene) -> None:
    before = scene.server.digest()
    reply = ask(scene.ann, (scene.lost, scene.states[scene.lost]))
    assert (reply.status_code, reply.json()["code"]) == (409, "not_recovering")
    assert scene.server.digest() == before


def test_r19_lost_records_come_back_as_they_were_and_are_listed(scene: Scene) -> None:
    scene.recover()
    assert bring(scene.ann, *scene.states.items()) == [("accepted", None)] * 2
    for key, state in scene.states.items():
        assert stored(scene.server, key) == state
    with scene.server.database.read() as connection:
        listed = {(r.key, r.verdict, r.user) for r in recoveries.recovered(connection)}
    assert listed == {(key, "merged", scene.ann.user) for key in scene.states}
    assert keeping.check(scene.server.database).problems == ()
    assert bring(scene.ann, *scene.states.items()) == [("accepted", None)] * 2, "I9: again changes nothing"


def test_r1_an_actor_whose_lost_numbers_came_back_is_a_fork_at_its_next_push(scene: Scene) -> None:
    scene.recover()
    bring(scene.ann, *scene.states.items())
    with scene.server.database.read() as connection:
        actor = actors.find(connection, scene.ann.actor)
    assert actor is not None
    assert actor.counter == scene.ann.counter
    scene.ann.customer("之后")
    assert scene.ann.post(scene.ann.batch()).json()["code"] == "actor_forked"


def test_r12_a_forged_clock_of_somebody_else_costs_them_a_new_actor_and_no_edit(scene: Scene) -> None:
    """Bo's numbers are claimed up to a million: his next push is a fork rather than silently known already."""
    scene.recover()
    scene.bo.customer("甲")
    scene.bo.push()
    claim = scene.states[scene.kept]
    forged = msgspec.structs.replace(claim, clock={**claim.clock, scene.bo.actor: 10**6})
    bring(scene.ann, (scene.kept, forged))
    scene.bo.customer("乙")
    assert scene.bo.post(scene.bo.batch()).json()["code"] == "actor_forked"


def test_what_this_server_has_yet_to_write_nobody_brings(scene: Scene) -> None:
    scene.recover()
    with scene.server.database.read() as connection:
        actor = people.load_company(connection).actor
    claim = scene.states[scene.kept]
    forged = msgspec.structs.replace(claim, clock={**claim.clock, actor: 5})
    assert bring(scene.ann, (scene.kept, forged)) == [("rejected", "malformed_record")]


def test_a_record_that_the_asker_may_not_see_is_kept_apart_and_changes_nothing(scene: Scene) -> None:
    scene.recover()
    before = stored(scene.server, scene.kept)
    assert bring(scene.cai, (scene.kept, scene.states[scene.kept])) == [("quarantined", "forbidden")]
    assert stored(scene.server, scene.kept) == before
    with scene.server.database.read() as connection:
        (note,) = recoveries.recovered(connection)
    assert (note.verdict, note.code, note.state) == (
        "quarantined",
        "forbidden",
        encode(scene.states[scene.kept]),
    )
    elsewhere = RecordKey("customer", fresh_id())
    claim = _lone(scene.ann, scene.ann.book)
    assert bring(scene.cai, (elsewhere, claim)) == [("quarantined", "forbidden")]
    assert stored(scene.server, elsewhere) is None


def test_what_comes_back_before_its_home_hangs_under_the_customer_all_the_same(scene: Scene) -> None:
    """R23: a review, then the visit it is of; both go with their customer afterwards."""
    scene.recover()
    visit, review = RecordKey("visit", fresh_id()), RecordKey("review", fresh_id())
    of_visit = _lone(scene.ann, scene.ann.book, customer=scene.kept.id, summary="谈价格")
    of_review = _lone(scene.bo, scene.ann.book, visit=visit.id, remark="好")
    assert bring(scene.ann, (review, of_review)) == [("accepted", None)]
    assert bring(scene.ann, (visit, of_visit)) == [("accepted", None)]
    with scene.server.database.read() as connection:
        found = records.load(connection, [visit, review])
    assert {one.root for one in found.values()} == {scene.kept.id}
    assert keeping.check(scene.server.database).problems == ()


def test_what_comes_back_follows_its_customer_to_where_it_was_handed_since(scene: Scene) -> None:
    scene.recover()
    mei = enrolled(scene.server, "Mei")
    visit = RecordKey("visit", fresh_id())
    of_visit = _lone(scene.ann, scene.ann.book, customer=scene.kept.id, summary="谈价格")
    ask_for(mei, "change-owner", customers=[scene.kept.id], to_user=scene.bo.user)
    assert bring(scene.ann, (visit, of_visit)) == [("accepted", None)]
    record = stored(scene.server, visit)
    assert record is not None
    assert record.placement == Placement(1, scene.bo.book)
    assert keeping.check(scene.server.database).problems == ()


def test_where_a_customer_went_since_is_not_told_to_whom_it_left(scene: Scene) -> None:
    scene.recover()
    moved = ask_for(
        enrolled(scene.server, "Mei"), "change-owner", customers=[scene.kept.id], to_user=scene.cai.user
    )
    assert moved.json()["results"][0][1] == "done"
    reply = ask(scene.ann, *scene.states.items())
    answer = msgspec.json.decode(reply.content, type=RecoverAnswer)
    assert [outcome.verdict for outcome in answer.outcomes] == ["quarantined", "accepted"]
    assert answer.commits.keys() == {scene.ann.book}
    record = stored(scene.server, scene.kept)
    assert record is not None
    assert {edit.values["city"] for edit in record.siblings("city")} == {"上海"}


def _lone(author: Laptop, bucket: str, **values: Any) -> Record:
    edit = Edit(
        Dot(author.actor, 77), 1 << 20, author.user, None, Txn(fresh_id(), "form"), values or {"name": "甲"}
    )
    return write(None, edit, placement=Placement(0, bucket))


def test_a_record_comes_back_under_no_number_that_leaves_none_for_its_next_moves(scene: Scene) -> None:
    scene.recover()
    key, lone = RecordKey("customer", fresh_id()), _lone(scene.ann, scene.ann.book)
    last = msgspec.structs.replace(lone, placement=Placement(2**53 - 1, scene.ann.book))
    assert bring(scene.ann, (key, last)) == [("rejected", "malformed_record")]
    moved = msgspec.structs.replace(lone, placement=Placement(7, scene.ann.book))
    assert bring(scene.ann, (key, moved)) == [("accepted", None)]


def test_users_and_server_fields_are_not_brought_back_by_laptops(scene: Scene) -> None:
    scene.recover()
    config = str(scene.ann.welcome["config"])
    user = RecordKey("user", fresh_id())
    assert bring(scene.ann, (user, _lone(scene.ann, config, name="假"))) == [("rejected", "server_field")]
    assert stored(scene.server, user) is None


def test_a_field_that_only_the_server_writes_is_not_forged_under_its_actor(scene: Scene) -> None:
    """What is written in the name of the server must be written as it writes."""
    scene.recover()
    with scene.server.database.read() as connection:
        (opened,) = recoveries.recoveries(connection)
        server_id = people.load_company(connection).server_id
    request, book = RecordKey("request", fresh_id()), scene.ann.book
    txn = Txn(fresh_id(), "form")
    forged = Edit(Dot(opened.actor, 900), 1 << 20, scene.ann.user, 1 << 20, txn, {"outcome": "done"})
    lone = write(None, forged, placement=Placement(0, book))
    assert bring(scene.ann, (request, lone)) == [("rejected", "server_field")]
    real = write(None, msgspec.structs.replace(forged, by=server_id), placement=Placement(0, book))
    assert bring(scene.ann, (request, real)) == [("accepted", None)]


def test_an_id_is_one_records_after_a_restore_too(scene: Scene) -> None:
    scene.recover()
    claim, twin = _lone(scene.cai, scene.cai.book), fresh_id()
    forged = RecordKey("task", scene.kept.id)
    assert bring(scene.cai, (forged, claim)) == [("quarantined", "forbidden")]
    both = (RecordKey("customer", twin), claim), (RecordKey("task", twin), claim)
    assert bring(scene.cai, *both) == [("accepted", None), ("quarantined", "forbidden")]
    assert stored(scene.server, forged) is stored(scene.server, both[1][0]) is None


def test_one_bad_record_holds_up_no_other(scene: Scene) -> None:
    scene.recover()
    bad = RecordKey("customer", fresh_id())
    verdicts = bring(scene.ann, (bad, b'[1,[0,"x"],{},[]]'), (scene.lost, scene.states[scene.lost]))
    assert verdicts == [("rejected", "malformed_record"), ("accepted", None)]


def test_history_that_comes_along_is_kept_and_never_rewrites_what_is_known(scene: Scene) -> None:
    scene.recover()
    forged = Edit(
        Dot(scene.ann.actor, 1), 5, scene.ann.user, None, Txn(fresh_id(), "form"), {"name": "改写" * 50}
    )
    past = PastEdit(*scene.kept, msgspec.Raw(msgspec.json.encode(forged, order="deterministic")))
    bring(scene.ann, (scene.kept, scene.states[scene.kept]), edits=(past,))
    with scene.server.database.read() as connection:
        edits = {edit.dot.counter: edit for _, edit in records.history(connection, scene.kept.id)}
    assert edits[1].values == {"name": "留下的", "city": "苏州"}
    assert edits[3].values == {"city": "上海"}


def test_a_device_let_in_afterwards_brings_nothing_back(scene: Scene) -> None:
    scene.recover()
    late = enrolled(scene.server, "Ann")
    assert not show(late).may_recover
    assert ask(late, (scene.lost, scene.states[scene.lost])).json()["code"] == "not_recovering"


def test_recovery_ends_with_the_time_that_a_laptop_may_be_away(scene: Scene) -> None:
    scene.recover()
    assert show(scene.bo).may_recover
    with scene.server.database.write() as connection:
        dialect.run(connection, "UPDATE recovery SET at = at - ?", (scene.server.settings.away_ms + 1,))
        connection.exec_driver_sql("UPDATE device SET created_at = 0")
    assert not show(scene.bo).may_recover


# -- comparing -------------------------------------------------------------------------------------------------


def test_groups_digests_and_states_say_what_the_bucket_holds(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    keys = [ann.customer(f"客户{n}") for n in range(5)]
    ann.push()
    groups = ann.http.get("/v1/reconcile/groups", params={"bucket": ann.book}).json()
    assert sum(total for _, total, _ in groups["groups"]) == groups["checksum"]
    assert sum(count for _, _, count in groups["groups"]) == 5
    some = keys[0].id[-2:]
    asked = {"bucket": ann.book, "groups": some}
    found = ann.http.get("/v1/reconcile/digests", params=asked).json()["digests"]
    assert {row[1] for row in found} == {key.id for key in keys if key.id[-2:] == some}
    wanted = {"bucket": ann.book, "keys": [list(keys[1]), ["customer", fresh_id(), "main"]]}
    (item,) = ann.http.post("/v1/reconcile/states", json=wanted).json()["items"]
    assert (item[1], item[3]) == ("UPDATE", keys[1].id)


def test_nobody_compares_what_they_may_not_read(server: RunningServer) -> None:
    """An invisible bucket and one that does not exist get the same bytes."""
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    ann.customer()
    ann.push()
    for path in ("/v1/reconcile/groups", "/v1/reconcile/digests"):
        replies = [
            cai.http.get(path, params={"bucket": bucket, "groups": "00"}) for bucket in (ann.book, "nowhere")
        ]
        assert {reply.status_code for reply in replies} == {404}
        assert replies[0].content == replies[1].content
    for bucket in (ann.book, "nowhere"):
        reply = cai.http.post("/v1/reconcile/states", json={"bucket": bucket, "keys": []})
        assert reply.json()["code"] == "not_found"


@pytest.mark.parametrize("path", ["/v1/commits", "/v1/reconcile/states", "/v1/recover"])
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"commits": 1}', b"\xff", b'{"records":[["a"]],"edits":[]}']
)
def test_bodies_that_make_no_sense_are_refused_and_change_nothing(
    server: RunningServer, path: str, body: bytes
) -> None:
    ann = enrolled(server, "Ann")
    before = server.digest()
    reply = ann.http.post(path, content=body)
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")
    assert server.digest() == before
