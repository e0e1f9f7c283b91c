"""A customer's story: visits with their reviews, promises, what was dealt, files, and who was added, latest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from crmdesk.core.dates import day_of, noon_of
from crmdesk.core.media import is_picture
from crmdesk.core.record import decode
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.dealings import Dealing


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `kind` is a visit's kind, or the entity's name; `by` a user's id.

    `pictures` are the contents that show what is attached, small where there is a small one. A dealing stands at its day, or where it has none at the moment it was made. `remark` and `outcome` are the manager's review of a visit, where there is one; `attachments` how many it has.
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
    pictures: tuple[str, ...] = ()
    interaction: str | None = None
    dealing: Dealing | None = None


def timeline(reader: Reader, customer: str, dealt: Iterable[Dealing], *, limit: int = 200) -> list[Entry]:
    """The latest `limit` entries; `dealt` is what was dealt with the customer."""
    found: list[tuple[int, str, Entry | Dealing]] = []
    found += [(entry.at_ms, entry.id, entry) for entry in _noted(reader, customer, limit)]
    found += [(_stands_at(one), one.id, one) for one in dealt]
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
    attached: dict[str | None, list[_Attached]] = defaultdict(list)
    for visit, *about in reader.all(
        "SELECT f_visit, id, coalesce(f_name, ''), created_at, f_media_type, f_thumbnail, f_sha256, "
        "EXISTS (SELECT 1 FROM outbox o WHERE o.id = a.id) "
        f"FROM p_attachment a WHERE root = ? AND {SHOWN} ORDER BY id DESC LIMIT ?",
        (customer, limit),
    ):
        attached[visit].append(_Attached(*about))
    noted = [
        Entry(
            entity, record_id, kind, at, author(reader, record_id), text, result, step, on, outcome, remark,
            bool(unsent), bool(done), len(attached[record_id]), _pictures(attached[record_id]), interaction,
        )
        for entity, record_id, kind, at, _, text, result, step, on, outcome, remark, unsent, done, interaction in rows
    ]  # fmt: skip
    return [*noted, *(_filed(reader, one) for one in attached[None])]


class _Attached(NamedTuple):
    """A file: its id and name, when it was attached, what kind of content it is and where that is found."""

    id: str
    name: str
    made_at: int
    media_type: str | None
    thumbnail: str | None
    sha256: str | None
    is_unsent: int


def _pictures(files: Iterable[_Attached]) -> tuple[str, ...]:
    shown = (one.thumbnail or (one.sha256 if is_picture(one.media_type) else None) for one in files)
    return tuple(name for name in shown if name)


def _filed(reader: Reader, one: _Attached) -> Entry:
    """A file that belongs to no visit."""
    by = author(reader, one.id)
    return Entry(
        "attachment", one.id, "attachment", one.made_at or 0, by, one.name, is_unsent=bool(one.is_unsent),
        pictures=_pictures([one]),
    )  # fmt: skip


def author(reader: Reader, record_id: str) -> str:
    """Who made a record: the author of its earliest edit, surviving or past, that is known here."""
    past = reader.one(
        "SELECT coalesce(eff, at), by FROM edit WHERE id = ? ORDER BY coalesce(eff, at) LIMIT 1", (record_id,)
    )
    state = reader.value("SELECT state FROM record WHERE id = ? LIMIT 1", (record_id,))
    known = [(edit.order()[0], edit.by) for edit in decode(state).edits] if state is not None else []
    return str(min([*known, *([past] if past else [])], default=(0, ""))[1])
