"""Choosing a customer: a search line and what it finds, the ones opened last before anything is typed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.context import Context
from crmdesk.ui.widgets.hit_list import ROW, Found, HitList
from crmdesk.ui.widgets.query_field import QueryField
from crmdesk.usecases import customers, recents
from crmdesk.usecases.customers import Hit
from crmdesk.usecases.workspace import readings

_SHOWN = 6


class CustomerPicker(QWidget):
    """`chosen(id)` on Enter or click, `left()` on Esc."""

    chosen = Signal(str)
    left = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.field = QueryField(self.tr("Name, pinyin, initials or phone"))
        self.list = HitList(self.tr("Customers"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFixedHeight(ROW * _SHOWN)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.queried.connect(self._search)
        self.field.stepped.connect(self.list.step)
        self.field.entered.connect(self.list.choose)
        self.field.left.connect(self.left)
        self.list.chosen.connect(self._chosen)

    def start(self) -> None:
        """Empty the line and take the keyboard."""
        self.field.clear()
        self._search("")
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _search(self, text: str) -> None:
        reader = self._context.reader
        hits = customers.search(reader, readings(), text, _SHOWN) if text else recents.listed(reader)[:_SHOWN]
        self.list.show_found([_found(hit) for hit in hits])

    def _chosen(self, customer: object) -> None:
        self.chosen.emit(str(customer))


def _found(hit: Hit) -> Found:
    icon, hue = ("user", "blue") if hit.entity == "contact" else ("", "slate")
    return Found(hit.name, hit.detail, "", hit.customer, icon, hue)
