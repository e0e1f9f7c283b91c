"""Who runs when: work that stops at every message, one piece at a time, in an order that a seed decides."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tests.simulation.disk import KilledError


class Task:
    """A piece of work on a thread of its own that runs only between `resume` and its next `pause`."""

    def __init__(self, name: str, work: Callable[[], Any]) -> None:
        self.name = name
        self.result: Any = None
        self.is_done = False
        self.was_killed = False
        self._error: BaseException | None = None
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], Any]) -> None:
        self._go.acquire()
        try:
            self.result = work()
        except KilledError:
            self.was_killed = True
        except BaseException as error:  # noqa: BLE001 -- handed to whoever resumes
            self._error = error
        self.is_done = True
        self._back.release()

    def resume(self) -> None:
        """Let it run to its next message or its end; what it failed with is raised here."""
        self._go.release()
        self._back.acquire()
        if self.is_done:
            self._thread.join()
        if self._error is not None:
            raise self._error

    def pause(self) -> None:
        """Called by the work itself: others may run."""
        self._back.release()
        self._go.acquire()
