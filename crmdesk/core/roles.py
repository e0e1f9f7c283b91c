"""What a person is in the company, and what a role that the company made itself withholds."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


class Role(enum.StrEnum):
    """The roles that come with the product; every other is a copy of one of them."""

    REP = "rep"
    MANAGER = "manager"
    DIRECTOR = "director"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


CONFIGURERS: Final = frozenset((Role.MANAGER, Role.DIRECTOR, Role.ADMINISTRATOR))
"""Who changes the company's settings. A new tag is anybody's to make."""
TAGGING: Final = frozenset(("tag", "tag_group"))
EVERY_FIELD: Final = "*"
SERVER_ENTITIES: Final = frozenset(("user", "team", "role", "book", "share", "delegation"))
"""Records that only the server writes: the account tables are their truth. No role has them to withhold."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """As what somebody acts: a role, less what it withholds from writing and hides from reading.

    `withheld` are fields (`customer.grade`; `visit.*`: all of them), `hidden` parts (`contact`).
    """

    role: Role
    withheld: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    def withholds(self, entity: str, fields: Iterable[str]) -> str | None:
        """The first of an edit's `fields` that this mandate may not write, or None. An element counts as its field."""
        if not self.withheld:
            return None
        is_all = f"{entity}.{EVERY_FIELD}" in self.withheld
        return next((f for f in fields if is_all or f"{entity}.{f.partition(':')[0]}" in self.withheld), None)

    @property
    def text(self) -> str:
        """The mandate as it is kept: the role, what it withholds, and after a dash what it hides, separated by blanks."""
        return " ".join(
            (self.role.value, *sorted(self.withheld), *(f"-{part}" for part in sorted(self.hidden)))
        )


def withheld_from(mandates: Collection[Mandate], entity: str, fields: Collection[str]) -> str | None:
    """The first of `fields` that somebody who acts as any of these may not write; an auditor may write none."""
    found = None
    for one in mandates:
        is_all = one.role is Role.AUDITOR
        found = next(iter(fields), None) if is_all else one.withholds(entity, fields)
        if found is None:
            return None
    return found


@lru_cache(maxsize=1024)
def mandate(text: str) -> Mandate:
    """The mandate behind its kept text."""
    role, *less = text.split(" ")
    hidden = frozenset(word[1:] for word in less if word.startswith("-"))
    return Mandate(Role(role), frozenset(word for word in less if not word.startswith("-")), hidden)
