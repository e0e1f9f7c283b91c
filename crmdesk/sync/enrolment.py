"""Joining a company: this laptop's key, the one-use code, and what was typed alone comes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from crmdesk.core.answers import Enrolment, Hello
from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.identity import join
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Device, SeeingAs, Server
from crmdesk.sync import device_key
from crmdesk.sync.http import Account, Expected, Http, Session
from crmdesk.sync.transport import Transport


@dataclass(frozen=True, slots=True)
class Joined:
    """The company joined. While `is_pending`, an administrator compares `words` before anything syncs."""

    company: str
    user_name: str
    is_pending: bool
    words: str


def enrol(
    replica: Replica,
    url: str,
    proof: str | Account,
    device_name: str,
    transport: Transport | None = None,
    *,
    expected: Expected | None = None,
    pins: Sequence[str] = (),
) -> Joined:
    """Connect a laptop that works alone, or was just set up, to a company; nothing typed before is lost.

    `proof` is a one-use code, or name and password; `expected` and `pins` are what an invitation says of the server. The device's key is on disk before it is used, so a lost reply is healed by asking again. Raises
    `already_enrolled`, `code_invalid`, `wrong_password`, `insecure_address`, `not_crmdesk`, `upgrade_needed` `no_server`, or `offline` once the
    server has been heard.
    """
    key = _key(replica)
    server = Http(url, transport=transport, expected=expected, pins=pins)
    try:
        met = _greet(server)
        if isinstance(proof, Account):
            welcome = server.sign_in(proof, key, device_name, met.server_id)
        else:
            welcome = server.enrol(proof, device_key.public_key(key), device_name)
    finally:
        server.close()
    if welcome.device != device_key.device_id(device_key.public_key(key)):
        raise CrmError("not_crmdesk", address=server.url)  # files are named by it
    if expected is not None and welcome.server_key != expected.server_key:
        raise CrmError("server_key_changed")
    _join(replica, server.url, key, welcome, tuple(pins))
    return Joined(welcome.company, welcome.user_name, welcome.state != "active", welcome.words)


def _greet(server: Http) -> Hello:
    """Hear the server once. Before it ever answered, silence is as likely a wrong address as a dead zone."""
    try:
        return server.hello()
    except CrmError as error:
        if error.code != "offline":
            raise
        raise CrmError("no_server", address=server.url) from error


def connect(replica: Replica, transport: Transport | None = None) -> Http:
    """The company's server with this laptop's credentials. Raises `not_enrolled`.

    From a replica of what another person sees, everything is asked with that person's eyes.
    """
    with replica.database.read() as connection:
        server = settings.read(connection, "server", Server)
        seeing = settings.read(connection, "seeing_as", SeeingAs)
    replica = replica.lender or replica
    if not isinstance(server, Server):
        raise CrmError("not_enrolled")

    def load() -> Device:
        with replica.database.read() as connection:
            device = settings.read(connection, "device", Device)
        if not isinstance(device, Device):
            raise CrmError("not_enrolled")
        return device

    def keep(device: Device) -> None:
        with replica.database.write() as connection:
            settings.write(connection, {"device": device})

    return Http(
        server.url,
        Session(
            server.server_id, load, keep, replica.clock.now_ms, server.key, seeing.user if seeing else ""
        ),
        transport,
        pins=server.pins,
    )


def _key(replica: Replica) -> str:
    with replica.database.write() as connection:
        if settings.read(connection, "server", Server) is not None:
            raise CrmError("already_enrolled")
        device = settings.read(connection, "device", Device)
        if device is None:
            device = Device("", device_key.new_key(), "", state="new")
            settings.write(connection, {"device": device})
        return str(device.key)


def _join(replica: Replica, url: str, key: str, welcome: Enrolment, pins: tuple[str, ...]) -> None:
    until = replica.clock.now_ms() + welcome.access_expires_in * 1000 if welcome.access else 0
    device = Device(
        welcome.device, key, welcome.refresh, welcome.access or "", until, welcome.state, welcome.words
    )
    identity = msgspec.structs.replace(
        replica.identity(),
        user=welcome.user,
        user_name=welcome.user_name,
        role=welcome.role,
        book=welcome.book,
        config=welcome.config,
    )
    server = Server(url, welcome.server_id, welcome.company, welcome.server_key, pins)
    join(replica, identity, server=server, device=device)
