"""The administrator's command line reads days as the client's does, by the company's clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmdesk.core.dates import COMPANY_ZONE, day_of
from crmdesk.core.errors import CrmError
from crmdesk.usecases import sharing
from sync_server.clock import moment
from sync_server.console import instant, time_of
from tests.support.laptop import enrolled
from tests.support.server import running_company

COMPANYS = ZoneInfo(COMPANY_ZONE)


@pytest.fixture(params=["Pacific/Niue", "UTC", "Pacific/Kiritimati"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A machine's zone: it is never the same day in the first and the last of them."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process is POSIX's")
    monkeypatch.setenv("TZ", str(request.param))
    time.tzset()
    yield str(request.param)
    monkeypatch.undo()
    time.tzset()


def test_until_a_week_from_now_includes_that_day() -> None:
    midnight = datetime.now(COMPANYS).replace(hour=0, minute=0, second=0, microsecond=0)
    ends = datetime.fromtimestamp((instant("+7", "--until", is_end=True) or 0) / 1000, COMPANYS)
    assert ends == midnight + timedelta(days=8)
    assert instant("2026-11-27", "--until", is_end=True) == instant("2026-11-28T00:00", "--until")


def test_what_is_no_day_is_answered_with_an_example() -> None:
    with pytest.raises(CrmError) as caught:
        instant("soon", "--until")
    assert caught.value.sentence("en").next.startswith("--until takes a day or an instant")


def test_a_day_is_the_companys_wherever_the_machine_is(machine: str) -> None:
    assert instant("2026-11-27", "--until", is_end=True) == sharing.end_of(date(2026, 11, 27))
    assert instant("2026-11-27", "--since") == sharing.end_of(date(2026, 11, 26))
    assert instant("today", "--until", is_end=True) == sharing.end_of(day_of(moment().ms))


def test_an_instant_is_the_companys_unless_it_names_its_zone(machine: str) -> None:
    typed = "2026-11-27T18:00"
    assert instant(typed, "--until") == instant(f"{typed}+08:00", "--until")
    assert instant("2026-11-27T10:00Z", "--until") == instant(typed, "--until")
    assert time_of(instant(typed, "--until")) == "2026-11-27 18:00"


def test_a_share_ends_with_the_companys_day_and_is_listed_so(
    machine: str, tmp_path: Path, facts: Callable[..., Any], typed: Callable[..., tuple[int, str, str]]
) -> None:
    with running_company(tmp_path) as server:
        ann = enrolled(server, "Ann")
        customer = ann.customer().id
        ann.push()
        made = facts("share", "add", customer, "--with", "Cai", "--until", "2099-01-01")
        away = facts(
            "delegation", "add", "Ann", "--to", "Bo", "--from", "2099-01-01", "--until", "2099-01-01"
        )
        _, listed, _ = typed("share", "list")
        _, lent, _ = typed("delegation", "list")
    assert made["until"] == away["ends"] == sharing.end_of(date(2099, 1, 1))
    assert away["ends"] - away["starts"] == 24 * 60 * 60 * 1000
    assert listed.splitlines()[1].split()[5:6] == ["2099-01-01"], "the last day, included"
    assert lent.splitlines()[1].split()[3:5] == ["2099-01-01", "2099-01-01"]


@pytest.mark.parametrize("words", [("share", "add"), ("delegation", "add"), ("audit", "list")], ids=" ".join)
def test_the_help_says_which_clock(
    words: tuple[str, ...], typed: Callable[..., tuple[int, str, str]]
) -> None:
    assert COMPANY_ZONE in typed(*words, "--help")[1]
