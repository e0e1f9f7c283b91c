"""While I'm away: who stands in, since when and until when; and for whom this person stands in."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.dates import day_of
from crmdesk.core.errors import CrmError
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.sharing_dialog import AwayDialog, AwayWish
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import Card, label
from crmdesk.usecases import sharing
from crmdesk.usecases.sharing import Delegation
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.answers import Moved


class AwayCard(Card):
    """A card of the settings. Hidden while somebody works alone."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.body.addWidget(label(self.tr("While I'm away"), "card"))
        self.setAccessibleName(self.tr("While I'm away"))
        why = label(
            self.tr(
                "A colleague sees and does meanwhile what you may, under their own name. It ends by itself."
            ),
            "second",
        )
        why.setWordWrap(True)
        self.body.addWidget(why)
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        self.body.addLayout(self._list)
        self.rows: list[QWidget] = []
        self.set = buttons.secondary(self.tr("Choose a stand-in…"), "user-plus", self.ask)
        line = QHBoxLayout()
        line.addWidget(self.set)
        line.addStretch(1)
        self.body.addLayout(line)
        self.dialog: AwayDialog | None = None

    def reload(self) -> None:
        """Show what is under way."""
        names, now = self._context.directory, self._context.workspace.clock.now_ms()
        self.setVisible(self._context.workspace.server() is not None)
        self.set.setVisible(names.me.role != "auditor" and self._context.seeing is None)
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        found = sharing.delegations(self._context.reader, now, names.me.id)
        self.rows = [self._row(one, is_begun=one.is_under_way(now)) for one in found]
        for row in self.rows:
            self._list.addWidget(row)

    def ask(self) -> None:
        """Ask who stands in, from when and until when."""
        names = self._context.directory
        self.dialog = AwayDialog(self._context, self)
        self.dialog.asked.connect(self._delegate)
        people = (p for p in names.people.values() if not p.has_left and p.id != names.me.id)
        self.dialog.offer([p for p in people if p.role != "auditor"])

    def end(self, delegation: str) -> None:
        """Nobody stands in any longer."""
        self._context.runner.run(
            partial(_end, delegation, self._context.workspace),
            partial(self._ended, delegation),
            self._context.report,
            lane=Lane.NETWORK,
            owner=self,
        )

    def _row(self, one: Delegation, *, is_begun: bool) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        text = label(self._text(one, is_begun=is_begun))
        text.setWordWrap(True)
        line.addWidget(text, 1)
        end = buttons.quiet(self.tr("End it"), "x", partial(self.end, one.id))
        end.setAccessibleName(f"{end.text()}: {text.text()}")
        line.addWidget(end)
        return row

    def _text(self, one: Delegation, *, is_begun: bool) -> str:
        names, today = self._context.directory, self._context.today()
        days = day_of(one.starts), sharing.last_day(one.ends)
        first, last = (formats.calendar_day(day, today) for day in days)
        mine = one.user == names.me.id
        who = names.person_name(one.deputy if mine else one.user)
        if is_begun:
            said = (
                self.tr("%1 stands in for you until %2") if mine else self.tr("You stand in for %1 until %2")
            )
            return formats.filled(said, who, last)
        said = (
            self.tr("%1 will stand in for you from %2 to %3")
            if mine
            else self.tr("You will stand in for %1 from %2 to %3")
        )
        return formats.filled(said, who, first, last)

    def _delegate(self, wish: AwayWish) -> None:
        self._context.runner.run(
            partial(_delegate, self._context.directory.me.id, wish, self._context.workspace),
            partial(self._set, wish),
            self._refused,
            lane=Lane.NETWORK,
            owner=self,
        )

    def _set(self, wish: AwayWish, _moved: "Moved") -> None:
        if self.dialog is not None:
            self.dialog.accept()
            self.dialog = None
        who = self._context.directory.person_name(wish.deputy)
        self._context.say(formats.filled(self.tr("%1 stands in for you; the next sync shows it"), who))

    def _ended(self, delegation: str, _moved: "Moved") -> None:
        self._context.say(self.tr("Nobody stands in any longer; the next sync shows it"))
        self.reload()

    def _refused(self, error: Exception) -> None:
        if isinstance(error, CrmError) and self.dialog is not None:
            self.dialog.refuse(error)
        else:
            self._context.report(error)


def _delegate(user: str, wish: AwayWish, workspace: Workspace) -> "Moved":
    """Ask the server; for the network's lane."""
    from contextlib import closing

    from crmdesk.sync import commands
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return commands.delegate(
            workspace.replica, http, user, wish.deputy, starts=wish.starts, ends=wish.ends
        )


def _end(delegation: str, workspace: Workspace) -> "Moved":
    from contextlib import closing

    from crmdesk.sync import commands
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return commands.end_delegation(workspace.replica, http, delegation)
