"""Long writing in steps: one step after another in the writer's lane, so that whoever types meanwhile hardly waits."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from crmdesk.ui.context import Context
from crmdesk.ui.runner import Lane
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched


class Stepped(Protocol):
    """Something under way: `step` writes the next of it until it is `done`; `share` says how much of it is."""

    done: bool

    @property
    def share(self) -> float: ...

    def step(self) -> "Touched": ...


T = TypeVar("T", bound=Stepped)


class Steps(QObject):
    """Carries one out. `moved(share)` after each step, `ended(it)` at its end or once it was stopped, `failed(error)`.

    What a step wrote is told on the bus as it is written.
    """

    moved = Signal(float)
    ended = Signal(object)
    failed = Signal(object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.is_stopped = False

    def start(self, begin: Callable[[Workspace], Stepped]) -> None:
        """Begin; `begin` is called in the writer's lane."""
        self._run(partial(_begun, begin))

    def stop(self) -> None:
        """After the step that is under way; what was written stays."""
        self.is_stopped = True

    def _run(self, work: Callable[[Workspace], "tuple[Stepped, Touched | None]"]) -> None:
        run = self._context.runner.run
        run(
            partial(work, self._context.workspace),
            self._stepped,
            self.failed.emit,
            lane=Lane.WRITE,
            owner=self,
        )

    def _stepped(self, found: "tuple[Stepped, Touched | None]") -> None:
        under_way, touched = found
        if touched is not None:
            self._context.bus.touched.emit(touched)
        self.moved.emit(under_way.share)
        if under_way.done or self.is_stopped:
            self.ended.emit(under_way)
        else:
            self._run(partial(_step, under_way))


def _begun(begin: Callable[[Workspace], Stepped], workspace: Workspace) -> "tuple[Stepped, Touched | None]":
    return begin(workspace), None


def _step(under_way: Stepped, _workspace: Workspace) -> "tuple[Stepped, Touched | None]":
    return under_way, under_way.step()
