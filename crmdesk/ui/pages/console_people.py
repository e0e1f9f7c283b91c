"""People: who is who, with their laptops; other roles and teams, the drills, codes and passwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui import formats
from crmdesk.ui.pages.console_desk import OWN_ROLES, AskDialog, CodeDialog, ConsoleDesk, Order
from crmdesk.ui.pages.console_drill import DrillDialog
from crmdesk.ui.pages.console_invitation import InvitationDialog, invite
from crmdesk.ui.pages.console_part import ListPart
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.tables.window_model import Column, ListSource, WindowModel
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.usecases.directory import Person

if TYPE_CHECKING:
    from crmdesk.core.answers import IssuedCode, Moved
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody in words."""

    id: str
    name: str
    role: str
    team: str
    laptops: str
    seen: str
    state: str


class PeoplePart(ListPart):
    """Everybody at the left, the chosen one at the right."""

    def __init__(self, desk: ConsoleDesk) -> None:
        super().__init__(desk, EmptyState("users", ""))
        self.model: WindowModel[Row] = WindowModel(self._columns(), ListSource[Row](), _sentence)
        self.table = RowTable(self.tr("People"), self.model)
        self._awaited = ""
        self.total = 0
        self.table.current.connect(self._show)
        self.empty.acted.connect(self.add)
        self.new = buttons.primary(self.tr("New person"), "user-plus", self.add)
        self._build()

    def _columns(self) -> Sequence[Column[Row]]:
        return (
            Column("name", self.tr("Name"), lambda row: row.name, 150, stretch=True),
            Column("role", self.tr("Role"), lambda row: row.role, 144),
            Column("team", self.tr("Team"), lambda row: row.team, 110, drop=2),
            Column("laptops", self.tr("Laptops"), lambda row: row.laptops, 76, drop=3, right=True),
            Column("seen", self.tr("Up to date"), lambda row: row.seen, 116, drop=1),
            Column("state", self.tr("State"), lambda row: row.state, 110),
        )

    def _build(self) -> None:
        self._count = label("", "second")
        self._doing = QWidget()
        self._fill_doing(QVBoxLayout(self._doing))
        self._lay_out(self.table, [self._count, None, self.new], [self.sentence, self.fields, self._doing])

    def _fill_doing(self, column: QVBoxLayout) -> None:
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        self.role = buttons.secondary(self.tr("Role"), "award")
        self.team = buttons.secondary(self.tr("Team"), "users-round")
        for button, fill, chosen in (
            (self.role, self._fill_roles, self._role_chosen),
            (self.team, self._fill_teams, self._team_chosen),
        ):
            menu = QMenu(self)
            menu.aboutToShow.connect(fill)
            menu.triggered.connect(chosen)
            button.setMenu(menu)
        self.transfer = buttons.secondary(
            self.tr("Transfer…"), "arrow-right", partial(self._drill, "transfer")
        )
        self.promote = buttons.secondary(
            self.tr("Promote…"), "trending-up", partial(self._drill, "promotion")
        )
        self.leaves = buttons.danger(self.tr("Leaves…"), "log-out", partial(self._drill, "leaver"))
        self.code = buttons.secondary(self.tr("Code for a laptop"), "ticket", self._issue_code)
        self.invite = buttons.secondary(self.tr("Invitation file…"), "mail", self._ask_invitation)
        self.reset = buttons.secondary(self.tr("Reset password"), "key-round", self._reset)
        groups = (
            (self.tr("Work"), (self.role, self.team)),
            (self.tr("Drills, with a preview"), (self.transfer, self.promote, self.leaves)),
            (self.tr("Access"), (self.invite, self.code, self.reset)),
        )
        for title, members in groups:
            column.addWidget(label(title, "faint"))
            column.addLayout(_pairs(members))

    # -- what the page asks ---------------------------------------------------------------------------

    def hint(self) -> str:
        """What the search field says."""
        return self.tr("Name, role or team…")

    def reload(self) -> None:
        """Show who is here now."""
        people = self._desk.context.directory.people.values()
        self.total = sum(not p.has_left for p in people)
        order = sorted(people, key=lambda p: (p.has_left, p.name))
        rows = [row for row in map(self._row, order) if self._is_wanted(row)]
        self._count.setText(
            formats.filled(self.tr("%1 of %2"), formats.number(len(rows)), formats.number(len(order)))
        )
        self.table.show_source(ListSource(rows))
        if self._awaited and self.table.select_id(self._awaited):
            self._awaited = ""
        self._show_list(is_empty=not rows)
        if self._wanted:
            self.empty.set_sentence(self.tr("Nobody is called that, or has that role or team."))
        else:
            self.empty.set_sentence(self.tr("Nobody is here yet."), self.tr("New person"))
        self._show(self.table.current_id)

    def _is_wanted(self, row: Row) -> bool:
        return self._is_found(row.name, row.role, row.team)

    def _row(self, person: Person) -> Row:
        desk, laptops = self._desk, self._desk.laptops_of(person.id)
        known = desk.devices is not None
        active = [one for one in laptops if one.state in ("active", "pending")]
        seen = max((one.pulled_at for one in laptops if one.pulled_at is not None), default=None)
        if person.has_left:
            state = self.tr("Has left")
        elif any(one.state == "pending" for one in laptops):
            state = self.tr("A laptop waits")
        elif known and not active:
            state = self.tr("No laptop yet")
        else:
            state = self.tr("Works here")
        return Row(
            person.id,
            person.name,
            desk.role_name(desk.role_of(person)),
            desk.team_name(person.team),
            formats.number(len(active)) if known else formats.DASH,
            desk.instant(seen) or (self.tr("never") if known else formats.DASH),
            state,
        )

    @property
    def person(self) -> Person | None:
        """Who is chosen."""
        return self._desk.context.directory.people.get(self.table.current_id)

    def _show(self, user: str) -> None:
        person = self.person
        self.aside.setVisible(person is not None)
        if person is None:
            return
        self.avatar.set_name(person.name)
        self.name.setText(person.name)
        row = self._row(person)
        fields = [
            (self.tr("Role"), row.role),
            (self.tr("Team"), row.team),
            (self.tr("State"), row.state),
        ]
        for laptop in self._desk.laptops_of(person.id):
            seen = self._desk.instant(laptop.pulled_at) or self.tr("never up to date")
            fields.append((laptop.name, f"{self._desk.state(laptop)} · {seen}"))
        self.fields.set_fields(fields)
        is_me = person.id == self._desk.context.directory.me.id
        said = self.tr("This is you: your own role, team and access are changed by another administrator.")
        self.sentence.setText(said)
        self.sentence.setVisible(is_me)
        self._doing.setVisible(not is_me)
        reach = (self.invite, self.code, self.reset)
        for button in (self.role, self.team, self.transfer, self.promote, *reach):
            button.setEnabled(not person.has_left)
        self.leaves.setText(self.tr("Hand over…") if person.has_left else self.tr("Leaves…"))

    # -- other work -----------------------------------------------------------------------------------

    def _fill_roles(self) -> None:
        menu, person = self.role.menu(), self.person
        menu.clear()
        keys = [*OWN_ROLES, "", *self._desk.context.directory.roles]
        for key in keys if keys[-1] else keys[:-1]:
            if key:
                now = person is not None and key == self._desk.role_of(person)
                self._choice(menu, self._desk.role_name(key), key, is_now=now)
            else:
                menu.addSeparator()

    def _fill_teams(self) -> None:
        menu, person = self.team.menu(), self.person
        menu.clear()
        teams = sorted(self._desk.context.directory.teams.items(), key=lambda one: one[1])
        for team, name in (*teams, ("", self.tr("No team"))):
            now = person is not None and team == (person.team or "")
            self._choice(menu, name, team, is_now=now)

    def _choice(self, menu: QMenu, text: str, key: str, *, is_now: bool) -> None:
        action = menu.addAction(plain.menu_text(text))
        action.setData(key)
        action.setCheckable(True)
        action.setChecked(is_now)

    def _role_chosen(self, action: QAction) -> None:
        person, key = self.person, str(action.data())
        if person is None or key == self._desk.role_of(person):
            return
        said = formats.filled(self.tr("%1: %2 from now on"), person.name, action.text())
        before = self._desk.role_of(person)
        order = Order(partial(_change_role, person.id, key), said, partial(_change_role, person.id, before))
        self._desk.order(order)

    def _team_chosen(self, action: QAction) -> None:
        person, key = self.person, str(action.data()) or None
        if person is None or key == person.team:
            return
        said = formats.filled(self.tr("%1: %2 from now on"), person.name, action.text())
        undo = partial(_change_team, person.id, person.team)
        self._desk.order(Order(partial(_change_team, person.id, key), said, undo))

    def _drill(self, kind: str) -> None:
        person = self.person
        if person is not None:
            self.drill = DrillDialog(self._desk, kind, person, self)
            self.drill.open()
            self.drill.foresee()

    # -- access ---------------------------------------------------------------------------------------

    def _issue_code(self) -> None:
        if (person := self.person) is not None:
            self._desk.ask(partial(_code, person.id), partial(self._show_code, person.name))

    def _ask_invitation(self) -> None:
        person, server = self.person, self._desk.context.workspace.server()
        if person is not None and server is not None:
            self.inviting = InvitationDialog(person, server, self)
            self.inviting.chosen.connect(partial(self._invite, person, self.inviting))
            self.inviting.open()

    def _invite(self, person: Person, dialog: InvitationDialog, path: str) -> None:
        work = partial(invite, person.id, dialog.address.text().strip(), dialog.valid_hours, Path(path))
        self._desk.ask(work, partial(self._invited, dialog, person.name, Path(path)), dialog.show_error)

    def _invited(self, dialog: InvitationDialog, name: str, path: Path, issued: "IssuedCode") -> None:
        dialog.finish()
        said = self.tr("The invitation for %1 is in %2, good once until %3")
        self._desk.context.say(formats.filled(said, name, path.name, self._desk.instant(issued.expires_at)))

    def _show_code(self, name: str, issued: "IssuedCode") -> None:
        sentence = formats.filled(self.tr("%1 enters this on the new laptop, under “Join a company”."), name)
        self._open_code(sentence, issued)

    def _reset(self) -> None:
        person = self.person
        if person is None:
            return
        title = formats.filled(self.tr("Take away the password of %1?"), person.name)
        self.dialog = AskDialog(title, self.tr("Take it away"), self, danger=True)
        self.dialog.add_sentence(
            self.tr(
                "The old password is good no longer. The person chooses a new one with the code that you get "
                "here; only then does everything else that is signed in end."
            )
        )
        self.dialog.given.connect(partial(self._do_reset, person))
        self.dialog.open()

    def _do_reset(self, person: Person) -> None:
        done = partial(self._was_reset, self.dialog, person.name)
        self._desk.ask(partial(_reset, person.id), done, self.dialog.show_error)

    def _was_reset(self, dialog: AskDialog, name: str, issued: "IssuedCode") -> None:
        dialog.finish()
        sentence = self.tr("%1 chooses a new password with it: on the Sync page, under “I have a code”.")
        self._open_code(formats.filled(sentence, name), issued)

    def _open_code(self, sentence: str, issued: "IssuedCode") -> None:
        self.shown = CodeDialog(sentence, issued, self._desk.instant(issued.expires_at), self)
        self.shown.open()

    def add(self) -> None:
        """Ask who joins."""
        self.newcomer = NewPerson(self._desk, self)
        self.newcomer.given.connect(self._do_add)
        self.newcomer.open()
        self.newcomer.name.setFocus()

    def _do_add(self) -> None:
        asked = self.newcomer
        name, role = asked.name.text().strip(), str(asked.role.currentData())
        if not name:
            asked.set_busy(is_busy=False)
            asked.name.setFocus()
            return
        work = partial(_add, name, role, str(asked.team.currentData()) or None)
        said = formats.filled(self.tr("%1 works here now"), name)
        done = partial(self._added, asked, name, asked.code.isChecked())
        self._desk.order(Order(work, said, None, done, asked.show_error))

    def _added(self, dialog: AskDialog, name: str, wants_code: bool, made: "Moved") -> None:
        dialog.finish()
        self._awaited = made.made or ""
        if wants_code and made.made:
            self._desk.ask(partial(_code, made.made), partial(self._show_code, name))


class NewPerson(AskDialog):
    """Who joins, as what, where, and whether a code for a laptop is wanted at once."""

    def __init__(self, desk: ConsoleDesk, home: QWidget) -> None:
        super().__init__(self.tr("New person"), self.tr("Add"), home)
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name"))
        self.name.setMaxLength(200)
        self.role = desk.role_box(self.tr("Role"))
        self.team = desk.team_box(self.tr("Team"))
        self.code = QCheckBox(self.tr("Give me a code for the first laptop at once"))
        self.code.setChecked(True)
        self.add_field(self.tr("Name"), self.name)
        self.add_field(self.tr("Role"), self.role)
        self.add_field(self.tr("Team"), self.team)
        self.body.addSpacing(4)
        self.body.addWidget(self.code)


def _pairs(members: Sequence[QPushButton]) -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(8)
    for at, button in enumerate(members):
        grid.addWidget(button, at // 2, at % 2)
    for column in range(2):
        grid.setColumnStretch(column, 1)
    return grid


def _sentence(row: Row) -> str:
    return ", ".join(part for part in (row.name, row.role, row.team, row.state, row.seen) if part)


def _change_role(user: str, role: str, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.change_role(replica, http, user, role)


def _change_team(user: str, team: str | None, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.change_team(replica, http, user, team)


def _add(name: str, role: str, team: str | None, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.add_user(replica, http, name, role, team)


def _code(user: str, _replica: "Replica", http: "Http") -> "IssuedCode":
    return http.issue_code(user, "code", {})


def _reset(user: str, _replica: "Replica", http: "Http") -> "IssuedCode":
    return http.issue_code(user, "reset-password", {})
