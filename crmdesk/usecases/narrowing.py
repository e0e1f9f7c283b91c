"""What narrows a list: what the words of criteria mean to whoever looks, and the narrowings people ask for most."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from crmdesk.core.criteria import Bearings, Below, Condition, Criteria, Group, Kind, Op, all_of
from crmdesk.core.criteria_json import read
from crmdesk.store.window import CustomerFilter
from crmdesk.usecases.codes import code_table
from crmdesk.usecases.directory import Directory, read_directory, read_registry

if TYPE_CHECKING:
    from crmdesk.core.registry import Registry
    from crmdesk.store.reading import Reader


def bearings(registry: Registry, names: Directory, today: date) -> Bearings:
    """What criteria mean to the person of a workspace on a day."""
    owners = {bucket: person.id for bucket, person in names.owners.items()}
    return Bearings(registry, today, names.me.id, owners, names.pool, _below)


def read_bearings(reader: Reader, today: date) -> Bearings:
    """The same, with names and declarations as the workspace has them now."""
    return bearings(read_registry(reader), read_directory(reader), today)


def _below(table: str, code: str) -> tuple[str, ...]:
    return code_table(table).covered(code)


def customers_where(*parts: Condition, text: str = "") -> CustomerFilter:
    """Customers of which all these are true."""
    return CustomerFilter(text, all_of("customer", *parts))


def of_owner(user: str) -> CustomerFilter:
    """Somebody's customers; `core.criteria.POOL` for those of nobody."""
    return customers_where(Condition("owner", Op.IS, (user,)))


def of_tag(tag: str) -> CustomerFilter:
    """The customers that have a tag."""
    return customers_where(Condition("tag", Op.HAS_ALL, (tag,)))


def sample_conditions() -> CustomerFilter:
    """Conditions of every shape, for pictures."""
    wanted = Condition("stage", Op.IS, ("intent", "quote"))
    large = Condition("employees", Op.AT_LEAST, (100,))
    near = Condition("region_code", Op.BELOW, ("440000",))
    seen = Condition("at", Op.LAST_DAYS, (60,))
    return CustomerFilter(
        where=all_of(
            "customer", wanted, Group(Kind.ANY, (large, near)), Below("visit", Group(Kind.ALL, (seen,)))
        )
    )


def from_text(text: str, registry: Registry) -> Criteria:
    """Conditions about customers as a person wrote them down in JSON. Raises `criteria_invalid`, `criteria_newer`."""
    return read(text, registry, "customer")
