"""This laptop as a witness of the server's audit: it keeps the newest signed root, and finds one that contradicts it.

Nothing here stops a sync: a server whose audit was tampered with still has the company's work.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from typing import Final

from crmdesk.core.errors import CrmError
from crmdesk.core.roots import PURPOSE, Signed, carries_on, judge
from crmdesk.core.wire import Head
from crmdesk.store import settings
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Contradiction, Server, Testimony
from crmdesk.sync.http import Http
from crmdesk.sync.pinned import verify

_log: Final = logging.getLogger(__name__)
KEPT_DAYS: Final = 90
KEPT_RESTORES: Final = 10
DAY_MS: Final = 24 * 60 * 60 * 1000


def look(replica: Replica, http: Http, offered: Signed | None, heads: Iterable[Head]) -> None:
    """Take in the root that came with the heads, or keep what is held and say that they contradict each other.

    A later epoch explains it: the server was restored. Raises what asking the server raises, but for a refusal:
    whoever left the company is shown no roots, and still hands in what is unsent.
    """
    try:
        _look(replica, http, offered, heads)
    except CrmError as error:
        if error.code != "device_revoked":
            raise


def _look(replica: Replica, http: Http, offered: Signed | None, heads: Iterable[Head]) -> None:
    with replica.database.read() as connection:
        known = settings.read(connection, "testimony", Testimony) or Testimony()
        server = settings.read(connection, "server", Server)
    is_signed = server is not None and (offered is None or _is_signed(server.key, offered))
    if offered != known.held or known.contradiction is not None:
        after = _heard(replica, http, known, offered, heads, is_signed=is_signed)
        if after != known:
            _keep(replica, after)
        known = after
    _tell(replica, http, known)


def _heard(
    replica: Replica,
    http: Http,
    known: Testimony,
    offered: Signed | None,
    heads: Iterable[Head],
    *,
    is_signed: bool,
) -> Testimony:
    held, now = known.held, replica.clock.now_ms()
    if is_signed and (held is None or (offered is not None and _carries_on(http, held, offered))):
        return _taken(known, offered)
    contradiction = Contradiction(held, offered, now)
    if is_signed and held is not None and _epoch(offered, heads) > _epoch(held, ()):
        restores = (*known.restores, contradiction)[-KEPT_RESTORES:]
        return _taken(Testimony(held, known.days, None, restores, known.told), offered)
    if known.contradiction is not None and known.contradiction.held == held:
        return known
    _log.warning("the server's audit contradicts the root that was held")
    return Testimony(held, known.days, contradiction, known.restores, known.told)


def _taken(known: Testimony, offered: Signed | None) -> Testimony:
    """The offered root is the one that is held from now on; the first of each day is kept."""
    days = known.days
    root = offered.root if offered else None
    if offered is not None and root is not None:
        day = date.fromordinal(date(1970, 1, 1).toordinal() + root.at // DAY_MS).isoformat()
        if not days or days[-1][0] != day:
            days = (*days, (day, offered))[-KEPT_DAYS:]
    return Testimony(offered, days, None, known.restores, known.told)


def _is_signed(key: str, offered: Signed) -> bool:
    return offered.root is not None and verify(key, PURPOSE, offered.content.encode(), offered.signature)


def _epoch(signed: Signed | None, heads: Iterable[Head]) -> int:
    root = signed.root if signed else None
    return max([root.epoch if root else 0, *(head.epoch for head in heads)])


def _carries_on(http: Http, held: Signed, offered: Signed) -> bool:
    """Whether the offered root binds the one that is held, by way of those in between."""
    while (found := judge(held, offered)) == "gap":
        old, new = held.root, offered.root
        assert old is not None, "there is a gap between two roots"
        assert new is not None, "there is a gap between two roots"
        between = [one for one in http.audit_roots(old.number) if one.root and one.root.number <= new.number]
        last = carries_on(held, between)
        if last is None or not between:
            return False
        held = last
    return found != "other"


def _keep(replica: Replica, testimony: Testimony) -> None:
    with replica.database.write() as connection:
        settings.write(connection, {"testimony": testimony})


def _tell(replica: Replica, http: Http, known: Testimony) -> None:
    """Show the server each root that it does not know, once."""
    strange = [*known.restores, *([known.contradiction] if known.contradiction else [])]
    untold = [one.held for one in strange if one.held is not None and one.held.digest not in known.told]
    for held in untold:
        try:
            http.show_root(held)
        except CrmError as error:
            if error.code not in ("malformed_body", "not_found"):
                raise
            _log.warning("the server does not take its own root back: %s", error.code)
    if untold:
        told = (*known.told, *(held.digest for held in untold))[-KEPT_RESTORES * 2 :]
        _keep(replica, Testimony(known.held, known.days, known.contradiction, known.restores, told))
