"""The first start: three ways in, each on its own card, and the forms behind them."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.errors import CrmError
from crmdesk.system.secrets import SHORTEST_PASSPHRASE
from crmdesk.ui import icons, language, text_layout, theme
from crmdesk.ui.fonts import BODY, BOLD, CARD, font
from crmdesk.ui.pages.connect_form import ConnectForm, dropped_file
from crmdesk.ui.widgets import buttons, painting
from crmdesk.ui.widgets.fields import Card, label
from crmdesk.ui.widgets.marks import Busy, Progress


class Offer(QAbstractButton):
    """One way in: icon, title, two or three lines on what it means."""

    def __init__(self, icon: str, hue: str, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._hue, self._words = icon, hue, text
        self.setText(title)
        self.setAccessibleName(f"{title}. {text}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(230, 204)

    def minimumSizeHint(self) -> QSize:
        return QSize(190, 204)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        ground = colours.hover if self.underMouse() else colours.raised
        painting.rounded(painter, self.rect(), 12, ground, colours.border_strong)
        hue = colours.hue(self._hue)
        mark = QRect(20, 20, 40, 40)
        painting.rounded(painter, mark, 10, hue.bg)
        icons.paint(painter, mark.adjusted(10, 10, -10, -10), self._icon, hue.fg)
        room = self.rect().adjusted(20, 72, -18, -12)
        title = QRect(room.left(), room.top(), room.width(), 24)
        text_layout.draw(painter, title, self.text(), font(CARD + 1, BOLD), colours.text)
        words = room.adjusted(0, 30, 0, 0)
        text_layout.draw(painter, words, self._words, font(BODY), colours.text_2, lines=4, line_height=20)
        if self.hasFocus():
            painting.focus_ring(painter, self.rect(), 12)


class PassphraseFields(QWidget):
    """A new passphrase, typed twice, with the reason. Hidden where a keychain holds the key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        why = label(
            self.tr(
                "This system has no keychain, so a passphrase protects the data on this laptop. You will be asked "
                "for it at each start. Nobody can recover it: write it down."
            ),
            "second",
        )
        why.setWordWrap(True)
        self.first, self.again = QLineEdit(), QLineEdit()
        for field, name in ((self.first, self.tr("Passphrase")), (self.again, self.tr("Passphrase again"))):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setAccessibleName(name)
        self.said = label("", "bad")
        self.said.setWordWrap(True)
        self.said.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addWidget(why)
        column.addWidget(label(self.tr("Passphrase"), "faint"))
        column.addWidget(self.first)
        column.addWidget(label(self.tr("Passphrase again"), "faint"))
        column.addWidget(self.again)
        column.addWidget(self.said)

    def passphrase(self) -> str | None:
        """What was typed if it is good, else None with the reason shown. "" while a keychain does it."""
        if self.isHidden():
            return ""
        problem = ""
        if len(self.first.text()) < SHORTEST_PASSPHRASE:
            problem = self.tr("Use at least %n character(s).", "", SHORTEST_PASSPHRASE)
        elif self.first.text() != self.again.text():
            problem = self.tr("The two are not the same.")
        self.said.setText(problem)
        self.said.setVisible(bool(problem))
        if problem:
            self.first.setFocus()
            return None
        return self.first.text()


class FirstStart(QWidget):
    """The offers. `sample_wished()`, `alone_wished(name, passphrase)`, `join_wished(address, proof, passphrase, invitation)`.

    A passphrase of "" means that the keychain holds the key. `cancelled()` stops the making of sample data.
    """

    sample_wished = Signal()
    alone_wished = Signal(str, str)
    join_wished = Signal(str, object, str, object)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._offers())
        self._stack.addWidget(self._alone())
        self._stack.addWidget(self._join())
        self._stack.addWidget(self._making())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.know_keychain(has_keychain=True)
        self.setAcceptDrops(True)

    # -- an invitation that is dropped anywhere -------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event.mimeData()) is not None and self._stack.currentIndex() < 3:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        file = dropped_file(event.mimeData())
        if file is not None:
            self.show_join()
            self.form.take_file(file)

    # -- what the entrance says ---------------------------------------------------------------------

    def know_keychain(self, *, has_keychain: bool) -> None:
        """Ask for a passphrase only where nothing else can hold the key."""
        self.alone_passphrase.setVisible(not has_keychain)
        self.join_passphrase.setVisible(not has_keychain)

    def show_offers(self) -> None:
        self._stack.setCurrentIndex(0)
        self.sample.setFocus()

    def show_alone(self) -> None:
        self._stack.setCurrentIndex(1)
        self.name.setFocus()

    def show_join(self) -> None:
        self._stack.setCurrentIndex(2)
        self.form.address.setFocus()

    def show_making(self, records: int) -> None:
        """How many sample records are written."""
        self._stack.setCurrentIndex(3)
        text = self.tr("%n record(s) made", "", records) if records else self.tr("Making sample data…")
        self.progress.show_step(text, records, 0)

    def show_error(self, error: CrmError) -> None:
        """It did not work, in words, on the form that asked; everything can be tried again."""
        at = self._stack.currentIndex()
        if at == 2:
            self.form.show_error(error)
            return
        if at == 3:
            self.show_offers()
        sentence = str(error.sentence(language.current()))
        for said in (self._offers_said, self._alone_said):
            said.setText(sentence)
            said.show()
        self._alone_busy.stop()
        self.begin.setEnabled(True)

    # -- building -----------------------------------------------------------------------------------

    def _offers(self) -> QWidget:
        page, column = _centred(860)
        column.addWidget(label(self.tr("Welcome to crmdesk"), "figure"))
        text = label(
            self.tr("A whole working day without a network, and nothing is lost. How do you want to begin?"),
            "second",
        )
        text.setWordWrap(True)
        column.addWidget(text)
        column.addSpacing(14)
        self.sample = Offer(
            "package", "violet", self.tr("Try it with sample data"),
            self.tr("600 invented customers in a place of their own. Look around; throw them away later."),
        )  # fmt: skip
        self.alone = Offer(
            "smartphone", "teal", self.tr("Work alone on this laptop"),
            self.tr("Your own customers, encrypted, no server. You can join a company later and lose nothing."),
        )  # fmt: skip
        self.join = Offer(
            "building-2", "blue", self.tr("Join a company"),
            self.tr("Your administrator gave you an invitation, or an address and a code. Open, drop or paste the invitation, or enter the code."),
        )  # fmt: skip
        self.sample.clicked.connect(self._wish_sample)
        self.alone.clicked.connect(self.show_alone)
        self.join.clicked.connect(self.show_join)
        row = QHBoxLayout()
        row.setSpacing(14)
        for offer in (self.sample, self.alone, self.join):
            row.addWidget(offer)
        column.addLayout(row)
        self._offers_said = _said()
        column.addWidget(self._offers_said)
        column.addStretch(2)
        return page

    def _alone(self) -> QWidget:
        page, column = _centred(460)
        card = Card(self.tr("Work alone on this laptop"))
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Your name"))
        self.name.returnPressed.connect(self._wish_alone)
        self.alone_passphrase = PassphraseFields()
        self.alone_passphrase.again.returnPressed.connect(self._wish_alone)
        self._alone_said = _said()
        card.body.addWidget(label(self.tr("Your name"), "faint"))
        card.body.addWidget(self.name)
        card.body.addWidget(self.alone_passphrase)
        card.body.addWidget(self._alone_said)
        self.begin = buttons.primary(self.tr("Begin"), "arrow-right", self._wish_alone)
        self._alone_busy = Busy()
        row = QHBoxLayout()
        row.addWidget(self.begin)
        row.addWidget(self._alone_busy)
        row.addStretch(1)
        row.addWidget(buttons.quiet(self.tr("Back"), "arrow-left", self.show_offers))
        card.body.addLayout(row)
        column.addWidget(card)
        column.addStretch(2)
        return page

    def _join(self) -> QWidget:
        page, column = _centred(460)
        card = Card(self.tr("Join a company"))
        self.join_passphrase = PassphraseFields()
        self.form = ConnectForm(self.join_passphrase)
        self.form.submitted.connect(self._wish_join)
        how = label(
            self.tr(
                "Open your administrator's invitation, drop the file here or paste its text: it fills in the rest. An address and a code do as well."
            ),
            "second",
        )
        how.setWordWrap(True)
        card.body.addWidget(how)
        self.form.foot.addWidget(buttons.quiet(self.tr("Back"), "arrow-left", self.show_offers))
        card.body.addWidget(self.form)
        column.addWidget(card)
        column.addStretch(2)
        return page

    def _making(self) -> QWidget:
        page, column = _centred(460)
        card = Card(self.tr("Try it with sample data"))
        self.progress = Progress()
        card.body.addWidget(self.progress)
        row = QHBoxLayout()
        row.addStretch(1)
        self.stop = buttons.secondary(self.tr("Cancel"), "x", self._cancel)
        row.addWidget(self.stop)
        card.body.addLayout(row)
        column.addWidget(card)
        column.addStretch(2)
        return page

    # -- acting -------------------------------------------------------------------------------------

    def _wish_sample(self) -> None:
        self._offers_said.hide()
        self.show_making(0)
        self.stop.setFocus()
        self.sample_wished.emit()

    def _wish_alone(self) -> None:
        if not self.name.text().strip():
            self.name.setFocus()
            return
        passphrase = self.alone_passphrase.passphrase()
        if passphrase is not None:
            self._alone_said.hide()
            self._alone_busy.start()
            self.begin.setEnabled(False)
            self.alone_wished.emit(self.name.text().strip(), passphrase)

    def _wish_join(self, address: str, proof: object) -> None:
        passphrase = self.join_passphrase.passphrase()
        if passphrase is not None:
            self.form.show_busy()
            self.join_wished.emit(address, proof, passphrase, self.form.invitation)

    def _cancel(self) -> None:
        self.cancelled.emit()


def _said() -> QLabel:
    """Where an error is told."""
    said = label("", "bad")
    said.setWordWrap(True)
    said.hide()
    return said


def _centred(width: int) -> tuple[QWidget, QVBoxLayout]:
    """A page with a column in its middle, at most `width` wide; it scrolls where the window is too low for it."""
    page = QWidget()
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    for ground in (area.viewport(), page):
        ground.setAutoFillBackground(False)
    row = QHBoxLayout(page)
    row.setContentsMargins(28, 0, 28, 20)
    middle = QWidget()
    middle.setMaximumWidth(width)
    row.addStretch(1)
    row.addWidget(middle, 1000)
    row.addStretch(1)
    column = QVBoxLayout(middle)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    column.addStretch(1)
    return area, column
