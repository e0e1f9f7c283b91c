"""Criteria in words, in both languages: what a list is narrowed to, told so that a person can check it."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_letters, digits
from typing import Final

from crmdesk.core.criteria import (
    ME,
    OWNER,
    POOL,
    Below,
    Condition,
    Criteria,
    Days,
    Group,
    Kind,
    Node,
    Op,
    Operand,
    vocabulary,
)
from crmdesk.core.errors import Language
from crmdesk.core.format import format_value
from crmdesk.core.registry import Entity, Field, Label, Registry, Type
from crmdesk.core.values import Value

NameOf = Callable[[str, str], str | None]
"""Names what stands for something: (entity or code table, id or code)."""

OP_LABELS: Final = {
    Op.IS: Label("是", "is"),
    Op.IS_NOT: Label("不是", "is not"),
    Op.CONTAINS: Label("包含", "contains"),
    Op.CONTAINS_NOT: Label("不包含", "does not contain"),
    Op.BEGINS: Label("开头是", "begins with"),
    Op.BEFORE: Label("早于", "before"),
    Op.AFTER: Label("晚于", "after"),
    Op.BETWEEN: Label("介于", "between"),
    Op.LAST_DAYS: Label("在最近几天内", "in the last days"),
    Op.NEXT_DAYS: Label("在今后几天内", "in the next days"),
    Op.AT_LEAST: Label("至少", "at least"),
    Op.AT_MOST: Label("至多", "at most"),
    Op.BELOW: Label("属于", "in"),
    Op.NOT_BELOW: Label("不属于", "not in"),
    Op.HAS_ALL: Label("全部都有", "all of"),
    Op.HAS_ANY: Label("有任意一个", "any of"),
    Op.HAS_NONE: Label("一个也没有", "none of"),
    Op.FILLED: Label("有内容", "is filled in"),
    Op.EMPTY: Label("为空", "is empty"),
}
"""What may be asked, as a list of questions names it."""

KIND_LABELS: Final = {
    Kind.ALL: Label("全部满足", "all of these"),
    Kind.ANY: Label("满足任意一条", "any of these"),
    Kind.NONE: Label("一条也不满足", "none of these"),
}
"""How the parts of a group count."""

_SAID: Final = {
    Op.IS: Label("{field}是{value}", "{field} is {value}"),
    Op.IS_NOT: Label("{field}不是{value}", "{field} is not {value}"),
    Op.CONTAINS: Label("{field}包含{value}", "{field} contains {value}"),
    Op.CONTAINS_NOT: Label("{field}不包含{value}", "{field} does not contain {value}"),
    Op.BEGINS: Label("{field}以{value}开头", "{field} begins with {value}"),
    Op.BEFORE: Label("{field}早于{value}", "{field} is before {value}"),
    Op.AFTER: Label("{field}晚于{value}", "{field} is after {value}"),
    Op.BETWEEN: Label("{field}介于{value}", "{field} is between {value}"),
    Op.LAST_DAYS: Label("{field}在最近{value} 天内", "{field} is in the last {value} days"),
    Op.NEXT_DAYS: Label("{field}在今后{value} 天内", "{field} is in the next {value} days"),
    Op.AT_LEAST: Label("{field}至少{value}", "{field} is at least {value}"),
    Op.AT_MOST: Label("{field}至多{value}", "{field} is at most {value}"),
    Op.BELOW: Label("{field}属于{value}", "{field} is in {value}"),
    Op.NOT_BELOW: Label("{field}不属于{value}", "{field} is not in {value}"),
    Op.HAS_ALL: Label("{field}同时有{value}", "{field}: {value}"),
    Op.HAS_ANY: Label("{field}有{value}", "{field}: {value}"),
    Op.HAS_NONE: Label("{field}没有{value}", "no {field}: {value}"),
    Op.FILLED: Label("{field}有内容", "{field} is filled in"),
    Op.EMPTY: Label("{field}为空", "{field} is empty"),
}
_YES_OR_NO: Final = Label("{field}：{value}", "{field}: {value}")
_QUOTED: Final = (Op.CONTAINS, Op.CONTAINS_NOT, Op.BEGINS)
_SPACED: Final = frozenset("¥$€" + ascii_letters + digits)
_ME: Final = Label("我", "me")
_POOL: Final = Label("公海", "the pool")
_EVERY: Final = Label("全部", "everything")
_AND: Final = Label("，并且", " and ")
_OR: Final = Label("，或者", " or ")
_VALUES_AND: Final = Label("和", " and ")
_VALUES_OR: Final = Label("或", " or ")
_NONE: Final = Label("以下都不成立：{parts}", "none of: {parts}")
_HAS: Final = Label("有{child}{where}", "has a {child}{where}")
_HAS_NO: Final = Label("没有{child}{where}", "has no {child}{where}")
_WHERE: Final = Label("（{parts}）", " ({parts})")


def describe(criteria: Criteria, registry: Registry, language: Language, name_of: NameOf) -> str:
    """The whole in one sentence; `everything` where there is no condition."""
    if not criteria:
        return _EVERY.text(language)
    return _Telling(registry, language, name_of).group(criteria.where, registry[criteria.entity])


def describe_node(node: Node, entity: Entity, registry: Registry, language: Language, name_of: NameOf) -> str:
    """One part of a tree in words, as a list shows what it is narrowed by."""
    return _Telling(registry, language, name_of).node(node, entity)


class _Telling:
    def __init__(self, registry: Registry, language: Language, name_of: NameOf) -> None:
        self._registry, self._language, self._name_of = registry, language, name_of

    def _say(self, label: Label, **parts: str) -> str:
        return label.text(self._language).format(**parts)

    def node(self, node: Node, entity: Entity) -> str:
        if isinstance(node, Condition):
            return self._condition(node, vocabulary(entity)[node.field])
        if isinstance(node, Below):
            child = self._registry[node.entity]
            where = self._say(_WHERE, parts=self.group(node.where, child)) if node.where.parts else ""
            name = child.label.text(self._language)
            name = name if self._language == "zh_CN" else name.lower()
            return self._say(_HAS if node.has else _HAS_NO, child=name, where=where)
        said = self.group(node, entity)
        return self._say(_WHERE, parts=said).strip() if len(node.parts) > 1 else said

    def group(self, group: Group, entity: Entity) -> str:
        """The parts of a group, without brackets around them."""
        if len(group.parts) == 1 and group.kind is not Kind.NONE and isinstance(group.parts[0], Group):
            return self.group(group.parts[0], entity)
        parts = [self.node(part, entity) for part in group.parts]
        if not parts:
            return self._say(_EVERY) if group.kind is not Kind.ANY else self._say(Label("无", "nothing"))
        if group.kind is Kind.NONE:
            mark = "；" if self._language == "zh_CN" else "; "
            return self._say(_NONE, parts=mark.join(parts))
        return self._say(_AND if group.kind is Kind.ALL else _OR).join(parts)

    def _condition(self, condition: Condition, declared: Field) -> str:
        said = [self._value(value, declared, condition) for value in condition.values]
        both = condition.op in (Op.BETWEEN, Op.HAS_ALL)
        value = self._say(_VALUES_AND if both else _VALUES_OR).join(said)
        if self._language == "zh_CN" and value[:1] in _SPACED and condition.op not in _QUOTED:
            value = f" {value}"
        field = declared.label.text(self._language)
        if condition.op is Op.HAS_NONE and self._language == "en":
            field = field.lower()
        is_yes_or_no = declared.type is Type.BOOLEAN and not declared.repeated
        return self._say(_YES_OR_NO if is_yes_or_no else _SAID[condition.op], field=field, value=value)

    def _value(self, value: Operand, declared: Field, condition: Condition) -> str:
        if condition.op in (Op.LAST_DAYS, Op.NEXT_DAYS):
            return str(value)
        if isinstance(value, Days):
            return self._relative(value.days)
        if value == ME and declared.target == "user":
            return self._say(_ME)
        if value == POOL and declared is OWNER:
            return self._say(_POOL)
        if condition.op in _QUOTED:
            return f"“{value}”"
        if declared.repeated and declared.target:
            return self._name_of(declared.target, str(value)) or str(value)[:6]
        plain: Value = {"money": list(value)} if isinstance(value, tuple) else value
        if declared.type is Type.INSTANT:
            return str(value)
        return format_value(declared, plain, self._language, self._name_of)

    def _relative(self, days: int) -> str:
        if days == 0:
            return self._say(Label("今天", "today"))
        ago = (
            Label("{days} 天前", "{days} days ago")
            if days < 0
            else Label("{days} 天后", "{days} days from now")
        )
        return self._say(ago, days=str(abs(days)))
