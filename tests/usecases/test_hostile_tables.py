"""Files that nobody should have written, and machines that give up halfway: a sentence, and nothing half done."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from crmdesk.core.errors import CrmError
from crmdesk.store import imports
from crmdesk.usecases import importing
from crmdesk.usecases.foreign_files import peek
from crmdesk.usecases.import_papers import write_kept_out
from crmdesk.usecases.import_undo import Undoing
from crmdesk.usecases.reading_child import Job
from crmdesk.usecases.workspace import Workspace
from tests.support.foreign_tables import customers, write_csv
from tests.support.importing import taken_in


def test_a_cell_far_away_that_would_fill_the_memory_ends_the_reader_and_not_the_desktop(
    desk: Workspace, tmp_path: Path
) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "far.xlsx"))
    sheet = book.add_worksheet("客户")
    sheet.write_row(0, 0, ["客户名称", "电话"])
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(CrmError, match="import_too_large"):
        peek(tmp_path / "far.xlsx", desk.today())


def test_wide_tables_long_cells_and_headings_said_twice_are_borne(desk: Workspace, tmp_path: Path) -> None:
    wide = ["客户名称", "电话", "客户名称", *(f"列{n}" for n in range(2000))]
    path = write_csv(
        tmp_path / "wide.csv",
        [
            ["甲", "13900000000", "x", *["y"] * 2000],
            ["乙", "", "", "长" * 10_000_000],
            ["丙", "13900000001", "", ""],
        ],
        (*wide[:3], "备注", *wide[3:]),
    )
    run = taken_in(desk, path)
    assert (run.counts.create, run.counts.reject) == (2, 1)
    (kept,) = imports.kept_out(desk.reader, run.id)
    assert kept.notes == [(3, "too_long")]
    assert len(kept.cells[3]) == 32_767  # what a spreadsheet holds, to be handed back
    assert write_kept_out(desk.reader, run, tmp_path / "kept.xlsx", "en") == 1


def test_formulas_that_a_table_brings_stay_words_in_what_is_written_down(
    desk: Workspace, tmp_path: Path
) -> None:
    import zipfile

    path = write_csv(
        tmp_path / "a.csv",
        [['=HYPERLINK("http://x")', "见附件"], ["@SUM(1)", "见附件"]],
        ("客户名称", "电话"),
    )
    run = taken_in(desk, path)
    write_kept_out(desk.reader, run, tmp_path / "kept.xlsx", "en")
    with zipfile.ZipFile(tmp_path / "kept.xlsx") as packed:
        written = b"".join(
            packed.read(name)
            for name in packed.namelist()
            if name.startswith(("xl/worksheets", "xl/sharedStrings"))
        )
        styles = packed.read("xl/styles.xml")
    assert b"<f>" not in written
    assert b"'=" not in written
    assert b"&apos;=" not in written
    cells = CalamineWorkbook.from_path(str(tmp_path / "kept.xlsx")).get_sheet_by_index(0).to_python()
    assert [row[0] for row in cells[1:]] == ['=HYPERLINK("http://x")', "@SUM(1)"]
    assert b'quotePrefix="1"' in styles  # edited, they stay words as well


def test_a_disk_that_fills_up_halfway_leaves_what_was_done_and_a_run_to_go_on_with(
    desk: Workspace, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", list(customers(1300)))
    _, plan = importing.look(desk.reader, path, desk)
    under_way = importing.begin(desk, desk.reader, path, plan)
    under_way.step()
    database = desk.replica.database
    with database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CrmError, match="disk_full"):
        under_way.step()
    under_way.close()
    (run,) = imports.runs(desk.reader)
    assert run.position == 400 == desk.reader.value("SELECT count(*) FROM p_customer")
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    going = importing.go_on(desk, desk.reader, run.id)
    while not going.done:
        going.step()
    assert desk.reader.value("SELECT count(*) FROM p_customer") == 1300
    undoing = Undoing(desk.replica, desk.reader, run.id)
    while not undoing.done:
        undoing.step()
    assert desk.reader.value("SELECT count(*) FROM p_customer WHERE life <> 1") == 0


def test_what_lies_beside_a_table_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csv(tmp_path / "a.csv", list(customers(3)))
    for name in ("csv", "msgspec", "crmdesk", "resource"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for path in ("", os.pathsep):  # an empty entry means the current folder
        monkeypatch.setenv("PYTHONPATH", path)
        assert len(peek(Path("a.csv"), date(2026, 11, 28))) == 1
    assert not (tmp_path / "ran").exists()


def test_a_reader_that_says_nonsense_is_not_believed(
    desk: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crmdesk.usecases import foreign_files

    path = write_csv(tmp_path / "a.csv", list(customers(3)))
    for said in (b"\xff\xff\xff\xff", b"\0\0\0\x03abc", b"", b"\0\0\0\x09abc"):
        script = tmp_path / "child.py"
        script.write_text(
            f"import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write({said!r})", encoding="utf-8"
        )
        monkeypatch.setattr(foreign_files, "COMMAND", ("-c", script.read_text(encoding="utf-8")))
        started = time.monotonic()
        with (
            pytest.raises(CrmError, match="import_unreadable"),
            foreign_files.Reading(Job(str(path), "2026-11-28")) as reading,
        ):
            list(reading.frames())
        assert time.monotonic() - started < 10
