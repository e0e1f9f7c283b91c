"""Several customers at once: share them for a time, hand them over, give them to the pool; foretold, then one command."""

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.notices import Notice
from crmdesk.ui.pages.console_desk import AskDialog
from crmdesk.ui.pages.sharing_dialog import HandOverDialog, ShareDialog, ShareWish
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import label
from crmdesk.usecases import chosen
from crmdesk.usecases.chosen import Deed, Foretold, Why
from crmdesk.usecases.sharing import Share
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.answers import Moved
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

_NAMED: Final = 3


class ChosenBar(QFrame):
    """Stands above a list while several rows are selected. `change()`, `share()`, `hand_over()`, `release()`, `cleared()`."""

    change = Signal()
    share = Signal()
    hand_over = Signal()
    release = Signal()
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.count = label("", "strong")
        self.edit = buttons.secondary(self.tr("Change…"), "pencil")
        self.edit.clicked.connect(self.change)
        self.deeds: dict[Deed, QPushButton] = {
            "share": buttons.secondary(self.tr("Share…"), "users"),
            "hand_over": buttons.secondary(self.tr("Hand over…"), "arrow-right"),
            "release": buttons.secondary(self.tr("Into the pool…"), "waves"),
        }
        wishes = {"share": self.share, "hand_over": self.hand_over, "release": self.release}
        for deed, button in self.deeds.items():
            button.clicked.connect(wishes[deed])
        self._clear = buttons.quiet(self.tr("Only one"), "x")
        self._clear.clicked.connect(self.cleared)
        plain.set_tip(self._clear, f"{self.tr('Only one')}  {buttons.key_text('Esc')}")
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 5, 12, 5)
        row.setSpacing(8)
        row.addWidget(self.count)
        row.addWidget(self.edit)
        for button in self.deeds.values():
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._clear)
        self.hide()

    def show_count(self, count: int, deeds: Sequence[Deed], *, may_change: bool = False) -> None:
        """So many are selected; nothing is shown for one, or where nothing can be done with them."""
        said = self.tr("%n selected", "", count)
        if count > chosen.MOST and deeds:
            most = self.tr("at most %n at once", "", chosen.MOST)
            said = f"{said} · {most}"
        self.count.setText(said)
        for deed, button in self.deeds.items():
            button.setVisible(deed in deeds)
            button.setEnabled(count <= chosen.MOST)
        self.edit.setVisible(may_change)
        self.setVisible(count > 1 and (bool(deeds) or may_change))


class ChosenCustomers(QObject):
    """Foretells, asks and has it done. `done()`: the list may forget what was selected."""

    done = Signal()

    def __init__(self, context: Context, over: QWidget) -> None:
        super().__init__(over)
        self._context, self._over = context, over
        self._customers: list[str] = []
        self.foretold = Foretold(())
        self.dialog: ShareDialog | HandOverDialog | AskDialog | None = None

    @property
    def offered(self) -> tuple[Deed, ...]:
        """What this person may do with several; nothing without a company, or with another's eyes."""
        if self._context.workspace.server() is None or self._context.seeing is not None:
            return ()
        return chosen.offered(self._context.directory)

    # -- asking ---------------------------------------------------------------------------------------

    def share(self, customers: list[str]) -> None:
        """Ask with whom, how and until when."""
        self._customers, names = customers, self._context.directory
        self.dialog = dialog = ShareDialog(self._context, self._these(), self._over)
        dialog.person_changed.connect(partial(self._foretell, "share", dialog.preview, dialog.allow))
        dialog.asked.connect(self._share)
        dialog.offer([p for p in names.people.values() if not p.has_left and p.id != names.me.id])

    def hand_over(self, customers: list[str]) -> None:
        """Ask who takes them over."""
        self._customers = customers
        self.dialog = dialog = HandOverDialog(self._context, self._these(), self._over)
        dialog.person_changed.connect(partial(self._foretell, "hand_over", dialog.preview, dialog.allow))
        dialog.asked.connect(self._hand_over)
        dialog.offer(chosen.may_take_over(self._context.reader, self._context.directory))

    def release(self, customers: list[str]) -> None:
        """Say what will happen, and ask whether it shall."""
        self._customers = customers
        title = formats.filled(self.tr("Give %1 to the pool?"), self._these())
        self.dialog = dialog = AskDialog(title, self.tr("Into the pool"), self._over)
        preview = label("", "second")
        preview.setWordWrap(True)
        dialog.body.addWidget(preview)
        dialog.add_sentence(
            self.tr("Anybody may claim them there. What they are shared with sees them no longer."), "faint"
        )
        dialog.given.connect(self._release)
        self._foretell("release", preview, dialog.button.setEnabled, "")
        dialog.open()

    def _these(self) -> str:
        return self.tr("%n customer(s)", "", len(self._customers))

    def _foretell(self, deed: Deed, preview: QLabel, allow: Callable[[bool], None], user: str) -> None:
        """What will be taken and what refused, as soon as it is known to whom."""
        now = self._context.workspace.clock.now_ms()
        reader, names = self._context.reader, self._context.directory
        found = self.foretold = chosen.foretell(reader, names, deed, self._customers, user, now)
        lines = [
            {
                "share": self.tr("%n will be shared.", "", len(found.able)),
                "hand_over": self.tr("%n will be handed over.", "", len(found.able)),
                "release": self.tr("%n will go to the pool.", "", len(found.able)),
            }[deed]
        ]
        if found.before:
            lines.append(
                self.tr("%n of them they see already; the new terms replace the old.", "", len(found.before))
            )
        reasons = sorted(found.refused, key=lambda one: one[1])
        for why, group in groupby(reasons, key=lambda one: one[1]):
            lines.append(self._why(why, [name for name, _ in group]))
        preview.setText("\n".join(lines))
        allow(bool(found.able))

    def _why(self, why: Why, names: list[str]) -> str:
        count = len(names)
        said = {
            "not_yours": self.tr("%n stay as they are, because you do not answer for them: %1", "", count),
            "pool": self.tr("%n stay as they are, because they are in the pool: %1", "", count),
            "theirs": self.tr(
                "%n stay as they are, because they are this colleague's already: %1", "", count
            ),
        }[why]
        mark = "、" if self._context.language == "zh_CN" else ", "
        more = f" +{count - _NAMED}" if count > _NAMED else ""
        return formats.filled(said, mark.join(names[:_NAMED]) + more)

    # -- having it done -------------------------------------------------------------------------------

    def _share(self, wish: ShareWish) -> None:
        found = self.foretold
        self._run(partial(_share, found.able, wish), partial(self._shared, found, wish))

    def _hand_over(self, user: str) -> None:
        able, who = self.foretold.able, self._context.directory.person_name(user)
        said = formats.filled(self.tr("%n handed over to %1", "", len(able)), who)
        self._run(partial(_hand_over, able, user), partial(self._finish, said, None))

    def _release(self) -> None:
        able = self.foretold.able
        said = self.tr("%n in the pool now", "", len(able))
        self._run(partial(_release, able), partial(self._finish, said, None))

    def _shared(self, found: Foretold, wish: ShareWish, moved: "Moved") -> None:
        who = self._context.directory.person_name(wish.user)
        count = len(moved.results) - len(moved.refused)
        said = formats.filled(self.tr("%n shared with %1", "", count), who)
        kept = {one.customer for one in found.before}
        made = [one.made for one in moved.results if one.made and one.customer not in kept]
        work = partial(_take_back, made, found.before)
        self._finish(said, partial(self._run, work, partial(self._taken_back, who)), moved)

    def _taken_back(self, who: str, moved: "Moved") -> None:
        self._finish(formats.filled(self.tr("%1 sees them no longer"), who), None, moved)

    def _finish(self, said: str, back: Callable[[], None] | None, moved: "Moved") -> None:
        from crmdesk.store.replica import Touched

        if self.dialog is not None:
            self.dialog.accept()
            self.dialog = None
        if moved.refused:
            said = f"{said} · {self.tr('%n refused', '', len(moved.refused))}"
        if back is None:
            self._context.say(said)
        else:
            notice = Notice(said, action_label=self.tr("Undo"), action=back, undo=True, seconds=12)
            self._context.bus.notice.emit(notice)
        keys = frozenset(RecordKey("customer", one.customer) for one in moved.results)
        self._context.bus.touched.emit(Touched(keys))
        self.done.emit()

    def _run(self, work: "Callable[[Replica, Http], Moved]", done: "Callable[[Moved], None]") -> None:
        self._context.runner.run(
            partial(_ask, work, self._context.workspace), done, self._refused, lane=Lane.NETWORK, owner=self
        )

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, CrmError) or self.dialog is None:
            self._context.report(error)
        elif isinstance(self.dialog, AskDialog):
            self.dialog.show_error(error)
        else:
            self.dialog.refuse(error)


def _ask(work: "Callable[[Replica, Http], Moved]", workspace: Workspace) -> "Moved":
    """Ask the server; for the network's lane."""
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return work(workspace.replica, http)


def _share(customers: Sequence[str], wish: ShareWish, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.share(replica, http, customers, wish.user, can_write=wish.can_write, until=wish.until)


def _take_back(made: Sequence[str], before: Sequence[Share], replica: "Replica", http: "Http") -> "Moved":
    """End the shares that a command began, and give back their terms to those that it replaced."""
    from crmdesk.core.answers import Moved, Result
    from crmdesk.sync import commands

    results: list[Result] = []
    for share in made:
        commands.end_share(replica, http, share)
    terms = sorted(before, key=_terms)
    for (user, can_write, until), group in groupby(terms, key=_terms):
        customers = [one.customer for one in group]
        again = commands.share(replica, http, customers, user, can_write=can_write, until=until or None)
        results += again.results
    return Moved(0, tuple(results))


def _terms(share: Share) -> tuple[str, bool, int]:
    return share.user, share.can_write, share.until or 0


def _hand_over(customers: Sequence[str], user: str, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.change_owner(replica, http, customers, user)


def _release(customers: Sequence[str], replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.release(replica, http, customers)
