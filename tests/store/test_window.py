"""Lists in windows show what a plain reading of everything would, page by page and jump by jump."""

import inspect
import random
import re
from dataclasses import replace
from typing import Any

import pytest

from crmdesk.core.record import RecordKey
from crmdesk.store import window as windows
from crmdesk.store.reading import Reader
from crmdesk.store.replica import Write
from crmdesk.store.window import SORTS, CustomerFilter, CustomerWindow, compile_filter
from crmdesk.usecases import customers, records
from crmdesk.usecases.workspace import Workspace, readings
from tests.support.workspace import make

FIRMS = (
    "深圳市长安集团",
    "宏远机械",
    "单雄信贸易",
    "Acme Robotics",
    "重庆银行",
    "58同城",
    "360 安全",
    "乐视网",
    "A&B",
    "长沙中联",
)
FILTERS = (
    CustomerFilter(),
    CustomerFilter(stage="won"),
    CustomerFilter(tags=("t1",)),
    CustomerFilter(tags=("t1", "t2")),
    CustomerFilter(due_by="2026-11-15"),
    CustomerFilter(stage="lead", tags=("t2",), due_by="2026-11-25"),
    CustomerFilter(trash=True),
    CustomerFilter(bucket="nobody"),
    CustomerFilter(text="宏远"),
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory):
    """A workspace with three hundred customers and all that happens to them."""
    desk = make(tmp_path_factory.mktemp("window") / "desk")
    rng = random.Random(5)
    keys = [RecordKey("customer", desk.replica.new_id()) for _ in range(300)]
    desk.replica.commit([Write(key, _values(rng)) for key in keys], kind="import")
    visits = [
        Write(
            RecordKey("visit", desk.replica.new_id()),
            {"customer": rng.choice(keys).id, "kind": "phone", "at": rng.randrange(50), "summary": "谈价"},
        )
        for _ in range(250)
    ]
    desk.replica.commit(visits, kind="import")
    for key in rng.sample(keys, 20):
        records.delete(desk.replica, key)
    yield desk
    desk.close()


def _values(rng: random.Random) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": f"{rng.choice(FIRMS)}{rng.randrange(40)}",
        "stage": rng.choice(["lead", "won"]),
    }
    if rng.random() < 0.6:
        values["next_follow_up_on"] = f"2026-11-{rng.randrange(10, 30)}"
    for tag in ("t1", "t2"):
        if rng.random() < 0.4:
            values[f"tag:{tag}"] = True
    return values


def oracle(desk: Workspace, wanted: CustomerFilter) -> list[str]:
    """The ids a list should show, in order, from every row read into memory."""
    rows = desk.reader.all(
        "SELECT id, n, life, sort, last_visit_at, f_next_follow_up_on, updated_at, f_stage, tags, bucket, f_name FROM p_customer"
    )
    names = ["id", "n", "life", "sort", "visited", "next", "changed", "stage", "tags", "bucket", "name"]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    found = [c for c in found if (c["life"] == 1) == wanted.trash and _fits(c, wanted)]
    orders: dict[str, Any] = {
        "name": lambda c: (c["sort"], c["n"]),
        "visited": lambda c: (c["visited"] is None, -(c["visited"] or 0), -c["n"]),
        "next": lambda c: (c["next"] is None, c["next"] or "", c["n"]),
        "changed": lambda c: (-c["changed"], -c["n"]),
    }
    return [c["id"] for c in sorted(found, key=orders[wanted.sort])]


def _fits(row: dict[str, Any], wanted: CustomerFilter) -> bool:
    return (
        (wanted.stage is None or row["stage"] == wanted.stage)
        and set(wanted.tags) <= set(row["tags"].split())
        and (wanted.due_by is None or (row["next"] is not None and row["next"] <= wanted.due_by))
        and (wanted.bucket is None or row["bucket"] == wanted.bucket)
        and wanted.text in row["name"]
    )


def window(desk: Workspace, wanted: CustomerFilter) -> CustomerWindow:
    return CustomerWindow(desk.reader, wanted, readings())


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_every_page_and_place_is_where_a_plain_reading_puts_it(
    full: Workspace, sort: str, number: int
) -> None:
    wanted = replace(FILTERS[number], sort=sort)
    expected = oracle(full, wanted)
    shown = window(full, wanted)
    assert [row.id for row in shown.first(50)] == expected[:50]
    assert shown.rank() == shown.count() == len(expected)
    assert [row.id for row in shown.page(0, 50)] == expected[:50]
    for start in (7, 100, 270, 290, 5000):
        assert [row.id for row in shown.page(start, 37)] == expected[start : start + 37]
    for place in range(0, len(expected), 29):
        assert shown.position(expected[place]) == place
    assert shown.position("f" * 32) is None


def test_two_lists_of_one_reader_do_not_mix(full: Workspace) -> None:
    everyone, won = window(full, CustomerFilter()), window(full, CustomerFilter(stage="won"))
    everyone.rank()
    won.rank()
    assert [row.id for row in everyone.page(0, 20)] == oracle(full, CustomerFilter())[:20]
    assert [row.id for row in won.page(0, 20)] == oracle(full, CustomerFilter(stage="won"))[:20]


def plan(reader: Reader, wanted: CustomerFilter) -> str:
    where, bind = compile_filter(wanted)
    rows = reader.all(
        f"EXPLAIN QUERY PLAN SELECT c.id FROM p_customer c WHERE {' AND '.join(where)} ORDER BY {SORTS[wanted.sort]} LIMIT 200",
        bind,
    )
    return " ".join(row[3] for row in rows)


@pytest.mark.parametrize("sort", SORTS)
def test_the_first_rows_come_straight_off_an_index(full: Workspace, sort: str) -> None:
    used = plan(full.reader, CustomerFilter(sort=sort))
    assert "USING INDEX" in used
    assert "TEMP B-TREE" not in used


def test_nothing_counts_off_rows_to_skip_them() -> None:
    assert not re.search(r"\bOFFSET\b", inspect.getsource(windows).replace("uses OFFSET", ""))


# -- search ------------------------------------------------------------------------------------------


def found(desk: Workspace, text: str) -> set[str]:
    """The names of the customers that typing `text` finds, which the box and the list agree on."""
    box = {hit.customer for hit in customers.search(desk.reader, readings(), text)}
    shown = {row.id for row in window(desk, CustomerFilter(text=text)).first()}
    assert box == shown
    return {desk.reader.value("SELECT f_name FROM p_customer WHERE id = ?", (one,)) for one in shown}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory):
    desk = make(tmp_path_factory.mktemp("search") / "desk")
    for values in (
        {"name": "深圳市长安集团", "phone": "0755-2688 1234"},
        {"name": "长沙中联", "code": "C0003680"},
        {"name": "Acme Robotics", "city": "苏州"},
        {"name": "宏远机械", "name_en": "Hongyuan Machinery"},
    ):
        customers.add(desk.replica, values)
    home = desk.reader.value("SELECT id FROM p_customer WHERE f_name = '宏远机械'")
    customers.add_contact(desk.replica, home, {"name": "单雄信"}, ("139 1234 5678",))
    gone = customers.add(desk.replica, {"name": "长安旧厂", "phone": "13700009999"}).value
    records.delete(desk.replica, RecordKey("customer", gone))
    yield desk
    desk.close()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("长", {"深圳市长安集团", "长沙中联"}),
        ("长安", {"深圳市长安集团"}),
        ("changan", {"深圳市长安集团"}),
        ("szca", {"深圳市长安集团"}),
        ("zhonglian", {"长沙中联"}),
        ("acme", {"Acme Robotics"}),
        ("robot", {"Acme Robotics"}),
        ("苏州", {"Acme Robotics"}),
        ("machinery", {"宏远机械"}),
        ("3680", {"长沙中联"}),
        ("26881234", {"深圳市长安集团"}),
        ("1234", {"深圳市长安集团", "宏远机械"}),
        ("13912345678", {"宏远机械"}),
        ("5678", {"宏远机械"}),
        ("单雄信", {"宏远机械"}),
        ("shanxx", {"宏远机械"}),
        ("旧厂", set()),
        ("13700009999", set()),
        ("不存在", set()),
        ("!?", set()),
    ],
)
def test_what_people_type_finds_whom_they_mean(named: Workspace, typed: str, expected: set[str]) -> None:
    assert found(named, typed) == expected


def test_a_record_is_found_by_its_new_words_and_no_longer_by_its_old_ones(tmp_path) -> None:
    desk = make(tmp_path / "desk")
    key = RecordKey("customer", customers.add(desk.replica, {"name": "宏远机械"}).value)
    desk.replica.commit([Write(key, {"name": "长沙中联"})])
    assert (found(desk, "宏远"), found(desk, "中联")) == (set(), {"长沙中联"})
    records.delete(desk.replica, key)
    assert found(desk, "中联") == set()
    records.restore(desk.replica, key)
    assert found(desk, "中联") == {"长沙中联"}
    desk.close()
