"""Everything a person may see, written out: one CSV a kind of record, or JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from crmdesk.core.errors import CrmError, Language
from crmdesk.core.format import EMPTY, format_value, guarded
from crmdesk.core.record import decode
from crmdesk.core.registry import Entity, Registry
from crmdesk.core.resolve import Life, read_record
from crmdesk.core.values import Value
from crmdesk.store.reading import Reader
from crmdesk.usecases.directory import Directory, read_directory
from crmdesk.usecases.seeing import check_may_save


def export(
    reader: Reader,
    registry: Registry,
    folder: Path,
    language: Language,
    *,
    form: Literal["csv", "json"] = "csv",
) -> dict[str, int]:
    """Write one file an entity into `folder`; returns rows by entity. Raises `database_unwritable`, `seeing_copy`."""
    check_may_save(reader)
    directory = read_directory(reader)
    written: dict[str, int] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for entity in registry.entities.values():
            rows = rows_of(reader, registry, entity)
            path = folder / file_of(entity.name, form)
            written[entity.name] = (
                _csv(path, entity, rows, language, directory) if form == "csv" else _json(path, rows)
            )
    except OSError as error:
        raise CrmError("database_unwritable", path=folder) from error
    return written


def file_of(entity: str, form: Literal["csv", "json"]) -> str:
    """What the file of an entity is called."""
    return f"{entity}.{'csv' if form == 'csv' else 'jsonl'}"


def rows_of(reader: Reader, registry: Registry, entity: Entity) -> Iterator[tuple[str, dict[str, Value]]]:
    """(id, displayed values) of every record of an entity that is on show."""
    last = 0
    sql = "SELECT n, id, state FROM record WHERE entity = ? AND n > ? AND coalesce(seq, 0) <> -1 ORDER BY n LIMIT 1000"
    while rows := reader.all(sql, (entity.name, last)):
        for n, record_id, state in rows:
            last = n
            view = read_record(decode(state), entity.name, registry)
            if view.life is not Life.DELETED:
                yield record_id, view.values


def _csv(
    path: Path,
    entity: Entity,
    rows: Iterator[tuple[str, dict[str, Value]]],
    language: Language,
    directory: Directory,
) -> int:
    count = 0
    # utf-8-sig: Excel takes a CSV without it for the local code page and garbles Chinese.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *(guarded(field.label.text(language)) for field in entity.fields)])
        for record_id, values in rows:
            writer.writerow(
                [record_id, *(_cell(field, values, language, directory) for field in entity.fields)]
            )
            count += 1
    return count


def _cell(field: Any, values: dict[str, Value], language: Language, directory: Directory) -> str:
    if field.repeated:
        parts = [(k.partition(":")[2], v) for k, v in values.items() if k.startswith(field.name + ":") and v]
        texts = [directory.name_of(field.target, i) or i if field.target else str(v) for i, v in parts]
        text = "、".join(sorted(texts))
    else:
        text = format_value(field, values.get(field.name), language, directory.name_of)
    return guarded("" if text == EMPTY else text)


def _json(path: Path, rows: Iterator[tuple[str, dict[str, Value]]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for record_id, values in rows:
            file.write(json.dumps({"id": record_id, **values}, ensure_ascii=False) + "\n")
            count += 1
    return count
