"""What differs between database engines: connecting, pragmas, full-text search, upserts, error codes.

Imports no driver and no SQLAlchemy at the top: the desktop's first paint reads through a bare connection.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from crmdesk.core.errors import CrmError

Driver: TypeAlias = Literal["sqlcipher", "sqlite"]
"""`sqlcipher` on laptops (with a key it encrypts the whole file), `sqlite` on the server."""

APPLICATION_ID: Final = 0x43524D44  # "CRMD", in the file's header
SCHEMA: Final = 1
"""Number of the authoritative schema; a file with a higher one was written by a newer program."""
BUSY_TIMEOUT_MS: Final = 5000
_ROWS_A_STATEMENT: Final = (250, 25, 1)
PAGE_BYTES: Final = 4096
"""A database file is whole pages of this size, encrypted or not."""
_MODULES: Final[dict[Driver, str]] = {"sqlcipher": "sqlcipher3.dbapi2", "sqlite": "sqlite3"}


def module(driver: Driver) -> Any:
    """The DB-API module of a driver."""
    return importlib.import_module(_MODULES[driver])


def connect(path: Path, key: bytes | None, driver: Driver, *, read_only: bool = False) -> Any:
    """A DB-API connection without implicit transactions, keyed and tuned.

    `key` is 32 raw bytes or None for a plain file. Durability is FULL always: an edit's number must never
    be handed out twice, and a power cut under NORMAL would do that.
    """
    # mode=ro rather than query_only: a reader makes rank tables in its own temporary database.
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    connection = module(driver).connect(
        address, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
    )
    run = connection.execute
    if driver == "sqlcipher":
        run("PRAGMA cipher_log_level = NONE")  # it would print to the terminal; errors arrive as exceptions
    if key is not None:
        run(f"PRAGMA key = \"x'{key.hex()}'\"")
    run("PRAGMA foreign_keys = OFF")
    run("PRAGMA cache_size = -65536")
    run("PRAGMA temp_store = MEMORY")
    run("PRAGMA trusted_schema = OFF")
    if not read_only:
        run("PRAGMA synchronous = FULL")
        run("PRAGMA fullfsync = ON")
        run("PRAGMA secure_delete = ON")
        run("PRAGMA wal_autocheckpoint = 4000")
    return connection


def run(connection: Any, sql: str, bind: Any = ()) -> Any:
    """Run a statement inside the connection's transaction; a list of rows runs it once for each.

    Straight to the driver: SQLAlchemy's own account of a small statement costs more than the statement, and
    this is where a database with other marks than `?` will be served. Returns the DB-API cursor.
    """
    driver = connection.connection.driver_connection
    return driver.executemany(sql, bind) if isinstance(bind, list) else driver.execute(sql, bind)


def insert_rows(
    connection: Any, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, many a statement.

    A driver lets other threads run while a statement does, and has to win the interpreter back after it: once for
    hundreds of rows, not once for each.
    """
    done = 0
    for size in _ROWS_A_STATEMENT:
        if len(rows) - done < size:
            continue
        marks = f"({', '.join('?' * len(columns))})"
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([marks] * size)}"
        while len(rows) - done >= size:
            run(connection, sql, tuple(chain.from_iterable(rows[done : done + size])))
            done += size


def value(connection: Any, sql: str, bind: tuple[Any, ...] = ()) -> Any:
    """The first cell of the first row, or None."""
    row = run(connection, sql, bind).fetchone()
    return None if row is None else row[0]


def initialise(path: Path, key: bytes | None, driver: Driver) -> None:
    """Make a new file that readers and the writer can share (write-ahead log)."""
    connection = connect(path, key, driver)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def identify(connection: Any) -> tuple[int, int]:
    """(application id, schema number) of the file; (0, 0) is a new one. Raises the driver's error."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    schema = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(application), int(schema)


def is_plain(path: Path) -> bool:
    """Whether the file can be read without a key."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\x00"


def mark(connection: Any, schema: int) -> None:
    """Name the file as ours, at this schema number."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {schema}")


def translate(error: BaseException, path: Path, *, keyed: bool) -> CrmError | None:
    """The expected error behind a driver's exception, or None if it is a bug of ours."""
    text = str(error).lower()
    if "not a database" in text or "hmac check" in text:
        return CrmError("wrong_passphrase") if keyed else CrmError("database_foreign", path=path)
    for words, code in (
        ("database or disk is full", "disk_full"),
        ("disk i/o error", "disk_full"),
        ("locked", "database_busy"),
        ("malformed", "database_corrupt"),
        ("corrupt", "database_corrupt"),
        ("readonly", "database_unwritable"),
        ("read-only", "database_unwritable"),
        ("unable to open", "database_unwritable"),
    ):
        if words in text:
            return CrmError(code, path=path)
    return None


SEARCH_COLUMNS: Final = ("cn", "py", "ini", "en", "ph")
CREATE_SEARCH: Final = (
    "CREATE VIRTUAL TABLE search USING fts5("
    + ", ".join(SEARCH_COLUMNS)
    + ", content='', contentless_delete=1, tokenize='unicode61', prefix='1 2', detail=column)"
)
INSERT_SEARCH: Final = "INSERT INTO search(rowid, cn, py, ini, en, ph) VALUES (?, ?, ?, ?, ?, ?)"
DELETE_SEARCH: Final = "DELETE FROM search WHERE rowid = ?"
OPTIMIZE_SEARCH: Final = "INSERT INTO search(search) VALUES ('optimize')"
MATCH: Final = "SELECT rowid FROM search WHERE search MATCH ?"


def upsert(table: str, columns: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """An INSERT that replaces the row with the same keys."""
    marks = ", ".join("?" * len(columns))
    update = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in keys)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {update}"
    )


def insert(table: str, columns: tuple[str, ...]) -> str:
    """A plain INSERT for `executemany`."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
