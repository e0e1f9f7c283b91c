"""The parts that a bucket of customers is kept in, so that whoever may not read one never receives it."""

from __future__ import annotations

import hashlib
from typing import Final

from crmdesk.core.record import MAIN

CONTACT: Final = "contact"
"""The people behind a customer: names, phones, mails."""
PARTS: Final = (MAIN, CONTACT)


def part_bucket(bucket: str, part: str) -> str:
    """The bucket that holds a part of the customers in `bucket`. Both sides know it without asking each other."""
    if part == MAIN:
        return bucket
    return hashlib.blake2b(f"{bucket}/{part}".encode(), digest_size=16).hexdigest()


def buckets_of(bucket: str) -> tuple[str, ...]:
    """A bucket with those of its parts."""
    return tuple(part_bucket(bucket, part) for part in PARTS)
