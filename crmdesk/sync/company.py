"""What a company says of itself and of this laptop in its heads: the key it is known by, the lease it grants."""

from __future__ import annotations

import logging
import secrets
from typing import Final

import msgspec
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import Lease
from crmdesk.core.roles import Role
from crmdesk.core.values import NOT_JSON
from crmdesk.core.wire import Granted, Heads, Leased
from crmdesk.store import dialect, leases, settings
from crmdesk.store.names import SHOWN
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Closed, Device, Server
from crmdesk.sync.http import Http
from crmdesk.sync.pinned import verify

_CHALLENGE_BYTES: Final = 32
_LEADERS: Final = (
    f"SELECT f_name FROM p_user WHERE f_role = ? AND f_name IS NOT NULL AND coalesce(f_left, 0) = 0 AND {SHOWN} "
    "ORDER BY f_name LIMIT 3"
)
_log: Final = logging.getLogger(__name__)


def challenge() -> str:
    """What a server has to sign, in hexadecimal: nobody can have heard an answer to it before."""
    return secrets.token_bytes(_CHALLENGE_BYTES).hex()


def hear(connection: Connection, heads: Heads, challenge: str | None, now_ms: int) -> None:
    """Pin the company's key where none is pinned, and keep the lease that answers `challenge`.

    Raises `server_key_changed` if the company was known by another key, or signed what it never would.
    """
    server = settings.read(connection, "server", Server)
    if server is None:
        return
    if server.key != heads.server_key:
        if server.key:
            raise CrmError("server_key_changed")
        settings.write(connection, {"server": msgspec.structs.replace(server, key=heads.server_key)})
    if challenge is not None:
        renew(connection, Leased(heads.server_key, heads.lease), challenge, now_ms)


def hear_of_account(connection: Connection, heads: Heads, now_ms: int) -> None:
    """Note that the person's account is closed: whoever is of the company reads at least its settings.

    Who leads the company is noted too, while it is still known here.
    """
    is_known = settings.read(connection, "closed", Closed) is not None
    if heads.heads or is_known:
        if heads.heads and is_known:
            settings.write(connection, {"closed": None})
        return
    leaders = dialect.run(connection, _LEADERS, (Role.ADMINISTRATOR.value,))
    settings.write(connection, {"closed": Closed(now_ms, tuple(name for (name,) in leaders))})


def renew(connection: Connection, said: Leased, challenge: str, now_ms: int) -> None:
    """Keep the lease that answers `challenge`, if there is one, of the company that is pinned. Raises `server_key_changed`."""
    server = settings.read(connection, "server", Server)
    if said.lease is None or server is None:
        return
    device = settings.read(connection, "device", Device)
    lease = read_lease(server.key, said.lease)
    if device is None or (lease.device, lease.challenge) != (device.id, challenge):
        raise CrmError("server_key_changed")
    leases.keep(connection, lease, said.lease.content.encode(), said.lease.signature, now_ms)


def stay_known(replica: Replica, http: Http) -> CrmError | None:
    """The company was heard, though it refuses this program: that renews the lease. Returns an order to wipe."""
    asked = challenge()
    try:
        said = http.lease(asked)
        with replica.database.write() as connection:
            renew(connection, said, asked, replica.clock.now_ms())
    except CrmError as error:
        _log.warning("the lease was not renewed: %s", error.code)
        return error if error.code == "device_revoked" else None
    return None


def read_lease(key: str, granted: Granted) -> Lease:
    """A lease that this company signed. Raises `server_key_changed`."""
    content = granted.content.encode()
    if not verify(key, "lease", content, granted.signature):
        raise CrmError("server_key_changed")
    try:
        return msgspec.json.decode(content, type=Lease)
    except NOT_JSON as error:
        raise CrmError("server_key_changed") from error
