"""An account of every edit, kept beside the whole product: what its author had on the screen when it was made.

From that alone follows what every copy may show. It knows nothing of clocks, chains, cursors or merging, so it
can't share their mistakes. `reference` numbers I1-I18 name the invariants of the sync contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crmdesk.core.record import Dot, Edit, Record, RecordKey, decode
from crmdesk.core.resolve import Life, life
from crmdesk.core.values import encode

_MARKS = frozenset(("deleted", "deleted_below"))
KEPT_BY_SERVER = frozenset(("user", "team", "book", "late_work"))
"""Records that only the server writes."""


class Serial(NamedTuple):
    """Names an edit for the account: a transaction writes a record once, whatever its dot becomes."""

    txn: str
    key: RecordKey


class Cell(NamedTuple):
    """One field as one edit left it: what can be overwritten, and lost."""

    serial: Serial
    field: str


class Violation(NamedTuple):
    invariant: str
    detail: str


@dataclass
class Told:
    """One edit as a person made it. `knew`: the edits that stood in the record then."""

    values: Mapping[str, Any]
    author: str
    number: int
    knew: frozenset[Serial]
    tokens: tuple[str, ...]
    below: frozenset[RecordKey] = frozenset()
    """Of a deletion: the records below that its author's laptop had."""


@dataclass
class Copy:
    """What one place has shown of the records so far. Emptied when the place is put back to an earlier moment."""

    name: str
    states: dict[RecordKey, bytes] = field(default_factory=dict)
    cells: dict[RecordKey, frozenset[Cell]] = field(default_factory=dict)
    ever: dict[RecordKey, set[Cell]] = field(default_factory=dict)
    is_server: bool = False


@dataclass
class Account:
    """Follows one run. `server_id` signs what the server itself adds to people's records."""

    server_id: str = ""
    told: dict[Serial, Told] = field(default_factory=dict)
    overwriters: dict[Cell, set[Serial]] = field(default_factory=dict)
    dots: dict[Serial, set[Dot]] = field(default_factory=dict)
    accepted: dict[Dot, Serial] = field(default_factory=dict)
    reached: set[Serial] = field(default_factory=set)
    """What the server has ever held."""
    twins: set[Serial] = field(default_factory=set)
    """Edits that were unsent in a file when it was copied or brought back: they may arrive under two names."""
    effective: dict[Dot, int] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    """Id of a record -> id of the one it was made below."""
    buried: dict[RecordKey, frozenset[Serial]] = field(default_factory=dict)
    """Records that were once let go for good, with the edits that the server held of each then."""
    has_hidden_copy: bool = False
    has_forgotten: bool = False
    """A copy that nobody noticed, and a server that forgot which half was heard first: together they may bring two
    edits under one name, on two records. Each of them stands; nothing else is promised."""
    violations: list[Violation] = field(default_factory=list)

    def blame(self, invariant: str, detail: str) -> None:
        self.violations.append(Violation(invariant, detail))

    def tell(self, serial: Serial, told: Told, saw: Mapping[str, Iterable[Serial]]) -> None:
        """Take an edit into account. `saw`: field -> the edits whose values were on the author's screen."""
        self.told[serial] = told
        for name in ("customer", "visit"):
            if parent := told.values.get(name):
                self.parents.setdefault(serial.key.id, parent)
        for name in told.values:
            for earlier in saw.get(name, ()):
                self.overwriters.setdefault(Cell(earlier, name), set()).add(serial)

    def may_overwrite(self, cell: Cell) -> set[Serial]:
        """The edits that may stand where this one did."""
        return self.overwriters.get(cell, set())

    # -- looking at a copy ---------------------------------------------------------------------------

    def look(self, copy: Copy, key: RecordKey, state: bytes, record: Record) -> None:
        """A copy shows a record. Nothing may have vanished unless somebody who saw it wrote over it (I1, I12),
        nothing may be there that nobody wrote, nor what was overwritten before the eyes of this copy (I2)."""
        where = f"{copy.name} {key.entity} {key.id[-6:]}"
        now = frozenset(self._cells(copy, key, record, where))
        before = copy.cells.get(key, frozenset())
        ever = copy.ever.setdefault(key, set())
        for cell in sorted(before - now):
            if not self.may_overwrite(cell):
                self.blame("I1" if copy.is_server else "I12", f"{where}: {self.name(cell)} vanished")
        held = {c.serial for c in ever} | {c.serial for c in now}
        for cell in sorted(now - before):
            over = self.overwriters.get(cell, set()) & held
            if over and cell.serial not in self.twins:
                names = ", ".join(sorted(self.name(Cell(s, "")) for s in over))
                self.blame("I2", f"{where}: {self.name(cell)} is back, overwritten by {names}")
        ever |= now
        copy.cells[key], copy.states[key] = now, state

    def _cells(self, copy: Copy, key: RecordKey, record: Record, where: str) -> Iterable[Cell]:
        for edit in record.edits:
            if not record.has_seen(edit.dot):
                self.blame("I5", f"{where}: the clock does not cover {_short(edit.dot)}")
            if edit.by == self.server_id:
                continue
            serial = Serial(edit.txn.id, key)
            self._check_edit(copy, serial, edit, where)
            for name in edit.values:
                yield Cell(serial, name)

    def _check_edit(self, copy: Copy, serial: Serial, edit: Edit, where: str) -> None:
        told = self.told.get(serial)
        if told is None:
            self.blame("I2", f"{where}: {edit.txn.id[-6:]} {dict(edit.values)} was never written")
            return
        for name, value in edit.values.items():
            if name not in ("deleted", "deleted_below") and encode(told.values.get(name)) != encode(value):
                self.blame("I2", f"{where}: #{told.number}.{name} = {value!r}")
        self.dots.setdefault(serial, set()).add(edit.dot)
        if copy.is_server:
            self.reached.add(serial)
            is_first = self.accepted.setdefault(edit.dot, serial) == serial
            if not is_first and not (self.has_hidden_copy and self.has_forgotten):
                other = self.told[self.accepted[edit.dot]].number
                self.blame("I4", f"{where}: {_short(edit.dot)} names #{other} and #{told.number}")
            if edit.eff is not None and self.effective.setdefault(edit.dot, edit.eff) != edit.eff:
                self.blame(
                    "I3", f"{where}: #{told.number} counts from {edit.eff}, before {self.effective[edit.dot]}"
                )

    def server_was_restored(self) -> None:
        """What the server had is as good as never seen there; laptops bring back what they hold.

        Claims to have seen what the server no longer knows count as unseen, so what was overwritten may stand
        beside its successor again, as a conflict.
        """
        self.has_forgotten = True
        self.reached.clear()
        self.accepted.clear()
        self.effective.clear()
        self.twins |= self.told.keys()

    def gone(self, copy: Copy, key: RecordKey) -> None:
        """A record is not in a copy any more; whether it may be is for others to say."""
        copy.states.pop(key, None)
        copy.cells.pop(key, None)
        copy.ever.pop(key, None)

    # -- what is gone for good ---------------------------------------------------------------------------

    def hangs_below(self, record_id: str, root: str) -> bool:
        """Whether one record was made below another, at any depth."""
        parent = self.parents.get(record_id)
        return parent is not None and (parent == root or self.hangs_below(parent, root))

    def bury(self, copy: Copy, keys: set[RecordKey]) -> None:
        """The server let go of these at once: each was deleted by somebody who had seen it, or with what it hung below."""
        here = {key: decode(copy.states[key]) for key in keys}
        for key, record in sorted(here.items()):
            above = [k for k in keys if self.hangs_below(key.id, k.id)]
            if not (self._is_deleted(key, record) or any(self._went_with(key, here[k], k) for k in above)):
                self.blame(
                    "I15", f"{copy.name} {key.entity} {key.id[-6:]} is gone and nobody deleted all of it"
                )
            self.buried[key] = self.buried.get(key, frozenset()) | self._known_of(key)
            self.gone(copy, key)

    def _known_of(self, key: RecordKey) -> frozenset[Serial]:
        """The edits of a record that the server held, or that others wrote over which it held."""
        known = {s for s in self.reached if s.key == key}
        for serial, told in sorted(self.told.items(), key=lambda pair: -pair[1].number):
            cells = [Cell(serial, name) for name in told.values]
            if serial.key == key and all(known & self.may_overwrite(cell) for cell in cells):
                known.add(serial)
        return frozenset(known)

    def _is_deleted(self, key: RecordKey, record: Record) -> bool:
        deletions, others = self._carried(key, record)
        return any(others <= self.told[one].knew | {one} for one in deletions) or self._is_twice(key, record)

    def _went_with(self, key: RecordKey, above: Record, root: RecordKey) -> bool:
        """Whether somebody deleted what it hung below and knew of it: only records nobody knew of contest that."""
        deletions, _ = self._carried(root, above)
        return any(key in self.told[one].below for one in deletions) or self._is_twice(root, above)

    def _is_twice(self, key: RecordKey, record: Record) -> bool:
        """Whether an edit of it was brought by a copied profile too: the second may be what the deletion named."""
        return not self.twins.isdisjoint(Serial(edit.txn.id, key) for edit in record.edits)

    def _carried(self, key: RecordKey, record: Record) -> tuple[set[Serial], set[Serial]]:
        """(deletions, the edits that say something else) of what stands in a record."""
        carried: dict[Serial, set[str]] = {}
        for edit in record.edits:
            if edit.by != self.server_id:
                carried.setdefault(Serial(edit.txn.id, key), set()).update(edit.values)
        deletions = {
            s
            for s, names in carried.items()
            if "deleted" in names and self.told[s].values.get("deleted") is not None
        }
        return deletions, {s for s, names in carried.items() if s not in deletions or not names <= _MARKS}

    # -- what must be there in the end ---------------------------------------------------------------

    def expected(self, standing: set[Serial]) -> dict[RecordKey, set[Cell]]:
        """What must survive of the edits that stand: no standing edit whose author saw it overwrote it."""
        found: dict[RecordKey, set[Cell]] = {}
        for serial in standing:
            for name in self.told[serial].values:
                cell = Cell(serial, name)
                if standing.isdisjoint(self.may_overwrite(cell)):
                    found.setdefault(serial.key, set()).add(cell)
        return found

    def check_server(self, copy: Copy, standing: set[Serial]) -> None:
        """I1 at the end: what stands is on the server, unless somebody who saw it overwrote it."""
        for key, cells in sorted(self.expected(standing).items()):
            for cell in sorted(cells - copy.cells.get(key, frozenset())):
                over = (
                    ", ".join(sorted(self.name(Cell(s, "")) for s in self.overwriters.get(cell, ())))
                    or "nobody"
                )
                self.blame(
                    "I1",
                    f"server lacks {self.name(cell)} of {key.entity} {key.id[-6:]}; written over by {over}",
                )

    def check_life(self, where: str, key: RecordKey, record: Record) -> None:
        """A deletion hides exactly what its author had seen."""
        if self._is_twice(key, record):
            return  # a copied profile sent the same edit under two names: the second may contest a deletion
        wanted = Life.LIVE
        if self._carried(key, record)[0]:
            wanted = Life.DELETED if self._is_deleted(key, record) else Life.CONTESTED
        if life(record) is not wanted:
            self.blame(
                "I1", f"{where} {key.entity} {key.id[-6:]} is {life(record).value}, not {wanted.value}"
            )

    def name(self, cell: Cell) -> str:
        told = self.told.get(cell.serial)
        number = f"#{told.number}" if told else cell.serial.txn[-6:]
        return f"{number}.{cell.field}" if cell.field else number


def _short(dot: Dot) -> str:
    return f"{dot.actor[:6]}/{dot.counter}"


def is_watched(key: RecordKey) -> bool:
    """Whether people write such records."""
    return key.entity not in KEPT_BY_SERVER
