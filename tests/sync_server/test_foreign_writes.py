"""T-20, T-21: every kind of record, every way of writing it, from everybody, to what is theirs and what is not.

The tables are made from the registry: a new kind of record is tried like all others, or fails here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from crmdesk.core.entities import REGISTRY
from crmdesk.core.parts import CONTACT, part_bucket
from crmdesk.core.record import Placement, Record, RecordKey, moved
from crmdesk.core.roles import SERVER_ENTITIES
from crmdesk.core.wire import Outcome, PushAnswer
from crmdesk.store import records
from sync_server import accounts, moving
from sync_server.storage import people
from tests.support import families
from tests.support.families import Family, below, changed, values_of
from tests.support.laptop import Laptop, enrolled, fresh_id, verdicts
from tests.support.server import RunningServer

ROLES = {
    "Ann": "rep", "Mei": "manager", "Dora": "director", "Eve": "auditor", "Root": "administrator", "Gil": "custom",
}  # fmt: skip
TARGETS = ("own", "own deleted", "peer", "peer deleted", "elsewhere", "elsewhere deleted", "pool", "settings")
"""Peer: Bo, whose team shares its books, and whom Mei manages. Elsewhere: Sue, of another region."""
WRITING = ("edit", "delete", "restore")
MAKING = ("make", "make elsewhere", "make below", "make and move")
CLAIMING = "edit in a claimed place"


class Attempt(NamedTuple):
    """What somebody tries; `code` is what they are to be told, None if it is theirs to do, and then `bucket` is where
    it ends up, under this move number. `moved_to` is said in an edit of its own, right afterwards.
    """

    how: str
    target: str
    key: RecordKey
    values: dict[str, Any]
    code: str | None
    bucket: str
    move_no: int | None = None
    moved_to: dict[str, Any] | None = None


def may_write(role: str, target: str) -> bool:
    """Whether somebody writes in the place where a target is."""
    match target.split(maxsplit=1)[0]:
        case _ if role == "auditor":
            return False
        case "own":
            return True
        case "peer":
            return role in ("rep", "manager")
        case "pool":
            return role == "manager"
        case "settings":
            return role in ("manager", "director", "administrator")
        case _:
            return False


def may_read_below(role: str, target: str) -> bool:
    """Whether somebody reads what hangs under a target's customer."""
    readers = {
        "own": set(ROLES.values()),
        "peer": {"rep", "manager", "director", "auditor"},
        "elsewhere": {"auditor"},
        "pool": {"manager", "director", "auditor"},
    }
    return role in readers.get(target.split(maxsplit=1)[0], set())


def refusal(role: str, entity: str, target: str, how: str) -> str | None:
    """What somebody is told who tries this; None: it is done."""
    if entity in SERVER_ENTITIES or (entity == "late_work" and how in MAKING):
        return "server_field"
    if entity == "late_work" and not may_read_below(role, target):
        return "server_field"  # as if it were not there
    is_new_word = how == "make" and entity in ("tag", "tag_group")
    is_hidden = role == "custom" and REGISTRY[entity].part == CONTACT
    if role == "auditor" or is_hidden or (entity == "review" and role != "manager"):
        return "forbidden"
    if how == "make below":
        return "forbidden" if may_read_below(role, target) and not may_write(role, target) else None
    if how == "make and move":
        return "fixed_field"
    if is_new_word or (target != "nonexistent" and may_write(role, target)):
        return None
    return "forbidden"


class Scene:
    """A company with a family of records in every place, and a laptop for each role."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        server.add_team("South")
        for name, role, team in (
            ("Dora", "director", "North"),
            ("Eve", "auditor", None),
            ("Root", "administrator", None),
            ("Sue", "rep", "South"),
        ):
            server.add_user(name, role, team)
        with server.database.write() as connection:
            now = server.clock()
            junior = accounts.define_role(
                connection, None, "Junior", "rep", frozenset(("customer.grade",)), now, frozenset((CONTACT,))
            )
            server.people["Gil"] = accounts.add_user(connection, "Gil", junior.id, now, team="West")
            self.company = people.load_company(connection)
        self.laptops = {role: enrolled(server, name) for name, role in ROLES.items()}
        self.shared: dict[str, Family] = {}
        for target, bucket in (
            ("peer", server.people["Bo"].book),
            ("elsewhere", server.people["Sue"].book),
            ("pool", self.company.pool),
        ):
            self.shared[target] = families.in_bucket(server, bucket)
            if target != "pool":
                self.shared[f"{target} deleted"] = families.delete(server, families.in_bucket(server, bucket))
        self.shared["settings"] = families.in_settings(server)
        self.own = {role: self._own(laptop) for role, laptop in self.laptops.items()}

    def _own(self, laptop: Laptop) -> dict[str, Family]:
        live = families.in_bucket(self.server, laptop.book)
        gone = families.delete(self.server, families.in_bucket(self.server, laptop.book))
        return {"own": live, "own deleted": gone}

    def family(self, role: str, target: str) -> Family:
        return self.own[role].get(target) or self.shared[target]

    def digest(self) -> list[str]:
        """All the company holds, but what was refused and how far each laptop has counted."""
        lines = self.server.dump().splitlines()
        return [line for line in lines if line.split(" ", 1)[0] not in ("refused", "actor")]

    # -- what is tried -----------------------------------------------------------------------------
    def changes(self, role: str, how: str) -> Iterator[Attempt]:
        """Writing to records that are there, in every place."""
        for target in TARGETS:
            family = self.family(role, target)
            kept = families.states(self.server, family.values())
            for entity, key in family.items():
                values = _said(how, entity, kept[key])
                if values is not None:
                    code, place = refusal(role, entity, target, how), kept[key].placement
                    yield Attempt(how, target, key, values, code, place.bucket, place.move_no)

    def changes_of_nothing(self, role: str, how: str) -> Iterator[Attempt]:
        """Writing to records that are not there, as somebody would who heard of them."""
        for entity, like in (self.shared["elsewhere"] | self.shared["settings"]).items():
            (record,) = families.states(self.server, [like]).values()
            values = _said(how, entity, record)
            if values is not None:
                code = refusal(role, entity, "nonexistent", how)
                yield Attempt(how, "nonexistent", RecordKey(entity, fresh_id()), values, code, "")

    def new_ones(self, role: str) -> Iterator[Attempt]:
        """New records that hang under nothing."""
        for name, entity in REGISTRY.entities.items():
            if entity.home is None:
                target = "settings" if entity.placed == "config" else "own"
                values = values_of(entity)
                if name == "request":
                    values["customer"] = self.own[role]["own"]["customer"].id  # which is theirs already
                bucket = self.company.config if target == "settings" else self.laptops[role].book
                code = refusal(role, name, target, "make")
                yield Attempt("make", target, RecordKey(name, fresh_id()), values, code, bucket)

    def children(self, role: str) -> Iterator[Attempt]:
        """New records below what is there, in every place, and below nothing; claimed to be in the author's own book."""
        for target in (*TARGETS[:-1], "nonexistent"):
            for name, entity in REGISTRY.entities.items():
                if entity.home is None:
                    continue
                is_there = target != "nonexistent"
                home = below(entity, self.family(role, target)) if is_there else fresh_id()
                bucket = part_bucket(self.laptops[role].book, entity.part)
                if is_there and may_write(role, target):
                    customer = self.family(role, target)["customer"]
                    (stored,) = families.states(self.server, [customer]).values()
                    bucket = moving.below(self.company, stored.placement.bucket, entity.part)
                code = refusal(role, name, target, "make below")
                values = values_of(entity, home)
                yield Attempt("make below", target, RecordKey(name, fresh_id()), values, code, bucket)

    # -- trying ------------------------------------------------------------------------------------
    def push(self, role: str, attempts: list[Attempt]) -> list[Outcome]:
        """Try them in one batch."""
        laptop = self.laptops[role]
        laptop.records = families.states(self.server, [one.key for one in attempts])
        (lent,) = families.states(self.server, [self.shared["elsewhere"]["customer"]]).values()
        for one in attempts:
            if one.target == "nonexistent" and one.how in (*WRITING, CLAIMING):
                laptop.records[one.key] = lent  # edits of somebody else's, as of a record that one has seen
            if one.how == CLAIMING:
                laptop.records[one.key] = moved(laptop.records[one.key], Placement(99, laptop.book))
            elsewhere = self.server.people["Sue"].book if one.how == "make elsewhere" else None
            laptop.write(one.key, one.values, bucket=elsewhere)
            if one.moved_to is not None:
                laptop.write(one.key, one.moved_to)
        reply = laptop.post(laptop.batch())
        assert reply.status_code == 200, reply.text
        answer = msgspec.json.decode(reply.content, type=PushAnswer)
        laptop.chain, laptop.unsent = answer.chain, []
        return list(answer.outcomes)

    def check(self, role: str, attempts: Iterable[Attempt]) -> int:
        """Try what is to be refused and see that nothing changes, then what is not. Returns how many were tried."""
        every = list(attempts)
        wrong: list[tuple[object, ...]] = []
        before, refused = self.digest(), [one for one in every if one.code]
        for one, outcome in zip(refused, self.push(role, refused), strict=True):
            if (outcome.verdict, outcome.code) != ("rejected", one.code):
                wrong.append((role, one, outcome))
        if self.digest() != before:
            wrong.append((role, "what was refused changed something"))
        taken = [one for one in every if not one.code]
        outcomes = self.push(role, taken)
        kept = families.states(self.server, [one.key for one in taken])
        for one, outcome in zip(taken, outcomes, strict=True):
            place = kept[one.key].placement if one.key in kept else None
            is_there = place is not None and place.bucket == outcome.bucket == one.bucket
            stays = one.move_no is None or (place is not None and place.move_no == one.move_no)
            if outcome.verdict not in ("accepted", "merged") or not is_there or not stays:
                wrong.append((role, one, outcome, place))
        assert not wrong, "\n".join(map(str, wrong))
        return len(every)


def _said(how: str, entity: str, record: Record) -> dict[str, Any] | None:
    match how:
        case "delete":
            return {"deleted": {"seen": dict(record.clock)}}
        case "restore":
            return {"deleted": None}
        case _:
            return changed(REGISTRY[entity])


@pytest.fixture
def scene(server: RunningServer) -> Scene:
    return Scene(server)


def test_t20_nobody_writes_what_is_not_theirs_whatever_it_is_and_however(scene: Scene) -> None:
    assert {entity for family in scene.shared.values() for entity in family} == REGISTRY.entities.keys()
    tried = 0
    for role in ROLES.values():
        for how in WRITING:
            tried += scene.check(role, [*scene.changes(role, how), *scene.changes_of_nothing(role, how)])
        tried += scene.check(role, [*scene.new_ones(role), *scene.children(role)])
    assert tried > 1800


def test_t21_a_claimed_place_takes_nothing_over_and_moves_nothing(scene: Scene) -> None:
    for role in ROLES.values():
        assert scene.check(role, scene.changes(role, CLAIMING)) > 50


def test_t21_a_new_record_that_claims_anothers_book_is_kept_in_its_authors_own(scene: Scene) -> None:
    for role in ROLES.values():
        book = scene.laptops[role].book
        new = [
            Attempt(
                "make elsewhere",
                "own",
                RecordKey(name, fresh_id()),
                values_of(entity),
                code,
                part_bucket(book, entity.part),
            )
            for name, entity in REGISTRY.entities.items()
            if entity.placed == "book" and entity.name != "request"
            for code in [refusal(role, name, "own", "make elsewhere")]
        ]  # without a home, those that have one
        assert scene.check(role, new) >= 9


def test_t21_nothing_changes_its_home_or_loses_it(scene: Scene) -> None:
    for role in ROLES.values():
        own, tried = scene.own[role]["own"], 0
        for target in (None, "peer", "elsewhere", "pool"):
            attempts = []
            for name, entity in REGISTRY.entities.items():
                if entity.home is None:
                    continue
                code = refusal(role, name, "own", "edit")
                if code is None:
                    code = "server_field" if entity.by_name[entity.home].server else "fixed_field"
                there = below(entity, scene.shared[target]) if target else None
                (stored,) = families.states(scene.server, [own[name]]).values()
                said = {entity.home: there}
                attempts.append(Attempt("edit", "own", own[name], said, code, stored.placement.bucket))
                code = refusal(role, name, "own", "make and move")
                made = values_of(entity, below(entity, own))
                attempts.append(
                    Attempt("make and move", "own", RecordKey(name, fresh_id()), made, code, "", None, said)
                )
            tried += scene.check(role, attempts)
        assert tried >= 50


def test_t21_an_id_is_one_records_and_nothing_else_is_made_under_it(server: RunningServer) -> None:
    """Of two under one id all that hangs under either would go with both: who deletes their own buried the other."""
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer, other = ann.customer(), RecordKey("task", fresh_id())
    ann.push()
    ann.write(RecordKey("task", customer.id), {"title": "by who sees it"})
    cai.write(RecordKey("task", customer.id), {"title": "by who does not"})
    cai.write(other, {"title": "the first"})
    cai.write(RecordKey("customer", other.id), {"name": "the second, in the same push"})
    assert verdicts(ann.push()) == [("rejected", "forbidden")]
    assert verdicts(cai.push()) == [("rejected", "forbidden"), ("accepted", None), ("rejected", "forbidden")]
    with server.database.read() as connection:
        keys = (customer, other, RecordKey("task", customer.id), RecordKey("customer", other.id))
        assert records.load(connection, keys).keys() == {customer, other}
