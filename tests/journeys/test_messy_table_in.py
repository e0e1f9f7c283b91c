"""A messy table comes in: rehearsed at the rates that were planted, imported, taken back to the byte; and the gate's limits."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest

from crmdesk.cli.session import Given, session
from crmdesk.core.values import encode
from crmdesk.usecases import sign_offs
from tests.support import dump
from tests.support.desk import Desk
from tests.support.foreign_tables import customers, planted, write_csv

ROWS = 2000
KEYS = ("客户名称", "所在地区", "所属行业", "客户级别", "阶段", "来源", "电话")
"""Columns of the key fields that a customer's data is judged by before going live."""


def logical_state(desk: Desk) -> str:
    """A digest of everything that is on show in a profile, search words and keys included."""
    with session(Given(desk.profile)) as open_one:
        seen = dump.seen(open_one.reader)
    shown = {key for key, cell in seen.items() if key[-1] == "life" and cell != 1}
    ids = {key[1] for key in shown}
    kept = {key: cell for key, cell in seen.items() if key[1] in ids or key[0] in ("element", "attention")}
    lines = sorted(repr((key, encode(cell))) for key, cell in kept.items() if key[-1] != "updated_at")
    words = sorted(key for key in seen if key[0] in ("search", "likeness"))
    return hashlib.sha256(repr((lines, words)).encode()).hexdigest()


def test_a_messy_table_is_rehearsed_imported_and_taken_back(desk: Desk, tmp_path: Path) -> None:
    desk("customer", "add", "老客户", "--field", "phone=13900000000", "--field", "remark=原样")
    before = logical_state(desk)
    rows, told = planted(ROWS, gaps=0.15, errors=0.10, duplicates=0.05)
    path = str(write_csv(tmp_path / "旧系统.csv", rows, encoding="gb18030"))
    said = desk("import", path, "--dry-run")
    assert said["rows"] == told.rows == ROWS
    for name, planted_rate in (("missing_rate", 15.0), ("error_rate", 10.0), ("duplicate_rate", 5.0)):
        assert said[name] == pytest.approx(planted_rate, abs=0.1)
    assert said["create"] + said["update"] + said["duplicate"] + said["reject"] == ROWS
    assert logical_state(desk) == before
    done = desk("import", path)
    assert {key: done[key] for key in ("create", "duplicate", "reject", "sums", "alike")} == {
        key: said[key] for key in ("create", "duplicate", "reject", "sums", "alike")
    }
    assert desk("customer", "list")["total"] == done["create"] + 1
    assert logical_state(desk) != before
    assert desk("import", "undo", done["run"])["kept"] == []
    assert logical_state(desk) == before


def judged_table(path: Path, *, gaps: int, doubles: int) -> Path:
    """A table with so many blank key fields in all, and so many rows that name a company once more."""
    chance = random.Random(7)
    rows = [
        [row[0], row[5], row[4], row[8], "线索", "展会", f"139{n:08}"]
        for n, row in enumerate(customers(ROWS - doubles))
    ]
    cells = [(n, at) for n in range(len(rows)) for at in range(1, len(KEYS))]
    for n, at in chance.sample(cells, gaps):
        rows[n][at] = ""
    full = [n for n, row in enumerate(rows) if all(row)]
    twice = [[*rows[n][:6], f"138{n:08}"] for n in chance.sample(full, doubles)]
    return write_csv(path, [*rows, *twice], KEYS)


@pytest.mark.parametrize(
    ("gaps", "doubles", "wrong", "is_met"),
    [(2114, 102, 10, False), (2100, 100, 9, True)],  # of 14,000 key fields, 2,000 customers, 100 in a sample
)
def test_the_gate_refuses_above_its_limits_and_passes_below(
    desk: Desk, tmp_path: Path, gaps: int, doubles: int, wrong: int, is_met: bool
) -> None:
    done = desk("import", str(judged_table(tmp_path / "a.csv", gaps=gaps, doubles=doubles)))
    assert (done["create"], done["reject"], done["duplicate"]) == (ROWS, 0, 0)
    with session(Given(desk.profile)) as at_the_sample:
        sign_offs.sign(at_the_sample.replica, "sampling", "1", among=ROWS, judged=100, wrong=wrong)
    found: dict[str, Any] = {one["check"]: one for one in desk("quality", "gate")["checks"]}
    rates = {"completeness": "15.", "accuracy": "10.0" if wrong == 10 else "9.0", "uniqueness": "5."}
    for check, rate in rates.items():
        assert found[check]["met"] is is_met, found[check]
        assert rate in found[check]["stands"]
    if is_met:
        assert "15.0 %" in found["completeness"]["stands"]
        assert "5.0 %" in found["uniqueness"]["stands"]
    else:
        assert "15.1 %" in found["completeness"]["stands"]
        assert "5.1 %" in found["uniqueness"]["stands"]
