"""Changing the words of a refused record before it is sent in place of what was refused."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label

_LONG = 80
_MOST = 8


class MendDialog(QDialog):
    """One line for each text, a larger box for long ones. `mended(dict)` with what was changed; Esc closes it."""

    mended = Signal(object)

    def __init__(self, reason: str, texts: Mapping[str, tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Change what was refused"))
        self.setAccessibleName(self.windowTitle())
        self.setMinimumWidth(520)
        self._editors: dict[str, QLineEdit | QPlainTextEdit] = {}
        self._before = {name: text for name, (_, text) in texts.items()}
        why = label(reason, "second")
        why.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for line, (name, (shown, text)) in enumerate(list(texts.items())[:_MOST]):
            is_long = len(text) > _LONG or "\n" in text
            editor = QPlainTextEdit(text) if is_long else QLineEdit(text)
            editor.setAccessibleName(shown)
            self._editors[name] = editor
            grid.addWidget(label(shown, "faint"), line, 0)
            grid.addWidget(editor, line, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(buttons.secondary(self.tr("Cancel"), clicked=self.reject))
        row.addWidget(buttons.primary(self.tr("Save and send"), "check", self._take))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(why)
        column.addLayout(grid)
        column.addLayout(row)

    def _take(self) -> None:
        now = {
            name: editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()
            for name, editor in self._editors.items()
        }
        self.accept()
        self.mended.emit({name: text for name, text in now.items() if text != self._before[name]})
