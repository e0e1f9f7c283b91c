"""Comparing a bucket with the server and making both sides equal again, by digests, without reading it whole.

Used where a cursor proves nothing any longer: after a restore on either side, on a checksum that differs, or
because a person asked. Unsent work is never touched: what is compared is what both sides once agreed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import msgspec
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import Edit, RecordKey, encode
from crmdesk.core.roles import SERVER_ENTITIES
from crmdesk.core.wire import BATCH_RECORDS, Evidence, Groups, PastEdit, PushRecord, Recover
from crmdesk.store import outbox, records, unsent
from crmdesk.store.delivery import Arrival
from crmdesk.store.outbox import Cursor
from crmdesk.store.replica import Replica, Touched
from crmdesk.sync import plan, push
from crmdesk.sync.brake import Brake
from crmdesk.sync.http import Http

OnlyHere: TypeAlias = Literal["bring_back", "keep", "leave"]
DIGESTS_AT_ONCE: Final = 20_000
"""Records whose digests one answer carries, about 2 MB."""


@dataclass
class Compared:
    """What comparing changed: records taken in, brought back to the server, refused there, removed here.

    `recovered` counts what people wrote; what only the server writes comes back besides.
    """

    received: int = 0
    recovered: int = 0
    unrecovered: list[RecordKey] = field(default_factory=list)
    left: int = 0
    touched: Touched = field(default_factory=Touched)


@dataclass
class Reconciliation:
    """Compares one bucket after another. `only_here` says what becomes of records that the server does not have.

    They are brought back to a restored server, kept where it lost them and does not take them back, and else
    they leave. `may_recover`: the server was restored and takes back what it lost, be it in other buckets.
    `progress` is told the share that is done, from 0 to 1.
    """

    replica: Replica
    http: Http
    only_here: OnlyHere
    may_recover: bool
    cancelled: Callable[[], bool]
    progress: Callable[[float], None]
    brake: Brake
    done: Compared = field(default_factory=Compared)

    def compare(self, bucket: str, *, is_explained: bool = False) -> bool:
        """Make one bucket equal on both sides and its cursor good; False if stopped before the end.

        Raises `not_found` where the bucket was taken away meanwhile, and `regressed`, before anything is changed,
        where the server has gone back behind what it told this laptop of, unless that `is_explained`: what it lost
        must not be taken for what it removed.
        """
        theirs = self.http.groups(bucket)
        with self.replica.database.read() as connection:
            told = outbox.heard(connection).get(bucket)
            ours = records.groups(connection, bucket)
        if not is_explained and plan.is_behind(told, theirs.epoch, theirs.seq, theirs.salt):
            raise CrmError("regressed")
        commits = (told, (theirs.epoch, theirs.seq, theirs.salt))
        told_of = [Evidence(bucket, *commit) for commit in commits if commit]
        slices = plan.differing(ours, theirs.groups, DIGESTS_AT_ONCE)
        for number, part in enumerate(slices):
            if self.cancelled():
                return False
            self._settle(bucket, part, told_of)
            self.progress((number + 1) / len(slices))
        with self.replica.database.write() as connection:
            _note(connection, theirs)
        return True

    def _settle(self, bucket: str, groups: Sequence[str], told: Sequence[Evidence]) -> None:
        theirs = {RecordKey(e, i, p): digest for e, i, p, digest in self.http.digests(bucket, groups)}
        with self.replica.database.read() as connection:
            found = plan.compare(records.digests(connection, bucket, groups), theirs)
        if self.only_here == "leave" and found.only_here and self.http.lost(told).lost:
            raise CrmError("regressed")  # restored before it told what it has
        moved: list[RecordKey] = []
        if self.may_recover:
            # The server moved it since the restore: what was lost of it is in another bucket here.
            with self.replica.database.read() as connection:
                moved = sorted(records.load(connection, found.only_there))
        if self.only_here == "bring_back":
            self._bring_back(bucket, [*found.differing, *found.only_here, *moved])
            self._fetch(bucket, found.only_there)
            return
        self._bring_back(bucket, moved)
        self._fetch(bucket, [*found.differing, *found.only_there])
        if self.only_here == "leave":
            self._leave(bucket, found.only_here)
        else:
            self._keep(found.only_here)

    # -- what the server has ------------------------------------------------------------------------------

    def _fetch(self, bucket: str, keys: Sequence[RecordKey]) -> None:
        wanted = list(keys)
        while wanted:
            items = self.http.states(bucket, wanted[:BATCH_RECORDS])
            arrivals = [
                Arrival(RecordKey(item.entity, item.id, item.part), state, item.seq)
                for item in items
                if (state := item.state) is not None
            ]
            self._take_in(arrivals)
            came = {arrival.key for arrival in arrivals}
            # None of those asked for came: they left the bucket meanwhile, and a pull will say so.
            wanted = [key for key in wanted if key not in came] if came else wanted[BATCH_RECORDS:]

    def _take_in(self, arrivals: Sequence[Arrival]) -> None:
        came = self.replica.read(arrivals)
        with self.replica.database.write() as connection:
            push.doubt(self.replica, connection, came)
            self.done.touched |= self.replica.take_in(connection, came)
        self.done.received += len(arrivals)

    def _leave(self, bucket: str, keys: Sequence[RecordKey]) -> None:
        """Remove what the server does not have; with unsent edits it is hidden until they are settled."""
        with self.replica.database.write() as connection:
            stored = records.load(connection, keys)
            leaving = [one for one in stored.values() if one.record.placement.bucket == bucket]
            if not self.brake.may_leave(connection, len(leaving)):
                return
            self.done.touched |= self.replica.leave(connection, leaving)
            self.done.left += len(leaving)

    # -- what the server lost -------------------------------------------------------------------------------

    def _bring_back(self, bucket: str, keys: Sequence[RecordKey]) -> None:
        rank = {name: n for n, name in enumerate(self.replica.registry.entities)}  # declared home-first
        ordered = sorted(keys, key=lambda key: (rank.get(key.entity, len(rank)), key))
        for message in self._messages(ordered):
            answer = self.http.recover(message)
            sent = {RecordKey(r.entity, r.id, r.part): bytes(r.state) for r in message.records}
            arrivals: list[Arrival] = []
            kept: list[RecordKey] = []
            elsewhere: list[RecordKey] = []
            for outcome in answer.outcomes:
                key = RecordKey(outcome.entity, outcome.id, outcome.part)
                if outcome.verdict in ("accepted", "merged"):
                    seq = answer.commits.get(outcome.bucket or bucket, 0)
                    arrivals.append(Arrival(key, outcome.state or sent[key], seq))
                else:
                    (elsewhere if outcome.code in ("forbidden", "grave") else kept).append(key)
            self.done.recovered += sum(arrival.key.entity not in SERVER_ENTITIES for arrival in arrivals)
            self._take_in(arrivals)
            self.done.received -= len(arrivals)
            self._keep(kept)
            self._leave(
                bucket, elsewhere
            )  # it is in somebody else's hands now, and what was brought is kept there

    def _messages(self, keys: Sequence[RecordKey]) -> Iterator[Recover]:
        """The records as the server last knew them, with the past that is here, in bodies it will read."""
        batch: list[PushRecord] = []
        edits: list[PastEdit] = []
        size = 0
        for key in keys:
            found = self._settled(key)
            if found is None:
                continue
            state, past = found
            added = len(state) + sum(len(bytes(edit.edit)) for edit in past)
            if batch and (len(batch) == BATCH_RECORDS or size + added > plan.BATCH_BYTES):
                yield Recover(tuple(batch), tuple(edits))
                batch, edits, size = [], [], 0
            batch.append(PushRecord(*key, msgspec.Raw(state)))
            edits += past
            size += added
        if batch:
            yield Recover(tuple(batch), tuple(edits))

    def _settled(self, key: RecordKey) -> tuple[bytes, list[PastEdit]] | None:
        with self.replica.database.read() as connection:
            stored = records.load(connection, [key]).get(key)
            if stored is None:
                return None
            dots = unsent.of(connection, [key]).get(key, set())
            record = unsent.without(connection, key, stored.record, dots) if dots else stored.record
            past = [edit for k, edit in records.history(connection, key.id) if k == key]
        if record is None:
            return None
        known = [edit for edit in past if edit.dot not in dots]
        return encode(record), [PastEdit(*key, msgspec.Raw(_canonical(edit))) for edit in known]

    def _keep(self, keys: Sequence[RecordKey]) -> None:
        """What the server lost and did not take back stays here, and is told; both sides agree on nothing of it."""
        if not keys:
            return
        with self.replica.database.write() as connection:
            stored = records.load(connection, keys).values()
            records.update(
                connection,
                [records.row(s.key, s.root, s.seq, s.record, s.n)._replace(digest=0) for s in stored],
            )
        self.done.unrecovered += keys


def _canonical(edit: Edit) -> bytes:
    return msgspec.json.encode(edit, order="deterministic")


def _note(connection: Connection, theirs: Groups) -> None:
    """Both sides are equal up to this head; what changed since comes with the next pull."""
    outbox.set_cursor(connection, Cursor(theirs.bucket, theirs.epoch, theirs.seq, theirs.salt, True))
    outbox.hear(connection, [(theirs.bucket, theirs.epoch, theirs.seq, theirs.salt)])
