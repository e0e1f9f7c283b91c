"""Signing in with name and password, and what a password opens: a second way in beside the codes of `enrolment`.

Passwords are worked out between transactions, never inside one. To strangers every refusal is the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.values import canonical_text
from crmdesk.store.database import Database
from sync_server import audit, limits
from sync_server.audit import Word
from sync_server.clock import Moment
from sync_server.enrolment import GONE, By, Enrolment, digest_of, is_signed, new_code, plain_code, welcome
from sync_server.limits import Try
from sync_server.passwords import Hasher, check_choice
from sync_server.settings import Settings
from sync_server.signing import Signer
from sync_server.storage import attempts, devices, passwords, people
from sync_server.storage.devices import Bearer, Device, DeviceState
from sync_server.storage.passwords import Password

CONFIRMED_MS: Final = 10 * 60 * 1000
"""How long a password that was given again opens what is dangerous."""
MOST_WAITING: Final = 10
"""Laptops of one person that may wait for an approval after signing in with the password."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says who they are, from which laptop. `address` is where the request came from."""

    name: str
    password: str
    key: bytes
    device_name: str
    signature: bytes
    address: str

    @property
    def device(self) -> str:
        return hashlib.sha256(self.key).hexdigest()[:32]


def signed_text(device: str, server_id: str, name: str) -> bytes:
    """What a device signs to sign in: good at this server alone."""
    return f"crmdesk-sign-in\n{device}\n{server_id}\n{name}".encode()


def sign_in(
    database: Database, settings: Settings, signer: Signer, hasher: Hasher, claim: Claim, now: Moment
) -> Enrolment:
    """Tokens for the person's own active laptop; any other waits until an administrator has compared its words.

    Raises `wrong_password` whatever is wrong, `too_many_tries`, or with the right password `device_revoked`.
    """
    tries = _tries_of(database, claim)
    with database.write() as connection:
        attempts.count(connection, tries, now)
    with database.read() as connection:
        user, stored = passwords.of_name(connection, _name(claim.name))
    if not hasher.is_right(stored, claim.password) or user is None:
        with database.write() as connection:
            audit.count_sign_in(connection, user or "", "", "wrong_password", now)
        raise CrmError("wrong_password")
    fresh = hasher.hash(claim.password) if stored is not None and hasher.is_dated(stored) else None
    with database.write() as connection:
        people.lock_company(connection)
        _check_unchanged(connection, claim, user, stored)
        attempts.give_back(connection, tries)
        if fresh is not None:
            passwords.save(connection, Password(user, fresh, now.ms))
        device = _device_of(connection, claim, user, now)
        audit.count_sign_in(connection, user, device.id, audit.OK, now)
        session = now.hex(16)
        found = welcome(connection, settings, signer, device, now, with_access=True, session=session)
        if device.state is DeviceState.ACTIVE:
            devices.note_password(connection, session, now)
        return found


def _tries_of(database: Database, claim: Claim) -> list[Try]:
    """What this attempt counts against. What strangers spend under a name costs the person's own laptops nothing."""
    with database.read() as connection:
        text = signed_text(claim.device, people.load_company(connection).server_id, claim.name)
        if not is_signed(claim.key, text, claim.signature):
            raise CrmError("wrong_password")
        device = devices.find_device(connection, claim.device)
        user, _ = passwords.of_name(connection, _name(claim.name))
    if device is not None and device.user == user and device.state is DeviceState.ACTIVE:
        return [Try(f"password on {device.id}", limits.DEVICE)]
    digest = hashlib.sha256(_name(claim.name).encode()).hexdigest()
    return [
        Try(f"password for {digest}", limits.ACCOUNT),
        Try(f"password from {claim.address}", limits.ADDRESS),
    ]


def _check_unchanged(connection: Connection, claim: Claim, user: str, stored: str | None) -> None:
    if passwords.of_name(connection, _name(claim.name)) != (user, stored):
        raise CrmError("wrong_password")


def _device_of(connection: Connection, claim: Claim, user: str, now: Moment) -> Device:
    device = devices.find_device(connection, claim.device)
    if device is None:
        waiting = sum(one.state is DeviceState.PENDING for one in devices.devices(connection, user))
        if waiting >= MOST_WAITING:
            raise CrmError("too_many_tries", retry_after=60)
        device = Device(
            claim.device, user, claim.device_name, claim.key, DeviceState.PENDING, now.ms, None, "sign_in"
        )
        devices.add_device(connection, device)
        told = {"state": Word(device.state), "way": Word("password")}
        audit.act(connection, "enrol", (user, device.id), told, now)
    elif device.user != user:
        raise CrmError("wrong_password")
    elif device.state in GONE:
        raise CrmError("device_revoked")
    return device


def _name(name: str) -> str:
    return canonical_text(name).strip()


# -- the password itself --------------------------------------------------------------------------------------


def confirm(database: Database, hasher: Hasher, who: Bearer, password: str, now: Moment) -> None:
    """The person gives their password again, for what is dangerous. Raises `wrong_password`, `too_many_tries`."""
    _check_own(database, hasher, who, password, now)
    with database.write() as connection:
        devices.note_password(connection, who.session, now)
        audit.act(connection, "confirm_password", (who.user, who.device), {}, now)


def needs_password(connection: Connection, who: Bearer, now: Moment) -> bool:
    """Whether somebody must give their password (again) before they do what is dangerous; who has none need not."""
    if who.password_at is not None and now.ms - CONFIRMED_MS <= who.password_at <= now.ms:
        return False
    return passwords.find(connection, who.user) is not None


def set_password(
    database: Database, hasher: Hasher, who: Bearer, old: str | None, new: str, now: Moment
) -> None:
    """A person chooses their password, with the old one if there is one. Every other session of theirs ends.

    Raises `wrong_password`, `password_weak`, `too_many_tries`, and `code_invalid` where an administrator
    took the old one away: then it takes the code.
    """
    with database.read() as connection:
        before = passwords.find(connection, who.user)
    if before is not None:
        if before.hash is None:
            raise CrmError("code_invalid")
        _check_own(database, hasher, who, old or "", now)
    hashed = _chosen(database, hasher, who.user, new)
    with database.write() as connection:
        people.lock_company(connection)
        if passwords.find(connection, who.user) != before:
            raise CrmError("wrong_password")
        passwords.save(connection, Password(who.user, hashed, now.ms))
        devices.end_sessions_of(connection, who.user, now, but=who.session)
        devices.note_password(connection, who.session, now)
        audit.act(connection, "set_password", (who.user, who.device), {"way": Word("old")}, now)


def reset(connection: Connection, user: str, now: Moment, valid_ms: int, by: By = None) -> str:
    """Take somebody's password away: they choose a new one with the code returned, good once. Raises `not_found`."""
    people.lock_company(connection)
    account = people.find_account(connection, user)
    code = new_code(now)
    passwords.save(
        connection, Password(account.user, None, now.ms, digest_of(plain_code(code)), now.ms + valid_ms)
    )
    who = by or (people.load_company(connection).server_id, audit.CONSOLE)
    told = {"user": account.user, "expires_at": now.ms + valid_ms}
    audit.act(connection, "reset_password", who, told, now)
    return code


def set_with_code(
    database: Database, hasher: Hasher, name: str, code: str, new: str, address: str, now: Moment
) -> None:
    """A person chooses a new password with an administrator's code, from anywhere. Every session of theirs ends.

    Raises `code_invalid`, `password_weak` or `too_many_tries`.
    """
    tries = [Try(f"code from {address}", limits.CODE)]
    with database.write() as connection:
        attempts.count(connection, tries, now)
    digest = digest_of(plain_code(code))
    with database.read() as connection:
        user = _coded(connection, name, digest, now).user
    hashed = _chosen(database, hasher, user, new)
    with database.write() as connection:
        people.lock_company(connection)
        user = _coded(connection, name, digest, now).user
        attempts.give_back(connection, tries)
        passwords.save(connection, Password(user, hashed, now.ms))
        devices.end_sessions_of(connection, user, now)
        audit.act(connection, "set_password", (user, ""), {"way": Word("code")}, now)


def _coded(connection: Connection, name: str, digest: bytes, now: Moment) -> Password:
    user, _ = passwords.of_name(connection, _name(name))
    found = passwords.find(connection, user) if user is not None else None
    if found is None or found.code != digest or (found.code_until or 0) < now.ms:
        raise CrmError("code_invalid")
    return found


def _check_own(database: Database, hasher: Hasher, who: Bearer, password: str, now: Moment) -> None:
    """Whether somebody who is signed in knows their password."""
    tries = [Try(f"password on {who.device}", limits.DEVICE)]
    with database.write() as connection:
        attempts.count(connection, tries, now)
    with database.read() as connection:
        found = passwords.find(connection, who.user)
    if not hasher.is_right(found.hash if found else None, password):
        raise CrmError("wrong_password")
    with database.write() as connection:
        attempts.give_back(connection, tries)


def _chosen(database: Database, hasher: Hasher, user: str, new: str) -> str:
    with database.read() as connection:
        names = (people.load_company(connection).name, people.find_account(connection, user).name)
    check_choice(new, *names)
    return hasher.hash(new)
