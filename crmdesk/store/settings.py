"""Small facts a laptop keeps about itself inside its database: who it is, whom it belongs to, how far it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from crmdesk.core.clock import Ceiling
from crmdesk.core.errors import CrmError
from crmdesk.core.roots import Signed
from crmdesk.core.values import NOT_JSON
from crmdesk.store import dialect

if TYPE_CHECKING:  # the desktop's first paint reads these shapes without SQLAlchemy
    from sqlalchemy import Connection

_PUT = dialect.upsert("setting", ("name", "value"), ("name",))


class Identity(msgspec.Struct, frozen=True):
    """Who writes here: this database's actor, its next numbers, and the person and buckets they belong to.

    `counter` and `stamp` are the last ones handed out; they are read and written inside the transaction that
    uses them, so several processes may share a profile. `place` tells a copied file from the original. `seen_ms` is
    the latest time that this laptop's clock ever showed.
    """

    actor: str
    counter: int
    stamp: int
    user: str
    user_name: str
    role: str
    book: str
    config: str
    place: str
    ceiling: Ceiling | None = None
    seen_ms: int = 0


class Server(msgspec.Struct, frozen=True):
    """The company this laptop is connected to. `key` verifies what it signed (Ed25519, hexadecimal), once pinned.

    `pins` are the fingerprints of the certificates that its server may show; none: whatever the system trusts.
    """

    url: str
    server_id: str
    company: str
    key: str = ""
    pins: tuple[str, ...] = ()


class Outdated(msgspec.Struct, frozen=True):
    """The server works with version `by` of this program no longer: nothing is written here until another runs."""

    by: str


class Device(msgspec.Struct, frozen=True):
    """This laptop's credentials. `key` is the private Ed25519 key in hex; the file around it is encrypted."""

    id: str
    key: str
    refresh: str
    access: str = ""
    access_until_ms: int = 0
    state: str = "active"
    words: str = ""


class SeeingAs(msgspec.Struct, frozen=True):
    """Here is what another person sees: `user`, called `name`, looked at by `by`. Nothing is written.

    `day` (YYYY-MM-DD) where it is what was known at the end of an earlier day.
    """

    user: str
    name: str
    by: str
    day: str | None = None

    def refusal(self) -> str:
        """The code of what whoever wants to write here is told."""
        return "seeing_as" if self.day is None else "seeing_past"


class Pause(msgspec.Struct, frozen=True):
    """A sync that stopped for a person's answer: so many of all the records here would go.

    `backup` is an encrypted copy of everything, made then.
    """

    count: int
    total: int
    at_ms: int
    backup: str


class Closed(msgspec.Struct, frozen=True):
    """The person's account was closed: when this laptop heard of it (UTC ms), and who led the company then, by name."""

    at_ms: int
    leaders: tuple[str, ...] = ()


class Contradiction(msgspec.Struct, frozen=True):
    """A root of the server's audit that was held, and the one that was offered at `at_ms` and does not carry on from it."""

    held: Signed | None
    offered: Signed | None
    at_ms: int


class Testimony(msgspec.Struct, frozen=True):
    """What this laptop has witnessed of the server's audit: the newest root, and the first of each day.

    `contradiction` is what the server offers instead, as long as it does; `restores` are contradictions that a restore
    explains, the latest last; `told` the digests of the roots that the server was shown.
    """

    held: Signed | None = None
    days: tuple[tuple[str, Signed], ...] = ()
    contradiction: Contradiction | None = None
    restores: tuple[Contradiction, ...] = ()
    told: tuple[str, ...] = ()


def read(connection: Connection, name: str, kind: type[Any]) -> Any:
    """A setting decoded as `kind`, or None. Raises `database_corrupt` for one that can't be."""
    value = dialect.value(connection, "SELECT value FROM setting WHERE name = ?", (name,))
    try:
        return None if value is None else msgspec.json.decode(value, type=kind)
    except NOT_JSON as error:
        raise CrmError("database_corrupt", path="") from error


def identity(connection: Connection) -> Identity:
    """Who writes in this database. Raises `database_foreign` where nobody does."""
    found = read(connection, "identity", Identity)
    if not isinstance(found, Identity):
        raise CrmError("database_foreign", path="")
    return found


def write(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store settings; None removes one."""
    for name, value in values.items():
        if value is None:
            dialect.run(connection, "DELETE FROM setting WHERE name = ?", (name,))
        else:
            dialect.run(connection, _PUT, (name, msgspec.json.encode(value).decode()))
