"""Today: what is due, what was logged, what needs a decision. Everything here is one key away from done."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.dates import COMPANY_ZONE, parse_date
from crmdesk.core.errors import CrmError, sentences
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.buttons import KeyHint
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import Card, label, set_tone
from crmdesk.ui.widgets.figure import FigureCard
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases import agenda, reviews, status
from crmdesk.usecases.agenda import Due, Logged, Numbers
from crmdesk.usecases.status import Status
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched

_KIND_ICONS = {
    "onsite": ("map-pin", "blue"), "phone": ("phone", "green"), "wechat": ("message-square-text", "teal"),
    "video": ("monitor", "violet"), "email": ("mail", "amber"),
}  # fmt: skip
translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Day:
    """Everything the page shows, read in one go."""

    items: list[Due]
    visits: list[Logged]
    numbers: Numbers
    status: Status


def read_day(today: date, book: str | None, workspace: Workspace) -> Day:
    """Read the page's content with a reader of its own; for the reader's lane."""
    monday = today - timedelta(days=today.weekday())
    week_start = datetime.combine(monday, time(), ZoneInfo(COMPANY_ZONE))
    reader = workspace.another_reader()
    try:
        return Day(
            agenda.due(reader, today, book=book),
            agenda.recent_visits(reader, book=book),
            agenda.numbers(reader, today, week_start_ms=round(week_start.timestamp() * 1000), book=book),
            status.status(reader),
        )
    finally:
        reader.close()


def grouped(items: list[Due], today: date, describe: "Describe") -> list[Heading | Entry]:
    """The list's rows: overdue, today, the days after."""
    late = [item for item in items if item.due_on < today]
    now = [item for item in items if item.due_on == today]
    later = [item for item in items if item.due_on > today]
    rows: list[Heading | Entry] = []
    for title, tone, group in (
        (translate("Today", "Overdue"), "bad", late),
        (translate("Today", "Today"), "warn", now),
        (translate("Today", "Next seven days"), "", later),
    ):
        if group:
            rows.append(Heading(f"{title}  {len(group)}", tone))
            rows += [describe(item) for item in group]
    return rows


class Describe:
    """Says one due thing as a row."""

    def __init__(self, today: date) -> None:
        self._today = today

    def __call__(self, item: Due) -> Entry:
        mark, tone = formats.due(item.due_on, self._today)
        if item.entity == "customer":
            title, detail = item.customer_name, translate("Today", "Follow up")
        elif item.customer_name:
            title, detail = item.customer_name, item.title
        else:
            title, detail = item.title, translate("Today", "Task of your own")
        return Entry(key_of(item), title, detail, mark, tone, avatar=title)


def key_of(item: Due) -> str:
    """A row's id."""
    return f"{item.entity}:{item.id}"


def visit_entry(visit: Logged, context: Context) -> Entry:
    """A logged visit as a row."""
    icon, hue = _KIND_ICONS.get(visit.kind, ("footprints", "slate"))
    moment = formats.instant(visit.at_ms, context.today())
    person = context.directory.person_name(visit.by)
    summary = visit.summary.replace("\n", " ")
    return Entry(visit.id, visit.customer_name, f"{person}: {summary}", moment, icon=icon, hue=hue)


class Today(Page):
    """The first page of the day. `visit(customer)`: log a visit there, or anywhere if it is ""."""

    visit = Signal(str)

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Today")
        self._context = context
        self._items: dict[str, Due] = {}
        self._visits: dict[str, Logged] = {}
        self._is_stale = True
        self._whose = PillGroup(self.tr("Whose"), [("mine", self.tr("Mine")), ("team", self.tr("Team"))])
        self._whose.chosen.connect(self._reload)
        is_reviewer = context.directory.me.role in reviews.REVIEWERS
        self._whose.select("team" if is_reviewer else "mine")
        self._whose.setVisible(is_reviewer)
        self._visit = buttons.primary(self.tr("Log visit"), "plus", self._log_visit)
        self._build()
        context.bus.touched.connect(self._touched_anything)

    # -- building -----------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(12)
        column.addWidget(self._reminder())
        column.addLayout(self._figures())
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._agenda_card(), 3)
        side = QVBoxLayout()
        side.setSpacing(12)
        side.addWidget(self._needs_card())
        side.addWidget(self._visits_card(), 1)
        row.addLayout(side, 2)
        column.addLayout(row, 1)

    def _reminder(self) -> QWidget:
        """Quietly: the list of permissions waits to be confirmed."""
        self.reminder = Card()
        self.reminder.body.setContentsMargins(16, 6, 8, 6)
        self._remind = label("", "second")
        self._remind.setWordWrap(True)
        line = QHBoxLayout()
        line.addWidget(self._remind, 1)
        line.addWidget(buttons.quiet(self.tr("Look at them"), "user-check", self._go_permissions))
        self.reminder.body.addLayout(line)
        self._context.permits.changed.connect(self._show_reminder)
        self._show_reminder()
        return self.reminder

    def _show_reminder(self) -> None:
        found = self._context.permits.found
        self.reminder.setVisible(found is not None and found.state != "confirmed")
        self._remind.setText(
            self.tr("Your permissions have changed. Check them and confirm them.")
            if found is not None and found.state == "changed"
            else self.tr("Check what you may see and do here, and confirm it.")
        )

    def _go_permissions(self) -> None:
        self.shell.go("permissions")

    def _figures(self) -> QHBoxLayout:
        self._overdue = FigureCard(self.tr("Overdue"), "calendar-clock", "red")
        self._due = FigureCard(self.tr("Due today"), "calendar-check", "amber")
        self._logged = FigureCard(self.tr("Visits this week"), "footprints", "teal")
        self._customers = FigureCard(self.tr("Customers"), "users", "blue")
        self._overdue.clicked.connect(self._show_overdue)
        self._due.clicked.connect(self._show_due)
        self._logged.clicked.connect(self._show_visits)
        self._customers.clicked.connect(self._show_customers)
        row = QHBoxLayout()
        row.setSpacing(12)
        for card in (self._overdue, self._due, self._logged, self._customers):
            row.addWidget(card)
        return row

    def _agenda_card(self) -> Card:
        card = Card(self.tr("To do"))
        card.body.setContentsMargins(0, 14, 0, 8)
        card.head.setContentsMargins(16, 0, 16, 0)
        may_move = self._context.may("task", "due_on") or self._context.may("customer", "next_follow_up_on")
        for keys, meaning, may in (
            ("Space", self.tr("Done"), may_move), ("+", self.tr("Postpone"), may_move),
            ("F6", self.tr("Log visit"), self._context.may("visit")),
        ):  # fmt: skip
            if not may:
                continue
            card.head.addWidget(KeyHint(keys))
            card.head.addWidget(label(meaning, "faint"))
            card.head.addSpacing(4)
        self.agenda = EntryList(self.tr("To do"))
        self.agenda.opened.connect(self._open)
        self._empty = EmptyState("circle-check", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.agenda)
        self._stack.addWidget(self._empty)
        card.body.addWidget(self._stack, 1)
        card.body.addWidget(self._postpone_strip())
        return card

    def _postpone_strip(self) -> QWidget:
        self._postpone = QWidget()
        row = QHBoxLayout(self._postpone)
        row.setContentsMargins(16, 6, 16, 10)
        row.setSpacing(10)
        row.addWidget(label(self.tr("Postpone to"), "second"))
        self.postpone_to = QLineEdit()
        self.postpone_to.setAccessibleName(self.tr("Postpone to"))
        self.postpone_to.setPlaceholderText(self.tr("+3, Wed, 11-30…"))
        self.postpone_to.setFixedWidth(130)
        self.postpone_to.textChanged.connect(self._preview)
        self.postpone_to.returnPressed.connect(self._postponed)
        self._understood = label("", "faint")
        row.addWidget(self.postpone_to)
        row.addWidget(self._understood, 1)
        row.addWidget(KeyHint("Esc"))
        self._postpone.hide()
        return self._postpone

    def _needs_card(self) -> Card:
        self._needs = Card(self.tr("Needs you"))
        self._needs.body.setSpacing(6)
        self._decide = buttons.quiet("", "git-merge", self._go_inbox)
        self._refused = buttons.quiet("", "circle-alert", self._go_sync)
        self._fresh = label("", "faint")
        for line in (self._decide, self._refused):
            self._needs.body.addWidget(line, 0, Qt.AlignmentFlag.AlignLeft)
        self._needs.body.addWidget(self._fresh)
        return self._needs

    def _visits_card(self) -> Card:
        card = Card(self.tr("Logged last"))
        card.body.setContentsMargins(0, 14, 0, 8)
        card.head.setContentsMargins(16, 0, 16, 0)
        self.visits = EntryList(self.tr("Logged last"))
        self.visits.opened.connect(self._open_visit)
        self._no_visits = EmptyState("footprints", self.tr("No visits yet. F6 logs the first one."))
        self._visits_stack = QStackedWidget()
        self._visits_stack.addWidget(self.visits)
        self._visits_stack.addWidget(self._no_visits)
        card.body.addWidget(self._visits_stack, 1)
        return card

    # -- what the window asks -----------------------------------------------------------------------

    def actions_in_bar(self) -> tuple[QWidget, ...]:
        return (self._whose, self._visit) if self._context.may("visit") else (self._whose,)

    def entered(self) -> None:
        if self._is_stale:
            self._reload()
        self.agenda.setFocus()

    def touched(self, change: object) -> None:
        """Kept to `_touched_anything`: figures depend on the outbox too."""

    def undo(self) -> None:
        self._context.undo_last()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._finish()
        elif event.text() in ("+", "＋"):
            self._ask_postpone()
        elif event.key() == Qt.Key.Key_Escape and self._postpone.isVisible():
            self._close_postpone()
        elif event.text().lower() == "j":
            self.agenda.step(1)
        elif event.text().lower() == "k":
            self.agenda.step(-1)
        else:
            super().keyPressEvent(event)

    @property
    def current_customer(self) -> str | None:
        """The customer F6 is about."""
        item = self._items.get(self.agenda.current_id)
        return item.customer if item else None

    # -- loading ------------------------------------------------------------------------------------

    def _touched_anything(self, change: "Touched") -> None:
        if change.concerns("customer", "task", "visit"):
            self._is_stale = True
        if self.isVisible():
            self._reload()

    def _reload(self) -> None:
        self._is_stale = False
        book = self._context.workspace.identity().book if self._whose.key == "mine" else None
        self._context.read(partial(read_day, self._context.today(), book), self._show, key="day")

    def _show(self, day: Day) -> None:
        today = self._context.today()
        self._items = {key_of(item): item for item in day.items}
        self.agenda.set_entries(grouped(day.items, today, Describe(today)))
        self._stack.setCurrentWidget(self.agenda if day.items else self._empty)
        self._empty.set_sentence(self._why_empty(day))
        self._visits = {visit.id: visit for visit in day.visits}
        self.visits.set_entries([visit_entry(visit, self._context) for visit in day.visits])
        self._visits_stack.setCurrentWidget(self.visits if day.visits else self._no_visits)
        self._show_numbers(day.numbers)
        self._show_needs(day.status)

    def _why_empty(self, day: Day) -> str:
        if not day.numbers.customers:
            return self.tr("No customers yet. Ctrl+N on the customers page adds the first one.")
        return self.tr("Nothing is due in the next seven days.")

    def _show_numbers(self, numbers: Numbers) -> None:
        self._overdue.show_number(
            numbers.overdue, self.tr("promises past their day") if numbers.overdue else self.tr("all kept"),
            "bad" if numbers.overdue else "",
        )  # fmt: skip
        self._due.show_number(numbers.due, self.tr("follow-ups and tasks"))
        self._logged.show_number(numbers.visits_this_week, self.tr("since Monday"))
        self._customers.show_number(
            numbers.customers,
            self.tr("in your book") if self._whose.key == "mine" else self.tr("in your teams' books"),
        )

    def _show_needs(self, found: Status) -> None:
        self._decide.setText(self.tr("%n thing(s) to decide", "", found.conflicts))
        self._decide.setVisible(bool(found.conflicts))
        self._refused.setText(self.tr("%n change(s) refused by the server", "", found.refused))
        self._refused.setVisible(bool(found.refused))
        self._fresh.setText(self._freshness(found))
        set_tone(self._fresh, "faint")

    def _freshness(self, found: Status) -> str:
        if found.company is None:
            return self.tr("Working alone. Everything is on this laptop.")
        if found.synced_at_ms is None:
            return self.tr("Not synced yet.")
        gone = self._context.workspace.clock.now_ms() - found.synced_at_ms
        text = self.tr("Synced %1.").replace("%1", formats.age(timedelta(milliseconds=max(0, gone))))
        waiting = self.tr("%n change(s) unsent.", "", found.unsent)
        return sentences(waiting, text) if found.unsent else text

    # -- acting -------------------------------------------------------------------------------------

    def _finish(self) -> None:
        item = self._items.get(self.agenda.current_id)
        if item is None or not self._may_move(item, "done"):
            return
        name = item.title or item.customer_name
        said = self.tr("Done: %1").replace("%1", name)
        if item.entity == "task":
            self._context.write(partial(agenda.finish, task=item.id), said=said)
        else:
            self._context.write(partial(agenda.reschedule, item=item, day=None), said=said)

    def _ask_postpone(self) -> None:
        item = self._items.get(self.agenda.current_id)
        if item is not None and self._may_move(item, "due_on"):
            self._postpone.show()
            self.postpone_to.setText("+")
            self.postpone_to.setFocus()
            self.postpone_to.end(False)

    def _may_move(self, item: Due, field: str) -> bool:
        """Whether this person's role lets them finish or postpone it; if not, say so."""
        name = field if item.entity == "task" else "next_follow_up_on"
        declared = self._context.registry[item.entity].by_name[name]
        if declared.withheld:
            self._context.tell(CrmError("forbidden_field", field=declared.label))
        return not declared.withheld

    def _preview(self, text: str) -> None:
        day = parse_date(text, self._context.today())
        self._understood.setText(formats.day(day, self._context.today()) if day else "")

    def _postponed(self) -> None:
        item = self._items.get(self.agenda.current_id)
        day = parse_date(self.postpone_to.text(), self._context.today())
        if day is None or item is None:
            self._understood.setText(self.tr("This is no date that I know."))
            return
        self._close_postpone()
        said = self.tr("Postponed to %1: %2")
        said = said.replace("%1", formats.day(day, self._context.today()))
        self._context.write(
            partial(agenda.reschedule, item=item, day=day),
            said=said.replace("%2", item.title or item.customer_name),
        )

    def _close_postpone(self) -> None:
        self._postpone.hide()
        self.agenda.setFocus()

    def _open(self, key: str) -> None:
        item = self._items.get(key)
        if item is not None and item.customer:
            self.shell.go("customer", item.customer)

    def _open_visit(self, visit: str) -> None:
        self.shell.go("customer", self._visits[visit].customer)

    def _log_visit(self) -> None:
        self.visit.emit(self.current_customer or "")

    def _show_overdue(self) -> None:
        self._stand_on([i for i in self._items.values() if i.due_on < self._context.today()])

    def _show_due(self) -> None:
        self._stand_on([i for i in self._items.values() if i.due_on == self._context.today()])

    def _stand_on(self, items: list[Due]) -> None:
        if items:
            self.agenda.select_id(key_of(items[0]))
        self.agenda.setFocus()

    def _show_visits(self) -> None:
        self.visits.setFocus()

    def _show_customers(self) -> None:
        self.shell.go("customers")

    def _go_inbox(self) -> None:
        self.shell.go("inbox")

    def _go_sync(self) -> None:
        self.shell.go("sync")
