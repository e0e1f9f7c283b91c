"""The administration: people, teams, roles, fields, laptops and what is lent in the company, each a tab of one page."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.console_desk import ConsoleDesk
from crmdesk.ui.pages.console_devices import DevicesPart
from crmdesk.ui.pages.console_fields import FieldsPart
from crmdesk.ui.pages.console_grants import GrantsPart
from crmdesk.ui.pages.console_part import ConsolePart
from crmdesk.ui.pages.console_people import PeoplePart
from crmdesk.ui.pages.console_roles import RolesPart
from crmdesk.ui.pages.console_teams import TeamsPart
from crmdesk.ui.syncing import Syncing
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import Busy
from crmdesk.ui.widgets.tabs import SegmentedTabs


class Administration(Page):
    """Tabs over parts that share one `ConsoleDesk`. Subject: the key of a tab."""

    def __init__(self, shell: Shell, context: Context, syncing: Syncing) -> None:
        super().__init__(shell)
        self.title = self.tr("Administration")
        self.desk = ConsoleDesk(context, syncing, self)
        self.desk.changed.connect(self._server_said)
        self.people, self.teams = PeoplePart(self.desk), TeamsPart(self.desk)
        self.roles, self.devices = RolesPart(self.desk), DevicesPart(self.desk)
        self.grants, self.fields = GrantsPart(self.desk), FieldsPart(self.desk)
        self._parts: dict[str, ConsolePart] = {
            "people": self.people,
            "teams": self.teams,
            "roles": self.roles,
            "fields": self.fields,
            "devices": self.devices,
            "grants": self.grants,
        }
        self.tabs = SegmentedTabs(
            self.tr("Parts of the administration"),
            [
                ("people", self.tr("People")),
                ("teams", self.tr("Teams")),
                ("roles", self.tr("Roles")),
                ("fields", self.tr("Fields")),
                ("devices", self.tr("Laptops")),
                ("grants", self.tr("Shares and deputies")),
            ],
            indent=18,
        )
        self.tabs.chosen.connect(self.show_tab)
        self.search_hint = self.people.hint()
        self._build()

    def _build(self) -> None:
        self.stack = QStackedWidget()
        for part in self._parts.values():
            self.stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._strip())
        column.addWidget(self.stack, 1)

    def _strip(self) -> QFrame:
        """What stands between this page and the server, if anything does."""
        self.offline = QFrame()
        self.offline.setObjectName("banner")
        self.why = label("", "strong")
        self.why.setWordWrap(True)
        self._busy = Busy()
        self._again = buttons.quiet(self.tr("Ask again"), "refresh-cw", self.desk.fetch)
        row = QHBoxLayout(self.offline)
        row.setContentsMargins(18, 5, 12, 5)
        row.addWidget(self.why, 1)
        row.addWidget(self._busy)
        row.addWidget(self._again)
        self.offline.hide()
        return self.offline

    # -- what the window asks -----------------------------------------------------------------------

    @property
    def part(self) -> ConsolePart:
        """The tab in view."""
        return self._parts[self.tabs.key]

    def entered(self) -> None:
        self.reload()
        self.desk.fetch()
        self.part.take_keyboard()

    def show_subject(self, subject: object) -> None:
        if subject in self._parts:
            self.show_tab(str(subject))

    def touched(self, change: object) -> None:
        if self.isVisible():
            self.reload()

    def search(self, text: str) -> None:
        self.part.search(text)

    def leave_search(self) -> None:
        self.part.take_keyboard()

    def new_record(self) -> None:
        self.part.add()

    def actions_in_bar(self) -> Sequence[QWidget]:
        return ()

    def reload(self) -> None:
        """Show who and what is here now."""
        for part in self._parts.values():
            part.reload()
        self.tabs.set_number("people", self.people.total)
        self.tabs.set_number("teams", self.teams.total)
        self.tabs.set_number("roles", self.roles.total)
        self.tabs.set_number("fields", self.fields.total)

    def show_tab(self, key: str) -> None:
        """Bring a tab into view."""
        self.tabs.select(key)
        self.stack.setCurrentWidget(self._parts[key])
        self.search_hint = self.part.hint()
        self.part.search("")
        self.shell.set_search("")
        self.header_changed.emit()
        self.part.take_keyboard()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digits = "123456789"[: len(self._parts)]
        if event.modifiers() == Qt.KeyboardModifier.NoModifier and event.text() and event.text() in digits:
            self.show_tab(list(self._parts)[int(event.text()) - 1])
            return
        super().keyPressEvent(event)

    def _server_said(self) -> None:
        problem = self.desk.problem
        self.offline.setVisible(problem is not None)
        self._again.setEnabled(not self.desk.is_asking)
        if self.desk.is_asking:
            self._busy.start()
        else:
            self._busy.stop()
        if problem is not None:
            self.why.setText(str(problem.sentence(self.desk.context.language)))
            if problem.code == "offline":
                self.why.setText(
                    self.tr(
                        "The server cannot be reached. People, teams and roles are shown as this laptop last heard; "
                        "changing them and seeing the laptops needs the server."
                    )
                )
        devices = self.desk.devices
        self.tabs.set_number("devices", len(devices.devices) if devices else None)
        self.tabs.set_number("grants", self.grants.total)
        for part in (self.people, self.devices, self.grants):
            part.reload()
