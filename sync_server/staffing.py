"""Orders about whom the company has: people who join, teams and what they are part of."""

from __future__ import annotations

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from sync_server import accounts, policy
from sync_server.clock import Moment
from sync_server.orders import AddTeam, AddUser, Asker, EditTeam, StaffOrder


def change_staff(connection: Connection, who: Asker, order: StaffOrder, now: Moment) -> str | None:
    """Carry the order out; returns the id of what it made. Raises `forbidden`, `not_found`, `name_taken`, `team_ring`."""
    if not policy.may_lead(who.role):
        raise CrmError("forbidden")
    match order:
        case AddUser():
            return accounts.add_user(connection, order.name, order.role, now, team=order.team).user
        case AddTeam():
            return accounts.add_team(
                connection, order.name, now, parent=order.parent, shares_books=order.shares_books
            )
        case EditTeam():
            accounts.edit_team(
                connection,
                order.team,
                order.name,
                now,
                parent=order.parent,
                shares_books=order.shares_books,
            )
    return None
