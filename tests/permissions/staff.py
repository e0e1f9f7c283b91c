"""The company that every scenario begins with, its laptops enrolled by the product itself, once a process."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Final

import pytest

from crmdesk.core.roles import Role
from crmdesk.sync import device_key
from sync_server import accounts
from sync_server.settings import Settings
from tests.simulation.account import Account
from tests.simulation.company import BEGINNING_MS, _laptop, server_disk, workbench
from tests.simulation.disk import Disks
from tests.simulation.server import SimServer, in_this_thread
from tests.simulation.service import ServiceDisk
from tests.support.postgres import Postgres

TEAMS: Final = (
    ("North", None, False), ("East", "North", True), ("West", "North", False), ("South", None, False),
)  # fmt: skip
STAFF: Final = (
    ("Ann", "rep", "East"), ("Bo", "assistant", "East"), ("Cai", "rep", "West"), ("Mei", "manager", "North"),
    ("Eve", "manager", "East"), ("Dai", "director", "North"), ("Ada", "administrator", None), ("Sue", "deputy head", "South"),
    ("Lon", "rep", None), ("Ira", "auditor", None), ("Una", "auditor", "North"), ("Tim", "trainee", "East"),
)  # fmt: skip
"""Each has a laptop of the same name in lower case, and Ann a second one."""
OWN_ROLES: Final = (
    ("trainee", "rep", ("customer.city", "contact.*", "task.title"), ()),
    ("deputy head", "manager", ("customer.*", "visit.summary", "tag.*"), ()),
    ("assistant", "rep", ("visit.next_step",), ("contact",)),
)
"""Roles of the company's own: name, what it is a copy of, the fields it withholds, the parts it hides."""
ROLES: Final = frozenset(role.value for role in Role)


class Silent(SimServer):
    """A server that nobody keeps an account of: who wrote what is not the subject here."""

    def look(self) -> None:
        """Nothing is compared after each message."""


@dataclass(frozen=True)
class Template:
    """Files by machine, ids by name, and the events that made the company."""

    images: Mapping[str, Mapping[str, bytes]]
    laptops: Mapping[str, str]
    users: dict[str, str]
    teams: dict[str, str]
    events: list[tuple[Any, ...]]


@lru_cache(maxsize=2)
def template(service: Postgres | None = None) -> Template:
    """Made once a process and kind of database, with the same names every time."""
    folder, random, disks = workbench(), Random("staff"), Disks()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(disks.mounted())
        stack.enter_context(in_this_thread())
        patch.setattr(device_key, "new_key", lambda: random.randbytes(32).hex())
        disk = disks.add(server_disk(folder / "server", Random(0), service))
        if isinstance(disk, ServiceDisk):
            disk.create()
        server = Silent(disk, Settings(folder / "server", port=0), random, Account(), lambda: BEGINNING_MS)
        accounts.create_company(server.placed(), "Company", server.moment())
        users, teams, events = _people(server)
        laptops = {name.lower(): name for name in users} | {"ann-2": "Ann"}
        images = {name: _laptop(name, user, folder, disks, server, random) for name, user in laptops.items()}
        server.stop()
        images["server"] = disk.files()
    shutil.rmtree(folder)
    return Template(images, laptops, users, teams, events)


def _people(server: SimServer) -> tuple[dict[str, str], dict[str, str], list[tuple[Any, ...]]]:
    users, teams, events = {}, {}, list[tuple[Any, ...]]()
    with server.database.write() as connection:
        for name, parent, shares in TEAMS:
            teams[name] = accounts.add_team(
                connection, name, server.moment(), parent=parent, shares_books=shares
            )
            events.append((BEGINNING_MS, "team", name, parent, shares))
        roles = {role: role for role in ROLES}
        for name, base, withheld, hidden in OWN_ROLES:
            less = frozenset(withheld), server.moment(), frozenset(hidden)
            roles[name] = accounts.define_role(connection, None, name, base, *less).id
            fields = [tuple(one.split(".")) for one in withheld]
            events.append((BEGINNING_MS, "role", roles[name], base, fields, hidden))
        for name, role, team in STAFF:
            made = accounts.add_user(connection, name, roles[role], server.moment(), team=team)
            users[name] = made.user
            events.append((BEGINNING_MS, "hire", name, roles[role], team))
    return users, teams, events
