"""What an import makes searchable while it reads is what a rebuild makes of its records, and nothing is left unfound."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.core.record import RecordKey
from crmdesk.store.replica import Write
from crmdesk.usecases import importing, records
from crmdesk.usecases.workspace import Workspace
from tests.support import dump
from tests.support import workspace as desks
from tests.support.foreign_tables import customers, write_csv
from tests.support.importing import plan_of, to_its_end

SEVERAL = [
    ["深圳市长虹（重庆）科技有限公司", "C0003680", "91440300708461136T", "0755-28780808、139 0000 0001", "创业路 3 号", "a@firm.cn", "重点", "曾单", "13800000000/13800000001"],
    ["Zoë & O'Brien Robotics  GmbH", "K2", "", "+86 138-0000-0000", "", "", "重点,展会", "Ann Lee", ""],
    ["ＴＣＬ科技", "K3", "", "", "Main St. 5", "x@y.z", "没有这个标签", "", "13700000000"],
    ["深圳市长虹（重庆）科技有限公司", "C0003680", "91440300708461136T", "13600000009", "另一条路 8 号", "", "展会", "", ""],
    ["", "K5", "", "", "", "", "", "", ""],
]  # fmt: skip


@pytest.mark.parametrize(("mode", "together"), [("create", 1), ("overwrite", 3), ("fill", 2000)])
def test_what_is_found_after_an_import_is_what_a_rebuild_makes(
    desk: Workspace, tmp_path: Path, mode: str, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I9: words and keys are made where the file is read, by the functions that make them of records."""
    monkeypatch.setattr(importing, "_SEARCHABLE_TOGETHER", together)
    for tag in ("重点", "展会"):
        records.add(desk.replica, "tag", {"name": tag})
    desks.customer(desk, "老客户", code="K801", phone="13900000009")
    headings = (
        "客户名称",
        "客户编号",
        "统一社会信用代码",
        "电话",
        "详细地址",
        "邮箱",
        "标签",
        "联系人",
        "手机",
    )
    invented = [[*row[:4], row[6], row[7], "", row[0][:3], row[3]] for row in customers(450, seed=together)]
    path = write_csv(tmp_path / "a.csv", [*SEVERAL, *invented, *SEVERAL], headings)
    under_way = importing.begin(desk, desk.reader, path, plan_of(desk, path, mode=mode))
    under_way.step()
    under_way.step()
    (renamed,) = desk.reader.one("SELECT id FROM p_customer WHERE f_code = 'K2'") or ("",)
    desk.replica.commit([Write(RecordKey("customer", renamed), {"name": "蓝港"})])
    to_its_end(under_way)
    assert under_way.run.counts.records["contact"] > 400
    assert desk.reader.value("SELECT count(*) FROM unindexed") == 0
    before = dump.seen(desk.reader)
    assert ("search", renamed, "cn", "蓝港") in before
    desk.replica.rebuild()
    assert dump.difference(before, dump.seen(desk.reader)) == {}


def test_a_run_that_ends_before_its_time_leaves_nothing_unfound(desk: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "many.csv", list(customers(1300)))
    under_way = importing.begin(desk, desk.reader, path, plan_of(desk, path))
    under_way.step()
    under_way.stop()
    assert desk.reader.value("SELECT count(*) FROM unindexed") == 0
    going = importing.go_on(desk, desk.reader, under_way.run.id)
    going.step()
    going.close()  # as a crash leaves it
    assert desk.reader.value("SELECT count(*) FROM unindexed") == 400
    with closing(importing.go_on(desk, desk.reader, under_way.run.id)) as again:
        to_its_end(again)
    assert desk.reader.value("SELECT count(*) FROM unindexed") == 0
    assert len(desk.reader.all("SELECT rowid FROM search WHERE search MATCH 'cn:公司'")) == 1300
