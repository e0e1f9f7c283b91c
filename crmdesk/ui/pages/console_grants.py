"""Shares and deputies of the whole company: who sees what for a time, and who stands in for whom; end one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from crmdesk.core.dates import day_of
from crmdesk.ui import formats
from crmdesk.ui.pages.console_desk import ConsoleDesk, Order
from crmdesk.ui.pages.console_part import ListPart, in_a_row
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.tables.window_model import Column, ListSource, WindowModel
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases import sharing

if TYPE_CHECKING:
    from crmdesk.core.answers import DelegationShown, Moved, ShareShown
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http


@dataclass(frozen=True, slots=True)
class Row:
    """Something lent, in words. `who` gets it, `of` is whose it is."""

    id: str
    who: str
    what: str
    of: str
    may: str
    until: str
    by: str
    since: str
    is_share: bool


class GrantsPart(ListPart):
    """Every share and deputy that lasts or will begin; the chosen one at the right."""

    def __init__(self, desk: ConsoleDesk) -> None:
        super().__init__(desk, EmptyState("handshake", ""))
        self.model: WindowModel[Row] = WindowModel(self._columns(), ListSource[Row](), _sentence)
        self.table = RowTable(self.tr("Shares and deputies"), self.model)
        self._names: dict[str, str] = {}
        self.table.current.connect(self._show)
        self.kinds = PillGroup(
            self.tr("What to list"),
            [("", self.tr("All")), ("share", self.tr("Shares")), ("deputy", self.tr("Deputies"))],
        )
        self.kinds.chosen.connect(self._kind_chosen)
        self.empty.acted.connect(desk.fetch)
        self._build()

    def _columns(self) -> Sequence[Column[Row]]:
        return (
            Column("who", self.tr("Who gets it"), lambda row: row.who, 110, stretch=True),
            Column("what", self.tr("What"), lambda row: row.what, 140, stretch=True),
            Column("of", self.tr("Whose"), lambda row: row.of, 100),
            Column("may", self.tr("May"), lambda row: row.may, 120, drop=1),
            Column("until", self.tr("Until"), lambda row: row.until, 196),
            Column("by", self.tr("By"), lambda row: row.by, 90, drop=2),
        )

    def _build(self) -> None:
        self._count = label("", "second")
        self.end = buttons.danger(self.tr("End it now"), "circle-x", self._end)
        plain.set_tip(self.end, f"{self.tr('End it now')}  {buttons.key_text('Del')}")
        self._lay_out(
            self.table, [self.kinds, None, self._count], [self.sentence, self.fields, in_a_row(self.end)]
        )

    # -- what the page asks ---------------------------------------------------------------------------

    @property
    def total(self) -> int | None:
        """How much is lent; None before the server told."""
        told = self._desk.grants
        return None if told is None else told.total + len(told.delegations)

    def hint(self) -> str:
        """What the search field says."""
        return self.tr("Person or customer…")

    def _kind_chosen(self, _kind: str) -> None:
        self.reload()

    def reload(self) -> None:
        """Show what the server last told."""
        told = self._desk.grants
        shares = told.shares if told else []
        self._names = sharing.names_here(self._desk.context.reader, {one.customer for one in shares})
        rows = [*map(self._deputy, told.delegations if told else ()), *map(self._share, reversed(shares))]
        kind = self.kinds.key
        found = [row for row in rows if kind in ("", _kind(row)) and self._is_wanted(row)]
        self.table.show_source(ListSource(found))
        self._show_list(is_empty=not found)
        told_of = formats.filled(
            self.tr("%1 of %2"), formats.number(len(found)), formats.number(self.total or 0)
        )
        self._count.setText(told_of if told else "")
        if told is None and self._desk.is_asking:
            self.empty.set_sentence(self.tr("Asking the server…"))
        elif told is None:
            self.empty.set_sentence(self.tr("What is lent, only the server knows."), self.tr("Ask again"))
        elif rows:
            self.empty.set_sentence(self.tr("Nothing that is lent fits this search."))
        else:
            self.empty.set_sentence(
                self.tr(
                    "Nothing is lent. Customers are shared on their own page; deputies are named by whoever is away."
                )
            )
        self._show(self.table.current_id)

    def _is_wanted(self, row: Row) -> bool:
        return self._is_found(row.who, row.what, row.of, row.by)

    def _share(self, one: "ShareShown") -> Row:
        name = self._desk.context.directory.person_name
        what = self._names.get(one.customer) or formats.filled(
            self.tr("Customer %1"), one.customer[-6:].upper()
        )
        may = self.tr("Read and change") if one.can_write else self.tr("Read only")
        until = self.tr("until it is ended") if one.until is None else self._last_day(one.until)
        of = name(one.owner) if one.owner else ""
        since = self._desk.instant(one.at)
        return Row(one.share, name(one.user), what, of, may, until, name(one.by), since, is_share=True)

    def _deputy(self, one: "DelegationShown") -> Row:
        name = self._desk.context.directory.person_name
        until = self._last_day(one.ends)
        if one.starts > self._desk.context.workspace.replica.clock.now_ms():
            begins = formats.calendar_day(day_of(one.starts), self._desk.context.today())
            until = formats.filled(self.tr("%1 to %2"), begins, until)
        may = self.tr("What they may")
        since, what = self._desk.instant(one.at), self.tr("Stands in")
        return Row(
            one.delegation,
            name(one.deputy),
            what,
            name(one.user),
            may,
            until,
            name(one.by),
            since,
            is_share=False,
        )

    def _last_day(self, ends: int) -> str:
        return formats.calendar_day(sharing.last_day(ends), self._desk.context.today())

    @property
    def row(self) -> Row | None:
        """What is chosen."""
        at = self.model.position(self.table.current_id)
        return None if at is None else self.model.row(at)

    def _show(self, _grant: str) -> None:
        row = self.row
        self.aside.setVisible(row is not None)
        if row is None:
            return
        self.avatar.set_name(row.who)
        self.name.setText(row.who)
        said = self.tr("Sees a colleague's customer for a time.")
        if not row.is_share:
            said = self.tr("Reads and writes for a colleague who is away what the colleague may.")
        self.sentence.setText(said)
        self.fields.set_fields(
            [
                (self.tr("What"), row.what),
                (self.tr("Whose"), row.of),
                (self.tr("May"), row.may),
                (self.tr("Until"), row.until),
                (self.tr("By"), row.by),
                (self.tr("Since"), row.since),
            ]
        )

    # -- ending ---------------------------------------------------------------------------------------

    def _end(self) -> None:
        row, told = self.row, self._desk.grants
        if row is None or told is None:
            return
        if row.is_share:
            share = next(one for one in told.shares if one.share == row.id)
            said = formats.filled(self.tr("%1 no longer sees %2"), row.who, row.what)
            order = Order(partial(_end_share, row.id), said, partial(_share_again, share))
        else:
            one = next(one for one in told.delegations if one.delegation == row.id)
            said = formats.filled(self.tr("%1 no longer stands in for %2"), row.who, row.of)
            order = Order(partial(_end_delegation, row.id), said, partial(_delegate_again, one))
        self._desk.order(order)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self._end()
        else:
            super().keyPressEvent(event)


def _kind(row: Row) -> str:
    return "share" if row.is_share else "deputy"


def _sentence(row: Row) -> str:
    return ", ".join(part for part in (row.who, row.what, row.of, row.may, row.until, row.by) if part)


def _end_share(share: str, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.end_share(replica, http, share)


def _share_again(one: "ShareShown", replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.share(replica, http, [one.customer], one.user, can_write=one.can_write, until=one.until)


def _end_delegation(delegation: str, replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.end_delegation(replica, http, delegation)


def _delegate_again(one: "DelegationShown", replica: "Replica", http: "Http") -> "Moved":
    from crmdesk.sync import commands

    return commands.delegate(replica, http, one.user, one.deputy, starts=one.starts, ends=one.ends)
