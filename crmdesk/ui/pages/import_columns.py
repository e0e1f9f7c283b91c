"""Which column of a foreign table is which field: every column with what stands in it, and a choice beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.cleaning import is_nothing
from crmdesk.core.lookalikes import CHOICES
from crmdesk.core.mapping import (
    ENTITIES,
    MODES,
    UNREADABLE,
    Column,
    Found,
    Plan,
    Sheet,
    columns_of,
    counts_rows,
    field_of,
    remark_of,
    targets,
    times_of,
)
from crmdesk.core.registry import Type
from crmdesk.ui import formats, text_layout, theme
from crmdesk.ui.context import Context
from crmdesk.ui.fonts import BODY, font
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.editors import CalmComboBox
from crmdesk.ui.widgets.fields import heading, label, upright

_MOST_SHOWN: Final = 200
"""Columns that are shown; who has more names them in a mapping file."""
_SAMPLES: Final = 3
_SURE: Final = 0.9
_NAMED: Final = 8
"""Columns that are left out are told by name, up to so many."""


class ColumnsPane(QWidget):
    """The tables of a file and how each is read. `rehearse()`: the person wants to know what would become of the rows."""

    rehearse = Signal()
    other_file = Signal()
    anew = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._found: list[Found] = []
        self._plan = Plan([])
        self._boxes: list[QComboBox] = []
        self.name = heading()
        self.table = _box(self.tr("Table"))
        self.table.activated.connect(self._table_chosen)
        self.kind = _box(self.tr("Kind of record"))
        self.kind.activated.connect(self._kind_chosen)
        self.mode = _box(self.tr("Rows whose record is here"))
        for key, text in zip(
            MODES,
            (self.tr("Leave what is here"), self.tr("Fill its blanks"), self.tr("Overwrite it")),
            strict=True,
        ):
            self.mode.addItem(text, key)
        self.unreadable = _box(self.tr("Rows with a cell that can't be read"))
        said = (self.tr("Keep out, to be mended"), self.tr("Take, the cell into the remark"))
        for way, words in zip(UNREADABLE, said, strict=True):
            self.unreadable.addItem(words, way)
        self.alike = _box(self.tr("Rows that look like a customer here"))
        for choice, text in zip(
            CHOICES, (self.tr("Take in, look afterwards"), self.tr("Keep out, to be mended")), strict=True
        ):
            self.alike.addItem(text, choice)
        self.as_before = label(self.tr("Read as last time."), "second")
        self.anew_button = buttons.secondary(self.tr("Guess anew"), "refresh-cw", self.anew.emit)
        self.left_out = label("", "second")
        self.left_out.setWordWrap(True)
        self.rest_button = buttons.secondary(self.tr("Put them into the remark"), "", self._take_rest)
        self.problem = label("", "bad")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._inside = QWidget()
        self._inside.setObjectName("page")
        self._grid = QGridLayout(self._inside)
        self.next_button = buttons.primary(self.tr("Rehearse"), "eye", self.rehearse.emit)
        self.next_button.setDefault(True)
        self.other_button = buttons.secondary(self.tr("Another file…"), "upload", self.other_file.emit)
        self._build()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(10)
        column.addWidget(self.name)
        choices = QGridLayout()
        choices.setHorizontalSpacing(16)
        choices.setVerticalSpacing(8)
        boxes = (
            (self.tr("Table"), self.table),
            (self.tr("Kind of record"), self.kind),
            (self.tr("Rows whose record is here"), self.mode),
            (self.tr("Rows with a cell that can't be read"), self.unreadable),
            (self.tr("Rows that look like a customer here"), self.alike),
        )
        for at, (text, box) in enumerate(boxes):
            pair = QVBoxLayout()
            pair.setSpacing(4)
            pair.addWidget(label(text, "faint"))
            pair.addWidget(box)
            choices.addLayout(pair, at // 3, at % 3)
        before = QHBoxLayout()
        before.setSpacing(8)
        before.addWidget(self.as_before)
        before.addWidget(self.anew_button)
        before.addStretch(1)
        choices.addLayout(before, 1, 2, Qt.AlignmentFlag.AlignBottom)
        for at in range(3):
            choices.setColumnStretch(at, 1)
        column.addLayout(choices)
        self._grid.setContentsMargins(0, 6, 12, 6)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        self._grid.setColumnStretch(2, 2)
        column.addWidget(upright(self._inside), 1)
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.other_button)
        row.addWidget(self.left_out, 12)
        row.addStretch(1)  # where nothing was left out the buttons keep their width
        row.addWidget(self.rest_button)
        row.addWidget(self.next_button)
        column.addLayout(row)

    # -- what is shown ------------------------------------------------------------------------------------

    def show_file(self, name: str, found: Sequence[Found], plan: Plan, *, is_as_before: bool = False) -> None:
        """Show a file's tables and how they would be read; `is_as_before`: as a file of this source was read last."""
        for widget in (self.as_before, self.anew_button):
            widget.setVisible(is_as_before)
        self._found, self._plan = list(found), plan
        self.name.setText(name)
        self.mode.setCurrentIndex(max(0, self.mode.findData(plan.mode)))
        self.unreadable.setCurrentIndex(max(0, self.unreadable.findData(plan.unreadable)))
        self.alike.setCurrentIndex(max(0, self.alike.findData(plan.alike)))
        self.table.clear()
        for number, sheet in enumerate(plan.sheets):
            self.table.addItem(sheet.name, number)
        self.table.setEnabled(len(plan.sheets) > 1)
        wanted = next((n for n, sheet in enumerate(plan.sheets) if sheet.is_wanted), 0)
        self.table.setCurrentIndex(wanted)
        self.say("")
        self._show_table()

    @property
    def plan(self) -> Plan:
        """How the person wants the file read."""
        self._plan.mode = self.mode.currentData() or "create"
        self._plan.alike = self.alike.currentData() or "take"
        self._plan.unreadable = self.unreadable.currentData() or "keep_out"
        return self._plan

    def take_unreadable(self) -> None:
        """Have rows with a cell that can't be read taken from now on."""
        self.unreadable.setCurrentIndex(self.unreadable.findData("write_down"))

    def say(self, problem: str) -> None:
        """Say below the columns what is missing; nothing where all is well."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def boxes(self) -> list[QComboBox]:
        """The choice beside each column."""
        return list(self._boxes)

    def _sheet(self) -> Sheet:
        return self._plan.sheets[max(0, self.table.currentIndex())]

    def _show_table(self) -> None:
        spoken, registry = self._context.language, self._context.registry
        sheet = self._sheet()
        self.kind.clear()
        self.kind.addItem(self.tr("Leave this table out"), "")
        for entity in ENTITIES:
            if registry[entity].may_make():
                self.kind.addItem(registry[entity].label.text(spoken), entity)
        self.kind.setCurrentIndex(max(0, self.kind.findData(sheet.entity)))
        self._show_columns(sheet)

    def _show_columns(self, sheet: Sheet) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._boxes = []
        for at, text in enumerate(
            (self.tr("Column in the file"), self.tr("What stands there"), self.tr("Is read as"))
        ):
            self._grid.addWidget(label(text, "faint"), 0, at)
        known = targets(self._context.registry, sheet.entity) if sheet.entity else []
        below = self._below(sheet)
        line = 1
        for at, column in enumerate(sheet.columns[:_MOST_SHOWN]):
            samples = [row[at] for row in below if at < len(row) and not is_nothing(row[at])]
            if not column.heading and not samples:
                continue
            name = label(column.heading or self.tr("(no heading)"), "strong")
            name.setWordWrap(True)
            self._grid.addWidget(name, line, 0)
            self._grid.addWidget(_Samples(" · ".join(dict.fromkeys(samples[:_SAMPLES]))[:200]), line, 1)
            self._grid.addWidget(self._choice(at, column, known), line, 2)
            line += 1
        if len(sheet.columns) > _MOST_SHOWN:
            said = formats.filled(
                self.tr("The first %1 of %2 columns are shown."), str(_MOST_SHOWN), str(len(sheet.columns))
            )
            self._grid.addWidget(label(said, "faint"), line, 0, 1, 3)
            line += 1
        self._grid.setRowStretch(line, 1)
        self._tell_left_out()

    def _choice(self, at: int, column: Column, known: Sequence[tuple[str, object]]) -> QComboBox:
        spoken = self._context.language
        box = _box(formats.filled(self.tr("%1 is read as"), column.heading))
        box.addItem(self.tr("— left out —"), "")
        for target, name in known:
            box.addItem(name.text(spoken), target)  # type: ignore[attr-defined]  # a Label
        box.setCurrentIndex(max(0, box.findData(column.target)))
        box.setProperty("doubtful", bool(column.target) and column.certainty < _SURE)
        box.activated.connect(partial(self._target_chosen, at, box))
        box.setEnabled(bool(known))
        self._boxes.append(box)
        return box

    def _left_out(self) -> list[Column]:
        """The columns of the table that say something and are read as nothing, but for those that only count the rows."""
        sheet = self._sheet()
        below = self._below(sheet) if sheet.entity else []
        return [
            column
            for at, column in enumerate(sheet.columns)
            if not column.target
            and not counts_rows(column.heading)
            and any(at < len(row) and not is_nothing(row[at]) for row in below)
        ]

    def _tell_left_out(self) -> None:
        left, sheet = self._left_out(), self._sheet()
        names = self.tr(", ").join(column.heading or self.tr("(no heading)") for column in left[:_NAMED])
        more = formats.filled(self.tr(" and %1 more"), str(len(left) - _NAMED)) if len(left) > _NAMED else ""
        self.left_out.setText(formats.filled(self.tr("Left out: %1"), names + more) if left else "")
        self.left_out.setVisible(bool(left))
        has_remark = bool(sheet.entity) and bool(remark_of(self._context.registry[sheet.entity]))
        self.rest_button.setVisible(bool(left) and has_remark)

    def _take_rest(self) -> None:
        """Have what is left out read into the remark, each below its heading."""
        sheet = self._sheet()
        target = f"{sheet.entity}.{remark_of(self._context.registry[sheet.entity])}"
        for column in self._left_out():
            column.target, column.certainty, column.times = target, 1.0, 1
        self._show_columns(sheet)

    def _below(self, sheet: Sheet) -> list[list[str]]:
        found = next((one for one in self._found if one.name == sheet.name), None)
        return found.rows[sheet.header + 1 :] if found else []

    # -- what is chosen -----------------------------------------------------------------------------------

    def _table_chosen(self, _index: int) -> None:
        self._show_table()

    def _kind_chosen(self, _index: int) -> None:
        sheet, entity = self._sheet(), self.kind.currentData() or ""
        if entity == sheet.entity:
            return
        headings = [column.heading for column in sheet.columns]
        sheet.entity = entity
        if entity:
            sheet.columns = columns_of(
                self._context.registry, entity, headings, self._below(sheet), self._context.today()
            )
        else:
            sheet.columns = [Column(text) for text in headings]
        self.say("")
        self._show_columns(sheet)

    def _target_chosen(self, at: int, box: QComboBox, _index: int) -> None:
        column, target = self._sheet().columns[at], box.currentData() or ""
        field = field_of(self._context.registry, target) if target else None
        column.target, column.certainty = target, 1.0
        is_counted = field is not None and field.type in (Type.MONEY, Type.INTEGER)
        column.times = times_of(column.heading) if is_counted else 1
        self.say("")
        self._tell_left_out()


def _box(name: str) -> QComboBox:
    made = CalmComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(10)
    made.setMaxVisibleItems(14)
    return made


class _Samples(QWidget):
    """What stands in a column, on one line however long it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(160, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        text_layout.draw(QPainter(self), self.rect(), self._text, font(BODY), theme.tokens().text_2)
