"""An invitation for somebody's laptop: a file with the address, what proves the server, and a code."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.store.settings import Server
from crmdesk.ui import formats
from crmdesk.ui.pages.console_desk import AskDialog, box
from crmdesk.usecases.directory import Person

if TYPE_CHECKING:
    from crmdesk.core.answers import IssuedCode
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

_HOURS: Final = (72, 24, 4)
ENDING: Final = ".crmdesk"


class InvitationDialog(AskDialog):
    """Asks under which address the laptop reaches the server, and for how long. `chosen(path)`: where to save."""

    chosen = Signal(str)

    def __init__(self, person: Person, server: Server, home: QWidget) -> None:
        title = formats.filled(self.tr("An invitation for a laptop of %1"), person.name)
        super().__init__(title, self.tr("Save as…"), home)
        self._name = "".join(char for char in person.name if char.isalnum() or char in " -_") or "crmdesk"
        self.add_sentence(
            self.tr(
                "The file holds the address, what proves the server, and a code that lets one laptop in. "
                "Give it to nobody else: whoever opens it first is let in as this person."
            )
        )
        self.address = QLineEdit(server.url)
        self.address.setAccessibleName(self.tr("Server address"))
        self.add_field(self.tr("Server address, as that laptop reaches it"), self.address)
        self.hours = box(
            self.tr("Good for"), [(str(hours), self.tr("%n hour(s)", "", hours)) for hours in _HOURS]
        )
        self.add_field(self.tr("Good for"), self.hours)
        pins = len(server.pins)
        said = self.tr("%n pinned certificate(s) go with it.", "", pins)
        self.add_sentence(
            said if pins else self.tr("No certificate is pinned: what the laptop's system trusts is enough."),
            "faint",
        )
        self.given.connect(self._ask_where)

    @property
    def valid_hours(self) -> int:
        """How long the code is good."""
        return int(self.hours.currentData())

    def _ask_where(self) -> None:
        if not self.address.text().strip():
            self.set_busy(is_busy=False)
            self.address.setFocus()
            return
        wanted = str(Path.home() / f"{self._name}{ENDING}")
        path, _ = QFileDialog.getSaveFileName(self, self.windowTitle(), wanted, f"crmdesk (*{ENDING})")
        if path:
            self.chosen.emit(path)
        else:
            self.set_busy(is_busy=False)


def invite(user: str, url: str, hours: int, path: Path, replica: "Replica", http: "Http") -> "IssuedCode":
    """Have a code made and save it with what proves the server; for the network's lane.

    The file is there before the code is spent on it. Raises `insecure_address`, `database_unwritable`, as the server.
    """
    from crmdesk.store import settings
    from crmdesk.sync.invitation import Invitation, make_file, write_invitation
    from crmdesk.sync.transport import checked_address

    with replica.database.read() as connection:
        server = settings.read(connection, "server", Server)
    if server is None:
        raise CrmError("not_enrolled")
    address = url if "://" in url else f"https://{url}"
    checked_address(address)
    make_file(path)
    issued = http.issue_code(user, "code", {"valid_hours": hours})
    told = Invitation(address, server.server_id, server.key, server.pins, issued.code, issued.expires_at)
    write_invitation(path, told)
    return issued
