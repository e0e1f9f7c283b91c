from __future__ import annotations

from pathlib import Path

from tests.support.desk import Desk


def test_the_dictionary_tells_every_field_and_those_of_one_kind(desk: Desk) -> None:
    everything = desk("dictionary")["fields"]
    assert {"customer", "contact", "visit", "task"} <= {one["entity"] for one in everything}
    grade = next(one for one in everything if (one["entity"], one["field"]) == ("customer", "grade"))
    assert (grade["type"], grade["options"], grade["label_zh"]) == ("choice", ["A", "B", "C", "D"], "等级")
    contacts = desk("dictionary", "contact")["fields"]
    assert {one["entity"] for one in contacts} == {"contact"}


def test_the_dictionary_is_saved_for_a_spreadsheet(desk: Desk, tmp_path: Path) -> None:
    done = desk("dictionary", "--file", str(tmp_path / "d.csv"))
    assert done["file"] == str(tmp_path / "d.csv")
    assert (tmp_path / "d.csv").read_text(encoding="utf-8-sig").count("customer.") > 20


def test_a_kind_of_record_that_is_not_there_is_said(desk: Desk) -> None:
    assert desk.fails("dictionary", "spaceship")["code"] == "not_found"
