"""How bodies travel: compressed where that pays, and unfolded with care for what the other end may have packed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import zstandard

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
"""An answer that unfolds to more is not read to its end."""
_STEP: Final = 256
"""Bytes of a packed body that are unfolded at once: of zstd, to eight megabytes at most."""
_COMPRESS_FROM: Final = 1024


class Parcel(NamedTuple):
    """A body in JSON as it travels."""

    content: bytes
    is_compressed: bool


def parcel(body: bytes) -> Parcel:
    """A body made ready to travel."""
    if len(body) < _COMPRESS_FROM:
        return Parcel(body, is_compressed=False)
    return Parcel(zstandard.ZstdCompressor(level=1).compress(body), is_compressed=True)


def unpacked(encoding: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    """A body as it unfolds, a little at a time: what announces gigabytes is never held whole.

    Raises `zstandard.ZstdError` or `zlib.error`.
    """
    unfold: Callable[[bytes], bytes]
    match encoding.strip().lower():
        case "zstd":
            unfold = zstandard.ZstdDecompressor(max_window_size=MAX_ANSWER_BYTES).decompressobj().decompress
        case "gzip":
            unfold = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress
        case _:
            yield from parts
            return
    for part in parts:
        for start in range(0, len(part), _STEP):
            yield unfold(part[start : start + _STEP])
