"""Laptops: whose they are, whether they are up to date, and who waits; let in, rename, shut out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox

from crmdesk.ui import formats
from crmdesk.ui.pages.console_desk import AskDialog, ConsoleDesk, Order
from crmdesk.ui.pages.console_part import ListPart, in_a_row
from crmdesk.ui.pages.console_teams import NameDialog
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.tables.window_model import Column, ListSource, WindowModel
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import EmptyState

if TYPE_CHECKING:
    from crmdesk.core.answers import DeviceShown
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

_DAY_MS: Final = 24 * 60 * 60 * 1000
_ORDER: Final = {"pending": 0, "active": 1, "leaving": 2}
_GONE: Final = ("revoked", "wiped")


@dataclass(frozen=True, slots=True)
class Row:
    """A laptop in words."""

    id: str
    person: str
    name: str
    state: str
    words: str
    seen: str
    lock: str


class DevicesPart(ListPart):
    """Every laptop, those that wait first; the chosen one at the right."""

    def __init__(self, desk: ConsoleDesk) -> None:
        super().__init__(desk, EmptyState("monitor", ""))
        self.model: WindowModel[Row] = WindowModel(self._columns(), ListSource[Row](), _sentence)
        self.table = RowTable(self.tr("Laptops"), self.model)
        self.table.current.connect(self._show)
        self.empty.acted.connect(desk.fetch)
        self._build()

    def _columns(self) -> Sequence[Column[Row]]:
        return (
            Column("person", self.tr("Person"), lambda row: row.person, 120, stretch=True),
            Column("name", self.tr("Laptop"), lambda row: row.name, 140),
            Column("state", self.tr("State"), lambda row: row.state, 172),
            Column("words", self.tr("Words"), lambda row: row.words, 210, drop=3),
            Column("seen", self.tr("Up to date"), lambda row: row.seen, 112, drop=1),
            Column("lock", self.tr("Locks"), lambda row: row.lock, 112, drop=2),
        )

    def _build(self) -> None:
        self.words = label("", "card")
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.approve = buttons.primary(self.tr("Let it in…"), "shield-check", self._ask_approval)
        self.rename = buttons.secondary(self.tr("Rename…"), "pencil", self.ask_name)
        self.revoke = buttons.danger(self.tr("Shut out…"), "circle-x", self._ask_revocation)
        said = label(self.tr("Words"), "faint")
        doing = (in_a_row(self.approve), in_a_row(self.rename, self.revoke))
        self._lay_out(self.table, (), [self.sentence, self.fields, said, self.words, *doing])

    # -- what the page asks ---------------------------------------------------------------------------

    def hint(self) -> str:
        """What the search field says."""
        return self.tr("Person, laptop or words…")

    def reload(self) -> None:
        """Show what the server last told."""
        told = self._desk.devices
        found = sorted(
            told.devices if told else (),
            key=lambda one: (_ORDER.get(one.state, 3), self._person(one), one.created_at),
        )
        rows = [row for row in map(self._row, found) if self._is_wanted(row)]
        self.table.show_source(ListSource(rows))
        self._show_list(is_empty=not rows)
        if told is None and self._desk.is_asking:
            self.empty.set_sentence(self.tr("Asking the server…"))
        elif told is None:
            self.empty.set_sentence(
                self.tr("Which laptops there are, only the server knows."), self.tr("Ask again")
            )
        elif self._wanted:
            self.empty.set_sentence(self.tr("No laptop is called that, or has these words."))
        else:
            self.empty.set_sentence(
                self.tr("No laptop has joined yet. Give somebody a code for one, in the tab of the people.")
            )
        self._show(self.table.current_id)

    def _person(self, laptop: "DeviceShown") -> str:
        return self._desk.context.directory.person_name(laptop.user)

    def _is_wanted(self, row: Row) -> bool:
        return self._is_found(row.person, row.name, row.words)

    def _row(self, laptop: "DeviceShown") -> Row:
        return Row(
            laptop.device,
            self._person(laptop),
            laptop.name,
            self._desk.state(laptop),
            laptop.words,
            self._desk.instant(laptop.pulled_at) or self.tr("never"),
            self._after(laptop, self._desk.devices.lock_days if self._desk.devices else 0),
        )

    def _after(self, laptop: "DeviceShown", days: int) -> str:
        """When a laptop that is not heard of does something; blank for one that holds nothing to be locked."""
        if laptop.state != "active" or laptop.pulled_at is None:
            return formats.DASH
        return self._desk.instant(laptop.pulled_at + days * _DAY_MS)

    def _wipe(self, laptop: "DeviceShown") -> list[tuple[str, str]]:
        """When the order to wipe was given, and whether the laptop said that it was carried out."""
        if laptop.state not in _GONE:
            return []
        found = [(self.tr("Wiped"), self._desk.instant(laptop.wiped_at) or self.tr("not yet"))]
        if laptop.revoked_at is not None:  # else nobody ordered it: its lease ran out
            found.insert(0, (self.tr("Wipe ordered"), self._desk.instant(laptop.revoked_at)))
        return found

    @property
    def laptop(self) -> "DeviceShown | None":
        """The chosen laptop."""
        told = self._desk.devices.devices if self._desk.devices else ()
        return next((one for one in told if one.device == self.table.current_id), None)

    def _show(self, _device: str) -> None:
        laptop, told = self.laptop, self._desk.devices
        self.aside.setVisible(laptop is not None)
        if laptop is None or told is None:
            return
        self.avatar.set_name(self._person(laptop))
        self.name.setText(laptop.name)
        self.fields.set_fields(
            [
                (self.tr("Person"), self._person(laptop)),
                (self.tr("State"), self._desk.state(laptop)),
                (self.tr("Joined"), self._desk.instant(laptop.created_at)),
                (self.tr("Up to date"), self._desk.instant(laptop.pulled_at) or self.tr("never")),
                (self.tr("Locks"), self._after(laptop, told.lock_days)),
                (self.tr("Empties itself"), self._after(laptop, told.purge_days)),
                *self._wipe(laptop),
            ]
        )
        self.words.setText(laptop.words)
        said = {
            "token_reused": self.tr(
                "A token of it was used twice: it, or its profile, may have been copied."
            ),
            "token_unknown": self.tr("The server was restored and does not know its token any more."),
            "sign_in": self.tr("Somebody signed in with the person's password from it."),
        }
        doubt = said.get(laptop.doubt or "", self.tr("It waits for its first approval."))
        self.sentence.setText(doubt)
        self.sentence.setVisible(laptop.state == "pending")
        self.approve.setVisible(laptop.state == "pending")
        self.revoke.setVisible(laptop.state not in _GONE)

    # -- changing -------------------------------------------------------------------------------------

    def _ask_approval(self) -> None:
        laptop = self.laptop
        if laptop is None:
            return
        title = formats.filled(self.tr("Let a laptop of %1 in?"), self._person(laptop))
        self.dialog = AskDialog(title, self.tr("Let it in"), self)
        self.dialog.add_sentence(
            self.tr(
                "Call the person. Let them read out the words that crmdesk shows on that laptop; they must be these:"
            )
        )
        self.dialog.add_sentence(laptop.words, "title")
        self.compared = QCheckBox(self.tr("I have heard these words from the person"))
        self.compared.toggled.connect(self.dialog.button.setEnabled)
        self.dialog.body.addWidget(self.compared)
        self.dialog.button.setEnabled(False)
        said = formats.filled(self.tr("%1 is let in"), laptop.name)
        self.dialog.given.connect(partial(self._do, laptop, "approve", said))
        self.dialog.open()

    def _ask_revocation(self) -> None:
        laptop = self.laptop
        if laptop is None:
            return
        title = formats.filled(self.tr("Shut out %1 of %2, for good?"), laptop.name, self._person(laptop))
        self.dialog = AskDialog(title, self.tr("Shut out for good"), self, danger=True)
        seen = self._desk.instant(laptop.pulled_at)
        up_to = (
            formats.filled(self.tr("It was up to date %1."), seen)
            if seen
            else self.tr("It was never up to date.")
        )
        for sentence in (
            up_to,
            self.tr(
                "From now on it reads and sends nothing. This cannot be undone: it joins again only as a new laptop."
            ),
            self.tr(
                "At its next contact it wipes itself: key, database, attachments and copies. Its state then says when."
            ),
            self.tr(
                "What is unsent on it is sealed first and handed in; it waits among the refused work until you take it in."
            ),
            formats.filled(
                self.tr(
                    "If it is never in contact again, it destroys what it holds after %1 days by itself."
                ),
                formats.number(self._desk.devices.purge_days if self._desk.devices else 0),
            ),
            self.tr(
                "Of somebody who leaves, shut out the person instead: their laptops then still hand in what is unsent."
            ),
        ):
            self.dialog.add_sentence(sentence)
        said = formats.filled(self.tr("%1 is shut out"), laptop.name)
        self.dialog.given.connect(partial(self._do, laptop, "revoke", said))
        self.dialog.open()

    def ask_name(self) -> None:
        """Ask for another name of the chosen laptop."""
        laptop = self.laptop
        if laptop is None:
            return
        title = formats.filled(self.tr("Another name for %1"), laptop.name)
        self.naming = NameDialog(title, self.tr("Rename"), laptop.name, self)
        self.naming.given.connect(partial(self._do_rename, laptop, self.naming))
        self.naming.open()
        self.naming.name.setFocus()

    def _do_rename(self, laptop: "DeviceShown", dialog: NameDialog) -> None:
        name = dialog.name.text().strip()
        if not name or name == laptop.name:
            dialog.reject()
            return
        said = formats.filled(self.tr("%1 is called %2 now"), laptop.name, name)
        undo = partial(_change, laptop.device, "rename", {"name": laptop.name})
        work = partial(_change, laptop.device, "rename", {"name": name})
        self._desk.order(Order(work, said, undo, dialog.finish, dialog.show_error))

    def _do(self, laptop: "DeviceShown", what: str, said: str) -> None:
        work = partial(_change, laptop.device, what, {})
        self._desk.order(Order(work, said, None, self.dialog.finish, self.dialog.show_error))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.ask_name()
        else:
            super().keyPressEvent(event)


def _sentence(row: Row) -> str:
    return f"{row.person}, {row.name}, {row.state}, {row.words}, {row.seen}"


def _change(device: str, what: Any, asked: dict[str, str], _replica: "Replica", http: "Http") -> Any:
    return http.change_device(device, what, asked)
