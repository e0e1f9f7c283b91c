"""The review queue of a manager: visits of the team nobody has read yet, one or two keys each."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.format import format_value
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.buttons import KeyHint
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import FieldGrid, heading, label
from crmdesk.ui.widgets.marks import Avatar, EmptyState, Progress, StagePill
from crmdesk.usecases import reviews
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.reviews import Visit
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched

_ROOM_FOR_HINTS = 960
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Queue:
    """The oldest visits that wait, and how many wait in all."""

    visits: list[Visit]
    waiting: int


def read_queue(user: str, workspace: Workspace) -> Queue:
    """Read the queue with a reader of its own; for the reader's lane."""
    reader = workspace.another_reader()
    try:
        found = reviews.queue(reader, user, limit=_SHOWN)
        return Queue(found, reviews.waiting(reader) if len(found) == _SHOWN else len(found))
    finally:
        reader.close()


class RemarkField(QPlainTextEdit):
    """A remark. Enter says `sent()`, Shift+Enter begins a line, Esc says `left()`."""

    sent = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(self.tr("A remark for the rep… Enter saves it as reviewed"))
        self.setAccessibleName(self.tr("Remark"))
        self.setTabChangesFocus(True)
        self.setFixedHeight(84)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class Review(Page):
    """Queue at the left, the visit at the right."""

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Review")
        self._context = context
        self._visits: dict[str, Visit] = {}
        self._reviewed: list[str] = []
        self._is_stale = True
        self._sending = ""
        self.list = EntryList(self.tr("Visits to review"))
        self.list.current.connect(self._show_current)
        self.list.opened.connect(self._open_customer)
        self.remark = RemarkField()
        self.remark.sent.connect(self.mark_reviewed)
        self.remark.left.connect(self._leave_remark)
        self.progress = Progress()
        self.empty = EmptyState("circle-check", self.tr("Every visit has been reviewed."))
        self._build()

    # -- building -----------------------------------------------------------------------------------

    def _build(self) -> None:
        frame = QWidget()
        frame.setFixedWidth(330)
        left = QVBoxLayout(frame)
        left.setContentsMargins(0, 12, 0, 0)
        left.setSpacing(10)
        strip = QHBoxLayout()
        strip.setContentsMargins(16, 0, 16, 0)
        strip.addWidget(self.progress)
        left.addLayout(strip)
        left.addWidget(self.list, 1)
        self._both = QWidget()
        row = QHBoxLayout(self._both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(frame)
        row.addWidget(self._detail(), 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._both)
        self._stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _detail(self) -> QFrame:
        aside = QFrame()
        aside.setObjectName("aside")
        column = QVBoxLayout(aside)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        inner = QVBoxLayout()
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(14)
        inner.addLayout(self._head())
        self._summary = label("")
        self._summary.setWordWrap(True)
        self._summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inner.addWidget(self._summary)
        self._facts = FieldGrid(1)
        inner.addWidget(self._facts)
        inner.addStretch(1)
        inner.addWidget(label(self.tr("Remark"), "faint"))
        inner.addWidget(self.remark)
        column.addLayout(inner, 1)
        column.addWidget(self._foot())
        return aside

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self._avatar = Avatar(40)
        row.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._name = heading()
        self._by = label("", "second")
        words.addWidget(self._name)
        words.addWidget(self._by)
        row.addLayout(words, 1)
        self._kind = StagePill()
        row.addWidget(self._kind, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(
            buttons.icon_button("external-link", self.tr("Open the customer"), self._open_shown),
            0,
            Qt.AlignmentFlag.AlignTop,
        )
        return row

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("footer")
        row = QHBoxLayout(foot)
        row.setContentsMargins(20, 10, 16, 10)
        row.setSpacing(8)
        self._hints = QWidget()
        hints = QHBoxLayout(self._hints)
        hints.setContentsMargins(0, 0, 0, 0)
        for keys, meaning in (("J", self.tr("Next")), ("K", self.tr("Previous")), ("R", self.tr("Remark"))):
            hints.addWidget(KeyHint(keys))
            hints.addWidget(label(meaning, "faint"))
        row.addWidget(self._hints)
        row.addStretch(1)
        row.addWidget(KeyHint("F"))
        self._flag = buttons.secondary(self.tr("Flag"), "flag", self.mark_flagged)
        row.addWidget(self._flag)
        row.addWidget(KeyHint("Space"))
        self._done = buttons.primary(self.tr("Reviewed"), "check", self.mark_reviewed)
        row.addWidget(self._done)
        return foot

    # -- what the window asks -----------------------------------------------------------------------

    def entered(self) -> None:
        if self._is_stale:
            self.reload()
        self.list.setFocus()

    def touched(self, change: "Touched") -> None:  # type: ignore[override]
        if change.concerns("visit", "review", "customer"):
            self._is_stale = True
            if self.isVisible():
                self.reload()

    def undo(self) -> None:
        """Take the last review of this visit back, else whatever was written last."""
        if self._reviewed:
            self._context.undo(self._reviewed.pop())
        else:
            self._context.undo_last()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text().lower()
        if text in ("j", "k"):
            self.list.step(1 if text == "j" else -1)
        elif text == "r":
            self.remark.setFocus()
        elif text == "f":
            self.mark_flagged()
        elif event.key() == Qt.Key.Key_Space:
            self.mark_reviewed()
        elif text == "u":
            self.undo()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hints.setVisible(event.size().width() >= _ROOM_FOR_HINTS)

    # -- loading ------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the queue again."""
        self._is_stale = False
        user = self._context.directory.me.id
        self._context.read(partial(read_queue, user), self._show, key="queue")

    def _show(self, queue: Queue) -> None:
        self._visits = {visit.id: visit for visit in queue.visits}
        self.count = queue.waiting
        self.header_changed.emit()
        rows: list[Heading | Entry] = [self._entry(visit) for visit in queue.visits]
        if len(queue.visits) < queue.waiting:
            rows.insert(0, Heading(self.tr("The %n oldest; more follow", "", len(queue.visits))))
        self._stack.setCurrentWidget(self._both if queue.visits else self.empty)
        self.list.set_entries(rows)
        done, total = len(self._reviewed), len(self._reviewed) + queue.waiting
        text = self.tr("%1 of %2 reviewed").replace("%1", str(done)).replace("%2", str(total))
        self.progress.show_step(text, done, total)
        self._show_current(self.list.current_id)

    def _entry(self, visit: Visit) -> Entry:
        person = self._context.directory.person_name(visit.by)
        moment = formats.instant(visit.at_ms, self._context.today())
        return Entry(visit.id, visit.customer_name, f"{person}: {visit.summary}".replace("\n", " "), moment)

    def _show_current(self, visit_id: str) -> None:
        visit = self._visits.get(visit_id)
        if visit is None:
            return
        self._avatar.set_name(visit.customer_name)
        self._name.setText(visit.customer_name)
        moment = formats.instant(visit.at_ms, self._context.today())
        self._by.setText(f"{self._context.directory.person_name(visit.by)} · {moment}")
        fields = self._context.registry["visit"].by_name
        kind = fields["kind"].option(visit.kind)
        self._kind.set_stage(self._text("kind", visit.kind), kind.hue if kind else "slate")
        self._summary.setText(visit.summary)
        facts = [("result", visit.result), ("next_step", visit.next_step), ("next_on", visit.next_on)]
        self._facts.set_fields(
            [
                (fields[name].label.text(self._context.language), self._text(name, value))
                for name, value in facts
            ]
        )
        if self._sending != visit_id:
            self.remark.clear()

    def _text(self, field: str, value: str | None) -> str:
        declared = self._context.registry["visit"].by_name[field]
        return format_value(declared, value, self._context.language)

    # -- acting -------------------------------------------------------------------------------------

    def mark_reviewed(self) -> None:
        """Say that the current visit was read, with the remark if there is one."""
        self._review("reviewed", self.tr("Reviewed: %1"))

    def mark_flagged(self) -> None:
        """Ask the rep to come back to the current visit."""
        self._review("flagged", self.tr("Flagged: %1"))

    def _review(self, outcome: Literal["reviewed", "flagged"], said: str) -> None:
        visit = self._visits.get(self.list.current_id)
        if visit is None or self._sending:
            return
        self._sending = visit.id
        self._context.write(
            partial(reviews.review, visit=visit.id, outcome=outcome, remark=self.remark.toPlainText()),
            self._saved,
            self._failed,
            said=said.replace("%1", visit.customer_name),
        )

    def _saved(self, outcome: Outcome[str]) -> None:
        self._sending = ""
        self.remark.clear()
        if outcome.txn is not None:
            self._reviewed.append(outcome.txn)
        self.reload()
        self.list.setFocus()

    def _failed(self, error: Exception) -> None:
        self._sending = ""
        self._context.report(error)

    def _leave_remark(self) -> None:
        self.list.setFocus()

    def _open_shown(self) -> None:
        self._open_customer(self.list.current_id)

    def _open_customer(self, visit_id: str) -> None:
        if visit := self._visits.get(visit_id):
            self.shell.go("customer", visit.customer)
