"""What happens in a scenario: each act is a function that says whether it could happen now; `ACTS` weighs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import Life, deletion, life
from crmdesk.core.values import Value
from crmdesk.store.records import Stored
from crmdesk.store.replica import Write
from crmdesk.sync.http import _headers
from crmdesk.sync.transport import Request
from tests.permissions.machine import Device, Scenario
from tests.permissions.model import POOL
from tests.permissions.staff import ROLES
from tests.simulation.company import DAY_MS

TYPED: Final = {
    "customer": ("name", "remark", "city", "address"), "contact": ("name", "position", "remark"),
    "visit": ("summary", "next_step"), "task": ("title",), "tag": ("name",), "tag_group": ("name",),
    "field": ("label_en",), "view": ("name",), "user": ("name",), "team": ("name",),
}  # fmt: skip
"""Fields that anybody may try to type into."""
HIDDEN: Final = (None, None, (), ("contact",), ("contact",))
"""What a command about a role says of parts; None: nothing."""
WITHHELD: Final = (
    "customer.city",
    "customer.name",
    "customer.*",
    "contact.*",
    "visit.summary",
    "task.title",
    "tag.*",
)
CHILDREN: Final = ("contact", "visit", "task")
MOST: Final = 14
"""Customers, so that people meet over them."""


def someone(s: Scenario, chance: Random, *bases: str) -> Device | None:
    """Somebody at a laptop; with roles named, one of those."""
    company = s.company()
    fit = [d for d in s.devices if not bases or company.roles[company.role[d.user]][0] in bases]
    return chance.choice(fit) if fit else None


def leading(s: Scenario, chance: Random, *bases: str) -> Device | None:
    """Mostly somebody who may, at times anybody."""
    return someone(s, chance, *(bases if chance.random() < 0.75 else ()))


def _write(s: Scenario, device: Device, entity: str, values: dict[str, Value]) -> Write:
    key = RecordKey(entity, device.laptop.replica.new_id())
    typed = {name: s.token(key.id, device) for name in TYPED.get(entity, ())}
    return Write(key, {**typed, **values})


def add_customer(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    if device is None or sum(e == "customer" for e in s.company().entity.values()) >= MOST:
        return False
    return s.commit(device, "adds", _write(s, device, "customer", {}))


def add_child(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    there = device.rows("customer") if device else []
    if device is None or not there:
        return False
    return s.commit(device, "adds", _child(s, device, chance, chance.choice(there).key.id))


def _child(s: Scenario, device: Device, chance: Random, home: str, entity: str | None = None) -> Write:
    entity = entity or chance.choice(CHILDREN)
    values: dict[str, Value] = {"customer": home}
    if entity == "visit":
        values |= {"kind": "onsite", "at": s.now}
    elif entity == "task":
        values |= {"done": False}
    return _write(s, device, entity, values)


def add_task_of_ones_own(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    return device is not None and s.commit(device, "adds", _write(s, device, "task", {"done": False}))


def add_child_of_the_unseen(s: Scenario, chance: Random) -> bool:
    """A made-up message: something below a customer that this person can't see."""
    device = someone(s, chance)
    hidden = _hidden(s, device, "customer") if device else []
    if device is None or not hidden:
        return False
    return s.commit(device, "guesses below", _child(s, device, chance, chance.choice(hidden)))


def edit_the_unseen(s: Scenario, chance: Random) -> bool:
    """A made-up message: an edit of a record that this person can't see."""
    device = someone(s, chance)
    hidden = _hidden(s, device, "customer", *CHILDREN) if device else []
    if device is None or not hidden or device.user in s.company().gone:
        return False
    met = [name for name in hidden if name.encode() in device.met]
    name = chance.choice(met if met and chance.random() < 0.7 else hidden)
    entity = s.company().entity[name]
    if any(row.key.id == name for row in device.laptop.rows().values()):
        return False
    values: dict[str, Value] = {field: s.token(name, device) for field in TYPED[entity]}
    if name in s.homes:
        values["customer"] = s.homes[name]
    if entity == "visit":
        values |= {"kind": "onsite", "at": s.now}
    s.guessed.add(name)
    return s.commit(device, "guesses", Write(RecordKey(entity, name), values))


def _hidden(s: Scenario, device: Device, *entities: str) -> list[str]:
    company = s.company()
    return sorted(
        r for r, e in company.entity.items() if e in entities and not company.rights(device.user, r)
    )


def review(s: Scenario, chance: Random) -> bool:
    device = leading(s, chance, "manager")
    visits = device.rows("visit") if device else []
    if device is None or not visits:
        return False
    write = _write(s, device, "review", {"visit": chance.choice(visits).key.id, "outcome": "reviewed"})
    remark: dict[str, Value] = {"remark": s.token(write.key.id, device)}
    return s.commit(device, "reviews", Write(write.key, {**write.values, **remark}))


def edit(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    there = device.rows("customer", *CHILDREN) if device else []
    return device is not None and bool(there) and _edit(s, device, chance, chance.choice(there))


def _edit(s: Scenario, device: Device, chance: Random, row: Stored) -> bool:
    names = TYPED[row.key.entity]
    some = chance.sample(names, chance.randint(1, min(2, len(names))))
    return s.commit(device, "edits", Write(row.key, {name: s.token(row.key.id, device) for name in some}))


def write_the_withheld(s: Scenario, chance: Random) -> bool:
    """Somebody types what their role withholds, past the laptop's own check."""
    fit = [d for d in s.devices if _withheld(s, d) and d.user not in s.company().gone]
    return bool(fit) and _write_the_withheld(s, chance, chance.choice(fit))


def _withheld(s: Scenario, device: Device) -> list[tuple[str, str]]:
    company = s.company()
    return sorted(company.roles[company.role[device.user]][1])


def _write_the_withheld(s: Scenario, chance: Random, device: Device) -> bool:
    entity, field = chance.choice(_withheld(s, device))
    field = chance.choice(TYPED[entity]) if field == "*" else field
    there, homes = device.rows(entity), device.rows("customer")
    if there and (chance.random() < 0.5 or (entity in CHILDREN and not homes)):
        row = chance.choice(there)
        write = Write(row.key, {field: s.token(row.key.id, device)})
    elif entity in CHILDREN and homes:
        write = _child(s, device, chance, chance.choice(homes).key.id, entity)
    elif entity in CHILDREN:
        return False
    else:
        write = _write(s, device, entity, {})
    is_written = s.commit(device, "types what is withheld", write, is_altered=True)
    if chance.random() < 0.7:
        s.now += 1000
        s.sync(device)
    return is_written


def tighten_role(s: Scenario, chance: Random) -> bool:
    """A role that somebody has withholds more, or other things, and they go on typing."""
    device, company = someone(s, chance, "administrator"), s.company()
    holders = [d for d in s.devices if company.role[d.user] not in ROLES and d.user not in company.gone]
    if device is None or not holders:
        return False
    holder = chance.choice(holders)
    withheld, name = chance.sample(WITHHELD, 3), f"role {s.names.randbytes(4).hex()}"
    role, hidden = company.role[holder.user], chance.choice(HIDDEN)
    s.order(device, "define-role", role=role, name=name, copy_of=role, withheld=withheld, hidden=hidden)
    return not _withheld(s, holder) or _write_the_withheld(s, chance, holder)


def edit_what_is_lent(s: Scenario, chance: Random) -> bool:
    """A guest, or who stands in, writes what is somebody else's."""
    if not s.company().shares and not share(s, chance):
        return False
    guests = [d for d in s.devices if any(d.user == to for _, to, *_ in s.company().shares.values())]
    if guests:
        s.sync(chance.choice(guests))
        s.now += 1000
    company = s.company()
    lent = [(to, customer) for customer, to, *_ in company.shares.values()]
    pairs = [
        (d, row)
        for d in s.devices
        for row in d.rows("customer", *CHILDREN)
        if (d.user, company.root(row.key.id) if row.key.id in company.entity else "") in lent
    ]
    if not pairs:
        return False
    device, row = chance.choice(pairs)
    return _edit(s, device, chance, row)


def edit_settings(s: Scenario, chance: Random) -> bool:
    device = leading(s, chance, "manager", "director", "administrator")
    there = device.rows("tag", "tag", "tag_group", "field", "view", "user", "team") if device else []
    return device is not None and bool(there) and _edit(s, device, chance, chance.choice(there))


def edit_a_tag(s: Scenario, chance: Random) -> bool:
    """Somebody types into a tag that is there already, past the laptop's own check: making one in passing is another thing."""
    tags = [(d, row) for d in s.devices for row in d.rows("tag") if row.seq is not None]
    if not tags:
        maker = someone(s, chance)
        if maker is None or not s.commit(maker, "declares", _write(s, maker, "tag", {})):
            return False
        for device in s.devices:
            s.now += 1000
            s.sync(device)
        tags = [(d, row) for d in s.devices for row in d.rows("tag") if row.seq is not None]
    if not tags:
        return False
    device, row = chance.choice(tags)
    write = Write(row.key, {"name": s.token(row.key.id, device)})
    return s.commit(device, "edits", write, is_altered=True)


def write_what_was_lost(s: Scenario, chance: Random) -> bool:
    """Somebody loses what they read by their team, hears of it, and goes on writing there."""
    company, admin = s.company(), someone(s, chance, "administrator")
    pairs = [
        (d, row)
        for d in s.devices
        for row in d.rows("customer")
        if d.user not in company.gone
        and row.seq is not None
        and company.owner.get(company.place.get(row.key.id, ""), d.user) != d.user
        and company.rights(d.user, row.key.id) == "w"
    ]
    if admin is None or not pairs:
        return False
    device, row = chance.choice(pairs)
    s.sync(device)
    s.now += 1000
    other = chance.choice(
        [team for team in (*sorted(s.template.teams), None) if team != company.team[device.user]]
    )
    team = None if other is None else s.template.teams[other]
    s.order(admin, "change-team", user=s.users[device.user], team=team)
    s.now += 1000
    s.sync(device)
    s.now += 1000
    if s.company().rights(device.user, row.key.id):
        return True
    s.guessed.add(row.key.id)
    values: dict[str, Value] = {name: s.token(row.key.id, device) for name in TYPED["customer"]}
    return s.commit(device, "guesses", Write(row.key, values), is_altered=True) and s.sync(device)


def come_back_late(s: Scenario, chance: Random) -> bool:
    """P4: what was written before a customer moved arrives more than three weeks after it did."""
    admin, company = someone(s, chance, "administrator"), s.company()
    pairs = [
        (d, row)
        for d in s.devices
        for row in d.rows("customer")
        if d.user not in company.gone
        and row.seq is not None
        and company.owner.get(company.place.get(row.key.id, "")) == d.user
    ]
    others = sorted(name for name in s.users if name not in company.gone)
    if admin is None or not pairs or len(others) < 2:
        return False
    device, row = chance.choice(pairs)
    s.sync(device)
    s.now += 1000
    if not _edit(s, device, chance, row):
        return False
    to = chance.choice([name for name in others if name != device.user])
    s.order(admin, "change-owner", customers=[row.key.id], to_user=s.users[to])
    s.now += chance.choice((DAY_MS, 22 * DAY_MS, 22 * DAY_MS))
    s.sync(device)
    return True


def add_setting(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    if device is None:
        return False
    entity = chance.choice(("tag", "tag", "tag_group", "field", "view"))
    values: dict[str, Value] = {}
    if entity == "field":
        values = {"entity": "customer", "type": "text", "label_zh": "新"}
    elif entity == "view":
        values = {"entity": "customer", "criteria": '{"all": []}'}
    return s.commit(device, "declares", _write(s, device, entity, values))


def delete(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    there = device.rows("customer", *CHILDREN) if device else []
    if device is None or not there:
        return False
    row = chance.choice(there)
    if life(row.record) is not Life.LIVE:
        return s.commit(device, "restores", Write(row.key, {"deleted": None}))
    below = device.laptop.replica.below(row.key)
    return s.commit(device, "deletes", Write(row.key, deletion(row.record, below)))


def ask(s: Scenario, chance: Random) -> bool:
    """A wish that the server decides when it hears of it."""
    device = someone(s, chance)
    there = device.rows("customer") if device else []
    if device is None or not there:
        return False
    customer = chance.choice(there).key.id
    kind = (
        "claim"
        if s.company().place.get(customer) == POOL
        else chance.choice(("release", "hand_over", "claim"))
    )
    values: dict[str, Value] = {"kind": kind, "customer": customer}
    if kind == "hand_over":
        values["to_user"] = s.users[chance.choice(sorted(s.users))]
    write = _write(s, device, "request", values)
    name: dict[str, Value] = {"name": s.token(write.key.id, device)}
    return s.commit(device, "asks", Write(write.key, {**write.values, **name}))


# -- what only the server does ---------------------------------------------------------------------------


def _customer(s: Scenario, device: Device, chance: Random) -> str | None:
    there = [row.key.id for row in device.rows("customer") if row.seq is not None]
    known = sorted(r for r, e in s.company().entity.items() if e == "customer")
    some = there if there and chance.random() < 0.85 else known
    return chance.choice(some) if some else None


def hand_over(s: Scenario, chance: Random) -> bool:
    device = leading(s, chance, "manager", "administrator")
    customer = _customer(s, device, chance) if device else None
    to = chance.choice(sorted(s.users))
    company = s.company()
    if device is None or customer is None or company.owner.get(company.place[customer]) == to:
        return False
    s.order(device, "change-owner", customers=[customer], to_user=s.users[to])
    return True


def there_and_back(s: Scenario, chance: Random) -> bool:
    """P7: a customer goes to somebody else and comes back, before or after anybody heard of it."""
    device = someone(s, chance, "administrator")
    company = s.company()
    owned = sorted(r for r, e in company.entity.items() if e == "customer" and company.place[r] != POOL)
    if device is None or not owned:
        return False
    customer = chance.choice(owned)
    first = company.owner[company.place[customer]]
    others = sorted(name for name in s.users if name != first and name not in company.gone)
    if not others or first in company.gone:
        return False
    s.order(device, "change-owner", customers=[customer], to_user=s.users[chance.choice(others)])
    for other in s.devices:
        if chance.random() < 0.4:
            s.now += 1000
            s.sync(other)
    s.now += 1000
    s.order(device, "change-owner", customers=[customer], to_user=s.users[first])
    s.happened["there and back"] += 1
    return True


def release(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    customer = _customer(s, device, chance) if device else None
    if device is None or customer is None:
        return False
    s.order(device, "release", customers=[customer])
    return True


def claim(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    company = s.company()
    pooled = sorted(r for r, e in company.entity.items() if e == "customer" and company.place[r] == POOL)
    customer = chance.choice(pooled) if pooled else _customer(s, device, chance) if device else None
    if device is None or customer is None or company.owner.get(company.place[customer]) == device.user:
        return False
    s.order(device, "claim", customers=[customer])
    return True


def hand_over_book(s: Scenario, chance: Random) -> bool:
    device = leading(s, chance, "manager", "administrator")
    names = sorted(s.users)
    giver, taker = chance.sample(names, 2)
    if device is None:
        return False
    is_leaving = chance.random() < 0.3 and len(s.company().gone) < 2
    s.order(device, "change-book-owner", user=s.users[giver], to_user=s.users[taker], leaving=is_leaving)
    return True


def change_team(s: Scenario, chance: Random) -> bool:
    device = leading(s, chance, "administrator")
    team = chance.choice((*sorted(s.template.teams), None))
    if device is None:
        return False
    user = s.users[chance.choice(sorted(s.users))]
    s.order(device, "change-team", user=user, team=None if team is None else s.template.teams[team])
    return True


def change_role(s: Scenario, chance: Random) -> bool:
    device = leading(s, chance, "administrator")
    if device is None:
        return False
    user = chance.choice([name for name in sorted(s.users) if name != "Ada"])
    s.order(device, "change-role", user=s.users[user], role=chance.choice(sorted(s.company().roles)))
    return True


def disable(s: Scenario, chance: Random) -> bool:
    device = leading(s, chance, "administrator")
    user = chance.choice([name for name in sorted(s.users) if name != "Ada"])
    if device is None or len(s.company().gone) >= 2:
        return False
    s.order(device, "disable-user", user=s.users[user])
    return True


def share(s: Scenario, chance: Random) -> bool:
    device = leading(s, chance, "rep", "manager", "administrator")
    customer = _customer(s, device, chance) if device else None
    if device is None or customer is None:
        return False
    until = chance.choice((None, s.now + 600_000, s.now + DAY_MS, s.now + 4 * DAY_MS, s.now))
    user = s.users[chance.choice(sorted(s.users))]
    s.order(device, "share", customers=[customer], user=user, can_write=chance.random() < 0.5, until=until)
    return True


def end_share(s: Scenario, chance: Random) -> bool:
    device, known = someone(s, chance), sorted(s.company().shares)
    if device is None or not known:
        return False
    s.order(device, "end-share", share=chance.choice(known))
    return True


def delegate(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    if device is None:
        return False
    away = device.user if chance.random() < 0.7 else chance.choice(sorted(s.users))
    starts = s.now + chance.choice((-1000, 0, 600_000, DAY_MS))
    ends = starts + chance.choice((600_000, DAY_MS, 5 * DAY_MS))
    to = s.users[chance.choice(sorted(s.users))]
    s.order(device, "delegate", user=s.users[away], to_user=to, starts=starts, ends=ends)
    return True


def end_delegation(s: Scenario, chance: Random) -> bool:
    device, known = someone(s, chance), sorted(s.company().stands_in)
    if device is None or not known:
        return False
    s.order(device, "end-delegation", delegation=chance.choice(known))
    return True


def define_role(s: Scenario, chance: Random) -> bool:
    """A role of the company's own, or another content for one that there is."""
    device = leading(s, chance, "administrator")
    known = sorted(set(s.company().roles) - ROLES)
    if device is None or len(known) > 5:
        return False
    role = chance.choice(known) if known and chance.random() < 0.4 else None
    withheld = chance.sample(WITHHELD, chance.randint(0, 3))
    copy = chance.choice(sorted(s.company().roles))
    name = f"role {s.names.randbytes(4).hex()}"
    hidden = chance.choice(HIDDEN)
    s.order(device, "define-role", role=role, name=name, copy_of=copy, withheld=withheld, hidden=hidden)
    return True


def hire(s: Scenario, chance: Random) -> bool:
    names = [name for name in ("Kim", "Max") if name not in s.users]
    if not names:
        return False
    s.hire(names[0], chance.choice(sorted(ROLES)), chance.choice((*sorted(s.template.teams), None)))
    s.happened["hired"] += 1
    return True


# -- the world ---------------------------------------------------------------------------------------------


def sync(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    if device is None:
        return False
    s.sync(device)
    return True


def sync_in_trouble(s: Scenario, chance: Random) -> bool:
    """The line loses, repeats and cuts."""
    device = someone(s, chance)
    if device is None:
        return False
    device.wire.trouble = 0.05
    s.sync(device)
    device.wire.trouble = 0.0
    return True


def sync_until_killed(s: Scenario, chance: Random) -> bool:
    """The laptop dies between two statements of its own."""
    device = someone(s, chance)
    if device is None:
        return False
    device.laptop.disk.arm(
        chance.randint(1, 60), chance.choice(("before", "torn", "late")), loses=chance.random() < 0.5
    )
    s.sync(device)
    device.laptop.disk.countdown = None
    return True


def sync_and_kill_the_server(s: Scenario, chance: Random) -> bool:
    device = someone(s, chance)
    if device is None:
        return False
    s.server.disk.arm(chance.randint(1, 120), chance.choice(("before", "late")), loses=chance.random() < 0.5)
    s.sync(device)
    s.server.disk.countdown = None
    return True


def restart_the_server(s: Scenario, chance: Random) -> bool:
    s.say("server: restarted")
    s.server.restart()
    return True


def pass_time(s: Scenario, chance: Random) -> bool:
    s.now += chance.choice(
        (60_000, 3_600_000, DAY_MS, 3 * DAY_MS, 22 * DAY_MS if chance.random() < 0.2 else DAY_MS)
    )
    return True


def probe(s: Scenario, chance: Random) -> bool:
    """P5: what is out of sight is answered as what does not exist, byte for byte."""
    device = someone(s, chance)
    if device is None or device.user in s.company().gone:
        return False
    hidden = _hidden(s, device, "customer", *CHILDREN, "review")
    try:
        access = device.laptop.http._access()
    except CrmError:
        return False
    base = s.company().roles[s.company().role[device.user]][0]
    if hidden:
        name = chance.choice(hidden)
        entity = s.company().entity[name]
        pairs: list[tuple[str, str, dict[str, Any], Any]] = [
            ("GET", f"/v1/records/{entity}/{{}}/history", {}, None)
        ]
        if entity == "customer" and base != "administrator":
            other = {"to_user": s.users[chance.choice(sorted(s.users))]}
            pairs += [
                ("POST", "/v1/commands/change-owner", {}, other),
                ("POST", "/v1/commands/release", {}, {}),
            ]
        for method, path, params, asked in pairs:
            _compare(s, device, access, name, method, path, params, asked)
    bucket = chance.choice(sorted(s.look().owners))
    if bucket not in _heads(device):
        pull = {"bucket": "{}", "epoch": 1, "after": 0, "salt": ""}
        _compare(s, device, access, bucket, "GET", "/v1/pull", pull, None)
        _compare(s, device, access, bucket, "GET", "/v1/reconcile/groups", {"bucket": "{}"}, None)
        _compare(
            s, device, access, bucket, "GET", "/v1/reconcile/digests", {"bucket": "{}", "groups": "00"}, None
        )
        _compare(s, device, access, bucket, "POST", "/v1/reconcile/states", {}, {"bucket": "{}", "keys": []})
    return True


def _heads(device: Device) -> set[str]:
    try:
        return {head.bucket for head in device.laptop.http.heads().heads}
    except CrmError:
        return set()


def _compare(
    s: Scenario,
    device: Device,
    access: str,
    name: str,
    method: str,
    path: str,
    params: dict[str, Any],
    asked: Any,
) -> None:
    answers = []
    dump = s.dump()
    for one in (name, s.names.randbytes(16).hex()):
        body = None
        if asked is not None and "bucket" in asked:
            body = json.dumps({**asked, "bucket": one}, separators=(",", ":")).encode()
        elif asked is not None:
            body = json.dumps({"id": s.names.randbytes(16).hex(), "customers": [one], **asked}).encode()
        said = {k: one if v == "{}" else v for k, v in params.items()}
        request = Request(
            method, path.format(one), said, {**_headers(access), "Content-Type": "application/json"}, body
        )
        answer = s.server.handle(request)
        answers.append((answer.status, {k: v for k, v in answer.headers.items() if k != "date"}, answer.body))
    s.happened["probed"] += 1
    if answers[0] != answers[1]:
        s.blame(
            "P5",
            f"{device.name} ({device.user}) {method} {path} of {name[-6:]}: {answers[0]}, else {answers[1]}"[
                :500
            ],
        )
    s.check_unchanged(f"{method} {path} of what is not there", dump)


Act = Callable[[Scenario, Random], bool]
ACTS: Final[dict[Act, float]] = {
    add_customer: 10, add_child: 14, add_task_of_ones_own: 2, add_child_of_the_unseen: 2, edit_the_unseen: 6, review: 9,
    edit: 20, edit_settings: 3, edit_a_tag: 3, write_what_was_lost: 2, come_back_late: 2, add_setting: 3, edit_what_is_lent: 12, write_the_withheld: 6, tighten_role: 3, delete: 4, ask: 5, hand_over: 8, there_and_back: 3, release: 5, claim: 6,
    hand_over_book: 3, change_team: 4, change_role: 4, disable: 2, hire: 1, share: 11, end_share: 6, delegate: 6, end_delegation: 2, define_role: 3, sync: 38, sync_in_trouble: 4,
    sync_until_killed: 4, sync_and_kill_the_server: 3, restart_the_server: 1, pass_time: 6, probe: 6,
}  # fmt: skip
