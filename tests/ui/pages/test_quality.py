"""The quality page: rates that open what they counted, a sample judged by keys, a gate that stays shut, lists and goals."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from crmdesk.core.entities import REGISTRY
from crmdesk.core.quality import Measure, Tally, Verdict
from crmdesk.store.window import CustomerFilter, CustomerWindow
from crmdesk.ui.gauge import Gauge
from crmdesk.usecases import narrowing, quality, records, sampling, sign_offs
from crmdesk.usecases.workspace import Workspace
from tests.support.desks import customer, in_days

GOOD = {
    "region_code": "330106", "city": "杭州", "industry_code": "34", "grade": "B", "stage": "intent", "source": "web",
    "phone": "13812345678",
}  # fmt: skip


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """Three customers in order, one with gaps and a contradiction, and one twice."""
    for number in range(3):
        customer(workspace, f"齐全{number}公司", **GOOD)
    customer(workspace, "缺项公司", **{**GOOD, "grade": None, "city": "宁波", "source": "referral"})
    customer(workspace, "齐全0公司", **GOOD)
    return workspace


def opened(open_desk: Any, workspace: Workspace, part: str = "rates") -> tuple[Any, Any]:
    desk = open_desk(workspace)
    page = desk.go("quality")
    page.show_part(part)
    QApplication.processEvents()
    return desk, page


def entries(view: Any) -> dict[str, Any]:
    return {entry.id: entry for entry in view.entries.items if hasattr(entry, "id")}


def press(page: Any, *keys: Any) -> None:
    for key in keys:
        target = QApplication.focusWidget() or page
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key)
        QApplication.processEvents()


def test_every_rate_says_of_whom_it_is_and_opens_what_it_counted(open_desk, filled: Workspace) -> None:
    desk, page = opened(open_desk, filled)
    rates = page.parts["rates"]
    assert "您能看到的客户" in page.seen.text()
    assert page.count == 5
    assert rates.cards[Measure.UNIQUENESS]._figure == "20.0 %"
    assert entries(rates.groups)["referral"].mark == "14.3 %"
    rates.by.select("person")
    rates._by_chosen("person")
    assert [one.title for one in entries(rates.groups).values()] == ["林晓"]
    assert entries(rates.behind)["field:customer.grade"].mark == "20.0 %"
    rates.behind.opened.emit("field:customer.grade")
    QApplication.processEvents()
    wanted = desk.window.page._wanted
    assert isinstance(wanted, CustomerFilter)
    bearings = narrowing.read_bearings(filled.reader, filled.today())
    rows = CustomerWindow(filled.reader, wanted, bearings=bearings).first()
    assert [row.name for row in rows] == ["缺项公司"]


def test_a_contradiction_lists_its_records_and_escape_leads_back(open_desk, filled: Workspace) -> None:
    desk, page = opened(open_desk, filled)
    behind = page.parts["rates"].behind
    behind.setFocus()
    behind.opened.emit("rule:customer.city_elsewhere")
    QApplication.processEvents()
    assert [one.title for one in entries(behind).values()] == ["返回", "缺项公司"]
    press(page, Qt.Key.Key_Escape)
    assert "field:customer.grade" in entries(behind)
    behind.opened.emit("rule:customer.city_elsewhere")
    behind.opened.emit(next(key for key in entries(behind) if key.startswith("record:")))
    QApplication.processEvents()
    assert desk.window.page.current_customer is not None


def test_measuring_can_be_stopped_and_is_kept_as_this_weeks(open_desk, filled: Workspace) -> None:
    _, page = opened(open_desk, filled)
    assert [week.customers for week in quality.weeks(filled.reader)] == [5]
    before = page.report
    gauge = page._begin()
    page.stop()
    assert gauge.is_stopped()
    page._measured(None)
    assert page.report is before
    assert page.measure_button.isEnabled()
    assert isinstance(page._begin(), Gauge)
    page.stop()
    page.judge()
    QApplication.processEvents()
    assert quality.doubts(filled.reader, filled.today()).share == (0, 5)  # type: ignore[union-attr]  # just kept


def test_a_sample_is_judged_by_keys_survives_the_window_and_is_signed_off(
    open_desk, filled: Workspace
) -> None:
    _, page = opened(open_desk, filled, "sample")
    part = page.parts["sample"]
    assert "17.4" in part.promise.text()
    part.draw()
    QApplication.processEvents()
    press(page, "y", "n", "2", "s", "u")
    kept = sampling.resume(filled.reader)
    assert kept is not None
    assert list(kept.verdicts.values()) == [Verdict.RIGHT, Verdict.WRONG]
    assert list(kept.wrong.values()) == ["region_code"]
    part.sample = None  # as in another window
    page.show_part("sample")
    assert part.sample == kept
    press(page, "n", Qt.Key.Key_Escape)
    assert not part._asks_field
    press(page, "y", "y", "y")
    assert part._rate.text() == "20.0 %"
    part.finish()
    QApplication.processEvents()
    (signed,) = sign_offs.listed(filled.reader, "sampling")
    assert (signed.judged, signed.wrong) == (5, 1)
    assert part.sample is None
    assert "5 家中 1 家" in next(iter(entries(part.past).values())).title


def test_a_thrown_away_sample_comes_back_with_its_verdicts(open_desk, filled: Workspace) -> None:
    _, page = opened(open_desk, filled, "sample")
    part = page.parts["sample"]
    part.draw()
    QApplication.processEvents()
    press(page, "y")
    part.give_up()
    QApplication.processEvents()
    assert sampling.resume(filled.reader) is None
    part._bring_back()
    QApplication.processEvents()
    assert len(part.sample.verdicts) == 1


def test_the_button_of_the_gate_is_dead_and_says_why_until_all_is_met(
    open_desk, workspace: Workspace
) -> None:
    for number in range(4):
        customer(workspace, f"齐全{number}公司", **GOOD)
    _, page = opened(open_desk, workspace, "gate")
    part = page.parts["gate"]
    assert not part.approve_button.isEnabled()
    assert "准确性" in part.why.text()
    sign_offs.sign(workspace.replica, "sampling", "4 / 4", among=4, judged=4, wrong=0)
    part.subject.setText("第三次")
    part.sign()
    QApplication.processEvents()
    assert part.subject.text() == ""
    for name in ("一", "二", "三"):
        assert not part.approve_button.isEnabled()
        sign_offs.sign_rehearsal(workspace.replica, f"第{name}次", rows=4, differences=0)
        part.entered()
        QApplication.processEvents()
    assert {one.mark for one in entries(part.list).values()} == {"达标"}
    assert part.approve_button.isEnabled()
    part.approve()
    QApplication.processEvents()
    assert not part.approve_button.isEnabled()
    assert part.why.text() == "已批准上线。"
    part.signed.select_id(next(key for key, one in entries(part.signed).items() if "第一次" in one.title))
    part.withdraw()
    QApplication.processEvents()
    assert len(sign_offs.listed(workspace.reader, "rehearsal")) == 2


def test_who_may_not_sign_is_told_who_does(open_desk, hire) -> None:
    ann = hire("Ann")
    customer(ann, "甲公司", **GOOD)
    _, page = opened(open_desk, ann, "gate")
    part = page.parts["gate"]
    part.subject.setText("我的演练")
    part.sign()
    QApplication.processEvents()
    assert not part.sign_button.isEnabled()
    assert sign_offs.listed(ann.reader) == []
    page.show_part("goals")
    assert page.parts["goals"]._foot.isHidden()


def test_orphans_and_coaching_are_listed_opened_and_saved(
    open_desk, filled: Workspace, tmp_path: Path
) -> None:
    gone = customer(filled, "将删除")
    records.add(filled.replica, "order", {"customer": gone.id, "number": "DD-1", "ordered_on": "2026-11-01"})
    records.delete(filled.replica, gone)
    desk, page = opened(open_desk, filled, "orphans")
    part = page.parts["orphans"]
    assert [one.title for one in entries(part.list).values()] == ["DD-1"]
    page.show_part("coaching")
    part = page.parts["coaching"]
    assert [one.title for one in entries(part.list).values()] == ["缺项公司"]
    assert "等级" in next(iter(entries(part.list).values())).detail
    from crmdesk.usecases import quality_tables

    table = quality_tables.coaching(part.found, REGISTRY, page.context.directory, "zh_CN")
    part.save_to(tmp_path / "c.csv", [table])
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as file:
        assert "林晓" in list(csv.reader(file))[1]
    assert "c.csv" in desk.notice()
    part.list.opened.emit(next(iter(entries(part.list))))
    QApplication.processEvents()
    assert desk.window.page.current_customer is not None


def test_a_goal_is_set_shown_against_its_path_and_given_up(open_desk, filled: Workspace) -> None:
    quality.keep(filled.replica, Tally(5, 100, 30), in_days(filled, -14))
    _, page = opened(open_desk, filled, "goals")
    part = page.parts["goals"]
    assert part._stack.currentIndex() == 1
    part.start.setText("90")
    part.target.setText("90")
    assert not part.add_button.isEnabled()
    part.start.setText("65")
    part.target.setText("99")
    part.add()
    QApplication.processEvents()
    (entry,) = entries(part.list).values()
    assert (entry.title, entry.mark) == ("完整率 65 → 99 %", "进度正常")
    assert "65.0 %" in part.chart.accessibleName()
    part.remove()
    QApplication.processEvents()
    assert part._stack.currentIndex() == 1


def test_with_nothing_to_measure_it_says_so_and_every_part_can_be_reached_by_key(
    open_desk, workspace: Workspace
) -> None:
    _, page = opened(open_desk, workspace)
    assert page.parts["rates"]._stack.currentIndex() == 1
    for number, key in enumerate(page.parts, 1):
        QTest.keyClicks(page, str(number), Qt.KeyboardModifier.AltModifier)
        assert page.tabs.key == key
    assert quality.weeks(workspace.reader) == []
