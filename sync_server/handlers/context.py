"""What every handler needs: the open company, the clock, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPBearer
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.wire import OLDEST, OURS, Versions
from crmdesk.store.database import Database
from sync_server import enrolment, seeing, sharing, signing_in
from sync_server.clock import Moment
from sync_server.errors import MEDIA_TYPE, Problem
from sync_server.handing_in import ordered
from sync_server.leases import Authority
from sync_server.live import LiveChannel
from sync_server.passwords import MOST_AT_ONCE, Hasher
from sync_server.settings import Settings
from sync_server.signing import Signer
from sync_server.storage.devices import Bearer

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
_READS: Final[set[Callable[..., Any]]] = set()
R = TypeVar("R", bound=Callable[..., Any])


def reads_as_another(route: R) -> R:
    """Mark a route that only reads: it may be asked with another person's eyes. Every other refuses that."""
    _READS.add(route)
    return route


async def speaks_protocol(
    request: Request,
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
    await own_eyes(request)


async def own_eyes(request: Request) -> None:
    """Refuse another person's eyes on anything but what is marked as reading (`seeing_as`)."""
    if SEE_AS in request.headers and request.scope["endpoint"] not in _READS:
        raise CrmError("seeing_as")


def _number(said: str) -> int:
    """A version as a header names it; what is no number is older than any."""
    return int(said[:9]) if said.isascii() and said.isdecimal() else 0


bearer_scheme: Final = HTTPBearer(auto_error=False, description="An access token from /v1/enrol or /v1/token")


def signed_in(request: Request, _documented: Annotated[object, Depends(bearer_scheme)]) -> Bearer:
    """Who asks. Raises `session_expired`, `device_revoked` or `device_pending`."""
    return _asker(request, may_leave=False)


def _asker(request: Request, *, may_leave: bool) -> Bearer:
    """Who asks, after whatever of shares and delegations was due is carried out: a right ends when it ends."""
    here = context(request)
    with here.database.read() as connection:
        who = asker(request, connection, may_leave=may_leave)
    if who.due is not None and who.due <= here.now().ms:
        sharing.settle_due(here.database, here.now())
    return who


def asker(request: Request, connection: Connection, *, may_leave: bool) -> Bearer:
    """Who sent a request, by its access token. Raises what `signed_in` raises."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise CrmError("session_expired")
    here = context(request)
    try:
        return enrolment.authenticate(connection, token.strip(), here.now(), may_leave=may_leave)
    except CrmError as error:
        raise ordered(connection, here.authority, error) from error


def handing_in(request: Request, _documented: Annotated[object, Depends(bearer_scheme)]) -> Bearer:
    """Who asks, where the laptop of somebody who has left may ask too. Raises what `signed_in` raises."""
    return _asker(request, may_leave=True)


def looking(request: Request, _documented: Annotated[object, Depends(bearer_scheme)]) -> Bearer:
    """Who asks to read, as whom they look. Raises what `signed_in` raises, `forbidden` and `not_found`."""
    who, user = _asker(request, may_leave=False), request.headers.get(SEE_AS)
    if user is None:
        return who
    here = context(request)
    with here.database.read() as connection:
        other = seeing.as_another(connection, who, user)
        is_noted = seeing.is_noted(connection, who, other.user, here.now())
    if not is_noted:
        with here.database.write() as connection:
            seeing.note(connection, who, other.user, here.now())
    return other


Challenge: TypeAlias = Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")]
SignedIn: TypeAlias = Annotated[Bearer, Depends(signed_in)]
Looking: TypeAlias = Annotated[Bearer, Depends(looking)]


def check_confirmed(request: Request, who: Bearer) -> None:
    """Raise `password_needed` unless whoever asks gave their password a moment ago, or has none."""
    here = context(request)
    with here.database.read() as connection:
        if signing_in.needs_password(connection, who, here.now()):
            raise CrmError("password_needed")


def confirmed(request: Request, who: SignedIn) -> Bearer:
    """Who asks for something dangerous. Raises what `signed_in` raises, and `password_needed`."""
    check_confirmed(request, who)
    return who


def origin(request: Request) -> str:
    """The address that a request came from, or the network, where one person has a whole one."""
    if request.client is None:
        return ""
    address = ip_address(request.client.host)
    return str(ip_network((address, 64), strict=False) if isinstance(address, IPv6Address) else address)


HandingIn: TypeAlias = Annotated[Bearer, Depends(handing_in)]
Confirmed: TypeAlias = Annotated[Bearer, Depends(confirmed)]


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
