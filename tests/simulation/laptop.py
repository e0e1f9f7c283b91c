"""The real laptop in this process: its store, its engine, its HTTP side; time, line, runner and disk are ours."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, NamedTuple, TypeVar

import pytest
from sqlalchemy import Connection

from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.form import BLANK, Shown, show
from crmdesk.core.record import Record, RecordKey, decode
from crmdesk.core.registry import Registry
from crmdesk.core.values import Value
from crmdesk.store import dialect, opening, outbox, records, settings
from crmdesk.store import replica as replica_module
from crmdesk.store.opening import open_replica
from crmdesk.store.replica import Committed, Replica, Write
from crmdesk.sync import enrolment
from crmdesk.sync.engine import Engine, Report
from crmdesk.sync.http import Http
from tests.simulation.account import Account, Copy, Serial, Told, is_watched
from tests.simulation.baton import Task
from tests.simulation.disk import Disk
from tests.simulation.network import Line
from tests.support.rep import readings

T = TypeVar("T")
OLD_LACKS = "website"
"""A field of customers that an old program does not know."""
DATABASE = "crmdesk.db"


def old_registry() -> Registry:
    """The declarations of the version before: without the newest field."""
    customer = REGISTRY["customer"]
    fields = tuple(f for f in customer.fields if f.name != OLD_LACKS)
    return Registry({**REGISTRY.entities, "customer": replace(customer, fields=fields)})


class InLine:
    """A runner that does everything when it is asked for."""

    def ahead(self, items: Iterator[T], limit: int) -> Generator[T, None, None]:  # noqa: ARG002
        yield from items


@dataclass
class LaptopClock:
    """A laptop's idea of time. `skew_ms` is how wrong its wall clock is; `booted_ms` when it was switched on."""

    world_ms: Any
    random_bytes: Any
    skew_ms: int = 0
    booted_ms: int = 0

    def now_ms(self) -> int:
        return int(self.world_ms()) + self.skew_ms

    def monotonic_ms(self) -> int:
        return int(self.world_ms()) - self.booted_ms

    def random(self, size: int) -> bytes:
        return bytes(self.random_bytes(size))


class OpenForm(NamedTuple):
    """A form on a screen: what the product remembers of it, and what the person has before the eyes."""

    shown: Shown
    saw: Mapping[str, frozenset[Serial]]


class Pending(NamedTuple):
    """A transaction under way: what it will say if its commit lasts."""

    values: Mapping[RecordKey, Mapping[str, Value]]
    saw: Mapping[RecordKey, Mapping[str, frozenset[Serial]]]
    knew: Mapping[RecordKey, frozenset[Serial]]
    tokens: tuple[str, ...]
    below: frozenset[RecordKey] = frozenset()


@dataclass
class Laptop:
    """One laptop of one person. `place` is where its file says it lives, `is_old` which program it runs."""

    name: str
    user: str
    disk: Disk
    clock: LaptopClock
    account: Account
    line: Line
    place: str
    chance: Random
    is_old: bool = False
    registry: Registry = field(default=REGISTRY)
    copy: Copy = field(init=False)
    forms: dict[RecordKey, OpenForm] = field(default_factory=dict)
    task: Task | None = None
    report: Report | None = None
    excuses: int = 0
    """How often something had happened after which copies may differ, when its sync began."""
    excused: int = 0
    """The same, of its last whole sync: so many have been seen to."""
    pending: Pending | None = None
    backup: dict[str, bytes] | None = None
    actor: str | None = None
    _replica: Replica | None = None
    _http: Http | None = None
    _engine: Engine | None = None

    def __post_init__(self) -> None:
        self.copy = Copy(self.name)

    # -- the program -----------------------------------------------------------------------------------

    @contextmanager
    def program(self) -> Iterator[None]:
        """This laptop's own version of the program runs."""
        with pytest.MonkeyPatch.context() as patch:
            if self.is_old:
                for module in (replica_module, opening):
                    patch.setattr(module, "REGISTRY", self.registry)
            yield

    @property
    def replica(self) -> Replica:
        if self._replica is None:
            with self.program():
                try:
                    self._replica = self._open()
                except CrmError as error:
                    if error.code != "disk_full":
                        raise
                    self.disk.is_full = (
                        False  # the tables of another version could not be made: whoever reads so makes room
                    )
                    self._replica = self._open()
            self._watch(self._replica)
        return self._replica

    def _open(self) -> Replica:
        return open_replica(
            self.disk.folder / DATABASE, key=None, clock=self.clock, readings=readings, place=self.place
        )

    def _watch(self, replica: Replica) -> None:
        """What the program writes in a person's name, who kept what a sync would have hidden, goes into the account."""
        write = replica.write

        def watched(
            connection: Connection, writes: Sequence[Write], *, kind: str = "form", words_wait: bool = False
        ) -> Committed:
            if kind == "bulk":
                self.look()
                seen = {w.key: self.on_screen(w.key) for w in writes}
                knew = {w.key: frozenset(c.serial for c in self.copy.cells.get(w.key, ())) for w in writes}
                self.pending = Pending({w.key: w.values for w in writes}, seen, knew, ())
            return write(connection, writes, kind=kind, words_wait=words_wait)

        replica.write = watched  # type: ignore[method-assign]

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._http = enrolment.connect(self.replica, self.line)
            self._engine = Engine(self.replica, self._http, InLine())
        return self._engine

    @property
    def http(self) -> Http:
        _ = self.engine
        assert self._http is not None
        return self._http

    def stop(self) -> None:
        """The process ends; what it held in memory is gone."""
        if self._replica is not None:
            with self.disk.calm():
                self._replica.close()
        self._replica = self._http = self._engine = None
        self.forms.clear()

    def restart(self, image: dict[str, bytes] | None = None) -> None:
        """The process ends and starts again on what its disk then holds."""
        kept = self.disk.image if self.disk.is_dead else self.disk.files()
        self.stop()
        self.disk.put_back(kept if image is None else image)

    # -- what a person sees and writes -------------------------------------------------------------------

    def visible(self, *entities: str) -> list[RecordKey]:
        """The records on this laptop that a person can open."""
        return [key for key in sorted(self.copy.cells) if key.entity in entities]

    def record(self, key: RecordKey) -> Record | None:
        state = self.copy.states.get(key)
        return None if state is None else decode(state)

    def open_form(self, key: RecordKey) -> OpenForm:
        record = self.record(key)
        shown = BLANK if record is None else show(record, key.entity, self.replica.registry)
        self.forms[key] = OpenForm(shown, self.on_screen(key))
        return self.forms[key]

    def overtaken(self, key: RecordKey) -> list[str]:
        """The fields of an open form that have changed since it was opened."""
        now, then = self.on_screen(key), self.forms[key].saw
        return [name for name in sorted(now) if now[name] != then.get(name)]

    def on_screen(self, key: RecordKey) -> dict[str, frozenset[Serial]]:
        """Field -> the edits that stand on the screen of somebody who looks at the record now."""
        found: dict[str, set[Serial]] = {}
        for cell in self.copy.cells.get(key, ()):
            found.setdefault(cell.field, set()).add(cell.serial)
        return {name: frozenset(serials) for name, serials in found.items()}

    def commit(
        self,
        writes: list[Write],
        *,
        saw: Mapping[RecordKey, Mapping[str, frozenset[Serial]]] | None = None,
        kind: str = "form",
        tokens: tuple[str, ...] = (),
    ) -> str | None:
        """One transaction by a person, in the product and in the account."""
        if self.pending is not None:
            self.look()
        seen = {w.key: (saw or {}).get(w.key, self.on_screen(w.key)) for w in writes}
        knew = {w.key: frozenset(c.serial for c in self.copy.cells.get(w.key, ())) for w in writes}
        below = frozenset(
            key
            for w in writes
            if w.values.get("deleted")
            for key in self.copy.cells
            if self.account.hangs_below(key.id, w.key.id)
        )
        self.pending = Pending({w.key: w.values for w in writes}, seen, knew, tokens, below)
        try:
            txn = self.replica.commit(writes, kind=kind).txn
        except CrmError as error:
            if error.code not in ("lease_expired", "clock_set_back"):
                raise
            self.pending = None  # locked until the next sync: nothing was written, and the person saw it
            return None
        if txn is not None:
            self._tell(txn, self.pending)
        self.pending = None
        return txn

    def _tell(self, txn: str, pending: Pending) -> None:
        for key, values in pending.values.items():
            if values:
                number = len(self.account.told)
                tokens = tuple(token for token in pending.tokens if token in repr(values))
                told = Told(dict(values), self.name, number, pending.knew[key], tokens, pending.below)
                self.account.tell(Serial(txn, key), told, pending.saw[key])

    # -- watching ----------------------------------------------------------------------------------------

    def look(self) -> None:
        """Compare what this laptop shows now with what it showed before; find what a killed commit left."""
        with self.disk.calm(), self.replica.database.read() as connection:
            if self.pending is not None:
                self._find_pending(connection, self.pending)
            self._note_renaming(settings.identity(connection).actor)
            present = set()
            for entity, record_id, part, state in dialect.run(
                connection, "SELECT entity, id, part, state FROM record WHERE seq IS NULL OR seq <> -1"
            ).fetchall():
                key = RecordKey(entity, record_id, part)
                if is_watched(key):
                    present.add(key)
                    if self.copy.states.get(key) != state:
                        self.account.look(self.copy, key, bytes(state), decode(bytes(state)))
            for key in self.copy.states.keys() - present:
                self.account.gone(self.copy, key)

    def _note_renaming(self, actor: str) -> None:
        """A form that was open when this file took a new actor names edits by the old one: what it overwrites may
        stand beside its successor, as a conflict with oneself."""
        if self.actor not in (None, actor):
            for form in self.forms.values():
                self.account.twins |= {serial for serials in form.saw.values() for serial in serials}
        self.actor = actor

    def _find_pending(self, connection: Any, pending: Pending) -> None:
        """A transaction whose commit nobody heard of: it lasted or it did not."""
        marks = ", ".join("?" * len(pending.values))
        for txn in {
            row[0]
            for row in dialect.run(
                connection,
                f"SELECT txn FROM edit WHERE id IN ({marks})",
                tuple(key.id for key in pending.values),
            ).fetchall()
        }:
            if not any(serial.txn == txn for serial in self.account.told):
                self._tell(txn, pending)
        self.pending = None

    def is_paused(self) -> bool:
        """Whether its last sync asked what to do about much that would be hidden."""
        problem = self.report.problem if self.report else None
        return problem is not None and problem.code == "mass_deletion"

    def has_settled(self) -> bool:
        """Whether its last sync went through."""
        return self.report is not None and self.report.is_complete

    def unsent(self) -> list[tuple[Serial, str | None, str | None]]:
        """What the server has not accepted: edits with verdict and reason."""
        with self.disk.calm(), self.replica.database.read() as connection:
            actor = settings.identity(connection).actor
            rows = dialect.run(
                connection,
                "SELECT e.txn, o.entity, o.id, o.part, o.verdict, o.code FROM outbox o"
                " LEFT JOIN edit e ON e.actor = ? AND e.counter = o.counter",
                (actor,),
            ).fetchall()
        return [(Serial(txn, RecordKey(e, i, p)), verdict, code) for txn, e, i, p, verdict, code in rows]

    def holds(self) -> set[Serial]:
        """Every edit in the file, hidden records and history too."""
        with self.disk.calm(), self.replica.database.read() as connection:
            rows = dialect.run(connection, "SELECT txn, entity, id, part FROM edit").fetchall()
        return {Serial(row[0], RecordKey(*row[1:])) for row in rows}

    def kept(self) -> set[RecordKey]:
        """Records of books that a restored server does not know, which the person wanted kept when asked."""
        with self.disk.calm(), self.replica.database.read() as connection:
            buckets = settings.read(connection, "kept", list[str]) or []
            return {s.key for bucket in buckets for s in records.in_bucket(connection, bucket)}

    def cursors(self) -> dict[str, outbox.Cursor]:
        with self.disk.calm(), self.replica.database.read() as connection:
            return outbox.cursors(connection)

    def rows(self) -> dict[RecordKey, records.Stored]:
        """Every record in the file, those that left too."""
        with self.disk.calm(), self.replica.database.read() as connection:
            found = records._select(connection, "1 = 1", ())
        return {stored.key: stored for stored in found}
