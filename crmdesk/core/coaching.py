"""What is wrong with an entry, in sentences that help whoever typed it: blanks, doubts, and notes that say nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from crmdesk.core.criteria import Bearings, Criteria, Seen, fits
from crmdesk.core.doubts import doubt, may_be_doubted
from crmdesk.core.quality import KeyField, key_fields
from crmdesk.core.registry import Label, Registry
from crmdesk.core.values import Value

Kind: TypeAlias = Literal["gap", "doubt", "thin", "contradiction"]

SHORTEST_NOTE: Final = 5
"""A note of a visit with fewer characters tells a successor nothing."""
ENTERED: Final = ("customer", "contact", "visit", "opportunity", "contract", "order")
"""The kinds of entries that are looked at."""
_MORE: Final = (
    KeyField("visit", ("result",), Label("没有结果就看不出该做什么", "without it nobody knows what comes next")),
    KeyField("opportunity", ("amount",), Label("预测要用", "the forecast needs it")),
    KeyField("opportunity", ("closes_on",), Label("预测要用", "the forecast needs it")),
    KeyField("contract", ("number",), Label("对账要用", "accounts are compared by it")),
    KeyField("contract", ("ends_on",), Label("到期提醒要用", "the reminder before it ends needs it")),
    KeyField("order", ("amount",), Label("业绩统计要用", "the figures need it")),
)  # fmt: skip
"""What entries of other kinds should say, besides the key fields of customers and people."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with an entry, as a sentence. `field` is blank where it is about the whole."""

    kind: Kind
    field: str
    said: Label


def watched(registry: Registry) -> tuple[KeyField, ...]:
    """Every field whose blank is told to whoever left it."""
    return (*key_fields(registry), *_MORE)


def flaws(
    entity: str, values: Mapping[str, Value], keys: Sequence[KeyField], bearings: Bearings
) -> list[Flaw]:
    """What is wrong with a record of these values, blanks first. `keys` are the fields that are asked for."""
    registry, seen = bearings.registry, Seen(values)
    found = []
    for key in keys:
        if key.entity == entity and fits(Criteria(entity, key.gap), seen, bearings):
            name = key.label(registry)
            said = Label(f"没有填「{name.zh}」：{key.why.zh}", f"“{name.en}” is blank: {key.why.en}")
            found.append(Flaw("gap", key.fields[0], said))
    for declared in registry[entity].fields:
        if not may_be_doubted(declared) or declared.retired:
            continue
        for key_, value in values.items():
            if key_.partition(":")[0] != declared.name or (why := doubt(declared, value)) is None:
                continue
            name = declared.label
            said = Label(f"「{name.zh}」{why.zh}", f"“{name.en}” {why.en}")
            found.append(Flaw("doubt", declared.name, said))
            break
    return [*found, *_thin(entity, values)]


def _thin(entity: str, values: Mapping[str, Value]) -> list[Flaw]:
    summary = values.get("summary")
    if entity != "visit" or not isinstance(summary, str) or len(summary.strip()) >= SHORTEST_NOTE:
        return []
    length = len(summary.strip())
    said = Label(
        f"拜访内容只有 {length} 个字，别人看不懂",
        f"the note has only {length} characters: nobody else can use it",
    )
    return [Flaw("thin", "summary", said)]
