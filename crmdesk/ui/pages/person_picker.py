"""Choosing a colleague: a search line and who it finds, in a dialog of its own."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.text import normalise
from crmdesk.ui.context import Context
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.entry_list import Entry, EntryList
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.query_field import QueryField
from crmdesk.usecases.directory import Person

_ROWS = 6


class PersonPicker(QDialog):
    """`chosen(id)` on Enter, double click or the button; Esc closes it."""

    chosen = Signal(str)

    def __init__(self, context: Context, sentence: str, action: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._people: tuple[Person, ...] = ()
        self.setWindowTitle(action)
        self.setAccessibleName(action)
        self.setMinimumWidth(440)
        self._sentence = label(sentence)
        self._sentence.setWordWrap(True)
        self.field = QueryField(self.tr("Name"))
        self.list = EntryList(self.tr("Colleagues"))
        self.list.setFixedHeight(self.list.height_of(_ROWS))
        self._choose = buttons.primary(action, "check", self._take)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(buttons.secondary(self.tr("Cancel"), clicked=self.reject))
        row.addWidget(self._choose)
        self.column = column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        for widget in (self._sentence, self.field, self.list):
            column.addWidget(widget)
        column.addLayout(row)
        self.field.queried.connect(self._search)
        self.field.stepped.connect(self.list.step)
        self.field.entered.connect(self._take)
        self.field.left.connect(self.reject)
        self.list.opened.connect(self._take)

    def offer(self, people: Sequence[Person]) -> None:
        """Show these to choose from, and take the keyboard."""
        self._people = tuple(sorted(people, key=lambda person: person.name))
        self.field.clear()
        self._search("")
        self.open()
        self.field.setFocus()

    def _search(self, text: str) -> None:
        wanted = normalise(text)
        names = self._context.directory
        language = self._context.language
        self.list.set_entries(
            [
                Entry(
                    person.id,
                    person.name,
                    " · ".join(
                        part
                        for part in (
                            names.role_name(person, language),
                            names.teams.get(person.team or "", ""),
                        )
                        if part
                    ),
                )
                for person in self._people
                if wanted in normalise(person.name)
            ]
        )
        self._enable()

    def _enable(self) -> None:
        self._choose.setEnabled(bool(self.list.current_id))

    def _take(self, _row: str = "") -> None:
        if person := self.list.current_id:
            self.accept()
            self.chosen.emit(person)
