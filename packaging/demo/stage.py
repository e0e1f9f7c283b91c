"""The demo's stage: a real server process, one profile a person, and a log of what they type and see."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import Life
from crmdesk.core.values import Value
from crmdesk.store.window import CustomerFilter, CustomerWindow
from crmdesk.sync.engine import Engine, Report
from crmdesk.sync.enrolment import connect, enrol
from crmdesk.system import secrets as keys
from crmdesk.system.paths import Profile
from crmdesk.usecases import conflicts, export, history, records
from crmdesk.usecases.workspace import Workspace, create_workspace

_BIN = Path(sys.executable).parent


class Server:
    """`crmdesk-server` as a process of its own, on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str) -> Any:
        """Run an administrator's command; returns what it answered."""
        done = subprocess.run(
            [_BIN / "crmdesk-server", *arguments, "--dir", str(self.folder), "--json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"crmdesk-server {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def start(self) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [_BIN / "crmdesk-server", "serve", "--dir", str(self.folder), "--port", str(self.port)],
                stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 60  # a busy machine is slow, not broken
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit(f"The server did not start; see {self.folder / 'server.log'}.")

    def kill(self) -> None:
        """What a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=20)
        self._process = None


@dataclass
class Log:
    """The append-only record that the referee reads afterwards."""

    path: Path
    typed: int = 0

    def append(self, event: Mapping[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event, ensure_ascii=False) + "\n")


@dataclass
class Person:
    """Somebody at a laptop: every keystroke that becomes a value is logged with what the screen showed."""

    name: str
    workspace: Workspace
    log: Log
    passphrase: str = field(repr=False, default="")

    def typed(self, key: RecordKey, values: Mapping[str, Value], *, is_new: bool = False) -> None:
        """Log values about to be saved, and what those fields showed."""
        screen = {} if is_new else {name: self._on_screen(key, name) for name in values}
        self.log.append(
            {
                "event": "typed",
                "who": self.name,
                "record": f"{key.entity}/{key.id}",
                "values": dict(values),
                "screen": screen,
            }
        )
        self.log.typed += 1

    def _on_screen(self, key: RecordKey, name: str) -> list[Value]:
        shown, beside = self._fields(key)
        return [*shown.get(name, ()), *beside.get(name, ())]

    def edit(self, key: RecordKey, values: Mapping[str, Value]) -> str | None:
        """Open the form, type, save."""
        replica = self.workspace.replica
        form = records.open_form(self.workspace.reader, replica.registry, key)
        self.typed(key, values)
        return records.change(replica, key, values, form).txn

    def sync(self) -> Report:
        """What F9 does."""
        http = connect(self.workspace.replica)
        try:
            return Engine(self.workspace.replica, http).sync()
        finally:
            http.close()

    def _fields(self, key: RecordKey) -> tuple[dict[str, list[Value]], dict[str, list[Value]]]:
        """What the record's page shows, and what stands beside it: conflicts, values a rule set aside."""
        reader, registry = self.workspace.reader, self.workspace.replica.registry
        view = records.find_view(reader, registry, key)
        if view is None:
            return {}, {}
        shown: dict[str, list[Value]] = {name: [value] for name, value in view.values.items()}
        if view.life is not Life.LIVE:
            shown["deleted"] = [True]
        beside: dict[str, list[Value]] = {}
        for change in history.changes(reader, key):
            if change.is_current:
                value = change.value if change.field != "deleted" else change.value is not None
                beside.setdefault(change.field, []).append(value)
        return shown, beside

    def look(self) -> int:
        """Log everything this person can see: lists, pages, the inbox, the trash."""
        reader, registry = self.workspace.reader, self.workspace.replica.registry
        keys_seen: list[RecordKey] = []
        for entity in registry.entities.values():
            keys_seen += [
                RecordKey(entity.name, record_id) for record_id, _ in export.rows_of(reader, registry, entity)
            ]
        trash = CustomerWindow(reader, CustomerFilter(trash=True))
        keys_seen += [RecordKey("customer", row.id) for row in trash.page(0, trash.count())]
        waiting: dict[RecordKey, dict[str, list[Value]]] = {}
        for item in conflicts.listed(reader, registry):
            waiting.setdefault(item.key, {})[item.field] = [choice.value for choice in item.choices]
        for key in keys_seen:
            shown, beside = self._fields(key)
            for name, values in waiting.get(key, {}).items():
                beside.setdefault(name, []).extend(values)
            self.log.append(
                {
                    "event": "screen",
                    "who": self.name,
                    "record": f"{key.entity}/{key.id}",
                    "shown": shown,
                    "inbox": beside,
                }
            )
        return len(keys_seen)


def enrol_person(name: str, code: str, server: Server, folder: Path, log: Log) -> Person:
    """A new laptop: its profile, its key, and the company's code typed in."""
    profile = Profile(folder / "profiles" / name.rpartition(" ")[2].lower())
    passphrase = secrets.token_urlsafe(12)
    key = keys.new_key(profile, passphrase)
    workspace = create_workspace(profile, key)
    enrol(workspace.replica, server.url, code, f"{name}'s laptop")
    return Person(name, workspace, log, passphrase)


def people_equal(people: list[Person]) -> bool:
    """Whether everybody who holds a record holds the same bytes of it."""
    states: dict[tuple[str, str], set[str]] = {}
    for person in people:
        for entity, record_id, state in person.workspace.reader.all(
            "SELECT entity, id, hex(state) FROM record"
        ):
            states.setdefault((entity, record_id), set()).add(state)
    return all(len(different) == 1 for different in states.values())


def environment(person: Person) -> dict[str, str]:
    """What a process needs to open this person's profile."""
    return {**os.environ, keys.PASSPHRASE_VARIABLE: person.passphrase}
