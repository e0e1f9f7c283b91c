"""The small company that every run begins with: made once by the product itself, then copied file by file."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Final

import pytest

from crmdesk.core.roles import Role
from crmdesk.store.opening import create_replica
from crmdesk.store.settings import Identity
from crmdesk.sync import device_key
from crmdesk.sync import enrolment as joining
from sync_server import accounts, enrolment
from sync_server.settings import Settings
from tests.simulation.account import Account
from tests.simulation.disk import Disk, Disks
from tests.simulation.laptop import DATABASE, Laptop, LaptopClock
from tests.simulation.network import Line
from tests.simulation.server import SimServer, in_this_thread
from tests.simulation.service import ServiceDisk
from tests.support.postgres import Postgres
from tests.support.rep import readings

BEGINNING_MS: Final = 1_795_320_000_000
"""Sunday, 22 November 2026, noon in Shanghai."""
DAY_MS: Final = 86_400_000
TEAMS: Final = {"Mei": "North", "Ann": "East", "Bo": "East", "Cai": "West"}
LAPTOPS: Final = {"ann": "Ann", "bo": "Bo", "mei": "Mei", "cai": "Cai", "ann-2": "Ann", "cai-2": "Cai"}
ADDRESS: Final = "http://localhost:8400"


@dataclass(frozen=True)
class Template:
    """The company and its laptops on the first morning: files by machine, and who is who by name."""

    images: Mapping[str, Mapping[str, bytes]]
    users: Mapping[str, str]
    books: Mapping[str, str]
    teams: Mapping[str, str]
    server_id: str
    pool: str


def server_disk(folder: Path, chance: Random, service: Postgres | None) -> Disk:
    """Where a server keeps its data: in files, or its database in a service."""
    if service is None:
        return Disk("server", folder, chance)
    return ServiceDisk("server", folder, chance, service=service)


def workbench() -> Path:
    """A folder in memory where the system has one: durability is imitated here, not waited for."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="crmdesk-simulation-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@lru_cache(maxsize=2)
def template(service: Postgres | None = None) -> Template:
    """Made once a process and kind of database, with the same names every time."""
    folder, random, disks = workbench(), Random("company"), Disks()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(disks.mounted())
        stack.enter_context(in_this_thread())
        patch.setattr(device_key, "new_key", lambda: random.randbytes(32).hex())
        settings = Settings(folder / "server", port=0)
        disk = disks.add(server_disk(folder / "server", Random(0), service))
        if isinstance(disk, ServiceDisk):
            disk.create()
        server = SimServer(disk, settings, random, Account(), lambda: BEGINNING_MS)
        accounts.create_company(server.placed(), "Company", server.moment())
        users, books, teams = _people(server)
        with server.database.read() as connection:
            server_id, pool = connection.exec_driver_sql("SELECT server_id, pool FROM company").one()
        images = {name: _laptop(name, user, folder, disks, server, random) for name, user in LAPTOPS.items()}
        server.stop()
        images["server"] = disk.files()
    shutil.rmtree(folder)
    return Template(images, users, books, teams, server_id, pool)


def _people(server: SimServer) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    users, books, teams = {}, {}, {}
    with server.database.write() as connection:
        for team, parent, shares in (
            ("North", None, False),
            ("East", "North", True),
            ("West", "North", False),
        ):
            teams[team] = accounts.add_team(
                connection, team, server.moment(), parent=parent, shares_books=shares
            )
        for name, team in TEAMS.items():
            role = Role.MANAGER if name == "Mei" else Role.REP
            made = accounts.add_user(connection, name, role, server.moment(), team=team)
            users[name], books[name] = made.user, made.book
    return users, books, teams


def _laptop(
    name: str, user: str, folder: Path, disks: Disks, server: SimServer, random: Random
) -> dict[str, bytes]:
    """An enrolled laptop that has read everything once."""
    disk = disks.add(Disk(name, folder / name, Random(0)))
    disk.folder.mkdir()
    clock = LaptopClock(lambda: BEGINNING_MS, random.randbytes, booted_ms=BEGINNING_MS - DAY_MS)
    line = Line(name, server, Random(0), Counter(), _pass, lambda: False, _pass, lambda _: None)
    place = f"{name}:here"
    alone = Identity(
        clock.random(16).hex(), 0, 0, "me", "Me", "rep", clock.random(16).hex(), clock.random(16).hex(), place
    )
    replica = create_replica(disk.folder / DATABASE, key=None, clock=clock, readings=readings, identity=alone)
    with server.database.write() as connection:
        code = enrolment.issue_code(connection, user, server.moment(), DAY_MS, hold=False)
    joining.enrol(replica, ADDRESS, code, name, line)
    replica.close()
    laptop = Laptop(name, user, disk, clock, Account(), line, place, Random(0))
    report = laptop.engine.sync()
    assert report.is_complete, report.problem
    laptop.stop()
    return disk.files()


def _pass() -> None:
    """Nothing to do."""
