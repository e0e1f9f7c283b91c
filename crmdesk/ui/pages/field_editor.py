"""Everything that can be said of a field that a company adds, on one form; what does not go with its kind is not there."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from crmdesk.core.custom_fields import (
    EXTENSIBLE,
    NUMBERS,
    PATTERN_WORDS,
    SEARCHABLE,
    SEARCHED,
    TEXTS,
    custom_field,
)
from crmdesk.core.doubts import amount_of
from crmdesk.core.entities import CUSTOM_FIELD
from crmdesk.core.errors import CrmError
from crmdesk.core.format import format_value, parse_value
from crmdesk.core.registry import Field, Label, Type
from crmdesk.core.values import Value, money
from crmdesk.ui.context import Context
from crmdesk.ui.pages.field_choices import FieldChoices
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.chips import FlowLayout, TagChip
from crmdesk.ui.widgets.code_picker import CodePicker
from crmdesk.ui.widgets.editors import CalmComboBox
from crmdesk.ui.widgets.fields import label
from crmdesk.usecases.codes import code_name

_TEXTS: Final = (
    "label_zh", "label_en", "help_zh", "help_en", "longest", "least", "most", "pattern", "explained_zh", "explained_en",
)  # fmt: skip
_FLAGS: Final = ("required", "searchable")
_NUMBERS: Final = ("least", "most", "longest")


class FieldEditor(QWidget):
    """`changed()` whenever something is typed or chosen. It knows no record: `values` are those of one."""

    changed = Signal()

    def __init__(self, context: Context, roles: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._context, self._spoken = context, context.language
        self._before: dict[str, Value] = {}
        declared = CUSTOM_FIELD.by_name
        self.kind_of_record = self._box(
            "entity", [(name, context.registry[name].label.text(self._spoken)) for name in EXTENSIBLE]
        )
        self.kind = self._box("type", [(o.key, o.label.text(self._spoken)) for o in declared["type"].options])
        self.lines = {name: self._line(name) for name in _TEXTS}
        self.flags = {name: QCheckBox(declared[name].label.text(self._spoken)) for name in _FLAGS}
        self.choices = FieldChoices(self._spoken)
        self.industries = _Industries(declared["industries"].label.text(self._spoken))
        self.unseen = _Roles(declared["unseen_by"].label.text(self._spoken), roles)
        for flag in self.flags.values():
            flag.clicked.connect(self._said)
        for part in (self.choices, self.industries, self.unseen):
            part.changed.connect(self.changed)
        self._names: dict[QWidget, QLabel] = {}
        self._build()

    # -- making ---------------------------------------------------------------------------------------

    def _build(self) -> None:
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(20, 14, 20, 14)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        at = 0
        for left, right in (
            (self.kind_of_record, self.kind),
            (self.lines["label_zh"], self.lines["label_en"]),
            (self.choices, None),
            (self.flags["required"], self.flags["searchable"]),
            (self.lines["help_zh"], self.lines["help_en"]),
            (self.lines["least"], self.lines["most"]),
            (self.lines["longest"], self.lines["pattern"]),
            (self.lines["explained_zh"], self.lines["explained_en"]),
            (self.industries, None),
            (self.unseen, None),
        ):
            self._place(left, at, 0, 1 if right is not None else 2)
            if right is not None:
                self._place(right, at, 1, 1)
            at += 2
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(at, 1)

    def _place(self, widget: QWidget, line: int, column: int, across: int) -> None:
        if not isinstance(widget, QCheckBox):
            name = label(self.choices_name if widget is self.choices else widget.accessibleName(), "faint")
            self._names[widget] = name
            self._grid.addWidget(name, line, column, 1, across)
        self._grid.addWidget(widget, line + 1, column, 1, across)

    @property
    def choices_name(self) -> str:
        """What stands above the choices."""
        return CUSTOM_FIELD.by_name["option"].label.text(self._spoken)

    def _box(self, name: str, options: Sequence[tuple[str, str]]) -> QComboBox:
        box = CalmComboBox()
        box.setAccessibleName(CUSTOM_FIELD.by_name[name].label.text(self._spoken))
        for key, text in options:
            box.addItem(text, key)
        box.activated.connect(self._kind_chosen)
        return box

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(CUSTOM_FIELD.by_name[name].label.text(self._spoken))
        line.setMaxLength(2000 if name.startswith("help") else 200)
        line.textEdited.connect(self._said)
        if name == "pattern":
            line.setPlaceholderText(r"[A-Z]{2}\d{4}")
            plain.set_tip(line, PATTERN_WORDS.text(self._spoken))
        return line

    # -- showing --------------------------------------------------------------------------------------

    def show_values(self, values: Mapping[str, Value], *, is_new: bool, may: bool) -> None:
        """Show what a field's record says. Its kind and whose field it is are chosen once, when it is new."""
        self._before = dict(values)
        self._select(self.kind_of_record, values.get("entity"))
        self._select(self.kind, values.get("type"))
        for box in (self.kind_of_record, self.kind):
            box.setEnabled(is_new and may)
        field = custom_field("", values)
        for name, line in self.lines.items():
            line.setText(self._text(name, values.get(name), field))
            line.setCursorPosition(0)
            self.mark(name, invalid=False)
        for name, flag in self.flags.items():
            flag.setChecked(bool(values.get(name)))
        self.choices.show_options(field.options)
        self.industries.show_codes(field.only_for)
        self.unseen.show_roles(str(values.get("unseen_by") or "").split())
        for widget in (
            *self.lines.values(),
            *self.flags.values(),
            self.choices,
            self.industries,
            self.unseen,
        ):
            widget.setEnabled(may)
        self._show_what_fits()

    def _text(self, name: str, value: Value, field: Field) -> str:
        if value is None:
            return ""
        if name in ("least", "most") and field.type is Type.MONEY and isinstance(value, int):
            return format_value(field, money(value), self._spoken)
        return str(value)

    @staticmethod
    def _select(box: QComboBox, key: object) -> None:
        box.setCurrentIndex(max(0, box.findData(key)))

    def _show_what_fits(self) -> None:
        kind, entity = self.type, self.kind_of_record.currentData()
        shown = {
            "least": kind in NUMBERS, "most": kind in NUMBERS, "longest": kind in TEXTS, "pattern": kind in TEXTS,
            "explained_zh": kind in TEXTS, "explained_en": kind in TEXTS,
        }  # fmt: skip
        for name, is_shown in shown.items():
            self._show(self.lines[name], is_shown=is_shown)
        self._show(self.choices, is_shown=kind is Type.CHOICE)
        self.flags["searchable"].setVisible(kind in SEARCHABLE and entity in SEARCHED)

    def _show(self, widget: QWidget, *, is_shown: bool) -> None:
        widget.setVisible(is_shown)
        self._names[widget].setVisible(is_shown)

    @property
    def type(self) -> Type:
        """The kind of value that is chosen."""
        return Type(self.kind.currentData())

    # -- reading --------------------------------------------------------------------------------------

    def values(self) -> dict[str, Value]:
        """What the field's record is to say. Raises `invalid_value` for a limit that is no number."""
        found: dict[str, Value] = {
            "entity": self.kind_of_record.currentData(),
            "type": self.kind.currentData(),
            "industries": " ".join(self.industries.codes) or None,
            "unseen_by": " ".join(self.unseen.roles) or None,
        }
        for name, line in self.lines.items():
            fits = not line.isHidden()
            text = line.text().strip() if fits else ""
            found[name] = self._number(name, text) if name in _NUMBERS else text or None
        for name, flag in self.flags.items():
            is_on = flag.isChecked() and not flag.isHidden()
            found[name] = is_on or (False if self._before.get(name) else None)
        if self.type is Type.CHOICE:
            found.update(self.choices.elements())
        return found

    def _number(self, name: str, text: str) -> int | None:
        if not text:
            return None
        kind = Type.MONEY if self.type is Type.MONEY and name != "longest" else Type.INTEGER
        of = Field(name, kind, CUSTOM_FIELD.by_name[name].label)
        return amount_of(parse_value(of, text, today=self._context.today()))

    def mark(self, name: str, *, invalid: bool) -> None:
        """Frame what is wrong, or no longer."""
        line = self.lines.get(name)
        if line is not None:
            line.setProperty("invalid", "true" if invalid else "")
            line.style().unpolish(line)
            line.style().polish(line)

    def point_at(self, error: CrmError) -> None:
        """Put the keyboard where an error is about."""
        about = error.about.get("field")
        for name in self.lines:
            if isinstance(about, Label) and about == CUSTOM_FIELD.by_name[name].label:
                self.mark(name, invalid=True)
                self.lines[name].setFocus()
        if about == CUSTOM_FIELD.by_name["option"].label:
            self.choices.focus_first()
        if error.code == "name_taken":
            self.mark("label_zh", invalid=True)
            self.lines["label_zh"].setFocus()

    def _kind_chosen(self) -> None:
        self._show_what_fits()
        self.changed.emit()

    def _said(self, _text: Any = None) -> None:
        line = self.sender()
        if isinstance(line, QLineEdit) and line.property("invalid"):
            name = next(name for name, one in self.lines.items() if one is line)
            self.mark(name, invalid=False)
        self.changed.emit()


class _Industries(QWidget):
    """The industries whose customers have the field, each to be taken off; none is all of them."""

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._name = name
        self.codes: tuple[str, ...] = ()
        self._chips: list[TagChip] = []
        self._picker: CodePicker | None = None
        self._everything = label(self.tr("Customers of every industry"), "second")
        self._add = buttons.quiet(self.tr("Add an industry…"), "plus", self._pick)
        self._flow = FlowLayout(self)
        self._flow.addWidget(self._everything)
        self._flow.addWidget(self._add)

    def show_codes(self, codes: Sequence[str]) -> None:
        """Show these."""
        self.codes = tuple(codes)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for widget in (self._everything, self._add):
            self._flow.removeWidget(widget)
        self._chips = [
            TagChip((code, code_name("industry", code) or code, "blue"), parent=self) for code in self.codes
        ]
        for chip in self._chips:
            chip.removed.connect(self._remove)
            self._flow.addWidget(chip)
            chip.show()
        if not self._chips:
            self._flow.addWidget(self._everything)
        self._everything.setVisible(not self._chips)
        self._flow.addWidget(self._add)
        self.updateGeometry()

    def _remove(self, code: str) -> None:
        self.show_codes([one for one in self.codes if one != code])
        self.changed.emit()

    def _pick(self) -> None:
        if self._picker is None:
            self._picker = CodePicker("industry", self._name, self)
            self._picker.chosen.connect(self._chosen)
        self._picker.open_at(self._add)

    def _chosen(self, code: str) -> None:
        if code not in self.codes:
            self.show_codes([*self.codes, code])
            self.changed.emit()


class _Roles(QWidget):
    """A tick for each role whose forms leave the field out."""

    changed = Signal()

    def __init__(self, name: str, roles: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._unknown: list[str] = []
        self._ticks = {key: QCheckBox(text) for key, text in roles}
        flow = FlowLayout(self, gap=14)
        for tick in self._ticks.values():
            flow.addWidget(tick)
            tick.clicked.connect(partial(self._ticked))

    @property
    def roles(self) -> list[str]:
        """The roles that are ticked, and those that this program does not know."""
        return [key for key, tick in self._ticks.items() if tick.isChecked()] + self._unknown

    def show_roles(self, roles: Sequence[str]) -> None:
        """Tick these."""
        self._unknown = [role for role in roles if role not in self._ticks]
        for key, tick in self._ticks.items():
            tick.setChecked(key in roles)

    def _ticked(self) -> None:
        self.changed.emit()
