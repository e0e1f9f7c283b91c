"""The company's signing key: laptops pin its public half when they join, and obey nothing that it did not sign.

The key is a file in the company's folder and never in the database, so that a copy of the database alone can sign
nothing. A company that is restored or moved keeps the file: with another key its laptops refuse the server.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crmdesk.core.errors import CrmError
from sync_server.private_files import write_private
from sync_server.settings import Settings

KEY_NAME: Final = "signing.key"
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs what the company orders or promises. `public` is the Ed25519 public key, 32 bytes."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, purpose: str, content: bytes) -> bytes:
        """A signature that is good for this purpose alone."""
        return self.key.sign(signed_text(purpose, content))


def signed_text(purpose: str, content: bytes) -> bytes:
    """What a signature is over: a signature for one purpose must never pass for another."""
    return f"crmdesk-{purpose}\n".encode() + content


def is_by(public: bytes, purpose: str, content: bytes, signature: str) -> bool:
    """Whether `signature` (hexadecimal) over `content` was made with the private half of `public`, for this purpose."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(bytes.fromhex(signature), signed_text(purpose, content))
    except (InvalidSignature, ValueError):
        return False
    return True


def signer_of(settings: Settings) -> Signer:
    """The company's signer; its key is made at first use. Raises `database_unwritable` or `database_corrupt`."""
    key = kept_key(settings.directory / KEY_NAME, lambda: secrets.token_bytes(_KEY_BYTES))
    return Signer(Ed25519PrivateKey.from_private_bytes(key))


def kept_key(path: Path, make: Callable[[], bytes]) -> bytes:
    """The 32 bytes that a key file holds in hexadecimal; of several processes that make it at once, one wins."""
    try:
        if not path.exists():
            _make(path, make())
        found = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error
    except ValueError as error:
        raise CrmError("database_corrupt", path=path) from error
    if len(found) != _KEY_BYTES:
        raise CrmError("database_corrupt", path=path)
    return found


def copy_keys(settings: Settings, to: Path, *, overwrite: bool = False) -> None:
    """Copy the company's keys into a folder that only its owner may read.

    Raises OSError, and `file_exists` for another key of the same name, unless it may be overwritten.
    """
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(settings.directory.glob("*.key")):
        copy, key = to / path.name, path.read_bytes()
        is_there = copy.is_file() and copy.read_bytes() == key
        write_private(copy, key, overwrite=overwrite or is_there)


def _make(path: Path, key: bytes) -> None:
    """Whole on disk before it has its name, and never in the place of another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return  # another process was first: its key is the company's
    finally:
        draft.unlink(missing_ok=True)
