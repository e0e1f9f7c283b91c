"""A newer list of codes that somebody takes over is in force on every laptop after a sync, offline, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from crmdesk.core.errors import CrmError
from crmdesk.store.reading import Reader
from crmdesk.usecases import code_lists, codes, history
from crmdesk.usecases.directory import read_directory, read_registry
from tests.support.rep import Rep
from tests.sync.conftest import Hire, settle

TODAY = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def _as_they_ship() -> Iterator[None]:
    """What one laptop of a test took over is no other test's."""
    yield
    for table in ("region", "industry"):
        codes.take_over(table, "", "", [])


def reader(laptop: Rep) -> Reader:
    return Reader(laptop.replica.database.path, laptop.replica.database.key)


def newer(file: Path) -> Path:
    """The regions that ship, one renamed, one gone and one new, as a workbook."""
    valid = [line for line in codes.code_table("region").lines if line.is_current and line.code != "320506"]
    rows = [(line.code, "苏州高新区" if line.code == "320505" else line.name) for line in valid]
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("区划")
    for at, row in enumerate([("行政区划代码", "单位名称"), *rows, ("320599", "新吴区")]):
        sheet.write_row(at, 0, row)
    book.close()
    return file


def test_a_list_reaches_every_laptop_and_what_it_lacks_keeps_its_meaning(hire: Hire, tmp_path: Path) -> None:
    mei, ann = hire("Mei"), hire("Ann")
    customer = ann.customer("吴中机械", region_code="320506")
    settle(mei, ann)
    planned = code_lists.plan(reader(mei), "region", newer(tmp_path / "2026.xlsx"), TODAY)
    assert ([one.code for one in planned.changes.new], [now.name for _, now in planned.changes.changed]) == (
        ["320599"], ["苏州高新区"],
    )  # fmt: skip
    assert codes.code_name("region", "320599") is None  # said, and not done
    done = code_lists.take_over(mei.replica, planned)
    settle(mei, ann)
    ann.http.close()  # offline from here on
    read_directory(reader(ann))
    assert codes.code_name("region", "320599") == "江苏省苏州市新吴区"
    assert codes.code_of("region", "苏州高新区") == "320505"
    assert codes.place_of("江苏省苏州市新吴区长江路 1 号") == "320599"
    assert codes.code_name("region", str((ann.shows(customer) or {})["region_code"])) == "江苏省苏州市吴中区"
    assert codes.code_table("region").current("320506") is None
    assert [(one.table, one.edition) for one in code_lists.in_force(reader(ann))] == [
        ("region", "2026"),
        ("industry", ""),
    ]
    size = sum(len(state) for key, state in ann.states().items() if key.entity == "code_list")
    assert 50_000 < size < 80_000
    history.undo(mei.replica, str(done.txn))
    read_registry(reader(mei))
    assert codes.code_name("region", "320599") is None


def test_the_list_before_is_replaced_and_nothing_is_written_where_nothing_differs(
    hire: Hire, tmp_path: Path
) -> None:
    mei = hire("Mei")
    file = newer(tmp_path / "2026.xlsx")
    first = code_lists.take_over(mei.replica, code_lists.plan(reader(mei), "region", file, TODAY))
    again = code_lists.take_over(mei.replica, code_lists.plan(reader(mei), "region", file, TODAY))
    assert (again.value, again.txn) == (None, None)
    some = tmp_path / "some.csv"
    some.write_text("代码,名称\n320598,园区\n", encoding="gb18030")
    planned = code_lists.plan(reader(mei), "region", some, TODAY, year=2027, adds=True)
    code_lists.take_over(mei.replica, planned)
    rows = reader(mei).all("SELECT id, f_edition, life FROM p_code_list ORDER BY id")
    assert [(edition, life) for _, edition, life in rows] == [("2026", 1), ("2027", 0)]
    assert rows[0][0] == first.value
    codes.follow(reader(mei))
    assert codes.code_name("region", "320598") == "江苏省苏州市园区"
    assert codes.code_name("region", "320599") == "江苏省苏州市新吴区"


def test_a_rep_takes_none_over_and_a_broken_file_changes_nothing(hire: Hire, tmp_path: Path) -> None:
    ann = hire("Ann")
    ann.sync()
    planned = code_lists.plan(reader(ann), "region", newer(tmp_path / "2026.xlsx"), TODAY)
    with pytest.raises(CrmError, match="forbidden"):
        code_lists.take_over(ann.replica, planned)
    part = tmp_path / "part.csv"
    part.write_text("code,name\n320598,园区\n", encoding="utf-8")
    with pytest.raises(CrmError, match="code_list_wrong"):
        code_lists.plan(reader(ann), "region", part, TODAY)
    assert ann.unsent() == []
