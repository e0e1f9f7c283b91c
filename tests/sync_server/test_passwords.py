from __future__ import annotations

import threading
import time

import pytest

from crmdesk.core.errors import CrmError
from sync_server.passwords import LONGEST, MOST_AT_ONCE, Hasher, check_choice
from tests.support.server import CHEAP


@pytest.mark.parametrize(
    "password", ["correct horse", "x7#kq2!m", "密码要长一点才行", "a" * 7 + "长", "ab" * 50]
)
def test_a_long_enough_password_is_anybodys_choice(password: str) -> None:
    check_choice(password, "宏远机械有限公司", "Ann Li")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "x7#kq2!",
        "password",
        "PassWord",
        "1qaz2wsx",
        "Acme2024",
        "annli1234",
        "Acme Ltd",
        "x" * (LONGEST + 1),
    ],
)
def test_a_password_that_is_guessed_at_once_is_refused(password: str) -> None:
    with pytest.raises(CrmError, match="password_weak"):
        check_choice(password, "Acme Ltd", "Ann Li", "annli")


def test_the_commonest_are_three_thousand() -> None:
    from sync_server.passwords import _commonest

    assert len(_commonest()) > 2900
    assert min(map(len, _commonest())) >= 8


def test_what_is_stored_is_argon2id_and_differs_each_time() -> None:
    hasher = Hasher()
    stored = hasher.hash("correct horse")
    assert stored.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert stored != hasher.hash("correct horse")
    assert hasher.is_right(stored, "correct horse")
    assert not hasher.is_right(stored, "correct horse ")
    assert not hasher.is_right(None, "correct horse")


def test_the_same_letters_written_another_way_are_the_same_password() -> None:
    assert CHEAP.is_right(CHEAP.hash("caf\u00e9 noir"), "cafe\u0301 noir")


def test_a_password_made_with_older_settings_is_told_apart() -> None:
    assert Hasher().is_dated(CHEAP.hash("correct horse"))
    assert not CHEAP.is_dated(CHEAP.hash("correct horse"))


def test_t08_no_more_are_worked_out_at_once_than_there_are_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Hasher(memory_kib=64)
    lock, now, most = threading.Lock(), 0, 0

    class Counted:
        def verify(self, *_: object) -> None:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.01)
            with lock:
                now -= 1

    monkeypatch.setattr(hasher, "_argon2", Counted())
    threads = [threading.Thread(target=hasher.is_right, args=("x", "y")) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == MOST_AT_ONCE
