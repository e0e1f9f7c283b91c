"""What the inbox tells rather than asks: late work on one's customers, and the server's answers to requests."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crmdesk.core.errors import describe
from crmdesk.core.format import format_value
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.entry_list import Entry
from crmdesk.ui.widgets.fields import FieldGrid, heading, label
from crmdesk.ui.widgets.marks import Avatar
from crmdesk.usecases.late_work import Change, Late
from crmdesk.usecases.requests import Request

translate = QCoreApplication.translate
LATE: Final = "late:"
ANSWER: Final = "answer:"


class NewsSayings:
    """Late work and answers in a person's words."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def late_entry(self, late: Late) -> Entry:
        """The row of the list."""
        name = late.customer_name or translate("Inbox", "No customer")
        author = self._context.directory.person_name(late.author)
        return Entry(
            LATE + late.id, name, translate("Inbox", "Late work by %1").replace("%1", author), avatar=name
        )

    def late_sentence(self, late: Late) -> str:
        """What happened, as one sentence."""
        text = translate(
            "Inbox",
            "%1 wrote this before hearing that the customer is yours; it arrived %2. It is in your records already.",
        )
        when = formats.instant(late.arrived_at_ms, self._context.today())
        return text.replace("%1", self._context.directory.person_name(late.author)).replace("%2", when)

    def late_fields(self, late: Late) -> list[tuple[str, str]]:
        """What was written, field by field, with what stood there before."""
        return [pair for change in late.changes for pair in self._fields(change)]

    def _fields(self, change: Change) -> list[tuple[str, str]]:
        registry, spoken = self._context.registry, self._context.language
        entity = registry.entities.get(change.key.entity)
        kind = entity.label.text(spoken) if entity else change.key.entity
        found = []
        for name, pair in change.fields.items():
            declared = registry.find(change.key.entity, name)
            if entity is not None and name == entity.home:
                continue
            text = declared.label.text(spoken) if declared else name
            now, before = (
                (format_value(declared, value, spoken, self._context.name_of) for value in pair)
                if pair
                else ("", "")
            )
            was = translate("Inbox", "%1 (before: %2)").replace("%1", now).replace("%2", before)
            found.append((f"{kind} · {text}", was if before and not change.is_new else now))
        return found

    def answer_entry(self, request: Request) -> Entry:
        """The row of the list."""
        tone, mark = (
            ("ok", translate("Inbox", "done"))
            if request.outcome == "done"
            else ("bad", translate("Inbox", "refused"))
        )
        return Entry(ANSWER + request.id, request.name, self._wish(request), mark, tone, avatar=request.name)

    def answer_sentence(self, request: Request) -> str:
        """What came of it."""
        if request.outcome == "done":
            return translate("Inbox", "%1: the server did it.").replace("%1", self._wish(request))
        holder = self._context.directory.person_name(request.holder) if request.holder else ""
        return str(describe(request.code or "forbidden", self._context.language, {"name": holder}))

    def _wish(self, request: Request) -> str:
        return {
            "claim": translate("Inbox", "You asked to claim it"),
            "release": translate("Inbox", "You asked to release it to the pool"),
            "hand_over": translate("Inbox", "You asked to hand it over"),
        }.get(request.kind, "")


class News(QWidget):
    """One piece of news. `kept()` lets it stand or puts it away, `taken_back()` undoes it, `opened()` shows the customer."""

    kept = Signal()
    taken_back = Signal()
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self._body(), 1)
        column.addWidget(self._foot())

    def show_news(
        self, name: str, sentence: str, fields: Sequence[tuple[str, str]], *, keeps: str, can_take_back: bool
    ) -> None:
        """Show it; `keeps` is what the main button says."""
        self._avatar.set_name(name)
        self._name.setText(name)
        self._sentence.setText(sentence)
        self._fields.set_fields(fields)
        self._keep.setText(keeps)
        self._back.setVisible(can_take_back)

    def _head(self) -> QWidget:
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(12)
        self._avatar = Avatar(36)
        self._name = heading()
        row.addWidget(self._avatar)
        row.addWidget(self._name, 1)
        row.addWidget(buttons.icon_button("external-link", self.tr("Open the customer"), self.opened.emit))
        self._sentence = label("", "second")
        self._sentence.setWordWrap(True)
        column.addLayout(row)
        column.addWidget(self._sentence)
        return head

    def _body(self) -> QScrollArea:
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(20, 4, 20, 16)
        self._fields = FieldGrid(1)
        column.addWidget(self._fields)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        return area

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("footer")
        row = QHBoxLayout(foot)
        row.setContentsMargins(20, 10, 16, 10)
        self._back = buttons.secondary(self.tr("Take back"), "undo-2", self.taken_back.emit)
        row.addWidget(self._back)
        row.addStretch(1)
        row.addWidget(buttons.KeyHint("Return"))
        self._keep = buttons.primary("", "check", self.kept.emit)
        row.addWidget(self._keep)
        return foot
