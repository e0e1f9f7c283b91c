"""What people do in a run: each is one function with a weight; it says nothing where it can't be done now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown
from crmdesk.core.record import MAIN, RecordKey
from crmdesk.core.resolve import Life, deletion, life, read_record
from crmdesk.core.values import Value
from crmdesk.store import outbox
from crmdesk.store.replica import Write
from crmdesk.sync import commands
from tests.simulation.laptop import OLD_LACKS, Laptop
from tests.simulation.world import World

CHILDREN: Final = ("contact", "visit", "task")
LOCAL_ERRORS: Final = ("disk_full", "database_busy", "not_found", "fixed_field")


def someone(world: World) -> Laptop:
    """Somebody at a laptop, who sees what a sync under way has brought or taken so far.

    More often one that was copied or put back: that goes wrong only where both go on.
    """
    is_doubtful = bool(world.doubtful) and world.chance.people.random() < 0.4
    laptop = world.chance.people.choice(world.doubtful if is_doubtful else world.laptops)
    if laptop.task is not None:
        with world.on(laptop):
            laptop.look()
    return laptop


def _new(laptop: Laptop, entity: str) -> RecordKey:
    return RecordKey(entity, laptop.replica.new_id(), MAIN)


def _commit(world: World, laptop: Laptop, what: str, writes: list[Write], **how: Any) -> None:
    """One transaction; a full disk is an answer, a death is seen to."""
    with world.on(laptop):
        try:
            txn = laptop.commit(writes, **how)
        except CrmError as error:
            laptop.pending = None
            world.say(f"{laptop.name}: {what}: {error.code}")
            if error.code not in LOCAL_ERRORS:
                world.account.blame("I11", f"{laptop.name}: {what} ended with {error.code}")
        else:
            named = ", ".join(f"{w.key.entity} {w.key.id[-6:]} {sorted(w.values)}" for w in writes)
            number = len(world.account.told) - 1
            world.say(f"{laptop.name}: {what}: {named}" + (f" as #{number}" if txn else ", nothing differed"))
        laptop.look()


def add_customer(world: World) -> bool:
    laptop = someone(world)
    if len(laptop.visible("customer")) > 2:
        return False
    token = world.token()
    with world.on(laptop):
        key = _new(laptop, "customer")
        values: dict[str, Value] = {"name": token, "remark": f"about {token}"}
        _commit(world, laptop, "adds", [Write(key, values)], tokens=(token,))
    return True


def add_child(world: World) -> bool:
    laptop = someone(world)
    customers = laptop.visible("customer")
    if not customers or len(laptop.visible(*CHILDREN)) > 3:
        return False
    home, token = world.chance.people.choice(customers), world.token()
    entity = world.chance.people.choice(CHILDREN)
    with world.on(laptop):
        key = _new(laptop, entity)
        values: dict[str, Value] = {"customer": home.id}
        if entity == "contact":
            values |= {"name": token, "phone:" + key.id[:8]: "13800001111"}
        elif entity == "visit":
            values |= {"kind": "onsite", "at": world.now, "summary": token}
        else:
            values |= {"title": token, "done": False}
        writes = [Write(key, values)]
        if entity == "visit" and world.chance.people.random() < 0.5:
            writes.append(
                Write(home, {"next_follow_up_on": f"2027-01-{world.chance.people.randint(10, 28)}"})
            )
        _commit(world, laptop, "adds", writes, tokens=(token,))
    return True


def review(world: World) -> bool:
    """A manager's remark on a visit: a grandchild of a customer."""
    managers = [laptop for laptop in world.laptops if laptop.user == "Mei"]
    visits = managers[0].visible("visit") if managers else []
    if not visits:
        return False
    laptop, token = managers[0], world.token()
    with world.on(laptop):
        values: dict[str, Value] = {
            "visit": world.chance.people.choice(visits).id,
            "outcome": "reviewed",
            "remark": token,
        }
        _commit(world, laptop, "reviews", [Write(_new(laptop, "review"), values)], tokens=(token,))
    return True


def _fields(laptop: Laptop, entity: str) -> list[str]:
    if entity == "customer":
        custom = [f.name for f in laptop.replica.registry["customer"].fields if f.name.startswith("x_")]
        fields = ["name", "remark", "source", "city", *custom]
        return fields if laptop.is_old else [*fields, OLD_LACKS]
    return {"contact": ["name", "remark"], "visit": ["summary", "next_step"], "task": ["title", "due_on"]}[
        entity
    ]


def _typed(world: World, name: str, token: str) -> Value:
    if name == "due_on":
        return f"2027-02-{world.chance.people.randint(10, 28)}"
    return None if world.chance.people.random() < 0.08 and name != "name" else token


def open_form(world: World) -> bool:
    laptop = someone(world)
    there = laptop.visible("customer", *CHILDREN)
    if not there:
        return False
    key = world.chance.people.choice(there)
    with world.on(laptop):
        laptop.open_form(key)
    world.say(f"{laptop.name}: opens {key.entity} {key.id[-6:]}")
    return True


def save_form(world: World) -> bool:
    """Save a form opened before, however stale, or one opened just now. One that is overtaken is saved first."""
    laptop = someone(world)
    there = laptop.visible("customer", *CHILDREN)
    opened = [key for key in sorted(laptop.forms) if key in laptop.copy.cells]
    if not there:
        return False
    overtaken = [key for key in opened if laptop.overtaken(key)]
    is_stale = bool(overtaken) or (bool(opened) and world.chance.people.random() < 0.6)
    key = world.chance.people.choice(overtaken or opened if is_stale else there)
    token = world.token()
    with world.on(laptop):
        changed = laptop.overtaken(key) if is_stale else []
        form = laptop.forms.pop(key) if is_stale else laptop.open_form(key)
        laptop.forms.pop(key, None)
        possible = _fields(laptop, key.entity)
        fields = world.chance.people.sample(possible, min(len(possible), world.chance.people.randint(1, 3)))
        fields += [name for name in changed if name in possible and name not in fields][:1]
        values = form.shown.changed({name: _typed(world, name, token) for name in sorted(fields)})
        if values:
            what = "saves an old form on" if is_stale else "saves"
            _commit(
                world, laptop, what, [Write(key, values, form.shown)], saw={key: form.saw}, tokens=(token,)
            )
    return True


def tag(world: World) -> bool:
    laptop = someone(world)
    customers = laptop.visible("customer")
    if not customers:
        return False
    key, name = world.chance.people.choice(customers), world.chance.people.choice(("tag:a", "tag:b"))
    value = world.chance.people.choice((True, None))
    _commit(world, laptop, "tags", [Write(key, {name: value})])
    return True


def delete(world: World) -> bool:
    laptop = someone(world)
    there = laptop.visible("customer", *CHILDREN)
    if not there:
        return False
    key = world.chance.people.choice(there)
    with world.on(laptop):
        with laptop.disk.calm():
            record, below = laptop.replica.load(key), laptop.replica.below(key)
        _commit(world, laptop, "deletes", [Write(key, deletion(record, below))])
    return True


def restore(world: World) -> bool:
    laptop = someone(world)
    there = [
        k
        for k in laptop.visible("customer", *CHILDREN)
        if (r := laptop.record(k)) and life(r) is not Life.LIVE
    ]
    if not there:
        return False
    _commit(world, laptop, "restores", [Write(world.chance.people.choice(there), {"deleted": None})])
    return True


def settle(world: World) -> bool:
    """Decide one conflict for one of its candidates, naming what was on the screen."""
    laptop = someone(world)
    found = []
    with world.on(laptop):
        for key in laptop.visible("customer", *CHILDREN):
            record = laptop.record(key)
            if record is not None:
                found += [
                    (key, view) for view in read_record(record, key.entity, laptop.replica.registry).conflicts
                ]
    if not found:
        return False
    key, view = world.chance.people.choice(found)
    chosen = world.chance.people.choice(view.candidates)
    shown = Shown({}, {view.key: view.dots})
    _commit(world, laptop, "decides", [Write(key, {view.key: chosen.value}, shown)], kind="merge")
    return True


def declare_field(world: World) -> bool:
    """The manager adds a field for everybody; laptops that have not heard of it hold it as unknown."""
    managers = [laptop for laptop in world.laptops if laptop.user == "Mei"]
    if not managers or managers[0].visible("field"):
        return False
    laptop = managers[0]
    with world.on(laptop):
        values: dict[str, Value] = {"entity": "customer", "type": "text", "label_zh": "新", "label_en": "New"}
        _commit(world, laptop, "declares", [Write(_new(laptop, "field"), values)])
    return True


def hand_over(world: World) -> bool:
    """Somebody hands a customer over, releases it or claims one from the pool, over the line as it is."""
    laptop = someone(world)
    there = laptop.visible("customer")
    if not there or laptop.task is not None:
        return False
    pooled = [key for key in there if (r := laptop.record(key)) and r.placement.bucket == world.pool]
    key = world.chance.people.choice(pooled or there)
    to = world.chance.people.choice(sorted(world.template.users))
    record = laptop.record(key)
    assert record is not None
    what = (
        "claim"
        if record.placement.bucket == world.pool
        else "hand over"
        if laptop.user == "Mei"
        else "release"
    )
    with world.on(laptop):
        try:
            if what == "claim":
                moved = commands.claim(laptop.replica, laptop.http, [key.id])
            elif what == "release":
                moved = commands.release(laptop.replica, laptop.http, [key.id])
            else:
                moved = commands.change_owner(laptop.replica, laptop.http, [key.id], world.template.users[to])
        except CrmError as error:
            world.say(f"{laptop.name}: {what} {key.id[-6:]}: {error.code}")
        else:
            done = {
                "claim": "customer claimed",
                "release": "customer put into the pool",
                "hand over": "owner changed",
            }
            world.happened[done[what]] += bool(moved.moved)
            world.say(f"{laptop.name}: {what} {key.id[-6:]} ({to}): {moved.moved} records")
    return True


def ask(world: World) -> bool:
    """What only the server can do, asked offline: a claim is a bid."""
    laptop = someone(world)
    there = laptop.visible("customer")
    if not there:
        return False
    key, token = world.chance.people.choice(there), world.token()
    record = laptop.record(key)
    assert record is not None
    kind = "claim" if record.placement.bucket == world.pool else "release"
    with world.on(laptop):
        values: dict[str, Value] = {"kind": kind, "customer": key.id, "name": token}
        _commit(world, laptop, f"asks for {kind}", [Write(_new(laptop, "request"), values)], tokens=(token,))
    return True


def retry(world: World) -> bool:
    """Somebody lets refused edits be sent again."""
    laptop = someone(world)
    with world.on(laptop):
        try:
            with laptop.replica.database.write() as connection:
                count = outbox.retry(connection)
        except CrmError as error:
            world.say(f"{laptop.name}: retries: {error.code}")
            return True
        if count:
            world.say(f"{laptop.name}: sends {count} refused again")
    return True


def read_history(world: World) -> bool:
    """Somebody looks at a record's past, which is fetched from the server."""
    laptop = someone(world)
    there = laptop.visible("customer")
    if not there or laptop.task is not None:
        return False
    key = world.chance.people.choice(there)
    with world.on(laptop):
        try:
            commands.fetch_history(laptop.replica, laptop.http, key)
        except CrmError as error:
            world.say(f"{laptop.name}: reads the past of {key.id[-6:]}: {error.code}")
    return True


def sync(world: World) -> bool:
    idle = [laptop for laptop in world.laptops if laptop.task is None]
    if not idle:
        return False
    laptop = world.chance.schedule.choice(idle)
    world.say(f"{laptop.name}: begins to sync")
    world.begin_sync(laptop)
    return True


def go_on(world: World) -> bool:
    """A sync under way gets its next message through."""
    busy = [laptop for laptop in world.laptops if laptop.task is not None]
    if not busy:
        return False
    laptop = world.chance.schedule.choice(busy)
    for _ in range(world.chance.schedule.choice((1, 2, 4, 8))):
        if laptop.task is not None:
            world.run_on(laptop)
    return True


Act = Callable[[World], bool]
PEOPLE: Final[dict[Act, int]] = {
    add_customer: 8, add_child: 10, review: 2, open_form: 14, save_form: 30, tag: 7, delete: 5, restore: 3,
    settle: 5, declare_field: 1, hand_over: 14, ask: 2, retry: 1, read_history: 1, sync: 16, go_on: 45,
}  # fmt: skip
