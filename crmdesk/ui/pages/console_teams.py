"""Teams: the tree with how many people work in each; add, rename, move, share books, by menu and keyboard."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QLineEdit,
    QMenu,
    QWidget,
)

from crmdesk.ui import formats
from crmdesk.ui.pages.console_desk import AskDialog, ConsoleDesk, Order, box
from crmdesk.ui.pages.console_part import ListPart, in_a_row
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.entry_list import Entry, EntryList
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.usecases import organisation
from crmdesk.usecases.directory import Person
from crmdesk.usecases.organisation import TeamShown

if TYPE_CHECKING:
    from crmdesk.core.answers import Moved
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

translate = QCoreApplication.translate


class TeamsPart(ListPart):
    """The tree at the left, the chosen team at the right."""

    def __init__(self, desk: ConsoleDesk) -> None:
        super().__init__(desk, EmptyState("users-round", ""))
        self.list = EntryList(self.tr("Teams"))
        self._awaited = ""
        self._teams: dict[str, TeamShown] = {}
        self.list.current.connect(self._show)
        self.list.opened.connect(self._opened)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._context_menu)
        self.empty.acted.connect(self.add)
        self.members = label("")
        self.members.setWordWrap(True)
        self.shares = _shares_box()
        self.shares.clicked.connect(self._share)
        self._build()

    @property
    def total(self) -> int:
        """How many teams there are."""
        return len(self._teams)

    def _build(self) -> None:
        self.new = buttons.primary(self.tr("New team"), "plus", self.add)
        self.rename = buttons.secondary(self.tr("Rename…"), "pencil", self.ask_name)
        self.move_to = buttons.secondary(self.tr("Part of"), "git-branch")
        menu = QMenu(self)
        menu.aboutToShow.connect(partial(self._fill_parents, menu))
        menu.triggered.connect(self._parent_chosen)
        self.move_to.setMenu(menu)
        self.below = buttons.secondary(self.tr("New team below"), "plus", self.add_below)
        said = label(self.tr("A manager of a team also leads those below it."), "second")
        who = label(self.tr("People"), "faint")
        doing = (in_a_row(self.rename, self.move_to), in_a_row(self.below))
        self._lay_out(
            self.list, [said, None, self.new], [self.fields, self.shares, who, self.members, *doing]
        )

    # -- what the page asks ---------------------------------------------------------------------------

    def hint(self) -> str:
        """What the search field says."""
        return self.tr("Team or person…")

    def reload(self) -> None:
        """Show the teams as they are now."""
        found = organisation.teams(self._desk.context.reader)
        self._teams = {team.id: team for team in found}
        self.list.set_entries([self._entry(team) for team in found if self._is_wanted(team)])
        if self._awaited and self.list.select_id(self._awaited):
            self._awaited = ""
        self._show_list(is_empty=not self.list.ids())
        if self._wanted:
            self.empty.set_sentence(self.tr("No team is called that, and nobody of that name is in one."))
        else:
            self.empty.set_sentence(self.tr("There are no teams yet."), self.tr("New team"))
        self._show(self.list.current_id)

    def _is_wanted(self, team: TeamShown) -> bool:
        return self._is_found(team.name, *(person.name for person in self._people(team.id)))

    def _people(self, team: str) -> list[Person]:
        people = self._desk.context.directory.people.values()
        return sorted((p for p in people if p.team == team and not p.has_left), key=lambda p: p.name)

    def _entry(self, team: TeamShown) -> Entry:
        depth = 0 if self._wanted else team.depth
        said = self.tr("%n person(s)", "", len(self._people(team.id)))
        mark = self.tr("shares its books") if team.shares_books else ""
        return Entry(team.id, team.name, said, mark, depth=depth)

    @property
    def team(self) -> TeamShown | None:
        """The chosen team."""
        return self._teams.get(self.list.current_id)

    def _show(self, _team: str) -> None:
        team = self.team
        self.aside.setVisible(team is not None)
        if team is None:
            return
        people = self._people(team.id)
        self.avatar.set_name(team.name)
        self.name.setText(team.name)
        parent = self._teams.get(team.parent or "")
        self.fields.set_fields(
            [
                (self.tr("Part of"), parent.name if parent else self.tr("no other team")),
                (self.tr("People"), formats.number(len(people))),
            ]
        )
        self.shares.setChecked(team.shares_books)
        self.members.setText(
            "\n".join(f"{p.name} · {self._desk.role_name(self._desk.role_of(p))}" for p in people)
            or self.tr("Nobody works here.")
        )

    # -- changing -------------------------------------------------------------------------------------

    def _edit(self, team: TeamShown, now: TeamShown, said: str, dialog: AskDialog | None = None) -> None:
        done = None if dialog is None else dialog.finish
        failed = None if dialog is None else dialog.show_error
        self._desk.order(Order(partial(_edit_team, now), said, partial(_edit_team, team), done, failed))

    def _share(self) -> None:
        if (team := self.team) is not None:
            shares = self.shares.isChecked()
            self.shares.setChecked(team.shares_books)  # until the server has said so
            said = self.tr("%1 shares its books now") if shares else self.tr("%1 shares its books no longer")
            now = TeamShown(team.id, team.name, team.parent, shares)
            self._edit(team, now, formats.filled(said, team.name))

    def _fill_parents(self, menu: QMenu) -> None:
        menu.clear()
        team = self.team
        if team is None:
            return
        offered = organisation.parents_for(team.id, list(self._teams.values()))
        for key, name in (*((one.id, one.name) for one in offered), ("", self.tr("No other team"))):
            action = menu.addAction(plain.menu_text(name))
            action.setData(key)
            action.setCheckable(True)
            action.setChecked(key == (team.parent or ""))

    def _parent_chosen(self, action: QAction) -> None:
        team, parent = self.team, str(action.data()) or None
        if team is not None and parent != team.parent:
            said = formats.filled(self.tr("%1 is part of %2 now"), team.name, action.text())
            if parent is None:
                said = formats.filled(self.tr("%1 is part of no other team now"), team.name)
            self._edit(team, TeamShown(team.id, team.name, parent, team.shares_books), said)

    def ask_name(self) -> None:
        """Ask for another name of the chosen team."""
        if (team := self.team) is None:
            return
        self.dialog = NameDialog(
            formats.filled(self.tr("Another name for %1"), team.name), self.tr("Rename"), team.name, self
        )
        self.dialog.given.connect(partial(self._do_rename, team))
        self.dialog.open()
        self.dialog.name.setFocus()

    def _do_rename(self, team: TeamShown) -> None:
        name = self.dialog.name.text().strip()
        if not name or name == team.name:
            self.dialog.reject()
            return
        said = formats.filled(self.tr("%1 is called %2 now"), team.name, name)
        self._edit(team, TeamShown(team.id, name, team.parent, team.shares_books), said, self.dialog)

    def add_below(self) -> None:
        """Ask for a new team below the chosen one."""
        self._ask_new(self.list.current_id)

    def add(self) -> None:
        """Ask for a new team."""
        self._ask_new("")

    def _ask_new(self, parent: str) -> None:
        self.newcomer = NewTeam(list(self._teams.values()), parent, self)
        self.newcomer.given.connect(self._do_add)
        self.newcomer.open()
        self.newcomer.name.setFocus()

    def _do_add(self) -> None:
        asked = self.newcomer
        name, parent = asked.name.text().strip(), str(asked.parent_box.currentData()) or None
        if not name:
            asked.set_busy(is_busy=False)
            asked.name.setFocus()
            return
        work = partial(_add_team, name, parent, asked.shares.isChecked())
        said = formats.filled(self.tr("The team %1 is there now"), name)
        self._desk.order(Order(work, said, None, partial(self._added, asked), asked.show_error))

    def _added(self, dialog: AskDialog, made: "Moved") -> None:
        dialog.finish()
        self._awaited = made.made or ""

    # -- keyboard and menu ----------------------------------------------------------------------------

    def _opened(self, _team: str) -> None:
        self.ask_name()

    def _context_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("Rename…"), self.ask_name)
        parents = menu.addMenu(self.tr("Part of"))
        parents.aboutToShow.connect(partial(self._fill_parents, parents))
        parents.triggered.connect(self._parent_chosen)
        menu.addAction(self.tr("New team below"), self.add_below)
        menu.popup(self.list.viewport().mapToGlobal(at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_F2 and self.team is not None:
            self.ask_name()
        elif key == Qt.Key.Key_M and not event.modifiers() and self.team is not None:
            self.move_to.menu().popup(self.move_to.mapToGlobal(self.move_to.rect().bottomLeft()))
        elif key == Qt.Key.Key_Insert and self.team is not None:
            self.add_below()
        else:
            super().keyPressEvent(event)


class NameDialog(AskDialog):
    """A name, to be changed or given."""

    def __init__(self, title: str, action: str, name: str, home: QWidget) -> None:
        super().__init__(title, action, home)
        self.name = QLineEdit(name)
        self.name.setAccessibleName(self.tr("Name"))
        self.name.setMaxLength(200)
        self.name.selectAll()
        self.add_field(self.tr("Name"), self.name)


class NewTeam(NameDialog):
    """A new team: its name, the team it is part of, whether its people share their books."""

    def __init__(self, teams: list[TeamShown], parent: str, home: QWidget) -> None:
        super().__init__(self.tr("New team"), self.tr("Add"), "", home)
        options = [("", self.tr("No other team")), *((team.id, team.name) for team in teams)]
        self.parent_box = box(self.tr("Part of"), options)
        self.parent_box.setCurrentIndex(max(0, self.parent_box.findData(parent)))
        self.add_field(self.tr("Part of"), self.parent_box)
        self.shares = _shares_box()
        self.body.addSpacing(4)
        self.body.addWidget(self.shares)


def _shares_box() -> QCheckBox:
    tick = QCheckBox(translate("Teams", "They see and change each other's customers"))
    limits = translate("Teams", "Not those of teams below it. Directors and auditors among them only see.")
    plain.set_tip(tick, limits)
    return tick


def _edit_team(now: TeamShown, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.edit_team(replica, http, now.id, now.name, now.parent, shares_books=now.shares_books)


def _add_team(name: str, parent: str | None, shares: bool, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.add_team(replica, http, name, parent, shares_books=shares)
