"""Seeing what another person sees: a profile that lasts as long as somebody looks, and in which nothing is written.

Its key is in this process's memory and nowhere else, so that what a crash leaves behind can't be read.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.settings import Identity, SeeingAs
from crmdesk.system import shelters
from crmdesk.system.paths import Profile
from crmdesk.system.shelters import Shelter
from crmdesk.usecases.directory import read_directory
from crmdesk.usecases.workspace import Workspace, readings

_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Look:
    """An opened temporary profile with what another person sees."""

    workspace: Workspace
    shelter: Shelter
    name: str

    def destroy(self) -> None:
        """Close it and leave nothing of it on disk."""
        self.workspace.close()
        self.shelter.destroy()


def prepare(lender: Workspace, user: str) -> Look:
    """An empty profile for seeing what `user` sees; `lender`'s laptop and session ask the server for it.

    Raises `not_found`, `not_enrolled` or `database_unwritable`.
    """
    from crmdesk.store.opening import create_replica
    from crmdesk.store.reading import Reader

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
