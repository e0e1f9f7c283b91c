"""The company's own fields from the command line: added, filled in, changed, put in order, retired."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.server import running_company


def test_a_field_is_added_and_filled_in_and_shows_who_fills_it_in(desk: Desk) -> None:
    made = desk(
        "fields", "add", "customer", "设备等级", "--type", "choice", "--english", "Machine grade",
        "--option", "金牌/Gold/amber", "--option", "铁牌/Iron", "--asked", "--hint", "看铭牌/See the plate",
    )  # fmt: skip
    customer = desk("customer", "add", "宏远机械", "--field", "machine grade=gold")["customer"]
    desk("customer", "add", "另一家")
    listed = desk("fields", "list")["fields"]
    assert [(one["label_en"], one["filled"], one["records"], one["asked"]) for one in listed] == [
        ("Machine grade", 1, 2, True)
    ]
    assert [(o["key"], o["hue"]) for o in listed[0]["options"]] == [("gold", "amber"), ("iron", "teal")]
    assert desk("customer", "show", customer)["fields"][made["name"].partition(".")[2]] == "gold"
    described = [one for one in desk("dictionary", "customer")["fields"] if one["label_zh"] == "设备等级"]
    assert (described[0]["asked"], described[0]["help_en"]) == (True, "See the plate")


def test_a_field_is_changed_ordered_retired_and_brought_back(desk: Desk) -> None:
    first = desk("fields", "add", "visit", "台数", "--type", "integer", "--least", "1", "--most", "20")[
        "field"
    ]
    second = desk("fields", "add", "visit", "预算", "--type", "money", "--most", "1.2万")["field"]
    desk("fields", "add", "customer", "编号", "--pattern", r"[A-Z]\d+", "--explained", "字母和数字", "--searchable",
         "--industry", "C", "--industry", "通用设备制造业", "--unseen-by", "Regional manager")  # fmt: skip
    changed = desk("fields", "change", "预算", "--name", "年度预算", "--position", "1", "--most", "")
    assert changed["changed"] == ["label_zh", "most"]
    assert desk("fields", "change", second, "--name", "年度预算")["txn"] is None
    number, budget, machines = desk("fields", "list")["fields"]
    assert (number["industries"], number["unseen_by"], number["searchable"]) == (
        ["C", "34"],
        ["manager"],
        True,
    )
    assert (budget["field"], budget["most"], machines["least"]) == (second, None, 1)
    assert desk("fields", "change", "编号", "--industry", "all", "--unseen-by", "none", "--not-searchable")["changed"] == [
        "industries", "searchable", "unseen_by",
    ]  # fmt: skip
    assert desk("fields", "retire", "台数")["retired"] is True
    assert [one["retired"] for one in desk("fields", "list", "visit")["fields"]] == [False, True]
    desk("undo")
    assert not any(one["retired"] for one in desk("fields", "list")["fields"])
    desk("fields", "retire", first)
    assert desk("fields", "retire", first, "--back")["retired"] is False
    assert "年度预算" in desk.run("--lang", "zh_CN", "fields", "list").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["add", "customer", "城市"], "name_taken"),
        (["add", "spaceship", "车间"], "unknown_entity"),
        (["add", "customer", "等", "--type", "choice"], "required"),
        (["add", "customer", "等", "--type", "choice", "--option", "甲/A/gold"], "bad_argument"),
        (["add", "customer", "号", "--pattern", "(a+)+"], "invalid_value"),
        (["add", "customer", "数", "--type", "integer", "--least", "many"], "invalid_value"),
        (["add", "customer", "号", "--unseen-by", "nobody"], "bad_argument"),
        (["add", "customer", "号", "--industry", "玄学"], "invalid_value"),
        (["retire", "no such"], "not_found"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(desk: Desk, words: list[str], code: str) -> None:
    assert desk.fails("fields", *words)["code"] == code
    assert desk("fields", "list")["fields"] == []


def test_a_rep_reads_the_fields_and_changes_none(tmp_path: Path) -> None:
    with running_company(tmp_path) as server:
        ann, mei = Desk(tmp_path / "ann"), Desk(tmp_path / "mei")
        for name, desk in (("Ann", ann), ("Mei", mei)):
            desk("enrol", server.address, server.code(server.people[name].user))
            desk("sync")
        mei("fields", "add", "customer", "车间")
        mei("sync")
        ann("sync")
        assert [one["label_zh"] for one in ann("fields", "list")["fields"]] == ["车间"]
        refused = ann.fails("fields", "retire", "车间")
        assert refused["code"] == "forbidden"
        assert "waits" not in refused["safe"]
        assert ann("status")["unsent"] == 0
