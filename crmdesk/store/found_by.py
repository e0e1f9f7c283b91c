"""What a record is found by, made from its values alone: its search words, and the keys that others of one company share.

Pure, so that it can be made where the values are read, beside whoever writes. What a key is says `core.matching`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from crmdesk.core.matching import keys, party, person_keys
from crmdesk.core.text import Readings
from crmdesk.store.face import Shape, words

COMPARED: Final = (
    "name", "name_en", "short_name", "credit_code", "phone", "email", "region_code", "region", "city", "address",
)  # fmt: skip
"""The fields of a customer that are compared, beside `other_phone`."""

Keys = tuple[int, ...]
"""The keys of one record, each a number of 64 bits with a sign."""


class FoundBy(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The search columns of a record, None where it has nothing to be found by, and its keys."""

    words: tuple[str, ...] | None
    keys: Keys


def found_by(of: Shape, readings: Readings, values: Mapping[str, Any]) -> FoundBy:
    """What a record with these values is found by."""
    return FoundBy(words(of, readings, values), keys_of(of.name, readings, values))


def number(key: str) -> int:
    """What stands for a key in the table: a number whose last byte is the letter of its kind."""
    hashed = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
    return (hashed & ~0xFF) | ord(key[0])


def kind(key: int) -> str:
    """The letter of a key's kind."""
    return chr(key & 0xFF)


def keys_of(entity: str, readings: Readings, values: Mapping[str, Any]) -> Keys:
    """The keys of a record with these values; none but of customers and their people."""
    if entity == "customer":
        found = keys(party(readings, values))
    elif entity == "contact":
        found = person_keys(values)
    else:
        return ()
    return tuple(dict.fromkeys(map(number, found)))
