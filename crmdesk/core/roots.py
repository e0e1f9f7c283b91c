"""A signed root of the audit: what it binds, and whether one carries on from another.

A root says how far every chain of the audit had come at a moment. It binds the root before it, so that the latest one
binds all that was ever written down; whoever keeps one can tell later whether that was changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from crmdesk.core.values import NOT_JSON, encode

PURPOSE: Final = "audit-root"
MAX_ROOTS: Final = 1000
"""Roots in one answer."""


class Root(msgspec.Struct, frozen=True):
    """Root `number` (from 1), made in `epoch` at `at` (UTC ms): so many `rows` in so many `chains`.

    `heads` is the digest of how far each had come, `previous` of the root before; both in hexadecimal.
    """

    at: int
    chains: int
    epoch: int
    heads: str
    number: int
    previous: str
    rows: int


class ChainHead(NamedTuple):
    """The latest row of a chain."""

    chain: str
    number: int
    seal: bytes


class Signed(msgspec.Struct, frozen=True, array_like=True):
    """A root as it travels: its canonical JSON, and the company's signature over that in hexadecimal."""

    content: str
    signature: str

    @property
    def digest(self) -> str:
        """What the next root names as the one before it."""
        return hashlib.blake2b(self.content.encode(), digest_size=32).hexdigest()

    @property
    def root(self) -> Root | None:
        """What it says; None for what is no root."""
        try:
            return msgspec.json.decode(self.content, type=Root)
        except (UnicodeEncodeError, *NOT_JSON):
            return None


def content_of(root: Root) -> str:
    """The text that is signed."""
    return encode(msgspec.to_builtins(root)).decode()


def line_of(head: ChainHead) -> bytes:
    """What `digest_of` takes of one chain."""
    return encode([head.chain, head.number, head.seal.hex()]) + b"\n"


def digest_of(lines: Iterable[bytes]) -> str:
    """The digest of all chains' heads: of their lines, in the order of the chains' names."""
    return hashlib.blake2b(b"".join(lines), digest_size=32).hexdigest()


Judgement: TypeAlias = Literal["same", "next", "gap", "other"]


def judge(known: Signed, offered: Signed) -> Judgement:
    """What an offered root is to the one that is known.

    `gap`: later, but not the next one: the roots in between say whether it carries on. `other`: it contradicts it.
    """
    old, new = known.root, offered.root
    if old is None or new is None or new.number < old.number:
        return "other"
    if new.number == old.number:
        return "same" if offered.digest == known.digest else "other"
    if new.number > old.number + 1:
        return "gap"
    return "next" if new.previous == known.digest else "other"


def carries_on(known: Signed, between: Sequence[Signed]) -> Signed | None:
    """The last of the roots after `known` if each names the one before it; None if one does not."""
    for found in between:
        if judge(known, found) != "next":
            return None
        known = found
    return known
