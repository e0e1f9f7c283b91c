"""With whom a customer is shared: shown to all who see it, begun and ended by those who answer for it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.dates import moment_of
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.notices import Notice
from crmdesk.ui.pages.sharing_dialog import ShareDialog, ShareWish
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import plain
from crmdesk.ui.widgets.chips import FlowLayout, TagChip
from crmdesk.usecases import sharing
from crmdesk.usecases.sharing import Share
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.answers import Moved
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http

_NAME = 14
"""Letters of a name that a chip shows."""


class ShareChips(QWidget):
    """One chip a share; `ended(id)` where this person may end it."""

    ended = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self.chips: list[TagChip] = []
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def show_chips(self, chips: list[tuple[str, str, str, bool]]) -> None:
        """Show these: id, text, what is told besides, whether this person may end it."""
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        for key, text, told, may_end in chips:
            chip = TagChip((key, text, "violet"), removable=may_end, parent=self, longest=330)
            plain.set_tip(chip, told)
            said = self.tr("%1, press to end it").replace("%1", text) if may_end else text
            chip.setAccessibleName(said)
            chip.removed.connect(self.ended)
            self._flow.addWidget(chip)
            chip.show()
            self.chips.append(chip)
        self.setVisible(bool(chips))
        self.updateGeometry()


class CustomerShares(QObject):
    """What can be said and done about the shares of the customer in view. Every answer is a notice."""

    def __init__(self, context: Context, over: QWidget) -> None:
        super().__init__(over)
        self._context, self._over = context, over
        self._customer, self._name, self._bucket = "", "", ""
        self.shares: list[Share] = []
        self.dialog: ShareDialog | None = None

    def set_customer(self, customer: str | None, name: str, bucket: str) -> None:
        """The customer that is in view."""
        self._customer, self._name, self._bucket = customer or "", name, bucket
        self.shares = sharing.shares(self._context.reader, self._now(), customer) if customer else []

    @property
    def may_share(self) -> bool:
        """Whether this person may share it."""
        connected = self._context.workspace.server() is not None and self._context.seeing is None
        return connected and sharing.may_share(self._context.directory, self._bucket)

    def frozen(self) -> str:
        """Why this person can't write here; blank if they can."""
        reader, names = self._context.reader, self._context.directory
        if sharing.writes_in(reader, names, self._bucket, self.shares, self._now()):
            return ""
        owner = names.owner_name(self._bucket)
        return self.tr("%1 is responsible for this customer; you can read it only.").replace("%1", owner)

    def chips(self) -> list[tuple[str, str, str, bool]]:
        """What the shares read like, one chip each."""
        return [
            (share.id, self._text(share), self._told(share), self._may_end(share)) for share in self.shares
        ]

    def _may_end(self, share: Share) -> bool:
        if self._context.seeing is not None:
            return False
        return sharing.may_end(self._context.directory, self._bucket, share)

    def ask(self) -> None:
        """Ask with whom, how and until when."""
        names = self._context.directory
        owner = names.owners.get(self._bucket)
        barred = {names.me.id, owner.id if owner else ""}
        self.dialog = ShareDialog(self._context, self._name, self._over)
        self.dialog.asked.connect(self._share)
        self.dialog.offer([p for p in names.people.values() if not p.has_left and p.id not in barred])

    def end(self, share_id: str) -> None:
        """End a share; the notice offers it again."""
        found = next((share for share in self.shares if share.id == share_id), None)
        if found is not None:
            self._run(partial(_end, share_id), partial(self._ended, found), self._context.report)

    def _share(self, wish: ShareWish) -> None:
        self._run(
            partial(_share, self._customer, wish), partial(self._shared, self._customer, wish), self._refused
        )

    def _run(
        self,
        work: "Callable[[Replica, Http], Moved]",
        done: "Callable[[Moved], None]",
        failed: Callable[[Exception], None],
    ) -> None:
        self._context.runner.run(
            partial(_ask, work, self._context.workspace), done, failed, lane=Lane.NETWORK, owner=self
        )

    def _shared(self, customer: str, wish: ShareWish, moved: "Moved") -> None:
        if moved.refused:
            self._refused(CrmError(moved.refused[0].code or "forbidden"))
            return
        if self.dialog is not None:
            self.dialog.accept()
            self.dialog = None
        who = self._context.directory.person_name(wish.user)
        self._context.say(formats.filled(self.tr("Shared with %1; the next sync shows it"), who))
        self._tell(customer)

    def _ended(self, share: Share, _moved: "Moved") -> None:
        who = self._context.directory.person_name(share.user)
        said = formats.filled(self.tr("No longer shared with %1"), who)
        again = partial(self._again, share)
        is_mine = share.user == self._context.directory.me.id
        action = ("", None) if is_mine else (self.tr("Share again"), again)
        self._context.bus.notice.emit(Notice(said, action_label=action[0], action=action[1]))
        self._tell(share.customer)

    def _again(self, share: Share) -> None:
        wish = ShareWish(share.user, share.can_write, share.until)
        work = partial(_share, share.customer, wish)
        self._run(work, partial(self._shared, share.customer, wish), self._context.report)

    def _refused(self, error: Exception) -> None:
        if isinstance(error, CrmError) and self.dialog is not None:
            self.dialog.refuse(error)
        else:
            self._context.report(error)

    def _tell(self, customer: str) -> None:
        from crmdesk.store.replica import Touched

        self._context.bus.touched.emit(Touched(frozenset((RecordKey("customer", customer),))))

    def _text(self, share: Share) -> str:
        names = self._context.directory
        right = self.tr("may change it") if share.can_write else self.tr("read only")
        mine = share.user == names.me.id
        who = names.person_name(share.by if mine else share.user)
        who = who if len(who) <= _NAME else f"{who[: _NAME - 1]}…"  # the terms stay legible
        if share.until is None:
            said = self.tr("%1 shared it with you") if mine else self.tr("Shared with %1")
            return f"{formats.filled(said, who)} · {right}"
        day = formats.calendar_day(sharing.last_day(share.until), self._context.today())
        said = self.tr("%1 shared it with you until %2") if mine else self.tr("Shared with %1 until %2")
        return f"{formats.filled(said, who, day)} · {right}"

    def _told(self, share: Share) -> str:
        when = formats.moment(moment_of(share.since), self._context.today())
        who = self._context.directory.person_name(share.by)
        guest = self._context.directory.person_name(share.user)
        return f"{guest}\n{self._text(share)}\n{formats.filled(self.tr('Shared by %1, %2'), who, when)}"

    def _now(self) -> int:
        return self._context.workspace.clock.now_ms()


def _ask(work: "Callable[[Replica, Http], Moved]", workspace: Workspace) -> "Moved":
    """Ask the server; for the network's lane."""
    from contextlib import closing

    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return work(workspace.replica, http)


def _share(customer: str, wish: ShareWish, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.share(replica, http, [customer], wish.user, can_write=wish.can_write, until=wish.until)


def _end(share_id: str, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.end_share(replica, http, share_id)
