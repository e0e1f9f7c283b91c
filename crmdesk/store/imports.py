"""Imports as this laptop remembers them: each run, the transactions it made, and the rows that were kept out.

What a run did is written in the transaction that did it, so that after a crash it goes on, or is taken back, from there.
The tables are made at the first import; they are this laptop's own and never travel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.ids import uuid7
from crmdesk.core.lookalikes import Alike
from crmdesk.core.mapping import Plan
from crmdesk.core.values import NOT_JSON
from crmdesk.store import dialect
from crmdesk.store.reading import Reader

if TYPE_CHECKING:  # pages list imports without SQLAlchemy
    from sqlalchemy import Connection

State: TypeAlias = Literal["running", "done", "stopped", "undoing", "undone"]
"""`stopped`: by a person or by a crash; it can go on. `undoing`: begun to be taken back, which can go on too."""

_MAKE_RUNS: Final = (
    "CREATE TABLE IF NOT EXISTS import_run (id TEXT PRIMARY KEY, started_ms INTEGER NOT NULL, state TEXT NOT NULL, "
    "position INTEGER NOT NULL, body TEXT NOT NULL)"
)
_MAKE_STEPS: Final = (
    "CREATE TABLE IF NOT EXISTS import_step (txn TEXT PRIMARY KEY, run TEXT NOT NULL, n INTEGER NOT NULL, "
    "is_undone INTEGER NOT NULL)"
)
_MAKE_INDEX: Final = "CREATE INDEX IF NOT EXISTS import_step_run ON import_step (run, n)"
_MAKE_KEPT_OUT: Final = (
    "CREATE TABLE IF NOT EXISTS import_kept_out (run TEXT NOT NULL, n INTEGER NOT NULL, sheet INTEGER NOT NULL, "
    "at INTEGER NOT NULL, verdict TEXT NOT NULL, notes TEXT NOT NULL, cells TEXT NOT NULL, "
    "PRIMARY KEY (run, n)) WITHOUT ROWID"
)
_MAKE_VERDICTS: Final = (
    "CREATE INDEX IF NOT EXISTS import_kept_out_verdict ON import_kept_out (run, verdict, n)"
)
_MAKE_ALIKE: Final = "CREATE TABLE IF NOT EXISTS import_alike (run TEXT NOT NULL, n INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, n)) WITHOUT ROWID"
_MAKE_OWNERS: Final = "CREATE TABLE IF NOT EXISTS import_owner (run TEXT NOT NULL, customer TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (run, customer)) WITHOUT ROWID"
_MAKE_ORDERS: Final = "CREATE TABLE IF NOT EXISTS import_order (run TEXT PRIMARY KEY, body TEXT NOT NULL)"
DONE: Final = "done"
"""The state of a customer that was handed over; blank is one that waits, anything else says why it was refused."""
_KEPT_OUT: Final = ("run", "n", "sheet", "at", "verdict", "notes", "cells")


class Counts(msgspec.Struct):
    """What was counted of the rows of a run so far; `sums` are minor units by `entity.field currency`.

    `replaced` is what of the sums a later row of the same step wrote over: of rows that change one record the last counts.

    `cells` are the key cells that there are, `missing` those of them that are blank, each also by `sheet.field`.
    `wrong` are the rows with a value that can't be read or is doubted, `double` those that equal another row or record.
    `alike` are the rows that look like a customer that is here or like an earlier row; where those are kept out they are
    counted nowhere else. `owners` counts the customers that are to be each person's, by name as the file says it.
    """

    rows: int = 0
    create: int = 0
    update: int = 0
    duplicate: int = 0
    reject: int = 0
    wrong: int = 0
    double: int = 0
    alike: int = 0
    cells: int = 0
    missing: int = 0
    missing_by_field: dict[str, int] = {}
    rows_by_sheet: dict[str, int] = {}
    records: dict[str, int] = {}
    sums: dict[str, int] = {}
    replaced: dict[str, int] = {}
    flaws: dict[str, int] = {}
    owners: dict[str, int] = {}


class Run(msgspec.Struct):
    """One import. `position` is how many of the file's rows are settled, `kept` what its undo left alone, and why.

    Of very much that was left alone `kept` lists the first; `kept_more` is how many more there are. Of the `wrote` records
    that its steps wrote its undo `met` those that are still here; `away` are the others: handed over, or shared no more.
    `looked`: it was looked for rows that look like customers.
    """

    id: str
    started_ms: int
    name: str
    path: str
    sha256: str
    plan: Plan
    state: State = "running"
    position: int = 0
    steps: int = 0
    limit: int = -1
    counts: Counts = msgspec.field(default_factory=Counts)
    seconds: float = 0.0
    kept: list[tuple[str, str, list[str]]] = []
    looked: bool = False
    kept_more: int = 0
    wrote: int = 0
    met: int = 0
    away: int = 0

    @property
    def stayed(self) -> int:
        """How many records its undo left alone in all."""
        return len(self.kept) + self.kept_more + self.away


class KeptOut(msgspec.Struct):
    """A row that made nothing: its place, its verdict, what was wrong with which column, and its cells as they stood."""

    n: int
    sheet: int
    at: int
    verdict: str
    notes: list[tuple[int, str]]
    cells: list[str]


class Order(msgspec.Struct, frozen=True):
    """Customers that a server was asked to hand over, under a name that makes asking again harmless."""

    id: str
    to_user: str
    customers: list[str]


def prepare(connection: Connection) -> None:
    """Make the tables, where there are none yet."""
    for statement in (
        _MAKE_RUNS,
        _MAKE_STEPS,
        _MAKE_INDEX,
        _MAKE_KEPT_OUT,
        _MAKE_VERDICTS,
        _MAKE_ALIKE,
        _MAKE_OWNERS,
        _MAKE_ORDERS,
    ):
        dialect.run(connection, statement)


def begin(connection: Connection, run: Run) -> None:
    """Note a new run."""
    body = msgspec.json.encode(run).decode()
    dialect.run(
        connection,
        "INSERT INTO import_run VALUES (?, ?, ?, ?, ?)",
        (run.id, run.started_ms, run.state, run.position, body),
    )


def save(connection: Connection, run: Run, *, was: int) -> None:
    """Note how a run stands. `was` is the position it went on from.

    Raises `database_busy` where another process has carried the same run on meanwhile.
    """
    done = dialect.run(
        connection,
        "UPDATE import_run SET state = ?, position = ?, body = ? WHERE id = ? AND position = ?",
        (run.state, run.position, msgspec.json.encode(run).decode(), run.id, was),
    )
    if done.rowcount != 1:
        raise CrmError("database_busy")


def load(connection: Connection, run: str) -> Run:
    """A run as it stands within a transaction. Raises `not_found`."""
    row = dialect.run(connection, "SELECT body, state FROM import_run WHERE id = ?", (run,)).fetchone()
    if row is None:
        raise CrmError("not_found")
    return _decoded(*row)


def add_step(connection: Connection, run: Run, txn: str) -> None:
    """Note a transaction of a run, in that transaction."""
    run.steps += 1
    run.wrote += int(dialect.value(connection, "SELECT count(*) FROM edit WHERE txn = ?", (txn,)) or 0)
    dialect.run(connection, "INSERT INTO import_step VALUES (?, ?, ?, 0)", (txn, run.id, run.steps))


def keep_out(connection: Connection, run: Run, rows: Iterable[KeptOut]) -> None:
    """Note rows that were kept out."""
    encode = msgspec.json.encode
    dialect.insert_rows(
        connection, "import_kept_out", _KEPT_OUT,
        [(run.id, r.n, r.sheet, r.at, r.verdict, encode(r.notes).decode(), encode(r.cells).decode()) for r in rows],
    )  # fmt: skip


def note_alike(connection: Connection, run: Run, found: Sequence[Alike]) -> None:
    """Note which rows of a run look like which customers, in the place of what was noted before."""
    encode = msgspec.json.encode
    dialect.run(connection, "DELETE FROM import_alike WHERE run = ?", (run.id,))
    rows = [(run.id, n, encode(one).decode()) for n, one in enumerate(found)]
    dialect.insert_rows(connection, "import_alike", ("run", "n", "body"), rows)


def alike(reader: Reader, run: str) -> list[Alike]:
    """Which rows of a run were kept out because they look like customers, and like whom; in their order."""
    if reader.value("SELECT 1 FROM sqlite_master WHERE name = 'import_alike'") is None:
        return []
    rows = reader.all("SELECT body FROM import_alike WHERE run = ? ORDER BY n", (run,))
    return [msgspec.json.decode(body, type=Alike) for (body,) in rows]


def wish_owners(connection: Connection, run: Run, wishes: Mapping[str, str]) -> None:
    """Note whose customers are to be, by customer: names as the file says them. A later row overrides an earlier one."""
    dialect.run(
        connection,
        "INSERT OR REPLACE INTO import_owner VALUES (?, ?, ?, '')",
        [(run.id, customer, name) for customer, name in wishes.items()],
    )


def retry_owners(connection: Connection, run: str) -> None:
    """Let the wishes that were refused wait once more."""
    dialect.run(
        connection, "UPDATE import_owner SET state = '' WHERE run = ? AND state NOT IN ('', ?)", (run, DONE)
    )


def settle_owners(connection: Connection, run: str, states: Mapping[str, str]) -> None:
    """Note what became of the wishes for some customers."""
    dialect.run(
        connection,
        "UPDATE import_owner SET state = ? WHERE run = ? AND customer = ?",
        [(state, run, customer) for customer, state in states.items()],
    )


def owners(reader: Reader, run: str) -> list[tuple[str, str, str]]:
    """(customer, name in the file, state) of each wish of a run, in the order in which the customers were made."""
    if reader.value("SELECT 1 FROM sqlite_master WHERE name = 'import_owner'") is None:
        return []
    return reader.all(
        "SELECT customer, name, state FROM import_owner WHERE run = ? ORDER BY customer", (run,)
    )


def begin_order(connection: Connection, run: str, order: Order) -> None:
    """Note what the server is about to be asked, in the place of what it was asked before."""
    body = msgspec.json.encode(order).decode()
    dialect.run(connection, "INSERT OR REPLACE INTO import_order VALUES (?, ?)", (run, body))


def end_order(connection: Connection, run: str) -> None:
    """Note that what the server was asked is settled."""
    dialect.run(connection, "DELETE FROM import_order WHERE run = ?", (run,))


def order(reader: Reader, run: str) -> Order | None:
    """What the server was asked for a run and has not been heard to answer."""
    if reader.value("SELECT 1 FROM sqlite_master WHERE name = 'import_order'") is None:
        return None
    body = reader.value("SELECT body FROM import_order WHERE run = ?", (run,))
    return None if body is None else msgspec.json.decode(body, type=Order)


def steps(connection: Connection, run: str) -> list[str]:
    """The transactions of a run that still stand, the latest first."""
    rows = dialect.run(
        connection, "SELECT txn FROM import_step WHERE run = ? AND is_undone = 0 ORDER BY n DESC", (run,)
    )
    return [row[0] for row in rows]


def undo_step(connection: Connection, txn: str) -> None:
    """Note that a transaction was taken back, in the transaction that did."""
    dialect.run(connection, "UPDATE import_step SET is_undone = 1 WHERE txn = ?", (txn,))


def made_by(connection: Connection, run: Run) -> set[str]:
    """The ids of the records that a run made: of those it wrote to, the ones named since it began."""
    query = "SELECT e.id FROM import_step s JOIN edit e ON e.txn = s.txn WHERE s.run = ? AND e.id >= ?"
    return {row[0] for row in dialect.run(connection, query, (run.id, uuid7(run.started_ms, bytes(10))))}


def is_there(reader: Reader) -> bool:
    """Whether anything was ever imported here."""
    return reader.value("SELECT 1 FROM sqlite_master WHERE name = 'import_run'") is not None


def runs(reader: Reader) -> list[Run]:
    """Every import, the latest first."""
    if not is_there(reader):
        return []
    rows = reader.all("SELECT body, state FROM import_run ORDER BY started_ms DESC, id DESC")
    return [_decoded(*row) for row in rows]


def find(reader: Reader, run: str) -> Run:
    """A run by its id, or by as much of it as tells it apart. Raises `not_found`, `ambiguous`."""
    found = [one for one in runs(reader) if one.id == run or (len(run) >= 4 and one.id.endswith(run))]
    if not found:
        raise CrmError("not_found")
    if len(found) > 1:
        raise CrmError("ambiguous", query=run, candidates=[{"id": one.id, "name": one.name} for one in found])
    return found[0]


def kept_out(reader: Reader, run: str, after: int = 0, limit: int = 1000) -> list[KeptOut]:
    """The rows that a run kept out, in their order, a page at a time."""
    rows = reader.all(
        "SELECT n, sheet, at, verdict, notes, cells FROM import_kept_out WHERE run = ? AND n > ? ORDER BY n LIMIT ?",
        (run, after, limit),
    )
    return _kept_out(rows)


def first_kept_out(reader: Reader, run: str, most: int = 1000) -> list[KeptOut]:
    """The first rows that a run kept out for each reason there is, `most` of each, reason by reason."""
    query = (
        "SELECT n, sheet, at, verdict, notes, cells FROM import_kept_out WHERE run = ? AND verdict = ? "
        "ORDER BY n LIMIT ?"
    )
    found = (reader.all(query, (run, verdict, most)) for verdict in ("reject", "alike", "duplicate"))
    return [row for rows in found for row in _kept_out(rows)]


def _kept_out(rows: Iterable[tuple[Any, ...]]) -> list[KeptOut]:
    decode = msgspec.json.decode
    return [
        KeptOut(n, sheet, at, verdict, decode(notes, type=list[tuple[int, str]]), decode(cells, type=list[str]))
        for n, sheet, at, verdict, notes, cells in rows
    ]  # fmt: skip


def is_step(reader: Reader, txn: str) -> bool:
    """Whether a transaction is part of an import."""
    if reader.value("SELECT 1 FROM sqlite_master WHERE name = 'import_step'") is None:
        return False
    return reader.value("SELECT 1 FROM import_step WHERE txn = ?", (txn,)) is not None


def _decoded(body: str, state: State) -> Run:
    try:
        return msgspec.structs.replace(msgspec.json.decode(body, type=Run), state=state)
    except NOT_JSON as error:
        raise CrmError("database_corrupt", path="") from error
