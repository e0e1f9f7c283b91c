"""Which columns the customers list shows and in which order: chosen by name, moved up and down, kept for next time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from crmdesk.core.registry import Field, Type
from crmdesk.store.window import BACKWARDS, SORTS, listable, sortable
from crmdesk.ui import text_layout
from crmdesk.ui.context import Context
from crmdesk.ui.fonts import BODY, font
from crmdesk.ui.tables.customer_delegate import CustomerRow, customer_columns
from crmdesk.ui.tables.row_table import PAD
from crmdesk.ui.tables.window_model import Column
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.editors import is_editable
from crmdesk.ui.widgets.fields import label

_KEY: Final = int(Qt.ItemDataRole.UserRole)
_WIDEST: Final = 200
_NUMBERS: Final = (Type.INTEGER, Type.MONEY)
_SORTED: Final = {"name": "name", "last_visit": "visited", "next_follow_up": "next", "updated_at": "changed"}
"""Columns that are ordered by something of another name."""
_SAME: Final = {"name", "stage", "last_visit_at", "next_follow_up_on"}
"""What the usual columns show already."""
_FIELDS: Final = {"tags": "tag", "next_follow_up": "next_follow_up_on"}
"""Columns that show a field of another name."""


class ListColumns:
    """The columns of the list, by what the person chose; `keys` in their order, the name always first."""

    def __init__(self, context: Context, today: Callable[[], date]) -> None:
        self._context, self._today = context, today
        self.of_view: tuple[str, ...] = ()
        """The columns of the view on show; blank for one's own choice."""

    @property
    def keys(self) -> tuple[str, ...]:
        known = {column.key for column in self._usual()} | self._others().keys()
        chosen = [key for key in self._chosen if key in known]
        usual = [column.key for column in self._usual()]
        return tuple(dict.fromkeys(("name", *(chosen or usual))))

    @property
    def _chosen(self) -> tuple[str, ...]:
        return self.of_view or self._context.preferences.customers_columns

    @property
    def asked(self) -> tuple[str, ...]:
        """What rows have to tell besides the usual."""
        others = self._others()
        return tuple(key for key in self.keys if key in others)

    def columns(self) -> list[Column[CustomerRow]]:
        """As the table shows them; what somebody chose is never dropped for want of room."""
        usual = {column.key: column for column in self._usual()}
        others, is_chosen = self._others(), bool(self._chosen)
        found = [usual[key] if key in usual else self._column(others[key]) for key in self.keys]
        return [replace(column, drop=0, firm=True) for column in found] if is_chosen else found

    def choices(self) -> list[tuple[str, str]]:
        """Every column there may be with its name, those on show first and in their order."""
        spoken = self._context.language
        names = {column.key: column.title for column in self._usual()}
        names |= {name: declared.label.text(spoken) for name, declared in self._others().items()}
        return [(key, names[key]) for key in dict.fromkeys((*self.keys, *names))]

    def choose(self, keys: Sequence[str]) -> None:
        """Keep these, in this order; those that the list has anyway are kept as nothing chosen."""
        if self.of_view:
            self.of_view = tuple(keys)  # a view is changed where a person says so, and nothing else with it
            return
        usual = [column.key for column in self._usual()]
        self._context.prefer(customers_columns=() if list(keys) == usual else tuple(keys))

    def sort_of(self, key: str) -> str:
        """What the rows are ordered by under a heading; blank where they can't be."""
        known = {declared.name for declared in sortable(self._context.registry)}
        wanted = _SORTED.get(key, key)
        return wanted if wanted in SORTS or wanted in known else ""

    def key_of(self, sort: str) -> str:
        """The column that an order is about."""
        plain = sort.removeprefix(BACKWARDS)
        return next((key for key in self.keys if self.sort_of(key) == plain), "")

    def field_of(self, key: str) -> Field | None:
        """The field of a customer that a column shows and that can be written; None for what follows from other records."""
        declared = self._context.registry["customer"].by_name.get(_FIELDS.get(key, key))
        is_written = declared is not None and (declared.name == "tag" or is_editable(declared))
        return declared if is_written else None

    def name_of(self, sort: str) -> str:
        """An order as people call it, blank for one of the usual."""
        declared = self._context.registry["customer"].by_name.get(sort.removeprefix(BACKWARDS))
        return declared.label.text(self._context.language) if declared else ""

    def _usual(self) -> Sequence[Column[CustomerRow]]:
        stages = self._context.registry["customer"].by_name["stage"].options
        return customer_columns(self._today, [option.label.text(self._context.language) for option in stages])

    def _others(self) -> dict[str, Field]:
        return {name: one for name, one in listable(self._context.registry).items() if name not in _SAME}

    def _column(self, declared: Field) -> Column[CustomerRow]:
        title = declared.label.text(self._context.language)
        words = [option.label.text(self._context.language) for option in declared.options]
        width = max((text_layout.width(word, font(BODY)) for word in (*words, "2026-12-31")), default=0)
        is_long = declared.type in (Type.TEXT, Type.LONG_TEXT, Type.CODE, Type.EMAIL)
        return Column(
            declared.name,
            title,
            _Cell(declared.name),
            _WIDEST if is_long else width + 2 * PAD,
            right=declared.type in _NUMBERS,
        )


class _Cell:
    """Reads one cell of a row; a class, so that it holds no page."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, row: CustomerRow) -> str:
        return row.cells.get(self._name, "")


class ColumnPopup(QFrame):
    """Columns to tick, and to move with Alt+Up and Alt+Down or by dragging. `changed(keys)`, `reset()`."""

    changed = Signal(list)
    reset = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        name = self.tr("Columns")
        self.setAccessibleName(name)
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(name)
        self.edit.setAccessibleName(name)
        self.edit.textChanged.connect(self._narrow)
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.list.itemChanged.connect(self._say)
        self.list.installEventFilter(self)
        self.list.model().rowsMoved.connect(self._say)
        moving = self.tr("move")
        hint = label(f"{buttons.key_text('Alt+Up')} {buttons.key_text('Alt+Down')} {moving}", "faint")
        usual = buttons.quiet(self.tr("The usual"), "undo-2", self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self.edit, self.list, hint, usual):
            column.addWidget(widget)
        self.setFixedSize(264, 420)

    def show_columns(self, choices: Iterable[tuple[str, str]], shown: Sequence[str], at: QPoint) -> None:
        """Open below a button, right edges at `at`."""
        self.put(choices, shown)
        self.edit.clear()
        self.move(at - QPoint(self.width(), 0))
        self.show()
        self.edit.setFocus()

    def put(self, choices: Iterable[tuple[str, str]], shown: Sequence[str]) -> None:
        """Offer these columns, of which some are on show; the first always is."""
        self.list.blockSignals(True)
        self.list.clear()
        for number, (key, name) in enumerate(choices):
            item = QListWidgetItem(name)
            item.setData(_KEY, key)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            if number:
                flags |= Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsDragEnabled
            item.setFlags(flags)
            item.setCheckState(Qt.CheckState.Checked if key in shown else Qt.CheckState.Unchecked)
            item.setSizeHint(QSize(0, 28))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.blockSignals(False)

    def keys(self) -> list[str]:
        """What is ticked, in its order."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return [item.data(_KEY) for item in items if item.checkState() == Qt.CheckState.Checked]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = (event.key() == Qt.Key.Key_Down) - (event.key() == Qt.Key.Key_Up)
            if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self._move(step)
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.edit.hasFocus():
            self.list.setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._toggle()
        else:
            super().keyPressEvent(event)

    def _move(self, step: int) -> None:
        row = self.list.currentRow()
        if row > 0 and 0 < row + step < self.list.count():
            self.list.blockSignals(True)
            item = self.list.takeItem(row)
            self.list.insertItem(row + step, item)
            self.list.setCurrentRow(row + step)
            self.list.blockSignals(False)
            self._say()

    def _toggle(self) -> None:
        visible = [r for r in range(self.list.count()) if not self.list.item(r).isHidden()]
        row = self.list.currentRow() if self.list.currentRow() in visible else next(iter(visible), -1)
        item = self.list.item(row)
        if row >= 0 and item.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            is_on = item.checkState() == Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked)

    def _narrow(self, text: str) -> None:
        wanted = text.strip().casefold()
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(bool(wanted) and wanted not in item.text().casefold())

    def _say(self, *_: object) -> None:
        self.changed.emit(self.keys())

    def _reset(self) -> None:
        self.close()
        self.reset.emit()
