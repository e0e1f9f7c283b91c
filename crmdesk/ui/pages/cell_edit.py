"""The editor over one cell of the customers list: F2 begins, Tab goes to the next cell, Enter saves, Esc leaves.

A slow second click begins nothing: in a list whose double click opens the page it would begin by accident. The editor
belongs to a customer and a column and not to a place on screen, so it stays, with what was typed, where the rows below it
change, move or go. Until it is saved, what was typed is kept as the draft of the customer's form.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.core.form import BLANK, Shown, is_on_form
from crmdesk.core.registry import Field
from crmdesk.core.resolve import Life, RecordView
from crmdesk.core.values import Value, encode
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.customer_feed import chips
from crmdesk.ui.pages.customer_shares import CustomerShares
from crmdesk.ui.pages.form_cell import both_sides
from crmdesk.ui.pages.list_columns import ListColumns
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.widgets.chips import TagField
from crmdesk.ui.widgets.editors import Editor, editor
from crmdesk.ui.widgets.fields import label, set_tone
from crmdesk.usecases import customers, drafts, records, tags
from crmdesk.usecases.codes import with_parents
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica, Touched

_AUTOSAVE_MS: Final = 1000
_DOUBT_MS: Final = 700
_LEAST: Final = 190
_TAGS: Final = 260
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CellEdit(QFrame):
    """Call `begin` for the chosen cell of the current row. `closed()` when nothing is edited any longer."""

    closed = Signal()

    def __init__(self, context: Context, table: RowTable, columns: ListColumns) -> None:
        super().__init__(table.viewport())
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context, self._table, self._columns = context, table, columns
        self._shares = CustomerShares(context, self)
        self.customer = self.key = ""
        self._field: Field | None = None
        self._editor: Editor | None = None
        self._tags: TagField | None = None
        self._shown: Shown = BLANK
        self._filled: object = None
        self._is_kept = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(3, 3, 3, 3)
        self._column.setSpacing(3)
        self.remark = label("", "second")
        self.remark.setWordWrap(True)
        self.remark.setContentsMargins(5, 0, 5, 2)
        self._column.addWidget(self.remark)
        self._draft_pause = QTimer(self, singleShot=True, interval=_AUTOSAVE_MS)
        self._draft_pause.timeout.connect(self.leave)
        self._doubt_pause = QTimer(self, singleShot=True, interval=_DOUBT_MS)
        self._doubt_pause.timeout.connect(self._say_doubt)
        table.marks_cells = True
        for moved in (table.verticalScrollBar().valueChanged, table.horizontalScrollBar().valueChanged):
            moved.connect(self._place)
        table.window_model.modelReset.connect(self._place_later)
        table.horizontalHeader().sectionResized.connect(self._place_later)
        table.viewport().installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_went)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether a cell is being edited."""
        return bool(self.customer)

    @property
    def is_typed(self) -> bool:
        """Whether something stands there that is not saved."""
        return self._editor is not None and self._editor.typed() != self._filled

    def begin(self) -> None:
        """Edit the chosen cell of the current row, or say why it can't be."""
        customer, key = self._table.current_id, self._table.current_key
        if not customer or not self._finish():
            return
        if why := self._why_not(customer, key):
            self._context.say(why, "warn")
        else:
            self._open(customer, key)

    def leave(self) -> None:
        """Keep what was typed as a draft; the editor stays."""
        self._draft_pause.stop()
        if self._editor is not None and self._field is not None and self.is_typed:
            self._is_kept = True
            self._keep(self.customer, self._field.name, self._editor.typed(), self._shown)

    def touched(self, change: "Touched") -> None:
        """A write or a sync: show what is stored now where nothing was typed, else say what changed."""
        key = customers.key(self.customer)
        concerned = change.is_everything or key in change.keys or change.concerns("tag")
        if not self.is_open or not concerned:
            return
        view = records.find_view(self._context.reader, self._context.registry, key)
        if view is None:
            self._say(
                self.tr(
                    "This record left this laptop meanwhile. What you typed is untouched: save it, and the server "
                    "passes it on to whoever is responsible now, or keeps it for the administrator."
                ),
                "warn",
            )
        elif self._tags is not None:
            self._show_tags(view)
        elif not self.is_typed:
            self._load(draft=False)
        elif self._field is not None and _differs(view.values, self._shown.values, self._field.name):
            self._say(self._news(view), "warn")
        self._place_later()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()  # keys that the editor has no use for are not the list's either

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._table.viewport():
            if event.type() == QEvent.Type.Resize:
                self._place_later()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self.is_open:
            return self._press(event)
        return super().eventFilter(watched, event)

    # -- which cells -------------------------------------------------------------------------------

    def _why_not(self, customer: str, key: str) -> str:
        """Why a cell can't be edited; blank if it can."""
        field = self._columns.field_of(key)
        view = records.find_view(self._context.reader, self._context.registry, customers.key(customer))
        if field is None:
            title = next((column.title for column in self._table.columns if column.key == key), key)
            return formats.filled(self.tr("%1 follows from other records; nobody writes it here."), title)
        if view is None or view.life is Life.DELETED:
            return self.tr("This customer was deleted: bring it back first.")
        if why := self._context.why_not(field):
            return why
        values = view.values
        industries = with_parents("industry", values.get("industry_code")) if field.only_for else ()
        if field.name != "tag" and not is_on_form(
            field, industries, is_filled=bool(values.get(field.name)), is_typed=False
        ):
            name = field.label.text(self._context.language)
            return formats.filled(self.tr("%1 is not asked of this customer."), name)
        bucket = self._context.reader.value("SELECT bucket FROM p_customer WHERE id = ?", (customer,))
        self._shares.set_customer(customer, str(values.get("name") or ""), str(bucket or ""))
        return self._shares.frozen()

    def _step(self, by: int) -> None:
        """Save, and go on to the next cell that can be edited; behind the last one of a row to the next row."""
        customer, key = self.customer, self.key
        if not self._finish():
            return
        self._table.select_id(customer)
        keys = self._table.keys_in_order()
        at = keys.index(key) if key in keys else 0
        for _ in range(2 * len(keys)):
            at += by
            if not 0 <= at < len(keys):
                if not self._table.step(by):
                    return
                at = 0 if by > 0 else len(keys) - 1
            if not self._why_not(self._table.current_id, keys[at]):
                self._table.choose_cell(keys[at])
                self._open(self._table.current_id, keys[at])
                return

    # -- opening and closing -----------------------------------------------------------------------

    def _open(self, customer: str, key: str) -> None:
        self.customer, self.key = customer, key
        self._field = self._columns.field_of(key)
        assert self._field is not None, "only a field is opened"
        if self._field.name == "tag":
            self._tags = TagField(self)
            self._tags.added.connect(self._add_tag)
            self._tags.removed.connect(self._take_tag_off)
            self._put(self._tags)
            self._shown = BLANK
            view = records.find_view(self._context.reader, self._context.registry, customers.key(customer))
            if view is not None:
                self._show_tags(view)
            self._tags.focus_field()
        else:
            self._editor = editor(self._field, self._context.language, self._context.today)
            self._editor.changed.connect(self._typed)
            self._put(self._editor)
            self._load(draft=True)
            control = self._editor.input()
            control.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if callable(choose := getattr(control, "selectAll", None)):
                choose()

    def _put(self, widget: QWidget) -> None:
        self._say("")
        self._column.insertWidget(0, widget)
        for one in (widget, *widget.findChildren(QWidget)):
            one.installEventFilter(self)
        self.show()
        self.raise_()

    def _load(self, *, draft: bool) -> None:
        """Show what is stored, or what was typed over it and not saved."""
        held, field = self._held()
        name, key = field.name, customers.key(self.customer)
        stored = records.open_form(self._context.reader, self._context.registry, key)
        kept = drafts.find(self._context.reader, _draft_of(self.customer)) if draft else None
        typed = (kept or {}).get("typed", {}).get(name)
        self._shown = stored if kept is None or typed is None else drafts.shown_of(kept, stored)
        held.show_values(self._shown.values)
        self._filled = held.typed()
        self._is_kept = typed is not None
        self._say("")
        if typed is not None:
            held.set_typed(typed)
            self._say(self.tr("Your draft, not saved yet"))
        elif view := records.find_view(self._context.reader, self._context.registry, key):
            for one in (one for one in view.conflicts if one.key == name):
                sides = both_sides(field, one, self._context.directory, self._context.language)
                self._say(self.tr("Two values: %1").replace("%1", sides), "warn")
        self._place()

    def _held(self) -> tuple[Editor, Field]:
        """The editor of the open cell, and its field."""
        assert self._editor is not None, "a cell is open"
        return self._editor, self._editor.field

    def _finish(self) -> bool:
        """Save what was typed and close; False where it can't be saved and stays."""
        if self._tags is not None:
            self._tags.finish()
        elif not self.is_typed:
            self._forget()
        elif not self._save():
            return False
        self._close()
        return True

    def _forget(self) -> None:
        """Have no draft of what was typed here."""
        if self._is_kept and self._field is not None:
            work = partial(drafts.drop_field, name=_draft_of(self.customer), field=self._field.name)
            self._context.write(work)
        self._is_kept = False

    def _close(self) -> None:
        self._draft_pause.stop()
        self._doubt_pause.stop()
        widget = self._editor or self._tags
        had_keyboard = widget is not None and self._has_keyboard()
        was_open, self.customer, self.key = self.is_open, "", ""
        self._editor = self._tags = self._field = None
        if widget is not None:
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.hide()
        if had_keyboard:
            self._table.setFocus()
        if was_open:
            self.closed.emit()

    def _give_up(self) -> None:
        """Close, and forget what was typed."""
        self._forget()
        if self._tags is not None:
            self._tags.forget()
        self._close()

    # -- keys and focus ----------------------------------------------------------------------------

    def _press(self, event: QKeyEvent) -> bool:
        key, held = event.key(), event.modifiers()
        if key == Qt.Key.Key_Escape:
            self._give_up()
        elif key == Qt.Key.Key_Tab:
            self._step(1)
        elif key == Qt.Key.Key_Backtab:
            self._step(-1)
        elif key in _ENTER and not held & (
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier
        ):
            if self._tags is None or not self._tags.finish():
                self._finish()
        else:
            return False
        return True

    def _has_keyboard(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _focus_went(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Whoever goes on elsewhere in the window has finished here; a picker or another program is not elsewhere."""
        if self.is_open and now is not None and not self.isAncestorOf(now) and now.window() is self.window():
            self._finish()

    # -- saving ------------------------------------------------------------------------------------

    def _save(self) -> bool:
        held, field = self._held()
        self._draft_pause.stop()
        try:
            wanted = held.values()
        except CrmError as error:
            self._refuse(error)
            return False
        if field.required and wanted.get(field.name) in (None, ""):
            self._refuse(CrmError("required", field=field.label))
            return False
        said = formats.filled(self.tr("%1 saved on this laptop"), held.name)
        if doubt := held.doubted():
            said = formats.filled(self.tr("%1 saved; it %2"), held.name, doubt)
        draft = _draft_of(self.customer)
        work = partial(
            records.change_field, key=customers.key(self.customer), field=field.name, wanted=wanted,
            shown=self._shown, draft=draft,
        )  # fmt: skip
        failed = partial(self._failed, self.customer, field.name, held.typed(), self._shown)
        self._is_kept = False  # saving forgets it
        self._context.write(work, failed=failed, said=said)
        return True

    def _failed(self, customer: str, field: str, typed: object, shown: Shown, error: Exception) -> None:
        """What could not be written is in the customer's form, as a draft."""
        self._keep(customer, field, typed, shown)
        self._context.report(error)

    def _keep(self, customer: str, field: str, typed: object, shown: Shown) -> None:
        work = partial(drafts.keep_field, name=_draft_of(customer), field=field, typed=typed, shown=shown)
        self._context.write(work)

    def _add_tag(self, name: str) -> None:
        work = partial(_put_tag, self._context.directory, self.customer, name)
        self._context.write(work, said=formats.filled(self.tr("Tagged %1"), name))

    def _take_tag_off(self, tag: str) -> None:
        known = self._context.directory.tags.get(tag)
        said = formats.filled(self.tr("Took off %1"), known.name if known else "")
        self._context.write(partial(tags.take_off, customer=self.customer, tag=tag), said=said)

    # -- saying ------------------------------------------------------------------------------------

    def _typed(self) -> None:
        assert self._editor is not None, "somebody types into it"
        self._editor.mark(invalid=False)
        self._say(self._editor.understood())
        self._draft_pause.start()
        self._doubt_pause.start()

    def _say_doubt(self) -> None:
        if self._editor is not None and (why := self._editor.doubted()):
            self._say(why, "warn")

    def _refuse(self, error: CrmError) -> None:
        held, _ = self._held()
        self._say(str(error.sentence(self._context.language).happened), "bad")
        held.mark(invalid=True)
        held.input().setFocus()

    def _news(self, view: RecordView) -> str:
        held, _ = self._held()
        seen = frozenset().union(*self._shown.dots.values())
        record = self._context.reader.record("customer", self.customer)
        by = {edit.by for edit in record.edits if edit.dot not in seen} if record is not None else set()
        separator = "、" if self._context.language == "zh_CN" else ", "
        who = separator.join(sorted(self._context.directory.person_name(one) for one in by))
        said = self.tr("Changed meanwhile by %1: %2. What you typed is untouched.")
        return formats.filled(said, who, held.name)

    def _say(self, text: str, tone: str = "second") -> None:
        self.remark.setText(text)
        set_tone(self.remark, tone)
        self.remark.setVisible(bool(text))
        self._place()

    def _show_tags(self, view: RecordView) -> None:
        assert self._tags is not None, "tags are shown"
        names = self._context.directory
        own = sorted(key[4:] for key, value in view.values.items() if key.startswith("tag:") and value)
        self._tags.set_tags(chips(names, own))
        self._tags.set_known([tag.name for tag in names.tags.values() if not tag.retired])
        for one in self._tags.findChildren(QWidget):
            one.installEventFilter(self)
        self._place_later()

    # -- where -------------------------------------------------------------------------------------

    def _place_later(self) -> None:
        """Once the table, or what is in here, has taken its new measures."""
        if self.is_open:
            QTimer.singleShot(0, self, self._place)

    def _place(self) -> None:
        """Over the cell, wherever it is now; of a row that is gone, where it was last."""
        if not self.is_open:
            return
        view = self._table.viewport().rect()
        row = self._table.window_model.position(self.customer)
        cell = QRect() if row is None else self._table.cell_rect(row, self.key)
        if cell.isEmpty():
            cell = QRect(self.x(), self.y(), self.width(), min(self.height(), self._table.rowHeight(0)))
        width = min(view.width(), max(cell.width() + 2, _TAGS if self._tags is not None else _LEAST))
        inner = self._column.totalHeightForWidth(width) if self._column.hasHeightForWidth() else 0
        height = max(inner, self._column.totalMinimumSize().height())
        line = (self._editor or self._tags or self).sizeHint().height()
        top = cell.center().y() - min(height, line + 6) // 2
        left = max(0, min(cell.left(), view.width() - width))
        if row is not None and (cell.bottom() < 0 or cell.top() > view.bottom()):
            self.setGeometry(left, cell.top(), width, height)  # scrolled out of sight, and back with its row
            return
        self.setGeometry(left, max(0, min(top, view.height() - height)), width, height)


def _draft_of(customer: str) -> str:
    return f"customer:{customer}"


def _differs(now: Mapping[str, Value], before: Mapping[str, Value], field: str) -> bool:
    return encode(now.get(field)) != encode(before.get(field))


def _put_tag(names: Directory, customer: str, name: str, replica: "Replica") -> Outcome[str]:
    return tags.put_named(replica, names, customer, name)
