"""What somebody who orders something sees of the company, and what they answer for in it."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.store import records
from crmdesk.store.records import Stored
from sync_server import policy
from sync_server.orders import Asker
from sync_server.policy import Org, Right
from sync_server.storage import buckets, people, rights


class Sight:
    """The company in the eyes of an asker, inside one transaction that locked the company."""

    def __init__(self, connection: Connection, who: Asker) -> None:
        self._connection, self._who = connection, who

    @cached_property
    def _org(self) -> Org:
        return people.load_org(self._connection, 0)

    def seen(self, customer: str) -> Stored:
        """The customer. Raises `not_found`, whether it does not exist or is out of the asker's sight.

        One that was claimed from the pool is out of sight; whoever could read the pool may still be told whose it is.
        """
        key = RecordKey("customer", customer)
        stored = records.load(self._connection, [key]).get(key)
        if stored is None:
            raise CrmError("not_found", looked_for=customer, what="customer")
        pool = people.load_company(self._connection).pool
        if not self.reads(stored.record.placement.bucket) and not buckets.has_left(
            self._connection, key, pool
        ):
            raise CrmError("not_found")
        return stored

    def reads(self, place: str) -> bool:
        """Whether the asker reads a bucket, or is an administrator, who may order what they do not read."""
        return self._who.role is Role.ADMINISTRATOR or place in rights.rights(
            self._connection, self._who.user
        )

    def check_visible(self, place: str) -> None:
        """Raise `not_found` for a bucket that is out of sight."""
        if not self.reads(place):
            raise CrmError("not_found")

    def right(self, place: str) -> Right | None:
        """What the asker may do in a bucket by what they are: what was shared with or lent to them gives no say in it."""
        domain = people.domain(self._connection, place)
        return policy.by_themselves(domain, self._org).get(self._who.user)

    def answers_for(self, place: str) -> bool:
        """Whether the asker may give away or share the customers of a bucket, as its owner or whoever leads them."""
        is_owner = buckets.owner_of(self._connection, place) == self._who.user
        return policy.answers_for(self._who.role, self.right(place), is_owner=is_owner)

    def check_may_share(self, place: str) -> None:
        """Raise `forbidden` for whoever does not answer for a customer, and for one that is in the pool."""
        if buckets.owner_of(self._connection, place) is None or not self.answers_for(place):
            raise CrmError("forbidden")

    def may_move(self, place: str, book: str) -> bool:
        """Whether the asker may hand a customer from one bucket to another."""
        return policy.may_move(self._who.role, self.right(place), self.right(book))

    def leads(self, user: str) -> bool:
        """Whether the asker decides for somebody: an administrator, or a manager of their team or one above it."""
        if policy.may_lead(self._who.role):
            return True
        book = people.find_account(self._connection, user).book
        return self.may_move(book, book)
