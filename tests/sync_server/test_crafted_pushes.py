"""What an edited client may say in a push: numbers, times, texts, and the same again and again."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmdesk.core.clock import MAX_AHEAD_MS, MAX_STAMP, milliseconds, stamp
from crmdesk.core.record import Dot, RecordKey, encode
from crmdesk.core.wire import LATE, Push, PushAnswer
from crmdesk.store.records import body
from sync_server import refusals
from sync_server.audit import PUSH
from sync_server.storage import audits
from tests.support import rep
from tests.support.laptop import (
    Laptop,
    enrolled,
    forced,
    fresh_id,
    shown,
    verdicts,
    with_state,
)
from tests.support.server import HOUR_MS, RunningServer
from tests.sync_server.test_moves import ask

YEAR_MS = 365 * 24 * HOUR_MS


def posted(laptop: Laptop, batch: Push, old: bytes, new: bytes) -> tuple[int, str]:
    """A push in whose bytes something was replaced, once: (status, code)."""
    content = msgspec.json.encode(batch)
    assert content.count(old) == 1, content
    reply = laptop.post(content.replace(old, new))
    return reply.status_code, reply.json().get("code", "")


# -- numbers -----------------------------------------------------------------------------------------------


COUNTERS: dict[str, tuple[bytes, str]] = {
    "a gap": (b"3", "counter_gap"),
    "beyond what JSON's numbers hold": (b"9007199254740993", "counter_gap"),
    "the greatest a column holds": (b"9223372036854775807", "counter_gap"),
    "one more than that": (b"9223372036854775808", "malformed_body"),
    "none": (b"0", "malformed_body"),
    "negative": (b"-1", "malformed_body"),
    "a fraction": (b"2.0", "malformed_body"),
    "a text": (b'"2"', "malformed_body"),
    "nothing": (b"null", "malformed_body"),
}


@pytest.mark.parametrize("case", COUNTERS)
def test_t23_a_forged_number_of_an_edit_stops_its_batch(server: RunningServer, case: str) -> None:
    written, code = COUNTERS[case]
    ann = enrolled(server, "Ann")
    ann.customer()
    ann.push()
    ann.customer()
    batch = ann.batch()
    before = server.digest()
    assert posted(ann, batch, b'"log":[[2,', b'"log":[[%b,' % written)[1] == code
    assert server.digest() == before
    assert [o.verdict for o in ann.push().outcomes] == ["accepted"], "and the honest one goes through"


@pytest.mark.parametrize("number", [1, 3, 2**53, 2**63 - 1, -1])
def test_t23_a_number_in_an_edit_that_its_log_does_not_give_refuses_the_record(
    server: RunningServer, number: int
) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    ann.push()
    ann.customer("forged")
    ann.customer("good")
    batch = ann.batch()
    first, *rest = batch.log
    (_, edit), _ = ann.unsent
    forged = msgspec.structs.replace(edit, dot=Dot(ann.actor, number))
    log = (msgspec.structs.replace(first, edit=msgspec.Raw(body(forged))), *rest)
    answer = forced(ann, msgspec.structs.replace(batch, log=log))
    assert verdicts(answer) == [("rejected", "malformed_record"), ("accepted", None)]


@pytest.mark.parametrize(
    "counter",
    [b"0", b"-1", b"9007199254740992", b"9223372036854775807", b"9223372036854775808", b"1.0", b'"1"'],
)
def test_t23_a_forged_number_in_a_clock_refuses_the_record(server: RunningServer, counter: bytes) -> None:
    ann = enrolled(server, "Ann")
    key = ann.customer()
    forged = encode(ann.records[key]).replace(
        b'{"%b":1}' % ann.actor.encode(), b'{"%b":%b}' % (b"f" * 32, counter)
    )
    assert verdicts(forced(ann, with_state(ann.batch(), forged))) == [("rejected", "malformed_record")]


def test_t23_a_number_that_went_back_is_no_new_edit(server: RunningServer) -> None:
    """The same dot with other content is kept apart under its number, for an administrator; what was said first stays."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = ann.customer("first")
    ann.push()
    first = ann.records[key]
    ann.counter = 0
    ann.records.pop(key)
    ann.write(key, {"name": "second"})
    answer = ann.push()
    assert verdicts(answer) == [("rejected", "dot_reused")]
    assert answer.commits == ()
    bo.pull_all()
    assert bo.records[key] == first
    with server.database.read() as connection:
        (kept,) = refusals.listed(connection)
    assert (kept.entity, kept.id, kept.code) == ("customer", key.id, "dot_reused")


def test_t23_an_edit_under_another_actors_dot_is_not_taken(server: RunningServer) -> None:
    """Neither in the log nor, where the server has none like it, in the state alone."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = bo.customer("hers")
    bo.push()
    ann.pull_all()
    ann.write(key, {"city": "x"})
    batch = ann.batch()
    ((_, edit),) = ann.unsent
    (entry,) = batch.log
    forged = msgspec.structs.replace(edit, dot=Dot(bo.actor, 2))
    log = (msgspec.structs.replace(entry, edit=msgspec.Raw(body(forged))),)
    assert verdicts(forced(ann, msgspec.structs.replace(batch, log=log))) == [
        ("rejected", "malformed_record")
    ]
    ann.pull_all()
    again = enrolled(server, "Ann")
    again.pull_all()
    again.write(key, {"grade": "A"})
    batch, record = again.batch(), again.records[key]
    beside = msgspec.structs.replace(
        record,
        clock={**record.clock, bo.actor: 2},
        edits=tuple(sorted((*record.edits, forged), key=lambda e: e.dot)),
    )
    forced(again, with_state(batch, beside))
    bo.pull_all()
    assert shown(bo, key) == {"name": "hers", "grade": "A"}
    assert bo.records[key].clock[bo.actor] == 1
    bo.write(key, {"city": "hers too"})
    assert [o.verdict for o in bo.push().outcomes] == ["accepted"], "her number was not used up"


# -- the same again ----------------------------------------------------------------------------------------


def pushes_told(server: RunningServer, actor: str) -> list[list[list[int]]]:
    """The edits of an actor as the audit tells of them, row by row."""
    with server.database.read() as connection:
        rows = audits.after(connection, "", 0, 100_000)
    return [json.loads(e.said)["counters"] for e in rows if (e.kind, e.actor) == (PUSH, actor)]


REPLAYS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 5)), max_size=4)
"""(which of the pushes so far, through whose session, how often)."""


@pytest.fixture
def sessions(server: RunningServer) -> list[Laptop]:
    """Ann's laptop, her other one, and Bo's."""
    return [enrolled(server, name) for name in ("Ann", "Ann", "Bo")]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(REPLAYS, min_size=3, max_size=3))
def test_t25_a_push_that_was_listened_to_has_one_effect_whoever_says_it_again(
    server: RunningServer, sessions: list[Laptop], replays: list[list[tuple[int, int, int]]]
) -> None:
    ann = sessions[0]
    ann.actor, ann.counter, ann.chain = fresh_id(), 0, None
    ann.records.clear()
    heard: list[bytes] = []
    answers: list[bytes] = []
    key = ann.customer("0")
    for number, again in enumerate(replays):
        if number:
            ann.write(key, {"name": str(number)})
            ann.visit(key)
        heard.append(msgspec.json.encode(ann.batch()))
        reply = ann.post(heard[-1])
        answers.append(reply.content)
        ann.settle(msgspec.json.decode(reply.content, type=PushAnswer))
        before = server.digest()
        for which, whose, times in again:
            said = min(which, number)
            for _ in range(times):
                reply = sessions[whose].post(heard[said])
                if whose == 0 and said == number:
                    assert reply.content == answers[said]
                else:
                    assert (reply.status_code, reply.json()["code"]) == (409, "actor_forked")
        assert server.digest() == before
    assert pushes_told(server, ann.actor) == [[[1, 1]], [[2, 3]], [[4, 5]]]


def test_t25_edits_that_were_listened_to_are_not_anothers_to_bring(server: RunningServer) -> None:
    """Under an actor of his own they carry her name and her dots."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    ann.customer()
    heard = ann.batch()
    reply = bo.post(msgspec.structs.replace(heard, actor=bo.actor))
    answer = msgspec.json.decode(reply.content, type=PushAnswer)
    assert verdicts(answer) == [("rejected", "malformed_record")]
    assert [o.verdict for o in ann.push().outcomes] == ["accepted"]


# -- times -------------------------------------------------------------------------------------------------


BOMBS = {
    "an hour": HOUR_MS,
    "a year": YEAR_MS,
    "eight thousand years": 8000 * YEAR_MS,
    "the last moment there is": None,
    "thirty years ago": -30 * YEAR_MS,
}


@pytest.mark.parametrize("case", BOMBS)
def test_t27_a_forged_time_neither_wins_for_ever_nor_moves_anybodys_clock(
    server: RunningServer, case: str, tmp_path: Any
) -> None:
    ahead = BOMBS[case]
    ann = enrolled(server, "Ann")
    bo = rep.enrolled(server.address, server.code(server.people["Bo"].user), tmp_path / "bo" / "crmdesk.db")
    key = ann.customer("甲", remark="0")
    ann.push()
    bo.sync()
    before = bo.replica.identity().stamp
    at = MAX_STAMP if ahead is None else stamp(server.clock().ms + ahead)
    ann.write(key, {"remark": "bomb"}, at=at)
    (edit,) = (e for e in ann.records[key].edits if "remark" in e.values)
    answer = ann.push()
    eff = answer.eff.get(str(edit.dot.counter), edit.at)
    assert milliseconds(eff) <= answer.server_ms
    bo.sync()
    bo.write(key, city="Bo writes on")
    heard = bo.replica.identity().stamp
    assert milliseconds(heard) - server.clock().ms <= MAX_AHEAD_MS
    assert heard > before
    server.clock.ahead_ms += 1000
    other = enrolled(server, "Mei")
    other.pull_all()
    other.write(key, {"remark": "later"}, seen={})
    other.push()
    assert shown(other, key)["remark"] == "later"
    bo.sync()
    assert bo.shows(key) == {"name": "甲", "remark": "later", "city": "Bo writes on"}
    bo.close()


@pytest.mark.parametrize("at", [-1, 2**63, 1.5, "1"])
def test_t27_a_time_that_is_none_refuses_the_record(server: RunningServer, at: object) -> None:
    ann = enrolled(server, "Ann")
    ann.customer("甲", remark="0")
    batch = ann.batch()
    ((_, edit),) = ann.unsent
    (entry,) = batch.log
    old = b",%d," % edit.at
    raw = bytes(entry.edit).replace(old, b"," + msgspec.json.encode(at) + b",", 1)
    state = bytes(batch.records[0].state).replace(old, b"," + msgspec.json.encode(at) + b",", 1)
    forged = msgspec.structs.replace(batch, log=(msgspec.structs.replace(entry, edit=msgspec.Raw(raw)),))
    assert verdicts(forced(ann, with_state(forged, state))) == [("rejected", "malformed_record")]


# -- texts -------------------------------------------------------------------------------------------------

ODD = {
    "markup": "<b>VIP</b><img src=x onerror=alert(1)>",
    "a link": '<a href="file:///etc/passwd">报价</a>',
    "a bidi override": "\u202egnp.exe",
    "bidi isolates": "\u2066a\u2069\u200f",
    "invisible characters": "V\u200bI\u2060P\ufeff",
    "a homoglyph": "V\u0406\u0420",
    "a control character": "a\x07\x1b[31mb",
    "a format string": "{name} %s %1 ${HOME}",
    "a name of the system": "system:vip",
    "a role": "administrator",
    "SQL": "'); DROP TABLE record; --",
    "a formula": '=HYPERLINK("http://x")',
}


@pytest.mark.parametrize("case", ODD)
def test_t31_whatever_somebody_calls_a_tag_or_a_customer_is_text(server: RunningServer, case: str) -> None:
    """It comes to others letter for letter, and means nothing."""
    text = unicodedata.normalize("NFC", ODD[case])
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    tag, customer = RecordKey("tag", fresh_id()), ann.customer(text, remark=text)
    ann.write(tag, {"name": text}, bucket=ann.welcome["config"])
    ann.write(customer, {f"tag:{tag.id}": True})
    assert {verdict for verdict, _ in verdicts(ann.push())} == {"accepted"}
    bo.pull_all()
    assert shown(bo, tag)["name"] == text
    assert (shown(bo, customer)["name"], shown(bo, customer)["remark"]) == (text, text)


@pytest.mark.parametrize("text", ["a\u0000b", "e\u0301", "\u2126", "\uf900"])
def test_t31_what_is_not_spelled_in_the_one_way_or_holds_nul_is_refused(
    server: RunningServer, text: str
) -> None:
    """NFC is the one spelling: otherwise two tags could look alike to the last pixel."""
    ann = enrolled(server, "Ann")
    config = ann.welcome["config"]
    ann.write(RecordKey("tag", fresh_id()), {"name": text}, bucket=config)
    ann.write(RecordKey("customer", fresh_id()), {"name": "甲", f"tag:{text}": True})
    ann.customer("good")
    refused, also, good = verdicts(ann.push())
    assert refused == also == ("rejected", "invalid_value")
    assert good == ("accepted", None)


@pytest.mark.parametrize("part", ["entity", "id", "part"])
def test_t31_a_record_named_with_nul_is_refused_on_every_database(server: RunningServer, part: str) -> None:
    ann = enrolled(server, "Ann")
    ann.customer()
    batch = ann.batch()
    forged = {part: getattr(batch.records[0], part)[:-1] + "\0"}
    batch = Push(
        batch.batch, batch.actor, batch.chain,
        tuple(msgspec.structs.replace(entry, **forged) for entry in batch.log),
        tuple(msgspec.structs.replace(record, **forged) for record in batch.records),
    )  # fmt: skip
    before = server.digest()
    reply = ann.post(batch)
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")
    assert server.digest() == before


WORDS = st.one_of(
    st.sampled_from(sorted(ODD.values())),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20),
).map(lambda text: unicodedata.normalize("NFC", text))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(WORDS, WORDS, st.booleans()), min_size=1, max_size=4))
def test_t31_no_tag_changes_who_reads_what(
    server: RunningServer, sessions: list[Laptop], tags: list[tuple[str, str, bool]]
) -> None:
    ann, _, bo = sessions
    before, right = _reads(server), {laptop.user: _buckets(laptop) for laptop in (ann, bo)}
    customer = ann.customer()
    for name, key, is_on in tags:
        ann.write(RecordKey("tag", fresh_id()), {"name": name}, bucket=ann.welcome["config"])
        ann.write(customer, {f"tag:{key}": is_on})
    ann.push()
    assert _reads(server) == before
    assert {laptop.user: _buckets(laptop) for laptop in (ann, bo)} == right
    ann.records.clear()
    ann.unsent.clear()


def _reads(server: RunningServer) -> list[tuple[Any, ...]]:
    with server.database.read() as connection:
        rows = connection.exec_driver_sql('SELECT bucket, "user", can_write, mandates FROM reader').fetchall()
    return sorted(tuple(row) for row in rows)


def _buckets(laptop: Laptop) -> set[str]:
    return {head.bucket for head in laptop.heads().heads}


def commits(server: RunningServer) -> list[tuple[str, int]]:
    """How far each bucket has come."""
    with server.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, seq FROM bucket ORDER BY id")
        return [(row[0], row[1]) for row in rows]


@pytest.mark.parametrize("has_moved", [False, True])
def test_a_push_that_says_nothing_new_changes_nothing_whatever_its_clock_claims(
    server: RunningServer, has_moved: bool
) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer()
    first = ann.batch()
    ann.customer()
    ann.push()
    ann.pull_all()
    if has_moved:
        taker = server.people["Cai"].user
        assert ask(mei, "change-owner", customers=[customer.id], to_user=taker).status_code == 200
    record = ann.records[customer]
    ahead = msgspec.structs.replace(record, clock={ann.actor: ann.counter})
    before = commits(server)
    for log in ((), first.log):
        batch = with_state(msgspec.structs.replace(first, batch=fresh_id(), chain=ann.chain, log=log), ahead)
        code = LATE if has_moved else None
        assert verdicts(forced(ann, batch)) == [("accepted" if has_moved else "merged", code)]
    assert commits(server) == before
