"""A laptop's replica: what a person writes is committed here, what the server sends is taken in here.

Both doors keep records, history, outbox, cursors and projections in step inside one transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Final, Protocol

import msgspec
from sqlalchemy import Connection

from crmdesk.core import record as kernel
from crmdesk.core.clock import stamp, tick
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown
from crmdesk.core.ids import uuid7
from crmdesk.core.parts import part_bucket
from crmdesk.core.record import Dot, Edit, Placement, Record, RecordKey, Txn
from crmdesk.core.registry import Registry
from crmdesk.core.roles import Mandate, withheld_from
from crmdesk.core.text import Readings
from crmdesk.core.values import MAX_RECORD_BYTES, Value
from crmdesk.core.wire import MAX_TRANSACTION_RECORDS
from crmdesk.store import blobs as contents
from crmdesk.store import (
    delivery,
    dialect,
    drafts,
    leases,
    mandates,
    outbox,
    outdated,
    projected_tables,
    projection,
    records,
    settings,
    unindexed,
    unreadable,
    unsent,
)
from crmdesk.store.blobs import Blobs, beside
from crmdesk.store.database import Database
from crmdesk.store.delivery import Arrival, Delivery, Departure
from crmdesk.store.face import Face, made_for
from crmdesk.store.projection import Basis, Projected
from crmdesk.store.records import LEFT, Row, Stored
from crmdesk.store.settings import Identity, SeeingAs
from crmdesk.store.unindexed import Place, Words

WORDS_AT_ONCE: Final = 100
"""So many records that come together can be searched at once; of more the words follow, see `store.unindexed`."""
WORDS_A_STEP: Final = 1000
"""Records made searchable in one transaction: what a save may have to wait for."""


class Clock(Protocol):
    """Time and randomness, handed in so that a simulator can own them."""

    def now_ms(self) -> int: ...
    def monotonic_ms(self) -> int: ...
    def random(self, size: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Write:
    """One wanted change of one record. `shown` is what the author saw; None means the present state.

    `is_known`: the author means a record that is here; without it one that is not is made.
    """

    key: RecordKey
    values: Mapping[str, Value]
    shown: Shown | None = None
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Touched:
    """Which records a write or a sync moved, so that pages reload only what they show."""

    keys: frozenset[RecordKey] = frozenset()
    is_everything: bool = False

    def __or__(self, other: Touched) -> Touched:
        return Touched(self.keys | other.keys, self.is_everything or other.is_everything)

    def concerns(self, *entities: str) -> bool:
        """Whether any record of these entities moved."""
        return self.is_everything or any(key.entity in entities for key in self.keys)


@dataclass(frozen=True, slots=True)
class Committed:
    """A write that is safe on this disk. `txn` is None if nothing differed, so nothing was written."""

    txn: str | None
    touched: Touched


@dataclass
class Replica:
    """An open local store; `crmdesk.store.opening` makes one.

    `declared` names the declarations (see `projected_tables.signature`) that `registry` holds; `blobs` holds what
    is attached to its records.
    """

    database: Database
    clock: Clock
    readings: Callable[[], Readings]
    registry: Registry = field(default=REGISTRY)
    declared: str | None = None
    blobs: Blobs = field(init=False)
    lender: Replica | None = field(default=None, repr=False)
    """Whose session asks the server, where here is what another person sees."""
    _naming: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _named: tuple[int, int] = field(default=(0, 0), repr=False)

    def __post_init__(self) -> None:
        at = self.database
        self.blobs = Blobs(beside(at.path), at.key, at.driver)

    @property
    def basis(self) -> Basis:
        return Basis(self.registry, self.readings())

    def close(self) -> None:
        self.blobs.close()
        self.database.close()

    def identity(self) -> Identity:
        with self.database.read() as connection:
            return settings.identity(connection)

    def claim_contents(self) -> None:
        """Note which contents records here name, so that they outlast their records until the server has them."""
        if self.blobs.has_unclaimed():
            with self.database.read() as connection:
                named = contents.named(connection)
            self.blobs.claim(named)

    def sweep_contents(self) -> int:
        """Remove contents of attachments that nothing here names any longer; returns how many."""
        with self.database.read() as connection:
            named, drafted = contents.named(connection), contents.drafted(connection)
        return self.blobs.sweep(named, drafted, self.clock.now_ms())

    def settle_at(self, place: str) -> None:
        """Note where this file lives; said once, right after it was made."""
        with self.database.write() as connection:
            identity = settings.identity(connection)
            settings.write(connection, {"identity": msgspec.structs.replace(identity, place=place)})

    # -- what a person writes -----------------------------------------------------------------------

    def new_id(self) -> str:
        """An id for a new record. Ids of one replica sort in the order made, also within a millisecond."""
        with self._naming:
            ms = self.clock.now_ms()
            fresh = self.clock.random(10)
            if ms <= self._named[0]:
                # Counting on in the last 62 bits: RFC 9562, section 6.2, method 2.
                ms, number = self._named[0], self._named[1] + 1
                fresh = number.to_bytes(10, "big")
            self._named = (ms, int.from_bytes(fresh, "big"))
            return uuid7(ms, fresh)

    def load(self, key: RecordKey) -> Record:
        """A record as it stands here. Raises `not_found`."""
        with self.database.read() as connection:
            found = records.load(connection, [key])
        if key not in found or found[key].seq == LEFT:
            raise CrmError("not_found")
        return found[key].record

    def below(self, key: RecordKey) -> list[Record]:
        """The records that hang under a root record."""
        with self.database.read() as connection:
            return projection.below_of(connection, key, key.id)

    def commit(
        self,
        writes: Sequence[Write],
        *,
        kind: str = "form",
        beside: Callable[[Connection, Committed], None] | None = None,
        words_wait: bool = False,
    ) -> Committed:
        """Write one transaction: every record's edit, its history, the outbox and the projections, or nothing.

        `beside` notes what goes with it in the same transaction; `words_wait` as for `projection.project`.

        What a form shows may leave this laptop while a person types: then it stays hidden, and the server is told.
        Raises `record_left` (of what was to be here), `invalid_value`, `field_too_long`, `record_too_large`,
        `fixed_field`, `forbidden_field`, `disk_full`, `lease_expired` or `clock_set_back`, or `upgrade_needed` once the server has
        refused this program, or `seeing_as` where here is what another person sees; then nothing was changed.
        """
        if not any(write.values for write in writes):
            return Committed(None, Touched())
        with self.database.write() as connection:
            self.check_mandate(connection, writes)
            done = self.write(connection, writes, kind=kind, words_wait=words_wait)
            if beside is not None:
                beside(connection, done)
            return done

    def may_write(self, entity: str, field: str) -> bool:
        """Whether the person's role lets them write a field, as far as this laptop has heard."""
        with self.database.read() as connection:
            found = self._mandates(connection)
        return not found or withheld_from(found, entity, (field,)) is None

    def check_mandate(self, connection: Connection, writes: Sequence[Write]) -> None:
        found = self._mandates(connection)
        mandates.check(found, self.registry, [(write.key.entity, write.values) for write in writes])

    def _mandates(self, connection: Connection) -> tuple[Mandate, ...]:
        user = settings.identity(connection).user
        return mandates.mandates(
            lambda sql, bind: dialect.run(connection, sql, tuple(bind)).fetchall(), user, self.clock.now_ms()
        )

    def write(
        self, connection: Connection, writes: Sequence[Write], *, kind: str = "form", words_wait: bool = False
    ) -> Committed:
        """`commit` inside the caller's transaction, which must not go on after an error and asks `check_mandate` itself."""
        wanted = [write for write in writes if write.values]
        if not wanted:
            return Committed(None, Touched())
        if len({write.key for write in wanted}) != len(wanted) or len(wanted) > MAX_TRANSACTION_RECORDS:
            raise ValueError("one edit per record per transaction, and no more than travel whole")
        outdated.check(connection)
        if (seeing := settings.read(connection, "seeing_as", SeeingAs)) is not None:
            raise CrmError(seeing.refusal())
        self.keep_up(connection)
        identity = settings.identity(connection)
        leases.check(connection, identity.seen_ms, self.clock.now_ms())
        txn = Txn(self.new_id(), kind)
        rows, identity = self._edited(connection, identity, wanted, txn)
        settings.write(connection, {"identity": identity})
        return Committed(txn.id, self._stored(connection, rows, words_wait=words_wait))

    def _edited(
        self, connection: Connection, identity: Identity, writes: Sequence[Write], txn: Txn
    ) -> tuple[list[Row], Identity]:
        stored = records.load(connection, [write.key for write in writes])
        limit = identity.ceiling.limit(self.clock.monotonic_ms()) if identity.ceiling else None
        now = self.clock.now_ms()
        at = tick(identity.stamp, now, limit)
        counter = identity.counter
        rows: list[Row] = []
        entries: list[tuple[RecordKey, Edit]] = []
        replaced: list[tuple[RecordKey, str, Dot]] = []
        roots: dict[str, str] = {}
        for write in writes:
            counter += 1
            edit = Edit(Dot(identity.actor, counter), at, identity.user, None, txn, dict(write.values))
            row = self._written(connection, identity, write, edit, old=stored.get(write.key), roots=roots)
            roots[write.key.id] = row.root
            rows.append(row)
            entries.append((write.key, edit))
            if write.key in stored:
                lost = kernel.lost(stored[write.key].record, row.record)
                entries += [(write.key, e) for e in stored[write.key].record.edits if e.dot in lost]
                replaced += [(write.key, f, dot) for dot, fields in lost.items() for f in fields]
        records.add_history(connection, entries)
        own = [(e.dot.counter, key) for key, e in entries if e.dot.actor == identity.actor and e.txn is txn]
        outbox.add(connection, own)
        outbox.note_overwritten(connection, txn.id, replaced)
        seen = max(identity.seen_ms, now)
        return rows, msgspec.structs.replace(identity, counter=counter, stamp=at, seen_ms=seen)

    def _written(
        self,
        connection: Connection,
        identity: Identity,
        write: Write,
        edit: Edit,
        *,
        old: Stored | None,
        roots: Mapping[str, str],
    ) -> Row:
        if write.is_known and (old is None or old.seq == LEFT):
            raise CrmError("record_left")
        if old is not None:
            kernel.check_edit(edit)
            _refuse_fixed(self.registry, write, old.record)
            seen = None if write.shown is None else write.shown.seen(tuple(write.values))
            record = kernel.write(old.record, edit, placement=old.record.placement, seen=seen)
            root = self._root(connection, old, record, roots)
            row = records.row(write.key, root, old.seq, record, old.n)
        else:
            lone = kernel.write(None, edit, placement=Placement(0, ""))
            root, _ = records.root_of(connection, self.registry, write.key, lone, roots)
            bucket = self._bucket(connection, identity, write.key, root)
            # Somebody saw it, so it is not new: it left meanwhile, and what was typed waits for the server, hidden.
            is_gone = write.shown is not None and bool(write.shown.dots)
            seq = LEFT if is_gone else None
            row = records.row(write.key, root, seq, kernel.moved(lone, Placement(0, bucket)))
        # Its bytes at a glance before its strings one by one.
        kernel.check(row.record, texts_are_fine=kernel.vouches_for_texts(row.state))
        if len(row.state) > MAX_RECORD_BYTES:
            raise CrmError("record_too_large")
        return row

    def _bucket(self, connection: Connection, identity: Identity, key: RecordKey, root: str) -> str:
        """Where a new record goes: its part of its root's bucket or of one's own book, or its entity's own place."""
        if root != key.id:
            found = dialect.value(connection, "SELECT bucket FROM record WHERE id = ? LIMIT 1", (root,))
            if found:
                return part_bucket(str(found), self.registry.part(key.entity))
        entity = self.registry.entities.get(key.entity)
        if entity is not None and entity.placed == "config":
            return identity.config
        return part_bucket(identity.book, self.registry.part(key.entity))

    # -- what the server sends ------------------------------------------------------------------------

    def read(self, arrivals: Iterable[Arrival]) -> Delivery:
        """Read what a server sent, for `take_in`. Touches no database: it may be done beside another transaction."""
        return delivery.read(arrivals, self.registry, self.readings())

    def take_in(
        self,
        connection: Connection,
        arrivals: Sequence[Arrival] | Delivery,
        departures: Sequence[Departure] = (),
    ) -> Touched:
        """Merge the server's records into this replica, inside the caller's transaction.

        One that can't be read is noted (`store.unreadable`) and left as it is here; the others come in.
        """
        self.keep_up(connection)
        came = arrivals if isinstance(arrivals, Delivery) else self.read(arrivals)
        unreadable.note(connection, came.failed, (one.arrival.key for one in came.delivered))
        rows, faces, overwritten = self._merged(connection, came)
        records.add_history(connection, overwritten)
        self._hear(connection, came.latest)
        if came.registry != self.registry:
            faces = []  # read by other declarations than there are now
        came_in = self._stored(connection, rows, faces, words_wait=len(rows) > WORDS_AT_ONCE)
        return came_in | self._depart(connection, departures)

    def _merged(
        self, connection: Connection, came: Delivery
    ) -> tuple[list[Row], list[Face | None], list[tuple[RecordKey, Edit]]]:
        """The rows that what came leads to, the faces made already of them, and the edits it overwrites here."""
        stored = records.load(connection, [one.arrival.key for one in came.delivered])
        self._send_lost_again(connection, came, stored)
        standing = records.roots_of(connection, {one.home for one in came.delivered if one.home})
        rows: list[Row] = []
        faces: list[Face | None] = []
        overwritten: list[tuple[RecordKey, Edit]] = []
        roots: dict[str, str] = {}
        for (key, state, seq), incoming, home, digest, look in came.delivered:
            old = stored.get(key) if stored else None
            if old is None:
                root = roots.get(home) or standing.get(home) or home if home else key.id
                roots[key.id] = root
                rows.append(Row(key, root, seq, incoming, state, None, digest))
                faces.append(look)
                continue
            row = self._arrived(connection, Arrival(key, state, seq), incoming, old, roots, digest)
            if row is None:
                continue
            roots[key.id] = row.root
            rows.append(row)
            faces.append(None)
            lost = kernel.lost(old.record, row.record)
            overwritten += [(key, e) for e in old.record.edits if e.dot in lost]
        return rows, faces, overwritten

    def _send_lost_again(
        self, connection: Connection, came: Delivery, stored: Mapping[RecordKey, Stored]
    ) -> None:
        """Let edits of this actor wait again that the server has settled and no longer knows: it was restored.

        Nobody else may be able to prove that: of work that came late it tells no commit.
        """
        if not stored:
            return
        actor = settings.identity(connection).actor
        ahead = {
            edit.dot.counter: one.arrival.key
            for one in came.delivered
            if (old := stored.get(one.arrival.key)) is not None
            for edit in old.record.edits
            if edit.dot.actor == actor and not one.record.has_seen(edit.dot)
        }
        if ahead:
            waiting = {dot.counter for dots in unsent.of(connection, ahead.values()).values() for dot in dots}
            lost = records.by_counter(connection, actor, ahead).keys() - waiting
            outbox.add(connection, [(counter, ahead[counter]) for counter in sorted(lost)])

    def _hear(self, connection: Connection, latest: int) -> None:
        """What is written from now on is later than what was just taken in."""
        identity = settings.identity(connection)
        if latest > identity.stamp:
            limit = identity.ceiling.limit(self.clock.monotonic_ms()) if identity.ceiling else None
            heard = latest if limit is None else min(latest, stamp(limit))
            settings.write(
                connection, {"identity": msgspec.structs.replace(identity, stamp=max(heard, identity.stamp))}
            )

    def _arrived(
        self,
        connection: Connection,
        arrival: Arrival,
        incoming: Record,
        old: Stored,
        roots: Mapping[str, str],
        digest: int,
    ) -> Row | None:
        merged = kernel.merge(old.record, incoming)
        if incoming.placement.move_no >= old.record.placement.move_no:
            # Where a new record is was only this laptop's guess: the server decides, of two names for one move.
            merged = kernel.moved(merged, incoming.placement)
        if merged == old.record and (old.seq, old.digest) == (arrival.seq, digest):
            return None
        root = self._root(connection, old, merged, roots)
        if old.record.placement.move_no > incoming.placement.move_no and old.seq is not None:
            return None if merged == old.record else records.row(arrival.key, root, old.seq, merged, old.n)
        return records.row(arrival.key, root, arrival.seq, merged, old.n)._replace(digest=digest)

    def _root(self, connection: Connection, old: Stored, now: Record, roots: Mapping[str, str]) -> str:
        """What a record that is here hangs under after a change."""
        homes = {records.home_of(self.registry, old.key, record) for record in (old.record, now)}
        if len(homes) == 1:
            return old.root
        return records.root_of(connection, self.registry, old.key, now, roots)[0]

    def _depart(self, connection: Connection, departures: Sequence[Departure]) -> Touched:
        stored = records.load(connection, [d.key for d in departures])
        leaving = [
            stored[d.key]
            for d in departures
            if d.key in stored
            and stored[d.key].record.placement.bucket == d.bucket
            and stored[d.key].record.placement.move_no < d.move_no
        ]
        return self.leave(connection, leaving)

    def leave(self, connection: Connection, leaving: Sequence[Stored]) -> Touched:
        """Remove records this user may no longer see; those with unsent edits are hidden until settled.

        Leaves the note `scrub`: deleted rows can still be read from the file until it is scrubbed.
        """
        if not leaving:
            return Touched()
        waiting = unsent.of(connection, [s.key for s in leaving])
        projection.forget(connection, leaving)
        kept = [s for s in leaving if s.key in waiting]
        gone = [s for s in leaving if s.key not in waiting]
        records.update(connection, [records.row(s.key, s.root, LEFT, s.record, s.n) for s in kept])
        records.remove(connection, [s.n for s in gone])
        outbox.forget_overwritten(connection, [s.key for s in gone])
        records.remove_history(connection, [s.key for s in gone])
        projection.judge_roots(connection, self.basis, leaving)
        drafts.forget_records(connection, {s.key.id for s in leaving})
        settings.write(connection, {"scrub": True})
        return Touched(frozenset(s.key for s in leaving))

    # -- shared by both -------------------------------------------------------------------------------

    def _stored(
        self,
        connection: Connection,
        rows: Sequence[Row],
        faces: Sequence[Face | None] = (),
        *,
        words_wait: bool = False,
    ) -> Touched:
        """Write records and bring projections up to date; children that came before their home follow it.

        `faces`, if there are any, are one for each row, as far as made already; `words_wait` as for
        `projection.project`.
        """
        looks = faces or repeat(None)
        new = [(row, look) for row, look in zip(rows, looks, strict=False) if row.n is None]
        changed = [row for row in rows if row.n is not None]
        numbers = records.add(connection, [row for row, _ in new])
        records.update(connection, changed)
        # New fields may have projected some of these already, by another registry.
        is_new = not self._learn_fields(connection, rows)
        items = [
            Projected(n, row.key, row.root, row.record, is_new, look if is_new else None)
            for n, (row, look) in zip(numbers, new, strict=True)
            if row.seq != LEFT
        ]
        items += [
            Projected(row.n or 0, row.key, row.root, row.record, False) for row in changed if row.seq != LEFT
        ]
        projection.project(connection, self.basis, items, words_wait=words_wait)
        self._adopt(connection, rows)
        return Touched(frozenset([row.key for row in rows]))

    def _adopt(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Re-root records that came before their home (a review before its visit)."""
        below = [row for row in rows if row.root != row.key.id]
        parents = {name for name in {row.key.entity for row in below} if self.registry.children(name)}
        roots = {row.key.id: row.root for row in below if row.key.entity in parents}
        for home in records.roots_in_use(connection, roots):
            root = roots[home]
            waiting = [s for s in records.under_root(connection, home) if s.key.id != home]
            records.update(connection, [records.row(s.key, root, s.seq, s.record, s.n) for s in waiting])
            projection.project(
                connection,
                self.basis,
                [Projected(s.n, s.key, root, s.record, False) for s in waiting if s.seq != LEFT],
            )

    def keep_up(self, connection: Connection) -> None:
        """Know the fields that the tables have now: another process, or a transaction undone, may differ."""
        noted = settings.read(connection, "projection", str)
        if noted != self.declared:
            self.registry = load_registry(connection)
            self.declared = noted

    def _learn_fields(self, connection: Connection, rows: Iterable[Row]) -> bool:
        """Give new fields their columns; returns whether declarations were among the rows."""
        if not any(row.key.entity == "field" and row.seq != LEFT for row in rows):
            return False
        before, now = self.registry, load_registry(connection)
        declared = projection.custom_fields(_all_of(connection, "field"), now)
        known = [(e, f, before.find(e, f.name)) for e, f in declared if e in before.entities]
        basis = Basis(now, self.readings())
        projection.add_fields(connection, basis, [(e, f) for e, f, old in known if old is None])
        for entity in now.entities:
            names = {
                f.name
                for e, f, old in known
                if e == entity and old is not None and old.search is not f.search
            }
            if names:
                projection.find_anew(connection, basis, entity, names, WORDS_A_STEP)
        self.registry = now  # not before the columns are there: a full disk may have refused them
        self.note_declared(connection)
        return True

    def note_declared(self, connection: Connection) -> None:
        """Note which declarations the projected tables have."""
        self.declared = projected_tables.signature(self.registry)
        settings.write(connection, {"projection": self.declared, "made_for": made_for(REGISTRY)})

    def rebuild(self) -> int:
        """Drop and recompute every projection; returns how many records were read."""
        with self.database.write() as connection:
            self.registry = load_registry(connection)
            count = projection.rebuild(connection, self.basis)
            self.note_declared(connection)
        self.index_all()
        return count

    # -- the search words that follow --------------------------------------------------------------------

    def words_that_wait(self, step: int = WORDS_A_STEP) -> Iterator[Words]:
        """The words of what is not searchable yet, what changed last first, `step` records at a time.

        Made outside the transaction that writes them (`write_words`), and beside it where a runner is asked ahead.
        """
        last: Place | None = None
        while True:
            with self.database.read() as connection:
                found, last = unindexed.newest(connection, step, last)
            if not found:
                return
            yield unindexed.words_of(found, self.registry, self.readings())

    def write_words(self, made: Words) -> int:
        """Make records searchable by their words; returns how many that were not so before."""
        with self.database.write() as connection:
            return unindexed.write(connection, made)

    def index_all(self) -> None:
        """Make everything searchable that is not yet."""
        for made in self.words_that_wait():
            self.write_words(made)


def _all_of(connection: Connection, entity: str) -> list[Stored]:
    return [stored for page in records.every(connection, entity) for stored in page]


def _refuse_fixed(registry: Registry, write: Write, record: Record) -> None:
    for key in write.values:
        declared = registry.find(write.key.entity, key)
        if declared is not None and declared.rule.value == "fixed" and record.siblings(key):
            raise CrmError("fixed_field", field=declared.label)


def load_registry(connection: Connection) -> Registry:
    """The declared entities with the fields that administrators added."""
    return REGISTRY.with_fields(projection.custom_fields(_all_of(connection, "field"), REGISTRY))
