"""A text field in which `/2` becomes the second quick phrase; Ctrl+Enter is left to the form around it."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from crmdesk.ui import attaching

_TYPED = re.compile(r"(?:^|\s)(/([1-9]))$")


def expansion(before: str, phrases: Sequence[str]) -> tuple[int, str] | None:
    """What `before`, the line up to the cursor, ends in: (letters to take away, phrase), or None."""
    found = _TYPED.search(before)
    if found is None or int(found[2]) > len(phrases):
        return None
    return len(found[1]), phrases[int(found[2]) - 1]


class PhraseEdit(QPlainTextEdit):
    """`submitted()` on Ctrl+Enter, `edited()` when a person changed the text.

    `offered(QMimeData)` when files or a picture are dropped or pasted: they are no text, and for the form around it.
    """

    submitted = Signal()
    edited = Signal()
    offered = Signal(object)

    def __init__(self, name: str, phrases: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.phrases = tuple(phrases)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._changed)

    def insert_phrase(self, number: int) -> None:
        """Write phrase `number`, counted from 1, where the cursor is."""
        if 0 < number <= len(self.phrases):
            self.insertPlainText(self.phrases[number - 1])
            self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted.emit()
        elif event.key() == Qt.Key.Key_Escape or (control and event.key() == Qt.Key.Key_S):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return attaching.in_mime(source) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if attaching.in_mime(source) and not (source.hasText() and not source.hasUrls()):
            self.offered.emit(source)
        else:
            super().insertFromMimeData(source)

    def _changed(self) -> None:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        if (found := expansion(before, self.phrases)) is not None:
            length, phrase = found
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, length)
            cursor.insertText(phrase)
            return  # inserting said it already
        self.edited.emit()
