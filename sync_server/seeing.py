"""Looking at the company with another person's eyes: reading only, by the rights of that person, and on record."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from sync_server import audit, policy
from sync_server.clock import Moment
from sync_server.storage import people, seen
from sync_server.storage.devices import Bearer

SPAN_MS: Final = 60 * 60 * 1000
"""A row of the audit says that somebody looked within this span, however often they did."""


def as_another(connection: Connection, who: Bearer, user: str) -> Bearer:
    """Whoever asks, as they would be if they were `user`; the device stays theirs. Raises `forbidden` or `not_found`."""
    if not policy.may_see_as(who.role):
        raise CrmError("forbidden")
    other = people.find_account(connection, user)
    if other.is_disabled:
        raise CrmError("not_found")
    return replace(who, user=other.user, role=other.role, book=other.book)


def is_noted(connection: Connection, who: Bearer, user: str, now: Moment) -> bool:
    """Whether the audit says already that they look at present."""
    at = seen.last(connection, who.user, user)
    return at is not None and now.ms - at < SPAN_MS


def note(connection: Connection, who: Bearer, user: str, now: Moment) -> None:
    """A row of the audit that somebody looks with another's eyes; once a span, whoever of them asks first."""
    people.lock_company(connection)
    if not is_noted(connection, who, user, now):
        seen.save(connection, who.user, user, now.ms)
        audit.act(connection, "see_as", (who.user, who.device), {"user": user}, now)
