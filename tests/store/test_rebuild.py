"""Dropping and rebuilding every projection changes nothing a person can see, whatever happened before.

Each history is a seeded walk through what people and servers do; the environment variable
CRMDESK_WALKS asks for more of them.
"""

import os
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown
from crmdesk.core.record import Placement, Record, RecordKey, merge, moved
from crmdesk.store import dialect, outbox
from crmdesk.store.delivery import Departure
from crmdesk.store.replica import Write
from crmdesk.usecases import conflicts, history, records
from crmdesk.usecases.workspace import Workspace, open_workspace
from tests.support import dump
from tests.support.workspace import Colleague, FakeClock, customer, make, receive
from tests.support.workspace import records as stored_records

WALKS = int(os.environ.get("CRMDESK_WALKS", "0"))
STEPS = 30
NAMES = ("宏远机械", "深圳市长安集团", "单雄信", "Acme 科技", "重庆银行", "A&B", "58同城", "")
FIELD_IDS = ("f" * 31 + "1", "f" * 31 + "2")


class Walk:
    """One random history of one workspace."""

    def __init__(self, desk: Workspace, seed: int, *, settles_first: bool = False) -> None:
        self.desk = desk
        self.settles_first = settles_first
        self.rng = random.Random(seed)
        self.them = [Colleague("c" * 32, "王强"), Colleague("d" * 32, "李娜")]
        self.copies: list[tuple[RecordKey, Record]] = []
        self.forms: list[tuple[RecordKey, Shown]] = []
        self.seq = 0

    def go(self) -> None:
        deeds = [
            self.add, self.add, self.add_child, self.add_child, self.edit, self.edit, self.save_stale_form,
            self.tag, self.phone, self.delete, self.restore, self.undo, self.resolve, self.foreign_new,
            self.foreign_edit, self.foreign_edit, self.foreign_merge, self.orphan, self.unknown, self.field,
            self.move, self.depart, self.settle,
        ]  # fmt: skip
        for _ in range(STEPS):
            self.rng.choice(deeds)()

    # -- what a person does --------------------------------------------------------------------------

    def keys(self, *entities: str) -> list[RecordKey]:
        rows = self.desk.reader.all("SELECT entity, id, part FROM record WHERE coalesce(seq, 0) <> -1")
        return [RecordKey(*row) for row in rows if not entities or row[0] in entities]

    def some(self, *entities: str) -> RecordKey | None:
        found = self.keys(*entities)
        return self.rng.choice(found) if found else None

    def add(self) -> None:
        key = RecordKey("customer", self.desk.replica.new_id())
        self.desk.replica.commit([Write(key, {"name": self.rng.choice(NAMES), "phone": "13900001234"})])

    def add_child(self) -> None:
        home = self.some("customer")
        if home is None:
            return
        children: list[tuple[str, dict[str, Any]]] = [
            ("contact", {"name": "单小姐", "phone:a": "021-5555"}),
            ("visit", {"summary": "谈价", "kind": "onsite", "at": self.rng.randrange(9)}),
            ("task", {"title": "寄样品", "due_on": "2026-11-30"}),
        ]
        entity, values = self.rng.choice(children)
        key = RecordKey(entity, self.desk.replica.new_id())
        values = {**values, "customer": home.id}
        if entity == "task" and self.rng.random() < 0.3:
            values.pop("customer")
        self.desk.replica.commit([Write(key, values)])

    def edit(self) -> None:
        if key := self.some():
            self.forms.append((key, records.open_form(self.desk.reader, self.desk.replica.registry, key)))
            self.desk.replica.commit([Write(key, self.values(key))])

    def values(self, key: RecordKey) -> dict[str, Any]:
        match key.entity:
            case "customer":
                field = self.rng.choice(["name", "city", "grade", f"x_{FIELD_IDS[0]}", "odd"])
                return {field: self.rng.choice([*NAMES, None, 7])}
            case "task":
                home = self.some("customer")
                has_home = any("customer" in e.values for e in stored_records(self.desk)[key].edits)
                return {"done": True} if has_home or home is None else {"customer": home.id}
            case "review" | "field":
                return {"odd": self.rng.choice(NAMES)}
            case _:
                return {self.rng.choice(["name", "summary", "next_step"]): self.rng.choice(NAMES)}

    def save_stale_form(self) -> None:
        if self.forms:
            key, shown = self.forms.pop(self.rng.randrange(len(self.forms)))
            if key in self.keys():
                self.desk.replica.commit([Write(key, self.values(key), shown)])

    def tag(self) -> None:
        if key := self.some("customer"):
            self.desk.replica.commit([Write(key, {f"tag:{self.rng.choice('ab')}": self.rng.random() < 0.6})])

    def phone(self) -> None:
        if key := self.some("contact"):
            self.desk.replica.commit([Write(key, {"phone:a": self.rng.choice([None, "13800000000"])})])

    def delete(self) -> None:
        if key := self.some():
            records.delete(self.desk.replica, key)

    def restore(self) -> None:
        if key := self.some():
            records.restore(self.desk.replica, key)

    def undo(self) -> None:
        rows = self.desk.reader.all("SELECT DISTINCT txn FROM edit ORDER BY 1")
        if rows:
            with suppress(CrmError):  # a reference that is fixed once set can't be taken back
                history.undo(self.desk.replica, self.rng.choice(rows)[0])

    def resolve(self) -> None:
        items = conflicts.listed(self.desk.reader, self.desk.replica.registry)
        if items:
            conflicts.resolve(self.desk.replica, self.rng.choice(items), self.rng.randrange(2))

    # -- what a server does --------------------------------------------------------------------------

    def take(self, *pairs: tuple[RecordKey, Record], departures: tuple[Departure, ...] = ()) -> None:
        self.seq += 1
        receive(self.desk, list(pairs), departures, seq=self.seq)

    def foreign_new(self) -> None:
        them = self.rng.choice(self.them)
        key = RecordKey("customer", f"{them.actor[0]}{them.counter:031x}")
        self.copies.append((key, them.edit(None, {"name": self.rng.choice(NAMES)})))
        self.take(self.copies[-1])

    def foreign_edit(self) -> None:
        if key := self.some():
            here = stored_records(self.desk)[key]
            values = self.rng.choice([self.values(key), {"deleted": {"seen": dict(here.clock)}}])
            self.copies.append((key, self.rng.choice(self.them).edit(here, values)))
            self.take(self.copies[-1])

    def foreign_merge(self) -> None:
        """Somebody wrote to an older copy: what both did stands side by side."""
        if self.copies:
            key, old = self.rng.choice(self.copies)
            if key in self.keys():
                self.take((key, self.rng.choice(self.them).edit(old, self.values(key))))

    def orphan(self) -> None:
        """Children come before their homes; now and then a home follows."""
        them = self.rng.choice(self.them)
        visit, home = (f"{them.actor[0]}{them.counter:030x}{digit}" for digit in "ab")
        family = [
            (RecordKey("review", home[:-1] + "c"), them.edit(None, {"visit": visit, "outcome": "flagged"})),
            (RecordKey("visit", visit), them.edit(None, {"customer": home, "summary": "谈价", "at": 5})),
            (RecordKey("customer", home), them.edit(None, {"name": "后到"})),
        ]
        self.rng.shuffle(family)
        for pair in family[: self.rng.randrange(1, 4)]:
            self.take(pair)

    def unknown(self) -> None:
        them = self.rng.choice(self.them)
        key = RecordKey("spaceship", f"e{them.counter:031x}")
        self.take((key, them.edit(None, {"name": "不认识", "customer": "nobody", "hologram": {"v": ["x"]}})))

    def field(self) -> None:
        """An administrator adds a field while people work."""
        key = RecordKey("field", self.rng.choice(FIELD_IDS))
        if key not in stored_records(self.desk):
            values: dict[str, Any] = {
                "entity": "customer",
                "type": self.rng.choice(["text", "integer"]),
                "label_zh": "车间",
            }
            self.take((key, self.rng.choice(self.them).edit(None, values)))

    def move(self) -> None:
        bucket = self.rng.choice("pq")
        here = stored_records(self.desk)
        for key in self.family():
            place = Placement(here[key].placement.move_no + 1, bucket)
            self.take((key, moved(here[key], place)))

    def depart(self) -> None:
        if self.settles_first:
            self.settle(1000)
        later = self.rng.randrange(2)
        places = {key: stored_records(self.desk)[key].placement for key in self.family()}
        self.take(departures=tuple(Departure(key, p.bucket, p.move_no + later) for key, p in places.items()))

    def family(self) -> list[RecordKey]:
        """A customer, or whatever stands for itself, and all below it: servers move them together."""
        rows = self.desk.reader.all(
            "SELECT DISTINCT root FROM record WHERE coalesce(seq, 0) <> -1 AND entity <> 'field' ORDER BY 1"
        )
        if not rows:
            return []
        root = self.rng.choice(rows)
        found = self.desk.reader.all(
            "SELECT entity, id, part FROM record WHERE root = ? AND coalesce(seq, 0) <> -1", root
        )
        return [RecordKey(*row) for row in found]

    def settle(self, most: int = 5) -> None:
        with self.desk.replica.database.write() as connection:
            counters = [entry.counter for entry in outbox.waiting(connection, most)]
            outbox.settle(connection, counters)


@pytest.mark.parametrize("seed", range(60 + WALKS))
def test_a_rebuild_changes_nothing_anybody_can_see(tmp_path: Path, seed: int) -> None:
    desk = make(tmp_path / "a", seed=seed)
    Walk(desk, seed).go()
    before, authoritative = dump.seen(desk.reader), dump.kept(desk.reader)
    desk.replica.rebuild()
    assert dump.difference(before, dump.seen(desk.reader)) == {}
    assert dump.kept(desk.reader) == authoritative
    desk.close()


@pytest.mark.parametrize("seed", range(30 + WALKS))
def test_another_replica_that_takes_the_records_in_another_order_shows_the_same(
    tmp_path: Path, seed: int
) -> None:
    desk, other = make(tmp_path / "a", seed=seed), make(tmp_path / "b", seed=seed + 1000)
    Walk(desk, seed, settles_first=True).go()  # what is hidden here would not be sent on
    deck = list(stored_records(desk).items())
    rng = random.Random(seed)
    rng.shuffle(deck)
    for start in range(0, len(deck), size := rng.randrange(1, 5)):
        receive(other, deck[start : start + size])
    assert dump.difference(dump.seen(desk.reader), dump.seen(other.reader)) == {}
    desk.close()
    other.close()


def test_the_dump_would_notice_a_lost_cell_a_lost_word_and_a_lost_conflict(tmp_path: Path) -> None:
    desk = make(tmp_path / "a")
    them, key = Colleague(), RecordKey("customer", "1" * 32)
    first = them.edit(None, {"name": "宏远"})
    receive(
        desk, {key: merge(them.edit(first, {"name": "甲"}), Colleague("d" * 32).edit(first, {"name": "乙"}))}
    )
    before = dump.seen(desk.reader)
    for damage in (
        "UPDATE p_customer SET f_name = '丙'",
        "DELETE FROM attention",
        "DELETE FROM search WHERE rowid = 1",
    ):
        with desk.replica.database.write() as connection:
            connection.exec_driver_sql(damage)
        assert dump.seen(desk.reader) != before
        desk.replica.rebuild()
    assert dump.seen(desk.reader) == before
    desk.close()


def test_a_program_with_other_declarations_rebuilds_when_it_opens_a_store(tmp_path: Path) -> None:
    from crmdesk.usecases.workspace import open_workspace

    desk = make(tmp_path / "a")
    Walk(desk, 3).go()
    before = dump.seen(desk.reader)
    with desk.replica.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE p_customer")
        connection.exec_driver_sql("CREATE TABLE p_customer (n INTEGER PRIMARY KEY, id TEXT, old TEXT)")
        connection.exec_driver_sql("UPDATE setting SET value = '\"older\"' WHERE name = 'projection'")
        # ... and the file was copied here, so that edits are renamed on the same occasion
        connection.exec_driver_sql(
            "UPDATE setting SET value = json_set(value, '$.place', 'x') WHERE name = 'identity'"
        )
    desk.close()
    again = open_workspace(desk.profile, None, FakeClock(9))
    assert dump.seen(again.reader) == before
    again.close()


def test_r34_tables_of_another_version_are_made_anew_before_anything_is_read_from_them(
    desk: Workspace,
) -> None:
    """The desktop's first page reads before it opens what writes, and the columns it asks for may be new."""
    mine = customer(desk, "宏远机械", website="hongyuan.example")
    profile, clock = desk.profile, desk.clock
    desk.close()
    older = dialect.connect(profile.database, None, "sqlcipher")
    older.execute("ALTER TABLE p_customer DROP COLUMN f_website")
    older.execute("UPDATE setting SET value = '\"older\"' WHERE name IN ('projection', 'made_for')")
    older.close()
    opened = open_workspace(profile, None, clock)
    assert opened.reader.one("SELECT id, f_website FROM p_customer") == (mine, "hongyuan.example")
    opened.close()
    again = open_workspace(profile, None, clock)
    assert again._replica is None  # which takes SQLAlchemy: not for the first page of the same version
    again.close()
