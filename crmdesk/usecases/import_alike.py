"""Rows of an import that look like a customer that is here, or like another row: found in batch by the one matcher.

Before a run its rows are held against the likeness keys that are stored and against each other; after one the customers
that it made are, as in a scan. Nothing is merged: somebody looks at the pairs, or the rows are kept out and can be mended.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from crmdesk.core.intake import Intake, Prepared
from crmdesk.core.lookalikes import Alike, Blocks, asked, held_back
from crmdesk.core.mapping import Plan
from crmdesk.core.matching import DOUBTFUL, Likeness, Party, compare, party, tells
from crmdesk.core.registry import Registry
from crmdesk.core.verdicts import Judge, Judged
from crmdesk.store import imports
from crmdesk.store.found_by import COMPARED, FoundBy, kind
from crmdesk.store.imports import Run
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.codes import code_meant, place_of
from crmdesk.usecases.directory import read_directory
from crmdesk.usecases.duplicates import Pair, Side, compared, pairs, parties
from crmdesk.usecases.foreign_files import Patience, Reading, job_of
from crmdesk.usecases.known_records import known_records, shown_now
from crmdesk.usecases.workspace import Workspace, readings

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_A_QUERY: Final = 5000
_FEW: Final = 8
"""Of a run that made more than this part of all customers the whole scan tells sooner: key by key takes five times as long."""
_MOST_READY: Final = 20_000
_MADE_FROM: Final = frozenset((*COMPARED, "other_phone"))
_HOLDERS: Final = "SELECT k.key, k.n FROM json_each(?) j CROSS JOIN likeness k ON k.key = j.value"
_WHOSE: Final = (
    "SELECT j.value, c.n FROM json_each(?) j LEFT JOIN contact_home h ON h.n = j.value "
    f"CROSS JOIN p_customer c ON c.n = coalesce(h.customer, j.value) WHERE c.{SHOWN}"
)
_Kept = tuple[int, int, dict[str, Any]]
"""A row as it is kept: its table, its number there, and what of it is compared."""


class Lookout:
    """Hears the verdicts on the rows of a file, and says at its end which new customers look like others."""

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._rows: list[bytes] = []
        self._of: dict[str, int] = {}
        self._people: dict[int, list[str]] = {}
        self._ready: dict[int, Party] = {}

    def hear(self, judged: Sequence[Judged], found: Sequence[Sequence[FoundBy | None]]) -> None:
        """Note the new customers of some rows, and the phones and mails of their people.

        `found`: of each row, what the records of its parts are found by, as the file's reader made it.
        """
        for one, several in zip(judged, found, strict=True):
            keys = {
                part.entity: by.keys
                for part, by in zip(one.row.parts, several, strict=True)
                if by is not None
            }
            for making in one.makes:
                if making.entity == "customer" and making.is_new:
                    number = self._of[making.id] = len(self._rows)
                    said = {k: v for k, v in making.values.items() if k.partition(":")[0] in _MADE_FROM}
                    self._rows.append(msgspec.msgpack.encode((one.row.sheet, one.row.row, said)))
                    self._blocks.add(number, keys.get("customer", ()))
                elif making.entity == "contact" and making.values.get("customer") in self._of:
                    number = self._of[making.values["customer"]]
                    phones = [str(v) for k, v in making.values.items() if k.startswith("phone:")]
                    self._people.setdefault(number, []).extend(phones)
                    self._blocks.add(number, keys.get("contact", ()))

    def found(self, reader: Reader) -> list[Alike]:
        """The rows that look like customers here or like earlier rows, each with everyone it looks like, in their order."""
        with_customers, with_rows = asked(self._blocks, lambda keys: _here(reader, keys))
        near: dict[int, list[tuple[Side, Likeness]]] = {}
        for some in _slices(sorted({n for _, n in with_customers})):
            theirs = parties(reader, some)
            for row, n in sorted(pair for pair in with_customers if pair[1] in theirs):
                side, their = theirs[n]
                self._note(near, row, side, compare(self._party(row), their))
        rows: dict[tuple[int, int], Likeness] = {}
        for one, later in sorted(with_rows):
            likeness = compare(self._party(one), self._party(later))
            if likeness.certainty >= DOUBTFUL:
                rows[one, later] = likeness
        held = held_back(near, rows)
        return [*self._told(held, near, rows)]

    @staticmethod
    def _note(near: dict[int, list[tuple[Side, Likeness]]], row: int, side: Side, likeness: Likeness) -> None:
        if likeness.certainty >= DOUBTFUL:
            near.setdefault(row, []).append((side, likeness))

    def _told(
        self,
        held: Collection[int],
        near: Mapping[int, Sequence[tuple[Side, Likeness]]],
        rows: Mapping[tuple[int, int], Likeness],
    ) -> Iterator[Alike]:
        earlier: dict[int, list[int]] = {}
        for one, later in rows:
            if one not in held:
                earlier.setdefault(later, []).append(one)
        for number in sorted(held):
            sheet, row, said = self._kept(number)
            name = str(said.get("name") or "")
            for side, likeness in sorted(near.get(number, ()), key=lambda pair: -pair[1].certainty):
                yield Alike(sheet, row, name, side.id, side.name, 0, 0, *likeness)
            for one in earlier.get(number, ()):
                first_sheet, first, other = self._kept(one)
                likeness = rows[one, number]
                yield Alike(sheet, row, name, "", str(other.get("name") or ""), first_sheet, first, *likeness)

    def _kept(self, number: int) -> _Kept:
        kept: _Kept = msgspec.msgpack.decode(self._rows[number], type=_Kept)
        return kept

    def _party(self, number: int) -> Party:
        """What is compared of a row; some thousands are kept ready."""
        ready = self._ready.get(number)
        if ready is None:
            if len(self._ready) >= _MOST_READY:
                self._ready.clear()
            _, _, said = self._kept(number)
            ready = self._ready[number] = party(readings(), said, self._people.get(number, ()))
        return ready


class Looking:
    """A file read once to find its look-alikes, a step at a time; nothing is written. Close it.

    One that is stopped is never `done`.
    Raises what reading raises.
    """

    def __init__(
        self,
        workspace: Workspace,
        reader: Reader,
        registry: Registry,
        path: Path,
        plan: Plan,
        *,
        limit: int = -1,
        patience: Patience | None = None,
    ) -> None:
        self.share, self.done = 0.0, False
        self.found: list[Alike] = []
        self._reader, self._registry, self._lookout = reader, registry, Lookout()
        known = known_records(reader, registry, read_directory(reader), plan, workspace.clock.now_ms())
        numbers = count(1)
        self._judge = Judge(registry, known, plan.mode, lambda: f"new-{next(numbers)}")
        self._reading = Reading(
            job_of(reader, path, workspace.today(), plan, limit=limit, is_searched=True), patience
        )
        self._frames = iter(self._reading)

    def step(self) -> None:
        """Read on; the last step finds."""
        frame = next(self._frames, None)
        if frame is None:
            if self._reading.is_whole:
                self.found = self._lookout.found(self._reader)
                self.share, self.done = 1.0, True
            self.close()
            return
        judged = self._judge.judge(frame.rows, self._present)
        self._lookout.hear(judged, frame.found_by)
        self.share = frame.share

    def _present(self, entity: str, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        return shown_now(self._reader, self._registry, entity, ids)

    def close(self) -> None:
        """End the child that reads."""
        self._reading.close()


def held_rows(reader: Reader, registry: Registry, run: Run, today: date) -> Iterator[Prepared]:
    """The rows that a run kept out as look-alikes so far, made ready once more: what equals them stays out with them."""
    intakes: dict[int, Intake] = {}
    last = 0
    while page := imports.kept_out(reader, run.id, last):
        last = page[-1].n
        for one in page:
            if one.verdict == "alike":
                if one.sheet not in intakes:
                    intakes[one.sheet] = Intake(
                        run.plan, one.sheet, registry, today=today, code_of=code_meant, place_of=place_of
                    )  # fmt: skip
                row = intakes[one.sheet].read(one.at, one.cells)
                if row is not None:
                    yield row


def places(found: Iterable[Alike]) -> frozenset[tuple[int, int]]:
    """Which rows of a file look like others: (table, row)."""
    return frozenset((one.sheet, one.row) for one in found)


def _here(reader: Reader, keys: Sequence[int], *, least: int = 1) -> dict[int, list[int]]:
    """The customers on show that have some keys, or whose people have, by key; only what so many records share."""
    holders: dict[int, list[int]] = {}
    for some in _slices(keys):
        for key, n in reader.all(_HOLDERS, (json.dumps(some),)):
            holders.setdefault(key, []).append(n)
    shared = {key: numbers for key, numbers in holders.items() if len(numbers) >= least}
    whose: dict[int, int] = {}
    for some in _slices(sorted({n for numbers in shared.values() for n in numbers})):
        whose.update(reader.all(_WHOSE, (json.dumps(some),)))
    found = {key: sorted({whose[n] for n in numbers if n in whose}) for key, numbers in shared.items()}
    return {key: numbers for key, numbers in found.items() if len(numbers) >= least}


def _slices(numbers: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _A_QUERY):
        yield list(numbers[start : start + _A_QUERY])


# -- after a run ---------------------------------------------------------------------------------------------


def pairs_of(reader: Reader, run: Run) -> list[Pair]:
    """The pairs that may be one company with at least one customer that a run made, the surest first."""
    made = _made(reader, run)
    everybody = reader.value(f"SELECT count(*) FROM p_customer WHERE {SHOWN}")
    if len(made) * _FEW > everybody:
        ids = set(made.values())
        return [one for one in pairs(reader) if one.one.id in ids or one.other.id in ids]
    return compared(reader, _asked(reader, set(made)))


def rows_of(reader: Reader, run: Run, found: Sequence[Pair]) -> int:
    """How many rows of a run look like customers that were here, or like earlier rows."""
    made = set(_made(reader, run).values())
    order = {
        side.id: number
        for number, side in enumerate(
            sorted({s.id: s for p in found for s in (p.one, p.other)}.values(), key=lambda s: (s.created_at, s.id))
        )
    }  # fmt: skip
    near = [
        order[one.id]
        for pair in found
        for one, other in ((pair.one, pair.other), (pair.other, pair.one))
        if one.id in made and other.id not in made
    ]
    among = [(order[p.one.id], order[p.other.id]) for p in found if p.one.id in made and p.other.id in made]
    return len(held_back(near, among))


def note(replica: Replica, run: Run, rows: int) -> Run:
    """Write down how many rows of a run look like customers; returns the run as it stands then. Raises `not_found`."""
    with replica.database.write() as connection:
        now = imports.load(connection, run.id)
        counts = msgspec.structs.replace(now.counts, alike=rows)
        noted = msgspec.structs.replace(now, counts=counts, looked=True)
        imports.save(connection, noted, was=now.position)
    return noted


def _made(reader: Reader, run: Run) -> dict[int, str]:
    """The customers on show that a run made, by row number: of those it wrote the ones whose id is not older than its own."""
    if not imports.is_there(reader):
        return {}
    rows = reader.all(
        "SELECT DISTINCT c.n, c.id FROM import_step s JOIN edit e ON e.txn = s.txn JOIN p_customer c ON c.id = e.id "
        f"WHERE s.run = ? AND s.is_undone = 0 AND e.entity = 'customer' AND c.{SHOWN}",
        (run.id,),
    )
    return {n: record_id for n, record_id in rows if record_id[:12] >= run.id[:12]}


def _asked(reader: Reader, made: set[int]) -> set[tuple[int, int]]:
    """Customers that share a key that tells something with one of these, by row number, the lower first."""
    owners = sorted(made)
    keys: set[int] = set()
    for some in _slices(owners):
        for (stored,) in reader.all(
            "SELECT l.keys FROM likeness_of l WHERE l.n IN (SELECT value FROM json_each(?1)) OR l.n IN "
            "(SELECT h.n FROM contact_home h WHERE h.customer IN (SELECT value FROM json_each(?1)))",
            (json.dumps(some),),
        ):
            found = array("q")
            found.frombytes(stored)
            keys.update(found)
    asked_for: set[tuple[int, int]] = set()
    for shelf in _slices(sorted(keys)):
        for key, block in _here(reader, shelf, least=2).items():
            if tells(kind(key), len(block)):
                asked_for.update(pair for pair in combinations(block, 2) if not made.isdisjoint(pair))
    return asked_for
