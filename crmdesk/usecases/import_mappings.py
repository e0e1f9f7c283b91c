"""How sources of imports are read, kept on this laptop from one file to the next: found again, listed, forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.mapping import Plan, fingerprint
from crmdesk.store.reading import Reader

if TYPE_CHECKING:
    from crmdesk.store.imports import Run
    from crmdesk.store.replica import Replica

_KEPT: Final = "import_mappings"
_MOST: Final = 50
_SHORT: Final = 8


class Kept(msgspec.Struct, frozen=True):
    """How one source is read. `id` is short and tells it from the others."""

    id: str
    plan: Plan


def all_kept(reader: Reader) -> list[Kept]:
    """Every mapping that is kept, the one used last first."""
    return [Kept(_id(source), plan) for source, plan in reversed(_read(reader).items())]


def last_read(runs: Iterable[Run]) -> dict[str, Run]:
    """By the id of a mapping: the run that a file of its source was last read by. `runs`: the latest first."""
    found: dict[str, Run] = {}
    for run in runs:
        found.setdefault(_id(fingerprint(run.plan.sheets)), run)
    return found


def kept_for(reader: Reader, plan: Plan) -> Plan | None:
    """How the source of a plan was read last; None for one that is new here."""
    saved = _read(reader).get(fingerprint(plan.sheets))
    return saved if saved is not None and len(saved.sheets) == len(plan.sheets) else None


def remember(replica: Replica, plan: Plan) -> None:
    """Keep how a source is read, for the next file with the same headings."""
    source = fingerprint(plan.sheets)
    _change(replica, lambda saved: {**{k: one for k, one in saved.items() if k != source}, source: plan})


def forget(replica: Replica, name: str) -> Kept:
    """Keep a mapping no longer, by its id; returns what it was. Raises `not_found`."""
    gone: list[Kept] = []

    def without(saved: dict[str, Plan]) -> dict[str, Plan]:
        gone.extend(Kept(_id(source), plan) for source, plan in saved.items() if _id(source) == name)
        return {source: plan for source, plan in saved.items() if _id(source) != name}

    _change(replica, without)
    if not gone:
        raise CrmError("not_found")
    return gone[0]


def _id(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:_SHORT]


def _read(reader: Reader) -> dict[str, Plan]:
    return reader.setting(_KEPT, dict[str, Plan]) or {}


def _change(replica: Replica, change: Callable[[dict[str, Plan]], dict[str, Plan]]) -> None:
    from crmdesk.store import settings

    with replica.database.write() as connection:
        saved: dict[str, Plan] = settings.read(connection, _KEPT, dict[str, Plan]) or {}
        settings.write(connection, {_KEPT: dict(list(change(saved).items())[-_MOST:])})
