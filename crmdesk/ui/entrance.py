"""The window before there is a workspace: opening, first start, passphrase, or what is wrong with the database."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.system import wiping
from crmdesk.system.paths import Profile
from crmdesk.system.secrets import needs_passphrase, passphrase_from_environment
from crmdesk.ui import language, opening
from crmdesk.ui.gauge import Gauge
from crmdesk.ui.pages.connect_form import device_name
from crmdesk.ui.pages.first_start import FirstStart
from crmdesk.ui.pages.locked import Gone, Locked
from crmdesk.ui.pages.unlock import Trouble, Unlock
from crmdesk.ui.runner import Lane, Runner
from crmdesk.ui.widgets.marks import Busy
from crmdesk.ui.widgets.rail import Brand
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.sync.http import Account
    from crmdesk.sync.invitation import Invitation

_LOOK_MS = 100
_ASKS_AGAIN = ("wrong_passphrase",)
_EXAMPLE = wiping.Wiped("order", 1_790_000_000_000, "", "", "远山工业", "")


class Entrance(QMainWindow):
    """Leads to a workspace: `opened(Workspace)`; `closed()` if the person goes instead."""

    opened = Signal(object)
    closed = Signal()

    def __init__(self, profile: Profile, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile, self._runner = profile, runner
        self._gauge: Gauge | None = None
        self._passphrase: str | None = None
        self.setWindowTitle("crmdesk")
        self.setMinimumSize(800, 460)
        self.first_start, self.unlock, self.trouble = FirstStart(), Unlock(), Trouble()
        self.locked, self.gone = Locked(), Gone()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._waiting())
        for page in (self.first_start, self.unlock, self.trouble, self.locked, self.gone):
            self._stack.addWidget(page)
        body = QWidget()
        body.setObjectName("canvas")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        brand = Brand()
        brand.setFixedSize(196, 56)
        top = QHBoxLayout()
        top.setContentsMargins(10, 0, 0, 0)
        top.addWidget(brand)
        top.addStretch(1)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(body)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._read_gauge)
        self.first_start.sample_wished.connect(self.open_sample)
        self.first_start.alone_wished.connect(self._work_alone)
        self.first_start.join_wished.connect(self._join)
        self.first_start.cancelled.connect(self._stop_making)
        self.unlock.entered.connect(self._unlock)
        self.trouble.again.connect(self.begin)
        self.trouble.quit_asked.connect(self.close)
        self.locked.sync_wished.connect(self._come_back)
        self.locked.quit_asked.connect(self.close)
        self.gone.hand_in_wished.connect(self._hand_in)
        self.gone.again.connect(self._offer)

    def begin(self) -> None:
        """Show what the profile calls for, and open it if nothing need be asked."""
        if wiping.is_begun(self._profile):
            self._runner.run(
                partial(opening.finish_wiping, self._profile), self._wiped, self._failed,
                lane=Lane.READ, owner=self,
            )  # fmt: skip
            return
        if not self._profile.exists():
            if wiping.done(self._profile) is not None:
                self._show_gone()
                self._hand_in()
            else:
                self._offer()
            return
        try:
            asks = needs_passphrase(self._profile) and not passphrase_from_environment()
        except CrmError as error:
            self._tell(error)
            return
        if asks:
            self._stack.setCurrentWidget(self.unlock)
            self.unlock.passphrase.setFocus()
        else:
            self._open(passphrase_from_environment())

    def resume(self, _nothing: object = None) -> None:
        """Begin again, after the profile was given up."""
        self.begin()

    def resume_after(self, error: Exception) -> None:
        """It could not be given up: say why, or open it again."""
        if isinstance(error, CrmError):
            self._tell(error)
        else:
            self._runner.unhandled.emit(error)
            self.begin()

    def open_sample(self) -> None:
        """Open the sample data, making it first if need be."""
        self._stack.setCurrentWidget(self.first_start)
        self.first_start.show_making(0)
        self._gauge = Gauge()
        self._look.start()
        self._run(partial(opening.sample, self._profile, language.current(), self._gauge))

    def dismiss(self) -> None:
        """The workspace's window has taken over."""
        self.blockSignals(True)
        self.close()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._gauge is not None:
            self._gauge.stop = True
        super().closeEvent(event)
        self.closed.emit()

    def views(self, error: CrmError) -> list[tuple[str, Callable[[], object]]]:
        """Every state of the entrance with a name and the way to show it."""
        show = self._stack.setCurrentWidget
        return [
            ("first-start", self._offer),
            ("first-start-alone", self.first_start.show_alone),
            ("first-start-join", self.first_start.show_join),
            ("unlock", partial(show, self.unlock)),
            ("unlock-refused", partial(self.unlock.show_error, CrmError("wrong_passphrase"))),
            ("trouble", partial(self._tell, error)),
            ("locked", partial(self._show_locked, CrmError("lease_expired", days=22))),
            ("locked-offline", partial(self.locked.show_failure, CrmError("offline"))),
            ("wiped", partial(self._show_note, _EXAMPLE, 1)),
        ]

    # -- what is shown ------------------------------------------------------------------------------

    def _waiting(self) -> QWidget:
        page = QWidget()
        self._busy = Busy()
        column = QVBoxLayout(page)
        column.addStretch(2)
        column.addWidget(self._busy, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _offer(self) -> None:
        self._stack.setCurrentWidget(self.first_start)
        self.first_start.show_offers()
        self._runner.run(opening.has_keychain, self._know_keychain, lane=Lane.READ)

    def _know_keychain(self, has_keychain: bool) -> None:
        self.first_start.know_keychain(has_keychain=has_keychain)

    def _tell(self, error: CrmError) -> None:
        self._stack.setCurrentWidget(self.trouble)
        self.trouble.show_error(error, self._profile.database)

    def _show_locked(self, error: CrmError) -> None:
        self._stack.setCurrentWidget(self.locked)
        self.locked.show_lock(error)

    def _show_gone(self, waiting: int | None = None) -> None:
        note = wiping.done(self._profile)
        if note is not None:
            left = wiping.still_sealed(self._profile) if waiting is None else waiting
            self._show_note(note, left)

    def _show_note(self, note: wiping.Wiped, waiting: int) -> None:
        self._stack.setCurrentWidget(self.gone)
        self.gone.show_note(wiping.problem_by(note, waiting), note, waiting)

    def _wiped(self, _nothing: object) -> None:
        self.begin()

    def _hand_in(self) -> None:
        """Hand in what was sealed; what can't be waits for the next start, or for a person who carries it."""
        self.gone.show_trying()
        self._runner.run(
            partial(opening.hand_in, self._profile), self._show_gone, self._failed,
            lane=Lane.NETWORK, owner=self,
        )  # fmt: skip

    def _come_back(self) -> None:
        self.locked.show_trying()
        self._run(partial(opening.come_back, self._profile, _Said(self._known_passphrase())))

    def _known_passphrase(self) -> str | None:
        return self._passphrase or passphrase_from_environment()

    # -- ways in ------------------------------------------------------------------------------------

    def _open(self, passphrase: str | None) -> None:
        if self._stack.currentWidget() is not self.unlock:
            self._stack.setCurrentIndex(0)
            self._busy.start()
        self._run(partial(opening.open_existing, self._profile, _Said(passphrase)))

    def _unlock(self, passphrase: str) -> None:
        self._passphrase = passphrase
        self._open(passphrase)

    def _work_alone(self, name: str, passphrase: str) -> None:
        self._run(partial(opening.work_alone, self._profile, name, passphrase or None))

    def _join(
        self, address: str, proof: "str | Account", passphrase: str, invitation: "Invitation | None"
    ) -> None:
        known = passphrase or self._passphrase or None
        self._run(partial(opening.join, self._profile, address, proof, device_name(), known, invitation))

    def _run(self, work: Callable[[], Workspace | None]) -> None:
        self._runner.run(work, self._came, self._failed, lane=Lane.READ, owner=self)

    def _came(self, workspace: Workspace | None) -> None:
        self._rest()
        self.locked.rest()
        if workspace is None:
            self.begin()
        elif opening.is_unfinished(workspace):
            workspace.close()
            self._offer()
            self.first_start.show_join()
        else:
            self.opened.emit(workspace)

    def _failed(self, error: Exception) -> None:
        self._rest()
        if not isinstance(error, CrmError):
            self._runner.unhandled.emit(error)
            error = CrmError("database_unwritable", path=self._profile.folder)
        here = self._stack.currentWidget()
        if error.code in ("device_wiped", "device_purged"):
            self.begin()
        elif here is self.locked:
            self.locked.show_failure(error)
        elif here is self.gone:
            self._show_gone()
        elif error.code in ("lease_expired", "clock_set_back"):
            self._show_locked(error)
            self._come_back()  # perhaps the company can be reached this very moment
        elif here is self.first_start:
            self.first_start.show_error(error)
        elif here is self.unlock and error.code in _ASKS_AGAIN:
            self.unlock.show_error(error)
        else:
            self._tell(error)

    def _rest(self) -> None:
        self._look.stop()
        self._busy.stop()
        self._gauge = None

    def _read_gauge(self) -> None:
        if self._gauge is not None and not self._gauge.stop:
            self.first_start.show_making(self._gauge.reading or 0)

    def _stop_making(self) -> None:
        if self._gauge is not None:
            self._gauge.stop = True


class _Said:
    """Gives the passphrase that was typed; a plain object, so that a worker may hold it."""

    def __init__(self, passphrase: str | None) -> None:
        self._passphrase = passphrase

    def __call__(self) -> str | None:
        return self._passphrase
