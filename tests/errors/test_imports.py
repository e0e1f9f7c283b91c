"""Errors of files that are imported."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from crmdesk.cli.session import Given, session
from crmdesk.usecases import importing
from tests.support.desk import Desk
from tests.support.foreign_tables import customers, write_csv
from tests.support.provoked import code_for, provokes, said
from tests.support.server import RunningServer


def refused(desk: Desk, path: Path, content: bytes, *more: str) -> str:
    path.write_bytes(content)
    code = said(desk, "import", str(path), *more)
    assert desk("status")["records"] == 0
    assert desk("import", "runs")["runs"] == []
    return code


@provokes("import_empty")
def test_a_file_without_anything_in_it_is_not_imported(desk: Desk, tmp_path: Path) -> str:
    return refused(desk, tmp_path / "a.csv", b"\r\n \r\n")


@provokes("import_unreadable")
def test_a_torn_workbook_is_not_imported(desk: Desk, tmp_path: Path) -> str:
    return refused(desk, tmp_path / "a.xlsx", b"PK\x03\x04" + b"\0" * 90)


@provokes("import_protected")
def test_a_workbook_with_a_password_is_not_imported(desk: Desk, tmp_path: Path) -> str:
    return refused(
        desk,
        tmp_path / "a.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900) + "EncryptedPackage".encode("utf-16-le"),
    )


@provokes("import_too_large")
def test_a_file_that_unfolds_to_gigabytes_is_not_imported(desk: Desk, tmp_path: Path) -> str:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 30_000_000)
    return refused(desk, tmp_path / "a.xlsx", content.getvalue())


@provokes("import_unmapped")
def test_a_table_of_something_else_is_not_imported(desk: Desk, tmp_path: Path) -> str:
    return refused(desk, tmp_path / "a.csv", "气温,湿度\n20,50\n".encode())


def led(server: RunningServer, folder: Path) -> Desk:
    """A manager's laptop."""
    desk = Desk(folder / "mei")
    desk("enrol", server.address, code_for(server, "Mei"))
    desk("sync")
    return desk


@provokes("import_unsynced")
def test_customers_that_the_server_has_not_heard_of_are_not_handed_over(
    server: RunningServer, tmp_path: Path
) -> str:
    mei = led(server, tmp_path)
    run = mei("import", str(write_csv(tmp_path / "a.csv", [["宏远", "Ann"]], ("客户名称", "负责人"))))["run"]
    code = said(mei, "import", "hand-over", run)
    assert mei("import", "hand-over", run, "--dry-run")["owners"][0]["waiting"] == 1
    return code


@provokes("nothing_to_hand_over")
def test_a_name_that_nobody_has_is_nobody_to_hand_over_to(server: RunningServer, tmp_path: Path) -> str:
    mei = led(server, tmp_path)
    run = mei("import", str(write_csv(tmp_path / "a.csv", [["宏远", "张三"]], ("客户名称", "负责人"))))["run"]
    mei("sync")
    return said(mei, "import", "hand-over", run)


@provokes("import_unsignable")
def test_a_sample_of_a_file_is_no_rehearsal_that_can_be_signed(desk: Desk, tmp_path: Path) -> str:
    path = write_csv(tmp_path / "a.csv", list(customers(3)))
    run = desk("import", str(path), "--first", "2")["run"]
    return said(desk, "import", "sign", run)


@provokes("import_twice")
def test_two_columns_read_as_one_value_are_not_imported(desk: Desk, tmp_path: Path) -> str:
    mapping = tmp_path / "m.json"
    mapping.write_text('{"columns": {"甲": "address", "乙": "address"}}', encoding="utf-8")
    table = "客户名称,甲,乙\n宏远,x,y\n".encode()
    return refused(desk, tmp_path / "a.csv", table, "--mapping", str(mapping))


@provokes("import_changed")
def test_a_file_that_was_changed_is_not_gone_on_with(desk: Desk, tmp_path: Path) -> str:
    path = write_csv(tmp_path / "a.csv", list(customers(900)))
    with session(Given(desk.profile)) as cut_off:
        _, plan = importing.look(cut_off.reader, path, cut_off.workspace)
        under_way = importing.begin(cut_off.workspace, cut_off.reader, path, plan)
        under_way.step()
        under_way.close()
    path.write_text("x", encoding="utf-8")
    before = desk("status")["records"]
    code = said(desk, "import", "resume", under_way.run.id)
    assert desk("status")["records"] == before == 400
    return code


@provokes("import_settled")
def test_a_finished_or_taken_back_import_is_not_gone_on_with_and_says_so(desk: Desk, tmp_path: Path) -> str:
    run = desk("import", str(write_csv(tmp_path / "a.csv", list(customers(2)))))["run"]
    assert "已经完成" in desk.run("import", "resume", run, "--lang", "zh_CN").err
    desk("import", "undo", run)
    assert "已经撤销" in desk.run("import", "resume", run, "--lang", "zh_CN").err
    return said(desk, "import", "resume", run)
