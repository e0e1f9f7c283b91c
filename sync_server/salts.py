"""Salts of commits: random, and proof of where they came from.

A server that was restored from a backup no longer holds the commits made after it. A laptop that shows the
salt of one proves the loss, because only this company's server can have made it: half of a salt is a MAC
under the company's secret, which the backup has too. Anything else is a claim that opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final, TypeAlias

RANDOM_BYTES: Final = 8
MAC_BYTES: Final = 8
CommitName: TypeAlias = tuple[str, int, int]
"""A commit: (bucket, epoch, seq)."""
_ACTOR: Final[CommitName] = ("actor", 0, 0)
"""In the place of a commit where an actor is named; no bucket is called so, and no commit has the number 0."""


def make(secret: bytes, commit: CommitName, random: bytes) -> str:
    """A commit's salt: `RANDOM_BYTES` of randomness, then the MAC, in hexadecimal."""
    return (random + _mac(secret, commit, random)).hex()


def is_genuine(secret: bytes, commit: CommitName, salt: str) -> bool:
    """Whether this company's server made the salt for this commit, whether or not it still holds it."""
    try:
        content = bytes.fromhex(salt)
    except ValueError:
        return False
    random, mac = content[:RANDOM_BYTES], content[RANDOM_BYTES:]
    return len(content) == RANDOM_BYTES + MAC_BYTES and hmac.compare_digest(mac, _mac(secret, commit, random))


def own_actor(secret: bytes, random: bytes) -> str:
    """An id for an actor of the server's own: whoever holds the company's secret can tell it from a laptop's."""
    return make(secret, _ACTOR, random)


def is_own_actor(secret: bytes, actor: str) -> bool:
    """Whether this company's server made the actor, whether or not it still knows it."""
    return is_genuine(secret, _ACTOR, actor)


def _mac(secret: bytes, commit: CommitName, random: bytes) -> bytes:
    bucket, epoch, seq = commit
    said = f"{bucket} {epoch} {seq} ".encode() + random
    return hashlib.blake2b(said, key=secret, digest_size=MAC_BYTES, person=b"crmdesk-salt").digest()
