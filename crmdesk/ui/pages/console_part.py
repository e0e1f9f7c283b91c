"""What the tabs of the administration have in common: a list, what is chosen of it, and a search."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.text import normalise
from crmdesk.ui.pages.console_desk import ConsoleDesk
from crmdesk.ui.widgets.fields import FieldGrid, heading, label, upright
from crmdesk.ui.widgets.marks import Avatar, EmptyState

_ASIDE_WIDTH = 360


class ConsolePart(QWidget):
    """One tab. Override `reload`, `hint` and, where something can be made, `add`; set `_entries` to what the keys go to."""

    _entries: QWidget

    def __init__(self, desk: ConsoleDesk) -> None:
        super().__init__()
        self._desk, self._wanted = desk, ""

    def reload(self) -> None:
        """Show what is so now, as far as it is searched for."""

    def hint(self) -> str:
        """What the search field says."""
        return ""

    def add(self) -> None:
        """Make something new: Ctrl+N. Nothing, where things come about elsewhere."""

    def search(self, text: str) -> None:
        """Show only what this text is found in."""
        self._wanted = normalise(text)
        self.reload()

    def take_keyboard(self) -> None:
        """Let the keys go to the list."""
        self._entries.setFocus()

    def _is_found(self, *words: str) -> bool:
        return not self._wanted or self._wanted in normalise(" ".join(words))


class ListPart(ConsolePart):
    """A tab with a list at the left and the chosen one at the right; `empty` stands where nothing is to be listed.

    The right side begins with `avatar` and `name`; `sentence` and `fields` go where a tab puts them.
    """

    def __init__(self, desk: ConsoleDesk, empty: EmptyState) -> None:
        super().__init__(desk)
        self.empty = empty
        self._stack = QStackedWidget()
        self.aside = QFrame()
        self.avatar, self.name = Avatar(36), heading()
        self.sentence = label("", "second")
        self.sentence.setWordWrap(True)
        self.fields = FieldGrid(1)

    def _lay_out(
        self, entries: QWidget, tools: Sequence[QWidget | None], details: Sequence[QWidget | QLayout]
    ) -> None:
        """Put `tools` above the list, None being the gap between them, and `details` below the name of the chosen one."""
        self._entries = entries
        for shown in (entries, self.empty):
            self._stack.addWidget(shown)
        left = QVBoxLayout()
        left.setSpacing(0)
        if tools:
            left.addWidget(_strip(tools))
        left.addWidget(self._stack, 1)
        self._fill_aside(details)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.aside)

    def _fill_aside(self, details: Sequence[QWidget | QLayout]) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.avatar)
        head.addWidget(self.name, 1)
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(10)
        inner.addLayout(head)
        for detail in details:
            if isinstance(detail, QWidget):
                inner.addWidget(detail)
            else:
                inner.addLayout(detail)
        inner.addStretch(1)
        self.aside.setObjectName("aside")
        self.aside.setFixedWidth(_ASIDE_WIDTH)
        column = QVBoxLayout(self.aside)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(upright(inside))

    def _show_list(self, *, is_empty: bool) -> None:
        self._stack.setCurrentWidget(self.empty if is_empty else self._entries)


def _strip(tools: Sequence[QWidget | None]) -> QFrame:
    strip = QFrame()
    strip.setObjectName("strip")
    row = QHBoxLayout(strip)
    row.setContentsMargins(18, 6, 12, 6)
    for tool in tools:
        if tool is None:
            row.addStretch(1)
        else:
            row.addWidget(tool)
    return strip


def in_a_row(*shown: QWidget) -> QHBoxLayout:
    """Widgets side by side, from the left."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for one in shown:
        row.addWidget(one)
    row.addStretch(1)
    return row
