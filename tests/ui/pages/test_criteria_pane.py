"""The pane that puts conditions together: the list follows, the whole is told, and every tree can be shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from crmdesk.core.criteria import Below, Condition, Criteria, Days, Group, Kind, Op, all_of, conditions
from crmdesk.core.entities import REGISTRY
from crmdesk.core.registry import Type
from crmdesk.ui.pages.criteria_pane import GroupEditor, PartEditor
from crmdesk.ui.widgets.criteria_values import operand_editor
from crmdesk.usecases import narrowing
from tests.support.criteria import trees
from tests.support.customer_desk import Desk


@pytest.fixture
def pane(desk, qtbot):
    desk.customers.table.setFocus()
    QTest.keyClick(desk.customers.table, Qt.Key.Key_F)
    assert desk.customers.pane.isVisible()
    return desk.customers.pane


def settled(desk: Desk, qtbot) -> Criteria:
    qtbot.waitUntil(lambda: not desk.customers.pane._pause.isActive())
    return desk.customers._wanted.where


def pick(part: PartEditor, about: str, op: Op) -> None:
    part.about.choose(about)
    part.about.picked.emit(about)
    part.op.choose(op.value)
    part.op.picked.emit(op.value)


def write(part: PartEditor, text: str) -> None:
    assert part.operands is not None
    line = part.operands.input()
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def test_the_list_follows_what_is_put_together_and_says_so_in_words(desk, pane, qtbot) -> None:
    (part,) = pane.group.parts
    assert (part.about.key, part.op.key) == ("stage", "is")
    assert settled(desk, qtbot) == Criteria("customer")  # half a condition narrows nothing
    part.operands._box.picked.emit("won")
    assert settled(desk, qtbot) == all_of("customer", Condition("stage", Op.IS, ("won",)))
    won = desk.customers.count
    assert pane.count.text() == f"{won} 个符合"
    assert pane.sentence.text() == "阶段是成交"
    assert desk.customers.strip.stages.key == "won"
    QTest.keyClick(pane, Qt.Key.Key_Insert)
    pick(pane.group.parts[1], "employees", Op.AT_LEAST)
    write(pane.group.parts[1], "abc")
    assert desk.customers.count == won
    write(pane.group.parts[1], "200")
    settled(desk, qtbot)
    assert desk.customers.count < won
    pane.group.kind.choose("any")
    pane.group.kind.picked.emit("any")
    settled(desk, qtbot)
    assert desk.customers.count > won
    QTest.keyClick(pane.group.parts[1].about, Qt.Key.Key_Delete, Qt.KeyboardModifier.AltModifier)
    settled(desk, qtbot)
    assert desk.customers.count == won
    QTest.keyClick(pane, Qt.Key.Key_Escape)
    assert desk.customers.view.isVisible()
    assert desk.window.focusWidget() is desk.customers.table


def test_what_hangs_below_and_groups_are_put_together_too(desk, pane, qtbot) -> None:
    (part,) = pane.group.parts
    part.about.choose("has:visit")
    part.about.picked.emit("has:visit")
    assert settled(desk, qtbot) == all_of("customer", Below("visit", Group(Kind.ALL)))
    assert part.inner is not None
    part.inner.add_condition()
    pick(part.inner.parts[0], "at", Op.LAST_DAYS)
    write(part.inner.parts[0], "90")
    recent = Below("visit", Group(Kind.ALL, (Condition("at", Op.LAST_DAYS, (90,)),)))
    assert settled(desk, qtbot) == all_of("customer", recent)
    pane.group.add_group()
    inner = pane.group.parts[1].inner
    pick(inner.parts[0], "next_follow_up_on", Op.BEFORE)
    write(inner.parts[0], "+7")
    group = Group(Kind.ANY, (Condition("next_follow_up_on", Op.BEFORE, (Days(7),)),))
    assert settled(desk, qtbot) == all_of("customer", recent, group)
    asked = desk.customers._wanted
    assert desk.customers.count == narrowing_count(desk, asked)


def narrowing_count(desk: Desk, wanted) -> int:
    from crmdesk.store.window import CustomerWindow

    reader = desk.workspace.another_reader()
    try:
        return CustomerWindow(
            reader, wanted, None, narrowing.read_bearings(reader, desk.context.today())
        ).count()
    finally:
        reader.close()


def test_a_chip_taken_off_is_taken_out_of_the_pane(desk, pane, qtbot) -> None:
    desk.window.go("customers", narrowing.sample_conditions())
    assert len(pane.group.parts) == 3
    chips = desk.customers.strip._chosen()
    desk.customers.strip._chip_removed(chips[1][0])
    assert len(pane.group.parts) == 2
    assert len(desk.customers._wanted.where.where.parts) == 2


def test_what_is_typed_and_not_understood_stays_and_is_framed_once_it_is_left(desk, pane, qtbot) -> None:
    (part,) = pane.group.parts
    pick(part, "annual_revenue", Op.AT_LEAST)
    write(part, "viel")
    line = part.operands.input()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.property("invalid") == "true"
    assert line.text() == "viel"
    write(part, "1.2")
    assert not line.property("invalid")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(criteria=trees())
def test_every_tree_is_shown_and_given_back_as_it_was(desk, criteria: Criteria) -> None:
    shown = GroupEditor(desk.context, REGISTRY["customer"], 5)
    shown.show_group(criteria.where)
    shown.show()
    given_back = shown.node()
    shown.deleteLater()
    QApplication.processEvents()
    assert given_back == _without_empty(criteria.where)


def _without_empty(group: Group) -> Group:
    """A group within a group that says nothing is not given back."""
    parts = [p for p in group.parts if not isinstance(p, Group) or p.parts]
    return replace(group, parts=tuple(parts))


def test_every_question_has_an_editor_that_waits_for_an_answer(desk) -> None:
    from crmdesk.core.criteria import ALONE, ops_of, vocabulary

    for entity in REGISTRY.entities.values():
        for declared in vocabulary(entity).values():
            for op in ops_of(declared):
                made = operand_editor(desk.context, declared, op)
                is_ready = op in ALONE or (declared.type is Type.BOOLEAN and not declared.repeated)
                assert (made.operands() is not None) is is_ready
                made.deleteLater()
    assert list(conditions(all_of("customer").where)) == []
