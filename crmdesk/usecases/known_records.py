"""What an import must know of the records that are here: their keys, read once; and what some of them say now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from crmdesk.core.mapping import Plan
from crmdesk.core.record import decode
from crmdesk.core.registry import Entity, Registry, Type
from crmdesk.core.resolve import read_record
from crmdesk.core.sameness import IDENTITY, NAMED_BY, REACHED_BY, reached_by
from crmdesk.core.text import normalise
from crmdesk.core.verdicts import Known
from crmdesk.store.names import SHOWN, column, table
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity
from crmdesk.usecases import sharing
from crmdesk.usecases.directory import Directory

_PAGE: Final = 5000
_BOUND: Final = 500


def known_records(reader: Reader, registry: Registry, names: Directory, plan: Plan, now_ms: int) -> Known:
    """The records that rows of a plan may meet."""
    known = Known()
    known.tags = {normalise(tag.name): tag.id for tag in names.tags.values() if not tag.retired}
    _customers(reader, names, known, now_ms)
    for name in _wanted_below(plan, registry):
        declared = registry[name]
        for record_id, home, values, ways in _below(reader, declared):
            known.add_below(name, record_id, home, values, ways)
    return known


def _customers(reader: Reader, names: Directory, known: Known, now_ms: int) -> None:
    identity = reader.setting("identity", Identity)
    own = identity.book if identity else ""
    shared: dict[str, list[sharing.Share]] = {}
    for share in sharing.shares(reader, now_ms):
        shared.setdefault(share.customer, []).append(share)
    may: dict[str, bool] = {}
    # One that was merged into another is met as that other.
    sql = (
        "SELECT c.n, coalesce(a.customer, c.id), c.bucket, c.f_name, c.f_code, c.f_credit_code, c.f_phone FROM p_customer c "
        f"LEFT JOIN alias a ON a.id = c.id WHERE c.n > ? AND (c.{SHOWN} OR a.customer IS NOT NULL) ORDER BY c.n LIMIT {_PAGE}"
    )
    last = 0
    while rows := reader.all(sql, (last,)):
        last = rows[-1][0]
        for _, record_id, bucket, name, code, credit, phone in rows:
            known.add_customer(record_id, {"name": name, "code": code, "credit_code": credit, "phone": phone})
            if bucket == own:
                continue
            if record_id in shared:
                is_mine = sharing.writes_in(reader, names, bucket, shared[record_id], now_ms)
            elif bucket in may:
                is_mine = may[bucket]
            else:
                is_mine = may[bucket] = sharing.writes_in(reader, names, bucket, [], now_ms)
            if not is_mine:
                known.readonly.add(record_id)


def _wanted_below(plan: Plan, registry: Registry) -> list[str]:
    """The kinds of record below customers that a plan makes or links to."""
    wanted: set[str] = set()
    for sheet in plan.sheets:
        for target in (c.target for c in sheet.columns if c.target):
            entity, _, name = target.partition(".")
            field = registry[entity].by_name.get(name)
            wanted.add(entity)
            if field is not None and field.type is Type.REFERENCE and field.target:
                wanted.add(field.target)
    return sorted(wanted & IDENTITY.keys())


def _below(reader: Reader, declared: Entity) -> Iterator[tuple[str, str, dict[str, Any], tuple[str, ...]]]:
    """(id, customer, values that tell it apart, ways in which it is reached) of every record of a kind on show."""
    ways = REACHED_BY.get(declared.name, ())
    wanted = {f for fields in (*IDENTITY[declared.name], NAMED_BY.get(declared.name, ())) for f in fields}
    fields = [
        declared.by_name[name] for name in sorted(wanted.union(ways)) if not declared.by_name[name].repeated
    ]
    several = [name for name in ways if declared.by_name[name].repeated]
    names = ", ".join(
        f"{column(f)}, {column(f)}_currency" if f.type is Type.MONEY else column(f) for f in fields
    )
    target, last = table(declared.name), 0
    sql = f"SELECT n, id, root, {names} FROM {target} WHERE n > ? AND {SHOWN} ORDER BY n LIMIT {_PAGE}"
    while rows := reader.all(sql, (last,)):
        elements = _elements(reader, target, several, last, rows[-1][0])
        last = rows[-1][0]
        for n, record_id, root, *cells in rows:
            values: dict[str, Any] = {}
            left = iter(cells)
            for field in fields:
                value = next(left)
                if field.type is Type.MONEY:
                    currency = next(left)
                    value = None if value is None else {"money": [value, currency]}
                values[field.name] = value
            yield record_id, root, values, reached_by(declared.name, values, elements.get(n, {}))


def _elements(
    reader: Reader, target: str, names: Sequence[str], after: int, last: int
) -> dict[int, dict[str, list[str]]]:
    """The elements of these fields of the rows of a table from after one to the last, by row and field."""
    found: dict[int, dict[str, list[str]]] = {}
    for name in names:
        sql = f"SELECT t.n, e.value FROM {target} t CROSS JOIN element e ON e.n = t.n AND e.field = ? WHERE t.n > ? AND t.n <= ?"
        for n, value in reader.all(sql, (name, after, last)):
            found.setdefault(n, {}).setdefault(name, []).append(str(value or ""))
    return found


def shown_now(
    reader: Reader, registry: Registry, entity: str, ids: Sequence[str]
) -> dict[str, Mapping[str, Any]]:
    """What records show now, by id; those that are not here are left out."""
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), _BOUND):
        some = list(ids[start : start + _BOUND])
        marks = ",".join("?" * len(some))
        for record_id, state in reader.all(
            f"SELECT id, state FROM record WHERE id IN ({marks}) AND entity = ? AND coalesce(seq, 0) <> -1",
            (*some, entity),
        ):
            found[record_id] = read_record(decode(state), entity, registry).values
    return found
