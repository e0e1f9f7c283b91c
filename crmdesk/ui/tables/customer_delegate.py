"""The customers list: what a row holds, its columns, and how a row is painted in each density."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QCoreApplication, QPoint, QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from crmdesk.ui import formats, icons, text_layout, theme
from crmdesk.ui.fonts import BODY, MEDIUM, TINY, font
from crmdesk.ui.tables.row_table import PAD, RowDelegate
from crmdesk.ui.tables.window_model import Column
from crmdesk.ui.widgets import painting

_TWO_LINES = theme.Density.COMFORTABLE.value.row
_PILL_OVER = 12  # a pill may use the padding of its cell

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer as the list shows it. `stage` is the stage's key, `tags` are (id, label, hue), `cells` other fields in words."""

    id: str
    name: str
    subtitle: str
    stage: str
    stage_label: str
    stage_hue: str
    tags: tuple[tuple[str, str, str], ...]
    owner: str
    last_visit: date | None = None
    next_follow_up: date | None = None
    conflicts: int = 0
    unsent: bool = False
    cells: Mapping[str, str] = field(default_factory=dict)


def customer_columns(
    today: Callable[[], date], stage_labels: Iterable[str] = ()
) -> Sequence[Column[CustomerRow]]:
    """The list's columns; `today` is asked at each paint, so that midnight needs no rebuild.

    Widths follow the words of the language: `stage_labels` are all that can occur.
    """
    now = today()
    dates = [formats.day(now + timedelta(days=days), now) for days in (-1, 0, 1, 400)]
    dues = [*dates, formats.due(now - timedelta(days=30), now)[0]]
    stage = max((painting.pill_width(label) for label in stage_labels), default=64)
    return (
        Column("name", translate("customers", "Customer"), lambda row: row.name, 224, stretch=True),
        Column("stage", translate("customers", "Stage"), lambda row: row.stage_label, stage + PAD + 8),
        Column("tags", translate("customers", "Tags"), _tag_labels, 150, drop=2),
        Column("owner", translate("customers", "Owner"), lambda row: row.owner, 108, drop=4),
        Column(
            "last_visit",
            translate("customers", "Last visit"),
            lambda row: formats.day(row.last_visit, today()),
            _widest(dates),
            drop=3,
        ),
        Column(
            "next_follow_up",
            translate("customers", "Next follow-up"),
            lambda row: formats.due(row.next_follow_up, today())[0],
            _widest(dues),
        ),
    )


def _tag_labels(row: CustomerRow) -> str:
    return ", ".join(tag[1] for tag in row.tags)


def _widest(texts: Iterable[str]) -> int:
    return max(text_layout.width(text, font(BODY, MEDIUM)) for text in texts) + 2 * PAD


def customer_sentence(today: Callable[[], date]) -> Callable[[CustomerRow], str]:
    """What a screen reader says for a row: name, place, stage, tags, owner, due date, what needs care."""

    def describe(row: CustomerRow) -> str:
        parts = [row.name, row.subtitle, row.stage_label, *(tag[1] for tag in row.tags), row.owner]
        if row.next_follow_up is not None:
            parts.append(translate("customers", "Next follow-up"))
            parts.append(formats.due(row.next_follow_up, today())[0])
        if row.conflicts:
            parts.append(formats.conflicts(row.conflicts))
        if row.unsent:
            parts.append(translate("customers", "not sent yet"))
        return ", ".join(part for part in parts if part)

    return describe


class CustomerDelegate(RowDelegate):
    """Paints CustomerRow. Colours and density are read at each paint."""

    def __init__(self, today: Callable[[], date], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self._cells: dict[str, Callable[[QPainter, QRect, CustomerRow], None]] = {
            "name": self._name,
            "stage": self._stage,
            "tags": self._tags,
            "owner": self._owner,
            "last_visit": self._last_visit,
            "next_follow_up": self._next_follow_up,
        }

    def paint_cell(self, painter: QPainter, rect: QRect, key: str, row: Any) -> None:
        if (paint := self._cells.get(key)) is not None:
            paint(painter, rect, row)
        else:
            super().paint_cell(painter, rect, key, row)

    def _name(self, painter: QPainter, rect: QRect, row: CustomerRow) -> None:
        two_lines = rect.height() >= _TWO_LINES - 1
        edge = min(32, rect.height() - 6)
        square = QRect(rect.left() + 6, rect.top() + (rect.height() - edge) // 2 + 1, edge, edge)
        letters = painting.initials(row.name)
        painting.avatar(painter, square, letters if edge > 24 else letters[:1], painting.hue_for(row.name))
        words = rect.adjusted(6 + edge + (11 if two_lines else 9), 0, 0, 0)
        words.setRight(self._warnings(painter, words, row))
        colours = theme.tokens()
        if not two_lines or not row.subtitle:
            name = text_layout.width(row.name, font(BODY, MEDIUM))
            text_layout.draw(painter, words, row.name, font(BODY, MEDIUM), colours.text)
            rest = words.adjusted(name + 10, 0, 0, 0)
            if rest.width() > 40:
                text_layout.draw(painter, rest, row.subtitle, font(TINY), colours.text_3)
            return
        top = QRect(words.left(), rect.top() + 8, words.width(), 20)
        text_layout.draw(painter, top, row.name, font(BODY, MEDIUM), colours.text)
        text_layout.draw(painter, top.translated(0, 18), row.subtitle, font(TINY + 1), colours.text_3)

    def _warnings(self, painter: QPainter, words: QRect, row: CustomerRow) -> int:
        """Marks at the right of the name; returns where the name must end."""
        right, middle = words.right(), words.center().y() + 1
        colours = theme.tokens()
        if row.conflicts:
            icons.paint(painter, QRect(right - 14, middle - 7, 14, 14), "split", colours.warn)
            right -= 20
        if row.unsent:
            painting.dot(painter, QPoint(right - 5, middle), 3, colours.primary)
            right -= 14
        return right

    def _stage(self, painter: QPainter, rect: QRect, row: CustomerRow) -> None:
        if row.stage_label:
            painting.pill(
                painter,
                rect.left(),
                rect.center().y() + 1,
                row.stage_label,
                row.stage_hue,
                rect.width() + _PILL_OVER,
            )

    def _tags(self, painter: QPainter, rect: QRect, row: CustomerRow) -> None:
        painting.chips(painter, rect, tuple((label, hue) for _, label, hue in row.tags))

    def _owner(self, painter: QPainter, rect: QRect, row: CustomerRow) -> None:
        if not row.owner:
            return
        edge = 20 if rect.height() > 24 else 16
        circle = QRect(rect.left(), rect.top() + (rect.height() - edge) // 2 + 1, edge, edge)
        painting.avatar(
            painter, circle, painting.person_initials(row.owner), painting.hue_for(row.owner), circle=True
        )
        text_layout.draw(
            painter, rect.adjusted(edge + 6, 0, 6, 0), row.owner, font(BODY), theme.tokens().text_2
        )

    def _last_visit(self, painter: QPainter, rect: QRect, row: CustomerRow) -> None:
        text = formats.day(row.last_visit, self._today())
        text_layout.draw(painter, rect, text, font(BODY), theme.tokens().text_2)

    def _next_follow_up(self, painter: QPainter, rect: QRect, row: CustomerRow) -> None:
        text, tone = formats.due(row.next_follow_up, self._today())
        colours = theme.tokens()
        colour = {"": colours.text_2, "warn": colours.warn, "bad": colours.bad}[tone]
        face = font(BODY, MEDIUM) if tone else font(BODY)
        text_layout.draw(painter, rect.adjusted(0, 0, 6, 0), text, face, colour)
