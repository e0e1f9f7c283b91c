"""Customers: the list, the search box, the 360 page's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Final

from crmdesk.core.errors import CrmError
from crmdesk.core.format import phone
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.resolve import Life, RecordView, read_record
from crmdesk.core.search import parse_query, rank
from crmdesk.core.text import Readings
from crmdesk.core.values import Value
from crmdesk.store.names import CONTESTED, SHOWN, table
from crmdesk.store.reading import Reader
from crmdesk.usecases import dealings, records
from crmdesk.usecases.merging import customer_of, kept_apart
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_WHOLE: Final = 60
_BEGINNING: Final = 60
_NEWEST: Final = 120
"""How many are looked at: who may be called just what was typed, whose name begins with it, and who else is found."""
_COMPARED: Final = 4000
"""Of how many names that begin with it the shortest are looked for."""
_LONGEST: Final = 80
_AFTER_ALL: Final = "\U0010ffff"
_HITS: Final = (
    "WITH hit AS MATERIALIZED (SELECT n, max(w) AS w FROM ("
    f"SELECT * FROM (SELECT rowid AS n, 1 AS w FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT {_WHOLE}) "
    f"UNION ALL SELECT * FROM (SELECT rowid, 0 FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT {_NEWEST}) "
    "UNION ALL SELECT * FROM (SELECT n, 0 FROM ("
    f"SELECT n, sort FROM p_customer WHERE {SHOWN} AND sort >= ? AND sort < ? ORDER BY sort, n LIMIT {_COMPARED}) "
    f"ORDER BY length(sort), n DESC LIMIT {_BEGINNING})) GROUP BY n ORDER BY n DESC) "
    "SELECT hit.w, 'customer', c.id, c.id, coalesce(c.f_name, ''), coalesce(c.f_city, '') FROM hit "
    f"JOIN p_customer c ON c.n = hit.n AND c.{SHOWN} "
    "UNION ALL SELECT hit.w, 'contact', p.id, p.root, coalesce(p.f_name, ''), coalesce(c.f_name, '') FROM hit "
    f"JOIN p_contact p ON p.n = hit.n AND p.{SHOWN} JOIN p_customer c ON c.id = p.root AND c.{SHOWN}"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result: a customer, or a contact of one. `detail` says what a person recognises it by."""

    entity: str
    id: str
    customer: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Contact:
    id: str
    name: str
    position: str | None
    phones: tuple[str, ...]
    email: str | None
    job_level: str | None = None
    decision_role: str | None = None
    reports_to: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything the 360 page's header shows. `view` has the values; facts are computed from other records."""

    id: str
    bucket: str
    view: RecordView
    tags: tuple[str, ...]
    contacts: tuple[Contact, ...]
    last_visit_at: int | None
    visits: int
    attachments: int
    is_unsent: bool
    dealt: int = 0


def search(reader: Reader, readings: Readings, text: str, limit: int = 20) -> list[Hit]:
    """Customers and contacts by any of their names, pinyin, initials or phone digits, best first."""
    query = parse_query(readings, text)
    if not query:
        return []
    beginning = readings.sort_key(text.strip()[:_LONGEST])
    rows = reader.all(
        _HITS,
        (
            query.whole.fts5() if query.whole else query.fts5(),
            query.fts5(),
            beginning,
            beginning + _AFTER_ALL,
        ),
    )
    hits = {row[2]: Hit(*row[1:]) for row in rows}
    whole = {row[2] for row in rows if row[0]}
    best = rank(readings, query, [(hit.id, hit.name) for hit in hits.values()], whole)
    return [hits[key] for key in best[:limit]]


def searchable_percent(reader: Reader) -> int:
    """How much of customers and contacts search knows already, from 0 to 100; after a first sync it follows the lists."""
    if reader.value("SELECT 1 FROM unindexed LIMIT 1") is None:
        return 100
    waiting = int(reader.value("SELECT count(*) FROM unindexed"))
    every = int(reader.value("SELECT (SELECT count(*) FROM p_customer) + (SELECT count(*) FROM p_contact)"))
    return max(0, min(99, 100 * (every - waiting) // max(1, every)))


def open_card(reader: Reader, registry: Registry, customer: str) -> Card:
    """The card of a customer, or of the one that it was merged into. Raises `not_found`."""
    customer = customer_of(reader, customer)
    record = reader.record("customer", customer)
    row = reader.one("SELECT bucket, last_visit_at, visits, life FROM p_customer WHERE id = ?", (customer,))
    if record is None or row is None:
        raise CrmError("not_found")
    view = read_record(record, "customer", registry)
    if row[3] == CONTESTED:  # which a visit made without having seen the deletion can bring about as well
        view = replace(view, life=Life.CONTESTED)
    unsent = reader.value(
        "SELECT 1 FROM outbox o JOIN record r ON r.id = o.id WHERE r.root = ? LIMIT 1", (customer,)
    )
    tags = tuple(sorted(k[4:] for k, v in view.values.items() if k.startswith("tag:") and v))
    attached = reader.value(f"SELECT count(*) FROM p_attachment WHERE root = ? AND {SHOWN}", (customer,))
    dealt = sum(
        reader.value(f"SELECT count(*) FROM {table(kind)} WHERE root = ? AND {SHOWN}", (customer,))
        for kind in dealings.KINDS
    )
    return Card(
        customer,
        row[0],
        view,
        tags,
        contacts(reader, customer),
        row[1],
        row[2] or 0,
        attached,
        bool(unsent),
        dealt,
    )


def industry(reader: Reader, customer: object) -> str | None:
    """The code of a customer's industry, where it is known here."""
    found = reader.one("SELECT f_industry_code FROM p_customer WHERE id = ?", (customer,))
    return found[0] if found else None


def contacts(reader: Reader, customer: str) -> tuple[Contact, ...]:
    """The people at a customer, in the order they were added; a number that two people wrote down is there once."""
    rows = reader.all(
        "SELECT n, id, f_name, f_position, f_email, f_job_level, f_decision_role, f_reports_to FROM p_contact "
        f"WHERE root = ? AND {SHOWN} ORDER BY id",
        (customer,),
    )
    phones: dict[int, dict[str, str]] = {}
    for n, number in reader.all(
        # CROSS JOIN keeps the order: left to itself the planner walks every phone of the database.
        "SELECT e.n, e.value FROM p_contact c CROSS JOIN element e ON e.n = c.n AND e.field = 'phone' "
        "WHERE c.root = ? ORDER BY e.element",
        (customer,),
    ):
        known = phones.setdefault(n, {})
        known.setdefault(phone(number or ""), number or "")
    return tuple(
        Contact(i, name or "", position, tuple(phones.get(n, {}).values()), mail, *placed)
        for n, i, name, position, mail, *placed in rows
    )


def same_names(reader: Reader) -> list[tuple[str, list[str]]]:
    """Customers that carry exactly the same name: (name, ids). Two reps may have created one company twice.

    Those that somebody said are all different companies are left out.
    """
    rows = reader.all(
        f"SELECT f_name, group_concat(id, ' ') FROM p_customer WHERE {SHOWN} AND f_name IS NOT NULL "
        "GROUP BY f_name HAVING count(*) > 1 ORDER BY f_name LIMIT 500"
    )
    apart = kept_apart(reader) if rows else set()
    found = [(name, sorted(ids.split())) for name, ids in rows]
    return [(name, ids) for name, ids in found if not apart.issuperset(combinations(ids, 2))]


def add(replica: Replica, values: Mapping[str, Value], tags: tuple[str, ...] = ()) -> Outcome[str]:
    """A new customer in the author's book; returns its id."""
    return records.add(replica, "customer", {**values, **{f"tag:{tag}": True for tag in tags}})


def add_contact(
    replica: Replica, customer: str, values: Mapping[str, Value], phones: tuple[str, ...] = ()
) -> Outcome[str]:
    """A new person at a customer; every phone is an element with a clock of its own."""
    numbers = {f"phone:{replica.new_id()}": number for number in phones if number.strip()}
    return records.add(replica, "contact", {**values, **numbers, "customer": customer})


def key(customer: str) -> RecordKey:
    """The record of a customer."""
    return RecordKey("customer", customer)
