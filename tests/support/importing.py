"""Imports done in a test from a file to their end: rehearsed, run, taken back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from crmdesk.core.mapping import Plan
from crmdesk.core.mapping_files import amended
from crmdesk.store.imports import Run
from crmdesk.usecases import importing
from crmdesk.usecases.directory import read_registry
from crmdesk.usecases.import_undo import Undoing
from crmdesk.usecases.importing import Importing
from crmdesk.usecases.workspace import Workspace


def plan_of(desk: Workspace, path: Path, **given: Any) -> Plan:
    _, plan = importing.look(desk.reader, path, desk)
    return amended(plan, given, read_registry(desk.reader))


def rehearsed(desk: Workspace, path: Path, **given: Any) -> dict[str, Any]:
    counts, seconds = importing.rehearse(desk, desk.reader, path, plan_of(desk, path, **given))
    return importing.facts(counts, seconds)


def taken_in(desk: Workspace, path: Path, **given: Any) -> Run:
    with closing(importing.begin(desk, desk.reader, path, plan_of(desk, path, **given))) as under_way:
        to_its_end(under_way)
        return under_way.run


def to_its_end(under_way: Importing) -> None:
    while not under_way.done:
        under_way.step()


def undone(desk: Workspace, run: Run) -> Run:
    undoing = Undoing(desk.replica, desk.reader, run.id)
    while not undoing.done:
        undoing.step()
    after: Run = undoing.run
    return after


def shown(desk: Workspace, table: str = "p_customer") -> list[tuple[Any, ...]]:
    """What lists and search show, without what names the moment it was written."""
    columns = [
        row[1] for row in desk.reader.all(f"PRAGMA table_info({table})") if row[1] not in ("n", "updated_at")
    ]
    return desk.reader.all(f"SELECT {', '.join(columns)} FROM {table} WHERE life <> 1 ORDER BY id")
