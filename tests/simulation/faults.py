"""What goes wrong in a run: each fault is one function with a weight. One that never happened fails the campaign."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection

from crmdesk.core.answers import Moved
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store.replica import Write
from sync_server import accounts, commands, orders, sweeping
from tests.simulation.company import DAY_MS
from tests.simulation.people import Act, _commit, someone
from tests.simulation.world import World

YEARS_30: Final = 30 * 365 * DAY_MS
MAX_LAPTOPS: Final = 8
POISON: Final[tuple[dict[str, Value], ...]] = (
    {"employees": "many"}, {"future": "field"}, {"next_follow_up_on": "tomorrow"},
)  # fmt: skip
EVERY: Final = (
    "message dropped", "message duplicated", "message reordered", "message delayed", "reply cut short",
    "one-way cut, to the server", "one-way cut, from the server", "reply lost after a commit", "laptop killed",
    "laptop killed in a commit", "server killed", "unsynced pages lost", "disk full", "server's disk full",
    "clock wrong by 30 years", "profile copied", "profile copied unnoticed", "laptop restored from a backup",
    "laptop restored unnoticed", "token expired", "owner changed", "rights revoked",
    "book handed over", "customer put into the pool", "customer claimed", "old program beside new ones",
    "poison record", "server restored from a backup", "sync cancelled", "late message arrived",
    "deletion buried", "sync paused by the brake", "deletions accepted", "deletions declined",
    "somebody left the company", "clock forged", "everything compared on request",
)  # fmt: skip
"""The menu; a campaign must have seen each."""


def kill_laptop(world: World) -> bool:
    """The process dies at some statement from now, before it, in a commit or right after one."""
    laptop = someone(world)
    if laptop.disk.countdown is not None:
        return False
    manner = world.chance.disks.choice(("before", "torn", "late"))
    countdown = world.chance.disks.choice((1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144))
    loses = world.chance.disks.random() < 0.5
    laptop.disk.arm(countdown, manner, loses=loses)
    world.say(
        f"{laptop.name}: will die in {countdown} statements, {manner}{', losing pages' if loses else ''}"
    )
    world.happened["laptop killed"] += 1
    world.happened["laptop killed in a commit"] += manner != "before"
    world.happened["unsynced pages lost"] += loses
    return True


def cut_power(world: World) -> bool:
    """A laptop goes off where it stands."""
    laptop = someone(world)
    world.say(f"{laptop.name}: power cut")
    world.happened["unsynced pages lost"] += 1
    world.kill(laptop, loses=True)
    return True


def kill_server(world: World) -> bool:
    disk = world.server.disk
    if disk.countdown is not None:
        return False
    manner = world.chance.disks.choice(("before", "torn", "late"))
    countdown = world.chance.disks.choice((1, 3, 8, 13, 21, 34, 55, 89, 144))
    disk.arm(countdown, manner, loses=world.chance.disks.random() < 0.5)
    world.say(f"server: will die in {countdown} statements, {manner}")
    return True


def fill_disk(world: World) -> bool:
    laptop = someone(world)
    laptop.disk.is_full = not laptop.disk.is_full
    world.happened["disk full"] += laptop.disk.is_full
    world.say(f"{laptop.name}: disk {'full' if laptop.disk.is_full else 'has room'}")
    return True


def fill_server(world: World) -> bool:
    disk = world.server.disk
    disk.is_full = not disk.is_full
    world.happened["server's disk full"] += disk.is_full
    world.say(f"server: disk {'full' if disk.is_full else 'has room'}")
    return True


def spoil_clock(world: World) -> bool:
    laptop = someone(world)
    laptop.clock.skew_ms = world.chance.disks.choice((YEARS_30, -YEARS_30, 0, 3_600_000, -600_000))
    world.happened["clock wrong by 30 years"] += abs(laptop.clock.skew_ms) == YEARS_30
    world.say(f"{laptop.name}: clock off by {laptop.clock.skew_ms} ms")
    return True


def cut_line(world: World) -> bool:
    laptop = someone(world)
    line = laptop.line
    line.cut = None if line.cut else world.chance.network.choice(("up", "down"))
    world.say(f"{laptop.name}: line cut {line.cut}")
    return True


def copy_profile(world: World) -> bool:
    """The profile is copied to another laptop, noticed or not, and both go on."""
    laptop = someone(world)
    if len(world.laptops) >= MAX_LAPTOPS or laptop.task is not None:
        return False
    is_noticed = world.chance.disks.random() < 0.5
    name = f"{laptop.name}+{len(world.laptops)}"
    place = f"{name}:here" if is_noticed else laptop.place
    with world.on(laptop):
        world.account.twins |= {serial for serial, _, _ in laptop.unsent()}
    image = laptop.disk.files()
    twin = world.add_laptop(name, laptop.user, image, place)
    if laptop.is_old:
        world.make_old(twin)
    world.doubtful += [laptop, twin]
    world.say(f"{name}: a copy of {laptop.name}{'' if is_noticed else ', unnoticed'}")
    world.happened["profile copied" if is_noticed else "profile copied unnoticed"] += 1
    with world.on(twin):
        twin.look()
    if not is_noticed:
        world.account.has_hidden_copy = True
        for one in (laptop, twin):  # the same number for two edits
            token = world.token()
            with world.on(one):
                key = RecordKey("customer", one.replica.new_id())
                _commit(world, one, "adds after the copy", [Write(key, {"name": token})], tokens=(token,))
    return True


def back_up(world: World) -> bool:
    laptop = someone(world)
    if laptop.task is not None:
        return False
    with world.on(laptop):
        world.account.twins |= {serial for serial, _, _ in laptop.unsent()}
    laptop.backup = laptop.disk.files()
    world.say(f"{laptop.name}: backed up")
    return True


def bring_back(world: World) -> bool:
    """A laptop's file is replaced by its backup; what was never sent since is gone with the disk."""
    holders = [laptop for laptop in world.laptops if laptop.backup is not None and laptop.task is None]
    if not holders:
        return False
    laptop = world.chance.disks.choice(holders)
    is_noticed = world.chance.disks.random() < 0.5
    if is_noticed:
        laptop.place = f"{laptop.place}'"
    world.say(f"{laptop.name}: restored from its backup{'' if is_noticed else ', unnoticed'}")
    world.happened["laptop restored from a backup" if is_noticed else "laptop restored unnoticed"] += 1
    world.doubtful.append(laptop)
    laptop.copy.states.clear()
    laptop.copy.cells.clear()
    laptop.copy.ever.clear()
    world.revive(laptop, laptop.backup)
    return True


def back_up_server(world: World) -> bool:
    world.server_backup = world.server.image()
    world.say("server: backed up")
    return True


def bring_server_back(world: World) -> bool:
    """The server's disk is lost and an old backup takes its place; laptops had gone on meanwhile."""
    if world.server_backup is None:
        return False
    world.say("server: restored from its backup")
    world.happened["server restored from a backup"] += 1
    world.account.server_was_restored()
    for laptop in world.laptops:
        laptop.line.answered.clear()
        if laptop.task is not None:  # what it has settled in this sync may have been on that disk alone
            laptop.copy.states.clear()
            laptop.copy.cells.clear()
            laptop.copy.ever.clear()
    world.server.go_back(world.server_backup)
    return True


def let_tokens_expire(world: World) -> bool:
    world.now += 20 * 60_000
    world.say("twenty minutes pass")
    return True


def change_team(world: World) -> bool:
    """Somebody goes to another team: books are taken from some and given to others."""
    name = world.chance.people.choice(("Bo", "Cai"))
    team = world.chance.people.choice(("East", "West"))
    done = world.administer(
        lambda connection: accounts.change_team(connection, name, team, world.server.moment())
    )
    world.happened["rights revoked"] += done is not None
    world.say(f"{name} is in {team}: {done is not None}")
    return True


def hand_book_over(world: World) -> bool:
    """All customers of one person go to another: no record moves, the readers do."""
    giver, taker = world.chance.people.sample(["Ann", "Bo", "Cai"], 2)
    done = world.administer(
        lambda connection: accounts.change_book_owner(
            connection, giver, taker, world.server.moment(), leaving=False
        )
    )
    world.happened["book handed over"] += done is not None
    world.say(f"the books of {giver} go to {taker}: {done is not None}")
    return True


def move_customer(world: World) -> bool:
    """The administrator hands a customer over on the server's own machine."""
    there = [key for key in sorted(world.server.copy.states) if key.entity == "customer"]
    if not there:
        return False
    key = world.chance.people.choice(there)
    to = world.chance.people.choice(sorted(world.template.users))
    release = world.chance.people.random() < 0.3
    command = world.chance.names.randbytes(16).hex()
    order = (
        orders.Release(command, (key.id,))
        if release
        else orders.ChangeOwner(command, (key.id,), world.template.users[to])
    )
    done = world.attempt(
        lambda: commands.carry_out(world.server.database, world.console(), order, world.server.moment)
    )
    moved = done is not None and msgspec.json.decode(done, type=Moved).moved > 0
    world.happened["customer put into the pool" if release else "owner changed"] += moved
    world.say(f"administrator: {'releases' if release else 'hands'} {key.id[-6:]} to {to}: {moved}")
    return True


def poison(world: World) -> bool:
    """A program with a bug writes what no server takes."""
    laptop = someone(world)
    there = laptop.visible("customer")
    if not there:
        return False
    key: RecordKey = world.chance.people.choice(there)
    bad = world.chance.people.choice(POISON)
    world.happened["poison record"] += 1
    _commit(world, laptop, "writes poison on", [Write(key, bad)])
    return True


def forget_deletions(world: World) -> bool:
    """The server's sweep: what was deleted long enough ago goes for good. How long, differs: it may come at any moment."""
    if not any(b'"deleted"' in state for state in world.server.copy.states.values()):
        return False
    away_ms = world.chance.disks.choice((0, 20_000, 120_000))
    done = world.attempt(
        lambda: sweeping.sweep(world.server.database, world.server.moment(), away_ms),
    )
    if done is not None:
        world.happened["deletion buried"] += done.buried > 0
        world.happened["deletion waits for a laptop"] += done.waiting > 0
        world.say(
            f"server: buries {done.buried}, {done.waiting} wait, who was away over {away_ms} ms is not waited for"
        )
    return True


def dismiss(world: World) -> bool:
    """Somebody leaves the company: their books go to another person, or wait. Once a run."""
    if world.gone:
        return False
    name, taker = world.chance.people.sample(["Bo", "Cai", "Ann"], 2)
    hands_over = world.chance.people.random() < 0.5

    def leave(connection: Connection) -> bool:
        if hands_over:
            accounts.change_book_owner(connection, name, taker, world.server.moment(), leaving=True)
        else:
            accounts.disable_user(connection, name, world.server.moment())
        return True

    if world.administer(leave):
        world.gone.add(name)
        world.happened["somebody left the company"] += 1
        world.say(f"{name} leaves the company{f', {taker} has the books' if hands_over else ''}")
    return True


def forge_clock(world: World) -> bool:
    """A program with a bug, or of an intruder, claims in its next push to have seen what it has not."""
    laptop = someone(world)
    laptop.line.forges = True
    world.say(f"{laptop.name}: will forge a clock")
    return True


def renew_program(world: World) -> bool:
    """An old program is replaced by the present one."""
    old = [one for one in world.laptops if one.is_old and one.task is None and not one.disk.is_full]
    if not old:
        return False
    laptop = old[0]
    laptop.stop()
    laptop.is_old = False
    world.say(f"{laptop.name}: new program")
    with world.on(laptop):
        laptop.look()
    return True


def arrive_late(world: World) -> bool:
    lines = [laptop.line for laptop in world.laptops if laptop.line.late]
    if not lines:
        return False
    world.chance.network.choice(lines).deliver_late()
    world.happened["late message arrived"] += 1
    return True


FAULTS: Final[dict[Act, float]] = {
    kill_laptop: 5, cut_power: 2, kill_server: 4, fill_disk: 1.5, fill_server: 0.7, spoil_clock: 1.5, cut_line: 3,
    copy_profile: 1, back_up: 2, bring_back: 1, let_tokens_expire: 2, change_team: 3, move_customer: 2, hand_book_over: 0.4, poison: 1.2,
    forget_deletions: 5, dismiss: 0.15, forge_clock: 0.7, renew_program: 0.3, back_up_server: 1.6, bring_server_back: 0.7, arrive_late: 4,
}  # fmt: skip
