"""What is counted of the customers' data, asked of the projections: one pass for the blanks, one statement for each rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from crmdesk.core.codes import CodeTable
from crmdesk.core.contradictions import (
    CITY,
    INDUSTRY_GONE,
    REGION_GONE,
    WON_WITHOUT_CODE,
    WON_WITHOUT_DEAL,
    Elsewhere,
    is_elsewhere,
)
from crmdesk.core.criteria import Bearings, Group, Kind, Node, all_of
from crmdesk.core.quality import KeyField
from crmdesk.core.registry import Entity, Field
from crmdesk.core.values import Value
from crmdesk.store.criteria import Clause, compile_criteria
from crmdesk.store.names import SHOWN, column, table
from crmdesk.store.reading import Reader

_HERE: Final = f"c.{SHOWN}"
_ROW: Final = f"r.{SHOWN}"
_LINKED: Final = f"JOIN p_customer c ON c.id = r.root AND {_HERE}"


class Found(NamedTuple):
    """A record in a contradiction, and the customer it is about."""

    id: str
    customer: str


class Customer(NamedTuple):
    """What is looked at of each customer besides its blanks."""

    n: int
    id: str
    bucket: str
    source: str
    name: str | None
    credit_code: str | None
    code: str | None
    region: str | None
    city: str | None
    industry: str | None
    stage: str | None

    @property
    def place(self) -> tuple[str, str]:
        """What it is counted under: (bucket, source)."""
        return self.bucket, self.source


def customers(reader: Reader) -> list[Customer]:
    """All of them that are on show, in one pass; 100,000 in half a second."""
    rows = reader.all(
        "SELECT c.n, c.id, c.bucket, coalesce(c.f_source, ''), c.f_name, c.f_credit_code, c.f_code, c.f_region_code, "
        f"c.f_city, c.f_industry_code, c.f_stage FROM p_customer c WHERE {_HERE}"
    )
    return list(map(Customer._make, rows))


# Completeness


class Blanks(NamedTuple):
    """What is blank of some records: for each key field how many lack it, out of how many. `bare` have a gap at all."""

    records: int
    bare: int
    fields: list[tuple[int, int]]


def blanks(reader: Reader, keys: Sequence[KeyField], bearings: Bearings) -> dict[tuple[str, str], Blanks]:
    """Count the gaps of customers by (bucket, source), all `keys` in one pass."""
    clauses = _clauses("customer", keys, bearings)
    columns = ", ".join(f"coalesce(sum({clause.sql}), 0)" for clause in clauses)
    rows = reader.all(
        f"SELECT r.bucket, coalesce(r.f_source, ''), count(*), {columns} FROM p_customer r WHERE {_ROW} GROUP BY 1, 2",
        [value for clause in clauses for value in clause.bind],
    )
    found = {}
    for bucket, source, count, *sums in rows:
        *counts, bare = sums
        fields = list(zip(counts[: len(keys)], counts[len(keys) :], strict=True))
        found[bucket, source] = Blanks(count, bare, fields)
    return found


def people_blanks(
    reader: Reader, keys: Sequence[KeyField], bearings: Bearings
) -> list[tuple[str, int, tuple[int, ...]]]:
    """For each customer with people: its id, how many they are, and for each of `keys` how many lack it.

    Not joined to the customers: looking up each one's row takes five times as long as this.
    """
    clauses = _clauses("contact", keys, bearings)[: len(keys)]
    columns = "".join(f", coalesce(sum({clause.sql}), 0)" for clause in clauses)
    rows = reader.all(
        f"SELECT r.root, count(*){columns} FROM p_contact r WHERE {_ROW} GROUP BY r.root",
        [value for clause in clauses for value in clause.bind],
    )
    return [(root, count, tuple(sums)) for root, count, *sums in rows]


def _clauses(entity: str, keys: Sequence[KeyField], bearings: Bearings) -> list[Clause]:
    """The conditions of each gap, then of whoever is asked at all, then of whoever has any gap."""
    gaps: list[Node] = [key.gap for key in keys]
    asked: list[Node] = [Group(Kind.ALL, (key.when,) if key.when else ()) for key in keys]
    wanted = (*gaps, *asked, Group(Kind.ANY, tuple(gaps)))
    return [compile_criteria(all_of(entity, node), bearings, alias="r") for node in wanted]


# Consistency


def _beyond(table: str) -> str:
    """The orders for which more stands in a table than they come to."""
    return (
        f"SELECT r.id, r.root FROM p_order r JOIN (SELECT f_order, f_amount_currency, sum(f_amount) AS total FROM {table} "
        f"WHERE {SHOWN} AND f_order IS NOT NULL GROUP BY 1, 2) s ON s.f_order = r.id "
        f"AND s.f_amount_currency = r.f_amount_currency {_LINKED} WHERE {_ROW} AND s.total > r.f_amount"
    )


_SQL: Final = {
    "contact.own_chief": (
        f"SELECT r.id, r.root FROM p_contact r {_LINKED} WHERE {_ROW} AND r.f_reports_to = r.id"
    ),
    "visit.in_future": f"SELECT r.id, r.root FROM p_visit r {_LINKED} WHERE {_ROW} AND r.f_at > ?",
    "contract.ends_before_start": (
        f"SELECT r.id, r.root FROM p_contract r {_LINKED} WHERE {_ROW} AND r.f_ends_on < r.f_starts_on"
    ),
    "contract.over_in_force": (
        f"SELECT r.id, r.root FROM p_contract r {_LINKED} WHERE {_ROW} AND r.f_state = 'active' AND r.f_ends_on < ?"
    ),
    "order.invoiced_beyond": _beyond("p_invoice"),
    "order.paid_beyond": _beyond("p_payment"),
    "ticket.solved_before_opened": (
        f"SELECT r.id, r.root FROM p_ticket r {_LINKED} WHERE {_ROW} AND r.f_solved_on < r.f_opened_on"
    ),
    "ticket.satisfaction_off_scale": (
        f"SELECT r.id, r.root FROM p_ticket r {_LINKED} WHERE {_ROW} AND r.f_satisfaction NOT BETWEEN 1 AND 5"
    ),
}
_DEALS: Final = (
    f"SELECT root FROM p_order WHERE {SHOWN} UNION SELECT root FROM p_contract WHERE {SHOWN} "
    f"UNION SELECT root FROM p_opportunity WHERE {SHOWN} AND f_stage = 'won'"
)
_DAY_MS: Final = 86_400_000


def crossed(reader: Reader, rule: str, bearings: Bearings, now_ms: int) -> list[Found]:
    """The records in a contradiction that one statement finds; the others are asked by `won`, `coded` and `Links`."""
    bind: dict[str, tuple[Any, ...]] = {
        "visit.in_future": (now_ms + _DAY_MS,),
        "contract.over_in_force": (bearings.today.isoformat(),),
    }
    return [Found(*row) for row in reader.all(_SQL[rule], bind.get(rule, ()))]


def won(reader: Reader, every: Iterable[Customer]) -> dict[str, list[Found]]:
    """The customers that were won, and lack what goes with that."""
    those = [one for one in every if one.stage == "won"]
    with_deal = {root for (root,) in reader.all(_DEALS)} if those else set()
    return {
        WON_WITHOUT_DEAL: [Found(one.id, one.id) for one in those if one.id not in with_deal],
        WON_WITHOUT_CODE: [Found(one.id, one.id) for one in those if not one.credit_code],
    }


def coded(every: Iterable[Customer], regions: CodeTable, industries: CodeTable) -> dict[str, list[Found]]:
    """The customers whose codes are none of the tables, or whose city lies elsewhere; each code and city is judged once."""
    found: dict[str, list[Found]] = {rule: [] for rule in (CITY, REGION_GONE, INDUSTRY_GONE)}
    judged: dict[tuple[str, str], bool] = {}
    for one in every:
        here = Found(one.id, one.id)
        if one.region and one.city:
            pair = one.region, one.city
            is_wrong = judged.get(pair)
            if is_wrong is None:
                is_wrong = judged[pair] = is_elsewhere(regions, *pair)
            if is_wrong:
                found[CITY].append(here)
        if one.region and _is_gone(regions, one.region):
            found[REGION_GONE].append(here)
        if one.industry and _is_gone(industries, one.industry):
            found[INDUSTRY_GONE].append(here)
    return found


def _is_gone(codes: CodeTable, code: str) -> bool:
    line = codes.find(code)
    return line is None or not line.is_current


class Links:
    """The references between what hangs below customers; whose each target is is read once, however many point there."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._owners: dict[str, dict[str, str]] = {}

    def elsewhere(self, reference: Elsewhere) -> list[Found]:
        """The records that point to something below another customer."""
        name = column(reference.field)
        rows = self._reader.all(
            f"SELECT r.id, r.root, r.{name} FROM {table(reference.entity.name)} r WHERE {_ROW} AND r.{name} <> ''"
        )
        owners = self._of(reference.target.name) if rows else {}
        return [Found(record, root) for record, root, target in rows if owners.get(target, root) != root]

    def _of(self, entity: str) -> dict[str, str]:
        if entity not in self._owners:
            self._owners[entity] = dict(self._reader.all(f"SELECT r.id, r.root FROM {table(entity)} r"))
        return self._owners[entity]


# What hangs on nobody

DEALT: Final = ("order", "payment", "contract", "invoice", "ticket", "visit")
"""What must hang on a customer that is here."""


class Loose(NamedTuple):
    """A record without its customer: `customer` is the id that it names, blank for none; `is_deleted`: that was deleted."""

    entity: str
    id: str
    title: str
    customer: str
    is_deleted: bool
    created_at: int


def loose(reader: Reader, entity: Entity) -> list[Loose]:
    """The records of an entity whose customer is not on show here, the latest first.

    What names a customer that was merged into another hangs on that one.
    """
    name = column(entity.by_name[entity.title])
    rows = reader.all(
        f"SELECT r.id, coalesce(r.{name}, ''), coalesce(r.f_customer, ''), "
        "EXISTS (SELECT 1 FROM p_customer c WHERE c.id = r.root), coalesce(r.created_at, 0) "
        f"FROM {table(entity.name)} r WHERE {_ROW} "
        f"AND coalesce(r.root, '') NOT IN (SELECT k.id FROM p_customer k WHERE k.{SHOWN}) ORDER BY r.id DESC"
    )
    return [
        Loose(entity.name, record, str(said), home, bool(gone), at) for record, said, home, gone, at in rows
    ]


def out_of_reach(reader: Reader, key: KeyField, bearings: Bearings) -> list[tuple[str, str, str, str]]:
    """The people who lack a key field: (id, name, customer's id, its name), by customer."""
    where, bind = compile_criteria(all_of(key.entity, key.gap), bearings, alias="r")
    conditions = f"{_ROW} AND {where}"
    return [
        (record, name, home, of)
        for record, name, home, of in reader.all(
            "SELECT r.id, coalesce(r.f_name, ''), c.id, coalesce(c.f_name, '') "
            f"FROM {table(key.entity)} r {_LINKED} WHERE {conditions} ORDER BY c.sort, c.n, r.n",
            bind,
        )
    ]


class Entered(NamedTuple):
    """A record that was made lately, its customer, and when it was made (UTC ms)."""

    entity: str
    id: str
    customer: str
    customer_name: str
    created_at: int


def entered(reader: Reader, entity: str, since_ms: int, limit: int) -> list[Entered]:
    """The latest records of an entity, of those made since an instant; ids begin with the moment they were made at."""
    return [
        Entered(entity, *row)
        for row in reader.all(
            f"SELECT r.id, c.id, coalesce(c.f_name, ''), coalesce(r.created_at, 0) FROM {table(entity)} r {_LINKED} "
            f"WHERE {_ROW} AND r.id >= ? ORDER BY r.id DESC LIMIT ?",
            (f"{max(0, since_ms):012x}", limit),
        )
    ]


# Values to be judged


def values(reader: Reader, entity: Entity, field: Field) -> list[tuple[str, Value]]:
    """What stands in a field, each with the customer it is about."""
    what, conditions = f"r.{column(field)}", ""
    bind: tuple[str, ...] = ()
    if field.repeated:
        what, conditions, bind = "e.value", "JOIN element e ON e.n = r.n AND e.field = ?", (field.name,)
    condition = f"{_ROW} AND {what} <> ''"
    return [
        (root, value)
        for root, value in reader.all(
            f"SELECT r.root, {what} FROM {table(entity.name)} r {conditions} {_LINKED} WHERE {condition}",
            bind,
        )
    ]
