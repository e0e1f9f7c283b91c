"""What was typed and not yet saved: kept in this laptop's own table, without dots, never sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from crmdesk.core.form import Shown
from crmdesk.core.record import Dot
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


def keep_field(replica: Replica, name: str, field: str, typed: object, shown: Shown) -> Outcome[None]:
    """Remember what was typed into one field of a form, beside what else the form's draft holds.

    `shown` is what was on the screen when this field was begun; other fields keep what they were begun over.
    """
    from crmdesk.store import drafts
    from crmdesk.store.replica import Touched

    with replica.database.write() as connection:
        held = drafts.find(connection, name)
        values, dots = _noted(shown) if not held.get("typed") else (held.get("values"), held.get("dots"))
        of_field = [key for key in shown.values if key.partition(":")[0] == field]
        if isinstance(values, dict) and isinstance(dots, dict):  # a record that left has neither
            now_values, now_dots = _noted(shown)
            values = {**values, **{key: now_values[key] for key in of_field}}
            dots = {**dots, **{key: now_dots[key] for key in of_field if key in now_dots}}
            held = {**held, "values": values, "dots": dots}
        drafts.put(connection, name, {**held, "typed": {**held.get("typed", {}), field: typed}})
    return Outcome(None, Touched(), None)


def drop_field(replica: Replica, name: str, field: str) -> Outcome[None]:
    """Forget what was typed into one field; a draft that holds nothing else goes."""
    from crmdesk.store import drafts
    from crmdesk.store.replica import Touched

    with replica.database.write() as connection:
        held = drafts.find(connection, name)
        typed = {key: text for key, text in held.get("typed", {}).items() if key != field}
        if typed:
            drafts.put(connection, name, {**held, "typed": typed})
        elif held:
            drafts.drop(connection, name)
    return Outcome(None, Touched(), None)


def shown_of(draft: Mapping[str, Any], stored: Shown) -> Shown:
    """What a form displayed when its draft was begun: a later value must not be overwritten unseen."""
    dots = draft.get("dots")
    if not isinstance(dots, dict):
        return stored
    return Shown(
        draft.get("values", {}), {key: frozenset(Dot(*pair) for pair in pairs) for key, pairs in dots.items()}
    )


def as_draft(typed: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    """A draft of what was typed over what was shown."""
    values, dots = _noted(shown)
    return {"typed": dict(typed), "values": values, "dots": dots}


def _noted(shown: Shown) -> tuple[dict[str, Any], dict[str, Any]]:
    dots = {key: [[dot.actor, dot.counter] for dot in sorted(found)] for key, found in shown.dots.items()}
    return dict(shown.values), dots


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
