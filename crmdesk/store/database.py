"""One open database file: checked on opening, written by one transaction at a time, read by many."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from crmdesk.core.errors import CrmError
from crmdesk.store import dialect
from crmdesk.store.dialect import Driver
from crmdesk.store.reading import check


class Database:
    """A database file. Open one with `create` or `open`, then `close` it.

    Attributes: `path`; `key` (32 raw bytes, or None for a plain file); `driver`.
    """

    def __init__(self, path: Path, key: bytes | None, driver: Driver) -> None:
        self.path = path
        self.key = key
        self.driver = driver
        self._next = threading.Lock()
        self._writing = threading.RLock()
        self._engine = _engine(path, key, driver)

    @classmethod
    def create(
        cls,
        path: Path,
        metadata: Sequence[MetaData],
        *,
        key: bytes | None = None,
        driver: Driver = "sqlcipher",
    ) -> Database:
        """A new file with the given tables. Raises `database_unwritable` or `disk_full`."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CrmError("database_unwritable", path=path) from error
        database = cls(path, key, driver)
        with database._expected_errors():
            dialect.initialise(path, key, driver)
        with database.write() as connection:
            for part in metadata:
                part.create_all(connection)
            dialect.mark(connection, dialect.SCHEMA)
        return database

    @classmethod
    def open(cls, path: Path, *, key: bytes | None = None, driver: Driver = "sqlcipher") -> Database:
        """An existing file, checked: ours, readable with this key, not newer than this program.

        Raises `no_profile`, `wrong_passphrase`, `database_foreign`, `database_corrupt` or `schema_newer`.
        """
        check(path, key, driver)
        return cls(path, key, driver)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The one write transaction: BEGIN IMMEDIATE to COMMIT, or nothing at all.

        Writers take turns: one that writes again and again waits behind whoever came meanwhile.
        """
        with self._turn(), self._expected_errors(), self._engine.connect() as fresh:
            connection = fresh.execution_options(writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._next:
            self._writing.acquire()
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of the moment it began."""
        with self._expected_errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    def scrub(self) -> None:
        """Leave no trace of deleted rows in the file, its log or the search index."""
        with self._writing, self._expected_errors():
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                if cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'search'").fetchone():
                    cursor.execute(dialect.OPTIMIZE_SEARCH)
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _expected_errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, dialect.module(self.driver).Error) as error:
            cause = error.orig or error if isinstance(error, DBAPIError) else error
            expected = dialect.translate(cause, self.path, keyed=self.key is not None)
            if expected is None:
                raise
            raise expected from error


def _engine(path: Path, key: bytes | None, driver: Driver) -> Engine:
    engine = create_engine(
        "sqlite://",
        module=dialect.module(driver),
        creator=lambda: dialect.connect(path, key, driver),
        poolclass=QueuePool,
        pool_size=2,
        max_overflow=20,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> Any:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
