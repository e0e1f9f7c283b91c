"""Taking a whole import or bulk event back, at any later time: what it wrote goes, what anybody has written since stays and is listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.record import Record, RecordKey
from crmdesk.core.resolve import Life, deletion, life
from crmdesk.store import imports
from crmdesk.usecases import taking_back
from crmdesk.usecases.taking_back import Plan

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crmdesk.store.reading import Reader
    from crmdesk.store.replica import Replica, Touched, Write

_MOST_KEPT: Final = 10_000
"""So many of the records that stay are listed: a run is written anew with each step. The others are counted."""
TOGETHER: Final = 3
"""Transactions that one commit takes back, 1,500 records: each commit moves most of the index of keys, and a save waits for it."""
BELOW: Final = "below"
"""In the place of a field: a customer stays because of what hangs below it, or of who is read as part of it."""


class Book(Protocol):
    """Where it is kept what something made of many transactions did: `store.imports` or `store.bulk`."""

    def find(self, reader: Reader, name: str, /) -> Any: ...

    def steps(self, connection: Connection, run: str, /) -> list[str]: ...

    def undo_step(self, connection: Connection, txn: str, /) -> None: ...

    def save(self, connection: Connection, run: Any, *, was: int) -> None: ...


class Undoing:
    """An undo under way, for one thread: call `step` until it is `done`. It goes on after a crash.

    Raises `not_found`, `nothing_to_undo`.
    """

    def __init__(self, replica: Replica, reader: Reader, name: str, book: Book = imports) -> None:
        self._book = book
        self.run = book.find(reader, name)
        self.done = False
        self._replica = replica
        with replica.database.read() as connection:
            self._waiting = book.steps(connection, self.run.id)
        if not self._waiting and self.run.state != "undoing":
            raise CrmError("nothing_to_undo")
        self._total = max(1, len(self._waiting))
        self._waiting.reverse()  # taken from the end: the latest first, so what hangs below goes before its customer

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return 1 - len(self._waiting) / self._total

    def step(self) -> Touched:
        """Take the next transactions back, as many as one commit holds; returns what was written."""
        from crmdesk.store.replica import Touched

        if not self._waiting:
            self._finish()
            return Touched()
        going = self._waiting[-TOGETHER:]
        run, touched = self.run, Touched()
        with self._replica.database.write() as connection:
            for txn in reversed(going):
                plans = _plans(self._replica, connection, txn)
                touched |= self._write(connection, plans)
                self._book.undo_step(connection, txn)
                run = self._noted(run, plans)
            self._book.save(connection, run, was=run.position)
        self.run = run
        del self._waiting[-len(going) :]
        if not self._waiting:
            self._finish()
        return touched

    def _write(self, connection: Connection, plans: list[Plan]) -> Touched:
        from crmdesk.store.replica import Touched

        rounds: dict[int, list[Write]] = defaultdict(list)
        for plan in plans:
            for number, (values, shown) in enumerate(plan.rounds()):
                rounds[number].append(taking_back.write_of(plan.key, values, shown))
        touched = Touched()
        for number in sorted(rounds, reverse=True):
            self._replica.check_mandate(connection, rounds[number])
            touched |= self._replica.write(connection, rounds[number], kind="undo").touched
        return touched

    def _noted(self, run: Any, plans: list[Plan]) -> Any:
        """The run with what was left alone of some more of it."""
        kept = [*run.kept, *_kept(plans)]
        more = run.kept_more + max(0, len(kept) - _MOST_KEPT)
        met = run.met + len(plans)
        return msgspec.structs.replace(run, state="undoing", kept=kept[:_MOST_KEPT], kept_more=more, met=met)

    def _finish(self) -> None:
        away = max(0, self.run.wrote - self.run.met)
        self.run = msgspec.structs.replace(self.run, state="undone", away=away)
        with self._replica.database.write() as connection:
            self._book.save(connection, self.run, was=self.run.position)
        self.done = True


def _kept(plans: Iterable[Plan]) -> list[tuple[str, str, list[str]]]:
    """What stays as it is, with the fields that were written to since."""
    return [(plan.key.entity, plan.key.id, list(plan.kept)) for plan in plans if plan.kept]


def _plans(replica: Replica, connection: Connection, txn: str) -> list[Plan]:
    """How each record of a transaction is taken back.

    A customer stays with something of somebody's below it, and with another customer that is read as part of it.
    """
    from crmdesk.store import aliases, dialect, records

    def ask(sql: str, bind: Iterable[object]) -> list[tuple[object, ...]]:
        return dialect.run(connection, sql, tuple(bind)).fetchall()  # type: ignore[no-any-return]

    plans = taking_back.plans(ask, replica.registry, txn)
    going = {plan.key for plan in plans if plan.is_deletion}
    roots = [key.id for key in going if replica.registry[key.entity].home is None]
    parts = aliases.parts_by_customer(connection, roots)
    whole = {part: customer for customer, several in parts.items() for part in several}
    below: dict[str, list[tuple[RecordKey, Record]]] = {}
    for stored in records.under_roots(connection, [*roots, *whole]):
        if stored.seq == records.LEFT:
            continue
        if stored.root in whole:
            below.setdefault(whole[stored.root], []).append((stored.key, stored.record))
        if stored.key.id != stored.root:
            below.setdefault(stored.root, []).append((stored.key, stored.record))
    return [_with_below(plan, below.get(plan.key.id, []), going) for plan in plans]


def _with_below(plan: Plan, below: list[tuple[RecordKey, Record]], going: set[RecordKey]) -> Plan:
    if not below or not plan.is_deletion:
        return plan
    if any(key not in going and life(record) is not Life.DELETED for key, record in below):
        return Plan(plan.key, {}, {}, {}, (BELOW,), plan.record)
    assert plan.record is not None
    values = deletion(plan.record, [record for _, record in below])
    return Plan(plan.key, values, {}, {}, (), plan.record)
