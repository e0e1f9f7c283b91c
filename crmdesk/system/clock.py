"""The machine's clock and randomness: the only place that reads them."""

from __future__ import annotations

import os
import time


class SystemClock:
    """Time in milliseconds; `random` gives bytes fit for names and keys."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def random(self, size: int) -> bytes:
        return os.urandom(size)
