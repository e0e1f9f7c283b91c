"""Names for things: records, actors, transactions. Time and randomness are handed in."""

from __future__ import annotations

import re
import uuid
from typing import Final, NewType

RecordId = NewType("RecordId", str)
ActorId = NewType("ActorId", str)
UserId = NewType("UserId", str)
BucketId = NewType("BucketId", str)

ID_PATTERN: Final = re.compile(r"[0-9a-f]{32}")


def uuid7(ms: int, random: bytes) -> str:
    """A UUID version 7 (RFC 9562) as 32 hexadecimal digits: sorts by time, so new rows append to indexes.

    `ms` is UTC milliseconds, `random` 10 random bytes.
    """
    number = (ms & (2**48 - 1)) << 80 | int.from_bytes(random[:10], "big")
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0x3 << 62) | 2 << 62
    return uuid.UUID(int=number).hex


def is_id(text: object) -> bool:
    """Whether `text` is a well-formed id: 32 lower-case hexadecimal digits."""
    return isinstance(text, str) and ID_PATTERN.fullmatch(text) is not None
