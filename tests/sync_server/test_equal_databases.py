"""The same trace on SQLite and on PostgreSQL ends in the same records, edits and placements (I16, R21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from crmdesk.core.ids import uuid7
from crmdesk.core.record import RecordKey
from crmdesk.core.wire import PushAnswer
from sync_server import accounts, keeping
from sync_server.clock import Moment
from sync_server.settings import Settings
from tests.support import laptop as laptops
from tests.support.laptop import Laptop
from tests.support.postgres import Postgres
from tests.support.server import Clock, RunningServer, running_server, staff

STEPS = 220
START_MS = 1_790_000_000_000
COMPARED = ("record", "edit", "movement", "bucket", "bucket_commit", "checksum", "refused", "reader", "audit")
"""Every table that says what a person wrote, where it is, who reads it and what became of it."""


@dataclass
class Scripted(Clock):
    """Time and chance that are the same in every run."""

    chance: Random = field(default_factory=lambda: Random(7))
    ms: int = START_MS

    def __call__(self) -> Moment:
        return Moment(self.ms, self.chance.randbytes)


class Trace:
    """A seeded day of four people: new records, concurrent edits, poison, deletions, moves."""

    def __init__(self, server: RunningServer, clock: Scripted) -> None:
        self.server, self.clock, self.random = server, clock, Random(11)
        self.laptops = [self._enrolled(name) for name in ("Ann", "Bo", "Cai", "Mei")]
        self.customers: list[RecordKey] = []

    def _enrolled(self, name: str) -> Laptop:
        found = Laptop(
            self.server,
            self.server.people[name].user,
            key=Ed25519PrivateKey.from_private_bytes(self.random.randbytes(32)),
            actor=self.random.randbytes(16).hex(),
        )
        assert found.enrol().status_code == 200
        return found

    def run(self) -> None:
        acts: list[Callable[[Laptop], Any]] = [
            self._make,
            self._change,
            self._change,
            self._visit,
            self._delete,
        ]
        for step in range(STEPS):
            self.clock.ms += self.random.randrange(1, 3000)
            who = self.random.choice(self.laptops)
            self.random.choice(acts)(who)
            if step % 3 == 0:
                self._push(who)
            if step % 7 == 0:
                who.pull_all()
            if step % 25 == 24:
                self._move()
        for who in self.laptops:
            self._push(who)

    def _make(self, who: Laptop) -> None:
        self.customers.append(who.customer(f"客户 {len(self.customers)}", city="苏州"))

    def _held(self, who: Laptop) -> RecordKey | None:
        held = [key for key in self.customers if key in who.records]
        return self.random.choice(held) if held else None

    def _change(self, who: Laptop) -> None:
        if key := self._held(who):
            name = self.random.choice(("city", "remark", "no_such_field", "phone:1"))
            who.write(key, {name: f"{self.random.random()}"})

    def _visit(self, who: Laptop) -> None:
        if key := self._held(who):
            who.visit(key)

    def _delete(self, who: Laptop) -> None:
        if (key := self._held(who)) and self.random.random() < 0.4:
            who.write(key, {"deleted": {"seen": dict(who.records[key].clock)}})

    def _push(self, who: Laptop) -> None:
        if who.unsent:
            reply = who.post(who.batch(self.random.randbytes(16).hex()))
            assert reply.status_code == 200, reply.text
            who.settle(msgspec.json.decode(reply.content, type=PushAnswer))

    def _move(self) -> None:
        """The manager hands a customer over; some are not hers to move, or gone."""
        customer, to = self.random.choice(self.customers), self.random.choice(self.laptops[:3])
        asked = {"id": self.random.randbytes(16).hex(), "customers": [customer.id], "to_user": to.user}
        assert self.laptops[3].http.post("/v1/commands/change-owner", json=asked).status_code in (
            200,
            403,
            404,
        )


def dump(server: RunningServer) -> dict[str, list[str]]:
    """The compared tables, row by row; row numbers are each database's own affair."""
    found = {}
    with server.database.read() as connection:
        for part in accounts.METADATA:
            for name in COMPARED:
                if (table := part.tables.get(name)) is not None:
                    kept = [column for column in table.columns if column.name != "n"]
                    found[name] = sorted(repr(tuple(row)) for row in connection.execute(select(*kept)))
    return found


def end_of(folder: Path, url: str | None, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    clock, ids = Scripted(), Random(13)

    def scripted_id() -> str:
        return uuid7(clock.ms, ids.randbytes(10))

    monkeypatch.setattr(laptops, "fresh_id", scripted_id)
    if url is not None:
        accounts.create_company(Settings(folder / "company", url=url), "Test company", clock())
    with running_server(folder, url=url, clock=clock) as server:
        with server.database.write() as connection:
            staff(connection, clock())
        server.refresh()
        Trace(server, clock).run()
        assert keeping.check(server.database).problems == ()
        return dump(server)


def test_i16_the_same_trace_ends_equally_on_both_databases(
    tmp_path: Path, postgres_service: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_sqlite = end_of(tmp_path / "file", None, monkeypatch)
    with postgres_service.empty() as url:
        on_postgresql = end_of(tmp_path / "service", url, monkeypatch)
    assert on_sqlite.keys() == set(COMPARED)
    assert len(on_sqlite["record"]) > 60
    assert len(on_sqlite["movement"]) > 10
    assert len(on_sqlite["refused"]) > 0
    for name in COMPARED:
        assert on_postgresql[name] == on_sqlite[name], name


def test_another_trace_ends_differently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = end_of(tmp_path / "one", None, monkeypatch)
    monkeypatch.setattr(Trace, "_delete", Trace._make)
    assert end_of(tmp_path / "two", None, monkeypatch)["record"] != first["record"]
