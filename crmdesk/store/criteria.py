"""Criteria as SQL over the projections: one condition with bound values, the same for a file and a service.

Every leaf is true or not true, never unknown: what is negated is negated at the leaf, as `IS NOT TRUE`.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from crmdesk.core.criteria import (
    OWNER,
    Among,
    Bearings,
    Below,
    Condition,
    Criteria,
    Elements,
    Holds,
    Kind,
    Node,
    Present,
    Test,
    Within,
    facts,
    meaning,
    vocabulary,
)
from crmdesk.core.registry import Entity, Field
from crmdesk.store import dialect
from crmdesk.store.dialect import Engine
from crmdesk.store.face import INTEGERS
from crmdesk.store.names import SHOWN, column, table

_FEW: Final = 20
"""Values that are bound one by one; more travel as one list."""
_HELD: Final = "SELECT n FROM element WHERE field = ?"


class Clause(NamedTuple):
    """A condition of SQL and the values to bind, in their order."""

    sql: str
    bind: tuple[Any, ...] = ()


class _Scope(NamedTuple):
    """The row a condition is about: its entity, and what the statement calls it."""

    entity: Entity
    alias: str


def compile_criteria(
    criteria: Criteria, bearings: Bearings, engine: Engine = "sqlite", alias: str = "c"
) -> Clause:
    """The condition that rows of the entity's projection, called `alias`, must meet. Their life is not asked about."""
    scope = _Scope(bearings.registry[criteria.entity], alias)
    return _Compiling(bearings, engine).node(criteria.where, scope, wanted=True)


class _Compiling:
    def __init__(self, bearings: Bearings, engine: Engine) -> None:
        self._bearings, self._engine = bearings, engine

    def node(self, node: Node, scope: _Scope, *, wanted: bool) -> Clause:
        """The condition for rows that the node fits, or with `wanted` False for all others."""
        if isinstance(node, Condition):
            return self._condition(node, scope, wanted=wanted)
        if isinstance(node, Below):
            return self._below(node, scope, wanted=node.has is wanted)
        inside = wanted is not (node.kind is Kind.NONE)
        parts = [self.node(part, scope, wanted=inside) for part in node.parts]
        is_all = (node.kind is not Kind.ANY) is wanted
        return _joined(parts, is_all=is_all)

    def _below(self, node: Below, scope: _Scope, *, wanted: bool) -> Clause:
        child = self._bearings.registry[node.entity]
        name = "root" if scope.entity.home is None else column(child.by_name[str(child.home)])
        where, bind = self.node(node.where, _Scope(child, "k"), wanted=True)
        sql = (
            f"SELECT k.{name} FROM {table(child.name)} k WHERE k.{SHOWN} AND k.{name} IS NOT NULL AND {where}"
        )
        return Clause(f"{scope.alias}.id {'' if wanted else 'NOT '}IN ({sql})", bind)

    def _condition(self, condition: Condition, scope: _Scope, *, wanted: bool) -> Clause:
        declared = vocabulary(scope.entity)[condition.field]
        test, negated = meaning(declared, condition, self._bearings)
        found = self._test(test, declared, scope)
        return found if wanted is not negated else Clause(f"({found.sql}) IS NOT TRUE", found.bind)

    def _test(self, test: Test, declared: Field, scope: _Scope) -> Clause:
        if declared.repeated:
            return self._elements(test, declared, scope)
        if declared is OWNER:
            name = "bucket"
        else:
            name = declared.name if declared in facts(scope.entity) else column(declared)
        found = self._compare(test, f"{scope.alias}.{name}", is_text=declared.type not in INTEGERS)
        if isinstance(test, Within) and test.currency is not None:
            return Clause(
                f"({found.sql} AND {scope.alias}.{name}_currency = ?)", (*found.bind, test.currency)
            )
        return found

    def _elements(self, test: Test, declared: Field, scope: _Scope) -> Clause:
        n = f"{scope.alias}.n"
        if isinstance(test, Elements) and test.every:
            bind = [value for key in test.keys for value in (declared.name, key)]
            one = f"{_HELD} AND element = ?"  # both engines walk them side by side, row by row, in an index alone
            return Clause(f"{n} IN ({' INTERSECT '.join([one] * len(test.keys))})", tuple(bind))
        if isinstance(test, Present):
            return Clause(f"{n} IN ({_HELD})", (declared.name,))
        if isinstance(test, Elements):
            found = self._among("element", test.keys)
        else:
            found = self._compare(test, "value", is_text=True)
        return Clause(f"{n} IN ({_HELD} AND {found.sql})", (declared.name, *found.bind))

    def _compare(self, test: Test, name: str, *, is_text: bool) -> Clause:
        match test:
            case Among(values):
                return self._among(name, values)
            case Holds(text, at_start):
                pattern = ("" if at_start else "%") + _escaped(text) + "%"
                return Clause(f"lower({name}) LIKE ? ESCAPE '\\'", (pattern,))
            case Within(low, high):
                return _within(name, low, high, is_text=is_text)
            case _:
                return Clause(f"{name} <> ''" if is_text else f"{name} IS NOT NULL")

    def _among(self, name: str, values: tuple[int | str, ...]) -> Clause:
        if not values:
            return Clause("1 = 0")
        if len(values) == 1:
            return Clause(f"{name} = ?", values)
        if len(values) <= _FEW or not isinstance(values[0], str):
            return Clause(f"{name} IN ({', '.join('?' * len(values))})", values)
        return Clause(*dialect.listed(self._engine, name, values))


def _joined(parts: list[Clause], *, is_all: bool) -> Clause:
    if not parts:
        return Clause("1 = 1" if is_all else "1 = 0")
    if len(parts) == 1:
        return parts[0]
    mark = " AND " if is_all else " OR "
    return Clause(f"({mark.join(part.sql for part in parts)})", tuple(v for part in parts for v in part.bind))


def _within(name: str, low: int | str | None, high: int | str | None, *, is_text: bool) -> Clause:
    ends = [(f"{name} >= ?", low), (f"{name} <= ?", high)]
    found = [(sql, end) for sql, end in ends if end is not None]
    sqls = [sql for sql, _ in found]
    if is_text and low is None:
        sqls.append(f"{name} <> ''")
    return Clause(f"({' AND '.join(sqls)})", tuple(end for _, end in found))


def _escaped(text: str) -> str:
    """A text as a pattern that means itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
