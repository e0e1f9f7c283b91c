"""A real laptop at a test's hands: a replica on disk, the real engine, the real HTTP client."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from crmdesk.core.record import RecordKey, encode
from crmdesk.core.resolve import read_record
from crmdesk.core.text import Readings
from crmdesk.core.values import Value
from crmdesk.store import generation, outbox, records
from crmdesk.store.opening import create_replica, open_replica
from crmdesk.store.replica import Replica, Write
from crmdesk.store.settings import Identity
from crmdesk.sync import enrolment
from crmdesk.sync.engine import Engine, Report
from crmdesk.sync.http import Account, Http
from crmdesk.system.clock import SystemClock
from crmdesk.system.resources import resource

KEY = bytes(range(32))


@lru_cache(maxsize=1)
def readings() -> Readings:
    return Readings.parse(resource("pinyin", "readings.txt").read_text(encoding="utf-8"))


def new_replica(path: Path, key: bytes | None = None) -> Replica:
    """A replica of somebody who works alone."""
    clock = SystemClock()
    alone = Identity(
        clock.random(16).hex(),
        0,
        0,
        "me",
        "Me",
        "rep",
        clock.random(16).hex(),
        clock.random(16).hex(),
        str(path),
    )
    return create_replica(path, key=key, clock=clock, readings=readings, identity=alone)


@dataclass
class Rep:
    """A person with a laptop. Writes are local; `sync` talks to the server."""

    replica: Replica
    http: Http
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = Engine(self.replica, self.http)

    def sync(self, **watch: Any) -> Report:
        """One sync that must go through."""
        report = self.engine.sync(**watch)
        assert report.problem is None, report.problem
        assert report.mismatched == 0, "both sides count the same checksum"
        return report

    def write(self, key: RecordKey, **values: Value) -> RecordKey:
        self.replica.commit([Write(key, values)])
        return key

    def customer(self, name: str, **values: Value) -> RecordKey:
        return self.write(RecordKey("customer", self.replica.new_id()), name=name, **values)

    def visit(self, customer: RecordKey, summary: str) -> RecordKey:
        key = RecordKey("visit", self.replica.new_id())
        return self.write(key, customer=customer.id, kind="onsite", at=1, summary=summary)

    def shows(self, key: RecordKey) -> dict[str, Value] | None:
        """What this laptop shows of a record; None if it isn't here."""
        with self.replica.database.read() as connection:
            stored = records.load(connection, [key]).get(key)
        if stored is None or stored.seq == records.LEFT:
            return None
        return read_record(stored.record, key.entity, self.replica.registry).values

    def name(self, key: RecordKey) -> Value:
        shown = self.shows(key)
        return shown["name"] if shown else None

    def names(self) -> set[str]:
        """The names of all customers in the projection."""
        with self.replica.database.read() as connection:
            return set(connection.exec_driver_sql("SELECT f_name FROM p_customer").scalars())

    def states(self) -> dict[RecordKey, bytes]:
        """Every record this laptop holds, byte for byte."""
        with self.replica.database.read() as connection:
            return {s.key: encode(s.record) for page in records.every(connection) for s in page}

    def unsent(self) -> list[outbox.Unsent]:
        with self.replica.database.read() as connection:
            return outbox.everything(connection)

    def copied_to(self, path: Path, place: str | None = None) -> Rep:
        """The same profile copied to another place while closed; `place` None: the copy is not noticed."""
        self.replica.database.scrub()  # brings the log into the file
        path.parent.mkdir(parents=True, exist_ok=True)
        for kept in (self.replica.database.path, generation.beside(self.replica.database.path)):
            shutil.copy(kept, path.with_suffix(kept.suffix))
        here = self.replica.identity().place
        copy = open_replica(
            path, key=self.replica.database.key, clock=SystemClock(), readings=readings, place=place or here
        )
        return Rep(copy, enrolment.connect(copy))

    def close(self) -> None:
        self.http.close()
        self.replica.close()


def enrolled(address: str, proof: str | Account, path: Path, key: bytes | None = None) -> Rep:
    """A new laptop that joined a company, with a code or with a name and password."""
    replica = new_replica(path, key)
    enrolment.enrol(replica, address, proof, "laptop")
    return Rep(replica, enrolment.connect(replica))
