"""Work that sync does beside itself. The engine is handed a runner and starts no thread of its own."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

T = TypeVar("T")


class Runner(Protocol):
    """Who runs what need not wait for the caller."""

    def ahead(self, items: Iterator[T], limit: int) -> Generator[T, None, None]:
        """The items in their order, up to `limit` of them made before they are asked for.

        What `items` raises is raised after the items before it. Closing the generator ends the work.
        """
        ...


TURN_SECONDS: Final = 0.0005


class Threads:
    """A worker thread for each piece of work.

    From then on threads take turns more often than Python lets them: a save gives way at each of its statements, and
    would wait five milliseconds every time for whoever reads what a server sent.
    """

    def __init__(self) -> None:
        sys.setswitchinterval(min(TURN_SECONDS, sys.getswitchinterval()))

    def ahead(self, items: Iterator[T], limit: int) -> Generator[T, None, None]:
        made: queue.SimpleQueue[tuple[T] | None] = queue.SimpleQueue()
        room = threading.Semaphore(limit)
        stop = threading.Event()

        def make() -> None:
            try:
                while room.acquire() and not stop.is_set():
                    for item in items:
                        made.put((item,))
                        break
                    else:
                        return
            finally:
                made.put(None)  # the end, whatever ended it

        with ThreadPoolExecutor(1, thread_name_prefix="ahead") as worker:
            work = worker.submit(make)
            try:
                while (found := made.get()) is not None:
                    room.release()
                    yield found[0]
                work.result()
            finally:
                stop.set()
                room.release()
