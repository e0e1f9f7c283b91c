"""My permissions: everything one may see and do, in words, with one button that confirms it; for administrators, who did."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.errors import CrmError
from crmdesk.core.permission_sheet import as_csv, as_html, progress, reminder
from crmdesk.core.permissions import STATES, Own, Standing, Standings, role_name, told
from crmdesk.ui import formats, permits
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.entry_list import Entry, EntryList
from crmdesk.ui.widgets.fields import Card, label, set_tone
from crmdesk.ui.widgets.marks import EmptyState, Progress
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.ui.widgets.tabs import SegmentedTabs
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched

_TONES: Final = {"confirmed": "ok", "changed": "warn", "never": "bad"}


class MyPermissions(Page):
    """The list is the server's; without it there is none to confirm."""

    def __init__(self, shell: Shell, context: Context, see_as: Callable[[str], object]) -> None:
        super().__init__(shell)
        self.title = self.tr("My permissions")
        self._context = context
        self._shown: Own | None = None
        self.tabs = SegmentedTabs(
            self.tr("Whose permissions"),
            [("mine", self.tr("Mine")), ("all", self.tr("Everybody"))],
            indent=18,
        )
        self.tabs.chosen.connect(self._choose)
        self.everybody = Everybody(context, see_as)
        self._stack = QStackedWidget()
        self._nothing = EmptyState("user-check", "", self.tr("Ask again"))
        self._nothing.acted.connect(self.ask)
        for page in (self._nothing, self._mine(), self.everybody):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.tabs.setVisible(context.directory.me.role == "administrator")
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)

    # -- making -----------------------------------------------------------------------------------

    def _mine(self) -> QWidget:
        page = QWidget()
        self._body = QWidget()
        self._body.setObjectName("page")
        self._cards = QVBoxLayout(self._body)
        self._cards.setContentsMargins(18, 14, 18, 14)
        self._cards.setSpacing(12)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._body)
        foot = QFrame()
        foot.setObjectName("footer")
        line = QHBoxLayout(foot)
        line.setContentsMargins(18, 10, 18, 10)
        line.setSpacing(12)
        self.state = label("", "second")
        self.state.setWordWrap(True)
        line.addWidget(self.state, 1)
        self.confirm = buttons.primary(self.tr("This is right: confirm"), "check", self._confirm)
        line.addWidget(self.confirm)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addWidget(foot)
        self._area = area
        return page

    # -- what the window asks ---------------------------------------------------------------------

    def entered(self) -> None:
        if self._context.permits.found is not None:
            self._show(self._context.permits.found)
        self.ask()
        if self.tabs.key == "all":
            self.everybody.ask()

    def touched(self, change: "Touched") -> None:  # type: ignore[override]
        if self.isVisible() and change.concerns("user", "role", "team", "book", "share", "delegation"):
            self.ask()

    def ask(self) -> None:
        """Ask the server what this person may."""
        if self._context.workspace.server() is None:
            self._say_nothing(
                self.tr("You work alone: everything here is yours to see and change."), ask=False
            )
            return
        self._run(permits.fetch, self._came)

    # -- showing ----------------------------------------------------------------------------------

    def _choose(self, key: str) -> None:
        if key == "all":
            self._stack.setCurrentWidget(self.everybody)
            self.everybody.ask()
        else:
            self.ask()

    def _came(self, found: Own) -> None:
        self._context.permits.take_in(found)
        self._show(found)

    def _show(self, found: Own) -> None:
        if self.tabs.key != "all":
            self._stack.setCurrentIndex(1)
        if self._shown is None or self._shown.permissions != found.permissions:
            self._fill(found)
        self._shown = found
        self.confirm.setVisible(found.state != "confirmed" and self._context.seeing is None)
        when = formats.instant(found.confirmed.at, self._context.today()) if found.confirmed else ""
        said = {
            "confirmed": formats.filled(self.tr("You confirmed this list on %1."), when),
            "changed": formats.filled(
                self.tr("You confirmed an earlier list on %1. Your permissions have changed since."), when
            ),
            "never": self.tr(
                "You have not confirmed this list yet. If something is wrong, tell your administrator."
            ),
        }[found.state]
        self.state.setText(said)
        set_tone(self.state, "second" if found.state == "confirmed" else "warn")

    def _fill(self, found: Own) -> None:
        while item := self._cards.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for section in told(found.permissions, self._context.language):
            card = Card(section.title)
            for line in section.lines:
                text = label(line)
                text.setWordWrap(True)
                text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                card.body.addWidget(text)
            self._cards.addWidget(card)
        digest = label(formats.filled(self.tr("Digest %1"), found.digest), "faint")
        digest.setWordWrap(True)
        digest.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._cards.addWidget(digest)
        self._cards.addStretch(1)

    def _say_nothing(self, said: str, *, ask: bool = True) -> None:
        self._nothing.set_sentence(said, self.tr("Ask again") if ask else "")
        self._stack.setCurrentWidget(self._nothing)

    # -- acting -----------------------------------------------------------------------------------

    def _confirm(self) -> None:
        if self._shown is not None:
            self.confirm.setEnabled(False)
            self._run(partial(permits.confirm, self._shown.digest), self._confirmed)

    def _confirmed(self, found: Own) -> None:
        self.confirm.setEnabled(True)
        self._came(found)
        self._context.say(self.tr("Confirmed. Thank you."))

    def _failed(self, error: Exception) -> None:
        self.confirm.setEnabled(True)
        if not isinstance(error, CrmError):
            self._context.report(error)
        elif error.code == "permissions_changed":
            self._context.tell(error)
            self.ask()
        elif self._shown is None:
            self._say_nothing(str(error.sentence(self._context.language).happened))
        else:
            self._context.tell(error)

    def _run(self, work: Callable[[Workspace], Own], done: Callable[[Own], None]) -> None:
        self._context.runner.run(
            partial(work, self._context.workspace), done, self._failed, lane=Lane.NETWORK, owner=self
        )


class Everybody(QWidget):
    """Who has confirmed, for administrators: progress, a filter, files to keep, a text to remind with."""

    def __init__(self, context: Context, see_as: Callable[[str], object]) -> None:
        super().__init__()
        self._context, self._see_as = context, see_as
        self.found = Standings(())
        self.count = label("", "card")
        self.bar = Progress()
        self.filter = PillGroup(
            self.tr("Which"),
            [
                ("", self.tr("All")), ("open", self.tr("Not confirmed")), ("changed", self.tr("Changed since")),
                ("confirmed", self.tr("Confirmed")),
            ],
        )  # fmt: skip
        self.filter.select("")
        self.filter.chosen.connect(self._list)
        self.list = EntryList(self.tr("People"))
        self.remind = buttons.secondary(self.tr("Copy a reminder"), "copy", self.copy_reminder)
        self.csv = buttons.secondary(self.tr("Spreadsheet…"), "download", partial(self._ask_where, "csv"))
        self.print = buttons.secondary(self.tr("Page to print…"), "printer", partial(self._ask_where, "html"))
        head = QHBoxLayout()
        head.setContentsMargins(18, 14, 18, 8)
        head.setSpacing(12)
        head.addWidget(self.count)
        head.addWidget(self.bar, 1)
        tools = QHBoxLayout()
        tools.setContentsMargins(18, 0, 18, 8)
        tools.setSpacing(8)
        tools.addWidget(self.filter)
        tools.addStretch(1)
        foot = QFrame()
        foot.setObjectName("footer")
        line = QHBoxLayout(foot)
        line.setContentsMargins(18, 8, 18, 8)
        line.setSpacing(8)
        self.look = buttons.secondary(self.tr("See what they see"), "eye", self._look)
        self.list.current.connect(self._chosen)
        for button in (self.look, self.remind, self.csv, self.print):
            line.addWidget(button)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(tools)
        column.addWidget(self.list, 1)
        column.addWidget(foot)

    def ask(self) -> None:
        """Ask the server who has confirmed."""
        self._context.runner.run(
            partial(permits.fetch_states, self._context.workspace),
            self.show_states,
            self._context.report,
            lane=Lane.NETWORK,
            owner=self,
        )

    def show_states(self, found: Standings) -> None:
        """Show these."""
        self.found = found
        said = progress(found, self._context.language)
        self.count.setText(said)
        self.bar.show_step("", found.confirmed, len(found.people))
        self.bar.setAccessibleName(said)
        self.remind.setEnabled(found.confirmed < len(found.people))
        self._list()

    def copy_reminder(self) -> None:
        """Put a text for those who have not confirmed on the clipboard."""
        waiting = [one for one in self.found.people if one.state != "confirmed"]
        QGuiApplication.clipboard().setText(reminder(waiting, self._context.language))
        self._context.say(self.tr("The reminder is on the clipboard"))

    def save_to(self, file: Path) -> None:
        """Write the state of everybody to a .csv or a page to print."""
        spoken = self._context.language
        server = self._context.workspace.server()
        now = self._context.workspace.clock.now_ms()
        is_csv = file.suffix.lower() == ".csv"
        company = server.company if server else ""
        content = as_csv(self.found, spoken) if is_csv else as_html(self.found, company, now, spoken)
        try:
            file.write_text(content, encoding="utf-8", newline="")
        except OSError:
            self._context.tell(CrmError("database_unwritable", path=file))
            return
        self._context.say(self.tr("Saved as %1").replace("%1", str(file)))

    def _chosen(self, user: str) -> None:
        self.look.setEnabled(bool(user) and user != self._context.directory.me.id)

    def _look(self) -> None:
        self._see_as(self.list.current_id)

    def _ask_where(self, kind: str) -> None:
        if not self._context.may_save():
            return
        name = f"permissions-{self._context.today().isoformat()}.{kind}"
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save as"), str(Path.home() / name))
        if chosen:
            self.save_to(Path(chosen))

    def _list(self, _key: str = "") -> None:
        wanted = self.filter.key
        shown = [
            one
            for one in self.found.people
            if not wanted or one.state == wanted or (wanted == "open" and one.state != "confirmed")
        ]
        self.list.set_entries(self._entries(shown))

    def _entries(self, shown: Sequence[Standing]) -> list[Entry]:
        spoken, today = self._context.language, self._context.today()
        rows = []
        for one in shown:
            about = [role_name(one.role, one.custom_role_name, spoken), one.team_name or ""]
            if one.at is not None:
                about.append(formats.instant(one.at, today))
                about.append(one.device or "")
            state = STATES[one.state].text(spoken)
            detail = " · ".join(part for part in about if part)
            rows.append(Entry(one.user, one.name, detail, state, _TONES[one.state], avatar=one.name))
        return rows
