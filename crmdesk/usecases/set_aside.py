"""What a person typed that is in no record any longer: discarded after a refusal, or unsaved when its record left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Registry
from crmdesk.store.reading import Reader
from crmdesk.usecases import drafts
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.status import title_of

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

Kind: TypeAlias = Literal["discarded", "left"]


@dataclass(frozen=True, slots=True)
class Aside:
    """Something set aside. `said` is what was typed, by field; `title` the record's, where it is here.

    Of a discarded change `at_ms` says when and `code` why it had been refused. `can_return`: it can be written again.
    """

    name: str
    kind: Kind
    entity: str
    title: str
    said: Mapping[str, Any]
    can_return: bool = False
    at_ms: int | None = None
    code: str = ""
    about: str | None = None


def listed(reader: Reader, registry: Registry, now_ms: int) -> list[Aside]:
    """What was set aside: discarded changes, the latest first, then drafts of records that left."""
    from crmdesk.store.drafts import DISCARDED, KEPT_MS, read_discarded

    found: list[Aside] = []
    left: list[Aside] = []
    for name, value in reader.all("SELECT name, value FROM draft ORDER BY name"):
        if not name.startswith(DISCARDED):
            left += _left(reader, name, drafts.find(reader, name))
            continue
        one = read_discarded(value)
        if one is None:
            continue
        if now_ms - one.at_ms <= KEPT_MS:
            title = title_of(reader, registry, one.key.entity, one.key.id)
            can_return = one.is_new or _is_here(reader, one.key.id)
            found.append(
                Aside(
                    name, "discarded", one.key.entity, title, one.said, can_return, one.at_ms, one.code, one.about
                )
            )  # fmt: skip
    return sorted(found, key=lambda a: a.at_ms or 0, reverse=True) + left


def bring_back(replica: Replica, name: str) -> Outcome[str]:
    """Write a discarded change once more; returns the record's id. Raises `not_found`, `record_left`."""
    from crmdesk.store import drafts, records
    from crmdesk.store.replica import Write

    with replica.database.write() as connection:
        one = drafts.discarded(connection, name)
        if one is None:
            raise CrmError("not_found")
        is_known = not one.is_new or one.key in records.load(connection, [one.key])
        done = replica.write(connection, [Write(one.key, one.said, is_known=is_known)])
        drafts.drop(connection, name)
    return Outcome(one.key.id, done.touched, done.txn)


def forget(replica: Replica, name: str) -> Outcome[str]:
    """Throw it away; returns what `remember` takes to bring it back."""
    from crmdesk.store import dialect, drafts
    from crmdesk.store.replica import Touched

    with replica.database.write() as connection:
        value = dialect.value(connection, "SELECT value FROM draft WHERE name = ?", (name,))
        drafts.drop(connection, name)
    return Outcome(str(value or "{}"), Touched(), None)


def remember(replica: Replica, name: str, value: str) -> Outcome[None]:
    """Take `forget` back."""
    from crmdesk.store import drafts
    from crmdesk.store.replica import Touched

    with replica.database.write() as connection:
        drafts.put(connection, name, msgspec.json.decode(value, type=dict[str, Any]))
    return Outcome(None, Touched(), None)


def _left(reader: Reader, name: str, draft: dict[str, Any] | None) -> list[Aside]:
    """A draft whose record left; none of one that a form still finds."""
    from crmdesk.store.drafts import record_of

    about = record_of(name)
    if about is None or not draft or _is_here(reader, about):
        return []
    typed = draft.get("typed", draft)  # a visit's sheet is kept as it is
    said = {key: value for key, value in typed.items() if value}
    if "attachments" in said:
        said["attachments"] = [one.name for one in drafts.attachments(draft)]
    return [Aside(name, "left", name.partition(":")[0], "", said)] if said else []


def _is_here(reader: Reader, record_id: str) -> bool:
    query = "SELECT 1 FROM record WHERE id = ? AND coalesce(seq, 0) <> -1 LIMIT 1"
    return reader.value(query, (record_id,)) is not None
