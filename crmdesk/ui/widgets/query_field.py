"""A line that is searched at every letter, those that an input method has not committed yet included."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class QueryField(QLineEdit):
    """`queried(text)` after each letter, `stepped(±1)` on arrows, `entered()` on Enter, `left()` on Esc.

    Letters of an unfinished input-method word are read as typed, its syllable marks (`shen'hai`) taken out, so that
    initials work with the Chinese input method left on.
    """

    queried = Signal(str)
    stepped = Signal(int)
    entered = Signal()
    left = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self._unfinished = ""
        self._pause = QTimer(self, singleShot=True, interval=0)
        self._pause.timeout.connect(self._say)
        self.textChanged.connect(self._typed)

    @property
    def query(self) -> str:
        """What is searched for."""
        at = self.cursorPosition()
        text = self.text()
        return (text[:at] + self._unfinished + text[at:]).strip()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._unfinished = event.preeditString().replace("'", "").replace(" ", "")
        super().inputMethodEvent(event)
        self._typed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down:
                self.stepped.emit(1)
            case Qt.Key.Key_Up:
                self.stepped.emit(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers():
                if self._pause.isActive():  # not yet searched: the first of what it finds is meant
                    self._pause.stop()
                    self._say()
                self.entered.emit()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case _:
                super().keyPressEvent(event)

    def _typed(self) -> None:
        self._pause.start()

    def _say(self) -> None:
        self.queried.emit(self.query)
