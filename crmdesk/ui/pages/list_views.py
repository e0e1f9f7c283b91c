"""Saved views in the list's header: opened from a menu, kept under a name, changed, taken away with a way back."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.criteria import Criteria
from crmdesk.core.criteria_json import write
from crmdesk.core.errors import CrmError
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.notices import Notice
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.fields import label, menu_heading, set_tone
from crmdesk.usecases import views
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.views import View

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_LONGEST: Final = 18
"""Letters of a view's name on its button."""


class Shown(NamedTuple):
    """What a list shows, as a view keeps it."""

    criteria: Criteria
    columns: tuple[str, ...]
    sort: str
    grouping: str


class ListViews(QObject):
    """`opened(view, criteria)` when one was chosen, `cleared()` for the whole list, `wished()` to keep what is shown."""

    opened = Signal(object, object)
    cleared = Signal()
    wished = Signal()

    def __init__(self, context: Context, over: QWidget) -> None:
        super().__init__(over)
        self._context, self._over = context, over
        self.current: View | None = None
        self._shown: Shown | None = None
        self.button: QPushButton = buttons.quiet(self.tr("Views"), "star")
        self.menu = QMenu(over)
        self.menu.aboutToShow.connect(self._fill)
        self.button.setMenu(self.menu)
        self.popup = KeepPopup(over)
        self.popup.named.connect(self._keep)

    def show(self, shown: Shown) -> None:
        """What the list shows now."""
        self._shown = shown

    def open(self, view: View) -> None:
        """Open a view; one that is not understood is refused in words, and the list stays as it is."""
        try:
            criteria = views.criteria_of(view, self._context.registry)
        except CrmError as error:
            self._context.tell(error)
            return
        self._call(view)
        self.opened.emit(view, criteria)

    def leave(self) -> None:
        """No view any longer: the list is narrowed by hand."""
        self._call(None)

    def ask_name(self) -> None:
        """Ask under which name to keep what is shown, and for whom."""
        may_share = self._context.may(views.ENTITY) and views.may_share(self._context.directory)
        is_alone = self._context.workspace.server() is None
        corner = self.button.mapToGlobal(QPoint(0, self.button.height() + 4))
        self.popup.ask(corner, may_share=may_share and not is_alone)

    def _fill(self) -> None:
        self.menu.clear()
        everything = self.menu.addAction(self.tr("All customers"), self._clear)
        everything.setCheckable(True)
        everything.setChecked(self.current is None)
        found = views.listed(self._context.reader)
        for is_shared, title in ((False, self.tr("Mine, on this laptop")), (True, self.tr("The company's"))):
            group = [view for view in found if view.is_shared is is_shared]
            if group:
                menu_heading(self.menu, title)
            for view in group:
                action = self.menu.addAction(plain.menu_text(view.name), partial(self.open, view))
                action.setCheckable(True)
                action.setChecked(self.current is not None and view.id == self.current.id)
        self.menu.addSeparator()
        if self._context.seeing is None:
            self.menu.addAction(self.tr("Keep what is shown as a view…"), self.ask_name)
        if self.current is not None and self._may_change(self.current):
            name = plain.menu_text(self.current.name)
            if self._is_changed(self.current):
                said = formats.filled(self.tr("Change “%1” to what is shown"), name)
                self.menu.addAction(said, self._change)
            self.menu.addAction(formats.filled(self.tr("Take “%1” away"), name), self._remove)

    def _may_change(self, view: View) -> bool:
        if self._context.seeing is not None:
            return False
        may_share = self._context.may(views.ENTITY, "criteria") and views.may_share(self._context.directory)
        return may_share or not view.is_shared

    def _is_changed(self, view: View) -> bool:
        return self._shown is not None and _as_kept(view, self._shown) != view

    def _keep(self, name: str, is_shared: bool) -> None:
        if self._shown is not None:
            work = partial(_keep, name, self._shown, is_shared)
            self._context.write(
                work, self._kept, self._refused, said=self.tr("Kept as a view"), undo=is_shared
            )

    def _kept(self, outcome: Outcome[View]) -> None:
        self.popup.close()
        self._call(outcome.value)
        if not outcome.value.is_shared:
            self._context.say(self.tr("Kept as a view, on this laptop"))

    def _refused(self, error: Exception) -> None:
        if isinstance(error, CrmError) and self.popup.isVisible():
            self.popup.refuse(str(error.sentence(self._context.language).happened))
        else:
            self._context.report(error)

    def _change(self) -> None:
        if self.current is not None and self._shown is not None:
            changed = _as_kept(self.current, self._shown)
            work = partial(_change, self._context.workspace.another_reader, changed)
            self._context.write(work, self._changed, said=self.tr("The view was changed"))

    def _changed(self, outcome: Outcome[View]) -> None:
        self._call(outcome.value)

    def _remove(self) -> None:
        if self.current is not None:
            self._context.write(partial(_remove, self.current), self._removed)

    def _removed(self, outcome: Outcome[View]) -> None:
        view = outcome.value
        self._call(None)
        said = formats.filled(self.tr("“%1” was taken away"), view.name)
        back = partial(self._context.undo, outcome.txn) if outcome.txn else partial(self._restore, view)
        self._context.bus.notice.emit(Notice(said, action_label=self.tr("Undo"), action=back, undo=True))

    def _restore(self, view: View) -> None:
        self._context.write(partial(_restore, view), self._changed)

    def _clear(self) -> None:
        self._call(None)
        self.cleared.emit()

    def _call(self, view: View | None) -> None:
        """Name the view on the button."""
        self.current = view
        name = view.name if view else self.tr("Views")
        self.button.setText(plain.menu_text(name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"))
        plain.set_tip(self.button, name)


class KeepPopup(QFrame):
    """A name, and whether it is for everybody. `named(name, is_shared)`; a refusal stands below until it is mended."""

    named = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Keep as a view"))
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Name of the view"))
        self.name.setAccessibleName(self.tr("Name of the view"))
        self.name.textEdited.connect(self._hint)
        self.shared = QCheckBox(self.tr("For everybody in the company"))
        self.shared.toggled.connect(self._hint)
        self.said = label("", "faint")
        self.said.setWordWrap(True)
        save = buttons.primary(self.tr("Keep"), "", self._say)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(save)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        for widget in (self.name, self.shared, self.said):
            column.addWidget(widget)
        column.addLayout(row)
        self.setFixedWidth(300)

    def ask(self, at: QPoint, *, may_share: bool) -> None:
        """Open with its left edges at `at`."""
        self.name.clear()
        self.shared.setChecked(False)
        self.shared.setVisible(may_share)
        self._hint()
        self.adjustSize()
        room = self.screen().availableGeometry()
        self.move(min(at.x(), room.right() - self.width()), at.y())
        self.show()
        self.name.setFocus()

    def refuse(self, why: str) -> None:
        """Say why it was not kept."""
        self.said.setText(why)
        set_tone(self.said, "bad")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._say()
        else:
            super().keyPressEvent(event)

    def _hint(self) -> None:
        mine = self.tr("Only you see it, on this laptop: it does not travel to another one.")
        everybody = self.tr("Everybody sees it after their next sync; each finds in it what they may read.")
        self.said.setText(everybody if self.shared.isChecked() else mine)
        set_tone(self.said, "faint")

    def _say(self) -> None:
        self.named.emit(self.name.text(), self.shared.isChecked())


def _as_kept(view: View, shown: Shown) -> View:
    return replace(
        view, criteria=write(shown.criteria), columns=shown.columns, sort=shown.sort, grouping=shown.grouping
    )


def _keep(name: str, shown: Shown, is_shared: bool, replica: "Replica") -> Outcome[View]:
    return views.keep(replica, name, *shown, is_shared=is_shared)


def _change(open_reader: object, view: View, replica: "Replica") -> Outcome[View]:
    reader = open_reader()  # type: ignore[operator]  # the workspace's own way to make one
    try:
        return views.change(replica, reader, view)
    finally:
        reader.close()


def _remove(view: View, replica: "Replica") -> Outcome[View]:
    return views.remove(replica, view)


def _restore(view: View, replica: "Replica") -> Outcome[View]:
    return views.restore(replica, view)
