from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.support.desk import Desk
from tests.support.foreign_tables import customers, planted, write_csv

KEYS = {
    "rows", "create", "update", "duplicate", "reject", "missing_rate", "error_rate", "duplicate_rate", "seconds",
}  # fmt: skip


def test_a_file_is_rehearsed_imported_told_of_and_taken_back(desk: Desk, tmp_path: Path) -> None:
    rows, told = planted(600, gaps=0.15, errors=0.10, duplicates=0.05)
    path = str(write_csv(tmp_path / "客户.csv", rows))
    said = desk("import", path, "--dry-run")
    assert said.keys() >= KEYS
    assert (said["rows"], said["missing_rate"], said["error_rate"], said["duplicate_rate"]) == (
        told.rows,
        15.0,
        10.0,
        5.0,
    )
    assert all(one["reason"] for one in said["problems"])
    assert desk("status")["records"] == 0
    done = desk("import", path)
    assert {key: done[key] for key in KEYS - {"seconds"}} == {key: said[key] for key in KEYS - {"seconds"}}
    assert desk("import", "runs")["runs"][0]["run"] == done["run"]
    assert (
        desk("import", "errors", done["run"], "--to", str(tmp_path / "e.xlsx"))["rows"]
        == done["reject"] + done["duplicate"]
    )
    assert desk("import", "report", done["run"], "--to", str(tmp_path / "r.xlsx"))["equal"] is True
    assert desk("import", "undo", done["run"][-6:]) == {
        "run": done["run"], "state": "undone", "stayed": 0, "away": 0, "kept": [],
    }  # fmt: skip
    assert desk("customer", "list")["total"] == 0


def test_a_mapping_file_and_a_sample_of_the_first_rows(desk: Desk, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["宏远", "x"], ["恒瑞", "y"]], ("公司大名", "打法"))
    mapping = tmp_path / "m.json"
    mapping.write_text(json.dumps({"columns": {"公司大名": "名称", "打法": "remark"}}), encoding="utf-8")
    assert desk.fails("import", str(path))["code"] == "import_unmapped"
    assert desk("import", str(path), "--mapping", str(mapping), "--first", "1")["create"] == 1
    again = desk("import", str(path), "--mode", "overwrite")  # the mapping was kept for this source
    assert (again["create"], again["duplicate"], again["mapping"]["mode"]) == (1, 1, "overwrite")
    (kept,) = desk("import", "mappings")["mappings"]
    assert kept["mapping"]["sheets"]["a"]["columns"]["公司大名"] == "name"
    assert desk("import", "forget", kept["id"])["id"] == kept["id"]
    assert desk("import", "mappings") == {"mappings": []}
    assert desk.fails("import", str(path), "--dry-run")["code"] == "import_unmapped"
    assert desk.fails("import", "forget", kept["id"])["code"] == "not_found"
    mapping.write_text("[1]", encoding="utf-8")
    assert desk.fails("import", str(path), "--mapping", str(mapping))["code"] == "bad_argument"
    assert desk.fails("import", "undo")["code"] == "bad_argument"
    assert desk.fails("import", "undo", "nothing")["code"] == "not_found"
    assert desk.fails("import", str(tmp_path / "none.csv"))["code"] == "file_unreadable"


def test_rows_that_look_like_customers_are_told_and_kept_out_on_demand(desk: Desk, tmp_path: Path) -> None:
    desk("customer", "add", "宏远机械设备", "--field", "phone=0571-88886666", "--field", "city=杭州")
    rows = [["杭州宏远机械设备有限公司", "0571-88886666", "杭州"], ["天信化工", "", "成都"]]
    path = str(write_csv(tmp_path / "a.csv", rows, ("客户名称", "电话", "城市")))
    said = desk("import", path, "--dry-run")
    assert (said["create"], said["alike"], said["mapping"]["alike"]) == (2, 1, "take")
    assert [(one["row"], one["other"], "same phone" in one["why"]) for one in said["alike_pairs"]] == [
        (2, "宏远机械设备", True)
    ]
    assert "宏远机械设备" in desk.run("import", path, "--dry-run").out
    kept = desk("import", path, "--alike", "keep-out")
    assert (kept["create"], kept["reject"], kept["alike"]) == (1, 0, 1)
    assert desk("import", "errors", kept["run"], "--to", str(tmp_path / "e.xlsx"))["rows"] == 1
    desk("import", "undo", kept["run"])
    taken = desk("import", path, "--alike", "take")
    assert (taken["create"], taken["alike"], taken["alike_pairs"]) == (2, 1, [])
    (pair,) = desk("duplicates", "list", "--run", taken["run"][-6:])["pairs"]
    assert {one["name"] for one in pair["customers"]} == {"宏远机械设备", rows[0][0]}


def test_a_template_can_be_had(desk: Desk, tmp_path: Path) -> None:
    assert desk("import", "template", "order", "--to", str(tmp_path / "t.xlsx"))["entities"] == ["order"]
    assert (
        desk.fails("import", "template", "galaxy", "--to", str(tmp_path / "g.xlsx"))["code"]
        == "unknown_entity"
    )


def test_no_workbook_is_written_over_what_is_there(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = desk("import", str(write_csv(tmp_path / "a.csv", [["坏", "", "", "1.38E+10"] + [""] * 7])))["run"]
    for words, usual, second in (
        (("errors", run), "a-kept-out.xlsx", "a-kept-out 2.xlsx"),
        (("report", run), "a-reconciliation.xlsx", "a-reconciliation 2.xlsx"),
        (("template",), "import-template.xlsx", "import-template 2.xlsx"),
    ):
        Path(usual).write_text("being mended")
        assert desk("import", *words)["file"] == second
        assert desk.fails("import", *words, "--to", usual)["code"] == "file_exists"
        assert Path(usual).read_text() == "being mended"
        assert desk("import", *words, "--to", usual, "--overwrite")["file"] == usual
        assert Path(usual).read_bytes()[:2] == b"PK"


def test_an_undo_of_an_import_names_the_records_that_stay(desk: Desk, tmp_path: Path) -> None:
    run = desk("import", str(write_csv(tmp_path / "a.csv", [[f"甲{n}"] for n in range(12)], ("客户名称",))))
    for n in range(12):
        desk("customer", "set", f"甲{n}", "--field", "city=苏州")
    said = desk.run("import", "undo", run["run"], "--lang", "zh_CN").out
    assert len([line for line in said.splitlines() if line.startswith("  客户 甲")]) == 10
    assert "其余见 --json 的 kept" in said


def test_what_is_kept_out_of_a_mended_workbook_has_the_columns_of_ours_once(
    desk: Desk, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "a.csv", [["甲", "没电话", "-5"]], ("客户名称", "电话", "备注"))
    for number in range(3):
        run = desk("import", str(file))["run"]
        file = tmp_path / f"{number}.xlsx"
        desk("import", "errors", run, "--to", str(file), "--lang", "zh_CN")
        headings, row = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
        assert headings == ["客户名称", "电话", "备注", "未导入的原因", "原行号"]
        assert row == ["甲", "没电话", "-5", "电话：不是电话号码", 2]


def test_people_read_the_same_in_words(desk: Desk, tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "a.csv", [*customers(2), ["坏", "", "", "1.38E+10"] + [""] * 7]))
    assert "powers of ten" in desk.run("import", path, "--dry-run").out
    told = desk.run("import", path).out
    assert "crmdesk import undo" in told
    assert "a.csv" in desk.run("import", "runs").out


def test_a_rehearsal_names_the_columns_that_are_left_out_and_the_way_out(desk: Desk, tmp_path: Path) -> None:
    rows = [["宏远", "1", "降价", ""], ["恒瑞", "2", "", ""]]
    path = str(write_csv(tmp_path / "a.csv", rows, ("客户名称", "序号", "打法", "空列")))
    said = desk.run("import", path, "--dry-run", "--lang", "zh_CN").out
    assert "不导入的列：打法\n" in said
    example = said.partition("或记入备注：")[2].splitlines()[0]
    (tmp_path / "m.json").write_text(example, encoding="utf-8")
    mapped = desk.run(
        "import", path, "--dry-run", "--lang", "zh_CN", "--mapping", str(tmp_path / "m.json")
    ).out
    assert "不导入的列" not in mapped
    assert "新建" in mapped


def test_a_rehearsal_tells_reasons_first_then_rows_by_name_and_value_and_the_next_step(
    desk: Desk, tmp_path: Path
) -> None:
    rows = [[f"客户{n}", "火星业" if n % 3 else "土星业", "13800000000"] for n in range(30)]
    rows += [["甲", "", "没电话"], ["甲", "", "没电话"], ["", "35", ""], ["乙", "35", ""], ["乙", "35", ""]]
    path = str(write_csv(tmp_path / "客户总表.csv", rows, ("客户名称", "所属行业", "电话")))
    told = desk.run("import", path, "--dry-run", "--lang", "zh_CN").out
    lines = [re.split(r"\s{2,}", line) for line in told.splitlines()]
    assert ["客户总表", "所属行业", "码表中没有，或不止一个", "30", "30", "火星业 ×20，土星业 ×10"] in lines
    assert ["客户总表", "电话", "不是电话号码", "2", "2", "没电话 ×2"] in lines
    assert ["客户总表", "3", "客户1", "未导入", "所属行业", "火星业", "码表中没有，或不止一个"] in lines
    assert len([line for line in lines if line[0] == "客户总表" and line[1].isdigit()]) == 20
    assert "共 34 行。--json" in told
    assert "crmdesk import errors" in told
    assert "其中 32 行只因有无法识别的单元格而未导入：加 --unreadable write-down" in told
    taken = desk("import", path, "--dry-run", "--unreadable", "write-down")
    assert (taken["create"], taken["duplicate"], taken["reject"]) == (32, 2, 1)
