"""What the company signed: checked with the key that this laptop pinned when it joined."""

from __future__ import annotations


def verify(key: str, purpose: str, content: bytes, signature: str) -> bool:
    """Whether `signature` over `content` is by `key`, for this purpose and no other; both are in hexadecimal."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), f"crmdesk-{purpose}\n".encode() + content)
    except (InvalidSignature, ValueError):
        return False
    return True
