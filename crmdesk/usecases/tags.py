"""Tags: put on and taken off customers, made in passing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmdesk.core.errors import CrmError
from crmdesk.core.format import check_form
from crmdesk.core.record import RecordKey
from crmdesk.core.text import normalise
from crmdesk.usecases import records
from crmdesk.usecases.directory import Directory, Tag
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica


def put(replica: Replica, customer: str, tag: str) -> Outcome[None]:
    """Tag a customer. Adding wins over a removal that had not seen it. Raises `record_left`."""
    return _set(replica, customer, tag, present=True)


def take_off(replica: Replica, customer: str, tag: str) -> Outcome[None]:
    """Take a tag off a customer. Raises `record_left`."""
    return _set(replica, customer, tag, present=False)


def put_named(replica: Replica, directory: Directory, customer: str, name: str) -> Outcome[str]:
    """Tag a customer by the tag's name; a name nobody used yet makes a new tag, in the same transaction.

    Returns the tag's id. Raises `required` for a blank name, `record_left`.
    """
    from crmdesk.store.replica import Write

    known = find(directory, name)
    if known is not None:
        done = put(replica, customer, known.id)
        return Outcome(known.id, done.touched, done.txn)
    values = records.tidy({"name": name})
    check_form(replica.registry["tag"].fields, values)
    tag = replica.new_id()
    committed = replica.commit(
        [
            Write(RecordKey("tag", tag), {**values, "hue": "grey"}),
            Write(RecordKey("customer", customer), {f"tag:{tag}": True}, is_known=True),
        ]
    )
    return Outcome(tag, committed.touched, committed.txn)


def _set(replica: Replica, customer: str, tag: str, *, present: bool) -> Outcome[None]:
    from crmdesk.store.replica import Write

    done = replica.commit([Write(RecordKey("customer", customer), {f"tag:{tag}": present}, is_known=True)])
    return Outcome(None, done.touched, done.txn)


def find(directory: Directory, name: str) -> Tag | None:
    """The tag of that name, whatever its case and width."""
    wanted = normalise(name)
    return next((tag for tag in directory.tags.values() if normalise(tag.name) == wanted), None)


def create(
    replica: Replica, directory: Directory, name: str, *, hue: str = "grey", group: str | None = None
) -> Outcome[str]:
    """A new tag; returns its id. Raises `name_taken`."""
    if find(directory, name):
        raise CrmError("name_taken", name=name)
    return records.add(replica, "tag", {"name": name, "hue": hue, "group": group})
