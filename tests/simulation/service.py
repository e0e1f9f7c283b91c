"""The server's disk where its database is PostgreSQL: statements are places to die, backups are copies of the database.

The service itself does not fail here (`tests/kill` kills it): what was committed is there, and nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
import pytest

from tests.simulation.disk import Disk, KilledError
from tests.support.postgres import Postgres

_NAME: Final = ".database"
"""In an image: which database goes with the files."""
_WRITES: Final = ("INSERT", "UPDATE", "COPY")


class _Cursor(psycopg.Cursor[Any]):
    connection: _Connection

    def execute(self, query: Any, *said: Any, **named: Any) -> Any:
        self.connection.disk.statement(query)
        return super().execute(query, *said, **named)

    def executemany(self, query: Any, *said: Any, **named: Any) -> Any:
        self.connection.disk.statement(query)
        return super().executemany(query, *said, **named)

    def copy(self, statement: Any, *said: Any, **named: Any) -> Any:
        self.connection.disk.statement(statement)
        return super().copy(statement, *said, **named)


class _Connection(psycopg.Connection[Any]):
    disk: ServiceDisk

    def commit(self) -> None:
        if self.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            self.disk.commit(self)

    def really_commit(self) -> None:
        super().commit()


@dataclass
class ServiceDisk(Disk):
    """`database` is the one that the server works on; `kept` are its backups, gone with the run."""

    service: Postgres = field(kw_only=True)
    database: str = ""
    kept: list[str] = field(default_factory=list)
    opened: list[_Connection] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.service.address(self.database)

    def create(self) -> None:
        """An empty database, for a new company."""
        self.database = self._copy("template0")

    def back_up(self) -> dict[str, bytes]:
        """A copy of everything as it is now. The server must have been stopped: nobody may be connected meanwhile."""
        for connection in self.opened:  # one that a death left open too
            connection.close()
        self.opened.clear()
        copy = self._copy(self.database)
        self.kept.append(copy)
        return {**self.files(), _NAME: copy.encode()}

    def files(self) -> dict[str, bytes]:
        return {**super().files(), _NAME: self.database.encode()}

    def put_back(self, image: dict[str, bytes]) -> None:
        """Another database is copied, the present one stays as it is."""
        image = dict(image)
        wanted = image.pop(_NAME).decode()
        super().put_back(image)
        if wanted != self.database:
            given_up, self.database = self.database, self._copy(wanted)
            self._drop(given_up)

    def clear(self) -> None:
        """Drop what this run made."""
        for name in (self.database, *self.kept):
            self._drop(name)

    def _copy(self, template: str) -> str:
        name = f"s{secrets.token_hex(8)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _drop(self, name: str) -> None:
        if name:
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, sql: str) -> None:
        with psycopg.Connection.connect(self.service.url, autocommit=True) as connection:
            connection.execute(sql.encode())

    # -- what connections tell -----------------------------------------------------------------------

    def statement(self, sql: Any) -> None:
        """A statement is about to run; one that would write finds no room where the disk is full."""
        self.before()
        if self.is_full and not self.is_calm and str(sql).startswith(_WRITES):
            raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    def commit(self, connection: Any) -> None:
        """Run a commit. A process that dies in it was not heard by the service, or was; `late` says which."""
        self.before()
        is_due = self.countdown is not None and self.countdown <= 0 and not self.is_calm
        if not is_due or self.manner == "late":
            connection.really_commit()
        if is_due:
            self.die()
            raise KilledError

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """The server's connections run on this disk meanwhile."""

        def connect(*said: Any, **named: Any) -> psycopg.Connection[Any]:
            if self.is_dead and not self.is_calm:
                raise KilledError
            found = _Connection.connect(*said, cursor_factory=_Cursor, **named)
            found.disk = self
            self.opened.append(found)
            return found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(psycopg, "connect", connect)
            try:
                yield
            finally:
                self.clear()
