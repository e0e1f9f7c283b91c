"""What the company signed, and which certificates are its server's: checked with what this laptop pinned when it joined."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from ipaddress import ip_address


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


def fingerprint(certificate: bytes) -> str:
    """What pins a certificate (DER), and any other with the same key: the SHA-256 of its public key, in hexadecimal."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(certificate).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def is_pinned(pins: Collection[str], chain: Sequence[bytes], host: str) -> bool:
    """Whether a server's certificate, the first of `chain`, is pinned, or vouched for by one of the others that is.

    A pinned certificate that just lies in the chain vouches for nothing.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    leaf, *others = chain
    try:
        if fingerprint(leaf) in pins:
            return True
        return any(_vouches(other, leaf, others, host) for other in others if fingerprint(other) in pins)
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.UnsupportedGeneralNameType):
        return False


def _vouches(pinned: bytes, leaf: bytes, others: Sequence[bytes], host: str) -> bool:
    from cryptography import x509
    from cryptography.x509 import verification

    root, server, *between = map(x509.load_der_x509_certificate, (pinned, leaf, *others))
    subject = x509.IPAddress(ip_address(host)) if _is_address(host) else x509.DNSName(host)
    verifier = verification.PolicyBuilder().store(verification.Store([root])).build_server_verifier(subject)
    try:
        verifier.verify(server, between)
    except verification.VerificationError:
        return False
    return True


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
