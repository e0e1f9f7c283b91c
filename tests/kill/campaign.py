"""Rounds of work, each ended by one kill, and the count of what was lost by them."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import referee
from stage import Log, Person, people_equal

from crmdesk.core.roles import Role
from crmdesk.core.values import Value
from crmdesk.store import dialect, outbox, records
from crmdesk.sync.engine import Engine
from crmdesk.sync.enrolment import connect, enrol
from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import Workspace, create_workspace, open_workspace
from sync_server import accounts, enrolment
from sync_server.clock import moment
from sync_server.settings import Settings, note_url
from tests.kill import laptop
from tests.kill.laptop import KEY
from tests.kill.service import Service

ROOT: Final = Path(__file__).resolve().parents[2]
PEOPLE: Final = {"Ann": "rep", "Bo": "rep", "Mei": "manager"}
"""Ann and Bo share their books, Mei manages both: everybody sees and writes everything."""
MANAGER: Final = "Mei"
PATIENCE: Final = 240.0
"""Seconds that a start may take on a busy machine."""
STARTS: Final = 30
"""How often a process that ends at its start is started again; PostgreSQL takes a few seconds to come back."""
Event: TypeAlias = dict[str, Any]


class StuckError(Exception):
    """A process did not start: the campaign itself is broken."""


@dataclass
class Tally:
    """What a campaign did and what it cost. Everything but `lost`, `absent` and `differ` is how much was tried.

    `lost` are acknowledged values that are neither visible nor replaced by somebody who saw them nor in an inbox;
    `absent` those that the server's history lacks; `differ` is whether two replicas hold one record differently.
    """

    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    synced: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    lost: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    differ: bool = False

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.absent or self.differ)

    def said(self) -> str:
        killed = ", ".join(f"{count} of {who}" for who, count in sorted(self.kills.items()))
        trouble = ", ".join(f"{code} {count}" for code, count in sorted(self.problems.items())) or "none"
        return (
            f"{self.rounds} rounds; killed: {killed}; {self.acknowledged} edits acknowledged, {self.synced} syncs "
            f"went through (trouble: {trouble}); refused {self.refused}; lost {len(self.lost)}, absent at the "
            f"server {len(self.absent)}, replicas {'differ' if self.differ else 'equal'}"
        )


class Said:
    """The lines that a process writes to a pipe, as they come; a line without its end was never said."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.events: list[Event] = []
        self._ready = threading.Event()
        self._pipe = pipe
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with self._pipe as said:
            for line in said:
                if line.endswith(b"\n"):
                    self.events.append(json.loads(line))
                    self._ready.set()
        self._ready.set()

    def is_ready(self) -> bool:
        """Waits for its first line, which says that the process has started; False where it ended before."""
        if not self._ready.wait(PATIENCE):
            raise StuckError("a process did not start")
        return bool(self.events)

    def to_its_end(self) -> list[Event]:
        """All of it, once the process is gone."""
        self._reader.join()
        return self.events


class ServerProcess:
    """`crmdesk-server serve` as an administrator runs it."""

    def __init__(self, settings: Settings, port: int) -> None:
        program = str(Path(sys.executable).with_name("crmdesk-server"))
        place = ("--dir", str(settings.directory), "--port", str(port))
        self._process = subprocess.Popen(
            (program, "serve", *place, "--json"), cwd=ROOT, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.said = Said(self._process.stdout)

    def kill(self) -> list[Event]:
        """What a power cut does to a process."""
        self._process.kill()
        self._process.wait()
        self.said.to_its_end()
        return []


class LaptopProcess:
    """A process of its own for a laptop; forked where everything is imported and nothing open, to start at once."""

    def __init__(self, folder: Path, name: str, seed: int, *, is_early: bool) -> None:
        ours, theirs = _CHILDREN.Pipe(duplex=False)
        told = {"is_early": is_early}
        self._process = _CHILDREN.Process(target=laptop.work, args=(folder, name, seed, theirs), kwargs=told)
        self._process.start()
        theirs.close()
        self.said = Said(os.fdopen(os.dup(ours.fileno()), "rb"))
        ours.close()

    def kill(self) -> list[Event]:
        """What a power cut does to a process; returns all that it had said."""
        self._process.kill()
        self._process.join()
        self._process.close()
        return self.said.to_its_end()


_CHILDREN: Final = multiprocessing.get_context("forkserver")
_CHILDREN.set_forkserver_preload(["tests.kill.laptop"])


class Campaign:
    """One company in `folder`: a server process and a laptop process for each person.

    With a `service` the company is in that PostgreSQL, which itself fails once. `is_early` plants the bug that this
    test is there to find: laptops acknowledge before they commit.
    """

    def __init__(
        self, folder: Path, seed: int, *, service: Service | None = None, is_early: bool = False
    ) -> None:
        self._folder, self._service, self._is_early = folder, service, is_early
        self._chance = random.Random(seed)
        self._settings = Settings(folder / "company", url=service.url if service else None)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._running: dict[str, ServerProcess | LaptopProcess] = {}
        self._events: list[Event] = []
        self._found(seed)

    def _found(self, seed: int) -> None:
        self._seed = seed * 100_000
        if self._service is not None:
            note_url(self._settings.directory, self._service.url)
        accounts.create_company(self._settings, "Test company", moment())
        database = accounts.open_company(self._settings)
        codes = {}
        with database.write() as connection:
            accounts.add_team(connection, "East", moment(), shares_books=True)
            for name, role in PEOPLE.items():
                made = accounts.add_user(connection, name, Role(role), moment(), team="East")
                codes[name] = enrolment.issue_code(connection, made.user, moment(), 3_600_000, hold=False)
        database.close()
        began = time.monotonic()
        self._start("server")
        self._wait_for("server")
        # A slow machine gets as much done between two kills, within reason.
        self._pause = min(2.5, max(0.8, (time.monotonic() - began) / 2))
        for name, code in codes.items():
            workspace = create_workspace(self._profile(name), KEY)
            enrol(workspace.replica, f"http://127.0.0.1:{self._port}", code, "laptop")
            workspace.close()
            self._start(name)

    def _profile(self, name: str) -> Profile:
        return Profile(self._folder / name)

    def _start(self, who: str) -> None:
        if who == "server":
            self._running[who] = ServerProcess(self._settings, self._port)
        else:
            self._seed += 1
            self._running[who] = LaptopProcess(self._folder / who, who, self._seed, is_early=self._is_early)

    def _wait_for(self, who: str) -> None:
        """Until somebody's process is at work; a server that found no PostgreSQL is started again, as a service is."""
        for _ in range(STARTS):
            if self._running[who].said.is_ready():
                return
            if who != "server":
                break
            self._kill(who)
            self._start(who)
        raise StuckError(f"{who}: the process ended at its start")

    def _kill(self, who: str) -> None:
        self._events += self._running.pop(who).kill()

    def run(self, rounds: int, tell: Any = lambda _: None) -> Tally:
        """So many kills, each at a random moment of a random process; then everybody syncs in peace."""
        tally = Tally(rounds)
        for number in range(1, rounds + 1):
            victim = self._chance.choice([*PEOPLE, "server"])
            if self._chance.random() < 0.9:  # else something may be hit while it starts
                self._wait_for("server")
                self._wait_for(victim)
            time.sleep(self._chance.random() * self._pause)
            self._kill(victim)
            tally.kills["the server" if victim == "server" else "laptops"] += 1
            self._start(victim)
            if number == rounds // 2 and self._service is not None:
                self._service.fail()
                tally.kills["PostgreSQL"] += 1
            if number % 20 == 0:
                tell(
                    f"{number} kills, {sum(e['event'] == 'acknowledged' for e in self._events)} acknowledged"
                )
        for who in list(self._running):
            if who != "server":
                self._kill(who)
        self._wait_for("server")
        self._judge(tally)
        return tally

    def close(self) -> None:
        for who in list(self._running):
            self._kill(who)

    # -- afterwards ---------------------------------------------------------------------------------

    def _judge(self, tally: Tally) -> None:
        workspaces = {name: open_workspace(self._profile(name), KEY) for name in PEOPLE}
        try:
            settle(list(workspaces.values()))
            typed, acknowledged = self._typed()
            there, refused = self._at_the_server(), set().union(*map(_refused, workspaces.values()))
            tally.acknowledged = len(acknowledged)
            tally.refused = len(refused)
            tally.synced = sum(e["event"] == "synced" and not e["problem"] for e in self._events)
            tally.problems = Counter(
                e["problem"] for e in self._events if e["event"] == "synced" and e["problem"]
            )
            words = [value for entry in acknowledged for value in _words(entry)]
            tally.absent = [value for value in words if value not in there | refused]
            log = Log(self._folder / "log.jsonl")
            for entry in typed:
                if entry in acknowledged or there & set(_words(entry)):
                    log.append(
                        entry
                    )  # what was never acknowledged may be missing; what came may replace others
            people = [Person(name, workspace, log) for name, workspace in workspaces.items()]
            for person in people:
                person.look()
            lines = log.path.read_text(encoding="utf-8").splitlines()
            found = referee.losses(lines, manager=MANAGER)
            tally.lost = [loss.value for loss in found if json.loads(loss.value) not in refused]
            tally.differ = not people_equal(people)
        finally:
            for workspace in workspaces.values():
                workspace.close()

    def _typed(self) -> tuple[list[Event], list[Event]]:
        """What people were about to save, in the order of time; and which of that was said to be saved."""
        events = sorted(self._events, key=lambda event: event.get("order", 0))
        typed: list[Event] = []
        acknowledged: list[Event] = []
        last: dict[str, Event] = {}
        for event in events:
            if event["event"] == "typed":
                typed.append(event)
                last[event["who"]] = event
            elif event["event"] == "acknowledged":
                acknowledged.append(last.pop(event["who"]))
        return typed, acknowledged

    def _at_the_server(self) -> set[Value]:
        database = accounts.open_company(self._settings)
        try:
            with database.read() as connection:
                bodies = [bytes(row[0]) for row in dialect.run(connection, "SELECT body FROM edit")]
        finally:
            database.close()
        return {v for body in bodies for v in records.decode_edit(body).values.values() if isinstance(v, str)}


def settle(workspaces: list[Workspace]) -> None:
    """Everybody syncs until nothing moves."""
    for _ in range(5):
        moved = 0
        for workspace in workspaces:
            http = connect(workspace.replica)
            report = Engine(workspace.replica, http).sync()
            http.close()
            if report.problem is not None:
                raise report.problem
            moved += report.pushed + report.received
        if not moved:
            return
    raise StuckError("the laptops never came to rest")


def _words(entry: Event) -> list[str]:
    """The texts somebody typed; each is written once only."""
    return [entry["values"][name] for name in entry["values"] if name not in ("customer", "kind", "at")]


def _refused(workspace: Workspace) -> set[Value]:
    """What waits in a laptop's own inbox with the server's reason."""
    with workspace.replica.database.read() as connection:
        dots = {entry.counter for entry in outbox.refused(connection)}
        bodies = dialect.run(
            connection, "SELECT counter, body FROM edit WHERE actor = ?", (workspace.identity().actor,)
        )
        edits = [records.decode_edit(body) for counter, body in bodies if counter in dots]
    return {v for edit in edits for v in edit.values.values() if isinstance(v, str)}


@contextmanager
def campaign(
    folder: Path, seed: int, *, service: Service | None = None, is_early: bool = False
) -> Iterator[Campaign]:
    """A company and its processes, none of which is left over."""
    folder.mkdir(parents=True, exist_ok=True)
    found = Campaign(folder, seed, service=service, is_early=is_early)
    try:
        yield found
    finally:
        found.close()
