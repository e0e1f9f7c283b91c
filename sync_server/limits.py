"""How often something may be tried: pure. A limit is a number of tries that fills up again, one by one."""

from __future__ import annotations

from typing import Final, NamedTuple


class Limit(NamedTuple):
    """So many tries at once; a spent one comes back every `interval_ms` milliseconds."""

    tries: int
    interval_ms: int


class Try(NamedTuple):
    """Something that is counted: under whose name, and how often it may happen."""

    subject: str
    limit: Limit


ACCOUNT: Final = Limit(10, 60_000)
"""Passwords tried for one name, from laptops that are not known to be that person's."""
DEVICE: Final = Limit(10, 60_000)
"""Passwords tried from one laptop of the person's own: what strangers spend is not theirs."""
ADDRESS: Final = Limit(60, 2_000)
"""Passwords tried from one address: an office may be behind it."""
CODE: Final = Limit(60, 10_000)
"""Codes tried from one address."""

ELSEWHERE: Final = Limit(60, 1_440_000)
"""Questions of one person whether a customer is with a colleague already: so many a day, for a phone can be tried out."""

SEALED: Final = Limit(256, 337_500)
"""Sealed messages of one laptop: so many at once, and so many a day. Each is kept for good."""


def spend(full_at: int, now_ms: int, limit: Limit) -> tuple[int, int]:
    """(when all tries will be there again, milliseconds to wait): a wait of 0 spends a try, any other refuses it.

    One number tells all: each try puts off by one interval the moment at which everything is as if nothing had been.
    A clock that was set back makes nobody wait longer than for all tries.
    """
    whole = limit.tries * limit.interval_ms
    base = max(now_ms, min(full_at, now_ms + whole))
    wait = base + limit.interval_ms - (now_ms + whole)
    return (base, wait) if wait > 0 else (base + limit.interval_ms, 0)
