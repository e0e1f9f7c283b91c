"""The one place where the server reads the wall clock."""

import time


def wall_ms() -> int:
    """UTC now, in milliseconds."""
    return time.time_ns() // 1_000_000
