"""One open database: checked on opening, written in transactions that are whole or nothing, read by many."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, MetaData, event, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolEmptyError
from sqlalchemy.pool import ConnectionPoolEntry

from crmdesk.core.errors import CrmError
from crmdesk.core.sealed import WIPE_BEGUN
from crmdesk.store import dialect
from crmdesk.store.dialect import Driver, File, Place, Service
from crmdesk.store.reading import check


class Database:
    """A database, in a file or a service. Open one with `create` or `open`, then `close` it.

    `confines`: it is a service that is set up to show a reading transaction only what its reader may see.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._next = threading.Lock()
        self._only = threading.RLock()
        self._reading, self._writing = dialect.engine(place)
        self.confines = False
        self._opened = _whereabouts(place)

    @property
    def file(self) -> File:
        """The place of a database that is a file."""
        assert isinstance(self.place, File), "a laptop's database is a file"
        return self.place

    @property
    def path(self) -> Path:
        return self.file.path

    @property
    def key(self) -> bytes | None:
        """32 raw bytes, or None for a plain file."""
        return self.file.key

    @property
    def driver(self) -> Driver:
        return self.file.driver

    @classmethod
    def create(cls, place: Place, metadata: Sequence[MetaData]) -> Database:
        """A new database with the given tables: a new file, or an empty service that was made for it.

        Raises `database_unwritable`, `disk_full`; of a service `company_exists`, `database_foreign` (it holds
        something else) and `database_unreachable`.
        """
        if isinstance(place, File):
            try:
                place.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise CrmError("database_unwritable", path=place.path) from error
        database = cls(place)
        try:
            with database._expected_errors():
                if isinstance(place, File):
                    dialect.initialise(*place)
            with database.write() as connection:
                if isinstance(place, Service):
                    _expect_empty(connection, place)
                for part in metadata:
                    part.create_all(connection)
                dialect.mark(connection, dialect.SCHEMA)
            database._opened = _whereabouts(place)
        except CrmError:
            database.close()
            raise
        return database

    @classmethod
    def open(cls, place: Place) -> Database:
        """An existing database, checked: ours, readable with this key, not newer than this program.

        Raises `no_profile`, `wrong_passphrase`, `database_foreign`, `database_corrupt` or `schema_newer`; of a
        service `no_company` and `database_unreachable`.
        """
        if isinstance(place, File):
            check(*place)
            return cls(place)
        database = cls(place)
        try:
            with database.read() as connection:
                _expect_ours(connection, place)
        except CrmError:
            database.close()
            raise
        return database

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: from its first statement to COMMIT, or nothing at all.

        In a file it is the one, and writers take turns: one that writes again and again waits behind whoever
        came meanwhile. In a service others write too, and what is read to be rewritten must be locked.

        Raises `profile_gone` for a laptop's file that another process has given up or put another one in the place of:
        what was written there would be lost.
        """
        with self._turn(), self._expected_errors(), self._writing.connect() as connection, connection.begin():
            self._expect_still_there()
            yield connection

    def _expect_still_there(self) -> None:
        """Asked while nobody else can write: whoever gives the file up says so before it lets go of this lock."""
        if self._opened is not None and isinstance(self.place, File):
            folder = self.place.path.parent
            if _whereabouts(self.place) != self._opened or (folder / WIPE_BEGUN).exists():
                raise CrmError("profile_gone", path=folder)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if isinstance(self.place, Service):
            yield
            return
        with self._next:
            self._only.acquire()
        try:
            yield
        finally:
            self._only.release()

    @property
    def is_awaited(self) -> bool:
        """Whether another thread waits for the file's present writer to come to an end."""
        return self._next.locked()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of the moment it began."""
        with self._expected_errors(), self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def read_as(self, user: str) -> Iterator[Connection]:
        """As `read`, on somebody's behalf: a service that is set up for it shows no row that `user` may not read.

        A second net below the code that asks only for what `user` may read.
        """
        with self.read() as connection:
            self.confine(connection, user)
            yield connection

    def confine(self, connection: Connection, user: str) -> None:
        """Read on somebody's behalf until the transaction ends; see `read_as`."""
        if self.confines:
            dialect.confine(connection, user)

    def scrub(self) -> None:
        """Leave no trace of deleted rows in the file, its log or the search index."""
        assert isinstance(self.place, File), "only laptops forget"
        with self._turn(), self._expected_errors():
            connection = self._writing.raw_connection()
            try:
                cursor = connection.cursor()
                if cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'search'").fetchone():
                    cursor.execute(dialect.OPTIMIZE_SEARCH)
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def close(self) -> None:
        """Close every connection: what is idle now, what is in use as soon as it is given back."""
        event.listen(self._writing.pool, "checkin", _end)
        self._writing.dispose()

    @contextmanager
    def _expected_errors(self) -> Iterator[None]:
        try:
            yield
        except PoolEmptyError as error:
            raise CrmError("database_busy", path=self.place) from error
        except (DBAPIError, dialect.error_of(self.place)) as error:
            cause = error.orig or error if isinstance(error, DBAPIError) else error
            expected = dialect.translate(cause, self.place)
            if expected is None:
                raise
            if expected.code == "database_unreachable":
                self._writing.dispose()  # its other connections are as dead as this one
            raise expected from error


def _whereabouts(place: Place) -> tuple[int, int] | None:
    """What tells a laptop's file from another of the same name; None for a server's, and where there is none."""
    if not isinstance(place, File) or place.driver != "sqlcipher":
        return None
    try:
        status = place.path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _expect_empty(connection: Connection, place: Service) -> None:
    application, _ = dialect.marked(connection)
    if application == dialect.APPLICATION_ID:
        raise CrmError("company_exists", path=place)
    if inspect(connection).get_table_names():
        raise CrmError("database_foreign", path=place)


def _expect_ours(connection: Connection, place: Service) -> None:
    application, schema = dialect.marked(connection)
    if application != dialect.APPLICATION_ID:
        raise CrmError("no_company", path=place)
    if schema > dialect.SCHEMA:
        raise CrmError("schema_newer")


def _end(_driver: object, given_back: ConnectionPoolEntry) -> None:
    """A pool keeps what is given back to it, even when it was disposed of meanwhile."""
    given_back.invalidate()
