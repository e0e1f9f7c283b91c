"""How a run ends: all trouble stops, everybody exchanges everything, then everything must be as the account says."""

from __future__ import annotations

from typing import Final

from crmdesk.core.record import RecordKey, decode, encode
from crmdesk.store import dialect
from crmdesk.store.opening import open_replica
from crmdesk.store.reading import Reader
from crmdesk.sync.engine import Report
from crmdesk.usecases import customers
from tests.simulation.account import Serial, is_watched
from tests.simulation.laptop import DATABASE, Laptop
from tests.simulation.world import World
from tests.support.dump import difference, seen
from tests.support.rep import readings

ROUNDS: Final = 8
"""With a fair network everything is settled within so many syncs of each laptop (I10)."""
REPLAYS: Final = 6


def finish(world: World) -> None:
    """End the trouble, let everybody sync, then check."""
    world.is_over = True
    world.server.disk.countdown = None
    world.server.disk.is_full = False
    for laptop in world.laptops:
        laptop.disk.countdown, laptop.disk.is_full, laptop.disk.loses = None, False, False
        laptop.line.trouble, laptop.line.cut = 0.0, None
    for laptop in world.laptops:
        while laptop.task is not None:
            world.run_on(laptop)
        while laptop.line.late:
            laptop.line.deliver_late()
            world.happened["late message arrived"] += 1
    world.say("the trouble is over")
    rounds = _settle(world)
    _check_settled(world, rounds)
    standing = _standing(world)
    world.account.check_server(world.server.copy, standing)
    _check_clocks(world)
    _check_families(world)
    _check_copies(world)
    _check_traces(world)
    _check_replays(world)
    _check_reading(world, world.chance.schedule.choice(world.laptops))


def _settle(world: World) -> int:
    """Sync until nobody has anything to say or hear; returns how many rounds that took."""
    for number in range(1, ROUNDS + 1):
        is_quiet = True
        for laptop in world.laptops:
            world.now += 1000
            before = laptop.unsent()
            report = _sync(world, laptop)
            if report.problem is not None and report.problem.code == "device_pending":
                world.approve_waiting(laptop)
                report = _sync(world, laptop)
            if laptop.is_paused():
                report = _sync(world, laptop)
            is_quiet &= (
                report.is_complete
                and not (report.received or report.left or report.restored)
                and before == laptop.unsent()
            )
        if is_quiet:
            return number
    return ROUNDS + 1


def _sync(world: World, laptop: Laptop) -> Report:
    world.begin_sync(laptop)
    while laptop.task is not None:
        world.run_on(laptop)
    assert laptop.report is not None
    return laptop.report


def _check_settled(world: World, rounds: int) -> None:
    if rounds <= ROUNDS:
        return
    for laptop in world.laptops:
        report = laptop.report
        waiting = [serial for serial, verdict, _ in laptop.unsent() if verdict is None]
        problem = report.problem.code if report and report.problem else None
        if waiting or problem or (report and (report.received or not report.is_complete)):
            world.account.blame(
                "I10",
                f"{laptop.name} is not settled after {ROUNDS} syncs: {len(waiting)} wait, {problem}, {report}",
            )


def _standing(world: World) -> set[Serial]:
    """The edits that must be visible or overwritten: all but those in a named inbox and those that went with a disk."""
    refused: dict[Serial, str] = {}
    held: set[Serial] = set()
    kept = {key for laptop in world.laptops for key in laptop.kept()}
    with world.server.disk.calm(), world.server.database.read() as connection:
        rows = dialect.run(connection, "SELECT txn, entity, id, part FROM edit").fetchall()
        graves = {row[0] for row in dialect.run(connection, "SELECT id FROM grave").fetchall()}
    # A copied profile brings an edit twice: one may be refused where the other was taken.
    world.account.reached |= {Serial(row[0], RecordKey(*row[1:])) for row in rows} & world.account.told.keys()
    for laptop in world.laptops:
        held |= laptop.holds() | {cell.serial for cells in laptop.copy.cells.values() for cell in cells}
        for serial, verdict, code in laptop.unsent():
            if verdict is not None:
                refused[serial] = code or ""
                if not code:
                    world.account.blame(
                        "I1", f"{laptop.name}: #{world.account.told[serial].number} refused for nothing"
                    )
    found = set()
    for serial in world.account.told:
        is_taken = serial in world.account.reached
        if serial in refused and not is_taken:
            continue
        if serial.key in kept and not is_taken:
            continue  # in a book that the server knew no more: its owner was asked, and keeps it
        if serial.key.id in graves and serial in world.account.buried.get(serial.key, ()):
            continue  # gone for good with its record, which somebody deleted long before
        if is_taken or serial in held:
            found.add(serial)
    return found


def _check_clocks(world: World) -> None:
    """I5, I18: a clock names only actors that wrote the record, no further than they went; deletions hide what they saw."""
    with world.server.disk.calm(), world.server.database.read() as connection:
        actors = dict(dialect.run(connection, "SELECT id, counter FROM actor").fetchall())
    for key, state in sorted(world.server.copy.states.items()):
        record = decode(state)
        for actor, counter in record.clock.items():
            if counter > actors.get(actor, 0):
                world.account.blame(
                    "I5", f"server {key.entity} {key.id[-6:]}: {actor[:6]} at {counter} never was"
                )
        if "deleted" in record.fields():
            world.account.check_life("server", key, record)


def _check_families(world: World) -> None:
    """R23: what hangs under a customer is where the customer is, but for what waits until its home is in sight."""
    with world.server.disk.calm(), world.server.database.read() as connection:
        rows = dialect.run(connection, "SELECT entity, id, part, root, bucket FROM record").fetchall()
        waiting = {
            RecordKey(*row)
            for row in dialect.run(connection, "SELECT entity, id, part FROM waiting").fetchall()
        }
        pool, details = dialect.run(connection, "SELECT pool, pool_details FROM company").fetchone()
        parts = dialect.run(connection, "SELECT whole, id FROM bucket WHERE part = 'contact'").fetchall()
    persons = {row[0]: row[1] for row in parts}
    place = {record_id: bucket for entity, record_id, _, _, bucket in rows if entity == "customer"}
    for entity, record_id, part, root, bucket in rows:
        key = RecordKey(entity, record_id, part)
        if (
            entity == "customer"
            or root not in place
            or key in waiting
            or not is_watched(key)
            or entity == "request"
        ):
            continue
        book = place[root]
        if bucket != (details if book == pool else persons[book] if entity == "contact" else book):
            world.account.blame(
                "I8", f"{entity} {record_id[-6:]} is in {bucket[:6]}, its customer in {place[root][:6]}"
            )


def _check_copies(world: World) -> None:
    """I3, I8: everybody holds exactly what they may see, equal to the server's byte by byte."""
    with world.server.disk.calm(), world.server.database.read() as connection:
        rows = dialect.run(connection, "SELECT entity, id, part, bucket, state FROM record").fetchall()
    server = {RecordKey(e, i, p): (bucket, bytes(state)) for e, i, p, bucket, state in rows}
    readers = world.readers()
    for laptop in world.laptops:
        if not laptop.has_settled():
            continue
        unsent = {serial.key for serial, _, _ in laptop.unsent()}
        mine = {key: row for key, row in laptop.rows().items() if is_watched(key)}
        for key, (bucket, state) in sorted(server.items()):
            if not is_watched(key):
                continue
            if laptop.user not in readers[bucket]:
                if key in mine and key not in unsent:
                    world.account.blame("I8", f"{laptop.name} still has {key.entity} {key.id[-6:]}")
            elif key not in mine:
                world.account.blame("I8", f"{laptop.name} lacks {key.entity} {key.id[-6:]}")
            elif key not in unsent and encode(mine[key].record) != state:
                world.account.blame(
                    "I3",
                    f"{laptop.name} differs in {key.entity} {key.id[-6:]}: {encode(mine[key].record)!r}, {state!r}",
                )
        for key in sorted(mine.keys() - server.keys() - unsent - laptop.kept()):
            world.account.blame("I8", f"{laptop.name} has {key.entity} {key.id[-6:]} that no server knows")


def _check_traces(world: World) -> None:
    """I8: of what a laptop may not see any more not a byte is left in any of its files."""
    for laptop in world.laptops:
        if not laptop.has_settled():
            continue
        here = laptop.rows().keys()
        content = b"".join(laptop.disk.files().values())
        for serial, told in world.account.told.items():
            if serial.key in here:
                continue
            for token in told.tokens:
                if token[4:].encode() in content:
                    world.account.blame(
                        "I8", f"{laptop.name} still bears #{told.number} {token} of {serial.key.entity}"
                    )


def _check_replays(world: World) -> None:
    """I9: whatever was answered once may arrive again, and changes nothing."""
    before = _digest(world)
    for laptop in world.laptops:
        pushes = [
            request
            for request in laptop.line.answered
            if request.path in ("/v1/push", "/v1/commands/change-owner")
        ]
        for request in pushes[-REPLAYS:]:
            world.server.handle(request)
            world.say(f"{laptop.name}: again {request.path}")
            after = _digest(world)
            if after != before:
                changed = [row for row in after if row not in before][:2]
                world.account.blame("I9", f"a message that {laptop.name} had sent before changed {changed}")
                return


def _digest(world: World) -> list[tuple[object, ...]]:
    with world.server.disk.calm(), world.server.database.read() as connection:
        return [
            tuple(row)
            for sql in (
                "SELECT entity, id, part, bucket, move_no, seq, state FROM record ORDER BY 1, 2, 3",
                "SELECT actor, counter, eff, body FROM edit ORDER BY 1, 2",
                "SELECT id, seq, salt FROM bucket ORDER BY 1",
            )
            for row in dialect.run(connection, sql).fetchall()
        ]


def _check_reading(world: World, laptop: Laptop) -> None:
    """I13 and the projections: every page opens whatever is missing, and a rebuild changes nothing on show."""
    laptop.stop()
    path = laptop.disk.folder / DATABASE
    with laptop.disk.calm(), laptop.program():
        replica = open_replica(path, key=None, clock=laptop.clock, readings=readings, place=laptop.place)
        reader = Reader(path, None)
        before = seen(reader)
        for key in laptop.visible("customer"):
            customers.open_card(reader, replica.registry, key.id)
        replica.rebuild()
        after = seen(reader)
        reader.close()
        replica.close()
    for cell, values in sorted(difference(before, after).items())[:3]:
        world.account.blame("I13", f"{laptop.name}: a rebuild changes {cell}: {values}")
