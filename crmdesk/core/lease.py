"""How long a laptop may work without having heard its company: a pure decision about times.

The lease counts from the laptop's own clock at the moment it came, so a clock that is wrong but goes on steadily
changes nothing. Times are milliseconds.
"""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

import msgspec

MINUTE_MS: Final = 60 * 1000
DAY_MS: Final = 24 * 60 * MINUTE_MS
LOCK_DAYS: Final = 21
PURGE_DAYS: Final = 45
IDLE_MINUTES: Final = 15
WARN_MS: Final = 3 * DAY_MS
"""How long before the lock a person is warned."""
SET_BACK_MS: Final = 5 * MINUTE_MS
"""A clock this far behind the latest time seen was set back."""
GRACE_MS: Final = DAY_MS
"""What is due to be destroyed stays this long after that was first seen: a clock that jumped can be put right."""


class Lease(msgspec.Struct, frozen=True):
    """What a company grants one laptop, as signed. `challenge` is the laptop's own, so an old lease can't be replayed.

    `idle_ms` is the longest that the window stays open without input; `seal_key` (X25519, hexadecimal) is whom
    unsent work is sealed to.
    """

    device: str
    user: str
    issued_ms: int
    lock_after_ms: int
    purge_after_ms: int
    idle_ms: int
    seal_key: str
    challenge: str


class Kept(msgspec.Struct, frozen=True):
    """A lease as the laptop keeps it: what was signed, the signature, and when it came by the laptop's clock.

    `due_ms` is when it was first seen that everything here is due to be destroyed.
    """

    lease: Lease
    content: str
    signature: str
    received_ms: int
    due_ms: int | None = None


class Standing(enum.StrEnum):
    """What a lease allows."""

    OPEN = "open"
    WARN = "warn"  # it locks soon
    LOCKED = "locked"
    SET_BACK = "set_back"  # locked, because the clock was set back
    PURGE = "purge"  # what is here is to be destroyed, its unsent work sealed first


class Judged(NamedTuple):
    """A standing, and how long until the next: the lock, or while locked the purge (None: never by itself).

    `away_ms` is how long the company has not been heard; `is_due`: it has been too long to keep anything here.
    """

    standing: Standing
    left_ms: int | None = None
    away_ms: int = 0
    is_due: bool = False

    @property
    def is_locked(self) -> bool:
        return self.standing not in (Standing.OPEN, Standing.WARN)


def judge(kept: Kept | None, seen_ms: int, now_ms: int) -> Judged:
    """What the lease allows now. `seen_ms` is the latest time that this laptop ever saw; no lease: no company yet."""
    if kept is None:
        return Judged(Standing.OPEN)
    latest = max(seen_ms, now_ms)
    away = max(0, latest - kept.received_ms)
    lock, purge = kept.lease.lock_after_ms, max(kept.lease.purge_after_ms, kept.lease.lock_after_ms)
    if now_ms < seen_ms - SET_BACK_MS:
        return Judged(Standing.SET_BACK, None, away)
    if away >= purge:
        waited = 0 if kept.due_ms is None else latest - kept.due_ms
        if kept.due_ms is not None and waited >= GRACE_MS:
            return Judged(Standing.PURGE, 0, away, is_due=True)
        return Judged(Standing.LOCKED, GRACE_MS - waited, away, is_due=True)
    if away >= lock:
        return Judged(Standing.LOCKED, purge - away, away)
    return Judged(Standing.WARN if lock - away <= WARN_MS else Standing.OPEN, lock - away, away)
