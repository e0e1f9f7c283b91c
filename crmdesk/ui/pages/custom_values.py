"""The fields that a company added to a kind of record, below a form that is laid out by hand."""

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from crmdesk.core.custom_fields import PREFIX
from crmdesk.core.errors import CrmError
from crmdesk.core.form import is_on_form
from crmdesk.core.values import Value
from crmdesk.ui.context import Context
from crmdesk.ui.pages.form_cell import CellGrid, FormCell
from crmdesk.ui.widgets.editors import is_editable
from crmdesk.usecases import customers
from crmdesk.usecases.codes import with_parents

_HIGHEST: Final = 170
"""Pixels before these fields scroll, and less where the window has no more: what stands above must stay in view."""
_LOWEST: Final = 64


class CustomValues(QWidget):
    """Hidden while there is no field to show. `edited()` while one is typed into."""

    edited = Signal()

    def __init__(self, context: Context, entity: str) -> None:
        super().__init__()
        self._context, self._entity = context, entity
        self._grid = CellGrid(context.language, context.today)
        self._grid.edited.connect(self.edited)
        self._blank: dict[str, Any] = {}
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)
        self.hide()

    def cell(self, name: str) -> FormCell:
        """The label, editor and remark of a field."""
        return self._grid.cells[name]

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
        if self._grid.set_fields(fields):
            whole = self._grid.sizeHint().height() + 2
            self._area.setMinimumHeight(min(_LOWEST, whole))
            self._area.setMaximumHeight(min(_HIGHEST, whole))
        for cell in self._grid.cells.values():
            cell.editor.show_values({})
            cell.say("")
        self._blank = {name: cell.editor.typed() for name, cell in self._grid.cells.items()}
        for name, cell in self._grid.cells.items():
            cell.hold("" if name in kept else self._context.why_not(cell.editor.field))
            if name in kept:
                cell.editor.set_typed(kept[name])
        self.setVisible(bool(fields))

    def typed(self) -> dict[str, Any]:
        """What was typed, by field, for a draft."""
        typed = {name: cell.editor.typed() for name, cell in self._grid.cells.items()}
        return {name: text for name, text in typed.items() if text != self._blank.get(name)}

    def values(self) -> dict[str, Value] | None:
        """What a save writes; None where a field cannot be read or is asked for: it is marked and takes the keyboard."""
        found: dict[str, Value] = {}
        wrong: list[FormCell] = []
        for cell in self._grid.cells.values():
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
