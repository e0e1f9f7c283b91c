"""A company with a real server process on this machine, its policy in force, and laptops with encrypted stores."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from crmdesk.store import dialect
from crmdesk.sync.engine import Engine, Report
from crmdesk.sync.enrolment import connect, enrol
from crmdesk.sync.http import Http
from crmdesk.sync.transport import Transport
from crmdesk.system.paths import Profile
from crmdesk.usecases import sample_loading
from crmdesk.usecases.sample import SampleRecord
from crmdesk.usecases.workspace import Workspace, create_workspace
from sync_server.settings import Settings
from tests.bench import stores

TEAM: Final = "Team"
_COMMAND: Final = (sys.executable, "-c", "from sync_server.cli import main; main()")


@dataclass
class Laptop:
    """A person's profile, signed in."""

    workspace: Workspace
    http: Http

    def __post_init__(self) -> None:
        self.engine = Engine(self.workspace.replica, self.http)

    def sync(self) -> Report:
        """One sync that must go through."""
        report = self.engine.sync()
        if report.problem is not None:
            raise report.problem
        return report

    def load(self, records: Sequence[SampleRecord]) -> int:
        """Type generated records in; they wait to be sent."""
        sample_loading.load(self.workspace.replica, records)
        return len(records)

    def close(self) -> None:
        self.http.close()
        self.workspace.close()


@dataclass
class Company:
    """A server that answers at `address` and whose colleagues share their customers."""

    folder: Path
    address: str
    pid: int

    @property
    def database(self) -> Path:
        """The server's file, for a benchmark that fills it in bulk."""
        return Settings(self.folder / "company").database

    def cpu_seconds(self) -> float:
        """What the server's process has used so far, in user and system time."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def laptop(self, name: str, transport: Transport | None = None) -> Laptop:
        """A new colleague with a new laptop, which speaks over `transport` if one is given."""
        self.command("user", "add", name, "--role", "rep", "--team", TEAM)
        code = self.command("enrol", name)["code"]
        profile = Profile(self.folder / "laptops" / name)
        workspace = create_workspace(profile, stores.KEY, user_name=name)
        enrol(workspace.replica, self.address, code, name)
        return Laptop(workspace, connect(workspace.replica, transport))

    def command(self, *arguments: str) -> Any:
        """An administrator's command; returns what it answers."""
        return json.loads(_command(self.folder, *arguments))


def records(count: int) -> list[SampleRecord]:
    """So many of the generated records: all but the tags, which are not a rep's to make."""
    every = stores.generated(count // 3)
    return list(islice((item for item in every if item.entity not in ("tag", "tag_group")), count))


@contextmanager
def company(name: str, database: str | None = None, serve: Sequence[str] = ()) -> Iterator[Company]:
    """A new company, served by a process of its own, from a file or the PostgreSQL database at an address.

    `serve` are more words for the command that serves.

    This process stops collecting garbage by itself: in the desktop only the window's thread does.
    """
    gc.disable()
    folder = stores.OUTPUT / "work" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = () if database is None else ("--database", database)
    _command(folder, "init", "--company", "示例公司 Sample Co", *kept)
    _command(folder, "team", "add", TEAM, "--share-books")
    announced = folder / "address"
    server = subprocess.Popen(
        [
            *_COMMAND,
            "serve",
            "--dir",
            str(folder / "company"),
            "--port",
            "0",
            "--announce",
            str(announced),
            *serve,
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not announced.exists():
            if server.poll() is not None:
                raise SystemExit("The server did not start.")
            time.sleep(0.05)
        yield Company(folder, announced.read_text(encoding="utf-8").strip(), server.pid)
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder)


def bare_rate(folder: Path, states: Sequence[tuple[str, bytes]]) -> float:
    """Records a second of the same bytes by executemany into one encrypted table, a thousand a commit."""
    path = folder / "bare.db"
    dialect.initialise(path, stores.KEY, "sqlcipher")
    connection = dialect.connect(path, stores.KEY, "sqlcipher")
    connection.execute("CREATE TABLE record (id TEXT PRIMARY KEY, state BLOB)")
    started = time.perf_counter()
    for first in range(0, len(states), 1000):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?)", states[first : first + 1000])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    path.unlink()
    return len(states) / seconds


def held(laptop: Laptop) -> list[tuple[str, bytes]]:
    """The records a laptop holds: (key, canonical bytes)."""
    return [
        (f"{entity}/{record_id}/{part}", state)
        for entity, record_id, part, state in laptop.workspace.reader.all(
            "SELECT entity, id, part, state FROM record ORDER BY n"
        )
    ]


def _command(folder: Path, *arguments: str) -> bytes:
    done = subprocess.run(
        [*_COMMAND, *arguments, "--dir", str(folder / "company"), "--json"],
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout
