"""R22: each head carries a checksum over its bucket, and a laptop that stands there counts the same."""

from __future__ import annotations

import random

from crmdesk.core.record import RecordKey, digest, encode
from crmdesk.core.wire import Head
from crmdesk.store import outbox, records, unsent
from crmdesk.store.identity import change_actor
from crmdesk.sync import commands, plan
from crmdesk.usecases import records as forms
from sync_server import keeping
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire


def counted(laptop: Rep) -> dict[str, int]:
    """The laptop's checksums, added up anew."""
    found: dict[str, int] = {}
    with laptop.replica.database.read() as connection:
        for bucket, agreed in connection.exec_driver_sql("SELECT bucket, digest FROM record"):
            found[bucket] = found.get(bucket, 0) + agreed
        kept = records.checksums(connection)
    assert {b: t for b, t in kept.items() if t} == {b: t for b, t in found.items() if t}
    return found


def heads(laptop: Rep) -> dict[str, int]:
    return {head.bucket: head.checksum for head in laptop.http.heads().heads}


def test_after_a_sync_both_sides_count_the_same_whatever_was_written_moved_and_deleted(
    server: RunningServer, hire: Hire
):
    """R22. A seeded month of three people's work; `Rep.sync` compares at the end of each sync."""
    laptops = [hire("Ann"), hire("Bo"), hire("Mei")]
    ann, bo, mei = laptops
    draw = random.Random(22)
    customers = [ann.customer("宏远机械"), bo.customer("Blue Harbour")]
    for laptop in laptops * 2:
        laptop.sync()
    for _ in range(60):
        who = draw.choice(laptops)
        held = [key for key in customers if who.shows(key) is not None]
        match draw.randrange(7):
            case 0:
                customers.append(who.customer(f"客户{draw.randrange(99)}"))
            case 1 | 2 if held:
                who.write(draw.choice(held), city=draw.choice(["上海", "苏州", "无锡"]))
            case 3 if held:
                who.visit(draw.choice(held), "谈价格")
            case 4 if held:
                forms.delete(who.replica, draw.choice(held))
            case 5 if held:
                to = server.people[draw.choice(("Ann", "Bo"))].user
                commands.change_owner(mei.replica, mei.http, [draw.choice(customers[:2]).id], to)
            case _:
                who.sync()
    for laptop in laptops * 3:
        laptop.sync()
        counted(laptop)
    assert heads(ann) == {b: t for b, t in counted(ann).items() if b in heads(ann)} | dict.fromkeys(
        heads(ann).keys() - counted(ann).keys(), 0
    )
    assert keeping.check(server.database).problems == ()


def test_unsent_work_changes_no_checksum(hire: Hire):
    ann = hire("Ann")
    customer = ann.customer("宏远机械")
    ann.sync()
    before = counted(ann)
    ann.write(customer, city="上海", name="宏远重工")
    ann.visit(customer, "谈价格")
    change_actor(ann.replica)
    assert counted(ann) == before


def test_what_a_record_is_without_its_unsent_edits_is_the_servers_copy_to_the_byte(hire: Hire):
    ann = hire("Ann")
    customer = ann.customer("宏远机械", city="苏州", remark="老客户")
    ann.sync()
    server_copy = ann.states()[customer]
    for city in ("上海", "无锡"):
        ann.write(customer, city=city, name="宏远重工")
    ann.write(customer, remark=None)
    with ann.replica.database.read() as connection:
        stored = records.load(connection, [customer])[customer]
        dots = unsent.of(connection, [customer])[customer]
        settled = unsent.without(connection, customer, stored.record, dots)
    assert len(dots) == 3
    assert settled is not None
    assert encode(settled) == server_copy
    assert digest(customer, server_copy) == stored.digest


def test_edits_typed_while_a_push_is_under_way_do_not_spoil_the_digest(hire: Hire):
    ann = hire("Ann")
    customer = ann.customer("宏远机械")
    push = ann.http.push
    typed: list[RecordKey] = []

    def slow(message):
        answer = push(message)
        if not typed:
            typed.append(ann.write(customer, name="宏远重工"))
        return answer

    ann.http.push = slow  # type: ignore[method-assign]
    stopped = iter([False] + [True] * 9)
    ann.sync(cancelled=lambda: next(stopped))
    assert len(ann.unsent()) == 1
    assert counted(ann).get(ann.replica.identity().book) == heads(ann)[ann.replica.identity().book]


def test_a_record_that_differs_is_noticed_though_both_stand_at_the_same_commit(hire: Hire):
    ann = hire("Ann")
    ann.customer("宏远机械")
    ann.sync()
    with ann.replica.database.write() as connection:
        (stored,) = records.in_bucket(connection, ann.replica.identity().book)
        records.remove(connection, [stored.n])
        cursors, totals = outbox.cursors(connection), records.checksums(connection)
    off = plan.mismatched(cursors, ann.http.heads().heads, totals)
    assert off == [ann.replica.identity().book]


def test_only_a_cursor_at_the_very_head_is_compared():
    cursor = outbox.Cursor("a", 1, 4, "s", True)
    assert plan.mismatched({"a": cursor}, [Head("a", 1, 5, "t", 7)], {}) == []
    assert plan.mismatched({"a": cursor}, [Head("a", 1, 4, "t", 7)], {}) == []
    assert plan.mismatched({"a": cursor._replace(complete=False)}, [Head("a", 1, 4, "s", 7)], {}) == []
    assert plan.mismatched({"a": cursor}, [Head("a", 1, 4, "s", 7)], {"a": 7}) == []
    assert plan.mismatched({"a": cursor}, [Head("a", 1, 4, "s", 7)], {}) == ["a"]


def test_a_digest_tells_every_part_of_a_records_name_apart():
    names = [
        RecordKey("a", "b", "c"),
        RecordKey("ab", "", "c"),
        RecordKey("a", "bc", ""),
        RecordKey("", "ab", "c"),
    ]
    assert len({digest(key, b"[]") for key in names}) == 4
    assert all(0 <= digest(key, b"[]") < 2**40 for key in names)


def test_where_a_new_record_is_the_server_says_and_not_the_order_of_two_names(
    server: RunningServer, hire: Hire
):
    ann, mei = hire("Ann"), hire("Mei")
    bo = hire("Bo")
    books = {name: server.people[name].book for name in ("Ann", "Bo")}
    moves = [(ann.customer("甲"), "Bo"), (bo.customer("乙"), "Ann")]
    for laptop in (ann, bo, mei, ann):
        laptop.sync()
    for customer, to in moves:
        commands.change_owner(mei.replica, mei.http, [customer.id], server.people[to].user)
    visits = [ann.visit(customer, "谈价格") for customer, _ in moves]  # under where she last saw the customer
    ann.sync()
    with ann.replica.database.read() as connection:
        placed = {key: s.record.placement.bucket for key, s in records.load(connection, visits).items()}
    assert placed == {visit: books[to] for visit, (_, to) in zip(visits, moves, strict=True)}


def test_a_customer_that_moves_while_others_are_read_is_no_difference(server: RunningServer, hire: Hire):
    """R22: its new book is read, its old one still stands where it did when the heads were asked for."""
    mei, cai = hire("Mei"), hire("Cai")
    customer = mei.customer("宏远机械")
    mei.sync()
    cai.customer("Blue Harbour")
    cai.sync()
    pull = mei.http.pull

    def late(*said, **named):
        mei.http.pull = pull  # type: ignore[method-assign]
        moved = commands.change_owner(mei.replica, mei.http, [customer.id], server.people["Cai"].user)
        assert moved.moved == 1
        return pull(*said, **named)

    mei.http.pull = late  # type: ignore[method-assign]
    report = mei.engine.sync()
    assert (report.problem, report.mismatched) == (None, 0)
    assert mei.sync().mismatched == 0
    counted(mei)


def test_a_page_that_others_write_beyond_is_no_difference(hire: Hire, monkeypatch):
    """R22: what changed between two pages of a bucket comes with the next sync."""
    monkeypatch.setattr("sync_server.pulling.PAGE_RECORDS", 2)
    ann, bo = hire("Ann"), hire("Bo")
    customers = []
    for number in range(6):
        customers.append(ann.customer(f"客户{number}"))
        ann.sync()
    pull = bo.http.pull
    pages = []

    def watched(*said, **named):
        page = pull(*said, **named)
        pages.append(page.seq)
        if len(pages) == 2:
            ann.write(customers[-1], city="上海")
            ann.sync()
        return page

    bo.http.pull = watched  # type: ignore[method-assign]
    report = bo.engine.sync()
    assert len(pages) > 3
    assert (report.problem, report.mismatched) == (None, 0)
