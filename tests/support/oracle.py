"""An account of every edit kept beside the product: what its author had seen, and which replica knows it.

From that alone follows what each replica must show. The oracle knows nothing of clocks, dots or merging, so it
can't share their mistakes; convergence is the least of what it asks.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crmdesk.core.entities import REGISTRY
from crmdesk.core.record import Dot, Placement, Record
from crmdesk.core.registry import Rule
from crmdesk.core.resolve import Life, RecordView, read_record
from crmdesk.core.values import encode

ENTITY = "customer"


class Kind(enum.Enum):
    """What can go wrong, in a person's words."""

    LOST = "an edit vanished that nobody who saw it overwrote"
    RESURRECTED = "an overwritten edit came back"
    INVENTED = "something is there that nobody wrote"
    DOT_REUSED = "two edits bear one dot"
    WRONG_LIFE = "a record is hidden or on show against what its deleters had seen"
    WRONG_DISPLAY = "a field shows or asks what its rule does not"
    WRONG_PLACE = "a record is not where it was last moved"
    TIME_CHANGED = "an effective time changed after it was set"
    DIVERGED = "replicas that exchanged everything differ"
    REFUSED = "a replica refused what another one wrote"


class Violation(NamedTuple):
    kind: Kind
    detail: str


class Knowledge(NamedTuple):
    """What has really reached a replica about one record: edits by serial, and the latest placement."""

    serials: frozenset[str]
    placement: Placement

    def joined(self, other: Knowledge) -> Knowledge:
        place = max(self.placement, other.placement, key=lambda p: (p.move_no, p.bucket))
        return Knowledge(self.serials | other.serials, place)


NOTHING = Knowledge(frozenset(), Placement(0, "book"))


@dataclass(frozen=True)
class Told:
    """One edit as a person made it. `knew`: every edit of the record that had reached the author."""

    values: Mapping[str, Any]
    knew: frozenset[str]


@dataclass
class Oracle:
    """Follows one run. `serial` names an edit in the product's own state by the id of its transaction."""

    told: dict[str, Told] = field(default_factory=dict)
    overwriters: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    dots: dict[Dot, str] = field(default_factory=dict)
    effective: dict[str, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    def next_serial(self) -> str:
        return f"e{len(self.told)}"

    def tell(self, serial: str, dot: Dot, told: Told, saw: Mapping[str, frozenset[str]]) -> None:
        """Take an edit into account; `saw` names, per field, the edits that stood on the author's screen."""
        self.told[serial] = told
        for key in told.values:
            for earlier in saw.get(key, ()):
                self.overwriters.setdefault((earlier, key), set()).add(serial)
        if self.dots.setdefault(dot, serial) != serial:
            self.blame(Kind.DOT_REUSED, f"{dot.actor[:4]}/{dot.counter}: {self.dots[dot]}, {serial}")

    def blame(self, kind: Kind, detail: str) -> None:
        self.violations.append(Violation(kind, detail))

    def kinds(self) -> set[Kind]:
        return {violation.kind for violation in self.violations}

    def expected(self, known: frozenset[str]) -> dict[str, set[str]]:
        """Field -> the edits that must survive where `known` has arrived: no one who saw them overwrote them."""
        surviving: dict[str, set[str]] = {}
        for serial in known:
            for key in self.told[serial].values:
                if known.isdisjoint(self.overwriters.get((serial, key), ())):
                    surviving.setdefault(key, set()).add(serial)
        return surviving

    def judge(self, record: Record | None, known: Knowledge, where: str) -> None:
        """Compare a replica's copy with what must be there, and note every difference."""
        expected = self.expected(known.serials)
        actual: dict[str, set[str]] = {}
        for edit in record.edits if record else ():
            for key in edit.values:
                actual.setdefault(key, set()).add(edit.txn.id)
        for key in sorted(expected.keys() | actual.keys()):
            for serial in sorted(expected.get(key, set()) - actual.get(key, set())):
                self.blame(Kind.LOST, f"{where}: {serial}.{key}")
            for serial in sorted(actual.get(key, set()) - expected.get(key, set())):
                known_here = serial in known.serials and key in self.told[serial].values
                self.blame(Kind.RESURRECTED if known_here else Kind.INVENTED, f"{where}: {serial}.{key}")
        if record is not None:
            for kind, detail in self._read_wrongly(record, known, expected):
                self.blame(kind, f"{where}: {detail}")

    def _read_wrongly(
        self, record: Record, known: Knowledge, expected: Mapping[str, set[str]]
    ) -> Iterator[Violation]:
        if record.placement != known.placement:
            yield Violation(Kind.WRONG_PLACE, f"{record.placement} instead of {known.placement}")
        for edit in record.edits:
            serial = edit.txn.id
            for key, value in edit.values.items():
                if serial in self.told and self.told[serial].values.get(key) != value:
                    yield Violation(Kind.INVENTED, f"{serial}.{key} = {value!r}")
            if edit.eff is not None and self.effective.setdefault(serial, edit.eff) != edit.eff:
                yield Violation(Kind.TIME_CHANGED, f"{serial}: {self.effective[serial]}, {edit.eff}")
        view = read_record(record, ENTITY, REGISTRY)
        if view.life is not self._life(expected):
            yield Violation(Kind.WRONG_LIFE, f"{view.life} instead of {self._life(expected)}")
        for key, serials in expected.items():
            if key != "deleted" and not self._shows(view, key, serials):
                yield Violation(
                    Kind.WRONG_DISPLAY, f"{key} shows {view.values.get(key)!r} of {sorted(serials)}"
                )

    def _shows(self, view: RecordView, key: str, serials: set[str]) -> bool:
        values = {encode(self.told[serial].values[key]) for serial in serials}
        rule = REGISTRY.rule(ENTITY, key)
        asked = key in {conflict.key for conflict in view.conflicts}
        if rule is Rule.ADD_WINS and b"true" in values:
            values = {b"true"}
        return encode(view.values.get(key)) in values and asked == (rule is Rule.ASK and len(values) > 1)

    def _life(self, expected: Mapping[str, set[str]]) -> Life:
        carried: dict[str, set[str]] = {}
        for key, serials in expected.items():
            for serial in serials:
                carried.setdefault(serial, set()).add(key)
        graves = {s for s in expected.get("deleted", ()) if self.told[s].values["deleted"] is not None}
        others = {s for s, keys in carried.items() if s not in graves or keys != {"deleted"}}
        if not graves:
            return Life.LIVE
        hidden = any(others <= self.told[grave].knew | {grave} for grave in graves)
        return Life.DELETED if hidden else Life.CONTESTED
