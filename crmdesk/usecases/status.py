"""How safe and how fresh the work on this laptop is: what is unsent, what was refused, when it last synced."""

from __future__ import annotations

from dataclasses import dataclass

from crmdesk.core.registry import Registry
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Server


@dataclass(frozen=True, slots=True)
class Status:
    """`synced_at_ms` is when everything was last exchanged, None if never; `company` None while alone."""

    company: str | None
    url: str | None
    unsent: int
    refused: int
    conflicts: int
    synced_at_ms: int | None
    records: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """An edit the server would not take: kept here with its reason. `about` names the field or entity."""

    record: str
    entity: str
    title: str
    code: str
    about: str | None
    verdict: str
    counters: tuple[int, ...]


def status(reader: Reader) -> Status:
    """The status of the workspace."""
    server = reader.setting("server", Server)
    unsent, refused = reader.all("SELECT count(*) - count(verdict), count(verdict) FROM outbox")[0]
    return Status(
        company=server.company if server else None,
        url=server.url if server else None,
        unsent=unsent,
        refused=refused,
        conflicts=reader.value("SELECT count(*) FROM attention"),
        synced_at_ms=reader.setting("synced_at_ms", int),
        records=reader.value("SELECT count(*) FROM record"),
    )


def refusals(reader: Reader, registry: Registry) -> list[Refusal]:
    """What the server refused, record by record."""
    rows = reader.all(
        "SELECT id, entity, max(code), max(about), max(verdict), group_concat(counter, ' ') FROM outbox "
        "WHERE verdict IS NOT NULL GROUP BY id, entity ORDER BY min(counter)"
    )
    found = []
    for record_id, entity, code, about, verdict, counters in rows:
        title = ""
        declared = registry.entities.get(entity)
        if declared is not None:
            title = (
                reader.value(f"SELECT f_{declared.title} FROM p_{entity} WHERE id = ?", (record_id,)) or ""
            )
        found.append(
            Refusal(
                record_id,
                entity,
                str(title),
                code or "",
                about,
                verdict,
                tuple(int(c) for c in counters.split()),
            )
        )
    return found
