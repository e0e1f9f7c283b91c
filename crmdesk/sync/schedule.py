"""When to sync next. Pure: told what happened and the time, says when; knows no timer, thread or network.

Times are milliseconds of any one rising clock; `chance` is a number in [0, 1) drawn by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

WRITE_MS: Final = 2_000
"""A burst of writes is sent together, this long after its first."""
POLL_MS: Final = 60_000
FIRST_WAIT_MS: Final = 2_000
LONGEST_WAIT_MS: Final = 5 * 60_000
LONGEST_ASKED_MS: Final = 60 * 60_000
"""A server that asks for more patience than this is asked again all the same."""
_DOUBLINGS: Final = 10

FINAL: Final = frozenset(
    ("device_revoked", "upgrade_needed", "wrong_server", "not_enrolled", "insecure_address")
)
"""Codes that time does not heal: nothing is tried until a person asks."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to sync next, and why not at once. `halted` is the code that stopped it, `failures` in a row."""

    next_ms: int
    failures: int = 0
    halted: str | None = None

    def is_due(self, now_ms: int) -> bool:
        return self.halted is None and now_ms >= self.next_ms

    def wait_ms(self, now_ms: int) -> int | None:
        """How long to sleep; None until a person asks."""
        return None if self.halted is not None else max(0, self.next_ms - now_ms)


def started(now_ms: int) -> Schedule:
    """On opening the program: at once."""
    return Schedule(now_ms)


def written(schedule: Schedule, now_ms: int) -> Schedule:
    """Somebody saved. Never earlier than a failing server is due to be tried again."""
    if schedule.failures:
        return schedule
    return replace(schedule, next_ms=min(schedule.next_ms, now_ms + WRITE_MS))


def succeeded(schedule: Schedule, now_ms: int, chance: float) -> Schedule:
    """A sync went through: look again in a minute or so, not in step with everybody else."""
    return replace(schedule, next_ms=now_ms + round(POLL_MS * (0.9 + 0.2 * chance)), failures=0, halted=None)


def failed(
    schedule: Schedule, now_ms: int, code: str, chance: float, retry_after_s: int | None = None
) -> Schedule:
    """A sync failed with `code`: wait at random up to a bound that doubles, and no less than was asked for."""
    if code in FINAL:
        return replace(schedule, failures=schedule.failures + 1, halted=code)
    bound = min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(schedule.failures + 1, _DOUBLINGS))
    wait = FIRST_WAIT_MS + round((bound - FIRST_WAIT_MS) * chance)
    asked = min((retry_after_s or 0) * 1000, LONGEST_ASKED_MS)
    if asked:
        wait = max(wait, asked + round(FIRST_WAIT_MS * chance))
    return replace(schedule, next_ms=now_ms + wait, failures=schedule.failures + 1)


def reconnected(schedule: Schedule, now_ms: int) -> Schedule:
    """The network came back: at once, unless only a person can help."""
    return replace(schedule, next_ms=min(schedule.next_ms, now_ms), failures=0)


def asked(now_ms: int) -> Schedule:
    """A person asked: at once, whatever happened before."""
    return Schedule(now_ms)
