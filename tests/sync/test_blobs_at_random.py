"""I14 over random days: a live attachment's content is on the server, or waits on a laptop that will send it."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crmdesk.core.entities import REGISTRY
from crmdesk.core.media import CHUNK_BYTES
from crmdesk.core.record import RecordKey, decode
from crmdesk.core.resolve import Life, read_record
from crmdesk.sync import blobs as sync_blobs
from crmdesk.sync import commands
from crmdesk.usecases import attachments, records
from sync_server import blobs
from sync_server.blobs import Store
from sync_server.clock import Moment
from sync_server.storage.blob_files import BlobFiles
from tests.support.cut_proxy import CutProxy, cut_proxy
from tests.support.rep import Rep, enrolled
from tests.support.server import RunningServer, running_company

STEPS = 45


@dataclass
class World:
    """Four people, a server whose disk may lose files, lines that may be cut.

    `done` counts what happened; `lost` is what the server once had and was made to lose.
    """

    chance: random.Random
    server: RunningServer
    reps: dict[str, Rep]
    lines: dict[str, CutProxy]
    customers: list[RecordKey] = field(default_factory=list)
    made: list[RecordKey] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    done: dict[str, int] = field(default_factory=dict)

    @property
    def files(self) -> BlobFiles:
        return BlobFiles(self.server.settings.blobs)

    # -- what may happen ------------------------------------------------------------------------------

    def attach(self) -> None:
        rep = self.reps[self.chance.choice(["Ann", "Bo", "Cai"])]
        mine = [key for key in self.customers if rep.shows(key)]
        if mine:
            content = b"%PDF-" + secrets.token_bytes(self.chance.randrange(1, 3 * CHUNK_BYTES))
            picked = attachments.pick(rep.replica, "a.pdf", content)
            done = attachments.attach(rep.replica, self.chance.choice(mine).id, [picked])
            self.made.append(attachments.key(done.value[0]))

    def sync(self) -> None:
        name = self.chance.choice(sorted(self.reps))
        if self.chance.random() < 0.6:
            cuts = [b"PUT /v1/blobs", b"PUT /v1/blobs", b"GET /v1/blobs", b"POST /v1/push"]
            self.lines[name].cut(self.chance.choice(cuts))
        self.reps[name].engine.sync()

    def hand_over(self) -> None:
        mei = self.reps["Mei"]
        mei.engine.sync()
        known = [key for key in self.customers if mei.shows(key)]
        if known:
            to = self.server.people[self.chance.choice(["Ann", "Bo", "Cai"])].user
            self.lines["Mei"].cut(b"\0nothing")
            commands.change_owner(mei.replica, mei.http, [self.chance.choice(known).id], to)

    def remove_or_restore(self) -> None:
        rep = self.reps[self.chance.choice(sorted(self.reps))]
        seen = [key for key in self.made if rep.shows(key) is not None]
        if seen:
            act: Callable[..., object] = self.chance.choice([records.delete, records.restore])
            act(rep.replica, self.chance.choice(seen))

    def lose_files(self) -> None:
        """The server's folder came back without its latest files; laptops hear of another epoch."""
        for sha256, _ in list(self.files.contents())[::2]:
            self.files.remove(sha256)
            self.lost.add(sha256)
        for rep in self.reps.values():
            rep.replica.blobs.doubt()

    def collect(self) -> None:
        store = Store(self.server.database, self.files, 2**30)
        now = self.server.clock().ms
        before = {sha256 for sha256, _ in self.files.contents()}
        blobs.collect(store, Moment(now), 0)
        blobs.collect(store, Moment(now + 1), 0)
        self.lost |= before - {sha256 for sha256, _ in self.files.contents()}

    def step(self) -> None:
        acts = {
            "attach": 6,
            "sync": 10,
            "hand_over": 4,
            "remove_or_restore": 6,
            "lose_files": 1,
            "collect": 4,
        }
        name = self.chance.choices(list(acts), list(acts.values()))[0]
        getattr(self, name)()
        self.done[name] = self.done.get(name, 0) + 1

    # -- what must hold -------------------------------------------------------------------------------

    def live(self) -> list[tuple[str, str]]:
        """(content, author) of each attachment on the server that is not deleted."""
        with self.server.database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT state FROM record WHERE entity = 'attachment'"
            ).fetchall()
        found = []
        for (state,) in rows:
            record = decode(bytes(state))
            if read_record(record, "attachment", REGISTRY).life is not Life.DELETED:
                edit = next(edit for edit in record.edits if "sha256" in edit.values)
                found.append((str(edit.values["sha256"]), edit.by))
        return found

    def settle(self) -> None:
        for line in self.lines.values():
            line.cut(b"\0nothing")
        for _ in range(3):
            for rep in self.reps.values():
                report = rep.engine.sync()
                assert report.problem is None, report.problem
                while report.contents.goes_on:
                    report = rep.engine.sync()


@pytest.fixture
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with ExitStack() as stack:
        server = stack.enter_context(running_company(tmp_path / "server"))
        lines, reps = {}, {}
        for name in ("Ann", "Bo", "Cai", "Mei"):
            lines[name] = stack.enter_context(cut_proxy(server.address))
            code = server.code(server.people[name].user)
            reps[name] = enrolled(lines[name].address, code, tmp_path / f"{name}.db")
            stack.callback(reps[name].close)
        world = World(random.Random(request.param), server, reps, lines)
        for name in ("Ann", "Bo", "Cai"):
            world.customers += [reps[name].customer(f"{name} {n}") for n in range(2)]
            reps[name].sync()
        yield world


@pytest.mark.parametrize("world", [1, 2, 3], indirect=True)
def test_every_live_attachment_ends_with_its_content_at_the_server_and_at_its_readers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I14, R38: cuts, moves, removals, collections and a disk that loses files, in any order.

    What the disk lost and no laptop holds any longer is gone; everything else comes back.
    """
    monkeypatch.setattr(sync_blobs, "ASK_AGAIN_MS", 0)  # nobody waits ten minutes here
    for _ in range(STEPS):
        world.step()
    world.settle()
    assert set(world.done) >= {"attach", "sync", "remove_or_restore", "hand_over"}
    live = world.live()
    assert live, "a day without attachments proves nothing"
    kept = {h.sha256 for rep in world.reps.values() for h in rep.replica.blobs.held().values() if h.is_whole}
    missing = {sha256 for sha256, _ in live if not world.files.is_whole(sha256)}
    assert missing - world.lost == set()
    assert missing & kept == set()
    there = {sha256 for sha256, _ in live if world.files.is_whole(sha256)}
    assert there
    for rep in world.reps.values():
        with rep.replica.database.read() as connection:
            named = connection.exec_driver_sql("SELECT f_sha256 FROM p_attachment WHERE life = 0").fetchall()
        lacking = [s for (s,) in named if s in there and rep.replica.blobs.read(s) is None]
        assert lacking == []
        strangers = rep.replica.blobs.held().keys() - {s for (s,) in named}
        with rep.replica.database.read() as connection:
            hidden = {
                s for (s,) in connection.exec_driver_sql("SELECT f_sha256 FROM p_attachment").fetchall()
            }
        assert strangers <= hidden
