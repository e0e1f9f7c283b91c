"""The only owner of threads: plain work goes out, plain results come back to the GUI thread by one queued signal.

Work must not touch or capture a QObject. It must not know what the work is for.
"""

import gc
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import count
from typing import Any, Final, ParamSpec, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

_TURN_SECONDS: Final = 0.0005
T = TypeVar("T")
P = ParamSpec("P")


class Lane(StrEnum):
    """Which threads do the work. WRITE is one thread, so local writes keep their order.

    LIVE is for work that waits for something to happen, and that nobody waits for.
    """

    WRITE = "write"
    READ = "read"
    NETWORK = "network"
    LIVE = "live"


@dataclass(eq=False, slots=True)
class Job:
    """One piece of work under way; cancel it, or let a newer job with the same key overtake it."""

    number: int
    work: Callable[[], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None
    owner: QObject | None
    key: tuple[int, str] | None
    lane: Lane = Lane.WRITE
    is_needed: bool = False
    future: Future[Any] | None = None
    dropped: bool = False

    def cancel(self) -> None:
        """Forget the result; the work itself is stopped only if it has not begun."""
        self.dropped = True
        if self.future is not None:
            self.future.cancel()


class Runner(QObject):
    """Runs work on a lane and reports on the GUI thread.

    `unhandled(Exception)` fires for a failure nobody asked to hear of; `idle()` when nothing is pending.
    """

    unhandled = Signal(object)
    idle = Signal()
    _ended = Signal(int)

    def __init__(
        self,
        lanes: Mapping[Lane, Executor],
        delivery: Qt.ConnectionType = Qt.ConnectionType.QueuedConnection,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lanes = lanes
        self._jobs: dict[int, Job] = {}
        self._latest: dict[tuple[int, str], Job] = {}
        self._numbers = count(1)
        self._ended.connect(self._deliver, delivery)

    @classmethod
    def threaded(cls, parent: QObject | None = None) -> "Runner":
        """The product's runner: one writer, one reader, two for the network, one that listens.

        From then on threads take turns more often than Python lets them: painting a list asks Python for each of its cells,
        and would wait five milliseconds every time while a file is imported.
        """
        sys.setswitchinterval(min(_TURN_SECONDS, sys.getswitchinterval()))
        sizes = {Lane.WRITE: 1, Lane.READ: 1, Lane.NETWORK: 2, Lane.LIVE: 1}
        return cls(
            {lane: ThreadPoolExecutor(size, f"crmdesk-{lane}") for lane, size in sizes.items()}, parent=parent
        )

    @classmethod
    def inline(cls, parent: QObject | None = None) -> "Runner":
        """A runner that has finished when `run` returns; for tests and pictures."""
        here = _InlineExecutor()
        return cls(dict.fromkeys(Lane, here), Qt.ConnectionType.DirectConnection, parent)

    @property
    def pending(self) -> int:
        """How many jobs that somebody waits for have not been delivered or dropped yet."""
        return sum(job.lane is not Lane.LIVE for job in self._jobs.values())

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        lane: Lane = Lane.WRITE,
        owner: QObject | None = None,
        key: str = "",
        is_needed: bool = False,
    ) -> Job:
        """Run `work` on `lane`; then call `done(result)` or `failed(error)` on the GUI thread.

        Neither is called once `owner` is gone (default: the QObject that `done` is a method of), nor when a
        newer job of the same owner and non-empty `key` was started meanwhile: only the latest search counts.
        What `is_needed` is done even if the program ends before its turn.
        """
        owner = owner or _owner_of(done) or _owner_of(failed)
        generation = (id(owner), key) if key else None
        job = Job(next(self._numbers), work, done, failed, owner, generation, lane, is_needed)
        if generation is not None:
            if older := self._latest.get(generation):
                older.cancel()
            self._latest[generation] = job
        self._jobs[job.number] = job
        # The box empties when the work starts, so its last reference dies with the job, on this thread.
        job.future = self._lanes[lane].submit(_unboxed, [work])
        job.future.add_done_callback(partial(_report, self._ended.emit, job.number))
        return job

    def forget(self) -> None:
        """Deliver nothing of what is under way: whoever asked is leaving. The work itself is done all the same."""
        for job in self._jobs.values():
            job.dropped = True

    def shutdown(self) -> None:
        """Finish every write, drop other work that has not begun, wait for what has, deliver nothing more."""
        self._lanes[Lane.WRITE].shutdown(wait=True)  # what a person saved or typed is never dropped
        for job in self._jobs.values():
            if not job.is_needed:
                job.cancel()
        for lane in set(self._lanes.values()):
            lane.shutdown(wait=True)
        self._jobs.clear()
        self._latest.clear()

    @Slot(int)
    def _deliver(self, number: int) -> None:
        job = self._jobs.pop(number, None)
        if job is None or job.future is None:
            return
        if job.key is not None and self._latest.get(job.key) is job:
            del self._latest[job.key]
        if not job.dropped and (job.owner is None or shiboken6.isValid(job.owner)):
            self._settle(job, job.future)
        if not self.pending:
            self.idle.emit()

    def _settle(self, job: Job, future: Future[Any]) -> None:
        error = future.exception()
        if error is None:
            if job.done is not None:
                job.done(future.result())
        elif job.failed is not None and isinstance(error, Exception):
            job.failed(error)
        else:
            self.unhandled.emit(error)


def _unboxed(box: list[Callable[[], T]]) -> T:
    return box.pop()()


def _report(emit: Callable[[int], None], number: int, _future: Future[Any]) -> None:
    emit(number)


def _owner_of(callback: Callable[..., Any] | None) -> QObject | None:
    holder = getattr(callback, "__self__", None)
    return holder if isinstance(holder, QObject) else None


class _InlineExecutor(Executor):
    """Does the work at once, in the caller's thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 -- as any executor: the future carries it to the caller
            future.set_exception(error)
        return future


class Collector(QObject):
    """Collects cyclic garbage on the GUI thread only: a collection in a worker would destroy widgets there."""

    def __init__(self, parent: QObject | None = None, every_ms: int = 2000) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=every_ms)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    @Slot()
    def _collect(self) -> None:
        young, middle, old = gc.get_count()
        limits = gc.get_threshold()
        if old > limits[2]:
            gc.collect()
        elif middle > limits[1]:
            gc.collect(1)
        elif young > limits[0]:
            gc.collect(0)
