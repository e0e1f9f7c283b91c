"""Windows over long lists: the first page by index at once, then a rank table that makes any page cheap.

The rank table lives in the reader's temporary database; a page is a range of its row numbers, so no list is
ever loaded whole and nothing uses OFFSET.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from crmdesk.core.criteria import OWNER, Bearings, Criteria, vocabulary
from crmdesk.core.entities import REGISTRY
from crmdesk.core.registry import Field, Registry, Type
from crmdesk.core.search import parse_query
from crmdesk.core.text import Readings
from crmdesk.core.values import Value
from crmdesk.store import dialect
from crmdesk.store.criteria import compile_criteria
from crmdesk.store.names import SHOWN, column
from crmdesk.store.reading import Reader

SORTS: Final = {
    "name": "c.sort, c.n",
    "visited": "c.last_visit_at DESC, c.n DESC",
    "next": "c.f_next_follow_up_on NULLS LAST, c.n",
    "changed": "c.updated_at DESC, c.n DESC",
}
"""The orders that an index of their own keeps ready."""
_BACKWARDS: Final = {
    "name": "c.sort DESC, c.n DESC",
    "visited": "c.last_visit_at, c.n",
    "next": "c.f_next_follow_up_on DESC, c.n DESC",
    "changed": "c.updated_at, c.n",
}
BACKWARDS: Final = "-"
"""In front of an order: the other way round."""
_COLUMNS: Final = (
    "c.id, c.f_name, c.f_name_en, c.person, c.f_city, c.f_stage, c.f_grade, c.tags, c.bucket, "
    "c.last_visit_at, c.f_next_follow_up_on, c.conflicts, c.life, c.f_region_code, "
    "EXISTS (SELECT 1 FROM outbox o WHERE o.id = c.id)"
)
_USUAL: Final = 15
"""How many cells `_COLUMNS` are."""
_DELETED: Final = "c.life = 1 AND c.id NOT IN (SELECT id FROM alias WHERE customer IS NOT NULL)"
"""In the trash is what somebody deleted, and not what is read as part of another customer."""
_FEW_HITS: Final = 4000
_FEW_TO_SORT: Final = 400
_MANY_HITS: Final = 30_000
_NEAR: Final = 500
_INDEXED_PREFIX: Final = 2
_FIND_CUSTOMERS: Final = (
    "INSERT OR IGNORE INTO temp.hit SELECT coalesce(h.customer, found.rowid) "
    f"FROM ({dialect.MATCH}) found LEFT JOIN contact_home h ON h.n = found.rowid"
)


# Of one customer: whether it, or one of its people, is found.
_IS_FOUND: Final = (
    f"EXISTS ({dialect.MATCH} AND rowid = c.n) OR EXISTS (SELECT 1 FROM p_contact k WHERE k.root = c.id "
    f"AND EXISTS ({dialect.MATCH} AND rowid = k.n))"
)


class CustomerRow(NamedTuple):
    """One line of the customers list. Instants are UTC milliseconds, dates ISO text; `cells` what was asked for besides."""

    id: str
    name: str | None
    name_en: str | None
    person: str | None
    city: str | None
    stage: str | None
    grade: str | None
    tags: str
    bucket: str
    last_visit_at: int | None
    next_follow_up_on: str | None
    conflicts: int
    life: int
    region: str | None
    is_unsent: int
    cells: Mapping[str, Value] = {}


EVERY_CUSTOMER: Final = Criteria("customer")


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What a customers list shows. `sort` is one of `SORTS` or the name of a field, and anything else the usual one.

    `where` are the conditions; `trash` shows what was deleted; `columns` names what each row tells besides the usual,
    `grouping` by what the rows are counted.
    """

    text: str = ""
    where: Criteria = EVERY_CUSTOMER
    sort: str = "visited"
    trash: bool = False
    columns: tuple[str, ...] = ()
    grouping: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether no customer on show is left out."""
        return not (self.text or self.where or self.trash)


def order_of(sort: str, registry: Registry = REGISTRY) -> str:
    """The order of a list by one of `SORTS` or by a field; with `BACKWARDS` in front the other way round."""
    name = sort.removeprefix(BACKWARDS)
    is_back = name != sort
    if name in SORTS:
        return (_BACKWARDS if is_back else SORTS)[name]
    declared = registry["customer"].by_name.get(name)
    if declared is None or declared not in sortable(registry):
        return SORTS["visited"]
    by = f"c.{column(declared)}"
    if declared.options:  # as they are declared, which is the way that a customer goes
        places = " ".join(f"WHEN '{option.key}' THEN {at}" for at, option in enumerate(declared.options))
        by = f"CASE {by} {places} END"
    return f"{by}{' DESC' if is_back else ''} NULLS LAST, c.sort, c.n"


def is_descending(sort: str) -> bool:
    """Whether an order begins with the latest or the greatest."""
    return (sort.removeprefix(BACKWARDS) in ("visited", "changed")) is not sort.startswith(BACKWARDS)


def sortable(registry: Registry) -> tuple[Field, ...]:
    """The fields of a customer that a list may be ordered by."""
    kept = (Type.LONG_TEXT, Type.REFERENCE, Type.SEEN)
    return tuple(f for f in registry["customer"].fields if not f.repeated and f.type not in kept)


def listable(registry: Registry) -> dict[str, Field]:
    """What of a customer may stand in a column of its own, by name."""
    known = vocabulary(registry["customer"]).items()
    return {name: declared for name, declared in known if not declared.repeated and declared is not OWNER}


def _asked(names: Sequence[str], registry: Registry) -> list[tuple[Field, tuple[str, ...]]]:
    """What is asked for besides the usual columns, with the cells it is read from; what is not declared is left out."""
    own = registry["customer"].by_name
    found: list[tuple[Field, tuple[str, ...]]] = []
    for name, declared in ((name, listable(registry).get(name)) for name in dict.fromkeys(names)):
        if declared is not None:
            cell = f"c.{column(declared) if own.get(name) is declared else declared.name}"
            found.append((declared, (cell, f"{cell}_currency") if declared.type is Type.MONEY else (cell,)))
    return found


def compile_filter(wanted: CustomerFilter, bearings: Bearings | None = None) -> tuple[list[str], list[Any]]:
    """(conditions, values to bind) of everything but the text. Criteria need bearings."""
    where = [_DELETED if wanted.trash else f"c.{SHOWN}"]
    if not wanted.where:
        return where, []
    assert bearings is not None, "nobody knows what conditions mean without bearings"
    clause = compile_criteria(wanted.where, bearings)
    return [*where, clause.sql], list(clause.bind)


class CustomerWindow:
    """A list of customers under one filter. Usable at once; `rank` makes it countable and jumpable."""

    PAGE: Final = 32

    def __init__(
        self,
        reader: Reader,
        wanted: CustomerFilter,
        readings: Readings | None = None,
        bearings: Bearings | None = None,
    ) -> None:
        self._reader = reader
        self._query = parse_query(readings, wanted.text) if wanted.text.strip() and readings else None
        self._conditions, self._bind = compile_filter(wanted, bearings)
        self._is_narrowed = bool(wanted.where)
        self._order = order_of(wanted.sort, bearings.registry if bearings else REGISTRY)
        self._asked = _asked(wanted.columns, bearings.registry if bearings else REGISTRY)
        self._columns = ", ".join([_COLUMNS, *(sql for _, sqls in self._asked for sql in sqls)])
        self._count: int | None = None
        self._hits = 0

    @property
    def is_short(self) -> bool:
        """Whether a search, its first rows read, found so few that numbering them is no more work."""
        return self._reader.gathered is self and self._hits <= _FEW_TO_SORT

    def first(self, size: int = 200) -> list[CustomerRow]:
        """The first rows in the list's order, long before all are numbered."""
        if self._query and len(rows := self._near(self._query.fts5(), size)) == size:
            return rows
        return self._rows(
            f"SELECT {self._columns} FROM p_customer c WHERE {self._where(_FEW_TO_SORT)} "
            f"ORDER BY {self._order} LIMIT {size}"
        )

    def rank(self) -> int:
        """Number every row; returns how many there are."""
        where = self._where(_FEW_HITS)
        self._reader.ranked = None
        self._reader.run("DROP TABLE IF EXISTS temp.rank")
        self._reader.run(
            f"CREATE TEMP TABLE rank AS SELECT c.n AS n FROM p_customer c WHERE {where} ORDER BY {self._order}"
        )
        self._reader.ranked = self
        self._count = int(self._reader.value("SELECT coalesce(max(rowid), 0) FROM temp.rank"))
        return self._count

    def count(self) -> int:
        """How many rows there are; ranks the list on first use."""
        return self.rank() if self._count is None else self._count

    def page(self, start: int, size: int) -> list[CustomerRow]:
        """Rows `start` to `start + size`, counted from 0."""
        self._hold()
        return self._rows(
            f"SELECT {self._columns} FROM temp.rank r CROSS JOIN p_customer c ON c.n = r.n "
            "WHERE r.rowid > ? AND r.rowid <= ? ORDER BY r.rowid",
            (start, start + size),
        )

    def ids(self) -> list[str]:
        """The ids of every row, in the list's order."""
        self._hold()
        found = self._reader.all(
            "SELECT c.id FROM temp.rank r CROSS JOIN p_customer c ON c.n = r.n ORDER BY r.rowid"
        )
        return [one for (one,) in found]

    def grouped(self, by: str) -> dict[str | None, int]:
        """How many rows there are by the value of a choice, or by bucket for `owner`; empty for anything else."""
        declared = REGISTRY["customer"].by_name.get(by)
        if by != OWNER.name and (declared is None or not declared.options):
            return {}
        name = "bucket" if declared is None else column(declared)
        where = self._where(-1)
        rows = self._reader.all(
            f"SELECT c.{name}, count(*) FROM p_customer c WHERE {where} GROUP BY c.{name}"
        )
        return {value or None: count for value, count in rows}

    def position(self, customer: str) -> int | None:
        """Where a customer stands in the list, from 0; None if it is not in it."""
        self._hold()
        found = self._reader.value(
            "SELECT r.rowid FROM temp.rank r WHERE r.n = (SELECT n FROM p_customer WHERE id = ?)", (customer,)
        )
        return None if found is None else int(found) - 1

    def _where(self, few: int) -> str:
        """The whole condition; whom a text or conditions find is gathered first.

        A few hits are looked up one by one and sorted; more are told apart while walking the sort's index,
        which the plus sign asks for: reading tens of thousands of rows to sort them would take far longer.
        """
        life = self._conditions[0]
        if self._query is None and not self._is_narrowed:
            return life
        walk = "+" if self._gather() > few else ""
        return f"{life} AND {walk}c.n IN (SELECT n FROM temp.hit)"

    def _near(self, match: str, size: int) -> list[CustomerRow]:
        """The found among the first few hundred of the list, asked one by one; none unless a third of all are found.

        Only for the one or two letters that the search index keeps ready: a longer beginning it would gather
        anew for each question. A broad search shows its rows this way without gathering all of its hits.
        """
        if not self._is_broad(match):
            return []
        conditions = " AND ".join(self._conditions)
        return self._rows(
            f"WITH near AS (SELECT c.n FROM p_customer c WHERE {conditions} ORDER BY {self._order} LIMIT {_NEAR}) "
            f"SELECT {self._columns} FROM near CROSS JOIN p_customer c ON c.n = near.n WHERE {_IS_FOUND} "
            f"LIMIT {size}",  # in the order of `near`, which the cross join walks: sorting would ask about all
            (*self._bind, match, match),
        )

    def _is_broad(self, match: str) -> bool:
        if self._query is None or len(self._query.text) > _INDEXED_PREFIX or self._reader.gathered is self:
            return False
        found = f"SELECT count(*) FROM ({dialect.MATCH} LIMIT {_MANY_HITS})"
        return bool(self._reader.value(found, (match,)) == _MANY_HITS)

    def _gather(self) -> int:
        """Put the found customers into the reader's table; returns how many.

        By a text they are found themselves or through a contact; conditions are answered by indexes alone where
        these know enough, which the list's order would keep them from.
        """
        if self._reader.gathered is not self:
            self._reader.gathered = None
            self._reader.run("CREATE TEMP TABLE IF NOT EXISTS hit(n INTEGER PRIMARY KEY)")
            self._reader.run("DELETE FROM temp.hit")
            conditions = " AND ".join(self._conditions)
            fitting = f"SELECT c.n FROM p_customer c WHERE {conditions}"
            if self._query:
                self._reader.run(_FIND_CUSTOMERS, (self._query.fts5(),))
                if self._is_narrowed:
                    self._reader.run(f"DELETE FROM temp.hit WHERE n NOT IN ({fitting})", self._bind)
            elif self._query is None:
                self._reader.run(f"INSERT INTO temp.hit {fitting}", self._bind)
            self._hits = int(self._reader.value("SELECT count(*) FROM temp.hit"))
            self._reader.gathered = self
        return self._hits

    def _hold(self) -> None:
        """Have this list's rank table in the reader, which holds one at a time."""
        if self._reader.ranked is not self:
            self.rank()

    def _rows(self, sql: str, bind: Sequence[Any] = ()) -> list[CustomerRow]:
        return [
            CustomerRow(*row[:_USUAL])._replace(cells=self._cells(row[_USUAL:]))
            if self._asked
            else CustomerRow(*row)
            for row in self._reader.all(sql, bind)
        ]

    def _cells(self, cells: Sequence[Any]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        at = 0
        for declared, sqls in self._asked:
            value = cells[at]
            if declared.type is Type.MONEY and value is not None:
                value = {"money": [value, cells[at + 1]]}
            elif declared.type is Type.BOOLEAN and value is not None:
                value = bool(value)
            found[declared.name] = value
            at += len(sqls)
        return found
