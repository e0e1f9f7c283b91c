"""As what the person of this laptop writes: the role that the company last told of, and of whom they stand in for.

The server decides in the end; here it is known beforehand what it would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final, TypeAlias

from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Registry
from crmdesk.core.roles import Mandate, Role, withheld_from
from crmdesk.store.names import SHOWN

Fetch: TypeAlias = Callable[[str, Sequence[Any]], Iterable[Any]]
"""Runs a query and returns its rows, by whatever connection the caller has."""

ABSENT: Final = (
    f"SELECT f_user FROM p_delegation WHERE f_deputy = ? AND f_starts <= ? AND f_ends > ? AND {SHOWN} "
    "AND coalesce(f_ended, 0) = 0"
)
"""Whom somebody stands in for at a moment: deputy, moment, moment."""


def mandates(fetch: Fetch, user: str, now_ms: int) -> tuple[Mandate, ...]:
    """The person's own mandate and those of the people whose deputy they are; none for who works alone."""
    rows = fetch(
        "SELECT u.f_role, r.f_withheld FROM p_user u LEFT JOIN p_role r ON r.id = u.f_custom_role "
        f"WHERE u.id = ? OR u.id IN ({ABSENT})",
        (user, user, now_ms, now_ms),
    )
    known = {role.value for role in Role}
    return tuple(
        Mandate(Role(role if role in known else "rep"), frozenset((withheld or "").split()))
        for role, withheld in rows
    )


def check(
    found: Collection[Mandate], registry: Registry, written: Iterable[tuple[str, Collection[str]]]
) -> None:
    """Raise `forbidden_field` for the first field that all mandates withhold. `written`: entities and their fields."""
    for entity, fields in written:
        name = withheld_from(found, entity, fields) if found else None
        if name is not None:
            declared = registry.find(entity, name) or registry.find(entity, name.partition(":")[0])
            raise CrmError("forbidden_field", field=declared.label if declared else name)
