"""A new customer, with those that it may be already named while it is typed: two reps make one company twice."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from crmdesk.core.values import Value
from crmdesk.ui.context import Context
from crmdesk.ui.pages.elsewhere_line import ElsewhereLine
from crmdesk.ui.pages.record_form import RecordForm
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import label
from crmdesk.usecases import duplicates
from crmdesk.usecases.duplicates import Candidate
from crmdesk.usecases.workspace import Workspace

_PAUSE_MS = 120
_SHOWN = 3
_REASONS = 2
_AROUND = 70
"""What the margins, the icon and the button's own padding take of a line's width."""
_TOLD_BY = ("name", "name_en", "short_name", "credit_code", "phone", "email", "city", "address")
"""The fields that a company is recognised by, as they are typed."""


class NewCustomer(QFrame):
    """`made(id)` after it is saved, `open_other(id)` for one that was there already, `closed()` on Esc.

    It is `width` pixels wide where it stands.
    """

    made = Signal(str)
    open_other = Signal(str)
    closed = Signal()

    def __init__(self, context: Context, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("aside")
        self._context = context
        self.form = RecordForm(context, "customer")
        self.form.saved.connect(self.made)
        self.form.closed.connect(self.closed)
        self.form.edited.connect(self._edited)
        self.similar = _Similar(context, width - _AROUND)
        self.similar.chosen.connect(self.open_other)
        self.elsewhere = ElsewhereLine(context)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 18, 0, 0)
        column.setSpacing(0)
        title = label(self.tr("New customer"), "title")
        title.setContentsMargins(18, 0, 18, 6)
        column.addWidget(title)
        column.addWidget(self.similar)
        column.addWidget(self.elsewhere)
        column.addWidget(self.form, 1)

    def open(self, name: str = "") -> None:
        """An empty form, or the draft that was left; `name` is what is known already."""
        self.similar.show_hits([])
        self.elsewhere.forget()
        self.form.open_new()
        if name:
            self.form.cell("name").editor.set_typed(name)
            self.form.cell("name").editor.changed.emit()
        self.form.focus_first()

    def _edited(self, name: str) -> None:
        if name in _TOLD_BY:
            self._pause.start()

    def _look(self) -> None:
        typed: dict[str, Value] = {}
        for name in _TOLD_BY:
            text = self.form.cell(name).editor.typed()
            if isinstance(text, str) and text.strip():
                typed[name] = text
        self.elsewhere.look(typed)
        self._context.read(_Look(typed), self.similar.show_hits, key="similar")


class _Look:
    """Asks for the customers that may be meant with a reader of its own."""

    def __init__(self, typed: Mapping[str, Value]) -> None:
        self._typed = typed

    def __call__(self, workspace: Workspace) -> list[Candidate]:
        reader = workspace.another_reader()
        try:
            return duplicates.hint(reader, self._typed, limit=_SHOWN)
        finally:
            reader.close()


class _Similar(QFrame):
    """A quiet warning with a way to each of the customers found; hidden while there is none."""

    chosen = Signal(str)

    def __init__(self, context: Context, room: int) -> None:
        super().__init__()
        self._context = context
        self._room = room
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(18, 4, 18, 4)
        self._column.setSpacing(2)
        self._column.addWidget(label(self.tr("Perhaps here already:"), "warn"))
        self._rows: list[QPushButton] = []
        self.hide()

    @property
    def names(self) -> list[str]:
        """What is offered."""
        return [row.text() for row in self._rows]

    def show_hits(self, hits: list[Candidate]) -> None:
        """Offer these; one that has the keyboard keeps it."""
        offered = [(hit.id, self._sentence(hit)) for hit in hits]
        if offered == [(row.property("record"), row.property("sentence")) for row in self._rows]:
            return
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for record_id, sentence in offered:
            row = buttons.quiet(sentence, "building-2", self._chosen)
            row.setProperty("record", record_id)
            row.setProperty("sentence", sentence)
            row.setText(row.fontMetrics().elidedText(sentence, Qt.TextElideMode.ElideRight, self._room))
            plain.set_tip(row, sentence)
            row.setAccessibleName(sentence)
            self._column.addWidget(row, 0, Qt.AlignmentFlag.AlignLeft)
            self._rows.append(row)
        self.setVisible(bool(hits))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._chosen()
        else:
            super().keyPressEvent(event)

    def _sentence(self, hit: Candidate) -> str:
        """Whose it is and why it may be meant."""
        is_chinese = self._context.language == "zh_CN"
        owner = self._context.directory.owner_name(hit.bucket)
        name = hit.name if not owner else f"{hit.name}（{owner}）" if is_chinese else f"{hit.name} ({owner})"
        why = duplicates.said(hit.reasons, self._context.language)[:_REASONS]
        return " · ".join((name, *why))

    def _chosen(self) -> None:
        row = next((row for row in self._rows if row.hasFocus() or row.isDown()), None) or self.sender()
        if row is not None:
            self.chosen.emit(str(row.property("record")))
