"""Hybrid logical time: 48 bits of UTC milliseconds and a 16-bit counter in one integer.

The wall clock is handed in; nothing here reads it. Source of the scheme: Kulkarni et al., "Logical
Physical Clocks" (2014), bounded by the last time a server told us.
"""

from __future__ import annotations

from typing import Final, NewType

import msgspec

Stamp = NewType("Stamp", int)
"""Hybrid time. Fits a signed 64-bit column until the year 6429; ordering stamps orders events."""

COUNTER_BITS: Final = 16
MAX_AHEAD_MS: Final = 5 * 60 * 1000
"""A replica's time never runs further than this beyond the last server time plus elapsed time."""
MAX_STAMP: Final = 2**63 - 1
"""The greatest stamp a database column holds."""
_MAX_MS: Final = MAX_STAMP >> COUNTER_BITS


def stamp(milliseconds: int, counter: int = 0) -> Stamp:
    """The stamp of a UTC instant in milliseconds."""
    return Stamp((max(0, min(milliseconds, _MAX_MS)) << COUNTER_BITS) | counter)


def milliseconds(at: int) -> int:
    """The UTC milliseconds of a stamp."""
    return at >> COUNTER_BITS


class Ceiling(msgspec.Struct, frozen=True):
    """What bounds a clock: the last server time (ms) and the local monotonic time (ms) it was heard at."""

    server_ms: int
    heard_at_ms: int

    def limit(self, monotonic_ms: int) -> int | None:
        """The latest wall time (ms) a replica may claim at `monotonic_ms`; None after a restart.

        Monotonic time begins anew with the machine, so nobody can tell how long it was off; the server holds
        every claim within what it knows when it accepts it.
        """
        if monotonic_ms < self.heard_at_ms:
            return None
        return self.server_ms + monotonic_ms - self.heard_at_ms + MAX_AHEAD_MS


def tick(last: int, now_ms: int, limit_ms: int | None = None) -> Stamp:
    """The next stamp: after `last`, at `now_ms` where possible, never beyond `limit_ms` on its own account.

    `last` may lie beyond the limit (it was claimed before a server was heard); then only the counter moves,
    so that stamps of one replica keep rising.
    """
    if limit_ms is not None:
        now_ms = min(now_ms, limit_ms)
    return Stamp(max(stamp(now_ms), last + 1))


def clamp(at: int, earliest: int, latest: int) -> Stamp:
    """The effective time of an edit: its claim `at`, held within what the server knows to be possible."""
    return Stamp(max(min(at, latest), min(earliest, latest)))
