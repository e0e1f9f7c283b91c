"""The fields that a company added to a kind of record, below a form that is laid out by hand."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from crmdesk.core.custom_fields import PREFIX
from crmdesk.core.errors import CrmError
from crmdesk.core.form import is_on_form
from crmdesk.core.registry import Field, Type
from crmdesk.core.values import Value
from crmdesk.ui.context import Context
from crmdesk.ui.pages.form_cell import FormCell
from crmdesk.ui.widgets.editors import editor, is_editable
from crmdesk.usecases import customers
from crmdesk.usecases.codes import with_parents

_HIGHEST: Final = 170
"""Pixels before these fields scroll: what stands above must stay in view on a small screen."""


class CustomValues(QWidget):
    """Hidden while there is no field to show. `edited()` while one is typed into."""

    edited = Signal()

    def __init__(self, context: Context, entity: str) -> None:
        super().__init__()
        self._context, self._entity = context, entity
        self._cells: dict[str, FormCell] = {}
        self._blank: dict[str, Any] = {}
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)
        self.hide()

    def cell(self, name: str) -> FormCell:
        """The label, editor and remark of a field."""
        return self._cells[name]

    def open_for(self, customer: str, typed: Mapping[str, Any] | None = None) -> None:
        """Blank fields for a new record of a customer's, as declared now, with what was typed into them before."""
        kept = typed or {}
        industry = with_parents("industry", customers.industry(self._context.reader, customer))
        declared = self._context.registry[self._entity].fields
        fields = [
            field
            for field in declared
            if field.name.startswith(PREFIX)
            and is_editable(field)
            and is_on_form(field, industry, is_filled=False, is_typed=field.name in kept)
        ]
        if fields != [cell.editor.field for cell in self._cells.values()]:
            self._build(fields)
        for cell in self._cells.values():
            cell.editor.show_values({})
            cell.say("")
        self._blank = {name: cell.editor.typed() for name, cell in self._cells.items()}
        for name, cell in self._cells.items():
            cell.hold("" if name in kept else self._context.why_not(cell.editor.field))
            if name in kept:
                cell.editor.set_typed(kept[name])
        self.setVisible(bool(fields))

    def typed(self) -> dict[str, Any]:
        """What was typed, by field, for a draft."""
        typed = {name: cell.editor.typed() for name, cell in self._cells.items()}
        return {name: text for name, text in typed.items() if text != self._blank.get(name)}

    def values(self) -> dict[str, Value] | None:
        """What a save writes; None where a field cannot be read or is asked for: it is marked and takes the keyboard."""
        found: dict[str, Value] = {}
        wrong: list[FormCell] = []
        for cell in self._cells.values():
            try:
                found.update(cell.wanted(is_new=True))
            except CrmError as error:
                cell.refuse(str(error.sentence(self._context.language).happened))
                wrong.append(cell)
        if wrong:
            wrong[0].editor.input().setFocus()
            self._area.ensureWidgetVisible(wrong[0])
            return None
        return {name: value for name, value in found.items() if value is not None}

    def _build(self, fields: Sequence[Field]) -> None:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        self._cells = {}
        line, side = 0, 0
        for field in fields:
            cell = FormCell(editor(field, self._context.language, self._context.today), body)
            cell.edited.connect(self._typed_into)
            self._cells[field.name] = cell
            is_wide = field.type is Type.LONG_TEXT
            if is_wide and side:
                line, side = line + 1, 0
            grid.addWidget(cell, line, side, 1, 2 if is_wide else 1, Qt.AlignmentFlag.AlignTop)
            line, side = (line + 1, 0) if is_wide or side else (line, 1)
        for at in (0, 1):
            grid.setColumnStretch(at, 1)
        self._area.setWidget(body)
        self._area.setFixedHeight(min(_HIGHEST, body.sizeHint().height() + 2))

    def _typed_into(self, name: str) -> None:
        cell = self._cells[name]
        cell.editor.mark(invalid=False)
        cell.say(
            cell.editor.understood() or cell.editor.doubted(), "warn" if cell.editor.doubted() else "second"
        )
        self.edited.emit()
