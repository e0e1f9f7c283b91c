"""Covers every window after a time without input, or when asked to, until the person proves to be back.

What is covered is hidden as it is, half-typed texts and all, so that neither the screen nor a preview of a window
shows anything of it; sync goes on beneath.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import IDLE_MINUTES, MINUTE_MS, Kept
from crmdesk.system import secrets
from crmdesk.ui.context import Context
from crmdesk.ui.pages.connect_form import device_name
from crmdesk.ui.pages.cover_page import CoverWindow, Way
from crmdesk.ui.runner import Lane
from crmdesk.ui.syncing import Syncing
from crmdesk.usecases import pin
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.settings import Device

_LOOK_MS = 2_000
PROVED_MS: Final = 60_000
"""How long without input the company's word is good for: whoever walks away from it finds the window covered."""
_UNREACHED: Final = ("offline", "no_server", "server_busy", "not_crmdesk")
_INPUT = frozenset(
    (
        QEvent.Type.KeyPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel,
        QEvent.Type.TouchBegin, QEvent.Type.TabletPress,
    )
)  # fmt: skip


def way_in(workspace: Workspace) -> Way:
    """What uncovers a window over this workspace."""
    if has_passphrase(workspace):
        return "passphrase"
    return "pin" if pin.is_set(workspace.reader) else "open"


def has_passphrase(workspace: Workspace) -> bool:
    """Whether a person knows the passphrase of this profile; that of the sample data is nobody's."""
    try:
        return secrets.needs_passphrase(workspace.profile) and not workspace.profile.is_sample
    except CrmError:
        return False  # without its note nobody could open it anew, but it is open


def company_minutes(workspace: Workspace) -> int | None:
    """The most minutes without input that the company allows; None without a company."""
    kept = workspace.reader.setting("lease", Kept)
    return None if kept is None else max(1, kept.lease.idle_ms // MINUTE_MS)


def idle_ms(workspace: Workspace, chosen: int | None) -> int:
    """How long the window stays open without input; `chosen` (minutes) only shortens what the company allows."""
    most = company_minutes(workspace) or IDLE_MINUTES
    return min(most, chosen or most) * MINUTE_MS


class Cover(QObject):
    """One for a session. `quit_asked()` if the person ends the program from the cover."""

    quit_asked = Signal()

    def __init__(self, context: Context, syncing: Syncing, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._syncing = context, syncing
        self.window: CoverWindow | None = None
        self._hidden: list[QWidget] = []
        self._last_ms = self._now()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self._focus)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @property
    def is_on(self) -> bool:
        return self.window is not None

    @Slot()
    def put(self) -> None:
        """Cover now."""
        if self.window is not None:
            return
        workspace = self._context.workspace
        window = self.window = CoverWindow(way_in(workspace), has_company=workspace.server() is not None)
        window.entered.connect(self._try)
        window.vouched.connect(self._vouch)
        window.pin_chosen.connect(self._replace_pin)
        window.kept.connect(self._keep_pin)
        window.closed.connect(self.quit_asked)
        main = next((one for one in QApplication.topLevelWidgets() if _is_main(one)), None)
        if main is not None:
            window.setGeometry(main.geometry())
        window.show()
        self._hide_others()
        window.take_keyboard()

    def put_before(self, window: QMainWindow) -> None:
        """Cover a window that was never shown."""
        self.put()
        if self.window is not None:
            self.window.setGeometry(window.geometry())
        self._hidden.append(window)

    def take_away(self) -> None:
        """Show everything as it was."""
        window, self.window = self.window, None
        self._last_ms = self._now()
        for widget in self._hidden:
            if shiboken6.isValid(widget):  # it may have gone meanwhile
                widget.show()
        self._hidden.clear()
        if window is not None:
            window.blockSignals(True)
            window.close()
            window.deleteLater()
        active = next((one for one in reversed(QApplication.topLevelWidgets()) if one.isVisible()), None)
        if active is not None:
            active.activateWindow()

    def stop(self) -> None:
        """The session ends: nothing is covered any more, and nothing hidden comes back."""
        self._timer.stop()
        self._hidden.clear()
        if self.window is not None:
            self.window.blockSignals(True)
            self.window.close()
            self.window.deleteLater()
            self.window = None

    @Slot()
    def look(self) -> None:
        """Cover if nobody has been here for long enough; keep covered what opened meanwhile."""
        if self.window is not None:
            self._hide_others()
            if self.window.is_proved and self._now() - self._last_ms >= PROVED_MS:
                self.window.show_knock()
        elif self._now() - self._last_ms >= idle_ms(
            self._context.workspace, self._context.preferences.idle_minutes
        ):
            self.put()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self._last_ms = self._now()
        return False

    @Slot(QWindow)
    def _focus(self, window: QWindow | None) -> None:
        """Input reaches a window before it reaches widgets: there it costs least to notice."""
        if window is not None:
            self._last_ms = self._now()
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def _now(self) -> int:
        return self._context.workspace.clock.monotonic_ms()

    def _hide_others(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if widget is self.window or not widget.isVisible():
                continue
            if QApplication.activePopupWidget() is widget:
                widget.close()
                continue
            self._hidden.append(widget)
            widget.hide()

    @Slot(str)
    def _try(self, typed: str) -> None:
        self._context.runner.run(
            partial(_check, self._context.workspace, typed), self._proved, self._refused,
            lane=Lane.WRITE, owner=self,
        )  # fmt: skip

    def _proved(self, _nothing: object) -> None:
        self.take_away()

    def _refused(self, error: Exception) -> None:
        if self.window is None:
            return
        if isinstance(error, CrmError):
            self.window.show_error(error)
        else:
            self.window.set_busy(is_busy=False)
            self._context.runner.unhandled.emit(error)

    @Slot(list)
    def _vouch(self, given: list[str]) -> None:
        """Ask the company, by password or code. It hears so of whoever tries, and counts the tries."""
        self._context.runner.run(
            partial(_ask_company, self._context.workspace, given), self._vouched, self._not_vouched,
            lane=Lane.NETWORK, owner=self,
        )  # fmt: skip

    def _vouched(self, _device: object) -> None:
        self._last_ms = self._now()
        if self.window is not None:
            self.window.show_proved()
        self._syncing.sync_now()  # a session that had ended goes on

    def _not_vouched(self, error: Exception) -> None:
        self._refused(error)
        if isinstance(error, CrmError) and error.code == "device_revoked":
            self._syncing.sync_now()  # the order to wipe comes with it

    @Slot(str)
    def _replace_pin(self, chosen: str) -> None:
        if self._is_proved():
            self._write(partial(_replace, self._context.workspace, chosen))

    @Slot()
    def _keep_pin(self) -> None:
        if self._is_proved():
            self._write(partial(_renew, self._context.workspace))

    def _is_proved(self) -> bool:
        return self.window is not None and self.window.is_proved

    def _write(self, work: Callable[[], None]) -> None:
        self._context.runner.run(work, self._proved, self._refused, lane=Lane.WRITE, owner=self)


def _is_main(widget: QWidget) -> bool:
    return isinstance(widget, QMainWindow) and widget.isVisible()


def _check(workspace: Workspace, typed: str) -> None:
    """Raise `wrong_passphrase`, or what a PIN's check raises, unless `typed` uncovers."""
    if has_passphrase(workspace):
        key = secrets.existing_key(workspace.profile, lambda: typed)
        if workspace.key is not None and not hmac.compare_digest(key, workspace.key):
            raise CrmError("wrong_passphrase")
        return
    pin.check(workspace.replica, typed)


def _ask_company(workspace: Workspace, given: list[str]) -> Device:
    """The company's word that the person is here. Raises `vouch_offline`, and what signing in raises."""
    from crmdesk.sync import signing_in

    try:
        if len(given) == 1:
            return signing_in.sign_in(workspace.replica, given[0], device_name())
        code, new = given
        return signing_in.reset_password(workspace.replica, code, new, device_name())
    except CrmError as error:
        if error.code not in _UNREACHED:
            raise
        raise CrmError("vouch_offline") from error


def _renew(workspace: Workspace) -> None:
    pin.renew(workspace.replica)


def _replace(workspace: Workspace, chosen: str) -> None:
    pin.replace(workspace.replica, chosen)
