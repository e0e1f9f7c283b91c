"""The manager's queue: visits of the team that nobody has reviewed, and what a manager says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from crmdesk.core.values import canonical_text
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases import records
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.timeline import author

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

REVIEWERS = ("manager", "director", "administrator")
"""Roles that review visits."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to review. Instants are UTC milliseconds, dates ISO text."""

    id: str
    customer: str
    customer_name: str
    by: str
    kind: str
    at_ms: int
    summary: str
    result: str | None
    next_step: str | None
    next_on: str | None


def queue(reader: Reader, user: str, *, limit: int = 200) -> list[Visit]:
    """Visits by others that wait for a review, oldest first."""
    rows = reader.all(
        "SELECT v.id, v.root, coalesce(c.f_name, ''), coalesce(v.f_kind, ''), coalesce(v.f_at, v.created_at), "
        "coalesce(v.f_summary, ''), v.f_result, v.f_next_step, v.f_next_on FROM p_visit v "
        f"LEFT JOIN p_customer c ON c.id = v.root WHERE v.{SHOWN} "
        f"AND NOT EXISTS (SELECT 1 FROM p_review r WHERE r.f_visit = v.id AND r.{SHOWN}) ORDER BY v.f_at, v.n LIMIT ?",
        (limit,),
    )
    found = [
        Visit(visit, root, name, author(reader, visit), kind, at, summary, result, step, on)
        for visit, root, name, kind, at, summary, result, step, on in rows
    ]
    return [visit for visit in found if visit.by != user]


def waiting(reader: Reader) -> int:
    """How many visits have no review yet, one's own included."""
    return int(
        reader.value(
            f"SELECT count(*) FROM p_visit v WHERE v.{SHOWN} "
            f"AND NOT EXISTS (SELECT 1 FROM p_review r WHERE r.f_visit = v.id AND r.{SHOWN})"
        )
    )


def review(
    replica: Replica, visit: str, outcome: Literal["reviewed", "flagged"], remark: str = ""
) -> Outcome[str]:
    """Review a visit; returns the review's id. It can't be changed afterwards, only added to."""
    values = {"visit": visit, "outcome": outcome, "remark": canonical_text(remark).strip() or None}
    return records.add(replica, "review", values)
