"""What is printed or opened in a spreadsheet says who confirmed what, and runs nothing."""

from __future__ import annotations

import csv
import io

from crmdesk.core.permission_sheet import as_csv, as_html, progress, reminder
from crmdesk.core.permissions import Standing, Standings

EVIL = Standing("u1", "=cmd|'/c calc'!A1", "rep", None, "<b>East</b>", "never", "d" * 64, None, None)
DONE = Standing("u2", "欧阳慕容雪", "rep", "内勤", None, "confirmed", "e" * 64, 1_795_000_000_000, "laptop")
FOUND = Standings((EVIL, DONE))


def test_a_spreadsheet_runs_no_name_as_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(FOUND, "en").removeprefix("\ufeff"))))
    assert rows[1][0] == f"'{EVIL.name}"
    assert rows[2][:4] == ["欧阳慕容雪", "内勤 (Rep)", "—", "confirmed"]
    assert rows[2][6] == DONE.digest


def test_the_printed_page_holds_names_as_text_and_loads_nothing() -> None:
    page = as_html(FOUND, "A & B", 1_795_000_000_000, "zh_CN")
    assert "<b>East</b>" not in page
    assert "&lt;b&gt;East&lt;/b&gt;" in page
    assert "A &amp; B" in page
    assert not any(word in page for word in ("src=", "href=", "url(", "<script"))
    assert "2 人中 1 人已确认" in page


def test_progress_and_the_reminder_name_who_is_missing() -> None:
    assert progress(FOUND, "en") == "1 of 2 confirmed"
    assert reminder([DONE], "zh_CN").startswith("欧阳慕容雪：")
