"""Covers every window after a time without input, or when asked to, until the person proves to be back.

What is covered is hidden as it is, half-typed texts and all, so that neither the screen nor a preview of a window
shows anything of it; sync goes on beneath.
"""

import hmac
from functools import partial

import shiboken6
from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import IDLE_MINUTES, MINUTE_MS, Kept
from crmdesk.system import secrets
from crmdesk.ui.context import Context
from crmdesk.ui.pages.cover_page import CoverWindow, Way
from crmdesk.ui.runner import Lane
from crmdesk.ui.syncing import Syncing
from crmdesk.usecases import pin
from crmdesk.usecases.workspace import Workspace

_LOOK_MS = 2_000
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
        self._is_renewing = False
        syncing.changed.connect(self._synced)
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
        window = self.window = CoverWindow(way_in(self._context.workspace))
        window.entered.connect(self._try)
        window.sync_wished.connect(self._connect)
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

    @Slot()
    def _connect(self) -> None:
        """Too many wrong PINs: the company has to be reached, which would hear of a laptop that was revoked."""
        self._is_renewing = True
        self._syncing.sync_now()

    @Slot()
    def _synced(self) -> None:
        if not self._is_renewing or self._syncing.is_running or self.window is None:
            return
        self._is_renewing = False
        if self._syncing.problem is not None:
            self.window.show_error(self._syncing.problem)
            return
        self._context.runner.run(
            partial(_renew, self._context.workspace),
            self._renewed,
            self._refused,
            lane=Lane.WRITE,
            owner=self,
        )

    def _renewed(self, _nothing: object) -> None:
        if self.window is not None:
            self.window.show_renewed()


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


def _renew(workspace: Workspace) -> None:
    pin.renew(workspace.replica)
