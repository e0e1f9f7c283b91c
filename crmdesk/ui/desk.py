"""A window over an open workspace: pages, keys, badges, the banner of the sample data."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from crmdesk.core.errors import sentences
from crmdesk.core.lease import DAY_MS, Standing
from crmdesk.ui import formats
from crmdesk.ui.catalogue import Doors, page_specs
from crmdesk.ui.context import Context
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.notices import Notice
from crmdesk.ui.page import PageSpec
from crmdesk.ui.pages.command_box import Command, CommandBox
from crmdesk.ui.pages.customer_pages import CustomerPages, NewCustomerWish
from crmdesk.ui.pages.visit_capture import VisitSheet
from crmdesk.ui.signs import Signs
from crmdesk.ui.syncing import Syncing
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import label
from crmdesk.usecases import merging_across, narrowing, sharing, status
from crmdesk.usecases.outcome import Outcome


class Desk(QObject):
    """One window and what belongs to it; a change of language makes a new one over the same workspace."""

    def __init__(self, context: Context, syncing: Syncing, doors: Doors) -> None:
        super().__init__(context)
        self._context, self._syncing, self._doors = context, syncing, doors
        self._customers = CustomerPages(context, self)
        self._customers.visit.connect(self.log_visit)
        self._customers.sample.connect(self._doors.open_sample)
        specs = page_specs(context, syncing, doors, self._customers)
        self.window = MainWindow(specs, context.runner, context.bus)
        self.visit = VisitSheet(self.window, context)
        self.box = CommandBox(self.window, context, self._commands(specs))
        self.window.command_requested.connect(self.box.open)
        self._is_held = False
        self._again: QPushButton | None = None
        self.signs = Signs(self.window, context, syncing)
        self.window.sync_requested.connect(self._sync)
        self._is_read_only = False
        syncing.changed.connect(self._show_outdated)
        self._show_outdated()
        self._is_closed = False
        syncing.changed.connect(self._show_closed)
        self._show_closed()
        self._role = self._built_for = _role(context)
        context.bus.touched.connect(self._watch_role)
        syncing.changed.connect(self._heard)
        self._absent: tuple[str, ...] = ()
        context.bus.touched.connect(self._watch_absences)
        self._watch_absences(None)
        self.window.visit_requested.connect(self.visit.open_here)
        self.window.add_key("Ctrl+L", self.tr("Lock the window"), self._lock)
        self.window.add_key("Ctrl+I", self.tr("Import a table"), self._import)
        if context.seeing is not None:
            self.window.add_key("F5", self.tr("Refresh"), doors.refresh)
        self._list_keys()

    def warn(self) -> None:
        """Say at a start that the laptop locks soon, for want of its company."""
        judged = self._context.workspace.standing()
        if judged.standing is Standing.WARN:
            days = max(1, (judged.left_ms or 0) // DAY_MS)
            said = self.tr("This laptop locks in %n day(s) unless it reaches your company", "", days)
            self._context.bus.notice.emit(Notice(said, seconds=15))

    def show_sample_banner(self, leave: Callable[[], object]) -> None:
        """Say over the whole window that this is sample data, with the way out of it."""
        said = self.tr("Sample data — nothing here is real.")
        self._show_banner(said, buttons.quiet(self.tr("Leave the sample data"), "arrow-left", leave))

    def show_seeing_banner(self, name: str, seen_ms: int, leave: Callable[[], object]) -> None:
        """Say over the whole window, for as long as it is open, that it shows what another person saw at `seen_ms`."""
        said = self.tr("You see what %1 sees · as of %2 · read only · on record")
        when = formats.instant(seen_ms, self._context.today())
        self._again = buttons.quiet(self.tr("Refresh"), "refresh-cw", self._doors.refresh)
        plain.set_tip(self._again, "F5")
        self._is_held = False
        close = buttons.quiet(self.tr("Close"), "x", leave)
        self._show_banner(formats.filled(said, name, when), self._again, close)
        self._is_held = True

    def show_seeing_busy(self, *, is_busy: bool) -> None:
        """What another person sees is being fetched again."""
        if self._again is not None:
            self._again.setEnabled(not is_busy)
            self._again.setText(self.tr("Refreshing…") if is_busy else self.tr("Refresh"))

    def is_of_another_role(self) -> bool:
        """Whether the person's role has changed since this window was built."""
        return _role(self._context) != self._built_for

    def _show_banner(self, said: str, *actions: QWidget) -> None:
        if self._is_held:
            return
        strip = QFrame()
        strip.setObjectName("banner")
        strip.setAccessibleName(said)
        row = QHBoxLayout(strip)
        row.setContentsMargins(18, 5, 12, 5)
        row.addWidget(label(said, "strong"))
        row.addStretch(1)
        for action in actions:
            row.addWidget(action)
        self.window.setMenuWidget(strip)

    def _show_outdated(self) -> None:
        """Say over the whole window that the server refused this program, for as long as it does."""
        is_read_only = status.is_read_only(self._context.reader)
        if is_read_only == self._is_read_only:
            return
        self._is_read_only = is_read_only
        if not is_read_only:
            self.window.setMenuWidget(None)  # type: ignore[arg-type]  # takes it away; the stub forgets that
            return
        said = self.tr(
            "This crmdesk is too old for your company: read everything, change nothing. What is unsent is kept."
        )
        self._show_banner(
            said, buttons.quiet(self.tr("Ask the server again"), "refresh-cw", self._syncing.sync_now)
        )

    def _show_closed(self) -> None:
        """Say over the whole window that this person's account was closed, and whom to ask."""
        error = status.closed(self._context.reader)
        if (error is not None) == self._is_closed:
            return
        self._is_closed = error is not None
        if error is None:
            self.window.setMenuWidget(None)  # type: ignore[arg-type]  # takes it away; the stub forgets that
            return
        sentence = error.sentence(self._context.language)
        self._show_banner(sentences(sentence.happened, sentence.next))

    def _watch_role(self, _change: object) -> None:
        """Somebody was promoted, or does other work: the pages of this window are those of the earlier role."""
        role = _role(self._context)
        if role == self._role:
            return
        self._role = role
        if status.closed(self._context.reader) is not None:
            return  # says so itself
        said = self.tr("Your role in the company has changed, and your pages with it.")
        self._show_banner(said, buttons.quiet(self.tr("Show my pages"), "refresh-cw", self._doors.speak))

    def _heard(self) -> None:
        """A sync went through: a moment at which the server may be asked what this person may."""
        if self._syncing.report is not None and self._syncing.report.is_complete:
            self._context.permits.ask_now_and_then()
            if merging_across.wishes(self._context.reader):
                said = self.tr("Handed over and merged")
                self._context.write(merging_across.settle, self._settled, said=said)

    def _settled(self, done: "Outcome[merging_across.Settled]") -> None:
        """Customers that were handed over to be merged: say what can't be."""
        for name in done.value.given_up:
            self._context.say(formats.filled(self.tr("%1 was not handed over, so it is not merged"), name))

    def _watch_absences(self, _change: object) -> None:
        """Say over the whole window for whom this person stands in, with the way to their customers."""
        now, names = self._context.workspace.clock.now_ms(), self._context.directory
        found = sharing.stands_in_for(self._context.reader, names.me.id, now)
        absent = tuple(one.id for one in found)
        if absent == self._absent or self._is_read_only or self._is_held or self._context.seeing:
            return
        self._absent = absent
        if not found:
            self.window.setMenuWidget(None)  # type: ignore[arg-type]  # takes it away; the stub forgets that
            return
        first, others = found[0], len(found) - 1
        last = formats.calendar_day(sharing.last_day(first.ends), self._context.today())
        who = names.person_name(first.user)
        said = formats.filled(self.tr("You stand in for %1 until %2."), who, last)
        if others:
            said = sentences(said, self.tr("And for %n more; see Settings.", "", others))
        show = buttons.quiet(self.tr("Show their customers"), "users", partial(self._show_owner, first.user))
        self._show_banner(said, show)

    def _show_owner(self, user: str) -> None:
        self.window.go("customers", narrowing.of_owner(user))

    def log_visit(self, customer: str) -> None:
        """Open the visit note for a customer, or for one still to be chosen if it is ""."""
        self.visit.open_for(customer)

    def close(self) -> None:
        """Take the window away without closing the workspace."""
        self.visit.keep_draft()
        self._customers.close()
        self.window.blockSignals(True)
        self.window.close()
        self.window.deleteLater()
        self.deleteLater()

    def _lock(self) -> None:
        self._doors.lock()

    def _import(self) -> None:
        self.window.go("import")

    def _sync(self) -> None:
        if self._context.seeing is not None:
            self._doors.refresh()
        elif self._context.workspace.server() is None:
            self.window.go("sync")
        else:
            self._syncing.sync_now()

    def _commands(self, specs: Sequence[PageSpec]) -> list[Command]:
        places = [
            Command(spec.title, partial(self.window.go, spec.key), spec.icon)
            for spec in specs
            if spec.place != "hidden"
        ]
        makes = []
        if self._context.may("visit"):
            makes.append(Command(self.tr("Log a visit"), self.visit.open_here, "footprints", "F6"))
        if self._context.may("customer"):
            makes.append(Command(self.tr("New customer"), self._new_customer, "plus"))
            makes.append(Command(self.tr("Import a table"), self._import, "upload", "Ctrl+I"))
        return [
            *places,
            *makes,
            Command(self.tr("Duplicates"), partial(self.window.go, "duplicates"), "copy"),
            Command(self.tr("Done in bulk"), partial(self.window.go, "deeds"), "undo-2"),
            Command(self.tr("My permissions"), partial(self.window.go, "permissions"), "user-check"),
            Command(self.tr("Data quality"), partial(self.window.go, "quality"), "chart-column"),
            Command(self.tr("Sync now"), self._sync, "refresh-cw", "F9"),
            Command(self.tr("Lock the window"), self._lock, "lock", "Ctrl+L"),
            Command(self.tr("Undo what I did last"), self._context.undo_last, "undo-2"),
            Command(self.tr("All keys"), self.window.show_keys, "keyboard", "F1"),
        ]

    def _new_customer(self) -> None:
        self.window.go("customers", NewCustomerWish())

    def _list_keys(self) -> None:
        list_key = self.window.list_key
        customers, visit = self.tr("Customers"), self.tr("Log a visit")
        list_key("/", self.tr("Search on this page"), customers)
        list_key("Return", self.tr("Open the whole page"), customers)
        list_key("Alt+Right", self.tr("Next customer; Alt+Left the one before"), customers)
        list_key("1", self.tr("Timeline, 2 details, 3 contacts, 4 deals, 5 files, 6 history"), customers)
        list_key("F", self.tr("Put conditions together: Ins another, Alt+Del takes one away"), customers)
        list_key("T", self.tr("Add a tag"), customers)
        list_key("F2", self.tr("Edit the chosen cell; Tab the next one, Enter saves"), customers)
        list_key("E", self.tr("Edit the details; on the whole page F2 too"), customers)
        list_key("H", self.tr("History"), customers)
        list_key("B", self.tr("An earlier day"), customers)
        list_key("Del", self.tr("Delete, with a way back"), customers)
        list_key("Ctrl+A", self.tr("Choose all; Shift with an arrow key chooses several"), customers)
        list_key("Ctrl+V", self.tr("Attach what was copied, among the files"), customers)
        list_key("Esc", self.tr("Back; in the list: take the filter away"), customers)
        list_key("Ctrl+Return", self.tr("Save a form; Ctrl+S does it too"), customers)
        list_key("Ctrl+Return", self.tr("Save"), visit)
        list_key("Ctrl+S", self.tr("Keep a draft"), visit)
        list_key("Alt+1", self.tr("Choose the kind, Alt+2 the second…"), visit)
        list_key("/", self.tr("With a digit: a quick phrase"), visit)
        today, inbox, review = self.tr("Today"), self.tr("Inbox"), self.tr("Review")
        list_key("J", self.tr("Next; K the one before"), today)
        list_key("Space", self.tr("Done"), today)
        list_key("+", self.tr("Postpone: +3, Wed, 11-30"), today)
        list_key("J", self.tr("Next; K the one before"), inbox)
        list_key("1", self.tr("Choose the first value, 2 the second…"), inbox)
        list_key("Right", self.tr("Choose the next value; Left the one before"), inbox)
        list_key("Return", self.tr("Keep the chosen value"), inbox)
        list_key("U", self.tr("Take the last decision back"), inbox)
        if "review" in self.window.page_keys():
            list_key("J", self.tr("Next; K the one before"), review)
            list_key("Space", self.tr("Reviewed, without a remark"), review)
            list_key("R", self.tr("Remark; Enter saves it as reviewed"), review)
            list_key("F", self.tr("Flag"), review)
            list_key("U", self.tr("Take the last review back"), review)
        twice = self.tr("Duplicates")
        list_key("M", self.tr("Merge; K keep apart, Z or U take the last decision back"), twice)
        list_key("Right", self.tr("Which of the two stays; Left the other"), twice)
        list_key("U", self.tr("Take back whole what is in front"), self.tr("Done in bulk"))
        quality = self.tr("Quality")
        list_key(
            "Alt+1", self.tr("Rates, Alt+2 sample, 3 going live, 4 orphans, 5 coaching, 6 goals"), quality
        )
        list_key("Y", self.tr("Of a sample: right; N wrong, S skip, U take back"), quality)
        if "audit" in self.window.page_keys():
            list_key("V", self.tr("Verify the audit"), self.tr("Audit"))
        if self._context.directory.me.role == "administrator":
            console = self.tr("Administration")
            list_key(
                "1", self.tr("People, 2 teams, 3 roles, 4 fields, 5 laptops, 6 shares and deputies"), console
            )
            list_key("Ctrl+N", self.tr("A new person, a new team, a copy of a role"), console)
            list_key("F2", self.tr("Rename a team, a role, a laptop"), console)
            list_key("M", self.tr("Make a team part of another"), console)
            list_key("Ins", self.tr("A new team below"), console)
            list_key("Ctrl+S", self.tr("Save what is ticked of a role"), console)
            list_key("Del", self.tr("End a share, or a deputy's time"), console)


def _role(context: Context) -> tuple[object, ...]:
    """What this person's pages depend on: the role, and what it withholds."""
    return context.directory.me.role, context.directory.mandates
