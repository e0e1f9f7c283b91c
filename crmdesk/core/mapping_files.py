"""What a person says of how a file is read, in a mapping file or on the command line, laid over what was guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from crmdesk.core.errors import CrmError
from crmdesk.core.lookalikes import CHOICES
from crmdesk.core.mapping import (
    ENTITIES,
    MODES,
    UNREADABLE,
    Column,
    Plan,
    Sheet,
    field_of,
    plain_heading,
    takes_many,
    targets,
    times_of,
    unknown_target,
)
from crmdesk.core.registry import Label, Registry, Type

_Way = TypeVar("_Way", bound=str)


def amended(plan: Plan, given: Mapping[str, Any], registry: Registry) -> Plan:
    """A plan with what a mapping file says of it.

    `{"mode": "fill", "sheets": {"客户": {"entity": "customer", "columns": {"公司全称": "name", "备用": null}}}}`; a file of one
    table may say `entity` and `columns` at once. Raises `bad_argument`, `unknown_field`, `unknown_entity`.
    """
    sheets = given.get("sheets")
    if sheets is None:
        sheets = (
            {sheet.name: given for sheet in plan.sheets[:1]} if {"entity", "columns"} & given.keys() else {}
        )
    keys = given.get("key_fields", plan.key_fields)
    if not isinstance(sheets, Mapping) or not isinstance(keys, Mapping):
        raise CrmError("bad_argument", argument="mapping", hint=_MAPPING_HINT)
    by_name = {sheet.name: sheet for sheet in plan.sheets}
    if strange := next((name for name in sheets if name not in by_name), None):
        raise CrmError("bad_argument", argument=strange, hint=_MAPPING_HINT)
    made = [_amended_sheet(s, sheets[s.name], registry) if s.name in sheets else s for s in plan.sheets]
    return Plan(
        made,
        _chosen(given, "mode", plan.mode, MODES),
        {str(e): [str(f) for f in names] for e, names in keys.items()},
        _chosen(given, "alike", plan.alike, CHOICES),
        _chosen(given, "unreadable", plan.unreadable, UNREADABLE),
    )


def _chosen(given: Mapping[str, Any], name: str, now: _Way, among: Sequence[_Way]) -> _Way:
    """The way that a mapping file chooses, as it or as the command line writes it: `write_down`, `write-down`."""
    said = str(given.get(name, now)).replace("-", "_")
    found = next((one for one in among if one == said), None)
    if found is None:
        raise CrmError("bad_argument", argument=name, hint=_MAPPING_HINT)
    return found


_MAPPING_HINT: Final = Label(
    '映射文件示例：{"columns": {"公司全称": "name"}}', 'A mapping reads: {"columns": {"Company": "name"}}'
)  # fmt: skip


def _amended_sheet(sheet: Sheet, given: object, registry: Registry) -> Sheet:
    if given is None:
        return Sheet(sheet.name, "", sheet.header, [Column(c.heading) for c in sheet.columns])
    if not isinstance(given, Mapping) or not isinstance(given.get("columns", {}), Mapping):
        raise CrmError("bad_argument", argument=sheet.name, hint=_MAPPING_HINT)
    entity = given.get("entity", sheet.entity or "customer")
    if entity not in ENTITIES:
        raise CrmError("unknown_entity", entity=entity, choices=", ".join(ENTITIES))
    is_other = entity != sheet.entity
    columns = [Column(c.heading, "" if is_other else c.target, c.times, c.certainty) for c in sheet.columns]
    for heading, wanted in given.get("columns", {}).items():
        target = _target(registry, entity, wanted)
        meant = [
            c
            for c in columns
            if c.heading == heading or plain_heading(c.heading) == plain_heading(str(heading))
        ]
        if not meant:
            raise CrmError("bad_argument", argument=str(heading), hint=_MAPPING_HINT)
        for column in meant if takes_many(registry, target) or not target else meant[:1]:
            column.target, column.certainty = target, 1.0
            field = field_of(registry, target)
            column.times = (
                times_of(column.heading) if field and field.type in (Type.MONEY, Type.INTEGER) else 1
            )
    header = given.get("header", sheet.header)
    return Sheet(
        sheet.name, entity, header if isinstance(header, int) and header >= 0 else sheet.header, columns
    )


def _target(registry: Registry, entity: str, wanted: object) -> str:
    """A target as somebody wrote it: `name`, `contact.phone`, a label, or nothing for a column that is left out."""
    if not wanted:
        return ""
    known = dict(targets(registry, entity))
    text = str(wanted)
    for target, label in known.items():
        if text in (target, target.removeprefix(f"{entity}."), label.zh, label.en):
            return target
    raise unknown_target(text, known)
