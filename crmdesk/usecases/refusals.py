"""What the server would not take: looked at, sent again, mended, saved as a file, or taken out again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crmdesk.core.errors import CrmError, Language, describe
from crmdesk.core.form import Shown
from crmdesk.core.record import Dot, Edit, RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.values import Value
from crmdesk.store.history_reading import edits_of
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.seeing import check_may_save
from crmdesk.usecases.status import title_of

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica


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


def listed(reader: Reader, registry: Registry) -> list[Refusal]:
    """What the server refused, record by record."""
    rows = reader.all(
        "SELECT id, entity, max(code), max(about), max(verdict), group_concat(counter, ' ') FROM outbox "
        "WHERE verdict IS NOT NULL GROUP BY id, entity ORDER BY min(counter)"
    )
    return [
        Refusal(
            record_id, entity, title_of(reader, registry, entity, record_id), code or "", about, verdict,
            tuple(int(c) for c in counters.split()),
        )
        for record_id, entity, code, about, verdict, counters in rows
    ]  # fmt: skip


def written(reader: Reader, refusal: Refusal) -> list[Edit]:
    """The refused edits of a record, in the order made."""
    identity = reader.setting("identity", Identity)
    actor = identity.actor if identity else ""
    return [
        edit
        for edit in edits_of(reader, RecordKey(refusal.entity, refusal.record))
        if edit.dot.actor == actor and edit.dot.counter in refusal.counters
    ]


def said(edits: list[Edit]) -> dict[str, Value]:
    """What a record's refused edits say in the end: field -> value."""
    return {name: value for edit in edits for name, value in edit.values.items()}


def retry(replica: Replica, record: str | None = None) -> Outcome[int]:
    """Let refused edits wait again, those of one record or all; returns how many."""
    from crmdesk.store import outbox
    from crmdesk.store.replica import Touched

    with replica.database.write() as connection:
        count = outbox.retry(connection, record)
    return Outcome(count, Touched(), None)


class Dropped(NamedTuple):
    """What was taken out, and the name by which it can be brought back for a time."""

    name: str
    said: dict[str, Value]


def discard(replica: Replica, key: RecordKey) -> Outcome[Dropped]:
    """Take out what the server refused of a record, so that it is the server's again.

    It can be brought back for `store.drafts.KEPT_MS`. Raises `not_found` where nothing of it was refused, or where
    newer changes of it wait to be sent.
    """
    from crmdesk.store import drafts, outbox, records, settings
    from crmdesk.store.discarding import discard as take_out
    from crmdesk.store.records import LEFT

    with replica.database.write() as connection:
        actor = settings.identity(connection).actor
        refused = [e for e in outbox.refused(connection) if e.key == key]
        edits = records.by_counter(connection, actor, [e.counter for e in refused])
        before = records.load(connection, [key]).get(key)
        touched = take_out(replica, connection, key)
        if not touched.keys:
            raise CrmError("not_found")
        values = said([edit for _, edit in (edits[c] for c in sorted(edits))])
        was_here = before is not None and before.seq != LEFT
        is_new = was_here and not records.load(connection, [key])
        why = refused[-1]
        one = drafts.Discarded(key, values, why.code or "", why.about, replica.clock.now_ms(), is_new)
        name = drafts.discard(connection, one)
    return Outcome(Dropped(name, values), touched, None)


def resend(replica: Replica, key: RecordKey, values: Mapping[str, Value]) -> Outcome[None]:
    """Write values to a record in place of what the server refused of it; they travel with the next sync.

    One transaction: what `Replica.commit` raises for values that can't be leaves what was refused as it is. Raises
    `not_found` as `discard` does.
    """
    from crmdesk.store import outbox, records, settings
    from crmdesk.store.discarding import discard as take_out
    from crmdesk.store.records import LEFT
    from crmdesk.store.replica import Write

    with replica.database.write() as connection:
        actor = settings.identity(connection).actor
        dots = frozenset(Dot(actor, e.counter) for e in outbox.refused(connection) if e.key == key)
        stored = records.load(connection, [key]).get(key)
        touched = take_out(replica, connection, key)
        if not touched.keys:
            raise CrmError("not_found")
        has_left = stored is not None and stored.seq == LEFT
        # What is written of a record that had left names what it stands for, and so stays hidden.
        seen = Shown({}, dict.fromkeys(values, dots)) if has_left else None
        done = replica.write(connection, [Write(key, dict(values), seen)])
    return Outcome(None, touched | done.touched, done.txn)


def export(reader: Reader, registry: Registry, path: Path, language: Language) -> int:
    """Write every refused edit with its reason as one JSON file; returns how many. Raises `database_unwritable`, `seeing_copy`."""
    check_may_save(reader)
    found = [
        {
            "entity": refusal.entity,
            "id": refusal.record,
            "title": refusal.title,
            "code": refusal.code,
            "reason": str(
                describe(refusal.code, language, {"field": refusal.about, "entity": refusal.about})
            ),
            "values": edit.values,
        }
        for refusal in listed(reader, registry)
        for edit in written(reader, refusal)
    ]
    try:
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error
    return len(found)
