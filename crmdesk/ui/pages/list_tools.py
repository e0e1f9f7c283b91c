"""How the customers list looks and leaves: row height, columns, orders, and what is shown as a file."""

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QApplication, QFileDialog, QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from crmdesk.store.window import BACKWARDS, CustomerFilter, is_descending
from crmdesk.ui import formats, theme
from crmdesk.ui.context import Context
from crmdesk.ui.gauge import Gauge
from crmdesk.ui.pages.group_bar import GroupBar
from crmdesk.ui.pages.list_columns import ColumnPopup, ListColumns
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label, menu_heading
from crmdesk.usecases.list_export import Form, Listed, export_list
from crmdesk.usecases.workspace import Workspace

_LOOK_MS: Final = 200


class ListTools(QObject):
    """`columns_changed()` after other columns were chosen, `sorted(sort)` for another order, `exported(form)` for a file,
    `grouped(by)` for the list to be counted by something else.
    """

    columns_changed = Signal()
    exported = Signal(str)
    sorted = Signal(str)
    grouped = Signal(str)

    def __init__(self, context: Context, table: RowTable, over: QWidget) -> None:
        super().__init__(over)
        self._context, self._table, self._over = context, table, over
        self.columns = ListColumns(context, context.today)
        self.progress = ExportStrip(context, over)
        self.groups = GroupBar(context, over)
        self.popup = ColumnPopup(over)
        self.popup.changed.connect(self._choose)
        self.popup.reset.connect(self._reset)
        self.button: QToolButton = buttons.icon_button("rows-3", self.tr("How the list looks"))
        self.button.setMenu(self._menu())
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        table.make_adjustable(context.preferences.customers_widths)
        table.arranged.connect(self._choose)
        table.widened.connect(self._widened)
        table.ordered.connect(self._ordered)
        self._sort = ""

    def mark(self, sort: str) -> None:
        """Show by which column the rows are ordered."""
        self._sort = sort
        self._table.mark_order(self.columns.key_of(sort), "↓" if is_descending(sort) else "↑")

    def export(self, form: Form, wanted: CustomerFilter, only: frozenset[str]) -> None:
        """Ask where to, and write what is shown there; of a choice of rows these alone."""
        if not self._context.may_save():
            return
        day = self._context.today().isoformat()
        name = f"{self.tr('Customers')} {day}.{form}"
        kinds = {"csv": "CSV (*.csv)", "xlsx": "Excel (*.xlsx)"}
        chosen, _ = QFileDialog.getSaveFileName(
            self._over, self.tr("Save as a file…"), str(Path.home() / name), kinds[form]
        )
        if chosen:
            titles = {column.key: column.title for column in self._table.columns}
            columns = tuple((key, titles[key]) for key in self.columns.keys if key in titles)
            listed = Listed(
                wanted, columns, self._context.registry, self._context.language, self._context.today(), only
            )
            self.progress.begin(listed, Path(chosen), form)

    def open_columns(self) -> None:
        """Choose columns."""
        corner = self.button.mapToGlobal(QPoint(self.button.width(), self.button.height() + 4))
        self.popup.show_columns(self.columns.choices(), self.columns.keys, corner)

    def _menu(self) -> QMenu:
        menu = QMenu(self._over)
        menu_heading(menu, self.tr("Row height"))
        group = QActionGroup(menu)
        names = {
            "comfortable": self.tr("Comfortable"),
            "standard": self.tr("Standard"),
            "dense": self.tr("Dense"),
        }
        for key, text in names.items():
            action = menu.addAction(text, partial(self._set_density, key))
            action.setCheckable(True)
            action.setChecked(self._context.preferences.density == key)
            action.setData(key)
            group.addAction(action)
        menu.addSeparator()
        menu.addAction(self.tr("Columns…"), self.open_columns)
        by = menu.addMenu(self.tr("Count by"))
        chosen = QActionGroup(by)
        for key, text in [("", self.tr("nothing")), *self.groups.choices()]:
            action = by.addAction(text, partial(self._group, key))
            action.setCheckable(True)
            action.setChecked(self._context.preferences.customers_group == key)
            chosen.addAction(action)
        menu.addSeparator()
        menu.addAction(self.tr("Save what is shown as CSV…"), partial(self.exported.emit, "csv"))
        menu.addAction(self.tr("Save what is shown for Excel…"), partial(self.exported.emit, "xlsx"))
        return menu

    def _set_density(self, key: str) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.switch(app, density=theme.Density.named(key))
        self._context.prefer(density=key)

    def _group(self, key: str) -> None:
        self._context.prefer(customers_group=key)
        self.grouped.emit(key)

    def _choose(self, keys: list[str]) -> None:
        if tuple(keys) != self.columns.keys:
            self.columns.choose(["name", *(key for key in keys if key != "name")])
            self.columns_changed.emit()

    def _reset(self) -> None:
        self._context.prefer(customers_columns=(), customers_widths={})
        self._table.forget_widths()
        self.columns_changed.emit()

    def _widened(self, key: str, width: int) -> None:
        self._context.prefer(customers_widths={**self._context.preferences.customers_widths, key: width})

    def _ordered(self, key: str) -> None:
        wanted = self.columns.sort_of(key)
        if wanted:
            is_same = wanted == self._sort
            self.sorted.emit(f"{BACKWARDS}{wanted}" if is_same else wanted)


class ExportStrip(QFrame):
    """Stands above the list while it is written to a file: how far it is, and a way to stop it."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._context = context
        self._gauge: Gauge | None = None
        self._path = Path()
        self.said = label("", "second")
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 5, 12, 5)
        row.addWidget(self.said, 1)
        row.addWidget(buttons.quiet(self.tr("Stop"), "x", self._stop))
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._read)
        self.hide()

    def begin(self, listed: Listed, path: Path, form: Form) -> None:
        """Write a list to a file, beside whatever else is done."""
        if self._gauge is not None:
            return
        self._gauge, self._path = Gauge(), path
        self._read()
        self.show()
        self._look.start()
        self._context.read(_Export(listed, path, form, self._gauge), self._done, self._failed, key="export")

    def _read(self) -> None:
        done, every = (self._gauge.reading if self._gauge else None) or (0, 0)
        self.said.setText(
            formats.filled(self.tr("Writing the file: %1 of %2"), f"{done:,}", f"{every:,}")
            if every
            else self.tr("Writing the file…")
        )

    def _stop(self) -> None:
        if self._gauge is not None:
            self._gauge.stop = True

    def _end(self) -> None:
        self._gauge = None
        self._look.stop()
        self.hide()

    def _done(self, count: int | None) -> None:
        self._end()
        if count is None:
            self._context.say(self.tr("Stopped; no file was written."), "warn")
        else:
            said = self.tr("%n customer(s) in %1", "", count)
            self._context.say(formats.filled(said, self._path.name))

    def _failed(self, error: Exception) -> None:
        self._end()
        self._context.report(error)


class _Export:
    """Writes with a reader of its own."""

    def __init__(self, listed: Listed, path: Path, form: Form, gauge: Gauge) -> None:
        self._listed, self._path, self._form, self._gauge = listed, path, form, gauge

    def __call__(self, workspace: Workspace) -> int | None:
        reader = workspace.another_reader()
        try:
            return export_list(
                reader, self._listed, self._path, self._form, self._gauge.show, self._gauge.is_stopped
            )
        finally:
            reader.close()
