"""What a page is to the window, and what the window is to a page. Every screen of the product builds on this."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.ui.bus import Bus
from crmdesk.ui.notices import Notice
from crmdesk.ui.runner import Runner


class Shell(Protocol):
    """The window as a page sees it."""

    @property
    def runner(self) -> Runner:
        """Where work goes; never start a thread."""
        ...

    @property
    def bus(self) -> Bus:
        """Emit `touched` after a write."""
        ...

    def go(self, key: str, subject: object = None) -> None:
        """Show the page `key`; `subject` (a record's id, say) reaches its `show_subject`."""
        ...

    def back(self) -> None:
        """Return to the page before."""
        ...

    def post(self, notice: Notice) -> None:
        """Tell the person something, with Undo if there is one."""
        ...

    def focus_search(self) -> None:
        """Put the keyboard into the top bar's search."""
        ...

    def set_search(self, text: str) -> None:
        """Put a text into the top bar's search, as if the person had typed it."""
        ...

    def set_badge(self, key: str, count: int, *, urgent: bool = False) -> None:
        """Show a count at a rail entry."""
        ...


class Page(QWidget):
    """One screen. Override what you need; the window calls these on the GUI thread.

    The top bar shows `title`, `count`, a search field if `search_hint` is set, and the widgets of `actions()`.
    Change title or count, then emit `header_changed`. Give every control an accessible name.
    """

    header_changed = Signal()

    title: str = ""
    count: int | None = None
    search_hint: str = ""

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shell = shell
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # single-letter keys reach the page

    @property
    def current_customer(self) -> str | None:
        """The customer in view, whom F6 logs a visit to."""
        return None

    def actions_in_bar(self) -> Sequence[QWidget]:
        """Widgets for the right end of the top bar, made once; the last one should be the primary action."""
        return ()

    def closing(self) -> None:
        """The window goes: have what is under way stop where it may go on another day."""

    def show_subject(self, subject: object) -> None:
        """What `shell.go(key, subject)` carried; not called when it carried nothing."""

    def entered(self) -> None:
        """The page came into view, each time: load what is stale, put the focus where work starts."""

    def search(self, text: str) -> None:
        """The person typed into the top bar's search and paused."""

    def leave_search(self) -> None:
        """Arrow down in the search field: take the keyboard into the list."""

    def touched(self, change: object) -> None:
        """A write anywhere touched `change` (what the use case returned): reload only that."""

    def new_record(self) -> None:
        """Ctrl+N while this page is in view."""

    def undo(self) -> None:
        """Ctrl+Z while no notice offers an undo."""

    def may_leave(self) -> bool:
        """False keeps the page in view; a draft must be stored rather than a person asked."""
        return True


@dataclass(frozen=True, slots=True)
class PageSpec:
    """An entry in the registry of pages.

    `place` is "rail" (gets the next Ctrl+digit), "foot" (bottom of the rail) or "hidden" (reached by `go` only).
    `build(shell)` runs on the first visit and may import what only this page needs.
    """

    key: str
    title: str
    icon: str
    build: Callable[[Shell], Page]
    place: str = "rail"
