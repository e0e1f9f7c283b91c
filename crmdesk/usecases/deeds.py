"""What was done to many records at once on this laptop in the last days: imports and changes, each to be taken back whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from crmdesk.store import bulk, imports
from crmdesk.store.reading import Reader

DAYS: Final = 30
"""So long it stands in the list. It could be taken back later as well; nobody would remember what it was."""
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Deed:
    """One. `name` is an import's file, `wanted` what a change set, by field; `number` how many rows or records it was.

    `is_whole`: it came to its end; `is_open`: there is something to take back; `kept` is what its undo left alone.
    """

    kind: Literal["import", "change"]
    id: str
    at_ms: int
    number: int
    name: str
    wanted: dict[str, Any]
    is_whole: bool
    is_open: bool
    kept: int


def deeds(reader: Reader, now_ms: int) -> list[Deed]:
    """The deeds of the last days, the latest first."""
    since = now_ms - DAYS * _DAY_MS
    found = [
        Deed("import", run.id, run.started_ms, run.counts.create + run.counts.update, run.name, {}, run.state in ("done", "undone"),
             run.state != "undone" and run.steps > 0, run.stayed)
        for run in imports.runs(reader)
    ]  # fmt: skip
    found += [
        Deed("change", one.id, one.started_ms, one.changed, "", one.wanted, one.state in ("done", "undone"),
             one.state != "undone" and one.steps > 0, one.stayed)
        for one in bulk.events(reader)
    ]  # fmt: skip
    return sorted((one for one in found if one.at_ms >= since), key=lambda one: (-one.at_ms, one.id))
