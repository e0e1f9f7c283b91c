"""Who may call a route: one word each, said by the type of whoever asks, and checked before the route begins.

A handler takes `who: Administrator` and gets the one it asked for or is not called. A route that names nobody can't be
made (`caller_of`); the word stands in the OpenAPI description as `x-caller`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple, TypeAlias, TypeVar

from anyio import to_thread
from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPBearer
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from sync_server import audit, enrolment, policy, seeing, sharing, signing_in
from sync_server.handing_in import ordered
from sync_server.handlers.context import SEE_AS, context
from sync_server.storage.devices import Bearer


class Caller(NamedTuple):
    """Who may call, in one word; `any_eyes`: also while looking with another person's eyes."""

    word: str
    any_eyes: bool = False


_CALLERS: Final[dict[Callable[..., Any], Caller]] = {}
C = TypeVar("C", bound=Callable[..., Any])


def _lets_in(word: str, *, any_eyes: bool = False) -> Callable[[C], C]:
    """The function beneath lets in whom the word names, and raises for everybody else."""

    def note(check: C) -> C:
        _CALLERS[check] = Caller(word, any_eyes)
        return check

    return note


def caller_of(dependant: Dependant) -> Caller:
    """Who may call a route. Raises a `TypeError` unless it names exactly one caller."""
    named = [_CALLERS[found.call] for found in dependant.dependencies if found.call in _CALLERS]
    if len(named) != 1:
        raise TypeError(
            f"{dependant.path} must say who may call it, once: see sync_server/handlers/callers.py"
        )
    return named[0]


# -- who needs no session ------------------------------------------------------------------------------


@_lets_in("anybody", any_eyes=True)
async def _anybody() -> None:
    """Whoever asks is nobody in particular."""


@_lets_in("stranger")
async def _stranger() -> None:
    """Whoever has no session, or none any more: a code, a password or a signature in the body says who it is."""


Anybody: TypeAlias = Annotated[None, Depends(_anybody)]
Stranger: TypeAlias = Annotated[None, Depends(_stranger)]


# -- who has one ---------------------------------------------------------------------------------------

_scheme: Final = HTTPBearer(auto_error=False, description="An access token from /v1/enrol or /v1/token")
_Documented: TypeAlias = Annotated[object, Depends(_scheme)]


@_lets_in("person")
def _person(request: Request, _documented: _Documented) -> Bearer:
    """Who asks. Raises `session_expired`, `device_revoked` or `device_pending`."""
    return _asker(request, may_leave=False)


@_lets_in("laptop")
def _laptop(request: Request, _documented: _Documented) -> Bearer:
    """Who asks, where the laptop of somebody who has left may ask too. Raises what `_person` raises."""
    return _asker(request, may_leave=True)


@_lets_in("reader", any_eyes=True)
def _reader(request: Request, _documented: _Documented) -> Bearer:
    """Who asks to read, as whom they look. Raises what `_person` raises, `forbidden` and `not_found`."""
    return looking(request)


@_lets_in("laptop", any_eyes=True)
async def _follower(_documented: _Documented) -> None:
    """A laptop, or a reader with another's eyes; the route asks itself who, in the transaction of its answer."""


Person: TypeAlias = Annotated[Bearer, Depends(_person)]
Laptop: TypeAlias = Annotated[Bearer, Depends(_laptop)]
Reader: TypeAlias = Annotated[Bearer, Depends(_reader)]
Follower: TypeAlias = Annotated[None, Depends(_follower)]


@_lets_in("auditor")
async def _auditor(request: Request, who: Person) -> Bearer:
    """Who asks, if they may read the audit. Raises what `_person` raises, and `forbidden`."""
    if not policy.may_audit(who.role):
        await to_thread.run_sync(_note_forbidden, request, who)
        raise CrmError("forbidden")
    return who


@_lets_in("administrator")
async def _administrator(request: Request, who: Person) -> Bearer:
    """Who asks, if they lead the company. Raises what `_person` raises, and `forbidden`."""
    if not policy.may_lead(who.role):
        await to_thread.run_sync(_note_forbidden, request, who)
        raise CrmError("forbidden")
    return who


def _note_forbidden(request: Request, who: Bearer) -> None:
    """Write down who asked for what is not theirs to ask for."""
    here, asked = context(request), request.scope["endpoint"].__name__
    with here.database.write() as connection:
        audit.note_refusal(connection, (who.user, who.device), asked, "forbidden", {}, here.now())


Auditor: TypeAlias = Annotated[Bearer, Depends(_auditor)]
Administrator: TypeAlias = Annotated[Bearer, Depends(_administrator)]


@_lets_in("confirmed")
def _confirmed(request: Request, who: Administrator) -> Bearer:
    """An administrator who asks for something dangerous. Raises what `_administrator` raises, and `password_needed`."""
    check_confirmed(request, who)
    return who


Confirmed: TypeAlias = Annotated[Bearer, Depends(_confirmed)]


def check_confirmed(request: Request, who: Bearer) -> None:
    """Raise `password_needed` unless whoever asks gave their password a moment ago, or has none."""
    here = context(request)
    with here.database.read() as connection:
        if signing_in.needs_password(connection, who, here.now()):
            raise CrmError("password_needed")


def _asker(request: Request, *, may_leave: bool) -> Bearer:
    """Who asks, after whatever of shares and delegations was due is carried out: a right ends when it ends."""
    here = context(request)
    with here.database.read() as connection:
        who = asker(request, connection, may_leave=may_leave)
    if who.due is not None and who.due <= here.now().ms:
        sharing.settle_due(here.database, here.now())
    return who


def asker(request: Request, connection: Connection, *, may_leave: bool) -> Bearer:
    """Who sent a request, by its access token. Raises `session_expired`, `device_revoked` or `device_pending`."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise CrmError("session_expired")
    here = context(request)
    try:
        return enrolment.authenticate(connection, token.strip(), here.now(), may_leave=may_leave)
    except CrmError as error:
        raise ordered(connection, here.authority, error) from error


def looking(request: Request) -> Bearer:
    """Who asks to read, as whom they look: see `_reader`."""
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
