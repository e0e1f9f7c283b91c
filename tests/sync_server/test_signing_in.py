from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crmdesk.core.errors import CrmError
from crmdesk.core.fingerprint import words
from crmdesk.core.roles import Role
from sync_server import accounts, enrolment, limits, signing_in
from sync_server.clock import Moment
from sync_server.passwords import Hasher
from sync_server.signing import signer_of
from sync_server.signing_in import Claim
from sync_server.storage import passwords
from sync_server.storage.passwords import Password
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import HOUR_MS, RunningServer, running_company, running_server

RIGHT, WRONG, NEW = "correct horse battery", "incorrect horse", "another horse altogether"
MINUTE_MS = 60_000


def laptop_of(server: RunningServer, name: str = "Ann") -> Laptop:
    return Laptop(server, server.people[name].user)


def approve(server: RunningServer, laptop: Laptop) -> None:
    with server.database.write() as connection:
        enrolment.approve(connection, laptop.welcome["device"], server.clock())


def told(reply: httpx2.Response) -> tuple[int, str]:
    return reply.status_code, str(reply.json().get("code"))


REFUSED = (403, "wrong_password")


# -- a second way in ---------------------------------------------------------------------------------------


def test_a_new_laptop_waits_until_its_words_are_compared(server: RunningServer) -> None:
    server.give_password("Ann", RIGHT)
    ann = laptop_of(server)
    assert ann.sign_in("Ann", RIGHT).status_code == 200
    assert (ann.welcome["state"], ann.welcome["access"]) == ("pending", None)
    assert ann.welcome["words"] == words(ann.key.public_key().public_bytes_raw())
    assert told(ann.token()) == (403, "device_pending")
    approve(server, ann)
    assert ann.token().status_code == 200
    assert ann.http.get("/v1/heads").status_code == 200


def test_the_persons_own_laptop_gets_new_tokens_without_a_code(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    server.give_password("Ann", RIGHT)
    server.clock.ahead_ms = 200 * 24 * HOUR_MS
    assert told(ann.token()) == (401, "session_expired")
    assert ann.sign_in("Ann", RIGHT).status_code == 200
    assert ann.http.get("/v1/heads").status_code == 200
    assert ann.token().status_code == 200


def test_a_name_is_forgiven_its_blanks_and_nothing_else(server: RunningServer) -> None:
    server.give_password("Ann", RIGHT)
    assert laptop_of(server).sign_in(" Ann ", RIGHT).status_code == 200
    assert told(laptop_of(server).sign_in("ann", RIGHT)) == REFUSED


def test_nobody_signs_in_on_a_laptop_of_somebody_else(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    server.give_password("Bo", RIGHT)
    assert told(ann.sign_in("Bo", RIGHT)) == REFUSED


def test_a_revoked_laptop_stays_out_whatever_the_password(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    server.give_password("Ann", RIGHT)
    with server.database.write() as connection:
        enrolment.revoke(connection, ann.welcome["device"], server.clock())
    assert told(ann.sign_in("Ann", WRONG)) == REFUSED
    assert told(ann.sign_in("Ann", RIGHT)) == (403, "device_revoked")


def test_a_sign_in_that_was_signed_for_another_server_is_worth_nothing_here(server: RunningServer) -> None:
    server.give_password("Ann", RIGHT)
    assert told(laptop_of(server).sign_in("Ann", RIGHT, server_id="0" * 32)) == REFUSED


def test_only_so_many_laptops_of_one_person_wait(server: RunningServer) -> None:
    server.give_password("Ann", RIGHT)
    replies = [laptop_of(server).sign_in("Ann", RIGHT).status_code for _ in range(12)]
    assert replies == [200] * signing_in.MOST_WAITING + [429] * 2


def test_a_password_of_older_settings_is_made_anew_at_the_next_sign_in(server: RunningServer) -> None:
    server.give_password("Ann", RIGHT)
    laptop_of(server).sign_in("Ann", RIGHT)
    with server.database.read() as connection:
        kept = passwords.find(connection, server.people["Ann"].user)
    assert kept is not None
    assert kept.hash is not None
    assert "m=47104" in kept.hash
    assert laptop_of(server).sign_in("Ann", RIGHT).status_code == 200


# -- choosing one ------------------------------------------------------------------------------------------


def choose(laptop: Laptop, old: str | None, new: str = NEW) -> httpx2.Response:
    return laptop.http.post("/v1/password", json={"old": old, "new": new})


def test_a_first_password_is_chosen_from_a_signed_in_laptop(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    assert choose(ann, None, RIGHT).status_code == 200
    assert laptop_of(server).sign_in("Ann", RIGHT).status_code == 200
    assert RIGHT not in server.dump()


def test_a_new_password_takes_the_old_one(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    choose(ann, None, RIGHT)
    before = server.digest()
    for old in (None, WRONG):
        assert told(choose(ann, old)) == REFUSED
    assert server.digest() == before
    assert choose(ann, RIGHT).status_code == 200
    assert laptop_of(server).sign_in("Ann", NEW).status_code == 200
    assert told(laptop_of(server).sign_in("Ann", RIGHT)) == REFUSED


@pytest.mark.parametrize("new", ["short", "football", "Test company 1", "AnnAnnAnn"])
def test_a_password_that_is_guessed_at_once_is_refused(server: RunningServer, new: str) -> None:
    assert told(choose(enrolled(server, "Ann"), None, new)) == (422, "password_weak")


def reset_code(server: RunningServer, name: str = "Ann", valid_ms: int = HOUR_MS) -> str:
    with server.database.write() as connection:
        return signing_in.reset(connection, name, server.clock(), valid_ms)


def set_anew(laptop: Laptop, code: str, new: str = NEW, name: str = "Ann") -> httpx2.Response:
    return laptop.http.post("/v1/password/reset", json={"name": name, "code": code, "new": new})


def test_an_administrator_takes_a_password_away_and_never_chooses_it(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    server.give_password("Ann", RIGHT)
    code = reset_code(server)
    assert told(ann.sign_in("Ann", RIGHT)) == REFUSED
    assert told(choose(ann, None)) == (403, "code_invalid")
    assert set_anew(ann, code.lower().replace("-", " ")).status_code == 200
    assert ann.sign_in("Ann", NEW).status_code == 200
    assert ann.http.get("/v1/heads").status_code == 200


@pytest.mark.parametrize("trouble", ["used", "expired", "another's", "made up", "after the next"])
def test_a_reset_code_is_good_once_for_one_person_in_its_time(server: RunningServer, trouble: str) -> None:
    server.give_password("Ann", RIGHT)
    server.give_password("Bo", RIGHT)
    code = reset_code(server)
    ann = laptop_of(server)
    match trouble:
        case "used":
            assert set_anew(ann, code).status_code == 200
        case "expired":
            server.clock.ahead_ms = 2 * HOUR_MS
        case "made up":
            code = "0" * 25
        case "after the next":
            reset_code(server)
        case _:
            pass
    before = server.digest()
    name = "Bo" if trouble == "another's" else "Ann"
    assert told(set_anew(ann, code, "yet another horse", name)) == (403, "code_invalid")
    assert server.digest() == before


# -- what is dangerous takes the password again --------------------------------------------------------------


def leader(server: RunningServer) -> Laptop:
    server.add_user("Ada", "administrator")
    ada = enrolled(server, "Ada")
    choose(ada, None, RIGHT)
    server.clock.ahead_ms += 11 * MINUTE_MS
    return ada


def command(laptop: Laptop, name: str, **asked: object) -> httpx2.Response:
    return laptop.http.post(f"/v1/commands/{name}", json={"id": fresh_id().replace("-", ""), **asked})


def confirm(laptop: Laptop, password: str = RIGHT) -> httpx2.Response:
    return laptop.http.post("/v1/confirm-password", json={"password": password})


@pytest.mark.parametrize("name", ["disable-user", "change-role", "change-book-owner"])
def test_a_dangerous_act_takes_the_password_again_for_ten_minutes(server: RunningServer, name: str) -> None:
    ada, bo = leader(server), server.people["Bo"].user
    abouts: dict[str, dict[str, object]] = {
        "disable-user": {},
        "change-role": {"role": "manager"},
        "change-book-owner": {"to_user": server.people["Ann"].user, "leaving": True},
    }
    about = abouts[name]
    before = server.digest()
    assert told(command(ada, name, user=bo, **about)) == (403, "password_needed")
    assert told(confirm(ada, WRONG)) == REFUSED
    assert told(command(ada, name, user=bo, **about)) == (403, "password_needed")
    assert server.digest() == before
    assert confirm(ada).status_code == 200
    assert ada.token().status_code == 200, "the mark is the session's and outlives a token"
    assert command(ada, name, user=bo, **about).status_code == 200
    server.clock.ahead_ms += 10 * MINUTE_MS + 1000
    assert told(command(ada, name, user=server.people["Cai"].user, **about)) == (403, "password_needed")


def test_the_mark_of_one_session_opens_nothing_in_another(server: RunningServer) -> None:
    ada = leader(server)
    confirm(ada)
    other = enrolled(server, "Ada")
    bo = server.people["Bo"].user
    assert told(command(other, "disable-user", user=bo)) == (403, "password_needed")


def test_who_has_no_password_is_asked_for_none_and_small_acts_never_ask(server: RunningServer) -> None:
    server.add_user("Ada", "administrator")
    ada = enrolled(server, "Ada")
    assert command(ada, "change-role", user=server.people["Bo"].user, role="manager").status_code == 200
    choose(ada, None, RIGHT)
    server.clock.ahead_ms += 11 * MINUTE_MS
    assert command(ada, "change-team", user=server.people["Bo"].user, team=None).status_code == 200
    handed = {"user": server.people["Bo"].user, "to_user": server.people["Ann"].user}
    assert command(ada, "change-book-owner", **handed).status_code == 200


# -- T-05: what a stolen access token is good for --------------------------------------------------------------


def test_t05_a_change_of_password_ends_every_other_session_at_once(server: RunningServer) -> None:
    thief, ann = enrolled(server, "Ann"), enrolled(server, "Ann")
    assert choose(ann, None, RIGHT).status_code == 200
    assert told(thief.http.get("/v1/heads")) == (401, "session_expired")
    assert told(thief.token()) == (401, "session_expired")
    assert ann.http.get("/v1/heads").status_code == 200
    assert ann.token().status_code == 200
    assert thief.sign_in("Ann", RIGHT).status_code == 200, "who knows the password is in again"


def test_t05_a_password_set_with_a_code_ends_every_session(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    assert set_anew(laptop_of(server), reset_code(server)).status_code == 200
    assert told(ann.http.get("/v1/heads")) == (401, "session_expired")
    assert told(ann.token()) == (401, "session_expired")


def test_t05_a_change_of_role_takes_the_access_token_and_leaves_the_refresh_token(
    server: RunningServer,
) -> None:
    ann = enrolled(server, "Ann")
    with server.database.write() as connection:
        accounts.change_role(connection, "Ann", Role.MANAGER, server.clock())
    assert told(ann.http.get("/v1/heads")) == (401, "session_expired")
    assert ann.token().status_code == 200
    assert ann.http.get("/v1/heads").status_code == 200


def test_t05_a_disabled_person_is_out_at_the_next_request_and_hands_in_at_most(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    server.give_password("Ann", RIGHT)
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    assert told(ann.ask_page(ann.book)) == (403, "device_revoked")
    assert told(choose(ann, RIGHT)) == (403, "device_revoked")
    assert told(ann.sign_in("Ann", RIGHT)) == REFUSED
    assert ann.heads().heads == ()


def test_t05_a_revoked_laptop_is_out_with_both_its_tokens(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    with server.database.write() as connection:
        enrolment.revoke(connection, ann.welcome["device"], server.clock())
    for reply in (ann.http.get("/v1/heads"), ann.token()):
        assert told(reply) == (403, "device_revoked")


# -- T-07: guessing ----------------------------------------------------------------------------------------------


@pytest.fixture
def company(tmp_path: Path) -> Iterator[RunningServer]:
    """On SQLite alone: what is counted and timed is not the database's doing."""
    with running_company(tmp_path, proxies=("127.0.0.1",)) as server:
        yield server


def claim_of(server: RunningServer, name: str, password: str, address: str) -> Claim:
    key = Ed25519PrivateKey.generate()
    server_id = Laptop(server, "").http.get("/v1/hello").json()["server_id"]
    claim = Claim(name, password, key.public_key().public_bytes_raw(), "x", b"", address)
    signature = key.sign(signing_in.signed_text(claim.device, server_id, name))
    return Claim(name, password, claim.key, "x", signature, address)


class Counting(Hasher):
    """Counts the passwords that were really compared."""

    compared = 0

    def is_right(self, stored: str | None, password: str) -> bool:
        self.compared += 1
        return super().is_right(stored, password)


def test_t07_of_ten_thousand_guesses_in_two_hours_a_hundred_and_thirty_are_looked_at(
    company: RunningServer,
) -> None:
    company.give_password("Ann", RIGHT)
    hasher, signer = Counting(memory_kib=64), signer_of(company.settings)
    claims = [claim_of(company, "Ann", WRONG, f"10.0.0.{n}") for n in range(20)]
    began, guesses = company.clock().ms, 10_000
    for n in range(guesses):
        now = Moment(began + n * 2 * HOUR_MS // guesses)
        with pytest.raises(CrmError, match=r"wrong_password|too_many_tries"):
            signing_in.sign_in(company.database, company.settings, signer, hasher, claims[n % 20], now)
    assert hasher.compared <= limits.ACCOUNT.tries + 2 * HOUR_MS // limits.ACCOUNT.interval_ms
    ann = enrolled(company, "Ann")
    assert ann.sign_in("Ann", RIGHT).status_code == 200, "her own laptop is not kept out by strangers"
    assert told(laptop_of(company).sign_in("Ann", RIGHT)) == (429, "too_many_tries")


def test_t07_one_address_tries_no_more_names_than_its_share(company: RunningServer) -> None:
    started = company.clock().ms
    replies = [
        laptop_of(company).sign_in(f"Somebody {n}", WRONG).status_code
        for n in range(limits.ADDRESS.tries + 5)
    ]
    again = (company.clock().ms - started) // limits.ADDRESS.interval_ms  # tries that came back meanwhile
    assert limits.ADDRESS.tries <= replies.count(403) <= limits.ADDRESS.tries + again + 1
    assert 429 in replies


def test_t07_every_refusal_is_the_same_to_the_byte(server: RunningServer) -> None:
    for name in ("Ann", "Bo", "Cai"):
        server.give_password(name, RIGHT)
    with server.database.write() as connection:
        accounts.disable_user(connection, "Bo", server.clock())
    cases = (("Ann", WRONG), ("Bo", RIGHT), ("Bo", WRONG), ("Mei", RIGHT), ("Nobody", RIGHT))
    replies = [laptop_of(server).sign_in(*case) for case in cases]
    reset_code(server, "Cai")
    replies.append(laptop_of(server).sign_in("Cai", RIGHT))
    assert {(reply.status_code, reply.content) for reply in replies} == {(403, replies[0].content)}
    assert (
        len({frozenset(reply.headers.items()) - {("date", reply.headers["date"])} for reply in replies}) == 1
    )


def test_t07_it_takes_as_long_for_somebody_as_for_nobody(company: RunningServer) -> None:
    """A known name, an unknown one and a disabled one, in turn; without the dummy the first took 30 ms more."""
    hasher, signer = Hasher(), signer_of(company.settings)
    for name in ("Ann", "Bo"):
        with company.database.write() as connection:
            user = company.people[name].user
            passwords.save(connection, Password(user, hasher.hash(RIGHT), company.clock().ms))
    with company.database.write() as connection:
        accounts.disable_user(connection, "Bo", company.clock())
    claims = {name: claim_of(company, name, WRONG, "10.0.0.1") for name in ("Ann", "Bo", "Nobody")}
    took: dict[str, list[float]] = {name: [] for name in claims}
    began = company.clock().ms
    for n in range(30):
        for name, claim in claims.items():
            before = (
                time.thread_time()
            )  # its own time: others on this machine are no difference between names
            with pytest.raises(CrmError, match="wrong_password"):
                signing_in.sign_in(
                    company.database, company.settings, signer, hasher, claim, Moment(began + n * MINUTE_MS)
                )
            took[name].append(time.thread_time() - before)
    medians = [statistics.median(seconds) * 1000 for seconds in took.values()]
    assert min(medians) > 10
    assert max(medians) - min(medians) < 5, medians


def test_t07_a_restart_gives_no_new_tries(tmp_path: Path) -> None:
    with running_company(tmp_path) as server:
        for _ in range(limits.ACCOUNT.tries):
            assert told(laptop_of(server).sign_in("Ann", WRONG)) == REFUSED
    with running_server(tmp_path) as server:
        assert told(laptop_of(server).sign_in("Ann", WRONG)) == (429, "too_many_tries")


def test_t07_who_is_kept_waiting_is_told_for_how_long(server: RunningServer) -> None:
    server.give_password("Ann", RIGHT)
    for _ in range(limits.ACCOUNT.tries):
        laptop_of(server).sign_in("Ann", WRONG)
    reply = laptop_of(server).sign_in("Ann", RIGHT)
    assert told(reply) == (429, "too_many_tries")
    wait = int(reply.headers["Retry-After"])
    assert 30 < wait <= 60
    assert reply.json()["about"] == {"retry_after": str(wait)}
    server.clock.ahead_ms = (wait + 1) * 1000
    assert laptop_of(server).sign_in("Ann", RIGHT).status_code == 200


def test_t07_what_was_right_does_not_count(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    server.give_password("Ann", RIGHT)
    for _ in range(limits.DEVICE.tries * 2):
        assert ann.sign_in("Ann", RIGHT).status_code == 200


@pytest.mark.parametrize("proxies", [(), ("127.0.0.1",)])
def test_t07_only_a_proxy_that_was_named_says_where_somebody_comes_from(
    tmp_path: Path, proxies: tuple[str, ...]
) -> None:
    with running_company(tmp_path, proxies=proxies) as server, ExitStack() as stack:
        visitor = stack.enter_context(httpx2.Client(base_url=server.address))
        asked = {"code": "0" * 25, "device_key": "0" * 64, "device_name": "x"}
        replies = [
            visitor.post("/v1/enrol", json=asked, headers={"X-Forwarded-For": f"10.0.{n}.1"}).status_code
            for n in range(limits.CODE.tries + 5)
        ]
    assert (429 in replies) is not bool(proxies)


def test_t07_a_password_that_is_given_again_is_not_guessed_either(server: RunningServer) -> None:
    ada = leader(server)
    replies = [confirm(ada, WRONG).status_code for _ in range(limits.DEVICE.tries + 2)]
    assert replies == [403] * limits.DEVICE.tries + [429] * 2
    assert told(choose(ada, WRONG)) == (429, "too_many_tries")
