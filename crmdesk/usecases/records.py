"""Adding, changing and deleting a record of any entity, by its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown, show
from crmdesk.core.format import check_form
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.resolve import RecordView, deletion, read_record
from crmdesk.core.values import Value, canonical_text
from crmdesk.store.reading import Reader
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica


def open_form(reader: Reader, registry: Registry, key: RecordKey) -> Shown:
    """What a form on `key` displays, and the dots behind it. Raises `not_found`."""
    record = reader.record(*key)
    if record is None:
        raise CrmError("not_found")
    return show(record, key.entity, registry)


def find_view(reader: Reader, registry: Registry, key: RecordKey) -> RecordView | None:
    """A record as a person sees it, or None if it is not here."""
    record = reader.record(*key)
    return None if record is None else read_record(record, key.entity, registry)


def add(replica: Replica, entity: str, values: Mapping[str, Value], *, kind: str = "form") -> Outcome[str]:
    """A new record; returns its id. Raises `required`, `invalid_value` and what `Replica.commit` raises."""
    from crmdesk.store.replica import Write

    clean: dict[str, Value] = {
        k: v for k, v in tidy(values).items() if v is not None and v is not False
    }  # but 0 is said
    check_form(replica.registry[entity].fields, clean)
    record_id = replica.new_id()
    done = replica.commit([Write(RecordKey(entity, record_id), clean)], kind=kind)
    return Outcome(record_id, done.touched, done.txn)


def change(
    replica: Replica, key: RecordKey, wanted: Mapping[str, Value], shown: Shown, *, kind: str = "form"
) -> Outcome[frozenset[str]]:
    """Save a form: only the fields that differ from what it showed; returns which those were.

    What arrived since the form opened is not overwritten: it stays beside the new value as a conflict.
    """
    from crmdesk.store.replica import Write

    changed = shown.changed(tidy(wanted))
    for field in replica.registry[key.entity].fields:
        if field.required and field.name in changed and changed[field.name] in (None, ""):
            raise CrmError("required", field=field.label)
    done = replica.commit([Write(key, changed, shown)], kind=kind)
    return Outcome(frozenset(changed), done.touched, done.txn)


def change_field(
    replica: Replica, key: RecordKey, field: str, wanted: Mapping[str, Value], shown: Shown, draft: str
) -> Outcome[frozenset[str]]:
    """Save one field of a form, and of its `draft` forget that field alone. Raises what `change` raises."""
    from crmdesk.usecases import drafts

    done = change(replica, key, wanted, shown)
    drafts.drop_field(replica, draft, field)
    return done


def delete(replica: Replica, key: RecordKey) -> Outcome[None]:
    """Delete what is known here; whoever edits it meanwhile without having seen this brings it back.

    Raises `not_found`, `record_left`.
    """
    from crmdesk.store.replica import Write

    seen = deletion(replica.load(key), replica.below(key))
    done = replica.commit([Write(key, seen, is_known=True)])
    return Outcome(None, done.touched, done.txn)


def restore(replica: Replica, key: RecordKey) -> Outcome[None]:
    """Take a deletion back. Raises `record_left`."""
    from crmdesk.store.replica import Write

    done = replica.commit([Write(key, {"deleted": None}, is_known=True)])
    return Outcome(None, done.touched, done.txn)


def tidy(values: Mapping[str, Value]) -> dict[str, Value]:
    """Texts in their one spelling, blanks as nothing."""
    return {k: (canonical_text(v).strip() or None) if isinstance(v, str) else v for k, v in values.items()}
