from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.replica import Replica
from crmdesk.system.clock import SystemClock
from crmdesk.usecases import pin
from tests.support.rep import new_replica

RIGHT, WRONG = "246810", "135791"


class Clock(SystemClock):
    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    """A laptop with a PIN, of a company."""
    made = new_replica(tmp_path / "crmdesk.db", bytes(range(32)))
    made.clock = Clock()
    with made.database.write() as connection:
        settings.write(connection, {"server": settings.Server("http://127.0.0.1:9", "s", "c")})
    pin.choose(made, "", RIGHT)
    yield made
    made.close()


def code_of(replica: Replica, typed: str) -> str:
    try:
        pin.check(replica, typed)
    except CrmError as error:
        return error.code
    return ""


def later(replica: Replica, ms: int) -> None:
    assert isinstance(replica.clock, Clock)
    replica.clock.ahead_ms += ms


def test_the_right_pin_passes_and_a_wrong_one_does_not(replica: Replica) -> None:
    assert code_of(replica, RIGHT) == ""
    assert code_of(replica, WRONG) == "pin_wrong"
    assert code_of(replica, RIGHT) == ""


def test_t02_ten_wrong_pins_with_growing_waits_then_only_the_company_vouches(replica: Replica) -> None:
    waits = []
    for _ in range(pin.TRIES):
        wait = 0
        while code_of(replica, WRONG) == "pin_wait":
            later(replica, 1000)
            wait += 1
        waits.append(wait)
    assert waits[:3] == [0, 0, 0]
    assert waits[3:] == sorted(waits[3:])
    assert waits[-1] >= 300
    later(replica, 10**9)
    assert code_of(replica, RIGHT) == "pin_spent"
    pin.renew(replica)
    assert code_of(replica, RIGHT) == ""


def test_who_the_company_vouches_for_chooses_anew_without_the_present_one(replica: Replica) -> None:
    for _ in range(pin.TRIES):
        later(replica, 10**7)
        code_of(replica, WRONG)
    with pytest.raises(CrmError) as caught:
        pin.replace(replica, "12345")
    assert caught.value.code == "bad_argument"
    pin.replace(replica, "999999")
    assert code_of(replica, RIGHT) == "pin_wrong"
    assert code_of(replica, "999999") == ""


def test_the_right_pin_gives_all_tries_back(replica: Replica) -> None:
    for _ in range(2):
        code_of(replica, WRONG)
    assert code_of(replica, RIGHT) == ""
    with replica.database.read() as connection:
        assert settings.read(connection, "pin", pin.Pin).tries == 0


def test_a_clock_set_back_opens_no_way_around_a_wait(replica: Replica) -> None:
    for _ in range(3):
        code_of(replica, WRONG)
    later(replica, -(10**9))
    assert code_of(replica, RIGHT) == "pin_wait"


def test_changing_it_takes_the_present_one_and_a_short_one_is_refused(replica: Replica) -> None:
    with pytest.raises(CrmError) as caught:
        pin.choose(replica, WRONG, "999999")
    assert caught.value.code == "pin_wrong"
    with pytest.raises(CrmError) as caught:
        pin.choose(replica, RIGHT, "12345")
    assert caught.value.code == "bad_argument"
    assert caught.value.sentence("en").next == "A PIN has at least 6 characters."
    pin.choose(replica, RIGHT, "999999")
    assert code_of(replica, "999999") == ""
