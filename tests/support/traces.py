"""Finds what must lie nowhere in the clear: in files of any kind, in any of the forms that text takes on disk."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterable
from pathlib import Path

import zstandard


def forms(secret: str) -> set[bytes]:
    """A text as it may stand in a file: two encodings, JSON's escapes, base 64 at each of its three offsets, hexadecimal."""
    plain = secret.encode()
    found = {plain, secret.encode("utf-16-le"), json.dumps(secret)[1:-1].encode(), plain.hex().encode()}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + plain)
        found.add(coded[4 if shift else 0 : -4])  # its edges depend on what stands beside it
    return found


def traces(folder: Path, secrets: Iterable[str]) -> dict[str, set[str]]:
    """Which secrets lie in which files below a folder, packed or not; names of files count too."""
    wanted = {secret: forms(secret) for secret in secrets}
    found: dict[str, set[str]] = {}
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        for body in (content, *_unpacked(content), str(path).encode()):
            for secret, looks in wanted.items():
                if any(look in body for look in looks):
                    found.setdefault(str(path.relative_to(folder)), set()).add(secret)
    return found


def _unpacked(content: bytes) -> Iterable[bytes]:
    """A whole file that is gzip, zlib or zstd."""
    try:
        if content[:2] == b"\x1f\x8b":
            yield gzip.decompress(content)
        elif content[:1] == b"\x78":
            yield zlib.decompress(content)
        elif content[:4] == b"\x28\xb5\x2f\xfd":
            yield zstandard.ZstdDecompressor().stream_reader(content).read()
    except (OSError, zlib.error, zstandard.ZstdError, EOFError):
        return
