"""The choices of a field that a company adds: names in both languages, a colour, their order; one that was used is only retired."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from crmdesk.core.custom_fields import option_key, option_text
from crmdesk.core.entities import HUES
from crmdesk.core.errors import Language
from crmdesk.core.registry import Label, Option
from crmdesk.core.values import canonical_text
from crmdesk.ui import icons
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.editors import CalmComboBox

_SWATCH = QSize(14, 14)


@dataclass
class _Row:
    """One choice on screen; `key` is None until it was saved once."""

    key: str | None
    home: QWidget
    hue: QComboBox
    zh: QLineEdit
    en: QLineEdit
    drop: QToolButton
    is_retired: bool = False

    @property
    def label(self) -> Label:
        zh, en = canonical_text(self.zh.text()).strip(), canonical_text(self.en.text()).strip()
        return Label(zh or en, en or zh)


class FieldChoices(QWidget):
    """`changed()` after any change. One empty row waits at the end, as in a list that is typed down."""

    changed = Signal()

    def __init__(self, spoken: Language) -> None:
        super().__init__()
        self._spoken = spoken
        self._rows: list[_Row] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    def show_options(self, options: tuple[Option, ...]) -> None:
        """Show these, in their order."""
        for row in self._rows:
            self._column.removeWidget(row.home)
            row.home.hide()
            row.home.deleteLater()
        self._rows = []
        for option in options:
            self._add(option)
        self._add(None)

    def elements(self) -> dict[str, str]:
        """The choices as elements of a field's record."""
        found: dict[str, str] = {}
        taken = {row.key for row in self._rows if row.key}
        for place, row in enumerate(self._rows, 1):
            if not row.label.zh:
                continue
            key = row.key or option_key(row.label, taken)
            taken.add(key)
            option = Option(key, row.label, str(row.hue.currentData()), row.is_retired)
            found[f"option:{key}"] = option_text(option, place)
        return found

    def focus_first(self) -> None:
        """Put the keyboard into the first name."""
        self._rows[0].zh.setFocus()

    def _add(self, option: Option | None) -> None:
        home = QWidget()
        line = QHBoxLayout(home)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        hue, zh, en = self._hues(option), QLineEdit(), QLineEdit()
        for edit, text, name, short in (
            (zh, option.label.zh if option else "", self.tr("Choice, in Chinese"), self.tr("Chinese")),
            (en, option.label.en if option else "", self.tr("Choice, in English"), self.tr("English")),
        ):
            edit.setText(text)
            edit.setCursorPosition(0)
            edit.setPlaceholderText(short)
            edit.setAccessibleName(name)
            edit.setMaxLength(60)
        drop = buttons.icon_button("x", self.tr("Take this choice out"))
        up = buttons.icon_button("arrow-up", self.tr("Further up (Alt+↑)"))
        row = _Row(option.key if option else None, home, hue, zh, en, drop, bool(option and option.retired))
        for widget in (hue, zh, en, up, drop):
            line.addWidget(widget, 1 if widget in (zh, en) else 0)
        for edit in (zh, en):
            edit.textEdited.connect(self._typed)
        hue.activated.connect(self._said)
        drop.clicked.connect(partial(self._drop, row))
        up.clicked.connect(partial(self._move, row, -1))
        self._rows.append(row)
        self._column.addWidget(home)
        self._show_retired(row)

    def _hues(self, option: Option | None) -> QComboBox:
        box = CalmComboBox()
        box.setAccessibleName(self.tr("Colour"))
        box.setFixedWidth(108)
        box.setIconSize(_SWATCH)
        for hue in HUES:
            box.addItem(icons.swatch(hue.hue), hue.label.text(self._spoken), hue.key)
        fresh = HUES[(len(self._rows) + 1) % len(HUES)].key
        box.setCurrentIndex(box.findData(option.hue if option else fresh))
        return box

    def _typed(self) -> None:
        if self._rows[-1].label.zh:
            self._add(None)
        self._said()

    def _said(self) -> None:
        self.changed.emit()

    def _drop(self, row: _Row) -> None:
        """Take a new one out; one that records may hold is retired, and the same button brings it back."""
        if row.key is not None:
            row.is_retired = not row.is_retired
            self._show_retired(row)
        elif len(self._rows) > 1:
            self._rows.remove(row)
            self._column.removeWidget(row.home)
            row.home.hide()
            row.home.deleteLater()
            if self._rows[-1].label.zh:
                self._add(None)
        self.changed.emit()

    def _show_retired(self, row: _Row) -> None:
        for widget in (row.zh, row.en, row.hue):
            widget.setEnabled(not row.is_retired)
        row.drop.setIcon(icons.icon("undo-2" if row.is_retired else "x", "text_2"))
        name = self.tr("Offer it again") if row.is_retired else self.tr("Take this choice out")
        plain.set_tip(row.drop, name)
        row.drop.setAccessibleName(name)

    def _move(self, row: _Row, by: int) -> None:
        at = self._rows.index(row)
        to = at + by
        if 0 <= to < len(self._rows) and self._rows[to].label.zh and row.label.zh:
            self._rows.insert(to, self._rows.pop(at))
            self._column.removeWidget(row.home)
            self._column.insertWidget(to, row.home)
            self.changed.emit()

    def event(self, event: QEvent) -> bool:
        return claims_arrows(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        row = next((one for one in self._rows if one.zh.hasFocus() or one.en.hasFocus()), None)
        if alt and row is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            focused = row.zh if row.zh.hasFocus() else row.en
            self._move(row, -1 if event.key() == Qt.Key.Key_Up else 1)
            focused.setFocus()
        else:
            super().keyPressEvent(event)


def claims_arrows(event: QEvent) -> bool:
    """Whether an event asks who wants Alt with an arrow up or down; it is taken then, before the window goes back by it."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    if is_alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        event.accept()
        return True
    return False
