"""One sync from beginning to end: what was taken away leaves, what is unsent goes, what is new comes.

Plain blocking calls for a worker's thread. Every step is one local transaction, so a sync that is cut or
killed anywhere goes on from its last step; unsent work is never deleted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from crmdesk.core.answers import Hello
from crmdesk.core.errors import CrmError
from crmdesk.core.record import Edit, RecordKey
from crmdesk.core.resolve import read_record
from crmdesk.core.roots import Signed
from crmdesk.core.wire import Head, Heads
from crmdesk.store import blobs, drafts, outbox, outdated, records, settings, unindexed, unreadable, unsent
from crmdesk.store.identity import change_actor, forget_known
from crmdesk.store.replica import Replica, Touched
from crmdesk.sync import company, plan, push, wiping, witness
from crmdesk.sync.blobs import Contents, Exchanged
from crmdesk.sync.brake import Brake, Deletions, forget_backups, pause
from crmdesk.sync.http import Http
from crmdesk.sync.lock import sync_lock
from crmdesk.sync.plan import Pull
from crmdesk.sync.pull import pull
from crmdesk.sync.reconcile import OnlyHere, Reconciliation
from crmdesk.sync.runner import Runner, Threads
from crmdesk.sync.sending import send

_log: Final = logging.getLogger(__name__)
Phase: TypeAlias = Literal["compare", "push", "pull", "clean", "index", "upload", "download"]
_FORKED: Final = ("actor_forked", "dot_reused", "counter_gap")
"""Answers that mean this actor's numbering can't be trusted any longer; a new actor heals them all."""
_MAX_FORKS: Final = 3
_NOT_NOW: Final = (
    "offline", "not_crmdesk", "server_untrusted", "wrong_server", "server_key_changed", "server_busy", "too_many_tries",
    "upgrade_needed", "session_expired", "sign_in_needed", "device_pending", "device_revoked",
)  # fmt: skip
"""Trouble with the line or with signing in: a push that fails so is tried again soon, and a pull would fail too."""
_SMALLEST_BYTES: Final = 64 * 1024
_WORDS_AHEAD: Final = 2
_MANY: Final = 1000
"""Beyond this many records a page reloads whole."""


class Progress(NamedTuple):
    """How far a sync is: edits sent, records received or made searchable, contents so far; the phase's share if known."""

    phase: Phase
    done: int
    share: float | None = None


@dataclass
class Report:
    """What a sync did, as far as it came. Counts are of edits sent and of records received or left.

    `unsent` is (waiting, refused) afterwards, `unreadable` how many records the server sent that this program
    can't read: they are noted and hold up nothing. `late` of the edits sent went to whoever answers for their
    customer now. `mismatched` counts buckets whose checksum differed from the server's though both stood at the
    same commit, `compared` those that were compared record by record, `recovered` records a restored server got
    back from here, `unrecovered` those it would not take: they stay here. `restored` counts deletions that the
    person took back at once. `server_ms` the server's time; `problem` what ended it early.
    """

    pushed: int = 0
    merged: int = 0
    rejected: int = 0
    quarantined: int = 0
    received: int = 0
    left: int = 0
    late: int = 0
    touched: Touched = field(default_factory=Touched)
    unsent: tuple[int, int] = (0, 0)
    unreadable: int = 0
    mismatched: int = 0
    compared: int = 0
    recovered: int = 0
    unrecovered: int = 0
    restored: int = 0
    server_ms: int | None = None
    contents: Exchanged = field(default_factory=Exchanged)
    seconds: float = 0.0
    is_complete: bool = False
    problem: CrmError | None = None

    def followed_by(self, later: Report) -> Report:
        """This sync and the one after it as one account."""
        added = (
            "pushed", "merged", "rejected", "quarantined", "received", "left", "late", "mismatched", "compared",
            "recovered", "unrecovered", "seconds",
        )  # fmt: skip
        both = {name: getattr(self, name) + getattr(later, name) for name in added}
        contents = replace(
            later.contents,
            sent=self.contents.sent + later.contents.sent,
            received=self.contents.received + later.contents.received,
        )
        return replace(later, **both, contents=contents, touched=self.touched | later.touched)


class Engine:
    """Syncs one replica with its server. `hello` is asked once, and again after trouble: who answers may be newer.

    `runner` runs what goes on beside: threads, unless another is given.
    """

    def __init__(self, replica: Replica, http: Http, runner: Runner | None = None) -> None:
        self._replica = replica
        self._http = http
        self._runner = Threads() if runner is None else runner
        self._contents = Contents(replica, http)
        self._is_greeted = False

    def sync(
        self,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        compare: bool = False,
        deletions: Deletions = "ask",
    ) -> Report:
        """Run once; both callables are called on this thread. Expected trouble ends up in the report.

        `compare`: hold everything that is here against what the server has, record by record, before it is sent.
        `deletions`: what the person says to a server that would hide much of what is here (see `sync.brake`).
        """
        started = self._replica.clock.monotonic_ms()
        brake = Brake(self._replica, deletions)
        run = _Run(self._replica, self._http, self._contents, self._runner, progress, cancelled, brake)
        try:
            with sync_lock(self._replica.database.path):
                if compare:
                    ask_to_compare(self._replica)
                self._exchange(run)
                run.index()
        except CrmError as error:
            run.report.problem = run.report.problem or error
        run.report.problem = wiping.ended(self._replica, run.report.problem)
        with self._replica.database.read() as connection:
            run.report.unsent = outbox.count(connection)
            run.report.unreadable = len(unreadable.noted(connection))
        run.report.seconds = (self._replica.clock.monotonic_ms() - started) / 1000
        return run.report

    def _exchange(self, run: _Run) -> None:
        try:
            if self._greet():
                run.report.touched = Touched(is_everything=True)
            run.everything()
        except CrmError as error:
            run.report.problem = pause(self._replica, error) if error.code == "mass_deletion" else error
            self._is_greeted = False  # it may be another server program that answers next time
            self._note(error)
            if error.code == "upgrade_needed":
                run.report.problem = company.stay_known(self._replica, self._http) or error

    def _greet(self) -> bool:
        """What an older server did not know travels again; what an older program could not read is read again.

        Returns whether the server knows other fields than it did: forms offer only those.
        """
        if self._is_greeted:
            return False
        known = self._http.hello()
        with self._replica.database.write() as connection:
            outdated.clear(connection)
            announced = settings.read(connection, "announced", dict[str, list[str]])
            settings.write(connection, {"announced": known.entities})
            for key in {e.key for e in outbox.refused(connection) if _is_known_now(e, known)}:
                outbox.retry(connection, key.id)
            if unreadable.take_note_of_another_version(connection):
                for bucket in outbox.cursors(connection):
                    outbox.drop_cursor(connection, bucket)
        self._is_greeted = True
        return announced is not None and bool(announced != known.entities)

    def _note(self, error: CrmError) -> None:
        if error.code == "upgrade_needed":
            with self._replica.database.write() as connection:
                outdated.note(connection)


def ask_to_compare(replica: Replica) -> None:
    """Let the next sync, this one or another process's, compare everything before it sends anything."""
    with replica.database.write() as connection:
        settings.write(connection, {"compare": True})


def _is_known_now(refused: outbox.Unsent, server: Hello) -> bool:
    if refused.code == "unknown_entity":
        return refused.key.entity in server.entities
    return refused.code == "unknown_field" and refused.about in server.entities.get(refused.key.entity, ())


class _Run:
    """One sync under way and what it has done so far."""

    def __init__(
        self,
        replica: Replica,
        http: Http,
        contents: Contents,
        runner: Runner,
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
        brake: Brake,
    ) -> None:
        self._brake = brake
        self._withdrawn: set[str] | None = None
        self.report = Report()
        self._replica = replica
        self._http = http
        self._contents = contents
        self._runner = runner
        self._progress = progress
        self._cancelled = cancelled
        self._reached: dict[str, Head] = {}
        self._heads: Sequence[Head] = ()
        self._root: Signed | None = None
        self._lost: set[str] = set()
        self._may_recover = False
        self._is_doubtful = False

    def everything(self) -> None:
        self._replica.claim_contents()
        self._hear_of_restores()
        witness.look(self._replica, self._http, self._root, self._heads)
        paused = self._revoke()
        self._clean()
        self._compare_doubtful()
        stuck = self._push_or_say()
        if self.report.pushed:
            self._hear_of_restores()
            self._compare_doubtful()
        if paused is not None:
            raise paused
        if not self._is_doubtful:
            self._pull()
            self._know_oneself()
            self._verify()
        self._clean()
        if stuck is not None:
            raise stuck
        if not self._is_doubtful and not self._cancelled():
            self.report.is_complete = True
            self._note_done()
        self.index()
        self._exchange_contents()

    def _hear(self) -> None:
        """What the server offers, to the person whose work this is and to nobody else."""
        # The first heads of a sync renew the lease: that the server answers them is what it counts from.
        challenge = company.challenge() if not self._heads else None
        found: Heads = self._http.heads(challenge)
        self.report.server_ms = found.server_ms
        with self._replica.database.write() as connection:
            if found.user not in ("", settings.identity(connection).user):
                raise CrmError("wrong_person")
            company.hear(connection, found, challenge, self._replica.clock.now_ms())
            push.hear(self._replica, connection, found.server_ms)
            if self._replica.lender is None:
                company.hear_of_account(connection, found, self._replica.clock.now_ms())
        self._heads, self._root = found.heads, found.root
        self._withdrawn = None if found.withdrawn is None else {bucket for bucket, _ in found.withdrawn}

    # -- what no longer fits --------------------------------------------------------------------------

    def _hear_of_restores(self) -> None:
        """Ask for the heads and show the server what it told this laptop of before. One that was restored learns of
        it here, and says so.

        The proof stays until its bucket was compared: a sync that ends before that leaves it to the next one.
        """
        self._hear()
        with self._replica.database.read() as connection:
            heard, cursors = outbox.heard(connection), outbox.cursors(connection)
        shown = plan.evidence(heard, cursors, self._heads)
        if shown and self._replica.lender is None:  # who looks with another's eyes proves nothing to anybody
            answer = self._http.lost(shown)
            self._lost, self._may_recover = set(answer.lost), answer.may_recover
            if any(head.epoch != answer.epoch for head in self._heads):
                self._hear()
        heads = self._heads
        if plan.is_restored(heard, heads):
            # The server forgot how far this actor had counted; so may this file, if both were restored at once.
            change_actor(self._replica)
        if self._lost or any(h.bucket in heard and heard[h.bucket][0] != h.epoch for h in heads):
            self._replica.blobs.doubt()  # contents may be lost as well
        now = [(h.bucket, h.epoch, h.seq, h.salt) for h in heads if h.bucket not in self._lost]
        if fresh := [head for head in now if heard.get(head[0]) != head[1:]]:
            with self._replica.database.write() as connection:
                outbox.hear(connection, fresh)

    def _compare_doubtful(self) -> None:
        """Compare what cursors can't vouch for, before anything is sent: its edits may be there already.

        Stopped before the end, this sync neither sends nor reads: either would be taken for what both sides agree on.
        """
        with self._replica.database.read() as connection:
            is_asked = bool(settings.read(connection, "compare", bool))
            cursors = outbox.cursors(connection)
            identity = settings.identity(connection)
        first = (identity.config, identity.book)
        doubtful = plan.doubtful(cursors, self._heads, self._lost, first, all_of_them=is_asked)
        if any(is_regressed for _, is_regressed in doubtful) and not self._may_recover:
            # A sync that was cut after hearing of the new epoch has nothing to show any longer.
            self._may_recover = self._http.lost(()).may_recover
        self._is_doubtful = bool(doubtful)
        for bucket, is_regressed in doubtful:
            if self._cancelled() or not self._reconcile(bucket, is_regressed=is_regressed):
                return
        self._is_doubtful = False
        if is_asked:
            forget_known(self._replica, self._past_of)
            with self._replica.database.write() as connection:
                settings.write(connection, {"compare": None})
        if doubtful:
            self._hear()  # what was brought back made commits of its own

    def _past_of(self, key: RecordKey) -> list[Edit]:
        """A record's history at the server; none where this person may not see it."""
        try:
            return [records.decode_edit(content) for content in self._http.history(key.entity, key.id)]
        except CrmError as error:
            if error.code != "not_found":
                raise
            return []

    def _reconcile(self, bucket: str, *, is_regressed: bool) -> bool:
        """Make a bucket equal on both sides; False if stopped before the end.

        A server that was restored while this sync runs is shown what it lost, and the bucket is compared as that asks.
        """
        try:
            return self._compare(bucket, is_regressed=is_regressed, is_explained=is_regressed)
        except CrmError as error:
            if error.code != "regressed":
                raise
        self._hear_of_restores()
        return self._compare(bucket, is_regressed=bucket in self._lost, is_explained=True)

    def _compare(self, bucket: str, *, is_regressed: bool, is_explained: bool) -> bool:
        before = self.report.compared
        only_here: OnlyHere = "leave"
        if is_regressed:
            only_here = "bring_back" if self._may_recover else "keep"

        def show(share: float) -> None:
            self._progress(Progress("compare", before, share))

        work = Reconciliation(
            self._replica, self._http, only_here, self._may_recover, self._cancelled, show, self._brake
        )
        try:
            is_done = work.compare(bucket, is_explained=is_explained)
        except CrmError as error:
            if error.code != "not_found":
                raise
            return True  # taken away since the heads were read: the next sync hears of it
        finally:
            done = work.done
            self.report.received += done.received
            self.report.recovered += done.recovered
            self.report.unrecovered += len(done.unrecovered)
            self.report.left += done.left
            self._touch(done.touched)
        if is_done:
            self.report.compared += 1
            self._lost.discard(bucket)
        return is_done

    # -- what was taken away ------------------------------------------------------------------------

    def _revoke(self) -> CrmError | None:
        """Records of buckets that are no longer offered leave; with unsent edits they hide until settled.

        A bucket that is gone without having been withdrawn stays; returns `mass_deletion` unless somebody was asked.
        """
        paused: CrmError | None = None
        with self._replica.database.write() as connection:
            steps = plan.steps(outbox.cursors(connection), self._heads, known=outbox.heard(connection))
            kept = set(settings.read(connection, "kept", list[str]) or ()) - {h.bucket for h in self._heads}
            for bucket in steps.revoked:
                leaving = records.in_bucket(connection, bucket)
                if self._withdrawn is not None and bucket not in self._withdrawn:
                    try:
                        if bucket in kept or not self._brake.withdraw(connection, leaving):
                            kept.add(bucket)
                            continue
                    except CrmError as error:
                        paused = error
                        continue
                self._touch(self._replica.leave(connection, leaving))
                self.report.left += len(leaving)
                outbox.forget(connection, bucket)
            for cursor in steps.empty:
                outbox.set_cursor(connection, cursor)
            settings.write(connection, {"kept": sorted(kept) or None})
        return paused

    # -- what is unsent -----------------------------------------------------------------------------

    def _push_or_say(self) -> CrmError | None:
        """Send what waits; a queue that is stuck holds up nothing that comes, nor what must leave."""
        try:
            self._push({head.bucket for head in self._heads})
        except CrmError as error:
            if error.code in _NOT_NOW:
                raise
            return error
        return None

    def _push(self, readable: set[str]) -> None:
        """Send everything that waits."""
        budget, forks = plan.BATCH_BYTES, 0
        while not self._is_doubtful and not self._cancelled():
            try:
                self._send(budget, readable)
            except CrmError as error:
                if error.code == "body_too_large" and budget > _SMALLEST_BYTES:
                    budget //= 2
                    push.forget(self._replica)
                elif error.code in _FORKED and forks < _MAX_FORKS:
                    forks += 1
                    change_actor(self._replica)
                    self._hear_of_restores()  # what was sent is beyond the heads by now
                    self._compare_doubtful()
                elif error.code in _FORKED:
                    raise CrmError("actor_forked") from error
                else:
                    raise
            else:
                break

    def _send(self, budget: int, readable: set[str]) -> None:
        sending = send(self._replica, self._http, self._runner, budget, readable, self._cancelled)
        with closing(sending):
            for done in sending:
                self._note_settled(done)
                if done.is_forked:
                    raise CrmError("actor_forked")

    def _note_settled(self, done: push.Settled) -> None:
        report = self.report
        report.pushed += sum(done.verdicts.values())
        report.merged += done.count("merged")
        report.rejected += done.count("rejected")
        report.quarantined += done.count("quarantined")
        report.left += done.left
        report.late += done.late
        self._touch(done.touched)
        self._progress(Progress("push", report.pushed))

    # -- what is new ----------------------------------------------------------------------------------

    def _pull(self) -> None:
        with self._replica.database.read() as connection:
            identity = settings.identity(connection)
            steps = plan.steps(outbox.cursors(connection), self._heads, (identity.config, identity.book))
        for bucket in steps.regressed:  # since it was compared
            self._hear_of_restores()
            if self._cancelled() or not self._reconcile(bucket, is_regressed=True):
                return
        for wanted in steps.pulls:
            if self._cancelled():
                return
            self._read(wanted)

    def _read(self, wanted: Pull) -> None:
        try:
            self._read_on(wanted)
        except CrmError as error:
            if error.code == "not_found":
                return  # taken away since the heads were read: the next sync hears of it
            if error.code != "regressed":
                raise
            self._hear_of_restores()
            self._reconcile(wanted.head.bucket, is_regressed=True)

    def _read_on(self, wanted: Pull) -> None:
        going_by = self._cancelled, self._brake, self.report.server_ms
        for taken in pull(self._replica, self._http, self._runner, wanted, *going_by):
            self.report.received += taken.received
            self.report.left += taken.left
            self._touch(taken.touched)
            if taken.reached is not None:
                self._reached[taken.reached.bucket] = taken.reached
            self._progress(Progress("pull", self.report.received, taken.share))

    def _know_oneself(self) -> None:
        """Somebody promoted, or given a new book, is told by their own record."""
        with self._replica.database.write() as connection:
            identity = settings.identity(connection)
            key = RecordKey("user", identity.user)
            stored = records.load(connection, [key]).get(key)
            if stored is None or unsent.of(connection, [key]):
                return  # what a person says of themselves is nothing the server said
            said = read_record(stored.record, "user", self._replica.registry).values
            known = msgspec.structs.replace(
                identity,
                user_name=str(said.get("name") or identity.user_name),
                role=str(said.get("role") or identity.role),
                book=str(said.get("book") or identity.book),
            )
            if known != identity:
                settings.write(connection, {"identity": known})

    def _verify(self) -> None:
        """Compare what is here with what the server says it holds, where both stand at the same commit.

        What changed or moved on the server while this sync read makes them differ too: the server's present heads
        tell, for they have gone on then. They also tell of a restore since, whose losses are no removals.
        """
        known = {head.bucket: head for head in self._heads} | self._reached
        if not self._mismatched(known.values()):
            return
        self._hear_of_restores()
        off = self._mismatched(self._heads)
        if not off:
            return
        self.report.mismatched += len(off)
        with self._replica.database.write() as connection:
            before = settings.read(connection, "mismatches", int) or 0
            settings.write(connection, {"mismatches": before + len(off)})
        for bucket in off:
            _log.warning("bucket %s: the checksum differs from the server's; comparing", bucket)
            if self._cancelled() or not self._reconcile(bucket, is_regressed=bucket in self._lost):
                return

    def _mismatched(self, heads: Iterable[Head]) -> list[str]:
        with self._replica.database.read() as connection:
            if unreadable.noted(connection):
                return []  # what can't be read is not here, and said so elsewhere
            return plan.mismatched(outbox.cursors(connection), heads, records.checksums(connection))

    # -- afterwards -------------------------------------------------------------------------------------

    def _clean(self) -> None:
        """Leave no trace in the file of what left; a cut sync leaves the note for the next one."""
        with self._replica.database.read() as connection:
            wanted = settings.read(connection, "scrub", bool)
        if wanted:
            self._progress(Progress("clean", self.report.left))
            self._replica.sweep_contents()
            self._replica.blobs.scrub()
            self._replica.database.scrub()
            forget_backups(self._replica)
            with self._replica.database.write() as connection:
                settings.write(connection, {"scrub": None})

    def _exchange_contents(self) -> None:
        """Contents of attachments, after the records; what is left goes on in the next sync."""

        def progress(phase: Phase, count: int, share: float) -> None:
            self._progress(Progress(phase, count, share))

        is_news = self.report.touched.concerns("attachment")
        changed = [key.id for key in self.report.touched.keys if key.entity == "attachment"]
        if changed:  # one may have been brought back after its content was collected
            with self._replica.database.read() as connection:
                named = blobs.named_by(connection, changed)
            self._replica.blobs.doubt(named)
        self.report.contents = self._contents.round(progress, self._cancelled, is_news=is_news)
        self._touch(Touched(frozenset(self.report.contents.arrived)))
        self._clean()

    def index(self) -> None:
        """Make searchable what came by the thousand, with or without a server; stopped, the next sync goes on."""
        with self._replica.database.read() as connection:
            waiting = unindexed.count(connection)
        if not waiting or self._cancelled():
            return
        done = 0
        with closing(self._runner.ahead(self._replica.words_that_wait(), _WORDS_AHEAD)) as words:
            for made in words:
                done += self._replica.write_words(made)
                self._touch(Touched(is_everything=True))
                self._progress(Progress("index", done, min(1.0, done / waiting)))
                if self._cancelled():
                    return

    def _note_done(self) -> None:
        """Everything was exchanged: the sign beside the data says since when."""
        self.report.restored = self._brake.restore()
        now = self._replica.clock.now_ms()
        with self._replica.database.write() as connection:
            drafts.forget_old(connection, now)
            settings.write(connection, {"synced_at_ms": now, "pause": None})

    def _touch(self, touched: Touched) -> None:
        both = self.report.touched | touched
        self.report.touched = both if len(both.keys) <= _MANY else Touched(is_everything=True)
