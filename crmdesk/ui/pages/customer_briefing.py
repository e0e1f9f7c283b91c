"""What to know before a visit, in a few lines: as a card where there is room, else as the story's first entry."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.dates import moment_of
from crmdesk.ui import formats, icons, theme
from crmdesk.ui.context import Context
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.timeline import TimelineEntry
from crmdesk.usecases.briefing import Briefing, Promise, Risk, Said

translate = QCoreApplication.translate

_ICONS = {
    "quiet": "clock", "overdue": "calendar-clock", "unpaid": "wallet", "slipped": "target", "ending": "handshake",
    "complaint": "message-square", "ticket": "ticket", "problem": "circle-alert",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know; `tone` is "", warn or bad."""

    icon: str
    tone: str
    text: str


def lines(context: Context, found: Briefing) -> list[Line]:
    """A briefing in words: what may go wrong first, then what was promised, then what was said."""
    words = _Words()
    said = [Line(_ICONS[risk.kind], _tone(risk), words.risk(risk)) for risk in found.risks]
    said += [
        Line("circle-check", "bad" if one.is_overdue else "", _promise(context, one))
        for one in found.promises
    ]
    if found.more_promises:
        said.append(Line("list-checks", "", words.more(found.more_promises)))
    if found.said is not None:
        said.append(Line("footprints", "", _said(context, found.said)))
    return said


def as_entry(context: Context, found: Briefing) -> TimelineEntry | None:
    """The briefing as the first entry of a timeline; None where there is nothing to say but the last visit."""
    said = [line for line in lines(context, found) if line.icon != "footprints"]
    if not said:
        return None
    worst = {line.tone for line in said}
    hue = "red" if "bad" in worst else "amber" if "warn" in worst else "green"
    title = translate("briefing", "Before the visit")
    return TimelineEntry("", "flag", hue, title, "", "", "\n".join(line.text for line in said))


class BriefingCard(QFrame):
    """The lines with an icon each; hidden where there is nothing to say."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(18, 0, 18, 0)
        self._column.setSpacing(8)
        self._title = label(self.tr("Before the visit"), "faint")
        self._column.addWidget(self._title)
        self._rows: list[QWidget] = []

    def show_briefing(self, found: Briefing) -> None:
        """Show another customer's."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        said = lines(self._context, found)
        self._rows = [_Row(line) for line in said]
        for row in self._rows:
            self._column.addWidget(row)
        self._title.setVisible(bool(said))


class _Row(QWidget):
    def __init__(self, line: Line) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(_Mark(line.icon, line.tone), 0, Qt.AlignmentFlag.AlignTop)
        text = label(line.text, line.tone or "")
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(text, 1)


class _Mark(QWidget):
    def __init__(self, icon: str, tone: str) -> None:
        super().__init__()
        self._icon, self._tone = icon, tone
        self.setFixedSize(QSize(16, 20))

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        tint = {"bad": colours.bad, "warn": colours.warn}.get(self._tone, colours.text_3)
        icons.paint(QPainter(self), QRect(0, 2, 16, 16), self._icon, tint)


def _tone(risk: Risk) -> str:
    return "bad" if risk.kind in ("overdue", "complaint") else "warn"


def _said(context: Context, said: Said) -> str:
    day = formats.calendar_day(moment_of(said.at_ms).date(), context.today())
    option = context.registry["visit"].by_name["result"].option(said.result)
    parts = [
        day,
        option.label.text(context.language) if option else "",
        said.text.splitlines()[0] if said.text else "",
    ]
    return " · ".join(part for part in parts if part)


def _promise(context: Context, promise: Promise) -> str:
    if promise.due_on is None:
        return promise.text
    return f"{promise.text} · {formats.due(promise.due_on, context.today())[0]}"


class _Words(QObject):
    """The sentences: a QObject, so that the translation tools find their plural forms."""

    def more(self, number: int) -> str:
        return self.tr("and %n more to do", "", number)

    def risk(self, risk: Risk) -> str:
        match risk.kind:
            case "quiet":
                return self.tr("No visit for %n day(s)", "", risk.number)
            case "overdue":
                return self.tr("%n promise(s) overdue", "", risk.number)
            case "unpaid":
                amount = formats.money(*risk.amount) if risk.amount else ""
                return formats.filled(self.tr("%1 delivered and not paid"), amount)
            case "slipped":
                return formats.filled(
                    self.tr("“%1” should have closed %n day(s) ago", "", risk.number), risk.name
                )
            case "ending":
                return formats.filled(self.tr("“%1” ends in %n day(s)", "", risk.number), risk.name)
            case "complaint":
                return self.tr("The last talk was a complaint")
            case "ticket":
                return self.tr("%n ticket(s) open", "", risk.number)
            case _:
                return self.tr("The last visit found a problem")
