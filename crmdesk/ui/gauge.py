"""How far a long piece of work has come, and whether it should stop: all that a worker and a window share."""

from dataclasses import dataclass
from typing import Any


@dataclass(eq=False, slots=True)
class Gauge:
    """The worker writes `reading` (a plain value, replaced whole), the window reads it; `stop` goes the other way."""

    reading: Any = None
    stop: bool = False

    def show(self, reading: Any) -> None:
        """For the worker: how far it is."""
        self.reading = reading

    def is_stopped(self) -> bool:
        """For the worker: whether a person wants no more of it."""
        return self.stop
