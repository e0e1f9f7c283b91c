"""What every page works with: the open workspace, its names, a person's preferences, and the way to write.

It must not know any page. Work handed to it runs in the writer's lane and must touch no QObject.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import shiboken6
from PySide6.QtCore import QObject

from crmdesk.core.criteria import Bearings
from crmdesk.core.errors import CrmError, Language
from crmdesk.core.registry import Field, Registry
from crmdesk.store.reading import Reader
from crmdesk.system import preferences as stored
from crmdesk.system.preferences import Preferences
from crmdesk.ui import language
from crmdesk.ui.bus import Bus
from crmdesk.ui.notices import Notice
from crmdesk.ui.permits import Permits
from crmdesk.ui.runner import Job, Lane, Runner
from crmdesk.usecases import history, narrowing
from crmdesk.usecases.directory import ENTITIES, Directory, read_directory, read_registry
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.status import title_of
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:  # the replica loads SQLAlchemy, and the first paint only reads
    from crmdesk.store.replica import Replica, Touched

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What follows a write: whom to tell, and in which words."""

    said: str
    undo: bool
    done: Callable[[Outcome[Any]], None] | None
    failed: Callable[[Exception], None] | None


class Context(QObject):
    """One for a window. `reader` is for the GUI thread; `write` for everything that changes something."""

    def __init__(
        self,
        workspace: Workspace,
        runner: Runner,
        bus: Bus,
        preferences: Preferences | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.workspace, self.runner, self.bus = workspace, runner, bus
        self.preferences = preferences or stored.load(workspace.profile.preferences)
        self.seeing = workspace.seeing()
        self.permits = Permits(workspace, runner, self)
        self._directory: Directory | None = None
        self._registry: Registry | None = None
        bus.touched.connect(self._touched)

    @property
    def reader(self) -> Reader:
        """The GUI thread's own reader; its queries stay under 15 ms."""
        return self.workspace.reader

    @property
    def language(self) -> Language:
        return language.current()

    @property
    def directory(self) -> Directory:
        """Names of people, teams and tags; read again after one of them changed."""
        if self._directory is None:
            self._directory = read_directory(self.reader)
        return self._directory

    @property
    def registry(self) -> Registry:
        """The declarations, with the fields administrators added."""
        if self._registry is None:
            self._registry = read_registry(self.reader)
        return self._registry

    def bearings(self) -> Bearings:
        """What the words of criteria mean here and now."""
        return narrowing.bearings(self.registry, self.directory, self.today())

    def name_of(self, kind: str, key: str) -> str | None:
        """What a person calls what a value stands for: a record of a kind, or a code of a table; None if it isn't here."""
        return self.directory.name_of(kind, key) or title_of(self.reader, self.registry, kind, key) or None

    def may(self, entity: str, *fields: str) -> bool:
        """Whether this person's role lets them write these fields of an entity; without any, make a new one."""
        declared = self.registry[entity]
        return declared.may_write(*fields) if fields else declared.may_make()

    @property
    def may_audit(self) -> bool:
        """Whether this person's role reads the company's audit."""
        return self.directory.me.role in ("administrator", "auditor")

    def why_not(self, field: Field) -> str:
        """Why a withheld field can't be filled in; blank for any other."""
        if not field.withheld:
            return ""
        error = CrmError("forbidden_field", field=field.label)
        if self.seeing is not None:
            error = CrmError(self.seeing.refusal())
        return str(error.sentence(self.language).happened)

    def may_save(self) -> bool:
        """Whether what is on show may become a file; says why not. What another person sees may not."""
        if self.seeing is not None:
            self.tell(CrmError("seeing_copy"))
        return self.seeing is None

    def today(self) -> date:
        """The company's day."""
        return self.workspace.today()

    def prefer(self, **changes: object) -> None:
        """Change preferences and store them."""
        self.preferences = msgspec.structs.replace(self.preferences, **changes)
        stored.save(self.workspace.profile.preferences, self.preferences)

    def write(
        self,
        work: "Callable[[Replica], Outcome[T]]",
        done: Callable[[Outcome[T]], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        said: str = "",
        undo: bool = True,
    ) -> Job:
        """Run a write use case on the replica, then tell the bus what it touched and the page its `done`.

        `said` is posted as a notice, with Undo if `undo`; nothing is posted where nothing was written. Without
        `failed`, an expected error is posted in the person's language. `done` and `failed` should be methods
        of a QObject: they are not called once it is gone.
        """
        wish = _Wish(said, undo, done, failed)
        return self.runner.run(
            partial(_on_replica, self.workspace, work),
            partial(self._wrote, wish),
            partial(self._failed, wish),
            lane=Lane.WRITE,
            owner=self,
        )

    def read(
        self,
        work: Callable[[Workspace], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        key: str = "",
    ) -> Job:
        """Run slow reading off the GUI thread; `work` opens its own reader (`workspace.another_reader`)."""
        return self.runner.run(partial(work, self.workspace), done, failed, lane=Lane.READ, key=key)

    def undo(self, txn: str) -> None:
        """Take a transaction back, and say what could not be."""
        self.write(partial(_take_back, txn), self._undone)

    def undo_last(self) -> None:
        """Take back what the person wrote last on this laptop."""
        txn = history.last_transaction(self.reader, self.directory.me.id)
        if txn is None:
            self.tell(CrmError("nothing_to_undo"))
        else:
            self.undo(txn)

    def tell(self, error: CrmError) -> None:
        """Post an expected error as a notice."""
        self.bus.notice.emit(Notice(str(error.sentence(self.language)), "bad", seconds=10))

    def report(self, error: Exception) -> None:
        """Post an expected error; hand any other to whoever logs surprises."""
        if isinstance(error, CrmError):
            self.tell(error)
        else:
            self.runner.unhandled.emit(error)

    def say(self, text: str, kind: str = "done") -> None:
        """Post a plain notice."""
        self.bus.notice.emit(Notice(text, kind))

    def _wrote(self, wish: _Wish, outcome: Outcome[Any]) -> None:
        self.bus.touched.emit(outcome.touched)
        if wish.said and outcome.txn is not None:
            label, action = (
                ("", None) if not wish.undo else (self.tr("Undo"), partial(self.undo, outcome.txn))
            )
            self.bus.notice.emit(Notice(wish.said, action_label=label, action=action, undo=wish.undo))
        if wish.done is not None and _is_alive(wish.done):
            wish.done(outcome)

    def _failed(self, wish: _Wish, error: Exception) -> None:
        if wish.failed is not None and _is_alive(wish.failed):
            wish.failed(error)
        else:
            self.report(error)

    def _undone(self, outcome: Outcome[history.Undone]) -> None:
        kept = len(outcome.value.kept)
        text = self.tr("Taken back.")
        if kept:
            text = self.tr("Taken back. %n field(s) changed since were left alone.", "", kept)
        self.say(text, "warn" if kept else "done")

    def _touched(self, change: "Touched") -> None:
        if change.concerns("user", "role", "team", "book", "share", "delegation"):
            self.permits.forget()
        if change.concerns(*ENTITIES):
            self._directory = self._registry = None


def _on_replica(workspace: Workspace, work: "Callable[[Replica], T]") -> T:
    return work(workspace.replica)


def _take_back(txn: str, replica: "Replica") -> Outcome[history.Undone]:
    return history.undo(replica, txn)


def _is_alive(callback: Callable[..., object]) -> bool:
    holder = getattr(callback, "__self__", None)
    return not isinstance(holder, QObject) or shiboken6.isValid(holder)
