"""Taking a push in: one transaction in which records, history, numbers and the answer are kept together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from sqlalchemy import Connection

from crmdesk.core.clock import clamp, stamp
from crmdesk.core.errors import CrmError
from crmdesk.core.record import Dot, RecordKey, digest
from crmdesk.core.registry import Registry
from crmdesk.core.values import canonical_text
from crmdesk.core.wire import LATE, NOTHING_BEFORE, Accepted, Commit, Outcome, PushAnswer, Verdict
from crmdesk.store import dialect, records
from crmdesk.store.records import Row
from sync_server import audit, batches
from sync_server.batches import Batch
from sync_server.clock import Moment
from sync_server.consequences import Taken, follow, reach
from sync_server.fields import known_registry
from sync_server.placing import Map, Place, QuarantineError, hold, survey
from sync_server.storage import actors, blobs, buckets, graves, merged, people, rights
from sync_server.storage.actors import Actor, Refused
from sync_server.storage.buckets import Movement
from sync_server.storage.devices import Bearer
from sync_server.verdict import Claims, Item, Judged, deleter_saw, judge

_LAST_TICK: Final = 0xFFFF
QUARANTINED: Final = frozenset(("too_many_versions", "grave", "device_revoked", "sealed_doubtful"))
"""Errors that a person must look at on the server's side too."""


@dataclass(slots=True)
class Ledger:
    """What a push leads to, before anything is written."""

    outcomes: list[Outcome] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def buckets(self) -> set[str]:
        """Where it writes."""
        places = [taken.place for taken in self.taken]
        return {place.placement.bucket for place in places} | {
            place.departed_from for place in places if place.departed_from
        }


def push(connection: Connection, who: Bearer, batch: Batch, now: Moment, *, is_brief: bool = False) -> bytes:
    """Take a batch in and return the answer's bytes; the same batch again gets the same bytes, less what left its author's sight.

    `is_brief`: records that were just accepted are not named one by one. Raises `actor_forked` or `counter_gap` for the batch as a whole; anything else is a verdict per record.
    """
    actor = _turn(connection, who, batch)
    if actor.batch == batch.batch:
        return _told_again(connection, who, actor.answer)
    ledger, claims, commits = _take_in(connection, who, batch, actor, now)
    outcomes, accepted = _in_brief(batch, ledger) if is_brief else (tuple(ledger.outcomes), ())
    answer = PushAnswer(
        chain=now.hex(16),
        outcomes=outcomes,
        eff={str(dot.counter): eff for dot, eff in _effective(ledger, claims)},
        commits=tuple(commits),
        server_ms=now.ms,
        accepted=accepted,
    )
    content = msgspec.json.encode(answer)
    actors.save(connection, Actor(actor.id, who.device, claims.top, answer.chain, batch.batch, content))
    return content


def _told_again(connection: Connection, who: Bearer, content: bytes) -> bytes:
    """An answer that was given before, without the states of records that whoever asks may not read by now.

    They are told what became of their edits all the same; what they lost leaves their laptop at the next pull.
    """
    answer = msgspec.json.decode(content, type=PushAnswer)
    told = [RecordKey(one.entity, one.id, one.part) for one in answer.outcomes if one.state is not None]
    readable = rights.rights(connection, who.user) if told else {}
    here = records.load(connection, told)
    lost = {key for key in told if key not in here or here[key].record.placement.bucket not in readable}
    if not lost:
        return content
    outcomes = tuple(
        Outcome(one.entity, one.id, one.part, "accepted", one.bucket, one.move_no, one.code)
        if RecordKey(one.entity, one.id, one.part) in lost
        else one
        for one in answer.outcomes
    )
    return msgspec.json.encode(msgspec.structs.replace(answer, outcomes=outcomes))


def note_fork(connection: Connection, who: Bearer, batch: Batch, now: Moment) -> None:
    """Write down that somebody pushed as an actor that is not theirs to go on with; `of` is the device whose it is.

    Their own one's: the profile was copied, or put back to an earlier moment.
    """
    actor = actors.find(connection, batch.actor)
    told = {"actor": batch.actor, "of": actor.device if actor else None}
    audit.note_refusal(connection, (who.user, who.device), audit.PUSH, "actor_forked", told, now)


def _in_brief(batch: Batch, ledger: Ledger) -> tuple[tuple[Outcome, ...], tuple[Accepted, ...]]:
    """The outcomes that say more than that a record was accepted, and all others by place."""
    said: list[Outcome] = []
    counters: dict[tuple[str, int], list[int]] = {}
    for item, outcome in zip(batch.items.values(), ledger.outcomes, strict=True):
        bucket = outcome.bucket
        if outcome.verdict == "accepted" and outcome.code is None and bucket is not None and item.bodies:
            counters.setdefault((bucket, outcome.move_no), []).extend(item.bodies)
        else:
            said.append(outcome)
    accepted = (
        Accepted(*place, tuple(audit.ranges(sorted(found)))) for place, found in sorted(counters.items())
    )
    return tuple(said), tuple(accepted)


def judge_again(connection: Connection, who: Bearer, batch: Batch, now: Moment, received_ms: int) -> Outcome:
    """Judge one record's refused edits, received at `received_ms`, by leave of an administrator.

    `who` is their author. What the author had heard of a move counts no longer: it becomes late work.
    """
    actor = actors.find(connection, batch.actor)
    assert actor is not None, "what was refused came from an actor"
    ledger, _, _ = _take_in(connection, who, batch, actor, now, pardoned_from_ms=received_ms)
    return ledger.outcomes[0]


def take_sealed(
    connection: Connection, who: Bearer, batch: Batch, now: Moment, fork: str, doubt: CrmError | None
) -> list[Outcome]:
    """Take in what a laptop sealed before it gave up what it held: a part of the last that its actor ever says.

    Its numbers need not follow each other: what a restore lost in between never comes again, and parts come in any
    order. With a `doubt` all is kept apart for it, whatever it says. So is what a copied profile says under numbers
    that the other copy has used: as the actor `fork`, so that it can be judged again, and as everything that follows
    in its name. Raises `sealed_unreadable` for another laptop's actor.
    """
    actor = actors.claim(connection, batch.actor, who.device)
    if actor.device != who.device:
        raise CrmError("sealed_unreadable")
    said = actors.said(connection, batch.actor, batch.counters)
    bodies = {n: content for item in batch.items.values() for n, content in item.bodies.items()}
    is_reused = any(bodies[n] != content for n, content in said.items())
    if is_reused or actors.find(connection, fork) is not None:
        batch = batches.renamed(batch, fork, {n for n, content in said.items() if bodies[n] == content})
        actor = actors.claim(connection, fork, who.device)
        doubt = doubt or CrmError("sealed_doubtful")
    for item in batch.items.values() if doubt is not None else ():
        item.refusal = item.refusal or doubt
    ledger, claims, _ = _take_in(connection, who, batch, actor, now, may_skip=True)
    actors.save(connection, Actor(actor.id, who.device, claims.top, now.hex(16), now.hex(16), b""))
    return ledger.outcomes


def _take_in(
    connection: Connection,
    who: Bearer,
    batch: Batch,
    actor: Actor,
    now: Moment,
    *,
    pardoned_from_ms: int | None = None,
    may_skip: bool = False,
) -> tuple[Ledger, Claims, list[Commit]]:
    received_ms = now.ms if pardoned_from_ms is None else pardoned_from_ms
    claims = _claims(connection, who, batch, actor, received_ms, may_skip=may_skip)
    _refuse_reused(connection, batch, actor)
    registry = known_registry(connection)
    company = people.load_company(connection)
    items = batch.items.values()
    besides = reach(connection, who, items) if dialect.is_shared(connection) else ()
    held = hold(connection, who, company, registry, items, besides)
    places = survey(connection, who, company, registry, items, now)
    places.is_pardoned = pardoned_from_ms is not None
    ledger = _judge(places, batch, claims, now)
    if held is not None and not ledger.buckets <= held:
        raise CrmError("server_busy")  # something moved just before the locks were ours: start again
    commits = _write(connection, registry, ledger, who, claims, now, places.rights)
    follow(connection, who, company, ledger.taken, now, held)
    return ledger, claims, commits


def _turn(connection: Connection, who: Bearer, batch: Batch) -> Actor:
    """The actor, bound to its device at its first push. Raises `actor_forked`."""
    actor = actors.claim(connection, batch.actor, who.device)
    is_next = batch.batch == actor.batch or batch.chain == (actor.chain or None)
    if actor.device != who.device or not is_next:
        raise CrmError("actor_forked")
    return actor


def _claims(
    connection: Connection, who: Bearer, batch: Batch, actor: Actor, received_ms: int, *, may_skip: bool
) -> Claims:
    new = [counter for counter in batch.counters if counter > actor.counter]
    if not may_skip and new != list(range(actor.counter + 1, actor.counter + 1 + len(new))):
        raise CrmError("counter_gap", expected=actor.counter + 1)
    earliest, latest = stamp(who.pulled_at or 0), stamp(received_ms, _LAST_TICK)
    edits = [edit for item in batch.items.values() for edit in item.log]
    beyond = [edit for edit in edits if not earliest <= edit.at <= latest]
    eff = {e.dot: held for e in beyond if (held := int(clamp(e.at, earliest, latest))) != e.at}
    top = max(new, default=actor.counter)
    named = {name for edit in edits for name in deleter_saw(edit)}
    heard = {**actors.counters(connection, named), actor.id: top}
    return Claims(actor.id, who.user, top, eff, heard)


def _refuse_reused(connection: Connection, batch: Batch, actor: Actor) -> None:
    """An edit that was sent before must still say the same."""
    again = [counter for counter in batch.counters if counter <= actor.counter]
    said = actors.said(connection, actor.id, again) if again else {}
    for item in batch.items.values() if said else ():
        if any(said.get(counter, content) != content for counter, content in item.bodies.items()):
            item.refusal = CrmError("dot_reused")


def _judge(places: Map, batch: Batch, claims: Claims, now: Moment) -> Ledger:
    ledger = Ledger()
    for item in batch.items.values():
        try:
            if item.refusal is not None:
                raise item.refusal
            place = places.place(item)
            stored = places.stored.get(item.key)
            before = stored.record if stored else None
            judged = judge(item, before, place.placement, claims, places.registry)
        except QuarantineError:
            _refuse(ledger, item, claims, now, "quarantined", CrmError("forbidden"))
        except CrmError as error:
            verdict: Verdict = "quarantined" if error.code in QUARANTINED else "rejected"
            _refuse(ledger, item, claims, now, verdict, error)
        else:
            places.settle(item.key, place)
            ledger.taken.append(Taken(item, place, judged, stored, item.fresh(before)))
            ledger.outcomes.append(_outcome(item, place, judged))
    return ledger


def _outcome(item: Item, place: Place, judged: Judged) -> Outcome:
    code = None if place.left is None else LATE
    if place.left is not None and not place.is_in_sight:
        # The author may not know where it went; a LEAVE follows.
        pushed = item.record
        assert pushed is not None, "an unreadable item has a refusal"
        return Outcome(*item.key, "accepted", place.left, pushed.placement.move_no, code)
    bucket, move_no = place.placement.bucket, place.placement.move_no
    if judged.is_as_pushed:
        return Outcome(*item.key, "accepted", bucket, move_no, code)
    return Outcome(*item.key, "merged", bucket, move_no, code, content=msgspec.Raw(judged.state))


def _refuse(
    ledger: Ledger, item: Item, claims: Claims, now: Moment, verdict: Verdict, error: CrmError
) -> None:
    named = error.about.get("field") or error.about.get("entity")
    about = None if named is None else canonical_text(str(named))
    ledger.outcomes.append(Outcome(*item.key, verdict, code=error.code, about=about))
    state = None if item.record is None else item.state
    proofs = msgspec.json.encode(sorted(item.proofs)) if item.proofs else None
    last = max(item.bodies, default=0)
    ledger.refused += [
        Refused(
            claims.actor, counter, item.key, claims.user, now.ms, verdict, error.code, content, about,
            *((state, proofs) if counter == last else (None, None)),
        )
        for counter, content in item.bodies.items()
    ]  # fmt: skip


def _write(
    connection: Connection,
    registry: Registry,
    ledger: Ledger,
    who: Bearer,
    claims: Claims,
    now: Moment,
    readable: Collection[str],
) -> list[Commit]:
    """Everything at once; returns the commits made in buckets that the pusher reads.

    One that holds more than the pusher knows comes after no other, so that no cursor steps over it. Late work makes a
    commit where its author knew the record, too: where it went to they may not see, and what a restored server lost
    of it has to be provable.
    """
    changed = [taken for taken in ledger.taken if taken.is_changed]
    departed = [(bucket, taken) for taken in changed if (bucket := taken.stays_away_from)]
    left = {bucket for bucket, _ in departed}
    left |= {bucket for taken in changed if (bucket := taken.place.departed_from) and bucket in readable}
    hidden = left | {
        taken.place.placement.bucket
        for taken in changed
        if taken.place.left is not None and not taken.place.is_in_sight
    }
    touched = left | {taken.place.placement.bucket for taken in changed}
    commits = {bucket: buckets.advance(connection, bucket, now) for bucket in sorted(touched)}
    rows = [_row(taken, commits) for taken in changed]
    records.add(connection, [row for row in rows if row.n is None])
    records.update(
        connection,
        [row for row in rows if row.n is not None],
        {s.n: (s.record.placement.bucket, s.digest) for taken in changed if (s := taken.stored)},
    )
    written = [(row.key, row.record) for row in rows]
    blobs.note_references(connection, registry, written)
    graves.note_deletions(connection, written, now)
    merged.note(connection, written)
    buckets.note_movements(
        connection,
        [
            Movement(
                bucket,
                taken.item.key,
                "LEAVE",
                taken.place.placement.move_no,
                (seq := commits[bucket].seq),
                seq if taken.place.root != taken.item.key.id else None,
            )  # below a home that had left it never was there, and nobody but its author knows it
            for bucket, taken in departed
        ],
    )
    _remember(connection, ledger, claims)
    _audit(connection, changed, commits, who, claims, now)
    own = [commit for bucket, commit in commits.items() if bucket not in hidden]
    buckets.note_own(connection, who.device, own)
    unseen = [commit for bucket, commit in commits.items() if bucket in hidden and bucket in readable]
    return own + [msgspec.structs.replace(commit, before=NOTHING_BEFORE) for commit in unseen]


def _row(taken: Taken, commits: Mapping[str, Commit]) -> Row:
    record, stored = taken.judged.record, taken.stored
    return Row(
        taken.item.key,
        taken.place.root,
        commits[record.placement.bucket].seq,
        record,
        taken.judged.state,
        stored.n if stored else None,
        digest(taken.item.key, taken.judged.state),
    )


def _remember(connection: Connection, ledger: Ledger, claims: Claims) -> None:
    """History for what was taken in; what was refused is kept beside it."""
    held = claims.eff
    entries = [
        (item.key, edit, held.get(edit.dot) if held else None, item.bodies[edit.dot.counter])
        for taken in ledger.taken
        for item in (taken.item,)
        for edit in taken.fresh
    ]
    counters = [edit.dot.counter for _, edit, _, _ in entries]
    # Edits that were refused before may be among them, or brought back after a restore.
    is_known = bool(counters) and records.holds_any(connection, claims.actor, min(counters), max(counters))
    records.add_bodies(connection, entries, are_new=not is_known)
    actors.accept(connection, claims.actor, counters)
    actors.refuse(connection, ledger.refused)


def _audit(
    connection: Connection,
    changed: Sequence[Taken],
    commits: Mapping[str, Commit],
    who: Bearer,
    claims: Claims,
    now: Moment,
) -> None:
    """One row for each bucket that the push changed, sealed while the bucket is locked."""
    brought: dict[str, dict[int, bytes]] = {bucket: {} for bucket in commits}
    for taken in changed:
        into, bodies = brought[taken.place.placement.bucket], taken.item.bodies
        for edit in taken.fresh:
            counter = edit.dot.counter
            into[counter] = bodies[counter]
    for bucket, commit in commits.items():
        if bodies := brought[bucket]:
            edits = audit.Edits(commit.seq, claims.actor, bodies)
            audit.note_edits(connection, bucket, audit.PUSH, (who.user, who.device), edits, now)


def _effective(ledger: Ledger, claims: Claims) -> Iterator[tuple[Dot, int]]:
    """Which edits that were taken in count at another time than they claim: as set now, or the first time."""
    for taken in ledger.taken:
        if not claims.eff and len(taken.fresh) == len(taken.item.log):
            continue
        before = {e.dot: e.eff for e in taken.stored.record.edits} if taken.stored else {}
        fresh = {edit.dot for edit in taken.fresh}
        for edit in taken.item.log:
            eff = claims.eff.get(edit.dot) if edit.dot in fresh else before.get(edit.dot)
            if eff is not None:
                yield edit.dot, eff
