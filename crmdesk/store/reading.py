"""Reading without SQLAlchemy: a bare connection, so that the first paint waits for neither it nor HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.record import MAIN, Record, decode
from crmdesk.core.values import NOT_JSON
from crmdesk.store import dialect
from crmdesk.store.dialect import Driver

T = TypeVar("T")


def check(path: Path, key: bytes | None, driver: Driver = "sqlcipher") -> None:
    """Raise the fitting `CrmError` unless `path` is a database this program can work with.

    `no_profile`, `wrong_passphrase`, `database_foreign`, `database_corrupt` or `schema_newer`.
    """
    if not path.exists():
        raise CrmError("no_profile", path=path.parent)
    connection = None
    try:
        connection = dialect.connect(path, key, driver, read_only=True)
        application, schema = dialect.identify(connection)
    except (dialect.module(driver).Error, UnicodeDecodeError) as error:  # the engine quotes what it read
        if key is not None and _is_foreign(path):
            raise CrmError("database_foreign", path=path) from error
        expected = dialect.translate(error, dialect.File(path, key, driver))
        raise expected or CrmError("database_corrupt", path=path) from error
    finally:
        if connection is not None:
            connection.close()
    if application != dialect.APPLICATION_ID:
        raise CrmError("database_foreign", path=path)
    if schema > dialect.SCHEMA:
        raise CrmError("schema_newer")


def _is_foreign(path: Path) -> bool:
    """Whether a file that did not open with its key can't be one of ours at all: readable, or not in pages."""
    return dialect.is_plain(path) or path.stat().st_size % dialect.PAGE_BYTES != 0


class Reader:
    """A read-only connection of its own, for one thread. Queries on the GUI thread stay under 15 ms.

    `ranked` and `gathered` are the lists whose rank table and hits its temporary database holds. A file found damaged, or locked, while it is read raises the fitting `CrmError`.
    """

    def __init__(self, path: Path, key: bytes | None, driver: Driver = "sqlcipher") -> None:
        self.ranked: object | None = None
        self.gathered: object | None = None
        self._place = dialect.File(path, key, driver)
        self._error = dialect.module(driver).Error
        with self._expected_errors():
            self._connection = dialect.connect(path, key, driver, read_only=True)

    def all(self, sql: str, bind: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        with self._expected_errors():
            rows: list[tuple[Any, ...]] = self._connection.execute(sql, tuple(bind)).fetchall()
        return rows

    def one(self, sql: str, bind: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        with self._expected_errors():
            row: tuple[Any, ...] | None = self._connection.execute(sql, tuple(bind)).fetchone()
        return row

    @contextmanager
    def _expected_errors(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            expected = dialect.translate(error, self._place)
            if expected is None:
                raise
            raise expected from error

    def value(self, sql: str, bind: Sequence[Any] = ()) -> Any:
        """The first cell of the first row, or None."""
        row = self.one(sql, bind)
        return None if row is None else row[0]

    def run(self, sql: str, bind: Sequence[Any] = ()) -> None:
        """A statement on this connection's own temporary database."""
        with self._expected_errors():
            self._connection.execute(sql, tuple(bind))

    def setting(self, name: str, kind: type[T]) -> T | None:
        """A setting decoded as `kind`, or None. Raises `database_corrupt` for one that can't be."""
        value = self.value("SELECT value FROM setting WHERE name = ?", (name,))
        try:
            return None if value is None else msgspec.json.decode(value, type=kind)
        except NOT_JSON as error:
            raise CrmError("database_corrupt", path=self._place.path) from error

    def record(self, entity: str, record_id: str, part: str = MAIN) -> Record | None:
        """A record's surviving edits."""
        state = self.value(
            "SELECT state FROM record WHERE id = ? AND entity = ? AND part = ? AND coalesce(seq, 0) <> -1",
            (record_id, entity, part),
        )
        return None if state is None else decode(state)

    def version(self) -> int:
        """Changes whenever another connection or process has committed."""
        return int(self.value("PRAGMA data_version"))

    def interrupt(self) -> None:
        """Stop the running query; callable from another thread."""
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()
