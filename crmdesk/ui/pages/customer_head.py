"""The upper half of a customer: name, stage, what can be done, tags, key figures. It shows what it is given."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.sentences import sentences
from crmdesk.ui import text_layout, theme
from crmdesk.ui.fonts import SMALL, font
from crmdesk.ui.pages.customer_shares import ShareChips
from crmdesk.ui.widgets import buttons, painting, plain
from crmdesk.ui.widgets.chips import TagField
from crmdesk.ui.widgets.fields import FieldGrid, heading, label
from crmdesk.ui.widgets.marks import Avatar, StagePill


class _Dot(QWidget):
    """The mark of work that is not sent yet."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(10, 20)
        plain.set_tip(self, self.tr("Not sent yet"))
        self.setAccessibleName(self.tr("Not sent yet"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painting.dot(QPainter(self), QPoint(5, 10), 3.5, theme.tokens().primary)


class _Facts(QWidget):
    """One faint line that ends in an ellipsis where there is no more room."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)

    def text(self) -> str:
        """The whole line."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another line."""
        self._text = text
        self.setAccessibleName(text)
        plain.set_tip(self, text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        text_layout.draw(QPainter(self), self.rect(), self._text, font(SMALL), theme.tokens().text_3)


class _Banner(QFrame):
    """Says that somebody must decide something here, and leads there."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        self._text = label("", "warn")
        self._text.setWordWrap(True)
        row.addWidget(self._text, 1)
        self.decide = buttons.quiet(self.tr("Decide"), "split")
        row.addWidget(self.decide)
        self.hide()

    def say(self, text: str, *, decider: str = "") -> None:
        """Show a sentence; blank hides the banner. `decider` decides, and this person only reads of it."""
        waits = self.tr("%1 decides; you can read this customer only.").replace("%1", decider)
        self._text.setText(sentences(text, waits) if text and decider else text)
        self.decide.setVisible(not decider)
        self.setVisible(bool(text))

    def conflicts(self, count: int) -> str:
        """How many fields have two values."""
        return self.tr("%n field(s) with two values. Both are kept until somebody decides.", "", count)


class CustomerHead(QWidget):
    """The upper half: name, stage, what to do, tags, key figures."""

    def __init__(self) -> None:
        super().__init__()
        self.avatar = Avatar(44)
        self.name = heading()
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.stage, self.facts, self.unsent = StagePill(), _Facts(), _Dot()
        self.banner, self.tags, self.grid = _Banner(), TagField(), FieldGrid()
        self.shares = ShareChips()
        self.visit = buttons.primary(self.tr("Log visit"), "plus")
        plain.set_tip(self.visit, f"{self.tr('Log visit')}  F6")
        self.follow_up = buttons.secondary(self.tr("Follow up"), "bell")
        self.more = buttons.icon_button("ellipsis", self.tr("More"))
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 0)
        column.setSpacing(12)
        column.addLayout(self._title())
        column.addWidget(self.banner)
        column.addLayout(self._actions())
        column.addWidget(self.shares)
        column.addWidget(self.tags)
        column.addWidget(self.grid)

    def _title(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.stage)
        line.addWidget(self.unsent)
        line.addWidget(self.facts, 1)
        names = QVBoxLayout()
        names.setSpacing(3)
        names.addWidget(self.name)
        names.addLayout(line)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(names, 1)
        return head

    def _actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.visit)
        row.addWidget(self.follow_up)
        row.addStretch(1)
        row.addWidget(self.more)
        return row
