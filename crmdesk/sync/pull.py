"""Reading a bucket: the next pages are fetched and read while one is applied; the cursor moves with the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import Dot, RecordKey
from crmdesk.core.wire import Head, PullItem, PullPage
from crmdesk.store import outbox, settings
from crmdesk.store.delivery import Arrival, Delivery, Departure
from crmdesk.store.outbox import Cursor
from crmdesk.store.replica import Replica, Touched
from crmdesk.sync import plan, push
from crmdesk.sync.brake import Brake
from crmdesk.sync.http import Http
from crmdesk.sync.plan import Pull, Told
from crmdesk.sync.runner import Runner

_AHEAD: Final = plan.MOST_PAGES
"""Pages that are read before they are asked for, as many as a transaction takes (`plan.MOST_PAGES`); each holds a
thousand records in memory."""
_FETCHED_AHEAD: Final = 1
"""Pages that wait to be read: the server makes the next one meanwhile."""


class Taken(NamedTuple):
    """What one commit of so many pages brought. `share` is how far the bucket has come, from 0 to 1.

    `reached` is the bucket's head with its checksum, once nothing is left to read.
    """

    pages: int
    received: int
    left: int
    touched: Touched
    share: float
    reached: Head | None = None


class _Ready(NamedTuple):
    """A page whose records were read."""

    page: PullPage
    came: Delivery
    gone: list[Departure]


def pull(
    replica: Replica,
    http: Http,
    runner: Runner,
    wanted: Pull,
    cancelled: Callable[[], bool],
    brake: Brake,
    heard_ms: int | None = None,
) -> Iterator[Taken]:
    """Read a bucket to its head, a commit at a time; stopped or cut, it goes on from the last commit.

    What came whole before a cut is kept. Raises `mass_deletion` before taking in what would hide too much, `regressed`
    where the server no longer holds the cursor's commit or the head, `not_found` where the bucket was taken away meanwhile.
    `heard_ms` is the server's time of the heads.
    """
    group: list[_Ready] = []
    together = 1
    with replica.database.read() as connection:
        told = _told(connection, wanted.head, heard_ms)
        has_unsent = outbox.count(connection)[0] > 0
    source = _pages(http, wanted, told, has_unsent=has_unsent)
    with (
        closing(runner.ahead(source, _FETCHED_AHEAD)) as fetched,
        closing(runner.ahead(_read(replica, fetched), _AHEAD)) as pages,
    ):
        try:
            for ready in pages:
                group.append(ready)
                while group and (len(group) >= together or group[-1].page.complete):
                    taken = _apply(replica, wanted, group, brake)
                    del group[: taken.pages]
                    together = min(plan.MOST_PAGES, taken.pages * 2)
                    yield taken
                    if cancelled():
                        return
        except CrmError as error:
            while group and error.code != "mass_deletion":
                taken = _apply(replica, wanted, group, brake)
                del group[: taken.pages]
                yield taken
            raise


def _read(replica: Replica, pages: Iterator[PullPage]) -> Iterator[_Ready]:
    for page in pages:
        came = [Arrival(_key(i), state, i.seq) for i in page.items if (state := i.state) is not None]
        gone = [Departure(_key(i), page.bucket, i.move_no) for i in page.items if i.kind == "LEAVE"]
        yield _Ready(page, replica.read(came), gone)


def _apply(replica: Replica, wanted: Pull, group: Sequence[_Ready], brake: Brake) -> Taken:
    """Write the first of these pages in one transaction: as many as it may take, see `plan.goes_on`."""
    touched, left = Touched(), 0
    database = replica.database
    with database.write() as connection:
        started = replica.clock.monotonic_ms()
        for pages, (_, came, gone) in enumerate(group, 1):
            brake.count_delivery(connection, came)
            push.doubt(replica, connection, came)
            touched |= replica.take_in(connection, came)
            _settle_taken_in(connection, came)
            if gone:
                went = replica.take_in(connection, (), gone)
                touched, left = touched | went, left + len(went.keys)
            took_ms = replica.clock.monotonic_ms() - started
            if not plan.goes_on(pages, took_ms, is_awaited=database.is_awaited):
                break
        page = group[pages - 1].page
        _move_cursor(connection, wanted, page)
    share = 1.0 if page.complete else page.seq / max(1, page.head)
    received = sum(len(came.delivered) + len(came.failed) for _, came, _ in group[:pages])
    return Taken(pages, received, left, touched, share, _reached(page))


def _settle_taken_in(connection: Connection, came: Delivery) -> None:
    """Forget the refusal of edits that the server has taken in since: an administrator let them be judged again."""
    refused = outbox.refused(connection)
    if not refused:
        return
    held = {one.arrival.key: one.record for one in came.delivered}
    actor = settings.identity(connection).actor
    taken_in = [e.counter for e in refused if e.key in held and held[e.key].has_seen(Dot(actor, e.counter))]
    outbox.settle(connection, taken_in)


def _reached(page: PullPage) -> Head | None:
    if not page.complete or page.checksum is None:
        return None
    return Head(page.bucket, page.epoch, page.seq, page.salt, page.checksum)


def _key(item: PullItem) -> RecordKey:
    return RecordKey(item.entity, item.id, item.part)


def _move_cursor(connection: Connection, wanted: Pull, page: PullPage) -> None:
    complete = page.complete or not wanted.is_first
    # What was heard stays: a server restored since the heads were read tells of commits that prove nothing.
    outbox.set_cursor(connection, Cursor(page.bucket, page.epoch, page.seq, page.salt, complete))


def _told(connection: Connection, head: Head, heard_ms: int | None) -> Told:
    """The bucket's latest commit that this laptop was told of: with the heads, or since by the answer to a push."""
    epoch, seq, salt = outbox.heard(connection).get(head.bucket, (head.epoch, 0, ""))
    is_later = epoch == head.epoch and seq > head.seq
    return Told(seq, salt, heard_ms) if is_later else Told(head.seq, head.salt, heard_ms)


def _pages(http: Http, wanted: Pull, told: Told, *, has_unsent: bool) -> Iterator[PullPage]:
    """A bucket's pages in order, up to the head that its first page fixes.

    The server has to hold what it `told` of: restored since, it may still hold the cursor, and what it tells from
    there on has forgotten what it took in after its backup. `has_unsent`: edits wait that a push before this pull
    could not bring.
    """
    head, cursor = wanted
    epoch, seq, salt = (cursor.epoch, cursor.seq, cursor.salt) if cursor else (head.epoch, 0, "")
    upto: int | None = None
    while True:
        page = http.pull(head.bucket, epoch, seq, salt, upto, told=told, has_unsent=has_unsent)
        if page.bucket != head.bucket or page.seq < seq or not (page.complete or page.seq > seq):
            raise CrmError("not_crmdesk", address=http.url)  # another bucket's, or it would never end
        yield page
        if page.complete:
            return
        epoch, seq, salt, upto = page.epoch, page.seq, page.salt, page.head
