"""A new customer, with those of a similar name listed while the name is typed: two reps make one company twice."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from crmdesk.ui.context import Context
from crmdesk.ui.pages.record_form import RecordForm
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label
from crmdesk.usecases import customers
from crmdesk.usecases.customers import Hit
from crmdesk.usecases.workspace import Workspace, readings

_PAUSE_MS = 120


class NewCustomer(QFrame):
    """`made(id)` after it is saved, `open_other(id)` for one that was there already, `closed()` on Esc."""

    made = Signal(str)
    open_other = Signal(str)
    closed = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("aside")
        self.setFixedWidth(400)
        self._context = context
        self.form = RecordForm(context, "customer")
        self.form.saved.connect(self.made)
        self.form.closed.connect(self.closed)
        self.form.edited.connect(self._edited)
        self.similar = _Similar()
        self.similar.chosen.connect(self.open_other)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 18, 0, 0)
        column.setSpacing(0)
        title = label(self.tr("New customer"), "title")
        title.setContentsMargins(18, 0, 18, 6)
        column.addWidget(title)
        column.addWidget(self.similar)
        column.addWidget(self.form, 1)

    def open(self, name: str = "") -> None:
        """An empty form, or the draft that was left; `name` is what is known already."""
        self.similar.show_hits([])
        self.form.open_new()
        if name:
            self.form.cell("name").editor.set_typed(name)
            self.form.cell("name").editor.changed.emit()
        self.form.focus_first()

    def _edited(self, name: str) -> None:
        if name == "name":
            self._pause.start()

    def _look(self) -> None:
        typed = str(self.form.cell("name").editor.typed())
        self._context.read(_Look(typed), self.similar.show_hits, key="similar")


class _Look:
    """Finds customers of a similar name with a reader of its own."""

    def __init__(self, typed: str) -> None:
        self._typed = typed

    def __call__(self, workspace: Workspace) -> list[Hit]:
        reader = workspace.another_reader()
        try:
            return customers.similar(reader, readings(), self._typed, 3)
        finally:
            reader.close()


class _Similar(QFrame):
    """A quiet warning with a way to each of the customers found; hidden while there is none."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(18, 4, 18, 4)
        self._column.setSpacing(2)
        self._column.addWidget(label(self.tr("Is it one of these?"), "warn"))
        self._rows: list[QPushButton] = []
        self.hide()

    @property
    def names(self) -> list[str]:
        """What is offered."""
        return [row.text() for row in self._rows]

    def show_hits(self, hits: list[Hit]) -> None:
        """Offer these."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for hit in hits:
            text = f"{hit.name} · {hit.detail}" if hit.detail else hit.name
            row = buttons.quiet(text, "building-2", self._chosen)
            row.setProperty("record", hit.id)
            self._column.addWidget(row, 0, Qt.AlignmentFlag.AlignLeft)
            self._rows.append(row)
        self.setVisible(bool(hits))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._chosen()
        else:
            super().keyPressEvent(event)

    def _chosen(self) -> None:
        row = next((row for row in self._rows if row.hasFocus() or row.isDown()), None) or self.sender()
        if row is not None:
            self.chosen.emit(str(row.property("record")))
