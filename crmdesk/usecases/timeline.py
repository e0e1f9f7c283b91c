"""A customer's story: visits with their reviews, promises, what was dealt, and who was added, latest first."""

from __future__ import annotations

from dataclasses import dataclass

from crmdesk.core.dates import day_of, noon_of
from crmdesk.core.record import decode
from crmdesk.core.registry import Registry
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.dealings import Dealing, listed


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `kind` is a visit's kind, or the entity's name; `by` a user's id.

    A dealing stands at its day, or where it has none at the moment it was made. `remark` and `outcome` are the manager's review of a visit, where there is one; `attachments` how many it has.
    """

    entity: str
    id: str
    kind: str
    at_ms: int
    by: str
    text: str
    result: str | None = None
    next_step: str | None = None
    next_on: str | None = None
    outcome: str | None = None
    remark: str | None = None
    is_unsent: bool = False
    is_done: bool = False
    attachments: int = 0
    interaction: str | None = None
    dealing: Dealing | None = None


def timeline(reader: Reader, registry: Registry, customer: str, *, limit: int = 200) -> list[Entry]:
    """The latest `limit` entries."""
    found: list[tuple[int, str, Entry | Dealing]] = []
    found += [(entry.at_ms, entry.id, entry) for entry in _noted(reader, customer, limit)]
    found += [(_stands_at(one), one.id, one) for one in listed(reader, registry, customer)]
    found.sort(key=lambda item: item[:2], reverse=True)
    return [one if isinstance(one, Entry) else _dealt(reader, at, one) for at, _, one in found[:limit]]


def _stands_at(one: Dealing) -> int:
    """Its day's noon; a day that lay ahead when it was noted is a plan, and stands where it was made."""
    at = noon_of(one.on)
    return one.made_at if at is None or day_of(at) > day_of(one.made_at) else at


def _dealt(reader: Reader, at_ms: int, one: Dealing) -> Entry:
    return Entry(
        one.entity, one.id, one.entity, at_ms, author(reader, one.id), one.title, is_unsent=one.is_unsent, dealing=one
    )  # fmt: skip


def _noted(reader: Reader, customer: str, limit: int) -> list[Entry]:
    """Visits, tasks and people."""
    rows = reader.all(
        "SELECT 'visit', v.id, coalesce(v.f_kind, ''), coalesce(v.f_at, v.created_at), v.n, coalesce(v.f_summary, ''), "
        "v.f_result, v.f_next_step, v.f_next_on, r.f_outcome, r.f_remark, "
        "EXISTS (SELECT 1 FROM outbox o WHERE o.id = v.id), 0, v.f_interaction FROM p_visit v "
        f"LEFT JOIN p_review r ON r.f_visit = v.id AND r.{SHOWN} "
        f"AND r.n = (SELECT max(x.n) FROM p_review x WHERE x.f_visit = v.id AND x.{SHOWN}) "
        f"WHERE v.root = ? AND v.{SHOWN} "
        "UNION ALL SELECT 'task', t.id, 'task', t.created_at, t.n, coalesce(t.f_title, ''), NULL, NULL, t.f_due_on, "
        "NULL, NULL, EXISTS (SELECT 1 FROM outbox o WHERE o.id = t.id), coalesce(t.f_done, 0), NULL FROM p_task t "
        f"WHERE t.root = ? AND t.{SHOWN} "
        "UNION ALL SELECT 'contact', c.id, 'contact', c.created_at, c.n, coalesce(c.f_name, ''), NULL, NULL, NULL, "
        "NULL, NULL, EXISTS (SELECT 1 FROM outbox o WHERE o.id = c.id), 0, NULL FROM p_contact c "
        f"WHERE c.root = ? AND c.{SHOWN} ORDER BY 4 DESC, 2 DESC LIMIT ?",
        (customer, customer, customer, limit),
    )
    attached = dict(
        reader.all(
            f"SELECT f_visit, count(*) FROM p_attachment WHERE root = ? AND {SHOWN} AND f_visit IS NOT NULL "
            "GROUP BY f_visit",
            (customer,),
        )
    )
    return [
        Entry(
            entity, record_id, kind, at, author(reader, record_id), text, result, step, on, outcome, remark,
            bool(unsent), bool(done), attached.get(record_id, 0), interaction,
        )
        for entity, record_id, kind, at, _, text, result, step, on, outcome, remark, unsent, done, interaction in rows
    ]  # fmt: skip


def author(reader: Reader, record_id: str) -> str:
    """Who made a record: the author of its earliest edit, surviving or past, that is known here."""
    past = reader.one(
        "SELECT coalesce(eff, at), by FROM edit WHERE id = ? ORDER BY coalesce(eff, at) LIMIT 1", (record_id,)
    )
    state = reader.value("SELECT state FROM record WHERE id = ? LIMIT 1", (record_id,))
    known = [(edit.order()[0], edit.by) for edit in decode(state).edits] if state is not None else []
    return str(min([*known, *([past] if past else [])], default=(0, ""))[1])
