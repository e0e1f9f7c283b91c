"""Contents of attachments on their way: what is only here goes up, what is only there comes down, piece by piece.

Runs after the records, and never in their way: it stops between two pieces when something was written
meanwhile, when its time is over or when it is told to, and goes on from there in the next sync.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.media import MAX_FILE_BYTES
from crmdesk.core.record import RecordKey
from crmdesk.store import blobs, dialect, outbox, settings
from crmdesk.store.blobs import Held
from crmdesk.store.names import SHOWN
from crmdesk.store.replica import Replica
from crmdesk.sync.http import Http

Direction: TypeAlias = Literal["upload", "download"]
ROUND_MS: Final = 20_000
"""One sync spends no longer on contents: the next one goes on."""
ASK_AGAIN_MS: Final = 10 * 60_000
"""What the server had not is asked for again after this long."""
RECENT_MS: Final = 30 * 24 * 60 * 60_000
LARGEST_UNASKED: Final = 8 * 2**20
"""Recent files up to this size come by themselves; the others when somebody opens them."""
QUOTA_BYTES: Final = 2 * 2**30
"""What contents may take on a laptop, unless its setting `blob_quota` says otherwise."""
_MAX_RESTARTS: Final = 2
_SKIPPED: Final = frozenset(("not_found", "blob_broken", "malformed_body"))
"""What is wrong with one content holds up no other."""


class Named(NamedTuple):
    """What an attachment record says of its contents."""

    id: str
    sha256: str
    thumbnail: str | None
    size: int
    made_ms: int


class Wanted(NamedTuple):
    """A content to fetch, and the attachment it belongs to."""

    attachment: str
    sha256: str
    is_thumbnail: bool


@dataclass
class Exchanged:
    """What came of it: contents sent and received, and how many are left in either direction.

    `moved`: any piece travelled. `problem` is why contents can't be sent at present.
    """

    sent: int = 0
    received: int = 0
    to_send: int = 0
    to_fetch: int = 0
    moved: bool = False
    arrived: set[RecordKey] = field(default_factory=set)
    problem: CrmError | None = None

    @property
    def goes_on(self) -> bool:
        """Whether another round at once would get further."""
        return self.moved and self.problem is None and self.to_send + self.to_fetch > 0


# -- what to do (pure) --------------------------------------------------------------------------------------


def to_send(held: Mapping[str, Held], named: set[str], unsettled: set[str]) -> list[Held]:
    """What the server lacks of what records name, thumbnails and small files first.

    A content whose record has not been accepted yet waits for it: before that nobody may know of it.
    """
    ready = [
        h
        for h in held.values()
        if h.is_whole and not h.is_sent and h.sha256 not in unsettled and (h.is_claimed or h.sha256 in named)
    ]
    return sorted(ready, key=lambda h: (not h.is_thumbnail, h.size, h.sha256))


def to_fetch(
    attachments: Sequence[Named],
    held: Mapping[str, Held],
    absent: Mapping[str, int],
    now_ms: int,
    quota: int,
) -> list[Wanted]:
    """What this laptop lacks and should have: every thumbnail, then recent files; the latest first.

    `attachments` come the latest first. Files that would not fit into the quota are left to be asked for.
    """
    room = quota - sum(h.have for h in held.values())

    def is_wanted(sha256: str | None) -> bool:
        here = held.get(sha256 or "")
        is_here = here is not None and here.is_whole
        return (
            bool(sha256) and not is_here and absent.get(sha256 or "", -ASK_AGAIN_MS) + ASK_AGAIN_MS <= now_ms
        )

    found = [Wanted(a.id, a.thumbnail, True) for a in attachments if a.thumbnail and is_wanted(a.thumbnail)]
    for one in attachments:
        if one.made_ms + RECENT_MS < now_ms:
            break
        if one.size <= min(room, LARGEST_UNASKED) and is_wanted(one.sha256):
            room -= one.size
            found.append(Wanted(one.id, one.sha256, False))
    return list({wanted.sha256: wanted for wanted in reversed(found)}.values())[::-1]


# -- doing it -----------------------------------------------------------------------------------------------


class Contents:
    """The exchange of a laptop's contents, a round after each sync.

    Where nothing was left to do the next round looks no further than whether anything is new: a poll costs the
    same however many files there are.
    """

    def __init__(self, replica: Replica, http: Http) -> None:
        self._replica, self._http = replica, http
        self._look_again_ms: int | None = None

    def round(
        self,
        progress: Callable[[Direction, int, float], None],
        cancelled: Callable[[], bool],
        *,
        is_news: bool,
    ) -> Exchanged:
        """One round. `progress` hears the direction, how many contents are done, and the share of the present one.

        `is_news`: attachments came or changed. Raises what ends a sync (`offline`, `server_busy`, ...); what
        has come so far is kept.
        """
        now = self._replica.clock.monotonic_ms()
        is_settled = self._look_again_ms is not None and now < self._look_again_ms
        if is_settled and not is_news and not self._replica.blobs.has_unsent():
            return Exchanged()
        self._look_again_ms = None
        done = _Round(self._replica, self._http, progress, cancelled).run()
        if done.to_fetch == 0:
            self._look_again_ms = now + ASK_AGAIN_MS
        return done


def fetch(
    replica: Replica,
    http: Http,
    sha256: str,
    progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    is_thumbnail: bool = False,
) -> bool:
    """Bring one content here, going on from where it stopped; returns False if it was cancelled.

    Raises `blob_absent` (and notes it), `not_found`, `blob_broken` and what ends a sync.
    """
    store = replica.blobs
    if store.is_whole(sha256):
        return True
    have = store.have(sha256)
    while not cancelled():
        now = replica.clock.now_ms()
        try:
            size, piece = http.get_blob(sha256, have)
        except CrmError as error:
            if error.code == "blob_absent":
                store.note_absent(sha256, now)
            raise
        if not piece or size > MAX_FILE_BYTES:
            raise CrmError("blob_broken")
        is_whole = store.append(sha256, size, have, piece, now, is_thumbnail=is_thumbnail)
        have += len(piece)
        progress(have / size)
        if is_whole:
            return True
    return False


class _Round:
    def __init__(
        self,
        replica: Replica,
        http: Http,
        progress: Callable[[Direction, int, float], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._replica, self._http = replica, http
        self._progress, self._cancelled = progress, cancelled
        self._until = replica.clock.monotonic_ms() + ROUND_MS
        self._written = self._waiting()
        self.done = Exchanged()

    def run(self) -> Exchanged:
        named, drafted, unsettled, attachments, quota = self._look()
        store, now = self._replica.blobs, self._replica.clock.now_ms()
        held = store.held()
        outgoing = to_send(held, named, unsettled)
        incoming = to_fetch(attachments, held, store.absent(), now, quota)
        self.done.to_send, self.done.to_fetch = len(outgoing), len(incoming)
        for content in outgoing:
            if self._must_stop() or not self._send(content, content.sha256 in named):
                break
        for wanted in incoming:
            if self._must_stop() or not self._fetch(wanted):
                break
        if incoming:
            store.make_room(quota)
        if any(content.sha256 not in named | drafted for content in outgoing):
            with self._replica.database.write() as connection:
                settings.write(connection, {"scrub": True})  # its record left, and now it may go too
        return self.done

    def _look(self) -> tuple[set[str], set[str], set[str], list[Named], int]:
        with self._replica.database.read() as connection:
            return (
                blobs.named(connection),
                blobs.drafted(connection),
                _unsettled(connection),
                _attachments(connection),
                settings.read(connection, "blob_quota", int) or QUOTA_BYTES,
            )

    def _waiting(self) -> int:
        with self._replica.database.read() as connection:
            return outbox.count(connection)[0]

    def _must_stop(self) -> bool:
        """Records come first: what was written meanwhile goes out before the next piece."""
        return (
            self._cancelled()
            or self._replica.clock.monotonic_ms() >= self._until
            or self._waiting() > self._written
        )

    def _send(self, content: Held, is_named: bool) -> bool:
        """Send one content; returns whether to go on with others."""
        try:
            is_sent = self._upload(content)
        except CrmError as error:
            if error.code == "storage_full":
                self.done.problem = error
                return False
            if error.code not in _SKIPPED:
                raise
            if error.code == "not_found" and not is_named:
                self._replica.blobs.drop(content.sha256)  # neither here nor there does a record name it
            return True
        if not is_sent:
            return False
        self._replica.blobs.note_sent(content.sha256)
        self.done.sent += 1
        self.done.to_send -= 1
        return True

    def _upload(self, content: Held) -> bool:
        """Send what the server lacks of one content; False if it had to stop on the way."""
        restarts = 0
        state = self._http.blob_state(content.sha256, content.size)
        while not state.complete:
            if self._must_stop():
                return False
            piece = self._replica.blobs.chunk(content.sha256, state.have)
            try:
                state = self._http.put_blob(content.sha256, content.size, state.have, piece)
            except CrmError as error:
                if error.code not in ("blob_offset", "blob_broken") or restarts == _MAX_RESTARTS:
                    raise
                restarts += 1
                state = self._http.blob_state(content.sha256, content.size)
            self._tell("upload", self.done.sent, state.have / content.size)
        return True

    def _tell(self, direction: Direction, count: int, share: float) -> None:
        self.done.moved = True
        self._progress(direction, count, share)

    def _fetch(self, wanted: Wanted) -> bool:
        """Fetch one content; returns whether to go on with others."""

        def progress(share: float) -> None:
            self._tell("download", self.done.received, share)

        is_thumbnail = wanted.is_thumbnail
        try:
            is_whole = fetch(
                self._replica, self._http, wanted.sha256, progress, self._must_stop, is_thumbnail=is_thumbnail
            )
        except CrmError as error:
            if error.code not in _SKIPPED and error.code != "blob_absent":
                raise
            if error.code == "blob_broken":  # not again at once: it may be large, and stay as it is
                self._replica.blobs.note_absent(wanted.sha256, self._replica.clock.now_ms())
            self.done.to_fetch -= 1
            return True
        if is_whole:
            self.done.received += 1
            self.done.to_fetch -= 1
            self.done.arrived.add(RecordKey("attachment", wanted.attachment))
        return is_whole


def _attachments(connection: Connection) -> list[Named]:
    rows = dialect.run(
        connection,
        "SELECT id, f_sha256, f_thumbnail, coalesce(f_size, 0), coalesce(created_at, 0) FROM p_attachment "
        f"WHERE {SHOWN} AND f_sha256 IS NOT NULL ORDER BY created_at DESC, n DESC",
    )
    return [Named(*row) for row in rows]


def _unsettled(connection: Connection) -> set[str]:
    """Contents whose record the server has not accepted."""
    rows = dialect.run(
        connection,
        "SELECT f_sha256, f_thumbnail FROM p_attachment WHERE id IN (SELECT id FROM outbox)",
    )
    return {sha256 for row in rows for sha256 in row if sha256}
