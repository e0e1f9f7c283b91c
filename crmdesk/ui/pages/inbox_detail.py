"""The right side of the inbox: the decision with its choices, or the customers that share a name."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.buttons import KeyHint
from crmdesk.ui.widgets.choice import ChoiceCard, ChoiceText
from crmdesk.ui.widgets.entry_list import Entry, EntryList
from crmdesk.ui.widgets.fields import FieldGrid, heading, label
from crmdesk.ui.widgets.marks import Avatar, StagePill

_SIDE_BY_SIDE = 560


class Decision(QWidget):
    """One conflict. `applied(int)` decides for a choice; `stepped(int)` asks for another conflict."""

    applied = Signal(int)
    stepped = Signal(int)
    undo_asked = Signal()
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: list[ChoiceCard] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self._choices(), 1)
        column.addWidget(self._foot())

    @property
    def chosen(self) -> int:
        """Which choice is marked."""
        return next((number for number, card in enumerate(self._cards) if card.isChecked()), 0)

    def show_item(self, name: str, sentence: str, choices: Sequence[ChoiceText], place: str) -> None:
        """Show a conflict; what is displayed now is marked."""
        had_focus = any(card.hasFocus() for card in self._cards)
        self._avatar.set_name(name)
        self._name.setText(name)
        self._sentence.setText(sentence)
        self._place.setText(place)
        self._pill.set_stage(self.tr("%n value(s)", "", len(choices)), "amber")
        for card in self._cards:
            card.hide()
            card.deleteLater()
        self._cards = [ChoiceCard(said, self._page) for said in choices]
        for card in self._cards:
            card.clicked.connect(self._mark_focus)
        self._arrange()
        self.choose(0)
        if had_focus and self._cards:
            self._cards[0].setFocus()

    def show_background(self, earlier: list[tuple[str, str]], about: list[tuple[str, str]]) -> None:
        """Below the choices: what the field said before, and how things stand at the customer."""
        for title, grid, fields in (
            (self._earlier_title, self._earlier, earlier), (self._about_title, self._about, about),
        ):  # fmt: skip
            grid.set_fields(fields)
            grid.setVisible(bool(fields))
            title.setVisible(bool(fields))

    def hold(self, why: str) -> None:
        """Let nothing be decided, and say why; blank: let it be decided."""
        self._apply.setEnabled(not why)
        plain.set_tip(self._apply, why)

    def can_undo(self, *, can: bool) -> None:
        """Whether there is a decision to take back."""
        self._undo.setEnabled(can)

    def choose(self, number: int) -> None:
        """Mark a choice; a number that is not there is ignored."""
        if not 0 <= number < len(self._cards):
            return
        self._cards[number].setChecked(True)
        if any(card.hasFocus() for card in self._cards):
            self._cards[number].setFocus()
        for at, card in enumerate(self._cards):
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus if at == number else Qt.FocusPolicy.ClickFocus)

    def step(self, by: int) -> None:
        """Mark the next (1) or previous (-1) choice."""
        if self._cards:
            self.choose((self.chosen + by) % len(self._cards))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def _head(self) -> QWidget:
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(12)
        self._avatar = Avatar(36)
        self._name = heading()
        self._pill = StagePill()
        row.addWidget(self._avatar)
        row.addWidget(self._name, 1)
        row.addWidget(self._pill)
        row.addWidget(buttons.icon_button("external-link", self.tr("Open the customer"), self._ask_open))
        self._sentence = label("", "second")
        self._sentence.setWordWrap(True)
        column.addLayout(row)
        column.addWidget(self._sentence)
        return head

    def _choices(self) -> QScrollArea:
        self._page = QWidget()
        self._page.setObjectName("page")
        column = QVBoxLayout(self._page)
        column.setContentsMargins(20, 4, 20, 16)
        column.setSpacing(12)
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        column.addLayout(self._grid)
        self._earlier, self._about = FieldGrid(1), FieldGrid(2)
        self._earlier_title = label(self.tr("What it said before"), "faint")
        self._about_title = label(self.tr("About this customer"), "faint")
        for title, grid in ((self._earlier_title, self._earlier), (self._about_title, self._about)):
            column.addSpacing(4)
            column.addWidget(title)
            column.addWidget(grid)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._page)
        return area

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("footer")
        row = QHBoxLayout(foot)
        row.setContentsMargins(20, 10, 16, 10)
        row.setSpacing(8)
        self._undo = buttons.quiet(self.tr("Undo"), "undo-2", self.undo_asked.emit)
        row.addWidget(self._undo)
        row.addWidget(KeyHint("U"))
        row.addStretch(1)
        row.addWidget(buttons.icon_button("chevron-left", self.tr("Previous"), self._previous))
        self._place = label("", "second")
        row.addWidget(self._place)
        row.addWidget(buttons.icon_button("chevron-right", self.tr("Next"), self._next))
        row.addSpacing(8)
        row.addWidget(KeyHint("Return"))
        self._apply = buttons.primary(self.tr("Keep this value"), "check", self._ask_apply)
        row.addWidget(self._apply)
        return foot

    def _arrange(self) -> None:
        columns = 2 if self.width() >= _SIDE_BY_SIDE else 1
        while self._grid.takeAt(0):
            pass
        for number, card in enumerate(self._cards):
            self._grid.addWidget(card, number // columns, number % columns)
            card.show()
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _mark_focus(self) -> None:
        self.choose(self.chosen)

    def _ask_apply(self) -> None:
        self.applied.emit(self.chosen)

    def _ask_open(self) -> None:
        self.opened.emit()

    def _previous(self) -> None:
        self.stepped.emit(-1)

    def _next(self) -> None:
        self.stepped.emit(1)


class Duplicates(QWidget):
    """Customers with the same name, for information. `opened(id)`: look at one; `compared()`: hold them against each other."""

    opened = Signal(str)
    compared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(4)
        head = QVBoxLayout()
        head.setContentsMargins(20, 0, 20, 8)
        head.setSpacing(4)
        self._name = heading()
        sentence = label(
            self.tr("These customers carry the same name. They may be one company that two people added."),
            "second",
        )
        sentence.setWordWrap(True)
        head.addWidget(self._name)
        head.addWidget(sentence)
        row = QHBoxLayout()
        row.addWidget(buttons.secondary(self.tr("Look at duplicates"), "copy", self.compared.emit))
        row.addStretch(1)
        head.addSpacing(4)
        head.addLayout(row)
        column.addLayout(head)
        self.list = EntryList(self.tr("Customers with the same name"))
        self.list.opened.connect(self.opened)
        column.addWidget(self.list, 1)

    def show_same(self, name: str, rows: Sequence[Entry]) -> None:
        """Show these customers."""
        self._name.setText(name)
        self.list.set_entries(rows)

    def take_keyboard(self) -> None:
        """The arrow keys now move among these."""
        self.list.setFocus()
