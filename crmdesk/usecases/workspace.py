"""An opened profile: what reads it, what writes it, whose it is. The door every face comes in by."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from crmdesk.core.dates import day_of
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.lease import Judged
from crmdesk.core.text import Readings
from crmdesk.store import leases
from crmdesk.store.face import made_for
from crmdesk.store.reading import Reader, check
from crmdesk.store.settings import Identity, SeeingAs, Server
from crmdesk.system.clock import SystemClock
from crmdesk.system.paths import Profile
from crmdesk.system.resources import resource

if TYPE_CHECKING:
    from crmdesk.store.replica import Clock, Replica


@lru_cache(maxsize=1)
def readings() -> Readings:
    """How Chinese characters are read; parsed once, on first use."""
    return Readings.parse(resource("pinyin", "readings.txt").read_text(encoding="utf-8"))


@dataclass
class Workspace:
    """A profile that is open. `reader` belongs to the thread that opened it; `replica` to the writer's.

    The replica is opened on first use, because it loads SQLAlchemy: the first paint only reads.
    """

    profile: Profile
    key: bytes | None
    reader: Reader
    clock: Clock = field(default_factory=SystemClock)
    _replica: Replica | None = None
    _opening: threading.Lock = field(default_factory=threading.Lock)

    @property
    def replica(self) -> Replica:
        with self._opening:
            if self._replica is None:
                from crmdesk.store.opening import open_replica

                self._replica = open_replica(
                    self.profile.database,
                    key=self.key,
                    clock=self.clock,
                    readings=readings,
                    place=self.profile.place(),
                )
            return self._replica

    def identity(self) -> Identity:
        """Whose workspace it is."""
        found = self.reader.setting("identity", Identity)
        if found is None:
            raise CrmError("database_foreign", path=self.profile.database)
        return found

    def server(self) -> Server | None:
        """The company it is connected to, None while working alone."""
        return self.reader.setting("server", Server)

    def seeing(self) -> SeeingAs | None:
        """Whose eyes somebody looks with here, None in everybody's own workspace."""
        return self.reader.setting("seeing_as", SeeingAs)

    def standing(self) -> Judged:
        """What the company's lease allows now."""
        return leases.standing(self.reader, self.clock.now_ms())

    def today(self) -> date:
        """The company's day."""
        return day_of(self.clock.now_ms())

    def another_reader(self) -> Reader:
        """A reader for another thread; the caller closes it."""
        return Reader(self.profile.database, self.key)

    def close(self) -> None:
        self.reader.close()
        if self._replica is not None:
            self._replica.close()


def open_workspace(
    profile: Profile, key: bytes | None, clock: Clock | None = None, *, even_if_locked: bool = False
) -> Workspace:
    """Open an existing profile for reading at once and for writing later; `even_if_locked`: to sync it.

    Raises `no_profile`, `wrong_passphrase`, `database_foreign`, `database_corrupt`, `schema_newer`, and
    `lease_expired` or `clock_set_back`.
    """
    check(profile.database, key, "sqlcipher")
    workspace = Workspace(profile, key, Reader(profile.database, key), clock or SystemClock())
    if not even_if_locked and (problem := leases.problem_of(workspace.standing())) is not None:
        workspace.close()
        raise problem
    if workspace.identity().place != profile.place():
        _ = workspace.replica  # a copied file takes a new actor before anything is read from it
    elif workspace.reader.setting("made_for", str) != made_for(REGISTRY):
        _ = (
            workspace.replica
        )  # another version made the tables: they are made anew before anything is read from them
    return workspace


def create_workspace(
    profile: Profile, key: bytes | None, *, user_name: str = "", clock: Clock | None = None
) -> Workspace:
    """A new profile for working alone; it can join a company later and loses nothing then.

    Raises `profile_exists`, `database_unwritable` or `disk_full`.
    """
    from crmdesk.core.ids import uuid7
    from crmdesk.store.opening import create_replica

    if profile.exists():
        raise CrmError("profile_exists", path=profile.folder)
    clock = clock or SystemClock()

    def mint() -> str:
        return uuid7(clock.now_ms(), clock.random(10))

    identity = Identity(
        actor=clock.random(16).hex(), counter=0, stamp=0, user=mint(), user_name=user_name, role="rep",
        book=mint(), config=mint(), place="",
    )  # fmt: skip
    profile.folder.mkdir(parents=True, exist_ok=True)
    replica = create_replica(profile.database, key=key, clock=clock, readings=readings, identity=identity)
    replica.settle_at(profile.place())
    return Workspace(profile, key, Reader(profile.database, key), clock, replica)


def rename_person(workspace: Workspace, name: str) -> None:
    """Give the person of a workspace another name; a company's names are its administrator's. Raises `server_field`."""
    from crmdesk.store import settings as kept

    with workspace.replica.database.write() as connection:
        if kept.read(connection, "server", Server) is not None:
            raise CrmError("server_field", field="user_name")
        identity = kept.identity(connection)
        kept.write(connection, {"identity": msgspec.structs.replace(identity, user_name=name)})
