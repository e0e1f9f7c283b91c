"""A public key as six speakable words, so that two people can compare it over the telephone."""

from __future__ import annotations

import hashlib
from typing import Final

_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aiou"
WORDS: Final = 6


def words(key: bytes) -> str:
    """Six five-letter words, 96 bits of the key's SHA-256 (the proquint scheme of D. S. Wilkerson, 2009)."""
    digest = hashlib.sha256(key).digest()
    return " ".join(
        _word(int.from_bytes(digest[start : start + 2], "big")) for start in range(0, 2 * WORDS, 2)
    )


def _word(number: int) -> str:
    return "".join(
        letters[number >> shift & len(letters) - 1]
        for letters, shift in (
            (_CONSONANTS, 12),
            (_VOWELS, 10),
            (_CONSONANTS, 6),
            (_VOWELS, 4),
            (_CONSONANTS, 0),
        )
    )
