"""What covers the window while nobody is there: nothing of the data, and the ways back in."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMainWindow, QPushButton, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.ui import language
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import Card, centred, label
from crmdesk.ui.widgets.headline import Headline
from crmdesk.ui.widgets.marks import Busy

Way: TypeAlias = Literal["passphrase", "pin", "open"]
"""What uncovers: the profile's passphrase, a PIN, or nothing but a click."""
_WIDTH = 440


class Form(QWidget):
    """A headline, a line for each secret that is asked for, one button. `given(texts)` on Enter or the button."""

    given = Signal(list)

    def __init__(self, icon: str, title: str, told: str, names: Sequence[str], action: str) -> None:
        super().__init__()
        self.headline = Headline()
        self.headline.show_state(icon, "blue", title, told)
        self.said = label("", "bad")
        self.said.setWordWrap(True)
        self.said.hide()
        self.button = buttons.primary(action, icon, self._give)
        self.others: list[QPushButton] = []
        self._busy = Busy()
        self._row = QHBoxLayout()
        self._row.addWidget(self.button)
        self._row.addWidget(self._busy)
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.headline)
        self.lines: list[QLineEdit] = []
        for name in names:
            line = QLineEdit()
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setAccessibleName(name)
            line.setPlaceholderText(name)
            line.returnPressed.connect(self._give)
            column.addWidget(line)
            self.lines.append(line)
        column.addWidget(self.said)
        column.addLayout(self._row)

    def offer(self, text: str, icon: str, clicked: Callable[[], object]) -> None:
        """Something else that a person may want here."""
        button = buttons.quiet(text, icon, clicked)
        self.others.append(button)
        self._row.addWidget(button)

    def show_error(self, error: CrmError) -> None:
        """It was not right; why, in words."""
        self.set_busy(is_busy=False)
        for line in self.lines:
            line.clear()
        self.say(str(error.sentence(language.current())))

    def say(self, text: str) -> None:
        """Stay, and say this below the lines."""
        self.said.setText(text)
        # A centred card takes its size hint, which does not know how many lines the words wrap to.
        self.said.setMinimumHeight(self.said.heightForWidth(_WIDTH - 32))
        self.said.show()
        self.take_keyboard()

    def set_busy(self, *, is_busy: bool) -> None:
        """Nothing can be typed while what was given is looked at."""
        for widget in (*self.lines, self.button, *self.others):
            widget.setEnabled(not is_busy)
        if is_busy:
            self._busy.start()
        else:
            self._busy.stop()

    def clear(self) -> None:
        """As it was before anybody typed."""
        self.set_busy(is_busy=False)
        self.said.hide()
        for line in self.lines:
            line.clear()

    def take_keyboard(self) -> None:
        (self.lines[0] if self.lines else self.button).setFocus()

    def _give(self) -> None:
        empty = next((line for line in self.lines if not line.text()), None)
        if empty is not None:
            empty.setFocus()
            return
        self.said.hide()
        self.given.emit([line.text() for line in self.lines])


class CoverWindow(QMainWindow):
    """Stands where the window was, until the person proves to be back.

    `entered(text)` what uncovers; `vouched(texts)` the password at the company, or an administrator's code and a new one;
    `pin_chosen(text)` and `kept()` afterwards; `closed()` if the person ends the program.
    """

    entered = Signal(str)
    vouched = Signal(list)
    pin_chosen = Signal(str)
    kept = Signal()
    closed = Signal()

    def __init__(self, way: Way, *, has_company: bool = True) -> None:
        super().__init__()
        self._way, self._has_company = way, has_company
        self.setWindowTitle("crmdesk")
        self.setMinimumSize(520, 360)
        self._card = Card()
        self._card.setFixedWidth(_WIDTH)
        self.knock, self.password, self.code = self._knock(), self._password(), self._code()
        self.new_pin, self.after, self.nobody = self._new_pin(), self._after(), self._nobody()
        self._forms = (self.knock, self.password, self.code, self.new_pin, self.after, self.nobody)
        for form in self._forms:
            form.hide()
            self._card.body.addWidget(form)
        self.form = self.knock
        body = QWidget()
        body.setObjectName("canvas")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.addStretch(2)
        column.addLayout(centred(self._card))
        column.addStretch(3)
        self.setCentralWidget(body)
        self._show(self.knock)

    @property
    def is_proved(self) -> bool:
        """Whether the company said that the person is here, and a form asks what comes of it."""
        return self.form in (self.new_pin, self.after)

    def show_error(self, error: CrmError) -> None:
        """It stays covered; why, in words. Tries that are spent leave the company's word alone."""
        if error.code == "pin_spent":
            self.knock.clear()
            self.show_forgotten()
            self.form.say(error.sentence(language.current()).happened)
        else:
            self.form.show_error(error)

    def show_forgotten(self) -> None:
        """Ask for what the company knows the person by; where there is none, say so."""
        self._show(self.password if self._has_company else self.nobody)

    def show_code(self) -> None:
        """Ask for an administrator's code."""
        self._show(self.code)

    def show_proved(self) -> None:
        """The company vouches for the person: a PIN may be chosen anew."""
        self._show(self.new_pin if self._way == "pin" else self.after)

    def show_knock(self) -> None:
        """Begin anew."""
        self._show(self.knock)

    def set_busy(self, *, is_busy: bool) -> None:
        self.form.set_busy(is_busy=is_busy)

    def take_keyboard(self) -> None:
        """Be the window that is typed into."""
        self.raise_()
        self.activateWindow()
        self.form.take_keyboard()

    def views(self) -> list[tuple[str, Callable[[], object]]]:
        """Every form with a name and the way to show it."""
        told = partial(self.show_error, CrmError("pin_wrong", left=3))
        forms: list[tuple[str, Callable[[], object]]]
        forms = [(self._way, told if self._way == "pin" else self.show_knock)]
        if self._way == "open":
            return forms
        if not self._has_company:
            return [*forms, (f"{self._way}-nobody", self.show_forgotten)]
        return [
            *forms,
            (f"{self._way}-password", partial(self.show_error, CrmError("pin_spent"))),
            (f"{self._way}-offline", partial(self.show_error, CrmError("vouch_offline"))),
            (f"{self._way}-code", self.show_code),
            (f"{self._way}-proved", self.show_proved),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.form in (self.password, self.code, self.nobody):
            self.show_knock()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    # -- the forms ----------------------------------------------------------------------------------

    def _knock(self) -> Form:
        name = self.tr("PIN") if self._way == "pin" else self.tr("Passphrase")
        lines = [] if self._way == "open" else [name]
        form = Form("lock", self.tr("The window is locked"), self._told(), lines, self.tr("Unlock"))
        if self._way != "open":
            said = self.tr("Forgotten the PIN?") if self._way == "pin" else self.tr("Forgotten it?")
            form.offer(said, "info", self.show_forgotten)
        form.given.connect(self._entered)
        return form

    def _told(self) -> str:
        if self._way == "passphrase":
            return self.tr("Enter your passphrase to go on where you were.")
        if self._way == "pin":
            return self.tr("Enter your PIN to go on where you were.")
        return self.tr("Everything is where you left it.")

    def _password(self) -> Form:
        told = self.tr(
            "With the password you sign in to your company with. Your company looks at it, so this needs a network; "
            "what you typed stays where it is."
        )
        form = Form(
            "key-round", self.tr("Unlock with your password"), told, [self.tr("Password")], self.tr("Unlock")
        )
        form.offer(self.tr("I have a code"), "ticket", self.show_code)
        form.offer(self.tr("Back"), "arrow-left", self.show_knock)
        form.given.connect(self._vouched)
        return form

    def _code(self) -> Form:
        told = self.tr(
            "An administrator gives you a code if you have no password, or do not know it. With it you choose a new one."
        )
        lines = [self.tr("Code"), self.tr("New password")]
        form = Form("ticket", self.tr("Unlock with a code"), told, lines, self.tr("Unlock"))
        form.offer(self.tr("Back"), "arrow-left", self.show_knock)
        form.given.connect(self._vouched)
        return form

    def _new_pin(self) -> Form:
        told = self.tr("Your company knows you. At least 6 digits or letters.")
        lines = [self.tr("New PIN"), self.tr("Once more")]
        form = Form("key-round", self.tr("Choose a new PIN"), told, lines, self.tr("Set"))
        form.offer(self.tr("Keep the present PIN"), "check", self._keep)
        form.given.connect(self._chosen)
        return form

    def _after(self) -> Form:
        told = self.tr(
            "Your company knows you. The next start needs the passphrase all the same: nothing else opens the data. If "
            "it is lost, sync before you end crmdesk, then set this laptop up anew."
        )
        form = Form("check", self.tr("Unlocked"), told, [], self.tr("Go on"))
        form.given.connect(self._keep)
        return form

    def _nobody(self) -> Form:
        if self._way == "pin":
            told = self.tr(
                "This laptop belongs to no company that could say who you are. Tries never run out, they only have to "
                "wait. In a terminal of your own session “crmdesk pin set” chooses a new one. Nothing typed is lost."
            )
        else:
            told = self.tr(
                "This laptop belongs to no company that could say who you are: only the passphrase opens it. "
                "Nothing typed is lost while crmdesk runs."
            )
        form = Form("info", self.tr("Nobody can vouch for you"), told, [], self.tr("Back"))
        form.given.connect(self.show_knock)
        return form

    def _show(self, form: Form) -> None:
        for one in self._forms:
            one.setVisible(one is form)
        form.clear()
        self.form = form
        form.take_keyboard()

    def _entered(self, texts: list[str]) -> None:
        self.set_busy(is_busy=True)
        self.entered.emit(texts[0] if texts else "")

    def _vouched(self, texts: list[str]) -> None:
        self.set_busy(is_busy=True)
        self.vouched.emit(texts)

    def _chosen(self, texts: list[str]) -> None:
        if texts[0] != texts[1]:
            self.new_pin.say(self.tr("The two are not the same."))
            return
        self.set_busy(is_busy=True)
        self.pin_chosen.emit(texts[0])

    def _keep(self) -> None:
        self.set_busy(is_busy=True)
        self.kept.emit()
