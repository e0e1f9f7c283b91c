"""Trees of conditions at random, records to judge by them, and what the kernel says of a whole workspace."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from crmdesk.core import criteria as language
from crmdesk.core.criteria import Below, Condition, Criteria, Days, Group, Kind, Node, Op, Seen
from crmdesk.core.entities import REGISTRY
from crmdesk.core.record import RecordKey, decode
from crmdesk.core.registry import Entity, Field, Type
from crmdesk.core.resolve import Life, read_record
from crmdesk.store.reading import Reader
from crmdesk.store.replica import Write
from crmdesk.usecases import records
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import DAY, NOON, Colleague, receive

TODAY = date(2026, 11, 22)
TAGS = ("t1", "t2", "t3")
PEOPLE = ("ann", "bo")
TEXTS = ("Acme", "acme 100%", "华东_机械", "深圳", "a\\b", "ÄRZTE", "A'B")
CODES = ("440000", "440300", "440305", "110000", "C", "34", "342")
DATES = ("2026-11-21", "2026-11-22", "2026-11-30", "2025-02-28")
INSTANTS = (NOON, NOON - DAY, NOON - 30 * DAY, NOON + 12 * 3_600_000, -5, 2**53 - 1)
NUMBERS = (-3, 0, 1, 120)


def a_value(rng: random.Random, declared: Field) -> Any:
    """A value for a field; now and then one that no form would write."""
    if rng.random() < 0.05:
        return rng.choice(["", 5, True, ["a"], {"odd": 1}, {"money": [5, "CNY"]}, "2026"])
    match declared.type:
        case Type.CHOICE:
            return rng.choice(declared.options).key
        case Type.DATE:
            return rng.choice(DATES)
        case Type.INSTANT:
            return rng.choice(INSTANTS)
        case Type.MONEY:
            return {"money": [rng.choice(NUMBERS), rng.choice(["CNY", "USD"])]}
        case Type.INTEGER:
            return rng.choice(NUMBERS)
        case Type.BOOLEAN:
            return rng.random() < 0.5
        case Type.CODE:
            return rng.choice(CODES)
        case Type.REFERENCE:
            return rng.choice(PEOPLE)
        case _:
            return rng.choice(TEXTS)


def some_values(rng: random.Random, entity: Entity) -> dict[str, Any]:
    """A record's values: each field half of the time."""
    found: dict[str, Any] = {}
    for declared in entity.fields:
        if declared.repeated:
            keys = TAGS if declared.type is Type.BOOLEAN else ("e1", "e2")
            found |= {f"{declared.name}:{k}": a_value(rng, declared) for k in keys if rng.random() < 0.4}
        elif declared.name != entity.home and not declared.server and rng.random() < 0.5:
            found[declared.name] = a_value(rng, declared)
    return found


def fill(desk: Workspace, customers: int, seed: int) -> None:
    """Customers with all that may hang below them, some of it deleted, some of it in conflict."""
    rng, replica, colleague = random.Random(seed), desk.replica, Colleague()
    for _ in range(customers):
        home = RecordKey("customer", replica.new_id())
        replica.commit([Write(home, {"name": "x", **some_values(rng, REGISTRY["customer"])})])
        if rng.random() < 0.3:
            theirs = {"name": "y", **some_values(rng, REGISTRY["customer"])}
            receive(desk, {home: colleague.edit(None, theirs, bucket="elsewhere")})
        for child in REGISTRY.children("customer"):
            if child.name in ("share", "late_work"):
                continue
            for _ in range(rng.randrange(3)):
                key = RecordKey(child.name, replica.new_id())
                replica.commit([Write(key, {**some_values(rng, child), str(child.home): home.id})])
                if rng.random() < 0.2:
                    records.delete(replica, key)


def everybody(reader: Reader) -> dict[str, Seen]:
    """Every customer on show as the kernel sees it, straight from the records."""
    views: dict[str, list[tuple[str, Seen]]] = {}
    for entity, record_id, root, bucket, state in reader.all(
        "SELECT entity, id, root, bucket, state FROM record"
    ):
        view = read_record(decode(state), entity, REGISTRY)
        if view.life is not Life.DELETED:
            made, changed = reader.one(
                f"SELECT created_at, updated_at FROM p_{entity} WHERE id = ?", (record_id,)
            ) or (0, 0)
            seen = Seen({**view.values, "created_at": made, "updated_at": changed}, bucket)
            views.setdefault(root if root != record_id else record_id, []).append((entity, seen))
    found = {}
    for root, several in views.items():
        customer = next((seen for entity, seen in several if entity == "customer"), None)
        if customer is None:
            continue
        below: dict[str, list[Seen]] = {}
        for entity, seen in several:
            below.setdefault(entity, []).append(seen)
        at = [one.values.get("at") for one in below.get("visit", ())]
        times = [int(one) for one in at if isinstance(one, int)]
        facts = {"last_visit_at": max(times, default=None), "visits": len(at)}
        found[root] = Seen({**customer.values, **facts}, customer.bucket, below)
    return found


# -- trees ---------------------------------------------------------------------------------------------


def _operand(declared: Field, op: Op) -> st.SearchStrategy[Any]:
    if op in (Op.LAST_DAYS, Op.NEXT_DAYS):
        return st.sampled_from([0, 1, 30, language.MAX_DAYS])
    if declared.repeated and declared.type is Type.BOOLEAN:
        return st.sampled_from(TAGS)
    match declared.type:
        case Type.CHOICE:
            return st.sampled_from([option.key for option in declared.options])
        case Type.DATE | Type.INSTANT:
            days = st.sampled_from([-30, -1, 0, 1, 40]).map(Days)
            return st.one_of(st.sampled_from((*DATES, "0001-01-01", "9999-12-31")), days)
        case Type.MONEY:
            return st.tuples(st.sampled_from(NUMBERS), st.just("CNY"))
        case Type.INTEGER:
            return st.sampled_from(NUMBERS)
        case Type.BOOLEAN:
            return st.booleans()
        case Type.CODE:
            return st.sampled_from([c for c in CODES if (len(c) == 6) is (declared.table == "region")])
        case Type.REFERENCE:
            return st.sampled_from([*PEOPLE, *([language.ME] if declared.target == "user" else [])])
        case _:
            return st.sampled_from([*TEXTS, *(text[1:3] for text in TEXTS)])


@st.composite
def a_condition(draw: st.DrawFn, entity: Entity) -> Condition:
    declared = draw(st.sampled_from(list(language.vocabulary(entity).values())))
    op = draw(st.sampled_from(language.ops_of(declared)))
    least, most = language.operand_bounds(declared, op)
    unique = most > 2
    values = draw(st.lists(_operand(declared, op), min_size=least, max_size=min(most, 3), unique=unique))
    return Condition(declared.name, op, tuple(values))


def _groups(parts: st.SearchStrategy[Node], most: int = 3) -> st.SearchStrategy[Group]:
    return st.builds(Group, st.sampled_from(Kind), st.lists(parts, max_size=most).map(tuple))


@st.composite
def _a_child(draw: st.DrawFn, entity: Entity) -> Below:
    child = draw(st.sampled_from(REGISTRY.children(entity.name)))
    return Below(child.name, draw(_groups(a_condition(child), 2)), draw(st.booleans()))


def trees(entity: str = "customer") -> st.SearchStrategy[Criteria]:
    """Whole trees about an entity, two groups deep, with conditions about what hangs below."""
    about = REGISTRY[entity]
    leaf: st.SearchStrategy[Node] = st.one_of(a_condition(about), a_condition(about), _a_child(about))
    parts = st.lists(st.one_of(leaf, _groups(leaf)), max_size=3)
    return parts.map(lambda found: language.all_of(entity, *found))


def kept(found: Sequence[tuple[str]]) -> set[str]:
    return {row[0] for row in found}
