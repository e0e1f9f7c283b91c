"""The manager's queue: visits of the team that nobody has reviewed, and what a manager says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from crmdesk.core.values import canonical_text
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Server
from crmdesk.usecases import records
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.timeline import author

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

REVIEWERS = ("manager",)
"""Roles that review visits and decide for others, as the server's policy has it: directors only read."""


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


def may_review(reader: Reader, names: Directory) -> bool:
    """Whether this person reviews visits: a manager, who stands in for one, or who works alone."""
    if reader.setting("server", Server) is None:
        return True
    return bool({names.me.role, *(one.role.value for one in names.mandates)} & set(REVIEWERS))


def queue(reader: Reader, user: str, *, limit: int = 200) -> list[Visit]:
    """Visits by others that wait for a review, oldest first."""
    return list(islice((visit for visit in _unreviewed(reader) if visit.by != user), limit))


def _unreviewed(reader: Reader) -> Iterator[Visit]:
    """Oldest first, read in pages: how many are one's own is known only from the records."""
    last = (-1, -1)
    while rows := reader.all(
        "SELECT coalesce(v.f_at, 0), v.n, v.id, v.root, coalesce(c.f_name, ''), coalesce(v.f_kind, ''), "
        "coalesce(v.f_at, v.created_at), coalesce(v.f_summary, ''), v.f_result, v.f_next_step, v.f_next_on "
        f"FROM p_visit v LEFT JOIN p_customer c ON c.id = v.root WHERE v.{SHOWN} "
        f"AND NOT EXISTS (SELECT 1 FROM p_review r WHERE r.f_visit = v.id AND r.{SHOWN}) "
        "AND (coalesce(v.f_at, 0), v.n) > (?, ?) ORDER BY coalesce(v.f_at, 0), v.n LIMIT 200",
        last,
    ):
        for _, _, visit, root, name, kind, *rest in rows:
            yield Visit(visit, root, name, author(reader, visit), kind, *rest)
        last = rows[-1][:2]


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
