"""The same change to many customers: foretold, written in steps that can be stopped, one event that can be undone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Generic, TypeVar

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey, decode
from crmdesk.core.registry import Registry
from crmdesk.core.resolve import read_record
from crmdesk.core.values import Value, canonical_text, encode
from crmdesk.store import bulk
from crmdesk.store.bulk import Event
from crmdesk.usecases import sharing
from crmdesk.usecases.directory import Directory

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crmdesk.store.reading import Reader
    from crmdesk.store.replica import Committed, Replica, Touched, Write

T = TypeVar("T")
SAMPLES: Final = 5
_BOUND: Final = 500


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a change would do: `able` are the ids that it changes, `same` how many are so already.

    `refused` are the ids of those that are not this person's to change; `samples` name some, with each field's value now.
    """

    able: tuple[str, ...]
    same: int
    refused: tuple[str, ...]
    samples: tuple[tuple[str, dict[str, Value]], ...]


def foretell(
    reader: Reader,
    registry: Registry,
    names: Directory,
    now_ms: int,
    customers: Sequence[str],
    wanted: Mapping[str, Value],
) -> Foretold:
    """What comes of setting `wanted`, by field (`tag:<id>` for a tag), on these customers."""
    clean = _clean(registry, wanted)
    able: list[str] = []
    refused: list[str] = []
    samples: list[tuple[str, dict[str, Value]]] = []
    same = 0
    shares = sharing.shares(reader, now_ms)
    writes: dict[str, bool] = {}
    for customer, bucket, state in _read(reader, customers):
        own = [share for share in shares if share.customer == customer]
        if own or bucket not in writes:
            may = sharing.writes_in(reader, names, bucket, own, now_ms)
            if not own:
                writes[bucket] = may
        else:
            may = writes[bucket]
        values = read_record(decode(state), "customer", registry).values
        if not differs(values, clean):
            same += 1
        elif not may:
            refused.append(customer)
        else:
            able.append(customer)
            if len(samples) < SAMPLES:
                samples.append((str(values.get("name") or ""), {field: values.get(field) for field in clean}))
    return Foretold(tuple(able), same, tuple(refused), tuple(samples))


def differs(values: Mapping[str, Value], wanted: Mapping[str, Value]) -> bool:
    """Whether setting `wanted` would change anything; a tag that was never put on is off."""
    return any(encode(_said(values, field)) != encode(value) for field, value in wanted.items())


def _said(values: Mapping[str, Value], field: str) -> Value:
    value = values.get(field)
    if field.startswith("tag:"):
        return bool(value)
    return None if value == "" else value  # a blank, however it came about; 0 and no are values


class UnderWay(ABC, Generic[T]):
    """A bulk event under way, for one thread: call `step` until it is `done`.

    Raises what `Replica.commit` raises, before anything is written of that step.
    """

    kind: ClassVar[str]
    """Of its transactions."""
    together: ClassVar[int]
    """So much of what waits is written in one of them."""

    def __init__(self, replica: Replica, waiting: Sequence[T], wanted: dict[str, Value]) -> None:
        self._replica, self._waiting = replica, list(waiting)
        self.done = not self._waiting
        self.event = Event(replica.new_id(), replica.clock.now_ms(), "customer", wanted, len(self._waiting))
        with replica.database.write() as connection:
            bulk.prepare(connection)
            if not self.done:
                bulk.begin(connection, self.event)

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return 1 - len(self._waiting) / max(1, self.event.total)

    def step(self) -> Touched:
        """Write the next of what waits; returns what was written. What no longer can be written is passed over."""
        from crmdesk.store.replica import Committed, Touched

        batch, rest = self._waiting[: self.together], self._waiting[self.together :]
        was, event = self.event.position, msgspec.structs.replace(self.event)
        writes, passed = self._writes(batch)
        event.passed += passed
        event.position += len(batch)
        event.state = "running" if rest else "done"

        def note(connection: Connection, done: Committed) -> None:
            if done.txn is not None:
                bulk.add_step(connection, event, done.txn)
            bulk.save(connection, event, was=was)

        if writes:
            touched = self._replica.commit(writes, kind=self.kind, beside=note).touched
        else:
            touched = Touched()
            with self._replica.database.write() as connection:
                note(connection, Committed(None, touched))
        self.event, self._waiting, self.done = event, rest, not rest
        return touched

    @abstractmethod
    def _writes(self, batch: Sequence[T]) -> tuple[list[Write], int]:
        """What is to be written of some that waited, and how many of them are passed over."""


class Changing(UnderWay[str]):
    """A change of many customers; one that left this laptop meanwhile is passed over. Raises `forbidden_field` too."""

    kind = "bulk"
    together = 250  # a step takes a moment, so that whoever types meanwhile hardly waits

    def __init__(self, replica: Replica, customers: Sequence[str], wanted: Mapping[str, Value]) -> None:
        self._wanted = _clean(replica.registry, wanted)
        super().__init__(replica, customers if self._wanted else (), self._wanted)

    def _writes(self, batch: Sequence[str]) -> tuple[list[Write], int]:
        from crmdesk.store.replica import Write

        here = self._here(batch)
        writes = [
            Write(RecordKey("customer", one), dict(self._wanted), is_known=True)
            for one in batch
            if one in here
        ]
        return writes, len(batch) - len(here)

    def _here(self, batch: Collection[str]) -> set[str]:
        from crmdesk.store import dialect

        marks = ",".join("?" * len(batch))
        query = (
            f"SELECT id FROM record WHERE entity = 'customer' AND id IN ({marks}) AND coalesce(seq, 0) <> -1"
        )
        with self._replica.database.read() as connection:
            return {row[0] for row in dialect.run(connection, query, tuple(batch))}


def _clean(registry: Registry, wanted: Mapping[str, Value]) -> dict[str, Value]:
    """What is to be set, in its one spelling. Raises `required` for a blank that may not be, `server_field`."""
    clean: dict[str, Value] = {}
    for field, value in wanted.items():
        declared = registry.find("customer", field)
        if declared is None or declared.server:
            raise CrmError("server_field", field=field)
        text = (canonical_text(value).strip() or None) if isinstance(value, str) else value
        if declared.required and text in (None, ""):
            raise CrmError("required", field=declared.label)
        clean[field] = text
    return clean


def _read(reader: Reader, customers: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
    """Id, bucket and state of customers that are here."""
    for start in range(0, len(customers), _BOUND):
        some = customers[start : start + _BOUND]
        marks = ",".join("?" * len(some))
        place = {customer: at for at, customer in enumerate(some)}
        rows = reader.all(
            "SELECT c.id, c.bucket, r.state FROM p_customer c JOIN record r ON r.id = c.id AND r.entity = 'customer' "
            f"AND r.part = 'main' AND coalesce(r.seq, 0) <> -1 WHERE c.id IN ({marks})",
            some,
        )
        yield from sorted(rows, key=lambda row: place[row[0]])
