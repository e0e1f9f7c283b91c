"""A day's work by commands: visits, tasks, tags, reviews, conflicts, undo."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from crmdesk.core.dates import day_of
from crmdesk.system.clock import SystemClock
from tests.support.desk import Desk
from tests.support.foreign_tables import write_csv


@pytest.fixture
def acme(desk: Desk) -> Desk:
    desk("customer", "add", "Acme")
    return desk


def test_a_visit_brings_a_promise_that_can_be_ticked_off(acme: Desk) -> None:
    acme(
        "visit",
        "add",
        "Acme",
        "谈价格",
        "--kind",
        "电话",
        "--result",
        "有意向",
        "--next-step",
        "报价",
        "--next-on",
        "+3",
    )
    (due,) = acme("task", "list")["due"]
    wanted = day_of(SystemClock().now_ms()) + timedelta(days=3)
    assert (due["title"], due["due_on"], due["customer_name"]) == ("报价", wanted.isoformat(), "Acme")
    acme("task", "done", due["id"])
    assert [item["entity"] for item in acme("task", "list")["due"]] == ["customer"]
    acme("task", "done", due["id"], "--undone")
    assert [item["title"] for item in acme("task", "list")["due"]] == ["报价"]


def test_a_visit_stands_in_the_customers_story(acme: Desk) -> None:
    acme("visit", "add", "Acme", "谈价格", "--kind", "phone")
    found = acme("customer", "show", "Acme")
    assert [(e["kind"], e["text"], e["by"]) for e in found["timeline"]] == [("phone", "谈价格", "Ann")]
    assert found["visits"] == 1


def test_a_visit_without_words_asks_for_them(acme: Desk) -> None:
    assert acme.fails("visit", "add", "Acme", " ")["code"] == "required"


def test_a_tag_is_made_put_on_and_taken_off(acme: Desk) -> None:
    acme("tag", "create", "VIP", "--hue", "red", "--group", "等级")
    assert [(t["name"], t["hue"], t["group"]) for t in acme("tag", "list")["tags"]] == [
        ("VIP", "red", "等级")
    ]
    acme("tag", "add", "Acme", "vip")
    assert [row["name"] for row in acme("customer", "list", "--tag", "VIP")["customers"]] == ["Acme"]
    acme("tag", "remove", "Acme", "VIP")
    assert acme("customer", "list", "--tag", "VIP")["customers"] == []


def test_a_slip_of_the_pen_makes_no_tag(acme: Desk) -> None:
    assert acme.fails("tag", "add", "Acme", "VPI")["code"] == "bad_argument"
    assert acme("tag", "list")["tags"] == []


def test_undo_leaves_what_was_changed_since_and_says_so(acme: Desk) -> None:
    first = acme("customer", "set", "Acme", "--field", "city=苏州", "--field", "grade=A")["txn"]
    acme("customer", "set", "Acme", "--field", "city=上海")
    done = acme("undo", first)
    assert [kept["field"] for kept in done["kept"]] == ["city"]
    fields = acme("customer", "show", "Acme")["fields"]
    assert (fields.get("city"), fields.get("grade")) == ("上海", None)


def test_history_tells_every_change_latest_first(acme: Desk) -> None:
    acme("customer", "set", "Acme", "--field", "city=苏州")
    acme("customer", "set", "Acme", "--field", "city=上海")
    cities = [(c["value"], c["current"]) for c in acme("history", "Acme")["changes"] if c["field"] == "city"]
    assert cities == [("上海", True), ("苏州", False)]


@pytest.mark.parametrize(("form", "name"), [("csv", "customer.csv"), ("json", "customer.jsonl")])
def test_everything_can_be_taken_out(acme: Desk, tmp_path: Path, form: str, name: str) -> None:
    rows = acme("export", str(tmp_path / "out"), "--format", form)["rows"]
    assert rows["customer"] == 1
    assert "Acme" in (tmp_path / "out" / name).read_text(encoding="utf-8-sig")


def test_undo_takes_back_the_latest_and_then_the_one_before(acme: Desk) -> None:
    acme("customer", "set", "Acme", "--field", "city=苏州")
    acme("customer", "set", "Acme", "--field", "city=上海")
    acme("undo")
    assert acme("customer", "show", "Acme")["fields"]["city"] == "苏州"
    acme("undo")
    assert "city" not in acme("customer", "show", "Acme")["fields"]


def test_an_order_is_noted_changed_and_listed_with_what_it_comes_to(acme: Desk) -> None:
    made = acme(
        "deal",
        "add",
        "订单",
        "Acme",
        "--field",
        "number=DD-1",
        "--field",
        "ordered_on=2026-11-20",
        "--field",
        "amount=1.2万",
    )
    acme("deal", "set", "order", made["id"], "--field", "state=已完成")
    found = acme("deal", "list", "Acme")
    assert [(d["kind"], d["name"], d["on"], d["state"], d["amount"]) for d in found["dealings"]] == [
        ("order", "DD-1", "2026-11-20", "completed", {"money": [1_200_000, "CNY"]})
    ]
    assert found["totals"] == [{"kind": "order", "number": 1, "amounts": {"CNY": 1_200_000}}]
    (entry,) = acme("customer", "show", "Acme")["timeline"]
    assert (entry["entity"], entry["text"], entry["state"]) == ("order", "DD-1", "completed")


def test_a_kind_of_dealing_that_there_is_not_is_refused_with_those_that_are(acme: Desk) -> None:
    error = acme.fails("deal", "add", "rumour", "Acme")
    assert error["code"] == "bad_argument"
    assert "invoice" in error["next"]


def test_an_undo_names_what_it_took_back_and_what_stays(acme: Desk) -> None:
    first = acme("customer", "set", "Acme", "--field", "city=苏州", "--field", "grade=A")["txn"]
    acme("customer", "set", "Acme", "--field", "city=上海")
    said = acme.run("undo", first, "--lang", "zh_CN").out
    assert "  客户 Acme · 等级\n" in said
    assert "保持不动：客户 Acme · 城市" in said
    acme("customer", "add", "Beta")
    assert "Customer Beta · deleted" in acme.run("undo").out
    acme("customer", "delete", "Acme")
    assert "Customer Acme · brought back" in acme.run("undo").out


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Shanghai"])
def test_times_are_told_by_the_companys_clock_whatever_zone_the_machine_is_in(
    acme: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process is POSIX's")
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        file = write_csv(
            tmp_path / "拜访.csv", [["Acme", "2026-03-03", "谈价格"]], ("客户名称", "拜访时间", "拜访内容")
        )
        acme("import", str(file))
        shown, listed = (acme.run("customer", *words).out for words in (("show", "Acme"), ("list",)))
        assert "2026-03-03 00:00" in shown
        assert "2026-03-03 00:00" in listed
        (entry,) = acme("customer", "show", "Acme")["timeline"]
        assert entry["at"] == "2026-03-02T16:00:00Z"
    finally:
        monkeypatch.undo()
        time.tzset()
