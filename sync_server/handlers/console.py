"""Routes of the administrator's console: what an order will bring about, all laptops, codes that let people in."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from crmdesk.core.answers import (
    DelegationShown,
    Devices,
    DeviceShown,
    Foresight,
    Grants,
    IssuedCode,
    ShareShown,
)
from crmdesk.core.errors import CrmError
from crmdesk.core.fingerprint import words
from sync_server import enrolment, foreseeing, signing_in
from sync_server.handlers.bodies import StrictRoute, answer
from sync_server.handlers.callers import Administrator, Confirmed
from sync_server.handlers.commands import HexId, RoleName
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    problems,
    speaks_protocol,
)
from sync_server.handlers.sync import schema_of
from sync_server.orders import Asker, ChangeBookOwner, DisableUser, Transfer, UserOrder
from sync_server.storage import devices, people, sharing
from sync_server.storage.devices import Bearer, Device
from sync_server.storage.sharing import Delegation, Share

router = APIRouter(
    prefix="/v1",
    tags=["console"],
    route_class=StrictRoute,
    dependencies=[Depends(speaks_protocol)],
)
Id: TypeAlias = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
HOUR_MS: Final = 60 * 60 * 1000
MAX_GRANTS: Final = 5000
"""Shares that are told at once: more fit on no page, and a person's own list has theirs."""
_PROBLEMS: Final = ("forbidden", "not_found", *SESSION_PROBLEMS, *ANY_PROBLEMS)


class Body(BaseModel):
    """What every question has: nothing that is not named."""

    model_config = ConfigDict(extra="forbid", strict=True)


class LeaverAsked(Body):
    """Who leaves, and who takes the books over; null: nobody does."""

    user: HexId
    to_user: HexId | None


class TransferAsked(Body):
    """Who gets other work: role, team, and who takes the books over; null: they keep them."""

    user: HexId
    role: RoleName
    team: HexId | None
    to_user: HexId | None


class CodeAsked(Body):
    """How many hours a code is good; `hold`: the laptop waits for an approval."""

    valid_hours: Annotated[int, Field(ge=1, le=72)] = 72
    hold: bool = False


class ResetAsked(Body):
    """How many hours the code is good."""

    valid_hours: Annotated[int, Field(ge=1, le=72)] = 72


class RenameAsked(Body):
    """What the laptop is called from now on."""

    name: Annotated[str, Field(min_length=1, max_length=200)]


def _foreseen(request: Request, who: Bearer, order: UserOrder) -> Response:
    here = context(request)
    with here.database.read() as connection:
        found = foreseeing.foresee(connection, Asker(who.user, who.role, who.device), order, here.now())
    return answer(msgspec.json.encode(found), request.headers.get("accept-encoding"))


_FORESIGHT: Final = {200: schema_of(Foresight, "What will happen"), **problems("body_too_large", *_PROBLEMS)}


@router.post("/foresee/leaver", responses=_FORESIGHT, response_class=Response)
def leaver(request: Request, who: Administrator, asked: LeaverAsked) -> Response:
    """What will happen if somebody leaves; nothing is changed."""
    order: UserOrder = DisableUser("", asked.user)
    if asked.to_user is not None:
        order = ChangeBookOwner("", asked.user, asked.to_user, leaving=True)
    return _foreseen(request, who, order)


@router.post("/foresee/transfer", responses=_FORESIGHT, response_class=Response)
def transfer(request: Request, who: Administrator, asked: TransferAsked) -> Response:
    """What will happen if somebody gets other work; nothing is changed."""
    order = Transfer("", asked.user, asked.role, asked.team, asked.to_user)
    return _foreseen(request, who, order)


@router.get(
    "/devices",
    responses={200: schema_of(Devices, "The laptops"), **problems(*_PROBLEMS)},
    response_class=Response,
)
def listed(request: Request, _who: Administrator) -> Response:
    """Every laptop of the company."""
    with context(request).database.read() as connection:
        company = people.load_company(connection)
        found = [_shown(device) for device in devices.devices(connection)]
    told = Devices(found, company.lock_days, company.purge_days)
    return answer(msgspec.json.encode(told), request.headers.get("accept-encoding"))


def _shown(device: Device) -> DeviceShown:
    return DeviceShown(
        device.id,
        device.user,
        device.name,
        device.state.value,
        words(device.key),
        device.created_at,
        device.pulled_at,
        device.doubt,
        device.revoked_at,
        device.wiped_at,
    )


@router.get(
    "/grants",
    responses={200: schema_of(Grants, "Shares and deputies"), **problems(*_PROBLEMS)},
    response_class=Response,
)
def grants(request: Request, _who: Administrator) -> Response:
    """What of the company is lent for a time, and who stands in for whom. Customers go by their ids: names are theirs."""
    with context(request).database.read() as connection:
        lent = sharing.lasting(connection, MAX_GRANTS)
        owners = sharing.owners(connection, {one.customer for one in lent})
        told = Grants(
            [_share(one, owners.get(one.customer)) for one in lent],
            [_delegation(one) for one in sharing.delegations(connection)],
            sharing.count_lasting(connection),
        )
    return answer(msgspec.json.encode(told), request.headers.get("accept-encoding"))


def _share(one: Share, owner: str | None) -> ShareShown:
    return ShareShown(one.id, one.customer, owner, one.user, one.can_write, one.until, one.by, one.at)


def _delegation(one: Delegation) -> DelegationShown:
    return DelegationShown(one.id, one.user, one.deputy, one.starts, one.ends, one.by, one.at)


_DEVICE: Final[dict[int | str, Any]] = {200: schema_of(DeviceShown, "The laptop")}


@router.post(
    "/devices/{device}/approve",
    responses={**_DEVICE, **problems("password_needed", *_PROBLEMS)},
    response_class=Response,
)
def approve(request: Request, who: Confirmed, device: Id) -> Response:
    """Let a waiting laptop in, after its words were compared."""
    here = context(request)
    with here.database.write() as connection:
        enrolment.approve(connection, device, here.now(), (who.user, who.device))
    return _told(request, device)


@router.post(
    "/devices/{device}/revoke",
    responses={**_DEVICE, **problems("password_needed", *_PROBLEMS)},
    response_class=Response,
)
def revoke(request: Request, who: Confirmed, device: Id) -> Response:
    """Shut a laptop out for good; not the one that asks."""
    if device == who.device:
        raise CrmError("forbidden")
    here = context(request)
    with here.database.write() as connection:
        enrolment.revoke(connection, device, here.now(), (who.user, who.device))
    return _told(request, device)


@router.post(
    "/devices/{device}/rename",
    responses={**_DEVICE, **problems("bad_argument", "body_too_large", *_PROBLEMS)},
    response_class=Response,
)
def rename(request: Request, who: Administrator, device: Id, asked: RenameAsked) -> Response:
    """Call a laptop by another name."""
    here = context(request)
    with here.database.write() as connection:
        enrolment.rename(connection, device, asked.name, here.now(), (who.user, who.device))
    return _told(request, device)


def _told(request: Request, device: str) -> Response:
    with context(request).database.read() as connection:
        found = devices.find_device(connection, device)
    assert found is not None, "it was just written"
    return answer(msgspec.json.encode(_shown(found)), None)


_CODE: Final[dict[int | str, Any]] = {
    200: schema_of(IssuedCode, "The code"),
    **problems("password_needed", "body_too_large", *_PROBLEMS),
}


@router.post("/people/{user}/code", responses=_CODE, response_class=Response)
def code(request: Request, who: Confirmed, user: Id, asked: CodeAsked) -> Response:
    """A one-use code that lets a person's laptop in."""
    here, now, valid_ms = context(request), context(request).now(), asked.valid_hours * HOUR_MS
    with here.database.write() as connection:
        made = enrolment.issue_code(
            connection, user, now, valid_ms, hold=asked.hold, by=(who.user, who.device)
        )
    return answer(msgspec.json.encode(IssuedCode(made, now.ms + valid_ms)), None)


@router.post("/people/{user}/reset-password", responses=_CODE, response_class=Response)
def reset_password(request: Request, who: Confirmed, user: Id, asked: ResetAsked) -> Response:
    """Take a forgotten password away; the person chooses a new one with the code."""
    here, now, valid_ms = context(request), context(request).now(), asked.valid_hours * HOUR_MS
    with here.database.write() as connection:
        made = signing_in.reset(connection, user, now, valid_ms, (who.user, who.device))
    return answer(msgspec.json.encode(IssuedCode(made, now.ms + valid_ms)), None)
