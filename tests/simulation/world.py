"""One run: laptops, their server and the lines between them, under one seeded scheduler and one clock.

Everything that happens is drawn from the seed; the product is the real one throughout.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar

import pytest
from sqlalchemy import select

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.store import replica
from crmdesk.sync import plan, reconcile
from crmdesk.sync.brake import Deletions
from crmdesk.sync.engine import Progress, Report
from sync_server import commands, enrolment, moving, pulling
from sync_server.orders import Asker
from sync_server.settings import Settings
from sync_server.tables import account
from sync_server.tables import bucket as buckets
from tests.simulation.account import Account
from tests.simulation.baton import Task
from tests.simulation.company import BEGINNING_MS, DAY_MS, LAPTOPS, server_disk, template
from tests.simulation.disk import Disk, Disks, KilledError
from tests.simulation.laptop import Laptop, LaptopClock, old_registry
from tests.simulation.network import Line
from tests.simulation.server import SimServer, in_this_thread
from tests.simulation.service import ServiceDisk
from tests.support.postgres import Postgres

T = TypeVar("T")
EXPECTED: Final = frozenset(
    (
        "offline", "server_busy", "database_busy", "disk_full", "device_pending", "device_revoked",
        "session_expired", "sign_in_needed", "mass_deletion",
    )
)  # fmt: skip
"""What a sync may end with while there is trouble."""
EXCUSES: Final = (
    "profile copied", "profile copied unnoticed", "laptop restored from a backup", "laptop restored unnoticed",
    "server restored from a backup", "clock forged", "deletions declined",
)  # fmt: skip
"""After one of these two copies at the same commit may differ, until a sync compared them. Else that is a fault (R22)."""
SMALL: Final = (
    (pulling, "PAGE_RECORDS", 12), (pulling, "PAGE_BYTES", 3000), (plan, "BATCH_BYTES", 4000), (plan, "BATCH_RECORDS", 5),
    (reconcile, "BATCH_RECORDS", 5), (reconcile, "DIGESTS_AT_ONCE", 3), (moving, "CHUNK", 2), (commands, "CHUNK", 2),
    (replica, "WORDS_AT_ONCE", 2),
)  # fmt: skip
"""In half of the runs pages, batches and moves are small, so that little data fills many."""

FORGERS: Final = 4
"""In every fourth run all claim to have seen whatever they write over."""


@dataclass
class Chances:
    """What a run draws from; one stream a purpose, so that one does not disturb the others."""

    schedule: Random
    people: Random
    network: Random
    disks: Random
    names: Random


class World:
    """The state of one run. Use it inside `with world.running()`."""

    def __init__(
        self, seed: int, folder: Path, *, service: Postgres | None = None, is_talkative: bool = False
    ) -> None:
        self.seed = seed
        self.folder = folder
        self.is_talkative = is_talkative
        self.chance = Chances(
            *(Random(f"{seed} {name}") for name in ("schedule", "people", "network", "disks", "names"))
        )
        self.template = template(service)
        self._service = service
        self.account = Account(self.template.server_id)
        self.happened: Counter[str] = Counter()
        self.trace = hashlib.sha256()
        self.lines: list[str] = []
        self.now = BEGINNING_MS + DAY_MS
        self.laptops: list[Laptop] = []
        self.current: Laptop | None = None
        self.server_backup: dict[str, bytes] | None = None
        self.is_over = False
        self.gone: set[str] = set()
        """People who have left the company."""
        self.doubtful: list[Laptop] = []
        """Laptops whose files were copied or put back."""
        self.pool = self.template.pool
        self._disks = Disks()
        self._tokens = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(self._disks.mounted())
            stack.enter_context(in_this_thread())
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            if self.chance.schedule.random() < 0.5:
                for module, name, size in SMALL:
                    patch.setattr(module, name, size)
            if self.chance.schedule.random() < 0.3:
                most = self.chance.schedule.choice((0, 1))
                patch.setattr(plan, "most_deletions", lambda _: most)
            self.server = self._make_server()
            if isinstance(self.server.disk, ServiceDisk):
                stack.enter_context(self.server.disk.mounted())
            stack.callback(self._stop)
            for name, user in list(LAPTOPS.items())[: self.chance.schedule.randint(3, len(LAPTOPS))]:
                self.add_laptop(name, user, dict(self.template.images[name]), f"{name}:here")
            if self.chance.schedule.random() < 0.4:
                self.make_old(self.chance.schedule.choice(self.laptops))
            yield

    def _stop(self) -> None:
        for laptop in self.laptops:
            if laptop.task is not None and not laptop.task.is_done:
                laptop.disk.die()
                self.run_on(laptop)
            laptop.stop()
        self.server.stop()

    def _make_server(self) -> SimServer:
        disk = self._disks.add(server_disk(self.folder / "server", self.chance.disks, self._service))
        disk.folder.mkdir()
        disk.put_back(dict(self.template.images["server"]))
        settings = Settings(disk.folder, port=0)
        return SimServer(disk, settings, self.chance.names, self.account, lambda: self.now)

    def add_laptop(self, name: str, user: str, image: dict[str, bytes], place: str) -> Laptop:
        """One more laptop, with these files on its disk."""
        disk = self._disks.add(Disk(name, self.folder / name, self.chance.disks))
        disk.folder.mkdir()
        disk.put_back(image)
        clock = LaptopClock(
            lambda: self.now,
            self.chance.names.randbytes,
            booted_ms=self.now - self.chance.schedule.randrange(DAY_MS),
        )
        laptop: Laptop
        line = Line(
            name, self.server, self.chance.network, self.happened, self._pause,
            lambda: laptop.disk.is_dead, self.server_died, self.say,
        )  # fmt: skip
        line.is_forger = self.seed % FORGERS == 1
        laptop = Laptop(name, user, disk, clock, self.account, line, place, self.chance.people)
        self.laptops.append(laptop)
        return laptop

    def make_old(self, laptop: Laptop) -> None:
        """The laptop runs the version before."""
        laptop.stop()
        laptop.is_old, laptop.registry = True, old_registry()
        self.happened["old program beside new ones"] += 1

    # -- telling ---------------------------------------------------------------------------------------

    def say(self, line: str) -> None:
        line = f"{self.now - BEGINNING_MS:>12} {line}"
        self.trace.update(line.encode() + b"\n")
        self.lines.append(line)
        if self.is_talkative:
            print(line)

    def token(self) -> str:
        """A word nobody else writes: found again in any file that holds it."""
        self._tokens += 1
        digest = hashlib.sha256(f"{self.seed} {self._tokens}".encode()).digest()
        return "".join(chr(97 + byte % 26) for byte in digest[:16])

    # -- running ---------------------------------------------------------------------------------------

    def _pause(self) -> None:
        if self.current is not None and self.current.task is not None:
            self.current.task.pause()

    @contextmanager
    def on(self, laptop: Laptop) -> Iterator[None]:
        """Somebody works on a laptop. A death on the way is seen to."""
        try:
            with laptop.program():
                yield
        except KilledError:
            self.say(f"{laptop.name}: killed")
            self._bury(laptop)

    def begin_sync(self, laptop: Laptop) -> None:
        """A sync begins; it stops at its first message. Who was asked about deletions gives one answer or another."""

        def progress(_: Progress) -> None:
            """Pages would draw themselves anew."""

        stopped: list[bool] = []

        def cancelled() -> bool:
            if not stopped and not self.is_over and self.chance.network.random() < 0.03:
                self.happened["sync cancelled"] += 1
                stopped.append(True)
            return bool(stopped)

        answer: Deletions = "ask"
        if laptop.is_paused():
            answer = self.chance.people.choice(
                ("ask", "accept", "keep") if not self.is_over else ("accept", "keep")
            )
            self.happened["deletions accepted"] += answer == "accept"
            self.happened["deletions declined"] += answer == "keep"
            self.say(f"{laptop.name}: asked about deletions, says {answer}")
        compare = not self.is_over and self.chance.people.random() < 0.04
        self.happened["everything compared on request"] += compare
        laptop.report, laptop.line.messages, laptop.excuses = None, 0, self.excuses()
        laptop.task = Task(
            laptop.name,
            lambda: laptop.engine.sync(progress, cancelled, compare=compare, deletions=answer),
        )
        self.run_on(laptop)

    def run_on(self, laptop: Laptop) -> None:
        """A sync under way runs to its next message."""
        task = laptop.task
        assert task is not None
        before, self.current = self.current, laptop
        try:
            with laptop.program():
                task.resume()
        finally:
            self.current = before
        if task.is_done:
            laptop.task = None
            if task.was_killed:
                self.say(f"{laptop.name}: killed in a sync")
                self.revive(laptop)
            else:
                self.end_sync(laptop, task.result)

    def excuses(self) -> int:
        """How often something happened after which copies may differ."""
        return sum(self.happened[excuse] for excuse in EXCUSES)

    def end_sync(self, laptop: Laptop, report: Report) -> None:
        laptop.report = report
        code = report.problem.code if report.problem else None
        self.say(
            f"{laptop.name}: synced {code or ('whole' if report.is_complete else 'in part')}, pushed {report.pushed}"
            f" ({report.rejected} rejected, {report.quarantined} quarantined), received {report.received},"
            f" left {report.left}, unsent {report.unsent}"
        )
        if code is not None and code not in EXPECTED:
            self.account.blame(
                "I10", f"{laptop.name}: a sync ended with {code} {report.problem and report.problem.about}"
            )
        self.happened["sync paused by the brake"] += code == "mass_deletion"
        if report.mismatched and self.excuses() == laptop.excused:
            self.account.blame("R22", f"{laptop.name}: {report.mismatched} buckets differ at the same commit")
        if report.is_complete:
            laptop.excused = laptop.excuses
        with self.on(laptop):
            laptop.look()
        if report.is_complete:
            self.check_cursors(laptop)

    def check_cursors(self, laptop: Laptop) -> None:
        """I6: what a cursor has passed is here."""
        books = laptop.cursors()
        with self.server.disk.calm(), self.server.database.read() as connection:
            epoch = int(connection.exec_driver_sql("SELECT epoch FROM company").scalar_one())
            rows = connection.exec_driver_sql("SELECT entity, id, part, bucket, seq FROM record").fetchall()
        for entity, record_id, part, bucket, seq in rows:
            key, cursor = RecordKey(entity, record_id, part), books.get(bucket)
            if cursor is None or cursor.epoch != epoch or seq > cursor.seq:
                continue
            ever = {cell.serial for cell in laptop.copy.ever.get(key, ())}
            mine = laptop.copy.cells.get(key, frozenset())
            for cell in sorted(self.server.copy.cells.get(key, frozenset()) - mine):
                over = self.account.may_overwrite(cell)
                if ever.isdisjoint(over) and laptop.holds().isdisjoint(over):
                    self.account.blame(
                        "I6",
                        f"{laptop.name} is at {cursor.seq} of {bucket[:6]} without {self.account.name(cell)}",
                    )

    # -- dying -----------------------------------------------------------------------------------------

    def kill(self, laptop: Laptop, *, loses: bool) -> None:
        """The process is killed where it stands."""
        laptop.disk.loses = loses
        laptop.disk.die()
        self._bury(laptop)

    def _bury(self, laptop: Laptop) -> None:
        """A sync under way dies with its process; then the laptop starts again."""
        if laptop.task is not None:
            self.run_on(laptop)
        else:
            self.revive(laptop)

    def revive(self, laptop: Laptop, image: dict[str, bytes] | None = None) -> None:
        """The laptop starts again on what its disk holds."""
        laptop.restart(image)
        laptop.clock.booted_ms = self.now - self.chance.schedule.randrange(1000)
        with laptop.program():
            laptop.look()

    def server_died(self) -> None:
        self.say("server: killed")
        self.happened["server killed"] += 1
        self.server.restart()

    def administer(self, work: Callable[[Any], T]) -> T | None:
        """A transaction by the administrator on the server's own machine; None where it came to nothing."""

        def transaction() -> T:
            with self.server.database.write() as connection:
                return work(connection)

        return self.attempt(transaction)

    def attempt(self, work: Callable[[], T]) -> T | None:
        """Something the administrator does on the server's own machine."""
        try:
            done = work()
        except KilledError:
            self.server_died()
            return None
        except CrmError as error:
            self.say(f"administrator: {error.code}")
            return None
        self.server.look()
        return done

    def console(self) -> Asker:
        return Asker(self.template.server_id, Role.ADMINISTRATOR)

    # -- who may see what, as the company's rules say ----------------------------------------------------

    def readers(self) -> dict[str, set[str]]:
        """Bucket -> the people who read it, by the company's rules and not by the server's table of readers."""
        with self.server.disk.calm(), self.server.database.read() as connection:
            places = connection.execute(select(buckets.c.id, buckets.c.kind, buckets.c.owner)).all()
            people = connection.execute(select(account).where(account.c.disabled_at.is_(None))).all()
            everybody = {row.user: row for row in connection.execute(select(account)).all()}
        east = self.template.teams["East"]
        found: dict[str, set[str]] = {}
        for place, kind, owner in places:
            if kind in ("config", "pool"):
                found[place] = {row.name for row in people}
                continue
            found[place] = {row.name for row in people if row.role == "manager"}
            if kind == "book":
                team = everybody[owner].team
                shares = {row.name for row in people if row.team == east and team == east}
                found[place] |= {row.name for row in people if row.user == owner} | shares
                if team is None:
                    found[place] -= {
                        row.name for row in people if row.role == "manager" and row.user != owner
                    }
        return found

    def approve_waiting(self, laptop: Laptop) -> None:
        """An administrator compares the words and lets a device in again."""
        with laptop.disk.calm():
            device = laptop.http._signed_in().load()
        self.administer(lambda connection: enrolment.approve(connection, device.id, self.server.moment()))
