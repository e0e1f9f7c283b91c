"""What is dealt with a customer: what it comes to, everything of it in one list, and the form of each."""

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.dates import parse_date
from crmdesk.core.registry import Type
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.customer_parts import foot
from crmdesk.ui.pages.record_form import RecordForm
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import FieldGrid
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.ui.widgets.timeline import Timeline, TimelineEntry
from crmdesk.usecases import dealings
from crmdesk.usecases.dealings import Dealing, Total

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched

ICONS: Final = {
    "opportunity": "target", "contract": "handshake", "order": "shopping-cart", "payment": "banknote",
    "invoice": "receipt", "ticket": "ticket",
}  # fmt: skip


def dealing_text(context: Context, one: Dealing) -> str:
    """What a dealing comes to and how it stands, in a line."""
    state = dealings.first_of(context.registry[one.entity], Type.CHOICE)
    option = state.option(one.state) if state else None
    parts = [
        formats.money(*one.amount) if one.amount else "",
        option.label.text(context.language) if option else "",
    ]
    return " · ".join(part for part in parts if part)


def dealing_hue(context: Context, one: Dealing) -> str:
    """The colour of how it stands."""
    state = dealings.first_of(context.registry[one.entity], Type.CHOICE)
    option = state.option(one.state) if state else None
    return option.hue if option else "slate"


class Deals(QWidget):
    """Everything dealt with one customer. `numbered(count)` after each reading, `decide()` to the inbox."""

    numbered = Signal(int)
    decide = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._customer, self._frozen = context, "", ""
        self._kinds: dict[str, str] = {}
        self._forms: dict[str, RecordForm] = {}
        self.totals = FieldGrid()
        self.totals.setContentsMargins(18, 12, 18, 0)
        self.entries = Timeline(self.tr("Deals"), lines=2)
        self.entries.opened.connect(self.edit)
        self._empty = EmptyState("handshake", self.tr("No opportunity, order or ticket is noted here yet."))
        listed = QWidget()
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.totals)
        column.addWidget(self._empty, 1)
        column.addWidget(self.entries, 1)
        self._add = buttons.secondary(self.tr("New"), "plus")
        self._menu = QMenu(self)
        self._add.setMenu(self._menu)
        self._add_foot = foot(self._add)
        column.addWidget(self._add_foot)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(listed)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    @property
    def form(self) -> RecordForm | None:
        """The form in front, if one is."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, RecordForm) else None

    def freeze(self, why: str) -> None:
        """Only show what there is from now on, and say why; blank: let it be edited."""
        self._frozen = why
        for form in self._forms.values():
            form.freeze(why)
        self._menu.clear()
        for kind in dealings.KINDS:
            if not why and self._context.may(kind):
                name = self._context.registry[kind].label.text(self._context.language)
                self._menu.addAction(name, partial(self.add, kind))
        self._add_foot.setVisible(not self._menu.isEmpty())

    def show_customer(self, customer: str) -> None:
        """What is dealt with this customer."""
        if customer != self._customer:
            self._stack.setCurrentIndex(0)
        self._customer = customer
        found = dealings.listed(self._context.reader, self._context.registry, customer)
        self._kinds = {one.id: one.entity for one in found}
        self.totals.set_fields([self._told(total) for total in dealings.totals(found)])
        self.totals.setVisible(bool(found))
        self.entries.set_entries([self._entry(one) for one in found])
        self.entries.setVisible(bool(found))
        self._empty.setVisible(not found)
        self.numbered.emit(len(found))

    def add(self, kind: str) -> None:
        """An empty form for a new one of a kind."""
        form = self._form(kind)
        form.open_new({"customer": self._customer})
        self._stack.setCurrentWidget(form)
        form.focus_first()

    def edit(self, record: str) -> None:
        """The form of one of them."""
        kind = self._kinds.get(record)
        if kind is not None:
            form = self._form(kind)
            form.open_record(record)
            self._stack.setCurrentWidget(form)
            form.focus_first()

    def leave(self) -> None:
        """Before the view goes: nothing typed is lost."""
        for form in self._forms.values():
            form.leave()

    def touched(self, change: "Touched") -> None:
        """A write or a sync."""
        if self.form is not None:
            self.form.touched(change)

    def _form(self, kind: str) -> RecordForm:
        found = self._forms.get(kind)
        if found is None:
            found = self._forms[kind] = RecordForm(self._context, kind)
            found.freeze(self._frozen)
            found.saved.connect(self._back)
            found.closed.connect(self._back)
            found.left.connect(self._back)
            found.decide.connect(self.decide)
            self._stack.addWidget(found)
        return found

    def _back(self) -> None:
        self._stack.setCurrentIndex(0)
        self.show_customer(self._customer)
        self.entries.setFocus()

    def _told(self, total: Total) -> tuple[str, str]:
        name = self._context.registry[total.entity].label.text(self._context.language)
        sums = " + ".join(formats.money(minor, currency) for currency, minor in total.amounts)
        return f"{name} {total.number}", sums or formats.DASH

    def _entry(self, one: Dealing) -> TimelineEntry:
        entity = self._context.registry[one.entity]
        day = parse_date(one.on, self._context.today()) if one.on else None
        return TimelineEntry(
            one.id,
            ICONS[one.entity],
            dealing_hue(self._context, one),
            entity.label.text(self._context.language),
            one.title,
            formats.calendar_day(day, self._context.today()) if day else "",
            dealing_text(self._context, one) or formats.DASH,
        )
