"""What only the server can do, asked of it at once; offline there is no answer."""

from __future__ import annotations

from crmdesk.core.record import RecordKey
from crmdesk.store import records
from crmdesk.store.replica import Replica
from crmdesk.sync.http import Http, Moved


def change_owner(replica: Replica, http: Http, customer: str, to_user: str) -> Moved:
    """Hand a customer and all below it to another person; the next sync shows it here.

    Raises `forbidden`, `not_found` or `offline`; then nothing was changed.
    """
    return http.change_owner(replica.new_id(), customer, to_user)


def fetch_history(replica: Replica, http: Http, key: RecordKey) -> int:
    """Bring a record's whole past to this laptop; returns how many edits it has. Raises `not_found`."""
    edits = [records.decode_edit(body) for body in http.history(key.entity, key.id)]
    with replica.database.write() as connection:
        records.add_history(connection, [(key, edit) for edit in edits])
    return len(edits)
