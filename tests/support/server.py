"""A real server on a real socket over a real database, and a small company to put in it."""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import json
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import uvicorn.server
from sqlalchemy import Connection, delete, insert, select

from crmdesk.core.roles import Role
from crmdesk.store import dialect
from crmdesk.store.database import Database
from sync_server import accounts, authoring, enrolment, keeping, tables
from sync_server.app import create_app
from sync_server.audit import REFUSED
from sync_server.clock import Moment, moment
from sync_server.passwords import Hasher
from sync_server.policy import Right
from sync_server.serving import Server, address_of, bind
from sync_server.settings import Settings
from sync_server.storage import passwords, people, rights
from sync_server.storage.passwords import Password
from sync_server.storage.people import Account

HOUR_MS = 60 * 60 * 1000
CHEAP = Hasher(memory_kib=64)
"""Passwords that tests give away need no protection; the server makes them anew at the first sign-in."""


class _Hasty:
    """An asyncio whose sleeps end after 10 ms: uvicorn takes up to 0.3 s to see that it should end, of each test."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))


uvicorn.server.asyncio = _Hasty()  # type: ignore[assignment, attr-defined]  # it re-exports nothing; this is what it looks at


@dataclass
class Clock:
    """The server's wall clock; `ahead_ms` moves it."""

    ahead_ms: int = 0

    def __call__(self) -> Moment:
        return Moment(moment().ms + self.ahead_ms)


@dataclass
class RunningServer:
    """A server that answers at `address`. Its company's people are in `people`, by name."""

    address: str
    settings: Settings
    database: Database
    clock: Clock
    people: dict[str, Account] = field(default_factory=dict)
    visitors: ExitStack = field(default_factory=ExitStack)
    """Connections that end before the server does."""
    process: subprocess.Popen[str] | None = None
    """The command that serves, if it is not this process."""

    def refresh(self) -> None:
        """Learn who the company's people are."""
        with self.database.read() as connection:
            self.people.update((account.name, account) for account in people.accounts(connection))

    def add_team(self, name: str, *, parent: str | None = None, shares_books: bool = False) -> str:
        with self.database.write() as connection:
            return accounts.add_team(connection, name, self.clock(), parent=parent, shares_books=shares_books)

    def add_user(self, name: str, role: str = "rep", team: str | None = None) -> Account:
        with self.database.write() as connection:
            made = accounts.add_user(connection, name, Role(role), self.clock(), team=team)
        self.people[name] = made
        return made

    def code(self, user: str, *, hold: bool = False, valid_ms: int = HOUR_MS) -> str:
        """A one-use code for a person."""
        with self.database.write() as connection:
            return enrolment.issue_code(connection, user, self.clock(), valid_ms, hold=hold)

    def give_password(self, user: str, password: str) -> None:
        """What they would have chosen for themselves."""
        with self.database.write() as connection:
            hashed = CHEAP.hash(password)
            passwords.save(connection, Password(self.people[user].user, hashed, self.clock().ms))

    def withdraw(self, owner: str, user: str) -> None:
        """Somebody may no longer read another's book, as when either changes teams."""
        gone = (self.people[owner].book, self.people[user].user)
        readers: dict[str, dict[str, Right]] = {}
        with self.database.write() as connection:
            users = [account.user for account in people.accounts(connection)]
            for reader in users:
                for bucket, right in rights.rights(connection, reader).items():
                    if (bucket, reader) != gone:
                        readers.setdefault(bucket, {})[reader] = right
            rights.replace(connection, readers, self.clock().ms)

    def backup(self, file: Path) -> Path:
        """Back the company up, as its administrator would."""
        if self.settings.url is None:
            keeping.backup(self.settings, file)
        else:
            file.write_bytes(pickle.dumps(self._tables()))
        return file

    def restore(self, file: Path) -> None:
        """Put a backup in the place of the company's database, as if nothing after it had ever happened.

        The server is started on it, as after any restore.
        """
        self._replace(file)
        with self.database.write() as connection:
            authoring.take_actor(connection, self.clock())

    def _replace(self, file: Path) -> None:
        if self.settings.url is not None:
            self._put_back(pickle.loads(file.read_bytes()))
            return
        with (
            closing(sqlite3.connect(file)) as source,
            closing(sqlite3.connect(self.settings.database)) as target,
        ):
            source.backup(target)

    def _tables(self) -> dict[str, list[dict[str, Any]]]:
        with self.database.read() as connection:
            return {
                name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for part in accounts.METADATA
                for name, table in part.tables.items()
            }

    def _put_back(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        tables = [table for part in accounts.METADATA for table in part.sorted_tables]
        with self.database.write() as connection:
            dialect.run(
                connection, "SET LOCAL session_replication_role = replica"
            )  # no foreign keys meanwhile
            for table in tables:
                connection.execute(delete(table))
            for table in tables:
                if rows[table.name]:
                    connection.execute(insert(table), rows[table.name])

    def dump(self) -> str:
        """Every row of every table, as text; but not how often somebody signed in or tried to, what they were refused, or how far it was read."""
        audits = tables.audit.c
        with self.database.read() as connection:
            noted = connection.execute(select(audits.chain, audits.number).where(audits.kind == REFUSED))
            refused = {tuple(one) for one in noted}
            return "\n".join(
                f"{name} {row}"
                for part in accounts.METADATA
                for name, table in sorted(part.tables.items())
                if name not in ("tally", "attempt", "known", "known_until")
                for row in sorted(
                    repr(tuple(row))
                    for row in connection.execute(select(table))
                    if not (name in ("audit", "audit_subject") and (row.chain, row.number) in refused)
                )
            )

    def digest(self) -> str:
        """What the whole database holds: equal digests mean that nothing changed."""
        return hashlib.sha256(self.dump().encode()).hexdigest()


@contextmanager
def running_server(
    folder: Path,
    *,
    company: str = "Test company",
    clock: Clock | None = None,
    heartbeat_ms: int = 20_000,
    blob_bytes: int = 2**30,
    url: str | None = None,
    proxies: tuple[str, ...] = (),
    certificate: Path | None = None,
    private_key: Path | None = None,
) -> Iterator[RunningServer]:
    """A company served on a free port of this machine, the one in the folder or at the address; in an empty folder a new one."""
    clock = clock or Clock()
    settings = Settings(
        folder / "company",
        port=0,
        heartbeat_ms=heartbeat_ms,
        blob_bytes=blob_bytes,
        url=url,
        proxies=proxies,
        certificate=certificate,
        private_key=private_key,
    )
    if url is None and not settings.database.exists():
        accounts.create_company(settings, company, clock())
    listener = bind(settings.host, 0)
    ready = threading.Event()
    server = Server(create_app(settings, clock), listener, ready.set)
    thread = threading.Thread(target=server.serve_until_told, name="server")
    address = address_of(listener, settings)
    thread.start()
    database = accounts.open_company(settings)
    try:
        assert ready.wait(20), "the server did not start"
        with database.read() as connection:
            known = {account.name: account for account in people.accounts(connection)}
        running = RunningServer(address, settings, database, clock, known)
        with running.visitors:
            yield running
    finally:
        server.should_exit = True
        thread.join(20)
        database.close()


@contextmanager
def serving_processes(folder: Path, url: str, count: int = 2) -> Iterator[RunningServer]:
    """The company at the address, served by so many processes of the product's own command."""
    settings = Settings(folder / "company", url=url)
    command = "from sync_server.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--port", "0", "--processes", str(count), "--json"],
        cwd=folder,
        env={**os.environ, "CRMDESK_DATABASE": url, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    database = accounts.open_company(settings)
    try:
        line = process.stdout.readline()
        assert line, "the processes did not start"
        with database.read() as connection:
            known = {account.name: account for account in people.accounts(connection)}
        running = RunningServer(json.loads(line)["listening"], settings, database, Clock(), known)
        running.process = process
        with running.visitors:
            yield running
    finally:
        database.close()
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def children(process: int) -> set[int]:
    """The processes that a process began and that still run (Linux)."""
    listed = Path(f"/proc/{process}/task/{process}/children")
    return {int(word) for word in listed.read_text().split()} if listed.exists() else set()


@contextmanager
def running_company(folder: Path, *, url: str | None = None, **options: Any) -> Iterator[RunningServer]:
    """The small company served (`staff` says who is in it): a copy of one made once, in the folder or at the address.

    `options` are those of `running_server`.
    """
    if url is None:
        shutil.copytree(_small_company_in_files(), folder / "company")
    with running_server(folder, url=url, **options) as running:
        yield running


@cache
def _small_company_in_files() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="crmdesk-company-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings, now = Settings(folder / "company"), moment()
    accounts.create_company(settings, "Test company", now)
    _add_staff(settings, now)
    return settings.directory


def staff(connection: Connection, now: Moment) -> None:
    """Region North with two teams: East shares its books (Ann, Bo), West does not (Cai). Mei manages North."""
    accounts.add_team(connection, "North", now)
    accounts.add_team(connection, "East", now, parent="North", shares_books=True)
    accounts.add_team(connection, "West", now, parent="North")
    accounts.add_user(connection, "Mei", Role.MANAGER, now, team="North")
    for name, team in (("Ann", "East"), ("Bo", "East"), ("Cai", "West")):
        accounts.add_user(connection, name, Role.REP, now, team=team)


def small_company(url: str, *, statements: str = "") -> None:
    """Make the small company in an empty PostgreSQL database; `statements` change its tables beforehand."""
    settings, now = Settings(Path("nowhere"), url=url), moment()
    accounts.create_company(settings, "Test company", now)
    if statements:
        with psycopg.connect(url) as connection:
            connection.execute(statements.encode())
    _add_staff(settings, now)


def _add_staff(settings: Settings, now: Moment) -> None:
    with closing(accounts.open_company(settings)) as database, database.write() as connection:
        staff(connection, now)
