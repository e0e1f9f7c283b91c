"""What was and is being dealt with a customer: opportunities, contracts, orders, payments, invoices and tickets.

Each is read by its declaration: its first date says when, its first amount how much, its first choice how it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crmdesk.core.dates import noon_of
from crmdesk.core.registry import Entity, Field, Registry, Type
from crmdesk.store.names import SHOWN, column, table
from crmdesk.store.reading import Reader

KINDS: Final = ("opportunity", "contract", "order", "payment", "invoice", "ticket")
"""The entities, in the order in which a deal goes through them."""
_VOID: Final = {"opportunity": ("lost",), "contract": ("cancelled",), "order": ("cancelled",)}
"""States in which an amount no longer counts."""
_OVER: Final = {
    "opportunity": ("won", "lost"), "contract": ("expired", "cancelled"), "order": ("completed", "cancelled"),
    "ticket": ("solved", "closed"),
}  # fmt: skip
"""States in which nothing more is to be done."""


@dataclass(frozen=True, slots=True)
class Dealing:
    """One of them. `title` is blank where it bears no name of its own, `on` is its day (YYYY-MM-DD) where it has one, `amount` minor units and currency, `state` an option's key.

    `ends_on` is the last day of what lasts.
    """

    entity: str
    id: str
    title: str
    on: str | None
    amount: tuple[int, str] | None
    state: str | None
    made_at: int
    is_unsent: bool
    ends_on: str | None = None

    @property
    def counts(self) -> bool:
        """Whether its amount is one to add up."""
        return self.state not in _VOID.get(self.entity, ())

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.entity in _OVER and self.state not in _OVER[self.entity]


@dataclass(frozen=True, slots=True)
class Total:
    """How many of one kind there are and what they come to, by currency in minor units."""

    entity: str
    number: int
    amounts: tuple[tuple[str, int], ...]


def first_of(entity: Entity, kind: Type) -> Field | None:
    """The first field of a kind of value: what a dealing shows as its day, amount or state."""
    return next((field for field in entity.fields if field.type is kind), None)


def listed(reader: Reader, registry: Registry, customer: str) -> list[Dealing]:
    """Everything dealt with a customer, the latest day first; what has no day, by when it was made."""
    found = [one for kind in KINDS for one in _of_kind(reader, registry[kind], customer)]
    return sorted(found, key=lambda one: (one.on or "", one.made_at, one.id), reverse=True)


def totals(dealings: Iterable[Dealing]) -> list[Total]:
    """What the dealings come to, kind by kind; what was lost or cancelled counts in number only."""
    of_kind: dict[str, list[Dealing]] = defaultdict(list)
    for one in dealings:
        of_kind[one.entity].append(one)
    found = []
    for kind in KINDS:
        sums: dict[str, int] = defaultdict(int)
        for one in of_kind[kind]:
            if one.amount is not None and one.counts:
                sums[one.amount[1]] += one.amount[0]
        if of_kind[kind]:
            found.append(Total(kind, len(of_kind[kind]), tuple(sorted(sums.items()))))
    return found


def siblings(reader: Reader, registry: Registry, entity: str, customer: str) -> list[tuple[str, str]]:
    """The records of a kind below a customer, latest first, as somebody choosing one reads them: (id, title)."""
    declared = registry[entity]
    rows = reader.all(
        f"SELECT id, coalesce({column(declared.by_name[declared.title])}, '') FROM {table(entity)} WHERE root = ? AND {SHOWN} ORDER BY id DESC LIMIT 500",
        (customer,),
    )
    return [(record, name) for record, name in rows]


def _of_kind(reader: Reader, declared: Entity, customer: str) -> Iterable[Dealing]:
    title, day = declared.by_name[declared.title], first_of(declared, Type.DATE)
    amount, state = first_of(declared, Type.MONEY), first_of(declared, Type.CHOICE)
    shown = [
        column(title),
        column(day) if day else "NULL",
        *((column(amount), f"{column(amount)}_currency") if amount else ("NULL", "NULL")),
        column(state) if state else "NULL",
        "created_at",
        "f_ends_on" if "ends_on" in declared.by_name else "NULL",
        "EXISTS (SELECT 1 FROM outbox o WHERE o.id = p.id)",
    ]
    rows = reader.all(
        f"SELECT id, {', '.join(shown)} FROM {table(declared.name)} p WHERE root = ? AND {SHOWN}", (customer,)
    )
    for record, name, on, minor, currency, key, made, ends, unsent in rows:
        yield Dealing(
            declared.name,
            record,
            (name or "") if title.type is Type.TEXT else "",
            on if noon_of(on) is not None else None,
            None if minor is None else (minor, currency or ""),
            key,
            made or 0,
            bool(unsent),
            ends if noon_of(ends) is not None else None,
        )
