"""Words of people where Qt would read more into them: HTML in tooltips and messages, shortcuts in menus.

Qt takes a text that looks like HTML for HTML and loads what it names, be it a file or another machine's share.
"""

from PySide6.QtGui import QAction, Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QProgressDialog, QWidget


def tip_text(text: str) -> str:
    """What to hand to Qt so that a tooltip says just this."""
    return Qt.convertFromPlainText(text) if Qt.mightBeRichText(text) else text


def set_tip(target: QWidget | QAction, text: str) -> None:
    """Give something a tooltip that says just this."""
    target.setToolTip(tip_text(text))


def menu_text(text: str) -> str:
    """A name as an entry of a menu: an ampersand in it is one, and no shortcut."""
    return text.replace("&", "&&")


def say(box: QMessageBox, text: str, more: str) -> None:
    """What a message box says, in two sizes."""
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.setInformativeText(more)
    for part in box.findChildren(QLabel):
        part.setTextFormat(Qt.TextFormat.PlainText)


def progress(text: str, stop: str, over: QWidget) -> QProgressDialog:
    """A dialog that says what is under way for as long as it takes, with a button to stop it."""
    made = QProgressDialog("", stop, 0, 0, over)
    said = QLabel(text)
    said.setTextFormat(Qt.TextFormat.PlainText)
    made.setLabel(said)
    return made
