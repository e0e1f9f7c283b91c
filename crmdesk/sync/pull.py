"""Reading a bucket: the next pages are fetched while one is applied, and the cursor moves with the rows."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.record import RecordKey
from crmdesk.core.wire import PullItem, PullPage
from crmdesk.store import outbox
from crmdesk.store.outbox import Cursor
from crmdesk.store.replica import Arrival, Departure, Replica, Touched
from crmdesk.sync.http import Http
from crmdesk.sync.plan import Pull

FIRST_PAGES: Final = 2
"""Pages that share one commit in a first sync; later each has its own."""
_AHEAD: Final = 4


class Taken(NamedTuple):
    """What one commit of pages brought. `share` is how far the bucket has come, from 0 to 1."""

    received: int
    left: int
    touched: Touched
    share: float


def pull(replica: Replica, http: Http, wanted: Pull, cancelled: Callable[[], bool]) -> Iterator[Taken]:
    """Read a bucket to its head, a commit at a time; stopped or cut, it goes on from the last commit.

    Raises `regressed` where the server no longer holds the cursor's commit, `not_found` where the bucket was
    taken away meanwhile.
    """
    with closing(_pages(http, wanted)) as pages:
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
    return Taken(len(arrivals), len(went.keys), came | went, share)


def _key(item: PullItem) -> RecordKey:
    return RecordKey(item.entity, item.id, item.part)


def _move_cursor(connection: Connection, wanted: Pull, page: PullPage) -> None:
    complete = page.complete or not wanted.is_first
    outbox.set_cursor(connection, Cursor(page.bucket, page.epoch, page.seq, page.salt, complete))


class _Ahead:
    """Pages fetched by a background worker, a bounded number of them ahead of the reader."""

    def __init__(self) -> None:
        self.pages: queue.SimpleQueue[PullPage | None] = queue.SimpleQueue()
        self.room = threading.Semaphore(_AHEAD)
        self.stop = threading.Event()

    def fetch(self, http: Http, wanted: Pull) -> None:
        """Fetch to the head or until told to stop; None marks the end, whatever ended it."""
        head, cursor = wanted
        epoch, seq, salt = (cursor.epoch, cursor.seq, cursor.salt) if cursor else (head.epoch, 0, "")
        upto: int | None = None
        try:
            while self.room.acquire() and not self.stop.is_set():
                page = http.pull(head.bucket, epoch, seq, salt, upto)
                self.pages.put(page)
                if page.complete:
                    return
                epoch, seq, salt, upto = page.epoch, page.seq, page.salt, page.head
        finally:
            self.pages.put(None)


def _pages(http: Http, wanted: Pull) -> Generator[PullPage, None, None]:
    """A bucket's pages in order."""
    ahead = _Ahead()
    with ThreadPoolExecutor(1, thread_name_prefix="pull") as background:
        work = background.submit(ahead.fetch, http, wanted)
        try:
            while (page := ahead.pages.get()) is not None:
                ahead.room.release()
                yield page
            work.result()
        finally:
            ahead.stop.set()
            ahead.room.release()
