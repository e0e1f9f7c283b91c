"""The company, for those who lead it: people with what they answer for, and what the server would not take."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.entities import USER
from crmdesk.core.errors import CrmError, describe
from crmdesk.core.format import format_value
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.password_dialog import PasswordDialog
from crmdesk.ui.pages.person_picker import PersonPicker
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import FieldGrid, heading, label
from crmdesk.ui.widgets.marks import Avatar, EmptyState
from crmdesk.usecases.directory import Person
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.answers import Judgement, Moved, Refusal, RefusedContents, Standing
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

LEADERS: Final = ("manager", "administrator")
_MISTYPED: Final = ("wrong_password", "too_many_tries", "offline", "order_needs_network", "order_unanswered")
_PERSON, _LETTER = "person:", "letter:"


class Detail(QWidget):
    """A name, a sentence, fields, and what can be done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.avatar = Avatar(36)
        self.name = heading()
        self.sentence = label("", "second")
        self.sentence.setWordWrap(True)
        self.fields = FieldGrid(1)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.avatar)
        head.addWidget(self.name, 1)
        self.doing = QHBoxLayout()
        self.doing.setSpacing(8)
        self.doing.addStretch(1)
        foot = QFrame()
        foot.setObjectName("footer")
        foot.setLayout(self.doing)
        self.doing.setContentsMargins(20, 10, 16, 10)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        inner = QVBoxLayout()
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(10)
        inner.addLayout(head)
        inner.addWidget(self.sentence)
        inner.addWidget(self.fields)
        inner.addStretch(1)
        column.addLayout(inner, 1)
        column.addWidget(foot)

    def show_named(self, name: str, sentence: str, fields: list[tuple[str, str]]) -> None:
        """Show this."""
        self.avatar.set_name(name)
        self.name.setText(name)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self.fields.set_fields(fields)


class Company(Page):
    """People at the left, the chosen one at the right. What only the server knows is asked when it is shown."""

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Company")
        self._context = context
        self._letters: dict[str, Refusal] = {}
        self.list = EntryList(self.tr("People and refused changes"))
        self.list.current.connect(self._show_current)
        self.person, self.letter = Detail(self), Detail(self)
        self._nothing = EmptyState("users", self.tr("Nobody is here yet."))
        self._build_actions()
        self._build()

    def _build(self) -> None:
        frame = QFrame()
        frame.setObjectName("listpane")
        frame.setFixedWidth(330)
        left = QVBoxLayout(frame)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.list)
        self._right = QStackedWidget()
        for page in (self._nothing, self.person, self.letter):
            self._right.addWidget(page)
        aside = QFrame()
        aside.setObjectName("aside")
        inner = QVBoxLayout(aside)
        inner.setContentsMargins(1, 0, 0, 0)
        inner.addWidget(self._right)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(frame)
        row.addWidget(aside, 1)

    def _build_actions(self) -> None:
        self._role = buttons.secondary(self.tr("Role"), "award")
        self._role.setMenu(self._role_menu())
        self._team = buttons.secondary(self.tr("Team"), "users-round")
        self._team_menu = QMenu(self)
        self._team_menu.aboutToShow.connect(self._fill_teams)
        self._team_menu.triggered.connect(self._team_chosen)
        self._team.setMenu(self._team_menu)
        self._leaves = buttons.danger(self.tr("Leaves the company…"), "log-out", self._leave)
        self._book = buttons.primary(self.tr("Hand over the book…"), "handshake", self._hand_over)
        for button in (self._role, self._team, self._leaves, self._book):
            self.person.doing.addWidget(button)
        self._discard = buttons.secondary(self.tr("Keep it out"), "trash-2", partial(self._judge, "discard"))
        self._retry = buttons.primary(self.tr("Judge it again"), "refresh-cw", partial(self._judge, "retry"))
        for button in (self._discard, self._retry):
            self.letter.doing.addWidget(button)

    def _role_menu(self) -> QMenu:
        menu = QMenu(self)
        for option in USER.by_name["role"].options:
            menu.addAction(option.label.text(self._context.language)).setData(option.key)
        menu.triggered.connect(self._role_chosen)
        return menu

    def _fill_teams(self) -> None:
        self._team_menu.clear()
        for team, name in self._context.directory.teams.items():
            self._team_menu.addAction(plain.menu_text(name)).setData(team)
        self._team_menu.addAction(self.tr("No team")).setData("")

    # -- what the window asks -----------------------------------------------------------------------

    def entered(self) -> None:
        self.reload()
        self.list.setFocus()
        if self._leads:
            self._ask(_letters, self._letters_came)

    def touched(self, change: object) -> None:
        if self.isVisible():
            self.reload()

    def undo(self) -> None:
        self._context.undo_last()

    # -- showing ------------------------------------------------------------------------------------

    @property
    def _leads(self) -> bool:
        return self._context.directory.me.role == "administrator"

    def _people(self) -> list[Person]:
        """Everybody for an administrator; for a manager those whose books are here."""
        names = self._context.directory
        found = [p for p in names.people.values() if not p.has_left and p.id != names.me.id]
        if not self._leads:
            here = {row[0] for row in self._context.reader.all("SELECT bucket FROM cursor")}
            found = [p for p in found if p.book in here]
        return sorted(found, key=lambda person: person.name)

    def reload(self) -> None:
        """Show who is here now."""
        people = self._people()
        rows: list[Heading | Entry] = [Heading(self.tr("People  %1").replace("%1", str(len(people))))]
        rows += [Entry(_PERSON + p.id, p.name, self._place(p), avatar=p.name) for p in people]
        if self._letters:
            rows.append(
                Heading(self.tr("Refused by the server  %1").replace("%1", str(len(self._letters))), "warn")
            )
            rows += [self._letter_entry(letter) for letter in self._letters.values()]
        self.count = len(people)
        self.header_changed.emit()
        self.list.set_entries(rows)
        if not self.list.current_id:
            self._right.setCurrentWidget(self._nothing)

    def _place(self, person: Person) -> str:
        names = self._context.directory
        role = names.role_name(person, self._context.language)
        team = names.teams.get(person.team or "", "")
        return " · ".join(part for part in (role, team) if part)

    def _letter_entry(self, letter: "Refusal") -> Entry:
        when = formats.instant(letter.at, self._context.today())
        kind = self._kind(letter.entity)
        title = letter.title.split("\n")[0] or kind
        return Entry(
            _LETTER + letter.name, title, f"{kind} · {letter.user_name}", when, icon="circle-alert", hue="red"
        )

    def _kind(self, entity: str) -> str:
        declared = self._context.registry.entities.get(entity)
        return declared.label.text(self._context.language) if declared else entity

    def _show_current(self, key: str) -> None:
        if key.startswith(_PERSON):
            person = self._context.directory.people.get(key[len(_PERSON) :])
            if person is not None:
                self._show_person(person, None)
                self._ask(partial(_standing, person.id), self._standing_came)
        elif (letter := self._letters.get(key[len(_LETTER) :])) is not None:
            self.letter.show_named(letter.title or self._kind(letter.entity), self._why(letter), [])
            self._right.setCurrentWidget(self.letter)
            self._ask(partial(_contents, letter.name), self._contents_came)

    def _show_person(self, person: Person, found: "Standing | None") -> None:
        asking = self.tr("asking the server…")
        numbers = [
            (self.tr("Customers"), formats.number(found.customers) if found else asking),
            (self.tr("Open tasks"), formats.number(found.open_tasks) if found else asking),
            (self.tr("Records"), formats.number(found.records) if found else asking),
        ]
        laptops = [
            (laptop.name, self._laptop(laptop.state, laptop.pulled_at))
            for laptop in (found.laptops if found else ())
        ]
        self.person.show_named(person.name, self._place(person), numbers + laptops)
        for button in (self._role, self._team, self._leaves):
            button.setVisible(self._leads)
        self._right.setCurrentWidget(self.person)

    def _laptop(self, state: str, pulled_at: int | None) -> str:
        words = {
            "pending": self.tr("waits to be let in"),
            "leaving": self.tr("may hand in what is unsent"),
            "revoked": self.tr("shut out"),
        }
        if state != "active":
            return words.get(state, state)
        if pulled_at is None:
            return self.tr("never synced")
        when = formats.instant(pulled_at, self._context.today())
        return self.tr("up to date %1; what is unsent since is on it").replace("%1", when)

    def _why(self, letter: "Refusal") -> str:
        declared = self._context.registry.find(letter.entity, letter.about or "")
        name = declared.label.text(self._context.language) if declared else letter.about or ""
        about: dict[str, object] = {"field": name, "entity": self._kind(letter.entity)}
        return f"{describe(letter.code, self._context.language, about).happened} ({letter.code})"

    # -- what the server says -------------------------------------------------------------------------

    def _ask(self, work: "Callable[[Replica, Http], Any]", done: Callable[[Any], None]) -> None:
        """Ask the server, where there is one; without a network the page shows what is here."""
        if self._context.workspace.server() is not None:
            asked = partial(_asked, work, self._context.workspace)
            self._context.runner.run(
                asked, done, partial(self._not_done, work, done), lane=Lane.NETWORK, owner=self
            )

    def _not_done(
        self, work: "Callable[[Replica, Http], Any]", done: Callable[[Any], None], error: Exception
    ) -> None:
        """Where it takes the password, ask for that and do the same again."""
        if not isinstance(error, CrmError) or error.code != "password_needed":
            self._context.report(error)
            return
        sentence = self.tr("This needs your password once more. It then holds for ten minutes.")
        self.password = PasswordDialog(sentence, self.tr("Go on"), (self.tr("Password"),), self)
        self.password.given.connect(partial(self._confirm, work, done))
        self.password.ask()

    def _confirm(
        self, work: "Callable[[Replica, Http], Any]", done: Callable[[Any], None], given: list[str]
    ) -> None:
        asked = partial(_asked, partial(_confirmed, work, given[0]), self._context.workspace)
        self._context.runner.run(
            asked, partial(self._confirm_done, done), self._not_confirmed, lane=Lane.NETWORK, owner=self
        )

    def _confirm_done(self, done: Callable[[Any], None], found: Any) -> None:
        self.password.accept()
        done(found)

    def _not_confirmed(self, error: Exception) -> None:
        if isinstance(error, CrmError) and error.code in _MISTYPED:
            self.password.show_error(error)
            return
        self.password.reject()
        self._context.report(error)

    def _letters_came(self, letters: "list[Refusal]") -> None:
        self._letters = {letter.name: letter for letter in letters}
        self.reload()

    def _standing_came(self, found: "Standing") -> None:
        person = self._context.directory.people.get(found.user)
        if person is not None and self.list.current_id == _PERSON + found.user:
            self._show_person(person, found)

    def _contents_came(self, found: "RefusedContents") -> None:
        letter = found.summary
        if self.list.current_id != _LETTER + letter.name:
            return
        fields = [
            (self.tr("Written by"), letter.user_name),
            (self.tr("Arrived"), formats.instant(letter.at, self._context.today())),
            *(
                self._in_words(letter.entity, *pair)
                for _, _, values in found.edits
                for pair in values.items()
            ),
        ]
        self.letter.show_named(letter.title or self._kind(letter.entity), self._why(letter), fields)

    def _in_words(self, entity: str, name: str, value: Any) -> tuple[str, str]:
        declared = self._context.registry.find(entity, name)
        text = format_value(declared, value, self._context.language, self._context.name_of)
        return declared.label.text(self._context.language) if declared else name, text

    # -- acting ---------------------------------------------------------------------------------------

    def _chosen_person(self) -> Person | None:
        return self._context.directory.people.get(self.list.current_id.removeprefix(_PERSON))

    def _hand_over(self) -> None:
        self._pick(
            self.tr("Who answers for all customers of %1 from now on?"), self.tr("Hand over"), leaving=False
        )

    def _leave(self) -> None:
        sentence = self.tr(
            "%1 leaves the company. Who takes over the customers? Unsent work on the laptops of %1 still comes in."
        )
        self._pick(sentence, self.tr("Take over and shut out"), leaving=True)

    def _pick(self, sentence: str, action: str, *, leaving: bool) -> None:
        person = self._chosen_person()
        if person is None:
            return
        picker = PersonPicker(self._context, sentence.replace("%1", person.name), action, self)
        picker.chosen.connect(partial(self._book_goes, person, leaving))
        takers = [p for p in self._context.directory.people.values() if p.role in ("rep", "manager")]
        picker.offer([p for p in takers if not p.has_left and p.id != person.id])

    def _book_goes(self, person: Person, leaving: bool, to_user: str) -> None:
        said = self.tr("%1 answers for the customers of %2 now")
        said = said.replace("%1", self._context.directory.person_name(to_user)).replace("%2", person.name)
        self._ask(partial(_change_book, person.id, to_user, leaving), partial(self._rearranged, said))

    def _role_chosen(self, action: Any) -> None:
        if (person := self._chosen_person()) is not None:
            said = self.tr("%1 has another role now").replace("%1", person.name)
            self._ask(partial(_change_role, person.id, action.data()), partial(self._rearranged, said))

    def _team_chosen(self, action: Any) -> None:
        if (person := self._chosen_person()) is not None:
            said = self.tr("%1 is in another team now").replace("%1", person.name)
            self._ask(
                partial(_change_team, person.id, action.data() or None), partial(self._rearranged, said)
            )

    def _rearranged(self, said: str, _moved: "Moved") -> None:
        from crmdesk.store.replica import Touched

        self._context.say(said)
        self._context.bus.touched.emit(Touched())

    def _judge(self, what: str) -> None:
        name = self.list.current_id.removeprefix(_LETTER)
        if name in self._letters:
            self._ask(partial(_judged, name, what), partial(self._judgement_came, name))

    def _judgement_came(self, name: str, found: "Judgement") -> None:
        if found.verdict in ("rejected", "quarantined"):
            self._context.tell(CrmError(found.code or "forbidden", field=found.about, entity=found.about))
            return
        self._letters.pop(name, None)
        self.reload()
        kept_out = found.verdict == "discarded"
        self._context.say(
            self.tr("It stays out; it is kept with your decision") if kept_out else self.tr("It was taken in")
        )


def _asked(work: "Callable[[Replica, Http], Any]", workspace: Workspace) -> Any:
    """Run a question with a connection of its own; for the network's lane."""
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return work(workspace.replica, http)


def _confirmed(
    work: "Callable[[Replica, Http], Any]", password: str, replica: "Replica", http: "Http"
) -> Any:
    from crmdesk.sync.commands import ordering

    with ordering():
        http.confirm_password(password)
        return work(replica, http)


def _letters(_replica: "Replica", http: "Http") -> "list[Refusal]":
    return http.refused()


def _contents(name: str, _replica: "Replica", http: "Http") -> "RefusedContents":
    return http.refused_contents(name)


def _standing(user: str, _replica: "Replica", http: "Http") -> "Standing":
    return http.standing(user)


def _judged(name: str, what: str, _replica: "Replica", http: "Http") -> "Judgement":
    return http.judge_refused(name, "retry" if what == "retry" else "discard")


def _change_book(user: str, to_user: str, leaving: bool, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.change_book_owner(replica, http, user, to_user, leaving=leaving)


def _change_role(user: str, role: str, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.change_role(replica, http, user, role)


def _change_team(user: str, team: str | None, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.change_team(replica, http, user, team)
