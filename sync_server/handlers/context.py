"""What every handler needs: the open company, the clock, where a request comes from and what it may be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Header, Query, Request

from crmdesk.core.errors import CrmError
from crmdesk.core.wire import OLDEST, OURS, Versions
from crmdesk.store.database import Database
from sync_server.clock import Moment
from sync_server.errors import MEDIA_TYPE, Problem
from sync_server.leases import Authority
from sync_server.live import LiveChannel
from sync_server.passwords import MOST_AT_ONCE, Hasher
from sync_server.settings import Settings
from sync_server.signing import Signer

MOST_AT_THE_DOOR: Final = 256
T = TypeVar("T")


class Doorkeeper:
    """Looks at passwords in threads of its own: whoever waits for that keeps nobody else waiting."""

    def __init__(self) -> None:
        self.hasher: Final = Hasher()
        self._turns: Final = CapacityLimiter(MOST_AT_ONCE)

    async def look(self, work: Callable[[], T]) -> T:
        """Do this when it is its turn. Raises `server_busy` where too many wait already."""
        if self._turns.statistics().tasks_waiting >= MOST_AT_THE_DOOR:
            raise CrmError("server_busy")
        return await to_thread.run_sync(work, limiter=self._turns)


@dataclass(frozen=True, slots=True)
class Context:
    """One running server. `doorkeeper` looks at passwords. `now` gives the moment of a request; `live` tells those who listen.

    `authority` speaks for the company.
    """

    database: Database
    settings: Settings
    now: Callable[[], Moment]
    live: LiveChannel
    authority: Authority
    doorkeeper: Doorkeeper

    @property
    def signer(self) -> Signer:
        return self.authority.signer


def context(request: Request) -> Context:
    """The server that a request came to."""
    found = request.app.state.context
    assert isinstance(found, Context)
    return found


SEE_AS: Final = "crmdesk-see-as"
"""Names whose eyes an administrator looks with."""


async def speaks_protocol(
    crmdesk_protocol: Annotated[str | None, Header()] = None,
    crmdesk_merge: Annotated[str | None, Header()] = None,
    crmdesk_schema: Annotated[str | None, Header()] = None,
) -> None:
    """Refuse a client that is too old; one that names no version is taken to have the present one.

    `async` because it waits for nothing: a worker thread would cost more than the question.
    """
    named = zip((crmdesk_protocol, crmdesk_merge, crmdesk_schema), OURS, strict=True)
    theirs = Versions(*(present if said is None else _number(said) for said, present in named))
    if not theirs.reach(OLDEST):
        raise CrmError("upgrade_needed")


def _number(said: str) -> int:
    """A version as a header names it; what is no number is older than any."""
    return int(said[:9]) if said.isascii() and said.isdecimal() else 0


Challenge: TypeAlias = Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")]


def origin(request: Request) -> str:
    """The address that a request came from, or the network, where one person has a whole one."""
    if request.client is None:
        return ""
    address = ip_address(request.client.host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)  # a socket for both kinds tells of the older so
    return str(ip_network((address, 64), strict=False) if isinstance(address, IPv6Address) else address)


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of the problems a route answers, by status."""
    by_status: dict[int | str, list[str]] = {}
    for code in codes:
        by_status.setdefault(CrmError(code).status, []).append(code)
    return {
        status: {
            "description": "Problem: " + ", ".join(f"`{code}`" for code in found),
            "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
        }
        for status, found in by_status.items()
    }


SESSION_PROBLEMS: Final = ("session_expired", "device_revoked", "device_pending", "upgrade_needed")
ANY_PROBLEMS: Final = ("malformed_body", "seeing_as", "server_busy", "server_error")
"""What any route may answer."""
