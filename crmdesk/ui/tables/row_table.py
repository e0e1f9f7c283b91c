"""The table every long list uses: whole-row selection by id, Enter opens, columns that fit, one row height a density."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from crmdesk.ui import text_layout, theme
from crmdesk.ui.fonts import BODY, SMALL, font
from crmdesk.ui.tables.fit import Wish, fit
from crmdesk.ui.tables.window_model import ROW_ROLE, Column, WindowModel, WindowSource
from crmdesk.ui.widgets import painting

Index = QModelIndex | QPersistentModelIndex
PAD = 10
_ARROW = 18
"""Room in a heading for the sign of the order."""
_LEAST = 40
"""Pixels that a column keeps however far it is narrowed."""
_KEPT = 500
"""Selected rows that are found again in another result; looking for more would be felt."""
_ROWS = QItemSelectionModel.SelectionFlag.Rows


class RowDelegate(QStyledItemDelegate):
    """Paints row background, selection bar and rule; `paint_cell` adds the words. Subclass that for richer rows."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        table = option.widget
        if row is None or not isinstance(table, RowTable):
            return
        colours = theme.tokens()
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected or index.row() == table.hovered:
            painter.fillRect(rect, QColor(colours.selection if selected else colours.hover))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(colours.grid))
        if selected and index.column() == 0:
            bar = colours.primary if table.hasFocus() else colours.border_strong
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(bar))
        self.paint_cell(painter, rect.adjusted(PAD, 0, -PAD, -1), table.columns[index.column()].key, row)
        if table.marks_cells and index.column() and option.state & QStyle.StateFlag.State_HasFocus:
            painting.focus_ring(painter, rect.adjusted(1, 1, -1, -2), 5)
        painter.restore()

    def paint_cell(self, painter: QPainter, rect: QRect, key: str, row: Any) -> None:
        """Draw the cell of column `key` into `rect` (padding already taken off)."""
        table = self.parent()
        if isinstance(table, RowTable):
            column = next(column for column in table.columns if column.key == key)
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            text_layout.draw(painter, rect, column.text(row), font(BODY), theme.tokens().text, align=side)


class RowTable(QTableView):
    """Shows a WindowModel. `current(id)`: another row is current ("" for none); `opened(id)`: Enter or double click.

    `chosen(count)`: so many rows are selected now, where the mode allows several. Where columns are `adjustable`:
    `arranged(keys)` after one was dragged elsewhere, `widened(key, width)` after one was made wider or narrower,
    `ordered(key)` for a click on a heading. Use `show_source` to change rows: the
    current id stays current if it is still there, and so do those that are selected.
    """

    current = Signal(str)
    opened = Signal(str)
    chosen = Signal(int)
    arranged = Signal(list)
    widened = Signal(str, int)
    ordered = Signal(str)

    def __init__(self, name: str, model: WindowModel[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.window_model = model
        self.columns = model.columns
        self.hovered = -1
        self._current_id = self._current_key = ""
        self.marks_cells = False
        """Whether the chosen cell of the current row is framed, because something can be done with it."""
        self._widths: dict[str, int] = {}
        self._is_fitting = self._is_adjustable = False
        self.verticalHeader().setMinimumSectionSize(
            1
        )  # before the model: later it walks every row, 1 s in 100,000
        self.verticalHeader().setDefaultSectionSize(theme.metrics().row)
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)  # single keys work under an IME
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        # Its own: to paint itself it would ask of every row whether it is selected, 6 s for a whole list of 100,000.
        header.setSelectionModel(QItemSelectionModel(model, header))
        header.setAccessibleName(self.tr("Columns of %1").replace("%1", name))
        self.activated.connect(self._activated)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.selectionModel().currentChanged.connect(self._chose_cell)
        self.selectionModel().selectionChanged.connect(self._chosen)
        self._apply_metrics()

    def make_adjustable(self, widths: Mapping[str, int]) -> None:
        """Let a person drag columns to another place or width, and order the rows by a heading. `widths` were kept."""
        self._widths = dict(widths)
        self._is_adjustable = True
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setSectionsClickable(True)
        header.sectionMoved.connect(self._section_moved)
        header.sectionResized.connect(self._section_resized)
        header.sectionClicked.connect(self._section_clicked)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def forget_widths(self) -> None:
        """Every column at its own width again."""
        self._widths = {}

    def show_columns(self, columns: Sequence[Column[Any]]) -> None:
        """Show other columns of the same rows, and stay where one was."""
        kept, top = self._current_id, self.verticalScrollBar().value()
        self._is_fitting = True
        self.window_model.show_columns(columns)
        self.columns = self.window_model.columns
        header = self.horizontalHeader()
        for number in range(len(self.columns)):
            header.moveSection(header.visualIndex(number), number)
        self._is_fitting = False
        self._fit_columns()
        self.select_id(kept)
        self.verticalScrollBar().setValue(top)

    def mark_order(self, key: str, arrow: str) -> None:
        """Show by which column the rows are ordered, and which way; blank: by none that is here."""
        self.window_model.mark_order(key, arrow)

    @property
    def current_id(self) -> str:
        """The id of the current row, "" for none."""
        return self._current_id

    @property
    def current_key(self) -> str:
        """The key of the column that the current row's chosen cell is in: the first, unless somebody went to another."""
        return self.columns[self._column_of(self._current_key)].key

    def choose_cell(self, key: str) -> None:
        """Choose another cell of the current row."""
        self._current_key = key
        self.select_id(self._current_id)

    def keys_in_order(self) -> list[str]:
        """The keys of the columns on show, from left to right."""
        header = self.horizontalHeader()
        numbers = [header.logicalIndex(place) for place in range(header.count())]
        return [self.columns[number].key for number in numbers if not self.isColumnHidden(number)]

    def cell_rect(self, row: int, key: str) -> QRect:
        """Where a cell is in the viewport; empty if its column is not on show."""
        number = next((n for n, column in enumerate(self.columns) if column.key == key), -1)
        if number < 0 or self.isColumnHidden(number):
            return QRect()
        return self.visualRect(self.window_model.index(row, number))

    def show_source(self, source: WindowSource[Any]) -> None:
        """Show another result and stay on the current id, else on the first row."""
        wanted = self._current_id
        kept = self.chosen_ids() if 1 < self.chosen_count <= _KEPT else []
        self.window_model.reset(source)
        self.hovered = -1
        if not self.select_id(wanted):
            self.select_row(0)
        self._select(row for one in kept if (row := self.window_model.position(one)) is not None)

    def select_id(self, row_id: str) -> bool:
        """Make the row with this id current; False if it is not in the result."""
        position = self.window_model.position(row_id) if row_id else None
        return position is not None and self.select_row(position)

    def select_row(self, row: int) -> bool:
        """Make a row current by number; False if there is none."""
        if not 0 <= row < self.window_model.rowCount():
            self._tell("")
            return False
        index = self.window_model.index(row, self._column_of(self._current_key))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)
        return True

    def step(self, by: int) -> bool:
        """Move the current row; for Alt+Left and Alt+Right in a detail page."""
        return self.select_row(self.currentIndex().row() + by)

    @property
    def chosen_count(self) -> int:
        """How many rows are selected; of a whole result nothing is read to know it."""
        return sum(part.height() for part in self._ranges())

    def chosen_ids(self) -> list[str]:
        """The ids of the selected rows, in the order of the list; of a whole list no row is read for them."""
        if 1 < self.chosen_count == self.window_model.rowCount() and (every := self.window_model.ids()):
            return every
        numbers = sorted(n for part in self._ranges() for n in range(part.top(), part.bottom() + 1))
        return [row.id for n in numbers if (row := self.window_model.row(n)) is not None]

    def choose_current(self) -> None:
        """Only the current row is selected again."""
        self.select_id(self._current_id)

    def selectAll(self) -> None:
        is_extended = self.selectionMode() == QAbstractItemView.SelectionMode.ExtendedSelection
        if is_extended and (count := self.window_model.rowCount()) > 0:
            whole = QItemSelection(self.window_model.index(0, 0), self.window_model.index(count - 1, 0))
            self.selectionModel().select(whole, _ROWS | QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def visible_rows(self) -> int:
        """How many whole rows are in view."""
        return self.viewport().height() // theme.metrics().row

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current_id:
            self.opened.emit(self._current_id)
        elif (
            event.text().isprintable()
            and event.text()
            and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        ):
            event.ignore()  # no type-ahead over rows that are not loaded: letters are the page's keys
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._apply_metrics()

    def _hover(self, row: int) -> None:
        before, self.hovered = self.hovered, row
        if before != row:
            for number in (before, row):
                top = self.rowViewportPosition(number)
                self.viewport().update(0, top, self.viewport().width(), theme.metrics().row)

    def _apply_metrics(self) -> None:
        heights = theme.metrics()
        if self.verticalHeader().defaultSectionSize() != heights.row:
            self.verticalHeader().setDefaultSectionSize(heights.row)
        self.horizontalHeader().setFixedHeight(heights.head)
        self.verticalScrollBar().setSingleStep(heights.row)
        self._fit_columns()

    def _fit_columns(self) -> None:
        if self._is_fitting:
            return
        self._is_fitting = True
        wishes = []
        for column in self.columns:
            least = (
                text_layout.width(column.title, font(SMALL))
                + 2 * PAD
                + (_ARROW if self._is_adjustable else 4)
            )
            kept = None if column.stretch else self._widths.get(column.key)
            width = max(least, column.width) if kept is None else max(_LEAST, kept)
            is_firm = column.firm or kept is not None
            wishes.append(Wish(column.key, width if is_firm else least, width, column.stretch, column.drop))
        widths = fit(wishes, self.viewport().width())
        for number, column in enumerate(self.columns):
            self.setColumnHidden(number, column.key not in widths)
            self.setColumnWidth(number, widths.get(column.key, 0))
        self._is_fitting = False

    def _section_resized(self, number: int, _before: int, width: int) -> None:
        if not self._is_fitting and width > 0 and number < len(self.columns):
            column = self.columns[number]
            self._widths[column.key] = width
            self._fit_columns()
            self.widened.emit(column.key, width)

    def _section_moved(self, _number: int, _before: int, _now: int) -> None:
        if not self._is_fitting:
            header = self.horizontalHeader()
            places = [header.logicalIndex(place) for place in range(header.count())]
            self.arranged.emit([self.columns[number].key for number in places])

    def _section_clicked(self, number: int) -> None:
        self.ordered.emit(self.columns[number].key)

    def _activated(self, index: QModelIndex) -> None:
        if row := index.data(ROW_ROLE):
            self.opened.emit(row.id)

    def _moved(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if row is not None:
            self._tell(row.id)

    def _chose_cell(self, index: QModelIndex) -> None:
        if index.isValid() and index.column() < len(self.columns):
            self._current_key = self.columns[index.column()].key

    def _column_of(self, key: str) -> int:
        """The number of a column on show; the first for one that is not."""
        return next((n for n, c in enumerate(self.columns) if c.key == key and not self.isColumnHidden(n)), 0)

    def _ranges(self) -> list[QItemSelectionRange]:
        """What is selected, a range of rows each."""
        found = self.selectionModel().selection()
        return [part for part in map(found.at, range(found.size())) if part.left() == 0]

    def _select(self, rows: Iterable[int]) -> None:
        more = QItemSelection()
        for row in rows:
            index = self.window_model.index(row, 0)
            more.append(QItemSelectionRange(index, index))
        if more.size():
            self.selectionModel().select(more, _ROWS | QItemSelectionModel.SelectionFlag.Select)

    def _chosen(self, _now: object, _before: object) -> None:
        self.chosen.emit(self.chosen_count)

    def _tell(self, row_id: str) -> None:
        if row_id != self._current_id:
            self._current_id = row_id
            self.current.emit(row_id)
