"""Taking over a newer list of codes: read from a file, compared with what is in force, kept in the company's settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from crmdesk.core import code_lists
from crmdesk.core.code_lists import MOST_ROWS, Changes
from crmdesk.core.codes import TABLES, Code, CodeTable
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Label
from crmdesk.core.resolve import deletion
from crmdesk.core.values import Value
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases import codes
from crmdesk.usecases.custom_fields import check_may_configure
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

ENTITY = "code_list"


@dataclass(frozen=True, slots=True)
class Planned:
    """A list that may be taken over: its valid codes, and what they change of the table in force."""

    table: str
    year: int
    codes: tuple[Code, ...]
    changes: Changes

    def counts(self) -> dict[int, int]:
        """How many codes there are on each level."""
        depths = sorted({one.level for one in self.codes})
        return {depth: sum(one.level == depth for one in self.codes) for depth in depths}


@dataclass(frozen=True, slots=True)
class InForce:
    """A table as it is in use here: how many codes are valid, and by which list; blank for what ships with the product."""

    table: str
    valid: int
    edition: str


def plan(
    reader: Reader, table: str, path: Path, today: date, *, year: int | None = None, adds: bool = False
) -> Planned:
    """Read a list and say what it changes; nothing is changed yet. `adds`: the file has only some, and what it lacks stays.

    Raises `bad_argument`, `code_list_wrong`, and what reading a foreign file raises.
    """
    if table not in TABLES:
        raise CrmError("bad_argument", argument=table, hint=", ".join(TABLES))
    from crmdesk.usecases.foreign_files import peek

    found = peek(path, today, rows=MOST_ROWS + 1)
    rows: Sequence[Sequence[str]] = found[0].rows
    if len(rows) > MOST_ROWS:
        limit = Label(f"{MOST_ROWS} 行", f"{MOST_ROWS} rows")
        raise CrmError("import_too_large", name=path.name, limit=limit)
    codes.follow(reader)
    now = codes.code_table(table)
    listed = code_lists.read_rows(table, rows)
    whole = code_lists.added_to(now, listed) if adds else listed
    code_lists.check(table, whole)
    return Planned(table, year or today.year, tuple(whole), code_lists.changes(now, whole))


def take_over(replica: Replica, planned: Planned) -> Outcome[str | None]:
    """Put a list in force here now, elsewhere after a sync; returns its record's id, None where it changes nothing.

    It takes the place of the list before; undoing brings that back. Raises `forbidden`, `record_too_large`.
    """
    from crmdesk.store.replica import Touched, Write

    check_may_configure(replica)
    if planned.changes.is_none:
        return Outcome(None, Touched(), None)
    values: dict[str, Value] = {"table": planned.table, "edition": str(planned.year)}
    values.update(code_lists.packed(planned.table, planned.codes))
    made = replica.new_id()
    writes = [Write(RecordKey(ENTITY, made), values)]
    for record in _earlier(replica, planned.table):
        key = RecordKey(ENTITY, record)
        writes.append(Write(key, deletion(replica.load(key)), is_known=True))
    done = replica.commit(writes)
    return Outcome(made, done.touched, done.txn)


def _earlier(replica: Replica, table: str) -> list[str]:
    from crmdesk.store import dialect

    with replica.database.read() as connection:
        query = f"SELECT id FROM p_code_list WHERE f_table = ? AND {SHOWN}"
        return [record for (record,) in dialect.run(connection, query, (table,))]


def in_force(reader: Reader) -> list[InForce]:
    """The tables as they are in use here."""
    codes.follow(reader)
    return [InForce(name, _valid(codes.code_table(name)), codes.edition(name)) for name in TABLES]


def _valid(table: CodeTable) -> int:
    return len({line.code for line in table.lines if line.is_current})
