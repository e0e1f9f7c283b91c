from __future__ import annotations

import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crmdesk.core.fingerprint import words
from crmdesk.store import dialect
from sync_server import accounts, audit, enrolment, limits
from sync_server.storage import audits, devices
from tests.support.laptop import Laptop, enrolled
from tests.support.server import HOUR_MS, RunningServer

DAY_MS = 24 * HOUR_MS


def laptop_of(server: RunningServer, user: str) -> Laptop:
    return Laptop(server, server.people[user].user)


def test_a_code_signs_a_laptop_in(server: RunningServer) -> None:
    ann = laptop_of(server, "Ann")
    reply = ann.enrol()
    assert reply.status_code == 200
    assert ann.welcome["state"] == "active"
    assert ann.welcome["user_name"] == "Ann"
    assert ann.welcome["book"] == server.people["Ann"].book
    assert ann.http.get("/v1/hello").json()["server_id"] == ann.welcome["server_id"]


def test_a_code_is_forgiving_about_how_it_was_typed(server: RunningServer) -> None:
    code = server.code("Ann")
    typed = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert laptop_of(server, "Ann").enrol(typed).status_code == 200


def test_t12_a_used_code_is_refused_to_another_laptop(server: RunningServer) -> None:
    code = server.code("Ann")
    laptop_of(server, "Ann").enrol(code)
    before = server.digest()
    second = laptop_of(server, "Ann").enrol(code)
    assert (second.status_code, second.json()["code"]) == (403, "code_invalid")
    assert server.digest() == before


def test_a_lost_reply_may_be_asked_for_again_but_the_key_must_then_be_proved(server: RunningServer) -> None:
    code = server.code("Ann")
    ann = laptop_of(server, "Ann")
    ann.enrol(code)
    again = ann.enrol(code)
    assert again.status_code == 200
    assert again.json()["access"] is None
    assert ann.token().status_code == 200


def test_t12_a_code_is_one_persons_and_no_laptop_of_another_uses_it(server: RunningServer) -> None:
    bo = enrolled(server, "Bo")
    code, before = server.code("Ann"), bo.welcome
    assert bo.enrol(code).json()["code"] == "code_invalid"
    assert bo.welcome == before
    assert laptop_of(server, "Ann").enrol(code).status_code == 200


def test_t12_of_a_thousand_guesses_sixty_are_looked_at_and_none_makes_a_device(server: RunningServer) -> None:
    before, stranger = server.digest(), laptop_of(server, "Ann")
    replies = [stranger.enrol(f"{n:025}") for n in range(1000)]
    looked_at = [reply for reply in replies if reply.json()["code"] == "code_invalid"]
    assert limits.CODE.tries <= len(looked_at) <= limits.CODE.tries + 20
    assert {reply.json()["code"] for reply in replies} == {"code_invalid", "too_many_tries"}
    assert server.digest() == before


@pytest.mark.parametrize("code", ["ABCDE", "0" * 25, "-"])
def test_a_wrong_code_is_refused(server: RunningServer, code: str) -> None:
    reply = laptop_of(server, "Ann").enrol(code)
    assert (reply.status_code, reply.json()["code"]) == (403, "code_invalid")


def test_t12_an_expired_code_is_refused(server: RunningServer) -> None:
    code = server.code("Ann", valid_ms=HOUR_MS)
    server.clock.ahead_ms = 2 * HOUR_MS
    assert laptop_of(server, "Ann").enrol(code).json()["code"] == "code_invalid"


def test_t12_of_four_laptops_racing_for_one_code_exactly_one_wins(server: RunningServer) -> None:
    code = server.code("Ann")
    start = threading.Barrier(4)
    statuses: list[int] = []

    def race() -> None:
        racer = laptop_of(server, "Ann")
        start.wait()
        statuses.append(racer.enrol(code).status_code)

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 403, 403, 403]


def test_a_held_laptop_waits_until_its_words_are_approved(server: RunningServer) -> None:
    ann = laptop_of(server, "Ann")
    ann.enrol(server.code("Ann", hold=True))
    assert (ann.welcome["state"], ann.welcome["access"]) == ("pending", None)
    waiting = ann.token()
    assert (waiting.status_code, waiting.json()["code"]) == (403, "device_pending")
    assert waiting.json()["about"]["words"] == words(ann.key.public_key().public_bytes_raw())
    with server.database.write() as connection:
        enrolment.approve(connection, ann.welcome["device"], server.clock())
    assert ann.token().status_code == 200
    assert ann.http.get("/v1/heads").status_code == 200


def test_t04_tokens_rotate_and_the_lost_reply_of_a_rotation_locks_nobody_out(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    first = ann.welcome["refresh"]
    assert ann.token(first).status_code == 200
    assert ann.token(first).status_code == 200, "the successor was never used"
    assert ann.token().status_code == 200


def test_t04_a_refresh_token_used_after_its_successor_ends_every_session_and_is_told(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    ann = enrolled(server, "Ann")
    first = ann.welcome["refresh"]
    ann.token(first)
    ann.token()
    current = ann.welcome["refresh"]
    reused = ann.token(first)
    assert (reused.status_code, reused.json()["code"]) == (403, "device_pending")
    with server.database.read() as connection:
        (doubted,) = devices.devices(connection, ann.user)
        acts = [entry.kind for entry in audits.after(connection, audit.COMPANY, 0, 1000)]
    assert (doubted.state, doubted.doubt) == ("pending", "token_reused")
    assert acts.count("token_reused") == 1
    assert "token_reused" in caplog.text
    assert ann.http.get("/v1/heads").json()["code"] == "device_pending"
    assert ann.token(current).json()["code"] == "device_pending"
    with server.database.write() as connection:
        enrolment.approve(connection, ann.welcome["device"], server.clock())
    assert ann.token(current).status_code == 200
    assert ann.http.get("/v1/heads").status_code == 200


def test_t04_a_stolen_refresh_token_is_worth_nothing_without_the_key(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    before = server.digest()
    stolen = ann.token(key=Ed25519PrivateKey.generate())
    assert (stolen.status_code, stolen.json()["code"]) == (401, "session_expired")
    assert server.digest() == before


def test_an_access_token_expires_and_a_refresh_brings_the_next(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    server.clock.ahead_ms = HOUR_MS
    expired = ann.http.get("/v1/heads")
    assert (expired.status_code, expired.json()["code"]) == (401, "session_expired")
    assert ann.token().status_code == 200
    assert ann.http.get("/v1/heads").status_code == 200


def test_a_refresh_token_expires_after_half_a_year(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    server.clock.ahead_ms = 181 * DAY_MS
    assert ann.token().json()["code"] == "session_expired"


def test_a_token_that_a_restored_server_has_forgotten_waits_for_an_approval(server: RunningServer) -> None:
    """R19: an old backup knows no token that was handed out since, and must lock no laptop out for good."""
    ann = enrolled(server, "Ann")
    ann.token()
    with server.database.write() as connection:
        dialect.run(connection, "DELETE FROM token WHERE generation > 0")
    refused = ann.token()
    assert (refused.status_code, refused.json()["code"]) == (403, "device_pending")
    assert ann.token().json()["code"] == "device_pending"
    with server.database.write() as connection:
        enrolment.approve(connection, ann.welcome["device"], server.clock())
    assert ann.token().status_code == 200
    assert ann.http.get("/v1/heads").status_code == 200


def test_a_revoked_laptop_is_out_at_its_next_request(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    with server.database.write() as connection:
        enrolment.revoke(connection, ann.welcome["device"], server.clock())
    for reply in (ann.http.get("/v1/heads"), ann.token()):
        assert (reply.status_code, reply.json()["code"]) == (403, "device_revoked")


def test_a_disabled_person_is_out_at_the_next_request(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    refused = ann.http.get("/v1/pull", params={"bucket": ann.book, "epoch": 1, "after": 0, "salt": ""})
    assert (refused.status_code, refused.json()["code"]) == (403, "device_revoked")
    assert ann.heads().heads == (), "it may hand in what is unsent, and reads nothing"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic YTpi"])
def test_without_a_good_token_nobody_is_let_in(server: RunningServer, header: str) -> None:
    reply = Laptop(server, "").http.get("/v1/heads", headers={"Authorization": header} if header else {})
    assert (reply.status_code, reply.json()["code"]) == (401, "session_expired")
    assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_no_secret_is_stored_as_it_is(server: RunningServer) -> None:
    code = server.code("Ann")
    ann = laptop_of(server, "Ann")
    ann.enrol(code)
    raw = server.dump()
    for secret in (enrolment.plain_code(code), ann.welcome["refresh"], ann.welcome["access"]):
        assert secret not in raw


def test_words_are_six_and_differ_with_the_key() -> None:
    assert len(words(b"a" * 32).split()) == 6
    assert words(b"a" * 32) != words(b"b" * 32)
