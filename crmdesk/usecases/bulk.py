"""The same change to many customers: foretold, written in steps that can be stopped, one event that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
    from crmdesk.store.replica import Committed, Replica, Touched

STEP: Final = 250
"""Records of one transaction: a step takes a moment, so that whoever types meanwhile hardly waits."""
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


class Changing:
    """A change of many customers under way, for one thread: call `step` until it is `done`.

    Raises `forbidden_field` and what `Replica.commit` raises, before anything is written of that step.
    """

    def __init__(self, replica: Replica, customers: Sequence[str], wanted: Mapping[str, Value]) -> None:
        self._replica, self._wanted = replica, _clean(replica.registry, wanted)
        self._waiting = list(customers)
        self.done = not (self._waiting and self._wanted)
        self.event = Event(
            replica.new_id(), replica.clock.now_ms(), "customer", self._wanted, len(self._waiting)
        )
        with replica.database.write() as connection:
            bulk.prepare(connection)
            if not self.done:
                bulk.begin(connection, self.event)

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return 1 - len(self._waiting) / max(1, self.event.total)

    def step(self) -> Touched:
        """Write the next of them; returns what was written. One that left this laptop meanwhile is passed over."""
        from crmdesk.store.replica import Write

        batch, rest = self._waiting[:STEP], self._waiting[STEP:]
        was, event = self.event.position, msgspec.structs.replace(self.event)
        here = self._here(batch)
        event.position += len(batch)
        event.passed += len(batch) - len(here)
        event.state = "running" if rest else "done"

        def note(connection: Connection, done: Committed) -> None:
            if done.txn is not None:
                bulk.add_step(connection, event, done.txn)
            bulk.save(connection, event, was=was)

        writes = [
            Write(RecordKey("customer", one), dict(self._wanted), is_known=True)
            for one in batch
            if one in here
        ]
        if writes:
            touched = self._replica.commit(writes, kind="bulk", beside=note).touched
        else:
            touched = self._note_alone(note)
        self.event, self._waiting, self.done = event, rest, not rest
        return touched

    def _note_alone(self, note: Callable[[Connection, Committed], None]) -> Touched:
        from crmdesk.store.replica import Committed, Touched

        with self._replica.database.write() as connection:
            note(connection, Committed(None, Touched()))
        return Touched()

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
