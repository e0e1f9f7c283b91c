"""`quality` as a script asks for it: rates, the gate, orphans, coaching."""

from __future__ import annotations

from pathlib import Path

from tests.support.desk import Desk


def test_rates_are_told_by_source_team_or_person_and_saved(desk: Desk, tmp_path: Path) -> None:
    desk("customer", "add", "甲公司", "--field", "source=web", "--field", "grade=A")
    desk("customer", "add", "乙公司", "--field", "source=referral")
    desk("customer", "add", "乙 公司", "--field", "source=referral")
    found = desk("quality", "--by", "source", "--file", str(tmp_path / "q.csv"))
    assert (found["customers"], found["missing"]["part"], found["missing"]["of"]) == (3, 14, 21)
    assert found["double"] == {"percent": 33.3333, "part": 1, "of": 3}
    assert {one["group"]: one["customers"] for one in found["groups"]} == {"web": 1, "referral": 2}
    assert found["fields"]["customer.grade"]["part"] == 2
    assert "Referral" in (tmp_path / "q.csv").read_text(encoding="utf-8-sig")
    assert [one["name"] for one in desk("quality", "--by", "person")["groups"]] == ["Ann"]
    assert desk("quality", "--doubts")["doubted"]["part"] == 0
    assert desk.fails("quality", "--by", "moon")["code"] == "bad_argument"


def test_the_gate_stays_shut_and_says_why(desk: Desk) -> None:
    desk("customer", "add", "甲公司")
    found = desk("quality", "gate")
    assert found["open"] is False
    assert "数据质量 › 抽样" in desk.run("quality", "gate", "--lang", "zh_CN").out
    assert {one["check"]: one["met"] for one in found["checks"]} == {
        "completeness": False, "accuracy": False, "uniqueness": True, "rehearsals": False, "rollbacks": False,
        "permissions": True,
    }  # fmt: skip
    refused = desk.fails("quality", "gate", "--approve")
    assert refused["code"] == "gate_closed"
    assert "Completeness" in refused["happened"]
    desk("quality", "sign", "rollback", "import of May")
    assert {one["check"]: one["met"] for one in desk("quality", "gate")["checks"]}["rollbacks"] is True
    refused = desk.fails("quality", "sign", "rehearsal", "x")
    assert (refused["code"], "import sign" in str(refused)) == ("bad_argument", True)


def test_what_hangs_on_nobody_and_what_should_be_better_is_listed(desk: Desk, tmp_path: Path) -> None:
    desk("customer", "add", "甲公司", "--field", "phone=12345678901")
    desk("contact", "add", "甲公司", "王强")
    found = desk("quality", "orphans", "--file", str(tmp_path / "o.csv"))
    assert found["records"] == []
    assert [one["name"] for one in found["unreachable"]] == ["王强"]
    (ann,) = desk("quality", "coaching", "--file", str(tmp_path / "c.csv"))["people"]
    assert (ann["name"], ann["entered"]) == ("Ann", 2)
    said = {one["entity"]: [flaw["kind"] for flaw in one["flaws"]] for one in ann["unruly"]}
    assert "doubt" in said["customer"]
    assert said["contact"] == ["gap", "gap"]
    assert "王强" in (tmp_path / "o.csv").read_text(encoding="utf-8-sig")
    assert "Ann" in (tmp_path / "c.csv").read_text(encoding="utf-8-sig")


def test_it_is_said_to_people_in_both_languages(desk: Desk) -> None:
    desk("customer", "add", "甲公司")
    for words in (["quality"], ["quality", "gate"], ["quality", "orphans"], ["quality", "coaching"]):
        zh, en = desk.run("--lang", "zh_CN", *words).out, desk.run("--lang", "en", *words).out
        assert zh
        assert zh != en
    assert "您能看到的客户" in desk.run("--lang", "zh_CN", "quality").out
