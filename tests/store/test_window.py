"""Lists in windows show what a plain reading of everything would, page by page and jump by jump."""

import inspect
import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crmdesk.core.criteria import Condition, Op
from crmdesk.core.entities import REGISTRY
from crmdesk.core.record import RecordKey
from crmdesk.store import window as windows
from crmdesk.store.reading import Reader
from crmdesk.store.replica import Write
from crmdesk.store.window import SORTS, CustomerFilter, CustomerWindow, compile_filter, order_of
from crmdesk.usecases import customers, narrowing, records
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


def narrowed(*parts: Condition, **more: Any) -> CustomerFilter:
    return replace(narrowing.customers_where(*parts), **more)


WON, LEAD = Condition("stage", Op.IS, ("won",)), Condition("stage", Op.IS, ("lead",))
T1, T2 = (Condition("tag", Op.HAS_ALL, tags) for tags in (("t1",), ("t2",)))


def by(day: str) -> Condition:
    return Condition("next_follow_up_on", Op.BEFORE, (day,))


FILTERS: tuple[tuple[CustomerFilter, Callable[[dict[str, Any]], bool]], ...] = (
    (CustomerFilter(), lambda _: True),
    (narrowed(WON), lambda c: c["stage"] == "won"),
    (narrowed(T1), lambda c: "t1" in c["tags"].split()),
    (narrowed(T1, T2), lambda c: {"t1", "t2"} <= set(c["tags"].split())),
    (narrowed(by("2026-11-16")), lambda c: (c["next"] or "9") < "2026-11-16"),
    (
        narrowed(LEAD, T2, by("2026-11-26")),
        lambda c: c["stage"] == "lead" and "t2" in c["tags"].split() and (c["next"] or "9") < "2026-11-26",
    ),
    (CustomerFilter(trash=True), lambda _: True),
    (narrowing.of_owner("nobody"), lambda _: False),
    (narrowed(WON, text="宏远"), lambda c: c["stage"] == "won" and "宏远" in c["name"]),
)
BACK = tuple(f"-{sort}" for sort in SORTS)


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


def oracle(desk: Workspace, number: int, sort: str) -> list[str]:
    """The ids a list should show, in order, from every row read into memory."""
    wanted, fits = FILTERS[number]
    rows = desk.reader.all(
        "SELECT id, n, life, sort, last_visit_at, f_next_follow_up_on, updated_at, f_stage, tags, f_name FROM p_customer"
    )
    names = ["id", "n", "life", "sort", "visited", "next", "changed", "stage", "tags", "name"]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    found = [c for c in found if (c["life"] == 1) == wanted.trash and fits(c)]
    orders: dict[str, Any] = {
        "name": lambda c: (c["sort"], c["n"]),
        "visited": lambda c: (c["visited"] is None, -(c["visited"] or 0), -c["n"]),
        "next": lambda c: (c["next"] is None, c["next"] or "", c["n"]),
        "changed": lambda c: (-c["changed"], -c["n"]),
    }
    forwards = [c["id"] for c in sorted(found, key=orders[sort.removeprefix("-")])]
    if sort in SORTS:
        return forwards
    blank = {c["id"] for c in found if sort == "-next" and c["next"] is None}  # last, whichever way
    backwards = [one for one in forwards[::-1] if one not in blank]
    return [*backwards, *(one for one in forwards[::-1] if one in blank)]


def window(desk: Workspace, wanted: CustomerFilter) -> CustomerWindow:
    return CustomerWindow(desk.reader, wanted, readings(), narrowing.read_bearings(desk.reader, desk.today()))


@pytest.mark.parametrize("sort", [*SORTS, *BACK])
@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_every_page_and_place_is_where_a_plain_reading_puts_it(
    full: Workspace, sort: str, number: int
) -> None:
    wanted = replace(FILTERS[number][0], sort=sort)
    expected = oracle(full, number, sort)
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
    everyone, won = window(full, FILTERS[0][0]), window(full, FILTERS[1][0])
    everyone.rank()
    won.rank()
    assert [row.id for row in everyone.page(0, 20)] == oracle(full, 0, "visited")[:20]
    assert [row.id for row in won.page(0, 20)] == oracle(full, 1, "visited")[:20]


def plan(reader: Reader, wanted: CustomerFilter) -> str:
    where, bind = compile_filter(wanted)
    rows = reader.all(
        f"EXPLAIN QUERY PLAN SELECT c.id FROM p_customer c WHERE {' AND '.join(where)} ORDER BY {order_of(wanted.sort)} LIMIT 200",
        bind,
    )
    return " ".join(row[3] for row in rows)


@pytest.mark.parametrize("sort", [*SORTS, *BACK])
def test_the_first_rows_come_straight_off_an_index(full: Workspace, sort: str) -> None:
    used = plan(full.reader, CustomerFilter(sort=sort))
    assert "USING INDEX" in used
    assert "TEMP B-TREE" not in used


def test_any_field_orders_the_list_and_what_is_blank_comes_last(full: Workspace) -> None:
    stages = [option.key for option in REGISTRY["customer"].by_name["stage"].options]
    for sort in ("stage", "-stage"):
        rows = [row.stage for row in window(full, CustomerFilter(sort=sort)).first(500)]
        places = [stages.index(stage) for stage in rows if stage]
        assert places == sorted(places, reverse=sort == "-stage")
        assert None not in rows[: len(places)]
    assert order_of("remark") == order_of("id) --") == order_of("visited")


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
