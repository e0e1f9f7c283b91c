"""The pairs that are certainly one company, merged together: foretold, written in steps, one event that is taken back whole.

Only what leaves nothing to choose: certain, both in one book, not two values for one field, and neither of them in
another pair. All others wait for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from crmdesk.core.errors import CrmError
from crmdesk.core.matching import Band
from crmdesk.core.registry import Registry
from crmdesk.core.text import normalise
from crmdesk.core.values import Value, encode
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases import merging, sharing
from crmdesk.usecases.bulk import UnderWay
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.duplicates import Pair, Side

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica, Write

_MAY_DIFFER: Final = frozenset(("name", "name_en", "short_name", "phone", "email"))
"""A name is what the pair was recognised by; a phone and a mail address that are not taken stay beside."""
_BELOW: Final = f"SELECT (SELECT count(*) FROM p_visit WHERE root = ?1 AND {SHOWN}) + (SELECT count(*) FROM p_contact WHERE root = ?1 AND {SHOWN})"
Left: TypeAlias = Literal["chain", "apart", "differing", "forbidden"]
"""Why a certain pair waits for a person: one of the two is in another pair, they are in two books, they say two things, it is not this
person's to merge."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A pair to be merged: who stays, who goes, and the fields that the one takes from the other."""

    winner: Side
    loser: Side
    takes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foretold:
    """What merging the certain pairs comes to; `left` counts those that wait for a person, by why."""

    ready: tuple[Ready, ...]
    left: Counter[Left] = field(default_factory=Counter)


def foretell(
    reader: Reader, registry: Registry, names: Directory, now_ms: int, pairs: Sequence[Pair]
) -> Foretold:
    """Which of all pairs that are here can be merged together."""
    count = Counter(side.id for pair in pairs for side in (pair.one, pair.other))
    left: Counter[Left] = Counter()
    ready: list[Ready] = []
    for pair in pairs:
        if pair.band is not Band.MERGE:
            continue
        sides = (pair.one, pair.other)
        if any(count[side.id] > 1 for side in sides):
            left["chain"] += 1
        elif pair.one.bucket != pair.other.bucket:
            left["apart"] += 1
        elif not all(sharing.may_write(reader, names, side.id, now_ms) for side in sides):
            left["forbidden"] += 1
        else:
            found = _ready(reader, registry, *sides)
            if found is None:
                left["differing"] += 1
            else:
                ready.append(found)
    return Foretold(tuple(ready), left)


def _ready(reader: Reader, registry: Registry, one: Side, other: Side) -> Ready | None:
    """The pair as it would be merged, whoever has more below staying; None where the two contradict each other."""
    if reader.value(_BELOW, (other.id,)) > reader.value(_BELOW, (one.id,)):
        one, other = other, one
    lines = merging.lines(reader, registry, one.id, other.id)
    if any(line.field.name not in _MAY_DIFFER and _contradict(line.winner, line.loser) for line in lines):
        return None
    takes = tuple(line.field.name for line in lines if line.winner in (None, "") and not line.field.withheld)
    return Ready(one, other, takes)


def _contradict(one: Value, other: Value) -> bool:
    if one in (None, "") or other in (None, ""):
        return False
    if isinstance(one, str) and isinstance(other, str):
        return normalise(one) != normalise(other)
    return encode(one) != encode(other)


class MergingMany(UnderWay[tuple[str, str]]):
    """Pairs being merged, each (winner, loser); a pair that no longer can be is passed over."""

    kind = "merge"
    together = 25

    def __init__(self, replica: Replica, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__(replica, pairs, {"merged_into": None})

    def _writes(self, batch: Sequence[tuple[str, str]]) -> tuple[list[Write], int]:
        found: list[Write] = []
        passed = 0
        for winner, loser in batch:
            try:
                found += merging.writes(self._replica, winner, loser)
            except CrmError as error:
                if error.code not in ("not_found", "merge_apart"):
                    raise
                passed += 1
        return found, passed
