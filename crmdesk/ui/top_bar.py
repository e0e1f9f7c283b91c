"""The bar above every page: its title, a count, search, and the page's own actions."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QWidget

from crmdesk.ui import formats, theme
from crmdesk.ui.page import Page
from crmdesk.ui.widgets.fields import SearchField, label


class TopBar(QFrame):
    """Shows the header of the page in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._title = label("", "title")
        self._count = label("", "faint")
        self.search = SearchField(self.tr("Search"))
        self.search.setMaximumWidth(300)
        self._actions = QStackedWidget()
        self._boxes: dict[Page, QWidget] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 0, 16, 0)
        row.setSpacing(10)
        row.addWidget(self._title)
        row.addWidget(self._count)
        row.addSpacing(10)
        row.addWidget(self.search, 2)
        row.addStretch(1)
        row.addWidget(self._actions)
        self._resize()

    def show_page(self, page: Page) -> None:
        """Show this page's header; its actions are asked for once."""
        self._title.setText(page.title)
        self._count.setText("" if page.count is None else formats.number(page.count))
        self._count.setVisible(page.count is not None)
        self.search.setVisible(bool(page.search_hint))
        self.search.setPlaceholderText(page.search_hint)
        self.search.setAccessibleName(page.search_hint)
        if page not in self._boxes:
            self._boxes[page] = self._box(page)
            self._actions.addWidget(self._boxes[page])
        self._actions.setCurrentWidget(self._boxes[page])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._resize()

    def _box(self, page: Page) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        for widget in page.actions_in_bar():
            row.addWidget(widget)
        return box

    def _resize(self) -> None:
        self.setFixedHeight(theme.metrics().bar)
