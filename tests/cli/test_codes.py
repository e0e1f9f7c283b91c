"""Newer lists of codes from the command line: what would change, what changed, what was wrong with the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.usecases import codes
from tests.support.desk import Desk


@pytest.fixture(autouse=True)
def _as_they_ship() -> Iterator[None]:
    yield
    for table in ("region", "industry"):
        codes.take_over(table, "", "", [])


def test_a_class_is_added_after_a_look_at_what_would_change(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "classes.csv"
    file.write_text("code,name\n0115,新增服务业\n0111,稻谷种植业\n", encoding="utf-8")
    looked = desk("codes", "import", "industry", str(file), "--add", "--edition", "2026", "--dry-run")
    assert (looked["new"], looked["changed"], looked["gone"], looked["txn"]) == (["0115"], ["0111"], [], None)
    assert looked["counts"]["3"] == 473
    assert desk("codes", "list")["tables"][1] == {"table": "industry", "codes": 1971, "edition": None}
    desk("codes", "import", "industry", str(file), "--add", "--edition", "2026")
    assert desk("codes", "list")["tables"][1] == {"table": "industry", "codes": 1972, "edition": "2026"}
    customer = desk("customer", "add", "Acme", "--field", "industry_code=新增服务业")["customer"]
    assert desk("customer", "show", customer)["fields"]["industry_code"] == "0115"
    told = desk.run("codes", "import", "industry", str(file), "--add")
    assert "Nothing differed." in told.out
    assert desk.fails("codes", "import", "industry", str(file))["code"] == "code_list_wrong"
    assert desk.fails("codes", "import", "planets", str(file))["code"] == "bad_argument"
    assert desk("codes", "list")["tables"][1]["codes"] == 1972
