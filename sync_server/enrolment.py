"""How a laptop becomes a device and stays signed in: one-use codes, approval, rotating signed tokens."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.fingerprint import words
from crmdesk.core.values import canonical_text
from sync_server import audit
from sync_server.audit import Word
from sync_server.clock import Moment
from sync_server.settings import DAY_MS, Settings
from sync_server.signing import Signer
from sync_server.storage import audits, devices, people, recoveries
from sync_server.storage.devices import Bearer, Device, DeviceState, Token

_log: Final = logging.getLogger(__name__)

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U to misread."""
CODE_LENGTH: Final = 25
GROUP: Final = 5
GONE: Final = (DeviceState.REVOKED, DeviceState.WIPED)
SHUT_OUT: Final = (*GONE, DeviceState.LEAVING)
FORGOTTEN: Final = "token_unknown"
_MANY: Final = 100_000
_MISREAD: Final = str.maketrans("OIL", "011", "- ")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a device signs in with. `access_expires_in` is in seconds."""

    access: str
    refresh: str
    access_expires_in: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a device learns on enrolling. `access` is absent until the device may use it at once."""

    device: str
    state: DeviceState
    words: str
    server_id: str
    company: str
    user: str
    user_name: str
    role: str
    book: str
    config: str
    refresh: str
    access: str | None
    access_expires_in: int
    server_key: str


By: TypeAlias = tuple[str, str] | None
"""Who does it, from which device; None: the administrator at the server's own console."""


def issue_code(
    connection: Connection, user: str, now: Moment, valid_ms: int, *, hold: bool, by: By = None
) -> str:
    """A new one-use code for a person; 125 bits, so its digest needs no salt. Raises `not_found`."""
    account = people.find_account(connection, user)
    code = new_code(now)
    devices.add_code(connection, digest_of(plain_code(code)), account.user, now.ms + valid_ms, hold=hold)
    told = {"user": account.user, "hold": hold, "expires_at": now.ms + valid_ms}
    _note(connection, "code", told, now, by)
    return code


def new_code(now: Moment) -> str:
    """A code in groups, as somebody reads it out: 125 bits."""
    code = "".join(ALPHABET[byte % len(ALPHABET)] for byte in now.random(CODE_LENGTH))
    return "-".join(code[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP))


def plain_code(typed: str) -> str:
    """A code as it was issued, from what somebody typed: case, dashes and look-alikes are forgiven."""
    return typed.upper().translate(_MISREAD)


def enrol(
    connection: Connection,
    settings: Settings,
    signer: Signer,
    code: str,
    key: bytes,
    name: str,
    now: Moment,
) -> Enrolment:
    """Use up a code for the device with this public key. Raises `code_invalid`.

    The same device may ask again with the same code while it is valid, because a reply can be lost; it
    then gets no access token and proves itself by signing its first refresh.
    """
    digest = digest_of(plain_code(code))
    found = devices.find_code(connection, digest)
    device_id = hashlib.sha256(key).hexdigest()[:32]
    if found is None or found.expires_at < now.ms or found.device not in (None, device_id):
        raise CrmError("code_invalid")
    device = devices.find_device(connection, device_id)
    if device is not None and device.user != found.user:
        raise CrmError("code_invalid")
    is_repeat = device is not None
    if device is None:
        state = DeviceState.PENDING if found.hold else DeviceState.ACTIVE
        device = Device(device_id, found.user, name, key, state, now.ms, None)
        devices.add_device(connection, device)
    if device.state in GONE:
        raise CrmError("device_revoked")
    devices.use_code(connection, digest, device_id)
    if not is_repeat:
        audit.act(connection, "enrol", (device.user, device_id), {"state": Word(device.state)}, now)
    return welcome(connection, settings, signer, device, now, with_access=not is_repeat)


def welcome(
    connection: Connection,
    settings: Settings,
    signer: Signer,
    device: Device,
    now: Moment,
    *,
    with_access: bool,
    session: str | None = None,
) -> Enrolment:
    """A new session of a device and all that it must know. Raises `code_invalid` for somebody who has left."""
    company = people.load_company(connection)
    account = people.find_account(connection, device.user)
    if account.is_disabled:
        raise CrmError("code_invalid")
    session = session or now.hex(16)
    devices.add_session(connection, session, device.id)
    tokens = _issue(connection, settings, session, 0, now)
    can_start = with_access and device.state is DeviceState.ACTIVE
    return Enrolment(
        device=device.id,
        state=device.state,
        words=words(device.key),
        server_id=company.server_id,
        company=company.name,
        user=account.user,
        user_name=account.name,
        role=account.role.value,
        book=account.book,
        config=company.config,
        refresh=tokens.refresh,
        access=tokens.access if can_start else None,
        access_expires_in=tokens.access_expires_in if can_start else 0,
        server_key=signer.public.hex(),
    )


def signed_text(device: str, refresh: str, at_ms: int) -> bytes:
    """What a device signs to refresh its tokens."""
    return f"crmdesk-token\n{device}\n{refresh}\n{at_ms}".encode()


def refresh(
    connection: Connection,
    settings: Settings,
    device_id: str,
    secret: str,
    at_ms: int,
    signature: bytes,
    now: Moment,
) -> Tokens | CrmError:
    """New tokens for a device that proves its key; or the error to answer, after what it changes is kept.

    The presented token stays good until its successor is first used, so a lost reply locks nobody out. One
    that comes after that was copied: every session of the device ends and the device waits for approval.
    """
    outcome = _refresh(connection, settings, device_id, secret, at_ms, signature, now)
    known = devices.find_device(connection, device_id)
    said = outcome.code if isinstance(outcome, CrmError) else audit.OK
    named = (known.user, known.id) if known else ("", "")
    audit.count_sign_in(connection, *named, said, now)
    return outcome


def _refresh(
    connection: Connection,
    settings: Settings,
    device_id: str,
    secret: str,
    at_ms: int,
    signature: bytes,
    now: Moment,
) -> Tokens | CrmError:
    token = devices.find_token(connection, digest_of(secret))
    device = devices.find_device(connection, device_id)
    if device is None or not is_signed(device.key, signed_text(device_id, secret, at_ms), signature):
        return CrmError("session_expired")
    if token is None:
        return _remember(connection, settings, device, secret, now)
    if token.kind != "refresh" or token.device != device_id or token.expires_at < now.ms:
        return CrmError("session_expired")
    if device.state is DeviceState.PENDING:
        return CrmError("device_pending", words=words(device.key))
    account = people.find_account(connection, device.user)
    is_leaving = device.state is DeviceState.LEAVING
    if device.state in GONE or (account.is_disabled and not is_leaving):
        return shut_out(device.id)
    if token.is_dead:
        return CrmError("session_expired")
    return _rotate(connection, settings, device, token, now)


def _remember(
    connection: Connection, settings: Settings, device: Device, secret: str, now: Moment
) -> CrmError:
    """A known device signs for a token that is not known here: this server was restored from an older backup.

    Or somebody has the key and made the token up, so an administrator looks at it first; an approval makes the
    token good, as it does with any other that the device holds.
    """
    if device.state in (DeviceState.ACTIVE, DeviceState.LEAVING):
        _doubt(connection, device, "token_unknown", now)
    elif device.state is not DeviceState.PENDING:
        return shut_out(device.id)
    session = now.hex(16)
    devices.add_session(connection, session, device.id)
    devices.end_sessions(connection, device.id, now)
    devices.add_token(connection, digest_of(secret), session, "refresh", 0, now.ms + settings.refresh_ms)
    return CrmError("device_pending", words=words(device.key))


def _rotate(
    connection: Connection, settings: Settings, device: Device, token: Token, now: Moment
) -> Tokens | CrmError:
    if token.generation < token.confirmed:
        _doubt(connection, device, "token_reused", now)
        return CrmError("device_pending", words=words(device.key))
    devices.confirm(connection, token.session, token.generation, now)
    return _issue(connection, settings, token.session, token.generation + 1, now)


def _doubt(connection: Connection, device: Device, why: str, now: Moment) -> None:
    """Shut a device out until an administrator, who is told why, has looked at it."""
    devices.end_sessions(connection, device.id, now)
    devices.change_state(connection, device, DeviceState.PENDING, doubt=why)
    audit.act(connection, why, (device.user, device.id), {"device": device.id}, now)
    _log.warning("%s: device %s waits for an approval", why, device.id)


def _issue(connection: Connection, settings: Settings, session: str, generation: int, now: Moment) -> Tokens:
    access, refresh_token = now.secret(32), now.secret(32)
    devices.add_token(
        connection, digest_of(access), session, "access", generation, now.ms + settings.access_ms
    )
    devices.add_token(
        connection, digest_of(refresh_token), session, "refresh", generation, now.ms + settings.refresh_ms
    )
    return Tokens(access, refresh_token, settings.access_ms // 1000)


def authenticate(connection: Connection, access: str, now: Moment, *, may_leave: bool = False) -> Bearer:
    """Who holds this access token. Raises `session_expired`, `device_revoked` or `device_pending`.

    `may_leave` lets in the laptop of somebody who has left: what is asked is only to hand in what is unsent.
    """
    bearer = devices.bearer(connection, digest_of(access))
    if bearer is None:
        raise CrmError("session_expired")
    if bearer.state is DeviceState.PENDING:
        raise CrmError("device_pending", words=words(bearer.key))
    is_leaving = may_leave and bearer.state is DeviceState.LEAVING
    if not is_leaving and (bearer.is_disabled or bearer.state in SHUT_OUT):
        raise shut_out(bearer.device)
    if bearer.is_dead or bearer.expires_at < now.ms:
        raise CrmError("session_expired")
    return bearer


def approve(connection: Connection, device_id: str, now: Moment, by: By = None) -> Device:
    """Let a waiting device in; of somebody who has left, to hand in what is unsent. Raises `not_found`, `device_revoked`."""
    people.lock_company(connection)
    device = devices.find_device(connection, device_id)
    has_left = device is not None and people.find_account(connection, device.user).is_disabled
    return _change(connection, device_id, DeviceState.LEAVING if has_left else DeviceState.ACTIVE, now, by)


def forgotten(connection: Connection) -> list[Device]:
    """The laptops that wait because the newest restore forgot their tokens; none, as long as no laptop has shown one.

    A doubt from more than a day before that was shown may have another cause, and is looked at by itself.
    """
    opened = recoveries.recoveries(connection)
    since = opened[-1].at - DAY_MS if opened else 0
    doubts = audits.latest(connection, {"kind = ?": FORGOTTEN, "at >= ?": since}, None, _MANY)
    named = {row.device for row in doubts} if opened else set()
    return [
        one
        for one in devices.devices(connection)
        if one.state is DeviceState.PENDING and one.doubt == FORGOTTEN and one.id in named
    ]


def rename(connection: Connection, device_id: str, name: str, now: Moment, by: By = None) -> Device:
    """Call a laptop by another name. Raises `not_found`, `bad_argument`."""
    clean = canonical_text(name).strip()
    device = devices.find_device(connection, device_id)
    if device is None:
        raise CrmError("not_found", looked_for=device_id, what="laptop")
    if not clean:
        raise CrmError("bad_argument", argument=name[:40], hint="1-200")
    devices.rename(connection, device_id, clean)
    _note(connection, "rename", {"device": device_id, "user": device.user, "name": clean}, now, by)
    return replace(device, name=clean)


def shut_out(device_id: str) -> CrmError:
    """What a device hears that may not come in; its name is for whoever adds the order that it be wiped."""
    return CrmError("device_revoked", device=device_id)


def revoke(connection: Connection, device_id: str, now: Moment, by: By = None) -> Device:
    """Shut a device out for good: at its next contact it hears that it is to be wiped. Raises `not_found`."""
    people.lock_company(connection)  # before any session or laptop: commands that change people take them so
    devices.end_sessions(connection, device_id, now)
    devices.note_revoked(connection, device_id, now)
    return _change(connection, device_id, DeviceState.REVOKED, now, by)


def _change(connection: Connection, device_id: str, state: DeviceState, now: Moment, by: By) -> Device:
    device = devices.find_device(connection, device_id)
    if device is None:
        raise CrmError("not_found", looked_for=device_id, what="laptop")
    devices.change_state(connection, device, state)
    if state is not DeviceState.REVOKED and device.state is DeviceState.PENDING:
        devices.revive_sessions(connection, device_id)
    told = {"device": device_id, "user": device.user, "before": Word(device.state), "after": Word(state)}
    _note(connection, "revoke" if state is DeviceState.REVOKED else "approve", told, now, by)
    return Device(device.id, device.user, device.name, device.key, state, device.created_at, device.pulled_at)


def _note(connection: Connection, kind: str, told: Mapping[str, object], now: Moment, by: By) -> None:
    who = by or (people.load_company(connection).server_id, audit.CONSOLE)
    audit.act(connection, kind, who, told, now)


def digest_of(secret: str) -> bytes:
    """How a secret of 112 bits and more is stored."""
    return hashlib.sha256(secret.encode()).digest()


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """Whether the device with this public key signed this."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except InvalidSignature:
        return False
    return True
