"""Saved views of a list: conditions, columns and order under a name. One's own stay on this laptop; shared ones are the company's.

A shared view is a record of the company's settings, which only those who configure may write. What a view finds is what
whoever looks may read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from crmdesk.core.criteria import Criteria
from crmdesk.core.criteria_json import read, write
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.roles import CONFIGURERS
from crmdesk.core.text import normalise
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases import records
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crmdesk.store.replica import Replica

ENTITY: Final = "view"
_SETTING: Final = "views"
_CONFIGURERS: Final = frozenset(role.value for role in CONFIGURERS)
MOST: Final = 100
"""Views that a person keeps for themselves."""


class _Kept(msgspec.Struct, frozen=True):
    """A view as this laptop keeps it."""

    id: str
    name: str
    entity: str
    criteria: str
    columns: str = ""
    sort: str = ""
    grouping: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A list under a name. `criteria` is JSON; read it with `criteria_of`, for another version may have written it."""

    id: str
    name: str
    entity: str
    criteria: str
    columns: tuple[str, ...] = ()
    sort: str = ""
    grouping: str = ""
    is_shared: bool = False


def listed(reader: Reader, entity: str = "customer") -> list[View]:
    """One's own views and the company's, each by name."""
    kept = reader.setting(_SETTING, list[_Kept]) or []
    own = [_seen(one) for one in kept if one.entity == entity]
    rows = reader.all(
        "SELECT id, coalesce(f_name, ''), f_entity, coalesce(f_criteria, ''), coalesce(f_columns, ''), "
        f"coalesce(f_sort, ''), coalesce(f_grouping, '') FROM p_view WHERE {SHOWN} AND f_entity = ?",
        (entity,),
    )
    shared = [
        View(record, said, of, criteria, tuple(columns.split()), sort, grouping, is_shared=True)
        for record, said, of, criteria, columns, sort, grouping in rows
    ]
    return sorted([*own, *shared], key=lambda view: (view.is_shared, normalise(view.name), view.id))


def find(reader: Reader, name: str, entity: str = "customer") -> View:
    """A view by its name or id; one's own comes first. Raises `not_found` or `ambiguous`."""
    wanted = normalise(name)
    found = [v for v in listed(reader, entity) if name == v.id or normalise(v.name) == wanted]
    if len(found) > 1 and found[0].is_shared == found[1].is_shared:
        candidates = [{"id": view.id, "name": view.name} for view in found]
        raise CrmError("ambiguous", query=name, candidates=candidates)
    if not found:
        raise CrmError("not_found")
    return found[0]


def may_share(names: Directory) -> bool:
    """Whether this person keeps views for everybody: only who configures does."""
    return names.me.role in _CONFIGURERS


def criteria_of(view: View, registry: Registry) -> Criteria:
    """What a view narrows its list to. Raises `criteria_invalid`, `criteria_newer`."""
    return read(view.criteria, registry, view.entity) if view.criteria else Criteria(view.entity)


def keep(
    replica: Replica,
    name: str,
    criteria: Criteria,
    columns: Sequence[str] = (),
    sort: str = "",
    grouping: str = "",
    *,
    is_shared: bool = False,
) -> Outcome[View]:
    """A new view; shared ones are the company's. Raises `required` without a name, `forbidden`, `too_many_views`."""
    said = " ".join(name.split())
    if not said:
        raise CrmError("required", field=replica.registry[ENTITY].by_name["name"].label)
    view = View(
        replica.new_id(), said, criteria.entity, write(criteria), tuple(columns), sort, grouping, is_shared
    )
    if is_shared:
        made = records.add(replica, ENTITY, {**_values(view), "name": said, "entity": view.entity})
        return Outcome(_called(view, made.value), made.touched, made.txn)
    return _put(replica, view)


def change(replica: Replica, reader: Reader, view: View) -> Outcome[View]:
    """Keep a view that is there already with other conditions, columns, order or name. Raises `not_found`."""
    if not view.is_shared:
        return _put(replica, view)
    key = RecordKey(ENTITY, view.id)
    shown = records.open_form(reader, replica.registry, key)
    done = records.change(replica, key, {**_values(view), "name": view.name}, shown)
    return Outcome(view, done.touched, done.txn)


def remove(replica: Replica, view: View) -> Outcome[View]:
    """Take a view away; what it shows stays. `restore` brings one's own back, and `undo` a shared one."""
    if view.is_shared:
        done = records.delete(replica, RecordKey(ENTITY, view.id))
        return Outcome(view, done.touched, done.txn)
    with replica.database.write() as connection:
        kept = [one for one in _kept(connection) if one.id != view.id]
        _save(connection, kept)
    return _local(view)


def restore(replica: Replica, view: View) -> Outcome[View]:
    """Bring one's own view back as it was."""
    return _put(replica, view)


def _put(replica: Replica, view: View) -> Outcome[View]:
    with replica.database.write() as connection:
        kept = [one for one in _kept(connection) if one.id != view.id]
        if len(kept) >= MOST:
            raise CrmError("too_many_views", most=MOST)
        _save(connection, [*kept, _Kept(view.id, view.name, view.entity, *_values(view).values())])
    return _local(view)


def _local(view: View) -> Outcome[View]:
    """Nothing that travels was written, but lists of views are to be read again."""
    from crmdesk.store.replica import Touched

    return Outcome(view, Touched(frozenset((RecordKey(ENTITY, view.id),))), None)


def _kept(connection: Connection) -> list[_Kept]:
    from crmdesk.store import settings

    return settings.read(connection, _SETTING, list[_Kept]) or []


def _save(connection: Connection, kept: Sequence[_Kept]) -> None:
    from crmdesk.store import settings
    from crmdesk.store.settings import SeeingAs

    if (eyes := settings.read(connection, "seeing_as", SeeingAs)) is not None:
        raise CrmError(eyes.refusal())
    settings.write(connection, {_SETTING: list(kept)})


def _values(view: View) -> dict[str, str]:
    return {
        "criteria": view.criteria,
        "columns": " ".join(view.columns),
        "sort": view.sort,
        "grouping": view.grouping,
    }


def _called(view: View, record_id: str) -> View:
    return View(
        record_id, view.name, view.entity, view.criteria, view.columns, view.sort, view.grouping, True
    )


def _seen(kept: _Kept) -> View:
    return View(
        kept.id, kept.name, kept.entity, kept.criteria, tuple(kept.columns.split()), kept.sort, kept.grouping
    )
