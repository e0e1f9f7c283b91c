"""Devices, the codes that enrol them and the tokens they hold. Secrets appear only as digests."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, insert, select, update

from crmdesk.core.errors import CrmError
from crmdesk.core.roles import Role
from crmdesk.store import dialect
from sync_server.clock import Moment
from sync_server.tables import device, enrol_code, session, token


class DeviceState(enum.StrEnum):
    """A device's life."""

    PENDING = "pending"  # waits for an administrator who compares its words
    ACTIVE = "active"
    LEAVING = "leaving"  # its person has left: it hands in what is unsent, and reads nothing
    REVOKED = "revoked"  # for good: wiped at its next contact
    WIPED = "wiped"  # it said that it holds nothing any more


TRANSITIONS = {
    DeviceState.PENDING: {DeviceState.ACTIVE, DeviceState.LEAVING, DeviceState.REVOKED, DeviceState.WIPED},
    DeviceState.ACTIVE: {DeviceState.PENDING, DeviceState.LEAVING, DeviceState.REVOKED, DeviceState.WIPED},
    DeviceState.LEAVING: {DeviceState.PENDING, DeviceState.REVOKED, DeviceState.WIPED},
    DeviceState.REVOKED: {DeviceState.WIPED},
    DeviceState.WIPED: frozenset[DeviceState](),
}


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled laptop. `pulled_at` is the server time (ms) of its last complete pull.

    `doubt` is why it waits, if not for its first approval: `token_reused`, `token_unknown` or `sign_in`.
    """

    id: str
    user: str
    name: str
    key: bytes
    state: DeviceState
    created_at: int
    pulled_at: int | None
    doubt: str | None = None
    revoked_at: int | None = None
    wiped_at: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """An enrolment code as stored; `device` is who used it."""

    user: str
    hold: bool
    expires_at: int
    device: str | None


@dataclass(frozen=True, slots=True)
class Token:
    """A stored token and the device session it belongs to."""

    session: str
    device: str
    kind: str
    generation: int
    expires_at: int
    confirmed: int
    is_dead: bool


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who asks, as an access token says. `due`: when a share or a delegation next begins or ends (UTC milliseconds)."""

    user: str
    role: Role
    book: str
    device: str
    state: DeviceState
    key: bytes
    pulled_at: int | None
    is_disabled: bool
    is_dead: bool
    expires_at: int
    session: str = ""
    password_at: int | None = None
    due: int | None = None


def add_code(connection: Connection, digest: bytes, user: str, expires_at: int, *, hold: bool) -> None:
    connection.execute(
        insert(enrol_code).values(digest=digest, user=user, hold=hold, expires_at=expires_at, device=None)
    )


def find_code(connection: Connection, digest: bytes) -> Code | None:
    """A code, locked until this transaction ends: it is used once."""
    query = select(enrol_code).where(enrol_code.c.digest == digest).with_for_update()
    row = connection.execute(query).one_or_none()
    return None if row is None else Code(row.user, row.hold, row.expires_at, row.device)


def use_code(connection: Connection, digest: bytes, by: str) -> None:
    connection.execute(update(enrol_code).where(enrol_code.c.digest == digest).values(device=by))


def add_device(connection: Connection, new: Device) -> None:
    connection.execute(
        insert(device).values(
            id=new.id,
            user=new.user,
            name=new.name,
            key=new.key,
            state=new.state.value,
            created_at=new.created_at,
            doubt=new.doubt,
        )
    )


def find_device(connection: Connection, device_id: str) -> Device | None:
    row = connection.execute(select(device).where(device.c.id == device_id)).one_or_none()
    return None if row is None else _device(row)


def named(connection: Connection, name_or_id: str) -> Device:
    """A laptop by its id, or by the name that it alone bears; those that were revoked stand back behind others.

    Raises `not_found` or `ambiguous`.
    """
    known = devices(connection)
    called = [one for one in known if one.name == name_or_id]
    in_use = [one for one in called if one.state not in (DeviceState.REVOKED, DeviceState.WIPED)]
    found = [one for one in known if one.id == name_or_id] or in_use or called
    if not found:
        raise CrmError("not_found", looked_for=name_or_id, what="laptop")
    if len(found) > 1:
        raise CrmError("ambiguous", query=name_or_id)
    return found[0]


def devices(connection: Connection, user: str | None = None) -> list[Device]:
    """Every device, or those of one person, oldest first."""
    wanted = select(device) if user is None else select(device).where(device.c.user == user)
    return [_device(row) for row in connection.execute(wanted.order_by(device.c.created_at, device.c.id))]


def _device(row: Row[tuple[object, ...]]) -> Device:
    return Device(
        row.id,
        row.user,
        row.name,
        row.key,
        DeviceState(row.state),
        row.created_at,
        row.pulled_at,
        row.doubt,
        row.revoked_at,
        row.wiped_at,
    )


def change_state(
    connection: Connection, known: Device, state: DeviceState, *, doubt: str | None = None
) -> None:
    """Move a device along its life. Raises `device_revoked` for a step that is not in the table."""
    if state is known.state:
        return
    if state not in TRANSITIONS[known.state]:
        raise CrmError("device_revoked")
    connection.execute(update(device).where(device.c.id == known.id).values(state=state.value, doubt=doubt))


def rename(connection: Connection, device_id: str, name: str) -> None:
    connection.execute(update(device).where(device.c.id == device_id).values(name=name))


def note_revoked(connection: Connection, device_id: str, now: Moment) -> None:
    """When an administrator revoked it first."""
    unset = (device.c.id == device_id) & device.c.revoked_at.is_(None)
    connection.execute(update(device).where(unset).values(revoked_at=now.ms))


def note_wiped(connection: Connection, device_id: str, now: Moment) -> None:
    """When it said that it was wiped."""
    connection.execute(update(device).where(device.c.id == device_id).values(wiped_at=now.ms))


def let_leave(connection: Connection, user: str) -> None:
    """The laptops of somebody who left hand in what is unsent; one that waits to be let in goes on waiting for that."""
    for known in devices(connection, user):
        if known.state is DeviceState.ACTIVE:
            change_state(connection, known, DeviceState.LEAVING)


def note_pull(connection: Connection, device_id: str, heard_ms: int) -> None:
    """The device has everything that it was told of at a moment; one that it says is earlier than before changes nothing."""
    later = device.c.pulled_at.is_(None) | (device.c.pulled_at < heard_ms)
    connection.execute(update(device).where(device.c.id == device_id, later).values(pulled_at=heard_ms))


def add_session(connection: Connection, session_id: str, device_id: str) -> None:
    connection.execute(insert(session).values(id=session_id, device=device_id, confirmed=0))


def add_token(
    connection: Connection, digest: bytes, session_id: str, kind: str, generation: int, expires_at: int
) -> None:
    connection.execute(
        insert(token).values(
            digest=digest, session=session_id, kind=kind, generation=generation, expires_at=expires_at
        )
    )


def find_token(connection: Connection, digest: bytes) -> Token | None:
    """A token, its session locked until this transaction ends: one after another it is rotated."""
    row = connection.execute(
        select(token, session.c.device, session.c.confirmed, session.c.revoked_at)
        .join(session, session.c.id == token.c.session)
        .where(token.c.digest == digest)
        .with_for_update(of=session)
    ).one_or_none()
    if row is None:
        return None
    return Token(
        row.session,
        row.device,
        row.kind,
        row.generation,
        row.expires_at,
        row.confirmed,
        row.revoked_at is not None,
    )


def confirm(connection: Connection, session_id: str, generation: int, now: Moment) -> None:
    """A refresh token of this generation is in use: older ones are spent; expired tokens go."""
    connection.execute(update(session).where(session.c.id == session_id).values(confirmed=generation))
    connection.execute(delete(token).where(token.c.session == session_id, token.c.expires_at < now.ms))


def end_sessions(connection: Connection, device_id: str, now: Moment) -> None:
    """No token of the device is good any more."""
    connection.execute(update(session).where(session.c.device == device_id).values(revoked_at=now.ms))


def has_session(connection: Connection, device_id: str) -> bool:
    """Whether a session of the device was not ended: not by a new password, not by a doubt, not by a revocation."""
    alive = select(session.c.id).where(session.c.device == device_id, session.c.revoked_at.is_(None))
    return connection.execute(alive.limit(1)).first() is not None


def end_sessions_of(connection: Connection, user: str, now: Moment, *, but: str = "") -> None:
    """No token of any device of this person is good any more, except in the session `but`."""
    theirs = select(device.c.id).where(device.c.user == user)
    ended = update(session).where(session.c.device.in_(theirs), session.c.id != but)
    connection.execute(ended.values(revoked_at=now.ms))


def end_access(connection: Connection, user: str) -> None:
    """Every device of this person must refresh its tokens before it asks for anything."""
    theirs = select(session.c.id).join(device, device.c.id == session.c.device).where(device.c.user == user)
    connection.execute(delete(token).where(token.c.session.in_(theirs), token.c.kind == "access"))


def note_password(connection: Connection, session_id: str, now: Moment) -> None:
    """The person has just given their password in this session."""
    connection.execute(update(session).where(session.c.id == session_id).values(password_at=now.ms))


def revive_sessions(connection: Connection, device_id: str) -> None:
    """After an approval any refresh token the device still holds is good again, with its signature."""
    connection.execute(
        update(session).where(session.c.device == device_id).values(revoked_at=None, confirmed=0)
    )
    sessions = select(session.c.id).where(session.c.device == device_id)
    connection.execute(delete(token).where(token.c.session.in_(sessions), token.c.kind == "access"))


_BEARER = (
    'SELECT a."user", a.role, a.book, a.disabled_at, d.id, d.state, d.key, d.pulled_at, s.revoked_at, t.expires_at,'
    " s.id, s.password_at, (SELECT due FROM company)"
    " FROM token t JOIN session s ON s.id = t.session JOIN device d ON d.id = s.device"
    ' JOIN account a ON a."user" = d."user" WHERE t.digest = ? AND t.kind = \'access\''
)


def bearer(connection: Connection, digest: bytes) -> Bearer | None:
    """Who holds an access token."""
    row = dialect.run(connection, _BEARER, (digest,)).fetchone()
    if row is None:
        return None
    user, role, book, disabled_at, device_id, state, key, pulled_at, revoked_at, expires_at = row[:10]
    return Bearer(
        user,
        Role(role),
        book,
        device_id,
        DeviceState(state),
        key,
        pulled_at,
        disabled_at is not None,
        revoked_at is not None,
        expires_at,
        *row[10:],
    )
