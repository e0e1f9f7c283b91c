"""The one place where the server reads the wall clock and draws random numbers."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is done, in UTC milliseconds, and the randomness that it may use.

    One request or command has one moment: whatever it stores carries the same time.
    """

    ms: int
    random: Callable[[int], bytes] = secrets.token_bytes

    def hex(self, size: int) -> str:
        """`size` random bytes as lower-case hexadecimal digits."""
        return self.random(size).hex()

    def secret(self, size: int) -> str:
        """`size` random bytes as text that fits a header or an address."""
        return base64.urlsafe_b64encode(self.random(size)).rstrip(b"=").decode()


def moment() -> Moment:
    """Now."""
    return Moment(time.time_ns() // 1_000_000)
