"""Joining a company: by an invitation, or its address with a code or name and password; what comes of it in words."""

import platform
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.dates import day_of
from crmdesk.core.errors import CrmError
from crmdesk.ui import formats, language
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import label, set_tone
from crmdesk.ui.widgets.marks import Busy

if TYPE_CHECKING:
    from crmdesk.sync.enrolment import Joined
    from crmdesk.sync.http import Account
    from crmdesk.sync.invitation import Invitation
    from crmdesk.usecases.workspace import Workspace


def device_name() -> str:
    """What this laptop calls itself to an administrator."""
    return platform.node() or "crmdesk"


def join_company(
    address: str, proof: "str | Account", workspace: "Workspace", invitation: "Invitation | None" = None
) -> "Joined":
    """Enrol an open workspace; for the network's lane."""
    from crmdesk.sync.enrolment import enrol
    from crmdesk.ui.opening import promised

    expected, pins = promised(invitation)
    return enrol(workspace.replica, address, proof, device_name(), expected=expected, pins=pins)


def dropped_file(mime: QMimeData) -> Path | None:
    """The one file of a drop that may be an invitation."""
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return files[0] if len(files) == 1 else None


class ConnectForm(QWidget):
    """Asks for address and code, or name and password, and below them `more`. An invitation fills them in.

    `submitted(address, proof)`, the proof being a code or an `Account`; answer with a `show_` method.
    `invitation` is the file's, and holds for the address that it names alone.

    `foot` is the row of buttons, for one more at its end.
    """

    submitted = Signal(str, object)

    def __init__(self, more: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.invitation: Invitation | None = None
        self.setAcceptDrops(True)
        self.file = buttons.secondary(self.tr("Open an invitation file…"), "mail", self.choose_file)
        self.paste = buttons.quiet(self.tr("Paste it"), "file-text", self.take_clipboard)
        plain.set_tip(self.paste, self.tr("An invitation that you copied: the file, or its text"))
        self.told = label("", "second")
        self.told.setWordWrap(True)
        self.told.hide()
        self.address = QLineEdit()
        self.address.textEdited.connect(self._address_typed)
        self.address.setPlaceholderText("https://crm.example.com")
        self.address.setAccessibleName(self.tr("Server address"))
        self.code = QLineEdit()
        self.code.textEdited.connect(self._look_for_invitation)
        self.code.setPlaceholderText("XXXXX-XXXXX-XXXXX-XXXXX-XXXXX")
        self.name, self.password = QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.said = label("", "bad")
        self.said.setWordWrap(True)
        self.said.hide()
        self.words = label("", "title")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setWordWrap(True)
        self.words.hide()
        self._busy = Busy()
        self.button = buttons.primary(self.tr("Connect"), "link", self._submit)
        self.way = buttons.quiet("", "key-round", self._change_way)
        self.address.returnPressed.connect(self._go_on)
        self.name.returnPressed.connect(self.password.setFocus)
        for last in (self.code, self.password):
            last.returnPressed.connect(self._submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 4)
        row.addWidget(self.file)
        row.addWidget(self.paste)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.told)
        column.addWidget(label(self.tr("Server address"), "faint"))
        column.addWidget(self.address)
        self._by_code = _lines(((self.tr("Code"), self.code),))
        self._by_name = _lines(((self.tr("Your name"), self.name), (self.tr("Password"), self.password)))
        self._by_name.hide()
        column.addWidget(self._by_code)
        column.addWidget(self._by_name)
        self._name_way()
        if more is not None:
            column.addWidget(more)
        column.addWidget(self.said)
        column.addWidget(self.words)
        self.foot = QHBoxLayout()
        self.foot.setContentsMargins(0, 6, 0, 0)
        self.foot.addWidget(self.button)
        self.foot.addWidget(self._busy)
        self.foot.addStretch(1)
        self.foot.addWidget(self.way)
        column.addLayout(self.foot)

    # -- an invitation ------------------------------------------------------------------------------

    def choose_file(self) -> None:
        """Ask for the file."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open an invitation file"), str(Path.home()), "crmdesk (*.crmdesk);;* (*)"
        )
        if chosen:
            self.take_file(Path(chosen))

    def take_file(self, path: Path) -> None:
        """Fill in what an invitation says, or say what is wrong with it."""
        from crmdesk.sync.invitation import read_invitation

        self._take(partial(read_invitation, path))

    def take_text(self, text: str) -> None:
        """Fill in what a copied invitation says, or say what is wrong with it."""
        from crmdesk.sync.invitation import invitation_in

        self._take(partial(invitation_in, text))

    def take_clipboard(self) -> None:
        """Fill in the invitation that was copied, as a file or as text."""
        copied = QGuiApplication.clipboard().mimeData()
        file = dropped_file(copied)
        if file is not None:
            self.take_file(file)
        else:
            self.take_text(copied.text())

    def _take(self, read: "Callable[[], Invitation]") -> None:
        try:
            found = self.invitation = read()
        except CrmError as error:
            self.show_error(error)
            return
        self.said.hide()
        self.address.setText(found.url)
        self.code.setText(found.code)
        if found.code and self._by_code.isHidden():
            self._change_way()
        self._tell_invitation(found)
        (self.button if found.code else self._first()).setFocus()

    def _tell_invitation(self, found: "Invitation") -> None:
        now = round(time.time() * 1000)
        until = formats.instant(found.expires_at, day_of(now)) if found.expires_at else ""
        if found.expires_at and found.expires_at <= now:
            said = self.tr("This invitation was good until %1. Ask your administrator for a new one.")
        elif found.expires_at:
            said = self.tr("Your administrator's invitation, good once until %1. It also proves the server.")
        else:
            said = self.tr("Your administrator's invitation. It also proves the server.")
        self.told.setText(formats.filled(said, until))
        set_tone(self.told, "warn" if found.expires_at and found.expires_at <= now else "second")
        self.told.show()

    def _address_typed(self, address: str) -> None:
        """Another address is typed: what the file says of its server holds no longer."""
        self.invitation = None
        self.told.hide()
        self._look_for_invitation(address)

    def _look_for_invitation(self, typed: str) -> None:
        """An invitation's text that was pasted into a line fills in all of them."""
        if "{" in typed:
            for line in (self.address, self.code):
                line.setText(line.text().partition("{")[0].strip())
            self.take_text(typed)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event.mimeData()) is not None and self.file.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        file = dropped_file(event.mimeData())
        if file is not None:
            self.take_file(file)

    # -- what came of it ----------------------------------------------------------------------------

    def show_busy(self) -> None:
        """The server is being asked."""
        self._free(is_free=False)
        self.said.hide()
        self._busy.start()

    def show_error(self, error: CrmError) -> None:
        """It did not work, in words; everything can be tried again."""
        self._free(is_free=True)
        self._say(str(error.sentence(language.current())), "bad")
        self._first().setFocus()

    def show_pending(self, words: str) -> None:
        """An administrator must approve this laptop, and compares these words."""
        self._busy.stop()
        self._say(
            self.tr(
                "This laptop waits for approval. Tell your administrator these words; it goes on by itself."
            ),
            "second",
        )
        self.words.setText(words)
        self.words.setAccessibleName(self.tr("Words to compare: %1").replace("%1", words))
        self.words.show()
        self.button.hide()
        self.way.hide()

    def _say(self, text: str, tone: str) -> None:
        self.said.setText(text)
        set_tone(self.said, tone)
        self.said.show()

    def _free(self, *, is_free: bool) -> None:
        for field in (
            self.file,
            self.paste,
            self.address,
            self.code,
            self.name,
            self.password,
            self.way,
            self.button,
        ):
            field.setEnabled(is_free)
        if is_free:
            self._busy.stop()

    def _change_way(self) -> None:
        is_named = self._by_name.isHidden()
        self._by_name.setVisible(is_named)
        self._by_code.setVisible(not is_named)
        self._name_way()
        self._first().setFocus()

    def _name_way(self) -> None:
        is_named = not self._by_name.isHidden()
        self.way.setText(self.tr("Use a code") if is_named else self.tr("Use name and password"))

    def _go_on(self) -> None:
        self._first().setFocus()

    def _first(self) -> QLineEdit:
        """Where typing goes on after the address."""
        if self._by_name.isHidden():
            return self.code
        return self.password if self.name.text().strip() else self.name

    def _submit(self) -> None:
        from crmdesk.sync.http import Account

        address = self.address.text().strip()
        wanted = (
            (self.address, self.code)
            if self._by_name.isHidden()
            else (self.address, self.name, self.password)
        )
        if empty := next((field for field in wanted if not field.text().strip()), None):
            empty.setFocus()
            return
        code = self.code.text().strip()
        proof = code if self._by_name.isHidden() else Account(self.name.text().strip(), self.password.text())
        self.submitted.emit(address if "://" in address else f"https://{address}", proof)


def _lines(fields: Sequence[tuple[str, QLineEdit]]) -> QWidget:
    """Named lines, one below the other."""
    found = QWidget()
    column = QVBoxLayout(found)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    for name, field in fields:
        field.setAccessibleName(name)
        column.addWidget(label(name, "faint"))
        column.addWidget(field)
    return found
