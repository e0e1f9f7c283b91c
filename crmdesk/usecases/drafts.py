"""What was typed and not yet saved: kept in this laptop's own table, without dots, never sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from crmdesk.core.values import NOT_JSON
from crmdesk.store.reading import Reader
from crmdesk.usecases.attachments import Picked
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica


def keep(replica: Replica, name: str, typed: Mapping[str, Any]) -> Outcome[None]:
    """Remember what a form holds; `name` says which form, for which record. Touches no record."""
    from crmdesk.store import drafts
    from crmdesk.store.replica import Touched

    with replica.database.write() as connection:
        drafts.put(connection, name, typed)
    return Outcome(None, Touched(), None)


def drop(replica: Replica, name: str) -> Outcome[None]:
    """Forget a draft, because it was saved or thrown away."""
    from crmdesk.store import drafts
    from crmdesk.store.replica import Touched

    with replica.database.write() as connection:
        drafts.drop(connection, name)
    return Outcome(None, Touched(), None)


def find(reader: Reader, name: str) -> dict[str, Any] | None:
    """What was kept under `name`, or None. A draft that cannot be read counts as none."""
    value = reader.value("SELECT value FROM draft WHERE name = ?", (name,))
    try:
        return None if value is None else msgspec.json.decode(value, type=dict[str, Any])
    except NOT_JSON:
        return None


def attachments(draft: Mapping[str, Any]) -> list[Picked]:
    """The files a draft holds; what can't be read of it is left out."""
    try:
        return msgspec.convert(draft.get("attachments", []), type=list[Picked])
    except msgspec.ValidationError:
        return []


def names(reader: Reader, prefix: str) -> list[str]:
    """The drafts whose name begins with `prefix`."""
    rows = reader.all(
        "SELECT name FROM draft WHERE substr(name, 1, ?) = ? ORDER BY name", (len(prefix), prefix)
    )
    return [name for (name,) in rows]
