"""A small world around the real kernel: laptops, a server and a network that loses, repeats and reorders.

Every choice is an argument, so that one world serves seeded traces and Hypothesis alike. The storage is a
dictionary and the protocol is a state on a wire: only the kernel is under test here.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from crmdesk.core import clock, form, resolve
from crmdesk.core import record as kernel
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.record import Dot, Edit, Placement, Record, Txn
from tests.support.oracle import ENTITY, NOTHING, Kind, Knowledge, Oracle, Told

RECORDS = ("r0", "r1")
NEW_FIELD = "x_new"
"""A field that the old client among the laptops does not know."""
PLAIN_FIELDS = ("name", "remark", "source", NEW_FIELD)
TAGS = ("tag:a", "tag:b")
MAX_LAPTOPS = 5


class Logged(NamedTuple):
    """One own edit as it was made, with the record's clock right after it."""

    record_id: str
    edit: Edit
    clock: dict[str, int]


class OpenForm(NamedTuple):
    """A form on a screen: what the product remembers of it, and what the person has before the eyes."""

    shown: form.Shown
    saw: dict[str, frozenset[str]]


@dataclass
class Replica:
    """One database, and beside it the truth about what has reached it."""

    name: str
    actor: str = ""
    counter: int = 0
    last_stamp: int = 0
    skew_ms: int = 0
    is_old: bool = False
    own: frozenset[str] = frozenset()
    """The actors this file has had: it may speak for their counters."""
    delivered: dict[str, dict[str, int]] = field(default_factory=dict)
    """Record -> the clock of all that its server has delivered to this file."""
    records: dict[str, Record] = field(default_factory=dict)
    known: dict[str, Knowledge] = field(default_factory=dict)
    log: list[Logged] = field(default_factory=list)
    forms: dict[str, OpenForm] = field(default_factory=dict)
    backup: Replica | None = None

    def copy(self, name: str) -> Replica:
        """The file as a copying program sees it."""
        return replace(
            self, name=name, records=dict(self.records), known=dict(self.known), log=list(self.log),
            forms={}, backup=None, delivered=dict(self.delivered),
        )  # fmt: skip


class Message(NamedTuple):
    """A state under way. `known` is the truth it carries."""

    sender: Replica
    receiver: Replica
    record_id: str
    state: bytes
    known: Knowledge


def saw(record: Record | None) -> dict[str, frozenset[str]]:
    """Field -> the serials that stand on the screen of somebody who looks at `record` now."""
    keys = record.fields() if record else set()
    return {key: frozenset(e.txn.id for e in record.siblings(key)) for key in keys} if record else {}


class World:
    """Three laptops, one of them with an old program, and their server."""

    def __init__(self) -> None:
        self.oracle = Oracle()
        self.now_ms = 1_000_000
        self.minted = 0
        self.network: list[Message] = []
        self.server = Replica("server")
        self.laptops: list[Replica] = []
        self.is_recovering = False
        self.has_forgers = False
        for number, skew in enumerate((0, 40, -40)):
            laptop = Replica(f"laptop{number}", skew_ms=skew, is_old=number == 2)
            self.renew(laptop, "install")
            self.laptops.append(laptop)

    # -- what people do ------------------------------------------------------------------------------

    def open_form(self, laptop: Replica, record_id: str) -> None:
        record = laptop.records.get(record_id)
        shown = form.show(record, ENTITY, REGISTRY) if record else form.BLANK
        laptop.forms[record_id] = OpenForm(shown, saw(record))

    def save_form(self, laptop: Replica, record_id: str, fields: frozenset[str]) -> None:
        """Save the form opened last, however stale, with a new value in each of `fields`."""
        if record_id not in laptop.forms:
            self.open_form(laptop, record_id)
        opened = laptop.forms.pop(record_id)
        serial = self.oracle.next_serial()
        typed = {key: f"{serial} {key}" for key in sorted(fields) if not (laptop.is_old and key == NEW_FIELD)}
        values = opened.shown.changed(typed)
        if values:
            self.write(laptop, record_id, values, opened.shown.seen(values), opened.saw)

    def set_tag(self, laptop: Replica, record_id: str, tag: str, present: bool | None) -> None:
        record = laptop.records.get(record_id)
        seen = {tag: frozenset(e.dot for e in record.siblings(tag)) if record else frozenset()}
        self.write(laptop, record_id, {tag: present}, seen, saw(record))

    def delete(self, laptop: Replica, record_id: str) -> None:
        if record := laptop.records.get(record_id):
            self.write(laptop, record_id, resolve.deletion(record), None, saw(record))

    def restore(self, laptop: Replica, record_id: str) -> None:
        record = laptop.records.get(record_id)
        if record and resolve.life(record) is not resolve.Life.LIVE:
            self.write(laptop, record_id, {"deleted": None}, None, saw(record))

    def settle(self, laptop: Replica, record_id: str, choice: int) -> None:
        """Decide one conflict for one of its candidates."""
        record = laptop.records.get(record_id)
        conflicts = resolve.read_record(record, ENTITY, REGISTRY).conflicts if record else ()
        if conflicts:
            view = conflicts[choice % len(conflicts)]
            chosen = view.candidates[choice % len(view.candidates)]
            self.write(laptop, record_id, {view.key: chosen.value}, {view.key: view.dots}, saw(record))

    def write(
        self,
        laptop: Replica,
        record_id: str,
        values: Mapping[str, Any],
        seen: Mapping[str, frozenset[Dot]] | None,
        on_screen: Mapping[str, frozenset[str]],
    ) -> None:
        """One edit by a person, in the product and in the oracle."""
        serial = self.oracle.next_serial()
        laptop.counter += 1
        laptop.last_stamp = clock.tick(laptop.last_stamp, self.now_ms + laptop.skew_ms)
        dot = Dot(laptop.actor, laptop.counter)
        edit = Edit(dot, laptop.last_stamp, laptop.name, None, Txn(serial, "form"), dict(values))
        before = laptop.known.get(record_id, NOTHING)
        self.oracle.tell(serial, dot, Told(dict(values), before.serials), on_screen)
        laptop.known[record_id] = before.joined(Knowledge(frozenset((serial,)), before.placement))
        written = kernel.write(laptop.records.get(record_id), edit, placement=NOTHING.placement, seen=seen)
        self.keep(laptop, record_id, written)
        laptop.log.append(Logged(record_id, edit, written.clock))
        self.judge(laptop, record_id)

    # -- what happens to machines --------------------------------------------------------------------

    def clone(self, laptop: Replica) -> None:
        """Somebody copies the profile to another laptop and both go on."""
        if len(self.laptops) < MAX_LAPTOPS:
            twin = laptop.copy(f"{laptop.name}'")
            self.laptops.append(twin)
            self.renew(twin, "clone")

    def back_up(self, replica: Replica) -> None:
        replica.backup = replica.copy(replica.name)

    def bring_back(self, replica: Replica) -> None:
        """The file is replaced by its backup; what was never sent since is gone with the disk."""
        if (old := replica.backup) is None or (replica is self.server and self.has_forgers):
            return
        fresh = deepcopy(old)
        replica.records, replica.known, replica.log = fresh.records, fresh.known, fresh.log
        replica.actor, replica.counter, replica.forms = fresh.actor, fresh.counter, {}
        replica.delivered = fresh.delivered
        if replica is self.server:
            self.is_recovering = True
        else:
            self.renew(replica, "restore")

    def move(self, record_id: str, bucket: str) -> None:
        """The server puts the record into another bucket."""
        if record := self.server.records.get(record_id):
            place = Placement(record.placement.move_no + 1, bucket)
            known = self.server.known[record_id]
            self.server.known[record_id] = known.joined(Knowledge(frozenset(), place))
            self.keep(self.server, record_id, kernel.moved(record, place))
            self.judge(self.server, record_id)

    # -- the network ---------------------------------------------------------------------------------

    def push(self, laptop: Replica, record_id: str) -> None:
        for state, known in self.outgoing(laptop, record_id):
            self.network.append(Message(laptop, self.server, record_id, state, known))

    def pull(self, laptop: Replica, record_id: str) -> None:
        if record := self.server.records.get(record_id):
            state, known = kernel.encode(record), self.server.known[record_id]
            self.network.append(Message(self.server, laptop, record_id, state, known))

    def forge(self, laptop: Replica, record_id: str, victim: Replica) -> None:
        """A tampered program claims, online, to have seen all that the victim ever writes."""
        record = laptop.records.get(record_id)
        if record is None or victim.actor in laptop.own or self.is_recovering:
            return
        self.has_forgers = True
        forged = replace_clock(record, {**record.clock, victim.actor: victim.counter + 1000})
        self.receive(Message(laptop, self.server, record_id, kernel.encode(forged), laptop.known[record_id]))

    def deliver(self, choice: int, *, again: bool) -> None:
        """Any message under way arrives; `again`: a copy of it stays under way."""
        if self.network:
            number = choice % len(self.network)
            message = self.network[number] if again else self.network.pop(number)
            self.receive(message)

    def lose(self, choice: int) -> None:
        if self.network:
            self.network.pop(choice % len(self.network))

    def receive(self, message: Message) -> None:
        try:
            incoming = kernel.decode_foreign(message.state)
        except CrmError as error:
            self.oracle.blame(Kind.REFUSED, f"{message.receiver.name}: {error.code}")
            return
        replica, record_id = message.receiver, message.record_id
        here = replica.records.get(record_id)
        if replica is self.server:
            incoming = self.vouched(incoming, record_id, message.sender)
        merged = incoming if here is None else self.combine(here, incoming)
        if replica is self.server:
            merged = kernel.accept(merged, {e.dot: min(e.at, clock.stamp(self.now_ms)) for e in merged.edits})
        else:
            replica.delivered[record_id] = incoming.clock | _ahead(replica.delivered.get(record_id), incoming)
        replica.known[record_id] = replica.known.get(record_id, NOTHING).joined(message.known)
        self.keep(replica, record_id, merged)
        self.judge(replica, record_id)

    def exchange(self, laptop: Replica, record_id: str) -> None:
        """A push and a pull over a good line, past whatever is still under way."""
        under_way, self.network = self.network, []
        for send in (self.push, self.pull):
            send(laptop, record_id)
            while self.network:
                self.deliver(0, again=False)
        self.network = under_way

    def finish(self) -> None:
        """Everybody exchanges everything; then all must hold the same."""
        for laptop in self.laptops * 2:
            for record_id in RECORDS:
                self.exchange(laptop, record_id)
        for record_id in RECORDS:
            copies = [replica.records.get(record_id) for replica in (self.server, *self.laptops)]
            if len({kernel.encode(copy) if copy else b"" for copy in copies}) > 1:
                self.oracle.blame(Kind.DIVERGED, record_id)

    def judge(self, replica: Replica, record_id: str) -> None:
        self.oracle.judge(
            replica.records.get(record_id), replica.known[record_id], f"{replica.name} {record_id}"
        )

    # -- the steps a program could get wrong: planted bugs replace them --------------------------------

    def renew(self, replica: Replica, why: str) -> None:  # noqa: ARG002 -- a planted bug asks
        """After any doubt about a file's identity it goes on as a new actor. `why`: install, clone, restore."""
        self.minted += 1
        replica.actor, replica.counter = f"{self.minted * 7919 % 10007:032x}", 0
        replica.own |= {replica.actor}

    def outgoing(self, laptop: Replica, record_id: str) -> list[tuple[bytes, Knowledge]]:
        """What a laptop sends of a record: its whole state."""
        record = laptop.records.get(record_id)
        return [(kernel.encode(record), laptop.known[record_id])] if record else []

    def vouched(self, incoming: Record, record_id: str, sender: Replica) -> Record:
        """What a server believes of a pushed clock: what was delivered to the pusher, and its own edits.

        After a restore it must learn from its clients what it once knew.
        """
        if self.is_recovering:
            return incoming
        own = {actor: counter for actor, counter in incoming.clock.items() if actor in sender.own}
        return kernel.bound_clock(incoming, sender.delivered.get(record_id, {}) | own)

    def combine(self, here: Record, incoming: Record) -> Record:
        return kernel.merge(here, incoming)

    def keep(self, replica: Replica, record_id: str, record: Record) -> None:
        """Store a record."""
        replica.records[record_id] = record


def replace_clock(record: Record, counters: dict[str, int]) -> Record:
    return Record(record.version, record.placement, counters, record.edits)


def _ahead(before: Mapping[str, int] | None, incoming: Record) -> dict[str, int]:
    """The entries of a clock that lie beyond an incoming record's."""
    return {a: c for a, c in (before or {}).items() if c > incoming.clock.get(a, 0)}
