"""Criteria as plain data: read from JSON with a reason for whatever is not understood, written in one spelling."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NoReturn

import msgspec

from crmdesk.core.codes import is_code
from crmdesk.core.criteria import (
    ALONE,
    MAX_BYTES,
    MAX_CONDITIONS,
    MAX_DAYS,
    MAX_DEPTH,
    MAX_TEXT,
    SEVERAL,
    VERSION,
    Below,
    Condition,
    Criteria,
    Days,
    Group,
    Kind,
    Node,
    Op,
    Operand,
    conditions,
    operand_bounds,
    ops_of,
    vocabulary,
)
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Entity, Field, Label, Registry, Type
from crmdesk.core.values import MAX_INTEGER, NOT_JSON, canonical_text, encode

_TIMES: Final = (Type.DATE, Type.INSTANT)
_REGION_DIGITS: Final = 6


def read(text: str | bytes, registry: Registry, entity: str = "customer") -> Criteria:
    """Criteria out of JSON; see `parse`. Raises `criteria_invalid`, `criteria_newer`."""
    if len(text) > MAX_BYTES:
        _refuse("where", Label("太长", "it is too long"))
    try:
        data = msgspec.json.decode(text)
    except NOT_JSON:
        _refuse("where", Label("不是 JSON", "it is not JSON"))
    return parse(data, registry, entity)


def parse(data: object, registry: Registry, entity: str = "customer") -> Criteria:
    """Criteria out of plain data: `{"version", "entity", "where"}`, or a bare node about `entity`.

    Raises `criteria_newer` for a version that is not known here, and `criteria_invalid` with the place and the reason
    of the first thing that is not understood.
    """
    name: object = entity
    where = data
    if isinstance(data, dict) and "where" in data and not data.keys() & {"has", "has_no"}:
        version = data.get("version", VERSION)
        if isinstance(version, int) and version > VERSION:
            raise CrmError("criteria_newer")
        if version != VERSION or isinstance(version, bool) or data.keys() - {"version", "entity", "where"}:
            _refuse(
                "where",
                Label("只能有 version、entity、where", "only version, entity and where may stand here"),
            )
        name, where = data.get("entity", entity), data["where"]
    known = registry.entities.get(name) if isinstance(name, str) else None
    if known is None:
        _refuse("entity", Label("没有这种记录", "there is no such kind of record"))
    node = _Parsing(registry).node(where, known, "where", MAX_DEPTH)
    is_whole = isinstance(node, Group) and node.kind is Kind.ALL
    found = Criteria(known.name, node if is_whole and isinstance(node, Group) else Group(Kind.ALL, (node,)))
    if sum(1 for _ in conditions(found.where)) > MAX_CONDITIONS:
        _refuse(
            "where",
            Label(f"条件超过 {MAX_CONDITIONS} 个", f"there are more than {MAX_CONDITIONS} conditions"),
        )
    return found


def to_data(criteria: Criteria) -> dict[str, Any]:
    """Criteria as plain data, in the one spelling."""
    return {"version": VERSION, "entity": criteria.entity, "where": _data(criteria.where)}


def write(criteria: Criteria) -> str:
    """Criteria as JSON, in the one spelling; `read` gives them back."""
    return encode(to_data(criteria)).decode()


def _data(node: Node) -> dict[str, Any]:
    if isinstance(node, Group):
        return {node.kind.value: [_data(part) for part in node.parts]}
    if isinstance(node, Below):
        return {"has" if node.has else "has_no": node.entity, "where": _data(node.where)}
    found: dict[str, Any] = {"field": node.field, "op": node.op.value}
    values = [_written(value) for value in node.values]
    if node.op in SEVERAL or node.op is Op.BETWEEN:
        found["value"] = values
    elif values:
        found["value"] = values[0]
    return found


def _written(value: Operand) -> Any:
    match value:
        case Days(days):
            return {"days": days}
        case (minor, currency):
            return {"money": [minor, currency]}
        case _:
            return value


def _refuse(place: str, why: Label) -> NoReturn:
    raise CrmError("criteria_invalid", place=place, why=why)


class _Parsing:
    """Reads nodes; `place` says in each refusal where in the tree it was."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def node(self, data: object, entity: Entity, place: str, depth: int) -> Node:
        if not isinstance(data, dict):
            _refuse(place, Label("应为对象 {…}", "an object {…} should stand here"))
        if depth == 0:
            _refuse(place, Label(f"嵌套超过 {MAX_DEPTH} 层", f"it nests more than {MAX_DEPTH} deep"))
        keys = data.keys()
        if len(keys) == 1 and (kind := next((k for k in Kind if k.value in keys), None)):
            return Group(kind, self._parts(data[kind.value], entity, f"{place}.{kind.value}", depth))
        if keys in ({"has"}, {"has_no"}, {"has", "where"}, {"has_no", "where"}):
            return self._below(data, entity, place, depth)
        if {"field", "op"} <= keys <= {"field", "op", "value"}:
            return self._condition(data, entity, place)
        _refuse(
            place,
            Label(
                "应为 all、any、none、has、has_no 之一，或 field 与 op",
                "all, any, none, has, has_no, or field and op should stand here",
            ),
        )

    def _parts(self, data: object, entity: Entity, place: str, depth: int) -> tuple[Node, ...]:
        if not isinstance(data, list):
            _refuse(place, Label("应为列表 […]", "a list […] should stand here"))
        if len(data) > MAX_CONDITIONS:
            _refuse(place, Label(f"超过 {MAX_CONDITIONS} 项", f"there are more than {MAX_CONDITIONS} parts"))
        return tuple(self.node(one, entity, f"{place}[{at}]", depth - 1) for at, one in enumerate(data))

    def _below(self, data: dict[str, Any], entity: Entity, place: str, depth: int) -> Below:
        key = "has" if "has" in data else "has_no"
        children = {one.name: one for one in self._registry.children(entity.name)}
        child = children.get(data[key]) if isinstance(data[key], str) else None
        if child is None:
            known = ", ".join(children) or "—"
            _refuse(f"{place}.{key}", Label(f"下级记录只有：{known}", f"what may hang below: {known}"))
        where = self.node(data.get("where", {"all": []}), child, f"{place}.where", depth - 1)
        if any(isinstance(part, Below) for part in _nodes(where)):
            _refuse(f"{place}.where", Label("下级只能有一层", "there is one level below, and no more"))
        return Below(
            child.name, where if isinstance(where, Group) else Group(Kind.ALL, (where,)), key == "has"
        )

    def _condition(self, data: dict[str, Any], entity: Entity, place: str) -> Condition:
        known = vocabulary(entity)
        declared = known.get(data["field"]) if isinstance(data["field"], str) else None
        if declared is None:
            zh = "、".join(f"{one.label.zh} ({name})" for name, one in known.items())
            hint = Label(
                f"没有这个字段；可用：{zh}", f"there is no such field; there are: {', '.join(known)}"
            )
            _refuse(f"{place}.field", hint)
        op = next((one for one in ops_of(declared) if one.value == data["op"]), None)
        if op is None:
            names = ", ".join(one.value for one in ops_of(declared))
            _refuse(f"{place}.op", Label(f"可用：{names}", f"what may be asked of it: {names}"))
        return Condition(declared.name, op, _operands(declared, op, data, f"{place}.value"))


def _nodes(node: Node) -> list[Node]:
    below = [one for part in node.parts for one in _nodes(part)] if isinstance(node, Group) else []
    return [node, *below]


def _operands(declared: Field, op: Op, data: dict[str, Any], place: str) -> tuple[Operand, ...]:
    if (op in ALONE) is ("value" in data):
        _refuse(
            place,
            Label(
                "这里不该有值" if op in ALONE else "缺少值",
                "no value belongs here" if op in ALONE else "a value is missing",
            ),
        )
    if op in ALONE:
        return ()
    given = data["value"]
    listed = given if isinstance(given, list) else [given]
    least, most = operand_bounds(declared, op)
    if not least <= len(listed) <= most:
        said = str(least) if least == most else f"{least}–{most}"
        _refuse(place, Label(f"值的个数应为 {said}", f"{said} values should stand here"))
    values = tuple(_operand(declared, op, one, place) for one in listed)
    if len({value[1] for value in values if isinstance(value, tuple) and len(value) > 1}) > 1:
        _refuse(place, Label("币种应相同", "both amounts should have one currency"))
    return tuple(dict.fromkeys(values)) if most > 2 else values


def _operand(declared: Field, op: Op, given: object, place: str) -> Operand:
    found = _days(given) if op in (Op.LAST_DAYS, Op.NEXT_DAYS) else _value(declared, given)
    if found is None:
        _refuse(place, _expected(declared, op))
    return found


def _days(given: object) -> int | None:
    is_count = isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= MAX_DAYS
    return given if is_count and isinstance(given, int) else None


def _value(declared: Field, given: object) -> Operand | None:
    """What was given, as a condition compares with it; None for what can't be of such a field."""
    match declared.type:
        case Type.BOOLEAN if not declared.repeated:
            return given if isinstance(given, bool) else None
        case Type.INTEGER:
            return (
                given
                if isinstance(given, int) and not isinstance(given, bool) and abs(given) <= MAX_INTEGER
                else None
            )
        case Type.MONEY:
            return _amount(given)
        case Type.DATE | Type.INSTANT:
            return _date(given)
        case Type.CHOICE:
            return given if isinstance(given, str) and declared.option(given) else None
        case Type.CODE:
            return _code(declared, given)
        case _:
            return _text(given)


def _text(given: object) -> str | None:
    clean = canonical_text(given).strip() if isinstance(given, str) else ""
    return clean if 0 < len(clean) <= MAX_TEXT else None


def _date(given: object) -> str | Days | None:
    if isinstance(given, dict) and given.keys() == {"days"}:
        days = given["days"]
        is_count = isinstance(days, int) and not isinstance(days, bool) and abs(days) <= MAX_DAYS
        return Days(days) if is_count else None
    try:
        return date.fromisoformat(given).isoformat() if isinstance(given, str) else None
    except ValueError:
        return None


def _amount(given: object) -> tuple[int, str] | None:
    amount = given.get("money") if isinstance(given, dict) and len(given) == 1 else None
    if not isinstance(amount, list) or len(amount) != 2:
        return None
    minor, currency = amount
    is_amount = isinstance(minor, int) and not isinstance(minor, bool) and abs(minor) <= MAX_INTEGER
    is_currency = (
        isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()
    )
    return (minor, currency) if is_amount and is_currency else None


def _code(declared: Field, given: object) -> str | None:
    if isinstance(given, str) and declared.table == "region" and given.isdigit() and len(given) in (2, 4):
        given = given.ljust(_REGION_DIGITS, "0")  # 44 is all of 广东, as people write it
    return given if isinstance(given, str) and is_code(declared.table, given) else None


def _expected(declared: Field, op: Op) -> Label:
    if op in (Op.LAST_DAYS, Op.NEXT_DAYS):
        return Label(
            f"应为 0 到 {MAX_DAYS} 的天数", f"a number of days from 0 to {MAX_DAYS} should stand here"
        )
    match declared.type:
        case Type.CHOICE:
            keys = ", ".join(option.key for option in declared.options)
            return Label(f"可用：{keys}", f"there are: {keys}")
        case Type.BOOLEAN if not declared.repeated:
            return Label("应为 true 或 false", "true or false should stand here")
        case Type.DATE | Type.INSTANT:
            return Label(
                '应为日期，如 "2026-12-01" 或 {"days": -30}',
                'a day should stand here, such as "2026-12-01" or {"days": -30}',
            )
        case Type.MONEY:
            return Label(
                '应为金额，如 {"money": [1200000, "CNY"]}',
                'an amount should stand here, such as {"money": [1200000, "CNY"]}',
            )
        case Type.INTEGER:
            return Label("应为整数", "a whole number should stand here")
        case Type.CODE:
            return Label("应为标准代码，如 440000", "a code should stand here, such as 440000")
        case Type.REFERENCE | Type.BOOLEAN:
            return Label("应为记录编号", "the id of a record should stand here")
        case _:
            return Label(
                f"应为 1 到 {MAX_TEXT} 个字", f"a text of 1 to {MAX_TEXT} characters should stand here"
            )
