"""Two server processes and the same rows: nothing that somebody wrote is lost between two transactions."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import httpx2
import msgspec
import pytest
from sqlalchemy import Connection

from crmdesk.core.record import Dot, Record, RecordKey, encode
from crmdesk.core.roles import Role
from crmdesk.core.wire import PushAnswer, PushRecord, Recover
from sync_server import accounts, authoring, keeping
from sync_server.storage import actors, buckets, people, recoveries
from tests.support.laptop import Laptop, enrolled, fresh_id, verdicts
from tests.support.postgres import Postgres
from tests.support.server import RunningServer, serving_processes, small_company

T = TypeVar("T")


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory, postgres_service: Postgres) -> Iterator[RunningServer]:
    """The small company, served by two processes from PostgreSQL."""
    folder = tmp_path_factory.mktemp("family")
    with postgres_service.copy("small", small_company) as url, serving_processes(folder, url) as running:
        yield running


@dataclass
class Said:
    """What was written, and what its author's copy of the record had taken in by then."""

    key: RecordKey
    dot: Dot
    fields: tuple[str, ...]
    had_seen: dict[str, int]


@dataclass
class Oracle:
    """Every edit is there, or overwritten by somebody who had seen it (I1)."""

    said: list[Said] = field(default_factory=list)

    def write(self, laptop: Laptop, key: RecordKey, values: dict[str, str]) -> None:
        seen = dict(laptop.records[key].clock) if key in laptop.records else {}
        laptop.write(key, values)
        self.said.append(Said(key, Dot(laptop.actor, laptop.counter), tuple(values), seen))

    def lost(self, records: dict[RecordKey, Record]) -> list[tuple[Said, str]]:
        return [
            (each, name)
            for each in self.said
            for name in each.fields
            if each.dot not in {edit.dot for edit in records[each.key].siblings(name)}
            and not any(
                later.key == each.key
                and name in later.fields
                and later.had_seen.get(each.dot.actor, 0) >= each.dot.counter
                for later in self.said
            )
        ]


def hand_over(laptop: Laptop, order: Mapping[str, object]) -> None:
    """Send a command until the server is not busy."""
    for _ in range(200):
        reply = laptop.http.post("/v1/commands/change-owner", json=order)
        if reply.status_code != 503:
            break
    assert reply.status_code == 200, reply.text


def push(laptop: Laptop) -> PushAnswer:
    """Push until the server is not busy, as the product does."""
    batch = laptop.batch()
    for _ in range(200):
        reply = laptop.post(batch)
        if reply.status_code != 503:
            break
    assert reply.status_code == 200, reply.text
    answer = msgspec.json.decode(reply.content, type=PushAnswer)
    laptop.settle(answer)
    return answer


def together(*jobs: Callable[[], T]) -> list[T]:
    """Run all of them at once; raises what any of them raised."""
    start = threading.Barrier(len(jobs))

    def begin(job: Callable[[], T]) -> T:
        start.wait(20)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(begin, jobs))


def test_edits_of_one_record_that_arrive_at_once_all_survive_or_were_seen(family: RunningServer) -> None:
    """I1, R8, R21: eight laptops change the same ten records through two processes."""
    oracle = Oracle()
    first = enrolled(family, "Ann")
    keys = [RecordKey("customer", secrets.token_hex(16)) for _ in range(10)]
    for key in keys:
        oracle.write(first, key, {"name": "起点"})
    push(first)
    laptops = [enrolled(family, name) for name in ("Ann", "Bo", "Mei", "Ann", "Bo", "Mei", "Ann", "Bo")]

    def keep_writing(laptop: Laptop) -> None:
        for turn in range(12):
            laptop.pages(first.book)
            for key in keys[turn % 2 :: 2]:
                oracle.write(laptop, key, {"city": f"{laptop.actor[:6]} {turn}", "remark": f"{turn}"})
            push(laptop)

    together(*(partial(keep_writing, laptop) for laptop in laptops))
    reader = enrolled(family, "Mei")
    reader.pages(first.book)
    assert len(oracle.said) == 10 + 8 * 12 * 5
    assert oracle.lost(reader.records) == []
    assert keeping.check(family.database).problems == ()


def test_the_oracle_sees_an_edit_that_was_lost(family: RunningServer) -> None:
    oracle = Oracle()
    ann = enrolled(family, "Ann")
    key = RecordKey("customer", secrets.token_hex(16))
    oracle.write(ann, key, {"name": "甲"})
    before = dict(ann.records)
    oracle.write(ann, key, {"city": "苏州"})
    assert oracle.lost(before) != []
    assert oracle.lost(ann.records) == []


def test_a_new_record_that_two_laptops_bring_at_once_is_one_record(family: RunningServer) -> None:
    """I1: a copied profile, for instance."""
    ann, bo = enrolled(family, "Ann"), enrolled(family, "Bo")
    for _ in range(15):
        oracle = Oracle()
        key = RecordKey("customer", secrets.token_hex(16))
        oracle.write(ann, key, {"name": "甲"})
        oracle.write(bo, key, {"name": "乙", "city": "无锡"})
        together(partial(push, ann), partial(push, bo))
        ann.pages(ann.book)
        bo.pages(bo.book)
        held = [laptop.records[key] for laptop in (ann, bo) if key in laptop.records]
        assert any(oracle.lost({key: record}) == [] for record in held)
    assert keeping.check(family.database).problems == ()


def test_of_two_first_pushes_of_an_actor_one_is_a_fork(family: RunningServer) -> None:
    """R3: a copy of a laptop that was never synced pushes at the same moment."""
    for _ in range(15):
        ann = enrolled(family, "Ann")
        copy = Laptop(family, ann.user, ann.key, ann.actor, welcome=ann.welcome)
        copy.use(ann.welcome["access"])
        ann.customer("甲")
        copy.customer("乙")
        replies = together(partial(ann.post, ann.batch()), partial(copy.post, copy.batch()))
        assert sorted(reply.status_code for reply in replies) == [200, 409]


def test_the_same_batch_twice_at_once_is_carried_out_once(family: RunningServer) -> None:
    """I9: a proxy that repeats a request."""
    ann = enrolled(family, "Ann")
    for _ in range(15):
        ann.visit(ann.customer())
        batch = ann.batch()
        replies = together(partial(ann.post, batch), partial(ann.post, batch))
        first, second = (reply.content for reply in replies)
        assert first == second
        answer = msgspec.json.decode(first, type=PushAnswer)
        assert verdicts(answer) == [("accepted", None)] * 2
        ann.settle(answer)


def test_a_code_lets_one_of_two_laptops_in(family: RunningServer) -> None:
    for _ in range(10):
        code = family.code("Ann")
        laptops = [Laptop(family, family.people["Ann"].user) for _ in range(2)]
        replies = together(*(partial(laptop.enrol, code) for laptop in laptops))
        assert sorted(reply.status_code for reply in replies) == [200, 403]


def test_people_who_are_added_at_once_all_read_their_books(family: RunningServer) -> None:
    """The readers are rewritten as a whole: of two rewritings neither may forget the other's person."""

    def add(name: str) -> None:
        with family.database.write() as connection:
            accounts.add_user(connection, name, Role.REP, family.clock(), team="West")

    names = [f"New {n}" for n in range(8)]
    together(*(partial(add, name) for name in names))
    for name in names:
        with family.database.read() as connection:
            family.people[name] = people.find_account(connection, name)
        assert family.people[name].book in {head.bucket for head in enrolled(family, name).heads().heads}


def test_who_adds_somebody_keeps_no_bucket_from_a_command_under_way(family: RunningServer) -> None:
    """Whoever changes people waits for the company first: the other order is a deadlock with every command."""

    def add() -> None:
        with family.database.write() as connection:
            accounts.add_user(connection, "Newcomer", Role.REP, family.clock(), team="West")

    with ThreadPoolExecutor(1) as pool:
        with family.database.write() as connection:
            people.lock_company(connection)
            added = pool.submit(add)
            with pytest.raises(TimeoutError):
                added.result(0.5)
            buckets.advance(connection, people.load_company(connection).config, family.clock())
        added.result(20)


def test_a_customer_that_moves_while_its_visits_arrive_keeps_its_family_together(
    family: RunningServer,
) -> None:
    """R23, R25: none is left behind in the old book."""
    ann, mei = enrolled(family, "Ann"), enrolled(family, "Mei")
    cai = enrolled(family, "Cai")
    for turn in range(8):
        customer = ann.customer(f"搬家 {turn}")
        push(ann)
        visits = [ann.visit(customer) for _ in range(5)]
        order = {"id": secrets.token_hex(16), "customers": [customer.id], "to_user": cai.user}

        together(partial(hand_over, mei, order), partial(push, ann))
        cai.pages(cai.book)
        assert {key for key in (customer, *visits) if key not in cai.records} == set()


# -- one order of locks ----------------------------------------------------------------------------------


def held_up(
    job: Callable[[], T],
    family: RunningServer,
    first: Callable[[Connection], object],
    then: Callable[[Connection], object],
) -> T:
    """Run a job while a transaction that locked something before it goes on to lock what the job may hold by then.

    Locked in two orders, that is a deadlock, which PostgreSQL ends by an error in one of them.
    """
    with ThreadPoolExecutor(1) as pool:
        with family.database.write() as connection:
            first(connection)
            running = pool.submit(job)
            with pytest.raises(TimeoutError):
                running.result(0.7)
            then(connection)
        return running.result(20)


def test_r17_bringing_records_back_waits_for_their_actors_before_it_holds_a_bucket(
    family: RunningServer,
) -> None:
    """A push locks its actor first, then buckets."""
    ann = enrolled(family, "Ann")
    key = ann.customer("甲")
    push(ann)
    state = encode(ann.write(key, {"city": "苏州"}))
    with family.database.write() as connection:
        company, now = people.load_company(connection), family.clock()
        opened = recoveries.Recovery(company.epoch + 1, now.ms, "x", "x", "x", 1, company.actor)
        assert recoveries.open_epoch(connection, opened, authoring.new_actor(connection, company, now))
    brought = Recover((PushRecord(*key, msgspec.Raw(state)),), ())
    reply = held_up(
        lambda: ann.http.post("/v1/recover", content=msgspec.json.encode(brought)),
        family,
        lambda connection: actors.claim(connection, ann.actor, None),
        lambda connection: buckets.lock(connection, {ann.book}),
    )
    assert reply.status_code == 200, reply.text


def below(family: RunningServer, book: str) -> Laptop:
    """Somebody whose book is locked before this one."""
    for n in range(64):
        with family.database.write() as connection:
            made = accounts.add_user(connection, f"Low {n}", Role.REP, family.clock(), team="East")
        if made.book < book:
            family.people[made.name] = made
            return enrolled(family, made.name)
    raise AssertionError("64 random ids above another one")


@pytest.mark.parametrize("way", ["a request", "a child that waited", "a command"])
def test_r17_a_transaction_locks_all_its_buckets_before_it_writes_to_any(
    family: RunningServer, way: str
) -> None:
    """Whatever follows from a push, or moves with the next customer: none is locked late and out of order."""
    mei = enrolled(family, "Mei")
    low, high = sorted((enrolled(family, "Ann"), enrolled(family, "Bo")), key=lambda laptop: laptop.book)
    if way == "a request":
        low, high = below(family, mei.book), mei
    customer = high.customer("甲")
    job: Callable[[], httpx2.Response]
    if way == "a request":
        push(high)
        wish = {"kind": "hand_over", "customer": customer.id, "to_user": low.user}
        high.write(RecordKey("request", fresh_id()), wish)
        job = partial(high.post, high.batch())
    elif way == "a child that waited":
        low.write(
            RecordKey("visit", fresh_id()), {"customer": customer.id, "summary": "先到的", "kind": "phone"}
        )
        push(low)
        job = partial(high.post, high.batch())
    else:
        push(high)
        second = low.customer("乙")
        push(low)
        order = {
            "id": secrets.token_hex(16),
            "customers": [customer.id, second.id],
            "to_user": family.people["Mei"].user,
        }
        job = partial(mei.http.post, "/v1/commands/change-owner", json=order)
    reply = held_up(
        job,
        family,
        lambda connection: buckets.lock(connection, {low.book}),
        lambda connection: buckets.lock(connection, {high.book}),
    )
    assert reply.status_code == 200, reply.text
