"""Tags a person can take off and put on: chips with a cross, wrapped over lines, and the field that adds one."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QCompleter, QLayout, QLayoutItem, QLineEdit, QWidget

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import MEDIUM, TINY, font
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.painting import focus_ring, rounded

Tag = tuple[str, str, str]  # id, label, hue
_LONGEST = 220
"""Labels wider than this end in an ellipsis, so that a chip fits on a line of the pane."""


class FlowLayout(QLayout):
    """Lays items in lines, left to right, as words."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        if not 0 <= index < len(self._items):
            return None
        self.invalidate()
        return self._items.pop(index)

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, line = rect.left(), rect.top(), 0
        placed: list[tuple[QLayoutItem, QRect]] = []  # of the present line, whose height its items decide

        def end_line() -> None:
            for item, place in placed if move else ():
                item.setGeometry(place.translated(0, (line - place.height()) // 2))
            placed.clear()

        for item in self._items:
            size = item.sizeHint()
            if x > rect.left() and x + size.width() > rect.right() + 1:
                end_line()
                x, y, line = rect.left(), y + line + self._gap, 0
            placed.append((item, QRect(QPoint(x, y), size)))
            x += size.width() + self._gap
            line = max(line, size.height())
        end_line()
        return y + line - rect.top()


class TagChip(QAbstractButton):
    """A tag; clicking it, or Delete while it has the focus, asks to take it off (`removed(id)`)."""

    removed = Signal(str)

    def __init__(
        self, tag: Tag, *, removable: bool = True, parent: QWidget | None = None, longest: int = _LONGEST
    ) -> None:
        super().__init__(parent)
        self._longest = longest
        self.tag_id, label, self._hue = tag
        self._removable = removable
        self.setText(label)
        self.setAccessibleName(
            self.tr("Tag %1, press to remove").replace("%1", label) if removable else label
        )
        plain.set_tip(self, label)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if removable else Qt.FocusPolicy.NoFocus)
        self.clicked.connect(self._ask)

    def sizeHint(self) -> QSize:
        words = min(text_layout.width(self.text(), font(TINY, MEDIUM)), self._longest)
        return QSize(words + (32 if self._removable else 16), 22)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._ask()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        hue = theme.tokens().hue(self._hue)
        painter = QPainter(self)
        rounded(painter, self.rect(), 5, hue.bg)
        words = self.rect().adjusted(8, 0, -22 if self._removable else -6, 0)
        text_layout.draw(painter, words, self.text(), font(TINY, MEDIUM), hue.fg)
        if self._removable:
            icons.paint(painter, QRect(self.width() - 19, 5, 12, 12), "x", hue.fg)
        if self.hasFocus():
            focus_ring(painter, self.rect(), 5)

    def _ask(self) -> None:
        if self._removable:
            self.removed.emit(self.tag_id)


class TagField(QWidget):
    """All tags of one record. `added(text)` and `removed(id)` are wishes: call `set_tags` once they came true."""

    added = Signal(str)
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._words = QStringListModel(self)
        self._edit = QLineEdit(self)
        self._edit.setProperty("kind", "chip")
        self._edit.setPlaceholderText(self.tr("Add tag…"))
        self._edit.setAccessibleName(self.tr("Add tag"))
        self._edit.setFixedWidth(94)
        completer = QCompleter(self._words, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._edit.setCompleter(completer)
        self._edit.returnPressed.connect(self._add)
        self._chips: list[TagChip] = []
        self._tags: tuple[Tag, ...] = ()
        self._why = ""
        self._flow.addWidget(self._edit)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_tags(self, tags: Sequence[Tag]) -> None:
        """Show these tags."""
        if tuple(tags) != self._tags:
            self._put(tags)

    def _put(self, tags: Sequence[Tag]) -> None:
        self._tags = tuple(tags)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._flow.removeWidget(self._edit)
        self._chips = [TagChip(tag, removable=not self._why, parent=self) for tag in tags]
        previous: QWidget = self._edit  # whose place in the order the chips take
        for chip in self._chips:
            chip.removed.connect(self.removed)
            self._flow.addWidget(chip)
            chip.show()
            QWidget.setTabOrder(previous, chip)
            previous = chip
        self._flow.addWidget(self._edit)
        QWidget.setTabOrder(previous, self._edit)
        self.updateGeometry()

    def set_known(self, labels: Sequence[str]) -> None:
        """The labels offered while typing."""
        self._words.setStringList(list(labels))

    def hold(self, why: str) -> None:
        """Show the tags without letting them be changed, and say why; blank: let them be changed."""
        if why != self._why:
            self._why = why
            tags, self._tags = self._tags, ()
            self._edit.setVisible(not why)
            plain.set_tip(self, why)
            self._put(tags)

    def finish(self) -> bool:
        """Ask to add what stands there half typed; False if nothing did."""
        is_begun = bool(self._edit.text().strip())
        self._add()
        return is_begun

    def forget(self) -> None:
        """Drop what stands there half typed."""
        self._edit.clear()

    def focus_field(self) -> None:
        """Put the keyboard into the adding field (key T on a list)."""
        self._edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _add(self) -> None:
        if text := self._edit.text().strip():
            self._edit.clear()
            self.added.emit(text)


class FileChips(QWidget):
    """Files that go with a form, and the button for more. `asked()` and `removed(id)` are wishes."""

    asked = Signal()
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._chips: list[TagChip] = []
        self.add = buttons.icon_button(
            "paperclip", self.tr("Attach files; a picture can be pasted, files can be dropped"), self._ask
        )
        self._flow.addWidget(self.add)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_files(self, files: Sequence[tuple[str, str]]) -> None:
        """Show these, each an id and a name."""
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [TagChip((key, name, "slate"), parent=self) for key, name in files]
        previous: QWidget = self.add
        for chip in self._chips:
            chip.setAccessibleName(self.tr("File %1, press to remove").replace("%1", chip.text()))
            chip.removed.connect(self.removed)
            self._flow.addWidget(chip)
            chip.show()
            QWidget.setTabOrder(previous, chip)
            previous = chip
        self.updateGeometry()

    def _ask(self) -> None:
        self.asked.emit()
