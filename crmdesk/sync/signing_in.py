"""Signing in again with the password, and choosing it: for a laptop that belongs to a company already."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Device
from crmdesk.sync.enrolment import connect
from crmdesk.sync.http import Account, Http
from crmdesk.sync.transport import Transport

T = TypeVar("T")


def sign_in(replica: Replica, password: str, device_name: str, transport: Transport | None = None) -> Device:
    """Fresh tokens for this laptop where the old ones have ended: no new code is needed.

    Raises `not_enrolled`, `wrong_password`, `too_many_tries`, `wrong_person`, `device_revoked` or `offline`.
    """
    who = replica.identity()
    with closing(connect(replica, transport)) as http:
        met = http.hello()
        with replica.database.read() as connection:
            device = settings.read(connection, "device", Device)
        assert isinstance(device, Device)
        welcome = http.sign_in(Account(who.user_name, password), device.key, device_name, met.server_id)
    if welcome.user != who.user:
        raise CrmError("wrong_person")
    until = replica.clock.now_ms() + welcome.access_expires_in * 1000 if welcome.access else 0
    fresh = msgspec.structs.replace(
        device,
        refresh=welcome.refresh,
        access=welcome.access or "",
        access_until_ms=until,
        state=welcome.state,
        words=welcome.words,
    )
    with replica.database.write() as connection:
        settings.write(connection, {"device": fresh})
    return fresh


def choose_password(replica: Replica, old: str | None, new: str) -> None:
    """Choose the password, with the old one if there is one; other laptops then have to sign in again."""
    with closing(connect(replica)) as http:
        http.set_password(old, new)


def reset_password(replica: Replica, code: str, new: str, device_name: str) -> Device:
    """Choose a new password with an administrator's code, and sign in with it."""
    with closing(connect(replica)) as http:
        http.hello()
        http.reset_password(replica.identity().user_name, code, new)
    return sign_in(replica, new, device_name)


def confirmed(http: Http, work: Callable[[], T], ask: Callable[[], str | None]) -> T:
    """Do what may be dangerous; `ask` gives the password where it takes one, or None to leave it be.

    Raises `password_needed` if it was left, `wrong_password`, and what `work` raises.
    """
    try:
        return work()
    except CrmError as error:
        if error.code != "password_needed" or (password := ask()) is None:
            raise
    http.confirm_password(password)
    return work()
