"""Seeing what another person sees: a profile that lasts as long as somebody looks, and in which nothing is written.

Its key is in this process's memory and nowhere else, so that what a crash leaves behind can't be read. For the same
reason nothing of it is saved, nor handed to another program.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Final

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.names import SHOWN, table
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity, SeeingAs
from crmdesk.system import shelters
from crmdesk.system.paths import Profile
from crmdesk.system.shelters import Shelter
from crmdesk.usecases.directory import read_directory
from crmdesk.usecases.workspace import Workspace, readings

_KEY_BYTES: Final = 32


_COUNTED: Final = ("customer", "contact", "visit", "task", "review", "attachment")


@dataclass(slots=True)
class Look:
    """An opened temporary profile with what another person sees.

    Destroyed at once, or, while a worker is using it, as soon as that ends: nobody waits for a network to be rid of it.
    """

    workspace: Workspace
    shelter: Shelter
    name: str
    _in_use: threading.Lock = field(default_factory=threading.Lock)
    _given_up: threading.Event = field(default_factory=threading.Event)
    _is_destroyed: bool = False

    @contextmanager
    def used(self) -> Iterator[None]:
        """While this lasts it is not destroyed; one worker at a time. Raises `seeing_as` if it was given up."""
        try:
            with self._in_use:
                if self._given_up.is_set():
                    raise CrmError("seeing_as")
                yield
        finally:
            if self._given_up.is_set():
                self.destroy()

    def destroy(self) -> None:
        """Close it and leave nothing of it on disk."""
        self._given_up.set()
        if not self._in_use.acquire(blocking=False):
            return
        try:
            if not self._is_destroyed:
                self._is_destroyed = True
                self.workspace.close()
                self.shelter.destroy()
        finally:
            self._in_use.release()

    def seen_ms(self) -> int:
        """When what is here was what the server had."""
        with closing(self.workspace.another_reader()) as reader:
            return reader.setting("synced_at_ms", int) or 0


@dataclass(frozen=True, slots=True)
class Owned:
    """How many customers of somebody's are seen. Nobody's are the pool's: `user` is blank."""

    user: str
    name: str
    customers: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a person sees, in numbers: records by their kind, customers by who answers for them, the most first."""

    counts: dict[str, int]
    owners: tuple[Owned, ...]


def summary(reader: Reader) -> Summary:
    """What is seen in a workspace."""
    names = read_directory(reader)
    counts = {
        entity: int(reader.value(f"SELECT count(*) FROM {table(entity)} WHERE {SHOWN}"))
        for entity in _COUNTED
    }
    of: dict[tuple[str, str], int] = {}
    for bucket, number in reader.all(
        f"SELECT bucket, count(*) FROM p_customer WHERE {SHOWN} GROUP BY bucket"
    ):
        owner = names.owners.get(bucket)
        who = (owner.id, owner.name) if owner else ("", "")
        of[who] = of.get(who, 0) + int(number)
    owners = [Owned(*who, number) for who, number in of.items()]
    return Summary(counts, tuple(sorted(owners, key=lambda one: (-one.customers, one.name))))


def check_may_save(reader: Reader) -> None:
    """Raise `seeing_copy` where a workspace shows what another person sees.

    The audit says that somebody looked; of a file that leaves the window nobody would know.
    """
    if reader.setting("seeing_as", SeeingAs) is not None:
        raise CrmError("seeing_copy")


def prepare(lender: Workspace, user: str) -> Look:
    """An empty profile for seeing what `user` sees; `lender`'s laptop and session ask the server for it.

    Raises `not_found`, `not_enrolled` or `database_unwritable`.
    """
    from crmdesk.store.opening import create_replica

    server = lender.server()
    if server is None:
        raise CrmError("not_enrolled")
    with closing(lender.another_reader()) as reader:
        person = read_directory(reader).people.get(user)
    if person is None or person.book is None:
        raise CrmError("not_found")
    own = lender.replica.identity()
    try:
        shelter = shelters.build()
    except OSError as error:
        raise CrmError("database_unwritable", path="") from error
    profile, key, clock = Profile(shelter.folder), secrets.token_bytes(_KEY_BYTES), lender.clock
    identity = Identity(
        actor=clock.random(16).hex(), counter=0, stamp=0, user=person.id, user_name=person.name, role=person.role,
        book=person.book, config=own.config, place="",
    )  # fmt: skip
    replica = create_replica(profile.database, key=key, clock=clock, readings=readings, identity=identity)
    replica.settle_at(profile.place())
    replica.lender = lender.replica
    with replica.database.write() as connection:
        settings.write(
            connection, {"server": server, "seeing_as": SeeingAs(person.id, person.name, own.user)}
        )
    workspace = Workspace(profile, key, Reader(profile.database, key), clock, replica)
    return Look(workspace, shelter, person.name)
