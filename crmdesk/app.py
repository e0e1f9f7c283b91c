"""The front door of the desktop, and the one place that wires its rooms together.

Nothing here decides anything: it opens the profile, builds the window, starts sync in the background, and
closes all of it again. What is saved is on disk before a page says so, so a crash loses nothing typed.
"""

from __future__ import annotations

import base64
import logging
import sys
from collections.abc import Sequence
from functools import partial

import crmdesk.ui  # noqa: F401 -- before Qt itself: it keeps Qt from slowing every later import

# isort: split
from PySide6.QtCore import QByteArray, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QMainWindow

from crmdesk.core.errors import CrmError
from crmdesk.system import logs, preferences, shelters
from crmdesk.system.paths import Profile
from crmdesk.ui import appearance, application, language, opening
from crmdesk.ui.bus import Bus
from crmdesk.ui.catalogue import Doors
from crmdesk.ui.context import Context
from crmdesk.ui.cover import Cover, way_in
from crmdesk.ui.desk import Desk
from crmdesk.ui.entrance import Entrance
from crmdesk.ui.runner import Lane, Runner
from crmdesk.ui.seeing import Seeing
from crmdesk.ui.syncing import Syncing
from crmdesk.ui.watch import Watch
from crmdesk.usecases import attachments, status
from crmdesk.usecases.workspace import Workspace

log = logging.getLogger("crmdesk.app")
_LOOK_AGAIN_MS = 50
_MINUTE_MS = 60_000


def run(profile: Profile, arguments: Sequence[str]) -> int:
    """Open the desktop on `profile` and return when its window is closed.

    `arguments` go to Qt. Without a display the reason is printed in words, and 1 returned.
    """
    chosen = preferences.load(profile.preferences)
    spoken = chosen.language or language.of_system()
    try:
        app = application.create(["crmdesk", *arguments], look=appearance.look(chosen), spoken=spoken)
    except application.NoDisplayError as error:
        print(error, file=sys.stderr)
        return 1
    app.setQuitOnLastWindowClosed(False)
    desktop = Desktop(profile)
    desktop.start()
    return app.exec()


class Session(QObject):
    """One open workspace: its context, its sync, the watch for other processes, the window over it."""

    def __init__(self, workspace: Workspace, runner: Runner, desktop: Desktop) -> None:
        super().__init__(desktop)
        self._desktop, self.workspace = desktop, workspace
        attachments.empty_opened(workspace.profile.opened)
        self.context = Context(workspace, runner, Bus(self), parent=self)
        self.syncing = Syncing(workspace, runner, self.context.bus, self)
        self.syncing.changed.connect(self._heed)
        self._minute = QTimer(self, interval=_MINUTE_MS)
        self._minute.timeout.connect(self._look_at_lease)
        self._minute.start()
        self.watch = Watch(self.context, self.syncing)
        self.watch.gone.connect(desktop.lock_soon)
        self.seeing: Seeing | None = None
        self.cover = Cover(self.context, self.syncing, self)
        self.cover.quit_asked.connect(desktop.quit)
        appearance.apply_look(self.context.preferences)
        if self.context.preferences.language:
            self._switch_language()
        is_new_here = workspace.server() is not None and status.status(workspace.reader).synced_at_ms is None
        self.desk = self._open_desk(
            "sync" if is_new_here else "today", self.context.preferences.geometry, is_first=True
        )
        self.desk.warn()
        self._warming = QTimer(self, singleShot=True, interval=0)
        self._warming.timeout.connect(self._warm)
        self._warming.start()

    def close(self) -> None:
        """Close everything; what a person wrote is on disk before this returns."""
        try:
            self.context.prefer(geometry=kept_geometry(self.desk.window))
        except OSError:
            log.warning("where the window was could not be kept")
        self._warming.stop()
        self._minute.stop()
        self.cover.stop()
        if self.seeing is not None:
            self.seeing.close()
        self.watch.stop()
        self.syncing.stop()
        self.desk.close()
        attachments.empty_opened(self.workspace.profile.opened)
        self.context.runner.forget()
        closing = self.context.runner.run(self.workspace.close, lane=Lane.WRITE)
        if closing.future is not None:
            closing.future.result()  # one writer, in order: the writes asked for before are done now
        self.deleteLater()

    @Slot()
    def _heed(self) -> None:
        """A sync may have brought the order that nothing stays here."""
        problem = self.syncing.problem
        if problem is not None and problem.code in ("device_wiped", "device_purged"):
            self._desktop.give_up_soon(problem)

    @Slot()
    def _look_at_lease(self) -> None:
        """A laptop that is never switched off is locked too, once its lease runs out."""
        if self.workspace.standing().is_locked and not self.syncing.is_running:
            self._desktop.lock_soon()

    def _open_desk(self, page: str, geometry: str, *, is_first: bool = False) -> Desk:
        doors = Doors(
            self._speak, self._desktop.look_at_sample, self._log_visit, self._see_as, self.cover.put
        )
        desk = Desk(self.context, self.syncing, doors)
        place(desk.window, geometry)
        if self.workspace.profile == self._desktop.home.sample:
            desk.show_sample_banner(self._desktop.go_home)
        desk.window.closing.connect(self._desktop.quit)
        desk.window.go(page if page in desk.window.page_keys() else "today")
        if is_first and way_in(self.workspace) == "pin":
            self.cover.put_before(desk.window)  # the keychain alone says nothing of who sits there
        else:
            desk.window.show()
        desk.signs.refresh()
        return desk

    def _speak(self) -> None:
        QTimer.singleShot(0, self._respeak)  # the control that was pressed belongs to the old window

    def _respeak(self) -> None:
        """Build the window anew, in another language or for another role, where the person is."""
        old = self.desk
        self._switch_language()
        self.desk = self._open_desk(old.window.page_key, kept_geometry(old.window))
        old.close()

    def _switch_language(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            language.switch(app, appearance.spoken(self.context.preferences))

    def _log_visit(self, customer: str) -> None:
        self.desk.log_visit(customer)

    def _see_as(self, user: str) -> None:
        """Open what another person sees beside one's own window; one at a time."""
        if self.seeing is not None:
            self.seeing.close()
        self.seeing = Seeing(self.context, user, self.desk.window)
        self.seeing.destroyed.connect(self._seen)
        self.seeing.begin()

    def _seen(self) -> None:
        self.seeing = None

    def _warm(self) -> None:
        """After the first page shows its rows: load what the first write and the first sync will need."""
        if self.context.runner.pending:
            self._warming.start(_LOOK_AGAIN_MS)
            return
        self.context.runner.run(
            partial(_open_replica, self.workspace),
            self._warmed,
            self._not_warmed,
            lane=Lane.WRITE,
            owner=self,
        )

    def _warmed(self, _: None) -> None:
        self.syncing.start()

    def _not_warmed(self, error: Exception) -> None:
        """What can be read goes on; sync begins once the database can be written."""
        self.hear(error)
        self._warming.start(_MINUTE_MS)

    def hear(self, error: Exception) -> None:
        """A worker failed in a way that nobody asked to hear of: leave if the database is gone, else tell."""
        self.watch.look()
        if self.watch.is_on:
            self.context.report(error)


class Desktop(QObject):
    """What is open at the moment: the entrance, or a session behind it."""

    def __init__(self, home: Profile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.home = home
        self.runner = Runner.threaded(self)
        self.runner.unhandled.connect(self._hear)
        self.entrance: Entrance | None = None
        self.session: Session | None = None

    def start(self) -> None:
        """Show the first window; whatever it needs follows after it is painted."""
        self._enter().begin()
        self.runner.run(shelters.sweep)

    def look_at_sample(self) -> None:
        """Leave the workspace for the sample data beside it."""
        self._leave()
        self._enter().open_sample()

    def go_home(self) -> None:
        """Leave the sample data."""
        self._leave()
        self._enter().begin()

    def lock_soon(self) -> None:
        """Leave the workspace for the page that says why it is locked; drafts stay."""
        QTimer.singleShot(0, self.go_home)

    def give_up_soon(self, problem: CrmError) -> None:
        """Close the workspace, seal what is unsent, destroy everything else: by order, or because it is due."""
        QTimer.singleShot(0, partial(self._give_up, problem))

    def _give_up(self, problem: CrmError) -> None:
        if self.session is None:
            return
        key, profile = self.session.workspace.key, self.session.workspace.profile
        self._leave()
        entrance = self._enter()
        self.runner.run(
            partial(opening.give_up, profile, key, problem), entrance.resume, entrance.resume_after,
            lane=Lane.WRITE, owner=entrance,
        )  # fmt: skip

    @Slot()
    def quit(self) -> None:
        """Close everything and end the program."""
        self._leave()
        self.runner.shutdown()
        QApplication.quit()

    def _enter(self) -> Entrance:
        self.entrance = Entrance(self.home, self.runner)
        self.entrance.opened.connect(self._opened)
        self.entrance.closed.connect(self.quit)
        place(self.entrance, preferences.load(self.home.preferences).geometry)
        self.entrance.show()
        return self.entrance

    @Slot(object)
    def _hear(self, error: BaseException) -> None:
        if isinstance(error, CrmError) and self.session is not None:
            self.session.hear(error)
        else:
            sys.excepthook(type(error), error, error.__traceback__)

    @Slot(object)
    def _opened(self, workspace: Workspace) -> None:
        logs.start(workspace.profile)
        self.session = Session(workspace, self.runner, self)
        if self.entrance is not None:
            self.entrance.dismiss()
            self.entrance = None

    def _leave(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None


def place(window: QMainWindow, geometry: str) -> None:
    """Put a window where the person left it, else give it a size that fits the design's screen."""
    if not _restored(window, geometry):
        room = QApplication.primaryScreen().availableGeometry().size()
        window.resize(min(1366, max(room.width(), 1024)), min(768, max(room.height(), 640)))


def _restored(window: QMainWindow, geometry: str) -> bool:
    try:
        return bool(geometry) and window.restoreGeometry(QByteArray(base64.b64decode(geometry)))
    except ValueError:
        return False


def kept_geometry(window: QMainWindow) -> str:
    """A window's place, as text."""
    return base64.b64encode(window.saveGeometry().data()).decode()


def _open_replica(workspace: Workspace) -> None:
    _ = workspace.replica
