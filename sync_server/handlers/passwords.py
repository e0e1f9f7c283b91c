"""Routes for names and passwords: a second way in, and what a password opens."""

from __future__ import annotations

from functools import partial
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from sync_server import signing_in
from sync_server.enrolment import Enrolment
from sync_server.handlers.bodies import StrictRoute
from sync_server.handlers.callers import Person, Stranger
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    origin,
    problems,
    speaks_protocol,
)
from sync_server.signing_in import Claim

router = APIRouter(
    prefix="/v1", tags=["access"], route_class=StrictRoute, dependencies=[Depends(speaks_protocol)]
)
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Secret: TypeAlias = Annotated[str, Field(min_length=1, max_length=1000)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SignInRequest(_Asked):
    r"""A name and password, signed with the device's key over `crmdesk-sign-in\n<device>\n<server_id>\n<name>`."""

    name: Name
    password: Secret
    device_key: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Ed25519 public key, hexadecimal")]
    device_name: Annotated[str, Field(min_length=1, max_length=200)]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]


class PasswordRequest(_Asked):
    """The password that a person chooses, and the one before it, if there is one."""

    old: Secret | None = None
    new: Secret


class ResetRequest(_Asked):
    """The password that a person chooses with an administrator's code."""

    name: Name
    code: Annotated[str, Field(min_length=1, max_length=100)]
    new: Secret


class ConfirmRequest(_Asked):
    """The person's password, once more."""

    password: Secret


class PasswordSet(BaseModel):
    """When the password was set."""

    set_at: int


class PasswordGiven(BaseModel):
    """Until when the password opens what is dangerous."""

    until: int


@router.post(
    "/sign-in",
    responses=problems(
        "wrong_password",
        "device_revoked",
        "too_many_tries",
        "upgrade_needed",
        "body_too_large",
        *ANY_PROBLEMS,
    ),
)
async def sign_in(request: Request, _who: Stranger, asked: SignInRequest) -> Enrolment:
    """Let a person in by name and password; a laptop that is new waits for an approval."""
    here = context(request)
    claim = Claim(
        asked.name,
        asked.password,
        bytes.fromhex(asked.device_key),
        asked.device_name,
        bytes.fromhex(asked.signature),
        origin(request),
    )
    door = here.doorkeeper
    work = partial(
        signing_in.sign_in, here.database, here.settings, here.signer, door.hasher, claim, here.now()
    )
    return await door.look(work)


@router.post(
    "/password",
    responses=problems(
        "wrong_password",
        "password_weak",
        "code_invalid",
        "too_many_tries",
        "body_too_large",
        *SESSION_PROBLEMS,
        *ANY_PROBLEMS,
    ),
)
async def set_password(request: Request, who: Person, asked: PasswordRequest) -> PasswordSet:
    """Choose a password; every other session of the person ends."""
    here, now = context(request), context(request).now()
    door = here.doorkeeper
    await door.look(
        partial(signing_in.set_password, here.database, door.hasher, who, asked.old, asked.new, now)
    )
    return PasswordSet(set_at=now.ms)


@router.post(
    "/password/reset",
    responses=problems(
        "code_invalid", "password_weak", "too_many_tries", "upgrade_needed", "body_too_large", *ANY_PROBLEMS
    ),
)
async def reset_password(request: Request, _who: Stranger, asked: ResetRequest) -> PasswordSet:
    """Choose a password with an administrator's code; every session of the person ends."""
    here, now = context(request), context(request).now()
    door = here.doorkeeper
    work = partial(
        signing_in.set_with_code,
        here.database,
        door.hasher,
        asked.name,
        asked.code,
        asked.new,
        origin(request),
        now,
    )
    await door.look(work)
    return PasswordSet(set_at=now.ms)


@router.post(
    "/confirm-password",
    responses=problems(
        "wrong_password", "too_many_tries", "body_too_large", *SESSION_PROBLEMS, *ANY_PROBLEMS
    ),
)
async def confirm_password(request: Request, who: Person, asked: ConfirmRequest) -> PasswordGiven:
    """Give one's password again: for ten minutes it opens what is dangerous."""
    here, now = context(request), context(request).now()
    door = here.doorkeeper
    await door.look(partial(signing_in.confirm, here.database, door.hasher, who, asked.password, now))
    return PasswordGiven(until=now.ms + signing_in.CONFIRMED_MS)
