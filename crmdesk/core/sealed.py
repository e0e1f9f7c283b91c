"""What a laptop seals to its company before it destroys what it holds: the shapes that both sides share.

A sealed file is one line of JSON (`Cover`, in the clear) and, after it, what HPKE made of a device's id (32 bytes of
hexadecimal), its signature (64 bytes) and a `Work` in JSON, compressed with zstd, which is what is signed.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

MAX_WORK_BYTES: Final = 64 * 1024 * 1024
"""What a sealed file may unfold to."""
PIECES_BYTES: Final = 4 * 1024 * 1024
"""Contents of attachments travel in sealed files of their own, so much in each."""
WIPE_BEGUN: Final = "wipe.json"
"""Beside a laptop's database from the moment at which nothing more is kept but what was sealed."""
DEVICE_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

Reason: TypeAlias = Literal["order", "lease"]
"""Why a laptop destroyed what it held: the company's order, or a lease that ran out."""


class Cover(msgspec.Struct, frozen=True):
    """What stands on the outside of a sealed file: whom it is for, and when it was sealed (UTC ms)."""

    server_id: str
    url: str
    at_ms: int
    crmdesk: str = "sealed"
    version: int = 1


class Draft(msgspec.Struct, frozen=True, array_like=True):
    """A form that was not saved: its name, and what it held as JSON."""

    name: str
    value: str


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A piece of a content that the company does not have: where it begins, and the size of the whole."""

    sha256: str
    size: int
    offset: int
    body: bytes


class Work(msgspec.Struct, frozen=True):
    """What was unsent on a device: a push, drafts, pieces of contents."""

    device: str
    user: str
    at_ms: int
    reason: Reason
    push: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))
    drafts: tuple[Draft, ...] = ()
    parts: tuple[Part, ...] = ()


class Order(msgspec.Struct, frozen=True):
    """The company's order that a device be wiped, as signed; `seal_key` is whom unsent work is sealed to."""

    device: str
    issued_ms: int
    seal_key: str


class HandedIn(msgspec.Struct, frozen=True):
    """What the company made of a sealed file: edits taken in and kept apart, drafts and contents kept."""

    accepted: int = 0
    quarantined: int = 0
    rejected: int = 0
    drafts: int = 0
    contents: int = 0


def info(server_id: str) -> bytes:
    """What binds a sealed message to its purpose and its company (HPKE's `info`)."""
    return f"crmdesk-sealed\n{server_id}".encode()


def signed_work(packed: bytes) -> bytes:
    """What a device signs of the work that it seals."""
    return b"crmdesk-sealed\n" + packed


def signed_wipe(device: str, at_ms: int) -> bytes:
    """What a device signs, before its key goes, to say that it was wiped."""
    return f"crmdesk-wiped\n{device}\n{at_ms}".encode()
