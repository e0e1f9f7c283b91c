"""The machine's clock and randomness: the only place that reads them."""

from __future__ import annotations

import os
import time
from typing import Final

_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""Linux stops CLOCK_MONOTONIC while a laptop sleeps; the other systems' monotonic clocks go on."""


class SystemClock:
    """Time in milliseconds; `random` gives bytes fit for names and keys."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        steady = time.monotonic_ns() if _STEADY is None else time.clock_gettime_ns(_STEADY)
        return steady // 1_000_000

    def random(self, size: int) -> bytes:
        return os.urandom(size)
