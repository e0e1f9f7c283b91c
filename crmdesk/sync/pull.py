"""Reading a bucket: the next pages are fetched while one is applied, and the cursor moves with the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.record import RecordKey
from crmdesk.core.wire import Head, PullItem, PullPage
from crmdesk.store import outbox
from crmdesk.store.outbox import Cursor
from crmdesk.store.replica import Arrival, Departure, Replica, Touched
from crmdesk.sync.http import Http
from crmdesk.sync.plan import Pull
from crmdesk.sync.runner import Runner

FIRST_PAGES: Final = 2
"""Pages that share one commit in a first sync; later each has its own."""
_AHEAD: Final = 4


class Taken(NamedTuple):
    """What one commit of pages brought. `share` is how far the bucket has come, from 0 to 1.

    `reached` is the bucket's head with its checksum, once nothing is left to read.
    """

    received: int
    left: int
    touched: Touched
    share: float
    reached: Head | None = None


def pull(
    replica: Replica, http: Http, runner: Runner, wanted: Pull, cancelled: Callable[[], bool]
) -> Iterator[Taken]:
    """Read a bucket to its head, a commit at a time; stopped or cut, it goes on from the last commit.

    Raises `regressed` where the server no longer holds the cursor's commit, `not_found` where the bucket was
    taken away meanwhile.
    """
    with closing(runner.ahead(_pages(http, wanted), _AHEAD)) as pages:
        for group in _grouped(pages, FIRST_PAGES if wanted.is_first else 1):
            yield _apply(replica, wanted, group)
            if cancelled():
                return


def _grouped(pages: Iterator[PullPage], size: int) -> Iterator[list[PullPage]]:
    group: list[PullPage] = []
    for page in pages:
        group.append(page)
        if len(group) == size or page.complete:
            yield group
            group = []


def _apply(replica: Replica, wanted: Pull, pages: Sequence[PullPage]) -> Taken:
    items = [item for page in pages for item in page.items]
    arrivals = [Arrival(_key(i), state, i.seq) for i in items if (state := i.state) is not None]
    departures = [Departure(_key(i), pages[0].bucket, i.move_no) for i in items if i.kind == "LEAVE"]
    with replica.database.write() as connection:
        came = replica.take_in(connection, arrivals)
        went = replica.take_in(connection, (), departures)
        _move_cursor(connection, wanted, pages[-1])
    last = pages[-1]
    share = 1.0 if last.complete else last.seq / max(1, last.head)
    return Taken(len(arrivals), len(went.keys), came | went, share, _reached(last))


def _reached(page: PullPage) -> Head | None:
    if not page.complete or page.checksum is None:
        return None
    return Head(page.bucket, page.epoch, page.seq, page.salt, page.checksum)


def _key(item: PullItem) -> RecordKey:
    return RecordKey(item.entity, item.id, item.part)


def _move_cursor(connection: Connection, wanted: Pull, page: PullPage) -> None:
    complete = page.complete or not wanted.is_first
    outbox.set_cursor(connection, Cursor(page.bucket, page.epoch, page.seq, page.salt, complete))


def _pages(http: Http, wanted: Pull) -> Iterator[PullPage]:
    """A bucket's pages in order, up to the head that its first page fixes."""
    head, cursor = wanted
    epoch, seq, salt = (cursor.epoch, cursor.seq, cursor.salt) if cursor else (head.epoch, 0, "")
    upto: int | None = None
    while True:
        page = http.pull(head.bucket, epoch, seq, salt, upto)
        yield page
        if page.complete:
            return
        epoch, seq, salt, upto = page.epoch, page.seq, page.salt, page.head
