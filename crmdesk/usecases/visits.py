"""Logging a visit: one transaction for the visit, the customer's next date, the promise made, and tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from crmdesk.core.format import check_form
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value, canonical_text
from crmdesk.usecases.attachments import Picked, writes_for_visit
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.records import tidy

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica


@dataclass(frozen=True, slots=True)
class VisitNote:
    """What a rep fills in. `at_ms` None means now; `tags` are put on, `tags_off` taken off the customer.

    `new_tags` are names nobody used yet: each becomes a tag. `attachments` are files picked for it, `more` what stands in
    fields that the company added.
    """

    customer: str
    summary: str
    kind: str = "onsite"
    at_ms: int | None = None
    result: str | None = None
    contact: str | None = None
    interaction: str | None = None
    next_step: str = ""
    next_on: date | None = None
    tags: tuple[str, ...] = ()
    tags_off: tuple[str, ...] = ()
    new_tags: tuple[str, ...] = ()
    attachments: tuple[Picked, ...] = ()
    more: Mapping[str, Value] = field(default_factory=dict)


def log(replica: Replica, note: VisitNote) -> Outcome[str]:
    """Save a visit; returns its id. Instant and local: nothing here waits for the network.

    A promise or a next date that the person's role withholds elsewhere stays in the visit alone.

    Raises `required` when nothing was written down, `not_found` when the customer is not here, `record_left`,
    `too_many_attachments`.
    """
    from crmdesk.store.replica import Write

    replica.load(RecordKey("customer", note.customer))
    visit = RecordKey("visit", replica.new_id())
    values = _values(note, replica.clock.now_ms())
    check_form(replica.registry["visit"].fields, values)
    writes = [Write(visit, values)]
    made = {replica.new_id(): canonical_text(name).strip() for name in note.new_tags}
    writes += [Write(RecordKey("tag", tag), {"name": name, "hue": "grey"}) for tag, name in made.items()]
    sets_date = note.next_on is not None and replica.may_write("customer", "next_follow_up_on")
    if customer := {**_customer_values(note, sets_date), **{f"tag:{tag}": True for tag in made}}:
        writes.append(Write(RecordKey("customer", note.customer), customer, is_known=True))
    if note.next_step.strip() and note.next_on and replica.may_write("task", "title"):
        task: dict[str, Value] = {
            "customer": note.customer,
            "title": canonical_text(note.next_step).strip(),
            "due_on": note.next_on.isoformat(),
        }
        writes.append(Write(RecordKey("task", replica.new_id()), task))
    writes += writes_for_visit(replica, note.customer, visit.id, note.attachments)
    done = replica.commit(writes)
    return Outcome(visit.id, done.touched, done.txn)


def _values(note: VisitNote, now_ms: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "customer": note.customer,
        "kind": note.kind,
        "at": note.at_ms if note.at_ms is not None else now_ms,
        "summary": canonical_text(note.summary).strip(),
        "result": note.result,
        "contact": note.contact,
        "interaction": note.interaction,
        "next_step": canonical_text(note.next_step).strip(),
        "next_on": note.next_on.isoformat() if note.next_on else None,
        **tidy(note.more),
    }
    return {name: value for name, value in values.items() if value not in (None, "")}


def _customer_values(note: VisitNote, sets_date: bool) -> dict[str, Value]:
    values: dict[str, Value] = {f"tag:{tag}": True for tag in note.tags}
    values.update({f"tag:{tag}": False for tag in note.tags_off})
    if note.next_on and sets_date:
        values["next_follow_up_on"] = note.next_on.isoformat()
    return values
