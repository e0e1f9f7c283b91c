"""Handing an import's customers over to those that its file names: who is whose is the server's, so the wish is kept beside the run.

The existing command moves single customers; here it is asked in batches, each named before it is sent, so that one whose
answer was lost is asked again and not carried out twice. What was refused is noted and told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from crmdesk.core.errors import CrmError
from crmdesk.core.text import normalise
from crmdesk.store import imports
from crmdesk.store.imports import Order, Run
from crmdesk.store.reading import Reader
from crmdesk.usecases.directory import Directory, Person, read_directory

if TYPE_CHECKING:
    from crmdesk.core.answers import Moved
    from crmdesk.store.replica import Replica

Ask: TypeAlias = Callable[[str, Sequence[str], str], "Moved"]
"""(name of the order, customers, to whom) → what the server answers. Raises as commands do."""
A_BATCH: Final = 200
"""Customers in one order: some seconds of the server's, so that the person sees it go on and can stop it."""
_LEADERS: Final = frozenset(("manager", "administrator"))
_TAKERS: Final = frozenset(("rep", "manager"))
_REFUSED: Final = frozenset(("forbidden", "not_found", "taken", "shared_with_owner"))
"""What a server says of one customer, and therefore of a batch with that one in it."""


@dataclass(frozen=True, slots=True)
class Wished:
    """The customers that a run's file says are one person's. `person` is None where nobody, or more than one, is called that.

    `refused` are (customer, code).
    """

    name: str
    person: Person | None
    waiting: int
    done: int
    refused: tuple[tuple[str, str], ...]


def wished(reader: Reader, run: Run, names: Directory | None = None) -> list[Wished]:
    """What a run's file says of owners, by name as it stands there, most customers first; empty where it says nothing."""
    names = read_directory(reader) if names is None else names
    found: dict[str, list[tuple[str, str]]] = {}
    for customer, name, state in imports.owners(reader, run.id):
        found.setdefault(name, []).append((customer, state))
    told = [
        Wished(
            name, taker(names, name), sum(not state for _, state in some), sum(state == imports.DONE for _, state in some),
            tuple((customer, state) for customer, state in some if state not in ("", imports.DONE)),
        )
        for name, some in found.items()
    ]  # fmt: skip
    return sorted(told, key=lambda one: (-one.waiting - one.done - len(one.refused), one.name))


def foretold(counted: Mapping[str, int], names: Directory) -> list[Wished]:
    """What a rehearsal says of owners: by name, as `wished` tells it of a run."""
    found = [Wished(name, taker(names, name), count, 0, ()) for name, count in counted.items()]
    return sorted(found, key=lambda one: (-one.waiting, one.name))


def may_lead(names: Directory) -> bool:
    """Whether this person may hand customers over, as far as this laptop has heard."""
    return names.me.role in _LEADERS


def taker(names: Directory, text: str) -> Person | None:
    """Who is meant by a name in a file: the one colleague who may have customers and is called that, or has that id."""
    wanted = normalise(text)
    found = [
        one for one in names.people.values()
        if not one.has_left and one.role in _TAKERS and wanted in (normalise(one.name), one.id)
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


class HandingOver:
    """A hand-over under way, for one thread: call `step` until it is `done`. It goes on after a crash, and after a stop.

    What was refused before is asked once more. Where a whole batch is refused for one reason, the rest of that person's is
    not asked: the reason is the person.

    Raises `import_unsynced` while anything waits to be sent, `forbidden` for who leads nobody, `nothing_to_hand_over`, and
    what the order raises where there is no network. What was taken back, or is being, is nobody's any more.
    """

    def __init__(self, replica: Replica, reader: Reader, run: Run, ask: Ask) -> None:
        self.run, self.done = run, False
        self._replica, self._reader, self._ask = replica, reader, ask
        names = read_directory(reader)
        if not may_lead(names):
            raise CrmError("forbidden")
        unsent = reader.value("SELECT count(*) FROM outbox WHERE verdict IS NULL")
        if unsent:
            raise CrmError("import_unsynced", count=unsent)
        with replica.database.write() as connection:
            imports.prepare(connection)
            imports.retry_owners(connection, run.id)
        every = [] if run.state in ("undoing", "undone") else wished(reader, run, names)
        self._names = {one.name: one.person for one in every if one.person is not None}
        self._total = sum(one.waiting for one in every if one.person is not None)
        if not self._total and imports.order(reader, run.id) is None:
            raise CrmError("nothing_to_hand_over", name=run.name)
        self._total = self._left = max(1, self._total)

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return 1.0 if self.done else max(0.0, 1 - self._left / self._total)

    def step(self) -> None:
        """Have the next batch moved; what became of it is noted at once."""
        order = imports.order(self._reader, self.run.id) or self._next()
        if order is None:
            self.done = True
            return
        states = self._asked(order)
        reasons = set(states.values())
        if len(reasons) == 1 and imports.DONE not in reasons:
            states |= dict.fromkeys(self._waiting().get(order.to_user, ()), reasons.pop())
        self._note(order, states)
        self._left -= len(states)

    def _next(self) -> Order | None:
        """The next batch, noted before it is asked."""
        waiting = self._waiting()
        if mine := waiting.pop(self._replica.identity().user, []):  # they are there already
            self._note(None, dict.fromkeys(mine, imports.DONE))
            self._left -= len(mine)
        user = next(iter(sorted(waiting)), None)
        if user is None:
            return None
        return self._begun(user, waiting[user][:A_BATCH])

    def _waiting(self) -> dict[str, list[str]]:
        """The customers that wait to be handed over, by who is to have them."""
        waiting: dict[str, list[str]] = {}
        for customer, name, state in imports.owners(self._reader, self.run.id):
            person = self._names.get(name)
            if not state and person is not None:
                waiting.setdefault(person.id, []).append(customer)
        return waiting

    def _begun(self, user: str, customers: list[str]) -> Order:
        order = Order(self._replica.new_id(), user, customers)
        with self._replica.database.write() as connection:
            imports.begin_order(connection, self.run.id, order)
        return order

    def _asked(self, order: Order) -> dict[str, str]:
        """What became of each customer of an order; of one that the server refuses whole, each half is asked alone."""
        try:
            moved = self._ask(order.id, order.customers, order.to_user)
        except CrmError as error:
            if error.code not in _REFUSED:
                raise
            if len(order.customers) == 1:
                return {order.customers[0]: error.code}
            half = len(order.customers) // 2
            found: dict[str, str] = {}
            for some in (order.customers[:half], order.customers[half:]):
                found |= self._asked(self._begun(order.to_user, some))
                self._note(None, found)
            return found
        return {
            one.customer: imports.DONE if one.outcome == "done" else one.code or "forbidden"
            for one in moved.results
        }

    def _note(self, order: Order | None, states: dict[str, str]) -> None:
        with self._replica.database.write() as connection:
            imports.settle_owners(connection, self.run.id, states)
            if order is not None:
                imports.end_order(connection, self.run.id)
