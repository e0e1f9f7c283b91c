"""Open workspaces on real files under a clock that tests own, and a hand that carries records between them."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmdesk.core.clock import stamp
from crmdesk.core.record import Dot, Edit, Placement, Record, RecordKey, Txn, decode, encode, write
from crmdesk.store.delivery import Arrival, Departure
from crmdesk.store.replica import Replica, Touched, Write
from crmdesk.system.paths import Profile
from crmdesk.usecases import customers
from crmdesk.usecases.workspace import Workspace, create_workspace

NOON = 1_795_320_000_000
"""Sunday, 22 November 2026, noon in Shanghai (UTC milliseconds)."""
MINUTE = 60_000
DAY = 86_400_000


@dataclass
class FakeClock:
    """Time that moves when a test moves it, a millisecond a look otherwise, and seeded randomness."""

    seed: int = 0
    now: int = NOON
    started: int = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.started = self.now

    def now_ms(self) -> int:
        self.now += 1
        return self.now

    def monotonic_ms(self) -> int:
        return self.now - self.started

    def random(self, size: int) -> bytes:
        return self._random.randbytes(size)

    def pass_ms(self, ms: int) -> None:
        self.now += ms


def make(
    folder: Path, *, seed: int = 1, now: int = NOON, key: bytes | None = None, name: str = "林晓"
) -> Workspace:
    """A new workspace for working alone."""
    return create_workspace(Profile(folder), key, user_name=name, clock=FakeClock(seed, now))


def customer(workspace: Workspace, name: str = "宏远机械", **values: Any) -> str:
    """A new customer's id."""
    return customers.add(workspace.replica, {"name": name, **values}).value


def commit(replica: Replica, key: RecordKey, **values: Any) -> str:
    """One edit of what is there now; returns the transaction."""
    txn = replica.commit([Write(key, values)]).txn
    assert txn is not None
    return txn


def record(workspace: Workspace, key: RecordKey) -> Record:
    """A record as it stands, even one that is hidden."""
    state = workspace.reader.value(
        "SELECT state FROM record WHERE entity = ? AND id = ? AND part = ?", tuple(key)
    )
    assert state is not None
    return decode(state)


def records(workspace: Workspace) -> dict[RecordKey, Record]:
    """Everything in the record table."""
    rows = workspace.reader.all("SELECT entity, id, part, state FROM record ORDER BY n")
    return {RecordKey(*row[:3]): decode(row[3]) for row in rows}


def receive(
    workspace: Workspace,
    arrivals: Mapping[RecordKey, Record] | Sequence[tuple[RecordKey, Record]],
    departures: Sequence[Departure] = (),
    *,
    seq: int = 1,
) -> Touched:
    """Take records in, as a pull does, in one transaction."""
    pairs = list(arrivals.items()) if isinstance(arrivals, Mapping) else list(arrivals)
    replica = workspace.replica
    with replica.database.write() as connection:
        return replica.take_in(connection, [Arrival(key, encode(one), seq) for key, one in pairs], departures)


@dataclass
class Colleague:
    """Somebody elsewhere, writing to copies of records without any database."""

    actor: str = "c" * 32
    user: str = "王强"
    counter: int = 0
    now: int = NOON - DAY

    def edit(
        self,
        old: Record | None,
        values: Mapping[str, Any],
        *,
        bucket: str = "their-book",
        seen: Mapping[str, Collection[Dot]] | None = None,
        eff: bool = True,
    ) -> Record:
        """The record after one more edit of theirs; accepted by the server already unless `eff` is False."""
        self.counter += 1
        self.now += MINUTE
        at = stamp(self.now)
        edit = Edit(
            Dot(self.actor, self.counter), at, self.user, at if eff else None,
            Txn(f"{self.actor[:4]}-{self.counter}", "form"), dict(values),
        )  # fmt: skip
        return write(old, edit, placement=Placement(0, bucket), seen=seen)
