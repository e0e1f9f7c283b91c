"""A form remembers what it displayed: saving overwrites only what the person saw, and only what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from crmdesk.core.custom_fields import concerns
from crmdesk.core.record import Dot, Record
from crmdesk.core.registry import Field, Registry
from crmdesk.core.resolve import read_record
from crmdesk.core.values import Value, encode


@dataclass(frozen=True, slots=True)
class Shown:
    """What was on the screen when a form opened: each field's value and the dots behind it."""

    values: Mapping[str, Value]
    dots: Mapping[str, frozenset[Dot]]

    def changed(self, wanted: Mapping[str, Value]) -> dict[str, Value]:
        """The fields of `wanted` that differ from what was shown; unchanged fields create no edit."""
        return {k: v for k, v in wanted.items() if encode(v) != encode(self.values.get(k))}

    def seen(self, fields: Collection[str]) -> dict[str, frozenset[Dot]]:
        """The context of an edit to `fields`: the dots it may overwrite."""
        return {field: self.dots.get(field, frozenset()) for field in fields}


BLANK = Shown({}, {})
"""What a form for a new record shows."""


def show(record: Record, entity: str, registry: Registry) -> Shown:
    """What a form opened on `record` displays."""
    view = read_record(record, entity, registry)
    dots: dict[str, set[Dot]] = {}
    for edit in record.edits:
        for key in edit.values:
            dots.setdefault(key, set()).add(edit.dot)
    return Shown(view.values, {key: frozenset(found) for key, found in dots.items()})


def is_on_form(field: Field, industries: Collection[str], *, is_filled: bool, is_typed: bool) -> bool:
    """Whether a form has a field: not one that is retired or left out for whoever looks.

    One that another took the place of, or that is for other industries than the customer's (`industries`: its code and those
    it is part of), is there where it says something. What was typed and is not saved is never hidden.
    """
    if is_typed:
        return True
    if field.retired or field.off_form:
        return False
    return is_filled or (field.succeeded_by is None and concerns(field, industries))
