"""Passwords: which are good enough, and how they are kept (Argon2id), never more at once than the machine can bear."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from crmdesk.core.errors import CrmError
from crmdesk.core.values import canonical_text

SHORTEST: Final = 8
LONGEST: Final = 256
MEMORY_KIB: Final = 46 * 1024
"""With one pass and one lane: what OWASP names as equal to its floor."""
MOST_AT_ONCE: Final = max(1, min(4, (os.cpu_count() or 2) - 1))
"""How many are worked out at once: one core is left to everybody else, and memory is bounded whatever the machine."""
_SHORTEST_NAME: Final = 3


def check_choice(password: str, *names: str) -> None:
    """Refuse a password that is guessed at once. Raises `password_weak`.

    No rules of composition: at least 8 characters, not counting `names` (the company's, the person's), and not one of
    the commonest.
    """
    plain = canonical_text(password).casefold()
    rest = plain
    for name in names:
        for word in {name.casefold(), *name.casefold().split()}:
            if len(word) >= _SHORTEST_NAME:
                rest = rest.replace(word, "")
    if not (len(rest) >= SHORTEST and len(plain) <= LONGEST) or plain in _commonest():
        raise CrmError("password_weak")


@cache
def _commonest() -> frozenset[str]:
    lines = files("sync_server").joinpath("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.casefold() for line in lines if not line.startswith("#"))


class Hasher:
    """Hashes passwords and compares them. Each call takes tens of milliseconds of a core and `memory_kib` meanwhile."""

    def __init__(self, memory_kib: int = MEMORY_KIB, at_once: int = MOST_AT_ONCE) -> None:
        self._argon2 = _argon2(memory_kib)
        self._turns = BoundedSemaphore(at_once)
        self._nobody = _nobodys(memory_kib)

    def hash(self, password: str) -> str:
        """What is stored in place of a password."""
        with self._turns:
            return self._argon2.hash(canonical_text(password))

    def is_right(self, stored: str | None, password: str) -> bool:
        """Whether this is the password that was stored; where there is none, no, after as much work."""
        with self._turns:
            try:
                self._argon2.verify(stored or self._nobody, canonical_text(password))
            except VerifyMismatchError:
                return False
        return stored is not None

    def is_dated(self, stored: str) -> bool:
        """Whether a stored password was made with other settings than today's."""
        return self._argon2.check_needs_rehash(stored)


@cache
def _argon2(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=memory_kib, parallelism=1)


@cache
def _nobodys(memory_kib: int) -> str:
    """What is compared with where there is no password: made once a process, for it takes as long as a sign-in."""
    return _argon2(memory_kib).hash(os.urandom(16))
