"""The customers a person opened last, for the command box. Local: it is nobody else's business."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.customers import Hit
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_SETTING: Final = "recent_customers"
KEPT: Final = 12


def note(replica: Replica, customer: str) -> Outcome[None]:
    """Remember that a customer was opened."""
    from crmdesk.store import settings
    from crmdesk.store.replica import Touched

    with replica.database.write() as connection:
        before = settings.read(connection, _SETTING, list[str]) or []
        ids = [customer, *(other for other in before if other != customer)][:KEPT]
        settings.write(connection, {_SETTING: ids})
    return Outcome(None, Touched(), None)


def listed(reader: Reader) -> list[Hit]:
    """The customers opened last that are still here, the latest first."""
    ids = reader.setting(_SETTING, list[str]) or []
    marks = ", ".join("?" * len(ids))
    rows = reader.all(
        "SELECT 'customer', id, id, coalesce(f_name, ''), coalesce(f_city, '') FROM p_customer "
        f"WHERE {SHOWN} AND id IN ({marks})",
        ids,
    )
    found = {row[1]: Hit(*row) for row in rows}
    return [found[each] for each in ids if each in found]
