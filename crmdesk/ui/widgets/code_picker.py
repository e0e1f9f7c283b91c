"""Choosing a code: a search line, what it finds with the path to it, and a way down and up the tree by arrow keys."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.codes import Code, CodeTable, Hit
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.hit_list import ROW, Found, HitList
from crmdesk.ui.widgets.query_field import QueryField
from crmdesk.usecases.codes import code_table
from crmdesk.usecases.workspace import readings

_ROWS = 7
_WIDTH = 440
_LOOKS = {"region": ("map-pin", "teal"), "industry": ("briefcase", "blue")}


class _Query(QueryField):
    """`into()` on → behind the last letter, `out()` on ← while nothing is typed."""

    into = Signal()
    out = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Right and self.cursorPosition() == len(self.text()):
            self.into.emit()
        elif event.key() == Qt.Key.Key_Left and not self.text():
            self.out.emit()
        else:
            super().keyPressEvent(event)


class CodePicker(QFrame):
    """`chosen(code)` on Enter or click; Esc or a click elsewhere closes it."""

    chosen = Signal(str)

    def __init__(self, table: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(name)
        self._name = table
        self._above = ""
        self.field = _Query(self.tr("Name, pinyin, initials or code"))
        self.list = HitList(name)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFixedHeight(ROW * _ROWS)
        self.trail = label("", "second")
        self._up = buttons.icon_button("chevron-left", self.tr("One level up (←)"), self._go_out)
        self._down = buttons.icon_button("chevron-right", self.tr("What it consists of (→)"), self._go_into)
        for button in (self._up, self._down):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        foot = QHBoxLayout()
        foot.setSpacing(4)
        foot.addWidget(self._up)
        foot.addWidget(self.trail, 1)
        foot.addWidget(self._down)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self.field, self.list):
            column.addWidget(widget)
        column.addLayout(foot)
        self.setFixedWidth(_WIDTH)
        self.field.queried.connect(self._search)
        self.field.stepped.connect(self.list.step)
        self.field.entered.connect(self.list.choose)
        self.field.left.connect(self.close)
        self.field.into.connect(self._go_into)
        self.field.out.connect(self._go_out)
        self.list.chosen.connect(self._chosen)
        self.list.selectionModel().currentChanged.connect(self._moved)

    @property
    def table(self) -> CodeTable:
        """The table that is chosen from, read when it is first needed."""
        return code_table(self._name)

    def open_at(self, anchor: QWidget, code: str = "", typed: str = "") -> None:
        """Open below a widget, on the neighbours of a code; `typed` is what was typed into the widget already."""
        found = self.table.find(code)
        self._browse(found.parent if found else "", code)
        self.field.setText(typed)
        self.adjustSize()
        self._place(anchor)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        self.field.end(False)

    def _place(self, anchor: QWidget) -> None:
        below = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        room = anchor.screen().availableGeometry()
        if below.y() + self.height() > room.bottom():
            below = anchor.mapToGlobal(QPoint(0, -self.height() - 4))
        x = max(room.left(), min(below.x(), room.right() - self.width()))
        self.move(x, max(room.top(), below.y()))

    def _search(self, text: str) -> None:
        if text:
            self._show([self._found(hit) for hit in self.table.search(readings(), text)])
        else:
            self._browse(self._above)

    def _browse(self, above: str, chosen: str = "") -> None:
        """Show what a code consists of; blank: the topmost."""
        self._above = above
        children = self.table.children(above)
        self._show([self._found(Hit(child), is_below=True) for child in children])
        for row, child in enumerate(children):
            if child.code == chosen:
                self.list.step(row)

    def _show(self, found: list[Found]) -> None:
        self.list.show_found(found)
        self._moved()

    def _moved(self) -> None:
        code = self._current()
        self._down.setEnabled(code is not None and bool(self.table.children(code.code)))
        self._up.setEnabled(bool(self._above) and not self.field.text())
        if code is None:
            self.trail.setText(self.tr("Nothing was found."))
        else:
            self.trail.setText(" › ".join(c.name for c in (*self.table.parents(code.code), code)))
        plain.set_tip(self.trail, self.trail.text())

    def _current(self) -> Code | None:
        row = self.list.currentIndex().row()
        return self.table.find(str(self.list.found[row].subject)) if 0 <= row < len(self.list.found) else None

    def _go_into(self) -> None:
        code = self._current()
        if code is not None and self.table.children(code.code):
            self.field.clear()
            self._browse(code.code)

    def _go_out(self) -> None:
        found = self.table.find(self._above)
        if found is not None:
            self._browse(found.parent, found.code)

    def _chosen(self, code: object) -> None:
        self.close()
        self.chosen.emit(str(code))

    def _found(self, hit: Hit, *, is_below: bool = False) -> Found:
        code = hit.code
        once = self.tr("once %1").replace("%1", hit.once.name) if hit.once else ""
        path = "" if is_below else self.table.path(code.code)
        icon, hue = _LOOKS.get(self._name, ("tag", "slate"))
        more = " ›" if self.table.children(code.code) else ""
        return Found(
            code.name, " · ".join(filter(None, (path, once))), f"{code.code}{more}", code.code, icon, hue
        )
