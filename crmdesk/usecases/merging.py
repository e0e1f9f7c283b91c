"""Two customers that are one: merged field by field, kept apart, taken apart again.

Who is merged away keeps every value and everything below it, and only points at the other (`core.aliases`); so a merge
is one edit of each, an ordinary transaction that is undone like any other, and months later one edit takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from crmdesk.core import aliases
from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown, show
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Field, Registry, Type
from crmdesk.core.resolve import Life, read_record
from crmdesk.core.values import Value, encode
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica, Write

_KEPT_BESIDE: Final = {"phone": "other_phone", "email": "other_email"}
"""What a customer may have several of: the one that is not chosen stays beside."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of two customers that are held against each other. `is_same`: nothing is to be chosen."""

    field: Field
    winner: Value
    loser: Value

    @property
    def is_same(self) -> bool:
        return encode(self.winner) == encode(self.loser)

    @property
    def chosen(self) -> Value:
        """What is taken unless somebody says otherwise: the winner's, or the other's where it says nothing."""
        return self.loser if self.winner in (None, "") else self.winner


def customer_of(reader: Reader, customer: str) -> str:
    """The customer that one is read as part of; itself where it was not merged."""
    found = reader.value("SELECT customer FROM alias WHERE id = ?", (customer,))
    return str(found) if found else customer


def merged_into(reader: Reader, customer: str) -> list[tuple[str, str]]:
    """The customers that were merged into one: (id, name)."""
    rows = reader.all(
        "SELECT a.id, coalesce(c.f_name, '') FROM alias a JOIN p_customer c ON c.id = a.id WHERE a.customer = ? "
        "ORDER BY c.f_name, a.id",
        (customer,),
    )
    return [(record_id, name) for record_id, name in rows]


class Merged(NamedTuple):
    """A customer that is read as part of another."""

    id: str
    name: str
    into: str
    into_name: str


def all_merged(reader: Reader) -> list[Merged]:
    """Every customer here that is read as part of another, by name."""
    rows = reader.all(
        "SELECT a.id, coalesce(c.f_name, ''), a.customer, coalesce(w.f_name, '') FROM alias a "
        "JOIN p_customer c ON c.id = a.id JOIN p_customer w ON w.id = a.customer ORDER BY c.sort, a.id"
    )
    return [Merged(*row) for row in rows]


def lines(reader: Reader, registry: Registry, winner: str, loser: str) -> list[Line]:
    """The fields that one of two customers says something about and that this person may fill in. Raises `not_found`."""
    one, other = (_values(reader, registry, customer) for customer in (winner, loser))
    return [
        Line(f, one.get(f.name), other.get(f.name))
        for f in _chosen_between(registry)
        if one.get(f.name) not in (None, "") or other.get(f.name) not in (None, "")
    ]


def _chosen_between(registry: Registry) -> list[Field]:
    """The fields of which a merge takes the one or the other."""
    return [
        f
        for f in registry["customer"].fields
        if not (f.repeated or f.server or f.withheld) and f.target is None and f.type is not Type.SEEN
    ]


def _values(reader: Reader, registry: Registry, customer: str) -> dict[str, Value]:
    record = reader.record("customer", customer)
    if record is None:
        raise CrmError("not_found")
    return read_record(record, "customer", registry).values


def shown(reader: Reader, registry: Registry, customer: str) -> Shown:
    """What a page that holds customers against each other shows of one, so that nothing later is overwritten unseen."""
    record = reader.record("customer", customer)
    if record is None:
        raise CrmError("not_found")
    return show(record, "customer", registry)


def merge(
    replica: Replica,
    winner: str,
    loser: str,
    chosen: Mapping[str, Value] | None = None,
    seen: Shown | None = None,
) -> Outcome[str]:
    """Merge `loser` into `winner`, which takes the `chosen` values; returns the winner.

    Without `chosen` it keeps its own and takes what it lacked. A phone or mail address that is not chosen stays beside the
    other, and tags add up, as far as this person may fill them in. `seen` is what the page showed of the winner. Raises `not_found`, `merge_with_itself` and
    `merge_apart` for two in different books, and what `Replica.commit` raises.
    """
    done = replica.commit(writes(replica, winner, loser, chosen, seen), kind="merge")
    return Outcome(winner, done.touched, done.txn)


def writes(
    replica: Replica,
    winner: str,
    loser: str,
    chosen: Mapping[str, Value] | None = None,
    seen: Shown | None = None,
) -> list[Write]:
    """What `merge` writes: an edit of the winner, and one of the loser. Raises what it raises, before the commit."""
    from crmdesk.store.replica import Write

    if winner == loser:
        raise CrmError("merge_with_itself")
    keep, away = RecordKey("customer", winner), RecordKey("customer", loser)
    kept, gone = replica.load(keep), replica.load(away)
    if kept.placement.bucket != gone.placement.bucket:
        raise CrmError("merge_apart")
    ours, theirs = (read_record(one, "customer", replica.registry) for one in (kept, gone))
    if Life.DELETED in (ours.life, theirs.life) or _points_back(replica, winner, loser):
        raise CrmError("not_found")
    wanted = dict(chosen) if chosen is not None else _lacked(replica, ours.values, theirs.values)
    values = {k: v for k, v in wanted.items() if encode(ours.values.get(k)) != encode(v)}
    values |= _beside(replica, {**ours.values, **values}, ours.values, theirs.values)
    return [
        Write(keep, values, seen, is_known=True),
        Write(away, aliases.merging(gone, winner), is_known=True),
    ]


def _points_back(replica: Replica, winner: str, loser: str) -> bool:
    """Whether the winner is itself read as part of another customer."""
    from crmdesk.store.aliases import read_as

    with replica.database.read() as connection:
        return bool(read_as(connection, (winner, loser)))


def _lacked(replica: Replica, ours: Mapping[str, Value], theirs: Mapping[str, Value]) -> dict[str, Value]:
    return {
        f.name: theirs[f.name]
        for f in _chosen_between(replica.registry)
        if theirs.get(f.name) not in (None, "")
        and ours.get(f.name) in (None, "")
        and replica.may_write("customer", f.name)
    }


def _beside(
    replica: Replica, now: Mapping[str, Value], ours: Mapping[str, Value], theirs: Mapping[str, Value]
) -> dict[str, Value]:
    """Phones and mail addresses of both that would be out of sight, and the tags of the one that goes."""
    found: dict[str, Value] = {}
    for name, other in _KEPT_BESIDE.items():
        mine = {v for k, v in ours.items() if k.startswith(f"{other}:") and isinstance(v, str)}
        more = [v for k, v in theirs.items() if k.startswith(f"{other}:") and isinstance(v, str)]
        for value in (ours.get(name), theirs.get(name), *more):
            if isinstance(value, str) and value and value != now.get(name) and value not in mine:
                mine.add(value)
                found[f"{other}:{replica.new_id()}"] = value
    found.update({k: True for k, v in theirs.items() if k.startswith("tag:") and v and not ours.get(k)})
    return {k: v for k, v in found.items() if replica.may_write("customer", k)}


def unmerge(replica: Replica, loser: str) -> Outcome[str]:
    """Let a customer that was merged away stand for itself again, with all that lies below it; returns it.

    What the other took from it stays there. Raises `not_found`, `not_merged`.
    """
    from crmdesk.store.replica import Write

    key = RecordKey("customer", loser)
    if aliases.pointer(replica.load(key)) is None:
        raise CrmError("not_merged")
    done = replica.commit([Write(key, {aliases.INTO: None, aliases.SEEN: None}, is_known=True)], kind="merge")
    return Outcome(loser, done.touched, done.txn)


def keep_apart(replica: Replica, one: str, other: str) -> Outcome[None]:
    """Remember that two customers are two: they are listed no more, for nobody who sees them. Raises `not_found`."""
    from crmdesk.store.replica import Write

    first, second = sorted((one, other))
    if first == second:
        raise CrmError("merge_with_itself")
    replica.load(RecordKey("customer", second))
    key = RecordKey("customer", first)
    replica.load(key)
    done = replica.commit([Write(key, {f"{aliases.APART}:{second}": True}, is_known=True)])
    return Outcome(None, done.touched, done.txn)


def kept_apart(reader: Reader) -> set[tuple[str, str]]:
    """The pairs that somebody said are two, the lower id first."""
    rows = reader.all(
        "SELECT c.id, e.element FROM element e JOIN p_customer c ON c.n = e.n "
        f"WHERE e.field = '{aliases.APART}' AND c.{SHOWN}"
    )
    return {(first, second) for first, second in rows}
