from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from crmdesk.core.errors import CrmError
from crmdesk.core.sealed import info
from sync_server.sealing import KEY_NAME, opener_of
from sync_server.settings import Settings


def seal(public: bytes, content: bytes, server_id: str) -> bytes:
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    return suite.encrypt(content, X25519PublicKey.from_public_bytes(public), info(server_id))


def test_what_is_sealed_to_the_company_only_its_key_opens(tmp_path: Path):
    opener = opener_of(Settings(tmp_path))
    assert opener_of(Settings(tmp_path)).public == opener.public
    assert opener.open(seal(opener.public, b"unsent", "s"), "s") == b"unsent"
    if os.name == "posix":
        assert (tmp_path / KEY_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", ["company", "key", "byte", "short", "empty"])
def test_what_was_not_sealed_for_this_company_stays_closed(damage: str, tmp_path: Path):
    opener = opener_of(Settings(tmp_path))
    public = opener_of(Settings(tmp_path / "other")).public if damage == "key" else opener.public
    sealed = seal(public, b"unsent", "other" if damage == "company" else "s")
    sealed = {"byte": sealed[:-1] + bytes([sealed[-1] ^ 1]), "short": sealed[:20], "empty": b""}.get(
        damage, sealed
    )
    with pytest.raises(CrmError) as caught:
        opener.open(sealed, "s")
    assert caught.value.code == "sealed_unreadable"
