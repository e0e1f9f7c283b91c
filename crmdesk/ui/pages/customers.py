"""The customers: a list of any length, narrowed by stage, tags, owner and search, with the chosen one beside it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.criteria import Criteria
from crmdesk.core.errors import CrmError
from crmdesk.core.resolve import Life
from crmdesk.store.window import EVERY_CUSTOMER, CustomerFilter
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.bulk_edit import BulkEdits
from crmdesk.ui.pages.cell_edit import CellEdit
from crmdesk.ui.pages.chosen_customers import ChosenBar, ChosenCustomers
from crmdesk.ui.pages.criteria_pane import CriteriaPane
from crmdesk.ui.pages.customer import CustomerView
from crmdesk.ui.pages.customer_feed import CustomerFeed, RankedSource
from crmdesk.ui.pages.customer_pages import NewCustomerWish
from crmdesk.ui.pages.filter_strip import FilterStrip
from crmdesk.ui.pages.list_tools import ListTools
from crmdesk.ui.pages.list_views import ListViews, Shown
from crmdesk.ui.pages.new_customer import NewCustomer
from crmdesk.ui.tables.customer_delegate import (
    CustomerDelegate,
    CustomerRow,
    customer_columns,
    customer_sentence,
)
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.tables.window_model import ListSource, WindowModel, WindowSource
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.usecases import records
from crmdesk.usecases.list_export import Form
from crmdesk.usecases.views import View

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched

_FEW: Final = 20
_PAUSE_MS: Final = 120
"""After a search has shown its rows, until the customer beside them is read: fast typing reads none."""


class CustomersPage(Page):
    """Subjects: a customer's id selects it, a CustomerFilter or a View narrows the list, a NewCustomerWish opens the form."""

    visit = Signal(str)
    sample = Signal()

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self._context = context
        self.search_hint = self.tr("Search name, contact, phone, city…")
        self._wanted = CustomerFilter(sort=context.preferences.customers_sort)
        self._pending = ""
        self._is_stale = True
        self._is_searching = self._is_held = False
        self._beside = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._beside.timeout.connect(self._show_beside)
        self.feed = CustomerFeed(context, self)
        self.feed.begun.connect(self._show_rows)
        self.feed.ranked.connect(self._show)
        self.table = self._table()
        self.tools = ListTools(context, self.table, self)
        self.cell = CellEdit(context, self.table, self.tools.columns)
        self.tools.columns_changed.connect(self._columns_changed)
        self.tools.sorted.connect(self._sort_by)
        self.tools.exported.connect(self.export)
        self.tools.grouped.connect(self._group_by)
        self.tools.groups.wanted.connect(self._strip_changed)
        grouping = context.preferences.customers_group
        self._wanted = replace(self._wanted, columns=self.tools.columns.asked, grouping=grouping)
        self.table.show_columns(self.tools.columns.columns())
        self.tools.mark(self._wanted.sort)
        self.view = CustomerView(context)
        self.new = NewCustomer(context, self.view.width())
        self._aside = QStackedWidget()
        self._aside.setFixedWidth(self.view.width())
        self._aside.addWidget(self.view)
        self._aside.addWidget(self.new)
        self.pane = CriteriaPane(context, "customer")
        self._aside.addWidget(self.pane)
        self.strip = FilterStrip(context)
        self.preparing = label("", "faint")
        self.preparing.setContentsMargins(18, 4, 18, 6)
        self.preparing.hide()
        self.bar, self.several = ChosenBar(), ChosenCustomers(context, self)
        self.changes = BulkEdits(context, self)
        self._left = QStackedWidget()
        self._nothing = EmptyState("users", "")
        self.views = ListViews(context, self)
        self._left.addWidget(self.table)
        self._left.addWidget(self._nothing)
        self._lay_out()
        self._connect()

    @property
    def current_customer(self) -> str | None:
        """The customer that F6 logs a visit to."""
        return self.table.current_id or None

    def actions_in_bar(self) -> Sequence[QWidget]:
        rows = self.tools.button
        create = buttons.primary(self.tr("New customer"), "plus", self.new_record)
        plain.set_tip(create, f"{self.tr('New customer')}  {buttons.key_text('Ctrl+N')}")
        twice = buttons.icon_button("copy", self.tr("Duplicates"), partial(self.shell.go, "duplicates"))
        views = self.views.button
        return (views, twice, rows, create) if self._context.may("customer") else (views, twice, rows)

    def show_subject(self, subject: object) -> None:
        if isinstance(subject, NewCustomerWish):
            self._open_new(subject.name)
        elif isinstance(subject, View):
            self.views.open(subject)
        elif isinstance(subject, CustomerFilter):
            self._leave_view()
            self.shell.set_search(subject.text)
            self._narrow(replace(self._wanted, text=subject.text, where=subject.where, trash=subject.trash))
        elif isinstance(subject, str):
            self._pending = subject
            if not self.table.select_id(subject):
                self.clear_filter()

    def entered(self) -> None:
        if self._is_stale:
            self._is_stale = False
            if self._wanted.is_everything:
                self._show_rows(self.feed.first(self._wanted))
            QTimer.singleShot(0, self, self.reload)
        if self._aside.currentWidget() is self.view:
            self.table.setFocus()

    def search(self, text: str) -> None:
        self._narrow(replace(self._wanted, text=text))

    def leave_search(self) -> None:
        self.table.setFocus()
        if not self.table.current_id:
            self.table.select_row(0)

    def new_record(self) -> None:
        self._open_new()

    def undo(self) -> None:
        self._context.undo_last()

    def reload(self) -> None:
        """Rank again; the rows on screen stay until the new ones are ready."""
        self.feed.rank(self._wanted)

    def clear_filter(self) -> None:
        """Every customer again."""
        self._leave_view()
        self.shell.set_search("")
        self._narrow(replace(self._wanted, text="", where=EVERY_CUSTOMER, trash=False))

    def neighbour(self, customer: str, by: int) -> str | None:
        """The customer `by` places further down the list; it becomes the current one."""
        if not self.table.select_id(customer) or not self.table.step(by):
            return None
        return self.table.current_id

    def may_leave(self) -> bool:
        self.cell.leave()
        self.view.leave()
        self.new.form.leave()
        self.pane.leave()
        return True

    def touched(self, change: object) -> None:
        self._take_in(change)  # type: ignore[arg-type]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._beside.isActive():
            self._show_beside()  # a key means the row that is marked
        if event.key() == Qt.Key.Key_Slash:
            self.shell.focus_search()
        elif event.key() == Qt.Key.Key_Escape and self.bar.isVisibleTo(self):
            self._choose_one()
        elif event.key() == Qt.Key.Key_Escape and self._aside.currentWidget() is self.pane:
            self._close_aside()
        elif event.key() == Qt.Key.Key_F2 and not event.modifiers() and self.table.hasFocus():
            self.cell.begin()
        elif event.key() == Qt.Key.Key_F and not event.modifiers():
            self.open_conditions()
        elif event.key() == Qt.Key.Key_Escape and not self._wanted.is_everything:
            self.clear_filter()
        elif self._aside.currentWidget() is not self.view or not self.view.press(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    # -- making ------------------------------------------------------------------------------------

    def _table(self) -> RowTable:
        stages = self._context.registry["customer"].by_name["stage"].options
        labels = [option.label.text(self._context.language) for option in stages]
        today = self._context.today
        model: WindowModel[CustomerRow] = WindowModel(
            customer_columns(today, labels), ListSource[CustomerRow](), customer_sentence(today), self
        )
        table = RowTable(self.tr("Customers"), model)
        table.setSelectionMode(RowTable.SelectionMode.ExtendedSelection)
        table.setItemDelegate(CustomerDelegate(today, table))
        return table

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.strip)
        left.addWidget(self.tools.groups)
        left.addWidget(self.preparing)
        left.addWidget(self.tools.progress)
        left.addWidget(self.bar)
        left.addWidget(self._left, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self._aside)

    def _connect(self) -> None:
        self.table.current.connect(self._current)
        self.table.opened.connect(self._open)
        self.table.chosen.connect(self._chosen)
        self.bar.cleared.connect(self._choose_one)
        self.bar.share.connect(partial(self._with_several, self.several.share))
        self.bar.hand_over.connect(partial(self._with_several, self.several.hand_over))
        self.bar.release.connect(partial(self._with_several, self.several.release))
        self.several.done.connect(self._choose_one)
        self.bar.change.connect(partial(self._with_several, self.changes.edit))
        self.changes.done.connect(self._choose_one)
        self.view.visit.connect(self.visit)
        self.view.decide.connect(self._decide)
        self.view.audit.connect(partial(self.shell.go, "audit"))
        self.view.deleted.connect(self._deleted)
        self.view.left.connect(self._show_beside)
        self.new.made.connect(self._made)
        self.new.open_other.connect(self._open)
        self.new.closed.connect(self._close_aside)
        self.strip.wanted.connect(self._strip_changed)
        self.strip.conditions.connect(self.open_conditions)
        self.views.opened.connect(self._open_view)
        self.views.cleared.connect(self.clear_filter)
        self.pane.kept.connect(self.views.ask_name)
        self.pane.narrowed.connect(self._pane_changed)
        self.pane.closed.connect(self._close_aside)
        self._nothing.acted.connect(self._nothing_acted)
        self._nothing.other_acted.connect(self.sample)
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("Alt+Left"), self, context=within).activated.connect(self._previous)
        QShortcut(QKeySequence("Alt+Right"), self, context=within).activated.connect(self._next)

    # -- narrowing ---------------------------------------------------------------------------------

    def _narrow(self, wanted: CustomerFilter) -> None:
        if wanted != self._wanted:
            self._wanted = wanted
            self.strip.show_filter(wanted)
            self.tools.mark(wanted.sort)
            self.pane.show_criteria(wanted.where)
            self._tell_views()
            (self.feed.search if wanted.text else self.feed.rank)(wanted)

    def _strip_changed(self, wanted: CustomerFilter) -> None:
        if wanted.sort != self._wanted.sort:
            self._context.prefer(customers_sort=wanted.sort)
        kept = self._wanted
        self._narrow(replace(wanted, text=kept.text, columns=kept.columns, grouping=kept.grouping))

    def _group_by(self, key: str) -> None:
        self._narrow(replace(self._wanted, grouping=key))

    def _sort_by(self, sort: str) -> None:
        self._strip_changed(replace(self._wanted, sort=sort))

    def _columns_changed(self) -> None:
        """Other columns: at once for what the rows know already, and again for what has to be read."""
        self.table.show_columns(self.tools.columns.columns())
        self.tools.mark(self._wanted.sort)
        self._narrow(replace(self._wanted, columns=self.tools.columns.asked))
        self._tell_views()

    def _open_view(self, view: View, criteria: Criteria) -> None:
        self.shell.set_search("")
        self._show_columns_of(view.columns)
        sort = view.sort or self._wanted.sort
        columns = self.tools.columns.asked
        wanted = replace(self._wanted, text="", where=criteria, sort=sort, columns=columns, trash=False)
        self._narrow(replace(wanted, grouping=view.grouping or self._wanted.grouping))
        self._tell_views()
        self.table.setFocus()

    def _leave_view(self) -> None:
        self.views.leave()
        if self.tools.columns.of_view:
            self._show_columns_of(())
            self._narrow(replace(self._wanted, columns=self.tools.columns.asked))

    def _show_columns_of(self, columns: tuple[str, ...]) -> None:
        self.tools.columns.of_view = columns
        self.table.show_columns(self.tools.columns.columns())
        self.tools.mark(self._wanted.sort)

    def _tell_views(self) -> None:
        self.views.show(
            Shown(self._wanted.where, self.tools.columns.keys, self._wanted.sort, self._wanted.grouping)
        )

    def export(self, form: Form) -> None:
        """What is shown, or of it what is chosen, as a file."""
        chosen = self.table.chosen_ids() if 1 < self.table.chosen_count < (self.count or 0) else []
        self.tools.export(form, self._wanted, frozenset(chosen))

    def _show(self, source: RankedSource) -> None:
        self.count = source.count()
        self._say_prepared(source.known)
        self.header_changed.emit()
        self.pane.show_count(self.count)
        self.tools.groups.show_groups(self._wanted, source.groups)
        self._show_rows(source)
        if self._pending:
            self.table.select_id(self._pending)
            self._pending = ""
        if not self.count:
            self._say_nothing()

    def _show_rows(self, source: WindowSource[CustomerRow]) -> None:
        self._left.setCurrentWidget(self.table if source.count() else self._nothing)
        self._is_searching = bool(self._wanted.text)
        self._is_held = self.view.is_left_unsaved
        self.table.show_source(source)
        self._is_searching = self._is_held = False

    def _say_prepared(self, known: int) -> None:
        """After a first sync the list is whole before search is: whoever misses somebody must know."""
        is_whole = known == 100 or not self._wanted.text
        text = self.tr("Search is being prepared: %1 %. What it knows so far is shown.")
        self.preparing.setText("" if is_whole else text.replace("%1", str(known)))
        self.preparing.setVisible(not is_whole)

    def _say_nothing(self) -> None:
        if self._wanted.is_everything:
            self._nothing.set_sentence(
                self.tr(
                    "No customers yet. Make the first one, or connect to your company under Sync to receive yours."
                ),
                self.tr("New customer") if self._context.may("customer") else "",
                "" if self._context.workspace.profile.is_sample else self.tr("Try with sample data"),
            )
        else:
            self._nothing.set_sentence(
                self.tr("No customer fits this search."), self.tr("Show all customers")
            )

    def _nothing_acted(self) -> None:
        if self._wanted.is_everything:
            self.new_record()
        else:
            self.clear_filter()
            self.table.setFocus()

    # -- several customers -------------------------------------------------------------------------

    def _chosen(self, count: int) -> None:
        # Whoever only looks after others' customers reads them.
        reads = self._context.directory.me.role in ("director", "auditor")
        may = self._context.registry["customer"].may_write() and not reads
        self.bar.show_count(count, self.several.offered, may_change=may)

    def _choose_one(self) -> None:
        self.table.choose_current()
        self.table.setFocus()

    def _with_several(self, deed: Callable[[list[str]], None]) -> None:
        deed(self.table.chosen_ids())

    # -- one customer ------------------------------------------------------------------------------

    def _current(self, customer: str) -> None:
        if self._is_held:
            return  # another row takes the place of one that left; what was typed on that stays in sight
        if self._is_searching and customer:
            self._beside.start()
        else:
            self._show_beside()

    def _show_beside(self) -> None:
        self._beside.stop()
        if self._aside.isVisibleTo(self):
            self.view.show_customer(self.table.current_id or None)

    def _open(self, customer: str) -> None:
        self._close_aside()
        self.shell.go("customer", customer)

    def _open_new(self, name: str = "") -> None:
        if not self._context.may("customer"):
            self._context.tell(CrmError("forbidden"))
            return
        self._aside.setCurrentWidget(self.new)
        self._fold()
        self.new.open(name)

    def open_conditions(self) -> None:
        """The pane that puts conditions together, in the place of the customer beside the list."""
        self.pane.show_count(self.count)
        self._aside.setCurrentWidget(self.pane)
        self._fold()
        self.pane.open(self._wanted.where)

    def _pane_changed(self, criteria: Criteria) -> None:
        self._narrow(replace(self._wanted, where=criteria))

    def _close_aside(self) -> None:
        self._aside.setCurrentWidget(self.view)
        self._fold()
        self.table.setFocus()

    def _made(self, customer: str) -> None:
        self._pending = customer
        self._close_aside()
        if not self._wanted.is_everything:
            self.clear_filter()
        else:
            self.reload()

    def _deleted(self) -> None:
        row = self.table.currentIndex().row()
        self.reload()
        self.table.select_row(min(row, self.table.window_model.rowCount() - 1))
        self.table.setFocus()

    def _decide(self) -> None:
        self.shell.go("inbox", self.view.customer)

    def _previous(self) -> None:
        self.table.step(-1)

    def _next(self) -> None:
        self.table.step(1)

    def _take_in(self, change: "Touched") -> None:
        """Rows that only changed are read again in place; rows that came or went need another ranking."""
        if not change.concerns("customer", "contact", "visit", "tag", "user"):
            return
        if self._needs_ranking(change):
            self.reload()
        else:
            self.table.window_model.refresh()
        self.view.touched(change)
        self.cell.touched(change)

    def _needs_ranking(self, change: "Touched") -> bool:
        moved = [key for key in change.keys if key.entity == "customer"]
        if change.is_everything or len(change.keys) > _FEW:
            return True
        reader, registry = self._context.reader, self._context.registry
        for key in moved:
            view = records.find_view(reader, registry, key)
            if view is None:
                return True  # it left, and nobody can tell any longer where it stood
            is_gone = view.life is Life.DELETED
            if is_gone == (self.table.window_model.position(key.id) is not None):
                return True
        return False

    def _fold(self) -> None:
        """Beside a list too narrow to be read nothing stands; a new customer's form comes before the list."""
        room = self.width() - self._aside.width() >= self.strip.minimumSizeHint().width()
        is_new = self._aside.currentWidget() is not self.view
        was = self._aside.isVisibleTo(self)
        self._aside.setVisible(room or is_new)
        self.strip.setVisible(room or not is_new)
        if not was and room and not is_new:
            self.view.show_customer(self.table.current_id or None)
