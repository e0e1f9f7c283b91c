"""What somebody who asks for something may see of the customers it is about."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.store import records
from crmdesk.store.records import Stored
from sync_server import policy
from sync_server.orders import Asker
from sync_server.policy import Right
from sync_server.storage import buckets, people, rights


def seen(connection: Connection, who: Asker, customer: str) -> Stored:
    """The customer. Raises `not_found`, whether it does not exist or is out of the asker's sight.

    One that was claimed from the pool is out of sight; whoever could read the pool may still be told whose it is.
    """
    key = RecordKey("customer", customer)
    stored = records.load(connection, [key]).get(key)
    if stored is None:
        raise CrmError("not_found")
    place = stored.record.placement.bucket
    if who.role is Role.ADMINISTRATOR or place in rights.rights(connection, who.user):
        return stored
    if not buckets.has_left(connection, key, people.load_company(connection).pool):
        raise CrmError("not_found")
    return stored


def check_visible(who: Asker, own: Mapping[str, Right], place: str) -> None:
    if who.role is not Role.ADMINISTRATOR and place not in own:
        raise CrmError("not_found")


def check_may_share(connection: Connection, who: Asker, own: Mapping[str, Right], place: str) -> None:
    """Raise `forbidden` for whoever does not answer for a customer, and for one that is in the pool."""
    owner = buckets.owner_of(connection, place)
    if owner is None or not policy.answers_for(who.role, own.get(place), is_owner=owner == who.user):
        raise CrmError("forbidden")
