"""Orders about rights: who ends a share, who stands in for whom, which roles there are."""

from __future__ import annotations

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.roles import Role
from sync_server import accounts, policy, sharing
from sync_server.authoring import new_id
from sync_server.clock import Moment
from sync_server.orders import Asker, DefineRole, Delegate, EndDelegation, EndShare, RightsOrder
from sync_server.sight import Sight
from sync_server.storage import people
from sync_server.storage import sharing as shares


def change_rights(connection: Connection, who: Asker, order: RightsOrder, now: Moment) -> str | None:
    """Change who may see or write what; returns the id of what this makes, if anything. Raises `forbidden`, `not_found`, `bad_period`, `name_taken`, ..."""
    match order:
        case EndShare():
            share = shares.find_share(connection, order.share)
            _check_may_end(connection, who, share)
            if share.ended_at is None:
                sharing.end(connection, share, now, sharing.hold(connection, [share.customer]))
                sharing.note_rights(connection, now)
        case Delegate():
            _check_may_delegate(connection, who, order)
            absent = people.find_account(connection, order.user).user
            deputy = people.find_account(connection, order.to_user).user
            new = shares.Delegation(new_id(now), absent, deputy, order.starts, order.ends, who.user, now.ms)
            sharing.delegate(connection, new, now)
            return new.id
        case EndDelegation():
            found = shares.find_delegation(connection, order.delegation)
            if who.user not in (found.user, found.deputy) and not Sight(connection, who).leads(found.user):
                raise CrmError("not_found")
            if found.ended_at is None:
                sharing.end_delegation(connection, found, now)
        case DefineRole():
            if not policy.may_lead(who.role):
                raise CrmError("forbidden")
            less = frozenset(order.withheld), now, None if order.hidden is None else frozenset(order.hidden)
            return accounts.define_role(connection, order.role, order.name, order.copy_of, *less).id
    return None


def _check_may_end(connection: Connection, who: Asker, share: shares.Share) -> None:
    """Who answers for the customer, and the colleague, who may want it no longer. Raises `not_found` or `forbidden`."""
    if who.user == share.user:
        return
    sight = Sight(connection, who)
    place = sight.seen(share.customer).record.placement.bucket
    sight.check_visible(place)
    sight.check_may_share(place)


def _check_may_delegate(connection: Connection, who: Asker, order: Delegate) -> None:
    """Whoever is away, who leads them, an administrator. An auditor writes nothing and stands in for nobody."""
    if who.user != order.user and not Sight(connection, who).leads(order.user):
        raise CrmError("forbidden")
    sharing.check_people(connection, [order.user, order.to_user])
    deputy = people.find_account(connection, order.to_user)
    if deputy.user == people.find_account(connection, order.user).user or deputy.role is Role.AUDITOR:
        raise CrmError("forbidden")
