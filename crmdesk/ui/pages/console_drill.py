"""A drill on screen: what somebody does from now on is chosen, what it brings about is shown, one button does it."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.ui import formats
from crmdesk.ui.pages.console_desk import AskDialog, ConsoleDesk, Order, box
from crmdesk.ui.widgets.fields import Card, FieldGrid, label, make_room
from crmdesk.usecases.directory import Person

if TYPE_CHECKING:
    from crmdesk.core.answers import Foresight, Laptop, SightChange
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

LEAVER: Final = "leaver"
TRANSFER: Final = "transfer"
PROMOTION: Final = "promotion"


class DrillDialog(AskDialog):
    """`kind` is leaver, transfer or promotion. The button waits for the preview of just what is chosen."""

    def __init__(self, desk: ConsoleDesk, kind: str, person: Person, home: QWidget) -> None:
        self._kind, self._person, self._desk = kind, person, desk
        super().__init__("", "", home, danger=kind == LEAVER)
        title, action = self._words()
        self.set_title(title)
        self.button.setText(action)
        self.setMinimumWidth(600)
        self.role = desk.role_box(self.tr("Role"))
        self.team = desk.team_box(self.tr("Team"))
        self.heir = self._heirs()
        _choose(self.role, desk.role_of(person))
        _choose(self.team, person.team or "")
        self._fields = {
            LEAVER: [(self.tr("Who takes the customers over"), self.heir)],
            TRANSFER: [
                (self.tr("Team"), self.team),
                (self.tr("Role"), self.role),
                (self.tr("Who takes the customers over"), self.heir),
            ],
            PROMOTION: [
                (self.tr("Role"), self.role),
                (self.tr("Team"), self.team),
                (self.tr("Who takes the customers over"), self.heir),
            ],
        }[kind]
        for name, field in self._fields:
            self.add_field(name, field)
            field.activated.connect(self.foresee)
        self._preview()
        self._asked = 0
        self.found: Foresight | None = None
        self.button.setEnabled(False)
        self.given.connect(self._act)
        self._fields[0][1].setFocus()

    def _words(self) -> tuple[str, str]:
        name = self._person.name
        if self._kind == LEAVER and self._person.has_left:
            return formats.filled(self.tr("Hand over what %1 left"), name), self.tr("Hand over")
        return {
            LEAVER: (formats.filled(self.tr("%1 leaves the company"), name), self.tr("Shut this person out")),
            TRANSFER: (formats.filled(self.tr("%1 works elsewhere"), name), self.tr("Transfer")),
            PROMOTION: (formats.filled(self.tr("%1 is promoted"), name), self.tr("Promote")),
        }[self._kind]

    def _heirs(self) -> QComboBox:
        nobody = (
            self.tr("Nobody yet; their managers go on reading them")
            if self._kind == LEAVER
            else self.tr("Nobody; they keep their customers")
        )
        people = [(p.id, f"{p.name} · {self._desk.place(p)}") for p in self._desk.takers(self._person.id)]
        return box(self.tr("Who takes the customers over"), [("", nobody), *people])

    def _preview(self) -> None:
        """Room for what the server foretells."""
        self.numbers = FieldGrid(2)
        self.readers, self.sees = label("", ""), label("", "")
        self.laptops = label("", "")
        inside = QWidget()
        column = self._inside = QVBoxLayout(inside)
        column.setContentsMargins(10, 6, 10, 6)
        column.setSpacing(6)
        column.addWidget(self.numbers)
        for name, told in (
            (self.tr("Who reads these customers"), self.readers),
            (formats.filled(self.tr("Whose customers %1 reads"), self._person.name), self.sees),
            (self.tr("Laptops; what is unsent on them, nobody knows"), self.laptops),
        ):
            told.setWordWrap(True)
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addSpacing(4)
            column.addWidget(label(name, "faint"))
            column.addWidget(told)
        column.addStretch(1)
        self.after = label("", "second")
        self.after.setWordWrap(True)
        area = self._area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.tr("What will happen"))
        area.setMinimumHeight(240)
        area.setWidget(inside)
        frame = Card()
        frame.body.setContentsMargins(6, 6, 6, 6)
        frame.body.addWidget(area)
        self.body.addSpacing(4)
        self.body.addWidget(label(self.tr("What will happen"), "faint"))
        self.body.addWidget(frame, 1)
        self.body.addWidget(self.after)

    # -- looking beforehand ---------------------------------------------------------------------------

    def _chosen(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"user": self._person.id, "to_user": self.heir.currentData() or None}
        if self._kind != LEAVER:
            asked |= {"role": self.role.currentData(), "team": self.team.currentData() or None}
        return asked

    def foresee(self) -> None:
        """Ask what the choice would bring about."""
        self._asked += 1
        self.found = None
        self.set_busy(is_busy=True)
        work = partial(_foresee, LEAVER if self._kind == LEAVER else TRANSFER, self._chosen())
        self._desk.ask(work, partial(self._came, self._asked), partial(self._failed, self._asked))

    def _came(self, asked: int, found: "Foresight") -> None:
        if asked != self._asked:
            return
        self.found = found
        self.set_busy(is_busy=False)
        self.numbers.set_fields(
            [
                (self.tr("Customers"), formats.number(found.customers)),
                (self.tr("Records"), formats.number(found.records)),
                (self.tr("Open tasks"), formats.number(found.open_tasks)),
                (self.tr("Stands in, or is stood in for"), formats.number(found.delegations)),
                (self.tr("Shared with others"), formats.number(found.shares_given)),
                (self.tr("Shared with them"), formats.number(found.shares_held)),
            ]
        )
        self.readers.setText(self._sights(found.readers))
        self.sees.setText(self._sights(found.sees))
        self.laptops.setText("\n".join(map(self._laptop, found.laptops)) or self.tr("None"))
        self.after.setText(self._after(found))
        self.after.setVisible(bool(self.after.text()))
        QTimer.singleShot(0, self, self._show_whole)  # an answer may come before the window has its width

    def _show_whole(self) -> None:
        """As much of the preview as the window has room for."""
        make_room(self)
        needed = self._inside.totalHeightForWidth(self._area.viewport().width())
        make_room(self, needed - self._area.viewport().height())

    def _failed(self, asked: int, error: Exception) -> None:
        if asked == self._asked:
            self.show_error(error)
            self.button.setEnabled(False)
            if not isinstance(error, CrmError):
                self._desk.context.report(error)

    def _sights(self, sights: "Iterable[SightChange]") -> str:
        words = {"read": self.tr("reads"), "write": self.tr("reads and changes")}
        between, with_right = (
            ("、", "%1（%2）") if self._desk.context.language == "zh_CN" else (", ", "%1 (%2)")
        )
        lines, same = [], []
        for one in sights:
            before, then = (
                words.get(right or "", self.tr("sees nothing")) for right in (one.before, one.after)
            )
            if before == then:
                same.append(formats.filled(with_right, one.name, then))
            else:
                lines.append(f"{one.name} · {before} → {then}")
        if same:
            lines.append(formats.filled(self.tr("As before: %1"), between.join(same)))
        return "\n".join(lines) or self.tr("Nobody")

    def _laptop(self, laptop: "Laptop") -> str:
        seen = self._desk.instant(laptop.pulled_at)
        said = formats.filled(self.tr("up to date %1"), seen) if seen else self.tr("never up to date")
        return f"{laptop.name} · {said}"

    def _after(self, found: "Foresight") -> str:
        said = []
        if found.heir is not None:
            name = self._desk.context.directory.person_name(found.heir)
            total = formats.number(found.heir_customers + found.customers)
            said.append(formats.filled(self.tr("%1 then has %2 customers."), name, total))
        if found.gets_book:
            said.append(formats.filled(self.tr("%1 begins with no customers."), found.name))
        if found.has_left:
            said.append(
                self.tr(
                    "Their laptops read nothing any more, but still hand in what is unsent; it arrives as late work."
                )
            )
        return ("" if self._desk.context.language == "zh_CN" else " ").join(said)

    # -- doing it -------------------------------------------------------------------------------------

    def _act(self) -> None:
        if self.found is None:
            self.foresee()
            return
        said = {
            LEAVER: self.tr("%1 has left"),
            TRANSFER: self.tr("%1 works elsewhere now"),
            PROMOTION: self.tr("%1 is promoted"),
        }[self._kind]
        work = partial(_act, self._kind, self._chosen())
        order = Order(work, formats.filled(said, self._person.name), None, self.finish, self.show_error)
        self._desk.order(order)


def _choose(target: QComboBox, key: str) -> None:
    target.setCurrentIndex(max(0, target.findData(key)))


def _foresee(what: Any, asked: dict[str, Any], _replica: "Replica", http: "Http") -> "Foresight":
    return http.foresee(what, asked)


def _act(kind: str, asked: dict[str, Any], replica: "Replica", http: "Http") -> Any:
    from crmdesk.sync import commands

    user, heir = asked["user"], asked["to_user"]
    if kind != LEAVER:
        return commands.transfer(replica, http, user, asked["role"], asked["team"], heir)
    if heir is None:
        return commands.disable_user(replica, http, user)
    return commands.change_book_owner(replica, http, user, heir, leaving=True)
