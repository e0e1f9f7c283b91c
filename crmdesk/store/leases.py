"""The company's lease as this laptop keeps it, and the latest time it ever saw: both inside the encrypted database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import DAY_MS, Judged, Kept, Lease, Standing, judge
from crmdesk.store import settings
from crmdesk.store.settings import Identity

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crmdesk.store.reading import Reader

_NAME = "lease"


def standing(reader: Reader, now_ms: int) -> Judged:
    """What the lease allows now."""
    identity = reader.setting("identity", Identity)
    return judge(reader.setting(_NAME, Kept), identity.seen_ms if identity else 0, now_ms)


def kept(connection: Connection) -> Kept | None:
    """The lease; None before the company gave one."""
    found = settings.read(connection, _NAME, Kept)
    return found if isinstance(found, Kept) else None


def check(connection: Connection, seen_ms: int, now_ms: int) -> None:
    """Raise `lease_expired` or `clock_set_back` where nothing may be read or written."""
    if (problem := problem_of(judge(kept(connection), seen_ms, now_ms))) is not None:
        raise problem


def problem_of(judged: Judged) -> CrmError | None:
    """The error that a locked laptop answers everything with."""
    if not judged.is_locked:
        return None
    days = judged.away_ms // DAY_MS
    if judged.standing is Standing.SET_BACK:
        return CrmError("clock_set_back")
    return CrmError("lease_expired", days=days)


def keep(connection: Connection, lease: Lease, content: bytes, signature: str, now_ms: int) -> None:
    """The company was heard and granted a lease anew: it counts from now, by whatever clock this laptop has."""
    renewed = Kept(lease, content.decode(), signature, now_ms)
    identity = settings.identity(connection)
    settings.write(
        connection, {_NAME: renewed, "identity": msgspec.structs.replace(identity, seen_ms=now_ms)}
    )


def see(connection: Connection, now_ms: int) -> Judged:
    """Remember that it is this late, and when it was first too late to keep anything; returns what is allowed."""
    identity, found = settings.identity(connection), kept(connection)
    judged = judge(found, identity.seen_ms, now_ms)
    if found is not None and judged.is_due != (found.due_ms is not None):
        due = max(identity.seen_ms, now_ms) if judged.is_due else None
        settings.write(connection, {_NAME: msgspec.structs.replace(found, due_ms=due)})
    if now_ms > identity.seen_ms:
        settings.write(connection, {"identity": msgspec.structs.replace(identity, seen_ms=now_ms)})
    return judged
