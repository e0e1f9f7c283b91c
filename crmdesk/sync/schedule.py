"""When to sync next, and when to listen. Pure: told what happened and the time, says when; knows no timer, thread or network.

Times are milliseconds of any one rising clock; `chance` is a number in [0, 1) drawn by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

WRITE_MS: Final = 500
"""A burst of writes is sent together, this long after its first."""
NEWS_MS: Final = 250
"""Everybody who hears of one change asks within this time, not all at once."""
POLL_MS: Final = 60_000
LIVE_POLL_MS: Final = 5 * 60_000
"""While the live channel is open, asking is only for what it may have missed."""
FIRST_WAIT_MS: Final = 2_000
LONGEST_WAIT_MS: Final = 5 * 60_000
LONGEST_ASKED_MS: Final = 60 * 60_000
"""A server that asks for more patience than this is asked again all the same."""
_DOUBLINGS: Final = 10
TRIES: Final = 3
"""After so many streams in a row that never said more than that they are open, only asking is left."""
LISTEN_MS: Final = 2_000
LISTEN_LATER_MS: Final = 10 * 60_000
"""When a live channel that was given up is tried again."""

FINAL: Final = frozenset(
    (
        "device_revoked",
        "sign_in_needed",
        "upgrade_needed",
        "mass_deletion",
        "device_wiped",
        "device_purged",
        "wrong_server",
        "server_key_changed",
        "wrong_person",
        "not_enrolled",
        "insecure_address",
    )
)
"""Codes that time does not heal: nothing is tried until a person asks."""
NO_CHANNEL: Final = frozenset(("not_found", "method_not_allowed", "not_crmdesk", *FINAL))
"""Answers of a server that has no live channel for this laptop: asked again much later."""


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


def heard(schedule: Schedule, now_ms: int, chance: float) -> Schedule:
    """The live channel told of something new. A failing server is left the time it was given."""
    if schedule.failures:
        return schedule
    return replace(schedule, next_ms=min(schedule.next_ms, now_ms + round(NEWS_MS * chance)))


def deaf(schedule: Schedule, now_ms: int, chance: float) -> Schedule:
    """The live channel closed: from now on only asking finds what is new."""
    return replace(schedule, next_ms=min(schedule.next_ms, now_ms + _spread(POLL_MS, chance)))


def succeeded(schedule: Schedule, now_ms: int, chance: float, *, is_live: bool = False) -> Schedule:
    """A sync went through: look again in a minute or so, not in step with everybody else."""
    wait = _spread(LIVE_POLL_MS if is_live else POLL_MS, chance)
    return replace(schedule, next_ms=now_ms + wait, failures=0, halted=None)


def _spread(ms: int, chance: float) -> int:
    return round(ms * (0.9 + 0.2 * chance))


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


# -- the live channel -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Channel:
    """When to listen next. `mute` counts the streams in a row that were no good."""

    next_ms: int
    is_open: bool = False
    mute: int = 0

    def wait_ms(self, now_ms: int) -> int:
        """How long until the channel is to be opened."""
        return max(0, self.next_ms - now_ms)


def opened(channel: Channel) -> Channel:
    """The server was heard twice: nothing in between holds the stream back."""
    return replace(channel, is_open=True)


def closed(channel: Channel, now_ms: int, chance: float, *, was_alive: bool, code: str | None) -> Channel:
    """A stream ended: soon again, spread out so that a restarted server is not overrun; or much later.

    `was_alive`: it had said more than that it is open. `code` is why it ended, None where the server just closed it.
    """
    mute = 0 if was_alive else channel.mute + 1
    if code in NO_CHANNEL or mute >= TRIES:
        return Channel(now_ms + round(LISTEN_LATER_MS * (0.75 + 0.5 * chance)), mute=mute)
    return Channel(now_ms + round(LISTEN_MS * (1 + 3 * chance) * 2**mute), mute=mute)
