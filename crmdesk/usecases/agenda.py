"""Today: what is due, what is overdue, and ticking it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from crmdesk.core.record import RecordKey
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.timeline import author

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do: a task, or a customer whose next follow-up has come (`entity` says which)."""

    entity: str
    id: str
    customer: str | None
    customer_name: str
    title: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Numbers:
    """The day in figures."""

    due: int
    overdue: int
    visits_this_week: int
    customers: int


@dataclass(frozen=True, slots=True)
class Logged:
    """A visit that somebody logged; `by` is a user's id."""

    id: str
    customer: str
    customer_name: str
    kind: str
    at_ms: int
    by: str
    summary: str


_OPEN: Final = "coalesce(t.f_done, 0) = 0"
_NO_TASK: Final = (
    f"NOT EXISTS (SELECT 1 FROM p_task t WHERE t.root = c.id AND {_OPEN} "
    f"AND t.f_due_on = c.f_next_follow_up_on AND t.{SHOWN})"
)
"""A follow-up that is also a task for the same day is one thing to do, not two."""


_OWN: Final = "IN (SELECT ? UNION SELECT b.id FROM p_book b JOIN p_book own ON own.f_owner = b.f_owner WHERE own.id = ?)"
"""The buckets of whoever answers for a book: it, others that were handed over whole, and what is shared of them."""


def due(
    reader: Reader, today: date, *, days: int = 7, limit: int = 200, book: str | None = None
) -> list[Due]:
    """Everything due until `days` from today, the longest overdue first. `book` limits it to one rep's."""
    until = (today + timedelta(days=days)).isoformat()
    bind = (until, *([book, book] if book else []), limit)
    tasks = reader.all(
        "SELECT 'task', t.id, t.f_customer, coalesce(c.f_name, ''), coalesce(t.f_title, ''), t.f_due_on "
        f"FROM p_task t LEFT JOIN p_customer c ON c.id = t.f_customer WHERE t.{SHOWN} "
        f"AND {_OPEN} AND t.f_due_on <= ? {f'AND t.bucket {_OWN}' if book else ''} ORDER BY t.f_due_on, t.n LIMIT ?",
        bind,
    )
    follow_ups = reader.all(
        "SELECT 'customer', c.id, c.id, coalesce(c.f_name, ''), '', c.f_next_follow_up_on FROM p_customer c "
        f"WHERE c.{SHOWN} AND {_NO_TASK} AND c.f_next_follow_up_on <= ? {f'AND +c.bucket {_OWN}' if book else ''} "
        "ORDER BY c.f_next_follow_up_on, c.n LIMIT ?",
        bind,
    )
    found = [
        Due(entity, record_id, customer, name, title, date.fromisoformat(day))
        for entity, record_id, customer, name, title, day in (*tasks, *follow_ups)
        if _is_date(day)
    ]
    return sorted(found, key=lambda item: (item.due_on, item.customer_name, item.id))[:limit]


def numbers(reader: Reader, today: date, *, week_start_ms: int, book: str | None = None) -> Numbers:
    """The day in figures; `week_start_ms` is Monday's midnight in the company's zone. `book` as in `due`."""
    day = today.isoformat()

    def count(table: str, condition: str, *bind: object) -> int:
        mine = f" AND +bucket {_OWN}" if book else ""  # the plus: the date narrows far better
        bound = (*bind, book, book) if book else bind
        return int(reader.value(f"SELECT count(*) FROM {table} c WHERE {SHOWN} AND {condition}{mine}", bound))

    follow_up = f"{_NO_TASK} AND c.f_next_follow_up_on"
    undone = "coalesce(f_done, 0) = 0 AND f_due_on"
    return Numbers(
        due=count("p_task", f"{undone} = ?", day) + count("p_customer", f"{follow_up} = ?", day),
        overdue=count("p_task", f"{undone} < ?", day) + count("p_customer", f"{follow_up} < ?", day),
        visits_this_week=count("p_visit", "f_at >= ?", week_start_ms),
        customers=int(
            reader.value(
                f"SELECT count(*) FROM p_customer WHERE {SHOWN}{f' AND bucket {_OWN}' if book else ''}",
                (book, book) if book else (),
            )
        ),
    )


def recent_visits(reader: Reader, *, limit: int = 8, book: str | None = None) -> list[Logged]:
    """The visits logged last, latest first. `book` as in `due`."""
    mine, bind = (f"AND v.bucket {_OWN}", (book, book, limit)) if book else ("", (limit,))
    rows = reader.all(
        "SELECT v.id, v.root, coalesce(c.f_name, ''), coalesce(v.f_kind, ''), v.f_at, coalesce(v.f_summary, '') "
        f"FROM p_visit v LEFT JOIN p_customer c ON c.id = v.root WHERE v.{SHOWN} AND v.f_at IS NOT NULL {mine} "
        "ORDER BY v.f_at DESC, v.n DESC LIMIT ?",
        bind,
    )
    return [
        Logged(visit, root, name, kind, at, author(reader, visit), summary)
        for visit, root, name, kind, at, summary in rows
    ]


def finish(replica: Replica, task: str, *, done: bool = True) -> Outcome[None]:
    """Tick a task off, or take the tick back. Raises `record_left`."""
    from crmdesk.store.replica import Write

    committed = replica.commit([Write(RecordKey("task", task), {"done": done}, is_known=True)])
    return Outcome(None, committed.touched, committed.txn)


def reschedule(replica: Replica, item: Due, day: date | None) -> Outcome[None]:
    """Put a task or a follow-up off, or a follow-up away with None. Raises `record_left`."""
    from crmdesk.store.replica import Write

    field = "due_on" if item.entity == "task" else "next_follow_up_on"
    value = day.isoformat() if day else None
    committed = replica.commit([Write(RecordKey(item.entity, item.id), {field: value}, is_known=True)])
    return Outcome(None, committed.touched, committed.txn)


def _is_date(text: str | None) -> bool:
    try:
        date.fromisoformat(text or "")
    except ValueError:
        return False
    return True
