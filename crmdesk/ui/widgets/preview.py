"""A picture or a page of a document, large, with what can be done about it."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label


class Preview(QWidget):
    """A picture, or a page of a document, as large as there is room. `left()` on Esc or Backspace.

    `saved(id)` asks to save it, `handed(id)` to open it with another program, `turned(id, page)` for another page.
    """

    left = Signal()
    saved = Signal(str)
    handed = Signal(str)
    turned = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._id, self._image = "", QImage()
        self._page, self._pages = 0, 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._name, self._about = label("", "strong"), label("", "faint")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(buttons.icon_button("arrow-left", self.tr("Back to the files (Esc)"), self._leave))
        row.addWidget(self._name, 1)
        self.before = buttons.icon_button("chevron-left", self.tr("Page before (PgUp)"), self._turn_back)
        self.after = buttons.icon_button("chevron-right", self.tr("Next page (PgDown)"), self._turn)
        self._number = label("", "second")
        self.elsewhere = buttons.icon_button(
            "external-link", self.tr("Open with another program"), self._hand_over
        )
        for widget in (self.before, self._number, self.after, self.elsewhere):
            row.addWidget(widget)
        row.addWidget(buttons.icon_button("download", self.tr("Save as…"), self._save))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 10)
        column.addLayout(row)
        column.addStretch(1)
        column.addWidget(self._about)

    def show_picture(
        self, attachment: str, name: str, about: str, image: QImage, *, page: int = 0, pages: int = 0
    ) -> None:
        """Show a picture and what it is called; of a document the page, counted from 0, of so many."""
        self._id, self._image = attachment, image
        self._page, self._pages = page, pages
        self._number.setText(f"{page + 1} / {pages}" if pages else "")
        for widget in (self.before, self._number, self.after, self.elsewhere):
            widget.setVisible(bool(pages))
        self.before.setEnabled(page > 0)
        self.after.setEnabled(page + 1 < pages)
        self._name.setText(name)
        self._about.setText(about)
        self.setAccessibleName(name)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            self.left.emit()
        elif event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_Right, Qt.Key.Key_Space):
            self._turn()
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_Left):
            self._turn_back()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._image.isNull():
            return
        room = QRect(14, self._name.geometry().bottom() + 12, self.width() - 28, 0)
        room.setBottom(self._about.geometry().top() - 8)
        size = self._image.size()
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(room.topLeft(), size)
        place.moveCenter(room.center())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self._image)

    def _leave(self) -> None:
        self.left.emit()

    def _save(self) -> None:
        self.saved.emit(self._id)

    def _hand_over(self) -> None:
        self.handed.emit(self._id)

    def _turn(self) -> None:
        if self._page + 1 < self._pages:
            self.turned.emit(self._id, self._page + 1)

    def _turn_back(self) -> None:
        if self._page > 0:
            self.turned.emit(self._id, self._page - 1)
