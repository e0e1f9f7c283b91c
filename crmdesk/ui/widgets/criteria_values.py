"""What a condition compares with, edited by its kind: chips to choose, codes, numbers, amounts, days, texts."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from crmdesk.core.criteria import (
    ALONE,
    MAX_DAYS,
    MAX_TEXT,
    ME,
    OWNER,
    POOL,
    Days,
    Op,
    Operand,
    operand_bounds,
)
from crmdesk.core.dates import parse_date
from crmdesk.core.errors import CrmError
from crmdesk.core.format import format_value, parse_value
from crmdesk.core.registry import Field, Type
from crmdesk.core.values import canonical_text
from crmdesk.ui.context import Context
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.chips import FlowLayout, TagChip
from crmdesk.ui.widgets.code_picker import CodePicker
from crmdesk.ui.widgets.editors import CalmComboBox
from crmdesk.ui.widgets.fields import label

_TIMES: Final = (Type.DATE, Type.INSTANT)
_SEVERAL: Final = re.compile("[;；]")
_RELATIVE: Final = {"今天": 0, "today": 0, "jt": 0, "0": 0}
_TYPED_INTO: Final = 12
"""Entries of a box from which on its entries are found by typing a part of them."""


class PickBox(CalmComboBox):
    """A box whose entries are found by typing any part of them; what is none of them is not kept. `picked(key)`."""

    picked = Signal(str)

    def __init__(self, name: str, options: Sequence[tuple[str, str]] = (), prompt: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._prompt = prompt
        self.offer(options)
        self.activated.connect(self._activated)

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer these (key, label)s in the place of others."""
        self.clear()
        if self._prompt:
            self.addItem(self._prompt, "")
        for key, text in options:
            self.addItem(text, key)
        if len(options) >= _TYPED_INTO and not self.isEditable():
            self.setEditable(True)
            self.setInsertPolicy(CalmComboBox.InsertPolicy.NoInsert)
            line, completer = self.lineEdit(), self.completer()
            assert line is not None
            assert completer is not None
            line.setAccessibleName(self.accessibleName())
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            line.editingFinished.connect(self._settle)

    @property
    def key(self) -> str:
        """The key of the entry on show."""
        return str(self.currentData() or "")

    def choose(self, key: str) -> None:
        """Show an entry, without a signal."""
        at = self.findData(key)
        if at >= 0:
            self.setCurrentIndex(at)

    def _activated(self, _index: int) -> None:
        if self.key or not self._prompt:
            self.picked.emit(self.key)

    def _settle(self) -> None:
        """A text that is no entry gives way to the one that stood there."""
        at = self.findText(self.currentText(), Qt.MatchFlag.MatchFixedString)
        if at >= 0 and at != self.currentIndex():
            self.setCurrentIndex(at)
            self._activated(at)
        self.setEditText(self.itemText(self.currentIndex()))


class OperandEditor(QWidget):
    """Base of all: `changed()` at each change; `operands()` is None while something is missing or not understood."""

    changed = Signal()

    def __init__(self, context: Context, declared: Field, op: Op) -> None:
        super().__init__()
        self.context, self.declared, self.op = context, declared, op
        self.name = declared.label.text(context.language)

    def show_operands(self, values: Sequence[Operand]) -> None:
        """Show what a condition compares with."""

    def operands(self) -> tuple[Operand, ...] | None:
        return ()

    def input(self) -> QWidget | None:
        """What takes the keyboard."""
        return None


class _Chosen(OperandEditor):
    """Chips of what was chosen, and a box for more."""

    def __init__(self, context: Context, declared: Field, op: Op) -> None:
        super().__init__(context, declared, op)
        self._labels = dict(self._options())
        self._keys: list[str] = []
        self._chips: list[TagChip] = []
        self._box = PickBox(self.name, list(self._labels.items()), self.tr("Choose…"))
        self._box.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.setMinimumContentsLength(10)
        self._box.picked.connect(self._add)
        self._flow = FlowLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._flow)
        column.addWidget(self._box)

    def show_operands(self, values: Sequence[Operand]) -> None:
        self._keys = [str(value) for value in values]
        self._draw()

    def operands(self) -> tuple[Operand, ...] | None:
        return tuple(self._keys) or None

    def input(self) -> QWidget:
        return self._box

    def _options(self) -> list[tuple[str, str]]:
        names, spoken = self.context.directory, self.context.language
        if self.declared.repeated:
            return [(tag.id, tag.name) for tag in names.tags.values() if not tag.retired]
        if self.declared.type is Type.CHOICE:
            return [(option.key, option.label.text(spoken)) for option in self.declared.options]
        people = sorted(names.people.values(), key=lambda one: one.name)
        own = [(ME, self.tr("me"))]
        own += [(POOL, self.tr("the pool"))] if self.declared is OWNER and names.pool else []
        return [*own, *((one.id, one.name) for one in people)]

    def _add(self, key: str) -> None:
        if key not in self._keys:
            self._keys.append(key)
        self._draw()
        self._box.setCurrentIndex(0)
        self.changed.emit()

    def _remove(self, key: str) -> None:
        self._keys = [one for one in self._keys if one != key]
        self._draw()
        self._box.setFocus()
        self.changed.emit()

    def _draw(self) -> None:
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [TagChip((key, self._label(key), self._hue(key)), parent=self) for key in self._keys]
        for chip in self._chips:
            chip.removed.connect(self._remove)
            self._flow.addWidget(chip)
            chip.show()
        self.updateGeometry()

    def _label(self, key: str) -> str:
        if self.declared.repeated:
            return self.context.name_of("tag", key) or key[:6]
        return self._labels.get(key, key)

    def _hue(self, key: str) -> str:
        if self.declared.repeated:
            tag = self.context.directory.tags.get(key)
            return tag.hue if tag else "grey"
        option = self.declared.option(key)
        return option.hue if option else "slate"


class _Codes(_Chosen):
    """Codes, chosen from their table."""

    def __init__(self, context: Context, declared: Field, op: Op) -> None:
        super().__init__(context, declared, op)
        self._box.hide()
        self._picker: CodePicker | None = None
        self._choose: QPushButton = buttons.secondary(self.tr("Choose…"), "plus", self._open)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._choose)
        layout.setAlignment(self._choose, Qt.AlignmentFlag.AlignLeft)

    def input(self) -> QWidget:
        return self._choose

    def _options(self) -> list[tuple[str, str]]:
        return []

    def _label(self, key: str) -> str:
        return self.context.name_of(str(self.declared.table), key) or key

    def _open(self) -> None:
        if self._picker is None:
            self._picker = CodePicker(str(self.declared.table), self.name, self)
            self._picker.chosen.connect(self._add)
        self._picker.open_at(self._choose)


class _YesOrNo(OperandEditor):
    """Yes or no."""

    def __init__(self, context: Context, declared: Field, op: Op) -> None:
        super().__init__(context, declared, op)
        spoken = context.language
        options = [(key, format_value(declared, key == "yes", spoken)) for key in ("yes", "no")]
        self._box = PickBox(self.name, options)
        self._box.picked.connect(self._picked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box)

    def show_operands(self, values: Sequence[Operand]) -> None:
        self._box.choose("no" if tuple(values) == (False,) else "yes")

    def operands(self) -> tuple[Operand, ...] | None:
        return (self._box.key == "yes",)

    def input(self) -> QWidget:
        return self._box

    def _picked(self, _key: str) -> None:
        self.changed.emit()


class _Line(QLineEdit):
    """Says `left()` when the keyboard leaves it or Enter is pressed."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        super().keyPressEvent(event)


class _Typed(OperandEditor):
    """One line, or two for a range: texts, numbers, amounts, days."""

    def __init__(self, context: Context, declared: Field, op: Op) -> None:
        super().__init__(context, declared, op)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._lines = [_Line() for _ in range(2 if op is Op.BETWEEN else 1)]
        for number, line in enumerate(self._lines):
            line.setAccessibleName(self.name)
            line.setPlaceholderText(self._prompt())
            line.setMinimumWidth(60)
            line.textEdited.connect(self._edited)
            line.left.connect(self._judge)
            if number:
                row.addWidget(label("–", "faint"))
            row.addWidget(line, 1)
        if op in (Op.LAST_DAYS, Op.NEXT_DAYS):
            row.addWidget(label(self.tr("days"), "second"))

    def show_operands(self, values: Sequence[Operand]) -> None:
        if self.op in (Op.IS, Op.IS_NOT) and len(values) > 1:
            self._lines[0].setText("；".join(self._written(value) for value in values))
            return
        for line, value in zip(self._lines, values, strict=False):
            line.setText(self._written(value))

    def operands(self) -> tuple[Operand, ...] | None:
        texts = [line.text().strip() for line in self._lines]
        if self.op in (Op.IS, Op.IS_NOT) and operand_bounds(self.declared, self.op)[1] > 1:
            texts = [part.strip() for part in _SEVERAL.split(texts[0]) if part.strip()]
        found = [self._read(text) for text in texts]
        return tuple(one for one in found if one is not None) if found and None not in found else None

    def input(self) -> QWidget:
        return self._lines[0]

    def _edited(self) -> None:
        for line in self._lines:
            self._mark(line, invalid=False)
        self.changed.emit()

    def _judge(self) -> None:
        """A line that is not understood says so once it is left."""
        if self.operands() is None:
            for line in self._lines:
                self._mark(
                    line, invalid=bool(line.text().strip()) and self._read(line.text().strip()) is None
                )

    def _mark(self, line: QLineEdit, *, invalid: bool) -> None:
        wanted = "true" if invalid else ""
        if (line.property("invalid") or "") != wanted:
            line.setProperty("invalid", wanted)
            line.style().unpolish(line)
            line.style().polish(line)

    def _prompt(self) -> str:
        if self.op in (Op.LAST_DAYS, Op.NEXT_DAYS):
            return "30"
        if self.declared.type in _TIMES:
            return self.tr("-30, +7, 11-30…")
        return ""

    def _written(self, value: Operand) -> str:
        if isinstance(value, Days):
            return f"{value.days:+}" if value.days else self.tr("today")
        if isinstance(value, tuple):
            return format_value(self.declared, {"money": list(value)}, self.context.language)
        return str(value)

    def _read(self, text: str) -> Operand | None:
        if not text:
            return None
        if self.op in (Op.LAST_DAYS, Op.NEXT_DAYS):
            return int(text) if re.fullmatch(r"[0-9]{1,5}", text) and int(text) <= MAX_DAYS else None
        match self.declared.type:
            case Type.DATE | Type.INSTANT:
                return _day(text, self.context.today(), self.tr("today"))
            case Type.INTEGER | Type.MONEY:
                return self._number(text)
            case _:
                clean = canonical_text(text).strip()
                return clean if 0 < len(clean) <= MAX_TEXT else None

    def _number(self, text: str) -> Operand | None:
        try:
            found = parse_value(self.declared, text, today=self.context.today())
        except CrmError:
            return None
        if isinstance(found, dict):
            minor, currency = found["money"]
            return int(minor), str(currency)
        return found if isinstance(found, int) else None


def _day(text: str, today: date, word: str) -> str | Days | None:
    """A day as people type it; one that is counted from today stays so: a view of it is used on other days."""
    if (days := _RELATIVE.get(text.lower(), 0 if text == word else None)) is not None:
        return Days(days)
    if found := re.fullmatch(r"([+-])\s*([0-9]{1,5})", text):
        return Days(int(found[2]) * (1 if found[1] == "+" else -1))
    day = parse_date(text, today)
    return day.isoformat() if day else None


def operand_editor(context: Context, declared: Field, op: Op) -> OperandEditor:
    """The editor of what such a condition compares with."""
    if op in ALONE:
        return OperandEditor(context, declared, op)
    if declared.repeated and declared.type is Type.BOOLEAN:
        return _Chosen(context, declared, op)
    match declared.type:
        case Type.CHOICE:
            return _Chosen(context, declared, op)
        case Type.REFERENCE if declared.target == "user":
            return _Chosen(context, declared, op)
        case Type.CODE:
            return _Codes(context, declared, op)
        case Type.BOOLEAN:
            return _YesOrNo(context, declared, op)
        case _:
            return _Typed(context, declared, op)
