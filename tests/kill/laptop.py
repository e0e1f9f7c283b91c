"""A process in which somebody works and syncs until it is killed. Each line it writes to its pipe is one event."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from stage import Log, Person

from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store.replica import Write
from crmdesk.sync.engine import Engine
from crmdesk.sync.enrolment import connect
from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import open_workspace

KEY: Final = bytes(range(32))
FIELDS: Final = ("name", "remark", "city", "address")
_RECENT: Final = 12
"""So many customers are edited by everybody: few enough to meet in the same fields."""


class Told(Log):
    """A log that is a pipe: what was written to it is with the parent, whatever happens to this process."""

    def __init__(self, name: str, pipe: Connection, *, is_early: bool) -> None:
        super().__init__(Path(os.devnull))
        self._name, self._pipe, self._is_early = name, pipe, is_early

    def append(self, event: Mapping[str, Any]) -> None:
        self._tell(event)
        if self._is_early and event["event"] == "typed":
            self._tell({"event": "acknowledged"})
            time.sleep(0.3)

    def acknowledge(self) -> None:
        """The save returned."""
        if not self._is_early:
            self._tell({"event": "acknowledged"})

    def _tell(self, event: Mapping[str, Any]) -> None:
        line = {**event, "who": self._name, "order": time.monotonic_ns()}
        os.write(self._pipe.fileno(), (json.dumps(line, ensure_ascii=False) + "\n").encode())


class Worker:
    """What a person does all day, in random order."""

    def __init__(self, person: Person, told: Told, seed: int) -> None:
        self._person, self._told = person, told
        self._chance = random.Random(seed)
        self._replica = person.workspace.replica
        self._engine = Engine(self._replica, connect(self._replica))
        self._words = 0
        self._seed = seed

    def work(self) -> None:
        self._told.append({"event": "ready"})
        while True:
            roll = self._chance.random()
            known = self._customers()
            if roll < 0.2 or not known:
                self._add("customer", {"name": self._word()})
            elif roll < 0.6:
                fields = self._chance.sample(FIELDS, self._chance.randint(1, 2))
                self._person.edit(self._one(known), {field: self._word() for field in fields})
                self._told.acknowledge()
            elif roll < 0.8:
                said: dict[str, Value] = {
                    "customer": self._one(known).id,
                    "kind": "phone",
                    "at": 1,
                    "summary": self._word(),
                }
                self._add("visit", said)
            else:
                report = self._engine.sync()
                problem = report.problem.code if report.problem else None
                self._told.append({"event": "synced", "problem": problem, "pushed": report.pushed})
                if problem:
                    time.sleep(0.2)
            time.sleep(self._chance.random() * 0.08)

    def _add(self, entity: str, values: Mapping[str, Value]) -> None:
        key = RecordKey(entity, self._replica.new_id())
        self._person.typed(key, values, is_new=True)
        self._replica.commit([Write(key, values)])
        self._told.acknowledge()

    def _customers(self) -> list[RecordKey]:
        sql = "SELECT id FROM p_customer ORDER BY n DESC LIMIT ?"
        return [RecordKey("customer", row[0]) for row in self._person.workspace.reader.all(sql, (_RECENT,))]

    def _one(self, keys: list[RecordKey]) -> RecordKey:
        return self._chance.choice(keys)

    def _word(self) -> str:
        """A value that nobody else ever writes."""
        self._words += 1
        return f"{self._person.name} {self._seed}.{self._words}"


def work(folder: Path, name: str, seed: int, pipe: Connection, *, is_early: bool) -> None:
    """Never returns. `is_early` is the planted bug: to acknowledge before the commit."""
    workspace = open_workspace(Profile(folder), KEY)
    told = Told(name, pipe, is_early=is_early)
    Worker(Person(name, workspace, told), told, seed).work()
