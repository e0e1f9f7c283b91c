"""The gate before going live: closed until everything is met, and exact at its limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmdesk.core.go_live import Confirmed, Evidence, checks, is_open, percent
from crmdesk.core.quality import Outcome, Share

READY = Evidence(
    missing=Share(150, 1000), double=Share(50, 1000), sample=Outcome(1000, 1000, 99), doubted=Share(99, 1000),
    rehearsals=3, rollbacks=1, permissions=Confirmed(7, 7),
)  # fmt: skip


def closed(**changes: object) -> list[str]:
    return [one.key for one in checks(replace(READY, **changes)) if not one.is_met]  # type: ignore[arg-type]


def test_everything_met_opens_it() -> None:
    assert is_open(checks(READY))
    assert is_open(checks(replace(READY, permissions=None, is_alone=True)))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"missing": Share(151, 1000)}, "completeness"),
        ({"missing": Share(150_001, 1_000_000)}, "completeness"),
        ({"missing": None}, "completeness"),
        ({"missing": Share(0, 0)}, "completeness"),
        ({"sample": Outcome(1000, 1000, 100)}, "accuracy"),
        ({"sample": Outcome(1000, 29, 0)}, "accuracy"),
        ({"sample": None}, "accuracy"),
        ({"doubted": Share(100, 1000)}, "accuracy"),
        ({"double": Share(51, 1000)}, "uniqueness"),
        ({"double": None}, "uniqueness"),
        ({"rehearsals": 2}, "rehearsals"),
        ({"rollbacks": 0}, "rollbacks"),
        ({"permissions": Confirmed(6, 7)}, "permissions"),
        ({"permissions": Confirmed(0, 0)}, "permissions"),
        ({"permissions": None}, "permissions"),
    ],
)
def test_one_thing_that_is_not_met_keeps_it_shut(changes: dict[str, object], key: str) -> None:
    assert closed(**changes) == [key]
    assert not is_open(checks(replace(READY, **changes)))  # type: ignore[arg-type]


def test_each_check_says_how_it_stands_in_both_languages() -> None:
    for known in (READY, Evidence(), replace(READY, sample=Outcome(9, 2, 1), is_alone=True)):
        for one in checks(known):
            assert one.stands.zh != one.stands.en
            assert one.label.zh != one.label.en
    assert "15.0 %" in checks(READY)[0].stands.en
    assert "150 / 1,000" in checks(READY)[0].stands.zh


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Share(15, 100), "15.0 %"),
        (Share(15_001, 100_000), "15.001 %"),
        (Share(9_996, 100_000), "9.996 %"),
        (Share(1_501, 10_000), "15.01 %"),
        (Share(1, 3), "33.3 %"),
    ],
)
def test_a_rate_is_never_rounded_onto_a_limit_without_saying_so(share: Share, said: str) -> None:
    assert percent(share) == said
