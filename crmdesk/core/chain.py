"""Who reports to whom at a customer, as a tree that can be drawn line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Member(NamedTuple):
    """Somebody at a customer: whom they report to, blank for nobody known, and their rank, 0 the highest."""

    id: str
    chief: str
    rank: int


class Place(NamedTuple):
    """Where somebody stands. `guides` says for each level down to their own whether others of that level follow further down."""

    id: str
    depth: int
    guides: tuple[bool, ...]


def arranged(members: Iterable[Member]) -> list[Place]:
    """Everybody once, each below their chief, the higher rank first and then as they were given.

    A chief who is not among them counts as none, and so does one link of a circle: that of its first member.
    """
    given = list(members)
    order = {member.id: number for number, member in enumerate(given)}
    chief = {member.id: member.chief if member.chief in order else "" for member in given}
    for member in given:
        if _comes_back(member.id, chief):
            chief[member.id] = ""
    below: dict[str, list[Member]] = defaultdict(list)
    for member in sorted(given, key=lambda one: (one.rank, order[one.id])):
        below[chief[member.id]].append(member)
    places: list[Place] = []
    pending: list[tuple[Member, tuple[bool, ...]]] = [(member, ()) for member in reversed(below[""])]
    while pending:
        member, guides = pending.pop()
        places.append(Place(member.id, len(guides), guides))
        own = below[member.id]
        pending += [(one, (*guides, number < len(own))) for number, one in reversed([*enumerate(own, 1)])]
    return places


def _comes_back(start: str, chief: dict[str, str]) -> bool:
    at, seen = chief[start], set[str]()
    while at and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = chief[at]
    return False
