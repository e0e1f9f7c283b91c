from __future__ import annotations

import threading

import msgspec
import pytest

from crmdesk.core.parts import buckets_of
from crmdesk.core.record import RecordKey
from crmdesk.core.wire import BATCH_RECORDS, PAGE_BYTES, PullPage
from crmdesk.store import dialect
from sync_server.storage import people
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import RunningServer


def seqs(pages: list[PullPage]) -> list[int]:
    return [item.seq for page in pages for item in page.items]


def fill(laptop: Laptop, batches: int, records: int, **values: str) -> set[RecordKey]:
    made = set()
    for _ in range(batches):
        made |= {laptop.customer(**values) for _ in range(records)}
        laptop.push()
    return made


def test_pages_hold_whole_commits_in_order_and_end_at_the_head(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    made = fill(ann, 5, 400)
    pages = ann.pages(ann.book)
    assert [len(page.items) for page in pages] == [800, 800, 400]
    assert [page.complete for page in pages] == [False, False, True]
    assert seqs(pages) == sorted(seqs(pages))
    keys = [RecordKey(i.entity, i.id, i.part) for page in pages for i in page.items]
    assert len(keys) == len(set(keys))
    assert set(keys) == made


def test_a_page_is_bounded_in_bytes_too(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    fill(ann, 4, 5, remark="长" * 20_000)
    pages = ann.pages(ann.book)
    assert len(pages) > 1
    for page in pages:
        size = sum(len(item.state or b"") for item in page.items)
        assert size <= PAGE_BYTES or len({item.seq for item in page.items}) == 1


def test_a_full_batch_fits_in_one_page(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    fill(ann, 1, BATCH_RECORDS)
    assert [len(page.items) for page in ann.pages(ann.book)] == [BATCH_RECORDS]


def test_the_head_stays_fixed_while_others_write(server: RunningServer) -> None:
    """R18."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    fill(ann, 3, 500)
    first = msgspec.json.decode(bo.ask_page(ann.book).content, type=PullPage)
    assert not first.complete
    ann.customer("后来的")
    ann.push()
    rest = msgspec.json.decode(
        bo.ask_page(ann.book, after=first.seq, salt=first.salt, head=first.head).content, type=PullPage
    )
    assert (rest.complete, rest.seq, rest.head) == (True, 3, 3)
    (later,) = bo.pages(ann.book, rest.seq, rest.salt)
    assert [item.seq for item in later.items] == [4]


def test_a_record_changed_during_a_pull_is_not_missed(server: RunningServer) -> None:
    """R18, I6."""
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    made = fill(ann, 3, 500)
    first = msgspec.json.decode(bo.ask_page(ann.book).content, type=PullPage)
    bo._take(first)
    for key in sorted(made)[:50]:
        ann.write(key, {"city": "苏州"})
    ann.push()
    pages = bo.pages(ann.book, first.seq, first.salt)
    assert pages[-1].complete
    assert {key: bo.records[key] for key in made} == {key: ann.records[key] for key in made}


def test_states_travel_as_the_bytes_they_are_stored_as(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    key = ann.customer("字节")
    ann.push()
    with server.database.read() as connection:
        stored = dialect.value(connection, "SELECT state FROM record WHERE id = ?", (key.id,))
    (page,) = ann.pages(ann.book)
    assert [item.state for item in page.items] == [stored]


def test_an_empty_bucket_is_complete_at_once(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    (page,) = ann.pages(ann.book)
    assert (page.items, page.seq, page.salt, page.complete) == ((), 0, "", True)


@pytest.mark.parametrize(
    "cursor",
    [
        {"epoch": 2, "after": 1},
        {"after": 99},
        {"after": 1, "salt": "0" * 16},
        {"after": 0, "salt": "0" * 16},
        {"after": 0, "head": 99},
    ],
)
def test_a_cursor_this_server_never_gave_is_answered_with_regressed(
    server: RunningServer, cursor: dict[str, int | str]
) -> None:
    """R19."""
    ann = enrolled(server, "Ann")
    ann.customer()
    salt = ann.push().commits[0].salt
    reply = ann.ask_page(ann.book, **{"salt": salt if cursor["after"] == 1 else "", **cursor})
    assert (reply.status_code, reply.json()["code"]) == (409, "regressed")


def test_a_bucket_of_others_and_one_that_does_not_exist_look_the_same(server: RunningServer) -> None:
    cai = enrolled(server, "Cai")
    hidden, missing = cai.ask_page(server.people["Ann"].book), cai.ask_page("f" * 32)
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


def test_heads_name_exactly_the_buckets_one_may_see(server: RunningServer) -> None:
    book = {name: account.book for name, account in server.people.items()}
    ann = enrolled(server, "Ann")
    config = str(ann.welcome["config"])
    with server.database.read() as connection:
        company = people.load_company(connection)
    pool, details = company.pool, company.pool_details
    expected = {
        "Ann": {*buckets_of(book["Ann"]), *buckets_of(book["Bo"]), config, pool},
        "Cai": {*buckets_of(book["Cai"]), config, pool},
        "Mei": {*(part for one in book.values() for part in buckets_of(one)), config, pool, details},
    }
    for name, buckets in expected.items():
        heads = enrolled(server, name).heads()
        assert {head.bucket for head in heads.heads} == buckets
        assert heads.server_id == ann.welcome["server_id"]


def test_everybody_reads_the_names_of_people_and_teams(server: RunningServer) -> None:
    cai = enrolled(server, "Cai")
    cai.pull_all()
    names = {
        next(iter(record.edits)).values["name"]
        for key, record in cai.records.items()
        if key.entity in ("user", "team")
    }
    assert names == {"North", "East", "West", "Mei", "Ann", "Bo", "Cai"}


def test_history_is_whole_for_those_who_see_the_record(server: RunningServer) -> None:
    ann, bo = enrolled(server, "Ann"), enrolled(server, "Bo")
    key = ann.customer("甲")
    ann.write(key, {"name": "乙"})
    ann.push()
    edits = bo.http.get(f"/v1/records/customer/{key.id}/history").json()["edits"]
    assert [edit[5] for edit in edits] == [{"name": "甲"}, {"name": "乙"}]
    assert [edit[3] for edit in edits] == [None, None], "both count when they claim to"


def test_history_of_the_invisible_and_of_the_nonexistent_look_the_same(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    key = ann.customer("甲")
    ann.push()
    hidden = cai.http.get(f"/v1/records/customer/{key.id}/history")
    missing = cai.http.get(f"/v1/records/customer/{fresh_id()}/history")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


def test_a_reader_misses_nothing_of_many_writers(server: RunningServer) -> None:
    writers = [enrolled(server, name) for name in ("Ann", "Ann", "Bo", "Mei")]
    reader = enrolled(server, "Bo")
    customer = writers[0].customer()
    writers[0].push()

    def write_on(laptop: Laptop) -> None:
        for _ in range(8):
            key = RecordKey("visit", fresh_id())
            said = {"customer": customer.id, "kind": "phone", "at": 1, "summary": "x"}
            laptop.write(key, said, bucket=writers[0].book)
            laptop.push()

    threads = [threading.Thread(target=write_on, args=(laptop,)) for laptop in writers]
    for thread in threads:
        thread.start()
    after, salt = 0, ""
    while any(thread.is_alive() for thread in threads) or after < 33:
        last = reader.pages(writers[0].book, after, salt)[-1]
        assert last.seq >= after
        after, salt = last.seq, last.salt
    for thread in threads:
        thread.join()
    made = {key for laptop in writers for key in laptop.records if key.entity == "visit"}
    assert len(made) == 32
    assert made <= reader.records.keys()
