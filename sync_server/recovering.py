"""After a restore: who proves that commits were lost, and what laptops may bring back.

A recovery epoch opens only on proof: a genuine salt (`salts`) of a commit that this server no longer holds.
In it a device that was approved before may bring back what others wrote, on records its user may see, and its own late
work on records that had moved; it is merged like anything else, and listed for the administrator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec
from sqlalchemy import Connection

from crmdesk.core.clock import MAX_AHEAD_MS, stamp
from crmdesk.core.errors import CrmError
from crmdesk.core.record import (
    Edit,
    Record,
    RecordKey,
    check,
    check_edit,
    decode_foreign,
    encode,
    merge,
    moved,
)
from crmdesk.core.registry import Registry
from crmdesk.core.roles import SERVER_ENTITIES
from crmdesk.core.values import NOT_JSON
from crmdesk.core.wire import Evidence, Lost, Outcome, Recover, RecoverAnswer
from crmdesk.store import records
from crmdesk.store.records import Row, Stored, decode_edit
from sync_server import audit, moving, placing, salts
from sync_server.audit import Word
from sync_server.authoring import new_actor
from sync_server.clock import Moment
from sync_server.consequences import Taken, label
from sync_server.fields import known_registry
from sync_server.moving import below, reunite
from sync_server.placing import Place, QuarantineError
from sync_server.settings import Settings
from sync_server.storage import actors, blobs, buckets, devices, graves, merged, people, recoveries, rights
from sync_server.storage.devices import Bearer
from sync_server.storage.people import Company
from sync_server.storage.recoveries import Recovered, Recovery
from sync_server.verdict import Item, Judged

MAX_EPOCHS: Final = 1000
"""In how many epochs that this server has forgotten a commit shown may have been made."""
MAX_HEARD: Final = 1_000_000
"""How far beyond this server's epoch a claimed one is believed: it takes the next, and laptops count no further than 2**53."""
MAX_MOVES: Final = 1_000_000
"""How often a record that is lost here may have moved: each move to come takes the next number, up to 2**53."""
MAX_TRIES: Final = 40_000
"""Salts worked out for one question, which takes a tenth of a second: what an honest laptop shows proves it at once."""


# -- proof ----------------------------------------------------------------------------------------------


def lost(
    connection: Connection, who: Bearer, shown: Sequence[Evidence], settings: Settings, now: Moment
) -> Lost:
    """Which of the commits shown this server does not hold, and whether the asker may bring records back."""
    return Lost(
        people.load_company(connection).epoch,
        tuple(sorted({commit.bucket for commit in _missing(connection, shown)})),
        _may_recover(connection, who, settings, now),
    )


def proves(connection: Connection, shown: Sequence[Evidence]) -> bool:
    """Whether a commit shown proves that this server was restored, and nobody has shown one since."""
    company = people.load_company(connection)
    return _proof(company, _missing(connection, shown)) is not None


def notice(connection: Connection, who: Bearer, shown: Sequence[Evidence], now: Moment) -> None:
    """Open a recovery epoch if a commit shown proves that this server was restored; once per restore."""
    company = people.load_company(connection)
    proof = _proof(company, _missing(connection, shown))
    if proof is None:
        return
    epoch = max(company.epoch, proof.epoch) + 1
    opened = Recovery(epoch, now.ms, who.device, who.user, proof.bucket, proof.seq, company.actor)
    # It counts on from where the backup left off, unless it was started since: whoever restores may not start it.
    if recoveries.open_epoch(connection, opened, new_actor(connection, company, now)):
        told = {"epoch": epoch, "bucket": proof.bucket, "seq": proof.seq}
        audit.act(connection, "restore", (who.user, who.device), told, now)


def _missing(connection: Connection, shown: Iterable[Evidence]) -> list[Evidence]:
    return [
        commit
        for commit in shown
        if commit.seq and buckets.salt_at(connection, commit.bucket, commit.seq) != commit.salt
    ]


def _proof(company: Company, missing: Iterable[Evidence]) -> Evidence | None:
    """A commit that this company's server made in its present epoch, or in one it has forgotten; None if none is.

    A commit of an earlier epoch proves nothing new: an epoch was opened since.
    """
    tries = (
        (commit, epoch)
        for commit in missing
        if commit.epoch <= company.epoch + MAX_HEARD
        for epoch in range(company.epoch, min(commit.epoch, company.epoch + MAX_EPOCHS) + 1)
    )
    for commit, epoch in islice(tries, MAX_TRIES):
        if salts.is_genuine(company.secret, (commit.bucket, epoch, commit.seq), commit.salt):
            return commit
    return None


def _may_recover(connection: Connection, who: Bearer, settings: Settings, now: Moment) -> bool:
    opened = recoveries.recoveries(connection)
    device = devices.find_device(connection, who.device)
    if not opened or device is None:
        return False
    return device.created_at < opened[-1].at and now.ms < opened[-1].at + settings.away_ms


# -- bringing back --------------------------------------------------------------------------------------


def recover(
    connection: Connection, who: Bearer, brought: Recover, settings: Settings, now: Moment
) -> RecoverAnswer:
    """Merge records that a laptop holds and this server lost. Raises `not_recovering`."""
    if not _may_recover(connection, who, settings, now):
        raise CrmError("not_recovering")
    people.lock_company(connection)  # before any actor and bucket: its audit says what came
    company = people.load_company(connection)
    claims = {RecordKey(r.entity, r.id, r.part): _claim(bytes(r.state)) for r in brought.records}
    named = {a for c in claims.values() if isinstance(c, Record) for a in c.clock}
    own = {actor for actor in named if salts.is_own_actor(company.secret, actor)}
    blank = actors.hold(connection, named - own - {company.actor})
    scene = _Scene(connection, who, company, now, claims)
    outcomes = [scene.judge(RecordKey(r.entity, r.id, r.part), bytes(r.state)) for r in brought.records]
    seqs = scene.write()
    actors.forget_blank(connection, blank)
    _keep_histories(connection, brought, scene, stamp(now.ms + MAX_AHEAD_MS))
    scene.reunite()
    label(connection, who, company, scene.late, now)
    recoveries.note(connection, scene.notes)
    audit.act(connection, "recover", (who.user, who.device), scene.told(), now, subjects=())
    return RecoverAnswer(tuple(outcomes), seqs, now.ms)


def _claim(state: bytes) -> Record | CrmError:
    try:
        return decode_foreign(state)
    except CrmError as error:
        return error


class _Scene:
    """What a recovery is judged against and what it leads to, before anything is written."""

    def __init__(
        self,
        connection: Connection,
        who: Bearer,
        company: Company,
        now: Moment,
        claims: Mapping[RecordKey, Record | CrmError],
    ) -> None:
        keys = list(claims)
        self._claims = claims
        self.notes: list[Recovered] = []
        self.taken: dict[RecordKey, Record] = {}
        self.late: list[Taken] = []
        """What its author wrote before hearing that the record had moved: taken in, and out of their sight."""
        self._connection, self._who, self._company, self._now = connection, who, company, now
        self._registry: Registry = known_registry(connection)
        self._rights = rights.rights(connection, who.user)
        places = buckets.buckets_of(connection, {key.id for key in keys}, who.user)
        self._held = moving.hold(connection, company, {*self._rights, *self._reach(), *places})
        self._stored = records.load(connection, keys)
        new = [key.id for key in keys if key not in self._stored]
        self._buried, self._entities = graves.buried(connection, new), buckets.entities(connection, new)
        given_up = {recovery.actor for recovery in recoveries.recoveries(connection)}
        self._own_actors = given_up | {company.actor}
        own = actors.find(connection, company.actor)
        self._own_counter = own.counter if own else 0

    def judge(self, key: RecordKey, state: bytes) -> Outcome:
        """One record's verdict. What can't be placed is kept as it came, for an administrator."""
        stored = self._stored.get(key)
        try:
            claim = self._claims[key]
            if isinstance(claim, CrmError):
                raise claim
            record = self._restored(key, claim, stored)
        except CrmError as error:
            is_kept = error.code in ("forbidden", "too_many_versions", "grave")
            self._note(key, "quarantined" if is_kept else "rejected", error.code, state if is_kept else None)
            return Outcome(*key, "quarantined" if is_kept else "rejected", code=error.code)
        if stored is None or stored.record != record:
            self.taken[key] = record
            self._note(key, "merged", None, None)
        bucket, move_no = record.placement.bucket, record.placement.move_no
        if bucket not in self._rights:
            return Outcome(
                *key, "quarantined", code="forbidden"
            )  # late work: nothing of what it is now is told
        if record == claim:
            return Outcome(*key, "accepted", bucket, move_no)
        return Outcome(*key, "merged", bucket, move_no, content=msgspec.Raw(encode(record)))

    def _restored(self, key: RecordKey, claim: Record, stored: Stored | None) -> Record:
        if key.entity in SERVER_ENTITIES:
            raise CrmError("server_field", field=key.entity)  # the account tables are their truth
        if key.id in self._buried:
            raise CrmError("grave")
        if stored is None and self._entities.setdefault(key.id, key.entity) != key.entity:
            raise CrmError("forbidden")  # an id is one record's
        placement = stored.record.placement if stored else claim.placement
        if placement.move_no > MAX_MOVES:
            raise CrmError("malformed_record")
        late = None if placement.bucket in self._rights else self._late(key, claim)
        if claim.clock.get(self._company.actor, 0) > self._own_counter:
            raise CrmError("malformed_record")  # nobody knows what this server has yet to write
        latest = stamp(self._now.ms + MAX_AHEAD_MS)
        for edit in claim.edits:
            self._check_edit(key, edit)
        held = msgspec.structs.replace(claim, edits=tuple(_not_after(edit, latest) for edit in claim.edits))
        record = merge(stored.record, held) if stored else held
        if record.placement != placement:
            record = moved(record, placement)
        check(record)
        if late is not None and stored is not None:
            item, place = late
            fresh = item.fresh(stored.record)
            self.late.append(Taken(item, place, Judged(record, encode(record), False), stored, fresh))
        return record

    def _late(self, key: RecordKey, claim: Record) -> tuple[Item, Place]:
        """A record that had moved by the backup, as its author's late work. Raises `forbidden` if it is not that."""
        item = Item(key, record=claim, log=[edit for edit in claim.edits if edit.by == self._who.user])
        found = placing.survey(self._connection, self._who, self._company, self._registry, [item], self._now)
        if key not in found.stored or not item.fresh(found.stored[key].record):
            raise CrmError("forbidden")
        try:
            return item, found.place(item)
        except QuarantineError:
            raise CrmError("forbidden") from None

    def _check_edit(self, key: RecordKey, edit: Edit) -> None:
        for name in edit.values:
            declared = self._registry.find(key.entity, name)
            if declared is not None and declared.server and not self._is_own(edit):
                raise CrmError("server_field", field=name)

    def _is_own(self, edit: Edit) -> bool:
        """Whether an edit claims to be this server's, and may be: written as it writes, by an actor of its own."""
        actor = edit.dot.actor
        is_ours = actor in self._own_actors or salts.is_own_actor(self._company.secret, actor)
        return is_ours and (edit.by, edit.eff) == (self._company.server_id, edit.at)

    def _note(self, key: RecordKey, verdict: str, code: str | None, state: bytes | None) -> None:
        self.notes.append(
            Recovered(
                self._company.epoch, key, self._who.device, self._who.user, self._now.ms, verdict, code, state
            )
        )

    def told(self) -> dict[str, object]:
        """What the audit keeps: how many records came into which bucket, a digest of them, how many stayed out.

        Each is named in the table of what was brought back.
        """
        places: dict[str, list[bytes]] = {}
        for key, record in sorted(self.taken.items(), key=lambda pair: pair[0]):
            into = places.setdefault(record.placement.bucket, [])
            into += ["/".join(key).encode(), encode(record)]
        kept_out = [note for note in self.notes if note.verdict != "merged"]
        return {
            "epoch": self._company.epoch,
            "taken": [
                [bucket, len(said) // 2, Word(audit.digest_of(said).hex())]
                for bucket, said in sorted(places.items())
            ],
            "kept_out": len(kept_out),
        }

    def write(self) -> dict[str, int]:
        """Store what was taken in; returns the commit it came into, by bucket that the asker reads."""
        touched = sorted({record.placement.bucket for record in self.taken.values()})
        seqs = {bucket: buckets.advance(self._connection, bucket, self._now).seq for bucket in touched}
        roots: dict[str, str] = {}
        rows = [self._row(key, record, seqs, roots) for key, record in self.taken.items()]
        records.insert(self._connection, [row for row in rows if row.n is None])
        records.update(self._connection, [row for row in rows if row.n is not None])
        blobs.note_references(self._connection, self._registry, self.taken.items())
        graves.note_deletions(self._connection, self.taken.items(), self._now)
        merged.note(self._connection, self.taken.items())
        tops: dict[str, int] = {}
        for record in self.taken.values():
            for actor, counter in record.clock.items():
                tops[actor] = max(counter, tops.get(actor, 0))
        recoveries.raise_counters(self._connection, tops, self._now.hex(16))
        return {bucket: seq for bucket, seq in seqs.items() if bucket in self._rights}

    def reunite(self) -> None:
        """What came before its home, or apart from where that has moved since, waits for it as pushed work does."""
        new = [(key, record) for key, record in self.taken.items() if key not in self._stored]
        homes = {key: home for key, record in new if (home := self._home(key, record))}
        found = buckets.roots(self._connection, homes.values())
        waiting = [
            (home, key)
            for key, home in homes.items()
            if home not in found
            or below(self._company, found[home][1], self._registry.part(key.entity))
            != self.taken[key].placement.bucket
        ]
        buckets.add_waiting(self._connection, waiting)
        homes_and_new = [*(home for home, _ in waiting), *(key for key, _ in new)]
        reunite(self._connection, homes_and_new, self._now, self._held)

    def _reach(self) -> set[str]:
        """Where the homes of what is brought are by now, and where others wait for what is brought."""
        read = [(key, claim) for key, claim in self._claims.items() if isinstance(claim, Record)]
        homes = {home for key, claim in read if (home := self._home(key, claim))}
        found = {place for _, place in buckets.roots(self._connection, homes).values()}
        ids = {key.id for key in self._claims} | {home.id for home in homes}
        return found | buckets.waiting_in(self._connection, ids)

    def _home(self, key: RecordKey, record: Record) -> RecordKey | None:
        home, entity = records.home_of(self._registry, key, record), self._registry.entities.get(key.entity)
        target = entity.by_name[entity.home].target if entity and entity.home else None
        return RecordKey(target, home) if home and target else None

    def _row(self, key: RecordKey, record: Record, seqs: dict[str, int], roots: dict[str, str]) -> Row:
        stored = self._stored.get(key)
        if stored is not None:
            root = stored.root
        else:
            root, _ = records.root_of(self._connection, self._registry, key, record, roots)
        roots[key.id] = root
        row = records.row(key, root, seqs[record.placement.bucket], record, stored.n if stored else None)
        return records.agreed(row)


def _not_after(edit: Edit, latest: int) -> Edit:
    return edit if edit.order()[0] <= latest else msgspec.structs.replace(edit, eff=latest)


def _keep_histories(connection: Connection, brought: Recover, scene: _Scene, latest: int) -> None:
    """The past that came along, then what the states themselves still say; what is known stays as it is."""
    past: list[tuple[RecordKey, Edit]] = []
    for said in brought.edits:
        key = RecordKey(said.entity, said.id, said.part)
        record = scene.taken.get(key)
        edit = _past_edit(bytes(said.edit))
        if record is not None and edit is not None and record.has_seen(edit.dot):
            past.append((key, _not_after(edit, latest)))
    recoveries.keep_history(connection, past)
    recoveries.keep_history(
        connection, [(key, edit) for key, record in scene.taken.items() for edit in record.edits]
    )


def _past_edit(content: bytes) -> Edit | None:
    """An edit of a laptop's history; None for one that is not well-formed: the record itself does not need it."""
    try:
        edit = decode_edit(content)
        check_edit(edit)
    except (CrmError, *NOT_JSON):
        return None
    return edit
