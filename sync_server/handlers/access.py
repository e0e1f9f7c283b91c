"""Routes that let a laptop in: enrolment and tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from crmdesk.core.errors import CrmError
from sync_server import audit, enrolment, limits
from sync_server.enrolment import Enrolment, Tokens
from sync_server.handing_in import ordered
from sync_server.handlers.bodies import StrictRoute
from sync_server.handlers.callers import Stranger
from sync_server.handlers.context import ANY_PROBLEMS, context, origin, problems, speaks_protocol
from sync_server.limits import Try
from sync_server.storage import attempts

router = APIRouter(prefix="/v1", tags=["access"], route_class=StrictRoute)


class EnrolRequest(BaseModel):
    """A one-use code and the public key of the device that will use it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: Annotated[str, Field(min_length=1, max_length=100)]
    device_key: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Ed25519 public key, hexadecimal")]
    device_name: Annotated[str, Field(min_length=1, max_length=200)]


class TokenRequest(BaseModel):
    r"""A refresh token, signed with the device's key over `crmdesk-token\n<device>\n<refresh>\n<at_ms>`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    device: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    refresh: Annotated[str, Field(min_length=1, max_length=100)]
    at_ms: Annotated[int, Field(ge=0, lt=2**53)]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]


@router.post(
    "/enrol",
    dependencies=[Depends(speaks_protocol)],
    responses=problems(
        "code_invalid", "device_revoked", "too_many_tries", "upgrade_needed", "body_too_large", *ANY_PROBLEMS
    ),
)
def enrol(request: Request, _who: Stranger, asked: EnrolRequest) -> Enrolment:
    """Use a code up for this device."""
    here = context(request)
    key = bytes.fromhex(asked.device_key)
    tries = [Try(f"code from {origin(request)}", limits.CODE)]
    with here.database.write() as connection:
        attempts.count(connection, tries, here.now())
    try:
        with here.database.write() as connection:
            attempts.give_back(connection, tries)
            return enrolment.enrol(
                connection, here.settings, here.signer, asked.code, key, asked.device_name, here.now()
            )
    except CrmError as error:
        if error.code in ("code_invalid", "device_revoked"):
            with here.database.write() as connection:
                audit.count_sign_in(connection, "", "", error.code, here.now())
        raise


@router.post(
    "/token",
    dependencies=[Depends(speaks_protocol)],
    responses=problems(
        "session_expired",
        "device_revoked",
        "device_pending",
        "upgrade_needed",
        "body_too_large",
        *ANY_PROBLEMS,
    ),
)
def token(request: Request, _who: Stranger, asked: TokenRequest) -> Tokens:
    """Rotate a device's tokens."""
    here = context(request)
    with here.database.write() as connection:
        outcome = enrolment.refresh(
            connection,
            here.settings,
            asked.device,
            asked.refresh,
            asked.at_ms,
            bytes.fromhex(asked.signature),
            here.now(),
        )
    if isinstance(outcome, CrmError):
        with here.database.read() as connection:
            raise ordered(connection, here.authority, outcome)
    return outcome
