"""Certificates of every kind, and servers that are not what they should be: each records all that it was told."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


@dataclass
class Authority:
    """A certificate authority of a test's own."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        builder = _builder(self.name, self.name, self.key.public_key(), _DAY)
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
            decipher_only=False,
        )  # fmt: skip
        self.certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def issue(
        self, folder: Path, host: str = "localhost", lasts: timedelta = _DAY, also: bytes = b""
    ) -> Identity:
        """A server's certificate for `host`; `also` (PEM) comes along in its chain."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = (
            _builder(host, self.name, key.public_key(), lasts)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .add_extension(above, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        folder.mkdir(parents=True, exist_ok=True)
        found = Identity(folder / "chain.pem", folder / "key.pem", certificate.public_bytes(Encoding.DER))
        found.chain.write_bytes(certificate.public_bytes(Encoding.PEM) + also)
        found.key.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        )
        return found


@dataclass(frozen=True)
class Identity:
    """What a server shows (PEM), the key to it, and its own certificate (DER)."""

    chain: Path
    key: Path
    der: bytes


def _builder(
    name: str, issuer: str, key: ec.EllipticCurvePublicKey, lasts: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * _DAY)
        .not_valid_after(now + lasts)
    )


@dataclass
class Impostor:
    """Listens at `port`. `heard` is what clients said to it, unwrapped; `calls` counts those who came."""

    listener: socket.socket
    answer: bytes
    tls: ssl.SSLContext | None
    heard: bytearray = field(default_factory=bytearray)
    calls: int = 0

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        while True:
            try:
                talk, _ = self.listener.accept()
            except OSError:
                return
            self.calls += 1
            talk.settimeout(5)
            with suppress(OSError), talk:
                if self.tls is None:
                    self._listen(talk)
                else:
                    with self.tls.wrap_socket(talk, server_side=True) as wrapped:
                        self._listen(wrapped)

    def _listen(self, talk: socket.socket) -> None:
        while data := talk.recv(65536):
            self.heard += data
            if self.answer:
                talk.sendall(self.answer)
                return


@contextmanager
def impostor(
    identity: Identity | None = None,
    answer: bytes = b"",
    host: str = "127.0.0.1",
    most: ssl.TLSVersion | None = None,
) -> Iterator[Impostor]:
    """A server of nobody's, in the clear or with this certificate; `most` is the latest TLS it speaks."""
    tls = None
    if identity is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(identity.chain, identity.key)
        if most is not None:
            with warnings.catch_warnings():  # it is old, and meant
                warnings.simplefilter("ignore", DeprecationWarning)
                tls.minimum_version = ssl.TLSVersion.TLSv1
                tls.maximum_version = most
            tls.set_ciphers("ALL:@SECLEVEL=0")
    found = Impostor(socket.create_server((host, 0)), answer, tls)
    thread = threading.Thread(target=found.serve)
    thread.start()
    try:
        yield found
    finally:
        found.listener.shutdown(socket.SHUT_RDWR)
        found.listener.close()
        thread.join(10)
