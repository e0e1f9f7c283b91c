"""The company's sealing key: what a laptop seals to its public half, only this server can open (HPKE, RFC 9180)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from crmdesk.core.errors import CrmError
from crmdesk.core.sealed import info
from sync_server.settings import Settings
from sync_server.signing import kept_key

KEY_NAME: Final = "sealing.key"


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens what was sealed to the company. `public` is the X25519 public key, 32 bytes."""

    key: X25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def open(self, sealed: bytes, server_id: str) -> bytes:
        """What was sealed. Raises `sealed_unreadable`: not for this company, or changed on the way."""
        suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        try:
            return suite.decrypt(sealed, self.key, info(server_id))
        except (InvalidTag, ValueError) as error:
            raise CrmError("sealed_unreadable") from error


def opener_of(settings: Settings) -> Opener:
    """The company's opener; its key is made at first use. Raises `database_unwritable` or `database_corrupt`."""
    key = kept_key(settings.directory / KEY_NAME, lambda: X25519PrivateKey.generate().private_bytes_raw())
    return Opener(X25519PrivateKey.from_private_bytes(key))
