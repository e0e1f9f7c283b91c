"""What differs between database engines: connecting, marks, locks, bulk loads, full-text search, error codes.

Imports no driver and no SQLAlchemy at the top: the desktop's first paint reads through a bare connection.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from crmdesk.core.errors import CrmError

Driver: TypeAlias = Literal["sqlcipher", "sqlite"]
"""`sqlcipher` on laptops (with a key it encrypts the whole file), `sqlite` on the server."""


Engine: TypeAlias = Literal["sqlite", "postgresql"]
"""Which of the two kinds of database a statement is for."""


class File(NamedTuple):
    """A database in a file of this machine. `key`: 32 raw bytes, or None for a plain file."""

    path: Path
    key: bytes | None = None
    driver: Driver = "sqlcipher"

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Service:
    """A PostgreSQL database, by its address: `postgresql://user:password@host:port/name`.

    Its text names the host and the database and never the password.
    """

    url: str = field(repr=False)

    def __str__(self) -> str:
        url = _parsed(self.url)
        host = url.host or url.query.get("host") or "localhost"
        return f"{host}/{url.database}"


Place: TypeAlias = File | Service
"""Where a database is: a file (SQLite), or a service that several processes share (PostgreSQL)."""

APPLICATION_ID: Final = 0x43524D44  # "CRMD", in the file's header
SCHEMA: Final = 1
"""Number of the authoritative schema; a file with a higher one was written by a newer program."""
BUSY_TIMEOUT_MS: Final = 5000
"""How long a writer waits for another one, before it is told that the database is busy."""
STATEMENT_TIMEOUT_MS: Final = 30_000
_ROWS_A_STATEMENT: Final = (1000, 250, 25, 1)
_MOST_VALUES: Final = 32_766
"""Values that SQLite lets one statement bind, unless it was built to take more."""
PAGE_BYTES: Final = 4096
"""A database file is whole pages of this size, encrypted or not."""
_MODULES: Final = {"sqlcipher": "sqlcipher3.dbapi2", "sqlite": "sqlite3", "psycopg": "psycopg"}


def module(driver: Driver | Literal["psycopg"]) -> Any:
    """The DB-API module of a driver."""
    return importlib.import_module(_MODULES[driver])


def connect(
    path: Path, key: bytes | None, driver: Driver, *, read_only: bool = False, new: bool = False
) -> Any:
    """A DB-API connection without implicit transactions, keyed and tuned.

    A file that is not there is made only where `new` asks for it: one that another process destroyed is gone.
    `key` is 32 raw bytes or None for a plain file. Durability is FULL always: an edit's number must never
    be handed out twice, and a power cut under NORMAL would do that.
    """
    # mode=ro rather than query_only: a reader makes rank tables in its own temporary database.
    mode = "rwc" if new else "ro" if read_only else "rw"
    address = f"{path.absolute().as_uri()}?mode={mode}"
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

    The SQL is what both engines understand, with `?` for each value. Straight to the driver: SQLAlchemy's own
    account of a small statement costs more than the statement. Returns the DB-API cursor.
    """
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return driver.executemany(sql, bind) if isinstance(bind, list) else driver.execute(sql, bind)
    cursor = driver.cursor(binary=True)
    if isinstance(bind, list):
        cursor.executemany(_marked(sql), bind)
    else:
        cursor.execute(_marked(sql), bind)
    return cursor


@lru_cache(maxsize=2000)
def _marked(sql: str) -> str:
    """A statement with psycopg's marks. No statement of ours has a question mark in a text."""
    return sql.replace("%", "%%").replace("?", "%s")


def insert_rows(
    connection: Any, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], conflict: str = ""
) -> None:
    """Write many new rows by the engine's quickest way; `conflict` is the clause for rows that are there already.

    A driver lets other threads run while a statement does, and has to win the interpreter back after it: once for
    hundreds of rows, not once for each.
    """
    names = _names(columns)
    if is_shared(connection):
        _copy_rows(connection, table, names, rows, conflict)
        return
    done = 0
    for size in _ROWS_A_STATEMENT:
        if len(rows) - done < size or size * len(columns) > _MOST_VALUES:
            continue
        sql = _insert_many(table, names, len(columns), size, conflict)
        while len(rows) - done >= size:
            run(connection, sql, tuple(chain.from_iterable(rows[done : done + size])))
            done += size


@lru_cache(maxsize=200)
def _insert_many(table: str, names: str, columns: int, size: int, conflict: str) -> str:
    marks = f"({', '.join('?' * columns)})"
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([marks] * size)}{conflict}"


def _copy_rows(
    connection: Any, table: str, names: str, rows: Sequence[tuple[Any, ...]], conflict: str
) -> None:
    """COPY; where rows may be there already, into a temporary table first, and from there in one statement."""
    target = table
    if conflict:
        target = f"incoming_{table}"
        run(connection, f"CREATE TEMPORARY TABLE IF NOT EXISTS {target} (LIKE {table}) ON COMMIT DELETE ROWS")
        run(connection, f"DELETE FROM {target}")
    with connection.connection.driver_connection.cursor().copy(f"COPY {target} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    if conflict:
        run(connection, f"INSERT INTO {table} ({names}) SELECT {names} FROM {target}{conflict}")


def value(connection: Any, sql: str, bind: tuple[Any, ...] = ()) -> Any:
    """The first cell of the first row, or None."""
    row = run(connection, sql, bind).fetchone()
    return None if row is None else row[0]


def among(connection: Any, column: str, values: Collection[Any]) -> tuple[str, tuple[Any, ...]]:
    """(condition, values to bind) for a column that has one of these values.

    PostgreSQL plans one array four times as fast as hundreds of marks.
    """
    if connection.dialect.name == "sqlite":
        return f"{column} IN ({','.join('?' * len(values))})", tuple(values)
    return f"{column} = ANY(?)", (list(values),)


def listed(engine: Engine, column: str, values: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """(condition, values to bind) for a column of text that has one of many values, bound as one list."""
    what = "value FROM json_each(?)" if engine == "sqlite" else "json_array_elements_text(CAST(? AS json))"
    return f"{column} IN (SELECT {what})", (json.dumps(list(values)),)


def is_shared(connection: Any) -> bool:
    """Whether others may write while this transaction does. If so, what is read to be rewritten must be locked."""
    return bool(connection.dialect.name != "sqlite")


def locking(connection: Any) -> str:
    """What a SELECT ends with to lock its rows until the transaction ends; the only writer needs nothing."""
    return " FOR UPDATE" if is_shared(connection) else ""


READER: Final = "crmdesk_reader"
"""The role of a service as which a transaction reads on somebody's behalf."""


def can_confine(connection: Any) -> bool:
    """Whether transactions of this database can be confined: a service whose reading role is there and may be taken."""
    if not is_shared(connection):
        return False
    found = value(connection, "SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = ?", (READER,))
    return bool(found)


def confine(connection: Any, user: str) -> None:
    """Let the rest of a service's transaction see only rows that `user` may read."""
    run(connection, "SELECT set_config('crmdesk.user', ?, true), set_config('role', ?, true)", (user, READER))


def numbers(connection: Any, table: str, count: int) -> Sequence[int]:
    """Row numbers for `count` new rows, rising."""
    if is_shared(connection):
        taken = run(
            connection,
            "SELECT nextval(pg_get_serial_sequence(?, 'n')) FROM generate_series(1, ?)",
            (table, count),
        )
        return [row[0] for row in taken]
    first = (value(connection, f"SELECT max(n) FROM {table}") or 0) + 1
    return range(first, first + count)


def initialise(path: Path, key: bytes | None, driver: Driver) -> None:
    """Make a new file that readers and the writer can share (write-ahead log)."""
    connection = connect(path, key, driver, new=True)
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
    """Name the database as ours, at this schema number."""
    if is_shared(connection):
        run(connection, "CREATE TABLE schema_number (application BIGINT NOT NULL, schema INTEGER NOT NULL)")
        run(connection, "INSERT INTO schema_number VALUES (?, ?)", (APPLICATION_ID, schema))
    else:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {schema}")


def marked(connection: Any) -> tuple[int, int]:
    """(application id, schema number) of an open service; (0, 0): nobody's."""
    if value(connection, "SELECT to_regclass('schema_number')::text") is None:
        return 0, 0
    application, schema = run(connection, "SELECT application, schema FROM schema_number").fetchone()
    return int(application), int(schema)


def damage(connection: Any) -> list[str]:
    """What the engine itself finds wrong with its structures. PostgreSQL watches over its own."""
    if is_shared(connection):
        return []
    return [row[0] for row in run(connection, "PRAGMA integrity_check") if row[0] != "ok"]


def error_of(place: Place) -> type[Exception]:
    """The class of every exception that the place's driver raises."""
    found: type[Exception] = module(place.driver if isinstance(place, File) else "psycopg").Error
    return found


def translate(error: BaseException, place: Place) -> CrmError | None:
    """The expected error behind a driver's exception, or None if it is a bug of ours."""
    return _of_file(error, place) if isinstance(place, File) else _of_service(error, place)


def _of_file(error: BaseException, place: File) -> CrmError | None:
    text = str(error).lower()
    if "not a database" in text or "hmac check" in text:
        return CrmError("wrong_passphrase") if place.key else CrmError("database_foreign", path=place.path)
    for words, code in (
        ("database or disk is full", "disk_full"),
        ("disk i/o error", "disk_full"),
        ("locked", "database_busy"),
        ("malformed", "database_corrupt"),
        ("corrupt", "database_corrupt"),
        ("vtable constructor failed", "database_corrupt"),
        ("could not decode to utf-8", "database_corrupt"),
        ("readonly", "database_unwritable"),
        ("read-only", "database_unwritable"),
        ("unable to open", "database_unwritable"),
    ):
        if words in text:
            return CrmError(code, path=place.path)
    return None


_SERVICE_ERRORS: Final = {
    "23505": "database_busy",  # two transactions made the same row at once: the later starts again
    "40001": "database_busy",
    "40P01": "database_busy",
    "55P03": "database_busy",
    "57014": "database_busy",
    "25P03": "database_busy",
    "53300": "database_busy",
    "53100": "disk_full",
    "25006": "database_unwritable",
    "42501": "database_unwritable",
}
"""PostgreSQL's SQLSTATE -> code. What is no fault of ours and passes by itself is `database_busy`."""


def _of_service(error: BaseException, place: Service) -> CrmError | None:
    state = getattr(error, "sqlstate", None) or ""
    if code := _SERVICE_ERRORS.get(state):
        return CrmError(code, path=place)
    if state[:2] in ("08", "28", "3D", "57") or (
        not state and isinstance(error, module("psycopg").OperationalError)
    ):
        return CrmError("database_unreachable", path=place)
    return None


def engine(place: Place) -> tuple[Any, Any]:
    """SQLAlchemy's engine for reading and for writing; both take their connections from one pool.

    A reader sees one moment: everything that was committed when it began. A writer is alone in a file; in a
    service it sees what others committed before each statement, and locks what it read to rewrite.
    """
    return _file_engine(place) if isinstance(place, File) else _service_engine(place)


def _file_engine(place: File) -> tuple[Any, Any]:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import QueuePool

    made = create_engine(
        "sqlite://",
        hide_parameters=True,  # an error's text must not quote what a person typed
        module=module(place.driver),
        creator=lambda: connect(*place),
        poolclass=QueuePool,
        pool_size=2,
        max_overflow=20,
        pool_use_lifo=True,  # each commit empties the page caches of the other connections: keep to one
    )

    @event.listens_for(made, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        # Straight to the driver: it is the first statement of every poll.
        connection.connection.driver_connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made, made.execution_options(writes=True)


def _service_engine(place: Service) -> tuple[Any, Any]:
    from sqlalchemy import create_engine

    _compare_text_by_bytes()
    options = {
        "lock_timeout": BUSY_TIMEOUT_MS,
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": STATEMENT_TIMEOUT_MS,
        "synchronous_commit": "on",  # nothing is acknowledged that a power cut could take back
    }
    made = create_engine(
        _parsed(place.url).set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_size=10,
        max_overflow=10,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
            "application_name": "crmdesk-server",
            "connect_timeout": 5,
        },
    )
    reading = made.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return reading, made


def _parsed(url: str) -> Any:
    """A service's address in parts. Raises `bad_argument`, which repeats nothing of it: it may hold a password."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        found = make_url(url)
    except ArgumentError as error:
        raise CrmError("bad_argument", argument="--database", hint=_EXAMPLE) from error
    if found.get_backend_name() not in ("postgresql", "postgres") or not found.database:
        raise CrmError("bad_argument", argument="--database", hint=_EXAMPLE)
    return found


_EXAMPLE: Final = "postgresql://user@host/name"


def _compare_text_by_bytes() -> None:
    """Make columns of text sort as SQLite sorts them, whatever the database's own language is."""
    from sqlalchemy import String, Text
    from sqlalchemy.ext.compiler import compiles

    @compiles(String, "postgresql")
    @compiles(Text, "postgresql")
    def _type(_type: Any, _compiler: Any, **_options: Any) -> str:
        return 'TEXT COLLATE "C"'


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


def _names(columns: Sequence[str]) -> str:
    """Columns as a statement names them: "user" is a word of SQL."""
    return ", ".join(name if name.startswith('"') else f'"{name}"' for name in columns)


def upsert(table: str, columns: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """An INSERT that replaces the row with the same keys."""
    update = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in keys)
    return f"{insert(table, columns)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {update}"


def insert(table: str, columns: tuple[str, ...]) -> str:
    """A plain INSERT for `executemany`."""
    return f"INSERT INTO {table} ({_names(columns)}) VALUES ({', '.join('?' * len(columns))})"
