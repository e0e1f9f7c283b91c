"""The criteria language: one tree of conditions for lists, views, segments, rules and reports.

A tree is plain data (JSON) of a version; `parse` checks it against the declarations, `fits` judges one record by it.
What a condition means is settled once, by `meaning`, for whoever judges a record and whoever asks a database.
docs/criteria.md describes the language.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from crmdesk.core.dates import COMPANY_ZONE
from crmdesk.core.registry import Entity, Field, Label, Registry, Type
from crmdesk.core.values import Value

VERSION: Final = 1
MAX_DEPTH: Final = 5
"""Groups within groups; a list's own builder makes two."""
MAX_CONDITIONS: Final = 100
MAX_OPERANDS: Final = 200
MAX_TEXT: Final = 200
MAX_DAYS: Final = 36_600
MAX_BYTES: Final = 32 * 1024
ME: Final = "me"
"""Stands for whoever looks, among people."""
POOL: Final = "pool"
"""Stands for the company's pool, among owners."""


class Op(enum.Enum):
    """What a condition asks of a field."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    BEGINS = "begins"
    BEFORE = "before"
    AFTER = "after"
    BETWEEN = "between"
    LAST_DAYS = "last_days"
    NEXT_DAYS = "next_days"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BELOW = "below"
    NOT_BELOW = "not_below"
    HAS_ALL = "has_all"
    HAS_ANY = "has_any"
    HAS_NONE = "has_none"
    FILLED = "filled"
    EMPTY = "empty"


class Days(NamedTuple):
    """A day told from today: `Days(-30)` is thirty days ago."""

    days: int


Operand: TypeAlias = str | int | bool | Days | tuple[int, str]
"""What a condition compares with; an amount is (minor units, currency)."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One field, what is asked of it, and what it is compared with."""

    field: str
    op: Op
    values: tuple[Operand, ...] = ()


class Kind(enum.Enum):
    """How the parts of a group count."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of which all, any or none must fit. No parts: all and none of them fit, and no any."""

    kind: Kind
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Below:
    """Whether a record of another entity that fits `where` hangs right below; `has` False: none may."""

    entity: str
    where: Group
    has: bool = True


Node: TypeAlias = Condition | Group | Below


@dataclass(frozen=True, slots=True)
class Criteria:
    """A tree of conditions about the records of one entity; all parts of the whole must fit."""

    entity: str
    where: Group = Group(Kind.ALL)

    def __bool__(self) -> bool:
        return bool(self.where.parts)


@dataclass(frozen=True)
class Bearings:
    """What the words of a tree mean: the declarations, which day it is, who looks, who answers for which bucket.

    `below(table, code)` gives every code that a condition about one speaks of.
    """

    registry: Registry
    today: date
    me: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)
    pool: str | None = None
    below: Callable[[str, str], Sequence[str]] = lambda _table, code: (code,)
    zone: str = COMPANY_ZONE


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it is judged: the values on show, its facts by their names, its bucket, what hangs below by entity."""

    values: Mapping[str, Value]
    bucket: str = ""
    below: Mapping[str, Sequence[Seen]] = field(default_factory=dict)


# What conditions may be about

OWNER: Final = Field("owner", Type.REFERENCE, Label("负责人", "Owner"), target="user")
"""Not a field: a record's bucket says who answers for it."""
_EVERY: Final = (
    Field("created_at", Type.INSTANT, Label("建立时间", "Created")),
    Field("updated_at", Type.INSTANT, Label("最近修改", "Last change")),
)
_FACTS: Final[Mapping[str, tuple[Field, ...]]] = {
    "customer": (
        Field("last_visit_at", Type.INSTANT, Label("最近拜访", "Last visit")),
        Field("visits", Type.INTEGER, Label("拜访次数", "Visits")),
    )
}


def facts(entity: Entity) -> tuple[Field, ...]:
    """What is computed of a record of an entity and may be asked as if it were a field."""
    return (*_FACTS.get(entity.name, ()), *_EVERY)


def vocabulary(entity: Entity) -> dict[str, Field]:
    """Everything that a condition about an entity may name, its own fields first."""
    own = [one for one in entity.fields if ops_of(one)]
    owner = (OWNER,) if entity.placed == "book" else ()
    return {one.name: one for one in (*owner, *facts(entity), *own)}


_TEXTS: Final = (Op.CONTAINS, Op.CONTAINS_NOT, Op.IS, Op.IS_NOT, Op.BEGINS, Op.FILLED, Op.EMPTY)
_CHOICES: Final = (Op.IS, Op.IS_NOT, Op.FILLED, Op.EMPTY)
_TIMES: Final = (Op.LAST_DAYS, Op.NEXT_DAYS, Op.BEFORE, Op.AFTER, Op.BETWEEN, Op.IS, Op.FILLED, Op.EMPTY)
_NUMBERS: Final = (Op.AT_LEAST, Op.AT_MOST, Op.BETWEEN, Op.IS, Op.IS_NOT, Op.FILLED, Op.EMPTY)
_AMOUNTS: Final = (Op.AT_LEAST, Op.AT_MOST, Op.BETWEEN, Op.FILLED, Op.EMPTY)
_SETS: Final = (Op.HAS_ALL, Op.HAS_ANY, Op.HAS_NONE, Op.FILLED, Op.EMPTY)
_OPS: Final[Mapping[Type, tuple[Op, ...]]] = {
    Type.TEXT: _TEXTS,
    Type.LONG_TEXT: _TEXTS,
    Type.PHONE: _TEXTS,
    Type.EMAIL: _TEXTS,
    Type.CHOICE: _CHOICES,
    Type.REFERENCE: _CHOICES,
    Type.DATE: _TIMES,
    Type.INSTANT: _TIMES,
    Type.INTEGER: _NUMBERS,
    Type.MONEY: _AMOUNTS,
    Type.BOOLEAN: (Op.IS,),
    Type.CODE: (Op.BELOW, Op.NOT_BELOW, Op.FILLED, Op.EMPTY),
    Type.SEEN: (),
}
SEVERAL: Final = frozenset((Op.IS, Op.IS_NOT, Op.BELOW, Op.NOT_BELOW, Op.HAS_ALL, Op.HAS_ANY, Op.HAS_NONE))
"""What takes any number of operands, of which one must be met, or for `HAS_ALL` every one."""
ALONE: Final = frozenset((Op.FILLED, Op.EMPTY))
"""What takes no operand."""
_OPPOSITES: Final = {
    Op.IS_NOT: Op.IS, Op.CONTAINS_NOT: Op.CONTAINS, Op.NOT_BELOW: Op.BELOW, Op.HAS_NONE: Op.HAS_ANY, Op.EMPTY: Op.FILLED,
}  # fmt: skip


def ops_of(declared: Field) -> tuple[Op, ...]:
    """What may be asked of a field, the most usual first."""
    if not declared.repeated:
        return _OPS[declared.type]
    if declared.type is Type.BOOLEAN:
        return _SETS
    return _TEXTS if _OPS[declared.type] is _TEXTS else ()


def operand_bounds(declared: Field, op: Op) -> tuple[int, int]:
    """How many operands a question takes, at least and at most."""
    if op in ALONE:
        return 0, 0
    if op is Op.BETWEEN:
        return 2, 2
    if (
        op not in SEVERAL
        or declared.type in (Type.DATE, Type.INSTANT)
        or (declared.type is Type.BOOLEAN and not declared.repeated)
    ):
        return 1, 1
    return 1, MAX_OPERANDS


# What a condition means


@dataclass(frozen=True, slots=True)
class Among:
    """The value is one of these."""

    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """The value lies in a range with both its ends; None: no end. An amount has this currency."""

    low: int | str | None
    high: int | str | None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Holds:
    """The text contains another, or begins with it, whatever the case of its Latin letters."""

    text: str
    at_start: bool = False


@dataclass(frozen=True, slots=True)
class Elements:
    """A set holds every one of these, or one of them."""

    keys: tuple[str, ...]
    every: bool


@dataclass(frozen=True, slots=True)
class Present:
    """There is a value; a blank text is none, and a set without elements neither."""


Test: TypeAlias = Among | Within | Holds | Elements | Present


class Meaning(NamedTuple):
    """What to test of a field; `negated`: whoever does not pass fits, and so does what has no value."""

    test: Test
    negated: bool = False


def meaning(declared: Field, condition: Condition, bearings: Bearings) -> Meaning:
    """What a condition means at these bearings. Of an owner the bucket is tested."""
    op = _OPPOSITES.get(condition.op, condition.op)
    test = _owned(op, condition, bearings) if declared is OWNER else _test(declared, op, condition, bearings)
    return Meaning(test, negated=op is not condition.op or _asks_for_no(declared, condition))


def _asks_for_no(declared: Field, condition: Condition) -> bool:
    return declared.type is Type.BOOLEAN and not declared.repeated and condition.values == (False,)


def _owned(op: Op, condition: Condition, bearings: Bearings) -> Test:
    if op is Op.FILLED:
        return Among(tuple(sorted(bearings.owners)))
    wanted = {bearings.me if value == ME else value for value in condition.values}
    buckets = {bucket for bucket, owner in bearings.owners.items() if owner in wanted}
    if POOL in wanted and bearings.pool is not None:
        buckets.add(bearings.pool)
    return Among(tuple(sorted(buckets)))


def _test(declared: Field, op: Op, condition: Condition, bearings: Bearings) -> Test:
    values: Sequence[Any] = condition.values
    match op:
        case Op.FILLED:
            return Present()
        case Op.HAS_ALL | Op.HAS_ANY:
            return Elements(tuple(values), every=op is Op.HAS_ALL)
        case Op.CONTAINS | Op.BEGINS:
            return Holds(plain_case(values[0]), at_start=op is Op.BEGINS)
        case Op.BELOW:
            found = (code for value in values for code in bearings.below(str(declared.table), value))
            return Among(tuple(dict.fromkeys(found)))
        case Op.IS if declared.type is Type.BOOLEAN:
            return Among((1,))
        case Op.IS if declared.type is Type.REFERENCE and declared.target == "user":
            return Among(tuple(bearings.me if value == ME else value for value in values))
        case Op.IS if declared.type not in (Type.DATE, Type.INSTANT):
            return Among(tuple(values))
        case _ if declared.type in (Type.DATE, Type.INSTANT):
            first, last = _span(op, values, bearings)
            return _instants(first, last, bearings) if declared.type is Type.INSTANT else _days(first, last)
        case _:
            return _numbers(declared, op, values)


def _numbers(declared: Field, op: Op, values: Sequence[Any]) -> Within:
    currency = values[0][1] if declared.type is Type.MONEY else None
    numbers = [value[0] if isinstance(value, tuple) else value for value in values]
    low = None if op is Op.AT_MOST else numbers[0]
    return Within(low, None if op is Op.AT_LEAST else numbers[-1], currency)


def _span(op: Op, values: Sequence[Any], bearings: Bearings) -> tuple[date | None, date | None]:
    """The first and the last day that fit; a last one before the first fits none."""
    today, one = bearings.today, timedelta(days=1)
    days = [_day(value, today) for value in values] if op not in (Op.LAST_DAYS, Op.NEXT_DAYS) else []
    match op:
        case Op.LAST_DAYS:
            return _day(Days(-values[0]), today), today
        case Op.NEXT_DAYS:
            return today, _day(Days(values[0]), today)
        case Op.BEFORE:
            return (None, days[0] - one) if days[0] > date.min else (date.max, date.min)
        case Op.AFTER:
            return (days[0] + one, None) if days[0] < date.max else (date.max, date.min)
        case _:
            return days[0], days[-1]


def _day(value: str | Days, today: date) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    ordinal = today.toordinal() + value.days
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))


def _days(first: date | None, last: date | None) -> Within:
    return Within(None if first is None else first.isoformat(), None if last is None else last.isoformat())


def _instants(first: date | None, last: date | None, bearings: Bearings) -> Within:
    """Days as instants by the company's clock; a whole last day counts."""
    low = None if first is None else _midnight(first, bearings.zone)
    if last is None:
        return Within(low, None)
    high = None if last == date.max else _midnight(last + timedelta(days=1), bearings.zone) - 1
    return Within(low, high)


def _midnight(day: date, zone: str) -> int:
    """When a day begins, in UTC milliseconds."""
    local = datetime.combine(day, time(), ZoneInfo(zone))
    offset = local.utcoffset() or timedelta()
    return ((day - date(1970, 1, 1)).days * 86_400 - int(offset.total_seconds())) * 1000


_LOWER: Final = {ord(letter): ord(letter) + 32 for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def plain_case(text: str) -> str:
    """A text with its Latin capitals made small and nothing else changed: what every database calls `lower`."""
    return text.translate(_LOWER)


# Judging a record


def fits(criteria: Criteria, seen: Seen, bearings: Bearings) -> bool:
    """Whether a record on show fits. Of a field in conflict the value on show counts."""
    return _fits(criteria.where, bearings.registry[criteria.entity], seen, bearings)


def _fits(node: Node, entity: Entity, seen: Seen, bearings: Bearings) -> bool:
    if isinstance(node, Condition):
        declared = vocabulary(entity)[node.field]
        test, negated = meaning(declared, node, bearings)
        return _passes(test, declared, seen) is not negated
    if isinstance(node, Below):
        below = bearings.registry[node.entity]
        found = any(_fits(node.where, below, one, bearings) for one in seen.below.get(node.entity, ()))
        return found is node.has
    judged = (_fits(part, entity, seen, bearings) for part in node.parts)
    if node.kind is Kind.ALL:
        return all(judged)
    return any(judged) is (node.kind is Kind.ANY)


def _passes(test: Test, declared: Field, seen: Seen) -> bool:
    if declared is OWNER:
        return isinstance(test, Among) and seen.bucket in test.values
    if declared.repeated:
        prefix = f"{declared.name}:"
        held = {
            k[len(prefix) :]: v
            for k, v in seen.values.items()
            if k.startswith(prefix) and v not in (None, False)
        }
        if isinstance(test, Elements):
            return (all if test.every else any)(key in held for key in test.keys)
        if isinstance(test, Present):
            return bool(held)
        return any(_compares(test, value) for value in held.values() if isinstance(value, str))
    value = shown(declared, seen.values.get(declared.name))
    if isinstance(value, tuple):
        amount, currency = value
        return isinstance(test, Present) or (
            isinstance(test, Within) and currency == test.currency and _compares(test, amount)
        )
    return value is not None and _compares(test, value)


def _compares(test: Test, value: Any) -> bool:
    match test:
        case Among(values):
            return value in values
        case Within(low, high):
            return value != "" and (low is None or low <= value) and (high is None or value <= high)
        case Holds(text, at_start):
            return plain_case(value).startswith(text) if at_start else text in plain_case(value)
        case _:
            return bool(value != "")


def shown(declared: Field, value: Value) -> int | str | tuple[int, str] | None:
    """A value as it is compared: whole numbers, texts, amounts; anything of another kind than its field's is none."""
    if declared.type is Type.MONEY:
        amount = value.get("money") if isinstance(value, dict) else None
        is_amount = isinstance(amount, list) and len(amount) == 2 and isinstance(amount[0], int)
        return (int(amount[0]), str(amount[1])) if is_amount and amount else None
    if declared.type in (Type.INSTANT, Type.INTEGER, Type.BOOLEAN):
        return int(value) if isinstance(value, int) else None
    return value if isinstance(value, str) else None


# Walking a tree, and making another of it


def all_of(entity: str, *parts: Node) -> Criteria:
    """Criteria of these parts, all of which must fit."""
    return Criteria(entity, Group(Kind.ALL, parts))


def operands(criteria: Criteria, name: str, op: Op) -> tuple[Operand, ...]:
    """What the whole asks of a field with `op`; nothing where it does not, or asks in another way."""
    found = (p for p in criteria.where.parts if isinstance(p, Condition) and (p.field, p.op) == (name, op))
    return next((part.values for part in found), ())


def replaced(criteria: Criteria, name: str, op: Op, values: Sequence[Operand]) -> Criteria:
    """The same criteria where the whole asks a field for these operands and no others; without any, not at all."""
    parts = [
        p for p in criteria.where.parts if not (isinstance(p, Condition) and (p.field, p.op) == (name, op))
    ]
    wanted = [Condition(name, op, tuple(values))] if values else []
    return all_of(criteria.entity, *parts, *wanted)


def without(criteria: Criteria, part: Node) -> Criteria:
    """The same criteria less one part of the whole."""
    return all_of(criteria.entity, *(one for one in criteria.where.parts if one != part))


def conditions(node: Node) -> Iterator[Condition]:
    """Every condition of a tree, those about what hangs below included."""
    if isinstance(node, Condition):
        yield node
    elif isinstance(node, Below):
        yield from conditions(node.where)
    else:
        for part in node.parts:
            yield from conditions(part)
