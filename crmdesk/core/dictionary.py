"""The data dictionary (数据字典): every kind of record and field in words, made from the declarations.

What a company agrees on before it goes live: names in both languages, kinds of values, what may stand there, what must.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crmdesk.core.errors import Language
from crmdesk.core.format import EXPECTED
from crmdesk.core.registry import TYPE_LABELS, Entity, Field, Label, Registry, Rule

_TABLES: Final = {
    "region": Label("GB/T 2260 行政区划代码", "GB/T 2260, codes of regions"),
    "industry": Label("GB/T 4754—2017 行业代码", "GB/T 4754-2017, codes of industries"),
}
RULES: Final = {
    Rule.ASK: Label("先显示较新的，并请人决定", "the later one shows, and somebody is asked to decide"),
    Rule.LATEST: Label("以较新的为准", "the later one stands"),
    Rule.ADD_WINS: Label("两边加上的都保留", "what either side added stays"),
    Rule.MAX: Label("以较大的为准", "the greater one stands"),
    Rule.MIN: Label("以较小的为准", "the smaller one stands"),
    Rule.FIXED: Label("建立后不再更改", "it never changes once it is made"),
}
"""What happens when two people set a field without having seen each other's value."""


@dataclass(frozen=True, slots=True)
class Described:
    """One field in words. `allowed` says what may stand there, `aliases` what else a table's heading may call it."""

    entity: Entity
    field: Field
    kind: Label
    allowed: Label | None
    rule: Label
    is_by_person: bool

    @property
    def name(self) -> str:
        """What programs call it: `customer.grade`."""
        return f"{self.entity.name}.{self.field.name}"


def described(registry: Registry) -> Iterator[Described]:
    """Every field of every kind of record, in the order declared; those that an administrator added at the end of theirs."""
    for entity in registry.entities.values():
        for field in entity.fields:
            yield Described(
                entity,
                field,
                TYPE_LABELS[field.type],
                _allowed(field, registry),
                RULES[field.rule],
                not field.server,
            )


def _allowed(field: Field, registry: Registry) -> Label | None:
    if options := [option for option in field.options if not option.retired]:
        zh = "、".join(option.label.zh for option in options)
        return Label(zh, ", ".join(option.label.en for option in options))
    if field.table:
        return _TABLES[field.table]
    target = registry.entities.get(field.target or "")
    return target.label if target is not None else EXPECTED.get(field.type)


HEADINGS: Final = (
    Label("记录类型", "Kind of record"),
    Label("字段", "Field"),
    Label("中文名", "Chinese name"),
    Label("英文名", "English name"),
    Label("类型", "Kind of value"),
    Label("可填内容", "What may stand there"),
    Label("必填", "Required"),
    Label("多个", "Several"),
    Label("由谁填写", "Who writes it"),
    Label("两人同时修改时", "When two people write at once"),
    Label("表格别名", "Other headings"),
    Label("填写说明", "Help"),
    Label("停用", "Retired"),
)


def row(one: Described, language: Language) -> tuple[str, ...]:
    """A field as a line of a table, under `HEADINGS`."""

    def said(yes: bool) -> str:
        return "" if not yes else "是" if language == "zh_CN" else "yes"

    person, server = Label("人", "people"), Label("服务器", "the server")
    return (
        one.entity.label.text(language),
        one.name,
        one.field.label.zh,
        one.field.label.en,
        one.kind.text(language),
        one.allowed.text(language) if one.allowed else "",
        said(one.field.required or one.field.asked),
        said(one.field.repeated),
        (person if one.is_by_person else server).text(language),
        one.rule.text(language),
        " / ".join(one.field.aliases),
        one.field.help.text(language) if one.field.help else "",
        said(one.field.retired),
    )


def facts(one: Described) -> dict[str, object]:
    """A field for programs."""
    field = one.field
    return {
        "entity": one.entity.name,
        "field": field.name,
        "label_zh": field.label.zh,
        "label_en": field.label.en,
        "type": field.type.value,
        "options": [option.key for option in field.options],
        "table": field.table,
        "target": field.target,
        "required": field.required,
        "repeated": field.repeated,
        "server": field.server,
        "rule": field.rule.value,
        "aliases": list(field.aliases),
        "asked": field.asked,
        "help_zh": field.help.zh if field.help else None,
        "help_en": field.help.en if field.help else None,
        "industries": list(field.only_for),
        "retired": field.retired,
    }
