"""Handing a customer over, giving it to the pool, claiming it: asked of the server at once, offline as a request."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.ui.context import Context
from crmdesk.ui.pages.person_picker import PersonPicker
from crmdesk.ui.runner import Lane
from crmdesk.usecases import requests
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.requests import Kind
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.answers import Moved
    from crmdesk.store.replica import Replica

_NOT_NOW = (
    "order_needs_network", "order_unanswered", "offline", "server_busy", "not_crmdesk", "server_untrusted",
)  # fmt: skip


class CustomerMoves(QObject):
    """What can be done with the customer in view. Every answer is a notice."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._over = context, parent
        self._customer, self._name = "", ""

    def set_customer(self, customer: str | None, name: str) -> None:
        """The customer that the next command is about."""
        self._customer, self._name = customer or "", name

    def offered(self, bucket: str | None) -> set[Kind]:
        """What this person may do with a customer in `bucket`; the server decides in the end."""
        names = self._context.directory
        if bucket is None or self._context.seeing or self._context.workspace.server() is None:
            return set()
        leads = names.me.role in ("manager", "administrator")
        owner = names.owners.get(bucket)
        found: set[Kind] = {"hand_over"} if leads else set()
        if bucket == names.pool:
            return found | ({"claim"} if names.me.role in ("rep", "manager") else set())
        return found | ({"release"} if leads or (owner is not None and owner.id == names.me.id) else set())

    def hand_over(self) -> None:
        """Ask to whom."""
        names = self._context.directory
        sentence = self.tr("Who takes over %1, with all visits, tasks and contacts?").replace(
            "%1", self._name
        )
        picker = PersonPicker(self._context, sentence, self.tr("Hand over"), self._over)
        picker.chosen.connect(self._hand_over_to)
        picker.offer([p for p in names.people.values() if not p.has_left and p.role in ("rep", "manager")])

    def release(self) -> None:
        """Give it to the pool."""
        self._ask("release")

    def claim(self) -> None:
        """Take it out of the pool."""
        self._ask("claim")

    def _hand_over_to(self, user: str) -> None:
        self._ask("hand_over", user)

    def _ask(self, kind: Kind, to_user: str | None = None) -> None:
        if not self._customer:
            return
        self._context.runner.run(
            partial(_command, kind, self._customer, to_user, self._context.workspace),
            partial(self._answered, kind, self._customer, self._name),
            partial(self._failed, kind, self._customer, self._name, to_user),
            lane=Lane.NETWORK,
            owner=self,
        )

    def _answered(self, kind: Kind, customer: str, name: str, moved: "Moved") -> None:
        from crmdesk.store.replica import Touched

        if moved.refused:
            holder = self._context.directory.person_name(moved.refused[0].holder or "")
            self._context.tell(CrmError(moved.refused[0].code or "forbidden", name=holder))
        else:
            said = {
                "hand_over": self.tr("Handed over %1"),
                "release": self.tr("%1 is in the pool now"),
                "claim": self.tr("%1 is yours now"),
            }[kind]
            self._context.say(said.replace("%1", name))
        self._context.bus.touched.emit(Touched(frozenset((RecordKey("customer", customer),))))

    def _failed(self, kind: Kind, customer: str, name: str, to_user: str | None, error: Exception) -> None:
        if isinstance(error, CrmError) and error.code in _NOT_NOW:
            said = self.tr("Asked for; the server decides as soon as there is a network.")
            self._context.write(_wish(kind, customer, name, to_user), said=said)
        else:
            self._context.report(error)


def _wish(kind: Kind, customer: str, name: str, to_user: str | None) -> "Callable[[Replica], Outcome[int]]":
    return partial(requests.ask, kind=kind, customers=[(customer, name)], to_user=to_user)


def _command(kind: Kind, customer: str, to_user: str | None, workspace: Workspace) -> "Moved":
    """Ask the server; for the network's lane."""
    from contextlib import closing

    from crmdesk.sync import commands
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        if kind == "hand_over":
            return commands.change_owner(workspace.replica, http, [customer], to_user or "")
        work = commands.release if kind == "release" else commands.claim
        return work(workspace.replica, http, [customer])
