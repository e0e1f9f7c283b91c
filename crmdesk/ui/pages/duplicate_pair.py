"""Two customers side by side, field by field: which of them stays, and which value of each field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.values import Value
from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import BODY, BOLD, MEDIUM, SMALL, font
from crmdesk.ui.widgets import painting
from crmdesk.ui.widgets.fields import label, upright
from crmdesk.usecases.merging import Line

_LABEL, _LOW, _HIGH, _PAD = 112, 34, 76, 12


@dataclass(frozen=True, slots=True)
class SideText:
    """One of the two, as its head says: what it is called, whose it is, what hangs below it."""

    name: str
    owner: str
    facts: str


class Choice(QAbstractButton):
    """A value, or the head of a side: checked where it is the one that stays."""

    def __init__(self, said: Sequence[str], *, is_head: bool = False) -> None:
        super().__init__()
        self._said = tuple(said)
        self._is_head = is_head
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setText(" ".join(said))
        self.setAccessibleName(", ".join(part for part in said if part))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(220, _HIGH if self._is_head else _LOW)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        if self.isChecked():
            painting.rounded(painter, self.rect(), 8, colours.primary_soft, colours.primary)
        else:
            ground = colours.hover if self.underMouse() and self.isEnabled() else colours.raised
            painting.rounded(painter, self.rect(), 8, ground, colours.border)
        right = self.width() - _PAD
        if self.isChecked():
            icons.paint(painter, QRect(right - 16, (_LOW - 16) // 2, 16, 16), "check", colours.primary)
            right -= 22
        faces = (font(BODY, BOLD), font(SMALL, MEDIUM), font(SMALL)) if self._is_head else (font(BODY),)
        for at, (line, face) in enumerate(zip(self._said, faces, strict=False)):
            room = QRect(_PAD, 6 + 21 * at, (right if at == 0 else self.width() - _PAD) - _PAD, 22)
            text_layout.draw(painter, room, line, face, colours.text if at == 0 else colours.text_2)
        if self.hasFocus():
            painting.focus_ring(painter, self.rect(), 8)


class PairView(QWidget):
    """The two heads, then a line for each field in which they differ; what both say stands below. `turned()`: another stays."""

    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._groups: list[tuple[Line, QButtonGroup]] = []
        self._heads = QButtonGroup(self)
        self._inside = QWidget()
        self._inside.setObjectName("page")
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(20, 4, 20, 16)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, _LABEL)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(upright(self._inside))

    @property
    def winner(self) -> int:
        """Which of the two stays: 0 or 1."""
        return max(0, self._heads.checkedId())

    def chosen(self) -> dict[str, Value]:
        """The value that is chosen of each field in which they differ."""
        return {
            line.field.name: line.loser if group.checkedId() == 1 else line.winner
            for line, group in self._groups
        }

    def show_pair(
        self,
        sides: Sequence[SideText],
        lines: Sequence[Line],
        words: Mapping[str, tuple[str, str, str]],
        winner: int,
    ) -> None:
        """Show two customers. `lines` have the first as the winner; `words` are (label, value, other value) by field."""
        self._clear()
        self._lines = list(lines)
        self._heads = self._pair(0, "", [(s.name, s.owner, s.facts) for s in sides], is_head=True)
        self._heads.button(winner).setChecked(True)
        self._heads.idClicked.connect(self._head_clicked)
        row = 1
        for line in (one for one in lines if not one.is_same):
            name, *values = words[line.field.name]
            self._groups.append((line, self._pair(row, name, [(value,) for value in values])))
            row += 1
        self._choose_usual()
        same = [words[line.field.name] for line in lines if line.is_same]
        if same:
            title = label(self.tr("What both say"), "faint")
            title.setContentsMargins(0, 10, 0, 0)
            self._grid.addWidget(title, row, 0, 1, 3)
        for at, (name, value, _) in enumerate(same, row + 1):
            said = label(value)
            said.setWordWrap(True)
            self._grid.addWidget(label(name, "faint"), at, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(said, at, 1, 1, 2)
        self._grid.setRowStretch(row + len(same) + 2, 1)

    def turn(self, winner: int) -> None:
        """Let the other stay; what was chosen is chosen anew."""
        if self._heads.button(winner) is not None:
            self._heads.button(winner).setChecked(True)
            self._head_clicked()

    def _head_clicked(self, _side: int = 0) -> None:
        self._choose_usual()
        self.turned.emit()

    def _choose_usual(self) -> None:
        """The values of whoever stays, and the other's where it says nothing."""
        for line, group in self._groups:
            values = (line.winner, line.loser)
            side = self.winner
            group.button(side if values[side] not in (None, "") else 1 - side).setChecked(True)

    def _pair(
        self, row: int, name: str, said: Sequence[Sequence[str]], *, is_head: bool = False
    ) -> QButtonGroup:
        group = QButtonGroup(self._inside)
        if name:
            self._grid.addWidget(label(name, "faint"), row, 0)
        for at, texts in enumerate(said):
            button = Choice(texts, is_head=is_head)
            if name:
                button.setAccessibleName(f"{name}: {texts[0]}")
            group.addButton(button, at)
            self._grid.addWidget(button, row, at + 1)
        return group

    def _clear(self) -> None:
        self._groups = []
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
