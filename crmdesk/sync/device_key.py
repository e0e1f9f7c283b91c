"""A laptop's own key: what it proves by signatures that a request, sealed work or a word is its."""

from __future__ import annotations

import hashlib
from typing import Any


def new_key() -> str:
    """A device's private key: Ed25519, 32 bytes in hex."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate().private_bytes_raw().hex()


def public_key(key: str) -> str:
    """The public half of a device's key, in hex."""
    return str(_private(key).public_key().public_bytes_raw().hex())


def device_id(public: str) -> str:
    """The id of the device that has this public key, by which its company knows it."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:32]


def sign(key: str, text: bytes) -> str:
    """A device's signature, in hex."""
    return str(_private(key).sign(text).hex())


def _private(key: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key))
