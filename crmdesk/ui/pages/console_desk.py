"""What the parts of the administration share: the server and its password, what it told, dialogs."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.entities import USER
from crmdesk.core.errors import CrmError
from crmdesk.ui import formats, language
from crmdesk.ui.context import Context
from crmdesk.ui.notices import Notice
from crmdesk.ui.pages.password_dialog import PasswordDialog
from crmdesk.ui.runner import Lane
from crmdesk.ui.syncing import Syncing
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.editors import CalmComboBox
from crmdesk.ui.widgets.fields import label, make_room
from crmdesk.ui.widgets.marks import Busy
from crmdesk.usecases.directory import Person
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.answers import Devices, DeviceShown, Grants, IssuedCode
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

Work: TypeAlias = Callable[["Replica", "Http"], Any]
Failed: TypeAlias = Callable[[Exception], None]
OWN_ROLES: Final = tuple(option.key for option in USER.by_name["role"].options)
_MISTYPED: Final = ("wrong_password", "too_many_tries", "offline", "order_needs_network", "order_unanswered")


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of the server; `said` once it is done, `undo` does the opposite, `failed` hears why it was not."""

    work: Work
    said: str
    undo: Work | None = None
    done: Callable[[Any], None] | None = None
    failed: Failed | None = None


class ConsoleDesk(QObject):
    """Asks the server, with the password where that takes it. `changed()`: what it tells of came, or did not."""

    changed = Signal()

    def __init__(self, context: Context, syncing: Syncing, home: QWidget) -> None:
        super().__init__(home)
        self.context, self._syncing, self.home = context, syncing, home
        self.devices: Devices | None = None
        self.grants: Grants | None = None
        self.problem: CrmError | None = None
        self.is_asking = False
        self.password: PasswordDialog | None = None

    # -- asking -------------------------------------------------------------------------------------

    def ask(self, work: Work, done: Callable[[Any], None], failed: Failed | None = None) -> None:
        """Ask the server; without `failed` an error is told at the foot of the window.

        Whoever asked may be gone when the answer comes: a dialog that was closed meanwhile is not told.
        """
        self._run(work, partial(self._answer, done), partial(self._not_done, work, done, failed))

    def _answer(self, done: Callable[[Any], None], found: Any) -> None:
        if _is_there(done):
            done(found)

    def _fail(self, failed: Failed | None, error: Exception) -> None:
        (failed if failed is not None and _is_there(failed) else self.context.report)(error)

    def _run(self, work: Work, done: Callable[[Any], None], failed: Failed) -> None:
        asked = partial(_asked, work, self.context.workspace)
        self.context.runner.run(asked, done, failed, lane=Lane.NETWORK, owner=self)

    def _not_done(
        self, work: Work, done: Callable[[Any], None], failed: Failed | None, error: Exception
    ) -> None:
        if not isinstance(error, CrmError) or error.code != "password_needed":
            self._fail(failed, error)
            return
        sentence = self.tr("This needs your password once more. It then holds for ten minutes.")
        above = QApplication.activeModalWidget()
        home = self.home if above is None else above
        self.password = PasswordDialog(sentence, self.tr("Go on"), (self.tr("Password"),), home)
        self.password.given.connect(partial(self._confirm, work, done, failed))
        self.password.rejected.connect(partial(self._refused, failed, error))
        self.password.ask()

    def _confirm(
        self, work: Work, done: Callable[[Any], None], failed: Failed | None, given: list[str]
    ) -> None:
        confirmed = partial(_confirmed, work, given[0])
        self._run(confirmed, partial(self._confirmed, done), partial(self._not_confirmed, failed))

    def _refused(self, failed: Failed | None, error: Exception) -> None:
        """The person would rather not give the password."""
        self.password = None
        if failed is not None:
            self._fail(failed, error)

    def _close_password(self) -> None:
        if self.password is not None:
            self.password.accept()
            self.password = None

    def _confirmed(self, done: Callable[[Any], None], found: Any) -> None:
        self._close_password()
        self._answer(done, found)

    def _not_confirmed(self, failed: Failed | None, error: Exception) -> None:
        if self.password is not None and isinstance(error, CrmError) and error.code in _MISTYPED:
            self.password.show_error(error)
            return
        self._close_password()
        self._fail(failed, error)

    def order(self, order: Order) -> None:
        """Have something done, say so with a way back, and fetch what it changed."""
        self.ask(order.work, partial(self._ordered, order), order.failed)

    def _ordered(self, order: Order, found: Any) -> None:
        undo = order.undo
        if undo is None:
            self.context.say(order.said)
        else:
            back = partial(self.order, Order(undo, self.tr("Taken back.")))
            notice = Notice(order.said, action_label=self.tr("Undo"), action=back, undo=True, seconds=12)
            self.context.bus.notice.emit(notice)
        self._syncing.sync_now()
        self.fetch()
        if order.done is not None:
            order.done(found)

    def fetch(self) -> None:
        """Ask anew for what only the server knows: the laptops, and what is lent."""
        if self.context.workspace.server() is None:
            self.problem = CrmError("not_enrolled")
            self.changed.emit()
            return
        self.is_asking = True
        self.changed.emit()
        self.ask(_known, self._known_came, self._known_failed)

    def _known_came(self, found: "tuple[Devices, Grants]") -> None:
        self.devices, self.grants = found
        self.problem, self.is_asking = None, False
        self.changed.emit()

    def _known_failed(self, error: Exception) -> None:
        self.is_asking = False
        if isinstance(error, CrmError):
            self.problem = error
            self.changed.emit()
        else:
            self.context.report(error)

    # -- names --------------------------------------------------------------------------------------

    def laptops_of(self, user: str) -> "list[DeviceShown]":
        """A person's laptops as the server last told."""
        return [one for one in (self.devices.devices if self.devices else ()) if one.user == user]

    def role_name(self, role: str) -> str:
        """A role in words: one that comes with the product, or one of the company's own by its id."""
        option = USER.by_name["role"].option(role)
        if option is not None:
            return option.label.text(self.context.language)
        return self.context.directory.roles.get(role, role)

    def role_of(self, person: Person) -> str:
        """What somebody is, as orders name it."""
        return person.custom_role or person.role

    def team_name(self, team: str | None) -> str:
        """A team in words; blank for none."""
        return self.context.directory.teams.get(team or "", "")

    def place(self, person: Person) -> str:
        """Role and team in a line."""
        parts = (self.role_name(self.role_of(person)), self.team_name(person.team))
        return " · ".join(part for part in parts if part)

    def instant(self, at: int | None) -> str:
        """A time (UTC milliseconds) in words; blank for none."""
        return "" if at is None else formats.instant(at, self.context.today())

    def state(self, laptop: "DeviceShown") -> str:
        """A laptop's state in words."""
        words = {
            "pending": self.tr("Waits to be let in"),
            "active": self.tr("Active"),
            "leaving": self.tr("Hands in what is unsent"),
            "revoked": self.tr("Shut out, to be wiped"),
            "wiped": self.tr("Wiped"),
        }
        return words.get(laptop.state, laptop.state)

    # -- choices ------------------------------------------------------------------------------------

    def role_box(self, name: str) -> QComboBox:
        """Every role to choose from."""
        keys = (*OWN_ROLES, *self.context.directory.roles)
        return box(name, [(key, self.role_name(key)) for key in keys])

    def team_box(self, name: str) -> QComboBox:
        """Every team to choose from, and none."""
        teams = sorted(self.context.directory.teams.items(), key=lambda one: one[1])
        return box(name, [("", self.tr("No team")), *teams])

    def takers(self, but: str) -> list[Person]:
        """Who may take books over from somebody."""
        people = self.context.directory.people.values()
        found = [p for p in people if p.role in ("rep", "manager") and not p.has_left and p.id != but]
        return sorted(found, key=lambda person: person.name)


def box(name: str, options: Sequence[tuple[str, str]]) -> QComboBox:
    """A box of choices by key; `currentData()` is the key chosen."""
    made = CalmComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(12)
    made.setMaxVisibleItems(12)
    for key, text in options:
        made.addItem(text, key)
    return made


class AskDialog(QDialog):
    """A question with fields, one action and Cancel. `given()` on Enter or the button; it stays until `accept`.

    `show_error` says in place what was wrong.
    """

    given = Signal()

    def __init__(self, title: str, action: str, home: QWidget, *, danger: bool = False) -> None:
        super().__init__(home)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._head = label("", "card")
        self._head.setWordWrap(True)
        self.set_title(title)
        self.setMinimumWidth(440)
        make = buttons.danger if danger else buttons.primary
        self.button = make(action, "check", self._give)
        self.button.setDefault(True)
        self._cancel = buttons.secondary(self.tr("Cancel"), clicked=self.reject)
        self._said = label("", "bad")
        self._said.setWordWrap(True)
        self._said.hide()
        self._busy = Busy()
        self.body = QVBoxLayout()
        self.body.setSpacing(6)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 8, 0, 0)
        foot.addWidget(self._busy)
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addWidget(self._head)
        column.addLayout(self.body, 1)
        column.addWidget(self._said)
        column.addLayout(foot)

    def set_title(self, title: str) -> None:
        """What is asked."""
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._head.setText(title)

    @property
    def error(self) -> str:
        """What was wrong, as it is shown."""
        return self._said.text()

    def add_sentence(self, text: str, tone: str = "second") -> None:
        """A sentence of any length."""
        said = label(text, tone)
        said.setWordWrap(True)
        self.body.addWidget(said)

    def add_field(self, name: str, field: QWidget) -> None:
        """A field below its name."""
        self.body.addWidget(label(name, "faint"))
        self.body.addWidget(field)

    def show_error(self, error: Exception) -> None:
        """It can be mended and tried again."""
        self.set_busy(is_busy=False)
        if isinstance(error, CrmError):
            self._said.setText(str(error.sentence(language.current())))
            self._said.show()
            make_room(self)

    def set_busy(self, *, is_busy: bool) -> None:
        """Whether the server is being asked."""
        self.button.setEnabled(not is_busy)
        if is_busy:
            self._said.hide()
            self._busy.start()
        else:
            self._busy.stop()

    def finish(self, _found: Any = None) -> None:
        """It is done: close it, unless the person already did."""
        if shiboken6.isValid(self):
            self.accept()

    def _give(self) -> None:
        if self.button.isEnabled():
            self.set_busy(is_busy=True)
            self.given.emit()


class CodeDialog(AskDialog):
    """A code that is shown this once, with a way to copy it."""

    def __init__(self, sentence: str, issued: "IssuedCode", until: str, home: QWidget) -> None:
        super().__init__(self.tr("A code, shown only now"), self.tr("Done"), home)
        self.add_sentence(sentence)
        self.code = label(issued.code, "title")
        self.code.setAccessibleName(issued.code)
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.body.addSpacing(6)
        self.body.addWidget(self.code)
        self.copy = buttons.secondary(self.tr("Copy"), "copy", self._copy)
        row = QHBoxLayout()
        row.addWidget(self.copy)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addSpacing(6)
        self.add_sentence(formats.filled(self.tr("Good once, until %1."), until), "faint")
        self._cancel.hide()
        self.given.connect(self.accept)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.text())
        self.copy.setText(self.tr("Copied"))


def _is_there(callback: Callable[..., object]) -> bool:
    """Whether the widget that a callback belongs to still exists."""
    while isinstance(callback, partial):
        callback = callback.func
    holder = getattr(callback, "__self__", None)
    return not isinstance(holder, QObject) or shiboken6.isValid(holder)


def _asked(work: Work, workspace: Workspace) -> Any:
    """Run a question with a connection of its own; for the network's lane."""
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return work(workspace.replica, http)


def _confirmed(work: Work, password: str, replica: "Replica", http: "Http") -> Any:
    from crmdesk.sync.commands import ordering

    with ordering():
        http.confirm_password(password)
        return work(replica, http)


def _known(_replica: "Replica", http: "Http") -> "tuple[Devices, Grants]":
    return http.devices(), http.grants()
