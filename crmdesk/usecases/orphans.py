"""What hangs on nobody: dealings whose customer is not here, and people nobody can reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crmdesk.core.criteria import Bearings
from crmdesk.core.quality import KEY_FIELDS
from crmdesk.core.registry import Label
from crmdesk.store import quality as asked
from crmdesk.store.quality import DEALT, Loose
from crmdesk.store.reading import Reader

REASONS: Final = {
    "unnamed": Label("没有写明客户", "names no customer"),
    "missing": Label("所属客户不在本机", "its customer is not here"),
    "deleted": Label("所属客户已删除", "its customer was deleted"),
}
"""Why something hangs on nobody."""
REACH: Final = next(key for key in KEY_FIELDS if key.name == "contact.phone")
"""What is asked of everybody: one way to reach them."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A record without its customer. `reason` is one of `REASONS`; `created_at` in UTC milliseconds."""

    entity: str
    id: str
    title: str
    customer: str
    reason: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody without phone, mail address or WeChat."""

    id: str
    name: str
    customer: str
    customer_name: str


@dataclass(frozen=True, slots=True)
class Orphans:
    """Everything that hangs on nobody."""

    records: tuple[Orphan, ...]
    people: tuple[Unreachable, ...]


def find(reader: Reader, bearings: Bearings, kinds: Sequence[str] = DEALT) -> Orphans:
    """All of them that are on this laptop, by kind and the latest first."""
    records = [_orphan(one) for kind in kinds for one in asked.loose(reader, bearings.registry[kind])]
    people = [Unreachable(*row) for row in asked.out_of_reach(reader, REACH, bearings)]
    return Orphans(tuple(records), tuple(people))


def _orphan(one: Loose) -> Orphan:
    reason = "deleted" if one.is_deleted else "missing" if one.customer else "unnamed"
    return Orphan(one.entity, one.id, one.title, one.customer, reason, one.created_at)
