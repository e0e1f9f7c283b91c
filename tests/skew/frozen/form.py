"""A form remembers what it displayed: saving overwrites only what the person saw, and only what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tests.skew.frozen.record import Dot, Record
from tests.skew.frozen.registry import Registry
from tests.skew.frozen.resolve import read_record
from tests.skew.frozen.values import Value, encode


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
